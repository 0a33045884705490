//! The ceiling on memory: what a command needs in any case, and how it divides the rest.

use crate::error::{Error, Result};
use crate::files::heap_in_use;

/// The program itself: its code, and what it keeps of files, settings and inputs.
const PROGRAM: u64 = 16 << 20;
/// Tables that are written beside each other, each with a block as columns, encoded and compressed.
const WRITERS: u64 = 32 << 20;
/// What a thread needs: its buffers and the articles that it reads, and later the pairs that it compresses.
const PER_THREAD: u64 = 12 << 20;
/// Least room for what grows with the archive and goes to files beyond that.
const LEAST: u64 = 24 << 20;
/// An entity while a run is written: mentions, documents, contexts, and its row.
pub(super) const PER_ENTITY: u64 = 32;

/// What each part of a command may keep in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shares {
    /// Bytes of batches that are being read at a time; one more is always read. `None` for as many as keep the threads busy.
    pub(super) batches: Option<u64>,
    /// Blocks of 2 MiB that each table of rows keeps which are read again.
    pub(super) blocks: usize,
    /// Bytes of hashes of ids.
    pub(super) ids: usize,
    /// Bytes of sums of pairs; `None` for as many as there are.
    pub(super) pairs: Option<usize>,
}

/// Those of a command without a ceiling. What is cheap to read again is bounded nevertheless.
impl Default for Shares {
    fn default() -> Self {
        Self { batches: None, blocks: 4, ids: 16 << 20, pairs: None }
    }
}

impl Shares {
    /// Those of a command that may take `memory` bytes, works in `threads` threads, and needs `needed` bytes besides: the gazetteer and the
    /// like, but not what is on the heap by now.
    ///
    /// # Errors
    ///
    /// If that is less than the command needs in any case. The error says how much would do.
    pub(super) fn of(memory: Option<u64>, threads: usize, needed: u64) -> Result<Self> {
        let Some(memory) = memory else { return Ok(Self::default()) };
        Self::beside(memory, threads, needed.saturating_add(heap_in_use()))
    }

