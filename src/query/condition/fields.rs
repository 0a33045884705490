//! The fields, and what can be asked of each.

use super::super::entity::RunEntity;
use super::super::kept::position;
use super::super::kinds::is_of;
use super::super::period::DayRange;
use super::comparison::{Comparison, Fault, Operator, Word};
use crate::normalize::fold;
use crate::store::DocumentRow;

/// Every field: its name, whether it is of documents (else of entities), and what it is.
pub const FIELDS: [(&str, bool, &str); 13] = [
    ("entity", false, "id of the entity: entity=gn:98182"),
    ("name", false, "canonical name: name~bank"),
    ("type", false, "type, or kind: type=place"),
    ("kind", false, "kind, with those below it: kind=place.city"),
    ("country", false, "ISO 3166 code: country=IQ,IR; country=\"\" for none"),
    ("documents", false, "documents that mention it: documents>=5"),
    ("mentions", false, "mentions of it: mentions<100"),
    ("id", true, "id of the document: id~reuters"),
    ("date", true, "date of the document: date>=2024-01, date=2024-Q1; date=none for none"),
    ("source", true, "publisher or site of the document: source=\"New York Times\""),
    ("language", true, "ISO 639-1 code of its language: language=en,de; language=\"\" if unknown"),
    ("words", true, "words of title and text: words>=100"),
    ("characters", true, "length of title and text: characters>500"),
];

/// One comparison, ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Entity(EntityTest),
    Document(DocumentTest),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum EntityTest {
    Id(Text),
    Name(Text),
    Country(Text),
    Kind { kinds: Vec<String>, negated: bool },
    KindText(Text),
    Documents(Number),
    Mentions(Number),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum DocumentTest {
    Id(Text),
    Source(Text),
    Language(Text),
    Words(Number),
    Characters(Number),
    Date(Days),
    /// A field that the run kept, by its name.
    Kept(String, Text),
}

impl Test {
    /// What a comparison means; `kept` are the names of the fields that the run kept.
    pub(super) fn of(comparison: &Comparison<'_>, kept: &[String]) -> Result<Self, Fault> {
        let known = |name: &str| FIELDS.iter().any(|(known, ..)| *known == name);
        let name = comparison.field.text.to_lowercase();
        if !known(&name) {
            let Some(field) = position(kept, &comparison.field.text) else {
                return Err(unknown(comparison.field, kept));
            };
            return Ok(Self::Document(DocumentTest::Kept(kept[field].clone(), Text::of(comparison, fold)?)));
        }
        let test = match name.as_str() {
            "entity" => Self::Entity(EntityTest::Id(Text::of(comparison, str::to_owned)?)),
            "name" => Self::Entity(EntityTest::Name(Text::of(comparison, fold)?)),
            "type" | "kind" if comparison.operator == Operator::Contains => {
                Self::Entity(EntityTest::KindText(Text::of(comparison, fold)?))
            }
            "type" | "kind" => {
                let negated = comparison.equality("a kind")?;
                let kinds = comparison.values.iter().map(|value| value.text.clone()).collect();
                Self::Entity(EntityTest::Kind { kinds, negated })
            }
            "country" => {
                let wrong = |value: &&Word| !matches!(value.text.len(), 0 | 2) || !value.text.is_ascii();
                if let Some(value) = comparison.values.iter().find(wrong) {
                    return Err(Fault::new(value.place.clone(), "a country is given by its two letters, such as IQ"));
                }
                Self::Entity(EntityTest::Country(Text::of(comparison, fold)?))
            }
            "documents" => Self::Entity(EntityTest::Documents(Number::of(comparison)?)),
            "mentions" => Self::Entity(EntityTest::Mentions(Number::of(comparison)?)),
            "id" => Self::Document(DocumentTest::Id(Text::of(comparison, str::to_owned)?)),
            "source" => Self::Document(DocumentTest::Source(Text::of(comparison, fold)?)),
            "language" => Self::Document(DocumentTest::Language(Text::of(comparison, fold)?)),
            "words" => Self::Document(DocumentTest::Words(Number::of(comparison)?)),
            "characters" => Self::Document(DocumentTest::Characters(Number::of(comparison)?)),
            _ => Self::Document(DocumentTest::Date(Days::of(comparison)?)),
        };
        Ok(test)
    }

    pub(super) fn entity(&self) -> EntityTest {
        match self {
            Self::Entity(test) => test.clone(),
            Self::Document(_) => unreachable!("asked of tests of entities only"),
        }
    }

    pub(super) fn document(&self) -> DocumentTest {
        match self {
            Self::Document(test) => test.clone(),
            Self::Entity(_) => unreachable!("asked of tests of documents only"),
        }
    }
}

impl EntityTest {
    pub(super) fn holds(&self, entity: &RunEntity) -> bool {
        match self {
            Self::Id(text) => text.holds(&entity.id, str::to_owned),
            Self::Name(text) => text.holds(&entity.name, fold),
            Self::Country(text) => text.holds(&entity.country, fold),
            Self::Kind { kinds, negated } => kinds.iter().any(|kind| is_of(&entity.kind, kind)) != *negated,
            Self::KindText(text) => text.holds(&entity.kind, fold),
            Self::Documents(number) => number.holds(entity.documents.into()),
            Self::Mentions(number) => number.holds(entity.mentions),
        }
    }

    /// The types and kinds that it names.
    pub(super) fn kinds(&self) -> &[String] {
        if let Self::Kind { kinds, .. } = self { kinds } else { &[] }
    }
}

impl DocumentTest {
    /// `kept` gives the document's value of a kept field.
    pub(super) fn holds<'k>(&self, document: DocumentRow<'_>, kept: &impl Fn(&str) -> &'k str) -> bool {
        match self {
            Self::Kept(name, text) => text.holds(kept(name), fold),
            Self::Id(text) => text.holds(document.id, str::to_owned),
            Self::Source(text) => text.holds(document.source, fold),
            Self::Language(text) => text.holds(document.language, fold),
            Self::Words(number) => number.holds(document.words.into()),
            Self::Characters(number) => number.holds(document.characters.into()),
            Self::Date(days) => days.holds(document.day),
        }
    }
}

