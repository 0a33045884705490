//! Which names are written beside their points, from which magnification on, and on which side: no two overlap.
//!
//! Names keep their size while a picture is magnified, so more of them find room. Scale 1 is the size of the drawing;
//! smaller scales are those of telephones.

/// The scales at which names may appear.
const SCALES: [f64; 14] = [0.3, 0.36, 0.45, 0.6, 0.8, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0];
/// Height of a line of text, and of an average character's width, at scale 1.
pub(super) const LINE: f64 = 13.0;
const CHARACTER: f64 = 6.1;
/// Characters after which a name is cut.
const LONGEST: usize = 28;
/// Between a point's circle and its name.
pub(super) const GAP: f64 = 3.0;

/// A point with a name, in the order of importance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Of its circle, at scale 1; at another it is taken to grow with the root of the scale, which is the most it does.
    pub(super) radius: f64,
    /// Of its name.
    pub(super) width: f64,
}

/// Where a name is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// From which scale on.
    pub(super) scale: f64,
    pub(super) side: Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Right,
    Left,
    Above,
    Below,
}

impl Side {
    const ALL: [Self; 4] = [Self::Right, Self::Left, Self::Above, Self::Below];

    /// As the page's program reads it.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Right => 'r',
            Self::Left => 'l',
            Self::Above => 'a',
            Self::Below => 'b',
        }
    }
}

/// A rectangle: left, top, right, bottom.
type Rectangle = [f64; 4];

impl Point {
    fn circle(&self, scale: f64) -> Rectangle {
        let (x, y, radius) = (self.x * scale, self.y * scale, self.radius * scale.sqrt());
        [x - radius, y - radius, x + radius, y + radius]
    }

    fn text(&self, scale: f64, side: Side) -> Rectangle {
        let (x, y, reach) = (self.x * scale, self.y * scale, self.radius * scale.sqrt() + GAP);
        let (half_width, half_line) = (self.width / 2.0, LINE / 2.0);
        match side {
            Side::Right => [x + reach, y - half_line, x + reach + self.width, y + half_line],
            Side::Left => [x - reach - self.width, y - half_line, x - reach, y + half_line],
            Side::Above => [x - half_width, y - reach - LINE, x + half_width, y - reach],
            Side::Below => [x - half_width, y + reach, x + half_width, y + reach + LINE],
        }
    }
}

fn overlap(a: &Rectangle, b: &Rectangle) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// The name as it is written: cut if it is long.
pub(super) fn written(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some(_) => name.chars().take(LONGEST - 1).chain(['…']).collect(),
        None => name.to_owned(),
    }
}

/// About how wide a text is: no font is at hand, and letters of East Asia are twice as wide as others.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|c| if c >= '\u{1100}' { 2.0 * CHARACTER } else { CHARACTER }).sum()
}

/// Finds a place for each name; `None` for a name that has none at any scale.
///
/// Every circle is kept clear of names, but for dots, and at small scales for small circles of less important points.
///
/// # Complexity
///
/// Quadratic in the points.
pub(super) fn place(points: &[Point], frame: (f64, f64)) -> Vec<Option<Place>> {
    let mut places: Vec<Option<Place>> = vec![None; points.len()];
    for scale in SCALES {
        let circles: Vec<Rectangle> = points.iter().map(|point| point.circle(scale)).collect();
        let placed =
            points.iter().zip(&places).filter_map(|(point, place)| Some(point.text(scale, place.as_ref()?.side)));
        let mut texts: Vec<Rectangle> = placed.collect();
        for (at, point) in points.iter().enumerate().filter(|(at, _)| places[*at].is_none()).collect::<Vec<_>>() {
            let found = Side::ALL.into_iter().map(|side| (side, point.text(scale, side))).find(|(_, text)| {
                let within =
                    text[0] >= 0.0 && text[1] >= 0.0 && text[2] <= frame.0 * scale && text[3] <= frame.1 * scale;
                let covers = |(other, circle): (usize, &Rectangle)| {
                    let is_dot = points[other].radius <= 2.0;
                    // On a telephone an important name may cover a less important point; otherwise it would find no room.
                    let gives_way = scale < 0.8 && other > at && circle[2] - circle[0] < 11.0;
                    other != at && !is_dot && !gives_way && overlap(text, circle)
                };
                within && !texts.iter().any(|other| overlap(text, other)) && !circles.iter().enumerate().any(covers)
            });
            if let Some((side, text)) = found {
                texts.push(text);
                places[at] = Some(Place { scale, side });
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scattered(n: usize) -> Vec<Point> {
        let mut state = 7_u64;
        let mut next = |limit: f64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64 * limit
        };
        (0..n)
            .map(|_| Point { x: next(960.0), y: next(500.0), radius: 2.0 + next(12.0), width: 30.0 + next(90.0) })
            .collect()
    }

    /// At the scale of the drawing, no name lies on another or on a circle, and all are within the frame.
    #[test]
    fn names_do_not_overlap() {
        let points = scattered(150);
        let places = place(&points, (960.0, 500.0));
        let shown: Vec<(usize, Rectangle)> = (0..150)
            .filter_map(|at| Some((at, places[at].filter(|place| place.scale <= 1.0)?)))
            .map(|(at, place)| (at, points[at].text(1.0, place.side)))
            .collect();
        assert!(shown.len() > 30, "{} names", shown.len());
        for (at, text) in &shown {
            assert!(text[0] >= 0.0 && text[2] <= 960.0 && text[1] >= 0.0 && text[3] <= 500.0);
            assert!(shown.iter().all(|(other, its)| other == at || !overlap(text, its)));
        }
        let later = places.iter().flatten().filter(|place| place.scale > 1.0).count();
        assert!(later > 20, "{later} names more when it is magnified");
        assert_eq!(place(&points, (960.0, 500.0)), places);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(written("Iraq"), "Iraq");
        assert_eq!(written(&"x".repeat(28)).chars().count(), 28);
        assert_eq!(written(&"é".repeat(2900)), format!("{}…", "é".repeat(27)));
    }
}
