//! The disparity filter.

use super::Edge;

/// For each edge, how likely it is that an edge of one of its ends takes up so much of that end's weight, if the weight
/// were divided among the end's edges at random. The lower of the values of its two ends; an end with a single edge says
/// nothing and has the value 1.
///
/// The backbone of a network are the edges with a low value, such as less than 0.05. It keeps what is strong for a
/// small node, too, which a threshold on weights does not.
///
/// M. Serrano, M. Boguñá and A. Vespignani, "Extracting the multiscale backbone of complex weighted networks", 2009:
/// `α = (1 − w / s)^(k − 1)` for an edge of weight `w` at a node with `k` edges of the weight `s`.
///
/// ```
/// use dateline::network::{Edge, disparity};
/// let edge = |a, b, weight| Edge { a, b, weight };
/// // Node 0 has three edges; 8 of its weight of 10 goes to node 1.
/// let values = disparity(&[edge(0, 1, 8), edge(0, 2, 1), edge(0, 3, 1)], 4);
/// assert!((values[0] - 0.04).abs() < 1e-12 && (values[1] - 0.81).abs() < 1e-12);
/// ```
///
/// # Panics
///
/// If an edge has an end that is not below `n_nodes`.
///
/// # Complexity
///
/// Linear in edges and nodes.
#[must_use]
pub fn disparity(edges: &[Edge], n_nodes: usize) -> Vec<f64> {
    let mut nodes = vec![(0_u32, 0_u64); n_nodes];
    for edge in edges {
        for end in [edge.a, edge.b] {
            let (degree, strength) = &mut nodes[end as usize];
            *degree += 1;
            *strength += u64::from(edge.weight);
        }
    }
    let value = |edge: &Edge| {
        let at = |end: u32| {
            let (degree, strength) = nodes[end as usize];
            let share = f64::from(edge.weight) / strength as f64;
            if degree < 2 { 1.0 } else { (f64::from(degree - 1) * (-share).ln_1p()).exp() }
        };
        at(edge.a).min(at(edge.b))
    };
    edges.iter().map(value).collect()
}
