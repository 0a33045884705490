//! Text files with many articles: separators, header lines.

use proptest::prelude::*;

use super::super::check::check_reading_with;
use super::*;

fn dividing(on: &str) -> ArchiveOptions {
    ArchiveOptions { split_on: Some(on.to_owned()), ..ArchiveOptions::default() }
}

/// Offset and text of each article, however the file comes.
#[track_caller]
fn check_pieces(on: &str, content: &str, expected: &[(u64, &str)]) {
    check_reading_with("a.txt", content.as_bytes(), &dividing(on));
    let (found, _) = read(&archive(&[("a.txt", content.into())], dividing(on)));
    let found: Vec<(u64, String, String)> = found
        .into_iter()
        .map(|(_, _, offset, document)| (offset, document.clone().unwrap().0, document.unwrap().1))
        .collect();
    let expected: Vec<(u64, String, String)> = expected
        .iter()
        .zip(1..)
        .map(|((offset, text), number)| (*offset, format!("a.txt#{number}"), (*text).to_owned()))
        .collect();
    assert_eq!(found, expected, "{content:?} divided on {on:?}");
}

#[test]
fn a_line_divides_texts() {
    check_pieces("-----", "One.\n-----\nTwo.\n\nMore.\n-----\n", &[(0, "One."), (11, "Two.\n\nMore.")]);
    // Blanks around the separator, CR LF, blank lines around articles, the separator before the first article, and twice.
    check_pieces("***", "***\r\n\r\n One.\r\n  *** \r\n***\r\nTwo.", &[(8, "One."), (27, "Two.")]);
    check_pieces("-----", "\u{feff}-----\nOne.", &[(9, "One.")]);
    // Nothing else is a separator.
    check_pieces("-----", "One. -----\n------\n-----\nTwo.", &[(0, "One. -----\n------"), (24, "Two.")]);
}

#[test]
fn an_expression_divides_texts() {
    let on = r"/^ *\d+ of \d+ DOCUMENTS$/";
    check_pieces(
        on,
        "Cover\n   1 of 2 DOCUMENTS\n\nOne.\n   2 of 2 DOCUMENTS\r\nTwo.",
        &[(0, "Cover"), (27, "One."), (53, "Two.")],
    );
    // What does not match stays.
    check_pieces("/\\f/", "One.\n\u{c}Two.\u{c} Three.\n", &[(0, "One."), (6, "Two."), (12, "Three.")]);
    check_pieces(
        "/(?<next>^TITLE: )/",
        "TITLE: a\nOne.\nTITLE: b\nTwo.",
        &[(0, "TITLE: a\nOne."), (14, "TITLE: b\nTwo.")],
    );
    // An expression that matches nothing at all.
    check_pieces("/x*/", "ab\n", &[(0, "a"), (1, "b")]);
    check_pieces("/^/", "One.\nTwo.", &[(0, "One."), (5, "Two.")]);
}

#[test]
fn a_text_without_a_separator_is_one_article_and_says_so() {
    let undivided = |files: &[(&str, Vec<u8>)]| {
        let archive = archive(files, dividing("-----"));
        let mut found = Vec::new();
        for batch in archive.batches() {
            let batch = batch.unwrap();
            found.extend(
                batch
                    .records()
                    .iter()
                    .map(|record| (batch.document(record).unwrap().id.into_owned(), batch.is_undivided(record))),
            );
        }
        found
    };
    let files: [(&str, Vec<u8>); 5] = [
        ("a.txt", "One.\nTwo.".into()),
        ("b.txt", "One.\n-----\n".into()),
        ("c.txt", "".into()),
        ("d.txt", " \n".into()),
        ("e.jsonl", "{\"id\": \"7\", \"text\": \"-----\"}".into()),
    ];
    let expected = [("a.txt", true), ("b.txt#1", false), ("c.txt#1", false), ("d.txt#1", false), ("7", false)];
    assert_eq!(undivided(&files), expected.map(|(id, is)| (id.to_owned(), is)));
}

#[test]
fn settings_that_are_not_understood_are_errors() {
    let said = |options: ArchiveOptions| {
        let error =
            archive(&[("a.txt", "x".into())], options.clone()).batches().next().unwrap().unwrap_err().to_string();
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Archive::open(&[folder.path().to_owned()], options).unwrap_err().to_string(), error);
        error
    };
    assert!(said(dividing("/(/")).contains("the expression \"(\" of --split-on is not understood: unclosed group"));
    assert!(said(dividing(" ")).contains("is not the text of a line"));
    let globs = ArchiveOptions { include_members: vec!["a{b".to_owned()], ..ArchiveOptions::default() };
    assert!(said(globs).contains("\"a{b\" is not understood"));
}

/// An article that is too long is one reject, the others stay, and a long line is not held in memory.
#[test]
fn long_articles_and_long_lines() {
    let content =
        format!("One.\n-----\n{}\n-----\nTwo.\n-----\n{}\nend\n-----\nThree.", "x\n".repeat(1500), "y".repeat(200_000));
    let options = ArchiveOptions { max_record: 2000, ..dividing("-----") };
    check_reading_with("a.txt", content.as_bytes(), &dividing("-----"));
    let (found, _) = read(&archive(&[("a.txt", content.into())], options));
    let found: Vec<Result<String, RejectReason>> =
        found.into_iter().map(|(_, _, _, document)| document.map(|(_, text)| text)).collect();
    let ok = |text: &str| Ok(text.to_owned());
    let long = Err(RejectReason::TooLong);
    assert_eq!(found, [ok("One."), long.clone(), ok("Two."), long, ok("Three.")]);
}

