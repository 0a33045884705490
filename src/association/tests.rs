//! Values computed by hand, and properties; `tests/peers/test_association.py` compares with scipy and exact arithmetic.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(table: [u64; 4], expected: &[(Measure, f64)]) {
    let [k11, k12, k21, k22] = table;
    let table = ContingencyTable { k11, k12, k21, k22 };
    for (measure, value) in expected {
        let found = measure.of(table);
        assert!((found - value).abs() <= 1e-12 * value.abs().max(1.0), "{measure} of {table:?}: {found}, not {value}");
    }
}

#[test]
fn the_values_are_those_computed_by_hand() {
    // a = 4, b = 2, n = 8, e = 1. Hypergeometric: P(X = 2) = C(4,2) C(4,0) / C(8,2) = 6 / 28.
    check(
        [2, 2, 0, 4],
        &[
            (Measure::LogLikelihood, 2.0 * (2.0 * 2_f64.ln() + 2.0 * (2_f64 / 3.0).ln() + 4.0 * (4_f64 / 3.0).ln())),
            (Measure::ChiSquare, 8.0 * 64.0 / (4.0 * 4.0 * 2.0 * 6.0)),
            (Measure::ChiSquareYates, 8.0 * 16.0 / (4.0 * 4.0 * 2.0 * 6.0)),
            (Measure::Pmi, 1.0),
            (Measure::Ppmi, 1.0),
            (Measure::Npmi, 0.5),
            (Measure::Fisher, 3.0 / 28.0),
            (Measure::Jaccard, 0.5),
            (Measure::Dice, 2.0 / 3.0),
            (Measure::Cosine, 0.5_f64.sqrt()),
            (Measure::Lift, 2.0),
            (Measure::SecondGivenFirst, 0.5),
            (Measure::FirstGivenSecond, 1.0),
        ],
    );
    // Never together: a = 1, b = 1, n = 4. P(X > 0) + P(X = 0) / 2 = 1/4 + 3/8.
    check(
        [0, 1, 1, 2],
        &[
            (Measure::Ppmi, 0.0),
            (Measure::Npmi, -1.0),
            (Measure::Fisher, 0.625),
            (Measure::Jaccard, 0.0),
            (Measure::Lift, 0.0),
        ],
    );
    assert_eq!(Measure::Pmi.of(ContingencyTable { k11: 0, k12: 1, k21: 1, k22: 2 }), f64::NEG_INFINITY);
}

/// Dunning's own example, "the swiss"; he gives two decimals.
#[test]
fn log_likelihood_is_dunnings() {
    let found = Measure::LogLikelihood.of(ContingencyTable { k11: 110, k12: 2442, k21: 111, k22: 29114 });
    assert!((found - 270.72).abs() < 0.005, "{found}");
}

/// Values of SciPy 1.17.1, `binomtest(...).proportion_ci(method="wilson")`.
#[test]
fn intervals_are_those_of_scipy() {
    let values = [
        ((0, 10), (0.0, 0.277_532_799_9)),
        ((5, 10), (0.236_593_090_5, 0.763_406_909_5)),
        ((37, 420), (0.064_588_035_8, 0.119_068_983_1)),
    ];
    for ((successes, trials), (low, high)) in values {
        let interval = wilson_interval(successes, trials);
        assert!((interval.0 - low).abs() < 1e-9 && (interval.1 - high).abs() < 1e-9, "{interval:?}");
    }
    assert_eq!(wilson_interval(0, 0), (0.0, 1.0));
}

#[test]
fn tables_without_contexts_or_without_choice_have_values() {
    for table in [[0, 0, 0, 0], [5, 0, 0, 0], [0, 5, 0, 0], [0, 0, 0, 5], [3, 4, 0, 0], [3, 0, 4, 0]] {
        let [k11, k12, k21, k22] = table;
        for measure in Measure::ALL.into_iter().filter(|measure| *measure != Measure::Pmi) {
            let value = measure.of(ContingencyTable { k11, k12, k21, k22 });
            assert!(value.is_finite(), "{measure} of {table:?}: {value}");
        }
        check(table, &[(Measure::LogLikelihood, 0.0), (Measure::ChiSquare, 0.0), (Measure::Fisher, 0.5)]);
    }
    check([7, 0, 0, 0], &[(Measure::Npmi, 0.0), (Measure::Jaccard, 1.0)]);
    check([7, 0, 0, 3], &[(Measure::Npmi, 1.0), (Measure::Dice, 1.0), (Measure::Cosine, 1.0)]);
}

