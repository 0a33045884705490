//! The network: the strongest ties among the entities of a run, laid out by forces and coloured by community.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::facts::{Facts, Tie};
use super::labels::{self, Point};
use super::layout::layout;
use super::svg::{self, GREY, Legend, PAPER, Picture, escape, short};
use crate::network::{Edge, communities};
use crate::text::thousands;

/// Most nodes and edges: more are a ball of wool.
const NODES: usize = 90;
const EDGES: usize = 240;
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 640.0;

/// Which entities and pairs are drawn.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// Entities, those in most documents first.
    pub(super) nodes: Vec<usize>,
    /// Positions in the facts' pairs, the strongest first.
    pub(super) edges: Vec<usize>,
}

impl Network {
    /// Takes the strongest ties until there are enough nodes, and then those between these nodes.
    pub(super) fn of(facts: &Facts) -> Self {
        let mut is_node = vec![false; facts.entities.len()];
        let (mut n_nodes, mut edges) = (0, Vec::new());
        let topical = |entity: usize| facts.entities[entity].group.is_topic();
        for (at, tie) in facts.listed().iter().enumerate() {
            if edges.len() == EDGES || !topical(tie.a) || !topical(tie.b) {
                continue;
            }
            let new = [tie.a, tie.b].into_iter().filter(|&entity| !is_node[entity]).count();
            if n_nodes + new <= NODES {
                n_nodes += new;
                is_node[tie.a] = true;
                is_node[tie.b] = true;
                edges.push(at);
            }
        }
        Self { nodes: (0..is_node.len()).filter(|&entity| is_node[entity]).collect(), edges }
    }
}

/// Gives the entities of the network and the matrix their communities: those of the graph of all listed ties among them,
/// weighted by the contexts with both, as `dateline communities` weights it.
pub(super) fn assign_communities(facts: &mut Facts, network: &Network) {
    let mut members: Vec<usize> = network.nodes.iter().chain(&facts.in_matrix).copied().collect();
    members.sort_unstable();
    members.dedup();
    let number: BTreeMap<usize, u32> = (0..).zip(&members).map(|(number, &entity)| (entity, number)).collect();
    let edge = |tie: &Tie| {
        // A number of contexts is stored in 32 bits.
        let weight = u32::try_from(tie.joint).unwrap_or(u32::MAX);
        Some(Edge { a: *number.get(&tie.a)?, b: *number.get(&tie.b)?, weight })
    };
    let edges: Vec<Edge> = facts.listed().iter().filter_map(edge).collect();
    for (entity, community) in members.iter().zip(communities(&edges, members.len()).of_node) {
        facts.entities[*entity].community = Some(community as usize);
    }
}

pub(super) fn draw(facts: &Facts, network: &Network, on_paper: bool) -> Picture {
    let most = network.nodes.iter().map(|&entity| facts.entities[entity].documents).max().unwrap_or(1).max(1);
    let radii: Vec<f64> = network.nodes.iter().map(|&entity| radius(facts.entities[entity].documents, most)).collect();
    let number: BTreeMap<usize, usize> =
        network.nodes.iter().enumerate().map(|(number, &entity)| (entity, number)).collect();
    let ties: Vec<_> = network.edges.iter().map(|&edge| (edge, facts.pairs[edge])).collect();
    let edges: Vec<(usize, usize, f64)> =
        ties.iter().map(|(_, tie)| (number[&tie.a], number[&tie.b], tie.npmi)).collect();
    let points = layout(&radii, &edges, WIDTH, HEIGHT);

    let mut content =
        "<g class=\"ties\" stroke=\"#8d8a82\" stroke-opacity=\".45\" stroke-linecap=\"round\">\n".to_owned();
    for ((edge, tie), &(a, b, npmi)) in ties.iter().zip(&edges) {
        let ((x1, y1), (x2, y2)) = (points[a], points[b]);
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(short);
        let width = short(line_width(npmi));
        let data = if on_paper {
            let (a, b) = (&facts.entities[tie.a].name, &facts.entities[tie.b].name);
            format!("><title>{} – {}: {}</title></line>", escape(a), escape(b), thousands(tie.joint))
        } else {
            format!(" data-p=\"{edge}\"/>")
        };
        writeln!(content, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke-width=\"{width}\"{data}")
            .expect("a string");
    }
    write!(content, "</g>\n<g class=\"nodes\" stroke=\"{PAPER}\" stroke-width=\"1\">\n").expect("a string");
    for (&entity, (&(x, y), &radius)) in network.nodes.iter().zip(points.iter().zip(&radii)) {
        let paint = svg::paint_of_community(facts.entities[entity].community);
        let data = if on_paper {
            let of = &facts.entities[entity];
            format!("><title>{}: {}</title></circle>", escape(&of.name), thousands(of.documents.into()))
        } else {
            format!(" data-e=\"{entity}\" data-r=\"{}\"/>", short(radius))
        };
        let [x, y, r] = [x, y, radius].map(short);
        writeln!(content, "<circle {paint} cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{data}").expect("a string");
    }
    content.push_str("</g>\n");
    content.push_str(&svg::label_group());
    let written: Vec<String> =
        network.nodes.iter().map(|&entity| labels::written(&facts.entities[entity].name)).collect();
    let points: Vec<Point> = points
        .iter()
        .zip(&radii)
        .zip(&written)
        .map(|((&(x, y), &radius), name)| Point { x, y, radius, width: labels::width(name) })
        .collect();
    for (at, place) in labels::place(&points, (WIDTH, HEIGHT)).into_iter().enumerate() {
        let Some(place) = place else { continue };
        let data = if on_paper { String::new() } else { format!(" data-e=\"{}\"", network.nodes[at]) };
        content.push_str(&svg::label(points[at], place, &written[at], &data, on_paper));
    }
    content.push_str("</g>\n");
    let circles = format!("class=\"c\" fill=\"{GREY}\"");
    let circles =
        Legend::of_circles("documents that mention a name", most, |documents| radius(documents, most), &circles);
    Picture { width: WIDTH, height: HEIGHT, content, legends: vec![circles, legend_of_lines()] }
}

/// The area of a circle grows with the documents.
fn radius(documents: u32, most: u32) -> f64 {
    3.5 + 13.5 * (f64::from(documents) / f64::from(most)).sqrt()
}

/// Thin and thick lines.
fn legend_of_lines() -> Legend {
    let mut content = "<text x=\"0\" y=\"10\">strength of a tie (NPMI)</text>".to_owned();
    let mut x = 0.0;
    for npmi in [0.1, 0.5, 0.9] {
        let [from, to, at, width] = [x, x + 26.0, x + 32.0, line_width(npmi)].map(short);
        write!(
            content,
            "<path d=\"M{from} 30H{to}\" stroke=\"#8d8a82\" stroke-width=\"{width}\"/><text x=\"{at}\" y=\"34\">{npmi}</text>"
        )
        .expect("a string");
        x += 66.0;
    }
    Legend { content, width: x.max(labels::width("strength of a tie (NPMI)")) }
}

fn line_width(npmi: f64) -> f64 {
    0.5 + 2.8 * npmi.max(0.0)
}
