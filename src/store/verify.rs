//! Is a run whole? Every check that needs no inputs, in one report.
//!
//! The tables are read in streams, one block at a time, and their sums recomputed from the rows; what is kept is a few
//! numbers for each entity and document.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::manifest::{DateTally, RunManifest};
use super::rejects::{REJECTS_LISTED, count_rejects};
use super::run::{
    COOCCURRENCE_FILE, COUNTS_FILE, DOCUMENTS_FILE, ENTITIES_FILE, FIELDS_FILE, MANIFEST_FILE, MENTIONS_FILE,
    REJECTS_FILE, Run, SIGNATURES_FILE,
};
use super::wire::{Block, DocumentNote, MentionRows};
use crate::archive::is_impossible;
use crate::cooccurrence::RoundUps;
use crate::error::Result;
use crate::files::{FileSummary, list};
use crate::ids::EntityId;

/// What [`Run::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct VerifyReport {
    /// All checks that were made, in a fixed order.
    pub checks: Vec<Check>,
    /// What is worth knowing but no fault, e.g. a file that is not part of the run.
    pub notes: Vec<String>,
}

/// One check of a [`VerifyReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: String,
    /// What was found; if the check failed, what was expected too.
    pub detail: String,
    /// Whether all is well.
    pub ok: bool,
}

impl VerifyReport {
    /// Whether every check passed.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.ok)
    }

    /// Adds the outcome of a check: a detail if all is well, the fault if not.
    fn add(&mut self, name: impl Into<String>, outcome: Outcome) {
        let ok = outcome.is_ok();
        let (Ok(detail) | Err(detail)) = outcome;
        self.checks.push(Check { name: name.into(), detail, ok });
    }

    /// Adds a check that yields a table for further checks.
    fn read<T>(&mut self, name: &str, table: Result<T, String>, detail: impl FnOnce(&T) -> String) -> Option<T> {
        self.add(name, table.as_ref().map(detail).map_err(Clone::clone));
        table.ok()
    }
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            let verdict = if check.ok { "ok    " } else { "FAILED" };
            writeln!(f, "{verdict}  {}: {}", check.name, check.detail)?;
        }
        for note in &self.notes {
            writeln!(f, "note    {note}")?;
        }
        Ok(())
    }
}

type Outcome = Result<String, String>;

impl Run {
    /// Checks everything that can be checked without the inputs: hashes, checksums, books, and that the tables agree with
    /// each other and with the manifest. Goes on after a failure.
    ///
    /// # Complexity
    ///
    /// Reads every file three times, one block at a time; holds a few numbers for each entity and document.
    #[must_use]
    pub fn verify(&self) -> VerifyReport {
        verify(self)
    }
}

fn verify(run: &Run) -> VerifyReport {
    let mut report = VerifyReport::default();
    check_manifest(run.manifest(), &mut report);
    check_files(run, &mut report);
    check_rejects(run, &mut report);
    check_tables(run, &mut report);
    report
}

fn check_manifest(manifest: &RunManifest, report: &mut VerifyReport) {
    let books = &manifest.books;
    let [seen, counted, empty, duplicate, rejected] =
        [books.seen, books.counted, books.empty, books.duplicate, books.rejected];
    let mut sum =
        format!("{seen} seen, {counted} counted + {empty} empty + {duplicate} duplicate + {rejected} rejected");
    if books.filtered > 0 {
        sum += &format!(" + {} filtered", books.filtered);
    }
    report.add("books balance", if books.balanced() { Ok(sum) } else { Err(sum) });
    let records = total(manifest.inputs.iter().map(|input| &input.records));
    report.add("records of the inputs", equal(&[("seen", seen), ("in the inputs", records)]));
    let without_text = total(manifest.inputs.iter().map(|input| &input.empty));
    report.add("records without text", equal(&[("empty", empty), ("in the inputs", without_text)]));
    let left_out = total(manifest.inputs.iter().map(|input| &input.filtered));
    if books.filtered + left_out > 0 {
        report.add("documents left out", equal(&[("filtered", books.filtered), ("in the inputs", left_out)]));
    }
}

