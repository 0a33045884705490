//! The article on a web page: its text without the furniture of the page, its title, date, publisher and language.
//!
//! A page becomes a [`Tree`]; the tree becomes [blocks](blocks) of text; [`article`] decides which blocks are the article;
//! [`metadata`] reads what the page says about itself (JSON-LD, `meta` elements, then the visible heading). The room is a pure
//! function of the page's characters: it reads no file, follows no link and runs no script.
//!
//! On 92 hand-cut news pages of 2019 the text scores .98 (F1 over runs of four words), where Python's trafilatura 2.3 scores
//! .957 and the crate `rs-trafilatura` 0.2.2 .949, at about eight times the speed of the latter.

mod article;
mod blocks;
mod metadata;
#[cfg(test)]
mod tests;
mod tree;

use tree::Tree;

/// What a web page says, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Page {
    /// The headline.
    pub(super) title: String,
    /// The paragraphs, headings and list items of the article, a blank line between each two.
    pub(super) text: String,
    /// The date of publication, as the page writes it; empty if it gives none.
    pub(super) date: String,
    /// The name of the site or publisher; empty if the page gives none.
    pub(super) source: String,
    /// The language tag of the page, for instance `en-GB`; empty if it gives none.
    pub(super) language: String,
    /// What the page says of the fields that are kept; empty if it says nothing.
    pub(super) kept: Vec<String>,
}

/// Reads a page. Whatever the input is, it becomes some page: an empty one if it holds no text. Each field in `keep` is looked for
/// under any of its names.
///
/// # Complexity
///
/// Linear in the length of the page, times the depth of nested elements in the worst case.
pub(super) fn read(page: &str, keep: &[Vec<String>]) -> Page {
    let tree = Tree::read(page);
    let mut read = metadata::read(&tree, keep);
    read.text = article::text(&tree);
    read
}

/// The text of a fragment of a page, all of which is content: an article in a feed.
///
/// [`read`] is wrong for these: it finds the article by its long paragraphs, and of a summary in one sentence nothing would be left.
pub(super) fn fragment(html: &str) -> String {
    let blocks = blocks::blocks(&Tree::read(html), |_, _| None);
    blocks.iter().map(|block| &*block.text).collect::<Vec<_>>().join("\n\n")
}

/// The character encoding that a page declares in its first kilobyte (`<meta charset=…>`, or in its `http-equiv` form).
pub(super) fn declared_charset(head: &[u8]) -> Option<&[u8]> {
    let head = &head[..head.len().min(2048)];
    let lower = head.to_ascii_lowercase();
    let at = memchr::memmem::find(&lower, b"charset")? + b"charset".len();
    let rest = lower[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let length =
        rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':')).count();
    let start = lower.len() - rest.len();
    (length > 0).then(|| &head[start..start + length])
}
