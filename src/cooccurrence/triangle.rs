//! The upper triangle as a stream of bytes: two or three for a pair, where a hash map takes twenty.
//!
//! A row is its first entity (as the distance from that of the row before), the length of its body, and the body. For
//! each second entity the body has twice the number of entities skipped since the one before. If the joint count is not
//! 1, one is added to this number, and the joint count less 2 follows. Numbers are written seven bits to a byte, the
//! lowest first. Rows are grouped into blocks, so that one can be found and two triangles can be summed in parallel.

use crate::error::Result;
use crate::ids::EntityId;
use crate::parallel;

/// A block is closed when it has this many bytes; a longer row has a block of its own.
const BLOCK_BYTES: usize = 1 << 16;

/// Rows of an upper triangle: for each first entity the second ones and their joint counts, sorted.
#[derive(Debug, Default, Clone)]
pub(super) struct Triangle {
    blocks: Vec<Block>,
}

/// Consecutive rows; the first entity of the first row counts from 0.
#[derive(Debug, Clone)]
struct Block {
    first: EntityId,
    last: EntityId,
    nnz: usize,
    bytes: Box<[u8]>,
}

impl Triangle {
    /// Number of pairs.
    pub(super) fn nnz(&self) -> usize {
        self.blocks.iter().map(|block| block.nnz).sum()
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.blocks.iter().map(|block| block.bytes.len() + size_of::<Block>()).sum()
    }

    /// Calls `each` with first entity and body of every row, sorted, and lets go of what was read. [`Pairs`] reads a body.
    pub(super) fn into_rows(self, each: &mut dyn FnMut(EntityId, &[u8]) -> Result<()>) -> Result<()> {
        self.blocks
            .into_iter()
            .try_for_each(|block| Rows::new(&block.bytes).try_for_each(|(first, body)| each(first, body)))
    }

    /// Every pair with its joint count, sorted.
    pub(super) fn iter(&self) -> impl Iterator<Item = (EntityId, EntityId, u32)> {
        let rows = self.blocks.iter().flat_map(|block| Rows::new(&block.bytes));
        rows.flat_map(|(first, body)| Pairs::new(body).map(move |(second, joint)| (first, second, joint)))
    }

    /// The joint count of a pair, 0 if it does not occur. Linear in a block and in the row.
    pub(super) fn get(&self, first: EntityId, second: EntityId) -> u32 {
        let block = self.blocks.partition_point(|block| block.last < first);
        let Some(block) = self.blocks.get(block) else { return 0 };
        let Some((_, body)) = Rows::new(&block.bytes).find(|row| row.0 == first) else { return 0 };
        Pairs::new(body).find(|pair| pair.0 == second).map_or(0, |pair| pair.1)
    }

    /// Concatenates triangles of consecutive ranges of first entities.
    pub(super) fn concatenate(parts: impl IntoIterator<Item = Self>) -> Self {
        Self { blocks: parts.into_iter().flat_map(|part| part.blocks).collect() }
    }

    /// The sum of two triangles, in parallel by ranges of first entities. Linear in both.
    pub(super) fn sum(left: &Self, right: &Self) -> Self {
        let (larger, smaller) = if left.blocks.len() < right.blocks.len() { (right, left) } else { (left, right) };
        let count = larger.blocks.len();
        let ranges = parallel::map(
            (0..count).collect(),
            || (),
            |(), index: usize| {
                // A block's range ends where the next one begins; the first and the last range are open.
                let low = if index == 0 { EntityId(0) } else { larger.blocks[index].first };
                let high = if index + 1 < count { Some(larger.blocks[index + 1].first) } else { None };
                let mut sum = Writer::default();
                sum_rows(larger.rows_in(low, high), smaller.rows_in(low, high), &mut sum);
                sum.finish()
            },
        );
        Self::concatenate(ranges)
    }

    /// The rows whose first entity is in `low..high`.
    fn rows_in(&self, low: EntityId, high: Option<EntityId>) -> impl Iterator<Item = (EntityId, &[u8])> {
        let begin = self.blocks.partition_point(|block| block.last < low);
        let rows = self.blocks[begin..].iter().flat_map(|block| Rows::new(&block.bytes));
        rows.skip_while(move |row| row.0 < low).take_while(move |row| high.is_none_or(|high| row.0 < high))
    }
}

