//! Request → answer: who may ask, and what there is.

use std::net::{IpAddr, SocketAddr};

use super::page::PAGE;
use super::reply::{Body, Reply};
use super::viewer::Request;
use super::{VIEWERS_MAX, metrics, state};
use crate::connection::context::Lifecycle;
use crate::http::request::{self, Method, Parsed};
use crate::observe::live::LiveView;

const TEXT: &str = "text/plain; charset=utf-8";

/// What a client gets whose Host is another.
const NOT_OURS: &str = "this Host is not ours: open the address that the server printed, or start it with \
                        --admin-host NAME\n";

/// The answer to a head. `hosts` are names of the live view besides those of its address; `watching` is
/// how many watch already.
pub(super) fn answer(
    request: &Request,
    hosts: &[String],
    watching: usize,
    view: &mut LiveView,
    snapshot: &state::ServerSnapshot,
) -> Reply {
    let refuse = |status, why| Reply::whole(status, TEXT, snapshot.date, why, Body::Sent);
    let Parsed::Complete(parsed, length) = request::parse(request.bytes, 0) else {
        return refuse("400 Bad Request", "this is no sound request\n");
    };
    let head = &request.bytes[..length];
    if !is_for_us(head, parsed.line.target, request.local, hosts) {
        return refuse("403 Forbidden", NOT_OURS);
    }
    let body = match parsed.method {
        Method::Get => Body::Sent,
        Method::Head => Body::Withheld,
        Method::Other => return refuse("405 Method Not Allowed", "nothing can be changed here\n"),
    };
    let (path, query) = parsed
        .line
        .target
        .split_once('?')
        .unwrap_or((parsed.line.target, ""));
    let whole = |media_type, content: &str| {
        Reply::whole("200 OK", media_type, snapshot.date, content, body)
    };
    match path {
        "/" => whole("text/html; charset=utf-8", PAGE),
        "/state" => whole("application/json", &state::text(view, snapshot, watching)),
        "/metrics" => whole(
            "text/plain; version=0.0.4; charset=utf-8",
            &metrics::text(view, snapshot, watching),
        ),
        "/health" if snapshot.lifecycle == Lifecycle::Serving => whole(TEXT, "ok\n"),
        "/health" => Reply::whole(
            "503 Service Unavailable",
            TEXT,
            snapshot.date,
            "stopping\n",
            body,
        ),
        "/events" if watching < VIEWERS_MAX => {
            Reply::stream(snapshot.date, watched_slot(query), body)
        }
        "/events" => {
            let why = "too many watch already\n";
            Reply::whole("503 Service Unavailable", TEXT, snapshot.date, why, body)
        }
        _ => Reply::whole(
            "404 Not Found",
            TEXT,
            snapshot.date,
            "there is nothing here\n",
            body,
        ),
    }
}

/// `watch=SLOT`
fn watched_slot(query: &str) -> Option<usize> {
    let slot: u32 = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("watch="))?
        .parse()
        .ok()?;
    Some(slot as usize)
}

/// Whether the client meant us. A page from elsewhere whose name its owner has pointed at this
/// machine (DNS rebinding) is in the browser's eyes of one origin with us, and could read it all.
/// It can't hide its name from the Host field, though.
fn is_for_us(head: &[u8], target: &str, local: Option<SocketAddr>, hosts: &[String]) -> bool {
    let (Some(authority), Some(local)) = (authority(head), local) else {
        return false;
    };
    // With an absolute target Host does not count (RFC 9112, 3.2.2).
    target.starts_with('/') && (names_us(authority, local) || is_among(hosts, authority))
}

/// The Host of a sound head; `None` if there is none, as HTTP/1.0 allows.
fn authority(head: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host")
            .then(|| value.trim_matches([' ', '\t']))
    })
}

