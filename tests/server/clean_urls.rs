//! `--clean-urls`: pages without `.html` in their names.

use crate::support::answer::HTML;
use crate::support::full::{FOUR, FULL};
use crate::support::{Answer, Site};

enum To {
    /// 200 with the file of this content.
    Page(&'static str),
    /// In full 301 to this name; in four the file of this content.
    Moved(&'static str, &'static str),
    NotFound,
}

const PAGES: [&str; 9] = [
    "about.html",
    "sub/page.html",
    "sub/index.html",
    "both.html",
    "folder.html",
    "folder/index.html",
    "a b.html",
    "x.html.html",
    "v1.2.html",
];

#[test]
fn a_page_is_found_without_its_extension() {
    use To::{Moved, NotFound, Page};
    let table = [
        ("/about", Page("about.html")),
        ("/about?q=1", Page("about.html")),
        ("/%61bout", Page("about.html")),
        ("/sub/page", Page("sub/page.html")),
        ("/a%20b", Page("a b.html")),
        ("/v1.2", Page("v1.2.html")),
        ("/x.html", Page("x.html.html")),
        ("/folder/", Page("folder/index.html")),
        ("/folder.html", Page("folder.html")),
        ("/both.html", Page("both.html")),
        ("/sub/", Page("sub/index.html")),
        ("/about/", NotFound),
        ("/About", NotFound),
        ("/nothing", NotFound),
        ("/nothing.html", NotFound),
        ("/about.htm", NotFound),
        ("/.hidden", NotFound),
        ("/about.html", Moved("/about", "about.html")),
        ("/about.html?q=//1", Moved("/about?q=//1", "about.html")),
        ("/%61bout.html", Moved("/%61bout", "about.html")),
        ("/sub/page.html", Moved("/sub/page", "sub/page.html")),
        ("/a%20b.html", Moved("/a%20b", "a b.html")),
        ("/sub/index.html", Moved("/sub/", "sub/index.html")),
        ("/sub/index.html?q", Moved("/sub/?q", "sub/index.html")),
        ("/x.html.html", Moved("/x.html", "x.html.html")),
        // What is not there literally can't be cut off.
        ("/about%2ehtml", Page("about.html")),
        ("/about%2Ehtml", Page("about.html")),
    ];
    let site = Site::new();
    for name in PAGES {
        site.write(name, name);
    }
    site.write("both", "both");
    site.write(".hidden.html", "hidden");
    for profile in [FULL, FOUR] {
        let is_full = profile == FULL;
        let server = site.start(&[&profile[..], &["--clean-urls"]].concat());
        let mut client = server.connect();
        let page = |name: &str| {
            if is_full {
                Answer::file(HTML, name).ranged()
            } else {
                Answer::file(HTML, name)
            }
        };
        for (target, to) in &table {
            let expected = match to {
                Moved(location, _) if is_full => Answer::moved(location, location),
                Page(name) | Moved(_, name) => page(name),
                NotFound => Answer::not_found(),
            };
            let expected = expected.endless();
            assert_eq!(client.get(target), expected, "{target}");
            let answer = client.ask("HEAD", target, "");
            assert_eq!(answer, expected.without_body(), "{target}");
        }
    }
}

#[test]
fn the_name_itself_comes_first_and_changes_are_seen() {
    let site = Site::new();
    site.write("about.html", "page");
    let server = site.start(&[&FULL[..], &["--clean-urls"]].concat());
    let mut client = server.connect();
    let page = || Answer::file(HTML, "page").ranged().endless();
    assert_eq!(client.get("/about"), page());
    assert_eq!(
        client.get("/about.html"),
        Answer::moved("/about", "/about").endless()
    );
    assert_eq!(client.get("/index.html"), Answer::moved("/", "/").endless());
    site.write("about", "file");
    assert_eq!(client.get("/about").body, b"file");
    assert_eq!(client.get("/about.html"), page());
    std::fs::remove_file(site.root("about")).unwrap();
    assert_eq!(client.get("/about"), page());
    std::fs::create_dir(site.root("about")).unwrap();
    assert_eq!(
        client.get("/about"),
        Answer::moved("/about/", "/about/").endless()
    );
    assert_eq!(client.get("/about.html"), page());
    std::fs::remove_dir(site.root("about")).unwrap();
    std::fs::remove_file(site.root("about.html")).unwrap();
    assert_eq!(client.get("/about"), Answer::not_found().endless());
    // Without the option a name is a name.
    let plain = site.start(&FULL);
    site.write("about.html", "page");
    assert_eq!(plain.connect().get("/about"), Answer::not_found().endless());
    assert_eq!(plain.connect().get("/about.html"), page());
}

/// A page whose whole name is `.html` has no shorter name.
#[test]
fn a_name_that_is_only_the_extension_stays() {
    let site = Site::new();
    site.write(".html", "page");
    site.write("sub/.html", "page");
    let server = site.start(&[&FULL[..], &["--clean-urls", "--dot-files"]].concat());
    let mut client = server.connect();
    for target in ["/.html", "/sub/.html"] {
        let answer = client.get(target);
        assert_eq!(answer.status, "HTTP/1.1 200 OK", "{target}");
        assert_eq!(answer.body, b"page");
    }
}
