//! Which field of a record is which.

use serde::{Deserialize, Serialize};

/// Names of the fields of a JSON Lines record.
///
/// A field that is not named here (`None`) is the first of the usual names, in this order, that holds a usable value: a
/// string, for `id` also a number, for `date` and `source` a string or the text of a number. A name given here for one field
/// is not looked at for another.
///
/// | field | usual names, in order of preference |
/// |---|---|
/// | id | `id`, `doc_id`, `article_id`, `guid`, `uri`, `url`, `link` |
/// | title | `title`, `headline`, `head` |
/// | text | `text`, `body`, `content`, `maintext`, `article`, `full_text` |
/// | date | `date`, `published`, `published_at`, `date_publish`, `pubdate`, `publication_date`, `timestamp` |
/// | source | `source`, `domain`, `publisher`, `outlet`, `site`, `newspaper` |
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldMap {
    /// The stable external id; a record without one is called `path#number`.
    pub id: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The body. A record without one is rejected.
    pub text: Option<String>,
    /// The publication date.
    pub date: Option<String>,
    /// The publisher or site.
    pub source: Option<String>,
}

const ID: [&str; 7] = ["id", "doc_id", "article_id", "guid", "uri", "url", "link"];
const TITLE: [&str; 3] = ["title", "headline", "head"];
const TEXT: [&str; 6] = ["text", "body", "content", "maintext", "article", "full_text"];
const DATE: [&str; 7] =
    ["date", "published", "published_at", "date_publish", "pubdate", "publication_date", "timestamp"];
const SOURCE: [&str; 6] = ["source", "domain", "publisher", "outlet", "site", "newspaper"];

/// One slot for each name above.
pub(super) const SLOTS: usize = ID.len() + TITLE.len() + TEXT.len() + DATE.len() + SOURCE.len();

/// Which names to look for, once for all records: each name has a slot, each field its slots in order of preference.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) names: Vec<String>,
    /// The slots again, by length of name.
    by_length: Vec<Vec<usize>>,
    pub(super) id: Vec<usize>,
    pub(super) title: Vec<usize>,
    pub(super) text: Vec<usize>,
    pub(super) date: Vec<usize>,
    pub(super) source: Vec<usize>,
}

impl Fields {
    pub(super) fn new(map: &FieldMap) -> Self {
        let given = [&map.id, &map.title, &map.text, &map.date, &map.source];
        let is_given = |usual: &str| given.iter().any(|name| name.as_deref() == Some(usual));
        let mut names: Vec<String> = Vec::new();
        let mut slots = |name: &Option<String>, usual: &[&str]| -> Vec<usize> {
            let wanted: Vec<&str> = match name {
                Some(name) => vec![name],
                None => usual.iter().copied().filter(|usual| !is_given(usual)).collect(),
            };
            let mut slot = |wanted: &str| {
                names.iter().position(|name| name == wanted).unwrap_or_else(|| {
                    names.push(wanted.to_owned());
                    names.len() - 1
                })
            };
            wanted.into_iter().map(&mut slot).collect()
        };
        let id = slots(&map.id, &ID);
        let title = slots(&map.title, &TITLE);
        let text = slots(&map.text, &TEXT);
        let date = slots(&map.date, &DATE);
        let source = slots(&map.source, &SOURCE);
        let longest = names.iter().map(String::len).max().unwrap_or_default();
        let mut by_length = vec![Vec::new(); longest + 1];
        for (slot, name) in names.iter().enumerate() {
            by_length[name.len()].push(slot);
        }
        Self { names, by_length, id, title, text, date, source }
    }

    /// The slot of a name that is looked for.
    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        let slots = self.by_length.get(name.len())?;
        slots.iter().copied().find(|&slot| self.names[slot] == name)
    }
}