    fn beside(memory: u64, threads: usize, needed: u64) -> Result<Self> {
        let fixed = needed.saturating_add(PROGRAM + WRITERS).saturating_add(PER_THREAD.saturating_mul(threads as u64));
        let Some(rest) = memory.checked_sub(fixed).filter(|rest| *rest >= LEAST) else {
            // What is on the heap differs a little from one start to the next.
            let least = (fixed.saturating_add(LEAST) >> 20).saturating_add(6).next_multiple_of(4);
            let message = format!("{} MiB are less than the command needs with {threads} threads", memory >> 20);
            let remedy = if threads > 1 {
                format!("--memory {least}M would do; each thread less (--threads) needs {} MiB less", PER_THREAD >> 20)
            } else {
                format!("--memory {least}M would do")
            };
            return Err(Error::limit(message).with_remedy(remedy));
        };
        let share = |parts: u64| usize::try_from(rest / 16 * parts).unwrap_or(usize::MAX);
        Ok(Self {
            batches: Some(share(2) as u64),
            blocks: (share(1) >> 21).clamp(0, 4),
            ids: share(2).min(16 << 20),
            pairs: Some(share(10)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::super::analyze::{AnalyzeOptions, analyze_within};
    use super::super::merge::{MergeOptions, merge_within};
    use super::super::scan::ScanOptions;
    use super::*;
    use crate::analyzer::Analyzer;
    use crate::archive::{Archive, ArchiveOptions};
    use crate::cooccurrence::RoundUps;
    use crate::gazetteer::Gazetteer;
    use crate::resolve::Profile;
    use crate::store::Run;

    #[test]
    fn a_ceiling_that_cannot_be_held_says_what_could() {
        let error = Shares::beside(10 << 20, 3, 100 << 20).unwrap_err().to_string();
        assert!(error.contains("10 MiB are less than the command needs with 3 threads"), "{error}");
        let least: u64 = error.split("--memory ").nth(1).unwrap().split('M').next().unwrap().parse().unwrap();
        let shares = Shares::beside(least << 20, 3, 100 << 20).unwrap();
        assert!(Shares::beside((least - 12) << 20, 3, 100 << 20).is_err());
        let kept = shares.batches.unwrap() + (shares.blocks << 22) as u64 + (shares.ids + shares.pairs.unwrap()) as u64;
        assert!(kept <= LEAST + (12 << 20), "{shares:?}");
        assert_eq!(Shares::of(None, 3, 100).unwrap(), Shares::default());
        assert!(Shares::of(Some(u64::MAX), 2, 0).unwrap().pairs.unwrap() > 1 << 40);
    }

    fn bytes(run: &Path) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(run).unwrap().map(|entry| entry.unwrap().path());
        files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect()
    }

    /// The same bytes in memory and through files, for any number of threads, in one reading and merged.
    #[test]
    fn a_run_does_not_depend_on_the_memory() {
        let name = |n: u32| {
            format!("Name{}", n.to_string().chars().map(|c| (b'a' + c as u8 - b'0') as char).collect::<String>())
        };
        let lines: String = (0..300).map(|n| format!("x:{n:03}\torg.igo\t{}\t-\n", name(n))).collect();
        let gazetteer = Gazetteer::from_text(&lines, "names.gaz").unwrap();
        let analyzer = Analyzer::builder().profile(Profile::Plain).build(&gazetteer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mut seed = 5_u32;
        for file in 0..4 {
            let mut text = String::new();
            for document in 0..30 {
                let names: Vec<String> = (0..seed % 40)
                    .map(|_| {
                        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        name((seed >> 16) % 300)
                    })
                    .collect();
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 1;
                text += &format!("{{\"id\":\"{file}-{document}\",\"text\":\"In {}.\"}}\n", names.join(", "));
            }
            fs::write(path(&format!("{file}.jsonl")), text).unwrap();
        }
        let archive = |files: std::ops::Range<u32>| {
            let files: Vec<_> = files.map(|file| path(&format!("{file}.jsonl"))).collect();
            Archive::open(&files, ArchiveOptions { batch_bytes: 2000, ..ArchiveOptions::default() }).unwrap()
        };
        let run = |name: &str, files, threads, round_ups, shares| -> Run {
            let scan = ScanOptions { threads, ..ScanOptions::default() };
            let options = AnalyzeOptions { scan, round_ups, ..AnalyzeOptions::default() };
            analyze_within(&analyzer, archive(files).batches(), &path(name), options, shares).unwrap().run
        };
        let tiny = |pairs| Shares { batches: Some(1), blocks: 0, ids: 1, pairs: Some(pairs) };
        for round_ups in [RoundUps::Keep, RoundUps::Cap(9)] {
            let expected = bytes(run("whole", 0..4, 1, round_ups, Shares::default()).path());
            for (threads, shares) in [(2, tiny(1)), (3, tiny(5000)), (2, tiny(50_000)), (4, Shares::default())] {
                assert!(
                    bytes(run("again", 0..4, threads, round_ups, shares).path()) == expected,
                    "{threads}: {shares:?}"
                );
                fs::remove_dir_all(path("again")).unwrap();
            }
            let parts = [run("first", 0..2, 2, round_ups, tiny(2000)), run("last", 2..4, 2, round_ups, tiny(9000))];
            for (threads, shares) in [(1, tiny(900)), (2, tiny(3000)), (2, Shares::default())] {
                let scan = ScanOptions { threads, ..ScanOptions::default() };
                let options = MergeOptions { scan, ..MergeOptions::default() };
                merge_within(&parts, &path("merged"), options, Some(shares)).unwrap();
                assert!(bytes(&path("merged")) == expected, "{threads}: {shares:?}");
                fs::remove_dir_all(path("merged")).unwrap();
            }
            for name in ["whole", "first", "last"] {
                fs::remove_dir_all(path(name)).unwrap();
            }
        }
    }
}
