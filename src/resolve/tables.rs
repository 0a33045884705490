//! Lines of tables: scores, standings, fixtures and placings, read for the names of teams.
//!
//! A line is read from left to right as names, numbers and what joins them, and given up at the first word that fits
//! none of the forms; most lines of running text are given up at their second word. Whether such lines are a table of teams is
//! decided elsewhere ([`teams`](super::teams)).

use crate::span::Span;

/// Longer lines are running text.
const LONGEST: usize = 240;

/// Words of the longest name in a fixture.
const LONGEST_RIVAL: usize = 4;

/// Lines without a score that may lie between two of one table: headings.
const HEADINGS: usize = 3;

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// "Leeds 0 Arsenal 2": two names or more, each with its numbers.
    Score,
    /// "Milwaukee 8 8 .500": one name and three numbers or more.
    Standing,
    /// "Boston at Oakland", "Leeds v Arsenal".
    Fixture,
    /// "1. Jane Doe (Britain) Honda 1:23.4": the team of a person.
    Placing,
}

/// A name in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) span: Span,
    /// Whether "at" before it makes it the place of the game.
    pub(super) venue: bool,
}

/// A line that may be a row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) form: Form,
    pub(super) names: Vec<Name>,
    /// Whether the line is nothing but two names with a number each, or its numbers add up.
    pub(super) sure: bool,
}

/// The tables of a text: rows with few lines between them.
pub(super) fn groups(text: &str) -> Vec<Vec<Row>> {
    let mut groups: Vec<Vec<Row>> = Vec::new();
    let mut since = usize::MAX;
    let mut start = 0;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |length| start + length);
        let line = Span::new(start, end);
        start = end + 1;
        let row = if line.len() <= LONGEST { row(text, line) } else { None };
        match row {
            Some(row) if since <= HEADINGS => groups.last_mut().expect("a row came before").push(row),
            Some(row) => groups.push(vec![row]),
            None => {
                since = if line.len() > LONGEST { usize::MAX } else { since.saturating_add(1) };
                continue;
            }
        }
        since = 0;
    }
    groups
}

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Capital(Span),
    Number(&'t str),
    Bracket(Span),
    Comma,
    Colon,
    /// "at" and "v"; whether the second name is the place.
    Versus(bool),
    Dash,
    Small(&'t str),
}

#[derive(Debug, Clone, Copy)]
struct Tokens<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Tokens<'t> {
    fn peek(&self) -> Option<Token<'t>> {
        let mut copy = *self;
        copy.next()
    }

    fn next_if(&mut self, is: impl FnOnce(Token<'t>) -> bool) -> Option<Token<'t>> {
        let mut copy = *self;
        let token = copy.next().filter(|token| is(*token))?;
        *self = copy;
        Some(token)
    }

    /// The first character from here on at which something ends; `ends` is asked of the ones that are not ASCII as characters.
    #[inline]
    fn place_of(&self, ends: impl Fn(char) -> bool) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while at < self.end {
            if bytes[at].is_ascii() {
                if ends(char::from(bytes[at])) {
                    break;
                }
                at += 1;
            } else {
                match self.text[at..].chars().next() {
                    Some(c) if !ends(c) => at += c.len_utf8(),
                    _ => break,
                }
            }
        }
        at
    }

    /// Words with capitals, and small words between two of them.
    fn name(&mut self) -> Option<Span> {
        const LONGEST_NAME: usize = 6;
        let Token::Capital(first) = self.next_if(|token| matches!(token, Token::Capital(_)))? else { return None };
        let mut name = first;
        for _ in 1..LONGEST_NAME {
            let mut ahead = *self;
            let next = match ahead.next() {
                Some(Token::Small(
                    "of" | "de" | "la" | "le" | "du" | "des" | "del" | "the" | "and" | "&" | "da" | "do",
                )) => ahead.next(),
                // "Schalke 04": no score begins with a nought.
                Some(Token::Number(number)) if number.len() == 2 && number.starts_with('0') => {
                    let end = ahead.at;
                    name = Span::new(name.start, end);
                    *self = ahead;
                    continue;
                }
                next => next,
            };
            let Some(Token::Capital(last)) = next else { break };
            name = Span::new(name.start, last.end);
            *self = ahead;
        }
        Some(name)
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let start = self.place_of(|c| !c.is_whitespace());
        let rest = &self.text[start..self.end];
        let first = rest.chars().next()?;
        if first == '(' {
            self.at = rest.find(')').map_or(self.end, |length| start + length + 1);
            return Some(Token::Bracket(Span::new(start, self.at)));
        }
        if matches!(first, ',' | ';' | ':') {
            self.at = start + 1;
            return Some(if first == ':' { Token::Colon } else { Token::Comma });
        }
        self.at = start + first.len_utf8();
        let is_end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';');
        let end = if is_end(first) { self.at } else { self.place_of(is_end) };
        let mut word = &self.text[start..end];
        word = word.strip_suffix(':').filter(|word| !word.is_empty()).unwrap_or(word);
        self.at = start + word.len();
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ':' | '/' | '-' | '–' | '+');
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        Some(match word {
            "at" | "AT" | "@" => Token::Versus(true),
            "v" | "v." | "vs" | "vs." | "V" | "VS" => Token::Versus(false),
            "-" | "–" | "--" => Token::Dash,
            _ if has_digit && word.chars().all(is_number) => Token::Number(word.strip_suffix('.').unwrap_or(word)),
            _ if first.is_uppercase() || first.is_ascii_digit() => Token::Capital(Span::new(start, self.at)),
            _ => Token::Small(word),
        })
    }
}

