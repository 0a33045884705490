//! Which types of a gold file are compared, and how the types of other programs map to those of dateline.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::SpanFile;
use crate::error::{Error, Result};

/// Names of dateline's types in other label sets: OntoNotes and spaCy, CoNLL, ACE, Stanford, IOB files.
const SYNONYMS: [(&str, &[&str]); 3] = [
    ("place", &["place", "places", "gpe", "loc", "location", "geo", "toponym", "geo-loc"]),
    (
        "organisation",
        &["organisation", "organisations", "organization", "organizations", "org", "corporation", "company"],
    ),
    ("title", &["title", "titles", "role", "position"]),
];

/// A type of a file and the type it is compared as: `GPE=place`.
///
/// ```
/// use dateline::evaluation::Renaming;
/// let renaming: Renaming = "GPE=place".parse()?;
/// assert_eq!((renaming.from.as_str(), renaming.to.as_str()), ("GPE", "place"));
/// assert!("GPE".parse::<Renaming>().is_err());
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// The type in the file.
    pub from: String,
    /// The type it is compared as.
    pub to: String,
}

impl FromStr for Renaming {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once('=').map(|(from, to)| (from.trim(), to.trim())) {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                Ok(Self { from: from.to_owned(), to: to.to_owned() })
            }
            _ => Err(Error::usage(format!("{text:?} does not rename a type")).with_remedy("write it like GPE=place")),
        }
    }
}

/// Which spans of a gold file are compared, by their type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compared<'g> {
    /// The spans that are compared.
    pub spans: u64,
    /// Wanted types of which the file has no span.
    pub lacking: Vec<String>,
    /// Types of the file that are neither wanted nor ignored, with the number of their spans.
    pub left: BTreeMap<&'g str, u64>,
    /// Suggested renamings of those that are known to mean a wanted type: `GPE=place`.
    pub renamings: Vec<String>,
}

/// Which of the gold spans (of one split, if it is named) are compared, given the wanted and the ignored types.
///
/// ```
/// use dateline::evaluation::{SpanFile, compared};
/// let gold = r#"{"id":"a","text":"Talks in Accra","spans":[{"start":9,"end":14,"type":"GPE"}]}"#;
/// let gold = SpanFile::gold(gold, "gold.jsonl")?;
/// let compared = compared(&gold, &["place".to_owned()], &[], None);
/// assert_eq!((compared.spans, compared.left["GPE"]), (0, 1));
/// assert_eq!(compared.renamings, ["GPE=place"]);
/// # Ok::<(), dateline::Error>(())
/// ```
#[must_use]
pub fn compared<'g>(gold: &'g SpanFile, wanted: &[String], ignored: &[String], split: Option<&str>) -> Compared<'g> {
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    let documents = gold.documents().iter();
    for document in documents.filter(|document| split.is_none() || document.split.as_deref() == split) {
        for span in &document.spans {
            *types.entry(span.kind.as_str()).or_default() += 1;
        }
    }
    let is_in = |list: &[String], kind: &str| list.iter().any(|other| other == kind);
    let left: BTreeMap<&str, u64> = types
        .iter()
        .filter(|(kind, _)| !is_in(wanted, kind) && !is_in(ignored, kind))
        .map(|(kind, n)| (*kind, *n))
        .collect();
    let called = |kind: &str| {
        let kind = kind.to_lowercase();
        let mut names = SYNONYMS.iter().filter(|(name, _)| is_in(wanted, name));
        names.find(|(_, names)| names.contains(&kind.as_str())).map(|(name, _)| *name)
    };
    let renamings = left.keys().filter_map(|kind| Some(format!("{kind}={}", called(kind)?)));
    Compared {
        renamings: renamings.collect(),
        spans: types.iter().filter(|(kind, _)| is_in(wanted, kind)).map(|(_, count)| count).sum(),
        lacking: wanted.iter().filter(|kind| !types.contains_key(kind.as_str())).cloned().collect(),
        left,
    }
}

impl Compared<'_> {
    /// The types that are not compared, with the number of their spans, the most frequent first: `GPE (12), PERSON
    /// (3)`.
    #[must_use]
    pub fn left_over(&self) -> String {
        let mut left: Vec<(&str, u64)> = self.left.iter().map(|(kind, count)| (*kind, *count)).collect();
        left.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
        left.iter().map(|(kind, count)| format!("{kind} ({count})")).collect::<Vec<_>>().join(", ")
    }
}
