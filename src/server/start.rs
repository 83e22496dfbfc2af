//! The start: all that can fail is opened here, in an order that leaves nothing half done.

use std::io;

use mio::{Interest, Poll};

use super::signals::SignalSource;
use super::token::TokenKind;
use super::{Server, diagnose};
use crate::admin::Admin;
use crate::clock::Clock;
use crate::config::{Config, Newcomers};
use crate::connection::context::{Lifecycle, LoopContext};
use crate::connection_table::ConnectionTable;
use crate::error::Error;
use crate::files::{CacheLimits, DocumentRoot};
use crate::log::access_log::AccessLog;
use crate::log::file::LogFile;
use crate::log::request_lines::RequestLines;
use crate::observe::live::HasLiveView;
use crate::os::console::Console;
use crate::os::descriptors::FdBudget;
use crate::os::listeners::Listeners;

impl<O: HasLiveView> Server<O> {
    /// Opens everything that can fail: root, listeners, log. From here on nothing ends the
    /// server but a signal. `observer` is told of all that happens then.
    pub fn start(config: &Config, observer: O) -> Result<Self, Error> {
        let clock = Clock::system();
        let mut diagnostics = Console::standard_error().map_err(Error::Setup)?;
        let room = CacheLimits {
            bytes: config.cache_bytes,
            files: config.cache_files,
        };
        let mut documents =
            DocumentRoot::open(&config.root, room).map_err(|source| Error::Root {
                path: config.root.clone(),
                source,
            })?;
        let listeners = Listeners::bind(
            &config.listen,
            config.newcomers == Newcomers::WithFirstBytes,
        )?;
        let admin = config.observing.admin.map(Admin::bind).transpose()?;
        // Before the log, which may be at its limit already.
        let signals = SignalSource::start(config).map_err(Error::Setup)?;
        let log_file = open_log(config, &clock, &mut documents, &mut diagnostics)?;
        let table = ConnectionTable::new(LoopContext {
            limits: config.limits.clone(),
            dot_files: config.dot_files,
            documents,
            clock,
            log: match log_file {
                Some(_) => AccessLog::on(),
                None => AccessLog::off(),
            },
            lines: RequestLines::new(config.requests_printed),
            lifecycle: Lifecycle::Serving,
            descriptors: FdBudget::new(config.limits.max_descriptors),
            sent_in_stage: 0,
            output: Vec::new(),
            observer,
        });
        let mut server = Self {
            poll: Poll::new().map_err(Error::Setup)?,
            listeners,
            signals,
            admin,
            stop_by: None,
            table,
            log_file,
            output: Console::standard_output().map_err(Error::Setup)?,
            diagnostics,
            warned_at: None,
        };
        server.register().map_err(Error::Setup)?;
        Ok(server)
    }

    fn register(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(
            self.signals.source(),
            TokenKind::Signals.token(),
            Interest::READABLE,
        )?;
        for index in 0..self.listeners.len() {
            if let Some(socket) = self.listeners.socket(index) {
                let token = TokenKind::Listener(index).token();
                registry.register(socket, token, Interest::READABLE)?;
            }
        }
        if let Some(admin) = &mut self.admin {
            admin.register(registry, TokenKind::Admin.token())?;
        }
        Ok(())
    }
}

fn open_log(
    config: &Config,
    clock: &Clock,
    documents: &mut DocumentRoot,
    diagnostics: &mut Console,
) -> Result<Option<LogFile>, Error> {
    let Some(path) = &config.log else {
        return Ok(None);
    };
    let failed = |source| Error::Log {
        path: path.clone(),
        source,
    };
    let mut notices = Vec::new();
    let log = LogFile::open(path, clock.now().wall, &mut notices).map_err(failed)?;
    documents.never_serve(log.identities());
    let is_beneath_root = match (path.canonicalize(), config.root.canonicalize()) {
        (Ok(log), Ok(root)) => log.starts_with(root),
        _ => false,
    };
    if is_beneath_root {
        notices.push(format!(
            "the log '{}' lies in the folder that is served; it will not be served itself",
            path.display()
        ));
    }
    for notice in notices {
        diagnose(diagnostics, &notice);
    }
    Ok(Some(log))
}
