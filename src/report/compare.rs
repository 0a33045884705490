//! Two runs, or two parts of one, side by side: what there is of each, and in which names they differ most.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::facts::{Facts, Group, embedded};
use super::labels;
use super::svg::{FAINT, INK, Picture, escape, short};
use crate::association::Measure;
use crate::error::Result;
use crate::query::{
    Filter, Frequency, Keyness, Period, RunEntity, View, is_agency, is_of, keyness, keyness_of_runs, top_entities,
};
use crate::store::ManifestInput;
use crate::text::thousands;

/// Names in the table, the surest differences first.
const ROWS: usize = 400;
/// Names first on each side that are listed.
const TOP: usize = 10;
/// Bars drawn for each side.
const BARS: usize = 15;
/// Below this a difference is by chance more often than once in a thousand, and is not drawn.
const SURE: f64 = 10.83;

/// What is compared with what.
#[derive(Debug)]
pub struct Compared<'v, 'r> {
    /// The two, of one run or of two.
    pub views: [&'v View<'r>; 2],
    /// What they are called.
    pub names: [String; 2],
}

/// What the page shows of it.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    sides: [Side; 2],
    pub(super) rows: Vec<Row>,
    /// Names that were compared, listed or not.
    compared: usize,
    /// Whether the two are of the run that the page is about; else only the first is.
    parts: bool,
    /// What of the settings and the gazetteer is not the same, so that numbers may differ for this reason.
    differences: Vec<String>,
    /// Files that both runs read.
    same_inputs: usize,
}

/// One of the two.
#[derive(Debug, Serialize)]
struct Side {
    name: String,
    articles: u64,
    mentions: u64,
    /// Different names.
    names: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<String>,
    sources: usize,
    /// The names in most articles: name and articles.
    top: Vec<(String, u32)>,
}

/// A name on both sides.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    kind: String,
    group: Group,
    /// Its position on the page, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<usize>,
    /// Articles of each that mention it.
    pub(super) documents: [u64; 2],
    /// How much more often it is in the first than in the second, in powers of two.
    pub(super) log_ratio: f64,
    /// How sure the difference is: G².
    pub(super) g2: f64,
}

impl Row {
    fn of(found: &Keyness<'_>, position: &BTreeMap<&str, usize>) -> Self {
        let Keyness { entity, table } = found;
        let rounded = |value: f64, to: f64| (value * to).round() / to;
        Self {
            id: embedded(&entity.id),
            name: embedded(&entity.name),
            kind: embedded(&entity.kind),
            group: Group::of_kind(&entity.kind),
            entity: position.get(entity.id.as_str()).copied(),
            documents: [table.k11, table.k12],
            log_ratio: rounded(table.log_ratio(), 1000.0),
            g2: rounded(Measure::LogLikelihood.of(*table), 100.0),
        }
    }
}

impl Comparison {
    /// Compares the names of two views, titles and news agencies left out, as `dateline trend --compare` does.
    ///
    /// # Errors
    ///
    /// If the two are of one run and have a document in common, or a run cannot be read.
    pub(super) fn of(compared: &Compared<'_, '_>, facts: &Facts) -> Result<Self> {
        let views = compared.views;
        let [first, second] = views.map(View::run);
        let parts = first.manifest().digest() == second.manifest().digest();
        let is_wanted = |entity: &RunEntity| !is_of(&entity.kind, "title") && !is_agency(&entity.kind);
        let found = if parts {
            keyness(views, |row| is_wanted(&views[0].entities()[row as usize]), 0)?
        } else {
            keyness_of_runs(views, is_wanted, 0)
        };
        let position: BTreeMap<&str, usize> =
            facts.entities.iter().enumerate().map(|(at, entity)| (entity.id.as_str(), at)).collect();
        let rows = found.iter().take(ROWS).map(|keyness| Row::of(keyness, &position)).collect();
        let (mut differences, mut same_inputs) = (Vec::new(), 0);
        if !parts {
            let [one, other] = [first.manifest(), second.manifest()];
            if one.gazetteer.fingerprint != other.gazetteer.fingerprint {
                differences.push(format!(
                    "gazetteer: {} and {}",
                    one.gazetteer.names.join(" + "),
                    other.gazetteer.names.join(" + ")
                ));
            }
            let settings = one.settings.difference(&other.settings);
            differences.extend(settings.map(|found| format!("{}: {} and {}", found.field, found.ours, found.theirs)));
            differences = differences.iter().map(|difference| embedded(difference)).collect();
            let hashes =
                |inputs: &[ManifestInput]| inputs.iter().map(|input| input.sha256.clone()).collect::<BTreeSet<_>>();
            same_inputs = hashes(&one.inputs).intersection(&hashes(&other.inputs)).count();
        }
        let [a, b] = &compared.names;
        let sides = [Side::of(views[0], a)?, Side::of(views[1], b)?];
        Ok(Self { sides, rows, compared: found.len(), parts, differences, same_inputs })
    }
}

