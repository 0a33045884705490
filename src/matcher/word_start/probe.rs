//! One look-up in the hash table of records.

use super::layout::{LINE, MAX_SPILL, OFFSETS_AT, Record, SPILLED_AT, line_of, tag_of};
use super::simd::Simd;

/// A part of a folded text or name, with [`COMPARED`](super::layout::COMPARED) readable bytes from its start on.
#[derive(Debug, Clone, Copy)]
pub(super) struct PaddedSlice<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) start: usize,
    pub(super) length: usize,
}

/// The offset of the line in which the search for `hash` begins.
#[inline(always)]
pub(super) fn first_line(lines: &[u8], hash: u64) -> usize {
    line_of(hash, (lines.len() / LINE) as u32) * LINE
}

/// The record of the key at `place`, and its offset. `hash` is the hash of the key.
#[inline(always)]
pub(super) fn find_record<S: Simd>(
    simd: S,
    lines: &[u8],
    records: &[u8],
    hash: u64,
    place: PaddedSlice<'_>,
) -> Option<(u32, Record)> {
    let mut at = first_line(lines, hash);
    for _ in 0..MAX_SPILL {
        let line: &[u8; LINE] = lines.get(at..)?.first_chunk()?;
        let mut slots = simd.slots(line, tag_of(hash));
        while slots != 0 {
            let offset = offset_in(line, slots.trailing_zeros());
            if let Some(record) = Record::read(records, offset)
                && record.is(simd, records, place)
            {
                return Some((offset, record));
            }
            slots &= slots - 1;
        }
        if line[SPILLED_AT] == 0 {
            return None;
        }
        at = if at + LINE < lines.len() { at + LINE } else { 0 };
    }
    None
}

/// The offset of the record in a slot of a line.
#[inline(always)]
pub(super) fn offset_in(line: &[u8; LINE], slot: u32) -> u32 {
    let at = OFFSETS_AT + 4 * slot as usize;
    line.get(at..at + 4).map_or(0, |four| u32::from_le_bytes(four.try_into().expect("four bytes")))
}
