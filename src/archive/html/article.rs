//! Which blocks of a page are the article.
//!
//! First the elements that are furniture by name (class, id, role) are left out, unless most of the prose lies in them. Then the
//! element that holds the article is chosen: the page's own mark (`itemprop=articleBody`), a class such as `article-body`, an
//! `article` element, or else the smallest element with nine tenths of the prose. Of the blocks in it, those that are links,
//! credits and calls to subscribe are dropped, and what comes before the first and after the last paragraph.

use super::blocks::{Block, Weights, blocks};
use super::tree::{Attribute, Tag, Tree};

/// The article's blocks, a blank line between each two.
pub(super) fn text(tree: &Tree) -> String {
    let everything = Weights::new(tree, &blocks(tree, |_, _| None));
    let blocks = blocks(tree, |row, tag| Furniture { tree, everything: &everything }.end(row, tag));
    let weights = Weights::new(tree, &blocks);
    let rows = tree.rows(container(tree, &weights));
    let inside: Vec<&Block> = blocks.iter().filter(|block| rows.contains(&block.row)).collect();
    join(&inside)
}

/// Writes down the blocks that are content.
fn join(blocks: &[&Block]) -> String {
    let content: Vec<bool> = blocks.iter().map(|block| is_content(block)).collect();
    let is_prose = |row: &usize| {
        let block = blocks[*row];
        let paragraph =
            block.tag == Tag::P && block.characters >= 25 || block.sentence_ends > 0 && block.characters >= 40;
        content[*row] && (block.weight() > 0 || paragraph && !block.is_heading())
    };
    let Some(first) = (0..blocks.len()).find(is_prose) else { return String::new() };
    let last = (0..blocks.len()).rfind(is_prose).unwrap_or(first);
    let mut text = String::new();
    for row in (first..=last).filter(|row| content[*row]) {
        let block = blocks[row];
        if block.is_heading() {
            // The headline is the title; another heading belongs to the text below it.
            let below = (row + 1..=last).find(|next| content[*next] && !blocks[*next].is_heading());
            if block.tag == Tag::H1 || below.is_none_or(|below| blocks[below].characters < 20) {
                continue;
            }
        }
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&block.text);
    }
    text
}

fn is_content(block: &Block) -> bool {
    let density = block.link_density();
    if is_furniture(&block.text) {
        false
    } else if block.is_heading() {
        true
    } else if block.in_list {
        density < 0.5 || block.characters > 150 && density < 0.8
    } else if block.tag == Tag::P && block.unlinked() >= 60 {
        true
    } else {
        density < 0.8 && (density <= 0.6 || block.sentence_ends > 0)
    }
}

/// Lines that many sites put among the paragraphs of an article, and credits below it.
fn is_furniture(text: &str) -> bool {
    const WHOLE: [&str; 7] = ["Advert", "Ad", "Anzeige", "Publicidad", "Publicité", "Pubblicità", "Реклама"];
    const CREDITS: [&str; 5] =
        ["Reporting by ", "Additional reporting by ", "Editing by ", "Writing by ", "Our Standards:"];
    const NETWORKS: [&str; 3] = ["Twitter", "Facebook", "Instagram"];
    const OPENINGS: [&str; 46] = [
        "advertisement",
        "read more",
        "read also",
        "also read",
        "read next",
        "related:",
        "related stories",
        "related articles",
        "related content",
        "more:",
        "see also",
        "share this",
        "follow us",
        "sign up",
        "subscribe",
        "click here to",
        "copyright ©",
        "© ",
        "all rights reserved",
        "photo:",
        "image:",
        "image copyright",
        "image caption",
        "media playback",
        "getty images",
        "story continues below",
        "continue reading",
        "article continues",
        "watch:",
        "watch more",
        "watch now",
        "get the latest",
        "download our app",
        "filed under",
        "tags:",
        "posted in",
        "recommended",
        "most read",
        "most popular",
        "trending",
        "loading",
        "updated at",
        "comments",
        "leave a comment",
        "view comments",
        "report a typo",
    ];
    let length = text.len();
    if WHOLE.contains(&text) || length < 160 && text.ends_with("contributed to this report.") {
        return true;
    }
    let credit = text.trim_start_matches('(');
    if length < 400 && CREDITS.iter().any(|opening| credit.starts_with(opening)) {
        return true;
    }
    if length < 250 && text.contains("ollow") && NETWORKS.iter().any(|network| text.contains(network)) {
        return true;
    }
    length < 160 && {
        let opening: String = text.chars().take(30).flat_map(char::to_lowercase).collect();
        OPENINGS.iter().any(|phrase| opening.starts_with(phrase))
    }
}

/// Decides which elements are furniture.
struct Furniture<'t> {
    tree: &'t Tree,
    /// Weights of the whole page.
    everything: &'t Weights,
}

