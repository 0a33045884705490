//! The elements and texts of a page, in document order.
//!
//! A tokenizer that follows the WHATWG standard (html5gum) reads the page; the tree itself is built by the few rules that matter for
//! text: elements without content, elements that close others implicitly, and end tags that nothing opened.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// The kinds of elements that the reader distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// The page itself.
    Root,
    Html,
    Head,
    Title,
    Meta,
    Link,
    Script,
    Style,
    /// `noscript`, `template`, `svg`, `iframe`, `canvas`, `object`, `audio`, `video`: nothing that is read as text.
    Embedded,
    /// `nav`, `footer`, `aside`, `menu`, `dialog`: by definition beside the main content.
    Aside,
    /// `form`, `button`, `select`, `input`, `label`, `textarea`.
    Control,
    Header,
    Body,
    Main,
    Article,
    Section,
    Div,
    P,
    /// `h1`.
    H1,
    /// `h2` to `h6`.
    Heading,
    List,
    Item,
    Quote,
    Pre,
    Table,
    Row,
    Cell,
    Figure,
    Caption,
    Address,
    Time,
    A,
    Br,
    Hr,
    Img,
    /// Any other element, which does not interrupt a line.
    Inline,
    /// Any other element that begins a line of its own.
    Block,
}

impl Tag {
    fn of(name: &[u8]) -> Self {
        match name {
            b"html" => Self::Html,
            b"head" => Self::Head,
            b"title" => Self::Title,
            b"meta" => Self::Meta,
            b"link" => Self::Link,
            b"script" => Self::Script,
            b"style" => Self::Style,
            b"noscript" | b"template" | b"svg" | b"math" | b"iframe" | b"canvas" | b"object" | b"audio" | b"video"
            | b"map" => Self::Embedded,
            b"nav" | b"footer" | b"aside" | b"menu" | b"dialog" => Self::Aside,
            b"form" | b"button" | b"select" | b"input" | b"label" | b"textarea" | b"fieldset" | b"option" => {
                Self::Control
            }
            b"header" => Self::Header,
            b"body" => Self::Body,
            b"main" => Self::Main,
            b"article" => Self::Article,
            b"section" => Self::Section,
            b"div" => Self::Div,
            b"p" => Self::P,
            b"h1" => Self::H1,
            b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Heading,
            b"ul" | b"ol" | b"dl" => Self::List,
            b"li" | b"dt" | b"dd" => Self::Item,
            b"blockquote" => Self::Quote,
            b"pre" => Self::Pre,
            b"table" => Self::Table,
            b"tr" => Self::Row,
            b"td" | b"th" => Self::Cell,
            b"figure" | b"picture" => Self::Figure,
            b"figcaption" | b"caption" => Self::Caption,
            b"address" => Self::Address,
            b"time" => Self::Time,
            b"a" => Self::A,
            b"br" => Self::Br,
            b"hr" => Self::Hr,
            b"img" => Self::Img,
            b"center" | b"details" | b"summary" | b"hgroup" | b"tbody" | b"thead" | b"tfoot" => Self::Block,
            _ => Self::Inline,
        }
    }

    fn is_void(self, name: &[u8]) -> bool {
        matches!(self, Self::Meta | Self::Link | Self::Br | Self::Hr | Self::Img)
            || matches!(
                name,
                b"input" | b"wbr" | b"source" | b"area" | b"base" | b"col" | b"embed" | b"param" | b"track"
            )
    }

    /// Whether the element begins and ends a line of its own.
    pub(super) fn is_block(self) -> bool {
        !matches!(self, Self::A | Self::Inline | Self::Time | Self::Img | Self::Br)
    }

    /// Whether an open paragraph ends where this element begins.
    fn closes_paragraph(self) -> bool {
        self.is_block()
            && !matches!(
                self,
                Self::Script | Self::Style | Self::Embedded | Self::Control | Self::Meta | Self::Link | Self::Title
            )
    }
}

/// An element, or a text between two tags.
#[derive(Debug)]
pub(super) struct Node {
    /// What it is; `None` for a text.
    pub(super) tag: Option<Tag>,
    pub(super) parent: u32,
    /// The row behind its last descendant.
    pub(super) end: u32,
    /// Where its text, or the values of its attributes, lie in [`Tree::strings`].
    from: u32,
    to: u32,
}

