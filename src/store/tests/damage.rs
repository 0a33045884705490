//! Whatever is changed, cut or forged is refused with a reason.

use serde::Serialize;

use super::super::codec;
use super::super::frame::{END_MAGIC, FooterIndex};
use super::*;

fn refused(bytes: &[u8], what: impl FnOnce() -> String) {
    match verify(bytes) {
        Ok(()) => panic!("{} was accepted", what()),
        Err(reason) => assert!(reason.len() > "sample.dln: ".len(), "{}: {reason:?}", what()),
    }
}

#[test]
fn every_other_byte_at_every_position_is_refused() {
    let header = FileHeader { gazetteer: "g".to_owned(), ..header("m") }.describe::<MarginalRows>();
    let mut rows = MarginalRows::default();
    rows.push(MarginalRow { entity: 1, contexts: 2 });
    for codec in [Codec::None, Codec::Zstd] {
        let mut bytes = file_of(&header, codec, |file| file.write_block(&rows));
        verify(&bytes).unwrap();
        for position in 0..bytes.len() {
            let right = bytes[position];
            for wrong in (0..=u8::MAX).filter(|&wrong| wrong != right) {
                bytes[position] = wrong;
                refused(&bytes, || format!("{wrong:#04x} at {position} ({codec:?})"));
            }
            bytes[position] = right;
        }
    }
}

#[test]
fn every_flipped_bit_in_every_kind_of_block_is_refused() {
    for codec in [Codec::None, Codec::Zstd] {
        let mut bytes = sample().all_kinds(codec);
        verify(&bytes).unwrap();
        for position in 0..bytes.len() {
            for mask in [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xff] {
                bytes[position] ^= mask;
                refused(&bytes, || format!("byte {position} ^ {mask:#04x} ({codec:?})"));
                bytes[position] ^= mask;
            }
        }
    }
}

#[test]
fn every_cut_and_every_addition_is_refused() {
    for codec in [Codec::None, Codec::Zstd] {
        let bytes = sample().all_kinds(codec);
        for length in 0..bytes.len() {
            refused(&bytes[..length], || format!("{length} first bytes ({codec:?})"));
            refused(&bytes[bytes.len() - length..], || format!("{length} last bytes ({codec:?})"));
            refused(&[&bytes[..length], b"\0", &bytes[length..]].concat(), || format!("a byte more at {length}"));
            refused(&[&bytes[..length], &bytes[length + 1..]].concat(), || format!("byte {length} left out"));
        }
        refused(&[&bytes[..], b"\n"].concat(), || "a byte more at the end".to_owned());
        refused(&[&bytes[..], &bytes[..]].concat(), || "two files in one".to_owned());
    }
}

/// A file put together by hand, all checksums right.
struct Forgery {
    header: FileHeader,
    version: (u16, u16),
    entry: BlockEntry,
    payload: Vec<u8>,
}

impl Forgery {
    /// A file of one block with the encoding of `columns` as its payload.
    fn of<B: Block>(columns: &impl Serialize, rows: u64) -> Self {
        Self::raw(B::KIND, codec::encode(columns), rows).described::<B>()
    }

    fn raw(kind: u32, payload: Vec<u8>, rows: u64) -> Self {
        let length = payload.len() as u64;
        let entry = BlockEntry { kind, offset: 0, rows, stored_len: length, raw_len: length, codec: 0, payload_crc: 0 };
        Self { header: header("dateline-forgery"), version: FORMAT_VERSION, entry, payload }
    }

    fn described<B: Block>(mut self) -> Self {
        self.header = self.header.describe::<B>();
        self
    }