#[test]
fn strong_pairs_of_millions_are_still_ordered() {
    let of = |joint| ContingencyTable::new(joint, [2_000_000, 3_000_000], 90_000_000).unwrap();
    assert_eq!(Measure::Fisher.of(of(1_000_000)), 0.0);
    assert!(Measure::Fisher.strength(of(1_000_001)) > Measure::Fisher.strength(of(1_000_000)));
    assert!(Measure::Fisher.strength(of(1_000_000)) > 1e6);
}

#[test]
fn names_are_parsed_and_unknown_ones_are_refused() {
    for measure in Measure::ALL {
        assert_eq!(measure.name().parse::<Measure>().unwrap(), measure);
        assert!(!measure.doc().is_empty());
    }
    let error = "llr".parse::<Measure>().unwrap_err().to_string();
    assert!(error.contains("\"llr\"") && error.contains("g2, chi2, "), "{error}");
}

/// `P(X > k11) + ½ P(X = k11)` with whole numbers: the sum of products of binomial coefficients.
fn fisher_by_counting(table: ContingencyTable) -> f64 {
    let choose = |n: u64, k: u64| -> f64 { (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product() };
    let (a, b, n) = (table.first(), table.second(), table.total());
    let p = |joint: u64| choose(b, joint) * choose(n - b, a - joint) / choose(n, a);
    let most = a.min(b);
    (table.k11 + 1..=most).map(p).sum::<f64>() + 0.5 * p(table.k11)
}

proptest! {
    #[test]
    fn fisher_agrees_with_counting(k11 in 0_u64..30, k12 in 0_u64..30, k21 in 0_u64..30, k22 in 0_u64..60) {
        let table = ContingencyTable { k11, k12, k21, k22 };
        let (found, expected) = (Measure::Fisher.of(table), fisher_by_counting(table));
        prop_assert!((found - expected).abs() <= 1e-11 * expected, "{table:?}: {found}, {expected}");
    }

    #[test]
    fn symmetric_measures_do_not_depend_on_the_order(k11 in 0_u64..1 << 40, k12 in 0_u64..1 << 40, k21 in 0_u64..1 << 40, k22 in 0_u64..1 << 40) {
        let table = ContingencyTable { k11, k12, k21, k22 };
        let turned = ContingencyTable { k12: k21, k21: k12, ..table };
        for measure in Measure::ALL {
            let other = match measure {
                Measure::SecondGivenFirst => Measure::FirstGivenSecond,
                Measure::FirstGivenSecond => Measure::SecondGivenFirst,
                // The tail of a balanced table of thousands of millions is long.
                Measure::Fisher => continue,
                other => other,
            };
            let (value, turned) = (measure.of(table), other.of(turned));
            prop_assert!((value - turned).abs() <= 1e-9 * value.abs() || value == turned, "{measure}: {value}, {turned}");
        }
        prop_assert_eq!(table.is_attracted(), turned.is_attracted());
    }

    #[test]
    fn q_values_keep_the_order_and_are_at_least_the_p_values(p_values in prop::collection::vec(0.0..1.0_f64, 1..40)) {
        let q_values = benjamini_hochberg(&p_values);
        for (p, q) in p_values.iter().zip(&q_values) {
            prop_assert!(p <= q && *q <= 1.0);
            for (other_p, other_q) in p_values.iter().zip(&q_values) {
                prop_assert!(p > other_p || q <= other_q);
            }
        }
    }

    /// The definition: the tests up to the last rank `k` with `p(k) <= k q / m` are discoveries.
    #[test]
    fn discoveries_are_those_of_the_definition(p_values in prop::collection::vec(0.0..0.2_f64, 1..40), level in 0.01..0.3_f64) {
        let mut sorted = p_values.clone();
        sorted.sort_by(f64::total_cmp);
        let m = sorted.len() as f64;
        let last = (1..=sorted.len()).rev().find(|k| sorted[k - 1] * m / *k as f64 <= level);
        let found = benjamini_hochberg(&p_values).iter().filter(|q| **q <= level).count();
        prop_assert_eq!(found, last.unwrap_or(0));
    }
}
