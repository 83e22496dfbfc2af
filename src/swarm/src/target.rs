//! The target of requests: a URL → an address and the bytes of a request.

use std::net::{SocketAddr, ToSocketAddrs as _};

/// The default port of `http` (RFC 9110, 4.2.1).
const HTTP_PORT: u16 = 80;

/// A server, and the path that is requested from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where the server listens.
    pub address: SocketAddr,
    authority: String,
    path: String,
}

impl Target {
    /// Parses `http://HOST:PORT/PATH`; everything but the host may be left out. A name is looked
    /// up once, here, and its first address is used.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = match text.split_once("://") {
            None => text,
            Some(("http", rest)) => rest,
            Some(("https", _)) => return Err("TLS is not spoken here; write http://".to_owned()),
            Some((scheme, _)) => return Err(format!("'{scheme}' is not http")),
        };
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        if !millpond::http::authority::names_a_host(authority.as_bytes()) {
            return Err(format!(
                "'{authority}' is no host; write a URL such as http://127.0.0.1:2130/"
            ));
        }
        Ok(Self {
            address: look_up(authority)?,
            authority: authority.to_owned(),
            path: check_path(path)?,
        })
    }

    /// The same server, with another path.
    pub fn with_path(&self, path: &str) -> Result<Self, String> {
        let path = check_path(path)?;
        Ok(Self {
            path,
            ..self.clone()
        })
    }

    /// The target as a URL, as reports show it.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.authority, self.path)
    }

    /// The bytes of a GET for the path.
    pub fn request(&self) -> Vec<u8> {
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: millpond-swarm/{version}\r\n\r\n",
            self.path, self.authority
        )
        .into_bytes()
    }
}

fn look_up(authority: &str) -> Result<SocketAddr, String> {
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let authority = authority.strip_suffix(':').unwrap_or(authority);
    let found = if has_port {
        authority.to_socket_addrs()
    } else {
        format!("{authority}:{HTTP_PORT}").to_socket_addrs()
    };
    let mut addresses = found.map_err(|error| format!("no address for '{authority}': {error}"))?;
    addresses
        .next()
        .filter(|address| address.port() != 0)
        .ok_or_else(|| format!("no address for '{authority}', or port 0"))
}

fn check_path(path: &str) -> Result<String, String> {
    let is_sound = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    if is_sound && !path.contains('#') {
        Ok(path.to_owned())
    } else {
        Err(format!(
            "'{path}' is no path; begin with / and write other characters as %XX"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_may_leave_out_everything_but_the_host() {
        let table = [
            (
                "http://127.0.0.1:2130/",
                "127.0.0.1:2130",
                "http://127.0.0.1:2130/",
            ),
            ("127.0.0.1:2130", "127.0.0.1:2130", "http://127.0.0.1:2130/"),
            ("127.0.0.1", "127.0.0.1:80", "http://127.0.0.1/"),
            ("127.0.0.1:/x?y", "127.0.0.1:80", "http://127.0.0.1:/x?y"),
            ("http://[::1]:8/a/b", "[::1]:8", "http://[::1]:8/a/b"),
            ("[::1]", "[::1]:80", "http://[::1]/"),
        ];
        for (text, address, url) in table {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.address, address.parse().unwrap(), "{text}");
            assert_eq!(target.url(), url);
        }
    }

    #[test]
    fn what_is_no_url_of_http_is_refused_with_a_reason() {
        let table = [
            ("https://127.0.0.1/", "TLS is not spoken"),
            ("ftp://127.0.0.1/", "'ftp' is not http"),
            ("", "'' is no host"),
            ("http:///", "'' is no host"),
            ("user@127.0.0.1", "'user@127.0.0.1' is no host"),
            ("127.0.0.1:0", "no address for '127.0.0.1:0', or port 0"),
            ("127.0.0.1:99999", "no address for '127.0.0.1:99999'"),
            ("127.0.0.1/a b", "'/a b' is no path"),
            ("127.0.0.1/\u{e4}", "'/\u{e4}' is no path"),
            ("127.0.0.1/a#b", "'/a#b' is no path"),
        ];
        for (text, message) in table {
            let found = Target::parse(text).unwrap_err();
            assert!(found.starts_with(message), "{text}: {found}");
        }
    }

    #[test]
    fn a_request_names_the_path_and_the_host() {
        let target = Target::parse("127.0.0.1:1/a").unwrap();
        let request = String::from_utf8(target.with_path("/b").unwrap().request()).unwrap();
        assert!(request.starts_with("GET /b HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"));
        assert!(request.ends_with("\r\n\r\n"));
        assert!(target.with_path("b").is_err());
    }
}