    fn with(mut self, change: impl FnOnce(&mut BlockEntry)) -> Self {
        change(&mut self.entry);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.to_bytes();
        bytes.truncate(bytes.len() - 4);
        bytes[8..10].copy_from_slice(&self.version.0.to_le_bytes());
        bytes[10..12].copy_from_slice(&self.version.1.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        let payload_crc = crc32fast::hash(&self.payload) ^ self.entry.payload_crc;
        let entry = BlockEntry { offset: bytes.len() as u64, payload_crc, ..self.entry };
        bytes.extend(entry.to_bytes());
        bytes.extend(&self.payload);
        let index = FooterIndex { kind: vec![entry.kind], offset: vec![entry.offset], rows: vec![entry.rows] };
        with_footer(bytes, &index)
    }
}

fn with_footer(mut bytes: Vec<u8>, index: &impl Serialize) -> Vec<u8> {
    let offset = bytes.len() as u64;
    let index = codec::encode(index);
    let mut footer = (index.len() as u32).to_le_bytes().to_vec();
    footer.extend(index);
    footer.extend(crc32fast::hash(&footer).to_le_bytes());
    bytes.extend(footer);
    bytes.extend(offset.to_le_bytes());
    bytes.extend(END_MAGIC);
    bytes
}

fn check(forgery: &Forgery, expected: &str) {
    let reason = verify(&forgery.bytes()).unwrap_err();
    assert!(reason.contains(expected), "{reason}");
}

fn marginals() -> Forgery {
    Forgery::of::<MarginalRows>(&(vec![1_u32, 4], vec![2_u32, 2]), 2)
}

#[test]
fn forged_lengths_are_refused_before_anything_is_allocated() {
    verify(&marginals().bytes()).unwrap();
    check(&marginals().with(|entry| entry.rows = 1 << 60), "it claims 1152921504606846976 rows in 32 bytes");
    check(&marginals().with(|entry| entry.rows = 3), "it holds 2 rows and claims 3");
    check(&marginals().with(|entry| entry.stored_len = 1 << 60), "but only 32 follow before the footer");
    check(&marginals().with(|entry| entry.stored_len -= 1), "cannot hold");
    check(&marginals().with(|entry| entry.raw_len = 1 << 40), "a block has at most 268435456");
    check(&marginals().with(|entry| entry.raw_len = 1 << 28), "its 32 stored bytes cannot hold the 268435456 bytes");
    let bomb = marginals().with(|entry| (entry.codec, entry.raw_len) = (1, 32 * (32 << 10) + 1));
    check(&bomb, "its 32 stored bytes cannot hold");
    check(&Forgery::of::<MarginalRows>(&(1_u64 << 33, 1_u64 << 33), 0), "damaged: block 0 (marginals)");
    check(&Forgery::of::<MarginalRows>(&(u64::MAX, 0_u64), 0), "damaged: block 0 (marginals)");

    let mut bytes = marginals().bytes();
    bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(verify(&bytes).unwrap_err().contains("it ends too early: 4294967315 bytes"));

    let head = header("dateline-forgery").to_bytes();
    for index in [vec![1_u64 << 60; 3], vec![3, 1, 1]] {
        assert!(verify(&with_footer(head.clone(), &index)).unwrap_err().contains("damaged: the footer"));
    }
}

#[test]
fn forged_frames_are_refused() {
    check(&marginals().with(|entry| entry.payload_crc = 1), "its payload does not match its checksum");
    check(&marginals().with(|entry| entry.codec = 3), "its codec 3 is unknown");
    check(&marginals().with(|entry| entry.kind = 77), "the header does not describe its kind");
    let mut other = marginals();
    other.header.blocks.get_mut("5").unwrap().columns.swap(0, 1);
    check(&other, "the header describes other columns than this version knows");

    let head = header("dateline-forgery").describe::<MarginalRows>().to_bytes();
    let index = FooterIndex { kind: vec![5], offset: vec![head.len() as u64], rows: vec![0] };
    assert!(verify(&with_footer(head.clone(), &index)).unwrap_err().contains("the footer begins inside of it"));
    let gap = with_footer([&head[..], b"gap"].concat(), &FooterIndex::default());
    assert!(verify(&gap).unwrap_err().contains("belong to no block"));
    let uneven = FooterIndex { kind: vec![5], ..FooterIndex::default() };
    assert!(verify(&with_footer(head, &uneven)).unwrap_err().contains("the columns of the footer differ in length"));
    assert!(verify(b"").unwrap_err().contains("it is empty"));
    assert!(verify(b"{\"id\": 1}").unwrap_err().contains("not a dateline result file"));
}

/// A file of a few bytes must not become one of many in the memory of who reads it.
#[cfg(feature = "compression")]
#[test]
fn few_bytes_do_not_claim_to_be_many() {
    // What zstd really makes of zeros: 200 MB from 8 KB.
    let zeros = vec![0; 200 << 20];
    let packed = zstd::bulk::compress(&zeros, 3).unwrap();
    assert!(packed.len() < 10_000, "{}", packed.len());
    let of = |packed: &[u8], raw_len: usize| {
        let mut forgery = Forgery::raw(MarginalRows::KIND, packed.to_vec(), 1).described::<MarginalRows>();
        (forgery.entry.codec, forgery.entry.raw_len) = (1, raw_len as u64);
        forgery
    };
    check(&of(&packed, zeros.len()), "more than is allowed");
    let blank = |bytes: usize| zstd::bulk::compress(&vec![0; bytes], 3).unwrap();
    check(&of(&blank((4 << 20) + 1), (4 << 20) + 1), "more than is allowed");
    // Up to that size numbers may repeat as they like.
    let rows = 1 << 17;
    let counts = CountRows {
        document: (0..rows).map(|row| row / 1000).collect(),
        entity: (0..rows).map(|row| row % 1000).collect(),
        count: vec![1; rows as usize],
    };
    let raw = codec::encode(&counts);
    let packed = zstd::bulk::compress(&raw, 3).unwrap();
    assert!(packed.len() * 128 < raw.len(), "{} of {}", packed.len(), raw.len());
    let mut right = Forgery::raw(CountRows::KIND, packed, u64::from(rows)).described::<CountRows>();
    (right.entry.codec, right.entry.raw_len) = (1, raw.len() as u64);
    verify(&right.bytes()).unwrap();
    // Rows of text, which readers keep, may not.
    let mut entities = Forgery::raw(EntityRows::KIND, blank(1 << 20), 1).described::<EntityRows>();
    (entities.entry.codec, entities.entry.raw_len) = (1, 1 << 20);
    check(&entities, "more than is allowed");
}

/// Text that compresses better than readers accept is stored as it is.
#[test]
fn a_writer_never_writes_what_readers_refuse() {
    let long = "a".repeat(3 << 20);
    let mut entities = EntityRows::default();
    entities.push(EntityRow { id: "a", name: &long, kind: "place", mentions: 1, documents: 1, ..EntityRow::default() });
    let bytes = file_of(&header("dateline-entities").describe::<EntityRows>(), Codec::default(), |file| {
        file.write_block(&entities)
    });
    verify(&bytes).unwrap();
    assert!(bytes.len() > long.len());
    let read: Vec<EntityRows> = open(&bytes).unwrap().into_blocks().collect::<Result<_>>().unwrap();
    assert_eq!(read[0].name.get(0), long);
}

#[cfg(feature = "compression")]
#[test]
fn zstd_must_give_what_was_claimed() {
    let right = marginals();
    for (raw, expected) in [
        (right.payload.clone(), None),
        (right.payload[..31].to_vec(), Some("it holds 31 bytes and claims 32")),
        ([&right.payload[..], b"\0"].concat(), Some("it cannot be decompressed")),
    ] {
        let mut forgery = marginals();
        forgery.payload = zstd::bulk::compress(&raw, 3).unwrap();
        let stored_len = forgery.payload.len() as u64;
        let forgery = forgery.with(|entry| (entry.codec, entry.stored_len) = (1, stored_len));
        match expected {
            None => verify(&forgery.bytes()).unwrap(),
            Some(expected) => check(&forgery, expected),
        }
    }
    check(&marginals().with(|entry| entry.codec = 1), "it cannot be decompressed");
}

#[test]
fn broken_promises_of_columns_are_refused() {
    let count = |columns: [Vec<u32>; 3]| {
        let [document, entity, count] = columns;
        Forgery::of::<CountRows>(&(&document, &entity, &count), document.len() as u64)
    };
    verify(&count([vec![0, 0], vec![1, 2], vec![1, 1]]).bytes()).unwrap();
    check(&count([vec![0, 0], vec![2, 1], vec![1, 1]]), "row 1: out of order, (0, 1) after (0, 2)");
    check(&count([vec![0, 0], vec![1, 1], vec![1, 1]]), "row 1: out of order");
    check(&count([vec![0, 0], vec![1, 2], vec![1, 0]]), "row 1: count is 0");
    check(&count([vec![0, 0], vec![1], vec![1, 1]]), "column entity has 1 rows, the first column 2");
    let pair = |a: u32, b: u32, joint: u32| Forgery::of::<PairRows>(&(vec![a], vec![b], vec![joint]), 1);
    check(&pair(2, 2, 1), "pair (2, 2) is not above the diagonal");
    check(&pair(1, 2, 0), "joint is 0");
    let mention = |part: u32, bytes: [u32; 2], chars: [u32; 2]| {
        let mut rows = MentionRows::default();
        let ([start, end], [start_char, end_char]) = (bytes, chars);
        rows.push(MentionRow { part, start, end, start_char, end_char, ..MentionRow::default() });
        Forgery::of::<MentionRows>(&rows, 1)
    };
    check(&mention(2, [0, 4], [0, 4]), "part 2 is neither 0 (title) nor 1 (text)");
    check(&mention(1, [4, 4], [0, 4]), "bytes 4..4 cannot be");
    check(&mention(1, [0, 4], [0, 5]), "bytes 0..4 cannot be characters 0..5");

    let mut entities = sample().entities;
    entities.latitude[1] = 91.0;
    check(&Forgery::of::<EntityRows>(&entities, 3), "row 1: coordinates 91, 10.74609 are not on the globe");
    let mut entities = sample().entities;
    entities.documents[2] = 2;
    check(&Forgery::of::<EntityRows>(&entities, 3), "row 2: 1 mentions in 2 documents");
    let mut documents = sample().documents;
    documents.file = vec![0, 1, 0];
    check(&Forgery::of::<DocumentRows>(&documents, 3), "row 2: out of order, an earlier row is of a later file");
}

#[test]
fn forged_strings_are_refused() {
    let names = |offsets: &[u32], text: &[u8]| {
        let mut payload = codec::encode(&offsets);
        payload.extend(codec::encode(&text));
        let rest = codec::encode(&sample().entities);
        // All other columns are those of three rows.
        let id = codec::encode(&sample().entities.id).len();
        Forgery::raw(EntityRows::KIND, [&payload[..], &rest[id..]].concat(), 3).described::<EntityRows>()
    };
    verify(&names(&[0, 2, 3, 4], "éxy".as_bytes()).bytes()).unwrap();
    check(&names(&[0, 1, 3, 4], "éxy".as_bytes()), "column id: row 0: string offset 1 is inside a character");
    check(&names(&[0, 2, 3, 1 << 30], "éxy".as_bytes()), "column id: row 2: string offsets 3..1073741824");
    check(&names(&[0, 2, 3, 3], "éxy".as_bytes()), "column id: string offsets end at 3 in a text of 4 bytes");
    check(&names(&[0, 3, 2, 4], "éxy".as_bytes()), "column id: row 1: string offsets 3..2");
    check(&names(&[], b""), "string offsets do not begin with 0");
    check(&names(&[0, 1, 2, 3], b"\xffxy"), "damaged: block 0 (entities)");
}

#[test]
fn a_newer_major_version_is_refused_and_a_newer_minor_is_read() {
    let newer = Forgery { version: (2, 0), ..marginals() };
    check(&newer, "written by a newer dateline (format 2.0, this one reads 1.x)");

    let mut newer = Forgery { version: (1, 9), ..Forgery::raw(900, b"from the future".to_vec(), 4) };
    let columns = BlockColumns { name: "wonders".to_owned(), columns: vec!["wonder:u128".to_owned()] };
    newer.header.blocks.insert("900".to_owned(), columns);
    newer.entry.codec = 7;
    verify(&newer.bytes()).unwrap();
    let bytes = newer.bytes();
    let reader = open(&bytes).unwrap();
    assert_eq!((reader.version(), reader.index().len()), ((1, 9), 1));
    assert_eq!(reader.into_blocks::<CountRows>().count(), 0);
    check(&newer.with(|entry| entry.payload_crc = 1), "block 0 (wonders)");
}

#[test]
fn an_unfinished_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("counts.dln");
    let mut file = FileWriter::create(&path, &header("dateline-counts").describe::<CountRows>()).unwrap();
    file.write_block(&sample().counts).unwrap();
    drop(file);
    let reason = FileReader::open(&path).unwrap_err().to_string();
    assert!(reason.contains("it was cut short or never finished"), "{reason}");
    assert!(FileWriter::create(&path, &header("dateline-counts")).is_err(), "a file was replaced");
}

#[test]
fn a_writer_refuses_what_a_reader_would() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("counts.dln");
    let mut file = FileWriter::create(&path, &header("dateline-counts").describe::<CountRows>()).unwrap();
    let twice = CountRows { document: vec![0, 0], entity: vec![0, 0], count: vec![1, 1] };
    assert!(file.write_block(&twice).unwrap_err().to_string().contains("row 1: out of order"));
    assert!(file.write_block(&sample().pairs).unwrap_err().to_string().contains("not described in its header"));
}

/// The files of `tests/format/forged`, which the readers in Python and R are tested on too.
#[test]
fn every_reader_refuses_the_same_forgeries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/forged");
    let check = |verdict: &str, is_right: bool, least: usize| {
        let mut n_files = 0;
        for entry in fs::read_dir(folder.join(verdict)).unwrap() {
            let path = entry.unwrap().path();
            let read = verify(&fs::read(&path).unwrap());
            assert_eq!(read.is_ok(), is_right, "{}: {read:?}", path.display());
            n_files += 1;
        }
        assert!(n_files >= least, "only {n_files} {verdict}");
    };
    check("refused", false, 49);
    check("accepted", true, 4);
}
