//! Deadlines in constant time, however many connections there are.
//!
//! Each kind of deadline has one fixed duration, so whoever enters its queue last leaves last:
//! a queue that only ever appends at the tail is sorted by time without sorting. Set, push back,
//! remove and expire are a few link changes each; no heap, no timer wheel, no timer per
//! connection. The links stand in one array with the same indices as the connections' slab.
//!
//! Time is counted in ticks of [`TICK`], so that deadlines that fall close together pass
//! together: a million idle connections wake the loop ten times a second at the most.

use std::time::Duration;

/// The grain of deadlines. A deadline passes at the first tick at or after its time: never
/// early, and late by less than one tick.
pub const TICK: Duration = Duration::from_millis(100);

/// No slot: the end of a queue.
const NONE: u32 = u32::MAX;

/// What a connection is waiting for at the longest. One queue each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// The first byte of the first request, counted from the accept.
    FirstByte,
    /// A whole request head, counted from its first byte.
    Head,
    /// Progress of a response.
    Stall,
    /// The next request on a kept connection.
    Idle,
    /// The peer's end of the connection after ours.
    Closing,
}

impl Deadline {
    /// Every kind, in the order of their queues.
    pub const ALL: [Self; 5] = [
        Self::FirstByte,
        Self::Head,
        Self::Stall,
        Self::Idle,
        Self::Closing,
    ];
}

/// One queue: its slots in the order of their time.
#[derive(Debug)]
struct Queue {
    duration: Duration,
    first: u32,
    last: u32,
    length: usize,
}

/// A slot's place in its queue. 16 bytes a connection.
#[derive(Clone, Copy, Debug)]
struct Link {
    previous: u32,
    next: u32,
    /// The tick at which the deadline passes.
    due: u32,
    /// `None` for a slot that has no deadline: it is in no queue.
    deadline: Option<Deadline>,
}

const UNLINKED: Link = Link {
    previous: NONE,
    next: NONE,
    due: 0,
    deadline: None,
};

/// All deadlines of all connections, at most one each.
#[derive(Debug)]
pub struct Timeouts {
    /// One queue for each [`Deadline`], indexed by it.
    queues: [Queue; Deadline::ALL.len()],
    links: Vec<Link>,
}

impl Timeouts {
    /// `duration` gives each kind of deadline its length.
    pub fn new(duration: impl Fn(Deadline) -> Duration) -> Self {
        Self {
            queues: Deadline::ALL.map(|deadline| Queue {
                duration: duration(deadline),
                first: NONE,
                last: NONE,
                length: 0,
            }),
            links: Vec::new(),
        }
    }

    /// Gives `slot` this deadline, counted from `now`, in place of the one it had.
    ///
    /// `now` must not run backwards from call to call: the order of the queues rests on it.
    pub fn set(&mut self, slot: u32, deadline: Deadline, now: Duration) {
        self.remove(slot);
        let index = slot as usize;
        if index >= self.links.len() {
            self.links.resize(index + 1, UNLINKED);
        }
        let queue = &mut self.queues[deadline as usize];
        let previous = queue.last;
        self.links[index] = Link {
            previous,
            next: NONE,
            due: tick_at_or_after(now.saturating_add(queue.duration)),
            deadline: Some(deadline),
        };
        queue.last = slot;
        queue.length += 1;
        match previous {
            NONE => queue.first = slot,
            _ => self.links[previous as usize].next = slot,
        }
    }

    /// Takes `slot` out of its queue, if it is in one.
    pub fn remove(&mut self, slot: u32) {
        let Some(link) = self.links.get_mut(slot as usize) else {
            return;
        };
        let Link { previous, next, .. } = *link;
        let Some(deadline) = link.deadline.take() else {
            return;
        };
        let queue = &mut self.queues[deadline as usize];
        queue.length -= 1;
        match previous {
            NONE => queue.first = next,
            _ => self.links[previous as usize].next = next,
        }
        match next {
            NONE => queue.last = previous,
            _ => self.links[next as usize].previous = previous,
        }
    }

    /// A slot whose deadline has passed, the longest overdue first within its queue. It stays
    /// queued until it is set anew or removed.
    pub fn passed(&self, now: Duration) -> Option<(u32, Deadline)> {
        let tick = tick_at_or_before(now);
        Deadline::ALL
            .into_iter()
            .map(|deadline| (self.queues[deadline as usize].first, deadline))
            .find(|&(slot, _)| slot != NONE && self.links[slot as usize].due <= tick)
    }

    /// When the next deadline passes.
    pub fn next(&self) -> Option<Duration> {
        self.queues
            .iter()
            .filter(|queue| queue.first != NONE)
            .map(|queue| self.links[queue.first as usize].due)
            .min()
            .map(|due| TICK * due)
    }

    /// The slot that entered this queue first of those that are wanted, and when.
    pub fn oldest(
        &self,
        deadline: Deadline,
        is_wanted: impl Fn(u32) -> bool,
    ) -> Option<(u32, Duration)> {
        let queue = &self.queues[deadline as usize];
        let mut slot = queue.first;
        while slot != NONE && !is_wanted(slot) {
            slot = self.links[slot as usize].next;
        }
        let link = self.links.get(slot as usize)?;
        Some((slot, (TICK * link.due).saturating_sub(queue.duration)))
    }

    /// The deadline that `slot` has.
    pub fn of(&self, slot: u32) -> Option<Deadline> {
        self.links.get(slot as usize)?.deadline
    }

    /// When the deadline that `slot` has passes.
    pub fn due(&self, slot: u32) -> Option<Duration> {
        let link = self.links.get(slot as usize)?;
        link.deadline.map(|_| TICK * link.due)
    }

    /// How many slots have this deadline.
    pub fn count(&self, deadline: Deadline) -> usize {
        self.queues[deadline as usize].length
    }
}

/// The tick at which a deadline at `time` passes. Ticks last for 13 years of running.
fn tick_at_or_after(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(TICK.as_millis())).unwrap_or(u32::MAX)
}

/// The last tick that has begun at `time`.
fn tick_at_or_before(time: Duration) -> u32 {
    u32::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
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
            let due = timeouts.next().unwrap();
            assert!(due >= exact && due < exact + TICK, "start {start}");
            assert_eq!(
                timeouts.passed(due.saturating_sub(MS)),
                None,
                "start {start}"
            );
            assert_eq!(
                timeouts.passed(due),
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
        assert_eq!(timeouts.of(3), Some(Deadline::Idle));
        assert_eq!(timeouts.count(Deadline::Head), 0);
        assert_eq!(timeouts.count(Deadline::Idle), 1);
        timeouts.remove(3);
        timeouts.remove(3);
        timeouts.remove(77);
        assert_eq!(timeouts.of(3), None);
        assert_eq!(timeouts.next(), None);
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
                while let Some((slot, deadline)) = timeouts.passed(now) {
                    assert_eq!(timeouts.of(slot), Some(deadline));
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
}
