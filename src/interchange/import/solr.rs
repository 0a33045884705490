//! Solr and Lucene synonyms: `a, b => c` gives the names `a` and `b` to `c`; `a, b, c` are names of one entity, the
//! first of them canonical. `\` escapes a comma, `#` begins a comment line, and entries with the same canonical name
//! merge.

use std::path::PathBuf;

use super::sink::{Fragment, Role};
use super::source;
use super::{Importer, Sink};
use crate::error::Result;
use crate::gazetteer::{AliasKind, CasePolicy, Flags};

pub(super) struct Solr;

impl Importer for Solr {
    fn prefix(&self) -> &'static str {
        "solr:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| source::each_line(content, sink, &mut read_line))?;
        }
        Ok(())
    }
}

fn read_line(line: &str, sink: &mut Sink<'_>) -> Result<()> {
    if line.trim().is_empty() || line.trim_start().starts_with('#') {
        return Ok(());
    }
    sink.read_record();
    let sides = split_unescaped(line, "=>");
    let (left, right) = match sides.as_slice() {
        [names] => (Vec::new(), names_of(names)),
        [left, right] => (names_of(left), names_of(right)),
        _ => {
            sink.drop_record("a line with more than one =>");
            return Ok(());
        }
    };
    let Some(first) = right.first() else {
        sink.drop_record("nothing comes after =>");
        return Ok(());
    };
    if sides.len() == 1 {
        return accept(first, &right[1..], sink);
    }
    if left.is_empty() {
        sink.drop_record("nothing comes before =>");
        return Ok(());
    }
    // `a => c, d`: the name is ambiguous.
    right.iter().try_for_each(|canonical| accept(canonical, &left, sink))
}

fn accept(canonical: &str, aliases: &[String], sink: &mut Sink<'_>) -> Result<()> {
    let any = Flags { case: CasePolicy::Any, ..Flags::default() };
    let mut fragment = Fragment::new(Role::Part, sink.id(canonical));
    fragment.name(canonical, AliasKind::Name, any);
    aliases.iter().filter(|alias| *alias != canonical).for_each(|alias| fragment.name(alias, AliasKind::Alias, any));
    sink.accept(fragment)
}

fn names_of(list: &str) -> Vec<String> {
    let names = split_unescaped(list, ",").into_iter().map(|name| unescape(name.trim()));
    names.filter(|name| !name.is_empty()).collect()
}

/// Splits at separators that no backslash precedes.
fn split_unescaped<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let (mut begin, mut escaped) = (0, false);
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if text[at..].starts_with(separator) {
            parts.push(&text[begin..at]);
            begin = at + separator.len();
            skip_to = begin;
        }
    }
    parts.push(&text[begin..]);
    parts
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_hide_separators() {
        assert_eq!(split_unescaped(r"a\,b, c=>d\=>e", ","), [r"a\,b", r" c=>d\=>e"]);
        assert_eq!(split_unescaped(r"a=>b\=>c", "=>"), ["a", r"b\=>c"]);
        assert_eq!(names_of(r"Washington\, D.C. , , a\\b"), ["Washington, D.C.", r"a\b"]);
    }
}
