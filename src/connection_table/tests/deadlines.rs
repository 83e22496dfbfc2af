//! Deadlines, with time handed in.

use super::*;
use crate::testing::{BIG, kept, ok_head};

/// Moves the clock in steps, and says at which millisecond the client's connection ended.
fn ends_at(rig: &mut Rig, client: &Client, until: u64) -> Option<u64> {
    while rig.now < until {
        rig.at(rig.now + 10);
        rig.handle_timeouts(&[]);
        if !rig.is_open(client) {
            return Some(rig.now);
        }
    }
    None
}

/// Silence and blank lines end ten seconds after the accept, a dripped head ten seconds after its
/// first byte; less than a tick later.
#[test]
fn a_first_head_has_ten_seconds() {
    for accepted in [0, 1, 50, 99, 100] {
        // What is dripped, a byte every second, and the statuses that come of it.
        let table: [(&str, &[u16]); 4] = [
            ("", &[]),
            ("\r\n", &[]),
            ("GET /small.txt", &[400]),
            ("\r\nGET /small.txt HTTP/1.1\r\nX: y", &[400]),
        ];
        for (drip, statuses) in table {
            let context = format!("{drip:?} from {accepted}");
            let mut rig = Rig::new();
            rig.at(accepted);
            let client = rig.arrive();
            // The second in which the head's first byte comes.
            let first = drip.bytes().position(|byte| !byte.is_ascii_control());
            let first = first.map(|position| position as u64 + 1);
            let mut deadline = Deadline::FirstByte;
            let begun = accepted + 1_000 * first.unwrap_or(0);
            let mut bytes = drip.bytes();
            for second in 1..10 {
                rig.at(accepted + 1_000 * second);
                rig.handle_timeouts(&[]);
                if let Some(byte) = bytes.next() {
                    rig.send(&client, [byte]);
                }
                if first == Some(second) {
                    deadline = Deadline::Head;
                }
                assert_eq!(rig.deadline_of(&client), Some(deadline), "{context}");
            }
            rig.at(begun + 9_999);
            rig.handle_timeouts(&[]);
            assert_eq!(rig.deadline_of(&client), Some(deadline), "{context}");
            let due = (begun + 10_000).next_multiple_of(100);
            assert_eq!(rig.table.next_timeout(), Some(Duration::from_millis(due)));
            rig.at(due);
            rig.handle_timeouts(&[&client]);
            rig.run_ready();
            assert_eq!(statuses_of(&client), statuses, "{context}");
            if !statuses.is_empty() {
                // The peer has five seconds to read it.
                let until = due + 6_000;
                assert_eq!(rig.deadline_of(&client), Some(Deadline::Closing));
                assert_eq!(ends_at(&mut rig, &client, until), Some(due + 5_000));
            }
            rig.assert_closed("head-deadline 1");
            assert_eq!(rig.take_outcomes().len(), statuses.len(), "{context}");
        }
    }
}

fn statuses_of(client: &Client) -> Vec<u16> {
    let output = client.wire.borrow().output.clone();
    responses(&output).iter().map(|one| one.status).collect()
}

#[test]
fn a_later_head_has_ten_seconds_from_its_first_byte() {
    let mut rig = Rig::new();
    let client = rig.arrive();
    rig.at(3_000);
    rig.send(&client, GET_SMALL);
    rig.at(8_000);
    rig.send(&client, "G");
    rig.at(17_900);
    rig.send(&client, "E");
    rig.at(17_999);
    rig.handle_timeouts(&[]);
    assert_eq!(rig.deadline_of(&client), Some(Deadline::Head));
    rig.at(18_000);
    rig.handle_timeouts(&[&client]);
    assert_eq!(rig.deadline_of(&client), Some(Deadline::Closing));
    assert_eq!(statuses_of(&client), [200, 400]);
}

/// The promise is kept, and little more is given.
#[test]
fn idle_ends_after_the_promise_and_within_half_a_second_of_it() {
    for keep_alive in [1_000, 2_500, 10_000] {
        for lifecycle in (0..100).step_by(7) {
            let mut rig = Rig::with(Limits {
                keep_alive: Duration::from_millis(keep_alive),
                ..Limits::default()
            });
            rig.at(5_000);
            let client = rig.arrive_idle();
            // A second request: the time counts from the last answer.
            rig.at(5_500 + lifecycle);
            rig.send(&client, GET_SMALL);
            let promised = 5_500 + lifecycle + keep_alive;
            client.wire.borrow_mut().tell(BOTH);
            let ended = ends_at(&mut rig, &client, promised + 1_000).unwrap();
            let late = ended - promised;
            assert!((300..=500).contains(&late), "{late} ms after the promise");
            rig.assert_closed("idle-deadline 1");
        }
    }
}

