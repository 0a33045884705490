//! The steps of [`Simd`] with the AVX-512 of Ice Lake, Zen 4 and later, and the whole search compiled for these.
//!
//! Bytes are folded and classified by tables, 64 at a time; words are hashed, kept and dropped eight at a time.
//! Closures are only called here, never passed to a library function such as `map`: unless inlined, that function would
//! not be compiled for these processors.

// The blocks are loads, stores and calls of functions for a processor that was detected; each states why it is sound.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::ops::Range;

use super::classes::{ByteClasses, WINDOW, joins_blank};
use super::hash::{self, Kind, READ_AHEAD, low_bits};
use super::layout::{COMPARED, COMPARED_SHORT, Filter, LINE, View};
use super::raw::{Raw, RawFilter, prefetch};
use super::scalar::used;
use super::search::{self, FLAG, GROUP, Hits, PossibleKey, Scratch, StepLimit, Text, WordColumns};
use super::segments::MAX_GAP;
use super::simd::{BlockClasses, PunctuatedBlock, Simd};
use crate::normalize::{FoldedText, PUNCTUATION};

/// Whether this processor has everything the functions below use.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2")
        && is_x86_feature_detected!("avx512vpopcntdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// [`search::find`] with AVX-512.
///
/// # Panics
///
/// If the processor lacks AVX-512.
pub(super) fn find(
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    step_limit: StepLimit,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    assert!(is_available(), "chosen only where it is available");
    // SAFETY: the processor has all features of the function.
    unsafe { find_with_avx512(view, text, folded, step_limit, scratch, hits) }
}

#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn find_with_avx512(
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    step_limit: StepLimit,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    search::find(Avx512(()), view, text, folded, step_limit, scratch, hits);
}

// Each step is a function of its own, so that it has all registers to itself.

/// [`ByteClasses::fold`].
#[inline(never)]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn fold(classes: &mut ByteClasses, folded: &mut FoldedText, text: &str) {
    classes.fold(Avx512(()), folded, text);
}

/// [`search::list_words`].
#[inline(never)]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn list_words(classes: &ByteClasses, chunk: Range<usize>, without_small: bool, words: &mut WordColumns) -> usize {
    search::list_words(Avx512(()), classes, chunk, without_small, words)
}

/// Proof that the processor has AVX-512: created only in functions that are compiled for such processors.
#[derive(Debug, Clone, Copy)]
struct Avx512(());

impl Simd for Avx512 {
    #[inline(always)]
    fn fold(self, classes: &mut ByteClasses, folded: &mut FoldedText, text: &str) {
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { fold(classes, folded, text) }
    }

    #[inline(always)]
    fn list_words(
        self,
        classes: &ByteClasses,
        chunk: Range<usize>,
        without_small: bool,
        words: &mut WordColumns,
    ) -> usize {
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { list_words(classes, chunk, without_small, words) }
    }

