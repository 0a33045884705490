//! The grammar of one line of the native format: fields, flags, `key=value`.

use super::{Boundary, CasePolicy, Evidence, Flags};

/// One field of a line, and the column (in characters, from 1) where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) text: &'a str,
    pub(crate) column: u32,
}

/// Splits a line at tabs and at runs of two or more blanks; single blanks stay inside a field.
pub(crate) fn split_fields(line: &str) -> Vec<Field<'_>> {
    let bytes = line.as_bytes();
    let is_blank = |at: usize| bytes.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    // A single blank followed by a word does not end a field.
    let is_end = |at: usize| is_blank(at) && (bytes.get(at) != Some(&b' ') || is_blank(at + 1));
    let mut fields: Vec<Field<'_>> = Vec::new();
    let (mut start, mut end, mut column) = (0, 0, 1);
    loop {
        let Some(next) = (end..bytes.len()).find(|at| !is_blank(*at)) else { return fields };
        column += line[start..next].chars().count() as u32;
        start = next;
        end = (start..).find(|at| is_end(*at)).expect("a line ends");
        fields.push(Field { text: &line[start..end], column });
    }
}

type FlagWord = (&'static str, fn(&Flags) -> bool, fn(&mut Flags));

/// The words of the flags field: word, whether a set has the flag, how to set it. Defaults have no word in output.
pub(super) const FLAG_WORDS: [FlagWord; 10] = [
    ("exact", |flags| flags.case == CasePolicy::Exact, |flags| flags.case = CasePolicy::Exact),
    ("any", |flags| flags.case == CasePolicy::Any, |flags| flags.case = CasePolicy::Any),
    ("hyphen-", |flags| flags.boundary == Boundary::NoHyphen, |flags| flags.boundary = Boundary::NoHyphen),
    ("open", |flags| flags.boundary == Boundary::Open, |flags| flags.boundary = Boundary::Open),
    ("prefix", |flags| flags.boundary.goes_on(), |flags| flags.boundary = flags.boundary.and(Boundary::Prefix)),
    ("suffix", |flags| flags.boundary.begins_earlier(), |flags| flags.boundary = flags.boundary.and(Boundary::Suffix)),
    ("weak", |flags| flags.weak, |flags| flags.weak = true),
    ("comma", |flags| flags.after_comma, |flags| flags.after_comma = true),
    ("nofold", |flags| flags.accents_matter, |flags| flags.accents_matter = true),
    ("stop", |flags| flags.stop, |flags| flags.stop = true),
];

/// Words for a default.
const DEFAULT_WORDS: [&str; 4] = ["-", "title", "word", "free"];

/// Flags that exclude each other: at most one of each group.
const GROUPS: [&[&str]; 4] = [
    &["exact", "title", "any"],
    &["word", "hyphen-", "open", "prefix"],
    &["word", "hyphen-", "open", "suffix"],
    &["weak", "free"],
];

/// Parses the comma-separated list of a flags field; `-` and the empty string are the defaults.
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
/// A description of the fault, if a flag is unknown or two exclude each other.
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

/// Parses the comma-separated list of `ctx=`.
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
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Fields are the text between tabs and runs of blanks.
        #[test]
        fn fields_are_what_stands_between_gaps(line in "[ \tab\u{e9}\u{4e00}]{0,24}") {
            let is_gap = |gap: &str| gap.contains('\t') || gap.len() > 1;
            let mut expected: Vec<(usize, String)> = Vec::new();
            let mut gap = "  ".to_owned();
            for (index, c) in line.chars().enumerate() {
                match (c, expected.last_mut()) {
                    (' ' | '\t', _) => gap.push(c),
                    (_, Some((_, field))) if !is_gap(&gap) => {
                        field.push_str(&std::mem::take(&mut gap));
                        field.push(c);
                    }
                    _ => {
                        expected.push((index + 1, c.to_string()));
                        gap.clear();
                    }
                }
            }
            let fields = split_fields(&line);
            let found: Vec<_> = fields.iter().map(|field| (field.column as usize, field.text.to_owned())).collect();
            prop_assert_eq!(found, expected);
        }
    }

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
        let lists = ["-", "exact", "any,weak", "hyphen-,comma,nofold,stop", "exact,open,weak", "prefix", "any,suffix"];
        for list in lists.into_iter().chain(["prefix,suffix,weak"]) {
            assert_eq!(parse_flags(list).unwrap().to_string(), list);
        }
        assert_eq!(parse_flags("suffix,prefix").unwrap().to_string(), "prefix,suffix");
        for [first, second] in [["exact", "any"], ["open", "prefix"], ["hyphen-", "suffix"]] {
            let fault = format!("the flags `{first}` and `{second}` exclude each other");
            assert_eq!(parse_flags(&format!("{first},{second}")).unwrap_err(), fault);
        }
    }
}
