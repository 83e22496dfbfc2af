//! Thousands of events in an order that nobody thought of, the same each time.

use std::io::ErrorKind;

use super::*;
use crate::testing::BIG;

/// A small generator of numbers that look random (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// What clients send: whole, in pieces, pipelined, bad.
const INPUTS: [&str; 10] = [
    GET_SMALL,
    GET_BIG,
    LAST_SMALL,
    LAST_AND_MORE,
    "GET /small.txt HT",
    "TP/1.1\r\nHost: h\r\n\r\n",
    "\r\n",
    "GET /none HTTP/1.1\r\nHost: h\r\n\r\nGET /big.bin HTTP/1.1\r\nHost: h\r\n\r\nGE",
    "T / HTTP/1.0\r\n\r\n",
    "nonsense\r\n\r\n",
];

fn something_happens(rig: &mut Rig, clients: &mut Vec<Client>, dice: &mut Dice) {
    // Mostly those that are there, and some that are gone: events for them come late.
    let recent = clients.len().min(20);
    let chosen = clients.len() - recent + dice.roll(recent.max(1));
    match (dice.roll(16), clients.get(chosen)) {
        (0..=1, _) | (_, None) if rig.table.has_room() => {
            let client = rig.arrive();
            client.wire.borrow_mut().room = [0, 100, 5_000, usize::MAX][dice.roll(4)];
            clients.push(client);
        }
        (2..=6, Some(client)) => {
            let times = [1, 1, 1, 3, 40][dice.roll(5)];
            let input = INPUTS[dice.roll(INPUTS.len())].repeat(times);
            rig.send(client, input);
        }
        (7..=9, Some(client)) => rig.give_room(client, [0, 1, 700, 30_000][dice.roll(4)]),
        (10, Some(client)) if dice.roll(3) == 0 => rig.end(client),
        (11, Some(client)) if dice.roll(3) == 0 => {
            let calls = client.wire.borrow().calls();
            client.wire.borrow_mut().fault = Some((calls, || ErrorKind::ConnectionReset.into()));
            rig.event(client, READABLE);
        }
        (12, _) => rig.run_ready(),
        (13, _) => {
            let wait = [1, 30, 400, 3_000, 11_000][dice.roll(5)];
            rig.at(rig.now + wait);
            let everyone: Vec<&Client> = clients.iter().collect();
            rig.handle_timeouts(&everyone);
        }
        (14, _) => {
            rig.table.context_mut().documents.out_of_descriptors = [0, 1, 1, 30][dice.roll(4)];
        }
        (15, _) if dice.roll(4) == 0 => {
            // A file shrinks, and is then written again.
            let documents = &mut rig.table.context_mut().documents;
            documents.file("big.bin").borrow_mut().truncate(4_000);
            documents.add("big.bin", pattern(BIG));
        }
        _ if dice.roll(4) == 0 => {
            rig.table.evict_oldest();
            rig.check();
        }
        _ => {}
    }
}

/// [`Rig::check`] holds after each; and whatever was begun has a row in the end.
#[test]
fn the_invariants_hold_whatever_happens() {
    let mut seen = CloseCounts::default();
    for seed in 1..=30 {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        let mut rig = Rig::with(Limits {
            max_connections: 12,
            max_descriptors: 14,
            keep_alive_requests: std::num::NonZeroU32::new(20),
            buffers: if seed % 3 == 0 { 2_000 } else { 1_000_000 },
            ..Limits::default()
        });
        let mut clients = Vec::new();
        for _ in 0..2_000 {
            something_happens(&mut rig, &mut clients, &mut dice);
        }
        if seed % 2 == 0 {
            let everyone: Vec<&Client> = clients.iter().collect();
            rig.stop(&everyone);
        }
        rig.table.close_all();
        rig.check();
        assert!(rig.table.is_empty());
        let rows = rig.take_outcomes().len();
        assert_eq!(rows as u64, rig.table.context().log.recorded());
        assert_eq!(rows, rig.lines, "one row for each response, seed {seed}");
        for cause in CloseReason::ALL {
            for _ in 0..rig.table.closed().count(cause) {
                seen.add(cause);
            }
        }
    }
    // A test that meets too little proves too little.
    for cause in CloseReason::ALL {
        assert!(seen.count(cause) > 0, "{cause:?} among {seen}");
    }
}
