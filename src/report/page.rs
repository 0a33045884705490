//! The page: one HTML file with the pictures, the data and the program that makes them answer.
//!
//! The page may run its own program and nothing else: its Content-Security-Policy names the program and the styles by their
//! hashes, and allows no connection. Names from articles and gazetteers reach it as JSON in a block that is no program, or as
//! text of the pictures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::compare::{self, Comparison};
use super::facts::{Facts, embedded};
use super::network::Network;
use super::quality::Quality;
use super::sentences::Embedded;
use super::slices::Slices;
use super::svg::{FONTS, INK, Legend, Picture, escape, short};
use super::{map, matrix, network, trend};
use crate::Holder;
use crate::gazetteer::Gazetteer;
use crate::ids::EntityId;
use crate::query::Period;
use crate::store::RunManifest;

const STYLE: &str = include_str!("assets/page.css");
/// Its files share one scope: the first has the words, the data and the tip; the last puts all to work.
const PROGRAM: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("assets/basics.js"),
    include_str!("assets/focus.js"),
    include_str!("assets/pictures.js"),
    include_str!("assets/tables.js"),
    include_str!("assets/timeline.js"),
    include_str!("assets/words.js"),
    include_str!("assets/start.js"),
    "})();\n"
);
const SKELETON: &str = include_str!("assets/page.html");

/// By which a page is known for dateline's own.
pub(super) const HEAD: &str = "<!doctype html>\n<!-- A report by dateline. -->\n";

/// Panels of the timeline that are visible before somebody asks for others.
const PANELS: usize = 12;

/// All that the page's program gets.
#[derive(Serialize)]
struct Data<'a> {
    title: &'a str,
    facts: &'a Facts,
    /// The network's edges, as positions among the pairs.
    edges: &'a [usize],
    /// The rows of the matrix.
    matrix: Vec<usize>,
    /// The pairs of the matrix, as positions among the pairs, and the least count of each shade.
    shades: Shades,
    slices: &'a Slices,
    quality: &'a Quality,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentences: Option<&'a Embedded>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offices: Option<&'a Offices>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a Comparison>,
    manifest: &'a RunManifest,
    digest: String,
    attribution: Option<&'static str>,
}

/// For the map and for the matrix: the least count and the number of each shade, by which a chosen period is shaded as the whole time is.
#[derive(Serialize)]
struct Shades {
    map: Vec<(u64, usize)>,
    matrix: Vec<(u64, usize)>,
}

/// Office-holders, as they are listed.
#[derive(Debug, Serialize)]
pub(super) struct Offices {
    rows: Vec<OfficeRow>,
    /// How many there are.
    n: usize,
}

#[derive(Debug, Serialize)]
struct OfficeRow {
    title: String,
    of: String,
    name: String,
    first: String,
    last: String,
    documents: u32,
}

impl Offices {
    /// The first of these holders.
    pub(super) fn of(holders: &[Holder], gazetteer: &Gazetteer, rows: usize) -> Self {
        let name = |entity: EntityId| embedded(gazetteer.entity(entity).name);
        let rows = holders.iter().take(rows).map(|holder| {
            let day = |day: Option<i32>| day.and_then(|day| Period::Day.label(day).ok()).unwrap_or_default();
            OfficeRow {
                title: name(holder.office.title),
                of: holder.office.of.map(name).unwrap_or_default(),
                name: embedded(&holder.office.name),
                first: day(holder.days.map(|(first, _)| first)),
                last: day(holder.days.map(|(_, last)| last)),
                documents: holder.documents,
            }
        });
        Self { rows: rows.collect(), n: holders.len() }
    }
}

/// What a page is made of.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    pub(super) facts: &'a Facts,
    pub(super) network: &'a Network,
    pub(super) slices: Slices,
    pub(super) quality: Quality,
    pub(super) manifest: &'a RunManifest,
    pub(super) attribution: Option<&'static str>,
    pub(super) sentences: Option<&'a Embedded>,
    pub(super) offices: Option<&'a Offices>,
    pub(super) comparison: Option<&'a Comparison>,
}