fn check_files(run: &Run, report: &mut VerifyReport) {
    let files = &run.manifest().files;
    for name in [ENTITIES_FILE, DOCUMENTS_FILE, SIGNATURES_FILE, COUNTS_FILE, COOCCURRENCE_FILE, REJECTS_FILE] {
        if !files.contains_key(name) {
            report.add(format!("file {name}"), Err("the manifest does not list it".to_owned()));
        }
    }
    for (name, expected) in files {
        report.add(format!("file {name}"), check_file(run, name, expected));
        if name.ends_with(".dln") {
            report.add(format!("blocks of {name}"), check_blocks(run, name).map_err(|error| error.to_string()));
        }
    }
    match list(run.path()) {
        Ok(entries) => {
            for (name, _) in entries {
                let name = name.to_string_lossy();
                if name != MANIFEST_FILE && !files.contains_key(name.as_ref()) {
                    report.notes.push(format!("{name} is not part of the run"));
                }
            }
        }
        Err(error) => report.add("directory", Err(error.to_string())),
    }
}

fn check_file(run: &Run, name: &str, expected: &FileSummary) -> Outcome {
    let found = FileSummary::of(run.path().join(name)).map_err(|error| error.to_string())?;
    if found.bytes != expected.bytes {
        return Err(format!("{} bytes, the manifest says {}", found.bytes, expected.bytes));
    }
    if found.sha256 != expected.sha256 {
        return Err(format!("SHA-256 {}, the manifest says {}", found.sha256, expected.sha256));
    }
    Ok(format!("{} bytes, SHA-256 as in the manifest", found.bytes))
}

fn check_blocks(run: &Run, name: &str) -> Result<String> {
    let mut reader = run.file(name)?;
    reader.verify()?;
    let rows = total(reader.index().iter().map(|entry| &entry.rows));
    Ok(format!("{} blocks, {rows} rows, all checksums right", reader.index().len()))
}

fn check_rejects(run: &Run, report: &mut VerifyReport) {
    if !run.has(REJECTS_FILE) {
        return;
    }
    let manifest = run.manifest();
    let found = count_rejects(&run.path().join(REJECTS_FILE), &manifest.inputs).map_err(|error| error.to_string());
    let outcome = found.and_then(|(mut found, listed): (BTreeMap<String, u64>, Vec<u64>)| {
        let lines = total(&listed);
        for (input, listed) in manifest.inputs.iter().zip(listed) {
            let is_full = listed == REJECTS_LISTED || input.unlisted.is_empty() && listed < REJECTS_LISTED;
            if !is_full {
                let (path, unlisted) = (&input.path, total(input.unlisted.values()));
                let rule = format!("the first {REJECTS_LISTED} of an input are listed");
                return Err(format!("{path}: {listed} records are listed, {unlisted} are not; {rule}"));
            }
            for (reason, unlisted) in &input.unlisted {
                let sum = found.entry(reason.clone()).or_default();
                *sum = sum.saturating_add(*unlisted);
            }
        }
        if found != manifest.rejected_by_reason {
            return Err(format!("{found:?} by reason, the manifest says {:?}", manifest.rejected_by_reason));
        }
        let (rejected, all) = (manifest.books.rejected, total(found.values()));
        match all - lines {
            0 => equal(&[("rejected", rejected), ("lines", lines)]),
            unlisted => equal(&[("rejected", rejected), ("listed or counted by input", all)])
                .map(|found| format!("{found}, of which {unlisted} are not listed")),
        }
    });
    report.add("rejected records", outcome);
}

