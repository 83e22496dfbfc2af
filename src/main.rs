//! The `millpond` binary: options → configuration → server → exit status.

use std::process::ExitCode;

use millpond::config::{Config, Sandbox};
use millpond::error::Error;
use millpond::observer::Unobserved;
use millpond::server::Server;
use millpond::{command_line, descriptors, options, sandbox};

/// What its messages begin with.
const PROGRAM: &str = "millpond";

fn main() -> ExitCode {
    let descriptors = descriptors::raise_limit();
    match options::parse(std::env::args_os(), descriptors) {
        Ok(config) => match serve(&config, descriptors) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                command_line::complain(PROGRAM, &error.to_string());
                ExitCode::FAILURE
            }
        },
        Err(no_config) => no_config.tell(PROGRAM),
    }
}

fn serve(config: &Config, descriptors: u64) -> Result<(), Error> {
    let mut server = Server::start(config, Unobserved)?;
    // When everything is open that a sandbox would not let us open, and before anybody is told
    // that we listen: without the sandbox that was asked for there is no server.
    let sandbox = match config.sandbox {
        Sandbox::On => Some(sandbox::enter(&config.root, config.log.as_deref())?),
        Sandbox::Off => None,
    };
    server.announce().map_err(Error::Setup)?;
    server.diagnose(&options::banner(config, descriptors));
    if let Some(line) = sandbox {
        server.diagnose(&line);
    }
    server.run()
}
