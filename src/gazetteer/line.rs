//! The grammar of one line of the native format: fields, flags, `key=value`.

use super::{Boundary, CasePolicy, Evidence, Flags};

/// One field of a line with the column (in characters, from 1) where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) text: &'a str,
    pub(super) column: u32,
}

/// Splits a line at tabs and at runs of two or more blanks; single blanks stay inside a field.
pub(super) fn split_fields(line: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut start = None;
    let mut blanks = 0;
    let mut end = 0;
    let mut column = 0;
    let mut start_column = 0;
    for (at, c) in line.char_indices() {
        column += 1;
        match c {
            ' ' => blanks += 1,
            '\t' => blanks += 2,
            _ => {
                if blanks >= 2
                    && let Some(begun) = start.take()
                {
                    fields.push(Field { text: &line[begun..end], column: start_column });
                }
                if start.is_none() {
                    start = Some(at);
                    start_column = column;
                }
                blanks = 0;
                end = at + c.len_utf8();
            }
        }
    }
    if let Some(begun) = start {
        fields.push(Field { text: &line[begun..end], column: start_column });
    }
    fields
}

type FlagWord = (&'static str, fn(&Flags) -> bool, fn(&mut Flags));

/// The words of the flags field: word, whether a set has it, how to set it. Defaults have no word in output.
pub(super) const FLAG_WORDS: [FlagWord; 8] = [
    ("exact", |flags| flags.case == CasePolicy::Exact, |flags| flags.case = CasePolicy::Exact),
    ("any", |flags| flags.case == CasePolicy::Any, |flags| flags.case = CasePolicy::Any),
    ("hyphen-", |flags| flags.boundary == Boundary::NoHyphen, |flags| flags.boundary = Boundary::NoHyphen),
    ("open", |flags| flags.boundary == Boundary::Open, |flags| flags.boundary = Boundary::Open),
    ("weak", |flags| flags.weak, |flags| flags.weak = true),
    ("comma", |flags| flags.after_comma, |flags| flags.after_comma = true),
    ("nofold", |flags| flags.accents_matter, |flags| flags.accents_matter = true),
    ("stop", |flags| flags.stop, |flags| flags.stop = true),
];

/// Words that state a default.
const DEFAULT_WORDS: [&str; 4] = ["-", "title", "word", "free"];

/// Flags that exclude each other: one of each group at most.
const GROUPS: [&[&str]; 3] = [&["exact", "title", "any"], &["word", "hyphen-", "open"], &["weak", "free"]];

/// Parses the comma list of a flags field; `-` and the empty string are the defaults.
///
/// ```
/// use dateline::gazetteer::{CasePolicy, parse_flags};
/// let flags = parse_flags("exact,weak").unwrap();
/// assert_eq!(flags.case, CasePolicy::Exact);
/// assert!(flags.weak && !flags.stop);
/// assert!(parse_flags("loose").is_err());
/// ```
///
/// # Errors
///
/// The fault in words, if a flag is unknown or two exclude each other.
pub fn parse_flags(list: &str) -> Result<Flags, String> {
    let mut flags = Flags::default();
    let words: Vec<&str> = list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    for word in &words {
        match FLAG_WORDS.iter().find(|(known, _, _)| known == word) {
            Some((_, _, set)) => set(&mut flags),
            None if DEFAULT_WORDS.contains(word) => {}
            None => return Err(format!("unknown flag `{word}`")),
        }
    }
    for group in GROUPS {
        let mut chosen = words.iter().filter(|word| group.contains(word));
        if let (Some(first), Some(second)) = (chosen.next(), chosen.next())
            && first != second
        {
            return Err(format!("the flags `{first}` and `{second}` exclude each other"));
        }
    }
    Ok(flags)
}

/// Parses the comma list of `ctx=`.
pub(crate) fn parse_evidence(list: &str) -> Result<Vec<Evidence>, String> {
    let mut evidence = Vec::new();
    for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match Evidence::WORDS.iter().find(|(known, _)| *known == word) {
            Some((_, kind)) => evidence.push(*kind),
            None => return Err(format!("unknown evidence `{word}`")),
        }
    }
    evidence.sort();
    evidence.dedup();
    Ok(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_end_at_tabs_or_two_blanks() {
        let texts: Vec<&str> =
            split_fields("us   place.country\tUnited States  -  cc=US ").iter().map(|f| f.text).collect();
        assert_eq!(texts, ["us", "place.country", "United States", "-", "cc=US"]);
        let columns: Vec<u32> = split_fields("é  b").iter().map(|field| field.column).collect();
        assert_eq!(columns, [1, 4]);
    }

    #[test]
    fn flags_survive_a_round_trip() {
        for list in ["-", "exact", "any,weak", "hyphen-,comma,nofold,stop", "exact,open,weak"] {
            assert_eq!(parse_flags(list).unwrap().to_string(), list);
        }
        assert_eq!(parse_flags("exact,any").unwrap_err(), "the flags `exact` and `any` exclude each other");
    }
}