fn check_tables(run: &Run, report: &mut VerifyReport) {
    let totals = &run.manifest().totals;
    let entities = report.read("rows of entities", read_entities(run), |table| format!("{} entities", table.len()));
    let documents = report.read("rows of documents", read_documents(run), |table| format!("{} documents", table.len()));
    let (Some(entities), Some(documents)) = (entities, documents) else {
        report.notes.push("sums were not compared: entities or documents cannot be read".to_owned());
        return;
    };
    let n_documents = documents.len() as u64;
    report.add("number of entities", equal(&[("rows", entities.len() as u64), ("in the manifest", totals.entities)]));
    report.add("number of documents", equal(&[("rows", n_documents), ("counted", run.manifest().books.counted)]));
    let extents = [
        ("characters", documents.characters, totals.characters),
        ("words", documents.words, totals.words),
        ("paragraphs", documents.paragraphs, totals.paragraphs),
        ("sentences", documents.sentences, totals.sentences),
    ];
    for (name, found, expected) in extents {
        report.add(name, equal(&[("documents", found), ("manifest", expected)]));
    }
    let notes = &run.manifest().notes;
    let expected = [notes.markup, notes.replaced, notes.language_judged, notes.not_english, notes.undivided];
    report.add("notes", same("note", "documents", &expected, &documents.notes));
    let signatures = run.signatures().map_err(words).and_then(|blocks| {
        blocks.map(|block| block.map(|block| block.rows() as u64).map_err(words)).sum::<Result<u64, String>>()
    });
    report.add(
        "signatures",
        signatures.and_then(|signatures| equal(&[("documents", n_documents), ("signatures", signatures)])),
    );
    report.add("dates", check_dates(&documents.dates, &run.manifest().dates));

    let mut mentions = vec![
        ("manifest", totals.mentions),
        ("entities", total(&entities.mentions)),
        ("documents", total(&documents.mentions)),
    ];
    let counts = read_counts(run, entities.len(), documents.len());
    let counts = report.read("rows of counts", counts, |table| format!("{} entries, in order", table.entries));
    if let Some(counts) = &counts {
        mentions.push(("counts", total(&counts.entity_mentions)));
        report.add("mentions of each entity", same("entity", "entities", &entities.mentions, &counts.entity_mentions));
        let frequencies = same("entity", "entities", &entities.documents, &counts.entity_documents);
        report.add("documents of each entity", frequencies);
        report.add(
            "mentions in each document",
            same("document", "documents", &documents.mentions, &counts.document_mentions),
        );
    }
    if run.has(MENTIONS_FILE) {
        let stored = read_mentions(run, entities.len(), documents.len());
        if let Some(stored) = report.read("rows of mentions", stored, |_| "in order".to_owned()) {
            mentions.push(("stored mentions", total(&stored.by_entity)));
            report.add(
                "stored mentions of each entity",
                same("entity", "entities", &entities.mentions, &stored.by_entity),
            );
            let outcome = same("document", "documents", &documents.mentions, &stored.by_document);
            report.add("stored mentions in each document", outcome);
        }
    }
    report.add("mentions", equal(&mentions));
    if run.has(FIELDS_FILE) || !run.kept_fields().is_empty() {
        let kept = read_fields(run, documents.len());
        report.read("rows of fields", kept, |(values, rows)| format!("{rows} rows of {values} values, in order"));
    }

    let matrix = read_cooccurrence(run, entities.len());
    let matrix = report.read("rows of cooccurrence", matrix, |table| format!("{} pairs, in order", table.pairs));
    let Some(matrix) = matrix else { return };
    report.add("number of pairs", equal(&[("rows", matrix.pairs), ("in the manifest", totals.pairs)]));
    if let Some(counts) = &counts {
        let found = [("by the counts", counts.round_ups), ("in the manifest", totals.round_ups)];
        report.add("round-ups", equal(&found));
    }
    let policy = run.manifest().settings.round_ups.to_string();
    if !matrix.round_ups.is_empty() && matrix.round_ups != policy {
        let fault = format!("{} in the header of {COOCCURRENCE_FILE}, {policy} in the manifest", matrix.round_ups);
        report.add("treatment of round-ups", Err(fault));
    }
    let mut contexts = vec![("in the header", matrix.contexts), ("in the manifest", totals.contexts)];
    if matrix.context == "document" {
        contexts.push(("documents", n_documents));
        report.add("marginals", same("entity", "entities", &entities.documents, &matrix.marginals));
        if let Some(counts) = counts.filter(|_| matrix.counting == "boolean") {
            report.add("joint counts of each entity", same("entity", "counts", &counts.meetings, &matrix.meetings));
        }
    }
    report.add("number of contexts", equal(&contexts));
    report.add(
        "marginals at most the contexts",
        match matrix.marginals.iter().position(|&marginal| marginal > matrix.contexts) {
            Some(entity) => Err(format!("entity {entity}: in {} of {}", matrix.marginals[entity], matrix.contexts)),
            None => Ok(format!("at most {}", matrix.contexts)),
        },
    );
}