    #[inline(always)]
    fn block(self, input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses {
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { block(input, out) }
    }

    #[inline(always)]
    fn fold_punctuation(self, input: &[u8], out: &mut [u8]) -> PunctuatedBlock {
        let joins = input.get(64).is_some_and(|byte| joins_blank(*byte));
        let (input, out) = (input.first_chunk().expect("a block"), out.first_chunk_mut().expect("room for a block"));
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { fold_punctuation(input, joins, out) }
    }

    #[inline(always)]
    fn positions<const FLAGS: bool>(self, positions: &mut [u32], n: usize, base: u32, mask: u64, flags: u64) -> usize {
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { note_positions::<FLAGS>(positions, n, base, mask, flags) }
    }

    #[inline(always)]
    fn filter_first_words(
        self,
        text: &Text<'_>,
        words: &mut WordColumns,
        n: usize,
        found: &mut Vec<PossibleKey>,
    ) -> usize {
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { filter_first_words(text, words, n, found) }
    }

    #[inline(always)]
    fn extend_words(self, text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize {
        // SAFETY: `self` proves that the processor has AVX-512.
        unsafe { extend_words(text, words, n, found) }
    }

    #[inline(always)]
    fn slots(self, line: &[u8; LINE], tag: u16) -> u32 {
        // SAFETY: `self` proves that the processor has AVX-512; the 32 bytes are within the line (ten tags and what
        // follows them), and the load needs no alignment.
        let slots = unsafe {
            let tags = _mm256_loadu_si256(line.as_ptr().cast());
            _mm256_cmpeq_epi16_mask(tags, _mm256_set1_epi16(tag.cast_signed()))
        };
        u32::from(slots) & used(line)
    }

    #[inline(always)]
    fn equal(self, ours: &[u8; COMPARED], theirs: &[u8; COMPARED], length: usize) -> bool {
        // SAFETY: `self` proves that the processor has AVX-512; the loads are of these 32 bytes and need no alignment.
        let differ = unsafe {
            if length <= COMPARED_SHORT {
                let (ours, theirs) = (_mm_loadu_si128(ours.as_ptr().cast()), _mm_loadu_si128(theirs.as_ptr().cast()));
                u32::from(_mm_cmpneq_epi8_mask(ours, theirs))
            } else {
                let ours = _mm256_loadu_si256(ours.as_ptr().cast());
                let theirs = _mm256_loadu_si256(theirs.as_ptr().cast());
                _mm256_cmpneq_epi8_mask(ours, theirs)
            }
        };
        low_bits(u64::from(differ), length) == 0
    }

    #[inline(always)]
    fn prefetch(self, bytes: &[u8], at: usize) {
        prefetch(bytes, at);
    }
}

/// Classes of a byte, one bit each.
const WORD: u8 = 1;
const SMALL: u8 = 2;
const BLANK: u8 = 4;

/// The classes of ASCII bytes, and what they fold to.
static CLASSES: [u8; 128] = {
    let mut classes = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            classes[byte as usize] |= WORD;
        }
        if byte.is_ascii_lowercase() {
            classes[byte as usize] |= SMALL;
        }
        if byte == b' ' || matches!(byte, 9..=13) {
            classes[byte as usize] |= BLANK;
        }
        byte += 1;
    }
    classes
};
static FOLDED: [u8; 128] = {
    let mut folded = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        folded[byte as usize] = match byte {
            b'`' => b'\'',
            9..=13 => b' ',
            _ => byte.to_ascii_lowercase(),
        };
        byte += 1;
    }
    folded
};

/// The numbers from 0 on.
static NUMBERS: [u8; 64] = {
    let mut numbers = [0; 64];
    let mut n = 0;
    while n < 64 {
        numbers[n] = n as u8;
        n += 1;
    }
    numbers
};

/// A table or block of 64 bytes, at any alignment.
#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: the load is of these 64 bytes and needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(bytes: &mut [u8; 64], wide: __m512i) {
    // SAFETY: the store is to these 64 bytes and needs no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), wide) };
}

#[inline]
#[target_feature(enable = "avx512f,avx512vbmi")]
fn look_up(table: &[u8; 128], kept: u64, bytes: __m512i) -> __m512i {
    let [low, high] = table.as_chunks().0 else { unreachable!("two halves") };
    let (low, high) = (load(low), load(high));
    _mm512_mask2_permutex2var_epi8(low, bytes, kept, high)
}

#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn block(input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses {
    let (folded, block) = classify(load(input));
    store(out, folded);
    block
}

/// What ASCII bytes fold to, and the classes of all bytes.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn classify(bytes: __m512i) -> (__m512i, BlockClasses) {
    let other = _mm512_movepi8_mask(bytes);
    let classes = look_up(&CLASSES, u64::MAX, bytes);
    let are = |class: u8| _mm512_mask_test_epi8_mask(!other, classes, _mm512_set1_epi8(class.cast_signed()));
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()));
    let breaks = equal(b'\n') & ((equal(b'-') << 1) | 1);
    (
        look_up(&FOLDED, !other, bytes),
        BlockClasses { word: are(WORD), small: are(SMALL), blank: are(BLANK), other, breaks },
    )
}

