//! The fields found without a general parser are those that serde_json finds, whatever the record and the names looked for.

#![no_main]

use dateline::archive::{FieldMap, check_extract};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// Whether a name is given for the id, the title, the text, the date and the source.
    given: [Option<&'a str>; 5],
    /// The record, or what stands between the pieces of it.
    json: &'a str,
    pieces: Vec<(u8, &'a str)>,
}

const PIECES: [&str; 16] = [
    "{",
    "}",
    "\":\"",
    "\",\"",
    "\"text\":\"",
    "\"title\":",
    "\"id\":17,",
    "\"url\":null,",
    "\\\"",
    "\\n",
    "\\\\",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud83d",
    "[{}],",
    "Longer than one block of sixty-four bytes, so that a string goes over the edge of it. ",
];

fuzz_target!(|input: Input<'_>| {
    let [id, title, text, date, source] = input.given.map(|name| name.map(str::to_owned));
    let map = FieldMap { id, title, text, date, source };
    check_extract(input.json, &map);
    let mut json = input.json.to_owned();
    for (number, joint) in input.pieces.into_iter().take(40) {
        json.push_str(PIECES[usize::from(number) % PIECES.len()]);
        json.push_str(joint);
    }
    check_extract(&json, &map);
    check_extract(&format!("{{\"text\":\"{json}\"}}"), &map);
});
