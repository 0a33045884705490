//! Names that are valid in a period: `from=` and `to=` of an alias against the date of the document.
//!
//! The fields of an entity's own line say when the entity existed. An article may write of it later, so they refuse nothing;
//! those of a `+` line say when the name was in use.

use crate::archive::day_of;
use crate::gazetteer::Gazetteer;
use crate::ids::AliasId;

/// The first and the last day on which a name is in use, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    first: i32,
    last: i32,
}

impl Period {
    /// Every day.
    pub(super) const ALWAYS: Self = Self { first: i32::MIN, last: i32::MAX };

    /// The period that the line of an alias names.
    pub(super) fn of(gazetteer: &Gazetteer, alias: AliasId) -> Self {
        let mut period = Self::ALWAYS;
        for (key, value) in gazetteer.alias_fields(alias) {
            match key {
                "from" => period.first = day_of(value).unwrap_or(i32::MIN),
                "to" => period.last = last_day(value).unwrap_or(i32::MAX),
                _ => {}
            }
        }
        period
    }

    /// Whether there are days outside of it.
    pub(super) fn ends(self) -> bool {
        self != Self::ALWAYS
    }

    /// Whether the name is in use on a day.
    pub(super) fn contains(self, day: i32) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// The last day of a year, a month or a day: `2022`, `2022-09`, `2022-09-17`.
fn last_day(date: &str) -> Option<i32> {
    let mut parts = date.split('-').map(|part| part.parse::<i32>().ok());
    let year = parts.next()??;
    let next = match (parts.next(), parts.next()) {
        (None, _) => format!("{:04}-01-01", year + 1),
        (Some(month), None) if month? >= 12 => format!("{:04}-01-01", year + 1),
        (Some(month), None) => format!("{year:04}-{:02}-01", month? + 1),
        (Some(_), Some(_)) => return day_of(date),
    };
    day_of(&next).map(|day| day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_end_with_their_last_day() {
        for (date, last) in
            [("2022", "2022-12-31"), ("2022-02", "2022-02-28"), ("2022-12", "2022-12-31"), ("2022-09-17", "2022-09-17")]
        {
            assert_eq!(last_day(date), day_of(last), "{date}");
        }
        assert_eq!(last_day("soon"), None);
    }

    #[test]
    fn names_follow_the_date_of_the_document() {
        use crate::{Analyzer, Document};
        let names = "firm  org.company  Newname  exact\n+  former  Oldname  -  to=2021-10\n+  alias  Freshname  -  from=2021-10-28\n";
        let gazetteer = Gazetteer::from_text(names, "names.gaz").unwrap();
        let analyzer = Analyzer::new(&gazetteer).unwrap();
        let check = |date: Option<&'static str>, expected: &[&str]| {
            let mut document = Document::new("a", "Oldname, Newname and Freshname fell.");
            document.date = date.map(Into::into);
            let found: Vec<&str> = analyzer.analyze(&document).iter().map(|mention| mention.surface).collect();
            assert_eq!(found, expected, "{date:?}");
        };
        check(None, &["Oldname", "Newname", "Freshname"]);
        check(Some("20210305"), &["Oldname", "Newname"]);
        check(Some("2021-10-30"), &["Oldname", "Newname", "Freshname"]);
        check(Some("2022-01-01"), &["Newname", "Freshname"]);
        check(Some("no date"), &["Oldname", "Newname", "Freshname"]);
    }
}