/// Reads a line as a row.
pub(super) fn row(text: &str, line: Span) -> Option<Row> {
    // Most lines of running text begin otherwise.
    let first = line.of(text).trim_start().chars().next()?;
    if !first.is_uppercase() && !first.is_ascii_digit() {
        return None;
    }
    let ranked = rank(line.of(text));
    let labelled = memchr::memchr(b':', line.of(text).as_bytes()).is_some();
    if ranked.is_none() && !labelled && opens_sentence(line.of(text).as_bytes()) {
        return None;
    }
    read_row(text, line, ranked, labelled)
}

/// Like [`row`], given the length of the rank and whether there may be a label.
fn read_row(text: &str, line: Span, ranked: Option<usize>, labelled: bool) -> Option<Row> {
    let mut tokens = Tokens { text, at: line.start, end: line.end };
    tokens.at += ranked.unwrap_or(0);
    if labelled {
        skip_label(&mut tokens);
    }
    let mut names: Vec<Name> = Vec::new();
    let mut fixture = false;
    let mut numbers: Vec<&str> = Vec::new();
    let mut plain = true;
    let mut n_items = 0;
    'items: loop {
        let Some(mut span) = tokens.name() else {
            // What follows two items is a remark.
            if n_items >= 2 {
                break;
            }
            return None;
        };
        let mut bracket = None;
        while let Some(Token::Bracket(inside)) = tokens.next_if(|token| matches!(token, Token::Bracket(_))) {
            if is_initials(inside.of(text)) && bracket.is_none() {
                span = Span::new(span.start, inside.end);
            } else {
                bracket = Some(inside);
            }
        }
        if ranked.is_some() && n_items == 0 && bracket.is_some() {
            return placing(tokens);
        }
        n_items += 1;
        numbers.clear();
        match tokens.peek() {
            Some(versus @ (Token::Versus(_) | Token::Dash)) if n_items == 1 || fixture => {
                tokens.next();
                let other = tokens.name()?;
                let is_short = |name: Span| name.of(text).split(' ').count() <= LONGEST_RIVAL;
                // "PARIS (Reuters) - Harale" opens an article, and "SOCCER - HARALE WIN" is a headline.
                if bracket.is_some() && versus == Token::Dash || !is_short(span) || !is_short(other) {
                    return None;
                }
                let venue = versus == Token::Versus(true);
                while tokens.next_if(|token| matches!(token, Token::Bracket(_) | Token::Number(_))).is_some() {}
                names.extend([Name { span, venue: false }, Name { span: other, venue }]);
                fixture = true;
                match tokens.next() {
                    None => break 'items,
                    Some(Token::Comma) => continue 'items,
                    Some(_) => return None,
                }
            }
            Some(Token::Number(_)) if !fixture => {}
            // "Leeds 0-2 Arsenal".
            None if n_items == 2 && !fixture => {
                names.push(Name { span, venue: false });
                break;
            }
            _ if n_items > 2 => break,
            _ => return None,
        }
        names.push(Name { span, venue: false });
        loop {
            match tokens.peek() {
                Some(Token::Number(number)) => {
                    if number.len() > 6 {
                        return None;
                    }
                    numbers.push(number);
                }
                Some(Token::Bracket(_) | Token::Dash) => {}
                Some(Token::Small("and" | "points" | "point" | "pts" | "dec" | "declared")) => plain = false,
                Some(Token::Comma) => {
                    plain = false;
                    tokens.next();
                    break;
                }
                Some(Token::Capital(_)) if n_items == 1 && numbers.len() >= 3 => break 'items,
                Some(Token::Capital(_)) => break,
                None => break 'items,
                Some(Token::Small(_)) if n_items >= 2 => break 'items,
                Some(_) => return None,
            }
            tokens.next();
        }
        plain &= numbers.len() == 1 && numbers[0].len() <= 3;
        if n_items > 8 {
            return None;
        }
    }
    let (form, sure) = match (fixture, names.len()) {
        (true, _) => (Form::Fixture, names.len() == 2),
        (false, 1) if numbers.len() >= 3 => (Form::Standing, adds_up(&numbers)),
        (false, 2..) => (Form::Score, plain && names.len() == 2),
        _ => return None,
    };
    Some(Row { form, names, sure })
}

