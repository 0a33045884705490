//! How far two places are from each other.

/// Distance on a sphere, good to a few per cent near by; plain arithmetic, so that every machine gives the same.
pub(super) fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    const KM_PER_DEGREE: f64 = 111.2;
    let middle = (a.0 + b.0) / 2.0;
    // Bhaskara's cosine of an angle in degrees.
    let square = middle * middle;
    let cosine = (32_400.0 - 4.0 * square) / (32_400.0 + square);
    let mut east = (a.1 - b.1).abs();
    if east > 180.0 {
        east = 360.0 - east;
    }
    let (north, east) = ((a.0 - b.0) * KM_PER_DEGREE, east * cosine * KM_PER_DEGREE);
    (north * north + east * east).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_good_enough() {
        let (paris, london) = ((48.853, 2.349), (51.509, -0.126));
        let found = distance_km(paris, london);
        assert!((found - 344.0).abs() < 8.0, "{found}");
        assert!(distance_km((0.0, 179.9), (0.0, -179.9)) < 30.0);
    }
}
