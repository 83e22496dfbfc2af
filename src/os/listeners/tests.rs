use std::io::Write as _;
use std::net::TcpStream as Client;

use super::*;

fn bound(addresses: &[&str]) -> Listeners {
    let addresses = addresses.iter().map(|address| address.parse().unwrap());
    Listeners::bind(&addresses.collect::<Vec<_>>(), false).unwrap()
}

fn addresses(listeners: &Listeners) -> Vec<SocketAddr> {
    let endpoints = listeners.endpoints().unwrap().into_iter();
    endpoints.map(|endpoint| endpoint.address).collect()
}

#[test]
fn all_interfaces_are_one_socket_that_both_families_reach() {
    for text in [":0", "*:0", "0.0.0.0:0", "[::]:0"] {
        let listeners = bound(&[text]);
        let [endpoint] = listeners.endpoints().unwrap()[..] else {
            panic!("{text}");
        };
        assert!(endpoint.is_on_all_interfaces, "{text}");
        assert!(endpoint.address.ip().is_loopback(), "{text}");
        Client::connect(endpoint.address).unwrap();
        Client::connect(("127.0.0.1", endpoint.address.port())).unwrap();
    }
}

#[test]
fn both_loopbacks_share_the_port_that_the_system_chose() {
    let listeners = bound(&["localhost:0"]);
    let found = addresses(&listeners);
    assert_eq!(found[0].ip().to_string(), "127.0.0.1");
    for address in &found[1..] {
        assert_eq!(address.ip().to_string(), "::1");
        assert_eq!(address.port(), found[0].port());
    }
    assert!(found.len() <= 2, "{found:?}");
    assert!(!listeners.endpoints().unwrap()[0].is_on_all_interfaces);
}

#[test]
fn an_interface_that_is_not_there_is_an_error_with_its_cure() {
    let address = "[fe80::1%no-such]:0".parse().unwrap();
    let error = Listeners::bind(&[address], false).unwrap_err().to_string();
    let line = "cannot listen on [fe80::1%no-such]:0: No such device (os error 19); \
                choose an interface that `ip link` shows, or another address with --listen ADDR:PORT";
    assert_eq!(error, line);
}

#[test]
fn listeners_alternate_until_no_client_waits() {
    let mut listeners = bound(&["127.0.0.1:0", "127.0.0.1:0"]);
    let addresses = addresses(&listeners);
    // Three clients on the first and two on the second: the listeners alternate.
    let clients = [0, 0, 0, 1, 1].map(|index| Client::connect(addresses[index]).unwrap());
    let mut accepted = Vec::new();
    while let Accepted::Client(_, peer) = listeners.accept() {
        accepted.push(peer);
    }
    let expected = [3, 0, 4, 1, 2].map(|index: usize| clients[index].local_addr().unwrap());
    assert_eq!(accepted, expected);
    assert!(!listeners.is_open(Duration::ZERO, 0));
    let _late = Client::connect(addresses[0]).unwrap();
    listeners.mark_acceptable(0);
    assert!(listeners.is_open(Duration::ZERO, 0));
    assert!(matches!(listeners.accept(), Accepted::Client(..)));
}

#[test]
fn a_pause_ends_with_its_time_or_when_a_connection_ends() {
    let mut listeners = bound(&["127.0.0.1:0"]);
    let at = |millis| Duration::from_millis(millis);
    listeners.pause(at(1_000), 5);
    assert_eq!(listeners.next_timeout(), Some(at(1_100)));
    let table = [
        (1_050, 5, false),
        (1_050, 6, true),
        (1_099, 5, false),
        (1_100, 5, true),
    ];
    for (now, closed, open) in table {
        assert_eq!(listeners.is_open(at(now), closed), open, "{now} {closed}");
    }
}

#[test]
fn the_kernel_tells_whether_a_client_waits() {
    let mut listeners = bound(&["127.0.0.1:0"]);
    assert!(listeners.is_open(Duration::ZERO, 0));
    assert!(!listeners.has_waiting_client());
    assert!(!listeners.is_open(Duration::ZERO, 0));
    let _client = Client::connect(addresses(&listeners)[0]).unwrap();
    listeners.mark_acceptable(0);
    assert!(listeners.has_waiting_client());
}

#[test]
fn an_address_in_use_is_an_error_with_its_cure() {
    let first = bound(&["127.0.0.1:0"]);
    let addresses = addresses(&first);
    let error = Listeners::bind(&[addresses[0].into()], false)
        .unwrap_err()
        .to_string();
    assert!(error.contains(&addresses[0].to_string()), "{error}");
    assert!(error.contains("choose another port"), "{error}");
}

#[test]
fn both_families_can_listen_on_one_port() {
    let first = bound(&["0.0.0.0:0"]);
    let port = addresses(&first)[0].port();
    drop(first);
    let both = bound(&[&format!("0.0.0.0:{port}"), &format!("[::]:{port}")]);
    assert_eq!(both.len(), 2);
}

#[test]
#[cfg(target_os = "linux")]
fn new_clients_are_refused_and_those_in_the_queue_are_accepted() {
    for text in ["127.0.0.1:0", "[::]:0"] {
        let mut listeners = bound(&[text]);
        let address = addresses(&listeners)[0];
        let before = Client::connect(address).unwrap();
        listeners.refuse_handshakes();
        let error = Client::connect(address).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused, "{text}");
        let Accepted::Client(_, peer) = listeners.accept() else {
            panic!("{text}");
        };
        assert_eq!(peer, before.local_addr().unwrap());
        listeners.mark_all_acceptable();
        assert!(!listeners.has_waiting_client());
    }
}

/// With deferral a handshake ends when the client's first bytes come.
#[test]
#[cfg(target_os = "linux")]
fn a_handshake_that_has_begun_can_end() {
    let address = "127.0.0.1:0".parse().unwrap();
    let mut listeners = Listeners::bind(&[address], true).unwrap();
    let mut client = Client::connect(addresses(&listeners)[0]).unwrap();
    listeners.mark_all_acceptable();
    assert!(!listeners.has_waiting_client());
    listeners.refuse_handshakes();
    client.write_all(b"GET").unwrap();
    listeners.mark_all_acceptable();
    assert!(listeners.has_waiting_client());
    assert!(matches!(listeners.accept(), Accepted::Client(..)));
}
