//! What must hold for the request parser, whatever the bytes.
//!
//! The head of a request that was accepted is read a second time here, naively and line by line:
//! request smuggling lives on differences between two readings.

use millpond::http::request::{DEFAULT_HEAD_MAX as HEAD_MAX, Parsed, RequestBody, parse};

/// Inputs up to this length are also fed byte by byte; longer ones in a few pieces.
const DRIPPED: usize = 160;

/// Panics if the parser breaks a promise on `bytes`.
pub(crate) fn check(bytes: &[u8]) {
    let mut copy = Vec::new();
    let whole = parse(bytes, 0, HEAD_MAX, &mut copy);
    match whole {
        Parsed::Partial { scanned } => {
            assert!(scanned <= bytes.len(), "scanned beyond what is here");
            assert!(bytes.len() < HEAD_MAX, "waits for more than the cap");
        }
        Parsed::Complete(request, length) => {
            assert!(length <= bytes.len() && length <= HEAD_MAX, "head too long");
            check_framing(&bytes[..length], request.body);
            assert!(request.path.is_none_or(|path| path.starts_with('/')));
            // Bytes after a head do not change the result, and the head's last byte is needed.
            assert_eq!(
                parse(&bytes[..length], 0, HEAD_MAX, &mut Vec::new()),
                whole,
                "depends on what follows"
            );
            assert!(
                matches!(
                    parse(&bytes[..length - 1], 0, HEAD_MAX, &mut Vec::new()),
                    Parsed::Partial { .. }
                ),
                "complete before its end"
            );
        }
        Parsed::Rejected(..) => assert!(!b"\r\n\r\n".starts_with(bytes), "rejects silence"),
    }
    if !matches!(whole, Parsed::Partial { .. }) {
        for more in [
            b"\r\n\r\n".as_slice(),
            b"x",
            b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        ] {
            let longer = [bytes, more].concat();
            assert_eq!(
                parse(&longer, 0, HEAD_MAX, &mut Vec::new()),
                whole,
                "changes with more input"
            );
        }
    }
    check_raw_target(bytes, whole);
    if bytes.len() <= DRIPPED {
        check_split(bytes, 1..bytes.len());
    }
    check_split(bytes, cuts(bytes));
}

/// Whatever is made of a head with bytes from 0x80 on in its target is made of the same head with these
/// bytes percent-encoded, short of the bound, which the encoded one reaches earlier. `whole` is what the parser makes of `bytes`.
fn check_raw_target(bytes: &[u8], whole: Parsed) {
    let (encoded, added) = encode_target(bytes);
    if encoded.len() >= HEAD_MAX {
        return;
    }
    let mut copy = Vec::new();
    let parsed = parse(&encoded, 0, HEAD_MAX, &mut copy);
    match (whole, parsed) {
        (Parsed::Complete(raw, length), Parsed::Complete(encoded, encoded_length)) => {
            assert_eq!(raw, encoded, "another request than the encoded one");
            assert_eq!(length + added, encoded_length, "another length");
        }
        (Parsed::Partial { .. }, Parsed::Partial { .. }) => {}
        _ => assert_eq!(whole, parsed, "another result than the encoded one"),
    }
}

/// Encodes the target of the first line, if it is an origin form, byte by byte. Says how many bytes it
/// has added.
fn encode_target(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut encoded = Vec::new();
    let (mut spaces, mut is_in_first_line, mut is_path) = (0, true, false);
    for (at, &byte) in bytes.iter().enumerate() {
        is_path |= spaces == 1 && bytes[..at].ends_with(b" ") && byte == b'/';
        if is_in_first_line && spaces == 1 && is_path && byte >= 0x80 {
            encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
            continue;
        }
        spaces += usize::from(byte == b' ');
        // Empty lines may come before the first line.
        is_in_first_line &= byte != b'\n' || bytes[..at].iter().all(|byte| b"\r\n".contains(byte));
        encoded.push(byte);
    }
    let added = encoded.len() - bytes.len();
    (encoded, added)
}