impl Furniture<'_> {
    /// If an element is furniture, the row at which the rest of the page goes on.
    fn end(&self, row: usize, tag: Tag) -> Option<usize> {
        let (tree, node) = (self.tree, &self.tree.nodes[row]);
        let end = node.end as usize;
        let is_furniture = match tag {
            Tag::Html | Tag::Body | Tag::Main | Tag::Root => false,
            Tag::Article => self.is_teaser(row),
            Tag::Heading if self.opens_related(row) => {
                let parent = node.parent as usize;
                let prose_before = self.everything.between(parent, row);
                if prose_before >= 200 {
                    return Some(tree.nodes[parent].end as usize);
                }
                self.is_named_furniture(row)
            }
            Tag::Inline if self.is_popup(row) => true,
            _ => self.is_named_furniture(row),
        };
        is_furniture.then_some(end)
    }

    fn is_named_furniture(&self, row: usize) -> bool {
        const ROLES: [&str; 8] =
            ["navigation", "complementary", "banner", "contentinfo", "search", "dialog", "menu", "menubar"];
        let named = self.tree.attributes(row).any(|(attribute, value)| match attribute {
            Attribute::Role => ROLES.contains(&value),
            Attribute::Class | Attribute::Id => words(value).any(|word| NAMES_OF_FURNITURE.contains(&word.as_str())),
            _ => false,
        });
        // A class such as "has-sidebar" or "with-comments" may be that of the whole article.
        named && self.everything.of(self.tree, row) * 2 <= self.everything.of(self.tree, 0) && !self.quotes_a_post(row)
    }

    /// Whether the element holds a post of a social network that the article quotes.
    fn quotes_a_post(&self, row: usize) -> bool {
        let is_post = |row: usize| {
            let class = self.tree.attribute(row, Attribute::Class);
            class.is_some_and(|class| class.contains("twitter-") || class.contains("instagram-"))
        };
        self.tree.rows(row).any(|row| self.tree.nodes[row].tag == Some(Tag::Quote) && is_post(row))
    }

    /// An article inside another one whose heading is a link leads to a third.
    fn is_teaser(&self, row: usize) -> bool {
        let mut around = self.tree.nodes[row].parent as usize;
        while around != 0 && self.tree.nodes[around].tag != Some(Tag::Article) {
            around = self.tree.nodes[around].parent as usize;
        }
        let (mut heading_end, mut link_end) = (0, 0);
        around != 0
            && self.tree.rows(row).any(|row| {
                let node = &self.tree.nodes[row];
                match node.tag {
                    Some(Tag::H1 | Tag::Heading) => heading_end = node.end as usize,
                    Some(Tag::A) => link_end = node.end as usize,
                    _ => return false,
                }
                row < heading_end && row < link_end
            })
    }

    /// A heading below which other articles, or comments, are listed.
    fn opens_related(&self, row: usize) -> bool {
        const TEXTS: [&str; 20] = [
            "related",
            "related articles",
            "related stories",
            "related posts",
            "related content",
            "related news",
            "related topics",
            "you may also like",
            "you might also like",
            "you may like",
            "more stories",
            "more on this story",
            "recommended",
            "recommended for you",
            "most read",
            "most popular",
            "read more",
            "comments",
            "leave a reply",
            "leave a comment",
        ];
        let is_named = self.tree.attributes(row).any(|(attribute, value)| {
            matches!(attribute, Attribute::Class | Attribute::Id)
                && words(value).any(|word| word.starts_with("related") || word.starts_with("recommend"))
        });
        is_named || {
            let text = self.tree.inner_text(row);
            let text = text.trim().trim_end_matches([':', '.', '…']);
            text.len() < 40 && TEXTS.contains(&text.to_lowercase().as_str())
        }
    }

    /// A list of links that a script opens beside a word: the innermost element of nothing else, so that the word itself stays.
    fn is_popup(&self, row: usize) -> bool {
        let is_inline = |row: &usize| self.tree.nodes[*row].tag == Some(Tag::Inline);
        self.holds_only_links(row)
            && !self.tree.rows(row).skip(1).filter(is_inline).any(|row| self.holds_only_links(row))
    }

    /// Whether an element holds three links or more and little else.
    fn holds_only_links(&self, row: usize) -> bool {
        /// Rows of the largest list, which bounds the work on nested elements.
        const LARGEST: usize = 400;
        let tree = self.tree;
        let is_link = |row: &usize| tree.nodes[*row].tag == Some(Tag::A);
        if tree.rows(row).len() > LARGEST || tree.rows(row).filter(is_link).nth(2).is_none() {
            return false;
        }
        let (mut length, mut linked, mut link_end) = (0, 0, 0);
        for row in tree.rows(row) {
            if is_link(&row) {
                link_end = tree.nodes[row].end as usize;
            }
            let text = tree.text(row).trim().len();
            length += text;
            linked += if row < link_end { text } else { 0 };
        }
        length > 80 && linked * 10 > length * 7
    }
}

