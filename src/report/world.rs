//! The shapes of the countries, on the plane.
//!
//! The shapes are Natural Earth's at 1 : 110 million, in the form of the `world-atlas` package: TopoJSON, in which
//! neighbours share the line between them.

use serde::Deserialize;

/// The shapes, as published; their licence is in `THIRD-PARTY-DATA.md`.
const ATLAS: &str = include_str!("assets/world-110m.json");
/// The ISO 3166-1 numbers of the shapes, and the two letters of each.
const CODES: &str = include_str!("assets/country-ids.tsv");
/// Degrees north of the frame's edges: all land but Antarctica.
const SOUTH: f64 = -57.0;
const NORTH: f64 = 84.0;
/// Of the frame.
pub(super) const WIDTH: f64 = 960.0;

/// One country as a path.
#[derive(Debug)]
pub(super) struct Shape {
    /// ISO 3166-1 alpha-2, or `XK` for Kosovo; empty for lands without a code.
    pub(super) code: String,
    /// The atlas's name for it.
    pub(super) name: String,
    /// The commands of an SVG path.
    pub(super) path: String,
}

#[derive(Deserialize)]
struct Atlas {
    objects: Objects,
    arcs: Vec<Vec<(f64, f64)>>,
    transform: Transform,
}

#[derive(Deserialize)]
struct Objects {
    countries: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    id: Option<String>,
    properties: Properties,
    #[serde(flatten)]
    area: Area,
}

#[derive(Deserialize)]
struct Properties {
    name: String,
}

/// Rings of arcs: `~n` is arc `n` backwards.
#[derive(Deserialize)]
#[serde(tag = "type", content = "arcs")]
enum Area {
    Polygon(Vec<Vec<i64>>),
    MultiPolygon(Vec<Vec<Vec<i64>>>),
}

#[derive(Deserialize)]
struct Transform {
    scale: (f64, f64),
    translate: (f64, f64),
}

/// Height of the frame.
pub(super) fn height() -> f64 {
    let [north, south] = [NORTH, SOUTH].map(|latitude| project(latitude, 0.0).1);
    (south - north).ceil()
}

/// Where a point of the globe is in the frame, and whether it is inside.
pub(super) fn place(latitude: f64, longitude: f64) -> Option<(f64, f64)> {
    (SOUTH..=NORTH).contains(&latitude).then(|| {
        let (x, y) = project(latitude, longitude);
        (x, y - project(NORTH, 0.0).1)
    })
}

/// The Equal Earth projection (Šavrič, Patterson and Jenny 2019), scaled to the frame's width: equal areas are equal on paper,
/// as shades demand.
fn project(latitude: f64, longitude: f64) -> (f64, f64) {
    const A: [f64; 4] = [1.340264, -0.081106, 0.000893, 0.003796];
    let root = 3.0_f64.sqrt() / 2.0;
    let xy = |latitude: f64, longitude: f64| {
        let angle = (root * latitude.to_radians().sin()).asin();
        let square = angle * angle;
        let sixth = square * square * square;
        let slope = A[0] + 3.0 * A[1] * square + sixth * (7.0 * A[2] + 9.0 * A[3] * square);
        let x = longitude.to_radians() * angle.cos() / (root * slope);
        (x, angle * (A[0] + A[1] * square + sixth * (A[2] + A[3] * square)))
    };
    let (half, _) = xy(0.0, 180.0);
    let scale = WIDTH / 2.0 / half;
    let (x, y) = xy(latitude, longitude);
    (WIDTH / 2.0 + x * scale, -y * scale)
}

/// The countries but Antarctica, in the order of the atlas.
pub(super) fn shapes() -> Vec<Shape> {
    let atlas: Atlas = serde_json::from_str(ATLAS).expect("the atlas is part of the program");
    let arcs: Vec<Vec<(f64, f64)>> = atlas.arcs.iter().map(|arc| decoded(arc, &atlas.transform)).collect();
    let mut shapes = Vec::new();
    for geometry in &atlas.objects.countries.geometries {
        let id = geometry.id.as_deref().unwrap_or_default();
        let code = CODES.lines().find_map(|line| line.strip_prefix(id)?.strip_prefix('\t')).unwrap_or_default();
        let code = if geometry.properties.name == "Kosovo" { "XK" } else { code };
        if code == "AQ" {
            continue;
        }
        let polygons = match &geometry.area {
            Area::Polygon(rings) => std::slice::from_ref(rings),
            Area::MultiPolygon(polygons) => polygons,
        };
        let path: String = polygons.iter().flatten().map(|ring| ring_path(ring, &arcs)).collect();
        shapes.push(Shape { code: code.to_owned(), name: geometry.properties.name.clone(), path });
    }
    shapes
}

/// The points of an arc in degrees, longitude first: the atlas stores steps from one to the next.
fn decoded(arc: &[(f64, f64)], transform: &Transform) -> Vec<(f64, f64)> {
    let (mut x, mut y) = (0.0, 0.0);
    let points = arc.iter().map(|(dx, dy)| {
        (x, y) = (x + dx, y + dy);
        (x * transform.scale.0 + transform.translate.0, y * transform.scale.1 + transform.translate.1)
    });
    points.collect()
}

