//! The sentences that a number of a run counts. A run holds no text, so the documents are read again, from where they were.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::scan::{ScanOptions, pool, scan};
use crate::archive::{Archive, ArchiveOptions, Selection};
use crate::collect::{Collector, ReadDocument};
use crate::diagnostics::Reject;
use crate::document::{Document, Part};
use crate::error::{Error, Result};
use crate::progress::StopFlag;
use crate::query::{Counting, Together, View};
use crate::span::Span;
use crate::store::{Block, MentionRow, Run};
use crate::text::Layout;

/// Which passages of a run's documents are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageQuery {
    /// What they are about.
    pub about: About,
    /// What the two entities of a pair must share.
    pub together: Together,
    /// At most so many documents; 0 for all.
    pub documents: usize,
    /// Which of them.
    pub order: PassageOrder,
}

/// What passages are about. Entities are given by their row in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Sentences that mention the entity.
    Entity(u32),
    /// Sentences with a mention of either entity that is together with one of the other.
    Pair(u32, u32),
    /// All sentences with mentions of the documents with this id.
    Document(String),
}

/// Which documents come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PassageOrder {
    /// Those that come first in the archive.
    #[default]
    Archive,
    /// The earliest; those without a day last.
    Date,
    /// Any, but the same ones for the same seed.
    Random(u64),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passages {
    /// Contexts that answer the query, in all documents of the view: of a pair, the number in its cell.
    pub contexts: u64,
    /// Documents that answer it.
    pub documents: u64,
    /// The sentences of the documents that were wanted, document by document.
    pub sentences: Vec<Passage>,
}

/// A sentence with names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Row of the document.
    pub document: u32,
    /// Its id.
    pub id: String,
    /// Its date as delivered; empty if there is none.
    pub date: String,
    /// Its source as delivered; empty if there is none.
    pub source: String,
    /// Title or text.
    pub part: Part,
    /// Number of the sentence in the document, from 0.
    pub sentence: u32,
    /// Where it begins, in characters of the part.
    pub start: usize,
    /// Where it ends (exclusive), in characters of the part.
    pub end: usize,
    /// Its text as delivered, without blanks at the ends.
    pub text: String,
    /// The names in it that the query is about, in order.
    pub names: Vec<PassageName>,
}

/// A name in a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassageName {
    /// The bytes of the passage's text.
    pub span: Span,
    /// Row of the entity in the view.
    pub entity: u32,
}

/// Reads the sentences that a number of a view counts. The inputs are looked for where the manifest says they were, relative to `root`.
///
/// # Errors
///
/// If the run stores no mentions, if its documents did not come from files, if an input is missing or has changed since, or if no
/// document has the id asked for.
///
/// # Complexity
///
/// Reads the mentions once or twice, and every input with a wanted document from its beginning to its end, which proves that it has not
/// changed.
pub fn passages(view: &View<'_>, root: &Path, query: &PassageQuery, options: ScanOptions<'_>) -> Result<Passages> {
    let run = view.run();
    let (mut answers, contexts) = count(view, query)?;
    let n_documents = answers.len() as u64;
    choose(run, &mut answers, query)?;
    let wanted = wanted_documents(view, &answers, query)?;
    let mut sentences_of = read_again(run, root, &wanted, options, &|wanted, document| sentences(wanted, document))?;
    let sentences = answers.iter().filter_map(|row| sentences_of.remove(row)).flatten().collect();
    Ok(Passages { contexts, documents: n_documents, sentences })
}

fn documents_with_id(run: &Run, id: &str) -> Result<Vec<u32>> {
    let mut rows = Vec::new();
    let mut row = 0;
    for block in run.documents()? {
        for document in block?.iter() {
            if document.id == id {
                rows.push(row);
            }
            row += 1;
        }
    }
    if rows.is_empty() {
        return Err(Error::usage(format!("no document of the run has the id {id:?}")).at(run.path()));
    }
    Ok(rows)
}

/// The documents that answer, and the number of contexts.
fn count(view: &View<'_>, query: &PassageQuery) -> Result<(Vec<u32>, u64)> {
    if let About::Document(id) = &query.about {
        // Those that stored no mentions could not be shown.
        view.run().stored_mentions()?;
        let mut documents = documents_with_id(view.run(), id)?;
        documents.retain(|row| view.has_document(*row as usize));
        let contexts = documents.len() as u64;
        return Ok((documents, contexts));
    }
    let (mut documents, mut contexts) = (Vec::new(), 0);
    view.for_each_text(|document, mentions| {
        let found = match (&query.about, query.together) {
            (About::Pair(a, b), together) => together.contexts_with(mentions, *a, *b),
            (About::Entity(entity), Together { counting: Counting::Frequency, .. }) => {
                mentions.iter().filter(|mention| mention.entity == *entity).count() as u64
            }
            (About::Entity(entity), together) => together.contexts_with(mentions, *entity, *entity),
            (About::Document(_), _) => 0,
        };
        if found > 0 {
            documents.push(document);
            contexts += found;
        }
        Ok(())
    })?;
    Ok((documents, contexts))
}

