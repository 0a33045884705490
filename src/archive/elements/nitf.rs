//! NITF, the News Industry Text Format, also as the annotated corpus of the New York Times has it.

use super::tree::Tree;
use super::{Article, local, one_line};

/// A document of NITF.
pub(super) fn article(tree: &Tree, nitf: usize) -> Article {
    let rows =
        |within: usize, name: &'static str| tree.descendants(within).filter(move |row| local(tree.name(*row)) == name);
    let text_of =
        |name: &'static str| rows(nitf, name).map(|row| one_line(&tree.text(row))).find(|text| !text.is_empty());
    let attribute = |name: &'static str, attribute: &str| {
        rows(nitf, name).map(|row| tree.attribute(row, attribute).to_owned()).find(|value| !value.is_empty())
    };
    let story_date = || {
        let written = text_of("story.date");
        attribute("date.issue", "norm").or_else(|| attribute("story.date", "norm")).or(written)
    };
    let date =
        story_date().or_else(|| attribute("pubdata", "date.publication")).or_else(|| attribute("date.release", "norm"));
    let source = attribute("doc.rights", "owner")
        .or_else(|| attribute("doc.copyright", "holder"))
        .or_else(|| attribute("pubdata", "name"))
        .or_else(|| text_of("distributor"));
    Article {
        id: attribute("doc-id", "id-string").unwrap_or_default(),
        title: text_of("hl1").or_else(|| text_of("title")).unwrap_or_default(),
        text: rows(nitf, "body.content").next().map_or_else(String::new, |content| {
            // In the corpus of the New York Times the first paragraphs are in a block of their own, and in the full text again.
            let full = rows(content, "block").find(|row| tree.attribute(*row, "class") == "full_text");
            let text = tree.paragraphs(full.unwrap_or(content), &[]);
            let dateline = rows(nitf, "dateline").next().map(|row| one_line(&tree.text(row))).unwrap_or_default();
            super::with_dateline(&dateline, text)
        }),
        date: date.unwrap_or_default(),
        source: source.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn documents_of_nitf() {
        check(
            "<nitf><head><title>Talks (short)</title><docdata><doc-id regsrc='X' id-string='x-17'/><date.issue norm='20230509T013300Z'/>\
             <doc.rights owner='Wire'/></docdata></head><body><body.head><hedline><hl1>Talks in Paris</hl1></hedline>\
             <distributor>Sender</distributor></body.head><body.content><media><media-caption>Rome</media-caption></media>\
             <p>Talks with <person>Ada</person>\n ended.</p><block><p>They failed.</p></block></body.content></body></nitf>",
            ["x-17", "Talks in Paris", "Talks with Ada ended.\n\nThey failed.", "20230509T013300Z", "Wire"],
        );
    }

    #[test]
    fn the_lead_of_the_new_york_times_is_read_once() {
        check(
            "<nitf><head><title>Talks</title><pubdata date.publication='19870101T000000' name='Example Times'/></head><body>\
             <body.head><dateline>PARIS, Dec. 31</dateline></body.head><body.content><block class='lead_paragraph'><p>One.</p></block>\
             <block class='full_text'><p>One.</p><p>Two.</p></block></body.content></body></nitf>",
            ["", "Talks", "PARIS, Dec. 31 - One.\n\nTwo.", "19870101T000000", "Example Times"],
        );
    }
}
