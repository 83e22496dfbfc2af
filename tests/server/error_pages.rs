//! The root's own `400.html` and `404.html`, and the fallback when they cannot be used.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::answer::HTML;
use crate::support::{Answer, Client, Site};

/// The length of the longest page that the server uses.
const PAGE_MAX: usize = 256 * 1024;

/// Sends a request that is refused and one for a missing file; `index` is the index of the first on
/// its connection.
#[track_caller]
fn expect(client: &mut Client, index: usize, bad_request: Answer, not_found: Answer) {
    assert_eq!(client.get("/%00"), bad_request.left(997 - index));
    assert_eq!(client.get("/nothing"), not_found.left(996 - index));
}

#[test]
fn the_roots_own_pages_replace_the_built_in_ones() {
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

    // Requested by name, they are files like any other.
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

    // They have no date, so they are never answered with 304.
    let fields = "If-Modified-Since: Sun, 06 Nov 2044 08:49:37 GMT\r\n";
    assert_eq!(client.ask("GET", "/%00", fields), own_400().left(989));

    // They are also used where the connection ends.
    client.send("GET /\r\n");
    assert_eq!(client.answer_to("GET"), own_400().closing());
    client.expect_end();
}

/// Puts something unusable in the place of a page.
type Spoil = fn(&Site, &str);

#[test]
fn unusable_pages_leave_the_built_in_ones_in_use() {
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
