//! How connections end, and how long they live.

use std::io::Write;

use crate::misbehaving::{promise, read_request, reset, server, unused_port};
use crate::runner::run;
use crate::support::Site;

#[test]
fn idle_clients_survive_the_hold() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    let result = run(
        server.address,
        "-c 300 --hold 1s --probe 10% --expect survive@900ms==100% --expect lost==0 \
         --expect bytes-per-connection<=10000",
    );
    result.adds_up(300);
    assert_eq!(result.ended("alive"), 300);
    assert_eq!(result.count("connections/established"), 300);
    assert_eq!(result.count("connections/closed_early"), 0);
    assert_eq!(result.count("requests/answered"), 330);
    assert_eq!(result.count("probes/answered"), 30);
    assert_eq!(result.count("answers/2xx"), 330);
    assert_eq!(result.report["finish"], "held");
    assert_eq!(
        result.report["server_memory"]["processes"][0],
        server.process().as_raw_nonzero().get()
    );
    assert_eq!(result.count("server_memory/before/connections"), 1);
    assert_eq!(result.count("server_memory/after/connections"), 300);
    assert_eq!(result.status, 0, "{}", result.text);
}

#[test]
fn connections_that_outlast_a_short_keep_alive_are_closed() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "1"]);
    let result = run(
        server.address,
        "-c 100 --hold 1m --probe 0% --expect survive@900ms==100% --expect survive@15s==0% \
         --expect closed==100 --expect closed-early==0",
    );
    result.adds_up(100);
    assert_eq!(result.ended("closed"), 100);
    // The run ends at once when no connection is left.
    assert_eq!(result.report["finish"], "nobody-left");
    assert_eq!(result.status, 0, "{}", result.text);
}

#[test]
fn connections_are_refused_where_no_server_listens() {
    let result = run(unused_port(), "-c 20 --hold 1m --expect refused==20");
    result.adds_up(20);
    assert_eq!(result.ended("refused"), 20);
    assert_eq!(result.count("connections/established"), 0);
    assert!(result.report["server_memory"].is_null());
    assert!(
        result.text.contains("Connection refused"),
        "{}",
        result.text
    );
    assert_eq!(result.status, 0, "{}", result.text);
}

#[test]
fn connections_that_the_server_resets_are_counted_as_reset() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        reset(stream);
    });
    let result = run(address, "-c 10 --hold 1m");
    result.adds_up(10);
    assert_eq!(result.ended("reset"), 10);
    assert_eq!(result.count("requests/lost"), 10);
}

#[test]
fn answers_that_are_no_http_are_garbled() {
    let address = server(|mut stream| {
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap();
        read_request(&mut stream);
    });
    let result = run(address, "-c 3 --hold 1m");
    result.adds_up(3);
    assert_eq!(result.ended("garbled"), 3);
}

#[test]
fn a_connection_closed_within_its_promised_idle_time_is_counted() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        promise(&mut stream, 100);
    });
    let result = run(address, "-c 10 --hold 1m --expect closed-early==0");
    result.adds_up(10);
    assert_eq!(result.ended("closed"), 10);
    assert_eq!(result.count("connections/closed_early"), 10);
    assert_eq!(result.status, 1);
}

#[test]
fn a_client_sends_no_request_after_connection_close() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        // It waits for the client, which waits for it: until the hold is over.
        read_request(&mut stream);
    });
    let result = run(address, "-c 4 --mix periodic --period 20ms --hold 500ms");
    result.adds_up(4);
    assert_eq!(result.count("requests/asked"), 4);
    assert_eq!(result.ended("alive"), 4);
}
