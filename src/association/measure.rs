//! The measures, each with its formula and its source.

use std::fmt;
use std::str::FromStr;

use super::{ContingencyTable, deviance, ratio};
use crate::error::{Error, Result};

/// Writes the enum, its names and its short descriptions, so that every measure has all three.
macro_rules! measures {
    ($( $(#[$doc:meta])* $name:ident = $word:literal: $brief:literal, )+) => {
        /// A measure of association of two things, computed from their [`ContingencyTable`].
        ///
        /// `n` is the number of all contexts, `a = k11 + k12` and `b = k11 + k21` are the contexts of each, and
        /// `e = a · b / n` is the expectation of `k11`. Logarithms are to the base 2 in the measures of information (PMI,
        /// PPMI, NPMI) and natural in G².
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Measure {
            $( $(#[$doc])* $name, )+
        }

        impl Measure {
            /// Every measure.
            pub const ALL: [Self; [$( $word, )+].len()] = [$( Self::$name, )+];

            /// The word for it, as the command line takes it and as outputs name it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$name => $word, )+ }
            }

            /// Its formula and meaning in a line.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $( Self::$name => $brief, )+ }
            }
        }
    };
}

measures! {
    /// Log-likelihood ratio: `G² = 2 Σ k ln(k / e)` over the four cells, each with its own expectation. How much evidence
    /// there is that the two are not independent; it is large for frequent pairs, and reliable for rare ones, too.
    /// The value is not signed: of two that avoid each other it is also large, so ask
    /// [`is_attracted`](ContingencyTable::is_attracted). Above 10.83 the odds are less than one in a thousand
    /// (χ² with one degree of freedom).
    ///
    /// T. Dunning, "Accurate methods for the statistics of surprise and coincidence", 1993.
    LogLikelihood = "g2": "log-likelihood ratio: 2 Σ k ln(k/e) over the four cells (Dunning 1993)",
    /// Pearson's `χ² = n (k11 k22 − k12 k21)² / (a (n−a) b (n−b))`, without a correction for continuity; 0 if a marginal is
    /// empty. It overrates rare pairs: expectations should be at least 5.
    ///
    /// K. Pearson, "On the criterion that a given system of deviations …", 1900.
    ChiSquare = "chi2": "Pearson's chi-square without Yates' correction (Pearson 1900)",
    /// Like [`ChiSquare`](Self::ChiSquare) with Yates' correction: `n (max(0, |k11 k22 − k12 k21| − n/2))² / (…)`.
    ///
    /// F. Yates, "Contingency tables involving small numbers and the χ² test", 1934.
    ChiSquareYates = "chi2_yates": "chi-square with Yates' correction for continuity (Yates 1934)",
    /// Pointwise mutual information in bits: `log2(k11 n / (a b))`; −∞ if they never occur together. It is highest for
    /// pairs of rare names, so it needs a minimum of documents.
    ///
    /// K. Church and P. Hanks, "Word association norms, mutual information, and lexicography", 1990.
    Pmi = "pmi": "pointwise mutual information in bits: log2(k11 n / (a b)) (Church and Hanks 1990)",
    /// Positive PMI: PMI, or 0 where that is negative.
    ///
    /// Y. Niwa and Y. Nitta, "Co-occurrence vectors from corpora vs. distance vectors from dictionaries", 1994.
    Ppmi = "ppmi": "positive PMI: PMI, or 0 if it is negative (Niwa and Nitta 1994)",
    /// Normalised PMI: `PMI / −log2(k11 / n)`. 1 if each occurs only with the other, 0 if they are independent, −1 if they
    /// never occur together; 0 if both are in every context, where the formula is 0 / 0.
    ///
    /// G. Bouma, "Normalized (pointwise) mutual information in collocation extraction", 2009.
    Npmi = "npmi": "normalised PMI: PMI / -log2(k11/n), from -1 over 0 (independent) to 1 (Bouma 2009)",
    /// Fisher's exact test, one-sided for attraction, as a mid-p: `P(X > k11) + ½ P(X = k11)`, where `X` has the
    /// hypergeometric distribution that the marginals determine. A small value means a strong association; values below
    /// 1e-308 are 0, their logarithm is [`ContingencyTable::ln_fisher`].
    ///
    /// R. Fisher, "The design of experiments", 1935; mid-p: H. Lancaster, "Significance tests in discrete distributions",
    /// 1961.
    Fisher = "fisher": "Fisher's exact test, one-sided mid-p: P(X > k11) + P(X = k11) / 2 (Fisher 1935, Lancaster 1961)",
    /// `k11 / (a + b − k11)`: of the contexts with either, the share with both.
    ///
    /// P. Jaccard, "Étude comparative de la distribution florale …", 1901.
    Jaccard = "jaccard": "of the documents with either, the share with both (Jaccard 1901)",
    /// `2 k11 / (a + b)`.
    ///
    /// L. Dice, "Measures of the amount of ecologic association between species", 1945.
    Dice = "dice": "2 k11 / (a + b) (Dice 1945)",
    /// Ochiai's coefficient `k11 / √(a b)`: the cosine of the two columns of the boolean document × entity matrix.
    ///
    /// A. Ochiai, "Zoogeographical studies on the soleoid fishes …", 1957.
    Cosine = "cosine": "cosine: k11 / sqrt(a b) (Ochiai 1957)",
    /// `k11 n / (a b)`: how many times as often as if they were independent.
    ///
    /// S. Brin and others, "Dynamic itemset counting and implication rules for market basket data", 1997.
    Lift = "lift": "k11 / e: how many times as often as if they were independent (Brin and others 1997)",
    /// `P(b | a) = k11 / a`: of the contexts with the first, the share that has the second, too.
    SecondGivenFirst = "p_b_a": "P(b|a) = k11 / a: of the documents with a, the share that has b, too",
    /// `P(a | b) = k11 / b`: of the contexts with the second, the share that has the first, too.
    FirstGivenSecond = "p_a_b": "P(a|b) = k11 / b: of the documents with b, the share that has a, too",
}

impl Measure {
    /// The value for a table.
    ///
    /// ```
    /// use dateline::association::{ContingencyTable, Measure};
    /// let table = ContingencyTable::new(8, [10, 16], 80).unwrap();
    /// assert_eq!(Measure::Pmi.of(table), 2.0);
    /// assert_eq!(Measure::Lift.of(table), 4.0);
    /// assert_eq!(Measure::SecondGivenFirst.of(table), 0.8);
    /// assert_eq!(Measure::FirstGivenSecond.of(table), 0.5);
    /// ```
    ///
    /// # Complexity
    ///
    /// Constant, except for [`Fisher`](Self::Fisher): see [`ContingencyTable::ln_fisher`].
    #[must_use]
    pub fn of(self, table: ContingencyTable) -> f64 {
        let (joint, n) = (u128::from(table.k11), u128::from(table.total()));
        let (a, b) = (u128::from(table.first()), u128::from(table.second()));
        let lift = || ratio(joint * n, a * b);
        match self {
            Self::LogLikelihood => log_likelihood(table),
            Self::ChiSquare => chi_square(table, 0.0),
            Self::ChiSquareYates => chi_square(table, 0.5 * n as f64),
            Self::Pmi => lift().log2(),
            Self::Ppmi => lift().log2().max(0.0),
            Self::Npmi if joint == 0 => -1.0,
            Self::Npmi if joint == n => 0.0,
            // Written so that names that occur only together have exactly 1.
            Self::Npmi => lift().log2() / ratio(n, joint).log2(),
            Self::Fisher => table.ln_fisher().exp(),
            Self::Jaccard => ratio(joint, a + b - joint),
            Self::Dice => ratio(2 * joint, a + b),
            Self::Cosine if joint == 0 => 0.0,
            Self::Cosine => joint as f64 / ((a * b) as f64).sqrt(),
            Self::Lift => lift(),
            Self::SecondGivenFirst => ratio(joint, a),
            Self::FirstGivenSecond => ratio(joint, b),
        }
    }

    /// What to order tables by, the greatest first: the value, except for [`Fisher`](Self::Fisher), for which it is minus
    /// the logarithm of the p-value.
    #[must_use]
    pub fn strength(self, table: ContingencyTable) -> f64 {
        if self == Self::Fisher { -table.ln_fisher() } else { self.of(table) }
    }
}

/// The sum of four deviances, none of which is negative: nothing cancels.
fn log_likelihood(table: ContingencyTable) -> f64 {
    let n = table.total();
    if n == 0 {
        return 0.0;
    }
    let difference = table.determinant() as f64 / n as f64;
    let cells = table.expectations().into_iter().zip([difference, -difference, -difference, difference]);
    2.0 * cells.map(|((count, expectation), by)| deviance(count as f64, expectation, by)).sum::<f64>()
}

fn chi_square(table: ContingencyTable, correction: f64) -> f64 {
    let (a, b, n) = (table.first(), table.second(), table.total());
    if [a, b, n - a, n - b].contains(&0) {
        return 0.0;
    }
    let by = (table.determinant().unsigned_abs() as f64 - correction).max(0.0);
    // Each division keeps the number in range.
    (by / a as f64) * (by / (n - a) as f64) / b as f64 / (n - b) as f64 * n as f64
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Measure {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|measure| measure.name() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::usage(format!("there is no measure {text:?}")).with_remedy(format!("the measures are {names}"))
        })
    }
}
