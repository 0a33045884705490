//! Divides an article into its parts as journalists name them: headline, dateline, byline, lede, body, and page
//! furniture.
//!
//! Input: a [`Document`]. Output: [`Segment`]s in order. A pure function of the text (and of the archive's recurring
//! lines, if they were counted): no model, no regular expression. A line is furniture only for a stated [`Reason`];
//! every other line is body, so that text is never lost for being unusual. Nothing is cut out: spans slice the text as
//! delivered.
//!
//! This room does not judge names, and it does not know the site a page comes from.

mod furniture;
mod lines;
mod lists;
mod phrases;
mod recurring;
mod slots;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::document::{Document, Part};
use crate::error::{Error, Result};
use crate::span::Span;
use lines::{Line, lines};

pub use recurring::{LineCounts, RecurringLines};

/// A part of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// The title of the record, and the line of the text that repeats it or takes its place.
    Headline,
    /// Place, date and agency before the first sentence: "GENEVA, March 3 (Reuters) -".
    Dateline,
    /// Who wrote, reported and edited.
    Byline,
    /// The first paragraph.
    Lede,
    /// All other text of the article.
    Body,
    /// Text that belongs to the page and not to the article: share bars, links, tags, notices.
    Furniture,
}

impl Section {
    /// All sections, in the order in which they occur in an article.
    pub const ALL: [Self; 6] = [Self::Headline, Self::Dateline, Self::Byline, Self::Lede, Self::Body, Self::Furniture];

    /// Whether the section is not part of the article's statement: furniture and bylines.
    #[must_use]
    pub fn is_outside_article(self) -> bool {
        matches!(self, Self::Furniture | Self::Byline)
    }

    /// The name in output and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Dateline => "dateline",
            Self::Byline => "byline",
            Self::Lede => "lede",
            Self::Body => "body",
            Self::Furniture => "furniture",
        }
    }
}

impl FromStr for Section {
    type Err = Error;

    /// ```
    /// use dateline::Section;
    /// assert_eq!("lede".parse::<Section>()?, Section::Lede);
    /// assert!("end".parse::<Section>().is_err());
    /// # Ok::<(), dateline::Error>(())
    /// ```
    fn from_str(name: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == name);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Error::usage(format!("{name:?} is no section of an article")).with_remedy(format!("write one of {names}"))
        })
    }
}

/// A set of sections, e.g. those excluded from the counts.
///
/// ```
/// use dateline::{Section, Sections};
/// let sections: Sections = [Section::Dateline, Section::Byline].into_iter().collect();
/// assert!(sections.contains(Section::Byline) && !sections.contains(Section::Lede));
/// assert_eq!(sections.iter().map(Section::as_str).collect::<Vec<_>>(), ["dateline", "byline"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sections(u8);

impl Sections {
    /// Whether the section is in the set.
    #[must_use]
    pub fn contains(self, section: Section) -> bool {
        self.0 & (1 << section as u8) != 0
    }

    /// The sections of the set, in the order of [`Section::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Section> {
        Section::ALL.into_iter().filter(move |section| self.contains(*section))
    }
}

impl FromIterator<Section> for Sections {
    fn from_iter<I: IntoIterator<Item = Section>>(sections: I) -> Self {
        Self(sections.into_iter().fold(0, |set, section| set | 1 << section as u8))
    }
}

/// How mentions in page furniture and bylines are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Furniture {
    /// They are dropped, and are not evidence for other mentions.
    #[default]
    Skip,
    /// They are treated like any other mentions.
    Count,
    /// They are neither counted nor evidence for other mentions, but `tag` prints them, marked.
    Mark,
}

/// Why a segment is page furniture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Only names of social networks, icons, and verbs that accompany them.
    ShareBar,
    /// "READ ALSO: …", "Related: …": a link to another article.
    LinkLine,
    /// A headline in a list under "Most read" or a similar heading.
    LinkList,
    /// Tags, topics, hashtags.
    Tags,
    /// Only date, time and reading time.
    Timestamp,
    /// Menus and paths through the site: "Home > Markets > Asia".
    Navigation,
    /// Cookies, newsletters, subscriptions, apps, comments.
    Notice,
    /// The label of an advertisement.
    Advertisement,
    /// Copyright and credits of pictures.
    Copyright,
    /// The line occurs in many documents of the same source.
    Recurring,
}

