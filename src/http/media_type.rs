//! File name, and beginning of the file → Content-Type and Content-Encoding.

use std::borrow::Cow;

use super::declared_encoding::{self, Markup};
use super::registered_types;

/// What header fields say about the content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// The value of Content-Type, with its parameters.
    pub text: Cow<'static, str>,
    /// The value of Content-Encoding, if the field is sent.
    pub encoding: Option<&'static str>,
}

/// The encoding that files of text have unless they declare another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charset {
    /// This one, which is sent as a charset parameter.
    Declared(Cow<'static, str>),
    /// It is unknown: no charset parameter is sent.
    Unknown,
}

impl Default for Charset {
    /// UTF-8: without a charset, old clients fall back to Latin-1, and every editor writes UTF-8
    /// today.
    fn default() -> Self {
        Self::Declared(Cow::Borrowed("utf-8"))
    }
}

/// The operator's overrides, and the rules for all other names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaTypes {
    overrides: Vec<(String, String)>,
    charset: Charset,
}

impl MediaTypes {
    /// With these pairs of extension (lower case, without the dot) and type, as [`parse_override`]
    /// gives them. Of two pairs with one extension the last counts.
    ///
    /// [`parse_override`]: super::media_type_options::parse_override
    pub fn new(overrides: Vec<(String, String)>, charset: Charset) -> Self {
        Self { overrides, charset }
    }

    /// Adds an override, as [`Self::new`] takes them.
    pub fn add_override(&mut self, pair: (String, String)) {
        self.overrides.push(pair);
    }

    /// Replaces the encoding of files of text.
    pub fn set_charset(&mut self, charset: Charset) {
        self.charset = charset;
    }

    /// The type of the file at `path`. `beginning` is its first
    /// [`declared_encoding::BEGINNING`] bytes, or fewer if it is shorter; it may be empty if
    /// [`Self::depends_on_content`] is false.
    pub fn of_file(&self, path: &[u8], beginning: &[u8]) -> ContentType {
        let (extension, media_type) = self.by_name(path);
        // A compressed document can't be searched for its declaration, and XML needs none for UTF-8.
        let is_compressed = extension == "svgz" && media_type.starts_with("image/svg+xml");
        let charset = match &self.charset {
            Charset::Declared(charset) if !is_compressed => charset_of(media_type, charset),
            _ => None,
        };
        let charset = charset.filter(|charset| {
            markup_of(media_type)
                .and_then(|markup| declared_encoding::declared(markup, beginning))
                .is_none_or(|declared| is_same_encoding(declared, charset))
        });
        ContentType {
            text: match charset {
                Some(charset) => format!("{media_type}; charset={charset}").into(),
                None => media_type.to_owned().into(),
            },
            encoding: is_compressed.then_some("gzip"),
        }
    }

    /// Whether the beginning of the file at `path` has an effect on its type.
    pub fn depends_on_content(&self, path: &[u8]) -> bool {
        let (extension, media_type) = self.by_name(path);
        self.charset != Charset::Unknown
            && extension != "svgz"
            && !has_charset(media_type)
            && markup_of(media_type).is_some()
    }

    /// The extension in lower case, and the type without a charset parameter, unless the operator
    /// has given one.
    fn by_name<'a>(&'a self, path: &[u8]) -> (String, &'a str) {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        // A name that is not UTF-8 may still have an extension that is.
        let name = &*String::from_utf8_lossy(name);
        let extension = match name.rsplit_once('.') {
            // ".profile" is a name without extension.
            Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
            _ => String::new(),
        };
        let mut overrides = self.overrides.iter().rev();
        let media_type = match overrides.find(|(overridden, _)| *overridden == extension) {
            Some((_, media_type)) => media_type,
            None if extension.is_empty() => of_bare_name(name),
            None => of_extension(&extension),
        };
        (extension, media_type)
    }
}

/// What is sent for names that have no other type.
const UNKNOWN: &str = "application/octet-stream";

fn of_extension(extension: &str) -> &'static str {
    let chosen = match extension {
        // Registered as application/node, which browsers refuse to run under nosniff. A file is
        // CommonJS or not whatever its type, and bundles for browsers have this extension too.
        "cjs" => Some("text/javascript"),
        // Not registered. To mime_guess it is a plug-in of RealPlayer's; Debian and nginx say this.
        "rpm" => Some("application/x-redhat-package-manager"),
        _ => registered_types::of_extension(extension),
    };
    chosen
        .or_else(|| mime_guess::from_ext(extension).first_raw())
        .unwrap_or(UNKNOWN)
}

