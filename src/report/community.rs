//! Which entities belong together: the communities of a weighted graph, by the method of Louvain (Blondel et al. 2008).
//!
//! Nodes are visited in their order and ties go to the first community, so that the same graph has the same communities.

/// Passes over the nodes on one level; in practice a handful is enough.
const PASSES: usize = 100;
/// A move must improve the modularity by more than rounding does.
const LEAST_GAIN: f64 = 1e-12;

/// The community of each of `n` nodes, from 0, the community with most nodes first. Edges are `(a, b, weight)` with positive
/// weights. A node without an edge is a community of its own.
pub(super) fn communities(n: usize, edges: &[(usize, usize, f64)]) -> Vec<usize> {
    let mut community: Vec<usize> = (0..n).collect();
    let mut graph = Graph::new(n, edges);
    loop {
        let (of_node, moved) = graph.one_level();
        if !moved {
            break;
        }
        let (of_node, n_left) = numbered(&of_node);
        community.iter_mut().for_each(|community| *community = of_node[*community]);
        graph = graph.folded(&of_node, n_left);
    }
    by_size(&community)
}

/// Weighted neighbours of each node, without itself, and what lies within it.
struct Graph {
    neighbours: Vec<Vec<(usize, f64)>>,
    within: Vec<f64>,
}

impl Graph {
    fn new(n: usize, edges: &[(usize, usize, f64)]) -> Self {
        let mut graph = Self { neighbours: vec![Vec::new(); n], within: vec![0.0; n] };
        for &(a, b, weight) in edges {
            if a == b {
                graph.within[a] += 2.0 * weight;
            } else {
                graph.neighbours[a].push((b, weight));
                graph.neighbours[b].push((a, weight));
            }
        }
        graph
    }

    /// Moves nodes to neighbouring communities as long as that increases the modularity.
    fn one_level(&self) -> (Vec<usize>, bool) {
        let n = self.within.len();
        let degree: Vec<f64> = (0..n)
            .map(|node| self.within[node] + self.neighbours[node].iter().map(|(_, weight)| weight).sum::<f64>())
            .collect();
        let total: f64 = degree.iter().sum();
        let mut community: Vec<usize> = (0..n).collect();
        let mut sum = degree.clone();
        let mut links = vec![0.0; n];
        let mut any = false;
        for _ in 0..PASSES {
            let mut moved = false;
            for node in 0..n {
                let own = community[node];
                let mut near: Vec<usize> = Vec::new();
                for &(other, weight) in &self.neighbours[node] {
                    if links[community[other]] == 0.0 {
                        near.push(community[other]);
                    }
                    links[community[other]] += weight;
                }
                near.sort_unstable();
                sum[own] -= degree[node];
                let gain = |to: usize| links[to] - sum[to] * degree[node] / total;
                let (mut best, mut most) = (own, gain(own));
                for &to in &near {
                    if gain(to) > most + LEAST_GAIN {
                        (best, most) = (to, gain(to));
                    }
                }
                sum[best] += degree[node];
                moved |= best != own;
                community[node] = best;
                near.iter().for_each(|&to| links[to] = 0.0);
            }
            any |= moved;
            if !moved {
                break;
            }
        }
        (community, any)
    }

    /// The graph whose nodes are the communities.
    fn folded(&self, community: &[usize], n: usize) -> Self {
        let mut within = vec![0.0; n];
        let mut weights: Vec<std::collections::BTreeMap<usize, f64>> = vec![std::collections::BTreeMap::new(); n];
        for (node, neighbours) in self.neighbours.iter().enumerate() {
            let own = community[node];
            within[own] += self.within[node];
            for &(other, weight) in neighbours {
                if community[other] == own {
                    within[own] += weight;
                } else {
                    *weights[own].entry(community[other]).or_default() += weight;
                }
            }
        }
        Self { neighbours: weights.into_iter().map(|near| near.into_iter().collect()).collect(), within }
    }
}

