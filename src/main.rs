//! The `millpond` binary: options → configuration → server → exit status.

use std::path::Path;
use std::process::ExitCode;

use millpond::cli;
use millpond::config::Config;
use millpond::error::Error;
use millpond::events::event::NoopObserver;
use millpond::observe::live::HasLiveView;
use millpond::observe::{self, Observers};
use millpond::os::file_identity::FileIdentity;
use millpond::os::sandbox::{self, Needs};
use millpond::os::{descriptors, spare_descriptors};
use millpond::response::serving::Folders;
use millpond::server::Server;

/// What its messages begin with.
const PROGRAM: &str = "millpond";

fn main() -> ExitCode {
    let limit = descriptors::raise_limit();
    match cli::parse(std::env::args_os(), limit) {
        Ok(config) => match run(&config, limit) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let error = spare_descriptors::explain(error, config.listen.len());
                cli::print_error(PROGRAM, &error.to_string());
                ExitCode::from(error.exit_status())
            }
        },
        Err(early_exit) => early_exit.exit(PROGRAM),
    }
}

/// Who watches is decided here, once: the loop is compiled for either.
fn run(config: &Config, descriptors: u64) -> Result<(), Error> {
    if config.observing.is_on() {
        // Opened before a sandbox is entered.
        let observers = Observers::open(config)?;
        let files = observers.files();
        serve(config, descriptors, observers, files)
    } else {
        serve(config, descriptors, NoopObserver, Vec::new())
    }
}

/// `files` are those that the observer writes to.
fn serve(
    config: &Config,
    descriptors: u64,
    observer: impl HasLiveView,
    files: Vec<FileIdentity>,
) -> Result<(), Error> {
    let mut server = Server::start(config, observer)?;
    server.never_serve(files);
    // When everything is open that a sandbox would not let us open, and before anybody is told
    // that we listen: without the sandbox that was asked for there is no server.
    let sandbox = config
        .sandbox
        .then(|| {
            // A log behind a symbolic link is opened again in the folder of the file itself.
            let behind_links =
                |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
            let log = config.log_path().map(behind_links);
            let headers = config.headers.as_deref().map(behind_links);
            sandbox::enter(&Needs {
                root: &config.root,
                log: log.as_deref(),
                headers: headers.as_deref(),
                lists_folders: config.serving.folders == Folders::Listed,
            })
        })
        .transpose()?;
    server.announce().map_err(Error::Setup)?;
    let banner = cli::banner(server.config(), descriptors);
    server.diagnose(&banner);
    if let Some(line) = sandbox {
        server.diagnose(&line);
    }
    for line in observe::notices(&config.observing) {
        server.diagnose(&line);
    }
    server.announce_live_view();
    server.run()
}
