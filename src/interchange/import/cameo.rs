//! The dictionaries of event data (CAMEO, TABARI, PETRARCH): `NAME_ [CODE]`, followed by lines with `+SYNONYM_` and
//! with codes and dates; `!SET! = A, B` for `!SET!_OF_X`; `{PLURAL}` and `[~CODE]` for agents.
//!
//! Names are in capitals there. They are converted to lower case with capital initials and match in any case, except
//! names of up to three letters, which match as written and are weak.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::sink::{Fragment, Role};
use super::source::{self, Content};
use super::{Importer, Sink};
use crate::error::Result;
use crate::gazetteer::{AliasKind, CasePolicy, Flags};

pub(super) struct Cameo;

/// The most names that one pattern may produce; several sets in one name multiply.
const MAX_EXPANDED: usize = 1000;

impl Importer for Cameo {
    fn prefix(&self) -> &'static str {
        "cameo:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| read_file(content, sink))?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Reader {
    in_comment: bool,
    sets: BTreeMap<String, Vec<String>>,
    entry: Option<Entry>,
}

/// A name with the lines that belong to it.
struct Entry {
    line: u64,
    names: Vec<(String, AliasKind)>,
    codes: Vec<String>,
    is_agent: bool,
}

fn read_file(content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
    let mut reader = Reader::default();
    let mut number = 0;
    source::each_line(content, sink, &mut |line, sink| {
        number = sink.place();
        let line = reader.without_comments(line);
        reader.read_line(&line, number, sink)
    })?;
    reader.close(sink)
}

impl Reader {
    fn without_comments(&mut self, line: &str) -> String {
        let mut kept = String::new();
        let mut rest = line;
        loop {
            if self.in_comment {
                let Some(end) = rest.find("-->") else { return kept };
                self.in_comment = false;
                rest = &rest[end + 3..];
            }
            match rest.find("<!--") {
                Some(begin) => {
                    kept.push_str(&rest[..begin]);
                    self.in_comment = true;
                    rest = &rest[begin + 4..];
                }
                None => {
                    kept.push_str(rest);
                    break;
                }
            }
        }
        let end = kept.find(['#', ';']).unwrap_or(kept.len());
        kept.truncate(end);
        kept
    }

    fn read_line(&mut self, line: &str, number: u64, sink: &mut Sink<'_>) -> Result<()> {
        let text = line.trim();
        if text.is_empty() {
            return Ok(());
        }
        if let Some((set, members)) = text.split_once('=').filter(|_| text.starts_with('!')) {
            let members = members.split(',').map(|member| member.trim().to_owned()).filter(|member| !member.is_empty());
            self.sets.insert(set.trim().to_owned(), members.collect());
            return Ok(());
        }
        let (name, codes) = match text.find(['[', '{']) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let name = name.trim();
        let Some(parsed) = Brackets::parse(codes) else {
            sink.refuse("a bracket that is not closed");
            return Ok(());
        };
        (0..parsed.faults).for_each(|_| sink.note("codes whose dates cannot be read"));
        if let Some(synonym) = name.strip_prefix('+') {
            let names = self.expand(synonym.trim(), sink);
            match &mut self.entry {
                Some(entry) => {
                    entry.names.extend(names.into_iter().map(|name| (name, AliasKind::Alias)));
                    entry.codes.extend(parsed.codes);
                }
                None => sink.refuse("a synonym before any name"),
            }
            return Ok(());
        }
        if name.is_empty() {
            match &mut self.entry {
                Some(entry) => entry.codes.extend(parsed.codes),
                None => sink.refuse("a code before any name"),
            }
            return Ok(());
        }
        self.close(sink)?;
        sink.at(number);
        let names = self.expand(name, sink);
        let is_agent = parsed.codes.iter().any(|code| code.contains('~'));
        let mut entry = Entry { line: number, names: Vec::new(), codes: parsed.codes, is_agent };
        for name in names {
            // The plurals of a set are among its names already.
            let plural = match &parsed.plural {
                _ if !is_agent || text.contains('!') => None,
                Some(plural) => Some(plural.clone()).filter(|plural| !plural.is_empty()),
                None => Some(plural_of(&name)),
            };
            entry.names.push((name, AliasKind::Alias));
            entry.names.extend(plural.map(|plural| (plural, AliasKind::Plural)));
        }
        self.entry = Some(entry);
        Ok(())
    }

    /// The names that a pattern produces; none if a set is unknown or there are too many.
    fn expand(&self, pattern: &str, sink: &mut Sink<'_>) -> Vec<String> {
        let mut names = vec![String::new()];
        let mut rest = pattern;
        while let Some(begin) = rest.find('!') {
            let Some(length) = rest[begin + 1..].find('!') else { break };
            let set = &rest[begin..begin + length + 2];
            let Some(members) = self.sets.get(set) else {
                sink.drop_names("a !SET! that is not defined above", 1);
                return Vec::new();
            };
            if names.len() * members.len() > MAX_EXPANDED {
                sink.drop_names("sets that make more than 1,000 names of one", 1);
                return Vec::new();
            }
            let before = &rest[..begin];
            let combine =
                |name: &String| members.iter().map(move |member| format!("{name}{before}{member}")).collect::<Vec<_>>();
            names = names.iter().flat_map(combine).collect();
            rest = &rest[begin + length + 2..];
        }
        names.iter().map(|name| format!("{name}{rest}")).collect()
    }