/// [`Simd::fold_punctuation`]; `joins` is whether the byte after the block is a blank or not ASCII.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn fold_punctuation(input: &[u8; 64], joins: bool, out: &mut [u8; 64]) -> PunctuatedBlock {
    let bytes = load(input);
    let (folded, block) = classify(bytes);
    let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()));
    // What a character would fold to if this byte were its third. Only the lowest six bits of the byte are used.
    let thirds = _mm512_permutexvar_epi8(bytes, load(&PUNCTUATION));
    let (known, stay) = (_mm512_test_epi8_mask(thirds, thirds), _mm512_movepi8_mask(thirds));
    let found = is(0xE2) & (is(0x80) >> 1) & (known >> 2);
    let other = block.other & !(found | (found << 1) | (found << 2));
    let first = BlockClasses { other, ..block }.stops(joins).trailing_zeros();
    let read = low_bits(u64::MAX, first as usize);
    let folds = found & !(stay >> 2) & read;
    let kept = read & !((folds << 1) | (folds << 2));
    let two_on = _mm512_add_epi8(load(&NUMBERS), _mm512_set1_epi8(2));
    let folded = _mm512_mask_permutexvar_epi8(folded, folds, two_on, thirds);
    store(out, _mm512_maskz_compress_epi8(kept, folded));
    PunctuatedBlock {
        word: _pext_u64(block.word, kept),
        small: _pext_u64(block.small, kept),
        folds,
        breaks: block.breaks,
        n_read: first,
        n_written: kept.count_ones(),
    }
}

#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn note_positions<const FLAGS: bool>(positions: &mut [u32], n: usize, base: u32, mask: u64, flags: u64) -> usize {
    let flag = _mm512_set1_epi32(FLAG.cast_signed());
    let base = _mm512_set1_epi32(base.cast_signed());
    let flags = if FLAGS { _pext_u64(flags, mask) } else { 0 };
    let mut put = |at: usize, numbers: __m128i, flags: u64| {
        let group: &mut [u32; GROUP] = positions[at..].first_chunk_mut().expect("room for a group more");
        let found = _mm512_add_epi32(_mm512_cvtepu8_epi32(numbers), base);
        let found = if FLAGS { _mm512_mask_or_epi32(found, flags as u16, found, flag) } else { found };
        // SAFETY: the store is to these sixteen numbers and needs no alignment.
        unsafe { _mm512_storeu_si512(group.as_mut_ptr().cast(), found) };
    };
    let numbers = _mm512_maskz_compress_epi8(mask, load(&NUMBERS));
    put(n, _mm512_castsi512_si128(numbers), flags);
    let end = n + mask.count_ones() as usize;
    // There are at most 32.
    if end > n + GROUP {
        put(n + GROUP, _mm512_extracti32x4_epi32::<1>(numbers), flags >> GROUP);
    }
    end
}

/// How many words are processed at a time.
const LANES: usize = 8;

/// Eight numbers of a column.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn eight(column: &[u32], from: usize) -> __m256i {
    let eight: &[u32; LANES] = column[from..].first_chunk().expect("room for a group more");
    // SAFETY: the load is of these eight numbers and needs no alignment.
    unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) }
}