/// Words of classes and ids by which sites call what is no part of an article.
const NAMES_OF_FURNITURE: [&str; 74] = [
    "ad",
    "addtoany",
    "ads",
    "adv",
    "advert",
    "advertisement",
    "author",
    "authors",
    "banner",
    "bio",
    "breadcrumb",
    "breadcrumbs",
    "byline",
    "caption",
    "carousel",
    "comment",
    "comments",
    "consent",
    "cookie",
    "cookies",
    "copyright",
    "credit",
    "dateline",
    "disqus",
    "footer",
    "gallery",
    "login",
    "menu",
    "modal",
    "nav",
    "navbar",
    "navigation",
    "newsletter",
    "outbrain",
    "pager",
    "pagination",
    "popular",
    "popup",
    "print",
    "promo",
    "promos",
    "pubdate",
    "rating",
    "recirc",
    "recommendations",
    "recommended",
    "related",
    "relatedposts",
    "reply",
    "respond",
    "rodape",
    "share",
    "sharebar",
    "sharedaddy",
    "shares",
    "sharing",
    "sidebar",
    "signup",
    "slideshow",
    "social",
    "sponsor",
    "sponsored",
    "subscribe",
    "subscription",
    "taboola",
    "taglist",
    "tags",
    "teaser",
    "teasers",
    "timestamp",
    "toc",
    "toolbar",
    "trending",
    "widget",
];

/// The words of a class or id: "articleBody-main_text" has article, body, main and text.
fn words(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty()).flat_map(|run| {
        let mut words = vec![String::new()];
        let mut after_lower_case = false;
        for c in run.chars() {
            if c.is_ascii_uppercase() && after_lower_case {
                words.push(String::new());
            }
            after_lower_case = c.is_ascii_lowercase();
            words.last_mut().expect("it is never empty").push(c.to_ascii_lowercase());
        }
        words
    })
}

/// The element that holds the article.
fn container(tree: &Tree, weights: &Weights) -> usize {
    let total = weights.of(tree, 0);
    let mut best = (0, 0);
    for row in 0..tree.nodes.len() {
        let Some(tag) = tree.nodes[row].tag else { continue };
        let strength = strength(tree, row, tag);
        if strength == 0 {
            continue;
        }
        // A list of articles is not one.
        let nested = if strength == MARKED { 0 } else { weight_of_nested_articles(tree, weights, row) };
        let weight = weights.of(tree, row) - nested;
        if weight * 4 >= total && weight >= 200 || weight * 2 > total {
            let bonus = if strength == MARKED { total } else { strength * total / 20 };
            best = best.max((weight + bonus, row));
        }
    }
    narrow(tree, weights, best.1)
}

/// The strength of an element that its page marks as the text of the article.
const MARKED: usize = 3;

/// How surely the names of an element say that it holds the article; 0 if they do not.
fn strength(tree: &Tree, row: usize, tag: Tag) -> usize {
    if tree.attribute(row, Attribute::ItemProp).is_some_and(|value| value.contains("articleBody")) {
        return MARKED;
    }
    let names_body = |(attribute, value): (Attribute, &str)| {
        let has = |wanted: &[&str]| words(value).any(|word| wanted.contains(&word.as_str()));
        matches!(attribute, Attribute::Class | Attribute::Id)
            && (has(&["article", "story", "post", "entry", "news"]) && has(&["body", "content", "text", "copy"])
                || has(&["articlebody", "storytext", "storybody", "articletext"]))
    };
    if tag.is_block() && tag != Tag::P && tree.attributes(row).any(names_body) {
        2
    } else {
        usize::from(tag == Tag::Article)
    }
}

fn weight_of_nested_articles(tree: &Tree, weights: &Weights, row: usize) -> usize {
    let mut sum = 0;
    let mut at = row + 1;
    while at < tree.nodes[row].end as usize {
        if tree.nodes[at].tag == Some(Tag::Article) {
            sum += weights.of(tree, at);
            at = tree.nodes[at].end as usize;
        } else {
            at += 1;
        }
    }
    sum
}

/// The smallest element in `row` that holds nine tenths of its weight.
fn narrow(tree: &Tree, weights: &Weights, mut row: usize) -> usize {
    loop {
        let weight = weights.of(tree, row);
        let mut child = row + 1;
        let mut next = None;
        while weight > 0 && child < tree.nodes[row].end as usize {
            let is_paragraph = matches!(tree.nodes[child].tag, None | Some(Tag::P));
            if weights.of(tree, child) * 10 >= weight * 9 {
                next = (!is_paragraph).then_some(child);
                break;
            }
            child = tree.nodes[child].end as usize;
        }
        match next {
            Some(next) => row = next,
            None => return row,
        }
    }
}
