//! What is written is read again, and the codec's bytes are those of two other implementations.

use proptest::prelude::*;

use super::super::codec;
use super::*;

/// The bytes of both other implementations; wincode gets the columns one by one.
fn check(rows: &impl Block, columns: &[Vec<u8>]) {
    let bytes = codec::encode_columns(&rows.columns());
    assert_eq!(bytes, codec::encode(rows), "number by number");
    assert_eq!(bytes, bincode1::serialize(rows).unwrap(), "bincode 1.3.3");
    assert_eq!(bytes, columns.concat(), "wincode");
}

macro_rules! wincode_columns {
    ($($column:expr),+ $(,)?) => {
        [$( wincode::serialize(&$column).unwrap() ),+]
    };
}

fn strings(column: &StringColumn) -> (Vec<u32>, String) {
    (column.offsets().to_vec(), column.text().to_owned())
}

#[test]
fn the_bytes_are_those_of_bincode_1_and_wincode() {
    let Sample { entities, documents, counts, pairs, marginals, mentions, .. } = sample();
    let mentions = mentions.unwrap();
    check(
        &entities,
        &wincode_columns![
            strings(&entities.id),
            strings(&entities.name),
            strings(&entities.kind),
            strings(&entities.country),
            strings(&entities.parent),
            strings(&entities.wikidata),
            entities.population,
            entities.latitude,
            entities.longitude,
            entities.mentions,
            entities.documents,
        ],
    );
    check(
        &documents,
        &wincode_columns![
            strings(&documents.id),
            strings(&documents.date),
            documents.day,
            strings(&documents.source),
            strings(&documents.language),
            documents.file,
            documents.offset,
            documents.length,
            documents.characters,
            documents.words,
            documents.paragraphs,
            documents.sentences,
            documents.mentions,
            documents.notes,
        ],
    );
    check(&counts, &wincode_columns![counts.document, counts.entity, counts.count]);
    check(&pairs, &wincode_columns![pairs.a, pairs.b, pairs.joint]);
    check(&marginals, &wincode_columns![marginals.entity, marginals.contexts]);
    check(
        &mentions,
        &wincode_columns![
            mentions.document,
            mentions.part,
            mentions.start,
            mentions.end,
            mentions.start_char,
            mentions.end_char,
            mentions.section,
            mentions.paragraph,
            mentions.sentence,
            mentions.word,
            mentions.entity,
        ],
    );
}

#[test]
fn columns_describe_themselves() {
    assert_eq!(
        DocumentRows::COLUMNS,
        [
            "id:str",
            "date:str",
            "day:i32",
            "source:str",
            "language:str",
            "file:u32",
            "offset:u64",
            "length:u64",
            "characters:u32",
            "words:u32",
            "paragraphs:u32",
            "sentences:u32",
            "mentions:u32",
            "notes:u32"
        ]
    );
    let sample = sample();
    assert_eq!(sample.documents.raw_len(), codec::encode(&sample.documents).len());
    assert_eq!(sample.entities.raw_len(), codec::encode(&sample.entities).len());
    assert_eq!(sample.entities.row(2).name, "World Health Organization");
    let mut counts = sample.counts;
    counts.clear();
    assert_eq!(counts, CountRows::default());
    let mut documents = sample.documents;
    documents.clear();
    assert_eq!(documents, DocumentRows::default());
}

#[test]
fn a_block_does_not_depend_on_those_before_it() {
    let counts = sample().counts;
    let header = header("dateline-counts").describe::<CountRows>();
    let stored = |n: usize| {
        let bytes = file_of(&header, Codec::Zstd, |file| (0..n).try_for_each(|_| file.write_block(&counts)));
        let entry = open(&bytes).unwrap().index()[n - 1];
        bytes[entry.offset as usize..][..40 + entry.stored_len as usize].to_vec()
    };
    assert_eq!(stored(1), stored(5));
}

#[test]
fn an_empty_table_is_a_file_too() {
    let header = header("dateline-counts").describe::<CountRows>();
    let none = file_of(&header, Codec::Zstd, |_| Ok(()));
    let empty = file_of(&header, Codec::Zstd, |file| file.write_block(&CountRows::default()));
    for (bytes, blocks) in [(none, 0), (empty, 1)] {
        verify(&bytes).unwrap();
        let reader = open(&bytes).unwrap();
        assert_eq!((reader.rows::<CountRows>(), reader.index().len()), (0, blocks));
        assert_eq!(reader.into_blocks::<CountRows>().map(|block| block.unwrap().rows()).sum::<usize>(), 0);
    }
}

