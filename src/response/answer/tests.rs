use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use super::super::resource::{Content, LookupError, Resource};
use super::*;
use crate::http::request::{self, Parsed};

/// A file's length and time, or why there is none.
type Entry = Result<(u64, Option<SystemTime>), LookupError>;

/// A root of names and lengths, without files.
struct Names(HashMap<&'static str, Entry>);

impl Documents for Names {
    type File = ();

    fn find(&mut self, path: &[u8]) -> Result<Rc<Resource<()>>, LookupError> {
        let (length, modified) = (*self
            .0
            .get(str::from_utf8(path).unwrap())
            .unwrap_or(&Err(LookupError::NotFound)))?;
        let content = Content::File(Rc::new(()));
        Ok(Rc::new(Resource::of_default_type(
            path, length, modified, TAG, content,
        )))
    }
}

/// The tag of every file.
const TAG: &str = "\"abc\"";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

const MODIFIED: u64 = 784_111_777;

fn names(more: &[(&'static str, Entry)]) -> Names {
    let usual = [
        ("index.html", Ok((5, Some(at(MODIFIED))))),
        ("no-date", Ok((5, None))),
        ("future", Ok((5, Some(at(MODIFIED + 1_000_000))))),
        ("running", Ok((5, Some(at(MODIFIED + 10))))),
        ("sub", Err(LookupError::IsDirectory)),
        ("full", Err(LookupError::OutOfDescriptors)),
    ];
    Names(usual.into_iter().chain(more.iter().copied()).collect())
}

/// Status and file, or `None` if the root was out of descriptors.
fn answer(names: &mut Names, line: &str, fields: &str) -> Option<(Status, String)> {
    let text = format!("{line} HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
    let mut copy = Vec::new();
    let parsed = request::parse(text.as_bytes(), 0, text.len(), &mut copy);
    let Parsed::Complete(request, _) = parsed else {
        panic!("{text:?}");
    };
    let now = at(MODIFIED + 10) + Duration::from_millis(999);
    let answer = to_request(&request, names, &Serving::default(), now).ok()?;
    let file = answer
        .resource()
        .map_or(&b""[..], |resource| &resource.path);
    Some((answer.status(), String::from_utf8(file.to_vec()).unwrap()))
}

#[test]
fn the_status_follows_from_name_method_and_conditions() {
    use Status::{BadRequest, NotFound, NotModified, Ok};
    const SAME: &str = "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    const SAME_850: &str = "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n";
    const BEFORE: &str = "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n";
    const FUTURE: &str = "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT\r\n";
    const NOW: &str = "If-Modified-Since: Sun, 06 Nov 1994 08:49:47 GMT\r\n";
    const TAGGED: &str = "If-None-Match: \"x\", W/\"abc\"\r\n";
    const OTHER: &str = "If-None-Match: \"x\"\r\n";
    const ANY: &str = "If-None-Match: *\r\n";
    let future = FUTURE.replace("Sun", "Sat");
    let table = [
        ("GET /", "", Some((Ok, "index.html"))),
        ("HEAD /", "", Some((Ok, "index.html"))),
        ("GET /", SAME, Some((NotModified, "index.html"))),
        ("HEAD /", SAME, Some((NotModified, "index.html"))),
        ("GET /", &future, Some((NotModified, "index.html"))),
        ("GET /", BEFORE, Some((Ok, "index.html"))),
        // Another form of the same second, and what is no date at all.
        ("GET /", SAME_850, Some((NotModified, "index.html"))),
        (
            "GET /",
            "If-Modified-Since: x\r\n",
            Some((Ok, "index.html")),
        ),
        ("GET /", "If-Modified-Since:\r\n", Some((Ok, "index.html"))),
        (
            "GET /no-date",
            "If-Modified-Since:\r\n",
            Some((Ok, "no-date")),
        ),
        ("GET /no-date", &future, Some((Ok, "no-date"))),
        // The file's own time counts, not the Date that stands for it in Last-Modified.
        ("GET /future", NOW, Some((Ok, "future"))),
        ("GET /future", SAME, Some((Ok, "future"))),
        ("GET /future", &future, Some((NotModified, "future"))),
        // A file may still change within the second of its date.
        ("GET /running", NOW, Some((Ok, "running"))),
        ("GET /running", &future, Some((Ok, "running"))),
        // Tags decide alone.
        ("GET /", TAGGED, Some((NotModified, "index.html"))),
        ("HEAD /running", TAGGED, Some((NotModified, "running"))),
        ("GET /no-date", TAGGED, Some((NotModified, "no-date"))),
        ("GET /", ANY, Some((NotModified, "index.html"))),
        ("GET /", OTHER, Some((Ok, "index.html"))),
        ("GET /", &[OTHER, SAME].concat(), Some((Ok, "index.html"))),
        ("GET /", &[SAME, OTHER].concat(), Some((Ok, "index.html"))),
        (
            "GET /",
            &[TAGGED, BEFORE].concat(),
            Some((NotModified, "index.html")),
        ),
        (
            "GET /",
            &[OTHER, TAGGED].concat(),
            Some((NotModified, "index.html")),
        ),
        ("GET /nothing", ANY, Some((NotFound, ""))),
        ("POST /", TAGGED, Some((BadRequest, ""))),
        ("GET /nothing", SAME, Some((NotFound, ""))),
        ("GET /sub", "", Some((NotFound, ""))),
        ("GET //", "", Some((NotFound, ""))),
        ("GET /.git", "", Some((NotFound, ""))),
        ("GET /%00", "", Some((BadRequest, ""))),
        ("GET /..", "", Some((BadRequest, ""))),
        ("GET *", "", Some((BadRequest, ""))),
        ("POST /", SAME, Some((BadRequest, ""))),
        ("get /", "", Some((BadRequest, ""))),
        ("DELETE /nothing", "", Some((BadRequest, ""))),
        ("GET /full", "", None),
    ];
    for (line, fields, expected) in table {
        let expected = expected.map(|(status, file)| (status, file.to_owned()));
        let found = answer(&mut names(&[]), line, fields);
        assert_eq!(found, expected, "{line} {fields}");
    }
}

#[test]
fn the_roots_own_pages_are_used_if_they_are_usable() {
    let usable = Ok((pages::OWN_PAGE_MAX, None));
    let table = [
        (usable, "400.html", "404.html"),
        (Ok((pages::OWN_PAGE_MAX + 1, None)), "", ""),
        (Err(LookupError::NotFound), "", ""),
        (Err(LookupError::IsDirectory), "", ""),
        (Err(LookupError::OutOfDescriptors), "", ""),
    ];
    for (page, bad_request, not_found) in table {
        let mut names = names(&[("400.html", page), ("404.html", page)]);
        let mut file = |line| answer(&mut names, line, "").unwrap();
        assert_eq!(file("POST /"), (Status::BadRequest, bad_request.to_owned()));
        assert_eq!(file("GET /x"), (Status::NotFound, not_found.to_owned()));
        // Only our own page knows the link to the directory.
        assert_eq!(file("GET /sub"), (Status::NotFound, String::new()));
    }
}

#[test]
fn the_page_for_a_directory_links_to_it() {
    let page = pages::directory("/a%20%26%20b/c");
    assert!(page.contains("href=\"/a%20%26%20b/c/\""), "{page}");
}
