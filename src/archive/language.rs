//! Which language a text is in, by its beginning.
//!
//! Most archives are in English, which is known by its words in well under a microsecond. Only of other texts the trigrams are
//! counted (`whatlang`), which takes a hundred times as long.

use memchr::memmem;

/// The languages that are recognised, by their ISO 639-3 and ISO 639-1 codes, sorted by the former.
const CODES: [(&str, &str); 70] = [
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zul", "zu"),
];

/// The ISO 639-1 code of the language of a text; `None` if the text is too short, or of no language that is recognised for sure.
///
/// ```
/// use dateline::archive::language_of;
/// let german = "Die Minister trafen sich am Montag in Genf, um über das neue Abkommen zu sprechen. ".repeat(4);
/// assert_eq!(language_of(&german), Some("de"));
/// assert_eq!(language_of("Talks."), None);
/// ```
///
/// # Complexity
///
/// Looks at the first 1,500 bytes.
#[must_use]
pub fn language_of(text: &str) -> Option<&'static str> {
    match judge(text) {
        Verdict::TooShort => None,
        Verdict::English => Some("en"),
        Verdict::Other => {
            let beginning = &text[..text.floor_char_boundary(MOST)];
            let found = whatlang::detect(beginning).filter(whatlang::Info::is_reliable)?;
            let row = CODES.binary_search_by_key(&found.lang().code(), |(code, _)| code).ok()?;
            Some(CODES[row].1)
        }
    }
}

/// The codes that [`language_of`] gives.
pub fn languages() -> impl Iterator<Item = &'static str> {
    CODES.iter().map(|(_, code)| *code)
}

/// What the first words of a text say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    TooShort,
    English,
    Other,
}

/// Words that are frequent in English and rare or absent in other languages written in Latin letters. "was", "in", "on", "for",
/// "of", "to" and their like are words of German, Dutch, Danish, Polish or French too.
fn is_english_word(word: &[u8]) -> bool {
    // Between two marks there is no word, and most words are longer or shorter than these.
    if !(3..=5).contains(&word.len()) {
        return false;
    }
    let mut lower = [0; 5];
    let lower = &mut lower[..word.len()];
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    matches!(
        &*lower,
        b"the"
            | b"and"
            | b"that"
            | b"with"
            | b"from"
            | b"said"
            | b"this"
            | b"which"
            | b"were"
            | b"been"
            | b"have"
            | b"has"
            | b"they"
            | b"their"
            | b"would"
            | b"its"
            | b"who"
            | b"are"
    )
}

/// Words that make a text English.
const ENOUGH: usize = 3;
/// Bytes looked at until then, and bytes a text must have to be judged.
const MOST: usize = 1500;
const LEAST: usize = 250;

/// Whether a byte is in no word: ASCII, and no letter.
const SEPARATES: [bool; 256] = {
    let mut separates = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        separates[byte] = !(byte as u8).is_ascii_alphabetic();
        byte += 1;
    }
    separates
};

/// Judges a text by its beginning: in English news one word in six is one of those looked for, so that the first hundred bytes
/// usually decide.
fn judge(text: &str) -> Verdict {
    let bytes = text.as_bytes();
    let bytes = &bytes[..bytes.len().min(MOST)];
    // The most frequent word is found many bytes at a time, and nearly always decides by itself.
    if memmem::find_iter(bytes, b" the ").take(ENOUGH).count() == ENOUGH {
        return Verdict::English;
    }
    let mut found = 0;
    for word in bytes.split(|byte| SEPARATES[usize::from(*byte)]) {
        if is_english_word(word) {
            found += 1;
            if found == ENOUGH {
                return Verdict::English;
            }
        }
    }
    // Numbers and blanks are in no language.
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()).count();
    if letters < LEAST { Verdict::TooShort } else { Verdict::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sentence: &str, expected: Verdict) {
        assert_eq!(judge(&sentence.repeat(1 + 600 / sentence.len())), expected, "{sentence}");
    }

    #[test]
    fn languages_are_told_apart() {
        check("The ministers met in Geneva and said that talks with the union would go on. ", Verdict::English);
        check("THE CITY SAID THAT ITS BRIDGE WAS SAFE. ", Verdict::English);
        check("Die Minister trafen sich in Genf, und am Montag war die Rede von neuen Gesprächen. ", Verdict::Other);
        check("Les ministres se sont réunis à Genève et ont dit que les discussions continueraient. ", Verdict::Other);
        check("De ministers spraken in Genève over de toekomst van het land, of dat was het plan. ", Verdict::Other);
        check("Los ministros se reunieron en Ginebra y dijeron que las conversaciones seguirían. ", Verdict::Other);
        check("Ministrene mødtes i Genève for at tale om aftalen, og de var enige om det meste. ", Verdict::Other);
        check("Министры встретились в Женеве и сказали, что переговоры продолжатся. ", Verdict::Other);
        check("各国部长在日内瓦会晤，并表示谈判将继续进行。", Verdict::Other);
    }

    #[test]
    fn languages_have_their_codes() {
        for (sentence, expected) in [
            ("The ministers met in Geneva and said that talks with the union would go on. ", "en"),
            ("Die Minister trafen sich in Genf, und am Montag war die Rede von neuen Gesprächen. ", "de"),
            ("Les ministres se sont réunis à Genève et ont dit que les discussions continueraient. ", "fr"),
            ("Los ministros se reunieron en Ginebra y dijeron que las conversaciones seguirían. ", "es"),
            ("Министры встретились в Женеве и сказали, что переговоры продолжатся на следующей неделе. ", "ru"),
            ("各国部长在日内瓦会晤，并表示谈判将继续进行。", "zh"),
        ] {
            assert_eq!(language_of(&sentence.repeat(1 + 600 / sentence.len())), Some(expected), "{sentence}");
        }
        for lang in whatlang::Lang::all() {
            assert!(CODES.binary_search_by_key(&lang.code(), |(code, _)| code).is_ok(), "{lang:?}");
        }
        assert!(CODES.is_sorted());
    }

    #[test]
    fn short_texts_and_tables_are_not_judged() {
        assert_eq!(judge("Talks resumed in Geneva."), Verdict::TooShort);
        assert_eq!(judge(""), Verdict::TooShort);
        assert_eq!(judge(&"17 4 .810\n".repeat(100)), Verdict::TooShort);
    }
}
