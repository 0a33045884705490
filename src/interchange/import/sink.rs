//! Receives the fragments of all formats, cleans them, sorts them by id, joins them into entities, and writes these.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::report::{Collisions, Dropped};
use super::{ImportOptions, ImportReport, Importer};
use crate::error::{Error, Result};
use crate::files::Sorter;
use crate::gazetteer::{AliasKind, CasePolicy, Flags};
use crate::interchange::catalogue::{Strength, running_forms};
use crate::interchange::country;
use crate::interchange::output::{Output, TextFormat};
use crate::interchange::record::{Keys, Record, RecordName, check_id, check_key, check_kind, check_name};
use crate::normalize::fold;

/// What a fragment may do to the entity of its id. Fragments of one entity are joined in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Role {
    /// Removes its names from an entity of a lower layer, or the entity if it has none.
    Remove,
    /// Is the whole record of an entity; a second one is dropped.
    Whole,
    /// Creates an entity or adds to it.
    Part,
    /// Adds to an entity that other fragments create; without one it is dropped.
    Extra,
}

/// A part of an entity, as one record of an input has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Fragment {
    #[serde(skip)]
    pub(super) id: String,
    pub(super) role: Role,
    /// Of all names of kind [`AliasKind::Name`], the one with the lowest rank becomes canonical.
    pub(super) rank: u8,
    pub(super) kind: Option<String>,
    pub(super) names: Vec<RecordName>,
    pub(super) keys: Keys,
    /// Set if the fragment says that its id is not an entity.
    pub(super) veto: Option<Veto>,
    /// Whether the record of the fragment is counted elsewhere: it is about another id, or also gave another fragment
    /// of this id.
    pub(super) aside: bool,
    /// Which input, and the line or record there.
    place: (u32, u64),
}

/// Why an id is not an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Veto {
    /// It groups concepts and is not a concept.
    Heading,
    /// It was withdrawn.
    Withdrawn,
}

impl Veto {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Heading => "about a concept scheme or a collection, which is a heading",
            Self::Withdrawn => "about a concept that is marked as deprecated",
        }
    }

    fn note(self) -> &'static str {
        match self {
            Self::Heading => "concept schemes and collections, which are headings and not entities",
            Self::Withdrawn => "deprecated concepts, which are left out",
        }
    }
}

impl Fragment {
    pub(super) fn new(role: Role, id: impl Into<String>) -> Self {
        let (names, keys) = (Vec::new(), Keys::default());
        Self { id: id.into(), role, rank: 0, kind: None, names, keys, veto: None, aside: false, place: (0, 0) }
    }

    /// Adds a name with its flags.
    pub(super) fn name(&mut self, text: &str, kind: AliasKind, flags: Flags) {
        self.names.push(RecordName { flags, ..RecordName::new(text, kind) });
    }

    /// Adds a key unless its value is empty.
    pub(super) fn key(&mut self, key: &str, value: &str) {
        if !value.trim().is_empty() {
            self.keys.push(key, value);
        }
    }
}

/// Keys that an entity may have only once.
const SINGLE: [&str; 12] = ["cc", "lat", "lon", "pop", "prio", "parent", "capital", "ctx", "from", "to", "src", "wd"];

/// Stands for the gazetteer compared with, where names are listed with entity numbers to count collisions.
const KNOWN: u64 = u64::MAX;

pub(super) struct Sink<'o> {
    pub(super) options: &'o ImportOptions<'o>,
    pub(super) report: ImportReport,
    output: Output,
    prefix: String,
    source: Option<String>,
    lossless: bool,
    catalogue: bool,
    same_ids: bool,
    fragments: Sorter,
    sequence: u64,
    inputs: Vec<String>,
    at: u64,
    /// A record that is processed again after everything was read.
    revisited: Option<(usize, u64)>,
    /// Whether any part of the record read last was accepted, and in `refused` why another part was not.
    accepted: bool,
    refused: Option<&'static str>,
}

