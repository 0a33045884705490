//! `dateline focus`: which country and which places articles are about.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use dateline::query::{RunEntity, View, is_of};
use dateline::{Focus as Found, Run};
use serde_json::Value;

use crate::args::{Args, ListArgs};
use crate::exit_code::{CommandResult, Outcome};
use crate::filter::{PartOfRun, SliceArg};
use crate::table::{self, id, number, text, word};

/// Lists what articles are about: the number of articles about each country, or the country and the places of each article.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The rule: each mention of a place has 3 points in the headline, 2 in the lede (the first paragraph), and 1 in the rest of the text or in the
dateline. A country has the points of itself and of all places in it. The country with most points has the focus of the article, if it has
more than a third of the points of all countries; of equal ones that which is mentioned first. Up to three other places with at least two
points are listed beside it, those with most points first. Organisations and titles have no points.

Columns (and keys):
  country   ISO 3166 code; empty for the articles that are about no country, so that the rows sum to the whole
  name      name of the country, if the run mentions it
  articles  articles about it
  share     their share of all articles
  mentioned articles that mention it or a place in it
  and with --by, for each slice by itself:
  slice     the period, source, language or value

With --documents, a row for each article that is about a country or a place, in the order of the archive:
  document date source  its id, date and source as delivered
  country name          the country
  share                 the country's share of the points of all countries in the article
  places                ids of up to three places, with semicolons between them
  place_names           their names

Examples:
  dateline focus results
  dateline focus results --by year -n 5
  dateline focus results --documents -n 0 --format csv > about.csv")]
pub(crate) struct Focus {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    part: PartOfRun,
    #[command(flatten)]
    slice: SliceArg,
    /// List the articles themselves
    #[arg(long, conflicts_with = "by")]
    documents: bool,
}

pub(crate) fn run(command: &Focus, _: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let view = command.part.filter(&run)?.view(&run)?;
    if command.documents { print_documents(command, &run, &view) } else { print_countries(command, &view) }
}

/// The names of the countries of a run by their codes.
fn countries<'v>(view: &'v View<'_>) -> BTreeMap<&'v str, &'v RunEntity> {
    let mut countries: BTreeMap<&str, &RunEntity> = BTreeMap::new();
    for entity in view.entities().iter().filter(|entity| is_of(&entity.kind, "place.country")) {
        let is_itself = entity.id.eq_ignore_ascii_case(&entity.country);
        let known = countries.entry(&entity.country).or_insert(entity);
        if is_itself {
            *known = entity;
        }
    }
    countries
}

fn name_of(countries: &BTreeMap<&str, &RunEntity>, code: &str) -> Value {
    countries.get(code).map(|entity| entity.name.as_str()).into()
}

fn print_countries(command: &Focus, view: &View<'_>) -> CommandResult {
    #[derive(Default)]
    struct Tally {
        about: u64,
        mentioned: u64,
    }
    let slices = command.slice.by.as_ref().map(|by| view.slices(by)).transpose()?;
    let n_slices = slices.as_ref().map_or(1, |slices| slices.slices.len());
    let slice_of = |document: u32| slices.as_ref().map_or(Some(0), |slices| slices.slice_of(document as usize));
    let mut tallies: Vec<BTreeMap<String, Tally>> = (0..n_slices).map(|_| BTreeMap::new()).collect();
    let mut articles = vec![0_u64; n_slices];
    match &slices {
        Some(slices) => articles = slices.slices.iter().map(|slice| slice.articles).collect(),
        None => articles[0] = view.n_documents(),
    }
    view.for_each_focus(|document, focus, countries| {
        let Some(slice) = slice_of(document) else { return Ok(()) };
        for country in countries {
            tallies[slice].entry((*country).to_owned()).or_default().mentioned += 1;
        }
        if let Some(country) = focus.country {
            tallies[slice].entry(country).or_default().about += 1;
        }
        Ok(())
    })?;
    let names = countries(view);
    let mut rows = Vec::new();
    for (at, tallies) in tallies.into_iter().enumerate() {
        let about: u64 = tallies.values().map(|tally| tally.about).sum();
        let mut listed: Vec<(String, Tally)> = tallies.into_iter().collect();
        listed.push((String::new(), Tally { about: articles[at] - about, mentioned: 0 }));
        listed.sort_by_key(|(country, tally)| (Reverse((tally.about, tally.mentioned)), country.clone()));
        listed.truncate(if command.list.rows == 0 { usize::MAX } else { command.list.rows });
        for (country, tally) in listed {
            let mut row: Vec<Value> = vec![
                country.as_str().into(),
                name_of(&names, &country),
                tally.about.into(),
                (tally.about as f64 / articles[at].max(1) as f64).into(),
                if country.is_empty() { Value::Null } else { tally.mentioned.into() },
            ];
            if let Some(slices) = &slices {
                row.insert(0, slices.slices[at].label.as_str().into());
            }
            rows.push(row);
        }
    }
    let mut columns = vec![word("country"), text("name"), number("articles"), number("share"), number("mentioned")];
    if slices.is_some() {
        columns.insert(0, word("slice"));
    }
    table::print(command.list.format, &columns, rows)?;
    Ok(Outcome::Done)
}

fn print_documents(command: &Focus, run: &Run, view: &View<'_>) -> CommandResult {
    let limit = if command.list.rows == 0 { usize::MAX } else { command.list.rows };
    let mut found: BTreeMap<u32, Found> = BTreeMap::new();
    view.for_each_focus(|document, focus, _| {
        if found.len() < limit && (focus.country.is_some() || !focus.places.is_empty()) {
            found.insert(document, focus);
        }
        Ok(())
    })?;
    let names = countries(view);
    let mut rows = Vec::new();
    let mut row = 0;
    for block in run.documents()? {
        for document in block?.iter() {
            if let Some(focus) = found.get(&row) {
                let code = focus.country.as_deref().unwrap_or_default();
                let places = || focus.places.iter().map(|place| &view.entities()[*place as usize]);
                let share = if code.is_empty() { Value::Null } else { focus.share.into() };
                rows.push(vec![
                    document.id.into(),
                    document.date.into(),
                    document.source.into(),
                    code.into(),
                    name_of(&names, code),
                    share,
                    places().map(|place| place.id.as_str()).collect::<Vec<_>>().join(";").into(),
                    places().map(|place| place.name.as_str()).collect::<Vec<_>>().join("; ").into(),
                ]);
            }
            row += 1;
        }
    }
    let columns = [
        id("document"),
        word("date").spare(2),
        text("source").spare(3),
        word("country"),
        text("name").spare(2),
        number("share"),
        id("places").spare(1),
        text("place_names"),
    ];
    table::print(command.list.format, &columns, rows)?;
    Ok(Outcome::Done)
}