/// A comparison of texts, which are folded or not before.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    values: Vec<String>,
    contains: bool,
    negated: bool,
}

impl Text {
    fn of(comparison: &Comparison<'_>, folded: impl Fn(&str) -> String) -> Result<Self, Fault> {
        let contains = comparison.operator == Operator::Contains;
        let negated = if contains { false } else { comparison.equality("a text")? };
        // Whoever looks for a part does not know the whole, not even its case.
        let value = |value: &Word| if contains { fold(&value.text) } else { folded(&value.text) };
        Ok(Self { values: comparison.values.iter().map(value).collect(), contains, negated })
    }

    fn holds(&self, text: &str, folded: impl Fn(&str) -> String) -> bool {
        if self.contains {
            let text = fold(text);
            return self.values.iter().any(|value| text.contains(value.as_str()));
        }
        let text = folded(text);
        self.values.contains(&text) != self.negated
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    operator: Operator,
    values: Vec<u64>,
}

impl Number {
    fn of(comparison: &Comparison<'_>) -> Result<Self, Fault> {
        comparison.order("a number")?;
        let number = |value: &Word| {
            let message = "a whole number, such as 5, is needed here";
            value.text.parse().map_err(|_| Fault::new(value.place.clone(), message))
        };
        let values = comparison.values.iter().map(number).collect::<Result<_, _>>()?;
        Ok(Self { operator: comparison.operator, values })
    }

    fn holds(&self, number: u64) -> bool {
        let first = self.values[0];
        match self.operator {
            Operator::Equal => self.values.contains(&number),
            Operator::Unequal => !self.values.contains(&number),
            Operator::Less => number < first,
            Operator::LessOrEqual => number <= first,
            Operator::Greater => number > first,
            Operator::GreaterOrEqual | Operator::Contains => number >= first,
        }
    }
}

/// A comparison of dates. A document without a date meets no condition but `date=none`, and what is negated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Days {
    operator: Operator,
    /// `None` for a document without a date.
    values: Vec<Option<DayRange>>,
}

impl Days {
    fn of(comparison: &Comparison<'_>) -> Result<Self, Fault> {
        comparison.order("a date")?;
        let days = |value: &Word| {
            if value.text == "none" && matches!(comparison.operator, Operator::Equal | Operator::Unequal) {
                return Ok(None);
            }
            let range = value.text.parse::<DayRange>();
            range.map(Some).map_err(|error| Fault::new(value.place.clone(), error.to_string()))
        };
        let values = comparison.values.iter().map(days).collect::<Result<_, _>>()?;
        Ok(Self { operator: comparison.operator, values })
    }

    fn holds(&self, day: i32) -> bool {
        let known = day != i32::MIN;
        let is_in = |range: &Option<DayRange>| match range {
            Some(range) => known && range.first <= day && day < range.after,
            None => !known,
        };
        let first = self.values[0];
        match self.operator {
            Operator::Equal => self.values.iter().any(is_in),
            Operator::Unequal => !self.values.iter().any(is_in),
            Operator::Less => known && first.is_some_and(|range| day < range.first),
            Operator::LessOrEqual => known && first.is_some_and(|range| day < range.after),
            Operator::Greater => known && first.is_some_and(|range| day >= range.after),
            Operator::GreaterOrEqual | Operator::Contains => known && first.is_some_and(|range| day >= range.first),
        }
    }
}

fn unknown<'k>(field: &Word, kept: &'k [String]) -> Fault {
    let near = |name: &'k str| (strsim::osa_distance(name, &field.text.to_lowercase()), name);
    let names = FIELDS.iter().map(|(name, ..)| *name).chain(kept.iter().map(String::as_str));
    let meant = names.map(near).min().filter(|(distance, name)| *distance <= 2 && *distance < name.len() / 2);
    let meant = meant.map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"));
    let list = |documents: bool| {
        let names = FIELDS.iter().filter(|(_, of, _)| *of == documents).map(|(name, ..)| *name);
        let kept = kept.iter().map(String::as_str).filter(|_| documents);
        names.chain(kept).collect::<Vec<_>>().join(", ")
    };
    let message = format!("there is no field {:?}{meant}", field.text);
    let fault = Fault::new(field.place.clone(), message);
    fault.with_remedy(format!("the fields of entities are {}; those of documents are {}", list(false), list(true)))
}
