//! Steps: what a client does of its own accord, by its behaviour's table, and when it runs next.

use std::io::{self, ErrorKind, Read as _};
use std::time::Duration;

use super::send::Pace;
use super::{Client, ClientContext, RunState, failed};
use crate::behaviour::{Moment, Step};
use crate::stats::Purpose;

/// From one piece of a slow reader to the next. A second, since its rate is in bytes per second.
const PIECE_INTERVAL: Duration = Duration::from_secs(1);

impl Client {
    /// Handles the expiry of its timer. `me` is its number, for the timers.
    pub fn timer_expired(&mut self, me: u32, context: &mut ClientContext) -> RunState {
        let handled = if self.behaviour.step(Moment::Expired) == Step::ReadAPiece {
            context.timers.set(me, context.now() + PIECE_INTERVAL);
            self.read_a_piece(me, context)
        } else {
            self.take_step(me, Moment::Expired, context)
                .map(|()| RunState::Waiting)
        };
        handled.unwrap_or_else(|error| failed(&error, context.stats))
    }

    /// Takes the step that this moment calls for.
    pub(super) fn take_step(
        &mut self,
        me: u32,
        moment: Moment,
        context: &mut ClientContext,
    ) -> io::Result<()> {
        let step = self.behaviour.step(moment);
        // The ramp does not wait for a first answer that is not to come, or not soon.
        if matches!(step, Step::Rest | Step::Drip | Step::AskSlowlyFirst) {
            self.settle(context.stats);
        }
        if self.is_last {
            return Ok(());
        }
        let now = context.now();
        match step {
            Step::AskPeriodically => context.timers.set(me, now + context.timing.period),
            Step::Drip => context.timers.set(me, now + context.timing.drip),
            Step::AskSlowlyFirst => context.timers.set(me, now + PIECE_INTERVAL),
            Step::WaitForTheIdleTime => self.wait_for_the_idle_time(me, context),
            _ => {}
        }
        match self.purpose(step, moment, context) {
            Some(purpose) if self.is_quiet() => self.ask(purpose, pace(step), context),
            _ if step == Step::Drip => self.drip(context),
            _ => Ok(()),
        }
    }

    /// The purpose of this step's request; `None` if it sends none.
    fn purpose(&self, step: Step, moment: Moment, context: &ClientContext) -> Option<Purpose> {
        match step {
            Step::Rest | Step::WaitForTheIdleTime | Step::ReadAPiece => None,
            Step::Probe => Some(Purpose::Probe),
            Step::AskLate => {
                let end = self.asked_at.time() + self.idle_time(context)?;
                Some(Purpose::Late(signed_millis(context.now(), end)))
            }
            Step::Ask
            | Step::AskPeriodically
            | Step::AskAndShut
            | Step::AskManyTimes
            | Step::AskSlowly
            | Step::AskSlowlyFirst
            | Step::Drip => Some(match moment {
                Moment::Connected => Purpose::First,
                Moment::Answered | Moment::Expired => Purpose::Further,
            }),
        }
    }

    /// How long the server keeps an idle connection: as it promised, or else `--idle-time`.
    fn idle_time(&self, context: &ClientContext) -> Option<Duration> {
        match self.promise {
            0 => context.timing.idle_time,
            seconds => Some(Duration::from_secs(seconds.into())),
        }
    }

    /// Sets the timer to about the end of the idle time, which counts from the request: the server
    /// can't have begun to count before it received that.
    fn wait_for_the_idle_time(&self, me: u32, context: &mut ClientContext) {
        let Some(idle_time) = self.idle_time(context) else {
            context.stats.late.unpromised += 1;
            return;
        };
        let late = context.timing.late;
        let earliest = (self.asked_at.time() + idle_time).saturating_sub(late);
        let spread = (late * 2).mul_f64(context.stats.late.next_spread());
        context.timers.set(me, earliest + spread);
    }

    /// Reads as much as a slow reader takes per interval.
    fn read_a_piece(&mut self, me: u32, context: &mut ClientContext) -> io::Result<RunState> {
        let mut left = context.timing.slow_rate;
        while left > 0 {
            let length = left.min(context.buffer.len());
            let count = match self.stream.read(&mut context.buffer[..length]) {
                Ok(0) => return self.end(me, context),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            left -= count;
            if let Some(outcome) = self.take(me, count, context)? {
                return Ok(RunState::Ended(outcome));
            }
        }
        Ok(RunState::Waiting)
    }
}

fn pace(step: Step) -> Pace {
    match step {
        Step::Drip => Pace::ByteByByte,
        _ => Pace::Whole,
    }
}

/// Milliseconds from `end` to `now`, rounded towards minus infinity: a request that is sent before
/// the end never counts as sent after it.
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
    fn an_offset_before_the_end_is_negative() {
        let at = Duration::from_micros;
        let table = [(1000, 0), (1999, 0), (2000, 1), (999, -1), (0, -2)];
        for (now, millis) in table {
            assert_eq!(signed_millis(at(now), at(1000)), millis, "{now}");
        }
    }
}