/// Sums sorted rows; a row that only one side has is copied unchanged.
fn sum_rows<'a>(
    left: impl Iterator<Item = (EntityId, &'a [u8])>,
    right: impl Iterator<Item = (EntityId, &'a [u8])>,
    sum: &mut Writer,
) {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    loop {
        let (first, body) = match (left.peek(), right.peek()) {
            (None, None) => return,
            (Some(a), Some(b)) if a.0 == b.0 => {
                let first = a.0;
                sum_pairs(Pairs::new(a.1), Pairs::new(b.1), sum);
                sum.end_row(first);
                left.next();
                right.next();
                continue;
            }
            (Some(a), Some(b)) if a.0 < b.0 => (a.0, left.next()),
            (Some(a), None) => (a.0, left.next()),
            (_, Some(b)) => (b.0, right.next()),
        };
        if let Some((_, body)) = body {
            sum.copy_row(first, body);
        }
    }
}

fn sum_pairs(mut left: Pairs<'_>, mut right: Pairs<'_>, sum: &mut Writer) {
    let (mut a, mut b) = (left.next(), right.next());
    loop {
        match (a, b) {
            (Some(x), Some(y)) if x.0 == y.0 => {
                // Counts of documents, of which a run has fewer than 2^32; only forged ones reach the limit.
                sum.push(x.0, x.1.saturating_add(y.1));
                (a, b) = (left.next(), right.next());
            }
            (Some(x), Some(y)) if y.0 < x.0 => {
                sum.push(y.0, y.1);
                b = right.next();
            }
            (Some(x), _) => {
                sum.push(x.0, x.1);
                a = left.next();
            }
            (None, Some(y)) => {
                sum.push(y.0, y.1);
                b = right.next();
            }
            (None, None) => return,
        }
    }
}

/// Writes rows in order: the pairs of a row, then its end.
#[derive(Debug, Default)]
pub(super) struct Writer {
    triangle: Triangle,
    /// Rows of the block being filled.
    bytes: Vec<u8>,
    first: u32,
    last: u32,
    nnz: usize,
    /// Body of the row being written.
    body: Vec<u8>,
    row_nnz: usize,
    /// The second entity written last, plus one: the least that may come next.
    least: u64,
}

impl Writer {
    /// Adds a pair to the row being written; second entities must ascend.
    #[inline]
    pub(super) fn push(&mut self, second: EntityId, joint: u32) {
        debug_assert!(joint > 0);
        let gap = u64::from(second.0) - self.least;
        self.least = u64::from(second.0) + 1;
        self.row_nnz += 1;
        if joint == 1 {
            write_number(&mut self.body, gap << 1);
        } else {
            write_number(&mut self.body, gap << 1 | 1);
            write_number(&mut self.body, u64::from(joint - 2));
        }
    }

    /// Ends the row of `first`, which is dropped if it has no pairs; first entities must ascend.
    pub(super) fn end_row(&mut self, first: EntityId) {
        self.least = 0;
        if self.row_nnz > 0 {
            let body = std::mem::take(&mut self.body);
            self.append(first, &body, self.row_nnz);
            self.body = body;
            self.body.clear();
            self.row_nnz = 0;
        }
    }

    /// Copies a row that another triangle has encoded.
    fn copy_row(&mut self, first: EntityId, body: &[u8]) {
        self.append(first, body, count_pairs(body));
    }

    fn append(&mut self, first: EntityId, body: &[u8], nnz: usize) {
        if self.bytes.is_empty() {
            (self.first, self.last) = (first.0, 0);
        }
        write_number(&mut self.bytes, u64::from(first.0 - self.last));
        write_number(&mut self.bytes, body.len() as u64);
        self.bytes.extend_from_slice(body);
        self.nnz += nnz;
        self.last = first.0;
        if self.bytes.len() >= BLOCK_BYTES {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        let (first, last) = (EntityId(self.first), EntityId(self.last));
        let bytes = self.bytes.as_slice().into();
        self.triangle.blocks.push(Block { first, last, nnz: self.nnz, bytes });
        self.bytes.clear();
        self.nnz = 0;
    }

    pub(super) fn finish(mut self) -> Triangle {
        if !self.bytes.is_empty() {
            self.close_block();
        }
        self.triangle
    }
}

/// First entity and body of each row of a block.
struct Rows<'a> {
    bytes: &'a [u8],
    first: u32,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, first: 0 }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = (EntityId, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        self.first += read_number(&mut self.bytes) as u32;
        let length = read_number(&mut self.bytes) as usize;
        let (body, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Some((EntityId(self.first), body))
    }
}

/// Second entities and joint counts of a row.
pub(super) struct Pairs<'a> {
    bytes: &'a [u8],
    least: u64,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, least: 0 }
    }
}

impl Iterator for Pairs<'_> {
    type Item = (EntityId, u32);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let number = read_number(&mut self.bytes);
        let second = self.least + (number >> 1);
        self.least = second + 1;
        let joint = if number & 1 == 0 { 1 } else { read_number(&mut self.bytes) as u32 + 2 };
        Some((EntityId(second as u32), joint))
    }
}

fn count_pairs(body: &[u8]) -> usize {
    Pairs::new(body).count()
}

#[inline]
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads what [`write_number`] wrote.
#[inline]
fn read_number(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if *byte < 0x80 {
            break;
        }
        shift += 7;
    }
    number
}