/// Names without extension, in upper case, of files that people read.
const TEXT_NAMES: &[&str] = &[
    "AUTHORS",
    "CHANGELOG",
    "CHANGES",
    "CODEOWNERS",
    "CONTAINERFILE",
    "CONTRIBUTING",
    "CONTRIBUTORS",
    "COPYING",
    "COPYRIGHT",
    "CREDITS",
    "DOCKERFILE",
    "GEMFILE",
    "GNUMAKEFILE",
    "HISTORY",
    "INSTALL",
    "JENKINSFILE",
    "JUSTFILE",
    "LICENCE",
    "LICENSE",
    "MAINTAINERS",
    "MAKEFILE",
    "MD5SUMS",
    "NEWS",
    "NOTICE",
    "PATENTS",
    "PROCFILE",
    "RAKEFILE",
    "README",
    "SECURITY",
    "SHA1SUMS",
    "SHA256SUMS",
    "SHA512SUMS",
    "THANKS",
    "TODO",
    "UNLICENSE",
    "VAGRANTFILE",
    "VERSION",
];

/// The type of a file whose name has no extension, in any letter case.
fn of_bare_name(name: &str) -> &'static str {
    // "LICENSE-MIT" is a licence as well.
    let (first, _) = name.split_once('-').unwrap_or((name, ""));
    if TEXT_NAMES
        .iter()
        .any(|text| text.eq_ignore_ascii_case(first))
    {
        "text/plain"
    } else if name.eq_ignore_ascii_case("apple-app-site-association") {
        // Apple requires this name, without extension, and this type.
        "application/json"
    } else {
        UNKNOWN
    }
}

/// The charset parameter that goes with a type: none if the type is not one of text, or has one.
fn charset_of<'a>(media_type: &str, charset: &'a str) -> Option<&'a str> {
    let essence = essence(media_type);
    if has_charset(media_type) {
        None
    } else if essence.ends_with("+json") || essence == "application/json" {
        // JSON between systems is UTF-8 and nothing else (RFC 8259, 8.1).
        Some("utf-8")
    } else {
        let is_text = essence.starts_with("text/")
            || essence == "application/javascript"
            || markup_of(media_type).is_some();
        is_text.then_some(charset)
    }
}

fn has_charset(media_type: &str) -> bool {
    let mut parameters = media_type.split(';').skip(1);
    parameters.any(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case("charset")
    })
}

/// The type without parameters, in lower case.
fn essence(media_type: &str) -> String {
    let end = media_type.find(';').unwrap_or(media_type.len());
    media_type[..end].trim_ascii_end().to_ascii_lowercase()
}

/// The rules for documents of a type, if it is one of markup.
fn markup_of(media_type: &str) -> Option<Markup> {
    let essence = essence(media_type);
    match essence.as_str() {
        "text/html" => Some(Markup::Html),
        "application/xml" | "text/xml" | "application/xml-dtd" => Some(Markup::Xml),
        _ if essence.ends_with("+xml") => Some(Markup::Xml),
        _ => None,
    }
}

