//! The settings while options are being read: a [`Config`], and which options have set it so far.

use crate::config::Config;
use crate::os::descriptors;

/// What is wrong with the command line, and the cure, in one line.
pub(crate) type Mistake = String;

/// A text that was asked for in place of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Help,
    Version,
}

/// The settings so far.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) config: Config,
    pub(crate) wanted: Option<Wanted>,
    /// The long names of the options that have been given.
    given: Vec<&'static str>,
}

impl Draft {
    /// The defaults, but without an address: one that is given replaces the default one.
    pub(crate) fn new() -> Self {
        Self {
            config: Config {
                listen: Vec::new(),
                ..Config::default()
            },
            wanted: None,
            given: Vec::new(),
        }
    }

    pub(crate) fn is_given(&self, long: &str) -> bool {
        self.given.contains(&long)
    }

    pub(crate) fn note_given(&mut self, long: &'static str) {
        self.given.push(long);
    }

    /// Options that make sense alone may make none together.
    pub(crate) fn check_combinations(&self) -> Result<(), Mistake> {
        if self.is_given("no-log") && self.is_given("log") {
            return Err("'--no-log' conflicts with '--log'; leave one out".to_owned());
        }
        if self.is_given("slow-motion") && !self.is_given("trace") {
            return Err("'--slow-motion' slows the narration of --trace; add --trace".to_owned());
        }
        Ok(())
    }

    /// The settings, once all options are read. `descriptors` is the limit on descriptors.
    pub(crate) fn into_config(self, descriptors: u64) -> Config {
        let mut config = self.config;
        if config.listen.is_empty() {
            config.listen = Config::default().listen;
        }
        fit_descriptors(&mut config, descriptors);
        config
    }
}

/// Bounds what takes descriptors by what there are. The live view keeps some, so that a server that is
/// full can still be looked at.
fn fit_descriptors(config: &mut Config, descriptors: u64) {
    let for_viewers = match config.observing.admin {
        Some(_) => descriptors::ADMIN_RESERVE,
        None => 0,
    };
    let allowed = descriptors::for_connections(descriptors.saturating_sub(for_viewers));
    let limits = &mut config.limits;
    limits.max_connections = limits.max_connections.min(allowed);
    limits.max_descriptors = allowed;
    config.cache_files = match config.cache_bytes {
        0 => 0,
        _ => descriptors::for_cache(descriptors),
    };
}