/// The communities numbered from 0 in the order of their first nodes, and how many there are.
fn numbered(community: &[usize]) -> (Vec<usize>, usize) {
    let mut number = vec![usize::MAX; community.len()];
    let mut next = 0;
    let numbers = community.iter().map(|&old| {
        if number[old] == usize::MAX {
            number[old] = next;
            next += 1;
        }
        number[old]
    });
    (numbers.collect(), next)
}

fn by_size(community: &[usize]) -> Vec<usize> {
    let (community, n) = numbered(community);
    let mut sizes = vec![0_usize; n];
    community.iter().for_each(|&at| sizes[at] += 1);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(sizes[at]), at));
    let mut rank = vec![0; n];
    order.iter().enumerate().for_each(|(place, &at)| rank[at] = place);
    community.iter().map(|&at| rank[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newman's modularity, straight from its definition.
    fn modularity(community: &[usize], edges: &[(usize, usize, f64)]) -> f64 {
        let n = community.len();
        let mut matrix = vec![vec![0.0; n]; n];
        for &(a, b, weight) in edges {
            matrix[a][b] += weight;
            matrix[b][a] += weight;
        }
        let degree: Vec<f64> = matrix.iter().map(|row| row.iter().sum()).collect();
        let total: f64 = degree.iter().sum();
        let pairs = (0..n).flat_map(|a| (0..n).map(move |b| (a, b))).filter(|&(a, b)| community[a] == community[b]);
        pairs.map(|(a, b)| matrix[a][b] - degree[a] * degree[b] / total).sum::<f64>() / total
    }

    #[test]
    fn two_cliques_with_a_bridge_are_two_communities() {
        let mut edges = vec![(0, 4, 0.5)];
        for clique in [0..4, 4..9] {
            let nodes: Vec<usize> = clique.collect();
            for (at, &a) in nodes.iter().enumerate() {
                edges.extend(nodes[at + 1..].iter().map(|&b| (a, b, 1.0)));
            }
        }
        assert_eq!(communities(10, &edges), [1, 1, 1, 1, 0, 0, 0, 0, 0, 2]);
    }

    /// Zachary's karate club: Louvain's partition has a modularity of about 0.42, the best that is known 0.4198.
    #[test]
    fn the_karate_club_is_divided_well() {
        const NEIGHBOURS: [(usize, &[usize]); 27] = [
            (1, &[2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32]),
            (2, &[3, 4, 8, 14, 18, 20, 22, 31]),
            (3, &[4, 8, 9, 10, 14, 28, 29, 33]),
            (4, &[8, 13, 14]),
            (5, &[7, 11]),
            (6, &[7, 11, 17]),
            (7, &[17]),
            (9, &[31, 33, 34]),
            (10, &[34]),
            (14, &[34]),
            (15, &[33, 34]),
            (16, &[33, 34]),
            (19, &[33, 34]),
            (20, &[34]),
            (21, &[33, 34]),
            (23, &[33, 34]),
            (24, &[26, 28, 30, 33, 34]),
            (25, &[26, 28, 32]),
            (26, &[32]),
            (27, &[30, 34]),
            (28, &[34]),
            (29, &[32, 34]),
            (30, &[33, 34]),
            (31, &[33, 34]),
            (32, &[33, 34]),
            (33, &[34]),
            (34, &[]),
        ];
        let edges: Vec<(usize, usize, f64)> =
            NEIGHBOURS.iter().flat_map(|(a, others)| others.iter().map(move |b| (a - 1, b - 1, 1.0))).collect();
        assert_eq!(edges.len(), 78);
        let found = modularity(&communities(34, &edges), &edges);
        assert!(found > 0.41, "{found}");
    }

    #[test]
    fn nothing_and_loners_are_communities_too() {
        assert!(communities(0, &[]).is_empty());
        assert_eq!(communities(2, &[]), [0, 1]);
    }
}
