//! Accept: whether a client takes a media type (RFC 9110, 12.5.1). Pure.

use super::list::is_token;
use super::preference::{Preference, preferences};

/// Whether the client takes a representation of the type `top/sub`. `values` are the values of all
/// lines of the field; one that is not there, empty, or names no media range takes everything.
///
/// The narrowest range that the type belongs to decides: `text/html`, then `text/*`, then `*/*`.
pub fn takes<'a>(values: impl Iterator<Item = &'a [u8]>, top: &str, sub: &str) -> bool {
    let mut sought = Sought::new(top, sub);
    let mut names_a_range = false;
    for preference in preferences(values) {
        if let Some(range) = Range::read(preference) {
            names_a_range = true;
            sought.compare(&range);
        }
    }
    !names_a_range || sought.weight() > 0
}

/// Whether the client asks for JSON: it names `application/json` itself, not by a wildcard, and likes
/// it at least as well as HTML. Browsers, which take anything, get HTML.
pub fn prefers_json<'a>(values: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut json = Sought::new("application", "json");
    let mut html = Sought::new("text", "html");
    for range in preferences(values).filter_map(Range::read) {
        json.compare(&range);
        html.compare(&range);
    }
    json.is_named() && json.weight() > 0 && json.weight() >= html.weight()
}

/// A media range with its weight.
struct Range<'a> {
    top: &'a [u8],
    sub: &'a [u8],
    has_parameters: bool,
    weight: u16,
}

impl<'a> Range<'a> {
    /// `None` if the name is none of `*/*`, `type/*` and `type/subtype`.
    fn read(preference: Preference<'a>) -> Option<Self> {
        let name = preference.name;
        let slash = name.iter().position(|&byte| byte == b'/')?;
        let (top, sub) = (&name[..slash], &name[slash + 1..]);
        let is_range = is_token(top) && is_token(sub) && (top != b"*" || sub == b"*");
        is_range.then_some(Self {
            top,
            sub,
            has_parameters: preference.has_parameters,
            weight: preference.weight,
        })
    }
}

/// How narrow a range is. Later ones are narrower.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Narrowness {
    Everything,
    Top,
    /// Some kinds of the type, such as `text/html;level=1`.
    Kind,
    Type,
}

/// A type, and the narrowest range so far that it belongs to.
struct Sought<'a> {
    top: &'a [u8],
    sub: &'a [u8],
    /// With its weight; of ranges that are equally narrow, the highest.
    best: Option<(Narrowness, u16)>,
}

impl<'a> Sought<'a> {
    fn new(top: &'a str, sub: &'a str) -> Self {
        Self {
            top: top.as_bytes(),
            sub: sub.as_bytes(),
            best: None,
        }
    }

    fn compare(&mut self, range: &Range) {
        self.best = self.best.max(self.found_in(range));
    }

    /// Parameters name a kind of a type, and this server knows one kind of each. A client that takes a
    /// kind (`application/json;charset=utf-8`) is taken to take the type; one that refuses a kind has
    /// not refused the type.
    fn found_in(&self, range: &Range) -> Option<(Narrowness, u16)> {
        if range.has_parameters && range.weight == 0 {
            return None;
        }
        let narrowness = if range.top == b"*" {
            Narrowness::Everything
        } else if !range.top.eq_ignore_ascii_case(self.top) {
            return None;
        } else if range.sub == b"*" {
            Narrowness::Top
        } else if !range.sub.eq_ignore_ascii_case(self.sub) {
            return None;
        } else if range.has_parameters {
            Narrowness::Kind
        } else {
            Narrowness::Type
        };
        Some((narrowness, range.weight))
    }

    fn weight(&self) -> u16 {
        self.best.map_or(0, |(_, weight)| weight)
    }

    fn is_named(&self) -> bool {
        self.best
            .is_some_and(|(narrowness, _)| narrowness >= Narrowness::Kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const AXIOS: &str = "application/json, text/plain, */*";

    fn lines<'a>(values: &'a [&str]) -> impl Iterator<Item = &'a [u8]> {
        values.iter().map(|value| value.as_bytes())
    }

    #[test]
    fn the_narrowest_range_decides_whether_html_is_taken() {
        let table = [
            ("", true),
            (" , ", true),
            ("html", true),
            ("*/html", true),
            ("image/png/x", true),
            ("image/p ng", true),
            ("text/html;q=9", true),
            (FIREFOX, true),
            (AXIOS, true),
            ("*/*", true),
            ("text/*", true),
            ("TEXT/Html", true),
            ("text/html;q=0.001", true),
            ("text/html;q=0", false),
            ("text/html;q=0, */*", false),
            ("*/*, text/*;q=0", false),
            ("text/html, text/*;q=0, */*;q=0", true),
            ("text/*;q=0.1, */*;q=0", true),
            ("application/json", false),
            ("image/avif,image/webp,image/*", false),
            ("text/htm", false),
            ("text/html5, te/html", false),
            ("text/html;q=2, image/*", false),
            ("text/html;level=1", true),
            ("text/html;level=1;q=0, */*", true),
            ("text/html;level=1;q=0", false),
            ("text/html;level=1, text/html;q=0", false),
            (r#"image/png;a=", text/html""#, false),
            ("text/html;q=0, text/html", true),
        ];
        for (value, expected) in table {
            let found = takes(lines(&[value]), "text", "html");
            assert_eq!(found, expected, "{value}");
        }
        assert!(takes(lines(&[]), "text", "html"));
        assert!(!takes(lines(&["*/*", "text/html;q=0"]), "text", "html"));
    }

    #[test]
    fn json_is_for_those_who_name_it() {
        let table = [
            ("", false),
            ("*/*", false),
            ("application/*", false),
            (FIREFOX, false),
            (AXIOS, true),
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json;q=0", false),
            ("application/json;q=0.1", true),
            ("application/json, text/html", true),
            ("application/json;q=0.9, text/html", false),
            ("application/json;q=0.9, */*", false),
            ("application/json;q=0.9, text/html;q=0.8, */*", true),
            ("application/json;q=0, */*", false),
            ("application/json;q=9", false),
            ("application/jsonp", false),
        ];
        for (value, expected) in table {
            assert_eq!(prefers_json(lines(&[value])), expected, "{value}");
        }
        assert!(!prefers_json(lines(&[])));
        assert!(!prefers_json(lines(&[
            "application/json;q=0.5",
            "text/html"
        ])));
    }
}
