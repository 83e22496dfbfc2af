//! Which requests the live view refuses, and that the file port does not serve the live view.

use crate::support::{Answer, Site};
use crate::viewed::ViewedServer;

/// A page from elsewhere whose name its owner points at this address must not read the live view
/// (DNS rebinding).
#[test]
fn only_the_live_views_own_names_are_answered() {
    let viewed = ViewedServer::start(&[]);
    let port = viewed.admin.port();
    let table = [
        (format!("Host: 127.0.0.1:{port}"), true),
        (format!("Host: localhost:{port}"), true),
        (format!("host: LOCALHOST:{port}"), true),
        (format!("Host: [::1]:{port}"), true),
        ("Host: localhost".to_owned(), false),
        (format!("Host: localhost:{}", port.wrapping_add(1)), false),
        (format!("Host: evil.example:{port}"), false),
        (format!("Host: localhost.evil.example:{port}"), false),
        (format!("Host: 127.0.0.2:{port}"), false),
        ("Host:".to_owned(), false),
    ];
    for (field, is_ours) in table {
        for target in ["/", "/state", "/metrics", "/health", "/other"] {
            let answer = viewed.raw(&format!("GET {target} HTTP/1.1\r\n{field}\r\n\r\n"));
            let refused = answer.starts_with("HTTP/1.1 403 Forbidden\r\n");
            assert_eq!(refused, !is_ours, "{field} {target}: {answer}");
        }
    }
    let events = viewed.raw(&format!(
        "GET /events HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n"
    ));
    assert!(events.starts_with("HTTP/1.1 403 "), "{events}");
    // No Host at all, and a target that would override it.
    let old = viewed.raw("GET /state HTTP/1.0\r\n\r\n");
    assert!(old.starts_with("HTTP/1.1 403 "), "{old}");
    let absolute = viewed.raw(&format!(
        "GET http://evil.example/state HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    ));
    assert!(absolute.starts_with("HTTP/1.1 403 "), "{absolute}");
}

#[test]
fn the_file_port_does_not_serve_the_live_view() {
    let viewed = ViewedServer::start(&[]);
    let authority = format!("Host: {}\r\n", viewed.admin);
    for target in [
        "/state",
        "/metrics",
        "/health",
        "/events",
        "/events?watch=0",
    ] {
        let mut client = viewed.server.connect();
        client.send(format!("GET {target} HTTP/1.1\r\n{authority}\r\n"));
        assert_eq!(client.answer_to("GET"), Answer::not_found(), "{target}");
    }
    // A file with the name of a route is served as a file.
    viewed.site.write("health", "a file\n");
    let answer = viewed.server.connect().get("/health");
    assert_eq!(answer.body, b"a file\n");
}

#[test]
fn without_the_option_no_port_serves_the_live_view() {
    let site = Site::new();
    let server = site.start(&[]);
    // The only listener is that of the files.
    let sockets = server.process_file("net/tcp");
    let own = server.address.port();
    assert!(sockets.contains(&format!(":{own:04X}")), "{sockets}");
    let folder = format!("/proc/{}/fd", server.process().as_raw_nonzero());
    let count = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count();
    // The other two sockets belong to the signals.
    assert_eq!(count, 3);
}

#[test]
fn an_address_in_use_stops_the_start_and_a_public_one_is_warned_of() {
    let viewed = ViewedServer::start(&[]);
    let taken = viewed.admin.to_string();
    let output = Site::new().run(&["--admin", &taken]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected =
        format!("millpond: cannot show the live view on {taken}: Address already in use");
    assert!(text.starts_with(&expected), "{text}");
    assert!(
        text.ends_with("choose another address with --admin ADDR:PORT\n"),
        "{text}"
    );
    let site = Site::new();
    let mut server = site.start(&["--admin", "0.0.0.0:0"]);
    let mut line = String::new();
    while !line.starts_with("millpond: live view on http://0.0.0.0:") {
        line = server.next_diagnostic();
    }
    assert_eq!(
        server.next_diagnostic(),
        "millpond: the live view has no password, and whoever can reach it sees who is served; \
         127.0.0.1 and a tunnel (ssh -L) are safer"
    );
}

#[test]
fn the_live_view_works_in_the_sandbox() {
    if !has_landlock() {
        return;
    }
    let viewed = ViewedServer::start(&["--sandbox"]);
    assert_eq!(viewed.get("/health"), "ok\n");
    viewed.idle();
    assert_eq!(viewed.state()["responses"]["200"], 1);
}

fn has_landlock() -> bool {
    std::fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|list| list.contains("landlock"))
}