/// Sums by row of `entities.dln`.
struct EntityTable {
    mentions: Vec<u64>,
    documents: Vec<u64>,
}

impl EntityTable {
    fn len(&self) -> usize {
        self.mentions.len()
    }
}

fn read_entities(run: &Run) -> Result<EntityTable, String> {
    let mut table = EntityTable { mentions: Vec::new(), documents: Vec::new() };
    let mut ids = HashSet::new();
    for block in run.entities().map_err(words)? {
        for entity in block.map_err(words)?.iter() {
            if !ids.insert(entity.id.to_owned()) {
                return Err(format!("row {}: an earlier row has the same id {:?}", table.len(), entity.id));
            }
            table.mentions.push(entity.mentions);
            table.documents.push(u64::from(entity.documents));
        }
    }
    Ok(table)
}

/// Sums by row of `documents.dln`.
#[derive(Default)]
struct DocumentTable {
    mentions: Vec<u64>,
    characters: u64,
    words: u64,
    paragraphs: u64,
    sentences: u64,
    /// By [`DocumentNote`].
    notes: [u64; 5],
    dates: DateTally,
}

impl DocumentTable {
    fn len(&self) -> usize {
        self.mentions.len()
    }
}

fn read_documents(run: &Run) -> Result<DocumentTable, String> {
    let n_inputs = run.manifest().inputs.len();
    let mut table = DocumentTable::default();
    let mut last = None;
    for block in run.documents().map_err(words)? {
        for document in block.map_err(words)?.iter() {
            let row = table.len();
            if document.file as usize >= n_inputs {
                return Err(format!("row {row}: input file {} of {n_inputs}", document.file));
            }
            in_order(&mut last, document.file, row)?;
            table.mentions.push(u64::from(document.mentions));
            table.characters += u64::from(document.characters);
            table.words += u64::from(document.words);
            table.paragraphs += u64::from(document.paragraphs);
            table.sentences += u64::from(document.sentences);
            for note in DocumentNote::ALL {
                table.notes[note as usize] += u64::from(note.is_in(document.notes));
            }
            match (document.day, document.date.trim()) {
                (i32::MIN, "") => table.dates.missing += 1,
                (i32::MIN, date) if is_impossible(date) => table.dates.impossible += 1,
                (i32::MIN, _) => table.dates.unreadable += 1,
                (_, "") => table.dates.named += 1,
                _ => table.dates.read += 1,
            }
        }
    }
    Ok(table)
}

/// Sums over `counts.dln`.
struct CountTable {
    entries: usize,
    entity_mentions: Vec<u64>,
    entity_documents: Vec<u64>,
    document_mentions: Vec<u64>,
    /// For each entity, how many other entities it meets in its documents, summed over them: what the joint counts of its
    /// row and column must add up to.
    meetings: Vec<u64>,
    /// Documents with so many entities that not all of their pairs count.
    round_ups: u64,
}

