//! Is a text in English? By its first words, in well under a microsecond.

use memchr::memmem;

/// What the first words of a text say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
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
pub(super) fn judge(text: &str) -> Verdict {
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
    fn short_texts_and_tables_are_not_judged() {
        assert_eq!(judge("Talks resumed in Geneva."), Verdict::TooShort);
        assert_eq!(judge(""), Verdict::TooShort);
        assert_eq!(judge(&"17 4 .810\n".repeat(100)), Verdict::TooShort);
    }
}
