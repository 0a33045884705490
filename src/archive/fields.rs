//! Which field of a record is which.

use serde::{Deserialize, Serialize};

/// Names of the fields of a JSON Lines record.
///
/// A field that is not named here (`None`) is the first of the usual names, in this order, that holds a usable value: a
/// string, for `id` also a number, for `date` and `source` a string or the text of a number. `a.b` is the member `b` of the
/// object `a`, or a field of that very name. A name given here for one field is not looked at for another.
///
/// | field | usual names, in order of preference |
/// |---|---|
/// | id | `id`, `doc_id`, `article_id`, `guid`, `uri`, `url`, `link`, `@id`, `_id`, `articleId`, `docId`, `uuid`, `guid.rendered` |
/// | title | `title`, `headline`, `head`, `webTitle`, `headline.main`, `title.rendered` |
/// | text | `text`, `body`, `content`, `maintext`, `article`, `full_text`, `articleBody`, `article_body`, `bodyText`, `fields.bodyText`, `content.rendered` |
/// | date | `date`, `published`, `published_at`, `date_publish`, `pubdate`, `publication_date`, `timestamp`, `publishedAt`, `pubDate`, `pub_date`, `datePublished`, `date_published`, `publish_date`, `publishDate`, `publicationDate`, `published_date`, `publishedDate`, `webPublicationDate`, `isoDate`, `dateTimePub`, `datetime` |
/// | source | `source`, `domain`, `publisher`, `outlet`, `site`, `newspaper`, `source.name`, `publisher.name`, `source.title`, `source_name`, `sourceName`, `source_domain`, `source.id` |
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldMap {
    /// The stable external id; a record without one is called `path#number`.
    pub id: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The body. A record without one is rejected; one that is null is empty.
    pub text: Option<String>,
    /// The publication date.
    pub date: Option<String>,
    /// The publisher or site.
    pub source: Option<String>,
}

const ID: [&str; 13] = [
    "id",
    "doc_id",
    "article_id",
    "guid",
    "uri",
    "url",
    "link",
    "@id",
    "_id",
    "articleId",
    "docId",
    "uuid",
    "guid.rendered",
];
const TITLE: [&str; 6] = ["title", "headline", "head", "webTitle", "headline.main", "title.rendered"];
const TEXT: [&str; 11] = [
    "text",
    "body",
    "content",
    "maintext",
    "article",
    "full_text",
    "articleBody",
    "article_body",
    "bodyText",
    "fields.bodyText",
    "content.rendered",
];
const DATE: [&str; 21] = [
    "date",
    "published",
    "published_at",
    "date_publish",
    "pubdate",
    "publication_date",
    "timestamp",
    "publishedAt",
    "pubDate",
    "pub_date",
    "datePublished",
    "date_published",
    "publish_date",
    "publishDate",
    "publicationDate",
    "published_date",
    "publishedDate",
    "webPublicationDate",
    "isoDate",
    "dateTimePub",
    "datetime",
];
const SOURCE: [&str; 13] = [
    "source",
    "domain",
    "publisher",
    "outlet",
    "site",
    "newspaper",
    "source.name",
    "publisher.name",
    "source.title",
    "source_name",
    "sourceName",
    "source_domain",
    "source.id",
];

/// One slot for each name above.
pub(super) const SLOTS: usize = ID.len() + TITLE.len() + TEXT.len() + DATE.len() + SOURCE.len();

/// Which names to look for, once for all records: each name has a slot, each field its slots in order of preference.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) names: Vec<String>,
    pub(super) tree: Names,
    /// The slot and the option of each name that the user gave.
    pub(super) given: Vec<(usize, &'static str)>,
    pub(super) id: Vec<usize>,
    pub(super) title: Vec<usize>,
    pub(super) text: Vec<usize>,
    pub(super) date: Vec<usize>,
    pub(super) source: Vec<usize>,
}

impl Fields {
    pub(super) fn new(map: &FieldMap) -> Self {
        let options = [
            (&map.text, "--text-field"),
            (&map.title, "--title-field"),
            (&map.id, "--id-field"),
            (&map.date, "--date-field"),
            (&map.source, "--source-field"),
        ];
        let is_given = |usual: &str| options.iter().any(|(name, _)| name.as_deref() == Some(usual));
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
        let slot = |name: &String| names.iter().position(|known| known == name).expect("it has just been given a slot");
        let given = options.iter().filter_map(|(name, option)| Some((slot(name.as_ref()?), *option))).collect();
        let mut tree = Names::default();
        for (slot, name) in names.iter().enumerate() {
            tree.insert(name, slot);
        }
        Self { names, tree, given, id, title, text, date, source }
    }
}

/// The names to look for in one object, by their length.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(Vec<Vec<Name>>);

/// One name that is looked for.
#[derive(Debug, Clone)]
pub(super) struct Name {
    name: String,
    /// Where its value goes, unless only its members are wanted.
    pub(super) slot: Option<usize>,
    pub(super) members: Names,
}

impl Names {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Name> {
        self.0.get(name.len())?.iter().find(|known| known.name == name)
    }

    /// Calls `each` with every slot here and below.
    pub(super) fn each_slot(&self, each: &mut impl FnMut(usize)) {
        for name in self.0.iter().flatten() {
            name.slot.into_iter().for_each(&mut *each);
            name.members.each_slot(each);
        }
    }

    /// Adds a name by itself, and `a.b` also as the member `b` of `a`.
    fn insert(&mut self, name: &str, slot: usize) {
        self.entry(name).slot = Some(slot);
        for (at, _) in name.match_indices('.') {
            let (outer, inner) = (&name[..at], &name[at + 1..]);
            if !outer.is_empty() && !inner.is_empty() {
                self.entry(outer).members.insert(inner, slot);
            }
        }
    }

    fn entry(&mut self, name: &str) -> &mut Name {
        let length = name.len();
        if self.0.len() <= length {
            self.0.resize_with(length + 1, Vec::new);
        }
        let names = &mut self.0[length];
        let at = names.iter().position(|known| known.name == name).unwrap_or_else(|| {
            names.push(Name { name: name.to_owned(), slot: None, members: Self::default() });
            names.len() - 1
        });
        &mut names[at]
    }
}