    /// Passes the entry to the sink.
    fn close(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        sink.at(entry.line);
        sink.read_record();
        let Some((first, _)) = entry.names.first() else {
            sink.drop_record("no name that can be matched");
            return Ok(());
        };
        let mut fragment = Fragment::new(Role::Part, sink.id(first.trim_end_matches('_')));
        let mapped = entry.codes.iter().find_map(|code| sink.options.kind_of(code.split(':').next().unwrap_or(code)));
        let default = if entry.is_agent { "agent" } else { "actor" };
        fragment.kind = Some(mapped.or(sink.options.kind.as_deref()).unwrap_or(default).to_owned());
        for (index, (name, kind)) in entry.names.iter().enumerate() {
            let (text, flags) = written(name);
            fragment.name(&text, if index == 0 { AliasKind::Name } else { *kind }, flags);
        }
        entry.codes.iter().for_each(|code| fragment.key("cameo", code));
        sink.accept(fragment)
    }
}

/// What follows a name: `{plural}` and `[code dates]`.
#[derive(Default)]
struct Brackets {
    codes: Vec<String>,
    /// Number of codes whose dates cannot be read.
    faults: usize,
    /// Empty for `{}`, which says that there is no plural.
    plural: Option<String>,
}

impl Brackets {
    fn parse(text: &str) -> Option<Self> {
        let mut found = Self::default();
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next() {
            let (close, is_code) = match first {
                '[' => (']', true),
                '{' => ('}', false),
                // Older files have a remark after the code.
                _ => break,
            };
            // The documentation itself closes a code with a brace in one example.
            let end = rest.find(close).or_else(|| rest[1..].find([']', '}']).map(|at| at + 1))?;
            let inside = rest[1..end].trim();
            if is_code {
                match code_of(inside) {
                    Some(code) => found.codes.push(code),
                    None => found.faults += 1,
                }
            } else {
                found.plural = Some(inside.to_owned());
            }
            rest = rest[end + 1..].trim_start();
        }
        Some(found)
    }
}

/// `AFGGOV 780427-780430` as `AFGGOV:1978-04-27..1978-04-30`.
fn code_of(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let code = words.next()?;
    let dates = words.collect::<String>();
    let range = match dates.as_bytes().first() {
        None => return Some(code.to_owned()),
        Some(b'<') => format!("..{}", iso_date(&dates[1..])?),
        Some(b'>') => format!("{}..", iso_date(&dates[1..])?),
        Some(_) => {
            let (from, to) = dates.split_once('-')?;
            format!("{}..{}", iso_date(from)?, iso_date(to)?)
        }
    };
    Some(format!("{code}:{range}"))
}

/// `YYYYMMDD` or `YYMMDD`; as in PETRARCH, two digits up to 30 are in this century.
fn iso_date(text: &str) -> Option<String> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.len() {
        8 => Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])),
        6 => {
            let century = if &text[..2] <= "30" { "20" } else { "19" };
            Some(format!("{century}{}-{}-{}", &text[..2], &text[2..4], &text[4..]))
        }
        _ => None,
    }
}

/// The regular plural by PETRARCH's rules.
fn plural_of(name: &str) -> String {
    let name = name.trim_end_matches('_');
    match name {
        name if name.ends_with('Y') => format!("{}IES", &name[..name.len() - 1]),
        name if name.ends_with("SS") => format!("{name}ES"),
        name => format!("{name}S"),
    }
}

/// `HAMID_KARZAI_` as "Hamid Karzai".
fn written(name: &str) -> (String, Flags) {
    const SMALL: [&str; 10] = ["OF", "THE", "AND", "FOR", "IN", "ON", "DE", "LA", "DU", "DES"];
    let words: Vec<&str> = name.split(['_', ' ']).filter(|word| !word.is_empty()).collect();
    if let [word] = words.as_slice()
        && word.chars().count() <= 3
    {
        return ((*word).to_owned(), Flags { case: CasePolicy::Exact, weak: true, ..Flags::default() });
    }
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        let small = index > 0 && SMALL.contains(word);
        let mut start = !small;
        for c in word.chars() {
            if start {
                text.push(c)
            } else {
                text.extend(c.to_lowercase())
            }
            start = !small && matches!(c, '-' | '.');
        }
    }
    (text, Flags { case: CasePolicy::Any, ..Flags::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_names_are_rewritten() {
        assert_eq!(code_of("AFGGOV 780427-780430").unwrap(), "AFGGOV:1978-04-27..1978-04-30");
        assert_eq!(code_of("IRQ >20140101").unwrap(), "IRQ:2014-01-01..");
        assert_eq!(code_of("SWE <050101").unwrap(), "SWE:..2005-01-01");
        assert_eq!(code_of("SWE <soon"), None);
        assert_eq!(written("UNITED_STATES_OF_AMERICA_").0, "United States of America");
        assert_eq!(written("AL-SISI_").0, "Al-Sisi");
        assert_eq!(written("UN_").0, "UN");
        assert_eq!(plural_of("AMBASSADOR_"), "AMBASSADORS");
        assert_eq!(plural_of("MINISTRY"), "MINISTRIES");
    }
}
