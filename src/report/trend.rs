//! The timeline: for each entity the share of the documents that mention it, with its interval.

use std::fmt::Write as _;

use super::facts::Facts;
use super::labels;
use super::period::{Series, Timeline};
use super::svg::{FAINT, INK, Picture, escape, short};
use crate::query::bursts;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 132.0;
/// The plot in a panel.
const LEFT: f64 = 40.0;
const RIGHT: f64 = 292.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 110.0;
const LINE: &str = "#1b6ca8";
/// Bursts, above the plot.
const BURST: &str = "#c8501e";
/// Panels on paper.
const ON_PAPER: usize = 12;
const COLUMNS: usize = 3;

/// The series that panels are drawn of: titles and news agencies are set apart.
pub(super) fn shown(facts: &Facts) -> Vec<&Series> {
    let topical = |series: &&Series| facts.entities[series.entity].group.is_topic();
    facts.timeline.series.iter().filter(topical).collect()
}

/// A panel for each of the first entities, on one sheet.
pub(super) fn draw(facts: &Facts) -> Picture {
    let panels: Vec<&Series> = shown(facts).into_iter().take(ON_PAPER).collect();
    let mut content = String::new();
    for (at, series) in panels.iter().enumerate() {
        let [x, y] = [(at % COLUMNS) as f64 * (WIDTH + 12.0), (at / COLUMNS) as f64 * (HEIGHT + 8.0)].map(short);
        writeln!(content, "<g transform=\"translate({x} {y})\">{}</g>", panel(facts, series)).expect("a string");
    }
    let rows = panels.len().div_ceil(COLUMNS);
    Picture {
        width: COLUMNS as f64 * (WIDTH + 12.0) - 12.0,
        height: rows as f64 * (HEIGHT + 8.0),
        content,
        legends: Vec::new(),
    }
}

/// A panel as a picture of the page.
pub(super) fn page_panel(facts: &Facts, series: &Series) -> String {
    let [w, h, left, right] = [WIDTH, HEIGHT, LEFT, RIGHT].map(short);
    let name = escape(&facts.entities[series.entity].name);
    format!(
        "<svg viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"Share of the documents that mention {name}\" data-left=\"{left}\" data-right=\"{right}\">{}</svg>",
        panel(facts, series)
    )
}

/// How many articles there are over time, as bars; the page's program lets a period be chosen here. It has no text, so that it can be
/// as wide as the screen and as high as a finger.
pub(super) fn volume(facts: &Facts) -> Picture {
    let bins = &facts.timeline.bins;
    let (width, height) = (960.0, 64.0);
    let most = bins.iter().map(|bin| bin.documents).max().unwrap_or(1).max(1);
    let step = width / bins.len().max(1) as f64;
    let mut content = "<g class=\"bars\">".to_owned();
    for (at, bin) in bins.iter().enumerate().filter(|(_, bin)| bin.documents > 0) {
        let tall = (height * bin.documents as f64 / most as f64).max(1.0);
        let [x, y, w, h] = [step * at as f64, height - tall, (step - 0.6).max(0.4), tall].map(short);
        write!(content, "<rect class=\"q3\" fill=\"{LINE}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>")
            .expect("a string");
    }
    let [w, h] = [width, height].map(short);
    write!(
        content,
        "</g><rect class=\"span\" y=\"0\" width=\"0\" height=\"{h}\" fill=\"none\" data-left=\"0\" data-right=\"{w}\"/>"
    )
    .expect("a string");
    Picture { width, height, content, legends: Vec::new() }
}

