//! Progress messages: a bar on a terminal, a line now and then elsewhere.

use std::io::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::settings::{Hold, Verbosity};
use crate::swarm::Swarm;

/// From one line to the next where standard error is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// From one update of the bar to the next.
const BAR_INTERVAL: Duration = Duration::from_millis(100);

/// The phase of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Connections are being opened.
    Ramp,
    /// Connections are being held.
    Hold {
        /// When the hold began, as time since the start of the run.
        since: Duration,
    },
}

/// Prints how far the run has come.
pub struct Progress {
    verbosity: Verbosity,
    bar: ProgressBar,
    printed_at: Duration,
    /// How many answers had arrived then.
    answers: u64,
}

impl Progress {
    /// Nothing has been printed yet.
    pub fn new(verbosity: Verbosity) -> Self {
        let target = match verbosity {
            // It hides itself where standard error is no terminal.
            Verbosity::Progress => ProgressDrawTarget::stderr(),
            Verbosity::ErrorsOnly => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        // The template is a constant; if it were wrong, indicatif's own style would do.
        if let Ok(style) = ProgressStyle::with_template("{prefix:5} {bar:24} {msg}") {
            bar.set_style(style);
        }
        Self {
            verbosity,
            bar,
            printed_at: Duration::ZERO,
            answers: 0,
        }
    }

    /// How long the event loop may sleep before something is to be printed.
    pub fn timeout(&self, now: Duration) -> Option<Duration> {
        let at = self.printed_at + self.interval()?;
        Some(at.saturating_sub(now))
    }

    fn interval(&self) -> Option<Duration> {
        match self.verbosity {
            Verbosity::ErrorsOnly => None,
            Verbosity::Progress if self.bar.is_hidden() => Some(LINE_INTERVAL),
            Verbosity::Progress => Some(BAR_INTERVAL),
        }
    }

    /// Prints how far the run has come, if it is time to.
    pub fn print_if_due(&mut self, phase: Phase, swarm: &Swarm) {
        let now = swarm.now();
        if self.timeout(now).is_some_and(|timeout| timeout.is_zero()) {
            self.print(phase, swarm);
        }
    }

    /// Prints how far the run has come.
    pub fn print(&mut self, phase: Phase, swarm: &Swarm) {
        let now = swarm.now();
        let line = self.line(phase, swarm, now);
        self.printed_at = now;
        self.answers = swarm.stats.answers();
        if !self.bar.is_hidden() {
            let (position, length) = extent(phase, swarm, now);
            self.bar.set_length(length);
            self.bar.set_position(position);
            self.bar.set_prefix(name(phase));
            self.bar.set_message(line);
        } else if self.verbosity == Verbosity::Progress {
            self.print_line(&format!("{}: {line}", name(phase)));
        }
    }

    /// The text of a line. The rate is that since the previous line.
    fn line(&self, phase: Phase, swarm: &Swarm, now: Duration) -> String {
        let stats = &swarm.stats;
        let elapsed = now.saturating_sub(self.printed_at).as_secs_f64().max(0.001);
        // Rates are shown without decimals: a rounded count does no harm.
        #[allow(clippy::cast_precision_loss)]
        let rate = stats.answers().saturating_sub(self.answers) as f64 / elapsed;
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
            stats.standing,
            stats.ended_count(),
            stats.answers(),
        )
    }

    /// Prints a line to standard error, above the bar. Errors are ignored: the run goes on without it.
    fn print_line(&self, line: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(std::io::stderr(), "millpond-swarm: {line}");
        });
    }

    /// Removes the bar from the screen.
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

/// The bar's position and length: connections in the ramp, milliseconds in the hold.
fn extent(phase: Phase, swarm: &Swarm, now: Duration) -> (u64, u64) {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    match (phase, swarm.settings().hold) {
        (Phase::Ramp, _) => (swarm.tried().into(), swarm.settings().connections.into()),
        (Phase::Hold { since }, Hold::For(hold)) => {
            (millis(now.saturating_sub(since)), millis(hold))
        }
        // Without an end the bar is always full.
        (Phase::Hold { .. }, Hold::Forever) => (1, 1),
    }
}
