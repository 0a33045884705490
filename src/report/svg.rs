//! The pieces that all pictures share: text that is safe, numbers that are short, shades and their legend.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::labels::{self, Place, Side};
use crate::text::thousands;

/// Shades from few to many, and the shade of none.
pub(super) const SHADES: [&str; 6] = ["#d3e5ee", "#a9cde0", "#76afcd", "#438db5", "#1f6690", "#0b4266"];
pub(super) const NOTHING: &str = "#eceae4";
/// Colours of the communities; those after the last are grey.
const COLOURS: [&str; 8] = ["#1b6ca8", "#b8500f", "#2e7d4f", "#8e4a9e", "#8a6a00", "#b33a4a", "#3d7480", "#5f4fc4"];
pub(super) const GREY: &str = "#75736c";
pub(super) const INK: &str = "#22211f";
pub(super) const FAINT: &str = "#5e5c56";
pub(super) const PAPER: &str = "#ffffff";
/// Fonts that look alike and are on nearly every system.
pub(super) const FONTS: &str = "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

/// Text from an article or a gazetteer as a person may see it: controls, and characters that change the direction of what
/// follows, become U+FFFD.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(is_hidden) { text.replace(is_hidden, "\u{fffd}").into() } else { text.into() }
}

/// Text for the inside of an element or of an attribute in double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A length with one decimal at most.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// `class` and `fill` of what belongs to this community.
pub(super) fn paint_of_community(community: Option<usize>) -> String {
    match community.and_then(|community| Some((community, COLOURS.get(community)?))) {
        Some((community, colour)) => format!("class=\"c{community}\" fill=\"{colour}\""),
        None => format!("class=\"c\" fill=\"{GREY}\""),
    }
}

/// Classes of counts, each with its shade: about as many times more from one class to the next.
#[derive(Debug)]
pub(super) struct Shading {
    /// The least count of each class, ascending.
    bounds: Vec<u64>,
    most: u64,
}

impl Shading {
    pub(super) fn new(most: u64) -> Self {
        let round = |value: f64| {
            // The root of 1000 is 10, and not a little less.
            let value = value * (1.0 + 1e-9);
            let mut unit = 1.0;
            while unit * 10.0 <= value {
                unit *= 10.0;
            }
            [5.0, 2.0, 1.0].into_iter().map(|step| step * unit).find(|step| *step <= value).unwrap_or(1.0)
        };
        let classes = SHADES.len() as i32;
        let mut bounds: Vec<u64> =
            (0..classes).map(|class| round((most as f64).powf(f64::from(class) / f64::from(classes))) as u64).collect();
        bounds.dedup();
        bounds.retain(|&bound| bound <= most);
        Self { bounds, most }
    }

    /// The number of the shade in [`SHADES`]; `None` for no count.
    pub(super) fn shade(&self, count: u64) -> Option<usize> {
        let class = self.bounds.iter().rposition(|&bound| bound <= count).filter(|_| count > 0)?;
        Some(self.shade_of_class(class))
    }

    fn shade_of_class(&self, class: usize) -> usize {
        match self.bounds.len() {
            0 | 1 => SHADES.len() - 2,
            n => class * (SHADES.len() - 1) / (n - 1),
        }
    }

    /// The least count of each class, ascending, and the number of its shade.
    pub(super) fn classes(&self) -> Vec<(u64, usize)> {
        self.bounds.iter().enumerate().map(|(class, &from)| (from, self.shade_of_class(class))).collect()
    }

    /// `class` and `fill` of a shape with this count.
    pub(super) fn paint(&self, count: u64) -> String {
        match self.shade(count) {
            Some(shade) => format!("class=\"q{shade}\" fill=\"{}\"", SHADES[shade]),
            None => format!("class=\"q\" fill=\"{NOTHING}\""),
        }
    }

    /// Boxes in a row with their counts; `unit` says what was counted.
    pub(super) fn legend(&self, unit: &str) -> Legend {
        let mut content = format!("<text x=\"0\" y=\"10\">{}</text>", escape(unit));
        let mut x = 0.0;
        let mut one = |paint: String, text: String| {
            let width = labels::width(&text) + 8.0;
            let [left, wide, middle] = [x, width, x + width / 2.0].map(short);
            write!(
                content,
                "<rect x=\"{left}\" y=\"16\" width=\"{wide}\" height=\"13\" {paint}/><text x=\"{middle}\" y=\"41\" text-anchor=\"middle\">{text}</text>"
            )
            .expect("a string");
            x += width + 1.0;
        };
        one(self.paint(0), "none".to_owned());
        for (class, &from) in self.bounds.iter().enumerate() {
            let to = self.bounds.get(class + 1).map_or(self.most, |next| next - 1);
            let text = if from >= to { thousands(from) } else { format!("{}–{}", thousands(from), thousands(to)) };
            one(self.paint(from), text);
        }
        Legend { content, width: x.max(labels::width(unit)) }
    }
}

/// A part of what explains a picture. It does not grow with it.
#[derive(Debug)]
pub(super) struct Legend {
    pub(super) content: String,
    pub(super) width: f64,
}

impl Legend {
    pub(super) const HEIGHT: f64 = 46.0;

    /// Circles of different size with their counts; `paint` are their attributes.
    pub(super) fn of_circles(unit: &str, most: u32, radius: impl Fn(u32) -> f64, paint: &str) -> Self {
        let mut content = format!("<text x=\"0\" y=\"10\">{}</text>", escape(unit));
        let (mut x, mut last) = (0.0, 0);
        for documents in [most.div_ceil(20), most.div_ceil(4), most] {
            if documents == last {
                continue;
            }
            last = documents;
            let (radius, count) = (radius(documents), thousands(documents.into()));
            x += radius;
            let [cx, r, tx] = [x, radius, x + radius + 4.0].map(short);
            write!(
                content,
                "<circle {paint} cx=\"{cx}\" cy=\"30\" r=\"{r}\" data-r=\"{r}\"/><text x=\"{tx}\" y=\"34\">{count}</text>"
            )
            .expect("a string");
            x += radius + labels::width(&count) + 14.0;
        }
        Self { content, width: x.max(labels::width(unit)) }
    }
}