impl<'o> Sink<'o> {
    pub(super) fn create(importer: &dyn Importer, out: &Path, options: &'o ImportOptions<'o>) -> Result<Self> {
        if let Some(kind) =
            options.kind.iter().chain(options.kinds.iter().map(|(_, kind)| kind)).find(|kind| check_kind(kind).is_err())
        {
            return Err(Error::usage(format!("{kind:?} is not a kind")).with_remedy("write one such as org.company"));
        }
        let mut output = Output::create(out, options.force, TextFormat::of(out)?)?;
        if let Some(notice) = importer.notice() {
            output.comment(notice)?;
        }
        Ok(Self {
            options,
            report: ImportReport::default(),
            output,
            prefix: options.prefix.clone().unwrap_or_else(|| importer.prefix().to_owned()),
            source: options.source.clone().or_else(|| importer.source().map(str::to_owned)),
            lossless: importer.is_lossless(),
            same_ids: importer.has_ids_of_authority(),
            catalogue: importer.is_catalogue() && !options.as_written,
            fragments: Sorter::new(options.memory / 2),
            sequence: 0,
            inputs: Vec::new(),
            at: 0,
            revisited: None,
            accepted: false,
            refused: None,
        })
    }

    /// Begins a new input.
    pub(super) fn enter(&mut self, label: &str) {
        self.settle();
        self.inputs.push(label.to_owned());
        (self.at, self.revisited) = (0, None);
    }

    /// Moves to a line or record.
    pub(super) fn at(&mut self, place: u64) {
        self.settle();
        (self.at, self.revisited) = (place, None);
    }

    /// The line or record that is being read.
    pub(super) fn place(&self) -> u64 {
        self.at
    }

    /// Rejects a part of the record; unless another part is accepted, the record is dropped for this reason.
    pub(super) fn reject(&mut self, reason: &'static str) {
        self.refused.get_or_insert(reason);
    }

    /// Notes that an input was not read.
    pub(super) fn pass_over(&mut self, label: &str, reason: &'static str) {
        self.report.passed_over.push((label.to_owned(), reason));
    }

    /// Counts one more record; it is kept unless [`drop_record`](Self::drop_record) follows.
    pub(super) fn read_record(&mut self) {
        self.settle();
        self.report.records.read += 1;
    }

    /// Drops the last record, once, if none of its parts was accepted.
    fn settle(&mut self) {
        if let Some(reason) = self.refused.take()
            && !self.accepted
        {
            self.drop_record(reason);
        }
        self.accepted = false;
    }

    pub(super) fn drop_record(&mut self, reason: &'static str) {
        let place = self.position();
        self.report.records.drop(reason, 1, || describe(&self.inputs, place));
    }

    /// Counts one record that is read and dropped.
    pub(super) fn refuse(&mut self, reason: &'static str) {
        self.read_record();
        self.drop_record(reason);
    }

    /// Counts names that a kept record loses.
    pub(super) fn drop_names(&mut self, reason: &'static str, count: u64) {
        let place = self.position();
        self.report.names.read += count;
        self.report.names.drop(reason, count, || describe(&self.inputs, place));
    }

    pub(super) fn note(&mut self, what: &'static str) {
        *self.report.notes.entry(what).or_default() += 1;
    }

    /// Returns to a record that was read before.
    pub(super) fn back_to(&mut self, (input, at): (usize, u64)) {
        self.settle();
        self.revisited = Some((input, at));
    }

    /// The input and the record that is being read.
    pub(super) fn position(&self) -> (usize, u64) {
        self.revisited.unwrap_or((self.inputs.len(), self.at))
    }

    /// An id that the input states, in the name space of this import; unchanged if it is in that already.
    pub(super) fn stated_id(&self, id: &str) -> String {
        if id.starts_with(&self.prefix) && id.len() > self.prefix.len() {
            self.id_without_prefix(id)
        } else {
            self.id(id)
        }
    }

    /// The id of a parent that the input states: like [`stated_id`](Self::stated_id), but ids of the gazetteer compared
    /// with are unchanged, too, since they may be meant.
    pub(super) fn parent_id(&self, id: &str) -> String {
        let is_known = self.options.against.is_some_and(|known| known.find(id).is_some());
        if is_known { id.to_owned() } else { self.stated_id(id) }
    }

    fn id_without_prefix(&self, id: &str) -> String {
        id.split_whitespace().collect::<Vec<_>>().join("_")
    }

