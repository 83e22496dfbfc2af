//! The same requests, cut and sent in every way, give the same answers.

use super::*;
use crate::testing::{
    BAD_PAGE, BIG, CLOSE, Incoming, MISSING_PAGE, MODIFIED, big, error_page, head, kept, ok_head,
    pattern, small,
};

/// A conversation, and what must come of it however it is cut.
struct Scene {
    input: String,
    output: Vec<u8>,
    outcomes: &'static [&'static str],
    /// "over" is closing or closed: it hangs on the cut whether there may be more input by then.
    state: &'static str,
}

fn scenes() -> Vec<Scene> {
    let since = format!("If-Modified-Since: {MODIFIED}\r\n");
    let not_modified =
        format!("ETag: \"tag-10\"\r\nLast-Modified: {MODIFIED}\r\nCache-Control: no-cache\r\n");
    vec![
        Scene {
            input: GET_SMALL.to_owned(),
            output: small(&kept(997)),
            outcomes: &[GET_SMALL_ROW],
            state: "idle",
        },
        Scene {
            input: format!("{GET_SMALL}{GET_BIG}"),
            output: [small(&kept(997)), big(&kept(996))].concat(),
            outcomes: &[GET_SMALL_ROW, GET_BIG_ROW],
            state: "idle",
        },
        Scene {
            // The small one waits with the large one's exchange.
            input: format!("{GET_BIG}{LAST_SMALL}"),
            output: [big(&kept(997)), small(CLOSE)].concat(),
            outcomes: &[GET_BIG_ROW, GET_SMALL_ROW],
            state: "over",
        },
        Scene {
            // Not a byte is parsed after a reject.
            input: format!("{UNSOUND}{GET_SMALL}"),
            output: error_page("400 Bad Request", CLOSE, BAD_PAGE),
            outcomes: &[UNSOUND_ROW],
            state: "closing",
        },
        Scene {
            // A method that is not ours breaks no frame.
            input: format!("POST /small.txt HTTP/1.1\r\nHost: h\r\n\r\n{GET_SMALL}"),
            output: [
                error_page("400 Bad Request", &kept(997), BAD_PAGE),
                small(&kept(996)),
            ]
            .concat(),
            outcomes: &["POST /small.txt 400.html 400 10 complete", GET_SMALL_ROW],
            state: "idle",
        },
        Scene {
            input: "\r\n\r\nHEAD /big.bin HTTP/1.1\r\nHost: h\r\n\r\n\
                    GET /none HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
                .to_owned(),
            output: [
                ok_head("application/octet-stream", &kept(997), BIG),
                error_page("404 Not Found", &kept(996), MISSING_PAGE),
            ]
            .concat(),
            outcomes: &[
                "HEAD /big.bin big.bin 200 0 complete",
                "GET /none 404.html 404 11 complete",
            ],
            state: "idle",
        },
        Scene {
            input: format!(
                "GET /small.txt HTTP/1.1\r\nHost: h\r\n{since}\r\n\
                 GET /empty.txt HTTP/1.0\r\n\r\n{GET_BIG}"
            ),
            output: [
                head("304 Not Modified", &kept(997), &not_modified),
                ok_head("text/plain; charset=utf-8", CLOSE, 0),
            ]
            .concat(),
            outcomes: &[
                "GET /small.txt small.txt 304 0 complete",
                "GET /empty.txt empty.txt 200 0 complete",
            ],
            state: "over",
        },
    ]
}

impl Scene {
    /// Plays it with this script of input, and room for `step` bytes at a time.
    fn play(&self, script: impl IntoIterator<Item = Incoming>, step: usize, context: &str) {
        let mut rig = Rig::new();
        rig.wire.borrow_mut().script(script);
        rig.run(step);
        assert_same(&rig.take_output(), &self.output, context);
        assert_eq!(rig.take_outcomes(), self.outcomes, "{context}");
        let state = rig.state();
        let is_over = matches!(state, "closing" | "closed") && self.state == "over";
        assert!(is_over || state == self.state, "{state}, {context}");
        let shutdowns = usize::from(state == "closing");
        assert_eq!(rig.wire.borrow().shutdowns, shutdowns, "{context}");
    }