impl Reason {
    /// The name in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShareBar => "share-bar",
            Self::LinkLine => "link-line",
            Self::LinkList => "link-list",
            Self::Tags => "tags",
            Self::Timestamp => "timestamp",
            Self::Navigation => "navigation",
            Self::Notice => "notice",
            Self::Advertisement => "advertisement",
            Self::Copyright => "copyright",
            Self::Recurring => "recurring",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A stretch of text of one section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The text that the span refers to.
    pub part: Part,
    /// Its bytes, without blanks at the ends.
    pub span: Span,
    /// Its section.
    pub section: Section,
    /// The reason, if it is furniture.
    pub reason: Option<Reason>,
    /// Whether the line repeats the title; names in both count once.
    pub repeated: bool,
}

/// Divides the parts of one document, replacing the content of `segments`, in order of part and span.
///
/// Segments never overlap, and every character that is not blank is in one.
///
/// ```
/// use dateline::{Document, Section, segments};
/// let document = Document::new("a", "Rain in Accra\n\nBy Ama Example\n\nACCRA: It rained all day over the city on Monday.\n\nREAD ALSO: Sun in Lagos\n\nIt stopped.");
/// let mut found = Vec::new();
/// segments(&document, None, &mut found);
/// let sections: Vec<&str> = found.iter().map(|segment| segment.section.as_str()).collect();
/// assert_eq!(sections, ["headline", "byline", "dateline", "lede", "furniture", "body"]);
/// assert_eq!(found[4].span.of(&document.text), "READ ALSO: Sun in Lagos");
/// ```
///
/// # Complexity
///
/// Linear in the text.
pub fn segments(document: &Document<'_>, recurring: Option<&RecurringLines>, segments: &mut Vec<Segment>) {
    segments.clear();
    if let Some(title) = &document.title {
        let title = Span::new(0, title.len());
        push(segments, Part::Title, trimmed(document.part(Part::Title), title), Section::Headline, None);
    }
    let source = document.source.as_deref().unwrap_or_default();
    Divider {
        text: &document.text,
        title: document.title.as_deref().map(slots::letters).filter(|title| !title.is_empty()),
        recurring: recurring.map(|recurring| (recurring, source)),
        segments,
    }
    .divide();
}

/// The result for one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Byline,
    Furniture(Reason),
}

/// The state of a list of links that a heading has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    None,
    /// The line before was the heading.
    Opened,
    /// Items are on adjacent lines: a blank line ends the list.
    Tight,
    /// Items are separated by blank lines: the first line of prose ends the list.
    Loose,
}

struct Divider<'a, 's> {
    text: &'a str,
    /// Letters and digits of the title, if there is one.
    title: Option<String>,
    recurring: Option<(&'a RecurringLines, &'a str)>,
    segments: &'s mut Vec<Segment>,
}

impl Divider<'_, '_> {
    fn divide(mut self) {
        let text = self.text;
        let lines = lines(text);
        let kinds = self.kinds(&lines);
        let Some(lede) = self.opening(&lines, &kinds) else { return };
        for (index, line) in lines.iter().enumerate().skip(lede) {
            let section = match kinds[index] {
                Kind::Byline => Section::Byline,
                Kind::Furniture(reason) => {
                    push(self.segments, Part::Text, line.span, Section::Furniture, Some(reason));
                    continue;
                }
                Kind::Text if index == lede => Section::Lede,
                // The lede continues as long as no blank line intervenes.
                Kind::Text if line.continues && self.last_section() == Some(Section::Lede) => Section::Lede,
                Kind::Text => Section::Body,
            };
            let mut span = line.span;
            if index == lede
                && let Some(end) = slots::dateline(span.of(text))
            {
                let dateline = Span::new(span.start, span.start + end);
                push(self.segments, Part::Text, dateline, Section::Dateline, None);
                span = trimmed(text, Span::new(dateline.end, span.end));
            }
            if section != Section::Byline
                && let Some(at) = slots::trailing_credit(span.of(text))
            {
                let credit = Span::new(span.start + at, span.end);
                push(self.segments, Part::Text, trimmed(text, Span::new(span.start, credit.start)), section, None);
                push(self.segments, Part::Text, credit, Section::Byline, None);
                continue;
            }
            push(self.segments, Part::Text, span, section, None);
        }
    }

    fn last_section(&self) -> Option<Section> {
        self.segments.last().map(|segment| segment.section)
    }