/// Like [`eight`], to be read one by one.
#[inline]
fn places_of(column: &[u32], from: usize) -> &[u32; LANES] {
    column[from..].first_chunk().expect("room for a group more")
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn put_eight(column: &mut [u32], at: usize, numbers: __m256i) {
    let eight: &mut [u32; LANES] = column[at..].first_chunk_mut().expect("room for a group more");
    // SAFETY: the store is to these eight numbers and needs no alignment.
    unsafe { _mm256_storeu_si256(eight.as_mut_ptr().cast(), numbers) };
}

/// Eight hashes of a column.
#[inline]
#[target_feature(enable = "avx512f")]
fn eight_hashes(column: &[u64], from: usize) -> __m512i {
    let eight: &[u64; LANES] = column[from..].first_chunk().expect("room for a group more");
    // SAFETY: the load is of these eight numbers and needs no alignment.
    unsafe { _mm512_loadu_si512(eight.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn put_eight_hashes(column: &mut [u64], at: usize, hashes: __m512i) {
    let eight: &mut [u64; LANES] = column[at..].first_chunk_mut().expect("room for a group more");
    // SAFETY: the store is to these eight numbers and needs no alignment.
    unsafe { _mm512_storeu_si512(eight.as_mut_ptr().cast(), hashes) };
}

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(number: u64) -> __m512i {
    _mm512_set1_epi64(number.cast_signed())
}

/// The lanes before `n`.
#[inline]
fn lanes(n: usize) -> u8 {
    (0xFF_u16 >> (LANES - n.min(LANES))) as u8
}

/// [`hash::segment`] of eight pieces of the text, each with its seed.
///
/// # Panics
///
/// If one begins after the last position that may be read.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn hash_eight(raw: &Raw<'_>, places: &[u32; LANES], seeds: __m512i, starts: __m256i, lengths: __m256i) -> __m512i {
    let last = _mm256_set1_epi32(raw.last.min(FLAG as usize - 1) as i32);
    assert!(_mm256_cmpgt_epu32_mask(starts, last) == 0, "words begin and end in the text");
    let bytes = raw.text.bytes.as_ptr();
    let sixteen = |lane: usize| {
        // SAFETY: no position is greater than `last`, which leaves sixteen bytes to be read.
        unsafe { _mm_loadu_si128(bytes.add((places[lane] & !FLAG) as usize).cast()) }
    };
    let four = |lanes: [usize; 4]| {
        let one = _mm512_castsi128_si512(sixteen(lanes[0]));
        let two = _mm512_inserti32x4::<1>(one, sixteen(lanes[1]));
        _mm512_inserti32x4::<3>(_mm512_inserti32x4::<2>(two, sixteen(lanes[2])), sixteen(lanes[3]))
    };
    // Each length is compared with the index of each of the sixteen bytes of its word.
    let spread = _mm512_castsi256_si512(lengths);
    let numbers = _mm512_broadcast_i32x4(_mm512_castsi512_si128(load(&NUMBERS)));
    let [a, b, c, d] = hash::KEYS.map(u32::cast_signed);
    let keys = _mm512_broadcast_i32x4(_mm_setr_epi32(a, b, c, d));
    let products = |bytes: __m512i, lanes: __m512i| {
        let within = _mm512_cmplt_epu8_mask(numbers, _mm512_permutexvar_epi8(lanes, spread));
        let numbers = _mm512_add_epi32(_mm512_maskz_mov_epi8(within, bytes), keys);
        _mm512_mul_epu32(numbers, _mm512_srli_epi64::<32>(numbers))
    };
    let even = products(four([0, 2, 4, 6]), each_sixteen([0, 8, 16, 24]));
    let odd = products(four([1, 3, 5, 7]), each_sixteen([4, 12, 20, 28]));
    let sums = _mm512_add_epi64(_mm512_unpacklo_epi64(even, odd), _mm512_unpackhi_epi64(even, odd));
    let shares = _mm512_mul_epu32(_mm512_cvtepu32_epi64(lengths), splat(hash::C));
    let sums = _mm512_add_epi64(sums, _mm512_add_epi64(shares, seeds));
    let folded = _mm512_xor_si512(sums, _mm512_srli_epi64::<32>(sums));
    let mixed = _mm512_add_epi64(folded, _mm512_mul_epu32(folded, splat(hash::M)));
    let hashes = _mm512_xor_si512(mixed, _mm512_srli_epi64::<29>(mixed));
    let long = _mm256_cmpgt_epu32_mask(lengths, _mm256_set1_epi32(READ_AHEAD as i32));
    if long == 0 { hashes } else { hash_long(raw, seeds, starts, lengths, hashes, long) }
}

/// Repeats each of four numbers sixteen times.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn each_sixteen(numbers: [i8; 4]) -> __m512i {
    let four = |number: i8| i32::from(number) * 0x0101_0101;
    let (a, b, c, d) = (four(numbers[0]), four(numbers[1]), four(numbers[2]), four(numbers[3]));
    _mm512_set_epi32(d, d, d, d, c, c, c, c, b, b, b, b, a, a, a, a)
}

/// Puts the hashes of longer pieces into their lanes.
#[cold]
#[inline(never)]
#[target_feature(enable = "avx512f,avx512vl")]
fn hash_long(
    raw: &Raw<'_>,
    seeds: __m512i,
    starts: __m256i,
    lengths: __m256i,
    hashes: __m512i,
    mut long: u8,
) -> __m512i {
    let (mut places, mut sizes) = ([0; LANES], [0; LANES]);
    put_eight(&mut places, 0, starts);
    put_eight(&mut sizes, 0, lengths);
    let (mut before, mut after) = ([0; LANES], [0; LANES]);
    put_eight_hashes(&mut before, 0, seeds);
    put_eight_hashes(&mut after, 0, hashes);
    while long != 0 {
        let lane = long.trailing_zeros() as usize;
        after[lane] = hash::long_segment(before[lane], raw.text.bytes, places[lane] as usize, sizes[lane] as usize);
        long &= long - 1;
    }
    eight_hashes(&after, 0)
}

/// The words of a filter that hold the bits of eight hashes.
#[inline]
#[target_feature(enable = "avx512f")]
fn words_of(filter: RawFilter<'_>, lanes: u8, hashes: __m512i) -> __m512i {
    let index = _mm512_and_si512(_mm512_srli_epi64::<{ Filter::INDEX }>(hashes), splat(filter.mask as u64));
    // SAFETY: the mask is less than the number of words, each of eight bytes.
    unsafe { _mm512_mask_i64gather_epi64::<8>(_mm512_setzero_si512(), lanes, index, filter.as_ptr().cast()) }
}

/// The bit of each word that the hash selects, moved to the lowest bit of its lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn bit_of(words: __m512i, hashes: __m512i, bit: u32) -> __m512i {
    let bits = _mm512_srl_epi64(hashes, _mm_cvtsi32_si128(bit.cast_signed()));
    _mm512_srlv_epi64(words, _mm512_and_si512(bits, splat(63)))
}

/// [`Filter::holds`] of eight words and hashes, in the lowest bit of each lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn holds(words: __m512i, hashes: __m512i) -> __m512i {
    _mm512_and_si512(bit_of(words, hashes, 0), bit_of(words, hashes, Filter::BIT))
}

