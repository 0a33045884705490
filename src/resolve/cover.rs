//! Which of the names that overlap are kept.
//!
//! Under [`Overlap::Longest`] the names kept are those that together cover the most characters, so that a short name which begins
//! one word earlier ("the Gulf") does not hide a longer one ("Gulf of Mexico"), and a long name does not hide two that cover
//! more ("New York", "Times Square"). This is weighted interval scheduling; it takes n log n steps.

use super::steps;
use crate::matcher::Overlap;
use crate::span::Span;

/// One of several accepted names that overlap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rival {
    pub(super) span: Span,
    pub(super) weight: u64,
    pub(super) strength: Strength,
}

/// What a name rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// A listed name that needs no evidence.
    Free,
    /// A listed name that was accepted for its evidence, or the short form of a listed one.
    Weak,
    /// A name that no list has, read by its look.
    Unlisted,
}

/// The weight of a name: its characters without a leading article and without a noun such as "newspaper" at the end (else "Los Angeles" and
/// "Times newspaper" would outweigh "Los Angeles Times"). Among equals, what it rests on decides, then the article.
///
/// A single character outweighs all the rest, and a name never weighs less than names inside it that do not overlap.
pub(super) fn weight(surface: &str, strength: Strength) -> u64 {
    const CHARACTER: u64 = 8;
    const ARTICLE: u64 = 2;
    let cost = match strength {
        Strength::Free => 2,
        Strength::Weak => 3,
        Strength::Unlisted => 4,
    };
    // Few names begin like an article.
    let articles: &[&str] = if surface.starts_with(['t', 'T']) { &["the ", "The ", "THE "] } else { &[] };
    let rest = articles.iter().find_map(|article| surface.strip_prefix(article));
    let bare = rest.unwrap_or(surface);
    let bare = MEDIA.iter().find_map(|noun| bare.strip_suffix(noun)).unwrap_or(bare);
    let characters = bare.chars().count() as u64;
    CHARACTER * characters + if rest.is_some() { ARTICLE } else { 0 } - cost.min(CHARACTER * characters)
}

/// Nouns that may follow the name of a newspaper or broadcaster without being part of the name.
const MEDIA: [&str; 4] = [" newspaper", " magazine", " radio", " television"];

/// Tells which names the policy keeps. They come in order of start, longer ones first, and no two have the same span.
pub(super) fn keep(overlap: Overlap, rivals: &[Rival]) -> Vec<bool> {
    match overlap {
        Overlap::All => vec![true; rivals.len()],
        Overlap::NoNested => {
            let mut furthest = 0;
            let reaches_further = |rival: &Rival| {
                let further = rival.span.end > furthest;
                furthest = furthest.max(rival.span.end);
                further
            };
            rivals.iter().map(reaches_further).collect()
        }
        Overlap::Longest => keep_heaviest(rivals),
    }
}

/// Keeps the names without overlap that weigh the most together; of equal choices, the one whose names begin first.
fn keep_heaviest(rivals: &[Rival]) -> Vec<bool> {
    let mut kept = vec![false; rivals.len()];
    let [first, others @ ..] = rivals else { return kept };
    // Nearly always the first name covers all others, and then it outweighs them.
    if others.iter().all(|other| other.span.end <= first.span.end) {
        kept[0] = true;
        return kept;
    }
    let rows = competing(rivals);
    steps::count(rivals.len());
    let next = |at: usize| rows.partition_point(|row| rivals[*row].span.start < rivals[rows[at]].span.end);
    // The weight of the best choice among the names from each on.
    let mut best = vec![0; rows.len() + 1];
    for at in (0..rows.len()).rev() {
        best[at] = best[at + 1].max(rivals[rows[at]].weight + best[next(at)]);
    }
    let mut taken: Vec<Span> = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let after = next(at);
        if rivals[rows[at]].weight + best[after] == best[at] {
            kept[rows[at]] = true;
            taken.push(rivals[rows[at]].span);
            at = after;
        } else {
            at += 1;
        }
    }
    fill_gaps(rivals, &rows, &taken, &mut kept);
    kept
}

