use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::page::Entry;
use super::place::{Kind, Place};
use super::*;
use crate::http::target::{self, DotFiles};

fn place(kind: Kind, name: &[u8]) -> Place {
    Place {
        kind,
        name: name.into(),
    }
}

fn entry(kind: Kind, name: &[u8]) -> Entry {
    Entry {
        place: place(kind, name),
        length: 1536,
        modified: Some(UNIX_EPOCH + Duration::from_secs(1_764_068_577)),
    }
}

/// A page of files with these names.
fn page_of<'a>(folder: &'a [u8], names: &[Vec<u8>]) -> Page<'a> {
    Page {
        folder,
        is_continued: false,
        entries: names.iter().map(|name| entry(Kind::File, name)).collect(),
        next: None,
    }
}

/// Names that a careless page would break on, and each single byte that a name can have.
fn hostile_names() -> Vec<Vec<u8>> {
    let texts = [
        "a.txt",
        "a b",
        " a ",
        "<b>",
        "</a>",
        "<script>alert(1)</script>",
        "a&b",
        "a&amp;b",
        "&lt;",
        "\"",
        "'",
        "\" onclick=\"x",
        "a%20b",
        "%",
        "%zz",
        "%2e%2e",
        "a#b",
        "a?b",
        "a=b&c",
        "a;b",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:",
        "C:x",
        "-rf",
        "--help",
        "...",
        "..a",
        "a\\b",
        "\\x0a",
        "+",
        "~",
        "*",
        "[x]",
        "{x}",
        "a\nb",
        "\r\n",
        "a\tb",
        "\x1b[31m",
        "\x7f",
        "\u{85}",
        "\u{a0}",
        "\u{200b}",
        "\u{202e}gnp.exe",
        "\u{2066}x",
        "\u{feff}",
        "é",
        "e\u{301}",
        "日本語",
        "\u{1F986}",
        "</style>",
        "<!--",
        "-->",
        "]]>",
        "</title>",
        "\u{2028}",
    ];
    let bytes = (1..=255_u8).filter(|byte| *byte != b'/' && *byte != b'.');
    let mut names: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    names.extend(bytes.flat_map(|byte| [vec![byte], [b"a", &[byte][..], b"z"].concat()]));
    names.extend([
        b"caf\xe9.txt".to_vec(),
        b"\xed\xa0\x80".to_vec(),
        b"\xf0\x9f".to_vec(),
    ]);
    names.push(vec![b'"'; 255]);
    names
}

/// What Python's parser reads from the page; `None`, with a message, where there is no Python.
fn read_by_python(html: &str) -> Option<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shared/listing.py");
    let python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        println!("skipped: there is no python3");
        return None;
    };
    let mut input = python.stdin.take().unwrap();
    input.write_all(html.as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Resolves a reference of a page of `/sub/` as the server will see it.
fn name_behind(reference: &str) -> Vec<u8> {
    let path = reference.strip_prefix("./").unwrap();
    let target = format!("/sub/{path}");
    let resolved = target::resolve(&target, DotFiles::Served).unwrap();
    resolved.path.strip_prefix(b"sub/").unwrap().to_vec()
}

#[test]
fn every_name_is_shown_and_linked_in_html() {
    let names = hostile_names();
    let html = render(&page_of(b"sub", &names), ListingFormat::Html);
    let Some(read) = read_by_python(&html) else {
        return;
    };
    let links = read["links"].as_array().unwrap();
    assert_eq!(links[0], json!(["../", "Parent folder"]));
    assert_eq!(links.len(), 1 + names.len());
    for (name, link) in names.iter().zip(&links[1..]) {
        let (reference, text) = (link[0].as_str().unwrap(), link[1].as_str().unwrap());
        assert_eq!(name_behind(reference), *name, "{reference}");
        assert!(!text.is_empty());
        assert!(
            !text.chars().any(crate::http::visible::is_unsafe),
            "{text:?}"
        );
        if let Ok(plain) = str::from_utf8(name)
            && !plain.chars().any(crate::http::visible::is_unsafe)
        {
            assert_eq!(text, plain);
        }
    }
    assert_eq!(read["rows"][1][1], "1.5 KiB");
    assert_eq!(read["rows"][1][2], "2025-11-25 11:02:57");
    // No name has become a tag or an attribute.
    let tags = [
        "a", "bdi", "body", "data", "h1", "head", "html", "main", "meta", "p", "style", "table",
        "tbody", "td", "th", "thead", "time", "title", "tr",
    ];
    assert_eq!(read["tags"], json!(tags));
    let attributes = [
        "charset", "content", "datetime", "href", "lang", "name", "scope", "value",
    ];
    assert_eq!(read["attributes"], json!(attributes));
}

#[test]
fn every_name_is_in_json() {
    let names = hostile_names();
    let text = render(&page_of(b"sub", &names), ListingFormat::Json);
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&read["path"], &read["next"]),
        (&json!("/sub/"), &Value::Null)
    );
    let entries = read["entries"].as_array().unwrap();
    assert_eq!(entries.len(), names.len());
    for (name, entry) in names.iter().zip(entries) {
        assert_eq!(entry["name"], String::from_utf8_lossy(name).as_ref());
        assert_eq!(name_behind(entry["url"].as_str().unwrap()), *name);
        let rest = (&entry["type"], &entry["size"], &entry["modified"]);
        let expected = (&json!("file"), &json!(1536), &json!("2025-11-25T11:02:57Z"));
        assert_eq!(rest, expected);
    }
}

