//! Networks of whatever occurs together: which edges matter, and which nodes form groups?
//!
//! Input: [`Edge`]s, nodes being numbers from 0. Output: for each edge how surprising its weight is at its ends
//! ([`disparity`]), or for each node the number of its community ([`communities`]). Weights are whole numbers, all sums are
//! exact, and nothing is drawn at random: the same edges give the same answer, in any order.

mod backbone;
mod louvain;
#[cfg(test)]
mod tests;

pub use backbone::disparity;
pub use louvain::{Communities, communities};

/// An undirected edge between two different nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// One end.
    pub a: u32,
    /// The other end.
    pub b: u32,
    /// How strong it is; at least 1.
    pub weight: u32,
}