    /// Assigns the lines before the first sentence. Returns the line of the lede; if there is none, all lines are
    /// assigned.
    fn opening(&mut self, lines: &[Line], kinds: &[Kind]) -> Option<usize> {
        let text = self.text;
        let prose = (0..lines.len()).find(|index| kinds[*index] == Kind::Text && lines[*index].is_prose(text));
        let is_title =
            |line: &Line| self.title.as_deref().is_some_and(|title| slots::repeats(title, line.span.of(text)));
        let end = prose.unwrap_or(lines.len());
        let repeated = (0..end.saturating_add(1).min(lines.len())).find(|index| is_title(&lines[*index]));
        // The first line of text that is not a sentence and has text below it.
        let first = (0..end).find(|index| kinds[*index] == Kind::Text);
        let shaped = first.filter(|index| slots::is_headline(text, lines, *index));
        let headline = repeated.or(shaped);
        let lede = match headline {
            // A headline that ends like a sentence is not the lede.
            Some(headline) if prose == Some(headline) => {
                let next = |index: &usize| kinds[*index] == Kind::Text && lines[*index].is_prose(text);
                (headline + 1..lines.len()).find(next)
            }
            _ => prose,
        };
        for (index, line) in lines.iter().enumerate().take(lede.unwrap_or(lines.len())) {
            let (section, reason) = match kinds[index] {
                _ if Some(index) == headline => (Section::Headline, None),
                Kind::Furniture(reason) => (Section::Furniture, Some(reason)),
                Kind::Byline => (Section::Byline, None),
                Kind::Text => (Section::Body, None),
            };
            push(self.segments, Part::Text, line.span, section, reason);
            if Some(index) == repeated
                && let Some(segment) = self.segments.last_mut()
            {
                segment.repeated = true;
            }
        }
        lede
    }

    /// Judges every line from its text and the lines before it.
    fn kinds(&self, lines: &[Line]) -> Vec<Kind> {
        let text = self.text;
        let mut kinds: Vec<Kind> = Vec::with_capacity(lines.len());
        let mut list = List::None;
        let mut prose_begun = false;
        let mut lowered = String::new();
        let mut open_credit = false;
        for (index, line) in lines.iter().enumerate() {
            let content = line.span.of(text);
            let before = kinds.last().copied();
            let flows = line.continues && before == Some(Kind::Text);
            let verdict = furniture::judge(content, flows, &mut lowered);
            let items = match (list, line.blank_before) {
                (List::None, _) | (List::Tight, true) => List::None,
                (List::Opened, blank) => {
                    if blank {
                        List::Loose
                    } else {
                        List::Tight
                    }
                }
                (open, _) => open,
            };
            let kind = match verdict {
                Some(verdict) => {
                    list = if verdict.opens_list { List::Opened } else { items };
                    Kind::Furniture(verdict.reason)
                }
                None if self.recurs(content) => Kind::Furniture(Reason::Recurring),
                None if open_credit && !line.blank_before => Kind::Byline,
                None if self.is_byline(*line, &lowered, flows, prose_begun, index == 0) => Kind::Byline,
                None if items != List::None && line.is_item(text) => {
                    list = items;
                    Kind::Furniture(Reason::LinkList)
                }
                None => {
                    list = List::None;
                    match before {
                        // The rest of a notice that was wrapped over several lines.
                        Some(Kind::Furniture(reason @ (Reason::Notice | Reason::Copyright)))
                            if line.continues && content.starts_with(char::is_lowercase) =>
                        {
                            Kind::Furniture(reason)
                        }
                        _ => Kind::Text,
                    }
                }
            };
            open_credit = kind == Kind::Byline
                && if content.contains(['(', ')']) { slots::opens_credit(content) } else { open_credit };
            prose_begun |= kind == Kind::Text && line.is_prose(text);
            kinds.push(kind);
        }
        kinds
    }

    fn is_byline(&self, line: Line, lower: &str, flows: bool, prose_begun: bool, first: bool) -> bool {
        slots::is_byline(self.text, line, lower, flows, prose_begun, first && self.title.is_none())
    }

    fn recurs(&self, line: &str) -> bool {
        self.recurring.is_some_and(|(recurring, source)| recurring.contains(source, line))
    }
}

/// Adds a segment; extends the last one if section and reason are equal.
fn push(segments: &mut Vec<Segment>, part: Part, span: Span, section: Section, reason: Option<Reason>) {
    if span.is_empty() {
        return;
    }
    if let Some(last) = segments.last_mut()
        && (last.part, last.section, last.reason, last.repeated) == (part, section, reason, false)
        && matches!(section, Section::Lede | Section::Body)
    {
        last.span.end = span.end;
        return;
    }
    segments.push(Segment { part, span, section, reason, repeated: false });
}

/// The span without blanks at its ends.
fn trimmed(text: &str, span: Span) -> Span {
    let content = span.of(text);
    let start = span.start + content.len() - content.trim_start().len();
    Span::new(start, start + content.trim().len())
}

#[cfg(test)]
mod tests;