/// [`Filter::answer`] of eight words and hashes: the lanes in which a key may end, and those in which it may continue.
#[inline]
#[target_feature(enable = "avx512f")]
fn answers_of(lanes: u8, words: __m512i, hashes: __m512i) -> (u8, u8) {
    let (holds, one) = (holds(words, hashes), splat(1));
    let having = |bit: u32| {
        let bits = _mm512_and_si512(holds, bit_of(words, hashes, bit));
        _mm512_mask_test_epi64_mask(lanes, bits, one)
    };
    (having(Filter::ENDS), having(Filter::GOES_ON))
}

/// Appends the words in `lanes` to `found`.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn add_found(found: &mut Vec<PossibleKey>, lanes: u8, starts: __m256i, ends: __m256i, hashes: __m512i) {
    let ends = _mm512_slli_epi64::<32>(_mm512_cvtepu32_epi64(ends));
    let places = _mm512_or_si512(_mm512_cvtepu32_epi64(starts), ends);
    let places = _mm512_maskz_compress_epi64(lanes, places);
    let hashes = _mm512_maskz_compress_epi64(lanes, hashes);
    let first = _mm512_permutex2var_epi64(places, _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), hashes);
    let second = _mm512_permutex2var_epi64(places, _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4), hashes);
    found.reserve(LANES);
    let n_found = found.len();
    // SAFETY: there is room for eight elements. Each is start, end and hash without gaps, so four take one vector. Only
    // those in `lanes` are kept.
    unsafe {
        let room = found.as_mut_ptr().add(n_found).cast::<__m512i>();
        _mm512_storeu_si512(room, first);
        _mm512_storeu_si512(room.add(1), second);
        found.set_len(n_found + lanes.count_ones() as usize);
    }
}

