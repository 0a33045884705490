//! The blocks of a page: stretches of text between two boundaries of block elements, each with what tells prose from furniture.

use super::tree::{Attribute, Tag, Tree};

/// A stretch of text that a browser would show as a paragraph of its own.
#[derive(Debug)]
pub(super) struct Block {
    /// The row of the innermost block element around it.
    pub(super) row: usize,
    /// The kind of that element.
    pub(super) tag: Tag,
    /// The text, with runs of blanks reduced to one.
    pub(super) text: String,
    /// Characters of the text, and how many of them are inside links.
    pub(super) characters: usize,
    pub(super) linked: usize,
    /// Characters that end sentences.
    pub(super) sentence_ends: usize,
    pub(super) in_list: bool,
    pub(super) in_table: bool,
}

impl Block {
    pub(super) fn unlinked(&self) -> usize {
        self.characters - self.linked
    }

    /// The share of its characters that are inside links, from 0 to 1.
    pub(super) fn link_density(&self) -> f32 {
        self.linked as f32 / self.characters.max(1) as f32
    }

    pub(super) fn is_heading(&self) -> bool {
        matches!(self.tag, Tag::H1 | Tag::Heading)
    }

    /// What the block adds to the weight of the elements around it: the characters of prose. Lists and tables count a third,
    /// because menus are lists and old layouts are tables.
    pub(super) fn weight(&self) -> usize {
        let prose = self.sentence_ends > 0 && self.characters >= 60 || self.characters >= 140;
        if !prose || self.is_heading() || self.link_density() > 0.5 {
            0
        } else if self.in_list || self.in_table {
            self.unlinked() / 3
        } else {
            self.unlinked()
        }
    }
}

/// The weight of every element, from the weights of its blocks.
#[derive(Debug)]
pub(super) struct Weights {
    /// For each row, the weight of the blocks in rows before it.
    before: Vec<usize>,
}

impl Weights {
    pub(super) fn new(tree: &Tree, blocks: &[Block]) -> Self {
        let mut before = vec![0; tree.nodes.len() + 1];
        for block in blocks {
            before[block.row + 1] += block.weight();
        }
        for row in 1..before.len() {
            before[row] += before[row - 1];
        }
        Self { before }
    }

    /// The weight of an element with everything in it.
    pub(super) fn of(&self, tree: &Tree, row: usize) -> usize {
        let rows = tree.rows(row);
        self.between(rows.start, rows.end)
    }

    /// The weight of the rows from `start` to before `end`.
    pub(super) fn between(&self, start: usize, end: usize) -> usize {
        self.before[end] - self.before[start]
    }
}

/// The blocks of a page in reading order, without those in elements that never hold prose and in those that `skip` names: it
/// gives the row at which reading continues.
pub(super) fn blocks(tree: &Tree, skip: impl Fn(usize, Tag) -> Option<usize>) -> Vec<Block> {
    let mut reader = Reader { blocks: Vec::new(), text: String::new(), linked: 0, line_breaks: 0 };
    let mut context = Context { row: 0, tag: Tag::Root, in_link: false, in_list: false, in_table: false };
    // For each open element that changed the context: where it ends, whether it is a block, and the context before it.
    let mut open: Vec<(usize, bool, Context)> = Vec::new();
    let mut row = 0;
    while row < tree.nodes.len() {
        while let Some((_, is_block, before)) = open.pop_if(|(end, ..)| *end <= row) {
            if is_block {
                reader.finish(context);
            }
            context = before;
        }
        let node = &tree.nodes[row];
        let Some(tag) = node.tag else {
            reader.add(tree.text(row), context);
            row += 1;
            continue;
        };
        if tag == Tag::Br {
            reader.line_breaks += 1;
            row += 1;
            continue;
        }
        let is_block = tag.is_block();
        if is_block {
            reader.finish(context);
        }
        if let Some(next) = if holds_no_prose(tree, row, tag) { Some(node.end as usize) } else { skip(row, tag) } {
            row = next;
            continue;
        }
        if is_block || tag == Tag::A {
            open.push((node.end as usize, is_block, context));
        }
        if is_block {
            context.row = row;
            // A heading may wrap its text into more elements.
            let wraps =
                matches!(tag, Tag::Div | Tag::Section | Tag::Block) && matches!(context.tag, Tag::H1 | Tag::Heading);
            context.tag = if wraps { context.tag } else { tag };
        }
        context.in_link |= tag == Tag::A;
        context.in_list |= tag == Tag::List;
        context.in_table |= tag == Tag::Table;
        row += 1;
    }
    reader.finish(context);
    reader.blocks
}

/// Elements whose text is no part of an article on any page.
fn holds_no_prose(tree: &Tree, row: usize, tag: Tag) -> bool {
    /// Rows of a form that is more than a form: some sites wrap the whole page in one.
    const WHOLE_PAGE: usize = 200;
    match tag {
        Tag::Head
        | Tag::Script
        | Tag::Style
        | Tag::Embedded
        | Tag::Aside
        | Tag::Caption
        | Tag::Meta
        | Tag::Link
        | Tag::Title
        | Tag::Figure
        | Tag::Address => true,
        Tag::Control => tree.rows(row).len() < WHOLE_PAGE,
        _ => tree.attribute(row, Attribute::Hidden).is_some(),
    }
}

/// Where the text that is being read lies.
#[derive(Debug, Clone, Copy)]
struct Context {
    row: usize,
    tag: Tag,
    in_link: bool,
    in_list: bool,
    in_table: bool,
}

/// Puts blocks together.
struct Reader {
    blocks: Vec<Block>,
    text: String,
    linked: usize,
    /// `<br>` elements since the last text.
    line_breaks: usize,
}

impl Reader {
    fn add(&mut self, text: &str, context: Context) {
        if text.trim().is_empty() {
            if !text.is_empty() {
                self.add_blank();
            }
            return;
        }
        match self.line_breaks {
            0 => {}
            1 => {
                self.text.truncate(self.text.trim_end().len());
                if !self.text.is_empty() {
                    self.text.push('\n');
                }
            }
            // Old pages separate paragraphs by two line breaks.
            _ => self.finish(context),
        }
        self.line_breaks = 0;
        let start = self.text.len();
        if context.tag == Tag::Pre {
            self.text.push_str(text);
        } else {
            if text.starts_with(char::is_whitespace) {
                self.add_blank();
            }
            for (place, word) in text.split_whitespace().enumerate() {
                if place > 0 {
                    self.text.push(' ');
                }
                self.text.push_str(word);
            }
            if text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
        }
        if context.in_link {
            self.linked += self.text[start..].trim().chars().count();
        }
    }

    fn add_blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    /// Ends the open block.
    fn finish(&mut self, context: Context) {
        self.line_breaks = 0;
        let text = self.text.trim();
        if !text.is_empty() {
            let characters = text.chars().count();
            self.blocks.push(Block {
                row: context.row,
                tag: context.tag,
                text: text.to_owned(),
                characters,
                linked: self.linked.min(characters),
                sentence_ends: text.matches(['.', '!', '?', '。', '！', '？', '؟', '۔', '।', '…']).count(),
                in_list: context.in_list,
                in_table: context.in_table,
            });
        }
        self.text.clear();
        self.linked = 0;
    }
}
