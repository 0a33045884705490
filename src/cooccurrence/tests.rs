use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::count::Strategy;
use super::*;

/// The oracle: every pair of every context in one map.
fn naive(contexts: &[BTreeSet<u32>]) -> (BTreeMap<(u32, u32), u32>, BTreeMap<u32, u32>) {
    let (mut pairs, mut marginals) = (BTreeMap::new(), BTreeMap::new());
    for context in contexts {
        for a in context {
            *marginals.entry(*a).or_default() += 1;
            for b in context.iter().filter(|b| *b > a) {
                *pairs.entry((*a, *b)).or_default() += 1;
            }
        }
    }
    (pairs, marginals)
}

fn build(contexts: &[BTreeSet<u32>], chunk: usize, strategy: Option<Strategy>) -> CooccurrenceMatrix {
    let mut builder = CooccurrenceBuilder { strategy, ..CooccurrenceBuilder::with_chunk(chunk) };
    for context in contexts {
        builder.push(&context.iter().map(|entity| (EntityId(*entity), 3)).collect::<Vec<_>>());
    }
    builder.finish()
}

/// Every strategy, in pools of one to four threads, finds what the oracle finds.
#[track_caller]
fn check(contexts: &[BTreeSet<u32>], chunk: usize) {
    let (pairs, marginals) = naive(contexts);
    for strategy in [None, Some(Strategy::Dense), Some(Strategy::Rows)] {
        for threads in [1, 2, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let matrix = pool.install(|| build(contexts, chunk, strategy));
            let found: Vec<_> = matrix.pairs().map(|(a, b, joint)| ((a.0, b.0), joint)).collect();
            assert_eq!(found, pairs.clone().into_iter().collect::<Vec<_>>(), "{strategy:?}, {threads} threads");
            assert_eq!((matrix.nnz(), matrix.n_contexts()), (pairs.len(), contexts.len() as u64));
            for (entity, contexts) in &marginals {
                assert_eq!(matrix.marginals()[*entity as usize], *contexts);
                assert_eq!(matrix.joint(EntityId(*entity), EntityId(*entity)), *contexts);
            }
            assert_eq!(matrix.marginals().len(), marginals.keys().next_back().map_or(0, |last| *last as usize + 1));
        }
    }
    let matrix = build(contexts, chunk, None);
    for ((a, b), joint) in pairs.iter().step_by(pairs.len() / 50 + 1) {
        assert_eq!(matrix.joint(EntityId(*b), EntityId(*a)), *joint);
        assert_eq!(matrix.joint(EntityId(*a), EntityId(*b)), *joint);
    }
    for (a, b) in (0..20).flat_map(|a| (a + 1..20).map(move |b| (a, b))).filter(|pair| !pairs.contains_key(pair)) {
        assert_eq!(matrix.joint(EntityId(a), EntityId(b)), 0);
    }
}

/// Contexts of up to `k` entities, of which those with small numbers are frequent.
fn contexts(n: usize, k: u32, vocabulary: u32) -> Vec<BTreeSet<u32>> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let mut context =
        || (0..(next() * f64::from(k)) as u32).map(|_| (f64::from(vocabulary).powf(next())) as u32).collect();
    (0..n).map(|_| context()).collect()
}

#[test]
fn long_rows_in_many_blocks() {
    // Rows too long to be sorted, rows longer than a block, and sums of triangles whose blocks differ.
    check(&contexts(400, 120, 3_000), 5_000);
    let wide: BTreeSet<u32> = (0..60_000).step_by(2).collect();
    let other: BTreeSet<u32> = (0..90_000).step_by(3).filter(|entity| *entity < 3 || *entity > 50_000).collect();
    let matrix = build(&[wide.iter().copied().take(900).collect(), wide.range(59_000..).copied().collect()], 400, None);
    assert_eq!(matrix.nnz(), 900 * 899 / 2 + 500 * 499 / 2);
    // One first entity occurs with every other: its row alone fills a block.
    let star: Vec<BTreeSet<u32>> = wide.iter().chain(&other).filter(|b| **b > 0).map(|b| [0, *b].into()).collect();
    let (pairs, _) = naive(&star);
    let matrix = build(&star, 7_000, None);
    assert!(matrix.pairs().map(|(a, b, joint)| ((a.0, b.0), joint)).eq(pairs));
}

#[test]
fn entities_far_apart() {
    check(&[], 10);
    check(&[[].into(), [7].into(), [].into()], 10);
    check(&contexts(200, 12, 3_000_000), 700);
    let last = 40_000_000;
    check(&[[0, last].into(), [1, last - 1, last].into(), [0, last].into()], 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_oracle(
        contexts in prop::collection::vec(prop::collection::btree_set(0..40_u32, 0..12), 0..60),
        spread in prop::sample::select(vec![1, 3, 1000]),
        chunk in 1..200_usize,
    ) {
        let contexts: Vec<BTreeSet<u32>> =
            contexts.into_iter().map(|context| context.into_iter().map(|entity| entity * spread).collect()).collect();
        check(&contexts, chunk);
    }
}

proptest! {
    /// Parts that are merged, in any grouping, give the matrix of the whole, and so do ids that are changed before or after.
    #[test]
    fn parts_add_up(contexts in prop::collection::vec(prop::collection::btree_set(0_u32..60, 0..9), 0..60), cut in 0_usize..60, second in 0_usize..60) {
        let pairs = |matrix: &CooccurrenceMatrix| matrix.pairs().collect::<Vec<_>>();
        let same = |a: &CooccurrenceMatrix, b: &CooccurrenceMatrix| {
            (pairs(a), a.marginals(), a.n_contexts()) == (pairs(b), b.marginals(), b.n_contexts())
        };
        let whole = build(&contexts, 50, None);
        let (cut, second) = (cut.min(contexts.len()), second.min(contexts.len()));
        let (low, high) = (cut.min(second), cut.max(second));
        let parts = [&contexts[..low], &contexts[low..high], &contexts[high..]].map(|part| build(part, 50, None));
        let merged = |left: &CooccurrenceMatrix, right: &CooccurrenceMatrix| {
            let mut sum = left.clone();
            sum.merge(right);
            sum
        };
        let leftmost = merged(&merged(&parts[0], &parts[1]), &parts[2]);
        let rightmost = merged(&parts[2], &merged(&parts[1], &parts[0]));
        prop_assert!(same(&whole, &leftmost) && same(&whole, &rightmost));
        // A permutation that does not keep the order.
        let new_id = |old: EntityId| EntityId((old.0 * 7 + 5) % 61);
        let renamed: Vec<BTreeSet<u32>> =
            contexts.iter().map(|context| context.iter().map(|id| new_id(EntityId(*id)).0).collect()).collect();
        prop_assert!(same(&build(&renamed, 50, None), &whole.renumber(new_id)));
    }
}