    /// Counts a label in a language that is not requested.
    pub(super) fn count_language(&mut self, language: &str) {
        let base = language.split(['-', '_']).next().unwrap_or(language).to_ascii_lowercase();
        *self.report.languages.entry(base).or_default() += 1;
    }

    /// An id in the name space of this import; blanks become `_`.
    pub(super) fn id(&self, local: &str) -> String {
        let mut id = self.prefix.clone();
        for (index, word) in local.split_whitespace().enumerate() {
            id.push_str(if index == 0 { "" } else { "_" });
            id.push_str(word);
        }
        id
    }

    /// Accepts a part of the record read last. Drops the record if its id cannot be written, or if it would create an
    /// entity and none of its names can be written.
    pub(super) fn accept(&mut self, mut fragment: Fragment) -> Result<()> {
        if check_id(&fragment.id).is_err() || fragment.id.contains(char::is_control) {
            self.refused = Some("an id that is empty or holds tabs, control characters or doubled blanks");
            self.drop_names("of a record that is dropped", fragment.names.len() as u64);
            return Ok(());
        }
        let mut names = std::mem::take(&mut fragment.names);
        let n_names = names.len();
        names.retain_mut(|name| match clean(&name.name) {
            Ok(text) => {
                name.name = text;
                self.clean_keys(&mut name.keys);
                true
            }
            Err(reason) => {
                self.drop_names(reason, 1);
                false
            }
        });
        if names.is_empty() && n_names > 0 && (fragment.role != Role::Extra || fragment.keys.is_empty()) {
            self.refused = Some("no name that can be matched");
            return Ok(());
        }
        self.report.names.read += names.len() as u64;
        fragment.names = names;
        self.clean_keys(&mut fragment.keys);
        if let Some(kind) = &mut fragment.kind
            && check_kind(kind).is_err()
        {
            *kind = kind_word(kind);
        }
        let (input, at) = self.position();
        fragment.place = (input as u32, at);
        let mut key = Vec::with_capacity(fragment.id.len() + 10);
        key.extend_from_slice(fragment.id.as_bytes());
        key.push(0);
        key.push(fragment.role as u8);
        key.extend_from_slice(&self.sequence.to_be_bytes());
        self.sequence += 1;
        let value = serde_json::to_vec(&fragment).map_err(|error| Error::limit(error.to_string()))?;
        self.accepted = true;
        self.fragments.push(&key, &value)
    }

    fn clean_keys(&mut self, keys: &mut Keys) {
        let place = self.position();
        keys.0.retain_mut(|(key, value)| {
            if key == "cc" && !self.lossless && !country::is_code(value) {
                let Some(code) = country::code_of(value) else {
                    let reason = "a country that is neither a code of ISO 3166 nor a name that is known";
                    let example = || format!("{} {value:?}", describe(&self.inputs, place));
                    Dropped::add(&mut self.report.values, reason, 1, example);
                    return false;
                };
                code.clone_into(value);
                *self.report.notes.entry("countries written as their ISO 3166 codes").or_default() += 1;
            }
            if value.contains(char::is_whitespace) {
                *value = value.split_whitespace().collect::<Vec<_>>().join("_");
                *self.report.notes.entry("values whose blanks became _").or_default() += 1;
            }
            let fault = if key.contains(char::is_control) || value.contains(char::is_control) {
                Err("a control character in a value")
            } else {
                check_key(key, value)
            };
            if let Err(reason) = fault {
                Dropped::add(&mut self.report.values, reason, 1, || describe(&self.inputs, place));
            }
            fault.is_ok()
        });
    }

    /// Joins, writes and counts.
    pub(super) fn finish(mut self) -> Result<ImportReport> {
        self.settle();
        let empty = Sorter::new(0);
        let mut sorted = std::mem::replace(&mut self.fragments, empty).finish()?;
        let mut names = Sorter::new(self.options.memory / 2);
        let mut group: Vec<Fragment> = Vec::new();
        while let Some((key, value)) = sorted.next()? {
            // An id contains no NUL.
            let id = key.split(|&byte| byte == 0).next().unwrap_or_default();
            if group.first().is_some_and(|first| first.id.as_bytes() != id) {
                self.write(std::mem::take(&mut group), &mut names)?;
            }
            let fragment: Fragment =
                serde_json::from_slice(value).map_err(|error| Error::limit(format!("a temporary file: {error}")))?;
            group.push(Fragment { id: String::from_utf8_lossy(id).into_owned(), ..fragment });
        }
        if !group.is_empty() {
            self.write(group, &mut names)?;
        }
        self.compare(names)?;
        self.report.records.kept = self.report.records.read.saturating_sub(self.report.records.dropped());
        self.judge()?;
        self.output.commit()?;
        Ok(self.report)
    }

