//! Where the server listens: several addresses, ports that the system chooses, both address
//! families.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use crate::support::log::{index_row, rows};
use crate::support::server::announced;
use crate::support::{Answer, Client, Site};

/// Whether this machine has IPv6; prints that it is missing if not, as in some containers.
fn has_ipv6() -> bool {
    let bound = TcpListener::bind("[::1]:0");
    if bound.is_err() {
        println!("skipped: no IPv6 here");
    }
    bound.is_ok()
}

#[track_caller]
fn is_served(address: SocketAddr) -> Client {
    let mut client = Client::connect(address);
    assert_eq!(client.get("/"), Answer::index());
    client
}

#[test]
fn every_form_of_an_address_is_served() {
    let table = [
        ("--listen", "127.0.0.1:0"),
        ("--listen", "0"),
        ("-l", "0"),
        ("-p", "0"),
        ("--port", "0"),
        ("--listen", "0.0.0.0:0"),
        ("--listen", ":0"),
        ("-l", "*:0"),
        ("-l", "localhost:0"),
    ];
    let site = Site::new();
    for (option, value) in table {
        let server = site.start(&[option, value]);
        // Every address is announced in a form that can be typed into a browser.
        assert_eq!(server.address.ip(), Ipv4Addr::LOCALHOST, "{option} {value}");
        assert_ne!(server.address.port(), 0);
        is_served(server.address);
    }
}

#[test]
fn several_addresses_are_served_by_one_server() {
    let site = Site::new();
    let options = [
        "--listen",
        "127.0.0.1:0",
        "--listen",
        "127.0.0.2:0",
        "-p",
        "0",
    ];
    let mut server = site.start(&options);
    let addresses = [
        server.address,
        announced(&server.next_line()),
        announced(&server.next_line()),
    ];
    let ips = addresses.map(|address| address.ip().to_string());
    assert_eq!(ips, ["127.0.0.1", "127.0.0.2", "127.0.0.1"]);
    let clients = addresses.map(is_served);
    server.stop();
    let expected = clients.map(|client| index_row(client.address()));
    assert_eq!(rows(&site.log()), expected);
}

#[test]
fn ipv6_addresses_are_served() {
    if !has_ipv6() {
        return;
    }
    let site = Site::new();
    let mut server = site.start(&["--listen", "[::1]:0"]);
    assert!(server.address.is_ipv6());
    let client = is_served(server.address);
    server.stop();
    let expected = index_row(client.address());
    assert_eq!(expected[0], "::1");
    assert_eq!(rows(&site.log()), [expected]);
}

#[test]
fn one_listener_serves_both_address_families() {
    if !has_ipv6() {
        return;
    }
    let site = Site::new();
    let mut server = site.start(&["--listen", "[::]:0"]);
    assert_eq!(server.address.ip().to_string(), "::1");
    let ipv6 = is_served(server.address);
    let ipv4 = is_served((Ipv4Addr::LOCALHOST, server.address.port()).into());
    server.stop();
    // The client of an IPv6 socket is logged with its real address.
    assert_eq!(ipv4.address().ip(), Ipv4Addr::LOCALHOST);
    let expected = [ipv6, ipv4].map(|client| index_row(client.address()));
    assert_eq!(rows(&site.log()), expected);
}

/// The standard output of a server that is ended at once.
#[track_caller]
fn first_lines(options: &[&str], count: usize) -> Vec<String> {
    let site = Site::new();
    let mut child = site.command(options).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let lines = output.lines().take(count).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    lines
}

#[test]
fn all_interfaces_are_announced_as_such_with_an_address_that_works() {
    for address in [":0", "*:0", "0.0.0.0:0", "[::]:0"] {
        if address.starts_with('[') && !has_ipv6() {
            continue;
        }
        let line = &first_lines(&["--listen", address], 1)[0];
        let ip = if address.starts_with('[') {
            "[::1]"
        } else {
            "127.0.0.1"
        };
        let (port, url) = line
            .strip_prefix("Listening on port ")
            .and_then(|rest| rest.split_once(", all interfaces: "))
            .unwrap_or_else(|| panic!("{address}: {line}"));
        assert_eq!(url, format!("http://{ip}:{port}/"), "{address}");
    }
    let line = &first_lines(&["--listen", "127.0.0.1:0"], 1)[0];
    assert!(!line.contains("all interfaces"), "{line}");
}

#[test]
fn a_colon_and_a_port_are_all_interfaces_by_both_families() {
    let site = Site::new();
    let server = site.start(&["--listen", ":0"]);
    let port = server.address.port();
    is_served((Ipv4Addr::LOCALHOST, port).into());
    is_served((Ipv4Addr::new(127, 0, 0, 2), port).into());
    if has_ipv6() {
        is_served((Ipv6Addr::LOCALHOST, port).into());
    }
}

#[test]
fn localhost_is_both_loopbacks_on_one_port() {
    let site = Site::new();
    let mut server = site.start(&["--listen", "localhost:0"]);
    assert_eq!(server.address.ip(), Ipv4Addr::LOCALHOST);
    is_served(server.address);
    if has_ipv6() {
        let other = announced(&server.next_line());
        assert_eq!(other, (Ipv6Addr::LOCALHOST, server.address.port()).into());
        is_served(other);
    }
    let elsewhere = (Ipv4Addr::new(127, 0, 0, 2), server.address.port());
    assert!(std::net::TcpStream::connect(elsewhere).is_err());
}

/// A link-local address of this machine and its interface, from `/proc/net/if_inet6`.
fn link_local() -> Option<(Ipv6Addr, String)> {
    let table = std::fs::read_to_string("/proc/net/if_inet6").ok()?;
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_permanent = fields[4] == "80";
        let bits = u128::from_str_radix(fields[0], 16).ok()?;
        let is_usable = fields[0].starts_with("fe80") && is_permanent;
        is_usable.then(|| (Ipv6Addr::from(bits), fields[5].to_owned()))
    })
}

#[test]
fn a_link_local_address_is_listened_on_by_the_name_of_its_interface() {
    let Some((ip, interface)) = link_local() else {
        println!("skipped: no link-local address here");
        return;
    };
    let site = Site::new();
    let server = site.start(&["--listen", &format!("[{ip}%{interface}]:0")]);
    let SocketAddr::V6(address) = server.address else {
        panic!("{}", server.address);
    };
    assert_eq!(*address.ip(), ip);
    let number = address.scope_id();
    is_served(server.address);
    drop(server);
    let server = site.start(&["--listen", &format!("[{ip}%{number}]:0")]);
    is_served(server.address);
}
