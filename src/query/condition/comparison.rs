//! One comparison of a condition, and what may be wrong with it.

use std::ops::Range;

use crate::error::Error;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// The marks, the longer before those they begin with.
pub(super) const OPERATORS: [(&str, Operator); 9] = [
    ("!=", Operator::Unequal),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("==", Operator::Equal),
    ("=~", Operator::Contains),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("~", Operator::Contains),
];

/// Some of the text, in bytes.
pub(super) type Place = Range<usize>;

/// A field or a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Place,
}

/// `field=value`.
#[derive(Debug)]
pub(super) struct Comparison<'t> {
    pub(super) field: &'t Word,
    pub(super) operator: Operator,
    /// At least one.
    pub(super) values: Vec<Word>,
    pub(super) operator_place: Place,
}

impl Comparison<'_> {
    /// Whether values are to be unequal; refuses comparisons of size.
    pub(super) fn equality(&self, what: &str) -> Result<bool, Fault> {
        match self.operator {
            Operator::Equal => Ok(false),
            Operator::Unequal => Ok(true),
            _ => Err(Fault::new(
                self.operator_place.clone(),
                format!("{} is {what}, which is not greater or less than another: use =, != or ~", self.field.text),
            )),
        }
    }

    /// Refuses what is not a comparison of sizes, and comparisons of size with several values.
    pub(super) fn order(&self, what: &str) -> Result<(), Fault> {
        match self.operator {
            Operator::Contains => Err(Fault::new(
                self.operator_place.clone(),
                format!("{} is {what}, which contains nothing: use =, !=, <, <=, > or >=", self.field.text),
            )),
            Operator::Equal | Operator::Unequal => Ok(()),
            _ => match self.values.get(1) {
                Some(second) => Err(Fault::new(second.place.clone(), "several values go with = and != only")),
                None => Ok(()),
            },
        }
    }
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    place: Place,
    message: String,
    remedy: Option<String>,
}

impl Fault {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), remedy: None }
    }

    pub(super) fn with_remedy(mut self, remedy: String) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// The message with the text, and a mark under the place.
    pub(super) fn error(self, text: &str) -> Error {
        let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let before = text[..self.place.start].chars().count();
        let marks = text[self.place.clone()].chars().count().max(1);
        let remedy = self.remedy.map(|remedy| format!("\n{remedy}")).unwrap_or_default();
        let (blanks, marks) = (" ".repeat(before), "^".repeat(marks));
        Error::usage(format!("the condition is wrong: {}\n  {shown}\n  {blanks}{marks}{remedy}", self.message))
    }
}
