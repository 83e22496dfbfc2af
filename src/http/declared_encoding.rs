//! The character encoding that an HTML or XML document declares in its first bytes.
//!
//! A charset parameter in Content-Type has precedence over the document's own declaration. A document
//! that declares another encoding than the parameter would therefore be shown with wrong letters.

/// How many bytes of a document matter: HTML requires the declaration within them (HTML Standard,
/// "specifying the document's character encoding"), and an XML declaration comes first.
pub const BEGINNING: usize = 1024;

/// Which rules a document follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// HTML Standard, "prescan a byte stream to determine its encoding".
    Html,
    /// XML 1.0, appendix F.
    Xml,
}

/// The label of the encoding that a document with this beginning declares, if it declares one. Bytes
/// beyond the first [`BEGINNING`] are ignored. Labels are not checked against a list of encodings.
///
/// A byte order mark decides first, as it does in browsers. A declaration of UTF-16 in bytes that are
/// no UTF-16 counts as none: programs write it into documents that are UTF-8, and HTML requires to
/// read it as UTF-8.
pub fn declared(markup: Markup, beginning: &[u8]) -> Option<&str> {
    let bytes = &beginning[..beginning.len().min(BEGINNING)];
    if let Some(label) = by_first_bytes(bytes) {
        return Some(label);
    }
    let label = match markup {
        Markup::Html => in_meta(bytes).or_else(|| in_xml_declaration(bytes)),
        Markup::Xml => in_xml_declaration(bytes),
    }?;
    let is_utf_16 = label
        .get(..6)
        .is_some_and(|start| start.eq_ignore_ascii_case("utf-16"));
    (!is_utf_16).then_some(label)
}

/// A byte order mark, or `<?` in UTF-16.
fn by_first_bytes(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some("utf-8"),
        [0xFE, 0xFF, ..] | [0, b'<', 0, b'?', ..] => Some("utf-16be"),
        [0xFF, 0xFE, ..] | [b'<', 0, b'?', 0, ..] => Some("utf-16le"),
        _ => None,
    }
}

/// The encoding in `<?xml … encoding="…"?>` at the very beginning.
fn in_xml_declaration(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let declaration = &rest[..find(rest, b">")?];
    let at = find(declaration, b"encoding")?;
    let value = declaration[at + b"encoding".len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (quote @ (b'"' | b'\''), value) = value.split_first()? else {
        return None;
    };
    label(&value[..find(value, &[*quote])?])
}

/// The name of the tag that may have a declaration.
const META: &[u8] = b"meta";

/// The encoding in the first `<meta>` that has one, outside of comments.
fn in_meta(mut bytes: &[u8]) -> Option<&str> {
    loop {
        bytes = &bytes[find(bytes, b"<")?..];
        if bytes.starts_with(b"<!--") {
            // The dashes of the beginning may be those of the end: "<!-->" is a comment.
            let dashes = &bytes[b"<!".len()..];
            bytes = &dashes[find(dashes, b"-->")? + b"-->".len()..];
            continue;
        }
        let tag = &bytes[1..];
        let name = tag.strip_prefix(b"/").unwrap_or(tag);
        if !name.first().is_some_and(u8::is_ascii_alphabetic) {
            bytes = match tag.first() {
                Some(b'!' | b'?' | b'/') => &tag[find(tag, b">")?..],
                _ => tag,
            };
            continue;
        }
        let is_meta = begins_meta(tag);
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
        let end = if is_meta {
            META.len()
        } else {
            name.iter().position(is_end)?
        };
        let mut attributes = Attributes(&name[end..]);
        if is_meta && let Some(label) = of_meta(&mut attributes) {
            return Some(label);
        }
        while attributes.next().is_some() {}
        bytes = attributes.0;
    }
}

/// Whether this is the tag that may have a declaration. A slash ends its name, and that of no other tag.
fn begins_meta(tag: &[u8]) -> bool {
    let Some((name, rest)) = tag.split_at_checked(META.len()) else {
        return false;
    };
    let has_end = rest
        .first()
        .is_some_and(|&byte| byte.is_ascii_whitespace() || byte == b'/');
    name.eq_ignore_ascii_case(META) && has_end
}

/// The encoding in the attributes of one `<meta>`: `charset`, or else `content` if `http-equiv` is
/// `content-type`. Of attributes with one name the first counts.
fn of_meta<'a>(attributes: &mut Attributes<'a>) -> Option<&'a str> {
    let (mut charset, mut content, mut http_equiv) = (None, None, None);
    for (name, value) in attributes {
        let attribute = match name {
            _ if name.eq_ignore_ascii_case(b"charset") => &mut charset,
            _ if name.eq_ignore_ascii_case(b"content") => &mut content,
            _ if name.eq_ignore_ascii_case(b"http-equiv") => &mut http_equiv,
            _ => continue,
        };
        attribute.get_or_insert(value);
    }
    let is_content_type = http_equiv.is_some_and(|it| it.eq_ignore_ascii_case(b"content-type"));
    let content = content.filter(|_| is_content_type);
    charset.and_then(label).or(content.and_then(in_content))
}

