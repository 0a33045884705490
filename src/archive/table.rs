//! Is a text a table: comma, tab, semicolon or bar separated values?
//!
//! Prose has commas too. A text is a table if its first line is a row of column names, or if all its rows have the same number of
//! cells and no separator is followed by a blank as in prose.

use super::Format;
use super::foreign::Foreign;
use super::sniff::Head;

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Rows looked at.
const ROWS: usize = 200;

/// Names that columns of news tables have, in lower case with `_` for blanks.
const COLUMNS: [&str; 72] = [
    "id",
    "_id",
    "index",
    "doc_id",
    "docid",
    "document_id",
    "article_id",
    "articleid",
    "story_id",
    "guid",
    "uri",
    "url",
    "urls",
    "link",
    "title",
    "headline",
    "headlines",
    "head",
    "subtitle",
    "text",
    "body",
    "content",
    "contents",
    "article",
    "articles",
    "full_text",
    "fulltext",
    "article_text",
    "maintext",
    "story",
    "description",
    "summary",
    "abstract",
    "snippet",
    "lead",
    "date",
    "published",
    "published_at",
    "publishedat",
    "published_date",
    "pubdate",
    "pub_date",
    "publish_date",
    "publication",
    "publication_date",
    "date_publish",
    "datetime",
    "timestamp",
    "time",
    "year",
    "month",
    "day",
    "source",
    "source_name",
    "domain",
    "publisher",
    "outlet",
    "site",
    "newspaper",
    "author",
    "authors",
    "byline",
    "section",
    "category",
    "topic",
    "label",
    "language",
    "lang",
    "country",
    "keywords",
    "tags",
    "name",
];

/// A text that is a table.
pub(super) fn kind(head: &Head<'_>) -> Option<Foreign> {
    SEPARATORS.into_iter().find(|separator| is_table(head, *separator)).map(foreign)
}

/// A file whose name says that it is a table.
pub(super) fn promised(ending: &str, head: &Head<'_>) -> Option<Foreign> {
    let usual = match ending {
        "csv" => b',',
        "tsv" | "tab" => b'\t',
        "psv" => b'|',
        _ => return None,
    };
    let first = head.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Some(foreign(SEPARATORS.into_iter().find(|separator| first.contains(separator)).unwrap_or(usual)))
}

fn foreign(separator: u8) -> Foreign {
    let name = match separator {
        b'\t' => "TSV (a table, its columns separated by tabs)",
        b';' => "CSV (a table, its columns separated by semicolons)",
        b'|' => "CSV (a table, its columns separated by bars)",
        _ => "CSV (a table, its columns separated by commas)",
    };
    Foreign::read(name, Format::Table { separator })
}

/// The separator of a text that the user calls a table.
pub(super) fn separator(head: &Head<'_>) -> u8 {
    let first = head.text().split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: &u8| first.iter().filter(|byte| *byte == separator).count();
    // Of equal ones the first.
    SEPARATORS.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

fn is_table(head: &Head<'_>, separator: u8) -> bool {
    let bytes = head.text();
    // Excel says so itself.
    if bytes.len() > 5 && bytes[..4].eq_ignore_ascii_case(b"sep=") && bytes[4] == separator {
        return true;
    }
    let mut rows = Rows { bytes, whole: head.whole, separator };
    let Some(header) = rows.next() else { return false };
    let columns = header.cells.len();
    let n_known = header.cells.iter().filter(|cell| COLUMNS.contains(&&*cell.name())).count();
    let unnamed_index = |at: usize, cell: &Cell<'_>| at == 0 && columns > 2 && cell.text.is_empty();
    let names = header.cells.iter().enumerate().all(|(at, cell)| cell.is_name() || unnamed_index(at, cell));
    if columns == 1 && (n_known == 0 || separator != b',') {
        return false;
    }
    if columns > 1 && n_known > 1 && names {
        return true;
    }
    let named = n_known == 1 && names && !header.spaced;
    let mut spaced = header.spaced;
    let mut without_first = header.cells[0].text.is_empty();
    let (mut n_rows, mut n_regular, mut n_quoted) = (1, 1, usize::from(header.quoted()));
    for row in rows.take(ROWS) {
        let regular = row.cells.len() == columns && !row.broken;
        spaced |= row.spaced;
        without_first |= row.cells[0].text.is_empty();
        n_rows += 1;
        n_regular += usize::from(regular);
        n_quoted += usize::from(row.quoted());
        // Most texts are known to be none of the tables below by their second line.
        if !named && (!regular || spaced) {
            return false;
        }
    }
    let even = n_regular == n_rows && n_rows > 1;
    match columns {
        // One column: its name, and texts in quotes.
        1 => even && n_quoted + 1 >= n_rows,
        _ if named && n_regular * 10 >= n_rows * 9 && n_rows > 1 => true,
        // Rows alike, as no lines of prose are.
        _ if !even || spaced => false,
        _ if separator == b'\t' && without_first => false,
        _ if columns > 2 => n_rows > 2 || names,
        _ => names && n_rows > 2 || n_quoted > 1,
    }
}

#[derive(Default)]
struct Row<'t> {
    cells: Vec<Cell<'t>>,
    /// A separator is followed by a blank.
    spaced: bool,
    /// A quoted cell goes on after its quotes, as speech does.
    broken: bool,
}

impl Row<'_> {
    fn quoted(&self) -> bool {
        !self.broken && self.cells.iter().any(|cell| cell.quoted)
    }
}

struct Cell<'t> {
    text: &'t [u8],
    quoted: bool,
}

