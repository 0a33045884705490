//! How strongly two entities belong together: the four cells of their contingency table, and two measures of it.

/// How often two entities occur: the contingency table of one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cells {
    /// Contexts with both.
    pub(super) k11: u64,
    /// Contexts with the first alone.
    pub(super) k12: u64,
    /// Contexts with the second alone.
    pub(super) k21: u64,
    /// Contexts with neither.
    pub(super) k22: u64,
}

impl Cells {
    /// The table of two entities that occur in `first` and `second` of `total` contexts, and in `joint` together; `None` if
    /// there is no such table.
    pub(super) fn new(joint: u64, first: u64, second: u64, total: u64) -> Option<Self> {
        let k12 = first.checked_sub(joint)?;
        let k21 = second.checked_sub(joint)?;
        let k22 = total.checked_sub(first)?.checked_sub(k21)?;
        Some(Self { k11: joint, k12, k21, k22 })
    }

    /// What `k11` would be if the two had nothing to do with each other.
    pub(super) fn expected(self) -> f64 {
        let (first, second) = ((self.k11 + self.k12) as f64, (self.k11 + self.k21) as f64);
        first * second / self.total()
    }

    fn total(self) -> f64 {
        (self.k11 + self.k12 + self.k21 + self.k22) as f64
    }

    /// The log-likelihood ratio G² (Dunning 1993), at least 0: how sure it is that the two are not independent.
    pub(super) fn log_likelihood(self) -> f64 {
        let total = self.total();
        let rows = [self.k11 + self.k12, self.k21 + self.k22];
        let columns = [self.k11 + self.k21, self.k12 + self.k22];
        let cells = [(self.k11, 0, 0), (self.k12, 0, 1), (self.k21, 1, 0), (self.k22, 1, 1)];
        let terms = cells.into_iter().filter(|(observed, ..)| *observed > 0).map(|(observed, row, column)| {
            let expected = rows[row] as f64 * columns[column] as f64 / total;
            observed as f64 * (observed as f64 / expected).ln()
        });
        (2.0 * terms.sum::<f64>()).max(0.0)
    }

    /// Normalised pointwise mutual information (Bouma 2009): 1 if the two occur only together, 0 if independent, -1 if never
    /// together.
    pub(super) fn npmi(self) -> f64 {
        if self.k11 == 0 {
            return -1.0;
        }
        let p = self.k11 as f64 / self.total();
        if p >= 1.0 { 1.0 } else { ((self.k11 as f64 / self.expected()).ln() / -p.ln()).clamp(-1.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values computed by hand: Dunning's own example, "the swiss", has G² 270.72.
    #[test]
    fn log_likelihood_is_dunnings() {
        let cells = Cells { k11: 110, k12: 2442, k21: 111, k22: 29114 };
        assert!((cells.log_likelihood() - 270.72).abs() < 0.005, "{}", cells.log_likelihood());
        assert_eq!(Cells::new(1, 2, 2, 4), Some(Cells { k11: 1, k12: 1, k21: 1, k22: 1 }));
        assert_eq!(Cells { k11: 1, k12: 1, k21: 1, k22: 1 }.log_likelihood(), 0.0);
    }

    #[test]
    fn npmi_has_its_three_fixed_points() {
        assert_eq!(Cells::new(3, 3, 3, 9).unwrap().npmi(), 1.0);
        assert_eq!(Cells::new(9, 9, 9, 9).unwrap().npmi(), 1.0);
        assert_eq!(Cells::new(0, 3, 3, 9).unwrap().npmi(), -1.0);
        assert!(Cells::new(1, 3, 3, 9).unwrap().npmi().abs() < 1e-12);
    }

    #[test]
    fn impossible_tables_are_none() {
        assert_eq!(Cells::new(3, 2, 5, 9), None);
        assert_eq!(Cells::new(1, 6, 6, 10), None);
    }
}
