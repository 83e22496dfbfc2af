//! The routes of the live view, and the form of their answers.

use serde_json::json;

use crate::viewed::{ViewedServer, without_date};

const PAGE: &str = concat!(
    include_str!("../../src/admin/page/head.html"),
    "<style>
",
    include_str!("../../src/admin/page/page.css"),
    "</style>
",
    include_str!("../../src/admin/page/body.html"),
    "<script>
",
    include_str!("../../src/admin/page/page.js"),
    "</script>
</body>
</html>
"
);

/// Everything before the body, which is the same for all answers.
fn head(status: &str, media_type: &str, length: usize) -> String {
    let fields = format!(
        "HTTP/1.1 {status}\r\nServer: millpond/{}\r\nConnection: close\r\n\
         Content-Type: {media_type}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: POLICY\r\nCross-Origin-Resource-Policy: same-origin\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n",
        env!("CARGO_PKG_VERSION")
    );
    format!("{fields}Content-Length: {length}\r\n\r\n")
}

/// Removes the hashes: a unit test checks them, and so does a browser.
fn without_hashes(answer: &str) -> String {
    let (before, rest) = answer.split_once("Content-Security-Policy: ").unwrap();
    let (policy, after) = rest.split_once("\r\n").unwrap();
    let fixed = "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                 frame-ancestors 'none'; img-src data:; style-src 'sha256-";
    assert!(policy.starts_with(fixed), "{policy}");
    format!("{before}Content-Security-Policy: POLICY\r\n{after}")
}

#[test]
fn the_page_is_served_whole_and_needs_no_other_resource() {
    let viewed = ViewedServer::start(&[]);
    let answer = without_hashes(&viewed.ask("GET", "/"));
    let head = head("200 OK", "text/html; charset=utf-8", PAGE.len());
    assert_eq!(answer, format!("{head}{PAGE}"));
    let answer = without_hashes(&viewed.ask("HEAD", "/"));
    assert_eq!(answer, head);
    // The page loads nothing from elsewhere.
    for word in ["http://", "https://", "src=", "@import", "url("] {
        assert!(
            !PAGE
                .replace("http://www.w3.org/2000/svg", "")
                .contains(word),
            "{word}"
        );
    }
}

#[test]
fn health_answers_ok() {
    let viewed = ViewedServer::start(&[]);
    let expected = head("200 OK", "text/plain; charset=utf-8", 3);
    assert_eq!(
        without_hashes(&viewed.ask("GET", "/health")),
        expected + "ok\n"
    );
}

