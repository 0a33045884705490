//! What must hold of the reading of any bytes whatever: for property tests and for the fuzzer.

use std::io::{self, Read};
use std::sync::Arc;

use super::{Archive, ArchiveOptions, Input, InputSummary, Origin};

/// A record: its number and offset, and its id and text or the reason why it is no document.
type Outcome = (u64, u64, Result<(String, String), String>);

/// Gives a few bytes at a time, as pipes and networks do.
struct Pieces {
    bytes: Arc<[u8]>,
    at: usize,
    size: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.size.min(buffer.len()).min(self.bytes.len() - self.at);
        buffer[..length].copy_from_slice(&self.bytes[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

/// Reads `bytes` as the content of a file called `path` in several ways, and holds the results together: the same records
/// whatever the size of pieces and batches; each record a document or a reject; all bytes and records accounted for.
///
/// # Panics
///
/// If one of these does not hold.
pub fn check_reading(path: &str, bytes: &[u8]) {
    check_reading_with(path, bytes, &ArchiveOptions::default());
}

/// Likewise with other options than the usual ones.
pub(super) fn check_reading_with(path: &str, bytes: &[u8], options: &ArchiveOptions) {
    let bytes: Arc<[u8]> = bytes.into();
    let read = |size: usize, batch_bytes: usize| {
        let bytes = Arc::clone(&bytes);
        let open = move || -> Box<dyn Read + Send> { Box::new(Pieces { bytes: Arc::clone(&bytes), at: 0, size }) };
        // Small limits are met by small inputs.
        let options = ArchiveOptions { batch_bytes, max_record: 2000, ..options.clone() };
        outcomes(&Archive::of(Origin::new(vec![Input::made(path, open)], options)))
    };
    let (whole, summary) = read(usize::MAX, 1 << 20);
    assert_eq!(summary.records, whole.len() as u64, "records of the summary");
    assert_eq!(summary.bytes, bytes.len() as u64, "bytes of the summary");
    for (size, batch_bytes) in [(usize::MAX, 1), (7, 1 << 20), (1, 64)] {
        let (pieces, again) = read(size, batch_bytes);
        assert_eq!(pieces, whole, "in pieces of {size} bytes and batches of {batch_bytes}");
        assert_eq!(again, summary);
    }
}

fn outcomes(archive: &Archive) -> (Vec<Outcome>, InputSummary) {
    let mut found: Vec<Outcome> = Vec::new();
    let mut batches = archive.batches();
    while let Some(batch) = batches.next() {
        let batch = batch.expect("no field was named");
        for record in batch.records() {
            let document = batch.document(record).map_err(|reject| reject.message);
            let document = document.map(|document| (document.id.into_owned(), document.text.into_owned()));
            found.push((record.number, record.offset, document));
        }
        found.extend(batch.rejects().iter().map(|reject| (reject.record, reject.offset, Err(reject.message.clone()))));
        batches.recycle(batch);
    }
    found.sort();
    let summary = batches.finish().pop().expect("one input was read");
    (found, summary)
}
