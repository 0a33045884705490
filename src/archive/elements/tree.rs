//! The elements and texts of one record, in document order.
//!
//! html5gum reads the tags and the character references. Its lenient reading is what SGML and many feeds need (names in any case,
//! values without quotes, paragraphs without an end, the names of HTML for characters); CDATA sections, which HTML does not have, are
//! cut out before.

use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use memchr::memmem;

use super::local;

/// An element, or a text between two tags.
#[derive(Debug)]
struct Node {
    /// Whether it is an element, whose `string` is its name in lower case.
    is_element: bool,
    /// The name or the text, in [`Tree::strings`].
    string: Range<u32>,
    /// Rows in [`Tree::attributes`].
    attributes: Range<u32>,
    /// The row after its last descendant.
    end: u32,
    /// Whether it has a closing tag.
    is_closed: bool,
}

/// The nodes of a record: descendants follow their element.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Names and values, in [`Tree::strings`].
    attributes: Vec<[Range<u32>; 2]>,
    strings: String,
}

impl Tree {
    /// The row that all others are in.
    pub(super) const ROOT: usize = 0;

    /// Reads a record, or what comes before the first one. Never fails: whatever it is, it becomes some tree.
    pub(super) fn read(markup: &str) -> Self {
        let mut builder = Builder::default();
        builder.push(true, "");
        builder.open.push(Self::ROOT);
        let mut rest = markup;
        while !rest.is_empty() {
            let at = cdata(rest).unwrap_or(rest.len());
            builder.tokenize(&rest[..at]);
            rest = &rest[at..];
            if let Some(section) = rest.strip_prefix("<![CDATA[") {
                let length = section.find("]]>").unwrap_or(section.len());
                builder.push(false, &section[..length]);
                rest = section.get(length + 3..).unwrap_or_default();
            }
        }
        builder.close_to(0, false);
        builder.tree
    }

    /// The elements directly in an element.
    pub(super) fn children(&self, row: usize) -> impl Iterator<Item = usize> {
        let mut next = row + 1;
        std::iter::from_fn(move || {
            while next < self.nodes[row].end as usize {
                let child = next;
                next = self.nodes[child].end as usize;
                if self.nodes[child].is_element {
                    return Some(child);
                }
            }
            None
        })
    }

    /// All elements in an element, in document order.
    pub(super) fn descendants(&self, row: usize) -> impl Iterator<Item = usize> {
        (row + 1..self.nodes[row].end as usize).filter(|row| self.nodes[*row].is_element)
    }

    /// The name of an element, with its prefix.
    pub(super) fn name(&self, row: usize) -> &str {
        self.string(&self.nodes[row].string)
    }

    /// The row after the last one in an element.
    pub(super) fn end(&self, row: usize) -> usize {
        self.nodes[row].end as usize
    }

    /// Whether an element has a closing tag.
    pub(super) fn is_closed(&self, row: usize) -> bool {
        self.nodes[row].is_closed
    }

    /// The value of an attribute; empty if the element does not have it.
    pub(super) fn attribute(&self, row: usize, wanted: &str) -> &str {
        let Range { start, end } = self.nodes[row].attributes;
        let attributes = &self.attributes[start as usize..end as usize];
        let found = attributes.iter().find(|[name, _]| self.string(name) == wanted);
        found.map_or("", |[_, value]| self.string(value).trim())
    }

    /// All text in an element, blanks as they are.
    pub(super) fn text(&self, row: usize) -> String {
        self.text_without(row, &[])
    }

    /// All text in an element but that of the elements in it with these names.
    pub(super) fn text_without(&self, row: usize, names: &[&str]) -> String {
        let mut text = String::new();
        let mut at = row + 1;
        while at < self.nodes[row].end as usize {
            let node = &self.nodes[at];
            let string = self.string(&node.string);
            if node.is_element && names.contains(&string) {
                at = node.end as usize;
                continue;
            }
            if !node.is_element {
                text.push_str(string);
            }
            at += 1;
        }
        text
    }

    /// The text that is directly in an element, not that of the elements in it.
    pub(super) fn own_text(&self, row: usize) -> String {
        let mut text = String::new();
        let mut at = row + 1;
        while at < self.nodes[row].end as usize {
            let node = &self.nodes[at];
            if !node.is_element {
                text.push_str(self.string(&node.string));
            }
            at = node.end as usize;
        }
        text
    }

