//! Which columns of a table, or of a file of columns, are the parts of a document.

use super::fields::{FieldMap, Fields, Given};
use super::parse::{Fault, Mapping};
use crate::diagnostics::RejectReason;

/// What a column is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Title,
    Text,
    Date,
    Source,
    /// A field that is kept.
    Kept,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "an id",
            Self::Title => "a title",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::Source => "a source",
            Self::Kept => "a value",
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Id => "--id-field",
            Self::Title => "--title-field",
            Self::Text => "--text-field",
            Self::Date => "--date-field",
            Self::Source => "--source-field",
            Self::Kept => "--keep",
        }
    }
}

/// The names of the columns, and which of them are the parts of a document.
#[derive(Debug)]
pub(super) struct ColumnMap {
    pub(super) names: Vec<String>,
    pub(super) id: Option<usize>,
    pub(super) title: Option<usize>,
    /// Columns whose cells, one after the other, are the text.
    pub(super) text: Vec<usize>,
    pub(super) date: Option<usize>,
    pub(super) source: Option<usize>,
    /// Columns that are kept.
    pub(super) kept: Vec<Option<usize>>,
}

impl ColumnMap {
    /// Chooses among columns of these names. `what` they are in is called "table" or "file"; `misfit` names the type of a column
    /// that cannot be read as what it is wanted for.
    ///
    /// # Errors
    ///
    /// The fault of the whole file: if no column is the text, if a column that the user named is missing, or if a part can only be
    /// in a column of another type.
    pub(super) fn new(
        names: Vec<String>,
        fields: &Fields,
        what: &str,
        misfit: impl Fn(usize, Role) -> Option<String>,
    ) -> Result<Self, Fault> {
        for Given { slots, option } in &fields.given {
            if slots.iter().all(|slot| find(&names, &fields.names[*slot]).is_none()) {
                let name = slots.iter().map(|slot| fields.names[*slot].as_str()).collect::<Vec<_>>().join("|");
                return Err(fault(format!("the {what} has no column `{name}` ({option}); {}", listed(&names))));
            }
        }
        let column = |slots: &[usize], role: Role| {
            let mut unfit = None;
            for found in slots.iter().filter_map(|slot| find(&names, &fields.names[*slot])) {
                match misfit(found, role) {
                    None => return Ok(Some(found)),
                    Some(kind) => unfit = unfit.or(Some((found, kind))),
                }
            }
            match unfit {
                None => Ok(None),
                Some((found, kind)) => Err(fault(format!(
                    "the column `{}` is of the type {kind}, which is not read as {}; write it as text, or name another column: {} NAME",
                    names[found],
                    role.name(),
                    role.option()
                ))),
            }
        };
        let mut text = Vec::new();
        for part in &fields.text {
            text.extend(column(part, Role::Text)?);
        }
        if text.is_empty() {
            let remedy = "name the column with the articles: --text-field NAME";
            return Err(fault(format!(
                "no column of the {what} is known to be the text; {}; {remedy}",
                listed(&names)
            )));
        }
        let other =
            |slots: &[usize], role: Role| column(slots, role).map(|found| found.filter(|found| !text.contains(found)));
        let (id, title) = (other(&fields.id, Role::Id)?, other(&fields.title, Role::Title)?);
        let (date, source) = (other(&fields.date, Role::Date)?, other(&fields.source, Role::Source)?);
        let kept = fields.kept.iter().map(|slots| column(slots, Role::Kept)).collect::<Result<_, Fault>>()?;
        Ok(Self { id, title, text, date, source, kept, names })
    }

    /// Which column is which.
    pub(super) fn mapping(&self) -> Mapping {
        let name = |column: Option<usize>| column.map(|column| self.names[column].clone());
        let text: Vec<String> = self.text.iter().map(|column| self.names[*column].clone()).collect();
        let used = FieldMap {
            id: name(self.id),
            title: name(self.title),
            text: Some(text.join(",")),
            date: name(self.date),
            source: name(self.source),
        };
        Mapping { used, fields: self.names.clone() }
    }
}

/// The column of this name, or one whose name people would call the same. A JSON Pointer leads to a member of a structure.
fn find(names: &[String], wanted: &str) -> Option<usize> {
    let exact = |wanted: &str| names.iter().position(|name| name == wanted);
    exact(wanted)
        .or_else(|| exact(&wanted.strip_prefix('/')?.replace('/', ".")))
        .or_else(|| names.iter().position(|name| plain(name) == plain(wanted)))
}

fn fault(message: String) -> Fault {
    (RejectReason::NoText, message)
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", name.chars().take(40).collect::<String>())).collect();
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    format!("its columns are {}{more}", shown.join(", "))
}

/// A name of a column as people vary it: without case, blanks, `_` and `-`.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}
