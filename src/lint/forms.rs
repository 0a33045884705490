//! Names in a form that running text does not have: lists of names, catalogue forms. Also short names in scripts
//! without blanks.

use super::Report;
use super::codes::Code;
use super::source::{NameLine, Sources};
use crate::gazetteer::Gazetteer;
use crate::interchange::catalogue::{Strength, running_forms};
use crate::interchange::name_list::looks_like_list;
use crate::normalize::fold;

pub(super) fn check(name: &NameLine, sources: &Sources, base: Option<&Gazetteer>, report: &mut Report<'_>) {
    let text = name.text.as_str();
    if let Some(names) = looks_like_list(text) {
        let message = format!("`{text}` looks like a list of {} names", names.len());
        report.add(Code::NameList, name.at, message, "write each name on a line of its own");
    } else {
        check_catalogue(name, sources, base, report);
    }
    check_without_blanks(name, report);
}

/// In a script without blanks a name may begin and end between any two letters, so a short one occurs in many words.
fn check_without_blanks(name: &NameLine, report: &mut Report<'_>) {
    let text = name.text.as_str();
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_han = letters.iter().all(|c| is_ideograph(*c));
    let most = if is_han { 1 } else { 2 };
    if name.flags.weak || name.flags.stop || letters.len() > most || !letters.iter().all(|c| has_no_blanks(*c)) {
        return;
    }
    let message = format!("`{text}` is free and so short that it is found within other words");
    report.add(Code::ShortWithoutBlanks, name.at, message, "make it weak, or write a longer name");
}

fn check_catalogue(name: &NameLine, sources: &Sources, base: Option<&Gazetteer>, report: &mut Report<'_>) {
    let entity = &sources.entities[name.entity];
    let forms = running_forms(&name.text, &entity.kind);
    let Some(likeliest) = forms.first() else { return };
    // If another line has the form of running text, this one does no harm.
    let own = entity.names.iter().map(|row| sources.names[*row].folded.clone());
    let below = base.filter(|_| entity.extends).and_then(|base| Some((base, base.find(&entity.id)?)));
    let below = below.into_iter().flat_map(|(base, id)| base.aliases_of(id)).map(|alias| fold(alias.text));
    let known: Vec<String> = own.chain(below).collect();
    if forms.iter().any(|form| known.contains(&fold(&form.text))) {
        return;
    }
    let (text, form) = (&name.text, &likeliest.text);
    let (message, remedy) = match likeliest.strength {
        // The bracket may be part of the name, and the rest may be a name of another entity.
        Strength::Doubtful => (
            format!("`{text}` has a bracket, as in catalogues and seldom in running text"),
            format!(
                "add a line for `{form}`, weak if others have that name, or leave it if the bracket is part of the name"
            ),
        ),
        _ => (
            format!("`{text}` is a catalogue form; running text has `{form}`"),
            format!("add a line for `{form}`, or write it so"),
        ),
    };
    report.add(Code::CatalogueName, name.at, message, remedy);
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether the letter's script has no blanks between words: Han, Hiragana, Thai, Lao, Khmer, Myanmar.
fn has_no_blanks(c: char) -> bool {
    is_ideograph(c)
        || matches!(c, '\u{3041}'..='\u{309F}' | '\u{0E01}'..='\u{0EDF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17DC}')
}