    /// The text in an element, with a blank line between paragraphs and one blank between words; not that of the elements in it with
    /// these names.
    pub(super) fn paragraphs(&self, row: usize, without: &[&str]) -> String {
        let mut paragraphs = Paragraphs::default();
        // Where the open elements end that begin and end paragraphs.
        let mut ends: Vec<usize> = Vec::new();
        let mut at = row + 1;
        let end = self.nodes[row].end as usize;
        while at < end {
            while ends.pop_if(|end| *end <= at).is_some() {
                paragraphs.finish();
            }
            let node = &self.nodes[at];
            let string = self.string(&node.string);
            let next = node.end as usize;
            if !node.is_element {
                paragraphs.add(string);
            } else if without.contains(&string) || is_passed_over(local(string)) {
                paragraphs.finish();
                at = next;
                continue;
            } else if local(string) == "br" {
                paragraphs.break_line();
            } else if is_block(local(string)) {
                paragraphs.finish();
                ends.push(next);
            }
            at += 1;
        }
        paragraphs.finish();
        paragraphs.text
    }

    fn string(&self, range: &Range<u32>) -> &str {
        &self.strings[range.start as usize..range.end as usize]
    }
}

/// Where the first CDATA section begins, comments passed over.
fn cdata(markup: &str) -> Option<usize> {
    let bytes = markup.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memmem::find(&bytes[from..], b"<!")?;
        if bytes[at..].starts_with(b"<![CDATA[") {
            return Some(at);
        }
        // `<!-->` is an empty comment.
        let comment = bytes[at..].starts_with(b"<!--").then(|| memmem::find(&bytes[at + 2..], b"-->")).flatten();
        from = at + 2 + comment.unwrap_or(0);
    }
}

/// Whether an element begins and ends a paragraph: those of HTML, NITF and SGML.
fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 44] = [
        "p",
        "div",
        "block",
        "blockquote",
        "bq",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "nitf-table",
        "tr",
        "td",
        "th",
        "pre",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hl1",
        "hl2",
        "hedline",
        "headline",
        "title",
        "dateline",
        "byline",
        "tagline",
        "note",
        "body",
        "text",
        "section",
        "article",
        "turn",
        "speaker",
        "post",
        "quote",
        "lp",
        "leadpara",
        "trailer",
    ];
    BLOCKS.contains(&name)
}

/// Whether an element holds no prose.
fn is_passed_over(name: &str) -> bool {
    matches!(name, "script" | "style" | "media" | "figure" | "figcaption" | "object" | "iframe")
}

/// Elements without content, whether or not they are closed.
fn is_void(name: &str) -> bool {
    matches!(local(name), "br" | "hr" | "img")
}

/// Paragraphs that are put together.
#[derive(Default)]
struct Paragraphs {
    text: String,
    /// Where the open paragraph begins.
    start: usize,
    /// Whether a blank precedes the next word.
    blank: bool,
}

impl Paragraphs {
    fn add(&mut self, text: &str) {
        self.blank |= text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            if self.text.len() == self.start && self.start > 0 {
                self.text.push_str("\n\n");
                self.start = self.text.len();
            } else if self.blank && self.text.len() > self.start && !self.text.ends_with('\n') {
                self.text.push(' ');
            }
            self.text.push_str(word);
            self.blank = true;
        }
        self.blank = text.ends_with(char::is_whitespace) || self.blank && text.trim().is_empty();
    }

    fn break_line(&mut self) {
        if self.text.len() > self.start && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn finish(&mut self) {
        self.text.truncate(self.text.trim_end().len());
        self.start = self.text.len();
        self.blank = false;
    }
}

/// Elements nested deeper than this are read as if they were siblings.
const DEEPEST: usize = 200;

#[derive(Default)]
struct Builder {
    tree: Tree,
    /// Rows of the open elements.
    open: Vec<usize>,
}

