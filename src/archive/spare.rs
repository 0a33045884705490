//! The memory of batches that are done with, for the batches to come: new memory is cleared by the system page by page.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

/// Buffers kept at most; more batches are seldom under way.
const BUFFERS: usize = 32;

/// Buffers without a batch. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Spares(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spares {
    /// An empty buffer with room for so many bytes, which comes back here when it is dropped.
    pub(super) fn buffer(&self, room: usize) -> Buffer {
        let mut bytes = self.0.lock().map_or(None, |mut spares| spares.pop()).unwrap_or_default();
        bytes.reserve(room);
        Buffer { bytes, most: 2 * room, spares: self.clone() }
    }
}

/// The bytes of one batch.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// What holds more, because of one long record, is given back to the system.
    most: usize,
    spares: Spares,
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = mem::take(&mut self.bytes);
        if let Ok(mut spares) = self.spares.0.lock()
            && spares.len() < BUFFERS
            && bytes.capacity() <= self.most
        {
            bytes.clear();
            spares.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_buffers_come_back_empty_and_large_ones_do_not() {
        let spares = Spares::default();
        let mut usual = spares.buffer(100);
        usual.extend([1; 100]);
        let at = usual.as_ptr();
        drop(usual);
        let again = spares.buffer(100);
        assert_eq!((again.as_ptr(), again.len()), (at, 0));
        let mut large = spares.buffer(100);
        large.extend([1; 1000]);
        drop((again, large));
        assert_eq!(spares.0.lock().unwrap().len(), 1);
    }
}