/// A picture, without a frame around it, and what explains it.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) content: String,
    pub(super) legends: Vec<Legend>,
}

/// A name beside its point. `at` is where it belongs, `data` more attributes.
///
/// Names that appear at a greater scale only are hidden until the page's program shows them; in a drawing for paper they are
/// left out.
pub(super) fn label(at: labels::Point, place: Place, name: &str, data: &str, on_paper: bool) -> String {
    if on_paper && place.scale > 1.0 {
        return String::new();
    }
    let reach = at.radius + labels::GAP;
    let Side { right, down } = place.side;
    let (x, y) = (at.x + right * reach, at.y + down * (reach + labels::LINE / 2.0));
    let anchor = place.side.anchor();
    let hidden = if place.scale > 1.0 { " display=\"none\"" } else { "" };
    let live = if on_paper {
        String::new()
    } else {
        let radius = short(at.radius);
        format!(
            " data-x=\"{}\" data-y=\"{}\" data-r=\"{radius}\" data-s=\"{right} {down}\" data-z=\"{}\"",
            short(at.x),
            short(at.y),
            place.scale
        )
    };
    let (x, y) = (short(x), short(y));
    format!(
        "<text x=\"{x}\" y=\"{y}\" dy=\".35em\" text-anchor=\"{anchor}\"{live}{data}{hidden}>{}</text>",
        escape(name)
    )
}

/// The attributes of a group of labels.
pub(super) fn label_group() -> String {
    format!(
        "<g class=\"labels\" font-size=\"11\" fill=\"{INK}\" stroke=\"{PAPER}\" stroke-width=\".25em\" stroke-linejoin=\"round\" paint-order=\"stroke\">"
    )
}

/// A picture that is a file of its own: with its title, what was counted, and the legend.
pub(super) struct Sheet<'t> {
    pub(super) title: &'t str,
    /// Lines under the picture, in order.
    pub(super) notes: Vec<String>,
}

/// Lines of a sheet's notes are cut after so many characters.
const NOTE: usize = 150;

impl Sheet<'_> {
    /// The file.
    pub(super) fn draw(&self, picture: &Picture) -> String {
        let legend_height = if picture.legends.is_empty() { 0.0 } else { Legend::HEIGHT + 10.0 };
        let lines: Vec<String> = self.notes.iter().flat_map(|note| wrapped(note, NOTE)).collect();
        let top = 34.0;
        let total = top + picture.height + legend_height + 15.0 * lines.len() as f64 + 22.0;
        let (width, title) = (picture.width + 32.0, escape(self.title));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" font-family=\"{FONTS}\" font-size=\"11\" fill=\"{INK}\">\n\
             <title>{title}</title>\n<desc>{OWN}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"{PAPER}\"/>\n\
             <text x=\"16\" y=\"22\" font-size=\"15\" font-weight=\"bold\">{title}</text>\n<g transform=\"translate(16 {top})\">\n{content}</g>\n",
            content = picture.content,
            w = short(width),
            h = short(total),
        );
        let (mut x, y) = (16.0, short(top + picture.height + 10.0));
        for legend in &picture.legends {
            writeln!(svg, "<g transform=\"translate({} {y})\">{}</g>", short(x), legend.content).expect("a string");
            x += legend.width + 28.0;
        }
        let mut y = top + picture.height + legend_height + 18.0;
        for line in lines {
            writeln!(svg, "<text x=\"16\" y=\"{}\" fill=\"{FAINT}\">{}</text>", short(y), escape(&line))
                .expect("a string");
            y += 15.0;
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// By which a drawing is known for dateline's own.
pub(super) const OWN: &str = "Drawn by dateline";

/// A text in lines of at most `most` characters, broken at blanks.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one");
        if !line.is_empty() && line.chars().count() + word.chars().count() >= most {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_or_active_gets_through() {
        assert_eq!(
            escape("</script><b a='1' b=\"2\">&"),
            "&lt;/script&gt;&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;"
        );
        assert_eq!(escape("a\u{202e}b\0c\u{7f}d\ne\u{2028}"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}");
        assert_eq!(escape("Genève 日本"), "Genève 日本");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([short(1.04), short(-0.01), short(12.25), short(3.0)], ["1", "0", "12.2", "3"]);
    }

    #[test]
    fn every_count_has_a_shade() {
        for most in [1, 2, 3, 7, 10, 64, 999, 1_000_000] {
            let shading = Shading::new(most);
            assert_eq!(shading.shade(0), None);
            let shades: Vec<usize> = (1..=most.min(2000)).map(|count| shading.shade(count).unwrap()).collect();
            assert!(shades.is_sorted(), "{most}: {shades:?}");
            assert!(shading.shade(most).unwrap() >= 4, "{most}");
        }
        assert_eq!(Shading::new(1000).bounds, [1, 2, 10, 20, 100, 200]);
        assert!(Shading::new(0).legend("documents").content.contains("none"));
    }

    #[test]
    fn notes_are_broken_at_blanks() {
        assert_eq!(wrapped("aa bb cc", 6), ["aa bb", "cc"]);
        assert_eq!(wrapped("aaaaaaaaaa", 6), ["aaaaaaaaaa"]);
    }
}
