//! GATE: `lists.def` with lines `file.lst:major:minor:language:annotation`, and lists of one name a line, with features
//! after a separator (`name<TAB>id=us<TAB>cc=US`). Names with the same `id`, `inst` or `URI` feature are one entity.

use std::path::{Path, PathBuf};

use super::sink::{Fragment, Role, kind_word};
use super::source;
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, Flags, parse_flags};

pub(super) struct Gate;

/// Major types of ANNIE's lists.
const KINDS: [(&str, &str); 7] = [
    ("location", "place"),
    ("country", "place.country"),
    ("city", "place.city"),
    ("region", "place.region"),
    ("organization", "org"),
    ("company", "org.company"),
    ("jobtitle", "title"),
];

/// Features that identify the entity of a name.
const IDS: [&str; 3] = ["id", "inst", "URI"];

impl Importer for Gate {
    fn prefix(&self) -> &'static str {
        "gate:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        if sink.options.separator.is_empty() {
            return Err(Error::usage("the separator of features is empty").with_remedy("GATE's own default is a tab"));
        }
        for path in inputs {
            if path.extension().is_some_and(|extension| extension == "def") {
                read_index(path, sink)?;
            } else {
                let kind = sink.options.kind.clone().ok_or_else(|| {
                    Error::usage("a single list says nothing about its names")
                        .at(path)
                        .with_remedy("add --kind org.company, or name the lists.def it belongs to")
                })?;
                read_list(path, &kind, "", sink)?;
            }
        }
        Ok(())
    }
}

/// Reads the lists that an index names, in its order.
fn read_index(path: &Path, sink: &mut Sink<'_>) -> Result<()> {
    let mut lists: Vec<(PathBuf, String, String)> = Vec::new();
    let options = sink.options;
    source::visit(path, options, &mut |content| {
        source::each_line(content, sink, &mut |line, sink| {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                return Ok(());
            }
            let mut fields = line.split(':').map(str::trim);
            let file = fields.next().unwrap_or_default();
            let major = fields.next().unwrap_or_default();
            let minor = fields.next().unwrap_or_default();
            let language = fields.next().unwrap_or_default();
            if file.is_empty() || major.is_empty() {
                sink.refuse("a line of the index without a file and a major type");
                return Ok(());
            }
            let path = path.parent().unwrap_or(Path::new("")).join(file);
            lists.push((path, kind_of(major, minor, sink), language.to_owned()));
            Ok(())
        })
    })?;
    for (path, kind, language) in lists {
        read_list(&path, &kind, &language, sink)?;
    }
    Ok(())
}

fn kind_of(major: &str, minor: &str, sink: &Sink<'_>) -> String {
    let label = if minor.is_empty() { major.to_owned() } else { format!("{major}:{minor}") };
    if let Some(kind) = sink.options.kind_of(&label).or_else(|| sink.options.kind_of(major)) {
        return kind.to_owned();
    }
    let find = |word: &str| KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind);
    match (find(major), find(minor)) {
        (Some("place"), Some(kind)) => kind.to_owned(),
        (Some(kind), _) if minor.is_empty() => kind.to_owned(),
        (Some(kind), _) => format!("{kind}.{}", kind_word(minor)),
        (None, _) if minor.is_empty() => kind_word(major),
        (None, _) => format!("{}.{}", kind_word(major), kind_word(minor)),
    }
}

fn read_list(path: &Path, kind: &str, language: &str, sink: &mut Sink<'_>) -> Result<()> {
    let options = sink.options;
    source::visit(path, options, &mut |content| {
        source::each_line(content, sink, &mut |line, sink| {
            if line.trim().is_empty() {
                return Ok(());
            }
            sink.read_record();
            let mut fields = line.split(options.separator.as_str());
            let name = fields.next().unwrap_or_default().trim();
            let mut keys: Vec<(&str, &str)> = Vec::new();
            for feature in fields.filter(|feature| !feature.trim().is_empty()) {
                match feature.split_once('=') {
                    Some((key, value)) => keys.push((key.trim(), value.trim())),
                    None => sink.note("features that are not name=value"),
                }
            }
            let mut take = |wanted: &str| {
                let index = keys.iter().position(|(key, value)| *key == wanted && !value.is_empty())?;
                Some(keys.remove(index).1)
            };
            let id = IDS.iter().find_map(|key| take(key));
            let flags = take("flags").and_then(|list| parse_flags(list).ok()).unwrap_or(Flags::default());
            let relation = take("as");
            let relation = AliasKind::WORDS.iter().find(|(word, _)| relation == Some(*word));
            // Ids that the export of this program wrote are kept.
            let id = match id {
                Some(id) if sink.options.prefix.is_none() => id.to_owned(),
                Some(id) => sink.stated_id(id),
                None => sink.id(&format!("{kind}/{name}")),
            };
            let mut fragment = Fragment::new(Role::Part, id);
            fragment.kind = Some(kind.to_owned());
            fragment.name(name, relation.map_or(AliasKind::Name, |(_, kind)| *kind), flags);
            for (key, value) in keys {
                // Features of a further name belong to that name; other features belong to the entity.
                match relation {
                    Some(_) => fragment.names[0].keys.push(key, value),
                    None => fragment.key(key, value),
                }
            }
            fragment.key("lang", language);
            sink.accept(fragment)
        })
    })
}
