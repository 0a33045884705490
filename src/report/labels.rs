//! Which names are written beside their points, from which magnification on, and on which side: no two overlap.
//!
//! Names keep their size while a picture is magnified, so more of them find room. Scale 1 is the size of the drawing;
//! smaller scales are those of telephones.

/// The scales at which names may appear: below the drawing's own, and above it.
const SMALLER: [f64; 5] = [0.3, 0.36, 0.45, 0.6, 0.8];
const LARGER: [f64; 8] = [1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0];
/// So many of the most important names may cover a smaller circle if they find no other room.
const IMPORTANT: usize = 20;
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

/// On which side of its point a name is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Side {
    /// By how much of the reach of the circle the name is to the right (1), or to the left (-1).
    pub(super) right: f64,
    /// And below (1) or above (-1).
    pub(super) down: f64,
}

impl Side {
    /// From the best to the worst.
    const ALL: [Self; 8] = {
        const fn side(right: f64, down: f64) -> Side {
            Side { right, down }
        }
        [
            side(1.0, 0.0),
            side(-1.0, 0.0),
            side(0.0, -1.0),
            side(0.0, 1.0),
            side(0.75, -0.75),
            side(0.75, 0.75),
            side(-0.75, -0.75),
            side(-0.75, 0.75),
        ]
    };

    /// The `text-anchor` of a name on this side.
    pub(super) fn anchor(self) -> &'static str {
        match self.right {
            right if right > 0.0 => "start",
            right if right < 0.0 => "end",
            _ => "middle",
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
        let reach = self.radius * scale.sqrt() + GAP;
        let (x, y) = (self.x * scale + side.right * reach, self.y * scale + side.down * (reach + LINE / 2.0));
        let left = match side.anchor() {
            "start" => x,
            "end" => x - self.width,
            _ => x - self.width / 2.0,
        };
        [left, y - LINE / 2.0, left + self.width, y + LINE / 2.0]
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
/// Names get their sides at the scale of the drawing, the most important first, then at greater scales those that had no room.
/// At smaller scales names stay where they are as long as they have room. Names keep clear of circles, but for dots, and if
/// they find no other room for circles much smaller than theirs.
///
/// # Complexity
///
/// Quadratic in the points.
pub(super) fn place(points: &[Point], frame: (f64, f64)) -> Vec<Option<Place>> {
    let mut places: Vec<Option<Place>> = vec![None; points.len()];
    let mut at_scale = |scale: f64, candidates: &dyn Fn(usize, Option<Place>) -> Option<Vec<Side>>| {
        let circles: Vec<Rectangle> = points.iter().map(|point| point.circle(scale)).collect();
        let shown = |place: &Option<Place>| place.filter(|place| place.scale <= scale);
        let placed =
            points.iter().zip(&places).filter_map(|(point, place)| Some(point.text(scale, shown(place)?.side)));
        let mut texts: Vec<Rectangle> = placed.collect();
        for (at, point) in points.iter().enumerate() {
            let Some(sides) = candidates(at, places[at]) else { continue };
            let fits = |side: Side, may_cover: bool| {
                let text = point.text(scale, side);
                let within = text[0] >= 0.0
                    && text[1] >= 0.0
                    && text[2] <= frame.0 * scale
                    && text[3] <= frame.1 * scale
                    && !texts.iter().any(|other| overlap(&text, other));
                within
                    && !circles.iter().enumerate().any(|(other, circle)| {
                        let radius = points[other].radius;
                        let gives_way = radius <= 2.0 || may_cover && other > at && radius < 0.7 * point.radius;
                        other != at && !gives_way && overlap(&text, circle)
                    })
            };
            let may_cover = at < IMPORTANT || scale < 1.0;
            let strict = sides.iter().find(|side| fits(**side, false));
            let found = strict.or_else(|| sides.iter().find(|side| may_cover && fits(**side, true)));
            if let Some(&side) = found {
                texts.push(point.text(scale, side));
                places[at] = Some(Place { scale, side });
            }
        }
    };
    for scale in std::iter::once(1.0).chain(LARGER) {
        at_scale(scale, &|_, place| place.is_none().then(|| Side::ALL.to_vec()));
    }
    for scale in SMALLER {
        at_scale(scale, &|_, place| Some(vec![place.filter(|place| place.scale == 1.0)?.side]));
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

    /// At the scale of the drawing, no name lies on another or, but for the most important, on a circle, and all are within the
    /// frame.
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
            let covers =
                |other: usize| other != *at && points[other].radius > 2.0 && overlap(text, &points[other].circle(1.0));
            assert!(*at < IMPORTANT || !(0..150).any(covers));
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