impl Cell<'_> {
    fn name(&self) -> String {
        let text = String::from_utf8_lossy(self.text.trim_ascii()).to_lowercase();
        text.replace([' ', '-'], "_")
    }

    /// Whether it could be the name of a column: short, few words, not a sentence.
    fn is_name(&self) -> bool {
        let text = String::from_utf8_lossy(self.text.trim_ascii());
        let usual = |c: char| {
            c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | ':' | '/' | '(' | ')' | '#' | '@' | '%')
        };
        (1..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@' | '#'))
            && text.chars().all(usual)
            && text.split(' ').count() <= 3
            && !text.ends_with(['.', ':'])
    }
}

/// The rows of a table, blank ones left out, and the last if it may be cut.
struct Rows<'t> {
    bytes: &'t [u8],
    whole: bool,
    separator: u8,
}

impl<'t> Iterator for Rows<'t> {
    type Item = Row<'t>;

    fn next(&mut self) -> Option<Row<'t>> {
        while !self.bytes.is_empty() {
            let (row, rest) = row(self.bytes, self.whole, self.separator)?;
            self.bytes = rest;
            if row.cells.len() > 1 || !row.cells[0].text.trim_ascii().is_empty() {
                return Some(row);
            }
        }
        None
    }
}

/// The first row and what follows it; `None` if it is cut.
fn row(bytes: &[u8], whole: bool, separator: u8) -> Option<(Row<'_>, &[u8])> {
    let mut row = Row::default();
    let mut at = 0;
    loop {
        row.spaced |= at > 0 && bytes.get(at) == Some(&b' ');
        let quoted = bytes.get(at) == Some(&b'"');
        let (start, mut end) = (at + usize::from(quoted), at);
        if quoted {
            end = start;
            loop {
                match memchr::memchr(b'"', &bytes[end..]) {
                    None => return None,
                    Some(length) if bytes.get(end + length + 1) == Some(&b'"') => end += length + 2,
                    Some(length) => {
                        end += length;
                        break;
                    }
                }
            }
            at = end + 1;
        }
        let length = memchr::memchr2(b'\n', separator, &bytes[at..]);
        let stop = match length {
            Some(length) => at + length,
            None if whole => bytes.len(),
            None => return None,
        };
        if quoted {
            row.broken |= !bytes[at..stop].trim_ascii().is_empty();
        } else {
            end = stop;
        }
        row.cells.push(Cell { text: bytes[start..end].trim_ascii_end(), quoted });
        at = stop + 1;
        if bytes.get(stop) != Some(&separator) {
            return Some((row, bytes.get(at..).unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: Option<&str>) {
        for (bytes, whole) in [(content.to_owned(), true), (format!("{content}cut"), false)] {
            let head = Head { bytes: bytes.as_bytes(), whole, path: "x" };
            let found = kind(&head).map(|foreign| foreign.name);
            match expected {
                None => assert_eq!(found, None, "{content}"),
                Some(part) => assert!(found.as_ref().is_some_and(|name| name.contains(part)), "{found:?}: {content}"),
            }
        }
    }

    #[test]
    fn tables_are_known_by_their_column_names_or_their_even_rows() {
        check("id,title,text\n1,Title,\"Talks in Paris and Rome, day 1.\"\n", Some("commas"));
        check("id,title,text\n", Some("commas"));
        check(
            "\u{feff}\"Date\",\"Headline\",\"Body Text\"\n\"2023-05-09\",\"Talks\",\"Talks,\nover lines.\"\n",
            Some("commas"),
        );
        check(",headline,link\n0,Talks resume,https://a.example/1\n", Some("commas"));
        check("datum;titel;text\n2023-05-09;Gespräche;Die Gespräche in Genf.\n", Some("semicolons"));
        check("url\ttitle\tmaintext\nhttps://a.example\tTalks\tTalks resumed, she said.\n", Some("tabs"));
        check("830001\t20230509\tGENEVA\t4\n830002\t20230509\tPARIS\t7\n830003\t20230510\tROME\t1\n", Some("tabs"));
        check("name|city|note\nAda|Paris|first\n", Some("bars"));
        check("1,\"Talks in Paris, day 1.\"\n2,\"Talks in Rome, day 2.\"\n", Some("commas"));
        check("text\n\"Talks in Paris, day 1.\"\n\"He said \"\"no\"\", twice.\"\n", Some("commas"));
        check("sep=;\na;b\n", Some("semicolons"));
        check("town,people,area\nParis,2100000,105\n", Some("commas"));
    }

    #[test]
    fn prose_and_lists_are_no_tables() {
        for text in [
            "GENEVA, Switzerland\nTalks resumed, she said.\n",
            "Talks in Paris, Rome and Berlin resumed.\n\nThey ended, he said.\n",
            "\"Talks ended,\" he said.\n\"They failed,\" she said.\n\"We go on,\" they said.\n",
            "Home | News | Sport\nLocal | World | Money\n",
            "\tGENEVA: Talks resumed.\n\tThey ended.\n\tNobody knew.\n",
            "Paris;\nRome;\nBerlin;\n",
            "Title, subtitle and text of a story that goes on and on, as stories do\nTalks resumed.\n",
            "LONDON, May 3\nPARIS, May 4\nROME, May 5\nTalks.\n",
            "Sales rose to 1,000,000\nTalks resumed.\n",
            "One line, no more.",
            "Headline\n\nTalks resumed.\n",
            "id\n",
            "",
            "MILWAUKEE 8 8 .500\nBOSTON 7 9 .438\n",
            "\"Nobody closes this quote, she said.\nTalks resumed.\n",
        ] {
            check(text, None);
        }
    }
}
