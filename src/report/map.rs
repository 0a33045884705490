//! The map: countries shaded by documents, other places as circles.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::facts::{Entity, Facts};
use super::labels::{self, Point};
use super::svg::{self, Legend, PAPER, Picture, Shading, escape, short};
use super::world;
use crate::text::thousands;

/// Circles on the map, the greatest first.
const CIRCLES: usize = 200;
/// Radius of the greatest circle, at most.
const GREATEST: f64 = 15.0;
const CIRCLE: &str = "#ee7a2f";
/// So many places may have their names written at any scale; the others, once the map is magnified.
const NAMED: usize = 60;
/// The scale from which the others may.
const CLOSER: f64 = 2.0;

/// The shades of the countries.
pub(super) fn shading(facts: &Facts) -> Shading {
    Shading::new(facts.countries.iter().map(|country| country.documents).max().unwrap_or(0))
}

pub(super) fn draw(facts: &Facts, on_paper: bool) -> Picture {
    let frame = (world::WIDTH, world::height());
    let shading = shading(facts);
    let documents: BTreeMap<&str, u64> =
        facts.countries.iter().map(|country| (country.code.as_str(), country.documents)).collect();
    let mut content = format!("<g class=\"lands\" stroke=\"{PAPER}\" stroke-width=\".5\" stroke-linejoin=\"round\">\n");
    let shapes = world::shapes();
    for shape in &shapes {
        let count = documents.get(shape.code.as_str()).copied().unwrap_or(0);
        let data = if on_paper || shape.code.is_empty() {
            format!("><title>{}: {}</title></path>", escape(&shape.name), thousands(count))
        } else {
            format!(" data-c=\"{}\" data-n=\"{}\"/>", escape(&shape.code), escape(&shape.name))
        };
        writeln!(content, "<path {} d=\"{}\"{data}", shading.paint(count), shape.path).expect("a string");
    }
    content.push_str("</g>\n");

    let shaped = |code: &str| shapes.iter().any(|shape| shape.code == code);
    let mut circles: Vec<(usize, &Entity, (f64, f64))> = facts
        .entities
        .iter()
        .enumerate()
        .filter(|(_, entity)| is_circle(entity, shaped(&entity.country)))
        .filter_map(|(index, entity)| Some((index, entity, world::place(entity.latitude?, entity.longitude?)?)))
        .collect();
    circles.truncate(CIRCLES);
    let most = circles.first().map_or(1, |(_, entity, _)| entity.documents.max(1));
    // Few documents are no reason for large circles.
    let greatest = GREATEST.min(3.0 + 1.6 * f64::from(most).sqrt());
    let radius = |documents: u32| (1.6 + (greatest - 1.6) * (f64::from(documents) / f64::from(most)).sqrt()).max(2.2);
    write!(
        content,
        "<g class=\"places\" fill=\"{CIRCLE}\" fill-opacity=\".88\" stroke=\"{PAPER}\" stroke-width=\".7\">"
    )
    .expect("a string");
    let mut points = Vec::new();
    for &(index, entity, (x, y)) in &circles {
        let radius = radius(entity.documents);
        let data = if on_paper {
            format!("><title>{}: {}</title></circle>", escape(&entity.name), thousands(entity.documents.into()))
        } else {
            format!(" data-e=\"{index}\" data-r=\"{}\"/>", short(radius))
        };
        write!(content, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{data}", short(x), short(y), short(radius))
            .expect("a string");
        points.push(Point { x, y, radius, width: labels::width(&labels::written(&entity.name)) });
    }
    content.push_str("</g>\n");

    content.push_str(&svg::label_group());
    for (at, place) in labels::place(&points, frame).into_iter().enumerate() {
        let Some(mut place) = place else { continue };
        if at >= NAMED {
            place.scale = place.scale.max(CLOSER);
        }
        let (index, entity, _) = circles[at];
        let data = if on_paper { String::new() } else { format!(" data-e=\"{index}\"") };
        content.push_str(&svg::label(points[at], place, &labels::written(&entity.name), &data, on_paper));
    }
    content.push_str("</g>\n");
    let mut legends = vec![shading.legend("documents that mention a country or a place in it")];
    if !circles.is_empty() {
        let paint = format!("class=\"place\" fill=\"{CIRCLE}\" fill-opacity=\".88\"");
        legends.push(Legend::of_circles("documents that mention a place", most, radius, &paint));
    }
    Picture { width: frame.0, height: frame.1, content, legends }
}

/// Countries are shaded; those too small for a shape are circles, like cities. Continents, seas and states are neither: their
/// point would mean nothing.
fn is_circle(entity: &Entity, shaped: bool) -> bool {
    match entity.kind.as_str() {
        "place.city" | "place.landmark" | "place.island" => true,
        "place.country" | "place.territory" => !shaped,
        _ => false,
    }
}
