//! What is told while the swarm works: a bar on a terminal, a line now and then elsewhere.

use std::io::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::settings::{Hold, Telling};
use crate::swarm::Swarm;

/// From one line to the next where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// From one picture of the bar to the next.
const BETWEEN_PICTURES: Duration = Duration::from_millis(100);

/// What the swarm is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Connections are being opened.
    Ramp,
    /// They are being held since then.
    Hold {
        /// Since when, counted from the start.
        since: Duration,
    },
}

/// Tells how far the swarm is.
pub struct Progress {
    telling: Telling,
    bar: ProgressBar,
    told_at: Duration,
    answers: u64,
}

impl Progress {
    /// Nothing told yet.
    pub fn new(telling: Telling) -> Self {
        let target = match telling {
            // It hides itself where standard error is no terminal.
            Telling::Progress => ProgressDrawTarget::stderr(),
            Telling::Errors => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        // The template is a constant; were it wrong, the plain bar would do.
        if let Ok(style) = ProgressStyle::with_template("{prefix:5} {bar:24} {msg}") {
            bar.set_style(style);
        }
        Self {
            telling,
            bar,
            told_at: Duration::ZERO,
            answers: 0,
        }
    }

    /// How long the loop may sleep before something is to be told.
    pub fn timeout(&self, now: Duration) -> Option<Duration> {
        let at = self.told_at + self.between()?;
        Some(at.saturating_sub(now))
    }

    fn between(&self) -> Option<Duration> {
        match self.telling {
            Telling::Errors => None,
            Telling::Progress if self.bar.is_hidden() => Some(BETWEEN_LINES),
            Telling::Progress => Some(BETWEEN_PICTURES),
        }
    }

    /// Tells how far it is, if it is time to.
    pub fn show(&mut self, phase: Phase, swarm: &Swarm) {
        let now = swarm.now();
        if self.timeout(now).is_some_and(|timeout| timeout.is_zero()) {
            self.tell(phase, swarm);
        }
    }

    /// Tells how far it is.
    pub fn tell(&mut self, phase: Phase, swarm: &Swarm) {
        let now = swarm.now();
        let line = self.line(phase, swarm, now);
        self.told_at = now;
        self.answers = swarm.tally.answers();
        if !self.bar.is_hidden() {
            let (position, length) = extent(phase, swarm, now);
            self.bar.set_length(length);
            self.bar.set_position(position);
            self.bar.set_prefix(name(phase));
            self.bar.set_message(line);
        } else if self.telling == Telling::Progress {
            self.say(&format!("{}: {line}", name(phase)));
        }
    }

    /// The rates are those since the last line.
    fn line(&self, phase: Phase, swarm: &Swarm, now: Duration) -> String {
        let tally = &swarm.tally;
        let elapsed = now.saturating_sub(self.told_at).as_secs_f64().max(0.001);
        // Rates are shown to the unit: a rounded count does no harm.
        #[allow(clippy::cast_precision_loss)]
        let rate = tally.answers().saturating_sub(self.answers) as f64 / elapsed;
        let left = match (phase, swarm.settings().hold) {
            (Phase::Hold { since }, Hold::For(hold)) => {
                let left = (since + hold).saturating_sub(now);
                format!("; {} s left", left.as_secs())
            }
            _ => String::new(),
        };
        format!(
            "{} of {} tried, {} standing, {} ended; {} answers, {rate:.0}/s{left}",
            swarm.tried(),
            swarm.settings().connections,
            tally.standing,
            tally.deaths(),
            tally.answers(),
        )
    }

    /// One line on standard error, above the bar. Whoever has closed it does not want lines.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(std::io::stderr(), "millpond-swarm: {line}");
        });
    }

    /// Takes the bar off the screen.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Ramp => "ramp",
        Phase::Hold { .. } => "hold",
    }
}

/// How far the bar is, and how long it is: connections first, then milliseconds.
fn extent(phase: Phase, swarm: &Swarm, now: Duration) -> (u64, u64) {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    match (phase, swarm.settings().hold) {
        (Phase::Ramp, _) => (swarm.tried().into(), swarm.settings().connections.into()),
        (Phase::Hold { since }, Hold::For(hold)) => {
            (millis(now.saturating_sub(since)), millis(hold))
        }
        // A bar that is full, for as long as it takes.
        (Phase::Hold { .. }, Hold::Forever) => (1, 1),
    }
}
