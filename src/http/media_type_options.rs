//! What an operator writes about media types: `mjs=text/javascript`, `iso-8859-1`.
//!
//! Errors say what to write instead. They are parts of a sentence that names the option.

use super::list::is_token;
use super::media_type::Charset;

/// The longest name of an encoding, in bytes (RFC 2978, 2.3).
const CHARSET_MAX: usize = 40;

/// Reads `EXT=TYPE`: the extension in lower case without its dot, and the type as it is written, which
/// may have parameters (RFC 9110, 8.3.1).
pub fn parse_override(text: &str) -> Result<(String, String), &'static str> {
    let (extension, media_type) = text
        .split_once('=')
        .ok_or("no type; write EXT=TYPE, such as mjs=text/javascript")?;
    let extension = extension.strip_prefix('.').unwrap_or(extension);
    if extension.is_empty() {
        return Err("no extension; write EXT=TYPE, such as mjs=text/javascript");
    }
    if extension.contains(['.', '/']) {
        return Err("an extension is what follows the last dot of a name: gz, not tar.gz");
    }
    if extension.contains(char::is_control) {
        return Err("a control character in the extension");
    }
    if media_type.trim_matches(' ').is_empty() {
        return Err("no type; write EXT=TYPE, such as mjs=text/javascript");
    }
    if !is_media_type(media_type) {
        return Err("not a media type; write TYPE/SUBTYPE, such as text/javascript");
    }
    Ok((extension.to_ascii_lowercase(), media_type.to_owned()))
}

/// Reads the name of an encoding, or `none`, which stands for no charset parameter.
pub fn parse_charset(text: &str) -> Result<Charset, &'static str> {
    let may_be = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    let is_name = text.len() <= CHARSET_MAX
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(may_be);
    if text.eq_ignore_ascii_case("none") {
        Ok(Charset::Unknown)
    } else if is_name {
        Ok(Charset::Declared(text.to_owned().into()))
    } else {
        Err("not the name of an encoding; write one such as utf-8 or iso-8859-1, or none")
    }
}

/// RFC 9110, 8.3.1: `type "/" subtype parameters`.
fn is_media_type(text: &str) -> bool {
    let Some((top, rest)) = text.split_once('/') else {
        return false;
    };
    let end = rest.find([';', ' ']).unwrap_or(rest.len());
    let (subtype, parameters) = rest.split_at(end);
    is_token(top.as_bytes()) && is_token(subtype.as_bytes()) && are_parameters(parameters)
}

/// RFC 9110, 5.6.6. A parameter must be there behind its semicolon, which the grammar does not ask for:
/// an operator who leaves it out has forgotten something. Tabs are not allowed around it.
fn are_parameters(mut text: &str) -> bool {
    while !text.is_empty() {
        let Some(parameter) = text.trim_start_matches(' ').strip_prefix(';') else {
            return false;
        };
        let Some((name, value)) = parameter.trim_start_matches(' ').split_once('=') else {
            return false;
        };
        let length = match value.strip_prefix('"') {
            Some(quoted) => quoted_length(quoted).map(|length| 1 + length),
            None => Some(value.find([';', ' ']).unwrap_or(value.len())),
        };
        let Some(length) = length else {
            return false;
        };
        let (value, rest) = value.split_at(length);
        if !is_token(name.as_bytes()) || !(value.starts_with('"') || is_token(value.as_bytes())) {
            return false;
        }
        text = rest;
    }
    true
}

/// How many bytes a quoted string has from behind its first quotation mark up to and with its last. It
/// may hold visible ASCII and spaces.
fn quoted_length(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !is_escaped => return Some(at + 1),
            b'\\' if !is_escaped => is_escaped = true,
            b' '..=b'~' => is_escaped = false,
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_is_an_extension_and_a_media_type() {
        let table = [
            ("mjs=text/javascript", ("mjs", "text/javascript")),
            (".MJS=text/javascript", ("mjs", "text/javascript")),
            (
                "7z=application/x-7z-compressed",
                ("7z", "application/x-7z-compressed"),
            ),
            ("a-b=A/b", ("a-b", "A/b")),
            ("a=a/b;c=d", ("a", "a/b;c=d")),
            (
                "a=a/b ; c=d;e=\"f\\\"; g\"",
                ("a", "a/b ; c=d;e=\"f\\\"; g\""),
            ),
        ];
        for (text, (extension, media_type)) in table {
            let expected = Ok((extension.to_owned(), media_type.to_owned()));
            assert_eq!(parse_override(text), expected, "{text}");
        }
    }

    #[test]
    fn a_wrong_override_is_answered_with_what_to_write() {
        let table = [
            ("", "no type;"),
            ("mjs", "no type;"),
            ("mjs=", "no type;"),
            ("=text/plain", "no extension;"),
            (".=text/plain", "no extension;"),
            ("tar.gz=application/gzip", "an extension is"),
            ("a/b=c/d", "an extension is"),
            ("a\n=text/plain", "a control character"),
            ("a=text", "not a media type;"),
            ("a=/plain", "not a media type;"),
            ("a=text/", "not a media type;"),
            ("a= text/plain", "not a media type;"),
            ("a=text/plain ", "not a media type;"),
            ("a=text/pl/ain", "not a media type;"),
            ("a=text/plain;", "not a media type;"),
            ("a=text/plain;charset", "not a media type;"),
            ("a=text/plain;charset=", "not a media type;"),
            ("a=text/plain;=utf-8", "not a media type;"),
            ("a=text/plain;a=\"", "not a media type;"),
            ("a=text/plain;a=\"\\\"", "not a media type;"),
            ("a=text/plain;a=\"b\"c", "not a media type;"),
            ("a=text/plain;a=\"\r\nSet-Cookie: b\"", "not a media type;"),
            ("a=text/plain\r\nSet-Cookie: b", "not a media type;"),
            ("a=text/pl\u{e4}in", "not a media type;"),
        ];
        for (text, expected) in table {
            let error = parse_override(text).unwrap_err();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_charset_is_the_name_of_an_encoding_or_none() {
        for name in [
            "utf-8",
            "UTF-8",
            "iso-8859-1",
            "windows-1252",
            "Shift_JIS",
            "8bit",
        ] {
            let expected = Charset::Declared(name.to_owned().into());
            assert_eq!(parse_charset(name), Ok(expected), "{name}");
        }
        assert_eq!(parse_charset("none"), Ok(Charset::Unknown));
        assert_eq!(parse_charset("None"), Ok(Charset::Unknown));
        for name in [
            "",
            "-a",
            "a b",
            "a;b",
            "a\r\n",
            "\u{e4}",
            "\"utf-8\"",
            &"a".repeat(41),
        ] {
            let error = parse_charset(name).unwrap_err();
            assert!(error.starts_with("not the name of an encoding"), "{name:?}");
        }
    }
}