/// The nodes of a page in document order: descendants follow their element.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    strings: String,
}

/// Elements nested deeper than this are read as if they were siblings.
const DEEPEST: usize = 400;

impl Tree {
    /// Reads a page. Never fails: whatever it is, it becomes some tree.
    pub(super) fn read(page: &str) -> Self {
        let mut builder = Builder {
            tree: Self { nodes: Vec::with_capacity(page.len() / 40), strings: String::with_capacity(page.len() / 2) },
            open: Vec::new(),
            attribute: Attribute::Other,
        };
        builder.tree.nodes.push(Node { tag: Some(Tag::Root), parent: 0, end: 0, from: 0, to: 0 });
        builder.open.push((0, Tag::Root, 0));
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<()> {
            builder.take(event);
            None
        });
        emitter.naively_switch_states(true);
        for event in Tokenizer::new_with_emitter(page, emitter) {
            match event {
                Ok(()) => {}
                Err(never) => match never {},
            }
        }
        builder.close_all();
        builder.tree
    }

    /// The text of a text node.
    pub(super) fn text(&self, row: usize) -> &str {
        let node = &self.nodes[row];
        if node.tag.is_none() { &self.strings[node.from as usize..node.to as usize] } else { "" }
    }

    /// The attributes of an element that say what it is, each with its value.
    pub(super) fn attributes(&self, row: usize) -> impl Iterator<Item = (Attribute, &str)> {
        let node = &self.nodes[row];
        let all = if node.tag.is_some() { &self.strings[node.from as usize..node.to as usize] } else { "" };
        all.split_terminator('\u{1}').filter_map(|pair| {
            let mut chars = pair.chars();
            let attribute = Attribute::of_mark(chars.next()?)?;
            Some((attribute, chars.as_str()))
        })
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, row: usize, wanted: Attribute) -> Option<&str> {
        self.attributes(row).find(|(attribute, _)| *attribute == wanted).map(|(_, value)| value)
    }

    /// The rows of an element and all in it.
    pub(super) fn rows(&self, row: usize) -> std::ops::Range<usize> {
        row..self.nodes[row].end as usize
    }

    /// All text in an element, blanks as they are.
    pub(super) fn inner_text(&self, row: usize) -> String {
        self.rows(row).map(|row| self.text(row)).collect()
    }
}

/// The attributes that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    Class,
    Id,
    Role,
    ItemProp,
    /// `name` or `property` of a `meta`.
    Name,
    Content,
    Datetime,
    Lang,
    Type,
    Rel,
    Href,
    /// `hidden`, `aria-hidden=true` or a style that hides.
    Hidden,
    Other,
}