/// The articles of a text by the definition: lines, put together between separators, without the blanks around them.
fn naive_pieces(content: &str, separator: &str) -> Vec<(u64, String)> {
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    let mut close = |start: usize, end: usize| {
        let piece = &content[start..end];
        let text = piece.trim_ascii();
        if !text.is_empty() {
            found.push(((start + piece.len() - piece.trim_ascii_start().len()) as u64, text.to_owned()));
        }
    };
    for line in content.split_inclusive('\n') {
        if line.trim_ascii() == separator {
            close(start, at);
            start = at + line.len();
        }
        at += line.len();
    }
    close(start, content.len());
    found
}

proptest! {
    #[test]
    fn pieces_are_those_of_the_definition(content in "(--\n|--\r\n| --|One\\.|é\n| \n|\r\n|Two |\t){0,24}") {
        check_reading_with("a.txt", content.as_bytes(), &dividing("--"));
        let (found, _) = read(&archive(&[("a.txt", content.clone().into())], dividing("--")));
        let found: Vec<(u64, String)> =
            found.into_iter().map(|(_, _, offset, document)| (offset, document.unwrap().1)).collect();
        let expected = naive_pieces(&content, "--");
        if expected.is_empty() {
            prop_assert!(found.iter().all(|(_, text)| text.trim_ascii().is_empty()), "{found:?}");
        } else {
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn any_text_with_a_header_is_read(content in "(---\n|Title: |Date: 2021\n|: |x|\n| y\n|Text: |- a\n|é){0,16}") {
        let options = ArchiveOptions { header_lines: true, keep: vec!["author".to_owned()], ..ArchiveOptions::default() };
        check_reading_with("a.txt", content.as_bytes(), &options);
        let archive = archive(&[("a.txt", content.clone().into())], options);
        for batch in archive.batches() {
            let batch = batch.unwrap();
            for record in batch.records() {
                let document = batch.document(record).unwrap();
                // The text is the end of the file.
                prop_assert!(content.ends_with(&*document.text));
                prop_assert_eq!(document.kept.len(), 1);
            }
        }
    }
}

/// What a text with a header comes to: `id|title|date|source|author|text`.
#[track_caller]
fn check_header(content: &str, expected: &str) {
    let options = ArchiveOptions { header_lines: true, keep: vec!["author".to_owned()], ..ArchiveOptions::default() };
    let archive = archive(&[("a.txt", content.into())], options);
    let batch = archive.batches().next().unwrap().unwrap();
    let document = batch.document(&batch.records()[0]).unwrap();
    let part = |part: Option<&str>| part.unwrap_or("-").to_owned();
    let parts = [
        document.id.to_string(),
        part(document.title.as_deref()),
        part(document.date.as_deref()),
        part(document.source.as_deref()),
        part(document.kept[0].as_deref()),
        document.text.to_string(),
    ];
    assert_eq!(parts.join("|"), expected, "{content:?}");
}

#[test]
fn header_lines_are_fields() {
    let header =
        "Title: Talks\nDate: 2021-03-05\nPublication: The Daily\nAuthor: Ada\nPage: 7\n\nThe talks: a start.\n";
    check_header(header, "a.txt|Talks|2021-03-05|The Daily|Ada|The talks: a start.\n");
    check_header(
        "\u{feff}\r\nHEADLINE:  Talks\r\n go on\r\nURL: http://n/1\r\n\r\n\r\nText.",
        "http://n/1|Talks go on|-|-|-|Text.",
    );
    // Without a blank line only usual names are header lines.
    check_header("Title: Talks\nGENEVA: Talks resumed.\nMore.", "a.txt|Talks|-|-|-|GENEVA: Talks resumed.\nMore.");
    check_header("Title: Talks\nDesk: World\n\nText.", "a.txt|Talks|-|-|-|Text.");
    // The text may be a field, too.
    check_header("Source: X\nText: Talks\nDate: none\n", "a.txt|-|-|X|-|Talks\nDate: none\n");
    check_header("Title: only\n", "a.txt|only|-|-|-|");
    // No header: the first line has no usual name, or the name is that of the text.
    for text in [
        "GENEVA: Talks.\nTitle: x\n\nEnd",
        "Note: x\n\nEnd",
        "http://n/1\n\nx",
        "10:30\nx",
        "Titles:x\n\ny",
        "",
        "\nText",
    ] {
        check_header(text, &format!("a.txt|-|-|-|-|{text}"));
    }
}

#[test]
fn front_matter_is_fields() {
    let front = "---\ntitle: \"Talks: day 2\"\ndate: 2021-03-05 # not a comment\n# a comment\nauthor:\n  - Ada\n  - 'Bo'\nsource: >\n  The\n  Daily\n---\n\nText.\n";
    check_header(front, "a.txt|Talks: day 2|2021-03-05 # not a comment|The Daily|Ada, Bo|Text.\n");
    // Never closed: no front matter.
    check_header("---\ntitle: x\n\nText", "a.txt|-|-|-|-|---\ntitle: x\n\nText");
    check_header("---\n---\nText", "a.txt|-|-|-|-|Text");
}

#[test]
fn header_lines_are_text_unless_asked_for() {
    let (found, _) = read(&archive(&[("a.txt", "Title: x\n\nText".into())], ArchiveOptions::default()));
    assert_eq!(found[0].3, Ok(("a.txt".to_owned(), "Title: x\n\nText".to_owned())));
}