/// Leaves the documents that are wanted, in their order.
fn choose(run: &Run, rows: &mut Vec<u32>, query: &PassageQuery) -> Result<()> {
    match query.order {
        PassageOrder::Archive => {}
        PassageOrder::Date => {
            let mut days = Vec::new();
            for block in run.documents()? {
                days.extend(block?.day);
            }
            rows.sort_by_key(|&row| match days.get(row as usize) {
                Some(&day) if day != i32::MIN => (false, day),
                _ => (true, 0),
            });
        }
        PassageOrder::Random(seed) => {
            rows.sort_by_cached_key(|row| {
                let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(row.to_le_bytes()).finalize();
                <[u8; 32]>::from(digest)
            });
        }
    }
    if query.documents > 0 {
        rows.truncate(query.documents);
    }
    Ok(())
}

/// A document whose text is wanted.
pub(super) struct Wanted {
    pub(super) row: u32,
    pub(super) id: String,
    pub(super) date: String,
    pub(super) source: String,
    file: u32,
    offset: u64,
    length: u64,
    /// The mentions that are asked about.
    pub(super) mentions: Vec<MentionRow>,
}

/// The documents with these rows, without mentions.
pub(super) fn wanted_rows(run: &Run, rows: &BTreeSet<u32>) -> Result<BTreeMap<u32, Wanted>> {
    let mut wanted = BTreeMap::new();
    let mut row = 0_u32;
    for block in run.documents()? {
        let block = block?;
        for document in rows.range(row..row.saturating_add(block.rows() as u32)) {
            let found = block.row((document - row) as usize);
            let [id, date, source] = [found.id, found.date, found.source].map(str::to_owned);
            let (file, offset, length) = (found.file, found.offset, found.length);
            let mentions = Vec::new();
            wanted.insert(*document, Wanted { row: *document, id, date, source, file, offset, length, mentions });
        }
        row += block.rows() as u32;
    }
    Ok(wanted)
}

fn wanted_documents(view: &View<'_>, rows: &[u32], query: &PassageQuery) -> Result<BTreeMap<u32, Wanted>> {
    let mut wanted = wanted_rows(view.run(), &rows.iter().copied().collect())?;
    view.for_each_text(|document, mentions| {
        let Some(wanted) = wanted.get_mut(&document) else { return Ok(()) };
        let is_with = |mention: &MentionRow, other: u32| {
            mentions.iter().any(|near| near.entity == other && query.together.within.has(mention, near))
        };
        let is_about = |mention: &&MentionRow| match &query.about {
            About::Entity(entity) => mention.entity == *entity,
            About::Pair(a, b) => {
                mention.entity == *a && is_with(mention, *b) || mention.entity == *b && is_with(mention, *a)
            }
            About::Document(_) => true,
        };
        wanted.mentions.extend(mentions.iter().filter(is_about));
        Ok(())
    })?;
    Ok(wanted)
}

/// What `look` says of each wanted document, by its row. The inputs are looked for where the manifest says they were, relative to
/// `root`, and are proved not to have changed.
pub(super) fn read_again<T: Send>(
    run: &Run,
    root: &Path,
    wanted: &BTreeMap<u32, Wanted>,
    options: ScanOptions<'_>,
    look: &Look<'_, T>,
) -> Result<BTreeMap<u32, T>> {
    const REMEDY: &str = "name the folder in which the inputs are now with --root, or analyze them again";
    let inputs: BTreeSet<u32> = wanted.values().map(|document| document.file).collect();
    let inputs: Vec<u32> = inputs.into_iter().collect();
    if inputs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Some(settings) = &run.manifest().settings.input else {
        let error = Error::usage("the documents of the run came from a program, so their text cannot be read again");
        return Err(error.at(run.path()));
    };
    let described = |file: u32| {
        run.manifest().inputs.get(file as usize).ok_or_else(|| {
            Error::format(
                run.path(),
                format!("damaged: a document is of input {file}, which the manifest does not list"),
            )
        })
    };
    let paths = inputs.iter().map(|&file| Ok(root.join(&described(file)?.path))).collect::<Result<Vec<_>>>()?;
    if let Some(path) = paths.iter().find(|path| !path.is_file()) {
        return Err(Error::usage("the input of the run is not there any more").at(path).with_remedy(REMEDY));
    }
    // Which documents are wanted is known by their places, and the fields that were kept are not needed.
    let options_of_run = ArchiveOptions::from(settings);
    let archive =
        Archive::open(&paths, ArchiveOptions { keep: Vec::new(), select: Selection::default(), ..options_of_run })?;
    let fetch = Fetch {
        look,
        wanted: wanted
            .values()
            .map(|document| {
                let file = inputs.binary_search(&document.file).expect("it is among them") as u32;
                ((file, document.offset, document.length), document)
            })
            .fold(BTreeMap::new(), |mut places, (place, document)| {
                places.entry(place).or_insert_with(Vec::new).push(document);
                places
            }),
    };
    let mut texts = BTreeMap::new();
    let read = scan(&pool(options)?, archive.batches(), &fetch, options, |part| {
        texts.extend(part);
        Ok(ControlFlow::Continue(()))
    })?;
    for (&file, read) in inputs.iter().zip(read) {
        if read.sha256 != described(file)?.sha256 {
            let message = format!("the file has changed since {} was made", run.path().display());
            return Err(Error::usage(message).at(&read.path).with_remedy(REMEDY));
        }
    }
    match wanted.keys().find(|row| !texts.contains_key(row)) {
        Some(row) => {
            let message = format!("document {row} of the run is not in its input, although that has not changed");
            Err(Error::format(run.path(), message).with_remedy("`dateline verify` says whether the run is damaged"))
        }
        None => Ok(texts),
    }
}