/// The rows of the names that compete: the listed ones, and of the others those that cover a listed one or cross a weak one.
///
/// A name that is read by its look is cut wrong where it begins or ends inside a free listed name: "General", "Mills Inc". And
/// one inside a listed name, or beside all of them, must not change which listed names are kept: who counts does not read it.
fn competing(rivals: &[Rival]) -> Vec<usize> {
    // The furthest ends of the listed and of the free names that begin before a place.
    let (mut listed, mut free, mut free_here) = (0, 0, (0, 0));
    let mut competes = |row: usize| {
        let Rival { span, strength, .. } = rivals[row];
        if span.start > free_here.0 {
            free = free.max(free_here.1);
            free_here = (span.start, 0);
        }
        if strength != Strength::Unlisted {
            listed = listed.max(span.end);
            free_here.1 = free_here.1.max(if strength == Strength::Free { span.end } else { 0 });
            return true;
        }
        let after = rivals[row + 1..].iter().take_while(|other| other.span.start < span.end);
        let mut after = after.filter(|other| other.strength != Strength::Unlisted);
        let crosses = |other: &Rival| {
            other.strength == Strength::Free && other.span.end > span.end && other.span.start > span.start
        };
        let overlaps = listed > span.start || after.clone().next().is_some();
        overlaps && listed < span.end && free <= span.start && !after.any(crosses)
    };
    (0..rivals.len()).filter(|row| competes(*row)).collect()
}

