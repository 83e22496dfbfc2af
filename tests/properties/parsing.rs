//! The request parser: any split equals the whole, no input makes it panic, it reads nothing beyond
//! the cap.

use millpond::http::request::{DEFAULT_HEAD_MAX as HEAD_MAX, Parsed, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::{cases, request};

/// Lines as clients send them, and as no client should.
const FIELDS: [&str; 16] = [
    "Host: example.com:80",
    "host:\t[::1]",
    "Connection: close",
    "Connection: a, Keep-Alive",
    "Content-Length: 0",
    "Content-Length: 00",
    "Transfer-Encoding: chunked",
    "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
    "If-Modified-Since: soon",
    "If-None-Match: \"x\"",
    "User-Agent: a (b) c/1",
    "Accept: */*",
    "X-Empty:",
    "X-High: \u{f6}",
    " folded",
    "no colon",
];

fn head() -> impl Strategy<Value = Vec<u8>> {
    let method = select(vec!["GET", "HEAD", "POST", "get", "M-SEARCH"]);
    let version = select(vec!["HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0"]);
    let target = prop_oneof![
        "(/[a-z%.]{0,6}){1,4}(\\?[a-z=&]{0,5})?",
        "https?://[a-z.:0-9]{0,8}(/[a-z]{0,4})?",
        "\\*|[a-z]{1,5}:[0-9]{1,3}",
    ];
    let fields = vec(
        prop_oneof![3 => Just(FIELDS[0]), 5 => select(&FIELDS[..])],
        0..5,
    );
    (0..6_usize, method, target, version, fields).prop_map(
        |(empty, method, target, version, fields)| {
            let line = format!("{method} {target} {version}");
            let lines = [line.as_str()].into_iter().chain(fields).chain([""]);
            let head: Vec<&str> = lines.flat_map(|line| [line, "\r\n"]).collect();
            ("\r\n".repeat(empty) + &head.concat()).into_bytes()
        },
    )
}

/// A small change anywhere: a single wrong byte is what hostile clients try.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![select(b"\r\n\t\0 :,/%\x7f\xff".to_vec()), any::<u8>()];
    let change = (0..3_u8, any::<Index>(), byte);
    (head(), vec(change, 0..4)).prop_map(|(mut head, changes)| {
        for (kind, place, byte) in changes {
            let at = place.index(head.len());
            match kind {
                0 => head[at] = byte,
                1 => head.insert(at, byte),
                _ if head.len() > 1 => drop(head.remove(at)),
                _ => {}
            }
        }
        head
    })
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn arbitrary_bytes_keep_the_parsers_promises(bytes in vec(any::<u8>(), 0..300)) {
        request::check(&bytes);
    }

    #[test]
    fn nearly_valid_requests_keep_the_parsers_promises(head in mutated()) {
        request::check(&head);
    }

    #[test]
    fn any_split_equals_the_whole(
        requests in vec(mutated(), 1..4),
        places in vec(any::<Index>(), 0..8),
    ) {
        let bytes = requests.concat();
        let mut cuts: Vec<usize> = places.iter().map(|place| place.index(bytes.len())).collect();
        cuts.sort_unstable();
        request::check_split(&bytes, cuts);
    }
}

proptest! {
    #![proptest_config(cases(200))]

    /// A head that is valid but for its length is accepted up to the cap; beyond it the parser does
    /// not wait for more.
    #[test]
    fn a_head_beyond_the_cap_is_refused(padding in HEAD_MAX - 60..HEAD_MAX + 60, cut in 0..120_usize) {
        let text = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "x".repeat(padding));
        let bytes = text.as_bytes();
        let mut copy = Vec::new();
        match parse(bytes, 0, HEAD_MAX, &mut copy) {
            Parsed::Complete(_, length) => prop_assert!(length == bytes.len() && length <= HEAD_MAX),
            Parsed::Rejected(..) => prop_assert!(bytes.len() > HEAD_MAX),
            Parsed::Partial { .. } => prop_assert!(false, "waits for more"),
        }
        let part = &bytes[..bytes.len() - cut.min(bytes.len())];
        if part.len() >= HEAD_MAX {
            let waits = matches!(parse(part, 0, HEAD_MAX, &mut Vec::new()), Parsed::Partial { .. });
            prop_assert!(!waits);
        }
        request::check_split(bytes, [bytes.len() / 2, bytes.len() - 1]);
    }
}
