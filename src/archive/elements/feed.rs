//! Items of RSS (0.9 to 2.0, with RDF) and entries of Atom.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, State, Tokenizer};

use super::tree::Tree;
use super::{Article, one_line};
use crate::archive::{holds_markup, html};

/// The title of a feed, from what comes before its first article.
pub(super) fn title(tree: &Tree) -> String {
    let channel = tree
        .descendants(Tree::ROOT)
        .find(|row| matches!(tree.name(*row), "channel" | "rss:channel" | "feed" | "atom:feed"));
    channel.map_or_else(String::new, |channel| line(tree, channel, &["title"]))
}

/// An item of RSS.
pub(super) fn item(tree: &Tree, item: usize) -> Article {
    let link = |tree: &Tree| line(tree, item, &["link"]);
    Article {
        id: or_else(line(tree, item, &["guid"]), || {
            or_else(link(tree), || tree.attribute(item, "rdf:about").to_owned())
        }),
        title: line(tree, item, &["title"]),
        text: prose(tree, item, &["content:encoded", "content", "description", "summary"]),
        date: line(
            tree,
            item,
            &["pubdate", "dc:date", "dcterms:issued", "published", "dcterms:created", "date", "updated"],
        ),
        source: line(tree, item, &["source", "dc:publisher"]),
    }
}

/// An entry of Atom.
pub(super) fn entry(tree: &Tree, entry: usize) -> Article {
    let link = |tree: &Tree| {
        let links = || tree.children(entry).filter(|row| plain_name(tree.name(*row)) == "link");
        let is_page = |row: &usize| matches!(tree.attribute(*row, "rel"), "" | "alternate");
        links()
            .find(is_page)
            .or_else(|| links().next())
            .map_or(String::new(), |row| tree.attribute(row, "href").to_owned())
    };
    let source = tree.children(entry).find(|row| plain_name(tree.name(*row)) == "source");
    Article {
        id: or_else(line(tree, entry, &["id"]), || link(tree)),
        title: line(tree, entry, &["title"]),
        text: prose(tree, entry, &["content", "summary", "content:encoded"]),
        date: line(tree, entry, &["published", "issued", "created", "dc:date", "updated", "modified"]),
        source: source.map_or_else(String::new, |source| line(tree, source, &["title"])),
    }
}

fn or_else(value: String, other: impl FnOnce() -> String) -> String {
    if value.is_empty() { other() } else { value }
}

/// A name without the prefixes that feeds give their own elements. `media:title` is not a `title`.
fn plain_name(name: &str) -> &str {
    name.strip_prefix("atom:").or_else(|| name.strip_prefix("rss:")).unwrap_or(name)
}

/// The first of these elements that is not empty, in this order of names.
fn first(tree: &Tree, row: usize, names: &[&str], read: impl Fn(usize) -> String) -> String {
    let of_name = |wanted: &&str| {
        let wanted = *wanted;
        let mut found = tree.children(row).filter(|child| plain_name(tree.name(*child)) == wanted).map(&read);
        found.find(|value| !value.is_empty())
    };
    names.iter().find_map(of_name).unwrap_or_default()
}

/// A value of one line.
fn line(tree: &Tree, row: usize, names: &[&str]) -> String {
    first(tree, row, names, |child| decode_line(&tree.text(child)))
}

/// A value of paragraphs.
fn prose(tree: &Tree, row: usize, names: &[&str]) -> String {
    first(tree, row, names, |child| match tree.children(child).next() {
        Some(_) => tree.paragraphs(child, &[]),
        None => decode_prose(&tree.text(child)),
    })
}

/// A value that may be written in HTML, in one line.
pub(in crate::archive) fn decode_line(value: &str) -> String {
    one_line(&unescaped(value.trim()))
}

/// A value that may be written in HTML, with its paragraphs.
pub(in crate::archive) fn decode_prose(value: &str) -> String {
    unescaped(value.trim())
}