    fn pieces(&self, length: usize) -> impl Iterator<Item = Incoming> {
        self.input.as_bytes().chunks(length).flat_map(|piece| {
            let bytes = Incoming::Bytes(piece.to_vec());
            [bytes, Incoming::WouldBlock]
        })
    }
}

#[test]
fn input_at_once_and_cut_at_every_position() {
    for (number, scene) in scenes().iter().enumerate() {
        scene.play(
            scene.pieces(usize::MAX),
            usize::MAX,
            &format!("{number} at once"),
        );
        for at in 1..scene.input.len() {
            let (before, after) = scene.input.as_bytes().split_at(at);
            let script = [
                Incoming::Bytes(before.to_vec()),
                Incoming::WouldBlock,
                Incoming::Bytes(after.to_vec()),
            ];
            scene.play(script, usize::MAX, &format!("{number} cut at {at}"));
        }
    }
}

#[test]
fn input_in_pieces_of_every_length() {
    for (number, scene) in scenes().iter().enumerate() {
        for length in 1..scene.input.len() {
            let context = format!("{number} in pieces of {length}");
            scene.play(scene.pieces(length), usize::MAX, &context);
        }
    }
}

#[test]
fn every_short_write_of_what_is_in_memory() {
    for (number, scene) in scenes().iter().enumerate() {
        // Those without a large file are shorter than that: they meet every size.
        for step in 1..=scene.output.len().min(700) {
            let context = format!("{number} in writes of {step}");
            scene.play(scene.pieces(usize::MAX), step, &context);
        }
    }
}

#[test]
fn short_writes_of_a_file() {
    let scene = Scene {
        input: format!("{GET_BIG}{GET_BIG}"),
        output: [big(&kept(997)), big(&kept(996))].concat(),
        outcomes: &[GET_BIG_ROW, GET_BIG_ROW],
        state: "idle",
    };
    let head = scene.output.len() / 2 - BIG;
    let steps = [
        1,
        2,
        7,
        head - 1,
        head,
        head + 1,
        1_000,
        8_192,
        BIG - 1,
        BIG,
        BIG + 1,
        head + BIG - 1,
        head + BIG,
        head + BIG + 1,
    ];
    for step in steps {
        let context = format!("in writes of {step}");
        scene.play(scene.pieces(usize::MAX), step, &context);
        scene.play(
            scene.pieces(5),
            step,
            &format!("{context}, input in pieces"),
        );
    }
}

/// The head came in this turn and the answer is under way in it: nothing is left behind once it
/// has gone, however it went.
#[test]
fn idle_keeps_nothing() {
    for request in [GET_SMALL, GET_BIG] {
        for step in [1, 50, 500, usize::MAX] {
            for length in [1, 10, 1_000] {
                let mut rig = Rig::new();
                for piece in request.as_bytes().chunks(length) {
                    rig.feed(piece);
                }
                rig.run(step);
                // `Idle` carries no data, so it owns nothing by its type.
                assert!(matches!(rig.connection.state, State::Idle));
                let kept_file = Rc::strong_count(&rig.context.documents.file("big.bin"));
                assert_eq!(kept_file, 2, "the documents' and ours");
            }
        }
    }
}

#[test]
fn a_row_tells_the_whole_story() {
    let mut rig = Rig::new();
    rig.context.clock.set(moment(1_234));
    rig.wire.borrow_mut().room = 300;
    rig.feed(GET_BIG);
    rig.context.clock.set(moment(3_456));
    rig.give_room(usize::MAX);
    let rows = crate::testing::take_rows(&mut rig.context);
    let expected = [
        "1994-11-06T08:49:37.000Z",
        "1994-11-06T08:49:38.234Z",
        "127.0.0.1",
        "40000",
        "GET",
        "/big.bin",
        "big.bin",
        "200",
        "20000",
        "2222000",
        "complete",
    ];
    assert_eq!(rows, [expected.to_vec()]);
    assert_eq!(rig.context.lines.as_bytes(), b"GET /big.bin 200\n");
    let output = rig.take_output();
    assert_same(&output[output.len() - BIG..], &pattern(BIG), "the body");
}
