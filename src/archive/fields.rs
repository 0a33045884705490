//! Which field of a record is which.

use serde::{Deserialize, Serialize};

/// Names of the fields of a JSON Lines record.
///
/// A field that is not named here (`None`) is the first of the usual names, in this order, that holds a usable value: a
/// string, for `id` also a number, for `date` and `source` a string or the text of a number. `a.b` is the member `b` of the
/// object `a`, or a field of that very name. A name given here for one field is not looked at for another.
///
/// What is given here may also be a JSON Pointer (RFC 6901: `/content/0/text`), and several names: `body|text` is the first of
/// them that a record has; `lead,body`, for the text alone, is all that it has, with a blank line between them. An empty name
/// means that no field is this part.
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
const SOURCE: [&str; 14] = [
    "source",
    "domain",
    "publisher",
    "outlet",
    "site",
    "newspaper",
    "publication",
    "source.name",
    "publisher.name",
    "source.title",
    "source_name",
    "sourceName",
    "source_domain",
    "source.id",
];

/// One slot for each name above, and some for the names of fields that are kept.
pub(super) const SLOTS: usize = ID.len() + TITLE.len() + TEXT.len() + DATE.len() + SOURCE.len() + 16;

/// Which names to look for, once for all records: each name has a slot, each field its slots in order of preference.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) names: Vec<String>,
    pub(super) tree: Names,
    /// What the user gave.
    pub(super) given: Vec<Given>,
    pub(super) id: Vec<usize>,
    pub(super) title: Vec<usize>,
    /// Each is a part of the text.
    pub(super) text: Vec<Vec<usize>>,
    pub(super) date: Vec<usize>,
    pub(super) source: Vec<usize>,
    /// Fields that are kept.
    pub(super) kept: Vec<Vec<usize>>,
}

/// A field that the user named.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// The slots of its names, of which a record needs one.
    pub(super) slots: Vec<usize>,
    /// The option that named it.
    pub(super) option: &'static str,
}

/// The names in `body|text`.
fn alternatives(given: &str) -> impl Iterator<Item = &str> {
    given.split('|').map(str::trim).filter(|name| !name.is_empty())
}

impl Fields {
    /// More names than these cannot be looked for.
    pub(super) const MOST_NAMES: usize = SLOTS;

    /// Of a record of which no other fields are kept.
    #[cfg(any(test, fuzzing))]
    pub(super) fn new(map: &FieldMap) -> Self {
        Self::keeping(map, &[])
    }

    pub(super) fn keeping(map: &FieldMap, keep: &[String]) -> Self {
        let options = [
            (&map.text, "--text-field"),
            (&map.title, "--title-field"),
            (&map.id, "--id-field"),
            (&map.date, "--date-field"),
            (&map.source, "--source-field"),
        ];
        let given_names = |given: &str| given.split(',').flat_map(alternatives).map(str::to_owned).collect::<Vec<_>>();
        let all_given: Vec<String> =
            options.iter().filter_map(|(given, _)| given.as_deref()).flat_map(given_names).collect();
        let mut names: Vec<String> = Vec::new();
        let mut slot = |wanted: &str| {
            names.iter().position(|name| name == wanted).unwrap_or_else(|| {
                names.push(wanted.to_owned());
                names.len() - 1
            })
        };
        let mut slots = |given: Option<&str>, usual: &[&str]| -> Vec<usize> {
            match given {
                Some(given) => alternatives(given).map(&mut slot).collect(),
                None => {
                    let free = usual.iter().filter(|usual| !all_given.iter().any(|given| given == *usual));
                    free.map(|usual| slot(usual)).collect()
                }
            }
        };
        let id = slots(map.id.as_deref(), &ID);
        let title = slots(map.title.as_deref(), &TITLE);
        let text: Vec<Vec<usize>> = match map.text.as_deref() {
            Some(given) => {
                given.split(',').map(|part| slots(Some(part), &[])).filter(|part| !part.is_empty()).collect()
            }
            None => vec![slots(None, &TEXT)],
        };
        let date = slots(map.date.as_deref(), &DATE);
        let source = slots(map.source.as_deref(), &SOURCE);
        let kept: Vec<Vec<usize>> = keep.iter().map(|given| slots(Some(given), &[])).collect();
        let given_slots = [&text.concat(), &title, &id, &date, &source].map(Clone::clone);
        // Of a text in several parts each is a field of its own.
        let text_given = text.iter().filter(|_| map.text.is_some()).map(|slots| (slots.clone(), "--text-field"));
        let others = options.iter().zip(given_slots).skip(1).filter(|((given, _), _)| given.is_some());
        // An empty name says that no field is meant.
        let others = others.map(|((_, option), slots)| (slots, *option)).filter(|(slots, _)| !slots.is_empty());
        let kept_given = kept.iter().map(|slots| (slots.clone(), "--keep"));
        let given = text_given.chain(others).chain(kept_given).map(|(slots, option)| Given { slots, option }).collect();
        let mut tree = Names::default();
        for (slot, name) in names.iter().enumerate() {
            tree.insert(name, slot);
        }
        Self { names, tree, given, id, title, text, date, source, kept }
    }

    /// The names of each field that is kept.
    pub(super) fn kept_names(&self) -> Vec<Vec<String>> {
        self.kept.iter().map(|slots| slots.iter().map(|slot| self.names[*slot].clone()).collect()).collect()
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

    /// The name of an element of an array.
    pub(super) fn find_index(&self, index: usize) -> Option<&Name> {
        // Nobody asks for elements of most arrays, and for few of the others.
        const MOST: usize = 1_000_000;
        if self.is_empty() || index >= MOST {
            return None;
        }
        self.find(&index.to_string())
    }

    /// Calls `each` with every slot here and below.
    pub(super) fn each_slot(&self, each: &mut impl FnMut(usize)) {
        for name in self.0.iter().flatten() {
            name.slot.into_iter().for_each(&mut *each);
            name.members.each_slot(each);
        }
    }

    /// Adds a name by itself, and `a.b` also as the member `b` of `a`; or what a JSON Pointer leads to. Elements of arrays are
    /// members whose names are their numbers, from 0.
    fn insert(&mut self, name: &str, slot: usize) {
        if let Some(pointer) = name.strip_prefix('/') {
            let mut steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
            let first = steps.next().unwrap_or_default();
            steps.fold(self.entry(&first), |entry, step| entry.members.entry(&step)).slot = Some(slot);
            return;
        }
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
