//! Where the nodes of a network go: forces as in ForceAtlas2 (Jacomy et al. 2014), from a fixed start.
//!
//! Nothing but sums, products, quotients and roots is used, which every processor rounds alike: the same network has the same
//! layout everywhere.

/// Steps until the nodes rest.
const STEPS: usize = 700;
/// Steps in which circles that overlap are moved apart.
const SEPARATIONS: usize = 120;
/// Pull to the centre, without which components that nothing connects drift out of the frame.
const GRAVITY: f64 = 0.02;
/// Between two circles at least.
const GAP: f64 = 7.0;

/// A point of the plane.
pub(super) type Point = (f64, f64);

/// Places nodes with these radii in a frame of `width` by `height`; edges are `(a, b, weight)` with weights of about 0 to 1.
///
/// # Complexity
///
/// Quadratic in the nodes, of which a picture has a hundred or so.
pub(super) fn layout(radii: &[f64], edges: &[(usize, usize, f64)], width: f64, height: f64) -> Vec<Point> {
    let n = radii.len();
    let mut mass = vec![1.0; n];
    edges.iter().for_each(|&(a, b, _)| [a, b].into_iter().for_each(|node| mass[node] += 1.0));
    let mut points = spiral(n);
    let mut before = vec![(0.0, 0.0); n];
    let mut speed = 1.0;
    for step in 0..STEPS {
        let forces = forces(&points, &mass, edges);
        // A node that swings back and forth gets slower, one that keeps its direction moves freely.
        let cooling = 1.0 - step as f64 / STEPS as f64;
        for node in 0..n {
            let (fx, fy) = forces[node];
            let swing = length((fx - before[node].0, fy - before[node].1));
            let factor = speed / (1.0 + speed * swing.sqrt());
            let most = 12.0 * cooling / length((fx, fy)).max(1e-9);
            let factor = factor.min(most);
            points[node].0 += fx * factor;
            points[node].1 += fy * factor;
        }
        before = forces;
        speed = (speed * 1.02).min(4.0);
    }
    fit(&mut points, radii, width, height);
    separate(&mut points, radii, width, height);
    points
}

fn length((x, y): Point) -> f64 {
    (x * x + y * y).sqrt()
}

/// A start without symmetry, in which the first nodes are in the middle: each is turned against the one before by about the
/// golden angle, by its cosine and sine.
fn spiral(n: usize) -> Vec<Point> {
    let (cosine, sine) = (-0.737_368_878_078_32, 0.675_490_294_261_524);
    let mut direction = (1.0, 0.0);
    let mut points = Vec::with_capacity(n);
    for node in 0..n {
        let radius = 10.0 * (node as f64 + 0.5).sqrt();
        points.push((direction.0 * radius, direction.1 * radius));
        direction = (direction.0 * cosine - direction.1 * sine, direction.0 * sine + direction.1 * cosine);
    }
    points
}

fn forces(points: &[Point], mass: &[f64], edges: &[(usize, usize, f64)]) -> Vec<Point> {
    let n = points.len();
    let mut forces = vec![(0.0, 0.0); n];
    for a in 0..n {
        for b in a + 1..n {
            let (dx, dy) = (points[a].0 - points[b].0, points[a].1 - points[b].1);
            let squared = (dx * dx + dy * dy).max(0.01);
            let push = 14.0 * mass[a] * mass[b] / squared;
            forces[a].0 += dx * push;
            forces[a].1 += dy * push;
            forces[b].0 -= dx * push;
            forces[b].1 -= dy * push;
        }
        let pull = GRAVITY * mass[a];
        forces[a].0 -= points[a].0 * pull;
        forces[a].1 -= points[a].1 * pull;
    }
    for &(a, b, weight) in edges {
        let (dx, dy) = (points[a].0 - points[b].0, points[a].1 - points[b].1);
        // Neither hubs nor cliques contract to a ball: the pull is shared among the edges of a node.
        let pull = 0.9 * (0.2 + weight) / mass[a].min(mass[b]);
        forces[a].0 -= dx * pull;
        forces[a].1 -= dy * pull;
        forces[b].0 += dx * pull;
        forces[b].1 += dy * pull;
    }
    // Heavy nodes are not faster than light ones.
    for node in 0..n {
        forces[node].0 /= mass[node];
        forces[node].1 /= mass[node];
    }
    forces
}

