use super::*;

fn entity(id: &str, name: &str, kind: &str, country: &str, documents: u32) -> RunEntity {
    let [id, name, kind, country] = [id, name, kind, country].map(str::to_owned);
    RunEntity { row: 0, id, name, kind, country, mentions: 2 * u64::from(documents), documents }
}

#[track_caller]
fn check_entities(condition: &str, expected: &[&str]) {
    let entities = [
        entity("iq", "Iraq", "place.country", "IQ", 9),
        entity("gn:98182", "Baghdad", "place.city", "IQ", 4),
        entity("gn:3448439", "São Paulo", "place.city", "BR", 2),
        entity("org/wb", "World Bank", "org.int", "", 5),
        entity("t/pm", "Prime Minister", "title.gov", "", 7),
    ];
    let condition: Condition = condition.parse().unwrap();
    let found: Vec<&str> =
        entities.iter().filter(|entity| condition.entity(entity)).map(|entity| entity.id.as_str()).collect();
    assert_eq!(found, expected, "{condition}");
}

#[test]
fn entities_are_chosen_by_every_field() {
    check_entities("type=place", &["iq", "gn:98182", "gn:3448439"]);
    check_entities("kind=place.city,title", &["gn:98182", "gn:3448439", "t/pm"]);
    check_entities("type=organisation", &["org/wb"]);
    check_entities("type!=place", &["org/wb", "t/pm"]);
    check_entities("kind~CITY", &["gn:98182", "gn:3448439"]);
    check_entities("country=iq", &["iq", "gn:98182"]);
    check_entities("country=\"\"", &["org/wb", "t/pm"]);
    check_entities("name=\"sao paulo\"", &["gn:3448439"]);
    check_entities("name ~ 'PAULO'", &["gn:3448439"]);
    check_entities("entity=iq,t/pm", &["iq", "t/pm"]);
    check_entities("entity=IQ", &[]);
    check_entities("documents>=5", &["iq", "org/wb", "t/pm"]);
    check_entities("documents>5", &["iq", "t/pm"]);
    check_entities("documents<5 & mentions<=4", &["gn:3448439"]);
    check_entities("documents=2,9", &["iq", "gn:3448439"]);
    check_entities("documents != 2", &["iq", "gn:98182", "org/wb", "t/pm"]);
}

#[test]
fn not_binds_closest_then_and_then_or() {
    check_entities("type=title | type=place & country=BR", &["gn:3448439", "t/pm"]);
    check_entities("(type=title | type=place) & !country=IQ", &["gn:3448439", "t/pm"]);
    check_entities("! (type=title|type=place)", &["org/wb"]);
    check_entities("!!type=title", &["t/pm"]);
    check_entities("type=place && documents>3 || type=title", &["iq", "gn:98182", "t/pm"]);
    check_entities("type=place & (documents>3 & (country=IQ & kind=place.city))", &["gn:98182"]);
}

#[track_caller]
fn check_documents(condition: &str, expected: &[&str]) {
    let day = |date: &str| date.parse::<super::super::DayRange>().unwrap().first;
    let document = |id, day, source| DocumentRow {
        id,
        date: "",
        day,
        source,
        language: if source.is_empty() { "de" } else { "en" },
        file: 0,
        offset: 0,
        length: 0,
        characters: 100,
        words: 20,
        paragraphs: 1,
        sentences: 1,
        mentions: 0,
        notes: 0,
    };
    let documents = [
        document("a", day("2023-12-31"), "Daily Example"),
        document("b", day("2024-02-29"), "daily example"),
        document("c", day("2024-03-31"), "The Post"),
        document("d", i32::MIN, ""),
    ];
    let condition: Condition = condition.parse().unwrap();
    let found: Vec<&str> = documents
        .iter()
        .filter(|document| condition.document(**document, |_| ""))
        .map(|document| document.id)
        .collect();
    assert_eq!(found, expected, "{condition}");
}

#[test]
fn documents_are_chosen_by_every_field() {
    check_documents("date>=2024-01", &["b", "c"]);
    check_documents("date=2024-Q1", &["b", "c"]);
    check_documents("date=2024-02,2023", &["a", "b"]);
    check_documents("date>2024-02", &["c"]);
    check_documents("date<=2024-02", &["a", "b"]);
    check_documents("date<2024", &["a"]);
    check_documents("date=none", &["d"]);
    check_documents("date!=none", &["a", "b", "c"]);
    check_documents("date!=2024", &["a", "d"]);
    check_documents("!date<2024", &["b", "c", "d"]);
    check_documents("source=\"daily example\"", &["a", "b"]);
    check_documents("source~post | source=\"\"", &["c", "d"]);
    check_documents("language=DE & words=20", &["d"]);
    check_documents("language!=de & words<21", &["a", "b", "c"]);
    check_documents("id=a,c & characters>=100", &["a", "c"]);
    // What is said about entities is not asked of documents.
    check_documents("type=place & date<2024 & documents>3", &["a"]);
}

#[track_caller]
fn check_refused(text: &str, mark: &str, message: &str) {
    let error = text.parse::<Condition>().unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert!(lines[0].contains(message), "{error}");
    assert_eq!(lines[1], format!("  {text}"), "{error}");
    assert_eq!(lines[2].trim_end(), format!("  {mark}"), "{error}");
}

#[test]
fn what_is_wrong_is_shown_at_its_place() {
    check_refused("typ=place", "^^^", "there is no field \"typ\"; did you mean type?");
    check_refused("type=place weather=hot", "           ^", "& or | is needed here");
    check_refused("type place", "     ^", "one of = != < <= > >= ~");
    check_refused("type=", "     ^", "a value is needed");
    check_refused("é & type=place", "  ^", "one of = !=");
    check_refused("type=place &", "            ^", "a field is needed");
    check_refused("", "^", "a field is needed");
    check_refused("(type=place", "^", "this parenthesis is not closed");
    check_refused("type=place)", "          ^", "this parenthesis closes none");
    check_refused("name=\"World", "     ^", "this quote is not closed");
    check_refused("documents>=many", "           ^^^^", "a whole number");
    check_refused("documents>1,2", "            ^", "several values");
    check_refused("documents~1", "         ^", "documents is a number");
    check_refused("name<B", "    ^", "name is a text");
    check_refused("date>=2024-13", "      ^^^^^^^", "\"2024-13\" is not a date");
    check_refused("date<none", "     ^^^^", "\"none\" is not a date");
    check_refused("country=Iraq", "        ^^^^", "two letters");
    check_refused("type=place | date=2024", "^^^^^^^^^^^^^^^^^^^^^^", "joined by & only");
    check_refused(&"(".repeat(101), &format!("{}^", " ".repeat(100)), "nested too deep");
    let error = "weather=hot".parse::<Condition>().unwrap_err().to_string();
    assert!(
        error.contains("the fields of entities are entity, name, type,") && error.contains("documents are id, date,")
    );
}

#[test]
fn conditions_can_be_joined() {
    let condition = "type=place | type=title".parse::<Condition>().unwrap().and("documents>4".parse().unwrap());
    assert_eq!(condition.to_string(), "(type=place | type=title) & (documents>4)");
    check_entities(&condition.to_string(), &["iq", "t/pm"]);
    assert!(condition.names_kind(|kind| kind == "title") && !condition.names_kind(|kind| kind == "org"));
}