impl Side {
    fn of(view: &View<'_>, name: &str) -> Result<Self> {
        let filter = Filter { without_agencies: true, ..Filter::default() };
        let listed = top_entities(view, &filter.select(view)?, Frequency::Documents, 0);
        let listed = listed.into_iter().filter(|entity| entity.documents > 0 && !is_of(&entity.kind, "title"));
        let top = listed.take(TOP).map(|entity| (embedded(&entity.name), entity.documents)).collect();
        let mut days: Option<(i32, i32)> = None;
        let mut sources = BTreeSet::new();
        let mut row = 0;
        for block in view.run().documents()? {
            for document in block?.iter() {
                if view.has_document(row) {
                    if document.day != i32::MIN {
                        let (first, last) = days.unwrap_or((document.day, document.day));
                        days = Some((first.min(document.day), last.max(document.day)));
                    }
                    if !document.source.is_empty() && !sources.contains(document.source) {
                        sources.insert(document.source.to_owned());
                    }
                }
                row += 1;
            }
        }
        // A day that the calendar does not have is no day.
        let label = |day: i32| Period::Day.label(day).ok();
        Ok(Self {
            name: embedded(name),
            articles: view.n_documents(),
            mentions: view.entities().iter().map(|entity| entity.mentions).sum(),
            names: view.n_entities(),
            first_day: days.and_then(|(first, _)| label(first)),
            last_day: days.and_then(|(_, last)| label(last)),
            sources: sources.len(),
            top,
        })
    }
}

/// As wide as a phone, so that it is read there, too.
const WIDTH: f64 = 440.0;
const MIDDLE: f64 = WIDTH / 2.0;
/// Height of a bar with the gap below it.
const STEP: f64 = 20.0;
const TOP_OF_BARS: f64 = 40.0;
/// The longest bar, and the log ratio that it shows: 64 times as often.
const LONGEST: f64 = 190.0;
const GREATEST: f64 = 6.0;
const COLOURS: [&str; 2] = ["#1b6ca8", "#b8500f"];

/// Bars to both sides of a line, with the name on the other side: above the names that are more frequent on the first side, each the
/// surest differences, below those of the second. `None` if there is no sure difference.
pub(super) fn draw(comparison: &Comparison) -> Option<Picture> {
    let of = |is_first: bool| {
        let sure = comparison.rows.iter().filter(move |row| row.g2 >= SURE && (row.log_ratio > 0.0) == is_first);
        let mut rows: Vec<&Row> = sure.take(BARS).collect();
        rows.sort_by(|a, b| b.log_ratio.total_cmp(&a.log_ratio));
        rows
    };
    let rows: Vec<&Row> = of(true).into_iter().chain(of(false)).collect();
    if rows.is_empty() {
        return None;
    }
    let bottom = TOP_OF_BARS + STEP * rows.len() as f64;
    let mut content = String::new();
    for (side, sign, anchor) in [(0, -1.0, "end"), (1, 1.0, "start")] {
        let [x, y] = [MIDDLE + sign * 8.0, 14.0].map(short);
        let name = escape(&labels::written(&comparison.sides[side].name));
        write!(
            content,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"12\" font-weight=\"bold\" fill=\"{INK}\">{name}</text>"
        )
        .expect("a string");
    }
    let [x, y1, y2] = [MIDDLE, TOP_OF_BARS - 4.0, bottom].map(short);
    write!(content, "<path class=\"axis\" d=\"M{x} {y1}V{y2}\" stroke=\"{FAINT}\"/><g class=\"scale\" font-size=\"10\" fill=\"{FAINT}\">")
        .expect("a string");
    for times in [-6_i32, -4, -2, 2, 4, 6] {
        let [x, y] = [MIDDLE + f64::from(times) / GREATEST * LONGEST, TOP_OF_BARS - 10.0].map(short);
        let more = if times.abs() == 6 { "+" } else { "" };
        write!(content, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}×{more}</text>", 1 << times.abs())
            .expect("a string");
    }
    content.push_str("</g>\n");
    for (at, row) in rows.iter().enumerate() {
        let (side, sign) = if row.log_ratio > 0.0 { (0, -1.0) } else { (1, 1.0) };
        let anchor = if side == 0 { "start" } else { "end" };
        let length = (row.log_ratio.abs().min(GREATEST) / GREATEST * LONGEST).max(2.0);
        let y = TOP_OF_BARS + STEP * at as f64;
        let left = if side == 0 { MIDDLE - length } else { MIDDLE };
        let name = escape(&labels::written(&row.name));
        let [a, b] = row.documents.map(thousands);
        let [x, top, width, height, text, middle] =
            [left, y, length, STEP - 5.0, MIDDLE - sign * 6.0, y + (STEP - 5.0) / 2.0].map(short);
        writeln!(
            content,
            "<g class=\"bar\"><title>{name}: {a} and {b}</title><rect class=\"c{side}\" fill=\"{}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>\
             <text x=\"{text}\" y=\"{middle}\" dy=\".35em\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"{INK}\">{name}</text></g>",
            COLOURS[side]
        )
        .expect("a string");
    }
    Some(Picture { width: WIDTH, height: bottom + 4.0, content, legends: Vec::new() })
}

/// As words, for those who do not see the picture.
pub(super) fn described(comparison: &Comparison) -> String {
    let [a, b] = [0, 1].map(|side| escape(&comparison.sides[side].name));
    format!(
        "Bars: names that are in a greater share of the articles of {a} to the left, of {b} to the right; the table has the numbers"
    )
}
