//! LIWC dictionaries: between two `%` lines the numbered categories, then a word a line with the numbers of its categories.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::source::{self, Content};
use super::{Importer, Sink, category};
use crate::error::{Error, Result};

pub(super) struct Liwc;

impl Importer for Liwc {
    fn prefix(&self) -> &'static str {
        "liwc:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| read_dictionary(content, sink))?;
        }
        Ok(())
    }
}

enum Section {
    Before,
    Categories,
    Words,
}

fn read_dictionary(content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
    let label = content.label.clone();
    let mut section = Section::Before;
    let mut categories: BTreeMap<String, String> = BTreeMap::new();
    source::each_line(content, sink, &mut |line, sink| {
        let line = line.trim();
        if line.is_empty() {
            return Ok(());
        }
        match section {
            Section::Before if line == "%" => section = Section::Categories,
            Section::Before => {
                return Err(Error::format(&label, "the first line is not %")
                    .with_remedy("a .dic file begins with the list of its categories between two lines of %"));
            }
            Section::Categories if line == "%" => section = Section::Words,
            Section::Categories => match line.split_once(char::is_whitespace) {
                Some((number, name)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                    // Some dictionaries describe a category in brackets after its name.
                    let name = name.split(['(', '\t']).next().unwrap_or_default().trim();
                    categories.insert(number.to_owned(), name.to_owned());
                }
                _ => sink.refuse("a category without a number or a name"),
            },
            Section::Words => return read_word(line, &categories, sink),
        }
        Ok(())
    })?;
    match section {
        Section::Words => Ok(()),
        _ => Err(Error::format(&label, "the list of categories has no end").with_remedy("close it with a line of %")),
    }
}

fn read_word(line: &str, categories: &BTreeMap<String, String>, sink: &mut Sink<'_>) -> Result<()> {
    sink.read_record();
    // In files separated by tabs, words of several parts contain blanks.
    let (word, numbers) = line.split_once('\t').or_else(|| line.split_once(char::is_whitespace)).unwrap_or((line, ""));
    let mut known = 0;
    for number in numbers.split_whitespace() {
        match categories.get(number).or_else(|| categories.get(number.trim_start_matches('0'))) {
            Some(name) => {
                known += 1;
                category::accept(word, std::slice::from_ref(name), false, sink)?;
            }
            None => sink.note("conditions such as (02 134)125/464, and categories the header does not list"),
        }
    }
    if known == 0 {
        sink.drop_record("no category that the header lists");
    }
    Ok(())
}