/// The encoding in a text such as `text/html; charset=iso-8859-1`.
fn in_content(mut value: &[u8]) -> Option<&str> {
    const NAME: &[u8] = b"charset";
    loop {
        let at = value
            .windows(NAME.len())
            .position(|window| window.eq_ignore_ascii_case(NAME))?;
        value = value[at + NAME.len()..].trim_ascii_start();
        let Some(text) = value.strip_prefix(b"=") else {
            continue;
        };
        let text = text.trim_ascii_start();
        let end = match text.split_first()? {
            (quote @ (b'"' | b'\''), quoted) => return label(&quoted[..find(quoted, &[*quote])?]),
            _ => text
                .iter()
                .position(|&byte| byte.is_ascii_whitespace() || byte == b';'),
        };
        return label(&text[..end.unwrap_or(text.len())]);
    }
}

/// The attributes of a tag, from behind its name; afterwards what follows the tag.
struct Attributes<'a>(&'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    /// Name and value. A tag that the beginning cuts off ends with its last whole attribute.
    fn next(&mut self) -> Option<Self::Item> {
        let is_between = |&byte: &u8| !byte.is_ascii_whitespace() && byte != b'/';
        let start = self.0.iter().position(is_between).unwrap_or(self.0.len());
        let text = &self.0[start..];
        self.0 = text;
        if text.first().is_none_or(|&byte| byte == b'>') {
            return None;
        }
        let is_end = |&byte: &u8| byte.is_ascii_whitespace() || byte == b'>';
        let is_end_of_name = |byte: &u8| is_end(byte) || matches!(byte, b'/' | b'=');
        // An equals sign at the start is part of the name.
        let end = text[1..].iter().position(is_end_of_name);
        let end = end.map(|at| at + 1);
        let Some(end) = end else {
            self.0 = &[];
            return None;
        };
        let (name, rest) = text.split_at(end);
        let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else {
            self.0 = rest;
            return Some((name, b""));
        };
        let value = value.trim_ascii_start();
        let (value, rest) = match value.split_first() {
            Some((quote @ (b'"' | b'\''), quoted)) => split(quoted, find(quoted, &[*quote]), 1),
            _ => split(value, value.iter().position(is_end), 0),
        };
        self.0 = rest;
        value.map(|value| (name, value))
    }
}

/// What is before `at`, and what comes `skip` bytes after it. Without `at` all is used up.
fn split(bytes: &[u8], at: Option<usize>, skip: usize) -> (Option<&[u8]>, &[u8]) {
    match at {
        Some(at) => (Some(&bytes[..at]), &bytes[at + skip..]),
        None => (None, &[]),
    }
}

