//! How strongly two things belong together, beyond what their frequencies alone would bring about.
//!
//! Input: four counts, as a [`ContingencyTable`]. Output: the value of a [`Measure`], or, for many tests at a time, the
//! q-values of [`benjamini_hochberg`]. This room knows neither entities nor files: whoever has counts can ask it.
//!
//! | | with b | without b | |
//! |---|---|---|---|
//! | **with a** | `k11` | `k12` | contexts of a |
//! | **without a** | `k21` | `k22` | |
//! | | contexts of b | | `n`, all contexts |
//!
//! All measures are computed from these counts and nothing else, in double precision, without a loss of digits where
//! large terms nearly cancel: for totals in the thousands of millions they agree with exact arithmetic to a relative
//! difference of 1e-9.

mod fdr;
mod fisher;
mod measure;
mod rate;
#[cfg(test)]
mod tests;

pub use fdr::{QValues, benjamini_hochberg};
pub use measure::Measure;
pub use rate::{wilson_interval, wilson_interval_of};

use fisher::ln_upper_mid_p;

/// The four cells of a 2 × 2 table: contexts with both, with the first only, with the second only, with neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ContingencyTable {
    /// Contexts with both.
    pub k11: u64,
    /// Contexts with the first alone.
    pub k12: u64,
    /// Contexts with the second alone.
    pub k21: u64,
    /// Contexts with neither.
    pub k22: u64,
}

impl ContingencyTable {
    /// The table of two things from the contexts with both, those with each, and all contexts.
    ///
    /// `None` if there is no such table: more contexts with both than with one of them, or fewer in all than the two
    /// occupy.
    ///
    /// ```
    /// use dateline::association::ContingencyTable;
    /// let table = ContingencyTable::new(8, [10, 12], 100).unwrap();
    /// assert_eq!((table.k11, table.k12, table.k21, table.k22), (8, 2, 4, 86));
    /// assert_eq!(ContingencyTable::new(8, [7, 12], 100), None);
    /// assert_eq!(ContingencyTable::new(1, [60, 60], 100), None);
    /// ```
    #[must_use]
    pub fn new(joint: u64, marginals: [u64; 2], total: u64) -> Option<Self> {
        let k12 = marginals[0].checked_sub(joint)?;
        let k21 = marginals[1].checked_sub(joint)?;
        let k22 = total.checked_sub(marginals[0].checked_add(k21)?)?;
        Some(Self { k11: joint, k12, k21, k22 })
    }

    /// Contexts with the first.
    #[must_use]
    pub fn first(self) -> u64 {
        self.k11 + self.k12
    }

    /// Contexts with the second.
    #[must_use]
    pub fn second(self) -> u64 {
        self.k11 + self.k21
    }

    /// All contexts.
    #[must_use]
    pub fn total(self) -> u64 {
        self.first() + self.k21 + self.k22
    }

    /// How many contexts would have both if they were independent: `first · second / n`; 0 if there is no context.
    ///
    /// ```
    /// use dateline::association::ContingencyTable;
    /// assert_eq!(ContingencyTable::new(8, [10, 12], 100).unwrap().expected(), 1.2);
    /// ```
    #[must_use]
    pub fn expected(self) -> f64 {
        ratio(u128::from(self.first()) * u128::from(self.second()), u128::from(self.total()))
    }

    /// Whether the two occur together more often than if they were independent: `k11 · k22 > k12 · k21`, exactly.
    ///
    /// ```
    /// use dateline::association::ContingencyTable;
    /// assert!(ContingencyTable::new(2, [10, 10], 100).unwrap().is_attracted());
    /// assert!(!ContingencyTable::new(1, [10, 10], 100).unwrap().is_attracted());
    /// ```
    #[must_use]
    pub fn is_attracted(self) -> bool {
        self.determinant() > 0
    }

    /// `k11 · k22 − k12 · k21`: in every cell, the count differs from its expectation by this divided by the total.
    fn determinant(self) -> i128 {
        // Cells are below 2^63, since their sum is counted in 64 bits; products are below 2^126.
        i128::from(self.k11) * i128::from(self.k22) - i128::from(self.k12) * i128::from(self.k21)
    }

    /// Each cell and its expectation under independence, in the order k11, k12, k21, k22.
    fn expectations(self) -> [(u64, f64); 4] {
        let (first, second, n) = (self.first(), self.second(), self.total());
        let of = |row: u64, column: u64| ratio(u128::from(row) * u128::from(column), u128::from(n));
        [
            (self.k11, of(first, second)),
            (self.k12, of(first, n - second)),
            (self.k21, of(n - first, second)),
            (self.k22, of(n - first, n - second)),
        ]
    }

    /// The natural logarithm of Fisher's one-sided mid-p; see [`Measure::Fisher`]. It has a value where the p-value itself
    /// is too small for a number in double precision.
    ///
    /// # Complexity
    ///
    /// Linear in the terms of the tail that matter: about the standard deviation of the joint count.
    #[must_use]
    pub fn ln_fisher(self) -> f64 {
        ln_upper_mid_p(self)
    }
}

/// A quotient of whole numbers; 0 if the divisor is 0.
fn ratio(numerator: u128, divisor: u128) -> f64 {
    if divisor == 0 { 0.0 } else { numerator as f64 / divisor as f64 }
}

/// `k · ln(k / e) − (k − e)` for a count `k`, its expectation `e` and their `difference`, which the caller knows better
/// than a subtraction of nearly equal numbers would give it. Never negative.
///
/// The deviance of one cell: Loader's `bd0` (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
fn deviance(count: f64, expectation: f64, difference: f64) -> f64 {
    if count == 0.0 || expectation == 0.0 {
        return expectation;
    }
    let t = difference / expectation;
    if t.abs() > 0.1 {
        return count * (count / expectation).ln() - difference;
    }
    // (1 + t) ln(1 + t) − t as a series, whose terms fall by a factor of ten.
    let (mut sum, mut power, mut order) = (0.0, t, 2.0);
    loop {
        power *= t;
        let next = sum + power / (order * (order - 1.0));
        if next == sum || order > 40.0 {
            return expectation * next;
        }
        sum = next;
        power = -power;
        order += 1.0;
    }
}
