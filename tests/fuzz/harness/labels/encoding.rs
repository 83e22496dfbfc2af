//! The declared encoding is the one that the HTML Standard's own steps find ("prescan a byte stream to
//! determine its encoding"), written down here one by one with a position in the bytes, apart from
//! what `declared` promises beyond them: a label need not be known, one that is none counts as absent,
//! the end of the bytes ends the last tag, and UTF-16 in bytes that are not is none.

use millpond::http::declared_encoding::{BEGINNING, Markup, declared};

pub(super) fn check(document: &[u8]) {
    let beginning = &document[..document.len().min(BEGINNING)];
    for (markup, is_html) in [(Markup::Html, true), (Markup::Xml, false)] {
        let found = declared(markup, document);
        let expected = by_the_book(beginning, is_html);
        assert_eq!(
            found.map(str::to_owned),
            expected,
            "{markup:?}: {}",
            beginning.escape_ascii()
        );
        // The name of an encoding, declared in so many words, is declared again by itself.
        if let Some(label) = found
            && !is_utf_16(label)
        {
            let meta = format!("<meta charset=\"{label}\">");
            let xml = format!("<?xml version=\"1.0\" encoding='{label}'?>");
            let text = if is_html { meta } else { xml };
            assert_eq!(declared(markup, text.as_bytes()), Some(label), "{text}");
        }
    }
}

fn is_utf_16(label: &str) -> bool {
    label.to_ascii_lowercase().starts_with("utf-16")
}

fn by_the_book(bytes: &[u8], is_html: bool) -> Option<String> {
    let marks: [(&[u8], &str); 5] = [
        (b"\xEF\xBB\xBF", "utf-8"),
        (b"\xFE\xFF", "utf-16be"),
        (b"\xFF\xFE", "utf-16le"),
        (b"\0<\0?", "utf-16be"),
        (b"<\0?\0", "utf-16le"),
    ];
    if let Some((_, label)) = marks.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Some((*label).to_owned());
    }
    let mut scan = Scan { bytes, at: 0 };
    let in_meta = is_html.then(|| scan.meta()).flatten();
    let found = in_meta.or_else(|| xml(bytes))?;
    (!is_utf_16(&found)).then_some(found)
}

/// A position in the bytes.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn begins(&self, text: &[u8]) -> bool {
        let rest = &self.bytes[self.at..];
        rest.len() >= text.len() && rest[..text.len()].eq_ignore_ascii_case(text)
    }

    /// Step 4, "loop".
    fn meta(&mut self) -> Option<String> {
        while let Some(byte) = self.byte() {
            let after = |offset: usize| self.bytes.get(self.at + offset).copied().unwrap_or(0);
            let name = if after(1) == b'/' { 2 } else { 1 };
            if self.begins(b"<!--") {
                self.at += 2;
                while !self.begins(b"-->") {
                    self.byte()?;
                    self.at += 1;
                }
                self.at += 2;
            } else if self.begins(b"<meta") && (is_space(after(5)) || after(5) == b'/') {
                self.at += 5;
                if let Some(found) = self.one_meta() {
                    return Some(found);
                }
            } else if byte == b'<' && after(name).is_ascii_alphabetic() {
                while !is_space(self.byte()?) && self.byte() != Some(b'>') {
                    self.at += 1;
                }
                while self.attribute().is_some() {}
            } else if byte == b'<' && matches!(after(1), b'!' | b'/' | b'?') {
                while self.byte()? != b'>' {
                    self.at += 1;
                }
            }
            self.at += 1;
        }
        None
    }

    fn one_meta(&mut self) -> Option<String> {
        let mut names: Vec<Vec<u8>> = Vec::new();
        let (mut charset, mut content, mut has_pragma) = (None, None, false);
        while let Some((name, value)) = self.attribute() {
            if names.contains(&name) {
                continue;
            }
            match name.as_slice() {
                b"http-equiv" => has_pragma = value.eq_ignore_ascii_case(b"content-type"),
                b"content" => content = in_content(&value),
                b"charset" => charset = label(&value),
                _ => {}
            }
            names.push(name);
        }
        charset.or(content.filter(|_| has_pragma))
    }

    /// "Get an attribute": its name in lower case, and its value.
    fn attribute(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut name, mut value) = (Vec::new(), Vec::new());
        while is_space(self.byte()?) || self.byte()? == b'/' {
            self.at += 1;
        }
        loop {
            match self.byte()? {
                b'=' if !name.is_empty() => break,
                b'>' if name.is_empty() => return None,
                b'/' | b'>' => return Some((name, value)),
                byte if is_space(byte) => {
                    self.skip_spaces();
                    break;
                }
                byte => name.push(byte.to_ascii_lowercase()),
            }
            self.at += 1;
        }
        if self.byte() != Some(b'=') {
            return Some((name, value));
        }
        self.at += 1;
        self.skip_spaces();
        let quote = self.byte()?;
        if matches!(quote, b'"' | b'\'') {
            self.at += 1;
            while self.byte()? != quote {
                value.push(self.byte()?);
                self.at += 1;
            }
            self.at += 1;
            return Some((name, value));
        }
        while !is_space(self.byte()?) && self.byte()? != b'>' {
            value.push(self.byte()?);
            self.at += 1;
        }
        Some((name, value))
    }

    fn skip_spaces(&mut self) {
        while self.byte().is_some_and(is_space) {
            self.at += 1;
        }
    }
}

/// "Extracting a character encoding from a meta element".
fn in_content(value: &[u8]) -> Option<String> {
    let mut scan = Scan {
        bytes: value,
        at: 0,
    };
    loop {
        while !scan.begins(b"charset") {
            scan.byte()?;
            scan.at += 1;
        }
        scan.at += 7;
        scan.skip_spaces();
        if scan.byte()? == b'=' {
            break;
        }
    }
    scan.at += 1;
    scan.skip_spaces();
    let rest = &value[scan.at..];
    let quote = scan.byte()?;
    let mut parts = if matches!(quote, b'"' | b'\'') {
        let mut parts = rest[1..].splitn(2, |&byte| byte == quote);
        let inner = parts.next();
        // Without a second quote there is no value.
        parts.next()?;
        return label(inner?);
    } else {
        rest.split(|&byte| is_space(byte) || byte == b';')
    };
    label(parts.next()?)
}

/// The encoding of an XML declaration: everything up to the first `>` behind `<?xml`.
fn xml(bytes: &[u8]) -> Option<String> {
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    let (declaration, _) = text.strip_prefix("<?xml")?.split_once('>')?;
    let (_, rest) = declaration.split_once("encoding")?;
    let space = |letter: char| u8::try_from(letter).is_ok_and(is_space);
    let rest = rest.trim_start_matches(space).strip_prefix('=')?;
    let rest = rest.trim_start_matches(space);
    let quote = rest.chars().next().filter(|quote| "\"'".contains(*quote))?;
    let (value, _) = rest[1..].split_once(quote)?;
    let value: Vec<u8> = value
        .chars()
        .filter_map(|letter| u8::try_from(letter).ok())
        .collect();
    label(&value)
}

fn label(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value)
        .ok()?
        .trim_matches(|letter: char| u8::try_from(letter).is_ok_and(is_space));
    let is_label = |letter: char| letter.is_ascii_alphanumeric() || "-_:.+()".contains(letter);
    (!text.is_empty() && text.chars().all(is_label)).then(|| text.to_owned())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}