#[test]
fn blocks_of_two_kinds_are_told_apart() {
    let bytes = sample().all_kinds(Codec::Zstd);
    let mut reader = open(&bytes).unwrap();
    assert_eq!(reader.read::<PairRows>(3).unwrap(), sample().pairs);
    let reason = reader.read::<PairRows>(4).unwrap_err().to_string();
    assert!(reason.contains("block 4 is of kind 5, pairs are of kind 4"), "{reason}");
    assert!(reader.read::<PairRows>(7).unwrap_err().to_string().contains("there is no block 7, the file has 7"));
    let marginals: Vec<_> = reader.into_blocks::<MarginalRows>().map(Result::unwrap).collect();
    assert_eq!(marginals, [sample().marginals]);
}

fn codecs() -> impl Strategy<Value = Codec> {
    prop_oneof![Just(Codec::None), Just(Codec::Zstd)]
}

fn returns<B: Block + PartialEq + std::fmt::Debug>(blocks: &[B], codec: Codec) {
    let bytes = file_of(&header("dateline-sample").describe::<B>(), codec, |file| {
        blocks.iter().try_for_each(|block| file.write_block(block))
    });
    verify(&bytes).unwrap();
    let read: Vec<B> = open(&bytes).unwrap().into_blocks().map(Result::unwrap).collect();
    assert_eq!(read, blocks);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn counts_return(keys in proptest::collection::btree_map(any::<(u32, u32)>(), 1..=u32::MAX, 0..200), codec in codecs()) {
        let mut rows = CountRows::default();
        for ((document, entity), count) in keys {
            rows.push(CountRow { document, entity, count });
        }
        returns(&[rows.clone(), rows], codec);
    }

    #[test]
    fn entities_return(
        strings in proptest::collection::vec(any::<[String; 4]>(), 0..40),
        place in proptest::option::of((-90.0..=90.0, -180.0..=180.0)),
        mentions in any::<u64>(),
        codec in codecs(),
    ) {
        let mut rows = EntityRows::default();
        for [id, name, kind, country] in &strings {
            // "Unknown" is no number and so not equal to itself.
            let (latitude, longitude) = place.unwrap_or((0.0, 0.0));
            let documents = mentions.min(u64::from(u32::MAX)) as u32;
            rows.push(EntityRow { id, name, kind, country, latitude, longitude, mentions, documents, ..EntityRow::default() });
        }
        returns(&[rows], codec);
    }

    #[test]
    fn documents_return(
        strings in proptest::collection::vec(any::<[String; 3]>(), 0..40),
        numbers in any::<(i32, u64, u64, u32, u32)>(),
        codec in codecs(),
    ) {
        let mut rows = DocumentRows::default();
        for (file, [id, date, source]) in (0..).zip(&strings) {
            let (day, offset, length, characters, mentions) = numbers;
            rows.push(DocumentRow { id, date, day, source, file, offset, length, characters, mentions, ..DocumentRow::default() });
        }
        returns(&[rows], codec);
    }

    #[test]
    fn nothing_makes_a_reader_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        codec in codecs(),
    ) {
        prop_assert!(verify(&bytes).is_err());
        let right = sample().all_kinds(codec);
        let mut wrong = right.clone();
        for (position, byte) in changes {
            let position = position.index(wrong.len());
            wrong[position] = byte;
        }
        prop_assert!(wrong == right || verify(&wrong).is_err());
    }

    #[test]
    fn no_payload_makes_a_block_panic(bytes in proptest::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..200)) {
        for kind in 1..=6 {
            let known = super::super::wire::known_kind(kind).unwrap();
            let _either_is_fine = (known.check)(&bytes);
        }
    }
}

#[test]
fn blocks_written_together_are_those_written_one_by_one() {
    let block = |n: u32| {
        let mut rows = CountRows::default();
        (0..n).for_each(|index| rows.push(CountRow { document: index / 3, entity: index % 3, count: n }));
        rows
    };
    let blocks: Vec<CountRows> = (1..12).map(|n| block(100 * n)).collect();
    let header = header("dateline-counts").describe::<CountRows>();
    for codec in [Codec::None, Codec::Zstd] {
        let one_by_one = file_of(&header, codec, |file| blocks.iter().try_for_each(|block| file.write_block(block)));
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let together = file_of(&header, codec, |file| pool.install(|| file.write_blocks(&blocks)));
            assert!(together == one_by_one, "{codec:?} in {threads} threads");
        }
    }
    // A block that no file may hold is refused among others too.
    let wrong = file_of(&header, Codec::Zstd, |file| {
        let error = file.write_blocks(&[PairRows::default()]).unwrap_err().to_string();
        assert!(error.contains("not described"), "{error}");
        Ok(())
    });
    assert!(open(&wrong).is_ok());
}
