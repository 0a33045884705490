//! Tests of the room as a whole, and the small archive they share.

mod damage;
mod golden;
mod round_trip;
mod runs;

use std::fs;
use std::io::Cursor;
use std::path::Path;

use super::*;
use crate::archive::{FieldMap, FileFormat};
use crate::copies::Signature;
use crate::diagnostics::{Reject, RejectReason};
use crate::error::Result;

const FINGERPRINT: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

/// Three documents about three entities, with everything a run stores of them.
#[derive(Clone)]
struct Sample {
    entities: EntityRows,
    documents: DocumentRows,
    signatures: SignatureRows,
    counts: CountRows,
    pairs: PairRows,
    marginals: MarginalRows,
    mentions: Option<MentionRows>,
    contexts: u64,
    rejects: Vec<Reject>,
    manifest: RunManifest,
}

fn sample() -> Sample {
    let mut entities = EntityRows::default();
    for (id, name, kind, country, latitude, longitude, mentions, documents) in [
        ("geonames:2660646", "Genève", "place.city", "CH", 46.202_22, 6.145_69, 3, 2),
        ("geonames:3143244", "Oslo", "place.city", "NO", 59.912_73, 10.746_09, 3, 3),
        ("wikidata:Q7817", "World Health Organization", "organisation.agency", "", f64::NAN, f64::NAN, 1, 1),
    ] {
        let (parent, wikidata, population) =
            if id.ends_with('6') { ("gn:2660645", "Q71", 203_856) } else { ("", "", 0) };
        entities.push(EntityRow {
            id,
            name,
            kind,
            country,
            parent,
            wikidata,
            population,
            latitude,
            longitude,
            mentions,
            documents,
        });
    }
    let mut documents = DocumentRows::default();
    for (id, date, day, offset, length, characters, mentions) in [
        ("a1", "2026-11-01", 20_758, 0, 210, 140, 4),
        ("a2", "", i32::MIN, 211, 90, 61, 1),
        ("a3", "1 Nov 1969", -61, 302, 101, 72, 2),
    ] {
        let (source, language, file) = ("daily.example", "en", 0);
        let (words, paragraphs, sentences) = (characters / 5, 3, 4);
        documents.push(DocumentRow {
            id,
            date,
            day,
            source,
            language,
            file,
            offset,
            length,
            characters,
            words,
            paragraphs,
            sentences,
            mentions,
            notes: match id {
                "a1" => 5,
                "a2" => 12,
                _ => 4,
            },
        });
    }
    let mut signatures = SignatureRows::default();
    for text in ["GENEVA: The WHO met in Oslo.", "Oslo was quiet.", "GENEVA and Oslo agreed."] {
        signatures.push(Signature::of(Some("Talks"), text).into());
    }
    let mut counts = CountRows::default();
    for (document, entity, count) in [(0, 0, 2), (0, 1, 1), (0, 2, 1), (1, 1, 1), (2, 0, 1), (2, 1, 1)] {
        counts.push(CountRow { document, entity, count });
    }
    let mut pairs = PairRows::default();
    for (a, b, joint) in [(0, 1, 2), (0, 2, 1), (1, 2, 1)] {
        pairs.push(PairRow { a, b, joint });
    }
    let mut marginals = MarginalRows::default();
    for (entity, contexts) in [(0, 2), (1, 3), (2, 1)] {
        marginals.push(MarginalRow { entity, contexts });
    }
    let mut mentions = MentionRows::default();
    for (document, part, start, end, start_char, end_char, entity) in [
        (0, 0, 0, 7, 0, 6, 0),
        (0, 1, 3, 10, 3, 9, 0),
        (0, 1, 20, 24, 19, 23, 1),
        (0, 1, 30, 55, 29, 54, 2),
        (1, 1, 0, 4, 0, 4, 1),
        (2, 0, 8, 12, 8, 12, 1),
        (2, 1, 5, 12, 5, 11, 0),
    ] {
        let (section, paragraph, sentence, word) = (if part == 0 { 0 } else { 4 }, part, part, 100 * part + start / 5);
        mentions.push(MentionRow {
            document,
            part,
            start,
            end,
            start_char,
            end_char,
            section,
            paragraph,
            sentence,
            word,
            entity,
        });
    }
    let gazetteer = ManifestGazetteer {
        names: vec!["core".to_owned()],
        fingerprint: FINGERPRINT.to_owned(),
        entities: 3,
        aliases: 5,
        data_date: "2026-11-01".to_owned(),
    };
    let mut manifest = RunManifest::new(settings(), gazetteer);
    manifest.producer = "dateline 0.1.0".to_owned();
    manifest.inputs.push(ManifestInput {
        path: "news/2026-11.jsonl".to_owned(),
        format: Some(FileFormat::JsonLines),
        bytes: 455,
        sha256: "0".repeat(64),
        records: 5,
        empty: 1,
        ..ManifestInput::default()
    });
    manifest.books = RecordTally { seen: 5, counted: 3, empty: 1, rejected: 1, ..RecordTally::default() };
    manifest.rejected_by_reason.insert("invalid-json".to_owned(), 1);
    manifest.dates = DateTally { read: 2, missing: 1, ..DateTally::default() };
    manifest.notes = ManifestNotes {
        shared_ids: 2,
        differing_ids: 2,
        markup: 1,
        replaced: 0,
        language_judged: 3,
        not_english: 1,
        undivided: 0,
    };
    manifest.totals = Totals {
        mentions: 7,
        entities: 3,
        pairs: 3,
        contexts: 3,
        characters: 273,
        words: 54,
        paragraphs: 9,
        sentences: 12,
        ..Totals::default()
    };
    let reject = Reject {
        file: "news/2026-11.jsonl".to_owned(),
        offset: 404,
        record: 5,
        reason: RejectReason::InvalidJson,
        message: "expected a JSON object".to_owned(),
    };
    let rejects = vec![reject];
    Sample {
        entities,
        documents,
        signatures,
        counts,
        pairs,
        marginals,
        mentions: Some(mentions),
        contexts: 3,
        rejects,
        manifest,
    }
}