    /// Refuses an import of nothing, and one that would replace entities without permission.
    fn judge(&self) -> Result<()> {
        let input = self.inputs.first().map_or("the input", String::as_str);
        if self.report.entities == 0 && self.report.removals == 0 {
            let reasons: Vec<String> = self
                .report
                .records
                .dropped
                .iter()
                .map(|(reason, dropped)| format!("{} with {reason} (first {})", dropped.count, dropped.first))
                .collect();
            let found = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
            let message = format!("no entity was found in {} records{found}", self.report.records.read);
            let mut languages: Vec<(&String, &u64)> = self.report.languages.iter().collect();
            languages.sort_by_key(|(language, count)| (std::cmp::Reverse(**count), *language));
            let remedy = match languages.first() {
                Some((most, _)) => {
                    let list: Vec<String> =
                        languages.iter().take(10).map(|(language, count)| format!("{language} ({count})")).collect();
                    format!("add --lang {most}: the labels are in {}", list.join(", "))
                }
                None => "is --from the right format?".to_owned(),
            };
            return Err(Error::usage(message).at(input).with_remedy(remedy));
        }
        if self.report.replaced.count > 0
            && !self.options.replace
            && !self.same_ids
            && let Some(known) = self.options.against
        {
            let (count, layers) = (self.report.replaced.count, known.layers().join(" + "));
            let message = format!(
                "{count} of the ids are ids of {layers}: {}; used over {layers}, these entities would replace those with all \
                 their names",
                self.report.replaced
            );
            let remedy = "add --prefix my: to make ids of your own, or --replace if replacing is meant";
            return Err(Error::usage(message).at(input).with_remedy(remedy));
        }
        Ok(())
    }