#[inline(never)]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn filter_first_words(text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize {
    let Some(first_filter) = RawFilter::new(text.firsts) else { return 0 };
    match RawFilter::new(text.smalls) {
        None => filter_by::<false>(text, [first_filter; 2], words, n, found),
        Some(small_filter) => filter_by::<true>(text, [first_filter, small_filter], words, n, found),
    }
}

/// Looks up words in the first filter, or in the second one if `SMALL` is set and they begin with a lower-case letter.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn filter_by<const SMALL: bool>(
    text: &Text<'_>,
    filters: [RawFilter<'_>; 2],
    words: &mut WordColumns,
    n: usize,
    found: &mut Vec<PossibleKey>,
) -> usize {
    let raw = Raw::new(text);
    let WordColumns { starts, ends, hashes, next_hashes: answers, .. } = words;
    // Lanes after the last word must be positions that may be read.
    starts[n..n + LANES].fill(0);
    ends[n..n + LANES].fill(0);
    let flag = _mm256_set1_epi32(FLAG.cast_signed());
    let is_large = filters[0].is_large();
    for from in (0..n).step_by(LANES) {
        let (start, end) = (eight(starts, from), eight(ends, from));
        let at = _mm256_andnot_si256(flag, start);
        put_eight_hashes(
            hashes,
            from,
            hash_eight(&raw, places_of(starts, from), _mm512_setzero_si512(), at, _mm256_sub_epi32(end, at)),
        );
        if is_large {
            hashes[from..from + LANES].iter().for_each(|hash| filters[0].prefetch(*hash));
        }
    }
    let mut n_passed = 0;
    for from in (0..n).step_by(LANES) {
        let (start, end, hash) = (eight(starts, from), eight(ends, from), eight_hashes(hashes, from));
        let lanes = lanes(n - from);
        let word = if SMALL {
            let small = _mm256_movepi32_mask(start);
            let word = words_of(filters[0], lanes & !small, hash);
            _mm512_or_si512(word, words_of(filters[1], lanes & small, hash))
        } else {
            words_of(filters[0], lanes, hash)
        };
        let pass = _mm512_mask_test_epi64_mask(lanes, holds(word, hash), splat(1));
        put_eight(starts, n_passed, _mm256_maskz_compress_epi32(pass, _mm256_andnot_si256(flag, start)));
        put_eight(ends, n_passed, _mm256_maskz_compress_epi32(pass, end));
        put_eight_hashes(hashes, n_passed, _mm512_maskz_compress_epi64(pass, hash));
        put_eight_hashes(answers, n_passed, _mm512_maskz_compress_epi64(pass, word));
        n_passed += pass.count_ones() as usize;
    }
    let mut kept = 0;
    for from in (0..n_passed).step_by(LANES) {
        let (start, end, hash) = (eight(starts, from), eight(ends, from), eight_hashes(hashes, from));
        let (ends_here, goes_on) = answers_of(lanes(n_passed - from), eight_hashes(answers, from), hash);
        add_found(found, ends_here, start, end, hash);
        put_eight(starts, kept, _mm256_maskz_compress_epi32(goes_on, start));
        put_eight(ends, kept, _mm256_maskz_compress_epi32(goes_on, end));
        put_eight_hashes(hashes, kept, _mm512_maskz_compress_epi64(goes_on, hash));
        kept += goes_on.count_ones() as usize;
    }
    kept
}

