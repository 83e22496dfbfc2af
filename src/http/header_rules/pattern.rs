//! A path pattern: `/assets/*`, `/users/:id/`. Linear in the length of the path, whatever both are.
//!
//! `*` is any number of any bytes, `:name` one whole segment. A placeholder may stand before the first
//! `*` or behind the last one: there its place is known, and so no pattern makes the matcher try one
//! place after the other. What stands between two `*` is searched for in linear time.

use memchr::memmem::Finder;
use percent_encoding::percent_decode_str;

/// The longest pattern, in bytes: that of a line at Cloudflare.
const LENGTH_MAX: usize = 2000;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// What stands before the first `*`, or all of it.
    front: Vec<Part>,
    /// What stands between two `*`.
    between: Vec<Finder<'static>>,
    /// What stands behind the last `*`; `None` without one.
    back: Option<Vec<Part>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    /// One byte or more, up to a slash or an end. A slash stands before it.
    Segment,
}

impl Pattern {
    /// Reads a pattern. An error says what is wrong with it, and the cure.
    pub fn parse(text: &str) -> Result<Self, String> {
        check(text)?;
        let mut pieces = text.split('*');
        let front = parts(pieces.next().unwrap_or_default())?;
        let mut between: Vec<&str> = pieces.collect();
        let back = between.pop().map(parts).transpose()?;
        let is_at_end = |piece: &str| has_placeholder_at_end(piece) && back.is_some();
        if is_at_end(text.split('*').next().unwrap_or_default()) {
            return Err(not_whole(text));
        }
        let between: Result<Vec<_>, String> = between.into_iter().map(searched).collect();
        Ok(Self {
            text: text.to_owned(),
            front,
            between: between?.into_iter().flatten().collect(),
            back,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of its placeholders, and `splat` for a `*`: what Cloudflare puts into values.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let names = self
            .text
            .split('/')
            .filter_map(|text| text.strip_prefix(':'));
        names.chain(self.back.is_some().then_some("splat"))
    }

    /// Whether it matches all of `path`, which is decoded.
    pub fn matches(&self, path: &[u8]) -> bool {
        let Some(rest) = strip_front(&self.front, path) else {
            return false;
        };
        let Some(back) = &self.back else {
            return rest.is_empty();
        };
        let Some(mut rest) = strip_back(back, rest) else {
            return false;
        };
        // The leftmost place of each leaves the most for the next one.
        self.between.iter().all(|finder| match finder.find(rest) {
            Some(at) => {
                rest = &rest[at + finder.needle().len()..];
                true
            }
            None => false,
        })
    }

    /// A short path that it matches.
    pub(super) fn sample(&self) -> Vec<u8> {
        let of_part = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            Part::Segment => b"x".to_vec(),
        };
        let mut sample: Vec<u8> = self.front.iter().flat_map(of_part).collect();
        sample.extend(self.between.iter().flat_map(Finder::needle));
        sample.extend(self.back.iter().flatten().flat_map(of_part));
        sample
    }
}

/// What can be said of the text as a whole.
fn check(text: &str) -> Result<(), String> {
    if text.len() > LENGTH_MAX {
        let length = text.len();
        return Err(format!(
            "a pattern of {length} bytes; {LENGTH_MAX} are the most: shorten it with '*'"
        ));
    }
    if !text.starts_with('/') {
        return Err("a pattern begins with a slash, as in /assets/*".to_owned());
    }
    if text.contains(char::is_control) {
        return Err("a control character in a pattern; write it as %XX".to_owned());
    }
    for (character, encoded) in [(' ', "%20"), ('?', "%3F"), ('#', "%23")] {
        if text.contains(character) {
            return Err(format!(
                "'{character}' in a pattern, which is a path without a query and alone on its line; \
                 leave it out, or write {encoded} if names have it"
            ));
        }
    }
    Ok(())
}

/// A piece without `*`, as literals and placeholders.
fn parts(piece: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = Vec::new();
    for (index, segment) in piece.split('/').enumerate() {
        if index > 0 {
            literal.push(b'/');
        }
        match segment.strip_prefix(':') {
            Some(name) if index > 0 => {
                if !is_name(name) {
                    return Err(not_whole(segment));
                }
                parts.push(Part::Literal(std::mem::take(&mut literal)));
                parts.push(Part::Segment);
            }
            _ => literal.extend(percent_decode_str(segment)),
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// What is searched for between two `*`; nothing for `**`.
fn searched(piece: &str) -> Result<Option<Finder<'static>>, String> {
    match parts(piece)?.as_slice() {
        [] => Ok(None),
        [Part::Literal(text)] => Ok(Some(Finder::new(text).into_owned())),
        _ => Err("a placeholder between two '*'; write '*' in its place".to_owned()),
    }
}

fn is_name(text: &str) -> bool {
    let may_be = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(may_be)
}

fn has_placeholder_at_end(piece: &str) -> bool {
    let last = piece.rsplit_once('/').map(|(_, last)| last);
    last.is_some_and(|last| last.starts_with(':'))
}

fn not_whole(text: &str) -> String {
    format!(
        "'{text}': a placeholder is a whole segment with a name, as in /users/:id/; write '*' for a \
         part of a segment, %3A for a colon"
    )
}

/// What follows the parts that `path` begins with.
fn strip_front<'a>(parts: &[Part], mut path: &'a [u8]) -> Option<&'a [u8]> {
    for part in parts {
        path = match part {
            Part::Literal(text) => path.strip_prefix(text.as_slice())?,
            Part::Segment => match memchr::memchr(b'/', path).unwrap_or(path.len()) {
                0 => return None,
                end => &path[end..],
            },
        };
    }
    Some(path)
}

/// What precedes the parts that `path` ends with.
fn strip_back<'a>(parts: &[Part], mut path: &'a [u8]) -> Option<&'a [u8]> {
    for part in parts.iter().rev() {
        path = match part {
            Part::Literal(text) => path.strip_suffix(text.as_slice())?,
            Part::Segment => {
                let begin = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
                if begin == path.len() {
                    return None;
                }
                &path[..begin]
            }
        };
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_paths() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("/", &["/"], &["/a", ""]),
            ("/*", &["/", "/a", "/a/b/"], &[""]),
            ("/a/*", &["/a/", "/a/b", "/a/b/c"], &["/a", "/ab", "/b/a/"]),
            (
                "/*.js",
                &["/a.js", "/a/b.js", "/.js", "/a.js.js"],
                &["/a.jsx", "/ajs"],
            ),
            (
                "/a*/b*c",
                &["/a/bc", "/ax/y/bzc", "/a/b/bcc"],
                &["/a/b", "/a/cb"],
            ),
            ("/*a*a*", &["/aa", "/xaxax"], &["/a", "/xa"]),
            ("/**a", &["/a", "/ba"], &["/", "/ab"]),
            ("/aba*ba", &["/ababa", "/abaxba"], &["/aba"]),
            (
                "/u/:id",
                &["/u/1", "/u/a.b"],
                &["/u/", "/u", "/u/1/", "/u/1/2"],
            ),
            ("/u/:id/", &["/u/1/"], &["/u//", "/u/1"]),
            ("/:a/:b/*", &["/x/y/", "/x/y/z"], &["/x/y", "//y/"]),
            (
                "/*/:name",
                &["/a/b", "/a/b/c", "//b"],
                &["/a", "/a/", "/a/b/"],
            ),
            (
                "/*/x/:name/y",
                &["/a/x/b/y", "//x/b/y"],
                &["/a/x//y", "/x/b/y"],
            ),
            ("/Talk:Main", &["/Talk:Main"], &["/Talk:Other"]),
            ("/%3Aid", &["/:id"], &["/1"]),
            ("/a%20b", &["/a b"], &["/a%20b"]),
            ("/100%", &["/100%"], &["/100"]),
            ("/%2A", &["/*"], &["/a"]),
            ("/\u{f6}", &["/\u{f6}"], &["/o"]),
        ];
        for (text, matched, others) in table {
            let pattern = Pattern::parse(text).unwrap();
            for path in *matched {
                assert!(pattern.matches(path.as_bytes()), "{text} {path}");
            }
            for path in *others {
                assert!(!pattern.matches(path.as_bytes()), "{text} {path}");
            }
            assert!(pattern.matches(&pattern.sample()), "{text}");
        }
    }

    #[test]
    fn a_wrong_pattern_is_answered_with_what_to_write() {
        let table = [
            ("", "begins with a slash"),
            ("a", "begins with a slash"),
            ("/a b", "write %20"),
            ("/a?b", "write %3F"),
            ("/a#b", "write %23"),
            ("/a\u{7}", "a control character"),
            ("/:", "a whole segment"),
            ("/:1", "a whole segment"),
            ("/:a.html", "a whole segment"),
            ("/:a*", "a whole segment"),
            ("/*/:a/*", "between two '*'"),
            ("/*/:a*", "between two '*'"),
        ];
        for (text, expected) in table {
            let error = Pattern::parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let long = format!("/{}", "a".repeat(LENGTH_MAX));
        assert!(Pattern::parse(&long).unwrap_err().contains("2001 bytes"));
        assert!(Pattern::parse(&long[1..]).unwrap_err().contains("slash"));
    }

    /// Would take minutes if a failure made the matcher try again.
    #[test]
    fn no_pattern_and_path_take_long() {
        let pattern = Pattern::parse(&format!("/{}b", "a*".repeat(999))).unwrap();
        let search = Pattern::parse(&format!("/*{}b*c", "a".repeat(1900))).unwrap();
        let path = format!("/{}", "a".repeat(1 << 20));
        for _ in 0..100 {
            assert!(!pattern.matches(path.as_bytes()));
            assert!(!search.matches(path.as_bytes()));
        }
    }
}