fn panel(facts: &Facts, series: &Series) -> String {
    let Timeline { bins, .. } = &facts.timeline;
    let step = (RIGHT - LEFT) / bins.len() as f64;
    let x = |bin: usize| LEFT + step * (bin as f64 + 0.5);
    // The interval of a bin with few documents reaches far up; the scale follows the shares, and bands are cut at its top.
    let shares = series.documents.iter().zip(bins).filter(|(_, bin)| bin.documents > 0);
    let most = shares.map(|(&documents, bin)| documents as f64 / bin.documents as f64 * 1.15).fold(0.0, f64::max);
    let scale = round_up(most);
    let y = |share: f64| BOTTOM - (share / scale).min(1.0) * (BOTTOM - TOP);
    let mut band = String::new();
    let mut line = String::new();
    let mut dots = String::new();
    for run in filled_runs(facts) {
        let intervals: Vec<(usize, f64, f64, f64)> = run
            .map(|bin| {
                let (low, high) = series.intervals[bin];
                let share = series.documents[bin] as f64 / bins[bin].documents as f64;
                (bin, share, f64::from(low) / 1e5, f64::from(high) / 1e5)
            })
            .collect();
        if let [(bin, share, low, high)] = intervals[..] {
            let [x, y1, y2] = [x(bin), y(low), y(high)].map(short);
            write!(dots, "<path class=\"whisker\" d=\"M{x} {y1}V{y2}\" stroke=\"{LINE}\" stroke-opacity=\".4\" stroke-width=\"3\"/>").expect("a string");
            write!(dots, "<circle class=\"dot\" cx=\"{x}\" cy=\"{}\" r=\"2.2\" fill=\"{LINE}\"/>", short(y(share)))
                .expect("a string");
            continue;
        }
        let path = |points: &mut dyn Iterator<Item = (f64, f64)>| {
            let points: Vec<String> = points.map(|(x, y)| format!("{} {}", short(x), short(y))).collect();
            points.join("L")
        };
        let upper = path(&mut intervals.iter().map(|&(bin, _, _, high)| (x(bin), y(high))));
        let lower = path(&mut intervals.iter().rev().map(|&(bin, _, low, _)| (x(bin), y(low))));
        write!(band, "M{upper}L{lower}Z").expect("a string");
        write!(line, "M{}", path(&mut intervals.iter().map(|&(bin, share, ..)| (x(bin), y(share))))).expect("a string");
    }
    let counts: Vec<(u64, u64)> =
        series.documents.iter().zip(bins).map(|(documents, bin)| (*documents, bin.documents)).collect();
    let mut marks = String::new();
    for burst in bursts(&counts, 2.0, 1.0) {
        let [from, to] = [x(burst.first) - step / 2.0, x(burst.last) + step / 2.0].map(short);
        write!(
            marks,
            "<path class=\"burst\" d=\"M{from} {}H{to}\" stroke=\"{BURST}\" stroke-width=\"3\"/>",
            short(TOP - 3.0)
        )
        .expect("a string");
    }
    let name = escape(&labels::written(&facts.entities[series.entity].name));
    let [left, right, top, bottom] = [LEFT, RIGHT, TOP, BOTTOM].map(short);
    let mut svg = format!(
        "<text class=\"name\" x=\"{left}\" y=\"15\" font-size=\"13\" font-weight=\"bold\" fill=\"{INK}\">{name}</text>\
         <path class=\"axis\" d=\"M{left} {bottom}H{right}M{left} {top}H{right}\" stroke=\"{FAINT}\" stroke-opacity=\".35\" fill=\"none\"/>\
         <g class=\"scale\" font-size=\"10\" fill=\"{FAINT}\"><text x=\"36\" y=\"{top}\" dy=\".35em\" text-anchor=\"end\">{}</text>\
         <text x=\"36\" y=\"{bottom}\" dy=\".35em\" text-anchor=\"end\">0</text>",
        percent(scale)
    );
    if let (Some(first), Some(last)) = (bins.first(), bins.last()) {
        write!(svg, "<text x=\"{left}\" y=\"125\">{}</text>", escape(&first.label)).expect("a string");
        if bins.len() > 1 {
            write!(svg, "<text x=\"{right}\" y=\"125\" text-anchor=\"end\">{}</text>", escape(&last.label))
                .expect("a string");
        }
    }
    write!(
        svg,
        "</g><path class=\"band\" d=\"{band}\" fill=\"{LINE}\" fill-opacity=\".22\"/><path class=\"line\" d=\"{line}\" stroke=\"{LINE}\" stroke-width=\"1.6\" stroke-linejoin=\"round\" fill=\"none\"/>{dots}{marks}"
    )
    .expect("a string");
    svg
}

/// Bins with documents, as runs without a gap: where nothing was published, nothing is known.
fn filled_runs(facts: &Facts) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in facts.timeline.bins.iter().enumerate().filter(|(_, bin)| bin.documents > 0) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// The next share with a round number, at most all.
fn round_up(share: f64) -> f64 {
    let mut unit = 1e-6;
    loop {
        if let Some(round) =
            [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0].into_iter().map(|step| step * unit).find(|round| *round >= share)
        {
            return round.min(1.0);
        }
        unit *= 10.0;
    }
}

fn percent(share: f64) -> String {
    // Round numbers have few digits; what is more is from the arithmetic.
    let text = format!("{:.4}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        let shown = |share: f64| percent(round_up(share));
        assert_eq!(
            [shown(0.0), shown(0.013), shown(0.02), shown(0.44), shown(1.15)],
            ["0.0001%", "1.5%", "2%", "50%", "100%"]
        );
    }
}
