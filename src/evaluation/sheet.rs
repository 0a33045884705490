//! A labelling sheet that somebody has filled in: how often each entity, and each type, was right.

use std::collections::BTreeMap;
use std::path::Path;

use crate::association::{wilson_interval, wilson_interval_of};
use crate::error::{Error, Result};

/// The columns that a sheet must have.
const COLUMNS: [&str; 5] = ["entity", "name", "type", "documents", "correct"];

/// An entity of a sheet: the documents of it that were judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledEntity {
    /// Its id.
    pub entity: String,
    /// Its canonical name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Documents that mention it according to the run.
    pub documents: u64,
    /// Documents that were judged.
    pub labelled: u64,
    /// Those in which the name means the entity.
    pub right: u64,
}

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// The share of the judged documents that are right; of several entities, each weighted by its documents.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl LabelledEntity {
    /// The share of its documents that are right, with Wilson's interval; `None` if none was judged.
    #[must_use]
    pub fn precision(&self) -> Option<Precision> {
        let (low, high) = wilson_interval(self.right, self.labelled);
        (self.labelled > 0).then(|| Precision { value: self.right as f64 / self.labelled as f64, low, high })
    }
}

/// Reads a sheet: CSV with at least the columns `entity`, `name`, `type`, `documents` and `correct`, a row for each document
/// judged. `correct` is `yes` or `no` (also `y`, `n`, `1`, `0`, `true`, `false`), or empty if nobody judged it.
///
/// ```
/// use dateline::evaluation::labelled;
/// let sheet = "entity,name,type,documents,correct\niq,Iraq,place,40,yes\niq,Iraq,place,40,no\niq,Iraq,place,40,\n";
/// let found = labelled(sheet, "sheet.csv")?;
/// assert_eq!((found[0].labelled, found[0].right, found[0].documents), (2, 1, 40));
/// assert!(labelled("entity,correct\n", "sheet.csv").is_err());
/// # Ok::<(), dateline::Error>(())
/// ```
///
/// # Errors
///
/// If a column is missing, a cell holds something else, two rows of an entity contradict each other, or nothing was judged.
pub fn labelled(text: &str, path: impl AsRef<Path>) -> Result<Vec<LabelledEntity>> {
    let path = path.as_ref();
    let refuse = |message: String, remedy: &str| Error::format(path, message).with_remedy(remedy);
    // Spreadsheets put a mark before UTF-8.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| refuse(error.to_string(), "save the sheet as CSV with commas, in UTF-8");
    let header = reader.headers().map_err(unreadable)?.clone();
    let mut positions = [0; 5];
    for (position, column) in positions.iter_mut().zip(COLUMNS) {
        *position = header.iter().position(|name| name.trim().eq_ignore_ascii_case(column)).ok_or_else(|| {
            refuse(format!("there is no column {column:?}"), "keep the columns that `dateline sample` wrote")
        })?;
    }
    let mut entities: BTreeMap<String, LabelledEntity> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let [id, name, kind, documents, correct] =
            positions.map(|position| record.get(position).unwrap_or_default().trim());
        let documents: u64 = documents.parse().map_err(|_| {
            refuse(format!("line {line}: documents is {documents:?}, not a number"), "restore the number")
        })?;
        let is_right = match correct.to_lowercase().as_str() {
            "" => None,
            "yes" | "y" | "1" | "true" => Some(true),
            "no" | "n" | "0" | "false" => Some(false),
            other => {
                let message = format!("line {line}: correct is {other:?}");
                return Err(refuse(message, "write yes or no, or leave it empty"));
            }
        };
        let entity = entities.entry(id.to_owned()).or_insert_with(|| {
            order.push(id.to_owned());
            let [entity, name, kind] = [id, name, kind].map(str::to_owned);
            LabelledEntity { entity, name, kind, documents, labelled: 0, right: 0 }
        });
        if entity.documents != documents || entity.kind != kind {
            let message = format!("line {line}: {id} has other documents or another type than in a row before");
            return Err(refuse(message, "give all rows of one sample, and of one run"));
        }
        entity.labelled += u64::from(is_right.is_some());
        entity.right += u64::from(is_right == Some(true));
    }
    if entities.values().all(|entity| entity.labelled == 0) {
        return Err(refuse("no row is judged".to_owned(), "write yes or no into the column correct"));
    }
    Ok(order.iter().filter_map(|id| entities.remove(id)).collect())
}

