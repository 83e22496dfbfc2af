//! The reference client's whole session, on one persistent connection, in Rust and in Python.

use crate::support::{Answer, Site, python};

/// A request of the session: method, target, If-Modified-Since, and the expected answer.
type Step = (&'static str, &'static str, &'static str, Answer);

/// Every accepted form of a date. The files are dated Sun, 06 Nov 1994 08:49:37.
fn session() -> Vec<Step> {
    vec![
        ("GET", "/", "", Answer::index()),
        ("HEAD", "/", "", Answer::index().without_body()),
        ("POST", "/", "", Answer::bad_request()),
        ("GET", "/no-such-file", "", Answer::not_found()),
        (
            "GET",
            "/",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            Answer::not_modified(),
        ),
        ("GET", "/", "Sun, 06 Nov 1994 08:49:36 GMT", Answer::index()),
        (
            "GET",
            "/",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            Answer::not_modified(),
        ),
        (
            "GET",
            "/",
            "Sunday, 06-Nov-94 08:49:36 GMT",
            Answer::index(),
        ),
        (
            "GET",
            "/",
            "Sun Nov  6 08:49:37 1994",
            Answer::not_modified(),
        ),
        ("GET", "/", "Sun Nov  6 08:49:36 1994", Answer::index()),
        (
            "GET",
            "/",
            "Sun, 06 Nov 1994 08:49:37 -0000",
            Answer::not_modified(),
        ),
        (
            "GET",
            "/",
            "Sun, 06 Nov 1994 08:49:36 -0000",
            Answer::index(),
        ),
        (
            "GET",
            "/",
            "Tue, 18 Apr 2023 23:16:36 -0000",
            Answer::not_modified(),
        ),
        (
            "HEAD",
            "/",
            "Tue, 18 Apr 2023 23:16:36 -0000",
            Answer::not_modified(),
        ),
        (
            "GET",
            "/",
            "Sat, 06 Nov 2094 08:49:37 GMT",
            Answer::not_modified(),
        ),
        (
            "POST",
            "/",
            "Tue, 18 Apr 2023 23:16:36 -0000",
            Answer::bad_request(),
        ),
        (
            "GET",
            "/no-such-file",
            "Tue, 18 Apr 2023 23:16:36 -0000",
            Answer::not_found(),
        ),
        (
            "HEAD",
            "/no-such-file",
            "",
            Answer::not_found().without_body(),
        ),
        ("GET", "/", "", Answer::index()),
    ]
}

/// How many requests a connection has left after its request of this index.
fn left_after(index: usize) -> usize {
    997 - index
}

#[test]
fn the_whole_session_gets_the_reference_answers() {
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    for (index, (method, target, date, expected)) in session().into_iter().enumerate() {
        let condition = match date {
            "" => String::new(),
            _ => format!("If-Modified-Since: {date}\r\n"),
        };
        let fields = condition + "Connection: keep-alive\r\n";
        let answer = client.ask(method, target, &fields);
        assert_eq!(
            answer,
            expected.left(left_after(index)),
            "{method} {target} {date}"
        );
    }
}

#[test]
fn pythons_http_client_reads_the_same_answers() {
    let site = Site::new();
    let server = site.start(&[]);
    let requests: Vec<String> = session()
        .iter()
        .map(|(method, target, date, _)| format!("{method} {target} {date}\n"))
        .collect();
    let address = server.address.to_string();
    let Some(printed) = python::run("reference_client.py", &[&address], &requests.concat()) else {
        return;
    };
    let mut printed = printed.as_slice();
    for (index, (method, target, date, expected)) in session().into_iter().enumerate() {
        let answer = Answer::read(&mut printed, method);
        assert_eq!(
            answer,
            expected.left(left_after(index)),
            "{method} {target} {date}"
        );
    }
    assert_eq!(printed, b"");
}

#[test]
fn the_built_in_pages_contain_the_reference_texts() {
    for (answer, title) in [
        (Answer::bad_request(), "Bad Request"),
        (Answer::not_found(), "File Not Found"),
    ] {
        let page = String::from_utf8(answer.body).unwrap();
        assert!(page.contains(&format!("<title>{title}</title>")), "{page}");
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
    }
}
