//! `--http full`: the conditions of a request, in the order of RFC 9110, 13.2.2.

use crate::support::answer::{MODIFIED, TEXT};
use crate::support::full::{FOUR, FULL};
use crate::support::{Answer, Site};

const CONTENT: &str = "a\n";
const TAG: &str = "\"5c73e7e3dcbb0395e841f27363849a18\"";
const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

fn file() -> Answer {
    Answer::file(TEXT, CONTENT).endless()
}

fn part() -> Answer {
    Answer::part(TEXT, CONTENT.as_bytes(), 0, 1).endless()
}

/// A condition that is not there, or that holds or not.
type Condition = Option<bool>;

const STATES: [Condition; 3] = [None, Some(true), Some(false)];

fn line(name: &str, condition: Condition, holds: &str, fails: &str) -> String {
    let value = condition.map(|is_true| if is_true { holds } else { fails });
    value.map_or_else(String::new, |value| format!("{name}: {value}\r\n"))
}

/// One request with each of the six fields in one of its states.
struct Conditions {
    matches: Condition,
    unmodified: Condition,
    none_matches: Condition,
    modified: Condition,
    range: bool,
    same_version: Condition,
}

impl Conditions {
    /// The `number`th of all combinations.
    fn new(number: usize) -> Self {
        let state = |place: u32| STATES[number / 2 / 3_usize.pow(place) % 3];
        Self {
            matches: state(0),
            unmodified: state(1),
            none_matches: state(2),
            modified: state(3),
            range: number % 2 == 1,
            same_version: state(4),
        }
    }

    fn fields(&self) -> String {
        let range = self.range.then_some(true);
        line("Range", range, "bytes=0-0", "")
            + &line("If-Range", self.same_version, TAG, "\"x\"")
            + &line("If-Modified-Since", self.modified, BEFORE, MODIFIED)
            + &line("If-None-Match", self.none_matches, "\"x\"", TAG)
            + &line("If-Unmodified-Since", self.unmodified, MODIFIED, BEFORE)
            + &line("If-Match", self.matches, TAG, "\"x\"")
    }

    /// The six steps as RFC 9110 has them.
    fn expected(&self, method: &str, is_full: bool) -> Answer {
        let first = self.matches.or(self.unmodified);
        let second = self.none_matches.or(self.modified);
        let is_ranged = self.range && method == "GET" && self.same_version != Some(false);
        match (first, second) {
            (Some(false), _) if is_full => Answer::failed().endless(),
            (_, Some(false)) => Answer::not_modified().endless(),
            _ if is_full && is_ranged => part(),
            _ if is_full => file().ranged(),
            _ => file(),
        }
    }
}

#[test]
fn all_conditions_are_evaluated_in_their_order() {
    let site = Site::new();
    site.write("a.txt", CONTENT);
    for (options, is_full) in [(FULL, true), (FOUR, false)] {
        let server = site.start(&options);
        let mut client = server.connect();
        for number in 0..2 * 3_usize.pow(5) {
            let conditions = Conditions::new(number);
            let fields = conditions.fields();
            let answer = client.ask("GET", "/a.txt", &fields);
            assert_eq!(answer, conditions.expected("GET", is_full), "{fields}");
            let answer = client.ask("HEAD", "/a.txt", &fields);
            let expected = conditions.expected("HEAD", is_full).without_body();
            assert_eq!(answer, expected, "{fields}");
        }
    }
}

#[test]
fn if_match_compares_strongly_and_if_unmodified_since_reads_dates() {
    let holds = || file().ranged();
    let fails = || Answer::failed().endless();
    let table = [
        (format!("If-Match: {TAG}"), holds()),
        (format!("If-Match: \"x\", {TAG}"), holds()),
        (format!("If-Match: \"x\"\r\nIf-Match: {TAG}"), holds()),
        ("If-Match: *".to_owned(), holds()),
        (format!("If-Match: W/{TAG}"), fails()),
        ("If-Match: \"x\"".to_owned(), fails()),
        ("If-Match:".to_owned(), fails()),
        (format!("If-Match: {}", TAG.trim_matches('"')), fails()),
        (format!("If-Unmodified-Since: {MODIFIED}"), holds()),
        (format!("If-Unmodified-Since: {AFTER}"), holds()),
        (format!("If-Unmodified-Since: {BEFORE}"), fails()),
        ("If-Unmodified-Since: yesterday".to_owned(), holds()),
        (
            format!("If-Unmodified-Since: {BEFORE}\r\nIf-Unmodified-Since: {BEFORE}"),
            holds(),
        ),
        ("Range: bytes=5-\r\nIf-Match: \"x\"".to_owned(), fails()),
        (
            format!("Range: bytes=5-\r\nIf-None-Match: {TAG}"),
            Answer::not_modified().endless(),
        ),
        (
            "Range: bytes=5-\r\nIf-None-Match: \"x\"".to_owned(),
            Answer::unsatisfiable(2).endless(),
        ),
    ];
    let site = Site::new();
    site.write("a.txt", CONTENT);
    let server = site.start(&FULL);
    let mut client = server.connect();
    for (fields, expected) in table {
        let answer = client.ask("GET", "/a.txt", &format!("{fields}\r\n"));
        assert_eq!(answer, expected, "{fields}");
    }
}

/// What would not be 200 without a condition is the same with one (RFC 9110, 13.2.1).
#[test]
fn conditions_are_about_files_only() {
    let site = Site::new();
    site.write("sub/a.txt", CONTENT);
    let server = site.start(&FULL);
    let mut client = server.connect();
    for fields in [
        "If-Match: \"x\"\r\n",
        "If-Match: *\r\n",
        "If-None-Match: *\r\n",
        "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n",
        "Range: bytes=0-0\r\n",
        "Range: bytes=99-\r\n",
    ] {
        let answer = client.ask("GET", "/nothing", fields);
        assert_eq!(answer, Answer::not_found().endless(), "{fields}");
        let answer = client.ask("GET", "/sub", fields);
        assert_eq!(
            answer,
            Answer::moved("/sub/", "/sub/").endless(),
            "{fields}"
        );
        let answer = client.ask("DELETE", "/index.html", fields);
        assert_eq!(answer, Answer::not_allowed().endless(), "{fields}");
    }
}