fn read_counts(run: &Run, n_entities: usize, n_documents: usize) -> Result<CountTable, String> {
    let mut table = CountTable {
        entries: 0,
        entity_mentions: vec![0; n_entities],
        entity_documents: vec![0; n_entities],
        document_mentions: vec![0; n_documents],
        meetings: vec![0; n_entities],
        round_ups: 0,
    };
    let policy = run.manifest().settings.round_ups;
    let mut last = None;
    let mut together: Vec<(EntityId, u32)> = Vec::new();
    let mut document = 0;
    for block in run.counts().map_err(words)? {
        for row in block.map_err(words)?.iter() {
            in_range("document", row.document, n_documents, table.entries)?;
            in_range("entity", row.entity, n_entities, table.entries)?;
            in_strict_order(&mut last, (row.document, row.entity), table.entries)?;
            if row.document != document {
                table.meet(policy, &mut together);
                document = row.document;
            }
            together.push((EntityId(row.entity), row.count));
            table.entity_mentions[row.entity as usize] += u64::from(row.count);
            table.entity_documents[row.entity as usize] += 1;
            table.document_mentions[row.document as usize] += u64::from(row.count);
            table.entries += 1;
        }
    }
    table.meet(policy, &mut together);
    Ok(table)
}

impl CountTable {
    /// Adds the meetings of one document's entities, and forgets them.
    fn meet(&mut self, policy: RoundUps, together: &mut Vec<(EntityId, u32)>) {
        self.round_ups += u64::from(policy.applies_to(together.len()));
        let paired = policy.paired(together);
        let paired = paired.as_ref().unwrap_or(together);
        let others = paired.len().saturating_sub(1) as u64;
        for (entity, _) in paired {
            self.meetings[entity.index()] += others;
        }
        together.clear();
    }
}

/// Sums over `mentions.dln`.
struct MentionTable {
    by_entity: Vec<u64>,
    by_document: Vec<u64>,
}

fn read_mentions(run: &Run, n_entities: usize, n_documents: usize) -> Result<MentionTable, String> {
    let mut table = MentionTable { by_entity: vec![0; n_entities], by_document: vec![0; n_documents] };
    let (mut last, mut before, mut index) = (None, None, 0);
    for block in run.blocks::<MentionRows>(MENTIONS_FILE).map_err(words)? {
        for row in block.map_err(words)?.iter() {
            in_range("document", row.document, n_documents, index)?;
            in_range("entity", row.entity, n_entities, index)?;
            in_order(&mut last, (row.document, row.part, row.start), index)?;
            let place = [row.paragraph, row.sentence, row.word];
            if let Some((_, earlier)) =
                before.replace((row.document, place)).filter(|(document, _)| *document == row.document)
                && earlier.iter().zip(place).any(|(&earlier, now)| earlier > now)
            {
                return Err(format!("row {index}: paragraph, sentence and word {place:?} after {earlier:?}"));
            }
            table.by_entity[row.entity as usize] += 1;
            table.by_document[row.document as usize] += 1;
            index += 1;
        }
    }
    Ok(table)
}

/// The number of values and of rows in `fields.dln`: every row points at a document and a value of its own field, and every value
/// is first used after those before it.
fn read_fields(run: &Run, n_documents: usize) -> Result<(usize, usize), String> {
    let n_fields = run.kept_fields().len();
    let mut field_of: Vec<u32> = Vec::new();
    for block in run.field_values().map_err(words)? {
        for row in block.map_err(words)?.iter() {
            in_range("field", row.field, n_fields, field_of.len())?;
            field_of.push(row.field);
        }
    }
    let (mut last, mut index, mut used) = (None, 0, 0);
    for block in run.fields().map_err(words)? {
        for row in block.map_err(words)?.iter() {
            in_range("document", row.document, n_documents, index)?;
            in_range("value", row.value, field_of.len(), index)?;
            in_strict_order(&mut last, (row.document, row.field), index)?;
            let value = row.value as usize;
            if field_of[value] != row.field {
                return Err(format!("row {index}: value {value} is of field {}, not {}", field_of[value], row.field));
            }
            if value > used {
                return Err(format!("row {index}: value {value} is used before value {used}"));
            }
            used = used.max(value + 1);
            index += 1;
        }
    }
    match used == field_of.len() {
        true => Ok((used, index)),
        false => Err(format!("value {used} of {} is never used", field_of.len())),
    }
}

/// Sums over `cooccurrence.dln`.
struct MatrixTable {
    context: String,
    counting: String,
    round_ups: String,
    contexts: u64,
    pairs: u64,
    /// By entity; 0 where there is no row.
    marginals: Vec<u64>,
    /// Joint counts by entity, row and column together.
    meetings: Vec<u64>,
}