/// Settings of which some are not the default.
fn settings() -> RunSettings {
    let fields = FieldMap { text: Some("body".to_owned()), ..FieldMap::default() };
    let input = InputSettings { fields, max_record: 64 << 20, ..InputSettings::default() };
    RunSettings { input: Some(input), recurring_lines: Some(5), ..RunSettings::default() }
}

impl Sample {
    /// Writes a run as the pipeline would.
    fn write(&self, out: &Path, force: bool) -> Result<Run> {
        let mut run = RunWriter::create(out, force)?;
        self.write_files(&mut run)?;
        run.commit(self.manifest.clone())
    }

    fn write_files(&self, run: &mut RunWriter) -> Result<()> {
        let mut put = |name: &str, header: FileHeader, write: &dyn Fn(&mut FileWriter) -> Result<()>| {
            let mut writer = run.file(name, &header)?;
            write(&mut writer)?;
            run.add(name, writer.finish()?);
            Ok(())
        };
        put(ENTITIES_FILE, header("dateline-entities").describe::<EntityRows>(), &|file| {
            file.write_block(&self.entities)
        })?;
        put(DOCUMENTS_FILE, header("dateline-documents").describe::<DocumentRows>(), &|file| {
            file.write_block(&self.documents)
        })?;
        put(SIGNATURES_FILE, header("dateline-signatures").describe::<SignatureRows>(), &|file| {
            file.write_block(&self.signatures)
        })?;
        put(COUNTS_FILE, header("dateline-counts").describe::<CountRows>(), &|file| file.write_block(&self.counts))?;
        let matrix = cooccurrence_header(self.contexts);
        put(COOCCURRENCE_FILE, matrix, &|file| {
            file.write_block(&self.marginals)?;
            file.write_block(&self.pairs)
        })?;
        if let Some(mentions) = &self.mentions {
            let header = header("dateline-mentions").describe::<MentionRows>();
            put(MENTIONS_FILE, header, &|file| file.write_block(mentions))?;
        }
        let mut rejects = run.rejects()?;
        for reject in &self.rejects {
            rejects.write(0, reject)?;
        }
        run.add(REJECTS_FILE, rejects.finish()?.file);
        Ok(())
    }

    /// One file with a block of each kind.
    fn all_kinds(&self, codec: Codec) -> Vec<u8> {
        let header = header("dateline-sample")
            .describe::<EntityRows>()
            .describe::<DocumentRows>()
            .describe::<CountRows>()
            .describe::<PairRows>()
            .describe::<MarginalRows>()
            .describe::<MentionRows>()
            .describe::<SignatureRows>();
        file_of(&header, codec, |file| {
            file.write_block(&self.entities)?;
            file.write_block(&self.documents)?;
            file.write_block(&self.counts)?;
            file.write_block(&self.pairs)?;
            file.write_block(&self.marginals)?;
            file.write_block(self.mentions.as_ref().unwrap())?;
            file.write_block(&self.signatures)
        })
    }
}

fn header(format: &str) -> FileHeader {
    // The version of the program is no part of the format.
    FileHeader { producer: "dateline 0.1.0".to_owned(), ..FileHeader::new(format, FINGERPRINT) }
}

fn cooccurrence_header(contexts: u64) -> FileHeader {
    header("dateline-cooccurrence")
        .describe::<MarginalRows>()
        .describe::<PairRows>()
        .with_property("context", "document")
        .with_property("counting", "boolean")
        .with_property("diagonal", "document frequency, in the marginals")
        .with_property("triangle", "upper")
        .with_property("duplicates", "counted")
        .with_property("contexts", contexts)
}

/// The bytes of a file that `write` fills.
fn file_of(header: &FileHeader, codec: Codec, write: impl FnOnce(&mut FileWriter) -> Result<()>) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sample.dln");
    let mut file = FileWriter::with_codec(&path, header, codec).unwrap();
    write(&mut file).unwrap();
    let summary = file.finish().unwrap();
    let frame = FileReader::open(&path).unwrap().frame().to_owned();
    assert_eq!(summary, FileSummary { frame: Some(frame), ..FileSummary::of(&path).unwrap() });
    fs::read(path).unwrap()
}

fn open(bytes: &[u8]) -> Result<FileReader<Cursor<&[u8]>>> {
    FileReader::new(Cursor::new(bytes), "sample.dln")
}

/// Opens and verifies; the reason if the file is refused.
fn verify(bytes: &[u8]) -> Result<(), String> {
    open(bytes).and_then(|mut reader| reader.verify()).map_err(|error| error.to_string())
}