/// Any split equals the whole: feeds `bytes` up to each cut, then all of them, as a connection
/// does, which passes back how far the parser has got.
pub(crate) fn check_split(bytes: &[u8], cuts: impl IntoIterator<Item = usize>) {
    let mut copy = Vec::new();
    let whole = parse(bytes, 0, HEAD_MAX, &mut copy);
    let mut known = 0;
    for end in cuts.into_iter().chain([bytes.len()]) {
        let mut copy = Vec::new();
        let parsed = parse(&bytes[..end], known, HEAD_MAX, &mut copy);
        match parsed {
            Parsed::Partial { scanned } => {
                assert!(
                    (known..=end).contains(&scanned),
                    "scanned {scanned} of {end}"
                );
                known = scanned;
                if end == bytes.len() {
                    assert_eq!(parsed, whole, "cut, it is not complete");
                }
            }
            _ => return assert_eq!(parsed, whole, "cut at {end}"),
        }
    }
}

/// A few ascending places to cut at, derived from the input itself.
fn cuts(bytes: &[u8]) -> Vec<usize> {
    // FNV-1a: any change of the input moves the cuts.
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut cuts: Vec<usize> = hash
        .to_le_bytes()
        .chunks_exact(2)
        .map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])) % (bytes.len() + 1))
        .collect();
    cuts.sort_unstable();
    cuts
}

/// A second and simpler reading: a head that was accepted has sound framing.
fn check_framing(head: &[u8], body: RequestBody) {
    let mut head = head;
    while let Some(rest) = head.strip_prefix(b"\r\n") {
        head = rest;
    }
    assert!(!head.contains(&0), "NUL");
    let text = head
        .strip_suffix(b"\r\n\r\n")
        .expect("no empty line at the end");
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        lines.push(&rest[..end]);
        rest = &rest[end + 2..];
    }
    lines.push(rest);
    let (mut hosts, mut lengths, mut follows) = (0, 0, false);
    for (index, line) in lines.iter().enumerate() {
        assert!(!line.is_empty(), "an empty line within");
        assert!(
            !line.contains(&b'\r') && !line.contains(&b'\n'),
            "a bare CR or LF"
        );
        if index == 0 {
            continue;
        }
        let colon = line
            .iter()
            .position(|&byte| byte == b':')
            .expect("no colon");
        let name = line[..colon].to_ascii_lowercase();
        assert!(
            !name.is_empty() && name.iter().all(u8::is_ascii_graphic),
            "field name"
        );
        let value = line[colon + 1..].trim_ascii();
        match name.as_slice() {
            b"transfer-encoding" => {
                lengths += 1;
                follows = true;
                assert!(value.eq_ignore_ascii_case(b"chunked"), "another coding");
                assert!(!lines[0].ends_with(b"1.0"), "chunks in HTTP/1.0");
            }
            b"content-length" => {
                lengths += 1;
                follows |= value != b"0";
                assert!(!value.is_empty() && value.iter().all(u8::is_ascii_digit));
            }
            b"host" => {
                hosts += 1;
                assert!(!value.iter().any(|byte| b"/@?# ".contains(byte)), "Host");
            }
            _ => {}
        }
    }
    assert_eq!(follows, body == RequestBody::Follows, "the body");
    let (first, minor) = lines[0].split_at(lines[0].len() - 1);
    assert!(
        first.ends_with(b" HTTP/1.") && minor[0].is_ascii_digit(),
        "version"
    );
    let is_1_1 = minor != b"0";
    assert_eq!(
        lines[0].split(|&byte| byte == b' ').count(),
        3,
        "request line"
    );
    assert!(
        hosts <= 1 && lengths <= 1,
        "Host, or what tells the length of the body, repeated"
    );
    assert!(hosts == 1 || !is_1_1, "no Host");
}