impl Attribute {
    const KEPT: [(&'static [u8], Self); 14] = [
        (b"class", Self::Class),
        (b"id", Self::Id),
        (b"role", Self::Role),
        (b"itemprop", Self::ItemProp),
        (b"name", Self::Name),
        (b"property", Self::Name),
        (b"content", Self::Content),
        (b"datetime", Self::Datetime),
        (b"lang", Self::Lang),
        (b"type", Self::Type),
        (b"rel", Self::Rel),
        (b"href", Self::Href),
        (b"hidden", Self::Hidden),
        (b"aria-hidden", Self::Hidden),
    ];

    fn of(name: &[u8]) -> Self {
        if name == b"style" {
            return Self::Hidden;
        }
        Self::KEPT.iter().find(|(known, _)| *known == name).map_or(Self::Other, |(_, attribute)| *attribute)
    }

    fn mark(self) -> char {
        char::from(b'a' + self as u8)
    }

    fn of_mark(mark: char) -> Option<Self> {
        Self::KEPT.iter().map(|(_, attribute)| *attribute).find(|attribute| attribute.mark() == mark)
    }
}

struct Builder {
    tree: Tree,
    /// Row, kind and hash of the name of each open element.
    open: Vec<(u32, Tag, u64)>,
    attribute: Attribute,
}

fn hash(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Builder {
    fn take(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.open(name),
            CallbackEvent::AttributeName { name } => {
                self.attribute = Attribute::of(name);
                if matches!(name, b"hidden") {
                    self.keep("");
                    self.attribute = Attribute::Other;
                }
            }
            CallbackEvent::AttributeValue { value } => {
                let value = String::from_utf8_lossy(value);
                match self.attribute {
                    Attribute::Other => {}
                    Attribute::Hidden => {
                        let folded: String = value.to_ascii_lowercase().split_whitespace().collect();
                        if folded == "true" || folded.contains("display:none") || folded.contains("visibility:hidden") {
                            self.keep("");
                        }
                    }
                    // Addresses are long, and only the links of `link` are read.
                    Attribute::Href if self.open.last().is_none_or(|(_, tag, _)| *tag != Tag::Link) => {}
                    _ => self.keep(&value),
                }
            }
            CallbackEvent::CloseStartTag { .. } => {
                let (_, _, name) = *self.open.last().expect("a tag is open");
                // An element without content.
                if name == 0 {
                    self.close_to(self.open.len() - 1);
                }
            }
            CallbackEvent::EndTag { name } => self.close(name),
            CallbackEvent::String { value } => self.add_text(&String::from_utf8_lossy(value)),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    fn keep(&mut self, value: &str) {
        let (row, ..) = *self.open.last().expect("a tag is open");
        self.tree.strings.push(self.attribute.mark());
        self.tree.strings.extend(value.chars().filter(|c| *c != '\u{1}'));
        self.tree.strings.push('\u{1}');
        self.tree.nodes[row as usize].to = self.tree.strings.len() as u32;
    }

    fn push(&mut self, tag: Option<Tag>) -> u32 {
        let row = self.tree.nodes.len() as u32;
        let parent = self.open.last().map_or(0, |(row, ..)| *row);
        let at = self.tree.strings.len() as u32;
        self.tree.nodes.push(Node { tag, parent, end: row + 1, from: at, to: at });
        row
    }

    fn open(&mut self, name: &[u8]) {
        let tag = Tag::of(name);
        // What opens implicitly closes what cannot hold it.
        let closed_until = match tag {
            Tag::Item => Some((Tag::Item, Tag::List)),
            Tag::Row => Some((Tag::Row, Tag::Table)),
            Tag::Cell => Some((Tag::Cell, Tag::Row)),
            Tag::Body => Some((Tag::Head, Tag::Html)),
            _ if tag.closes_paragraph() => Some((Tag::P, Tag::Cell)),
            _ => None,
        };
        if let Some((closed, within)) = closed_until {
            let inner = self.open.iter().rposition(|(_, open, _)| *open == within).map_or(1, |at| at + 1);
            let at = self.open[inner.min(self.open.len())..].iter().rposition(|(_, open, _)| *open == closed);
            if let Some(at) = at {
                // Only a paragraph without open blocks in it: `<p><div>` of broken pages closes the paragraph too.
                self.close_to(inner + at);
            }
        }
        if self.open.len() >= DEEPEST {
            self.close_to(DEEPEST - 1);
        }
        let row = self.push(Some(tag));
        let name = if tag.is_void(name) { 0 } else { hash(name) };
        self.open.push((row, tag, name));
    }

    /// Closes the open elements from the one at `depth` on.
    fn close_to(&mut self, depth: usize) {
        let end = self.tree.nodes.len() as u32;
        for (row, ..) in self.open.drain(depth..) {
            self.tree.nodes[row as usize].end = end;
        }
    }

    fn close(&mut self, name: &[u8]) {
        let tag = Tag::of(name);
        let wanted = hash(name);
        if tag == Tag::Br {
            self.push(Some(Tag::Br));
            return;
        }
        // An inline end tag closes no block, and nothing in a cell closes what is around the table.
        let mut found = None;
        for (depth, (_, open, name)) in self.open.iter().enumerate().skip(1).rev() {
            if *name == wanted {
                found = Some(depth);
                break;
            }
            if !tag.is_block() && open.is_block()
                || *open == Tag::Cell && !matches!(tag, Tag::Row | Tag::Table | Tag::Block | Tag::Body | Tag::Html)
            {
                break;
            }
        }
        if let Some(depth) = found {
            self.close_to(depth);
        }
    }

    fn add_text(&mut self, text: &str) {
        let row = self.push(None);
        self.tree.strings.push_str(text);
        self.tree.nodes[row as usize].to = self.tree.strings.len() as u32;
    }

    fn close_all(&mut self) {
        self.close_to(0);
    }
}