#[inline(never)]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn extend_words(text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize {
    let raw = Raw::new(text);
    let Some(filter) = RawFilter::new(text.nexts) else { return 0 };
    let WordColumns { starts, ends, hashes, next_lengths, next_hashes } = words;
    ends[n..n + LANES].fill(0);
    let is_large = filter.is_large();
    for from in (0..n).step_by(LANES) {
        let (end, hash) = (eight(ends, from), eight_hashes(hashes, from));
        let (mut length, far_on) = next_lengths_of(&raw, end);
        let mut next = hash_eight(
            &raw,
            places_of(ends, from),
            _mm512_add_epi64(hash, splat(hash::seed(0, Kind::Word))),
            end,
            length,
        );
        if far_on != 0 {
            (length, next) = next_long(text, end, hash, length, next, far_on);
        }
        put_eight(next_lengths, from, length);
        put_eight_hashes(next_hashes, from, next);
        if is_large {
            next_hashes[from..from + LANES].iter().for_each(|hash| filter.prefetch(*hash));
        }
    }
    let mut kept = 0;
    for from in (0..n).step_by(LANES) {
        let (start, length, hash) = (eight(starts, from), eight(next_lengths, from), eight_hashes(next_hashes, from));
        let end = _mm256_add_epi32(eight(ends, from), length);
        let lanes = lanes(n - from) & _mm256_test_epi32_mask(length, length);
        let (ends_here, goes_on) = answers_of(lanes, words_of(filter, lanes, hash), hash);
        add_found(found, ends_here, start, end, hash);
        put_eight(starts, kept, _mm256_maskz_compress_epi32(goes_on, start));
        put_eight(ends, kept, _mm256_maskz_compress_epi32(goes_on, end));
        put_eight_hashes(hashes, kept, _mm512_maskz_compress_epi64(goes_on, hash));
        kept += goes_on.count_ones() as usize;
    }
    kept
}

/// For eight ends of words, the length of the next word with the punctuation before it, 0 if it is too far away; and
/// the lanes in which it ends after the window.
#[inline]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq,bmi1,bmi2,lzcnt,popcnt"
)]
fn next_lengths_of(raw: &Raw<'_>, ends: __m256i) -> (__m256i, u8) {
    let last = _mm256_set1_epi32(raw.last.min(FLAG as usize - 1) as i32);
    assert!(_mm256_cmpgt_epu32_mask(ends, last) == 0, "words end in the text");
    // SAFETY: no position is greater than `last`, which leaves eight bytes of bits to be read.
    let windows =
        unsafe { _mm512_i32gather_epi64::<1>(_mm256_srli_epi32::<3>(ends), raw.text.bits.word.as_ptr().cast()) };
    let ahead = _mm512_srlv_epi64(windows, _mm512_cvtepu32_epi64(_mm256_and_si256(ends, _mm256_set1_epi32(7))));
    let one = splat(1);
    let gap = _mm512_popcnt_epi64(_mm512_andnot_si512(ahead, _mm512_sub_epi64(ahead, one)));
    let rest = _mm512_srlv_epi64(ahead, gap);
    let run = _mm512_popcnt_epi64(_mm512_andnot_si512(_mm512_add_epi64(rest, one), rest));
    let length = _mm512_add_epi64(gap, run);
    let near = _mm512_cmple_epu64_mask(gap, splat(MAX_GAP as u64));
    let far_on = _mm512_mask_cmpge_epu64_mask(near, length, splat(u64::from(WINDOW)));
    (_mm512_maskz_cvtepi64_epi32(near, length), far_on)
}

/// Puts lengths and hashes of next words that end after the window into their lanes.
#[cold]
#[inline(never)]
#[target_feature(enable = "avx512f,avx512vl")]
fn next_long(
    text: &Text<'_>,
    ends: __m256i,
    hashes: __m512i,
    lengths: __m256i,
    next_hashes: __m512i,
    mut lanes: u8,
) -> (__m256i, __m512i) {
    let (mut places, mut sizes) = ([0; LANES], [0; LANES]);
    put_eight(&mut places, 0, ends);
    put_eight(&mut sizes, 0, lengths);
    let (mut before, mut after) = ([0; LANES], [0; LANES]);
    put_eight_hashes(&mut before, 0, hashes);
    put_eight_hashes(&mut after, 0, next_hashes);
    while lanes != 0 {
        let lane = lanes.trailing_zeros() as usize;
        (sizes[lane], after[lane]) = text.next_word(places[lane] as usize, before[lane]);
        lanes &= lanes - 1;
    }
    (eight(&sizes, 0), eight_hashes(&after, 0))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One block, for comparison with the other levels.
    pub(in super::super) fn block(input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses {
        assert!(is_available());
        Avx512(()).block(input, out)
    }
}
