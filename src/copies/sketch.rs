//! Samples of a set in a few bytes, by which the resemblance of two sets is estimated.

/// Odd, with bits that follow no pattern: the golden ratio as a fraction of 2^64, and digits of the square root of 2.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const ROOT: u64 = 0xB504_F333_F9DE_6485;

/// Spreads the bits of a number: all of the result depend on all of them.
pub(super) fn spread(number: u64) -> u64 {
    let high = (number ^ (number >> 32)).wrapping_mul(GOLDEN);
    high ^ (high >> 29)
}

/// One hash of several in order.
pub(super) fn combine(hashes: &[u64]) -> u64 {
    spread(hashes.iter().fold(0, |sum: u64, hash| sum.rotate_left(21) ^ hash))
}

/// Samples a set of hashes: `K` bytes, each of the element that is least in an order of its own.
///
/// The share of equal bytes of two samples estimates the resemblance of the sets, |A ∩ B| / |A ∪ B| (Broder 1997), as the mean of
/// `K` nearly independent trials; of each trial only one byte is kept (Li and König 2010), so that different elements are equal
/// once in 256. Each element goes to one of `K` groups instead of being ordered `K` times, and is sent again, to another
/// group, as long as a group is empty: "Fast Similarity Sketching" (Dahlgaard, Knudsen and Thorup 2017).
#[derive(Debug)]
pub(super) struct Sampler<const K: usize> {
    least: [u64; K],
}

impl<const K: usize> Default for Sampler<K> {
    fn default() -> Self {
        Self { least: [u64::MAX; K] }
    }
}

impl<const K: usize> Sampler<K> {
    /// The sample; zeros for a set without elements.
    ///
    /// # Complexity
    ///
    /// Linear in the elements for more than about `K log K` of them; at most `2 K` times as much for few.
    pub(super) fn sample(mut self, hashes: &[u64]) -> [u8; K] {
        if hashes.is_empty() {
            return [0; K];
        }
        for round in 0..2 * K as u64 {
            // After so many rounds in which chance left a group empty, each group takes one round for itself.
            let own = round.checked_sub(K as u64);
            for &hash in hashes {
                let hash = if round == 0 { hash } else { spread(hash ^ round.wrapping_mul(ROOT)) };
                let group = own.unwrap_or(((hash >> 32) * K as u64) >> 32);
                let least = &mut self.least[group as usize];
                // Whatever came in an earlier round is less.
                *least = (*least).min(round << 32 | hash & 0xffff_ffff);
            }
            if self.least.iter().all(|least| *least != u64::MAX) {
                break;
            }
        }
        self.least.map(|least| (spread(least) >> 56) as u8)
    }
}

/// The estimated resemblance of the sets that were sampled, from 0 to 1.
pub(super) fn resemblance<const K: usize>(one: &[u8; K], two: &[u8; K]) -> f64 {
    let equal = one.iter().zip(two).map(|(one, two)| u8::from(one == two)).sum::<u8>();
    // One in 256 of the others is equal by chance.
    const CHANCE: f64 = 1.0 / 256.0;
    ((f64::from(equal) / K as f64 - CHANCE) / (1.0 - CHANCE)).max(0.0)
}
