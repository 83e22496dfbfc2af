//! Entity tags in If-None-Match, If-Match and If-Range (RFC 9110, 8.8.3, 13.1.1, 13.1.2 and 13.1.5).
//! Pure.

use super::list;

/// The If-None-Match lines of one head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoneMatch<'a> {
    /// There is none.
    #[default]
    Absent,
    /// One line, with this value.
    Once(&'a [u8]),
    /// Several lines, which are one list. This is the whole head: that is so rare that the lines are
    /// looked for again when they are needed.
    Repeated(&'a [u8]),
}

impl NoneMatch<'_> {
    /// Whether the field is there, and with it decides alone: If-Modified-Since counts only without
    /// it (RFC 9110, 13.1.3).
    pub fn is_present(self) -> bool {
        self != Self::Absent
    }

    /// Whether one of the tags is `tag`, by weak comparison (RFC 9110, 8.8.3.2), or the field is `*`,
    /// which every file matches. `tag` is as it is sent, such as `"1f"` or `W/"1f"`.
    pub fn matches(self, tag: &[u8]) -> bool {
        match self {
            Self::Absent => false,
            Self::Once(value) => list_matches(value, tag),
            Self::Repeated(head) => {
                list::values(head, b"if-none-match").any(|value| list_matches(value, tag))
            }
        }
    }
}

/// Whether one of the tags of If-Match is `tag`, by strong comparison (RFC 9110, 8.8.3.2), or the field
/// is `*`, which every file matches. `values` are the values of all its lines.
pub fn list_matches_strongly<'a>(mut values: impl Iterator<Item = &'a [u8]>, tag: &[u8]) -> bool {
    values.any(|value| value == b"*" || Tags(value).any(|found| is_same_strong(found, tag)))
}

/// Whether the value of If-Range is `tag`, by strong comparison. A date is no tag, nor is a list.
pub fn matches_strongly(value: &[u8], tag: &[u8]) -> bool {
    tag_length(value) == Some(value.len()) && is_same_strong(value, tag)
}

/// A weak tag is the same as none, not even as itself.
fn is_same_strong(found: &[u8], tag: &[u8]) -> bool {
    found == tag && !tag.starts_with(b"W/")
}

fn list_matches(value: &[u8], tag: &[u8]) -> bool {
    value == b"*" || Tags(value).any(|found| opaque(found) == opaque(tag))
}

/// A tag without the mark of a weak one.
fn opaque(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(b"W/").unwrap_or(tag)
}

/// The tags of a list, each as it is sent, up to the first element that is no entity tag: what stands
/// behind that can't be told apart, and is ignored.
struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = skip(self.0);
        self.0 = b"";
        let (tag, after) = rest.split_at_checked(tag_length(rest)?)?;
        self.0 = after;
        Some(tag)
    }
}

/// What follows the commas and white space between two elements.
fn skip(mut rest: &[u8]) -> &[u8] {
    while let [b',' | b' ' | b'\t', after @ ..] = rest {
        rest = after;
    }
    rest
}

/// The length of the entity tag that `rest` begins with, its mark and its quotes included.
fn tag_length(rest: &[u8]) -> Option<usize> {
    let quoted = opaque(rest);
    let inner = quoted.strip_prefix(b"\"")?;
    let end = inner.iter().position(|&byte| byte == b'"')?;
    let is_tag_byte = |&byte: &u8| byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80;
    let mark = rest.len() - quoted.len();
    inner[..end]
        .iter()
        .all(is_tag_byte)
        .then_some(mark + end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_matches_by_weak_comparison() {
        let table: &[(&str, bool)] = &[
            (r#""a""#, true),
            (r#"W/"a""#, true),
            (r#""b", "a""#, true),
            (r#""b","a""#, true),
            (r#" , "b" ,, W/"a" , "#, true),
            ("*", true),
            (r#""b""#, false),
            (r#""A""#, false),
            ("a", false),
            ("", false),
            (",", false),
            (r#"""#, false),
            (r#""a"#, false),
            (r#"w/"a""#, false),
            (r#"W/ "a""#, false),
            ("*, *", false),
            // What follows an element that is none is ignored.
            (r#"b, "a""#, false),
            (r#""b c", "a""#, false),
            (r#""b", "a" "c"#, true),
            // A comma within a tag is a part of it.
            (r#""b,a", "a""#, true),
            (r#""b,"a""#, false),
        ];
        for (value, expected) in table {
            for tag in [r#""a""#, r#"W/"a""#] {
                let found = NoneMatch::Once(value.as_bytes()).matches(tag.as_bytes());
                assert_eq!(found, *expected, "{value} and {tag}");
            }
        }
        assert!(!NoneMatch::Absent.matches(br#""a""#));
    }

    #[test]
    fn several_lines_are_one_list() {
        let head = b"GET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"b\"\r\n\
                     if-none-match:\t\"c\", \"a\" \r\n\r\n";
        assert!(NoneMatch::Repeated(head).matches(br#""a""#));
        assert!(NoneMatch::Repeated(head).matches(br#""b""#));
        assert!(!NoneMatch::Repeated(head).matches(br#""d""#));
    }

    #[test]
    fn if_match_compares_strongly() {
        let table: &[(&[&str], bool)] = &[
            (&[r#""a""#], true),
            (&[r#""b", "a""#], true),
            (&[r#" , "b" ,, "a" , "#], true),
            (&[r#"W/"a", "a""#], true),
            (&[r#""b""#, r#""a""#], true),
            (&["*"], true),
            (&[r#""b""#, "*"], true),
            (&[], false),
            (&[""], false),
            (&[r#"W/"a""#], false),
            (&[r#""b""#], false),
            (&[r#""A""#], false),
            (&["a"], false),
            (&["*, *"], false),
            (&[r#"b, "a""#], false),
            (&[r#""b,"a""#], false),
        ];
        for (values, expected) in table {
            let values = || values.iter().map(|value| value.as_bytes());
            let found = list_matches_strongly(values(), br#""a""#);
            assert_eq!(found, *expected, "{:?}", values().collect::<Vec<_>>());
        }
        // A weak tag is never sent back as a strong one.
        let weak = br#"W/"a""#.as_slice();
        for value in [weak, br#""a""#, br#"W/"a", "a""#] {
            assert!(!list_matches_strongly(std::iter::once(value), weak));
        }
        assert!(list_matches_strongly(
            std::iter::once(b"*".as_slice()),
            weak
        ));
    }

    #[test]
    fn if_range_is_one_strong_tag() {
        let table = [
            (r#""a""#, r#""a""#, true),
            (r#""""#, r#""""#, true),
            (r#""a""#, r#""b""#, false),
            (r#"W/"a""#, r#""a""#, false),
            (r#""a""#, r#"W/"a""#, false),
            (r#"W/"a""#, r#"W/"a""#, false),
            (r#""a", "a""#, r#""a""#, false),
            ("*", r#""a""#, false),
            ("", r#""a""#, false),
            ("a", r#""a""#, false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", r#""a""#, false),
        ];
        for (value, tag, expected) in table {
            let found = matches_strongly(value.as_bytes(), tag.as_bytes());
            assert_eq!(found, expected, "{value} and {tag}");
        }
    }
}
