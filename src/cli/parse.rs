//! The command line, word by word.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::Arg::{Long, Short, Value};
use lexopt::Parser;

use super::help::{HELP, VERSION};
use super::{Options, values};
use crate::cli::exit::EarlyExit;
use crate::log::escape;

/// What can't be meant.
type Mistake = String;

/// Reads what was typed, the program's name first.
pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, EarlyExit> {
    let mut words = Words(Parser::from_iter(arguments));
    let mut options = Options::default();
    match words.read_into(&mut options) {
        Ok(Some(text)) => Err(EarlyExit::Show(text.to_owned())),
        Ok(None) => Ok(options),
        Err(mistake) => {
            let mut line = String::new();
            escape::append(&mut line, mistake.as_bytes());
            Err(EarlyExit::Usage(format!("{line}; see millpond --help")))
        }
    }
}

struct Words(Parser);

impl Words {
    /// Reads all of them. Gives the text that was asked for in place of a server, if one was.
    fn read_into(&mut self, to: &mut Options) -> Result<Option<&'static str>, Mistake> {
        while let Some(word) = self.0.next().map_err(|error| error.to_string())? {
            match word {
                Short('h') | Long("help") => return Ok(Some(HELP)),
                Short('V') | Long("version") => return Ok(Some(VERSION)),
                Short('l') => self.read_option("listen", to)?,
                Short('p') => self.read_option("port", to)?,
                Short('q') => self.read_option("quiet", to)?,
                Short(letter) => return Err(format!("there is no option '-{letter}'")),
                Long(name) => {
                    let name = name.to_owned();
                    self.read_option(&name, to)?;
                }
                Value(root) if to.root.is_none() => to.root = Some(root.into()),
                Value(other) => {
                    let other = other.to_string_lossy();
                    return Err(format!("one folder too many: '{other}'"));
                }
            }
        }
        fit_together(to)?;
        Ok(None)
    }

    /// One option, and its value if it has one.
    fn read_option(&mut self, name: &str, to: &mut Options) -> Result<(), Mistake> {
        let look = &mut to.observing;
        match name {
            "listen" => to.listen.push(self.value(name, values::address)?),
            "port" => self.take(&mut to.port, name, values::port)?,
            "log" => self.take_file(&mut to.log, name)?,
            "no-log" => to.no_log = true,
            "quiet" => to.quiet = true,
            "dot-files" => to.dot_files = true,
            "defer-accept" => to.defer_accept = true,
            "sandbox" => to.sandbox = true,
            "cache" => self.take(&mut to.cache, name, values::mebibytes)?,
            "keep-alive" => self.take(&mut to.keep_alive, name, values::seconds)?,
            "keep-alive-requests" => {
                self.take(&mut to.keep_alive_requests, name, values::requests)?;
            }
            "head-timeout" => self.take(&mut to.head_timeout, name, values::positive_seconds)?,
            "stall-timeout" => self.take(&mut to.stall_timeout, name, values::positive_seconds)?,
            "max-connections" => self.take(&mut to.max_connections, name, values::connections)?,
            "trace" => look.trace = true,
            "slow-motion" => self.take(&mut look.slow_motion, name, values::seconds)?,
            "trace-file" => self.take_file(&mut look.trace_file, name)?,
            "flight-recorder" => self.take_file(&mut look.flight_recorder, name)?,
            "admin" => self.take(&mut look.admin, name, values::address)?,
            _ => return Err(format!("there is no option '--{name}'")),
        }
        Ok(())
    }

    /// The value of an option that may be given once.
    fn take<T>(
        &mut self,
        to: &mut Option<T>,
        option: &str,
        read: fn(&str) -> Result<T, &'static str>,
    ) -> Result<(), Mistake> {
        let value = self.value(option, read)?;
        once(to, &format!("--{option}"), value)
    }

    fn take_file(&mut self, to: &mut Option<PathBuf>, option: &str) -> Result<(), Mistake> {
        let path = self.raw_value(option)?.into();
        once(to, &format!("--{option}"), path)
    }

    fn value<T>(
        &mut self,
        option: &str,
        read: fn(&str) -> Result<T, &'static str>,
    ) -> Result<T, Mistake> {
        let value = self.raw_value(option)?;
        let value = value.to_string_lossy();
        read(&value).map_err(|cure| format!("invalid value '{value}' for '--{option}': {cure}"))
    }

    fn raw_value(&mut self, option: &str) -> Result<OsString, Mistake> {
        let value = self.0.value();
        value.map_err(|_| format!("'--{option}' needs a value"))
    }
}

/// Twice is a mistake: one of the two would be lost in silence.
fn once<T>(to: &mut Option<T>, name: &str, value: T) -> Result<(), Mistake> {
    match to.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("'{name}' is there more than once")),
    }
}

fn fit_together(options: &Options) -> Result<(), Mistake> {
    if options.no_log && options.log.is_some() {
        return Err("'--no-log' and '--log' can't both be meant; leave one out".to_owned());
    }
    if options.observing.slow_motion.is_some() && !options.observing.trace {
        return Err("'--slow-motion' slows the narration of --trace; add --trace".to_owned());
    }
    Ok(())
}
