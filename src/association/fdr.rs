//! Many tests at a time: the false discovery rate.

/// The q-values of many tests by the procedure of Benjamini and Hochberg, in the order of the p-values given.
///
/// The q-value of a test is the lowest false discovery rate at which it counts as a discovery: of the tests with a
/// q-value of at most 0.05, at most 5 % are expected to be false discoveries, if the tests are independent or positively
/// dependent (Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", 1995).
///
/// ```
/// use dateline::association::benjamini_hochberg;
/// assert_eq!(benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]), [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5]);
/// ```
///
/// # Complexity
///
/// Sorts the p-values.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let of = QValues::new(p_values.to_vec(), p_values.len() as u64);
    p_values.iter().map(|&p| of.q(p)).collect()
}

/// The q-values of a family of tests of which only the smaller p-values are known: those that are left out must be
/// greater than all that are given.
///
/// ```
/// use dateline::association::QValues;
/// let of = QValues::new(vec![0.03, 0.01], 4);
/// assert_eq!((of.q(0.01), of.q(0.03)), (0.04, 0.06));
/// ```
#[derive(Debug, Clone, Default)]
pub struct QValues {
    /// In ascending order.
    p_values: Vec<f64>,
    /// For each, the q-value.
    q_values: Vec<f64>,
}

impl QValues {
    /// The q-values of `n_tests` tests with these p-values, in any order.
    ///
    /// # Complexity
    ///
    /// Sorts the p-values; 16 bytes of memory each.
    #[must_use]
    pub fn new(mut p_values: Vec<f64>, n_tests: u64) -> Self {
        p_values.sort_by(f64::total_cmp);
        let mut q_values = p_values.clone();
        let mut least = 1.0_f64;
        for (rank, q) in q_values.iter_mut().enumerate().rev() {
            // Rounding must not take a q-value below its p-value.
            least = least.min((*q * n_tests as f64 / (rank + 1) as f64).max(*q));
            *q = least;
        }
        Self { p_values, q_values }
    }

    /// The q-value of a test with this p-value; 1 if it is greater than all that are known.
    ///
    /// # Complexity
    ///
    /// A binary search.
    #[must_use]
    pub fn q(&self, p: f64) -> f64 {
        // Equal p-values share the q-value of the last of them.
        let after = self.p_values.partition_point(|known| *known <= p);
        if after == self.p_values.len() && self.p_values.last().is_none_or(|last| *last < p) {
            return 1.0;
        }
        self.q_values.get(after.saturating_sub(1)).copied().unwrap_or(1.0)
    }
}
