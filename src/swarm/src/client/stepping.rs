//! What a client does of its own accord: each step of its behaviour's table, and the time that it
//! sets for the next.

use std::io::{self, ErrorKind, Read as _};
use std::time::Duration;

use super::asking::Pace;
use super::{Client, Shared, Then, failed};
use crate::behaviour::{Moment, Step};
use crate::tally::Purpose;

/// From one piece of a slow reader to the next. A second, since its rate is in bytes a second.
const PIECE: Duration = Duration::from_secs(1);

impl Client {
    /// The time is up that it had set. `me` is its number, for the agenda.
    pub fn due(&mut self, me: u32, shared: &mut Shared) -> Then {
        let done = if self.behaviour.step(Moment::Due) == Step::ReadAPiece {
            shared.agenda.enter(me, shared.now() + PIECE);
            self.read_a_piece(me, shared)
        } else {
            self.take_step(me, Moment::Due, shared).map(|()| Then::Wait)
        };
        done.unwrap_or_else(|error| failed(&error, shared.tally))
    }

    /// Takes the step that this moment calls for.
    pub(super) fn take_step(
        &mut self,
        me: u32,
        moment: Moment,
        shared: &mut Shared,
    ) -> io::Result<()> {
        let step = self.behaviour.step(moment);
        // Whoever is not to have a first answer, or not soon, is not waited for.
        if matches!(step, Step::Rest | Step::Drip | Step::AskSlowlyFirst) {
            self.settle(shared.tally);
        }
        if self.is_last {
            return Ok(());
        }
        let now = shared.now();
        match step {
            Step::AskPeriodically => shared.agenda.enter(me, now + shared.manners.period),
            Step::Drip => shared.agenda.enter(me, now + shared.manners.drip),
            Step::AskSlowlyFirst => shared.agenda.enter(me, now + PIECE),
            Step::WaitForTheIdleTime => self.wait_for_the_idle_time(me, shared),
            _ => {}
        }
        match self.purpose(step, moment, shared) {
            Some(purpose) if self.is_quiet() => self.ask(purpose, pace(step), shared),
            _ if step == Step::Drip => self.drip(shared),
            _ => Ok(()),
        }
    }

    /// What this step asks for, if it asks.
    fn purpose(&self, step: Step, moment: Moment, shared: &Shared) -> Option<Purpose> {
        match step {
            Step::Rest | Step::WaitForTheIdleTime | Step::ReadAPiece => None,
            Step::Probe => Some(Purpose::Probe),
            Step::AskLate => {
                let end = self.asked_at.time() + self.idle_time(shared)?;
                Some(Purpose::Late(signed_millis(shared.now(), end)))
            }
            Step::Ask
            | Step::AskPeriodically
            | Step::AskAndShut
            | Step::AskManyTimes
            | Step::AskSlowly
            | Step::AskSlowlyFirst
            | Step::Drip => Some(match moment {
                Moment::Connected => Purpose::First,
                Moment::Answered | Moment::Due => Purpose::Further,
            }),
        }
    }

    /// How long the server keeps an idle connection, by its own account or by ours.
    fn idle_time(&self, shared: &Shared) -> Option<Duration> {
        match self.promise {
            0 => shared.manners.idle_time,
            seconds => Some(Duration::from_secs(seconds.into())),
        }
    }

    /// Goes on at about the end of the idle time, which counts from the request: the server can't
    /// have begun to count before it had that.
    fn wait_for_the_idle_time(&self, me: u32, shared: &mut Shared) {
        let Some(idle_time) = self.idle_time(shared) else {
            shared.tally.unpromised += 1;
            return;
        };
        let earliest = (self.asked_at.time() + idle_time).saturating_sub(shared.manners.late);
        let spread = (shared.manners.late * 2).mul_f64(shared.tally.next_spread());
        shared.agenda.enter(me, earliest + spread);
    }

    /// Reads as much as a slow reader takes in one piece's time.
    fn read_a_piece(&mut self, me: u32, shared: &mut Shared) -> io::Result<Then> {
        let mut left = shared.manners.slow_rate;
        while left > 0 {
            let length = left.min(shared.buffer.len());
            let count = match self.stream.read(&mut shared.buffer[..length]) {
                Ok(0) => return self.end(me, shared),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            left -= count;
            if let Some(ending) = self.take(me, count, shared)? {
                return Ok(Then::End(ending));
            }
        }
        Ok(Then::Wait)
    }
}

fn pace(step: Step) -> Pace {
    match step {
        Step::Drip => Pace::ByteByByte,
        _ => Pace::Whole,
    }
}

/// Milliseconds from `end` to `now`, rounded towards minus infinity: what is sent before the end
/// is never taken for late.
fn signed_millis(now: Duration, end: Duration) -> i32 {
    let millis = |time: Duration| i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
    match now.checked_sub(end) {
        Some(after) => millis(after),
        None => -1 - millis(end.saturating_sub(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_is_negative() {
        let at = Duration::from_micros;
        let table = [(1000, 0), (1999, 0), (2000, 1), (999, -1), (0, -2)];
        for (now, millis) in table {
            assert_eq!(signed_millis(at(now), at(1000)), millis, "{now}");
        }
    }
}
