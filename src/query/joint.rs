//! Where the numbers of a pair come from, whatever its contexts are.

use crate::association::ContingencyTable;
use crate::cooccurrence::CooccurrenceMatrix;
use crate::error::{Error, Result};
use crate::store::{COOCCURRENCE_FILE, MarginalRows, PairRow, PairRows, Run};

/// In how many contexts each two entities occur together, in how many each occurs, and how many contexts there are.
///
/// The contexts may be the documents of a run, whose counts are stored, or any others that a
/// [`CooccurrenceBuilder`](crate::CooccurrenceBuilder) was given.
#[derive(Debug, Clone)]
pub struct JointCounts<'r> {
    pairs: Pairs<'r>,
    marginals: Vec<u64>,
    n_contexts: u64,
}

#[derive(Debug, Clone)]
enum Pairs<'r> {
    /// In the run's file, read block by block.
    Stored(&'r Run),
    /// In memory.
    Counted(CooccurrenceMatrix),
}

impl<'r> JointCounts<'r> {
    /// The counts that the run stores.
    pub(super) fn stored(run: &'r Run, n_entities: usize) -> Result<Self> {
        let mut marginals = vec![0; n_entities];
        for block in run.blocks::<MarginalRows>(COOCCURRENCE_FILE)? {
            for row in block?.iter() {
                match marginals.get_mut(row.entity as usize) {
                    Some(marginal) => *marginal = row.contexts.into(),
                    None => return Err(damaged(run, row.entity)),
                }
            }
        }
        Ok(Self { pairs: Pairs::Stored(run), marginals, n_contexts: run.manifest().totals.contexts })
    }

    /// Counts in memory; `n_contexts` is at least the number of contexts that the matrix was given, and also counts those
    /// without any entity.
    #[must_use]
    pub fn counted(matrix: CooccurrenceMatrix, n_contexts: u64) -> Self {
        debug_assert!(n_contexts >= matrix.n_contexts());
        let marginals = matrix.marginals().iter().copied().map(u64::from).collect();
        Self { marginals, pairs: Pairs::Counted(matrix), n_contexts }
    }

    /// Pairs in memory with the marginals that belong to them, which pairs that were summed one by one do not have.
    pub(super) fn with_marginals(matrix: CooccurrenceMatrix, marginals: Vec<u64>, n_contexts: u64) -> Self {
        Self { marginals, pairs: Pairs::Counted(matrix), n_contexts }
    }

    /// Number of all contexts.
    #[must_use]
    pub fn n_contexts(&self) -> u64 {
        self.n_contexts
    }

    /// Number of contexts with an entity, by its row; 0 if there is no such row.
    #[must_use]
    pub fn contexts_of(&self, entity: u32) -> u64 {
        self.marginals.get(entity as usize).copied().unwrap_or(0)
    }

    /// Number of pairs that occur together.
    ///
    /// # Errors
    ///
    /// If the run's file cannot be opened.
    pub fn n_pairs(&self) -> Result<u64> {
        match &self.pairs {
            Pairs::Stored(run) => Ok(run.file(COOCCURRENCE_FILE)?.rows::<PairRows>()),
            Pairs::Counted(matrix) => Ok(matrix.nnz() as u64),
        }
    }

    /// Calls `each` with every pair that occurs together, sorted.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged, or as `each` says.
    pub fn for_each(&self, mut each: impl FnMut(PairRow) -> Result<()>) -> Result<()> {
        match &self.pairs {
            Pairs::Stored(run) => {
                for block in run.pairs()? {
                    for row in block?.iter() {
                        if row.b as usize >= self.marginals.len() {
                            return Err(damaged(run, row.b));
                        }
                        each(row)?;
                    }
                }
                Ok(())
            }
            Pairs::Counted(matrix) => {
                matrix.pairs().try_for_each(|(a, b, joint)| each(PairRow { a: a.0, b: b.0, joint }))
            }
        }
    }

    /// The four cells of a pair.
    ///
    /// # Errors
    ///
    /// If the counts of a damaged run contradict each other.
    pub fn table(&self, pair: PairRow) -> Result<ContingencyTable> {
        let marginals = [pair.a, pair.b].map(|entity| self.contexts_of(entity));
        ContingencyTable::new(pair.joint.into(), marginals, self.n_contexts).ok_or_else(|| {
            let PairRow { a, b, joint } = pair;
            let message = format!(
                "damaged: entities {a} and {b} cannot be together in {joint} contexts if they are in {} and {} of {}",
                marginals[0], marginals[1], self.n_contexts
            );
            let error = match self.pairs {
                Pairs::Stored(run) => Error::format(run.path().join(COOCCURRENCE_FILE), message),
                Pairs::Counted(_) => Error::limit(message),
            };
            error.with_remedy("`dateline verify` says more")
        })
    }
}

fn damaged(run: &Run, entity: u32) -> Error {
    let message = format!("damaged: a row is of entity {entity}, which the run does not have");
    Error::format(run.path().join(COOCCURRENCE_FILE), message).with_remedy("`dateline verify` says more")
}
