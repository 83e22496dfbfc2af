//! `--http full`: what is too long, too late, or of another version.

use crate::support::answer::TEXT;
use crate::support::full::{FOUR, FULL};
use crate::support::{Answer, Server, Site};

/// Follows each request that ends its connection.
const SECOND: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

fn long_target() -> Answer {
    Answer::built_in("414 URI Too Long", "The address is too long.")
}

fn long_head() -> Answer {
    let sentence = "The head of the request is too long, or has too many fields.";
    Answer::built_in("431 Request Header Fields Too Large", sentence)
}

fn version() -> Answer {
    let sentence = "This server speaks HTTP/1.1.";
    Answer::built_in("505 HTTP Version Not Supported", sentence)
}

fn late() -> Answer {
    let sentence = "The request took too long to arrive.";
    Answer::built_in("408 Request Timeout", sentence)
}

/// One answer, and the end: in full this one, in four 400.
#[track_caller]
fn ends(servers: [&Server; 2], text: &str, in_full: &Answer) {
    let answers = [in_full.clone(), Answer::bad_request()];
    for (server, expected) in servers.into_iter().zip(answers) {
        let mut client = server.connect();
        client.send(text.to_owned() + SECOND);
        let is_head = text.starts_with("HEAD ");
        let (method, expected) = if is_head {
            ("HEAD", expected.without_body())
        } else {
            ("GET", expected)
        };
        let shown = &text[..text.len().min(60)];
        assert_eq!(client.answer_to(method), expected.closing(), "{shown}");
        client.expect_end();
    }
}

fn target(length: usize) -> String {
    format!("/{}", "a/".repeat(length / 2))[..length].to_owned()
}

#[test]
fn a_target_beyond_8_kib_is_414() {
    let site = Site::new();
    let (full, four) = (site.start(&FULL), site.start(&FOUR));
    let (mut in_full, mut in_four) = (full.connect(), four.connect());
    for method in ["GET", "POST", "OPTIONS", "BREW"] {
        let answer = in_full.ask(method, &target(8193), "");
        assert_eq!(answer, long_target().endless(), "{method}");
    }
    let not_found = || Answer::not_found().endless();
    assert_eq!(in_full.get(&target(8192)), not_found());
    assert_eq!(in_full.get("/"), Answer::index().ranged().endless());
    // Within the cap, four has no limit of its own.
    assert_eq!(in_four.get(&target(8193)), not_found());
    // Beyond the cap nothing can follow, and a broken frame is one however long its target is.
    for method in ["GET", "POST"] {
        let text = format!("{method} {} HTTP/1.1\r\nHost: h\r\n\r\n", target(16 * 1024));
        ends([&full, &four], &text, &long_target());
        let text = format!("{method} {} HTTP/1.1\r\n\r\n", target(9000));
        ends([&full, &four], &text, &Answer::bad_request());
    }
}

#[test]
fn a_head_beyond_the_cap_or_with_too_many_fields_is_431() {
    let site = Site::new();
    let (full, four) = (site.start(&FULL), site.start(&FOUR));
    let both = [&full, &four];
    for method in ["GET", "HEAD", "POST", "BREW"] {
        let start = format!("{method} / HTTP/1.1\r\nHost: h\r\n");
        let fields = "A: b\r\n".repeat(100);
        ends(both, &format!("{start}{fields}\r\n"), &long_head());
        let cookie = format!("Cookie: {}\r\n", "c".repeat(16 * 1024));
        ends(both, &format!("{start}{cookie}\r\n"), &long_head());
        // Its end never comes.
        ends(both, &format!("{start}{cookie}"), &long_head());
    }
    let most = "A: b\r\n".repeat(99);
    let answer = full.connect().ask("GET", "/", &most);
    assert_eq!(answer, Answer::index().ranged().endless());
    let answer = four.connect().ask("GET", "/", &most);
    assert_eq!(answer, Answer::index().endless());
    let small = [FULL, FOUR].map(|profile| {
        let options = [&profile[..], &["--max-head", "1"]].concat();
        site.start(&options)
    });
    let text = format!("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target(2000));
    ends(small.each_ref(), &text, &long_head());
}

#[test]
fn http_2_and_above_is_505_and_1_2_to_1_9_is_1_1() {
    let site = Site::new();
    site.write("größe.txt", "g");
    let (full, four) = (site.start(&FULL), site.start(&FOUR));
    let both = [&full, &four];
    for line in [
        "GET / HTTP/2.0",
        "POST / HTTP/2.1",
        "GET /nothing HTTP/3.0",
        "BREW / HTTP/9.9",
        "PRI * HTTP/2.0",
    ] {
        ends(both, &format!("{line}\r\nHost: h\r\n\r\n"), &version());
        // The line is enough.
        ends(both, &format!("{line}\r\n"), &version());
    }
    for line in [
        "GET / HTTP/2",
        "GET / HTTP/10.0",
        "GET / HTTP/0.9",
        "GET / HTTP/1.10",
    ] {
        ends(
            both,
            &format!("{line}\r\nHost: h\r\n\r\n"),
            &Answer::bad_request(),
        );
    }
    let (mut in_full, mut in_four) = (full.connect(), four.connect());
    for minor in 1..=9 {
        for (path, expected) in [
            ("/", Answer::index()),
            ("/größe.txt", Answer::file(TEXT, "g")),
        ] {
            let text = format!("\r\nGET {path} HTTP/1.{minor}\r\nHost: h\r\n\r\n");
            in_full.send(&text);
            let answer = in_full.answer_to("GET");
            assert_eq!(answer, expected.clone().ranged().endless(), "{text}");
            in_four.send(&text);
            assert_eq!(in_four.answer_to("GET"), expected.endless(), "{text}");
        }
        let no_host = format!("GET / HTTP/1.{minor}\r\n\r\n");
        ends(both, &no_host, &Answer::bad_request());
        let chunked = "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        let text = format!("POST / HTTP/1.{minor}\r\nHost: h\r\n{chunked}");
        ends(both, &text, &Answer::not_allowed());
    }
}

#[test]
fn a_begun_head_that_is_late_is_408_and_silence_is_closed_silently() {
    let site = Site::new();
    let timeout = ["--head-timeout", "0.5", "--no-log"];
    let full = site.start(&[&FULL[..], &timeout].concat());
    let four = site.start(&[&FOUR[..], &timeout].concat());
    let begun = [
        "G",
        "GET / HTTP/1.1\r\n",
        "HEAD / HTTP/1.1\r\nHo",
        "POST / ",
    ];
    let silent = ["", "\r\n", "\r\n\r\n"];
    for (server, expected) in [(&full, late()), (&four, Answer::bad_request())] {
        let connect = |text: &&str| {
            let mut client = server.connect();
            client.send(text);
            client
        };
        let clients = begun.map(|text| (text, connect(&text)));
        let mut silent = silent.map(|text| connect(&text));
        let mut second = connect(&SECOND);
        second.answer_to("GET");
        second.send("GET / HT");
        for (text, mut client) in clients {
            let (method, expected) = if text.starts_with("HEAD") {
                ("HEAD", expected.clone().without_body())
            } else {
                ("GET", expected.clone())
            };
            assert_eq!(client.answer_to(method), expected.closing(), "{text}");
            client.expect_end();
        }
        assert_eq!(second.answer_to("GET"), expected.closing());
        second.expect_end();
        for client in &mut silent {
            client.expect_end();
        }
    }
}
