//! A browser on the repository's own `www`: six kept-alive connections, every link and image.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::thread;

use crate::support::answer::HTML;
use crate::support::{Answer, Client, Server, Site};

const CONNECTIONS: usize = 6;

fn www() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www")
}

/// The media type of each kind of file. This table is written independently of the server's.
fn type_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => HTML,
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("ico") => "image/vnd.microsoft.icon",
        Some("webm") => "video/webm",
        Some("mp4") => "video/mp4",
        other => panic!("{other:?}: no media type is known for this extension"),
    }
}

/// The references of a page: the values of its `href` and `src` attributes.
fn references(page: &str) -> Vec<&str> {
    let values = [" href=\"", " src=\""].into_iter().flat_map(|attribute| {
        let pieces = page.split(attribute).skip(1);
        pieces.map(|piece| piece.split('"').next().unwrap())
    });
    values.collect()
}

/// The target of a reference on the page `base`; `None` for a place on the same page.
#[track_caller]
fn target(base: &str, reference: &str) -> Option<String> {
    assert!(
        !reference.contains(':'),
        "{reference}: a page must not refer to another origin"
    );
    let path = reference.split('#').next().unwrap();
    if path.is_empty() || path.starts_with('/') {
        return Some(path.to_owned()).filter(|path| !path.is_empty());
    }
    // From `/a/` or `/a/b.html` the reference starts in `/a/`.
    let mut folders: Vec<&str> = base.split('/').collect();
    folders.pop();
    let mut rest = path.strip_prefix("./").unwrap_or(path);
    while let Some(above) = rest.strip_prefix("../") {
        folders.pop();
        rest = above;
    }
    Some(format!("{}/{rest}", folders.join("/")))
}

/// The file that a target stands for.
fn file_of(target: &str) -> PathBuf {
    let name = target.trim_start_matches('/').replace("%20", " ");
    let name = if name.is_empty() || name.ends_with('/') {
        name + "index.html"
    } else {
        name
    };
    www().join(name)
}

/// The answer that the server gives with this file.
fn answer_with(file: &Path) -> Answer {
    let modified = file.metadata().unwrap().modified().unwrap();
    Answer::file(type_of(file), std::fs::read(file).unwrap()).modified(modified)
}

/// All targets that can be reached from `/` by links.
fn crawl(client: &mut Client) -> Vec<String> {
    let mut seen = BTreeSet::from(["/".to_owned()]);
    let mut pages = VecDeque::from(["/".to_owned()]);
    let mut requests = 0..;
    while let Some(page) = pages.pop_front() {
        let file = file_of(&page);
        let answer = client.get(&page);
        assert_eq!(
            answer,
            answer_with(&file).left(997 - requests.next().unwrap()),
            "{page}"
        );
        if type_of(&file) != HTML {
            continue;
        }
        let text = String::from_utf8(answer.body).unwrap();
        for target in references(&text)
            .into_iter()
            .filter_map(|found| target(&page, found))
        {
            if seen.insert(target.clone()) {
                pages.push_back(target);
            }
        }
    }
    seen.into_iter().collect()
}

/// Loads `targets` as one of a browser's connections, then asks whether they have changed.
fn load(server: &Server, targets: &[String]) {
    let mut client = server.connect();
    let mut requests = 0..;
    for target in targets {
        let expected = answer_with(&file_of(target));
        let left = 997 - requests.next().unwrap();
        assert_eq!(client.get(target), expected.left(left), "{target}");
    }
    for target in targets {
        let modified = file_of(target).metadata().unwrap().modified().unwrap();
        let date = httpdate::fmt_http_date(modified);
        let answer = client.ask("GET", target, &format!("If-Modified-Since: {date}\r\n"));
        let left = 997 - requests.next().unwrap();
        assert_eq!(
            answer,
            Answer::not_modified().modified(modified).left(left),
            "{target}"
        );
    }
}

#[test]
fn every_link_and_image_of_www_loads_over_six_connections() {
    let site = Site::around(&www());
    let server = site.start(&[]);
    let targets = crawl(&mut server.connect());
    for kind in ["html", "css", "svg", "png", "jpg", "ico", "webm", "mp4"] {
        let of_this_kind = |target: &&String| file_of(target).extension().unwrap() == kind;
        assert!(
            targets.iter().any(|target| of_this_kind(&target)),
            "no {kind} in {targets:?}"
        );
    }
    thread::scope(|scope| {
        for first in 0..CONNECTIONS {
            // Each connection loads all targets, and each starts with a different one.
            let mut targets = targets.clone();
            let server = &server;
            let first = first % targets.len();
            targets.rotate_left(first);
            scope.spawn(move || load(server, &targets));
        }
    });
}

#[test]
fn references_are_resolved_as_a_browser_does() {
    let table = [
        ("/", "style.css", Some("/style.css")),
        ("/", "about/", Some("/about/")),
        ("/", "#main", None),
        ("/about/", "../", Some("/")),
        ("/about/", "../images/a.svg", Some("/images/a.svg")),
        ("/a%20b.html", "c.html#d", Some("/c.html")),
        ("/about/", "/", Some("/")),
        ("/400.html", "./", Some("/")),
    ];
    for (base, reference, expected) in table {
        assert_eq!(
            target(base, reference).as_deref(),
            expected,
            "{base} {reference}"
        );
    }
}
