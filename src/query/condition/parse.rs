//! From the characters to a tree of comparisons.

use super::Expression;
use super::comparison::{Comparison, Fault, OPERATORS, Place, Word};
use super::fields::Test;

/// Words and parentheses that are nested deeper than this are refused.
const DEEPEST: usize = 100;

/// A part of the condition with its place.
#[derive(Debug)]
pub(super) enum Node {
    Test(Test, Place),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
}

impl Node {
    pub(super) fn is_only(&self, test: &impl Fn(&Test) -> bool) -> bool {
        match self {
            Self::Test(one, _) => test(one),
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.is_only(test)),
            Self::Not(part) => part.is_only(test),
        }
    }

    pub(super) fn place(&self) -> Place {
        match self {
            Self::Test(_, place) => place.clone(),
            Self::All(parts) | Self::Any(parts) => {
                let (first, last) = (parts.first(), parts.last());
                first.map_or(0, |part| part.place().start)..last.map_or(0, |part| part.place().end)
            }
            Self::Not(part) => part.place(),
        }
    }

    pub(super) fn expression<T>(&self, of: &impl Fn(&Test) -> T) -> Expression<T> {
        let each = |parts: &[Self]| parts.iter().map(|part| part.expression(of)).collect();
        match self {
            Self::Test(test, _) => Expression::Test(of(test)),
            Self::All(parts) => Expression::All(each(parts)),
            Self::Any(parts) => Expression::Any(each(parts)),
            Self::Not(part) => Expression::Not(Box::new(part.expression(of))),
        }
    }
}

/// Reads a whole condition; `kept` are the names of the fields that the run kept.
pub(super) fn parse(text: &str, kept: &[String]) -> Result<Node, Fault> {
    let mut parser = Parser { text, kept, at: 0, depth: 0 };
    let node = parser.any()?;
    parser.blanks();
    match parser.rest().chars().next() {
        None => Ok(node),
        Some(')') => Err(parser.here("this parenthesis closes none")),
        Some(_) => Err(parser.here("& or | is needed here; a value with blanks is written in quotes")),
    }
}

struct Parser<'t> {
    text: &'t str,
    kept: &'t [String],
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// `a | b`.
    fn any(&mut self) -> Result<Node, Fault> {
        self.joined('|', Self::all, Node::Any)
    }

    /// `a & b`.
    fn all(&mut self) -> Result<Node, Fault> {
        self.joined('&', Self::one, Node::All)
    }

    /// Parts between marks, which may be doubled.
    fn joined(
        &mut self,
        mark: char,
        part: fn(&mut Self) -> Result<Node, Fault>,
        join: fn(Vec<Node>) -> Node,
    ) -> Result<Node, Fault> {
        let mut parts = vec![part(self)?];
        while self.take(mark) {
            if self.rest().starts_with(mark) {
                self.at += 1;
            }
            parts.push(part(self)?);
        }
        Ok(match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                // `a & (b & c)` is `a & b & c`, so that each part can be of entities or of documents.
                let flat = parts.into_iter().flat_map(|part| match (mark, part) {
                    ('&', Node::All(inner)) | ('|', Node::Any(inner)) => inner,
                    (_, part) => vec![part],
                });
                join(flat.collect())
            }
        })
    }

    /// `!a`, `(a)`, `field=value`.
    fn one(&mut self) -> Result<Node, Fault> {
        if self.depth >= DEEPEST {
            return Err(self.here("the parentheses are nested too deep"));
        }
        self.depth += 1;
        self.blanks();
        let node = if self.take('!') {
            Node::Not(Box::new(self.one()?))
        } else if self.rest().starts_with('(') {
            let opened = self.at;
            self.at += 1;
            let node = self.any()?;
            if !self.take(')') {
                return Err(Fault::new(opened..opened + 1, "this parenthesis is not closed"));
            }
            node
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn comparison(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let field = self.word("a field is needed here, as in type=place")?;
        self.blanks();
        let Some((mark, operator)) = OPERATORS.into_iter().find(|(mark, _)| self.rest().starts_with(mark)) else {
            return Err(self.here("one of = != < <= > >= ~ is needed here, as in type=place"));
        };
        let operator_place = self.at..self.at + mark.len();
        self.at = operator_place.end;
        let mut values = Vec::new();
        loop {
            self.blanks();
            values.push(self.word("a value is needed here")?);
            if !self.take(',') {
                break;
            }
        }
        let comparison = Comparison { field: &field, operator, values, operator_place };
        Ok(Node::Test(Test::of(&comparison, self.kept)?, start..self.at))
    }

    /// A word, or a text in quotes.
    fn word(&mut self, needed: &str) -> Result<Word, Fault> {
        let start = self.at;
        if let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '&' | '|' | '!' | '(' | ')' | '=' | '<' | '>' | '~' | ',' | '"');
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        if length == 0 {
            return Err(self.here(needed));
        }
        self.at += length;
        Ok(Word { text: self.text[start..self.at].to_owned(), place: start..self.at })
    }

    fn quoted(&mut self, quote: char) -> Result<Word, Fault> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => text.extend(characters.next().map(|(_, c)| c)),
                c if c == quote => {
                    self.at = start + at + 1;
                    return Ok(Word { text, place: start..self.at });
                }
                c => text.push(c),
            }
        }
        Err(Fault::new(start..start + 1, "this quote is not closed"))
    }

    fn take(&mut self, mark: char) -> bool {
        self.blanks();
        let taken = self.rest().starts_with(mark);
        self.at += usize::from(taken);
        taken
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// A fault at the next character.
    fn here(&self, message: impl Into<String>) -> Fault {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Fault::new(self.at..self.at + length, message)
    }
}