/// Keeps the first of the names that did not compete and that overlap no name kept.
fn fill_gaps(rivals: &[Rival], competing: &[usize], taken: &[Span], kept: &mut [bool]) {
    let mut competing = competing.iter().peekable();
    let (mut last_end, mut taken) = (0, taken.iter().peekable());
    for (row, Rival { span, .. }) in rivals.iter().enumerate() {
        if competing.next_if_eq(&&row).is_some() {
            continue;
        }
        while taken.next_if(|taken| taken.end <= span.start).is_some() {}
        if span.start >= last_end && taken.peek().is_none_or(|taken| taken.start >= span.end) {
            kept[row] = true;
            last_end = span.end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of a text, as strengths and surfaces, in any order.
    fn rivals(text: &str, names: &[(Strength, &str)]) -> Vec<Rival> {
        let rival = |(strength, name): &(Strength, &str)| {
            let start = text.find(name).expect("the name is in the text");
            let span = Span::new(start, start + name.len());
            Rival { span, weight: weight(name, *strength), strength: *strength }
        };
        let mut rivals: Vec<Rival> = names.iter().map(rival).collect();
        rivals.sort_by_key(|rival| (rival.span.start, std::cmp::Reverse(rival.span.end)));
        rivals
    }

    #[track_caller]
    fn check(text: &str, names: &[(Strength, &str)], expected: &[&str]) {
        let rivals = rivals(text, names);
        let kept = keep(Overlap::Longest, &rivals);
        let kept = rivals.iter().zip(kept).filter(|(_, kept)| *kept);
        assert_eq!(kept.map(|(rival, _)| rival.span.of(text)).collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn the_names_kept_cover_most() {
        use Strength::{Free, Unlisted, Weak};
        check(
            "in the Gulf of Mexico",
            &[(Weak, "the Gulf"), (Weak, "Gulf"), (Free, "Gulf of Mexico"), (Free, "Mexico")],
            &["Gulf of Mexico"],
        );
        check(
            "the New York Times Square",
            &[(Free, "New York"), (Free, "New York Times"), (Free, "Times Square")],
            &["New York", "Times Square"],
        );
        check("Air Ab Cd", &[(Weak, "Air Ab"), (Free, "Ab Cd")], &["Air Ab"]);
        check("Air Ab Cde", &[(Weak, "Air Ab"), (Free, "Ab Cde")], &["Ab Cde"]);
        check("the Gulf", &[(Weak, "the Gulf"), (Free, "Gulf")], &["the Gulf"]);
        check("Harale London Corp", &[(Unlisted, "Harale London Corp"), (Free, "London")], &["Harale London Corp"]);
        let names = [(Free, "Los Angeles"), (Free, "Los Angeles Times"), (Free, "Times newspaper")];
        check("the Los Angeles Times newspaper", &names, &["Los Angeles Times"]);
        check("中国银行", &[(Free, "中国银行"), (Free, "中国"), (Free, "银行")], &["中国银行"]);
    }

    #[test]
    fn unlisted_names_compete_with_the_listed_names_they_touch() {
        use Strength::{Free, Unlisted, Weak};
        // "Harale Bay" is inside a listed name: it changes nothing, and gets what is left.
        let names = [(Free, "Harale Bay Bank"), (Unlisted, "Harale Bay"), (Free, "Bank of Zandvoort")];
        check("Harale Bay Bank of Zandvoort", &names, &["Harale Bay", "Bank of Zandvoort"]);
        // It crosses a free name: it is cut wrong.
        let names = [(Free, "General Mills"), (Free, "General"), (Unlisted, "Mills Inc")];
        check("General Mills Inc", &names, &["General Mills"]);
        let names = [(Weak, "Bay Bank"), (Unlisted, "Harale Bay"), (Unlisted, "Old Harale")];
        check("Old Harale Bay Bank", &names, &["Harale Bay"]);
    }

    /// Every choice without overlap among the competing names, and the first of the best.
    fn oracle(rivals: &[Rival]) -> Vec<usize> {
        let listed = || rivals.iter().filter(|rival| rival.strength != Strength::Unlisted);
        let competes = |rival: &Rival| {
            let crosses =
                |other: Span| other.overlaps(rival.span) && !other.contains(rival.span) && !rival.span.contains(other);
            rival.strength != Strength::Unlisted
                || listed().any(|other| other.span.overlaps(rival.span))
                    && !listed().any(|other| other.span.contains(rival.span))
                    && !listed().any(|other| other.strength == Strength::Free && crosses(other.span))
        };
        let rows: Vec<usize> = (0..rivals.len()).filter(|row| competes(&rivals[*row])).collect();
        let choices = (0_u32..1 << rows.len())
            .map(|bits| (0..rows.len()).filter(|at| bits & 1 << at != 0).map(|at| rows[at]).collect::<Vec<usize>>());
        let apart =
            |choice: &Vec<usize>| choice.windows(2).all(|two| rivals[two[0]].span.end <= rivals[two[1]].span.start);
        let weight = |choice: &[usize]| choice.iter().map(|row| rivals[*row].weight).sum::<u64>();
        let first = |choice: &[usize]| (0..rivals.len()).map(|row| choice.contains(&row)).collect::<Vec<bool>>();
        let best = choices.filter(apart).max_by_key(|choice| (weight(choice), first(choice)));
        let mut kept = best.unwrap_or_default();
        for row in (0..rivals.len()).filter(|row| !rows.contains(row)) {
            if kept.iter().all(|other| !rivals[*other].span.overlaps(rivals[row].span)) {
                kept.push(row);
            }
        }
        kept.sort_unstable();
        kept
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config {
            failure_persistence: None,
            ..proptest::test_runner::Config::with_cases(3000)
        })]

        #[test]
        fn selection_is_that_of_the_oracle(names in proptest::collection::vec((0..9_usize, 1..5_usize, 0..3_usize), 1..9)) {
            let text = "the ab the cd ef gh the ijk lm";
            let words: Vec<(usize, &str)> = text.split(' ').map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word)).collect();
            let mut rivals: Vec<Rival> = Vec::new();
            for (first, length, strength) in names {
                let strength = [Strength::Free, Strength::Weak, Strength::Unlisted][strength];
                let (last, word) = words[(first + length - 1).min(words.len() - 1)];
                let span = Span::new(words[first].0, last + word.len());
                // Nobody is called "the".
                if span.of(text) != "the" && rivals.iter().all(|other| other.span != span) {
                    let weight = weight(span.of(text), strength);
                    rivals.push(Rival { span, weight, strength });
                }
            }
            rivals.sort_by_key(|rival| (rival.span.start, std::cmp::Reverse(rival.span.end)));
            // One cluster at a time, as names come.
            let mut first = 0;
            for end in 1..=rivals.len() {
                let reach = rivals[first..end].iter().map(|rival| rival.span.end).max().unwrap();
                if rivals.get(end).is_none_or(|next| next.span.start >= reach) {
                    let cluster = &rivals[first..end];
                    let kept = keep(Overlap::Longest, cluster);
                    let kept: Vec<usize> = (0..cluster.len()).filter(|row| kept[*row]).collect();
                    proptest::prop_assert_eq!(kept, oracle(cluster), "{:?}", cluster);
                    first = end;
                }
            }
        }
    }
}
