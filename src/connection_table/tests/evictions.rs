//! Who goes when there is no room, and who never does.

use super::*;

#[test]
fn the_bound_on_connections() {
    let mut rig = Rig::with(Limits {
        max_connections: 2,
        ..Limits::default()
    });
    assert!(rig.table.has_room());
    let first = rig.arrive();
    assert!(rig.table.has_room());
    rig.arrive();
    assert!(!rig.table.has_room());
    rig.end(&first);
    assert!(rig.table.has_room());
}

/// Connections and the files that are sent on them share a bound as well.
#[test]
fn the_bound_on_descriptors() {
    let mut rig = Rig::with(Limits {
        max_descriptors: 3,
        ..Limits::default()
    });
    let busy = rig.arrive_busy();
    assert!(rig.table.has_room());
    rig.arrive();
    assert!(!rig.table.has_room());
    // The answer ends, and with it the need for its file.
    rig.give_room(&busy, usize::MAX);
    assert!(rig.table.has_room());
    rig.arrive();
    assert!(!rig.table.has_room());
    rig.end(&busy);
    assert!(rig.table.has_room());
    // A connection that ends in the middle of an answer gives both.
    let broken = rig.arrive_busy();
    assert_eq!(rig.table.context().descriptors.files(), 1);
    broken.wire.borrow_mut().breaks_at = Some((1_000, std::io::ErrorKind::BrokenPipe));
    rig.give_room(&broken, usize::MAX);
    assert_eq!(rig.table.context().descriptors.files(), 0);
    assert!(rig.table.has_room());
}

/// The oldest idle connection goes, if it has been idle for half a second at least.
#[test]
fn the_oldest_idle_connection_makes_room() {
    let mut rig = Rig::new();
    assert!(!rig.table.evict_oldest());
    let second = rig.arrive_idle();
    let first = rig.arrive_idle();
    // A new answer makes it young again.
    rig.at(100);
    rig.send(&second, GET_SMALL);
    for now in [100, 400, 499] {
        rig.at(now);
        assert!(!rig.table.evict_oldest(), "at {now}");
    }
    rig.at(500);
    assert!(rig.table.evict_oldest());
    rig.check();
    assert!(!rig.is_open(&first) && rig.is_open(&second));
    assert!(!rig.table.evict_oldest());
    rig.at(600);
    assert!(rig.table.evict_oldest());
    rig.check();
    assert!(rig.table.is_empty());
    rig.assert_closed("evicted 2");
}

/// The age is counted in ticks, so that it may be a little more than half a second, and never
/// less.
#[test]
fn no_young_one_is_evicted_whatever_the_tick() {
    for start in (1_000..1_100).step_by(3) {
        let mut rig = Rig::new();
        rig.at(start);
        rig.arrive_idle();
        let mut age = 0;
        while !rig.table.evict_oldest() {
            age += 1;
            rig.at(start + age);
        }
        assert!((500..600).contains(&age), "{age} ms old");
    }
}

/// Lingering closes are evicted first, then connections between requests, then those that have never
/// sent a byte, then begun heads; a response that is being sent never, however old.
#[test]
fn lingering_idle_silent_and_begun_are_evicted_in_that_order() {
    let mut rig = Rig::new();
    let closing = rig.arrive();
    rig.send(&closing, LAST_AND_MORE);
    let silent = [rig.arrive(), rig.arrive()];
    let partial = rig.arrive();
    rig.send(&partial, "GET");
    let busy = rig.arrive_busy();
    let begun = rig.arrive_idle();
    rig.send(&begun, "\r\nG");
    rig.at(100);
    let idle = rig.arrive_idle();
    rig.at(400);
    assert!(!rig.table.evict_oldest());
    rig.at(700);
    for next in [&closing, &idle, &silent[0], &silent[1], &partial, &begun] {
        assert!(rig.is_open(next));
        assert!(rig.table.evict_oldest());
        rig.check();
        assert!(!rig.is_open(next));
    }
    rig.at(9_000);
    assert!(!rig.table.evict_oldest());
    assert!(rig.is_open(&busy));
    rig.assert_closed("evicted 6");
}

/// A client that goes on sending pushes the deadline of its lingering close, not its age.
#[test]
fn a_lingering_close_is_as_old_as_its_beginning() {
    let mut rig = Rig::new();
    let lingering = rig.arrive();
    rig.send(&lingering, LAST_AND_MORE);
    for now in [200, 400, 500, 599] {
        rig.at(now);
        rig.send(&lingering, "more");
        assert!(!rig.table.evict_oldest(), "at {now}");
    }
    rig.at(600);
    assert!(rig.table.evict_oldest());
    rig.assert_closed("evicted 1");
}

/// With a floor, the response that is slower than it goes when nothing else can; a faster one stays.
#[test]
fn a_response_below_the_floor_is_evicted_last() {
    for (taken, is_evicted) in [(5_000, true), (15_000, false)] {
        let mut rig = Rig::with(Limits {
            min_send_rate: std::num::NonZeroU32::new(1_000),
            ..Limits::default()
        });
        let slow = rig.arrive_busy();
        rig.at(9_900);
        rig.give_room(&slow, taken);
        let idle = rig.arrive_idle();
        rig.at(10_500);
        assert!(rig.table.evict_oldest());
        assert!(!rig.is_open(&idle));
        assert_eq!(rig.table.evict_oldest(), is_evicted, "{taken} bytes");
        assert_eq!(rig.is_open(&slow), !is_evicted);
    }
}

/// The connections together hold no more than the bound: what was not read for longest goes first.
#[test]
fn what_connections_hold_together_is_bounded() {
    let mut rig = Rig::with(Limits {
        buffers: 3_000,
        ..Limits::default()
    });
    let target = "/".repeat(600);
    let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut clients = Vec::new();
    for now in 1..=10 {
        rig.at(100 * now);
        let client = rig.arrive();
        client.wire.borrow_mut().room = 0;
        rig.send(&client, &request);
        clients.push(client);
    }
    let open: Vec<bool> = clients.iter().map(|client| rig.is_open(client)).collect();
    let kept = open.iter().filter(|open| **open).count();
    assert!((2..=4).contains(&kept), "{open:?}");
    assert!(open[10 - kept..].iter().all(|open| *open), "{open:?}");
    rig.assert_closed(&format!("buffer-limit {}", 10 - kept));
}
