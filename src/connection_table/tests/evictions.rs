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
    assert_eq!(rig.table.evict_oldest(), false);
    let second = rig.arrive_idle();
    let first = rig.arrive_idle();
    // A new answer makes it young again.
    rig.at(100);
    rig.send(&second, GET_SMALL);
    for now in [100, 400, 499] {
        rig.at(now);
        assert_eq!(rig.table.evict_oldest(), false, "at {now}");
    }
    rig.at(500);
    assert_eq!(rig.table.evict_oldest(), true);
    rig.check();
    assert!(!rig.is_open(&first) && rig.is_open(&second));
    assert_eq!(rig.table.evict_oldest(), false);
    rig.at(600);
    assert_eq!(rig.table.evict_oldest(), true);
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
        while rig.table.evict_oldest() == false {
            age += 1;
            rig.at(start + age);
        }
        assert!((500..600).contains(&age), "{age} ms old");
    }
}

/// Those between requests go first, then those who have never sent a byte, then those who have had
/// their last answer; the others never, however old.
#[test]
fn who_goes_first_and_who_stays() {
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
    assert_eq!(rig.table.evict_oldest(), false);
    rig.at(700);
    for next in [&idle, &silent[0], &silent[1], &closing] {
        assert!(rig.is_open(next));
        assert_eq!(rig.table.evict_oldest(), true);
        rig.check();
        assert!(!rig.is_open(next));
    }
    rig.at(9_000);
    assert_eq!(rig.table.evict_oldest(), false);
    for client in [&partial, &busy, &begun] {
        assert!(rig.is_open(client));
    }
    rig.assert_closed("evicted 4");
}