/// Whether two labels name one encoding. Only of UTF-8 is the other label known.
fn is_same_encoding(one: &str, other: &str) -> bool {
    let is_utf_8 =
        |label: &str| label.eq_ignore_ascii_case("utf-8") || label.eq_ignore_ascii_case("utf8");
    one.eq_ignore_ascii_case(other) || is_utf_8(one) && is_utf_8(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Content-Type by default, and `+ gzip` if there is a Content-Encoding.
    fn by_default(path: &str, beginning: &str) -> String {
        told(&MediaTypes::default(), path, beginning)
    }

    fn told(types: &MediaTypes, path: &str, beginning: &str) -> String {
        let found = types.of_file(path.as_bytes(), beginning.as_bytes());
        match found.encoding {
            Some(encoding) => format!("{} + {encoding}", found.text),
            None => found.text.into_owned(),
        }
    }

    #[test]
    fn the_extension_decides_and_text_is_utf_8() {
        let table = [
            ("index.html", "text/html; charset=utf-8"),
            ("INDEX.HTM", "text/html; charset=utf-8"),
            ("a/style.css", "text/css; charset=utf-8"),
            ("a.txt", "text/plain; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.CJS", "text/javascript; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.webmanifest", "application/manifest+json; charset=utf-8"),
            ("a.js.map", "application/json; charset=utf-8"),
            ("a.xml", "application/xml; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.svgz", "image/svg+xml + gzip"),
            ("a.yml", "application/yaml"),
            ("a.png", "image/png"),
            ("a.jpg", "image/jpeg"),
            ("a.jpeg", "image/jpeg"),
            ("favicon.ico", "image/vnd.microsoft.icon"),
            ("a.wasm", "application/wasm"),
            ("a.woff", "font/woff"),
            ("a.woff2", "font/woff2"),
            ("a.otf", "font/otf"),
            ("a.pdf", "application/pdf"),
            ("a.tar.gz", "application/gzip"),
            ("a.rpm", "application/x-redhat-package-manager"),
            ("a.m3u8", "application/vnd.apple.mpegurl"),
            ("a.ts", "video/mp2t"),
            ("a.rs", "text/x-rust; charset=utf-8"),
            ("a", "application/octet-stream"),
            ("a.", "application/octet-stream"),
            (".html", "application/octet-stream"),
            ("a.unknown", "application/octet-stream"),
            ("a.html/b", "application/octet-stream"),
        ];
        for (path, expected) in table {
            assert_eq!(by_default(path, ""), expected, "{path}");
        }
    }

    #[test]
    fn names_without_extension_that_people_read_are_text() {
        let text = "text/plain; charset=utf-8";
        let table = [
            ("LICENSE", text),
            ("a.b/licence", text),
            ("LICENSE-MIT", text),
            ("Readme", text),
            ("Makefile", text),
            ("Dockerfile", text),
            ("LICENSES", "application/octet-stream"),
            ("LICENSE/a", "application/octet-stream"),
            (
                ".well-known/apple-app-site-association",
                "application/json; charset=utf-8",
            ),
        ];
        for (path, expected) in table {
            assert_eq!(by_default(path, ""), expected, "{path}");
        }
        for name in TEXT_NAMES {
            assert_eq!(*name, name.to_ascii_uppercase());
        }
    }

    #[test]
    fn a_document_that_declares_another_encoding_keeps_it() {
        let latin = "<meta charset=iso-8859-1>";
        let xml = "<?xml version='1.0' encoding='iso-8859-1'?>";
        let table = [
            ("a.html", latin, "text/html"),
            ("a.html", "<meta charset=UTF8>", "text/html; charset=utf-8"),
            ("a.xml", xml, "application/xml"),
            ("a.svg", xml, "image/svg+xml"),
            ("a.xhtml", xml, "application/xhtml+xml"),
            ("a.xhtml", latin, "application/xhtml+xml; charset=utf-8"),
            ("a.txt", latin, "text/plain; charset=utf-8"),
            ("a.svgz", xml, "image/svg+xml + gzip"),
        ];
        for (path, beginning, expected) in table {
            assert_eq!(by_default(path, beginning), expected, "{path} {beginning}");
            let types = MediaTypes::default();
            let depends = !["a.txt", "a.svgz"].contains(&path);
            assert_eq!(types.depends_on_content(path.as_bytes()), depends, "{path}");
        }
    }

    #[test]
    fn the_operator_decides_before_all_tables() {
        let types = |charset| {
            let pair =
                |(extension, media_type): (&str, &str)| (extension.into(), media_type.into());
            let overrides = [
                ("ts", "text/plain"),
                ("html", "Text/HTML;level=1"),
                ("xml", "application/xml; Charset=koi8-r"),
                ("svgz", "application/gzip"),
                ("ts", "Text/TypeScript"),
            ];
            MediaTypes::new(overrides.map(pair).into(), charset)
        };
        let latin = Charset::Declared("iso-8859-1".into());
        let declares_latin = "<meta charset=ISO-8859-1>";
        let table = [
            (
                Charset::default(),
                "a.TS",
                "",
                "Text/TypeScript; charset=utf-8",
            ),
            (
                Charset::default(),
                "a.html",
                "",
                "Text/HTML;level=1; charset=utf-8",
            ),
            (
                Charset::default(),
                "a.html",
                declares_latin,
                "Text/HTML;level=1",
            ),
            (
                Charset::default(),
                "a.xml",
                "",
                "application/xml; Charset=koi8-r",
            ),
            (Charset::default(), "a.svgz", "", "application/gzip"),
            (latin.clone(), "a.css", "", "text/css; charset=iso-8859-1"),
            (
                latin.clone(),
                "a.json",
                "",
                "application/json; charset=utf-8",
            ),
            (
                latin.clone(),
                "a.htm",
                declares_latin,
                "text/html; charset=iso-8859-1",
            ),
            (latin, "a.htm", "<meta charset=utf-8>", "text/html"),
            (Charset::Unknown, "a.css", "", "text/css"),
            (Charset::Unknown, "a.json", "", "application/json"),
        ];
        for (charset, path, beginning, expected) in table {
            assert_eq!(told(&types(charset), path, beginning), expected, "{path}");
        }
        assert!(!types(Charset::default()).depends_on_content(b"a.xml"));
        assert!(!types(Charset::Unknown).depends_on_content(b"a.htm"));
    }
}
