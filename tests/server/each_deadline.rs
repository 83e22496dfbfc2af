//! Each deadline is the one that the options set, in each state, after the first request and after
//! the second, in any order of the three durations.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Answer, Client, Server, Site, eventually};

/// More than any socket's buffers hold.
const LENGTH: u64 = 64 * 1024 * 1024;

/// The server reads its clock once per turn of the loop, so it may count from a moment before the
/// test's own.
const EARLY: Duration = Duration::from_millis(100);

/// In seconds. They are far enough apart for their order to show on a busy machine, and for twice
/// the stall timeout: when it passes, the server tries one more write, which may find that the
/// client's kernel has taken some bytes since the last one. Then the stall timeout starts again.
const SETTINGS: [[f64; 3]; 3] = [[0.4, 1.2, 4.0], [1.6, 3.2, 0.4], [4.0, 0.4, 1.8]];
const OPTIONS: [&str; 3] = ["--head-timeout", "--stall-timeout", "--keep-alive"];

/// Indices into [`OPTIONS`].
const HEAD: usize = 0;
const STALL: usize = 1;
const IDLE: usize = 2;

/// Which deadline applies, how many requests precede it, and what the client sends last.
const STATES: [(usize, usize, &str); 14] = [
    (HEAD, 0, ""),
    (HEAD, 0, "\r\n"),
    (HEAD, 0, "G"),
    (HEAD, 0, "GET / HTTP/1.1\r\nHost: h\r\nX: "),
    (HEAD, 1, "G"),
    (HEAD, 1, "GET / HTTP/1.1\r\nHost: h\r\n"),
    (HEAD, 2, "G"),
    (HEAD, 2, "GET / HTTP/1.1\r\nHost: h\r\n"),
    (STALL, 0, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n"),
    (STALL, 1, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n"),
    (STALL, 2, "GET /large HTTP/1.1\r\nHost: h\r\n\r\nGET"),
    (IDLE, 1, ""),
    (IDLE, 2, ""),
    (IDLE, 5, ""),
];

#[test]
fn each_deadline_is_its_option_in_each_state_and_in_any_order() {
    thread::scope(|scope| {
        for setting in SETTINGS {
            scope.spawn(move || check_every_state(setting));
        }
    });
}

#[track_caller]
fn check_every_state(setting: [f64; 3]) {
    let site = Site::new();
    site.write_sparse("large", LENGTH);
    let seconds = setting.map(|seconds| seconds.to_string());
    let options = [0, 1, 2].map(|which| [OPTIONS[which], &seconds[which]]);
    let mut server = site.start(options.as_flattened());
    let at_rest = server.descriptors();
    let promised = setting[IDLE].floor();
    let clients = STATES.map(|(_, requests, sent)| {
        let mut client = server.connect();
        for made in 0..requests {
            let field = format!("timeout={promised}, max={}", 997 - made);
            assert_eq!(client.get("/"), Answer::index().keep_alive(&field));
        }
        client.send(sent);
        (Instant::now(), client)
    });
    let [heads, stalls, idles] = lives(&site, &mut server, at_rest, clients);
    let mut order = [(HEAD, heads), (STALL, stalls), (IDLE, idles)];
    order.sort_by(|one, other| setting[one.0].total_cmp(&setting[other.0]));
    for (which, lives) in &order {
        let bounds = [setting[*which], 2.0 * setting[*which] + 2.0];
        let [least, most] = bounds.map(Duration::from_secs_f64);
        let is_right = |life: &Duration| (least..most).contains(&(*life + EARLY));
        assert!(lives.iter().all(is_right), "{} {lives:?}", OPTIONS[*which]);
    }
    for pair in order.windows(2) {
        let [(_, shorter), (_, longer)] = pair else {
            unreachable!()
        };
        assert!(
            shorter.iter().max() < longer.iter().min(),
            "{setting:?}: {order:?}"
        );
    }
}

/// How long each client stayed connected, by deadline.
#[track_caller]
fn lives(
    site: &Site,
    server: &mut Server,
    at_rest: usize,
    clients: [(Instant, Client); STATES.len()],
) -> [Vec<Duration>; 3] {
    let mut lives = [const { Vec::new() }; 3];
    let mut stalled = Vec::new();
    let ended: Vec<(usize, Duration)> = thread::scope(|scope| {
        let mut threads = Vec::new();
        for ((which, _, sent), (since, mut client)) in STATES.into_iter().zip(clients) {
            if which == STALL {
                stalled.push(client);
                continue;
            }
            threads.push(scope.spawn(move || {
                let has_begun = !sent.trim().is_empty();
                if has_begun {
                    assert_eq!(client.answer_to("GET"), Answer::bad_request().closing());
                }
                let life = since.elapsed();
                client.expect_end();
                (which, if has_begun { life } else { since.elapsed() })
            }));
        }
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for (which, life) in ended {
        lives[which].push(life);
    }
    // Clients that do not read cannot see the end of their connection. The log shows it.
    eventually("the end of all", || {
        (server.descriptors() == at_rest).then_some(())
    });
    server.stop();
    let mut log = csv::Reader::from_path(site.log()).unwrap();
    let rows: Vec<csv::StringRecord> = log.records().map(Result::unwrap).collect();
    for client in stalled {
        let port = client.address().port().to_string();
        let row = rows
            .iter()
            .find(|row| row[3] == port && &row[5] == "/large")
            .unwrap();
        assert_eq!(&row[10], "stall-deadline");
        lives[STALL].push(Duration::from_micros(row[9].parse().unwrap()));
    }
    lives
}

#[test]
fn the_banner_names_all_timeouts() {
    let site = Site::new();
    let mut server = site.start(&[
        "--head-timeout",
        "1.5",
        "--stall-timeout",
        "0.25",
        "--keep-alive",
        "2.5",
    ]);
    let banner = server.next_diagnostic();
    let expected = "; keep-alive 2.5 s, 998 requests; heads up to 16 KiB; head timeout 1.5 s, stall timeout 0.25 s; ";
    assert!(banner.contains(expected), "{banner}");
}
