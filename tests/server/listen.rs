//! Where the server listens: several addresses, ports that the system chooses, both address
//! families.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

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
