//! Whose pages may read answers: cross-origin resource sharing (<https://fetch.spec.whatwg.org/#http-cors-protocol>).

use std::rc::Rc;

/// The sites whose pages may read what is served here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cors {
    /// None but our own: no field is sent.
    #[default]
    None,
    /// Any.
    Any,
    /// These origins, as browsers write them: `https://example.org`, lower case, with the port if it is not
    /// the scheme's own.
    Origins(Vec<Rc<str>>),
}

impl Cors {
    /// Adds what the operator has typed: an origin, or `*` for any.
    pub fn add(&mut self, origin: String) {
        match self {
            _ if origin == "*" => *self = Self::Any,
            Self::Any => {}
            Self::None => *self = Self::Origins(vec![origin.into()]),
            Self::Origins(origins) => origins.push(origin.into()),
        }
    }

    /// Whether any site is named.
    pub fn is_on(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// The value of Access-Control-Allow-Origin for a request from `origin`.
    pub fn allowed(&self, origin: Option<&[u8]>) -> Option<Rc<str>> {
        match self {
            Self::None => None,
            Self::Any => Some("*".into()),
            // With a single one the answer is the same for all, and caches need not tell them apart.
            Self::Origins(origins) if origins.len() == 1 => origins.first().cloned(),
            Self::Origins(origins) => {
                let is_origin = |allowed: &&Rc<str>| Some(allowed.as_bytes()) == origin;
                origins.iter().find(is_origin).cloned()
            }
        }
    }

    /// Whether the answer depends on who asks: caches must be told.
    pub fn varies(&self) -> bool {
        matches!(self, Self::Origins(origins) if origins.len() > 1)
    }
}

/// Reads an origin: `scheme://host` or `scheme://host:port` without a path (RFC 6454, 6.2).
pub fn parse_origin(text: &str) -> Result<String, &'static str> {
    const CURE: &str = "no origin; write one such as https://example.org, without a path, or '*'";
    if text == "*" {
        return Ok(text.to_owned());
    }
    let (scheme, authority) = text.split_once("://").ok_or(CURE)?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_host = crate::http::authority::names_a_host(authority.as_bytes());
    // A star within a host would never match: browsers send the whole host.
    if !is_scheme || !is_host || authority.contains(['@', '*']) {
        return Err(CURE);
    }
    let origin = text.to_ascii_lowercase();
    let default = match scheme.to_ascii_lowercase().as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    // Browsers leave the scheme's own port out.
    let origin = origin
        .strip_suffix(default)
        .filter(|_| !default.is_empty())
        .unwrap_or(&origin);
    Ok(origin.trim_end_matches(':').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send() {
        let table = [
            ("*", Some("*")),
            ("https://example.org", Some("https://example.org")),
            ("HTTPS://Example.ORG", Some("https://example.org")),
            ("https://example.org:443", Some("https://example.org")),
            ("http://example.org:80", Some("http://example.org")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("https://example.org/", None),
            ("https://example.org/a", None),
            ("example.org", None),
            ("https://", None),
            ("https://a b", None),
            ("https://*.example.org", None),
            ("https://a\r\nb", None),
            ("1a://b", None),
            ("null", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_origin(text).ok().as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn only_the_origins_that_were_named_are_allowed() {
        let cors = |origins: &[&str]| {
            let mut cors = Cors::default();
            for origin in origins {
                cors.add((*origin).to_owned());
            }
            cors
        };
        let (a, b) = ("https://a", "https://b");
        let table: [(&[&str], _, _, _); 8] = [
            (&[], Some(a), None, false),
            (&["*"], Some(a), Some("*"), false),
            (&["*"], None, Some("*"), false),
            (&[a, "*"], Some(b), Some("*"), false),
            (&[a], Some(b), Some(a), false),
            (&[a, b], Some(b), Some(b), true),
            (&[a, b], Some("https://c"), None, true),
            (&[a, b], None, None, true),
        ];
        for (origins, asks, expected, varies) in table {
            let cors = cors(origins);
            assert_eq!(
                cors.allowed(asks.map(str::as_bytes)).as_deref(),
                expected,
                "{origins:?}"
            );
            assert_eq!(cors.varies(), varies, "{origins:?}");
        }
    }
}