/// The text of a value that is a page's markup, escaped; that of any other value with its character references decoded.
fn unescaped(value: &str) -> String {
    if !value.contains(['<', '&']) {
        return value.to_owned();
    }
    let mut text = value.to_owned();
    // Some feeds escape their pages twice.
    for _ in 0..2 {
        if !is_page(&text) {
            break;
        }
        text = html::fragment(&text);
        if !holds_markup(&text) {
            return text;
        }
    }
    if text.contains('&') { decoded(&text) } else { text }
}

/// Whether a value holds markup, be it a single tag.
fn is_page(value: &str) -> bool {
    const TAGS: [&str; 6] = ["<p>", "<br>", "<br/>", "<br />", "<hr>", "<hr/>"];
    let begins = |rest: &str, tag: &str| rest.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    let single =
        || memchr::memchr_iter(b'<', value.as_bytes()).any(|at| TAGS.iter().any(|tag| begins(&value[at..], tag)));
    holds_markup(value) || single()
}

/// A text without tags, its character references decoded.
fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
        if let CallbackEvent::String { value } = event {
            decoded.push_str(&String::from_utf8_lossy(value));
        }
        None
    });
    let mut tokenizer = Tokenizer::new_with_emitter(text, emitter);
    tokenizer.set_state(State::RcData);
    for event in tokenizer {
        match event {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn items_of_rss() {
        check(
            "<item><title>Talks in Paris &amp;amp; Rome</title><media:title>Photo</media:title><link>http://e.example/1</link>\
             <description>Short.</description><pubDate>Tue, 09 May 2023 01:33:00 GMT</pubDate><guid isPermaLink=\"false\"> 17 </guid>\
             <content:encoded><![CDATA[<p>Talks &#8217; <b>ended</b>.</p><p>They failed.</p>]]></content:encoded></item>",
            ["17", "Talks in Paris & Rome", "Talks ’ ended.\n\nThey failed.", "Tue, 09 May 2023 01:33:00 GMT", ""],
        );
        check(
            "<item rdf:about='http://e.example/2'><description>&lt;p&gt;Talks&lt;br /&gt;ended &amp;mdash; again</description>\
             <dc:date>2023-05-09</dc:date><source url='x'>Wire</source></item>",
            ["http://e.example/2", "", "Talks\nended — again", "2023-05-09", "Wire"],
        );
        check(
            "<item><link>l</link><content:encoded/><description>One\n\ntwo &lt; 3 AT&amp;amp;T</description></item>",
            ["l", "", "One\n\ntwo < 3 AT&T", "", ""],
        );
    }

    #[test]
    fn entries_of_atom() {
        check(
            "<entry><title type='html'>Talks &lt;i&gt;end&lt;/i&gt;</title><link rel='self' href='s'/><link href='a'/>\
             <updated>2023-05-10</updated><published>2023-05-09</published><summary>Short</summary>\
             <content type='xhtml'><div xmlns='x'><p>Talks in <b>Paris</b>.</p><p>They failed.</p></div></content></entry>",
            ["a", "Talks end", "Talks in Paris.\n\nThey failed.", "2023-05-09", ""],
        );
        check(
            "<atom:entry><atom:id>1</atom:id><atom:content type=\"html\">&lt;p&gt;Short</atom:content>\
             <atom:updated>2023-05-10</atom:updated><source><title>Wire</title></source></atom:entry>",
            ["1", "", "Short", "2023-05-10", "Wire"],
        );
        check("<entry/>", ["", "", "", "", ""]);
    }

    #[test]
    fn only_markup_is_taken_for_markup() {
        for (value, expected) in [
            ("<RIO.L> shares & <MSFT.O> rose", "<RIO.L> shares & <MSFT.O> rose"),
            ("5 < 6 &gt; 4", "5 < 6 > 4"),
            ("One<br>two", "One\ntwo"),
            ("&lt;p&gt;Talks&lt;/p&gt;", "Talks"),
        ] {
            assert_eq!(unescaped(value), expected);
        }
    }
}
