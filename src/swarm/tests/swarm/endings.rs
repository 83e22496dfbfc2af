//! How connections end, and how long they live.

use std::io::Write;

use crate::misbehaving::{nobody, promise, read_request, reset, server};
use crate::runner::run;
use crate::support::Site;

#[test]
fn idle_clients_survive() {
    let site = Site::new();
    let server = site.start(&["--quiet"]);
    let outcome = run(
        server.address,
        "-c 300 --hold 1s --probe 10% --expect survive@900ms==100% --expect lost==0 \
         --expect bytes-per-connection<=10000",
    );
    outcome.adds_up(300);
    assert_eq!(outcome.ended("alive"), 300);
    assert_eq!(outcome.count("connections/established"), 300);
    assert_eq!(outcome.count("connections/closed_early"), 0);
    assert_eq!(outcome.count("requests/answered"), 330);
    assert_eq!(outcome.count("probes/answered"), 30);
    assert_eq!(outcome.count("answers/2xx"), 330);
    assert_eq!(outcome.report["finish"], "held");
    assert_eq!(
        outcome.report["server_memory"]["processes"][0],
        server.process().as_raw_nonzero().get()
    );
    assert_eq!(outcome.count("server_memory/before/connections"), 1);
    assert_eq!(outcome.count("server_memory/after/connections"), 300);
    assert_eq!(outcome.status, 0, "{}", outcome.text);
}

#[test]
fn a_short_keep_alive_shows_as_their_end() {
    let site = Site::new();
    let server = site.start(&["--quiet", "--keep-alive", "1"]);
    let outcome = run(
        server.address,
        "-c 100 --hold 1m --probe 0% --expect survive@900ms==100% --expect survive@15s==0% \
         --expect closed==100 --expect closed-early==0",
    );
    outcome.adds_up(100);
    assert_eq!(outcome.ended("closed"), 100);
    // Nobody holds on for a minute to what is gone.
    assert_eq!(outcome.report["finish"], "nobody-left");
    assert_eq!(outcome.status, 0, "{}", outcome.text);
}

#[test]
fn nobody_listens() {
    let outcome = run(nobody(), "-c 20 --hold 1m --expect refused==20");
    outcome.adds_up(20);
    assert_eq!(outcome.ended("refused"), 20);
    assert_eq!(outcome.count("connections/established"), 0);
    assert!(outcome.report["server_memory"].is_null());
    assert!(
        outcome.text.contains("Connection refused"),
        "{}",
        outcome.text
    );
    assert_eq!(outcome.status, 0, "{}", outcome.text);
}

#[test]
fn the_server_breaks_them_off() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        reset(stream);
    });
    let outcome = run(address, "-c 10 --hold 1m");
    outcome.adds_up(10);
    assert_eq!(outcome.ended("reset"), 10);
    assert_eq!(outcome.count("requests/lost"), 10);
}

#[test]
fn what_answers_is_no_web_server() {
    let address = server(|mut stream| {
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap();
        read_request(&mut stream);
    });
    let outcome = run(address, "-c 3 --hold 1m");
    outcome.adds_up(3);
    assert_eq!(outcome.ended("garbled"), 3);
}

#[test]
fn a_promise_that_is_broken_is_counted() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        promise(&mut stream, 100);
    });
    let outcome = run(address, "-c 10 --hold 1m --expect closed-early==0");
    outcome.adds_up(10);
    assert_eq!(outcome.ended("closed"), 10);
    assert_eq!(outcome.count("connections/closed_early"), 10);
    assert_eq!(outcome.status, 1);
}

#[test]
fn who_is_told_that_it_was_the_last_answer_asks_no_more() {
    let address = server(|mut stream| {
        read_request(&mut stream);
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        // It waits for the client, which waits for it: until the hold is over.
        read_request(&mut stream);
    });
    let outcome = run(address, "-c 4 --mix periodic --period 20ms --hold 500ms");
    outcome.adds_up(4);
    assert_eq!(outcome.count("requests/asked"), 4);
    assert_eq!(outcome.ended("alive"), 4);
}
