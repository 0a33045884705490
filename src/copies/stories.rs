//! From signatures to stories.

use super::{GROUPS, IN_GROUP, LEAST_PHRASES, Signature};

/// With how many of the articles that have a group of samples in common, and follow it in the archive, an article is compared. More
/// have it in common only where thousands of articles are made from one form, or are copies of one, which are found through any of them.
const MOST_COMPARED: usize = 1000;

/// Which articles are of one story: copies, and copies of copies, by the [rule](super).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stories {
    /// By article.
    story_of: Vec<u32>,
    n_stories: u32,
    not_compared: u64,
}

impl Stories {
    /// The stories of articles in their order.
    ///
    /// ```
    /// use dateline::copies::{Signature, Stories};
    /// let [one, two] = ["GENEVA: Talks.", "OSLO: Talks."].map(|text| Signature::of(None, text));
    /// let stories = Stories::of(&[one, two, one]);
    /// assert_eq!((stories.len(), stories.by_article()), (2, &[0, 1, 0][..]));
    /// ```
    ///
    /// # Complexity
    ///
    /// Sorts the articles once for each of the 16 groups of samples; each article is compared with at most a thousand others of
    /// a group ([`not_compared`](Self::not_compared)). 20 bytes of memory for each article, besides the signatures.
    #[must_use]
    pub fn of(signatures: &[Signature]) -> Self {
        let mut sets = Sets::new(signatures.len());
        join_equal(signatures, &mut sets);
        // Of articles that are equal, the first is enough.
        let is_compared = |row: &u32| sets.is_first(*row) && signatures[*row as usize].n_phrases >= LEAST_PHRASES;
        let compared: Vec<u32> = (0..signatures.len() as u32).filter(is_compared).collect();
        let mut not_compared = 0;
        let mut keys: Vec<([u8; IN_GROUP], u32)> = Vec::new();
        for group in 0..GROUPS {
            keys.clear();
            keys.extend(compared.iter().map(|row| (signatures[*row as usize].groups()[group], *row)));
            keys.sort_unstable();
            for alike in keys.chunk_by(|one, two| one.0 == two.0) {
                for (index, (_, row)) in alike.iter().enumerate() {
                    let later = &alike[index + 1..];
                    let near = &later[..later.len().min(MOST_COMPARED)];
                    not_compared += (later.len() - near.len()) as u64;
                    for (_, other) in near {
                        if sets.find(*row) != sets.find(*other)
                            && signatures[*row as usize].is_copy_of(&signatures[*other as usize])
                        {
                            sets.join(*row, *other);
                        }
                    }
                }
            }
        }
        sets.finish(not_compared)
    }

    /// Number of stories.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n_stories as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_stories == 0
    }

    /// The story of each article. Stories are numbered from 0, in the order of their first articles.
    #[must_use]
    pub fn by_article(&self) -> &[u32] {
        &self.story_of
    }

    /// How many pairs of articles were not compared, although they have a group of samples in common, because more than a thousand
    /// articles have it.
    #[must_use]
    pub fn not_compared(&self) -> u64 {
        self.not_compared
    }
}

/// Joins the articles with the same text, however short it is.
fn join_equal(signatures: &[Signature], sets: &mut Sets) {
    let mut contents: Vec<(u64, u32)> = signatures.iter().map(|signature| signature.content).zip(0..).collect();
    contents.sort_unstable();
    for equal in contents.chunk_by(|one, two| one.0 == two.0) {
        for (_, row) in &equal[1..] {
            sets.join(equal[0].1, *row);
        }
    }
}

/// Disjoint sets of articles; each is named by its first.
struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect() }
    }

    fn is_first(&self, row: u32) -> bool {
        self.parent[row as usize] == row
    }

    fn find(&mut self, mut row: u32) -> u32 {
        while self.parent[row as usize] != row {
            let above = self.parent[row as usize];
            // Halves the way for the next search.
            self.parent[row as usize] = self.parent[above as usize];
            row = above;
        }
        row
    }

    fn join(&mut self, one: u32, two: u32) {
        let (one, two) = (self.find(one), self.find(two));
        self.parent[one.max(two) as usize] = one.min(two);
    }

    fn finish(mut self, not_compared: u64) -> Stories {
        let mut story_of = Vec::with_capacity(self.parent.len());
        let mut n_stories = 0;
        for row in 0..self.parent.len() as u32 {
            let first = self.find(row);
            story_of.push(if first == row {
                n_stories += 1;
                n_stories - 1
            } else {
                story_of[first as usize]
            });
        }
        Stories { story_of, n_stories, not_compared }
    }
}
