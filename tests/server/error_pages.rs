//! The root's own `400.html` and `404.html`, and what happens when they are no good.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::answer::HTML;
use crate::support::{Answer, Client, Site};

/// The longest page that is used.
const PAGE_MAX: usize = 256 * 1024;

/// Asks for what is refused and for what is missing, as the connection's requests from `index` on.
#[track_caller]
fn expect(client: &mut Client, index: usize, bad_request: Answer, not_found: Answer) {
    assert_eq!(client.get("/%00"), bad_request.left(997 - index));
    assert_eq!(client.get("/nothing"), not_found.left(996 - index));
}

#[test]
fn own_pages() {
    let site = Site::new();
    let server = site.start(&[]);
    let mut client = server.connect();
    expect(&mut client, 0, Answer::bad_request(), Answer::not_found());

    site.write("400.html", "<p>own 400\n");
    site.write("404.html", "");
    let own_400 = || Answer::page("400 Bad Request", "<p>own 400\n");
    expect(&mut client, 2, own_400(), Answer::page("404 Not Found", ""));

    let longest = "x".repeat(PAGE_MAX);
    site.write("404.html", &longest);
    expect(
        &mut client,
        4,
        own_400(),
        Answer::page("404 Not Found", &longest),
    );

    // By their names they are files like any other.
    assert_eq!(
        client.get("/400.html"),
        Answer::file(HTML, "<p>own 400\n").left(991)
    );
    let head = client.ask("HEAD", "/nothing", "");
    assert_eq!(
        head,
        Answer::page("404 Not Found", &longest)
            .left(990)
            .without_body()
    );

    // Without a date, and so never 304.
    let fields = "If-Modified-Since: Sun, 06 Nov 2044 08:49:37 GMT\r\n";
    assert_eq!(client.ask("GET", "/%00", fields), own_400().left(989));

    // They serve where the connection ends, too.
    client.send("GET /\r\n");
    assert_eq!(client.answer_to("GET"), own_400().closing());
    client.expect_end();
}

/// Puts something unusable in the place of a page.
type Spoil = fn(&Site, &str);

#[test]
fn pages_that_are_no_good() {
    let spoilers: [Spoil; 5] = [
        |site, name| site.write(name, "x".repeat(PAGE_MAX + 1)),
        |site, name| site.write_sparse(name, 5 * 1024 * 1024 * 1024),
        |site, name| fs::create_dir(site.root(name)).unwrap(),
        |site, name| symlink(name, site.root(name)).unwrap(),
        |site, name| {
            fs::write(site.path("outside.html"), "outside").unwrap();
            symlink("../outside.html", site.root(name)).unwrap();
        },
    ];
    for spoil in spoilers {
        let site = Site::new();
        spoil(&site, "400.html");
        spoil(&site, "404.html");
        let server = site.start(&[]);
        expect(
            &mut server.connect(),
            0,
            Answer::bad_request(),
            Answer::not_found(),
        );
    }
}