/// The text of a label, if it may be one: the characters that names of encodings consist of, without
/// the space around it. `utf-8/`, from `<meta charset=utf-8/>`, is none.
fn label(bytes: &[u8]) -> Option<&str> {
    let bytes = bytes.trim_ascii();
    let may_be = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_:.+()".contains(byte);
    let is_label = !bytes.is_empty() && bytes.iter().all(may_be);
    std::str::from_utf8(bytes).ok().filter(|_| is_label)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::Markup::{Html, Xml};
    use super::*;

    #[test]
    fn html_declares_its_encoding_by_meta() {
        let table: &[(&str, Option<&str>)] = &[
            ("", None),
            ("<!doctype html><title>a</title>", None),
            ("<meta charset=iso-8859-1>", Some("iso-8859-1")),
            (
                "<!doctype html>\n<META CharSet = 'koi8-r' >",
                Some("koi8-r"),
            ),
            ("<meta charset=\" big5 \"/>", Some("big5")),
            ("<meta/charset=utf-8>", Some("utf-8")),
            ("<meta name=a content='charset=big5'>", None),
            (
                "<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>",
                Some("Shift_JIS"),
            ),
            (
                "<meta content='text/html;CHARSET = \"gbk\"' http-equiv=content-type>",
                Some("gbk"),
            ),
            (
                "<meta http-equiv=refresh content='0; charset=gbk'><meta charset=big5>",
                Some("big5"),
            ),
            (
                "<meta http-equiv=content-type content='charset charset=gbk;'>",
                Some("gbk"),
            ),
            (
                "<meta http-equiv=content-type content='charset=\"gbk'>",
                None,
            ),
            ("<meta charset=''><meta charset=gbk>", Some("gbk")),
            ("<meta charset='\u{e4}'>", None),
            // Of attributes with one name the first counts.
            ("<meta charset='' charset=gbk>", None),
            (
                "<meta http-equiv=refresh http-equiv=content-type content='charset=gbk'>",
                None,
            ),
            (
                "<meta http-equiv=content-type content=a content='charset=gbk'>",
                None,
            ),
            ("<meta charset=gbk/>", None),
            // HTML reads a UTF-16 that meta declares as UTF-8.
            ("<meta charset=UTF-16LE>", None),
            // Not tags of this name, or none at all.
            ("<metadata charset=gbk>", None),
            ("</meta charset=gbk>", None),
            ("<a title='<meta charset=gbk>'>", None),
            ("<a title=<meta><meta charset=gbk>", Some("gbk")),
            (
                "<!-- <meta charset=gbk> --><meta charset=big5>",
                Some("big5"),
            ),
            ("<!--><meta charset=big5>", Some("big5")),
            ("<!-- <meta charset=gbk>", None),
            ("<!a <meta charset=gbk><meta charset=big5>", Some("big5")),
            ("< <<meta charset=gbk>", Some("gbk")),
            // An end tag without a name is skipped up to its end; a slash does not end a name.
            ("</ <meta charset=gbk><meta charset=big5>", Some("big5")),
            ("<a/b=' ><meta charset=gbk>'>", Some("gbk")),
            ("<?php a ?><meta charset=gbk>", Some("gbk")),
            ("<?xml version='1.0' encoding='gbk'?><html>", Some("gbk")),
            (
                "<?xml version='1.0' encoding='gbk'?><meta charset=big5>",
                Some("big5"),
            ),
            // Cut off.
            ("<", None),
            ("<meta", None),
            ("<meta ", None),
            ("<meta c", None),
            ("<meta charset", None),
            ("<meta charset=", None),
            ("<meta charset=gb", None),
            ("<meta charset='gb", None),
            ("<meta charset='gbk'", Some("gbk")),
            ("\u{feff}<meta charset=gbk>", Some("utf-8")),
        ];
        for &(text, expected) in table {
            assert_eq!(declared(Html, text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn xml_declares_its_encoding_in_its_declaration() {
        let table: &[(&str, Option<&str>)] = &[
            ("", None),
            ("<svg/>", None),
            ("<?xml version='1.0'?><a encoding='gbk'/>", None),
            (
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
                Some("ISO-8859-1"),
            ),
            (
                "<?xml version='1.0' encoding = 'gbk' standalone='yes' ?>",
                Some("gbk"),
            ),
            ("<?xml version='1.0' encoding='UTF-8'?>", Some("UTF-8")),
            // As .NET writes it into a string, which is then saved as UTF-8.
            ("<?xml version='1.0' encoding='utf-16'?>", None),
            (" <?xml version='1.0' encoding='gbk'?>", None),
            ("<?xml version='1.0' encoding='gbk'", None),
            ("<?xml version='1.0' encoding=gbk?>", None),
            ("<?xml version='1.0' encoding='gbk?>", None),
            ("<?xml encoding", None),
            ("<meta charset='gbk'>", None),
        ];
        for &(text, expected) in table {
            assert_eq!(declared(Xml, text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn utf_16_is_found_by_its_first_bytes() {
        let utf_16 = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        for text in ["\u{feff}<p>", "<?xml version='1.0'?>"] {
            let big: Vec<u8> = utf_16(text)
                .iter()
                .flat_map(|unit| unit.to_be_bytes())
                .collect();
            let little: Vec<u8> = utf_16(text)
                .iter()
                .flat_map(|unit| unit.to_le_bytes())
                .collect();
            for markup in [Html, Xml] {
                assert_eq!(declared(markup, &big), Some("utf-16be"), "{text}");
                assert_eq!(declared(markup, &little), Some("utf-16le"), "{text}");
            }
        }
    }

    #[test]
    fn a_declaration_beyond_the_beginning_does_not_count() {
        let meta = "<meta charset=gbk>";
        let document = |before: usize| format!("{}{meta}", " ".repeat(before));
        let within = document(BEGINNING - meta.len());
        assert_eq!(declared(Html, within.as_bytes()), Some("gbk"));
        let beyond = document(BEGINNING - meta.len() + 1);
        assert_eq!(declared(Html, beyond.as_bytes()), None);
    }
}
