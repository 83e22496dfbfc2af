//! The settings of a world's server, and what its connection table is made of.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use millpond::clock::Clock;
use millpond::config::{Config, Limits};
use millpond::connection::context::{Env, LoopContext};
use millpond::http::profile::Profile;
use millpond::observe::invariants::Invariants;
use millpond::os::transport::Transport;
use millpond::response::serving::{CodingPolicy, Serving};

use crate::calendar::Calendar;
use crate::random::Random;
use crate::root::Root;
use crate::scene::Scene;
use crate::transport::Socket;

/// In one world of three the server has more than four statuses or sends compressed forms, or both.
pub fn any_serving(random: &mut Random) -> Serving {
    let (profile, coding) = match random.below(9) {
        0 => (Profile::Full, CodingPolicy::Plain),
        1 => (Profile::Full, CodingPolicy::Precompressed),
        2 => (Profile::Four, CodingPolicy::Precompressed),
        _ => (Profile::Four, CodingPolicy::Plain),
    };
    Serving {
        profile,
        coding,
        ..Serving::default()
    }
}

/// What this connection table is made of.
#[derive(Debug)]
pub struct Invented;

impl Env for Invented {
    type File = <Socket as Transport>::File;
    type Transport = Socket;
    type Documents = Root;
    type Observer = Invariants;
}

// All limits there are now: one that is added later keeps its default until it is chosen here.
#[allow(clippy::needless_update)]
pub fn any_limits(random: &mut Random) -> Limits {
    Limits {
        keep_alive: Duration::from_millis(random.pick(&[0, 300, 1_500, 5_000, 10_000, 10_000])),
        keep_alive_requests: NonZeroU32::new(random.pick(&[0, 1, 3, 40, 998, 998])),
        head_timeout: Duration::from_millis(random.pick(&[400, 3_000, 10_000])),
        stall_timeout: Duration::from_millis(random.pick(&[500, 3_000, 30_000])),
        min_send_rate: NonZeroU32::new(random.pick(&[0, 0, 100, 100_000])),
        buffers: random.pick(&[3_000, 30_000, 1 << 20, 1 << 20]),
        max_connections: random.pick(&[3, 20, usize::MAX, usize::MAX]),
        max_descriptors: random.pick(&[1, 8, 30, usize::MAX, usize::MAX]),
        ..Limits::default()
    }
}

pub fn context(
    scene: &Rc<Scene>,
    calendar: &Calendar,
    random: &mut Random,
) -> LoopContext<Invented> {
    let documents = Root {
        scene: scene.clone(),
        random: random.fork(),
        found: HashMap::new(),
    };
    let clock = Clock::manual(calendar.now());
    let config = Config {
        limits: scene.limits.clone(),
        serving: scene.serving.clone(),
        ..Config::default()
    };
    LoopContext::new(config, documents, clock, Invariants::default())
}
