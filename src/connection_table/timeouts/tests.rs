//! Deadlines against a plain model.

use super::*;

const MS: Duration = Duration::from_millis(1);

fn duration_of(deadline: Deadline) -> Duration {
    match deadline {
        Deadline::FirstByte => 500 * MS,
        Deadline::Head => 300 * MS,
        Deadline::Stall => 900 * MS,
        Deadline::Idle => 10_000 * MS,
        Deadline::Closing => 2_000 * MS,
    }
}

#[test]
fn never_early_and_less_than_a_tick_late() {
    for start in [0, 1, 50, 99, 100, 101, 12_345] {
        let mut timeouts = Timeouts::new(duration_of);
        timeouts.set(0, Deadline::Head, start * MS);
        let exact = start * MS + 300 * MS;
        let due = timeouts.next_timeout().unwrap();
        assert!(due >= exact && due < exact + TICK, "start {start}");
        assert_eq!(
            timeouts.first_expired(due.saturating_sub(MS)),
            None,
            "start {start}"
        );
        assert_eq!(
            timeouts.first_expired(due),
            Some((0, Deadline::Head)),
            "start {start}"
        );
    }
}

#[test]
fn a_slot_has_one_deadline() {
    let mut timeouts = Timeouts::new(duration_of);
    timeouts.set(3, Deadline::Head, MS);
    timeouts.set(3, Deadline::Idle, MS);
    assert_eq!(timeouts.deadline_of(3), Some(Deadline::Idle));
    assert_eq!(timeouts.count(Deadline::Head), 0);
    assert_eq!(timeouts.count(Deadline::Idle), 1);
    timeouts.remove(3);
    timeouts.remove(3);
    timeouts.remove(77);
    assert_eq!(timeouts.deadline_of(3), None);
    assert_eq!(timeouts.next_timeout(), None);
}

#[test]
fn the_oldest_entered_first() {
    let mut timeouts = Timeouts::new(duration_of);
    assert_eq!(timeouts.oldest(Deadline::Idle, |_| true), None);
    timeouts.set(7, Deadline::Idle, 500 * MS);
    timeouts.set(2, Deadline::Idle, 700 * MS);
    assert_eq!(
        timeouts.oldest(Deadline::Idle, |_| true),
        Some((7, 500 * MS))
    );
    timeouts.set(7, Deadline::Idle, 900 * MS);
    assert_eq!(
        timeouts.oldest(Deadline::Idle, |_| true),
        Some((2, 700 * MS))
    );
}

/// The plain model: a list of (slot, deadline, due), searched from end to end.
#[derive(Default)]
struct Model(Vec<(u32, Deadline, Duration)>);

impl Model {
    fn set(&mut self, slot: u32, deadline: Deadline, now: Duration) {
        self.remove(slot);
        self.0.push((slot, deadline, now + duration_of(deadline)));
    }

    fn remove(&mut self, slot: u32) {
        self.0.retain(|entry| entry.0 != slot);
    }

    fn passed(&self, now: Duration) -> Vec<u32> {
        let begun = TICK * u32::try_from(now.as_millis() / 100).unwrap();
        let mut slots: Vec<u32> = self
            .0
            .iter()
            .filter(|entry| entry.2 <= begun)
            .map(|entry| entry.0)
            .collect();
        slots.sort_unstable();
        slots
    }
}

/// A small generator of our own keeps the test exactly repeatable (Knuth's MMIX constants).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn it_agrees_with_a_plain_model() {
    let mut random = Random(2130);
    for _ in 0..50 {
        let mut timeouts = Timeouts::new(duration_of);
        let mut model = Model::default();
        let mut now = Duration::ZERO;
        for _ in 0..1_000 {
            let slot = u32::try_from(random.below(20)).unwrap();
            match random.below(10) {
                0..=5 => {
                    let deadline = Deadline::ALL[usize::try_from(random.below(5)).unwrap()];
                    timeouts.set(slot, deadline, now);
                    model.set(slot, deadline, now);
                }
                6 => {
                    timeouts.remove(slot);
                    model.remove(slot);
                }
                _ => now += MS * u32::try_from(random.below(700)).unwrap(),
            }
            let mut passed = Vec::new();
            while let Some((slot, deadline)) = timeouts.first_expired(now) {
                assert_eq!(timeouts.deadline_of(slot), Some(deadline));
                timeouts.remove(slot);
                passed.push(slot);
            }
            passed.sort_unstable();
            assert_eq!(passed, model.passed(now), "at {now:?}");
            for &slot in &passed {
                model.remove(slot);
            }
            let total: usize = Deadline::ALL.iter().map(|&d| timeouts.count(d)).sum();
            assert_eq!(total, model.0.len(), "at {now:?}");
        }
    }
}
