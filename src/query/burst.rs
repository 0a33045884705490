//! Bursts: stretches of slices in which an entity is in markedly more documents than usual.
//!
//! The two-state automaton for batches of J. Kleinberg, "Bursty and hierarchical structure in streams", 2002, section 4:
//! in its usual state an entity is in a share `p0` of the documents, its share over all slices; in a burst in `scale · p0`.
//! The states of the slices are those that explain the counts at the least cost, where entering a burst costs
//! `gamma · ln n` for `n` slices, and leaving it nothing.

/// Slices in which an entity bursts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// Position of the first slice.
    pub first: usize,
    /// Position of the last slice.
    pub last: usize,
    /// How much better the burst explains these slices than the usual state does: the difference of the costs, in nats.
    pub weight: f64,
}

/// The bursts of an entity, from its documents and all documents of each slice.
///
/// `scale` is how many times the usual rate a burst has (Kleinberg's `s`, 2), `gamma` how much a burst must be worth (1).
///
/// ```
/// use dateline::query::bursts;
/// let slices = [(1, 100), (1, 100), (9, 100), (8, 100), (1, 100), (0, 100)];
/// let found = bursts(&slices, 2.0, 1.0);
/// assert_eq!((found.len(), found[0].first, found[0].last), (1, 2, 3));
/// assert!(bursts(&[(3, 100), (2, 100), (4, 100)], 2.0, 1.0).is_empty());
/// ```
///
/// # Complexity
///
/// Linear in the slices.
#[must_use]
pub fn bursts(slices: &[(u64, u64)], scale: f64, gamma: f64) -> Vec<Burst> {
    let documents: u64 = slices.iter().map(|(documents, _)| documents).sum();
    let articles: u64 = slices.iter().map(|(_, articles)| articles).sum();
    if documents == 0 || documents >= articles {
        return Vec::new();
    }
    let usual = documents as f64 / articles as f64;
    // A share cannot reach 1, or a slice that misses one document would be impossible.
    let raised = (usual * scale).min(1.0 - (1.0 - usual) * 1e-3);
    let enter = gamma * (slices.len() as f64).ln();
    let gains: Vec<f64> = slices.iter().map(|slice| cost(*slice, usual) - cost(*slice, raised)).collect();
    // The least cost so far that ends in each state, as the gain over never bursting; and whether each was entered from a
    // burst. Of equal ways the one with fewer bursts is taken.
    let (mut calm, mut burst) = (0.0_f64, f64::NEG_INFINITY);
    let mut came_from_burst: Vec<[bool; 2]> = Vec::with_capacity(slices.len());
    for gain in &gains {
        let from = [burst > calm, burst > calm - enter];
        let next_calm = if from[0] { burst } else { calm };
        let next_burst = gain + if from[1] { burst } else { calm - enter };
        came_from_burst.push(from);
        (calm, burst) = (next_calm, next_burst);
    }
    let mut found: Vec<Burst> = Vec::new();
    let mut in_burst = burst > calm;
    for (at, (from, gain)) in came_from_burst.iter().zip(&gains).enumerate().rev() {
        if in_burst {
            match found.last_mut().filter(|next| next.first == at + 1) {
                Some(next) => {
                    next.first = at;
                    next.weight += gain;
                }
                None => found.push(Burst { first: at, last: at, weight: *gain }),
            }
        }
        in_burst = from[usize::from(in_burst)];
    }
    found.reverse();
    found
}

/// Minus the logarithm of the probability of so many documents among the articles, but for the number of ways to choose
/// them, which is the same in both states.
fn cost((documents, articles): (u64, u64), share: f64) -> f64 {
    -(documents as f64 * share.ln() + (articles - documents.min(articles)) as f64 * (-share).ln_1p())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All sequences of states, and the first of the cheapest.
    fn by_trying_all(slices: &[(u64, u64)], scale: f64, gamma: f64) -> (f64, Vec<bool>) {
        let documents: u64 = slices.iter().map(|slice| slice.0).sum();
        let articles: u64 = slices.iter().map(|slice| slice.1).sum();
        let usual = documents as f64 / articles as f64;
        let raised = (usual * scale).min(1.0 - (1.0 - usual) * 1e-3);
        let enter = gamma * (slices.len() as f64).ln();
        let ways = (0..1_u32 << slices.len()).map(|bits| {
            let states: Vec<bool> = (0..slices.len()).map(|at| bits >> at & 1 == 1).collect();
            (price(slices, &states, [usual, raised], enter), states)
        });
        ways.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
    }

    fn price(slices: &[(u64, u64)], states: &[bool], shares: [f64; 2], enter: f64) -> f64 {
        let mut before = false;
        let steps = slices.iter().zip(states).map(|(slice, state)| {
            let entered = *state && !before;
            before = *state;
            cost(*slice, shares[usize::from(*state)]) + if entered { enter } else { 0.0 }
        });
        steps.sum()
    }

    #[test]
    fn the_weight_is_the_one_computed_by_hand() {
        // 10 of 100 documents, so p0 = 0.1 and p1 = 0.2; the burst is 8 of 20.
        let slices = [(1, 40), (8, 20), (1, 40)];
        let gain = |r: f64, d: f64| r * 2_f64.ln() + (d - r) * (0.8_f64 / 0.9).ln();
        let found = bursts(&slices, 2.0, 1.0);
        assert_eq!((found.len(), found[0].first, found[0].last), (1, 1, 1));
        assert!((found[0].weight - gain(8.0, 20.0)).abs() < 1e-12);
        assert!(gain(8.0, 20.0) > 3_f64.ln() && gain(1.0, 40.0) < 0.0);
        // A burst that costs more than it explains is none.
        assert!(bursts(&slices, 2.0, 5.0).is_empty());
        for nothing in [&[][..], &[(0, 9)], &[(0, 0)], &[(9, 9), (3, 3)]] {
            assert!(bursts(nothing, 2.0, 1.0).is_empty());
        }
    }

    proptest! {
        #[test]
        fn no_other_sequence_of_states_is_cheaper(
            slices in prop::collection::vec((0..12_u64, 0..40_u64).prop_map(|(r, more)| (r, r + more)), 1..10),
            scale in 1.5..4.0_f64,
            gamma in 0.1..2.0_f64,
        ) {
            let (documents, articles) = slices.iter().fold((0, 0), |sum, slice| (sum.0 + slice.0, sum.1 + slice.1));
            prop_assume!(documents > 0 && documents < articles);
            let mut states = vec![false; slices.len()];
            for burst in bursts(&slices, scale, gamma) {
                prop_assert!(burst.first == 0 || !states[burst.first - 1], "two bursts that touch");
                states[burst.first..=burst.last].fill(true);
            }
            let usual = documents as f64 / articles as f64;
            let raised = (usual * scale).min(1.0 - (1.0 - usual) * 1e-3);
            let found = price(&slices, &states, [usual, raised], gamma * (slices.len() as f64).ln());
            let (least, _) = by_trying_all(&slices, scale, gamma);
            prop_assert!((found - least).abs() < 1e-9, "{found} is not {least}");
        }
    }
}
