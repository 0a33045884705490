//! The content of a container that is read from its beginning to its end.

use super::is_bomb;
use crate::archive::decompress::{Content, End, Fault};
use crate::diagnostics::RejectReason;

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// A window on the decompressed content, of which any number of bytes can be looked at.
pub(super) struct Stream {
    content: Content,
    buffer: Vec<u8>,
    start: usize,
    /// Where the window begins in the content.
    at: u64,
    /// Bytes decompressed so far.
    decompressed: u64,
    /// How the content ends; nothing follows the window.
    end: Option<End>,
    chunk: usize,
}

impl Stream {
    /// The content of which `head` was read already, and its `end` if that is all.
    pub(super) fn new(content: Content, head: Vec<u8>, end: Option<End>) -> Self {
        let decompressed = head.len() as u64;
        Self { content, buffer: head, start: 0, at: 0, decompressed, end, chunk: CHUNK }
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    pub(super) fn content_mut(&mut self) -> &mut Content {
        &mut self.content
    }

    /// Bytes consumed so far.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next bytes: at least `n` of them unless the content ends before.
    pub(super) fn peek(&mut self, n: usize) -> &[u8] {
        while self.buffer.len() - self.start < n && self.end.is_none() {
            self.buffer.drain(..self.start);
            self.start = 0;
            let before = self.buffer.len();
            self.end = self.content.read(&mut self.buffer, self.chunk.max(n - before), false);
            self.decompressed += (self.buffer.len() - before) as u64;
            if self.content.is_compressed() && is_bomb(self.decompressed, self.content.bytes()) {
                self.end = Some(End::Fault(Fault::bomb()));
            }
        }
        &self.buffer[self.start..]
    }

    pub(super) fn consume(&mut self, n: usize) {
        self.start += n;
        self.at += n as u64;
    }

    /// Why there is no more, though there should be.
    pub(super) fn cut(&self) -> Fault {
        match &self.end {
            Some(End::Fault(fault)) => fault.clone(),
            _ => {
                let message = "the tar archive is cut: it ends too early; fetch it again".to_owned();
                Fault { reason: RejectReason::Truncated, message }
            }
        }
    }

    /// Whether the content ended with a fault.
    pub(super) fn is_faulty(&self) -> bool {
        matches!(self.end, Some(End::Fault(_)))
    }

    /// Reads pieces of another size.
    #[cfg(all(test, feature = "compression"))]
    pub(super) fn with_chunk(self, chunk: usize) -> Self {
        Self { chunk, ..self }
    }
}
