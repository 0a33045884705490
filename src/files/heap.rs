//! How much memory the process takes by now.

use std::fs;

/// Bytes of memory that are the process's own: the heap and the stacks, not the files that it has mapped. 0 where the system does not say
/// (it is Linux that does).
pub(crate) fn heap_in_use() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_allocated_is_in_use() {
        // Other tests allocate and free meanwhile, so that two readings cannot be compared.
        let block = vec![1_u8; 64 << 20];
        let in_use = heap_in_use();
        assert!(block.contains(&1));
        assert!(in_use >= 64 << 20, "{in_use}");
    }
}
