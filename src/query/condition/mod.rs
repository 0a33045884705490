//! Conditions as people write them: `type=place & country=IQ,IR & date>=2024-01`.
//!
//! Input: a text. Output: a [`Condition`] that entities and documents can be tested with, or an error that shows the place
//! in the text and what could be there.
//!
//! | | |
//! |---|---|
//! | `a & b`, `a \| b`, `!a`, `(a)` | both, either, not, grouping; `!` binds closest, then `&`, then `\|` |
//! | `field=value`, `field!=value` | equal, or not; `field=x,y` is one of several |
//! | `field~value` | holds the text anywhere |
//! | `<`, `<=`, `>`, `>=` | numbers and dates |
//! | `"two words"`, `'two words'` | a value with blanks or other characters; `\"` and `\\` inside |
//!
//! Texts are compared without regard to case and accents, except ids. A date is a year, quarter, month, week or day, and
//! means all its days: `date=2024-03` is a day in March, `date>2024-03` one after it, `date=none` a document without a date.

mod comparison;
mod fields;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::entity::RunEntity;
use super::kinds::RunKinds;
use crate::error::{Error, Result};
use crate::store::DocumentRow;

pub use fields::FIELDS;

use comparison::Fault;
use fields::{DocumentTest, EntityTest, Test};
use parse::{Node, parse};

/// A condition on entities, on documents, or on both.
///
/// Written as a text; see the [fields](FIELDS) that there are.
///
/// ```
/// use dateline::query::Condition;
/// let condition: Condition = "type=place & !(country=US | country=GB) & date>=2024".parse()?;
/// assert!(condition.is_of_entities() && condition.is_of_documents());
/// let error = "type=place & dokuments>=5".parse::<Condition>().unwrap_err().to_string();
/// assert!(error.contains("there is no field \"dokuments\"; did you mean documents?"));
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    /// All of them must hold.
    entities: Vec<Expression<EntityTest>>,
    /// All of them must hold.
    documents: Vec<Expression<DocumentTest>>,
}

/// Tests joined by `&`, `|` and `!`.
#[derive(Debug, Clone, PartialEq)]
enum Expression<T> {
    Test(T),
    All(Vec<Expression<T>>),
    Any(Vec<Expression<T>>),
    Not(Box<Expression<T>>),
}

impl<T> Expression<T> {
    fn holds(&self, test: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Test(one) => test(one),
            Self::All(parts) => parts.iter().all(|part| part.holds(test)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(test)),
            Self::Not(part) => !part.holds(test),
        }
    }

    fn each<'e>(&'e self, visit: &mut impl FnMut(&'e T)) {
        match self {
            Self::Test(one) => visit(one),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each(visit)),
            Self::Not(part) => part.each(visit),
        }
    }

    fn any(&self, test: &mut impl FnMut(&T) -> bool) -> bool {
        match self {
            Self::Test(one) => test(one),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.any(test)),
            Self::Not(part) => part.any(test),
        }
    }
}

impl Condition {
    /// Whether it says something about entities.
    #[must_use]
    pub fn is_of_entities(&self) -> bool {
        !self.entities.is_empty()
    }

    /// Whether it says something about documents.
    #[must_use]
    pub fn is_of_documents(&self) -> bool {
        !self.documents.is_empty()
    }

    /// Whether an entity meets what it says about entities.
    #[must_use]
    pub fn entity(&self, entity: &RunEntity) -> bool {
        self.entities.iter().all(|part| part.holds(&|test: &EntityTest| test.holds(entity)))
    }

    /// Whether a document meets what it says about documents.
    ///
    /// `kept` gives its value of a field that the run kept.
    #[must_use]
    pub fn document<'k>(&self, document: DocumentRow<'_>, kept: impl Fn(&str) -> &'k str) -> bool {
        self.documents.iter().all(|part| part.holds(&|test: &DocumentTest| test.holds(document, &kept)))
    }

    /// The names of the kept fields that it asks for.
    pub(super) fn kept_fields(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for part in &self.documents {
            part.each(&mut |test| {
                if let DocumentTest::Kept(name, _) = test {
                    names.push(name.as_str());
                }
            });
        }
        names
    }

    /// Reads a condition that may ask for the fields that a run kept, too, given by their names
    /// ([`Run::kept_fields`](crate::Run::kept_fields)).
    ///
    /// ```
    /// use dateline::query::Condition;
    /// let kept = ["section".to_owned()];
    /// assert!(Condition::for_fields("section=politics", &kept).is_ok_and(|condition| condition.is_of_documents()));
    /// assert!("section=politics".parse::<Condition>().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) with the place in the text, and what could be there.
    pub fn for_fields(text: &str, kept: &[String]) -> Result<Self> {
        let read = || {
            let node = parse(text, kept)?;
            let parts = match node {
                Node::All(parts) => parts,
                other => vec![other],
            };
            let mut condition = Self { text: text.trim().to_owned(), entities: Vec::new(), documents: Vec::new() };
            for part in parts {
                if part.is_only(&|test| matches!(test, Test::Entity(_))) {
                    condition.entities.push(part.expression(&|test| test.entity()));
                } else if part.is_only(&|test| matches!(test, Test::Document(_))) {
                    condition.documents.push(part.expression(&|test| test.document()));
                } else {
                    let message =
                        "this part is about entities and documents at the same time; they can be joined by & only";
                    return Err(Fault::new(part.place(), message));
                }
            }
            Ok(condition)
        };
        read().map_err(|fault| fault.error(text))
    }

    /// Both conditions.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.text = format!("({}) & ({})", self.text, other.text);
        self.entities.extend(other.entities);
        self.documents.extend(other.documents);
        self
    }

    /// Refuses a type or kind that no entity of the run has.
    ///
    /// # Errors
    ///
    /// As [`RunKinds::check`].
    pub fn check(&self, kinds: &RunKinds) -> Result<()> {
        let mut fault = None;
        for part in &self.entities {
            part.any(&mut |test| {
                let wrong = test.kinds().iter().find_map(|kind| kinds.check(kind).err());
                fault = fault.take().or(wrong);
                fault.is_some()
            });
        }
        fault.map_or(Ok(()), Err)
    }

    /// Whether it names a kind that `test` holds for, in `type=` or `kind=`.
    pub(super) fn names_kind(&self, test: impl Fn(&str) -> bool) -> bool {
        self.entities.iter().any(|part| part.any(&mut |one| one.kinds().iter().any(|kind| test(kind))))
    }
}

/// Without the fields that a run kept, which [`Condition::for_fields`] knows.
impl FromStr for Condition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::for_fields(text, &[])
    }
}

/// The text it was read from.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Eq for Condition {}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
