//! Which classes of Wikidata are kept, and as which kind; and which classes belong to these as subclasses.

use std::collections::HashMap;

/// Classes and kinds, the specific before the general: an item gets the kind of the first class it belongs to.
pub(super) const CLASSES: [(u32, &str); 25] = [
    (3_624_078, "place.country"),
    (6256, "place.country"),
    (10_864_048, "place.admin1"),
    (7278, "org.party"),
    (17_149_090, "org.armed"),
    (192_283, "org.media"),
    (11_032, "org.media"),
    (1_193_236, "org.media"),
    (3918, "org.university"),
    (476_028, "org.sport"),
    (847_017, "org.sport"),
    (484_652, "org.igo"),
    (327_333, "org.gov"),
    (192_350, "org.gov"),
    (11_204, "org.legislature"),
    (22_687, "org.bank"),
    (163_740, "org.ngo"),
    (4_830_453, "org.company"),
    (515, "place.city"),
    (486_972, "place.city"),
    (56_061, "place.admin"),
    (23_442, "place.island"),
    (82_794, "place.region"),
    (43_229, "org"),
    (4_164_871, "title"),
];

/// `Q42` as 42.
pub(super) fn number(id: &str) -> Option<u32> {
    id.strip_prefix('Q')?.parse().ok()
}

/// For each class, the first of the roots that it is a subclass of; a root is its own.
///
/// # Complexity
///
/// 8 bytes for each subclass statement, and a table entry for each class found; every class is visited once.
///
/// 8 bytes for each subclass statement, and a table entry for each class found; every class is visited once.
pub(super) struct Classes {
    kinds: HashMap<u32, u32>,
}

impl Classes {
    /// `edges` are (superclass, subclass).
    pub(super) fn new(roots: impl IntoIterator<Item = u32>, mut edges: Vec<(u32, u32)>) -> Self {
        edges.sort_unstable();
        edges.dedup();
        let mut kinds = HashMap::new();
        let mut open: Vec<u32> = Vec::new();
        for (index, root) in roots.into_iter().enumerate() {
            open.push(root);
            while let Some(class) = open.pop() {
                if kinds.contains_key(&class) {
                    continue;
                }
                kinds.insert(class, index as u32);
                let first = edges.partition_point(|(above, _)| *above < class);
                open.extend(edges[first..].iter().take_while(|(above, _)| *above == class).map(|(_, below)| *below));
            }
        }
        Self { kinds }
    }

    /// The root a class belongs to, as an index into the list of roots.
    pub(super) fn root_of(&self, class: u32) -> Option<usize> {
        self.kinds.get(&class).map(|root| *root as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found_through_circles_and_the_special_wins() {
        let edges = vec![(43_229, 7278), (7278, 100), (100, 101), (101, 100), (43_229, 5), (5, 101)];
        let classes = Classes::new([7278, 43_229], edges);
        assert_eq!(classes.root_of(101), Some(0));
        assert_eq!(classes.root_of(5), Some(1));
        assert_eq!(classes.root_of(6), None);
    }
}