impl Page<'_> {
    /// The file.
    pub(super) fn assemble(&self) -> String {
        let Self { title, facts, network, .. } = *self;
        let data = Data {
            title,
            facts,
            edges: &network.edges,
            matrix: matrix::order(facts),
            shades: Shades { map: map::shading(facts).classes(), matrix: matrix::shading(facts).classes() },
            slices: &self.slices,
            quality: &self.quality,
            sentences: self.sentences,
            offices: self.offices,
            comparison: self.comparison,
            manifest: self.manifest,
            digest: self.manifest.digest(),
            attribution: self.attribution,
        };
        let pieces = self.pieces(&data);
        format!("{HEAD}{}", filled(SKELETON, &pieces))
    }

    fn pieces(&self, data: &Data<'_>) -> Vec<(&'static str, String)> {
        let Self { title, facts, network, .. } = *self;
        let panels: String = trend::shown(facts)
            .into_iter()
            .enumerate()
            .map(|(at, series)| {
                let hidden = if at < PANELS { "" } else { " hidden" };
                format!(
                    "<div class=\"panel\" data-e=\"{}\"{hidden}>{}</div>\n",
                    series.entity,
                    trend::page_panel(facts, series)
                )
            })
            .collect();
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
            hash_of(PROGRAM),
            hash_of(STYLE)
        );
        let map = map::draw(facts, false);
        let ties = network::draw(facts, network, false);
        let cells = matrix::draw(facts, false);
        vec![
            ("policy", policy),
            ("title", escape(title)),
            ("style", STYLE.to_owned()),
            (
                "map",
                picture(
                    &map,
                    "map",
                    "Map of the world: countries shaded by the documents that mention them, other places as circles",
                ),
            ),
            ("map-legend", legends(&map)),
            (
                "network",
                picture(&ties, "network", "Network of the entities that belong together most, coloured by community"),
            ),
            ("network-legend", legends(&ties)),
            (
                "matrix",
                picture(&cells, "matrix", "Matrix of the entities in most documents: documents that mention both"),
            ),
            ("matrix-legend", legends(&cells)),
            ("panels", panels),
            (
                "volume",
                if facts.timeline.bins.len() < 2 {
                    String::new()
                } else {
                    picture(
                        &trend::volume(facts),
                        "volume",
                        "Articles of each part of the time shown; the period is chosen here or with the two lists",
                    )
                },
            ),
            (
                "compared",
                self.comparison
                    .and_then(|comparison| {
                        Some(picture(&compare::draw(comparison)?, "compared", &compare::described(comparison)))
                    })
                    .unwrap_or_default(),
            ),
            ("data", json_in_html(data)),
            ("program", PROGRAM.to_owned()),
        ]
    }
}

/// Puts the pieces where the skeleton says `<!--{name}-->`. What a piece contains is not looked at again.
fn filled(skeleton: &str, pieces: &[(&str, String)]) -> String {
    let mut page = String::with_capacity(skeleton.len() + pieces.iter().map(|(_, piece)| piece.len()).sum::<usize>());
    for (at, part) in skeleton.split("<!--{").enumerate() {
        if at == 0 {
            page.push_str(part);
            continue;
        }
        let (name, rest) = part.split_once("}-->").expect("the skeleton is part of the program");
        let (_, piece) = pieces.iter().find(|(known, _)| *known == name).expect("the skeleton asks for known pieces");
        page.push_str(piece);
        page.push_str(rest);
    }
    page
}

fn picture(picture: &Picture, id: &str, says: &str) -> String {
    let [w, h] = [picture.width, picture.height].map(short);
    format!(
        "<svg id=\"{id}-svg\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{says}\" font-family=\"{FONTS}\" font-size=\"11\" fill=\"{INK}\">{}</svg>",
        picture.content
    )
}

/// The parts of a legend, each as a picture of its own, so that they find room on any screen.
fn legends(picture: &Picture) -> String {
    let height = short(Legend::HEIGHT);
    let one = |legend: &Legend| {
        let width = short(legend.width + 2.0);
        format!(
            "<svg viewBox=\"-1 0 {width} {height}\" width=\"{width}\" height=\"{height}\" aria-hidden=\"true\" font-family=\"{FONTS}\" font-size=\"11\" fill=\"{INK}\">{}</svg>",
            legend.content
        )
    };
    picture.legends.iter().map(one).collect()
}

/// JSON that can be inside an element `script`: neither the element's end nor a comment can occur in it, and no character
/// that some programs take for a line end.
fn json_in_html(data: &impl Serialize) -> String {
    let json = serde_json::to_string(data).expect("string keys only");
    let mut escaped = String::with_capacity(json.len() + json.len() / 50);
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => escaped.push_str(&format!("\\u{:04x}", c as u32)),
            c => escaped.push(c),
        }
    }
    escaped
}

/// As a Content-Security-Policy names it: SHA-256 in Base64.
fn hash_of(text: &str) -> String {
    BASE64.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_standard() {
        assert_eq!(hash_of(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn json_cannot_leave_its_element() {
        let json = json_in_html(&["</script><!--<script>&\u{2028}\u{2029}\"'\0"]);
        assert_eq!(json, r#"["\u003c/script\u003e\u003c!--\u003cscript\u003e\u0026\u2028\u2029\"'\u0000"]"#);
    }

    #[test]
    fn pieces_are_not_filled_in_again() {
        let pieces = [("a", "<!--{b}-->".to_owned()), ("b", "B".to_owned())];
        assert_eq!(filled("1<!--{a}-->2<!--{b}-->3", &pieces), "1<!--{b}-->2B3");
    }

    /// What the policy forbids is not in the page, and the program and the styles do not end their elements.
    #[test]
    fn the_parts_obey_the_policy() {
        let skeleton = SKELETON.to_lowercase();
        for forbidden in [" style=", " onclick=", " onload=", "http://", "https://", "javascript:", "<link", "<iframe"]
        {
            assert!(!skeleton.contains(forbidden), "the skeleton has {forbidden}");
        }
        assert!(!PROGRAM.contains("</script") && !PROGRAM.contains("innerHTML") && !PROGRAM.contains("eval("));
        assert!(!STYLE.contains("</style") && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
