//! README's recipes: each command line is run as it stands there, and keeps its promise.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::program::millpond;
use crate::support::{Answer, Client, Server, Site};

/// The chapter of README that begins with `title`, to the next one.
pub fn chapter(title: &str) -> String {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let text = readme.split_once(&format!("\n## {title}\n")).unwrap().1;
    text.split("\n## ").next().unwrap().to_owned()
}

/// The code blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let text = chapter("Recipes");
    let begin = format!("```{language}\n");
    text.split(&begin)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

/// Starts the one recipe that serves `folder`, in the working directory of `site`.
#[track_caller]
fn start(site: &Site, folder: &str) -> Server {
    let lines = blocks("sh");
    let line = lines
        .iter()
        .find(|line| line.split_whitespace().last() == Some(folder))
        .unwrap_or_else(|| panic!("no recipe serves {folder}: {lines:?}"));
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("millpond"), "{line}");
    let mut command = Command::new(millpond());
    command
        .current_dir(site.path(""))
        .args(words)
        .args(["--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Server::spawn(command)
}

fn write(site: &Site, name: &str, content: &str) {
    let path = site.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The head and the body of an answer to GET, with what `field` says of the coding and the range
/// left as it was sent.
#[track_caller]
fn get(client: &mut Client, target: &str, fields: &str) -> (Answer, String) {
    let head = client.raw_head("GET", target, fields);
    let length = head.field("Content-Length").unwrap().parse().unwrap();
    let body = client.read(length);
    (head, String::from_utf8_lossy(&body).into_owned())
}

#[track_caller]
fn expect(answer: &Answer, status: &str, fields: &[(&str, &str)]) {
    assert!(answer.status.contains(status), "{status}: {answer:?}");
    for (name, value) in fields {
        assert_eq!(answer.field(name), Some(*value), "{name}: {answer:?}");
    }
}

#[test]
fn every_recipe_is_tested() {
    let folders: Vec<String> = blocks("sh")
        .iter()
        .map(|line| line.split_whitespace().last().unwrap().to_owned())
        .collect();
    assert_eq!(folders, ["site", "app", "files", "media"]);
}

#[test]
fn a_generated_site_has_plain_addresses_compressed_files_and_lasting_assets() {
    let site = Site::new();
    write(&site, "site/index.html", "home\n");
    write(&site, "site/guide.html", "the guide\n");
    write(&site, "site/docs/index.html", "the docs\n");
    write(&site, "site/assets/a.1f2e.css", "p {}\n");
    write(&site, "site/assets/a.1f2e.css.gz", "stands for gzip\n");
    write(&site, "site/_headers", &blocks("text").concat());
    let server = start(&site, "site");
    let mut client = server.connect();
    let (answer, body) = get(&mut client, "/guide", "");
    expect(&answer, " 200 ", &[("Cache-Control", "no-cache")]);
    assert_eq!(body, "the guide\n");
    let (answer, _) = get(&mut client, "/guide.html", "");
    expect(&answer, " 301 ", &[("Location", "/guide")]);
    let (answer, _) = get(&mut client, "/docs", "");
    expect(&answer, " 301 ", &[("Location", "/docs/")]);
    let (answer, body) = get(
        &mut client,
        "/assets/a.1f2e.css",
        "Accept-Encoding: gzip\r\n",
    );
    let lasting = ("Cache-Control", "public, max-age=31536000, immutable");
    expect(&answer, " 200 ", &[lasting, ("Content-Encoding", "gzip")]);
    assert_eq!(body, "stands for gzip\n");
    let (answer, body) = get(&mut client, "/assets/a.1f2e.css", "");
    expect(&answer, " 200 ", &[lasting, ("Vary", "Accept-Encoding")]);
    assert_eq!(body, "p {}\n");
    let (answer, _) = get(&mut client, "/_headers", "");
    expect(&answer, " 404 ", &[]);
}

#[test]
fn a_deep_link_of_an_application_gets_it_and_a_missing_script_does_not() {
    let site = Site::new();
    write(&site, "app/index.html", "the application\n");
    write(&site, "app/_headers", &blocks("text").concat());
    write(&site, "app/assets/a.js", "1\n");
    let server = start(&site, "app");
    let mut client = server.connect();
    let (answer, body) = get(&mut client, "/orders/7", "Accept: text/html,*/*;q=0.8\r\n");
    expect(&answer, " 200 ", &[]);
    assert_eq!(body, "the application\n");
    let (answer, _) = get(&mut client, "/gone.js", "Accept: */*\r\n");
    expect(&answer, " 404 ", &[]);
    let (answer, _) = get(&mut client, "/assets/a.js", "");
    let lasting = ("Cache-Control", "public, max-age=31536000, immutable");
    expect(&answer, " 200 ", &[lasting]);
}

#[test]
fn downloads_are_listed_and_resume() {
    let site = Site::new();
    write(&site, "files/one.bin", "0123456789");
    let server = start(&site, "files");
    let mut client = server.connect();
    let (answer, body) = get(&mut client, "/", "Accept: text/html\r\n");
    expect(&answer, " 200 ", &[]);
    assert!(body.contains("href=\"./one.bin\""), "{body}");
    let (answer, body) = get(&mut client, "/", "Accept: application/json\r\n");
    expect(&answer, " 200 ", &[]);
    assert!(body.contains("\"one.bin\""), "{body}");
    let (answer, body) = get(&mut client, "/one.bin", "Range: bytes=4-\r\n");
    expect(&answer, " 206 ", &[("Content-Range", "bytes 4-9/10")]);
    assert_eq!(body, "456789");
}

#[test]
fn another_site_may_seek_in_media() {
    let site = Site::new();
    write(&site, "media/film.mp4", "0123456789");
    let server = start(&site, "media");
    let mut client = server.connect();
    let origin = ("Access-Control-Allow-Origin", "https://example.org");
    let fields = "Origin: https://example.org\r\nRange: bytes=8-\r\n";
    let (answer, body) = get(&mut client, "/film.mp4", fields);
    expect(&answer, " 206 ", &[origin, ("Content-Type", "video/mp4")]);
    assert_eq!(body, "89");
    let fields = "Origin: https://example.org\r\nAccess-Control-Request-Method: GET\r\n\
                  Access-Control-Request-Headers: range\r\n";
    let answer = client.raw_head("OPTIONS", "/film.mp4", fields);
    expect(&answer, " 204 ", &[origin]);
}
