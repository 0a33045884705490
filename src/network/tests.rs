use proptest::prelude::*;

use super::*;

fn edges(list: &[(u32, u32, u32)]) -> Vec<Edge> {
    list.iter().map(|&(a, b, weight)| Edge { a, b, weight }).collect()
}

/// By its definition, from all pairs of nodes.
fn modularity(edges: &[Edge], of_node: &[u32]) -> f64 {
    let total: f64 = edges.iter().map(|edge| 2.0 * f64::from(edge.weight)).sum();
    let strength = |node: usize| -> f64 {
        let of = |edge: &&Edge| edge.a as usize == node || edge.b as usize == node;
        edges.iter().filter(of).map(|edge| f64::from(edge.weight)).sum()
    };
    let within: f64 = edges
        .iter()
        .filter(|edge| of_node[edge.a as usize] == of_node[edge.b as usize])
        .map(|edge| 2.0 * f64::from(edge.weight))
        .sum();
    let n = of_node.len();
    let expected: f64 = (0..n * n)
        .filter(|at| of_node[at / n] == of_node[at % n])
        .map(|at| strength(at / n) * strength(at % n) / total)
        .sum();
    (within - expected) / total
}

#[test]
fn groups_are_found_and_numbered_by_size() {
    // A pair, a clique of four, and a node alone; a weak edge between the groups.
    let list = [(0, 1, 9), (2, 3, 5), (2, 4, 5), (2, 5, 5), (3, 4, 5), (3, 5, 5), (4, 5, 5), (1, 2, 1)];
    let found = communities(&edges(&list), 7);
    assert_eq!((found.of_node, found.count), (vec![1, 1, 0, 0, 0, 0, 2], 3));
    let nothing = communities(&[], 3);
    assert_eq!((nothing.of_node, nothing.count, nothing.modularity), (vec![0, 1, 2], 3, 0.0));
}

/// Zachary's karate club: Louvain's partition has a modularity of about 0.42, the best that is known 0.4198.
#[test]
fn the_karate_club_is_divided_well() {
    const NEIGHBOURS: [(u32, &[u32]); 27] = [
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
    let list = NEIGHBOURS.iter().flat_map(|(a, others)| others.iter().map(move |b| (a - 1, b - 1, 1)));
    let list = edges(&list.collect::<Vec<_>>());
    assert_eq!(list.len(), 78);
    let found = communities(&list, 34);
    assert!(found.modularity > 0.41, "{}", found.modularity);
}

proptest! {
    #[test]
    fn the_modularity_is_that_of_the_definition_and_no_merger_raises_it(
        list in prop::collection::vec((0..9_u32, 0..9_u32, 1..20_u32), 1..30),
    ) {
        let list: Vec<Edge> = edges(&list).into_iter().filter(|edge| edge.a != edge.b).collect();
        prop_assume!(!list.is_empty());
        let found = communities(&list, 9);
        prop_assert!((found.modularity - modularity(&list, &found.of_node)).abs() < 1e-9);
        prop_assert!(found.modularity >= modularity(&list, &(0..9).collect::<Vec<_>>()) - 1e-9);
        // No two communities should be one.
        for (a, b) in (0..found.count).flat_map(|a| (0..a).map(move |b| (a, b))) {
            let merged: Vec<u32> = found.of_node.iter().map(|of| if *of == a { b } else { *of }).collect();
            prop_assert!(modularity(&list, &merged) <= found.modularity + 1e-9);
        }
        // The order of the edges makes no difference.
        let turned: Vec<Edge> = list.iter().rev().map(|edge| Edge { a: edge.b, b: edge.a, ..*edge }).collect();
        prop_assert_eq!(communities(&turned, 9), found);
    }

    #[test]
    fn disparity_is_the_formula(list in prop::collection::btree_map((0..6_u32, 6..12_u32), 1..50_u32, 1..30)) {
        let list: Vec<Edge> = list.into_iter().map(|((a, b), weight)| Edge { a, b, weight }).collect();
        for (edge, value) in list.iter().zip(disparity(&list, 12)) {
            let at = |end: u32| {
                let own: Vec<u32> =
                    list.iter().filter(|edge| edge.a == end || edge.b == end).map(|edge| edge.weight).collect();
                let share = f64::from(edge.weight) / f64::from(own.iter().sum::<u32>());
                if own.len() == 1 { 1.0 } else { (1.0 - share).powi(own.len() as i32 - 1) }
            };
            prop_assert!((value - at(edge.a).min(at(edge.b))).abs() < 1e-12);
        }
    }
}