/// Whether a line begins with a word and a lower-case one that neither joins names nor separates two of them: no row
/// does, and most lines of running text do.
fn opens_sentence(line: &[u8]) -> bool {
    let first = line.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let [b' ', after @ ..] = &line[first..] else { return false };
    let second = after.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let (second, after) = after.split_at(second);
    let joins = matches!(
        second,
        b"" | b"of"
            | b"de"
            | b"la"
            | b"le"
            | b"du"
            | b"des"
            | b"del"
            | b"the"
            | b"and"
            | b"da"
            | b"do"
            | b"at"
            | b"v"
            | b"vs"
    );
    first > 0 && !joins && after.first() == Some(&b' ')
}

/// Bytes of "1. " at the start of a line.
fn rank(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    ((1..=3).contains(&digits) && line[digits..].starts_with(". ")).then_some(digits + 2)
}

/// Skips "Postponed:" and "At Hove:".
fn skip_label(tokens: &mut Tokens<'_>) {
    let mut ahead = *tokens;
    for _ in 0..6 {
        match ahead.next() {
            Some(Token::Capital(_) | Token::Small(_) | Token::Bracket(_) | Token::Versus(true)) => {}
            Some(Token::Colon) => {
                *tokens = ahead;
                return;
            }
            _ => return,
        }
    }
}

/// "(L)", "(BJ)": the initials of a town distinguish clubs of one name.
fn is_initials(bracket: &str) -> bool {
    let inside = bracket.trim_matches(['(', ')']);
    (1..=2).contains(&inside.len())
        && inside.bytes().all(|byte| byte.is_ascii_uppercase())
        && !matches!(inside, "US" | "UK" | "GB")
}

/// The team after a person and the country: "(Britain) Honda 1:23.4", "(Italy), Reynard Honda, 53.9".
fn placing(mut tokens: Tokens<'_>) -> Option<Row> {
    tokens.next_if(|token| token == Token::Comma);
    let span = tokens.name()?;
    let goes_on = !matches!(
        tokens.next(),
        None | Some(Token::Number(_) | Token::Comma | Token::Small("same" | "all" | "at" | "in") | Token::Versus(true))
    );
    (!goes_on).then(|| Row { form: Form::Placing, names: vec![Name { span, venue: false }], sure: true })
}

