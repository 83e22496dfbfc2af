//! The start: everything that can fail is opened here, in an order that leaves nothing half done if
//! one part does.

use std::io;
use std::path::Path;

use mio::{Interest, Poll};

use super::Server;
use super::header_file::HeaderFile;
use super::outputs::Outputs;
use super::signals::SignalSource;
use super::token::TokenKind;
use crate::admin::Admin;
use crate::clock::Clock;
use crate::config::{Config, DEFAULT_LOG, LogTarget};
use crate::connection::context::LoopContext;
use crate::connection_table::ConnectionTable;
use crate::error::Error;
use crate::files::{CacheLimits, DocumentRoot};
use crate::log::csv_row;
use crate::log::file::LogFile;
use crate::log::lock::Patience;
use crate::log::open;
use crate::observe::live::HasLiveView;
use crate::os::listeners::Listeners;
use crate::os::spare_descriptors;

impl<O: HasLiveView> Server<O> {
    /// Opens everything that can fail: root, listeners, log. From then on nothing ends the server but
    /// a signal. `observer` is told of all events.
    pub fn start(config: &Config, observer: O) -> Result<Self, Error> {
        let clock = Clock::system();
        let mut outputs = Outputs::open().map_err(Error::Setup)?;
        let limits = CacheLimits {
            bytes: config.cache_bytes,
            files: config.cache_files,
        };
        let mut documents =
            DocumentRoot::open(&config.root, limits).map_err(|source| Error::Root {
                path: config.root.clone(),
                source,
            })?;
        documents = documents.with_media_types(config.media_types.clone());
        let log = config.log_path().unwrap_or(Path::new(DEFAULT_LOG));
        documents = documents.with_listings(config.serving.dot_files, log);
        documents.hide_logs(csv_row::header());
        let header_file = config
            .headers
            .as_deref()
            .map(HeaderFile::open)
            .transpose()?;
        let listeners = Listeners::bind(&config.listen, config.defer_accept)?;
        let observing = &config.observing;
        let bind_admin = |address| Admin::bind(address, &observing.admin_hosts);
        let admin = observing.admin.as_ref().map(bind_admin).transpose()?;
        // Before the log, which may be at its size limit already: SIGXFSZ must not end the start.
        let signals = SignalSource::start(config).map_err(Error::Setup)?;
        open_log(config, &clock, &mut outputs)?;
        documents.never_serve(outputs.identities());
        let mut context = LoopContext::new(config.clone(), documents, clock, observer);
        let header_file = header_file.map(|(file, rules)| {
            file.put_in_use(rules, &mut context);
            file
        });
        let mut server = Self {
            poll: Poll::new().map_err(Error::Setup)?,
            listeners,
            signals,
            admin,
            stop: None,
            table: ConnectionTable::new(context),
            outputs,
            header_file,
        };
        server.register().map_err(Error::Setup)?;
        // Now that all is open. What follows, a sandbox, takes fewer than a client and gives them back.
        let has_live_view = server.admin.is_some();
        if let Some(most) = spare_descriptors::for_connections(has_live_view)? {
            server.table.context_mut().bound_descriptors(most);
        }
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

fn open_log(config: &Config, clock: &Clock, outputs: &mut Outputs) -> Result<(), Error> {
    let mut notices = Vec::new();
    let (what, path) = match &config.log {
        None => return Ok(()),
        Some(LogTarget::File(path)) => {
            let now = clock.now().wall;
            // The loop has not begun: to wait for another process's lock delays no client.
            let log = LogFile::open(path, now, Patience::OneSecond, &mut notices);
            outputs.set_log_file(log.map_err(|source| Error::Log {
                path: path.clone(),
                source,
            })?);
            (format!("the log '{}'", path.display()), path.as_path())
        }
        Some(LogTarget::StandardOutput) => {
            let path = Path::new("/proc/self/fd/1");
            outputs.log_to_standard_output(open::has_header(path));
            ("standard output".to_owned(), path)
        }
    };
    let is_beneath_root = match (path.canonicalize(), config.root.canonicalize()) {
        (Ok(log), Ok(root)) => log.starts_with(root),
        _ => false,
    };
    if is_beneath_root {
        notices.push(format!(
            "{what} lies in the folder that is served; it will not be served itself"
        ));
    }
    for notice in notices {
        outputs.diagnose(&notice);
    }
    Ok(())
}
