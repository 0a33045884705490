//! Any bytes, under any name, are read alike in any pieces, with every record and byte accounted for.

#![no_main]

use dateline::archive::check_reading;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 12] = [
    "a.jsonl", "a.json", "a.csv", "a.tsv", "a.html", "a.warc", "a.xml", "a.sgml", "a.tar", "a.txt", "a.txt.gz", "unknown",
];

fuzz_target!(|input: &[u8]| {
    // The first byte chooses the name.
    if let Some((first, bytes)) = input.split_first() {
        check_reading(NAMES[usize::from(*first) % NAMES.len()], bytes);
    }
});