/// Whether the operator has given this name to the live view. Any port is accepted: a container
/// or a tunnel may have another one, and a page from elsewhere can't have the name itself.
fn is_among(hosts: &[String], authority: &str) -> bool {
    hosts.iter().any(|host| {
        let begins_so = authority
            .split_at_checked(host.len())
            .filter(|(name, _)| name.eq_ignore_ascii_case(host));
        begins_so.is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(':'))
    })
}

fn names_us(authority: &str, local: SocketAddr) -> bool {
    let port = local.port();
    let name = match authority.strip_suffix(&format!(":{port}")) {
        Some(name) => name,
        // A browser leaves out the port of its scheme.
        None if port == 80 => authority,
        None => return false,
    };
    let itself = match local.ip().to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    ["localhost", "127.0.0.1", "[::1]", &itself]
        .iter()
        .any(|ours| name.eq_ignore_ascii_case(ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_host_means() {
        let table = [
            ("127.0.0.1:2131", "127.0.0.1:2131", true),
            ("localhost:2131", "127.0.0.1:2131", true),
            ("LocalHost:2131", "127.0.0.1:2131", true),
            ("[::1]:2131", "[::1]:2131", true),
            ("10.0.0.7:2131", "10.0.0.7:2131", true),
            ("10.0.0.7:2131", "[::ffff:10.0.0.7]:2131", true),
            ("[2001:db8::7]:2131", "[2001:db8::7]:2131", true),
            ("localhost", "127.0.0.1:80", true),
            ("localhost:80", "127.0.0.1:80", true),
            ("localhost", "127.0.0.1:2131", false),
            ("localhost:2130", "127.0.0.1:2131", false),
            ("localhost:", "127.0.0.1:2131", false),
            ("localhost.:2131", "127.0.0.1:2131", false),
            ("10.0.0.8:2131", "10.0.0.7:2131", false),
            ("127.0.0.2:2131", "127.0.0.1:2131", false),
            ("evil.example:2131", "127.0.0.1:2131", false),
            ("127.0.0.1.evil.example:2131", "127.0.0.1:2131", false),
            ("evil.localhost:2131", "127.0.0.1:2131", false),
            (":2131", "127.0.0.1:2131", false),
            ("", "127.0.0.1:80", false),
        ];
        for (authority, local, expected) in table {
            let local = local.parse().unwrap();
            assert_eq!(
                names_us(authority, local),
                expected,
                "{authority} at {local}"
            );
        }
    }

    #[test]
    fn a_name_that_the_operator_gave_is_ours_on_any_port() {
        let hosts = ["metrics.example".to_owned(), "[2001:db8::1]".to_owned()];
        let table = [
            ("metrics.example", true),
            ("Metrics.Example:2131", true),
            ("metrics.example:9000", true),
            ("[2001:DB8::1]:2131", true),
            ("metrics.example.evil.example:2131", false),
            ("evil.metrics.example:2131", false),
            ("metrics.exampl", false),
            ("metrics.examplé", false),
            ("", false),
        ];
        for (authority, expected) in table {
            assert_eq!(is_among(&hosts, authority), expected, "{authority}");
            assert!(!is_among(&[], authority), "{authority}");
        }
    }

    #[test]
    fn the_host_of_a_head() {
        let table = [
            (
                "GET / HTTP/1.1\r\nA: b\r\nhOST: \t a:1 \r\n\r\n",
                Some("a:1"),
            ),
            ("GET / HTTP/1.0\r\n\r\n", None),
            ("GET /Host:x HTTP/1.0\r\n\r\n", None),
        ];
        for (head, expected) in table {
            assert_eq!(authority(head.as_bytes()), expected, "{head:?}");
        }
    }

    #[test]
    fn slots_to_watch() {
        let table = [
            ("watch=0", Some(0)),
            ("a=b&watch=17", Some(17)),
            ("watch=4294967295", Some(4_294_967_295)),
            ("watch=4294967296", None),
            ("watch=-1", None),
            ("watch=", None),
            ("", None),
        ];
        for (query, expected) in table {
            assert_eq!(watched_slot(query), expected, "{query:?}");
        }
    }
}