    /// Makes one entity of its fragments, which are in the order of their roles.
    fn write(&mut self, group: Vec<Fragment>, all_names: &mut Sorter) -> Result<()> {
        let mut kept: Vec<Fragment> = Vec::with_capacity(group.len());
        if let Some(veto) = group.iter().find_map(|fragment| fragment.veto) {
            self.drop_group(&group, veto);
            return Ok(());
        }
        for fragment in group {
            if fragment.role == Role::Remove {
                self.remove(&fragment)?;
                continue;
            }
            let reason = match fragment.role {
                Role::Whole if !kept.is_empty() => "an id that an earlier record has",
                Role::Extra if !kept.iter().any(|other| other.role != Role::Extra) => {
                    "about an entity that is not imported"
                }
                _ => {
                    kept.push(fragment);
                    continue;
                }
            };
            let place = (fragment.place.0 as usize, fragment.place.1);
            self.report.records.drop(reason, 1, || describe(&self.inputs, place));
            self.report.names.drop(reason, fragment.names.len() as u64, || describe(&self.inputs, place));
        }
        // Further names of a little-known place are as little known as the place.
        let is_weak = |name: &RecordName| name.flags.weak;
        if kept.iter().any(|fragment| fragment.role == Role::Whole && fragment.names.iter().any(is_weak)) {
            let extra = kept.iter_mut().filter(|fragment| fragment.role == Role::Extra);
            extra.flat_map(|fragment| &mut fragment.names).for_each(|name| name.flags.weak = true);
        }
        let ranked = kept.iter().enumerate().filter(|(_, fragment)| fragment.names.iter().any(is_canonical));
        let chosen = ranked.min_by_key(|(index, fragment)| (fragment.rank, *index)).map(|(index, _)| index);
        let Some(from) = chosen.or_else(|| kept.iter().position(|fragment| !fragment.names.is_empty())) else {
            // Fragments without any name: keys of an entity that is never named.
            for fragment in &kept {
                let place = (fragment.place.0 as usize, fragment.place.1);
                self.report.records.drop("about an entity without a name", 1, || describe(&self.inputs, place));
            }
            return Ok(());
        };
        let at = kept[from].names.iter().position(is_canonical).unwrap_or(0);
        let canonical = kept[from].names.remove(at);
        let place = (kept[from].place.0 as usize, kept[from].place.1);
        let mut record = Record {
            id: kept[from].id.clone(),
            kind: String::new(),
            name: canonical.name.clone(),
            flags: canonical.flags,
            keys: canonical.keys.clone(),
            names: Vec::new(),
        };
        let mut seen: HashSet<RecordName> = HashSet::from([canonical]);
        let mut pairs: HashSet<(String, String)> = record.keys.0.iter().cloned().collect();
        let mut single: HashSet<String> = record.keys.0.iter().map(|(key, _)| key.clone()).collect();
        let mut texts: HashSet<(String, Flags)> = HashSet::from([(record.name.clone(), record.flags)]);
        for fragment in kept {
            let place = (fragment.place.0 as usize, fragment.place.1);
            match fragment.kind {
                Some(kind) if record.kind.is_empty() => record.kind = kind,
                Some(kind) if kind != record.kind => {
                    self.note("records that give an entity another kind; the first is kept")
                }
                _ => {}
            }
            for (key, value) in fragment.keys.0 {
                let is_new = pairs.insert((key.clone(), value.clone()));
                let is_first = single.insert(key.clone()) || !SINGLE.contains(&key.as_str());
                if self.lossless || is_new && is_first {
                    record.keys.0.push((key, value));
                } else if is_new {
                    self.note("values that differ from an earlier one of the entity; the first is kept");
                }
            }
            for mut name in fragment.names {
                if name.kind == AliasKind::Name {
                    name.kind = AliasKind::Alias;
                }
                let is_new = seen.insert(name.clone())
                    && (self.lossless
                        || texts.insert((name.name.clone(), name.flags))
                        || name.kind != AliasKind::Alias);
                if is_new {
                    record.names.push(name);
                } else {
                    self.report.names.drop("the same name of the same entity", 1, || describe(&self.inputs, place));
                }
            }
        }
        if record.kind.is_empty() {
            record.kind = self.options.kind.clone().unwrap_or_else(|| "entity".to_owned());
        }
        if let Some(source) = &self.source
            && record.keys.get("src").is_none()
        {
            record.keys.push("src", source.clone());
        }
        let n_names = 1 + record.names.len() as u64;
        if let Err(reason) = record.check() {
            self.report.records.drop(reason, 1, || describe(&self.inputs, place));
            self.report.names.drop(reason, n_names, || describe(&self.inputs, place));
            return Ok(());
        }
        self.report.names.kept += n_names;
        if let Some(known) = self.options.against
            && let Some(id) = known.find(&record.id)
        {
            self.report.replaced.add(|| format!("{} ({})", record.id, known.entity(id).name));
        }
        if self.catalogue {
            self.add_running_forms(&mut record);
        }
        for text in std::iter::once(&record.name).chain(record.names.iter().map(|name| &name.name)) {
            let mut key = fold(text).into_bytes();
            key.push(0);
            key.extend_from_slice(&self.report.entities.to_be_bytes());
            all_names.push(&key, b"")?;
        }
        self.report.entities += 1;
        self.output.write(&record)
    }

    /// Drops everything about an id that is not an entity.
    fn drop_group(&mut self, group: &[Fragment], veto: Veto) {
        let mut any = false;
        for fragment in group {
            any |= !fragment.aside;
            let place = (fragment.place.0 as usize, fragment.place.1);
            self.report.records.drop(veto.reason(), u64::from(!fragment.aside), || describe(&self.inputs, place));
            self.report.names.drop(veto.reason(), fragment.names.len() as u64, || describe(&self.inputs, place));
        }
        if any {
            self.note(veto.note());
        }
    }

