//! Communities by the method of Louvain, in whole numbers.

use super::Edge;

/// Groups of nodes that have more of their weight among each other than their strengths would bring about.
#[derive(Debug, Clone, PartialEq)]
pub struct Communities {
    /// For each node the number of its community: 0 for the one with most nodes, and so on; equal ones by their first node.
    pub of_node: Vec<u32>,
    /// Number of communities.
    pub count: u32,
    /// The share of weight within communities, less the share expected at random: from −½ to 1 (M. Newman, 2004).
    pub modularity: f64,
}

/// Finds communities by moving nodes, and then communities as if they were nodes, as long as the modularity grows.
///
/// V. Blondel and others, "Fast unfolding of communities in large networks", 2008. Nodes are visited in the order of their
/// numbers, and of equally good communities the one with the lowest number is chosen, so that the answer depends on the
/// edges alone; gains are compared exactly.
///
/// ```
/// use dateline::network::{Edge, communities};
/// // Two triangles with one edge between them.
/// let edges = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)].map(|(a, b)| Edge { a, b, weight: 1 });
/// let found = communities(&edges, 6);
/// assert_eq!(found.of_node, [0, 0, 0, 1, 1, 1]);
/// assert!((found.modularity - (6.0 / 7.0 - 0.5)).abs() < 1e-12);
/// ```
///
/// # Panics
///
/// If an edge has an end that is not below `n_nodes`.
///
/// # Complexity
///
/// In practice linear in the edges for each of a few rounds; about 40 bytes of memory for each edge.
#[must_use]
pub fn communities(edges: &[Edge], n_nodes: usize) -> Communities {
    let mut graph = Graph::new(edges, n_nodes);
    let mut of_node: Vec<u32> = (0..n_nodes as u32).collect();
    loop {
        let (community, moved) = graph.moved();
        if !moved {
            break;
        }
        let (renumbered, count) = by_first_node(&community);
        of_node.iter_mut().for_each(|node| *node = renumbered[*node as usize]);
        graph = graph.of_communities(&renumbered, count);
    }
    let modularity = graph.modularity();
    let (of_node, count) = by_size(&of_node);
    Communities { of_node, count, modularity }
}

/// The neighbours of each node in compressed rows; an edge within a node of merged ones is its own weight.
struct Graph {
    offsets: Vec<usize>,
    neighbours: Vec<(u32, u64)>,
    /// By node, the weight of the edges within it, counted at both ends.
    within: Vec<u64>,
    /// By node, the weight of all its edges.
    strength: Vec<u64>,
    /// The weight of all edges, counted at both ends.
    total: u64,
}

impl Graph {
    fn new(edges: &[Edge], n_nodes: usize) -> Self {
        let both =
            edges.iter().flat_map(|edge| [(edge.a, edge.b, edge.weight.into()), (edge.b, edge.a, edge.weight.into())]);
        let apart = both.filter(|(from, to, _)| from != to);
        Self::of_arcs(apart.collect(), vec![0; n_nodes])
    }

    /// `arcs` are from, to and weight, in both directions; several of the same nodes are added up.
    fn of_arcs(mut arcs: Vec<(u32, u32, u64)>, within: Vec<u64>) -> Self {
        arcs.sort_unstable();
        arcs.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            kept.2 += if same { next.2 } else { 0 };
            same
        });
        let mut strength = within.clone();
        let mut offsets = vec![0; within.len() + 1];
        for (from, _, weight) in &arcs {
            strength[*from as usize] += weight;
            offsets[*from as usize + 1] += 1;
        }
        for node in 0..within.len() {
            offsets[node + 1] += offsets[node];
        }
        let neighbours = arcs.into_iter().map(|(_, to, weight)| (to, weight)).collect();
        let total = strength.iter().sum();
        Self { offsets, neighbours, within, strength, total }
    }

    fn row(&self, node: usize) -> &[(u32, u64)] {
        &self.neighbours[self.offsets[node]..self.offsets[node + 1]]
    }

    /// Moves every node to the community where it adds most, until none moves; whether any did.
    fn moved(&self) -> (Vec<u32>, bool) {
        let n_nodes = self.within.len();
        let mut community: Vec<u32> = (0..n_nodes as u32).collect();
        let mut strength = self.strength.clone();
        // By community, the weight from the node at hand; and the communities where that is not 0.
        let mut towards = vec![0_u64; n_nodes];
        let mut near: Vec<u32> = Vec::new();
        let mut any = false;
        loop {
            let mut moved = false;
            for node in 0..n_nodes {
                let own = community[node];
                let weight = self.strength[node];
                near.push(own);
                for (other, weight) in self.row(node) {
                    let of = community[*other as usize];
                    if towards[of as usize] == 0 && of != own {
                        near.push(of);
                    }
                    towards[of as usize] += weight;
                }
                strength[own as usize] -= weight;
                // The modularity that the node adds to a community, times the square of the total.
                let gain = |of: u32| {
                    i128::from(towards[of as usize]) * i128::from(self.total)
                        - i128::from(strength[of as usize]) * i128::from(weight)
                };
                let stays = gain(own);
                let best = near.iter().copied().max_by_key(|of| (gain(*of), std::cmp::Reverse(*of))).unwrap_or(own);
                let chosen = if gain(best) > stays { best } else { own };
                strength[chosen as usize] += weight;
                moved |= chosen != own;
                community[node] = chosen;
                near.drain(..).for_each(|of| towards[of as usize] = 0);
            }
            any |= moved;
            if !moved {
                return (community, any);
            }
        }
    }

    /// The graph whose nodes are the communities of this one.
    fn of_communities(&self, community: &[u32], count: usize) -> Self {
        let mut within = vec![0; count];
        let mut arcs = Vec::new();
        for node in 0..self.within.len() {
            let own = community[node];
            within[own as usize] += self.within[node];
            for (other, weight) in self.row(node) {
                match community[*other as usize] {
                    same if same == own => within[own as usize] += weight,
                    of => arcs.push((own, of, *weight)),
                }
            }
        }
        Self::of_arcs(arcs, within)
    }

    /// Of every node as a community.
    fn modularity(&self) -> f64 {
        if self.total == 0 {
            return 0.0;
        }
        let total = self.total as f64;
        let of = |(within, strength): (&u64, &u64)| *within as f64 / total - (*strength as f64 / total).powi(2);
        self.within.iter().zip(&self.strength).map(of).sum()
    }
}

/// Communities numbered in the order of their first nodes, and how many there are.
fn by_first_node(community: &[u32]) -> (Vec<u32>, usize) {
    let mut number = vec![u32::MAX; community.len()];
    let mut count = 0;
    let renumbered = community.iter().map(|of| {
        let number = &mut number[*of as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *number
    });
    (renumbered.collect(), count as usize)
}

/// Communities numbered by their sizes, the largest first, and then by their first nodes.
fn by_size(community: &[u32]) -> (Vec<u32>, u32) {
    let (first, count) = by_first_node(community);
    let mut sizes = vec![0_usize; count];
    first.iter().for_each(|of| sizes[*of as usize] += 1);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|of| (std::cmp::Reverse(sizes[*of]), *of));
    let mut number = vec![0; count];
    order.iter().enumerate().for_each(|(at, of)| number[*of] = at as u32);
    (first.iter().map(|of| number[*of as usize]).collect(), count as u32)
}
