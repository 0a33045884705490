//! The pipeline one writes in an afternoon: `serde_json`, all names in one automaton, hash maps.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use dateline::Gazetteer;
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// Finds names as they are written, overlapping, keeps the leftmost-longest between word boundaries, and counts entities and
/// pairs: no folding, no case policies, no reading of the page, nothing checked or sorted.
pub(crate) struct Afternoon {
    automaton: AhoCorasick,
    /// The entity of each name; one of them where several share it.
    entities: Vec<u32>,
}

/// The fields it reads, borrowed where nothing is escaped.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, default)]
    title: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    text: std::borrow::Cow<'a, str>,
}

impl Afternoon {
    pub(crate) fn new(gazetteer: &Gazetteer) -> Self {
        let mut names: HashMap<&str, u32> = HashMap::new();
        for alias in gazetteer.aliases() {
            names.entry(alias.text).or_insert(alias.entity.0);
        }
        let mut names: Vec<(&str, u32)> = names.into_iter().collect();
        names.sort_unstable();
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(names.iter().map(|(name, _)| name))
            .expect("the names fit");
        Self { automaton, entities: names.into_iter().map(|(_, entity)| entity).collect() }
    }

    /// Reads a JSON Lines file and writes counts and pairs, as they come, to another; returns how many mentions there were.
    pub(crate) fn run(&self, input: &Path, out: &Path) -> u64 {
        let mut lines = BufReader::with_capacity(1 << 20, File::open(input).expect("it is there"));
        let mut out = std::io::BufWriter::new(File::create(out).expect("it can be written"));
        let (mut line, mut hits) = (String::new(), Vec::new());
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        let mut pairs: FxHashMap<u64, u32> = FxHashMap::default();
        let (mut document, mut mentions) = (0_u32, 0);
        while lines.read_line(&mut line).expect("it can be read") > 0 {
            let record: Record<'_> = serde_json::from_str(&line).expect("it was written as JSON");
            counts.clear();
            for text in record.title.iter().chain([&record.text]) {
                mentions += self.count(text, &mut hits, &mut counts);
            }
            let mut found: Vec<u32> = counts.keys().copied().collect();
            found.sort_unstable();
            for (at, entity) in found.iter().enumerate() {
                for number in [document, *entity, counts[entity]] {
                    out.write_all(&number.to_le_bytes()).expect("it can be written");
                }
                for other in &found[at + 1..] {
                    *pairs.entry(u64::from(*entity) << 32 | u64::from(*other)).or_insert(0) += 1;
                }
            }
            document += 1;
            line.clear();
        }
        // Order does not matter to it.
        #[allow(clippy::iter_over_hash_type)]
        for (pair, count) in pairs {
            out.write_all(&pair.to_le_bytes()).expect("it can be written");
            out.write_all(&count.to_le_bytes()).expect("it can be written");
        }
        out.flush().expect("it can be written");
        mentions
    }

    fn count(&self, text: &str, hits: &mut Vec<(usize, usize, u32)>, counts: &mut FxHashMap<u32, u32>) -> u64 {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        hits.clear();
        for hit in self.automaton.find_overlapping_iter(text) {
            let (start, end) = (hit.start(), hit.end());
            if !is_word(text[..start].chars().next_back()) && !is_word(text[end..].chars().next()) {
                hits.push((start, usize::MAX - end, self.entities[hit.pattern().as_usize()]));
            }
        }
        hits.sort_unstable();
        let (mut last_end, mut mentions) = (0, 0);
        for (start, end, entity) in hits.iter() {
            if *start >= last_end {
                last_end = usize::MAX - end;
                *counts.entry(*entity).or_insert(0) += 1;
                mentions += 1;
            }
        }
        mentions
    }
}