/// A request that is in the socket when the time is up is served, and the time begins again.
#[test]
fn idle_is_read_once_more() {
    let mut rig = Rig::new();
    let client = rig.arrive_idle();
    client.wire.borrow_mut().arrive(GET_SMALL.as_bytes());
    rig.at(10_400);
    rig.handle_timeouts(&[&client]);
    assert_eq!(responses(&client.wire.borrow().output).len(), 1);
    assert_eq!(rig.deadline_of(&client), Some(Deadline::Idle));
    rig.at(20_600);
    rig.handle_timeouts(&[&client]);
    assert!(rig.is_open(&client));
    rig.at(20_700);
    rig.handle_timeouts(&[&client]);
    rig.assert_closed("idle-deadline 1");
}

#[test]
fn a_stall_ends_after_thirty_seconds_without_progress() {
    let mut rig = Rig::new();
    let client = rig.arrive_busy();
    // Progress, however little, is life.
    for _ in 0..5 {
        rig.at(rig.now + 29_999);
        rig.handle_timeouts(&[]);
        rig.give_room(&client, 100);
        assert_eq!(rig.deadline_of(&client), Some(Deadline::Stall));
    }
    // An event without room is none.
    let stalled = rig.now;
    rig.at(stalled + 20_000);
    rig.give_room(&client, 0);
    // Room that no event tells of is found when the time is up.
    client.wire.borrow_mut().room = 100;
    let due = (stalled + 30_000).next_multiple_of(100);
    rig.at(due - 1);
    rig.handle_timeouts(&[]);
    assert!(rig.is_open(&client));
    rig.at(due);
    rig.handle_timeouts(&[&client]);
    assert_eq!(rig.deadline_of(&client), Some(Deadline::Stall));
    let sent = client.wire.borrow().output.len();
    assert_eq!(sent, 1_600);
    rig.at(due + 29_999);
    rig.handle_timeouts(&[]);
    assert!(rig.is_open(&client));
    rig.at(due + 30_000);
    rig.handle_timeouts(&[&client]);
    assert!(!rig.is_open(&client));
    rig.assert_closed("stall-deadline 1");
    let head = ok_head("application/octet-stream", &kept(997), BIG).len();
    let row = format!("GET /big.bin big.bin 200 {} stall-deadline", sent - head);
    assert_eq!(rig.take_outcomes(), [row]);
}

/// Input keeps a lingering close open for 30 seconds in all, silence for 5.
#[test]
fn a_lingering_close_is_bounded_by_time() {
    for (input, expected) in [(0, 5_100), (100, 15_000), (1_000, 30_000)] {
        let mut rig = Rig::new();
        rig.at(40);
        let client = rig.arrive();
        rig.send(&client, LAST_AND_MORE);
        let mut ended = None;
        for step in 1..=400 {
            rig.at(40 + 100 * step);
            rig.handle_timeouts(&[]);
            if !rig.is_open(&client) {
                ended = Some(rig.now);
                break;
            }
            if step < input {
                rig.send(&client, "more");
            }
            assert_eq!(rig.deadline_of(&client), Some(Deadline::Closing));
        }
        // Looked at 40 ms after each tick.
        assert_eq!(ended, Some(expected + 40), "{input} times more");
        rig.assert_closed("close-asked 1");
        assert_eq!(rig.take_outcomes(), [GET_SMALL_ROW]);
    }
}

/// The wall clock may jump: deadlines do not move.
#[test]
fn a_jump_of_the_wall_clock_moves_no_deadline() {
    let day = Duration::from_secs(86_400);
    for (forwards, date) in [(true, "Mon, 07 Nov 1994"), (false, "Sat, 05 Nov 1994")] {
        let mut rig = Rig::new();
        let client = rig.arrive_idle();
        let mut now = moment(1_000);
        now.wall = if forwards {
            now.wall + day
        } else {
            now.wall - day
        };
        rig.table.context_mut().clock.set(now);
        rig.handle_timeouts(&[]);
        assert!(rig.is_open(&client));
        rig.send(&client, GET_SMALL);
        let output = String::from_utf8(client.wire.borrow().output.clone()).unwrap();
        let line = output.lines().find(|line| line.starts_with("Date: "));
        assert_eq!(line, Some(format!("Date: {date} 08:49:38 GMT").as_str()));
        let due = Duration::from_millis(1_000 + 10_300);
        assert_eq!(rig.table.next_timeout(), Some(due));
    }
}

/// Many deadlines at one moment are dealt with over several turns.
#[test]
fn expiries_are_bounded_in_a_turn() {
    let mut rig = Rig::new();
    for _ in 0..2_500 {
        let wire = Wire::new();
        wire.borrow_mut().tell(READABLE);
        rig.table.insert(Scripted(wire), peer());
    }
    rig.at(10_000);
    for left in [2_500 - 1_024, 2_500 - 2_048, 0] {
        // There is something to do now, not later.
        let due = rig.table.next_timeout().unwrap();
        assert!(due <= Duration::from_secs(10));
        rig.handle_timeouts(&[]);
        assert_eq!(rig.table.len(), left);
    }
    assert_eq!(rig.table.next_timeout(), None);
    rig.assert_closed("head-deadline 2500");
}