/// The precision of several entities together: the share of all their documents that are right, if each entity is right as often as in its
/// sample. `None` if none was judged.
///
/// The interval is Wilson's, with the effective number of judgements of L. Kish, "Survey sampling", 1965: frequent entities weigh more, so
/// the judgements are worth fewer than as many of documents drawn from all alike.
#[must_use]
pub fn pooled<'l>(entities: impl IntoIterator<Item = &'l LabelledEntity>) -> Option<Precision> {
    let judged: Vec<&LabelledEntity> = entities.into_iter().filter(|entity| entity.labelled > 0).collect();
    let all: f64 = judged.iter().map(|entity| entity.documents as f64).sum();
    if judged.is_empty() || all == 0.0 {
        return None;
    }
    let (mut value, mut inverse) = (0.0, 0.0);
    for entity in judged {
        let (weight, labelled) = (entity.documents as f64 / all, entity.labelled as f64);
        value += weight * entity.right as f64 / labelled;
        inverse += weight * weight / labelled;
    }
    let (low, high) = wilson_interval_of(value, 1.0 / inverse);
    Some(Precision { value, low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(documents: u64, labelled: u64, right: u64) -> LabelledEntity {
        let [entity, name, kind] = ["a", "A", "place"].map(str::to_owned);
        LabelledEntity { entity, name, kind, documents, labelled, right }
    }

    #[test]
    fn entities_weigh_by_their_documents() {
        let pooled_of = |entities: &[LabelledEntity]| pooled(entities).unwrap();
        // 90 documents at 4/5 and 10 at 1/5.
        let found = pooled_of(&[entity(90, 5, 4), entity(10, 5, 1)]);
        assert!((found.value - 0.74).abs() < 1e-12);
        assert!(found.low < 0.74 && found.high > 0.74);
        // As sure as ten judgements of one entity at the most.
        let (low, high) = wilson_interval(10, 10);
        let all_right = pooled_of(&[entity(50, 5, 5), entity(50, 5, 5)]);
        assert!((all_right.low - low).abs() < 1e-9 && all_right.high == high, "{all_right:?}");
        // One entity with nearly all documents leaves little more than its five judgements.
        let uneven = pooled_of(&[entity(9_999, 5, 4), entity(1, 95, 95)]);
        assert!(uneven.high - uneven.low > 0.4, "{uneven:?}");
        assert_eq!(pooled(&[entity(9, 0, 0)]), None);
    }

    #[test]
    fn wrong_sheets_are_refused() {
        let refused = |text: &str| labelled(text, "s.csv").unwrap_err().to_string();
        let head = "entity,name,type,documents,correct\n";
        assert!(refused("entity,name\n").contains("no column \"type\""));
        assert!(refused(&format!("{head}a,A,place,9,perhaps\n")).contains("line 2: correct is \"perhaps\""));
        assert!(refused(&format!("{head}a,A,place,many,yes\n")).contains("documents is \"many\""));
        assert!(refused(&format!("{head}a,A,place,9,yes\na,A,place,8,yes\n")).contains("line 3"));
        assert!(refused(&format!("{head}a,A,place,9,\n")).contains("no row is judged"));
        let found = labelled("\u{FEFF}Correct,x,type,documents,name,entity\nY,,place,9,A,a\n", "s.csv").unwrap();
        assert_eq!(found, [entity(9, 1, 1)]);
    }
}
