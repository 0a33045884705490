//! Fisher's exact test for tables of any size: the hypergeometric distribution without factorials.
//!
//! A difference of logarithms of factorials loses all digits that the answer has when the factorials are of millions.
//! Probabilities are therefore computed by Loader's method, from Stirling's error and the deviance, both of which are
//! small numbers with full precision (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).

use super::{ContingencyTable, deviance};

/// `ln(n!)` minus Stirling's approximation `½ ln(2πn) + n ln n − n`, for `n` of at least 1.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        // Factorials up to 15! are exact in double precision.
        let factorial: f64 = (1..=n as u32).map(f64::from).product();
        return factorial.ln() - (0.5 * (std::f64::consts::TAU * n).ln() + n * n.ln() - n);
    }
    let square = n * n;
    let series = 1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0) / square) / square;
    (1.0 / 12.0 - (1.0 / 360.0 - series / square) / square) / n
}

/// `ln` of the probability of `successes` in `trials`, of which each succeeds with the probability `numerator / n`; the
/// `difference` between successes and their expectation is given, see [`deviance`].
fn ln_binomial(successes: u64, trials: u64, numerator: u64, n: u64, difference: f64) -> f64 {
    let failures = trials - successes;
    let (p, q) = (numerator as f64 / n as f64, (n - numerator) as f64 / n as f64);
    if numerator == 0 || numerator == n {
        // Certain: the callers ask only for what is possible.
        return 0.0;
    }
    let [trials_f, successes_f, failures_f] = [trials, successes, failures].map(|count| count as f64);
    // Of the two shares, which sum to 1, the logarithm of the greater one is that of 1 less the other.
    let ln = |share: f64, other: f64| if share < 0.5 { share.ln() } else { (-other).ln_1p() };
    if successes == 0 {
        return trials_f * ln(q, p);
    }
    if failures == 0 {
        return trials_f * ln(p, q);
    }
    let errors = stirling_error(trials_f) - stirling_error(successes_f) - stirling_error(failures_f);
    let deviances = deviance(successes_f, trials_f * p, difference) + deviance(failures_f, trials_f * q, -difference);
    errors - deviances - 0.5 * (std::f64::consts::TAU * successes_f * (failures_f / trials_f)).ln()
}

/// `ln` of the probability of exactly this table, given its marginals: that `k11` of the `first` draws are among the
/// `second` marked contexts.
fn ln_probability(table: ContingencyTable) -> f64 {
    let (first, second, n) = (table.first(), table.second(), table.total());
    // The draws in the marked and in the unmarked contexts, given how many there are in all.
    let difference = table.determinant() as f64 / n as f64;
    ln_binomial(table.k11, second, first, n, difference) + ln_binomial(table.k12, n - second, first, n, -difference)
        - ln_binomial(first, n, first, n, 0.0)
}

/// `ln(P(X > k11) + ½ P(X = k11))`.
pub(super) fn ln_upper_mid_p(table: ContingencyTable) -> f64 {
    if table.k12 == 0 && table.k21 == 0 && table.k11 == 0 || table.total() == 0 {
        return 0.5_f64.ln();
    }
    let here = ln_probability(table);
    if table.determinant() >= 0 {
        let above = tail([table.k12, table.k21], [table.k11, table.k22]);
        return here + (0.5 + above).ln();
    }
    // Below the expectation the lower tail is the shorter one.
    let below = tail([table.k11, table.k22], [table.k12, table.k21]);
    (-(here.exp() * (0.5 + below))).ln_1p()
}

/// The probabilities of all tables further out, as multiples of that of this one: each step takes one from both counts
/// that `fall` and adds one to both that `rise`.
fn tail(mut fall: [u64; 2], mut rise: [u64; 2]) -> f64 {
    let (mut sum, mut term) = (0.0_f64, 1.0_f64);
    while fall[0] > 0 && fall[1] > 0 {
        rise = rise.map(|count| count + 1);
        term *= (fall[0] as f64 / rise[0] as f64) * (fall[1] as f64 / rise[1] as f64);
        fall = fall.map(|count| count - 1);
        sum += term;
        // The ratio of terms falls from step to step, so what follows is less than a geometric series.
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}