impl Builder {
    fn tokenize(&mut self, markup: &str) {
        let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
            self.take(event);
            None
        });
        for event in Tokenizer::new_with_emitter(markup, emitter) {
            match event {
                Ok(()) => {}
                Err(never) => match never {},
            }
        }
    }

    fn take(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.open(&String::from_utf8_lossy(name)),
            CallbackEvent::AttributeName { name } => {
                let name = self.keep(&String::from_utf8_lossy(name));
                let value = name.end..name.end;
                self.tree.attributes.push([name, value]);
                if let Some(node) = self.open.last().map(|row| &mut self.tree.nodes[*row]) {
                    node.attributes.end = self.tree.attributes.len() as u32;
                }
            }
            CallbackEvent::AttributeValue { value } => {
                let value = self.keep(&String::from_utf8_lossy(value));
                if let Some([_, known]) = self.tree.attributes.last_mut() {
                    *known = value;
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                let row = *self.open.last().expect("the root is open");
                if row != Tree::ROOT && (self_closing || is_void(self.tree.name(row))) {
                    self.close_to(self.open.len() - 1, true);
                }
            }
            CallbackEvent::EndTag { name } => self.close(&String::from_utf8_lossy(name)),
            CallbackEvent::String { value } => {
                self.push(false, &String::from_utf8_lossy(value));
            }
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    fn keep(&mut self, string: &str) -> Range<u32> {
        let start = self.tree.strings.len() as u32;
        self.tree.strings.push_str(string);
        start..self.tree.strings.len() as u32
    }

    fn push(&mut self, is_element: bool, string: &str) -> usize {
        let row = self.tree.nodes.len();
        let string = self.keep(string);
        let at = self.tree.attributes.len() as u32;
        self.tree.nodes.push(Node { is_element, string, attributes: at..at, end: row as u32 + 1, is_closed: false });
        row
    }

    fn open(&mut self, name: &str) {
        // The end of a paragraph may be left out.
        if local(name) == "p" {
            let holds_paragraphs =
                |name: &str| matches!(local(name), "td" | "th" | "li" | "bq" | "blockquote" | "block" | "text");
            let open = self
                .open
                .iter()
                .rposition(|row| local(self.tree.name(*row)) == "p" || holds_paragraphs(self.tree.name(*row)));
            if let Some(depth) = open.filter(|depth| local(self.tree.name(self.open[*depth])) == "p") {
                self.close_to(depth, true);
            }
        }
        if self.open.len() >= DEEPEST {
            self.close_to(DEEPEST - 1, true);
        }
        let row = self.push(true, name);
        self.open.push(row);
    }

    fn close(&mut self, name: &str) {
        let depth = self.open.iter().rposition(|row| self.tree.name(*row) == name);
        if let Some(depth) = depth.filter(|depth| *depth > 0) {
            self.tree.nodes[self.open[depth]].is_closed = true;
            self.close_to(depth, false);
        }
    }

    /// Closes the open elements from the one at `depth` on.
    fn close_to(&mut self, depth: usize, is_closed: bool) {
        let end = self.tree.nodes.len() as u32;
        for row in self.open.drain(depth..) {
            self.tree.nodes[row].end = end;
            self.tree.nodes[row].is_closed |= is_closed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markup: &str, expected: &str) {
        assert_eq!(Tree::read(markup).paragraphs(Tree::ROOT, &[]), expected, "{markup}");
    }

    #[test]
    fn paragraphs_of_html_nitf_and_sgml() {
        check("<P>\nTalks in\nParis.\n</P>\n<P>\nThey failed.\n</P>", "Talks in Paris.\n\nThey failed.");
        check(
            "<p>Talks in <city>Paris</city>.<p>They <b>failed</b><br/>again",
            "Talks in Paris.\n\nThey failed\nagain",
        );
        check("a<script>b</script>c <div><div> d </div>e</div>", "a\n\nc\n\nd\n\ne");
        check("<![CDATA[Talks <p> &amp; tea]]> in <!-- <![CDATA[ --> Paris", "Talks <p> &amp; tea in Paris");
        check("Z&uuml;rich &#8217; AT&amp;T &AMP; Q&A &nosuch; &#x80;", "Zürich ’ AT&T & Q&A &nosuch; €");
        check("<!--><![CDATA[a]]><!---->b<![CDATA[c", "abc");
    }

    #[test]
    fn elements_and_attributes() {
        let tree = Tree::read("<DOC ID=\"a&amp;b\" type=story><x/><Y>1</Y><z>2");
        let doc = tree.children(Tree::ROOT).next().unwrap();
        assert_eq!((tree.name(doc), tree.attribute(doc, "id"), tree.attribute(doc, "type")), ("doc", "a&b", "story"));
        let children: Vec<_> = tree.children(doc).map(|row| (tree.name(row), tree.is_closed(row))).collect();
        assert_eq!(children, [("x", true), ("y", true), ("z", false)]);
        assert_eq!(tree.text_without(doc, &["y"]), "2");
    }

    #[test]
    fn deep_nesting_and_stray_ends_are_read() {
        check(&format!("{}Talks</b></i></b>", "<b>".repeat(10_000)), "Talks");
        check("</a>Talks</doc>", "Talks");
    }
}