/// A ring as closed paths in the frame: two if it crosses the 180th meridian.
fn ring_path(ring: &[i64], arcs: &[Vec<(f64, f64)>]) -> String {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for &arc in ring {
        let backwards = arc < 0;
        let Some(arc) = arcs.get(if backwards { !arc } else { arc } as usize) else { continue };
        let mut add = |&(longitude, latitude): &(f64, f64)| {
            // Goes on across the meridian instead of around the globe.
            let turns = points.last().map_or(0.0, |(last, _)| ((last - longitude) / 360.0).round());
            points.push((longitude + 360.0 * turns, latitude));
        };
        if backwards { arc.iter().rev().for_each(&mut add) } else { arc.iter().for_each(&mut add) }
    }
    [-360.0, 0.0, 360.0]
        .into_iter()
        .map(|turn| {
            let turned: Vec<(f64, f64)> =
                points.iter().map(|(longitude, latitude)| (longitude + turn, *latitude)).collect();
            path_of(&cut(&cut(&turned, -180.0, 1.0), 180.0, -1.0))
        })
        .collect()
}

/// The part of a polygon on one side of a meridian (Sutherland and Hodgman 1974); `side` is 1 for what is east of it.
fn cut(polygon: &[(f64, f64)], meridian: f64, side: f64) -> Vec<(f64, f64)> {
    let inside = |point: &(f64, f64)| (point.0 - meridian) * side >= 0.0;
    let mut part = Vec::with_capacity(polygon.len());
    for (at, point) in polygon.iter().enumerate() {
        let last = &polygon[(at + polygon.len() - 1) % polygon.len()];
        if inside(point) != inside(last) {
            let share = (meridian - last.0) / (point.0 - last.0);
            part.push((meridian, last.1 + share * (point.1 - last.1)));
        }
        if inside(point) {
            part.push(*point);
        }
    }
    part
}

/// A closed path through points of the globe, in steps of tenths: shorter than points.
fn path_of(polygon: &[(f64, f64)]) -> String {
    let top = project(NORTH, 0.0).1;
    let mut points: Vec<(i64, i64)> = Vec::new();
    for &(longitude, latitude) in polygon {
        let (x, y) = project(latitude, longitude);
        let point = ((x * 10.0).round() as i64, ((y - top) * 10.0).round() as i64);
        if points.last() != Some(&point) {
            points.push(point);
        }
    }
    if points.len() < 3 {
        return String::new();
    }
    let number = |tenths: i64| super::svg::short(tenths as f64 / 10.0);
    let mut path = String::new();
    let mut last = (0, 0);
    for (at, &(x, y)) in points.iter().enumerate() {
        let letter = if at == 0 { 'M' } else { 'l' };
        let down = number(y - last.1);
        let between = if down.starts_with('-') { "" } else { " " };
        path.push_str(&format!("{letter}{}{between}{down}", number(x - last.0)));
        last = (x, y);
    }
    path.push('z');
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of d3-geo 3.1.2, `geoEqualEarth().scale(1).translate([0, 0])`, brought to this frame.
    #[test]
    fn the_projection_is_that_of_d3() {
        let values = [
            ((0.0, 0.0), (480.0, 0.0)),
            ((0.0, 180.0), (960.0, 0.0)),
            ((52.5, 13.4), (508.8650, -173.8601)),
            ((-33.5, -70.7), (306.6100, 116.6766)),
            ((-17.0, 179.0), (947.3377, 60.6034)),
        ];
        for ((latitude, longitude), (x, y)) in values {
            let found = project(latitude, longitude);
            assert!((found.0 - x).abs() < 1e-3 && (found.1 - y).abs() < 1e-3, "{latitude}, {longitude}: {found:?}");
        }
    }

    #[test]
    fn every_country_of_the_atlas_has_a_shape_and_a_code() {
        let shapes = shapes();
        assert_eq!(shapes.len(), 176);
        assert!(shapes.iter().all(|shape| shape.path.starts_with('M') && shape.path.ends_with('z')));
        let nameless: Vec<&str> =
            shapes.iter().filter(|shape| shape.code.is_empty()).map(|shape| &*shape.name).collect();
        assert_eq!(nameless, ["N. Cyprus", "Somaliland"]);
        let code = |name: &str| shapes.iter().find(|shape| shape.name == name).map(|shape| &*shape.code);
        assert_eq!([code("Kosovo"), code("Iraq"), code("Namibia")], [Some("XK"), Some("IQ"), Some("NA")]);
        assert!(shapes.iter().map(|shape| shape.path.len()).sum::<usize>() < 120_000);
    }

    /// Russia goes on at the left edge; no line crosses the map.
    #[test]
    fn countries_are_cut_at_the_date_line() {
        let ring = [(170.0, 60.0), (-170.0, 60.0), (-170.0, 70.0), (170.0, 70.0)];
        let path = ring_path(&[0], &[ring.to_vec()]);
        assert_eq!(path.matches('M').count(), 2, "{path}");
        let square = [(10.0, 0.0), (20.0, 0.0), (20.0, 10.0)];
        assert_eq!(ring_path(&[0], &[square.to_vec()]).matches('M').count(), 1);
        for shape in shapes() {
            for ring in shape.path.split('M').skip(1) {
                for step in ring.trim_end_matches('z').split('l').skip(1) {
                    let x = step[1..].find([' ', '-']).map_or(step, |at| &step[..=at]);
                    assert!(x.parse::<f64>().unwrap().abs() < 200.0, "{}: {step}", shape.name);
                }
            }
        }
    }

    #[test]
    fn what_is_off_the_map_has_no_place() {
        assert!(place(33.3, 44.4).is_some());
        assert!(place(-77.8, 166.7).is_none());
        assert!(place(f64::NAN, 0.0).is_none());
    }
}
