//! The arguments that say what of a run is wanted: the same in every command that reads one.

use std::error::Error as StdError;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use dateline::query::{Condition, Counting, Filter, RollUp, SliceBy, Together, View, Within};
use dateline::{Error, Run};

use crate::args::{SectionArg, whole};
use crate::inputs::{entity_in, entity_of};

/// Which entities, documents and mentions.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct KindArg {
    /// Only entities of this type (place, organisation, title) or kind (place.city, org.company); for pairs, both. One
    /// that the run lacks is an error that lists those it has
    #[arg(short = 't', long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    #[command(flatten)]
    pub(crate) part: PartOfRun,
}

/// Which documents and mentions, and what places count as.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PartOfRun {
    /// Only what meets a condition, e.g. 'type=place & country=IQ & documents>=5 & date>=2024-01'; for pairs, both
    /// entities must meet it. A condition on documents (date, source, language, words, a field that was kept, ...) makes everything be
    /// counted over these documents alone. See `dateline top --help` for the fields. Several conditions must all be met
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) conditions: Vec<String>,
    /// Count only mentions in these sections: headline, dateline, byline, lede, body
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SECTION,...", hide_possible_values = true)]
    pub(crate) section: Vec<SectionArg>,
    /// Count places for the country or for the first-level division (admin1: state, province) that they are in, once a document
    #[arg(long, value_name = "country|admin1", value_parser = roll_ups(), hide_possible_values = true)]
    pub(crate) roll_up: Option<RollUp>,
    /// What to count, and what `top` orders by: mentions (the default) or articles, of every article; or stories, where copies of an
    /// article are one story, for which the earliest (of these the longest) is counted. See docs/stories.md
    #[arg(long, value_enum, value_name = "WHAT", default_value = "mentions")]
    pub(crate) count: Count,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Count {
    #[default]
    Mentions,
    Articles,
    Stories,
}

fn roll_ups() -> impl TypedValueParser<Value = RollUp> {
    PossibleValuesParser::new(RollUp::ALL.map(|(name, _)| name)).try_map(|name| name.parse::<RollUp>())
}

impl KindArg {
    pub(crate) fn filter(&self, run: &Run) -> Result<Filter, Error> {
        Ok(Filter { kind: self.kind.clone(), ..self.part.filter(run)? })
    }
}

impl PartOfRun {
    /// With the conditions as one; they may ask for fields that the run kept.
    pub(crate) fn filter(&self, run: &Run) -> Result<Filter, Error> {
        let mut condition: Option<Condition> = None;
        for text in &self.conditions {
            let next = Condition::for_fields(text, run.kept_fields())?;
            condition = Some(match condition {
                Some(before) => before.and(next),
                None => next,
            });
        }
        let stories = self.count == Count::Stories;
        let sections = self.section.iter().map(|section| (*section).into()).collect();
        Ok(Filter { condition, sections, roll_up: self.roll_up, stories, ..Filter::default() })
    }
}

/// Selects pairs.
#[derive(Debug, clap::Args)]
pub(crate) struct FilterArgs {
    #[command(flatten)]
    pub(crate) kind: KindArg,
    /// Only pairs with this entity, given by its id or by any of its names in the gazetteer ("US", "Amerika"). If
    /// several entities of the run have the name, they are listed; choose one by its id
    #[arg(short, long, value_name = "ENTITY")]
    pub(crate) with: Option<String>,
    /// Only pairs with at least this many documents (or other contexts) together
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = whole::<u32>)]
    pub(crate) min_documents: u32,
    /// Only entities in at least this many documents; for pairs, both
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>)]
    pub(crate) min_each: Option<u32>,
}

impl FilterArgs {
    /// The conditions of the arguments, with the entity by its id.
    pub(crate) fn filter(&self, run: &Run) -> Result<Filter, Error> {
        let mut filter = Filter {
            min_documents: self.min_documents,
            min_each: self.min_each.unwrap_or(0),
            ..self.kind.filter(run)?
        };
        // The type and the condition first: if one is wrong, the user should correct it first.
        filter.select(&View::whole(run)?)?;
        if let Some(given) = &self.with {
            let kind = self.kind.kind.as_deref();
            filter.with = Some(match filter.roll_up {
                None => entity_of(run, given, kind)?.id,
                Some(_) => entity_in(&filter.view(run)?, given, kind)?.id,
            });
        }
        Ok(filter)
    }
}

/// What is together, and how often it counts.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct TogetherArgs {
    /// What two entities must share: document, paragraph, sentence, or window:N, mentions at most N words apart
    /// (window:80characters: characters). All but documents are counted from the stored mentions
    #[arg(long, value_name = "CONTEXT", default_value = "document", value_parser = |text: &str| text.parse::<Within>())]
    pub(crate) context: Within,
    /// boolean: a context counts once, however often it mentions the two, and with a window a document in which they are near each
    /// other. frequency: every mention of one with every mention of the other counts
    #[arg(long, value_name = "boolean|frequency", default_value = "boolean", value_parser = countings(), hide_possible_values = true)]
    pub(crate) counting: Counting,
    /// Leave out mentions inside a longer one ("York" in "New York"), which a run made with --overlap all has
    #[arg(long)]
    pub(crate) no_nested: bool,
}

fn countings() -> impl TypedValueParser<Value = Counting> {
    PossibleValuesParser::new(Counting::ALL.map(|(name, _)| name)).map(|name| {
        let known = Counting::ALL.into_iter().find(|(known, _)| *known == name);
        known.expect("clap accepts only names of the list").1
    })
}

impl TogetherArgs {
    pub(crate) fn together(self) -> Together {
        Together { within: self.context, counting: self.counting }
    }
}

/// Divides a list.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SliceArg {
    /// List each slice of the archive by itself: day, week, month, quarter, year, source, language, or a field that the run
    /// kept
    #[arg(long, value_name = "SLICE", value_parser = |text: &str| text.parse::<SliceBy>())]
    pub(crate) by: Option<SliceBy>,
}

/// One of the conditions of a comparison, which must choose documents and nothing else.
pub(crate) fn documents_that(text: &str, run: &Run) -> Result<Condition, Box<dyn StdError>> {
    let condition = Condition::for_fields(text, run.kept_fields())?;
    if condition.is_of_entities() || !condition.is_of_documents() {
        let message = "does not choose documents; compare e.g. 'date=2023' with 'date=2024'";
        return Err(format!("{:?} {message}", condition.to_string()).into());
    }
    Ok(condition)
}
