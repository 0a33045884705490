//! Shares, and how they differ.

use super::ContingencyTable;

/// The quantile of the normal distribution for intervals of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's 95 % interval for a share of `successes` in `trials`: the shares from which such a sample is not surprising.
///
/// It stays between 0 and 1 and makes sense where the usual interval does not: at no success, at few trials. Without a
/// trial it is 0 to 1. E. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
///
/// ```
/// use dateline::association::wilson_interval;
/// let (low, high) = wilson_interval(2, 10);
/// assert!((low - 0.056682).abs() < 1e-6 && (high - 0.509838).abs() < 1e-6);
/// assert_eq!(wilson_interval(0, 10).0, 0.0);
/// ```
#[must_use]
pub fn wilson_interval(successes: u64, trials: u64) -> (f64, f64) {
    if trials == 0 { (0.0, 1.0) } else { wilson_interval_of(successes as f64 / trials as f64, trials as f64) }
}

/// As [`wilson_interval`], for a share of trials whose number need not be whole, such as an effective sample size; it must be positive.
#[must_use]
pub fn wilson_interval_of(share: f64, trials: f64) -> (f64, f64) {
    let square = Z * Z;
    let centre = share + square / (2.0 * trials);
    let half = Z * (share * (1.0 - share) / trials + square / (4.0 * trials * trials)).sqrt();
    let scale = 1.0 + square / trials;
    let low = if share <= 0.0 { 0.0 } else { ((centre - half) / scale).max(0.0) };
    let high = if share >= 1.0 { 1.0 } else { ((centre + half) / scale).min(1.0) };
    (low, high)
}

impl ContingencyTable {
    /// The log ratio of two shares, `k11` of the first column and `k12` of the second: how many times the first share
    /// doubles the second; negative if it is smaller. 0.5 takes the place of a count of 0, as the author proposes.
    ///
    /// A. Hardie, "Log Ratio – an informal introduction", 2014.
    ///
    /// ```
    /// use dateline::association::ContingencyTable;
    /// // 40 of 100 against 10 of 100.
    /// let table = ContingencyTable { k11: 40, k12: 10, k21: 60, k22: 90 };
    /// assert_eq!(table.log_ratio(), 2.0);
    /// ```
    #[must_use]
    pub fn log_ratio(self) -> f64 {
        let share = |count: u64, rest: u64| {
            let shown = if count == 0 { 0.5 } else { count as f64 };
            shown / ((count + rest) as f64).max(0.5)
        };
        (share(self.k11, self.k21) / share(self.k12, self.k22)).log2()
    }
}