    /// Writes that an entity of a lower layer, or names of it, are removed.
    fn remove(&mut self, fragment: &Fragment) -> Result<()> {
        self.report.removals += fragment.names.len().max(1) as u64;
        self.report.names.kept += fragment.names.len() as u64;
        if fragment.names.is_empty() {
            return self.output.remove(&fragment.id, None);
        }
        fragment.names.iter().try_for_each(|name| self.output.remove(&fragment.id, Some(&name.name)))
    }

    /// Adds the forms that names in catalogue form have in running text.
    fn add_running_forms(&mut self, record: &mut Record) {
        let own = std::iter::once((record.name.as_str(), record.flags));
        let all: Vec<(&str, Flags)> =
            own.chain(record.names.iter().map(|name| (name.name.as_str(), name.flags))).collect();
        let mut known: HashSet<String> = HashSet::new();
        let mut added: Vec<RecordName> = Vec::new();
        for (name, flags) in all.iter().filter(|(_, flags)| !flags.stop) {
            for form in running_forms(name, &record.kind) {
                if known.is_empty() {
                    known = all.iter().map(|(name, _)| fold(name)).collect();
                }
                if form.strength == Strength::Doubtful || !known.insert(fold(&form.text)) || clean(&form.text).is_err()
                {
                    continue;
                }
                let is_abbreviation = form.kind == AliasKind::Abbreviation;
                let mut flags = Flags { weak: flags.weak || form.strength == Strength::Weak, ..*flags };
                if is_abbreviation {
                    flags.case = CasePolicy::Exact;
                    flags.weak |= form.text.chars().count() <= 3;
                }
                added.push(RecordName { flags, ..RecordName::new(form.text, form.kind) });
            }
        }
        if !added.is_empty() {
            self.note("entities in catalogue form (X, Republic of), which got the form of running text as an alias");
            record.names.extend(added);
        }
    }

    /// Counts the names that several entities share, and those that the gazetteer compared with has, too.
    fn compare(&mut self, mut names: Sorter) -> Result<()> {
        if let Some(known) = self.options.against {
            for alias in known.aliases() {
                let mut key = fold(alias.text).into_bytes();
                key.push(0);
                key.extend_from_slice(&KNOWN.to_be_bytes());
                names.push(&key, b"")?;
            }
        }
        let (mut shared, mut known) = (Collisions::default(), Collisions::default());
        let mut sorted = names.finish()?;
        let mut current: Vec<u8> = Vec::new();
        let (mut entities, mut last, mut is_known) = (0, None, false);
        let mut close = |name: &[u8], entities: u64, is_known: bool| {
            let name = String::from_utf8_lossy(name);
            if entities > 1 {
                shared.add(&name, entities);
            }
            if is_known && entities > 0 {
                known.add(&name, entities);
            }
        };
        while let Some((key, _)) = sorted.next()? {
            let (name, entity) = key.split_at(key.len() - 9);
            let entity = u64::from_be_bytes(entity[1..].try_into().unwrap_or_default());
            if name != current {
                close(&current, entities, is_known);
                current = name.to_vec();
                (entities, last, is_known) = (0, None, false);
            }
            if entity == KNOWN {
                is_known = true;
            } else if last != Some(entity) {
                entities += 1;
                last = Some(entity);
            }
        }
        close(&current, entities, is_known);
        self.report.shared = shared;
        self.report.known = self.options.against.map(|_| known);
        Ok(())
    }
}

fn is_canonical(name: &RecordName) -> bool {
    name.kind == AliasKind::Name
}

/// `file:line`.
fn describe(inputs: &[String], (input, at): (usize, u64)) -> String {
    let input = input.checked_sub(1).and_then(|index| inputs.get(index)).map_or("input", String::as_str);
    format!("{input}:{at}")
}

/// A name as a line can express it: each run of blanks becomes one blank.
pub(super) fn clean(name: &str) -> Result<String, &'static str> {
    let mut text = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    if text.is_empty() {
        return Err("an empty name");
    }
    if text.contains(char::is_control) {
        return Err("a control character in a name");
    }
    check_name(&text)?;
    Ok(text)
}

/// Converts a label of another format to a kind.
pub(super) fn kind_word(label: &str) -> String {
    let blank = |c: char| c.is_whitespace() || c == '=' || c.is_control();
    let words: Vec<&str> = label.split(blank).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "entity".to_owned() } else { words.join("_").to_lowercase() }
}