/// Stretches the points over the frame, with room for their circles.
fn fit(points: &mut [Point], radii: &[f64], width: f64, height: f64) {
    let margin = radii.iter().copied().fold(0.0, f64::max) + 14.0;
    let bounds = |of: fn(&Point) -> f64, points: &[Point]| {
        let values = points.iter().map(of);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (x, y) = (bounds(|point| point.0, points), bounds(|point| point.1, points));
    let scale = |value: f64, (low, high): (f64, f64), size: f64| {
        if high - low < 1e-9 { size / 2.0 } else { margin + (value - low) / (high - low) * (size - 2.0 * margin) }
    };
    for point in points.iter_mut() {
        *point = (scale(point.0, x, width), scale(point.1, y, height));
    }
}

/// Moves circles apart that overlap, and keeps them in the frame.
fn separate(points: &mut [Point], radii: &[f64], width: f64, height: f64) {
    for _ in 0..SEPARATIONS {
        let mut moved = false;
        for a in 0..points.len() {
            for b in a + 1..points.len() {
                let (dx, dy) = (points[b].0 - points[a].0, points[b].1 - points[a].1);
                let (distance, least) = (length((dx, dy)), radii[a] + radii[b] + GAP);
                if distance < least {
                    let (ux, uy) = if distance < 1e-9 { (1.0, 0.0) } else { (dx / distance, dy / distance) };
                    let by = (least - distance) / 2.0;
                    points[a] = (points[a].0 - ux * by, points[a].1 - uy * by);
                    points[b] = (points[b].0 + ux * by, points[b].1 + uy * by);
                    moved = true;
                }
            }
        }
        for (point, radius) in points.iter_mut().zip(radii) {
            let edge = radius + 6.0;
            *point = (point.0.clamp(edge, width - edge), point.1.clamp(edge, height - edge));
        }
        if !moved {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_near_and_nothing_overlaps() {
        let mut edges = Vec::new();
        for clique in [0..8, 8..16, 16..24] {
            edges.extend(clique.clone().flat_map(|a| (a + 1..clique.end).map(move |b| (a, b, 0.5))));
        }
        edges.extend([(0, 8, 0.2), (8, 16, 0.2)]);
        let radii = [9.0; 30];
        let points = layout(&radii, &edges, 960.0, 640.0);
        let distance = |a: usize, b: usize| length((points[a].0 - points[b].0, points[a].1 - points[b].1));
        let mean = |within: bool| {
            let pairs = (0..24).flat_map(|a| (a + 1..24).map(move |b| (a, b)));
            let distances: Vec<f64> =
                pairs.filter(|(a, b)| (a / 8 == b / 8) == within).map(|(a, b)| distance(a, b)).collect();
            distances.iter().sum::<f64>() / distances.len() as f64
        };
        assert!(mean(true) < 0.6 * mean(false), "{} within, {} between", mean(true), mean(false));
        for (a, &(x, y)) in points.iter().enumerate() {
            assert!((0.0..=960.0).contains(&x) && (0.0..=640.0).contains(&y));
            (0..a).for_each(|b| assert!(distance(a, b) > 18.0, "{a} and {b}: {}", distance(a, b)));
        }
        assert_eq!(points, layout(&radii, &edges, 960.0, 640.0));
    }

    #[test]
    fn one_node_is_in_the_middle() {
        assert_eq!(layout(&[5.0], &[], 100.0, 60.0), [(50.0, 30.0)]);
        assert!(layout(&[], &[], 100.0, 60.0).is_empty());
    }
}
