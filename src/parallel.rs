//! Work that is shared out among the threads of the pool in which it is called, and done on the calling thread elsewhere.
//!
//! rayon's global pool is never used: it would start threads in a program that asked for none, and a process that was forked
//! after that would wait for threads that it does not have.

use rayon::prelude::*;

/// Threads that work is shared out to.
pub(crate) fn n_threads() -> usize {
    if rayon::current_thread_index().is_some() { rayon::current_num_threads() } else { 1 }
}

/// `work` on each item; the results are in the order of the items. Each thread works with a value of its own from `init`.
pub(crate) fn map<T: Send, S, R: Send>(
    items: Vec<T>,
    init: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, T) -> R + Sync + Send,
) -> Vec<R> {
    if n_threads() > 1 {
        return items.into_par_iter().map_init(init, work).collect();
    }
    let mut own = init();
    items.into_iter().map(|item| work(&mut own, item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_inside_and_outside_of_a_pool() {
        let squares = || map((0..1000_u64).collect(), || 0, |_, n| n * n);
        let expected: Vec<u64> = (0..1000).map(|n| n * n).collect();
        assert_eq!((n_threads(), squares()), (1, expected.clone()));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(pool.install(|| (n_threads(), squares())), (3, expected));
    }
}
