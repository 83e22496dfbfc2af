use std::net::TcpStream as Client;

use super::*;

fn bound(addresses: &[&str]) -> Listeners {
    let addresses: Vec<SocketAddr> = addresses
        .iter()
        .map(|address| address.parse().unwrap())
        .collect();
    Listeners::bind(&addresses, false).unwrap()
}

#[test]
fn listeners_alternate_until_no_client_waits() {
    let mut listeners = bound(&["127.0.0.1:0", "127.0.0.1:0"]);
    let addresses = listeners.addresses().unwrap();
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
    let _client = Client::connect(listeners.addresses().unwrap()[0]).unwrap();
    listeners.mark_acceptable(0);
    assert!(listeners.has_waiting_client());
}

#[test]
fn an_address_in_use_is_an_error_with_its_cure() {
    let first = bound(&["127.0.0.1:0"]);
    let addresses = first.addresses().unwrap();
    let error = Listeners::bind(&addresses, false).unwrap_err().to_string();
    assert!(error.contains(&addresses[0].to_string()), "{error}");
    assert!(error.contains("choose another port"), "{error}");
}

#[test]
fn both_families_can_listen_on_one_port() {
    let first = bound(&["0.0.0.0:0"]);
    let port = first.addresses().unwrap()[0].port();
    drop(first);
    let both = bound(&[&format!("0.0.0.0:{port}"), &format!("[::]:{port}")]);
    assert_eq!(both.len(), 2);
}
