//! The grammar of an authority, for the Host field and for absolute-form targets.
//!
//! The server has one site and serves it under any name, so it checks the name and then ignores it.
//! It checks because another server on the path may read a request with a malformed Host as
//! something else (RFC 9112, 3.2: answer 400).

use std::net::Ipv6Addr;

/// Whether `text` is `uri-host [ ":" port ]` (RFC 9110, 7.2; RFC 3986, 3.2.2). The host may be
/// empty, as RFC 9112, 3.2, allows for a Host field.
pub(crate) fn is_valid(text: &[u8]) -> bool {
    let (host, port) = split(text);
    let host_is_valid = match host {
        [b'[', literal @ .., b']'] => is_ip_literal(literal),
        name => is_registered_name(name),
    };
    host_is_valid && port.iter().all(u8::is_ascii_digit)
}

/// Whether `text` is valid and names a host, as the authority of an `http` URI must
/// (RFC 9110, 4.2.1).
pub fn names_a_host(text: &[u8]) -> bool {
    !split(text).0.is_empty() && is_valid(text)
}

/// Splits `text` into host and port. The colon is searched behind the last `]`, because an IPv6
/// address has colons within its brackets.
fn split(text: &[u8]) -> (&[u8], &[u8]) {
    let after_literal = text.iter().rposition(|&byte| byte == b']').unwrap_or(0);
    match text[after_literal..].iter().position(|&byte| byte == b':') {
        Some(colon) => {
            let (host, port) = text.split_at(after_literal + colon);
            (host, &port[1..])
        }
        None => (text, b""),
    }
}

/// `IPv6address` or `IPvFuture`, without the brackets.
fn is_ip_literal(literal: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(literal) else {
        return false;
    };
    text.parse::<Ipv6Addr>().is_ok() || is_ip_future(text)
}

/// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`
fn is_ip_future(text: &str) -> bool {
    let Some((version, address)) = text
        .strip_prefix(['v', 'V'])
        .and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    let is_address_byte = |byte| is_unreserved_or_sub_delimiter(byte) || byte == b':';
    !version.is_empty()
        && version.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !address.is_empty()
        && address.bytes().all(is_address_byte)
}

/// `*( unreserved / pct-encoded / sub-delims )`. IPv4 addresses are of this form too.
fn is_registered_name(name: &[u8]) -> bool {
    let is_plain = |&byte: &u8| UNRESERVED_OR_SUB_DELIMITER[usize::from(byte)];
    // The fast path: almost no name has an escape.
    name.iter().all(is_plain) || is_escaped_name(name)
}

fn is_escaped_name(name: &[u8]) -> bool {
    let mut rest = name;
    loop {
        rest = match rest {
            [] => return true,
            [b'%', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                after
            }
            [byte, after @ ..] if is_unreserved_or_sub_delimiter(*byte) => after,
            _ => return false,
        };
    }
}

fn is_unreserved_or_sub_delimiter(byte: u8) -> bool {
    UNRESERVED_OR_SUB_DELIMITER[usize::from(byte)]
}

/// The `unreserved` and `sub-delims` of RFC 3986, 2.
const UNRESERVED_OR_SUB_DELIMITER: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || is_mark(byte);
        byte += 1;
    }
    table
};

const fn is_mark(byte: u8) -> bool {
    let is_unreserved = matches!(byte, b'-' | b'.' | b'_' | b'~');
    let is_sub_delimiter = matches!(
        byte,
        b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
    );
    is_unreserved || is_sub_delimiter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_with_an_optional_port_is_valid() {
        let table = [
            ("", true),
            ("localhost", true),
            ("localhost:2130", true),
            ("localhost:", true),
            (":80", true),
            ("example.com.", true),
            ("EXAMPLE.com", true),
            ("my_host!=1", true),
            ("a%41b", true),
            ("127.0.0.1:2130", true),
            ("[::1]", true),
            ("[::1]:2130", true),
            ("[::ffff:1.2.3.4]", true),
            ("[v1.fe80::a+en1]", true),
            ("localhost:2130x", false),
            ("localhost:-1", false),
            ("localhost:+80", false),
            ("a:b:c", false),
            ("::1", false),
            ("[::1", false),
            ("::1]", false),
            ("[::1]x", false),
            ("[::1]:x", false),
            ("[]", false),
            ("[1.2.3.4]", false),
            ("[fe80::1%eth0]", false),
            ("[v.a]", false),
            ("[v1.]", false),
            ("user@host", false),
            ("user:password@host", false),
            ("host/path", false),
            ("host?query", false),
            ("host#fragment", false),
            ("a b", false),
            ("a,b", true),
            ("a%4", false),
            ("a%zz", false),
            ("a\\b", false),
            ("<host>", false),
            ("h\u{f6}st", false),
            ("a\tb", false),
        ];
        for (text, valid) in table {
            assert_eq!(is_valid(text.as_bytes()), valid, "{text:?}");
        }
    }

    #[test]
    fn an_authority_without_a_host_names_none() {
        for text in ["", ":80", "user@", "/"] {
            assert!(!names_a_host(text.as_bytes()), "{text:?}");
        }
        for text in ["a", "a:80", "[::1]:80"] {
            assert!(names_a_host(text.as_bytes()), "{text:?}");
        }
    }
}