/// What is asked about a document whose text is there again.
pub(super) type Look<'l, T> = dyn Fn(&Wanted, &Document<'_>) -> Result<T> + Sync + 'l;

/// Looks at the documents at the given places.
struct Fetch<'w, T> {
    look: &'w Look<'w, T>,
    /// By input, offset and length; members of a container can have the same offset and length.
    wanted: BTreeMap<(u32, u64, u64), Vec<&'w Wanted>>,
}

impl<T: Send> Collector for Fetch<'_, T> {
    type Worker<'a>
        = ()
    where
        Self: 'a;
    type Partial = Vec<(u32, T)>;

    fn worker(&self, _: Option<&StopFlag>) {}

    fn begin(&self) -> Self::Partial {
        Vec::new()
    }

    fn document(&self, (): &mut (), read: &ReadDocument<'_>, into: &mut Self::Partial) -> Result<()> {
        let place = (read.record.file, read.record.offset, read.batch.length(read.record));
        let Some(wanted) = self.wanted.get(&place) else { return Ok(()) };
        for wanted in wanted.iter().filter(|wanted| wanted.id == read.document.id) {
            into.push((wanted.row, (self.look)(wanted, read.document)?));
        }
        Ok(())
    }

    fn reject(&self, _: u32, _: Reject, _: &mut Self::Partial) {}

    fn merge(&self, into: &mut Self::Partial, next: Self::Partial) -> Result<()> {
        into.extend(next);
        Ok(())
    }
}

/// The sentences of a document that have wanted names.
pub(super) fn sentences(wanted: &Wanted, document: &Document<'_>) -> Result<Vec<Passage>> {
    let mut sentences: Vec<Passage> = Vec::new();
    let layout = Layout::of(&document.text);
    let spans: Vec<Span> = layout.sentences(&document.text).collect();
    let first = u32::from(document.title.is_some());
    for mention in &wanted.mentions {
        let part = if mention.part == 0 { Part::Title } else { Part::Text };
        let text = document.part(part);
        let name = Span::new(mention.start as usize, mention.end as usize);
        let whole = match part {
            Part::Title => Span::new(0, text.len()),
            Part::Text => spans.get(mention.sentence.wrapping_sub(first) as usize).copied().unwrap_or(name),
        };
        let sentence =
            if whole.contains(name) { whole } else { Span::new(whole.start.min(name.start), whole.end.max(name.end)) };
        let Some(slice) = text.get(sentence.start..sentence.end) else {
            let message = format!("the mention at byte {} of document {:?} is not in its text", name.start, wanted.id);
            return Err(Error::format(&wanted.id, message));
        };
        let bare = slice.trim();
        let begin = sentence.start + (slice.len() - slice.trim_start().len());
        let name = PassageName {
            span: Span::new(name.start.saturating_sub(begin), (name.end.saturating_sub(begin)).min(bare.len())),
            entity: mention.entity,
        };
        let same = sentences.last_mut().filter(|last| {
            (last.document, last.part, last.sentence) == (wanted.row, part, mention.sentence)
                && last.text.len() >= name.span.end
        });
        if let Some(last) = same {
            last.names.push(name);
            continue;
        }
        let start = text[..begin].chars().count();
        sentences.push(Passage {
            document: wanted.row,
            id: wanted.id.clone(),
            date: wanted.date.clone(),
            source: wanted.source.clone(),
            part,
            sentence: mention.sentence,
            start,
            end: start + bare.chars().count(),
            text: bare.to_owned(),
            names: vec![name],
        });
    }
    Ok(sentences)
}
