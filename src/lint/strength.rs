//! Other meanings of a name: words, people, airports. A name that has them should be weak.

use super::Report;
use super::codes::Code;
use super::source::{NameLine, Sources};
use super::spelling::is_cased;
use super::words::Words;
use crate::gazetteer::{AliasKind, CasePolicy, EntityType};
use crate::normalize::fold_keeping_accents;

const MAKE_WEAK: &str = "make it weak, or add a longer name and make this one weak with ctx=long";

pub(super) fn check(name: &NameLine, sources: &Sources, report: &mut Report<'_>) {
    let entity = &sources.entities[name.entity];
    // Titles are ordinary words; the resolver accepts them by the words beside them.
    if name.flags.stop || EntityType::of_kind(&entity.kind) == EntityType::Title {
        return;
    }
    if entity.kind == "place.city" && is_airport_code(name, sources) {
        let message = format!("`{}` is three capitals, hardly a name of {} in an article", name.text, entity.name);
        report.add(Code::AirportCode, name.at, message, "remove the line; airport codes are words, too");
    } else if !name.flags.weak && !name.flags.after_comma {
        check_free(name, report);
    }
}

fn check_free(name: &NameLine, report: &mut Report<'_>) {
    let text = name.text.as_str();
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let cased = text.chars().any(is_cased);
    // A name in capitals matches capitals only: "WHO" is not "who".
    let capitals = cased && !text.chars().any(char::is_lowercase) && name.flags.case != CasePolicy::Any;
    if cased && letters <= 3 && !name.kind.is_demonym() {
        if capitals {
            let message = format!("`{text}` is a free acronym of {letters} letters; such acronyms have many meanings");
            report.add(Code::ShortAcronym, name.at, message, "make it weak with ctx=long unless it is as known as UN");
        } else {
            let message = format!("`{text}` has only {letters} letters and is free");
            report.add(Code::TooShort, name.at, message, MAKE_WEAK);
        }
    }
    // "Malé" with nofold is not "Male".
    let accented = name.flags.accents_matter && fold_keeping_accents(text) != name.folded;
    if capitals || accented || name.kind.is_demonym() || name.folded.contains(|c: char| !c.is_alphabetic()) {
        return;
    }
    let words = Words::shared();
    let (code, what) = if words.is_ordinary(&name.folded) {
        (Code::CommonWord, "an ordinary English word")
    } else if words.is_first_name(&name.folded) {
        (Code::FirstName, "a given name")
    } else if words.is_surname(&name.folded) {
        (Code::Surname, "a frequent surname")
    } else {
        return;
    };
    report.add(code, name.at, format!("`{text}` is free and also {what}"), MAKE_WEAK);
}

/// Whether the name is three capitals that are not the initials of a name of the city.
fn is_airport_code(name: &NameLine, sources: &Sources) -> bool {
    let code = name.text.as_str();
    let three = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_initials = |other: &NameLine| {
        let initials = other.folded.split(' ').filter_map(|word| word.chars().next());
        initials.map(|c| c.to_ascii_uppercase()).collect::<String>() == code
    };
    let names = sources.entities[name.entity].names.iter().map(|row| &sources.names[*row]);
    three && !names.filter(|other| other.kind != AliasKind::Abbreviation).any(is_initials)
}
