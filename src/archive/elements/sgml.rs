//! SGML as the LDC (Gigaword, AQUAINT, TDT), TREC and Reuters-21578 have it.

use super::tree::Tree;
use super::{Article, one_line, with_dateline};
use crate::archive::day_of;

const TITLES: [&str; 6] = ["headline", "title", "head", "hl", "ti", "headl"];
const DATES: [&str; 6] = ["date_time", "datetime", "date", "pubdate", "date1", "dd"];

/// Whether the article needs this element to be closed.
pub(super) fn is_part(name: &str) -> bool {
    TITLES.contains(&name) || matches!(name, "text" | "body" | "dateline" | "docno" | "docid")
}

/// A `DOC` or `REUTERS` element.
pub(super) fn article(tree: &Tree, doc: usize) -> Article {
    let named = |name: &str| tree.descendants(doc).find(|row| tree.name(*row) == name);
    let first = |names: &[&str]| {
        let lines = names.iter().filter_map(|name| named(name)).map(|row| one_line(&plain(tree.text(row))));
        lines.into_iter().find(|line| !line.is_empty()).unwrap_or_default()
    };
    let in_tag = ["id", "docid", "newid"].map(|name| tree.attribute(doc, name)).into_iter().find(|id| !id.is_empty());
    let id = in_tag.map_or_else(|| first(&["docno", "docid"]), str::to_owned);
    let date = match day_in(&id) {
        Some(day) => day.to_owned(),
        None => first(&DATES),
    };
    let title = first(&TITLES);
    let text = text(tree, doc);
    Article {
        title,
        text: with_dateline(&first(&["dateline"]), text),
        date,
        source: first(&["source", "pub", "so"]),
        id,
    }
}

/// The paragraphs of an article.
fn text(tree: &Tree, doc: usize) -> String {
    /// Elements in a text that are read by themselves, or not at all.
    const APART: [&str; 9] =
        ["headline", "title", "dateline", "byline", "author", "slug", "header", "footer", "trailer"];
    let mut texts: Vec<usize> = Vec::new();
    let mut end = 0;
    for row in tree.descendants(doc).filter(|row| matches!(tree.name(*row), "text" | "lp" | "leadpara")) {
        // Not those inside of another.
        if row >= end {
            end = tree.end(row);
            texts.push(row);
        }
    }
    // Reuters-21578 has a body in its text, others a text in their body.
    let bodies = |within: usize| tree.descendants(within).find(|row| tree.name(*row) == "body");
    if texts.is_empty() {
        texts.extend(bodies(doc));
    }
    let parts = texts.into_iter().map(|row| {
        let row = bodies(row).unwrap_or(row);
        match tree.descendants(row).any(|row| tree.name(row) == "p") {
            true => tree.paragraphs(row, &APART),
            // The lines as they were sent.
            false => tree.text_without(row, &APART),
        }
    });
    let parts: Vec<String> = parts.map(plain).filter(|part| !part.is_empty()).collect();
    match &*parts {
        [] => plain(tree.own_text(doc)),
        _ => parts.join("\n\n"),
    }
}

/// A text without the marks of the wire, which have names like characters.
fn plain(text: String) -> String {
    /// What newspapers' typesetting left in the texts of the LDC and of TREC.
    const MARKS: [(&str, &str); 10] = [
        ("&LR;", " "),
        ("&UR;", " "),
        ("&QL;", " "),
        ("&QC;", " "),
        ("&QR;", " "),
        ("&HT;", " "),
        ("&TR;", " "),
        ("&MD;", "—"),
        ("&hyph;", "-"),
        ("&blank;", " "),
    ];
    let mut text = text;
    if text.contains('&') {
        for (mark, character) in MARKS {
            text = text.replace(mark, character);
        }
    }
    text.trim_matches(|c: char| c.is_whitespace() || super::is_control(c)).to_owned()
}

/// The date in an id such as `AFP_ENG_20100101.0001` or `NYT19980601.0003`.
fn day_in(id: &str) -> Option<&str> {
    id.split(|c: char| !c.is_ascii_digit()).find(|digits| {
        digits.len() == 8 && (digits.starts_with("19") || digits.starts_with("20")) && day_of(digits).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn documents_of_the_ldc() {
        check(
            "<DOC id=\"XYZ_ENG_20100101.0001\" type=\"story\" >\n<HEADLINE>\nTalks\nin Paris\n</HEADLINE>\n<DATELINE>\nPARIS, Jan 1 (XYZ)\n\
             </DATELINE>\n<TEXT>\n<P>\nTalks between A&AMP;B\nended.\n</P>\n<P>\nThey failed.\n</P>\n</TEXT>\n</DOC>",
            [
                "XYZ_ENG_20100101.0001",
                "Talks in Paris",
                "PARIS, Jan 1 (XYZ) - Talks between A&B ended.\n\nThey failed.",
                "20100101",
                "",
            ],
        );
        check(
            "<DOC>\n<DOCNO> XYZ19980601.0003 </DOCNO>\n<DATE_TIME> 06/01/1998 </DATE_TIME>\n<BODY>\n<HEADLINE> &UR; Talks </HEADLINE>\n\
             <TEXT>\n   Talks ended.\n   They failed.\n</TEXT>\n</BODY>\n</DOC>",
            ["XYZ19980601.0003", "Talks", "Talks ended.\n   They failed.", "19980601", ""],
        );
        check(
            "<DOC>\n<DOCNO>X880212-0001</DOCNO><HEAD>Talks</HEAD><DATE>02 Dec 1988</DATE><LP><p>One.</LP><TEXT><p>Two.\n<p>Three.</TEXT></DOC>",
            ["X880212-0001", "Talks", "One.\n\nTwo.\n\nThree.", "02 Dec 1988", ""],
        );
        check("<DOC><DOCNO>1</DOCNO>Talks ended.</DOC>", ["1", "", "Talks ended.", "", ""]);
    }

    #[test]
    fn documents_of_reuters() {
        check(
            "<REUTERS TOPICS=\"YES\" OLDID=\"5544\" NEWID=\"1\">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<UNKNOWN> \n&#5;&#5;&#5;C T</UNKNOWN>\n\
             <TEXT>&#2;\n<TITLE>TALKS END</TITLE>\n<DATELINE>    PARIS, Feb 26 - </DATELINE><BODY>Talks ended\nat U.S. &lt;X.O> level.\n    They failed.\n\
             Reuter\n&#3;</BODY></TEXT>\n</REUTERS>",
            [
                "1",
                "TALKS END",
                "PARIS, Feb 26 - Talks ended\nat U.S. <X.O> level.\n    They failed.\nReuter",
                "26-FEB-1987 15:01:01.79",
                "",
            ],
        );
        assert!(day_of("26-FEB-1987 15:01:01.79").is_some());
    }

    #[test]
    fn only_dates_in_ids_are_dates() {
        assert_eq!(day_in("XYZ_ENG_20100101.0001"), Some("20100101"));
        for id in ["X880212-0001", "FT911-3", "20109901", "12345678", "120100101"] {
            assert_eq!(day_in(id), None, "{id}");
        }
    }
}