fn read_cooccurrence(run: &Run, n_entities: usize) -> Result<MatrixTable, String> {
    let blocks = run.marginals().map_err(words)?;
    let properties = blocks.reader().header().properties.clone();
    let word = |name: &str| properties.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let contexts = properties.get("contexts").and_then(Value::as_u64);
    let mut table = MatrixTable {
        context: word("context"),
        counting: word("counting"),
        round_ups: word("round_ups"),
        contexts: contexts.ok_or("its header does not tell the number of contexts")?,
        pairs: 0,
        marginals: vec![0; n_entities],
        meetings: vec![0; n_entities],
    };
    let (mut last, mut index) = (None, 0);
    for block in blocks {
        for row in block.map_err(words)?.iter() {
            in_range("entity", row.entity, n_entities, index)?;
            in_strict_order(&mut last, row.entity, index)?;
            table.marginals[row.entity as usize] = u64::from(row.contexts);
            index += 1;
        }
    }
    let (mut last, mut index) = (None, 0);
    for block in run.pairs().map_err(words)? {
        for row in block.map_err(words)?.iter() {
            in_range("entity", row.b, n_entities, index)?;
            in_strict_order(&mut last, (row.a, row.b), index)?;
            let (a, b, joint) = (row.a as usize, row.b as usize, u64::from(row.joint));
            let least = table.marginals[a].min(table.marginals[b]);
            if joint > least {
                return Err(format!("row {index}: entities {a} and {b} meet {joint} times, one occurs {least} times"));
            }
            table.meetings[a] += joint;
            table.meetings[b] += joint;
            index += 1;
        }
    }
    table.pairs = index as u64;
    Ok(table)
}

fn in_range(what: &str, id: u32, len: usize, row: usize) -> Result<(), String> {
    if (id as usize) < len { Ok(()) } else { Err(format!("row {row}: {what} {id} of {len}")) }
}

/// Blocks are in order within; this holds them together.
fn in_order<K: PartialOrd + Copy + fmt::Debug>(last: &mut Option<K>, key: K, row: usize) -> Result<(), String> {
    match last.replace(key) {
        Some(last) if last > key => Err(format!("row {row}: out of order, {key:?} after {last:?}")),
        _ => Ok(()),
    }
}

/// The same where every key may occur once.
fn in_strict_order<K: PartialOrd + Copy + fmt::Debug>(last: &mut Option<K>, key: K, row: usize) -> Result<(), String> {
    match *last {
        Some(last) if last == key => Err(format!("row {row}: {key:?} occurs twice")),
        _ => in_order(last, key, row),
    }
}

/// The sum, at most what 64 bits hold: forged numbers must not stop a check.
fn total<'a>(numbers: impl IntoIterator<Item = &'a u64>) -> u64 {
    numbers.into_iter().fold(0, |sum, &number| sum.saturating_add(number))
}

/// Whether all numbers are the same.
fn equal(numbers: &[(&str, u64)]) -> Outcome {
    let told: Vec<String> = numbers.iter().map(|(name, number)| format!("{number} {name}")).collect();
    let told = told.join(", ");
    if numbers.windows(2).all(|pair| pair[0].1 == pair[1].1) { Ok(told) } else { Err(told) }
}

fn check_dates(found: &DateTally, expected: &DateTally) -> Outcome {
    match found == expected {
        true => Ok(found.to_string()),
        false => Err(format!("{found} by the documents, the manifest says {expected}")),
    }
}

/// Whether two tables have the same number in each row.
fn same(row_name: &str, source: &str, expected: &[u64], found: &[u64]) -> Outcome {
    match expected.iter().zip(found).position(|(expected, found)| expected != found) {
        Some(row) => {
            Err(format!("{row_name} {row}: {} by the rows, {} by the table of {source}", found[row], expected[row]))
        }
        None => Ok(format!("{} agree", expected.len())),
    }
}

fn words(error: crate::error::Error) -> String {
    error.to_string()
}
