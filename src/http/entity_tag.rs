//! Entity tags in If-None-Match (RFC 9110, 8.8.3 and 13.1.2). Pure.

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
            Self::Repeated(head) => values(head).any(|value| list_matches(value, tag)),
        }
    }
}

/// The values of all If-None-Match lines of a well-formed head.
fn values(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|&byte| byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (name, value) = line.split_at(colon);
        name.eq_ignore_ascii_case(b"if-none-match")
            .then(|| value[1..].trim_ascii())
    })
}

/// Reads a list up to the first element that is no entity tag: what stands behind that can't be told
/// apart, and is ignored.
fn list_matches(value: &[u8], tag: &[u8]) -> bool {
    let wanted = tag.strip_prefix(b"W/").unwrap_or(tag);
    if value == b"*" {
        return true;
    }
    let mut rest = value;
    loop {
        rest = skip(rest);
        let opaque = rest.strip_prefix(b"W/").unwrap_or(rest);
        let Some(length) = tag_length(opaque) else {
            return false;
        };
        if &opaque[..length] == wanted {
            return true;
        }
        rest = &opaque[length..];
    }
}

/// What follows the commas and white space between two elements.
fn skip(mut rest: &[u8]) -> &[u8] {
    while let [b',' | b' ' | b'\t', after @ ..] = rest {
        rest = after;
    }
    rest
}

/// The length of the quoted text that `rest` begins with, its quotes included.
fn tag_length(rest: &[u8]) -> Option<usize> {
    let inner = rest.strip_prefix(b"\"")?;
    let end = inner.iter().position(|&byte| byte == b'"')?;
    let is_tag_byte = |&byte: &u8| byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80;
    inner[..end].iter().all(is_tag_byte).then_some(end + 2)
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
}
