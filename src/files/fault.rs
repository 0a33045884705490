//! Makes the n-th change of the disk fail, in tests, or loses what was not forced to the disk, as a power cut does.
//!
//! A plan counts the changes below one directory, so tests that run side by side in directories of their own do not
//! disturb each other, and all threads of one test are counted together.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

static PLANS: RwLock<Vec<Arc<Plan>>> = RwLock::new(Vec::new());

/// What happens at the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It fails with this error of the system; `EINTR` is one that programs try again.
    Error(i32),
    /// Only one byte is written; other changes are made.
    Short,
    /// The program ends, as if it was killed.
    Kill,
    /// This change and all later ones fail.
    PowerCut,
}

/// Numbers of errors on Unix.
pub(super) const EINTR: i32 = 4;
pub(super) const EIO: i32 = 5;
pub(super) const ENOSPC: i32 = 28;

#[derive(Debug)]
struct Plan {
    below: PathBuf,
    /// Which change it is, from 1 on; 0 for none.
    at: u64,
    fault: Fault,
    changes: AtomicU64,
    unsynced: Mutex<Unsynced>,
}

/// What a power cut may lose.
#[derive(Debug, Default)]
struct Unsynced {
    /// Files whose content is not on the disk.
    contents: BTreeSet<PathBuf>,
    /// Files whose names in their directories are not.
    names: BTreeSet<PathBuf>,
}

/// As long as it lives, one change below a directory fails.
#[must_use]
pub(super) struct Faults(Arc<Plan>);

impl Faults {
    /// Change number `n` below the directory, from 1 on, will fail; with 0 none will, and they are only counted.
    pub(super) fn at(n: u64, fault: Fault, below: &Path) -> Self {
        let (changes, unsynced) = (AtomicU64::new(0), Mutex::default());
        let plan = Arc::new(Plan { below: below.to_owned(), at: n, fault, changes, unsynced });
        PLANS.write().unwrap().push(plan.clone());
        Self(plan)
    }

    /// Changes tried so far.
    pub(super) fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::SeqCst)
    }

    /// Loses what was not forced to the disk: such files are empty, or are not there.
    pub(super) fn lose(self) {
        let unsynced = self.0.unsynced.lock().unwrap();
        for path in unsynced.contents.iter().filter(|path| path.is_file()) {
            fs::write(path, "").unwrap();
        }
        for path in unsynced.names.iter().filter(|path| path.is_file()) {
            fs::remove_file(path).unwrap();
        }
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        PLANS.write().unwrap().retain(|plan| !Arc::ptr_eq(plan, &self.0));
    }
}

fn plans_of(path: &Path) -> Vec<Arc<Plan>> {
    PLANS.read().unwrap().iter().filter(|plan| path.starts_with(&plan.below)).cloned().collect()
}

/// Counts a change of the disk at `path`, which fails if it is its turn; says how many bytes may be written.
pub(super) fn check(path: &Path) -> io::Result<usize> {
    for plan in plans_of(path) {
        let number = plan.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let is_turn = number == plan.at;
        match plan.fault {
            Fault::PowerCut if plan.at > 0 && number >= plan.at => return Err(io::Error::from_raw_os_error(EIO)),
            Fault::Error(error) if is_turn => return Err(io::Error::from_raw_os_error(error)),
            Fault::Kill if is_turn => std::process::abort(),
            Fault::Short if is_turn => return Ok(1),
            _ => {}
        }
    }
    Ok(usize::MAX)
}

fn note(path: &Path, change: impl Fn(&mut Unsynced)) {
    plans_of(path).iter().for_each(|plan| change(&mut plan.unsynced.lock().unwrap()));
}

/// A file was made.
pub(super) fn created(path: &Path) {
    note(path, |unsynced| {
        unsynced.names.insert(path.to_owned());
        unsynced.contents.insert(path.to_owned());
    });
}

/// Something was written to a file.
pub(super) fn wrote(path: &Path) {
    note(path, |unsynced| {
        unsynced.contents.insert(path.to_owned());
    });
}

/// The content of a file was forced to the disk.
pub(super) fn synced(path: &Path) {
    note(path, |unsynced| {
        unsynced.contents.remove(path);
    });
}

/// The names in a directory were.
pub(super) fn synced_names(directory: &Path) {
    note(directory, |unsynced| unsynced.names.retain(|path| path.parent() != Some(directory)));
}

/// Two files or directories have each other's names.
pub(super) fn exchanged(one: &Path, other: &Path) {
    let aside = one.with_extension("aside");
    renamed(one, &aside);
    renamed(other, one);
    renamed(&aside, other);
}

/// A file or directory has another name. Whether that is on the disk does not matter: what has the name must be whole.
pub(super) fn renamed(from: &Path, to: &Path) {
    let moved = |paths: &mut BTreeSet<PathBuf>| {
        let new = |path: &PathBuf| {
            path.strip_prefix(from)
                .ok()
                .map(|rest| if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) })
        };
        *paths = paths.iter().map(|path| new(path).unwrap_or_else(|| path.clone())).collect();
    };
    note(to, |unsynced| {
        moved(&mut unsynced.contents);
        moved(&mut unsynced.names);
        // One file that was renamed has a name in any case, the old one or the new one.
        unsynced.names.remove(to);
    });
}
