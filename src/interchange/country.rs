//! Countries as people write them in tables, and their ISO 3166 codes.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::catalogue;
use crate::gazetteer::{AliasKind, Gazetteer};
use crate::ids::EntityId;
use crate::normalize::fold;

/// ISO 3166-1 codes of two letters, then XK for Kosovo, and the withdrawn codes of former states.
const CODES: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF \
CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH \
GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW \
KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG \
NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN \
SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT \
ZA ZM ZW XK AN BU CS DD SU TP YD YU ZR";

/// The three-letter codes of the same countries, in the same order as far as ISO has them.
const CODES_OF_THREE: &str = "\
AND ARE AFG ATG AIA ALB ARM AGO ATA ARG ASM AUT AUS ABW ALA AZE BIH BRB BGD BEL BFA BGR BHR BDI BEN BLM BMU BRN BOL BES BRA \
BHS BTN BVT BWA BLR BLZ CAN CCK COD CAF COG CHE CIV COK CHL CMR CHN COL CRI CUB CPV CUW CXR CYP CZE DEU DJI DNK DMA DOM DZA \
ECU EST EGY ESH ERI ESP ETH FIN FJI FLK FSM FRO FRA GAB GBR GRD GEO GUF GGY GHA GIB GRL GMB GIN GLP GNQ GRC SGS GTM GUM GNB \
GUY HKG HMD HND HRV HTI HUN IDN IRL ISR IMN IND IOT IRQ IRN ISL ITA JEY JAM JOR JPN KEN KGZ KHM KIR COM KNA PRK KOR KWT CYM \
KAZ LAO LBN LCA LIE LKA LBR LSO LTU LUX LVA LBY MAR MCO MDA MNE MAF MDG MHL MKD MLI MMR MNG MAC MNP MTQ MRT MSR MLT MUS MDV \
MWI MEX MYS MOZ NAM NCL NER NFK NGA NIC NLD NOR NPL NRU NIU NZL OMN PAN PER PYF PNG PHL PAK POL SPM PCN PRI PSE PRT PLW PRY \
QAT REU ROU SRB RUS RWA SAU SLB SYC SDN SWE SGP SHN SVN SJM SVK SLE SMR SEN SOM SUR SSD STP SLV SXM SYR SWZ TCA TCD ATF TGO \
THA TJK TKL TLS TKM TUN TON TUR TTO TUV TWN TZA UKR UGA UMI USA URY UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM MYT ZAF ZMB \
ZWE XKX";

/// Names in tables that the built-in gazetteer lacks or gives another meaning: parts of a country, and names of
/// countries in ISO and United Nations lists.
const FURTHER: [(&str, &str); 7] = [
    ("Congo", "CG"),
    ("England", "GB"),
    ("Scotland", "GB"),
    ("Wales", "GB"),
    ("Northern Ireland", "GB"),
    ("Virgin Islands, U.S.", "VI"),
    ("Virgin Islands, British", "VG"),
];

/// Whether it is a code as ISO writes it.
pub(crate) fn is_code(code: &str) -> bool {
    CODES.split(' ').any(|known| known == code)
}

/// The code that differs from this text in case only.
pub(crate) fn code_in_any_case(code: &str) -> Option<&'static str> {
    CODES.split(' ').find(|known| known.eq_ignore_ascii_case(code))
}

/// The code of a country given by a two-letter or three-letter code, or by a name in the built-in gazetteer, also in
/// catalogue form ("Korea, Republic of").
///
/// `None` if it is not a country, or if several countries equally have the name.
pub(crate) fn code_of(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if let Some(code) = code_in_any_case(text) {
        return Some(code);
    }
    match text.to_ascii_uppercase().as_str() {
        "UK" => return Some("GB"),
        // The European Union's code.
        "EL" => return Some("GR"),
        _ => {}
    }
    let mut pairs = CODES_OF_THREE.split(' ').zip(CODES.split(' '));
    if let Some((_, code)) = pairs.find(|(three, _)| three.eq_ignore_ascii_case(text)) {
        return Some(code);
    }
    let found = named(text);
    found.or_else(|| catalogue::inversions(text).iter().find_map(|form| named(form)))
}

/// The code of a country by one of its names.
pub(super) fn named(name: &str) -> Option<&'static str> {
    Names::shared().codes.get(&key(name)).copied().flatten()
}

/// Whether the name is that of a country or of one of the first divisions of a country, such as a state of the U.S.
pub(super) fn is_country_or_division(name: &str) -> bool {
    code_of(name).is_some() || Names::shared().divisions.contains(&key(name))
}

struct Names {
    /// The code of a name; `None` if several countries equally have it.
    codes: HashMap<String, Option<&'static str>>,
    divisions: HashSet<String>,
}

