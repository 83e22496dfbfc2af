//! Fields that are lists: several lines are one list, and commas stand between its elements
//! (RFC 9110, 5.3 and 5.6.1). With them, what such elements are made of. Pure.

/// The values of all lines of a well-formed head whose field has this name, in their order. The name
/// is written in any letter case.
pub fn values<'a>(head: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    head.split(|&byte| byte == b'\n').filter_map(move |line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (found, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or_default();
        found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

/// The elements of one line. Empty ones are left out: a recipient must ignore them.
pub(super) fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    split(value, b',')
        .map(trim)
        .filter(|element| !element.is_empty())
}

/// The pieces between separators. A separator within a quoted string is a part of its piece
/// (RFC 9110, 5.6.4); a string that does not end lasts as long as the text.
pub(super) fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |&byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ => return byte == separator && !is_quoted,
        }
        false
    })
}

/// Removes optional white space at both ends (RFC 9110, 5.6.3).
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Whether `text` is a token (RFC 9110, 5.6.2).
pub(super) fn is_token(text: &[u8]) -> bool {
    let may_be = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(may_be)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<&'a str> {
        pieces
            .map(|piece| std::str::from_utf8(piece).unwrap())
            .collect()
    }

    #[test]
    fn all_lines_of_a_name_are_found() {
        let head = b"GET /a:b HTTP/1.1\r\nHost: h:80\r\nAccept: a\r\naccept:\tb , c \r\n\
                     Accept-Encoding: d\r\nACCEPT:\r\n\r\n";
        assert_eq!(texts(values(head, b"accept")), ["a", "b , c", ""]);
        assert_eq!(texts(values(head, b"Host")), ["h:80"]);
        assert!(texts(values(head, b"range")).is_empty());
    }

    #[test]
    fn elements_stand_between_commas_outside_of_quoted_strings() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            (" ,\t, ", &[]),
            ("a", &["a"]),
            ("a,b", &["a", "b"]),
            (" a b ,, c\t", &["a b", "c"]),
            (r#"a="b,c",d"#, &[r#"a="b,c""#, "d"]),
            (r#"a="b\",c",d"#, &[r#"a="b\",c""#, "d"]),
            (r#"a="b\\",c"#, &[r#"a="b\\""#, "c"]),
            (r"a\,b", &[r"a\", "b"]),
            (r#"a="b,c"#, &[r#"a="b,c"#]),
        ];
        for (value, expected) in table {
            assert_eq!(&texts(elements(value.as_bytes())), expected, "{value}");
        }
    }
}
