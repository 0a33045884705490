//! The matrix: in how many documents two of the most frequent entities occur together.

use std::fmt::Write as _;

use super::facts::Facts;
use super::labels;
use super::svg::{self, INK, NOTHING, Picture, Shading, escape, short};
use crate::text::thousands;

/// Side of a cell.
const CELL: f64 = 17.0;
/// Room for the names at the left, and at the top, where they are turned.
const LEFT: f64 = 200.0;
const TOP: f64 = 172.0;
const LEAN: f64 = 100.0;

/// The entities of the matrix in their order: communities together, in each those in most documents first.
pub(super) fn order(facts: &Facts) -> Vec<usize> {
    let mut order = facts.in_matrix.clone();
    order.sort_by_key(|&entity| (facts.entities[entity].community, entity));
    order
}

/// The pairs that it shows, by their positions.
pub(super) fn pairs(facts: &Facts) -> impl Iterator<Item = usize> + '_ {
    let mut is_inside = vec![false; facts.entities.len()];
    facts.in_matrix.iter().for_each(|&entity| is_inside[entity] = true);
    (0..facts.pairs.len()).filter(move |&at| is_inside[facts.pairs[at].a] && is_inside[facts.pairs[at].b])
}

/// The shades of the cells.
pub(super) fn shading(facts: &Facts) -> Shading {
    Shading::new(pairs(facts).map(|at| facts.pairs[at].joint).max().unwrap_or(0))
}

pub(super) fn draw(facts: &Facts, on_paper: bool) -> Picture {
    let order = order(facts);
    let mut place = vec![usize::MAX; facts.entities.len()];
    order.iter().enumerate().for_each(|(at, &entity)| place[entity] = at);
    let inside: Vec<_> = pairs(facts).map(|at| (at, facts.pairs[at])).collect();
    let shading = shading(facts);
    let side = CELL * order.len() as f64;
    let [left, top, all] = [LEFT, TOP, side].map(short);
    let mut content = format!(
        "<rect class=\"q\" x=\"{left}\" y=\"{top}\" width=\"{all}\" height=\"{all}\" fill=\"{NOTHING}\"/>\n<g class=\"cells\">\n"
    );
    for (at, tie) in inside {
        let (a, b) = (place[tie.a], place[tie.b]);
        for (row, column) in [(a, b), (b, a)] {
            let [x, y] = [LEFT + CELL * column as f64, TOP + CELL * row as f64].map(short);
            let data = if on_paper {
                let (a, b) = (&facts.entities[tie.a].name, &facts.entities[tie.b].name);
                format!("><title>{} – {}: {}</title></rect>", escape(a), escape(b), thousands(tie.joint))
            } else {
                format!(" data-p=\"{at}\"/>")
            };
            let cell = short(CELL - 1.0);
            writeln!(
                content,
                "<rect {} x=\"{x}\" y=\"{y}\" width=\"{cell}\" height=\"{cell}\"{data}",
                shading.paint(tie.joint)
            )
            .expect("a string");
        }
    }
    content.push_str("</g>\n");
    for (at, &entity) in order.iter().enumerate() {
        let of = &facts.entities[entity];
        let name = escape(&labels::written(&of.name));
        let paint = svg::paint_of_community(of.community);
        let data = if on_paper { String::new() } else { format!(" data-e=\"{entity}\"") };
        let middle = CELL * (at as f64 + 0.5) - 0.5;
        let [x, y, mark_x, mark_y] =
            [LEFT - 12.0, TOP + middle, LEFT - 8.0, TOP + middle - CELL / 2.0 + 0.5].map(short);
        let [column, above, mark_left] = [LEFT + middle, TOP - 12.0, LEFT + middle - CELL / 2.0 + 0.5].map(short);
        let (cell, mark_top) = (short(CELL - 1.0), short(TOP - 8.0));
        writeln!(
            content,
            "<text class=\"name\" x=\"{x}\" y=\"{y}\" dy=\".35em\" text-anchor=\"end\" fill=\"{INK}\"{data}>{name}</text>\
             <rect {paint} x=\"{mark_x}\" y=\"{mark_y}\" width=\"5\" height=\"{cell}\"/>\
             <text class=\"name\" transform=\"translate({column} {above}) rotate(-60)\" dy=\".35em\" fill=\"{INK}\"{data}>{name}</text>\
             <rect {paint} x=\"{mark_left}\" y=\"{mark_top}\" width=\"{cell}\" height=\"5\"/>"
        )
        .expect("a string");
    }
    let legends = vec![shading.legend("documents that mention both")];
    // The last names at the top lean beyond the last column.
    Picture { width: LEFT + side + LEAN, height: TOP + side + 4.0, content, legends }
}