impl Names {
    fn shared() -> &'static Self {
        static SHARED: LazyLock<Names> = LazyLock::new(|| {
            let world = Gazetteer::builtin("world").expect("it is built in");
            // For each name, whether it needs evidence, and its country; a name that needs none overrides those that
            // do.
            let mut codes: HashMap<String, (bool, Option<&'static str>)> = HashMap::new();
            let mut divisions = HashSet::new();
            for (row, entity) in world.entities().enumerate() {
                let is_country = matches!(entity.kind, "place.country" | "place.territory" | "place.former");
                if !is_country && entity.kind != "place.admin1" {
                    continue;
                }
                let code = entity.country().and_then(code_in_any_case);
                for alias in world.aliases_of(EntityId::new(row)) {
                    let is_name = !alias.kind.is_demonym() && !alias.flags.stop && alias.kind != AliasKind::Plural;
                    if !is_name {
                        continue;
                    }
                    if !is_country {
                        divisions.insert(key(alias.text));
                    } else if let Some(code) = code {
                        // Names of a former state yield to those of present ones.
                        let later =
                            alias.flags.weak || entity.kind == "place.former" || alias.kind == AliasKind::Former;
                        let entry = codes.entry(key(alias.text)).or_insert((later, Some(code)));
                        if entry.0 && !later {
                            *entry = (later, Some(code));
                        } else if entry.0 == later && entry.1 != Some(code) {
                            entry.1 = None;
                        }
                    }
                }
            }
            let mut codes: HashMap<String, Option<&'static str>> =
                codes.into_iter().map(|(name, (_, code))| (name, code)).collect();
            codes.extend(FURTHER.iter().map(|(name, code)| (key(name), code_in_any_case(code))));
            Names { codes, divisions }
        });
        &SHARED
    }
}

/// A name without what tables write in several ways: articles, points, hyphens, abbreviated words.
fn key(name: &str) -> String {
    let folded = fold(name).replace('&', " and ").replace(['.', '\''], "");
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !matches!(*word, "" | "the"));
    let words: Vec<&str> = words
        .map(|word| match word {
            "st" => "saint",
            "rep" => "republic",
            "dem" => "democratic",
            "fed" => "federated",
            "sts" => "states",
            "is" | "isl" => "islands",
            word => word,
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_of_codes_are_of_the_same_countries() {
        let pair = |three: &str| {
            let mut pairs = CODES_OF_THREE.split(' ').zip(CODES.split(' '));
            pairs.find(|(known, _)| *known == three).map(|(_, code)| code)
        };
        assert_eq!(CODES_OF_THREE.split(' ').count(), 250);
        for (three, two) in [("AND", "AD"), ("CHE", "CH"), ("GRC", "GR"), ("KOR", "KR"), ("TKM", "TM"), ("TLS", "TL")] {
            assert_eq!(pair(three), Some(two), "{three}");
        }
        assert_eq!((pair("USA"), pair("ZWE"), pair("XKX")), (Some("US"), Some("ZW"), Some("XK")));
    }

    #[test]
    fn countries_as_tables_write_them() {
        for (text, code) in [
            ("ir", "IR"),
            ("Iran", "IR"),
            ("IRAN, ISLAMIC REPUBLIC OF", "IR"),
            ("Iran (Islamic Republic of)", "IR"),
            ("United States", "US"),
            ("United States of America (the)", "US"),
            ("U.S.A.", "US"),
            ("usa", "US"),
            ("UK", "GB"),
            ("Korea, Rep.", "KR"),
            ("Korea, Dem. People's Rep.", "KP"),
            ("Korea (the Democratic People's Republic of)", "KP"),
            ("Congo, Dem. Rep.", "CD"),
            ("Congo (the)", "CG"),
            ("Egypt, Arab Rep.", "EG"),
            ("Gambia, The", "GM"),
            ("The Bahamas", "BS"),
            ("St. Kitts & Nevis", "KN"),
            ("Côte d’Ivoire", "CI"),
            ("Cote d'Ivoire", "CI"),
            ("Viet Nam", "VN"),
            ("Virgin Islands, U.S.", "VI"),
            ("Bolivia (Plurinational State of)", "BO"),
            ("Macedonia, the former Yugoslav Republic of", "MK"),
            ("Jersey", "JE"),
            ("Scotland", "GB"),
        ] {
            assert_eq!(code_of(text), Some(code), "{text}");
        }
        for text in ["Atlantis", "", "Unknown", "N/A", "ZZ", "Texas", "Europe"] {
            assert_eq!(code_of(text), None, "{text}");
        }
    }
}