#[test]
fn an_untouched_server_has_this_state() {
    let viewed = ViewedServer::start(&["--keep-alive-requests", "7", "--max-connections", "50"]);
    let answer = viewed.ask("GET", "/state");
    let (found, body) = answer.split_once("\r\n\r\n").unwrap();
    let expected = head("200 OK", "application/json", body.len());
    assert_eq!(without_hashes(found) + "\r\n\r\n", expected);
    let mut state: serde_json::Value = serde_json::from_str(body).unwrap();
    // These members differ from run to run.
    let server = state["server"].as_object_mut().unwrap();
    let process = server.remove("process").unwrap().as_u64().unwrap();
    assert_eq!(
        process,
        u64::from(
            viewed
                .server
                .process()
                .as_raw_nonzero()
                .get()
                .cast_unsigned()
        )
    );
    assert!(server.remove("uptime_seconds").unwrap().as_f64().unwrap() > 0.0);
    let descriptors = state["descriptors"].as_object_mut().unwrap();
    assert!(descriptors.remove("limit").unwrap().as_u64().unwrap() >= 50);
    let turns = state["loop"].as_object_mut().unwrap();
    for name in ["lag_seconds", "lag_counts"] {
        assert!(turns.remove(name).is_some(), "{name}");
    }
    let second = turns["last_second"].as_object_mut().unwrap();
    assert!(second.remove("longest_turn_seconds").is_some());
    let none = [
        ["peer", "head-deadline", "idle-deadline", "stall-deadline"],
        ["evicted", "close-asked", "request-limit", "bad-request"],
        ["file-shrank", "buffer-limit", "reset", "exhausted"],
    ]
    .concat();
    let none = [none.as_slice(), &["stopped"]].concat();
    let close_reasons: serde_json::Map<_, _> = none
        .into_iter()
        .map(|reason| (reason.to_owned(), json!(0)))
        .collect();
    let expected = json!({
        "server": {"version": env!("CARGO_PKG_VERSION"), "phase": "serving", "viewers": 0},
        "connections": {
            "reading": 0, "responding": 0, "idle": 0, "closing": 0,
            "open": 0, "accepted": 0, "accepts_failed": 0, "closed": 0
        },
        "limits": {
            "connections": 50, "keep_alive_seconds": 10.0, "keep_alive_requests": 7,
            "head_timeout_seconds": 10.0, "stall_timeout_seconds": 30.0,
            "deadline_seconds": {
                "first-byte": 10.0, "head": 10.0, "stall": 30.0, "idle": 10.3, "closing": 5.0
            }
        },
        "descriptors": {"connections": 0, "files": 0},
        "queues": {
            "ready": 0, "parked": 0,
            "deadlines": {"first-byte": 0, "head": 0, "stall": 0, "idle": 0, "closing": 0}
        },
        "close_causes": close_reasons,
        "responses": {
            "200": 0, "204": 0, "206": 0, "301": 0, "304": 0, "400": 0, "404": 0, "405": 0, "408": 0,
            "412": 0, "414": 0, "416": 0, "431": 0, "501": 0, "503": 0, "505": 0
        },
        "bytes": {"read": 0, "written": 0},
        "log_rows_lost": 0,
        "loop": {
            "turns": 0, "events": 0, "last_batch": 0,
            "last_second": {
                "turns": 0, "accepted": 0, "responses": 0, "bytes_read": 0, "bytes_written": 0
            }
        }
    });
    let floats =
        |value: &serde_json::Value| value.to_string().replace(".0,", ",").replace(".0}", "}");
    assert_eq!(floats(&state), floats(&expected));
}

#[test]
fn unknown_targets_and_methods_are_refused() {
    let viewed = ViewedServer::start(&[]);
    let text = "text/plain; charset=utf-8";
    for target in [
        "/index.html",
        "/large",
        "/metrics/",
        "//",
        "/events/",
        "/%73tate",
    ] {
        let why = "there is nothing here\n";
        let expected = head("404 Not Found", text, why.len());
        assert_eq!(
            without_hashes(&viewed.ask("GET", target)),
            expected + why,
            "{target}"
        );
    }
    for method in ["POST", "PUT", "DELETE", "get", "OPTIONS"] {
        let why = "nothing can be changed here\n";
        let expected = head("405 Method Not Allowed", text, why.len())
            .replace("Content-Length", "Allow: GET, HEAD\r\nContent-Length");
        assert_eq!(
            without_hashes(&viewed.ask(method, "/")),
            expected + why,
            "{method}"
        );
    }
}

/// A request in pieces is answered like a whole one, and malformed bytes get 400.
#[test]
fn requests_in_pieces_are_answered_and_malformed_ones_refused() {
    let viewed = ViewedServer::start(&[]);
    let mut client = crate::support::Client::connect(viewed.admin);
    for piece in
        format!("GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", viewed.admin).split_inclusive(' ')
    {
        client.send(piece);
        // Each piece is a segment of its own, and the server has read it when this call returns.
        viewed.get("/health");
    }
    let answer = String::from_utf8(client.read_to_end()).unwrap();
    assert!(answer.ends_with("\r\n\r\nok\n"), "{answer}");
    let long = format!("GET / HTTP/1.1\r\nA: {}", "a".repeat(17_000));
    let why = "this is no sound request\n";
    let expected = head("400 Bad Request", "text/plain; charset=utf-8", why.len()) + why;
    for bad in [
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET /\n\n",
        &long,
    ] {
        assert_eq!(
            without_hashes(&without_date(&viewed.raw(bad))),
            expected,
            "{bad}"
        );
    }
}
