//! Request → answer: who may ask, and for what.

use std::net::{IpAddr, SocketAddr};

use super::metrics::metrics_text;
use super::page::PAGE;
use super::reply::Reply;
use super::state::{ServerSnapshot, state_text};
use super::viewer::{Request, VIEWERS_MAX};
use crate::connection::context::Lifecycle;
use crate::http::method::Method;
use crate::http::request::{self, Parsed, RequestBody};
use crate::observe::live::LiveView;

const TEXT: &str = "text/plain; charset=utf-8";

/// The answer to a request whose Host field names another server.
const NOT_OURS: &str = "this Host is not ours: open the address that the server printed, or start it with \
                         --admin-host NAME\n";

/// The answer to a request. `hosts` are names of the live view besides those of its address;
/// `watching` is how many viewers watch already.
pub(super) fn answer(
    request: &Request,
    hosts: &[String],
    watching: usize,
    view: &mut LiveView,
    snapshot: &ServerSnapshot,
) -> Reply {
    let date = snapshot.date;
    let reject = |status, why| Reply::whole(status, TEXT, date, why, true);
    let (head_max, mut copy) = (snapshot.limits.max_head, Vec::new());
    let (parsed, length) = match request::parse(request.bytes, 0, head_max, &mut copy) {
        Parsed::Complete(parsed, length) if parsed.body == RequestBody::None => (parsed, length),
        _ => return reject("400 Bad Request", "this is no sound request\n"),
    };
    let target = parsed.line.target;
    let head = &request.bytes[..length];
    if !is_for_us(head, target, request.local, hosts) {
        return reject("403 Forbidden", NOT_OURS);
    }
    let with_body = match parsed.method {
        Method::Get => true,
        Method::Head => false,
        Method::Options | Method::NotAllowed | Method::Unknown => {
            return reject("405 Method Not Allowed", "nothing can be changed here\n");
        }
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let ok =
        |media_type, content: &str| Reply::whole("200 OK", media_type, date, content, with_body);
    let fail = |status, why| Reply::whole(status, TEXT, date, why, with_body);
    match path {
        "/" => ok("text/html; charset=utf-8", PAGE),
        "/state" => ok("application/json", &state_text(view, snapshot, watching)),
        "/metrics" => ok(
            "text/plain; version=0.0.4; charset=utf-8",
            &metrics_text(view, snapshot, watching),
        ),
        "/health" if snapshot.lifecycle == Lifecycle::Serving => ok(TEXT, "ok\n"),
        "/health" => fail("503 Service Unavailable", "stopping\n"),
        "/events" if watching < VIEWERS_MAX => Reply::stream(date, watched_slot(query), with_body),
        "/events" => fail("503 Service Unavailable", "too many watch already\n"),
        _ => fail("404 Not Found", "there is nothing here\n"),
    }
}

/// The slot in a query that has `watch=SLOT`.
fn watched_slot(query: &str) -> Option<usize> {
    let slot: u32 = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("watch="))?
        .parse()
        .ok()?;
    Some(slot as usize)
}

/// Whether the request names this server. The owner of a foreign page can let the page's name point
/// at this machine (DNS rebinding). A browser then takes the page and the live view for one origin,
/// and the page could read everything. But the browser sends the page's name in the Host field.
fn is_for_us(head: &[u8], target: &str, local: Option<SocketAddr>, hosts: &[String]) -> bool {
    let (Some(authority), Some(local)) = (host(head), local) else {
        return false;
    };
    // An absolute target overrides Host (RFC 9112, 3.2.2), so none is allowed.
    target.starts_with('/') && (is_our_authority(authority, local) || is_among(hosts, authority))
}

/// The Host field of a valid head. `None` if there is none, as HTTP/1.0 allows.
fn host(head: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host")
            .then(|| value.trim_matches([' ', '\t']))
    })
}

/// Whether the operator has given this name to the live view. Any port is accepted: a container or a
/// tunnel may have another one, and a foreign page can't have the name itself.
fn is_among(hosts: &[String], authority: &str) -> bool {
    hosts.iter().any(|host| {
        let begins_so = authority
            .split_at_checked(host.len())
            .filter(|(name, _)| name.eq_ignore_ascii_case(host));
        begins_so.is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(':'))
    })
}

fn is_our_authority(authority: &str, local: SocketAddr) -> bool {
    let port = local.port();
    let name = match authority.strip_suffix(&format!(":{port}")) {
        Some(name) => name,
        // A browser leaves out the default port of its scheme.
        None if port == 80 => authority,
        None => return false,
    };
    let address = match local.ip().to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    ["localhost", "127.0.0.1", "[::1]", &address]
        .iter()
        .any(|ours| name.eq_ignore_ascii_case(ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_names_and_the_own_address_are_ours() {
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
                is_our_authority(authority, local),
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
    fn the_host_field_is_found_in_any_case() {
        let table = [
            (
                "GET / HTTP/1.1\r\nA: b\r\nhOST: \t a:1 \r\n\r\n",
                Some("a:1"),
            ),
            ("GET / HTTP/1.0\r\n\r\n", None),
            ("GET /Host:x HTTP/1.0\r\n\r\n", None),
        ];
        for (head, expected) in table {
            assert_eq!(host(head.as_bytes()), expected, "{head:?}");
        }
    }

    #[test]
    fn a_slot_to_watch_is_a_number_of_32_bits() {
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
