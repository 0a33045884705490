//! Makes the n-th change of the disk fail, in tests.
//!
//! A plan counts the changes below one directory, so tests that run side by side in directories of their own do not
//! disturb each other, and all threads of one test are counted together.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

static PLANS: RwLock<Vec<Arc<Plan>>> = RwLock::new(Vec::new());

#[derive(Debug)]
struct Plan {
    below: PathBuf,
    /// Which change fails, from 1 on; 0 for none.
    fails: u64,
    changes: AtomicU64,
    /// Whether the program ends there, as if it was killed, in place of an error.
    kills: bool,
}

/// As long as it lives, one change below a directory fails.
#[must_use]
pub(super) struct Faults(Arc<Plan>);

impl Faults {
    /// Change number `n` below the directory, from 1 on, will fail; with 0 none will, and they are only counted.
    pub(super) fn at(n: u64, below: &Path) -> Self {
        Self::plan(n, below, false)
    }

    /// The program ends at change number `n` below the directory, from 1 on.
    pub(super) fn kill_at(n: u64, below: &Path) -> Self {
        Self::plan(n, below, true)
    }

    fn plan(n: u64, below: &Path, kills: bool) -> Self {
        let plan = Arc::new(Plan { below: below.to_owned(), fails: n, changes: AtomicU64::new(0), kills });
        PLANS.write().unwrap().push(plan.clone());
        Self(plan)
    }

    /// Changes tried so far.
    pub(super) fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::SeqCst)
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        PLANS.write().unwrap().retain(|plan| !Arc::ptr_eq(plan, &self.0));
    }
}

/// Counts a change of the disk at `path`, which fails if it is its turn.
pub(super) fn check(path: &Path) -> io::Result<()> {
    for plan in PLANS.read().unwrap().iter().filter(|plan| path.starts_with(&plan.below)) {
        if plan.changes.fetch_add(1, Ordering::SeqCst) + 1 == plan.fails {
            if plan.kills {
                std::process::abort();
            }
            return Err(io::Error::other("a fault was planned here"));
        }
    }
    Ok(())
}
