use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::archive::FieldMap;

/// What a document comes to in one line: `id|title|text|date|source`, or the reason and the message of the fault.
fn parsed(record: &[u8], map: &FieldMap, unterminated: bool) -> String {
    match parse(record, &Fields::new(map), unterminated) {
        Ok(Document { id, title, text, date, source, .. }) => {
            let part = |part: Option<Cow<'_, str>>| part.unwrap_or("-".into()).into_owned();
            format!("{id}|{}|{text}|{}|{}", part(title), part(date), part(source))
        }
        Err((reason, message)) => format!("{reason}: {message}"),
    }
}

#[track_caller]
fn check(record: &str, expected: &str) {
    assert_eq!(parsed(record.as_bytes(), &FieldMap::default(), false), expected);
}

#[track_caller]
fn check_fault(record: &[u8], unterminated: bool, expected: &str) {
    assert_eq!(parsed(record, &FieldMap::default(), unterminated), expected);
}

#[test]
fn fields_are_found_by_their_usual_names_in_order() {
    check(r#"{"id":"a","title":"T","text":"x","date":"2006","source":"S"}"#, "a|T|x|2006|S");
    check(r#"{"url":"u","headline":"T","body":"x","published":"2006","domain":"S"}"#, "u|T|x|2006|S");
    check(r#"{"body":"b","url":"u","text":"t","id":"i"}"#, "i|-|t|-|-");
    check(r#" {"maintext":"m","content":"c"} "#, "|-|c|-|-");
    check(r#"{"text":null,"content":"c","id":" ","link":"l"}"#, "l|-|c|-|-");
}

#[test]
fn numbers_are_ids_and_dates_but_not_texts() {
    check(r#"{"id":17,"title":3,"text":"x","date":20061021,"source":-1}"#, "17|-|x|20061021|-1");
    check(r#"{"id":1.5,"text":"x","date":true,"source":{"a":[1]}}"#, "1.5|-|x|-|-");
}

#[test]
fn the_last_of_two_equal_keys_wins() {
    check(r#"{"text":"a","text":"b"}"#, "|-|b|-|-");
    check(r#"{"text":"a","text":null}"#, "|-||-|-");
    check(r#"{"text":"a","source":{"name":"S"},"source":{}}"#, "|-|a|-|-");
}

#[test]
fn null_is_an_empty_text() {
    check(r#"{"id":"1","title":"T","text":null}"#, "1|T||-|-");
    check(r#"{"id":"1","title":"T","content":null}"#, "1|T||-|-");
    check(r#"{"id":"1","text":NaN}"#, "1|-||-|-");
    check(r#"{"text":null,"body":"b"}"#, "|-|b|-|-");
    check(r#"{"text":[],"body":null}"#, "|-||-|-");
}

#[test]
fn members_of_objects_are_found() {
    check(r#"{"source":{"id":null,"name":"S"},"title":"T","content":"x","publishedAt":"2023"}"#, "|T|x|2023|S");
    check(r#"{"publisher":{"@type":"Organization","name":"S"},"headline":"T","articleBody":"x"}"#, "|T|x|-|S");
    check(r#"{"id":7,"title":{"rendered":"T"},"content":{"rendered":"x"},"date":"2023"}"#, "7|T|x|2023|-");
    check(r#"{"source.name":"S","text":"x"}"#, "|-|x|-|S");
    let map = FieldMap {
        text: Some("story.paragraphs.all".to_owned()),
        id: Some("a.b".to_owned()),
        source: Some(".".to_owned()),
        ..FieldMap::default()
    };
    let nested = br#"{"a":{"b":"i","c":{"b":"no"}},"story":{"paragraphs":{"all":"x"},"all":"y"},".":"S"}"#;
    assert_eq!(parsed(nested, &map, false), "i|-|x|-|S");
    assert_eq!(parsed(br#"{"a.b":1,"story.paragraphs.all":"x"}"#, &map, false), "1|-|x|-|-");
}

#[test]
fn numbers_keep_their_digits() {
    for id in ["18446744073709551616", "18446744073709551617", "1e5", "1.0", "-0", "1E+400", "0.10"] {
        check(&format!(r#"{{"id":{id},"text":"x"}}"#), &format!("{id}|-|x|-|-"));
        check(&format!("{{\t\"id\" :\t{id} ,\"text\":\"x\"}}"), &format!("{id}|-|x|-|-"));
    }
    for id in ["01", "1.", ".5", "+1", "1e", "--1", "0x1", "1 2"] {
        let found = parsed(format!(r#"{{"id":{id},"text":"x"}}"#).as_bytes(), &FieldMap::default(), false);
        assert!(found.starts_with("invalid-json"), "{found}");
    }
}

#[test]
fn what_python_writes_beside_json_is_read() {
    check(r#"{"id":NaN,"text":"x","score":-Infinity,"more":[NaN,{"a":Infinity}]}"#, "|-|x|-|-");
    check(r#"{"text":"a\ud83d!","title":"\ude00\ud83d\ud83d\ude00"}"#, "|\u{fffd}\u{fffd}😀|a\u{fffd}!|-|-");
    let fields = Fields::new(&FieldMap::default());
    assert!(parse(br#"{"text":"a\ud83d!"}"#, &fields, false).unwrap().replaced);
    assert!(!parse(br#"{"text":"a\ud83d\ude00!"}"#, &fields, false).unwrap().replaced);
    for wrong in ["nan", "NAN", "-NaN", "Inf", "+Infinity", "NaNs"] {
        let found = parsed(format!(r#"{{"text":"x","score":{wrong}}}"#).as_bytes(), &FieldMap::default(), false);
        assert!(found.starts_with("invalid-json"), "{found}");
    }
}

#[test]
fn escapes_and_what_lies_between_fields() {
    check(r#"{"t\u0065xt":"Z\u00fcrich\n\ud83d\ude00","x":{"text":[{}, "\u00e9"]}}"#, "|-|Zürich\n😀|-|-");
    for field in ["x", "title"] {
        let deep = format!(r#"{{"{field}":{}{},"text":"t"}}"#, "[".repeat(100_000), "]".repeat(100_000));
        check(&deep, "|-|t|-|-");
    }
}

#[test]
fn text_without_escapes_is_borrowed() {
    let fields = Fields::new(&FieldMap::default());
    assert!(matches!(parse(br#"{"text":"plain"}"#, &fields, false).unwrap().text, Cow::Borrowed(_)));
}

#[test]
fn a_given_name_is_the_only_one_and_belongs_to_its_field() {
    let map = FieldMap { text: Some("title".to_owned()), ..FieldMap::default() };
    assert_eq!(parsed(br#"{"title":"x","text":"y","head":"h"}"#, &map, false), "|h|x|-|-");
    assert_eq!(
        parsed(br#"{"text":"y"}"#, &map, false),
        "no-text: no text: there is no `title`; the record has the fields text"
    );
    let map = FieldMap { id: Some("u".to_owned()), source: Some("u".to_owned()), ..FieldMap::default() };
    assert_eq!(parsed(br#"{"u":"U","text":"y"}"#, &map, false), "U|-|y|-|U");
}

#[test]
fn faults_say_what_and_where() {
    check_fault(
        br#"{"text":["a"],"id":1}"#,
        false,
        "no-text: no text: `text` is an array, not a string; the record has the fields text, id",
    );
    check_fault(
        b"{}",
        false,
        "no-text: no text: there is no `text`, `body`, `content`, `maintext`, `article`, `full_text`; the record has no \
         fields",
    );
    check_fault(b"[1]", false, "invalid-json: a record must be a JSON object; this one begins with '['");
    check_fault(b"{\"text\" \"x\"}", false, "invalid-json: invalid JSON: expected `:` at byte 8 of the record");
    check_fault(
        b"{\"text\":\"x\"} {}",
        false,
        "invalid-json: invalid JSON: trailing characters at byte 13 of the record",
    );
    check_fault(
        b"{\"text\":\"a\0\"}",
        false,
        "invalid-json: invalid JSON: control character (\\u0000-\\u001F) found while parsing a string at byte 10 of the \
         record (the record holds NUL bytes)",
    );
    check_fault(b"{\"text\":\"a\xff\"}", false, "invalid-utf8: not UTF-8: byte 0xff at byte 10 of the record");
    check_fault(br#"{"text":"a\ud8!"}"#, false, "invalid-json: invalid JSON: invalid escape at byte 15 of the record");
}

#[test]
fn a_record_that_stops_with_its_file_is_truncated() {
    check_fault(b"{\"text\":\"a", true, "truncated: the file ends inside this record; fetch it again");
    check_fault(b"{\"text\":\"a\xc3", true, "truncated: the file ends inside this record; fetch it again");
    check_fault(
        b"{\"text\":\"a",
        false,
        "invalid-json: invalid JSON: EOF while parsing a string at byte 9 of the record",
    );
    check_fault(b"{\"text\":\"a\xc3\",", true, "invalid-utf8: not UTF-8: byte 0xc3 at byte 10 of the record");
}

/// Pieces of records: whole fields, and whatever may stand wrongly between them.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        r#""text":"He said \"no\".\nThen 5\/6.""#,
        r#""text":"plain""#,
        r#""title":"Z\u00fcrich \ud83d\ude00""#,
        r#""t\u0065xt":"escaped name""#,
        r#""title":"\ud83d""#,
        r#""x":"\ud83d""#,
        r#""x":"\q""#,
        r#""x":"\u12""#,
        r#""id":17"#,
        r#""id":1e999"#,
        r#""date":true"#,
        r#""source":null"#,
        r#""source":{"name":"S","id":[null,{"name":1}]}"#,
        r#""x":[NaN,-Infinity]"#,
        r#""id":NaN"#,
        r#""x":{"text":[1,{"a":"}"}]}"#,
        r#""source":["a",{}]"#,
        r#""x":-0.5e-3"#,
        r#""x":01"#,
        r#""x":tru"#,
        r#""url":"ü—“x”""#,
        ",",
        ",",
        ",",
        " ",
        "\t",
        "}",
        "{",
        ":",
        "\"",
        "\\",
        "",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is read without serde_json is what serde_json reads, and nothing is read that it refuses.
    #[test]
    fn the_quick_way_is_serde_jsons(
        pieces in prop::collection::vec(piece(), 0..7),
        joined: bool,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..3),
    ) {
        let mut json = format!("{{{}}}", pieces.join(if joined { "," } else { "" }));
        for (at, c) in damage {
            let at = json.char_indices().map(|(at, _)| at).nth(at.index(json.chars().count())).unwrap_or(0);
            json.replace_range(at..at + json[at..].chars().next().map_or(0, char::len_utf8), c.encode_utf8(&mut [0; 4]));
        }
        check_extract(&json, &FieldMap::default());
    }
}

#[test]
fn usual_records_are_read_the_quick_way() {
    let fields = Fields::new(&FieldMap::default());
    for json in [
        r#"{"id":"a1","text":"He said \"no\".\nThen \u2019s","n":[1,2],"ok":true,"date":"2024-03-02"}"#,
        r#"{ "title" : "T" , "text" : "x" , "x" : { "a" : "\u00e9" } }"#,
        "{}",
    ] {
        assert!(extract(json, &fields).is_some(), "{json}");
    }
}