#[test]
fn a_hostile_folder_is_named_as_text() {
    for name in hostile_names() {
        let folder = [b"a/", name.as_slice()].concat();
        let page = page_of(&folder, &[]);
        let read: Value = serde_json::from_str(&render(&page, ListingFormat::Json)).unwrap();
        let path = format!("/{}/", String::from_utf8_lossy(&folder));
        assert_eq!(read, json!({"path": path, "entries": [], "next": null}));
        let html = render(&page, ListingFormat::Html);
        let title = html.split("<title>").nth(1).unwrap();
        let title = title.split("</title>").next().unwrap();
        assert!(!title.contains(['<', '>']), "{title}");
        assert!(!title.chars().any(crate::http::visible::is_unsafe));
    }
}

#[test]
fn pages_are_linked_to_each_other() {
    let page = Page {
        folder: b"",
        is_continued: true,
        entries: vec![entry(Kind::Folder, b"a&b"), entry(Kind::File, b"c\"d")],
        next: Some(place(Kind::File, b"c\"d")),
    };
    let read: Value = serde_json::from_str(&render(&page, ListingFormat::Json)).unwrap();
    let expected = json!({
        "path": "/",
        "entries": [
            {"name": "a&b", "type": "folder", "modified": "2025-11-25T11:02:57Z", "url": "./a%26b/"},
            {"name": "c\"d", "type": "file", "size": 1536, "modified": "2025-11-25T11:02:57Z",
             "url": "./c%22d"},
        ],
        "next": "./?after=f/c%22d",
    });
    assert_eq!(read, expected);
    let html = render(&page, ListingFormat::Html);
    let Some(read) = read_by_python(&html) else {
        return;
    };
    assert_eq!(read["title"], "Index of /");
    // The root has no parent.
    let links = json!([
        ["./", "First page"],
        ["./a%26b/", "a&b/"],
        ["./c%22d", "c\"d"],
        ["./?after=f/c%22d", "Next page"]
    ]);
    assert_eq!(read["links"], links);
}

#[test]
fn a_time_that_is_none_is_not_shown() {
    let untimed = |modified| Page {
        folder: b"",
        is_continued: false,
        entries: vec![Entry {
            modified,
            ..entry(Kind::File, b"a")
        }],
        next: None,
    };
    for modified in [
        None,
        Some(UNIX_EPOCH),
        Some(UNIX_EPOCH + Duration::from_secs(1 << 40)),
    ] {
        let page = untimed(modified);
        assert!(!render(&page, ListingFormat::Html).contains("<time"));
        let read: Value = serde_json::from_str(&render(&page, ListingFormat::Json)).unwrap();
        assert_eq!(read["entries"][0]["modified"], Value::Null);
    }
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    let html = render(&page_of(b"", &[b"a".to_vec()]), ListingFormat::Html);
    for word in [
        "<script", "<link", "<img", "src=", "url(", "@import", "http:", "https:",
    ] {
        assert!(!html.contains(word), "{word}");
    }
    for word in [
        "name=\"viewport\"",
        "color-scheme",
        "<meta charset=\"utf-8\">",
    ] {
        assert!(html.contains(word), "{word}");
    }
}