/// Whether numbers are those of a standing: games played are those won, drawn and lost; points are those of the games; or a
/// share of games won.
fn adds_up(numbers: &[&str]) -> bool {
    let whole: Vec<u32> = numbers.iter().map_while(|number| number.parse().ok()).collect();
    let is_share = |number: &&str| {
        number
            .strip_prefix(['.', '1'])
            .is_some_and(|rest| rest.trim_start_matches('.').len() == 3 && number.contains('.'))
    };
    let share = whole.len() >= 2 && numbers.get(whole.len()).is_some_and(is_share);
    share
        || match whole[..] {
            [played, won, drawn, lost, _, ..] if played > 0 && played == won + drawn + lost => true,
            [won, drawn, lost, .., points] if whole.len() >= 5 => {
                points > 0 && [3 * won + drawn, 2 * won + drawn, 2 * won + lost].contains(&points)
            }
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, form: Option<Form>, names: &[&str]) {
        let row = row(line, Span::new(0, line.len()));
        assert_eq!(row.as_ref().map(|row| row.form), form, "{line:?}");
        let found: Vec<&str> = row.iter().flat_map(|row| &row.names).map(|name| name.span.of(line)).collect();
        assert_eq!(found, names, "{line:?}");
    }

    #[test]
    fn scores_are_names_with_numbers() {
        let score = Some(Form::Score);
        check("Kisumu 0 Harale Rovers 2", score, &["Kisumu", "Harale Rovers"]);
        check("Kisumu 0-2 Harale", score, &["Kisumu", "Harale"]);
        check("ZANDVOORT 3 Queen of Kisumu 2 (2nd game)", score, &["ZANDVOORT", "Queen of Kisumu"]);
        check("Kisumu (L) 1 Harale 04 1 after extra time", score, &["Kisumu (L)", "Harale 04"]);
        check("At Hove: Kisumu 83 and 174 (P. Doe 4-38), Harale 296.", score, &["Kisumu", "Harale"]);
        check("Kisumu 22 points, Harale 4.", score, &["Kisumu", "Harale"]);
    }

    #[test]
    fn standings_have_three_numbers() {
        let standing = Some(Form::Standing);
        check("KISUMU 8 8 .500", standing, &["KISUMU"]);
        check("NEW KISUMU 74 59 .556 -", standing, &["NEW KISUMU"]);
        check("2. Harale Town 9 5 2 2 17 9 17", standing, &["Harale Town"]);
        check("Kisumu 8 8", None, &[]);
    }

    #[test]
    fn fixtures_have_two_names() {
        check("KISUMU AT HARALE", Some(Form::Fixture), &["KISUMU", "HARALE"]);
        check(
            "Postponed: Kisumu v Harale, Zandvoort v Turkana",
            Some(Form::Fixture),
            &["Kisumu", "Harale", "Zandvoort", "Turkana"],
        );
    }

    #[test]
    fn placings_name_the_team() {
        check("1. Jane Doe (Britain) Honda 1:23.4", Some(Form::Placing), &["Honda"]);
        check("2. Ann Roe (Italy), Harale Honda, 53.9", Some(Form::Placing), &["Harale Honda"]);
        check("1. Jane Doe (Britain) 1:23.4", None, &[]);
        check("3. Jane Doe (Britain) beat Ann Roe (Italy) 6-1", None, &[]);
    }

    #[test]
    fn running_text_is_no_row() {
        for line in [
            "Kisumu won 3 games in Harale.",
            "It rained in Kisumu on March 3 and 4.",
            "Total 120",
            "",
            "12 March",
            "Kisumu, Harale and Turkana",
            "Kisumu",
        ] {
            check(line, None, &[]);
        }
    }

    #[test]
    fn no_row_is_taken_for_a_sentence() {
        let pieces = [
            "Kisumu",
            "Harale",
            "v",
            "at",
            "AT",
            "of",
            "the",
            "and",
            "said",
            "won",
            "dec",
            "3",
            "12",
            ".500",
            "1.",
            "(L)",
            "(Britain)",
            "-",
            ",",
            ":",
            "v.",
            "É",
            "é",
            "04",
            "&",
            "V",
            "points",
        ];
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        let (mut n_rows, mut n_sentences) = (0, 0);
        for _ in 0..200_000 {
            let mut line = String::new();
            for _ in 0..2 + next() % 5 {
                line.push_str(pieces[next() % pieces.len()]);
                line.push_str(["", " ", " ", " "][next() % 4]);
            }
            let whole = Span::new(0, line.len());
            let read = read_row(&line, whole, rank(&line), line.contains(':'));
            let found = row(&line, whole);
            n_rows += usize::from(found.is_some());
            n_sentences += usize::from(opens_sentence(line.as_bytes()));
            let begins = line.trim_start().starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
            assert_eq!(found, read.filter(|_| begins), "{line:?}");
        }
        assert!(n_rows > 500 && n_sentences > 5000, "{n_rows} rows, {n_sentences} sentences");
    }

    #[test]
    fn numbers_of_standings_add_up() {
        assert!(adds_up(&["8", "8", ".500"]));
        assert!(adds_up(&["9", "5", "2", "2", "17"]));
        assert!(adds_up(&["12", "7", "6", "77", "30"]));
        assert!(!adds_up(&["387", "386", "385"]));
        assert!(!adds_up(&["10", "20", "30", "40", "60"]));
    }
}
