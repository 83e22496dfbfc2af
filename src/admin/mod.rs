//! The live view (`--admin`): a listener and viewers of its own, in the same loop.
//!
//! Whoever looks must not change what is seen. Viewers are no connections of the pond: they have
//! their own small state machine, their own bound, and no row in the log; and a viewer that reads
//! too slowly misses pictures, and keeps nobody waiting. Nobody can change anything from here.
//!
//! The loop is not woken while nobody looks. While somebody does, it is [`PICTURES_EVERY`].

mod events;
mod json;
mod metrics;
mod page;
mod reply;
mod routes;
mod state;
mod viewer;

use std::io;
use std::time::Duration;

use mio::net::TcpListener;
use mio::{Interest, Registry, Token};

pub use self::state::ServerSnapshot;
use self::viewer::{Stage, Viewer};
use crate::config::ListenAddress;
use crate::error::Error;
use crate::events::id::ConnectionId;
use crate::observe::live::LiveView;
use crate::os::bind::{self, Endpoint};

/// How many may watch at once.
pub const VIEWERS_MAX: usize = 16;

/// How many connections there may be: some more than may watch, so that metrics can be had while
/// that many do. [`crate::os::descriptors::ADMIN_RESERVE`] is for them and the listener.
pub const CONNECTIONS_MAX: usize = 20;

const _: () = assert!((CONNECTIONS_MAX as u64) < crate::os::descriptors::ADMIN_RESERVE);

/// How often those who watch get a new picture.
pub const PICTURES_EVERY: Duration = Duration::from_millis(250);

/// After an accept that failed for want of descriptors.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// What waiting for the kernel's answer may cost a turn: calls of accept.
const ACCEPTS: usize = 32;

/// The listener and all viewers.
#[derive(Debug)]
pub struct Admin {
    /// `None` once the server stops: a successor may want the port.
    listener: Option<TcpListener>,
    endpoint: Endpoint,
    /// Names by which it may be asked for, besides those of its address.
    hosts: Vec<String>,
    /// Cleared by `WouldBlock` alone.
    may_accept: bool,
    accept_at: Duration,
    viewers: [Option<Viewer>; CONNECTIONS_MAX],
    next_generation: u32,
    picture_at: Duration,
}

impl Admin {
    /// Listens. To be called before a sandbox is entered. Of `localhost` it takes 127.0.0.1 alone.
    pub fn bind(address: &ListenAddress, hosts: &[String]) -> Result<Self, Error> {
        let failed = |source| Error::Admin {
            address: address.to_string(),
            source,
        };
        let bound = bind::bind(address, &[]).map_err(failed)?;
        let no_address = || failed(io::ErrorKind::AddrNotAvailable.into());
        let bound = bound.into_iter().next().ok_or_else(no_address)?;
        Ok(Self {
            endpoint: bound.endpoint().map_err(failed)?,
            hosts: hosts.to_owned(),
            listener: Some(bound.socket),
            may_accept: true,
            accept_at: Duration::ZERO,
            viewers: [const { None }; CONNECTIONS_MAX],
            next_generation: 0,
            picture_at: Duration::ZERO,
        })
    }

    /// Has the kernel tell of newcomers.
    pub fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match &mut self.listener {
            Some(listener) => registry.register(listener, token, Interest::READABLE),
            None => Ok(()),
        }
    }

    /// The lines that tell where it is, for standard error.
    pub fn notices(&self) -> Vec<String> {
        let Endpoint {
            address,
            is_on_all_interfaces,
        } = self.endpoint;
        let reach = if is_on_all_interfaces {
            ", all interfaces"
        } else {
            ""
        };
        let mut lines = vec![format!("live view on http://{address}/{reach}")];
        if is_on_all_interfaces || !address.ip().is_loopback() {
            lines.push(
                "the live view has no password, and whoever can reach it sees who is served; \
                 127.0.0.1 and a tunnel (ssh -L) are safer"
                    .to_owned(),
            );
        }
        lines
    }

    /// Newcomers have come.
    pub fn mark_acceptable(&mut self) {
        self.may_accept = true;
    }

    /// Something happened on a viewer's socket.
    pub fn mark_ready(&mut self, id: ConnectionId) {
        let viewer = self.viewers.get_mut(id.slot as usize);
        if let Some(viewer) = viewer.and_then(Option::as_mut).filter(|one| one.id == id) {
            viewer.is_ready = true;
        }
    }

    /// The server stops: the port is free from now on. Those who watch see it to its end.
    pub fn close_listener(&mut self) {
        self.listener = None;
    }

    /// When there is something to do without an event. `None` while nobody looks.
    pub fn next_timeout(&self) -> Option<Duration> {
        let has_room = self.viewers.iter().any(Option::is_none);
        let accept =
            (self.listener.is_some() && self.may_accept && has_room).then_some(self.accept_at);
        let waits = |viewer: &&Viewer| viewer.stage == Stage::Watching && viewer.has_sent_all();
        let picture = self.viewers().any(|viewer| waits(&viewer));
        self.viewers()
            .filter(|viewer| !waits(viewer))
            .map(|viewer| viewer.deadline)
            .chain(accept)
            .chain(picture.then_some(self.picture_at))
            .min()
    }

    fn viewers(&self) -> impl Iterator<Item = &Viewer> {
        self.viewers.iter().flatten()
    }

    fn watching(&self) -> usize {
        self.viewers()
            .filter(|viewer| viewer.stage == Stage::Watching)
            .count()
    }

    /// Its part of a turn. Comes last: whoever is served comes before whoever looks on. `token`
    /// gives a viewer's token.
    pub fn turn(
        &mut self,
        registry: &Registry,
        token: impl Fn(ConnectionId) -> Token,
        view: &mut LiveView,
        snapshot: &ServerSnapshot,
    ) {
        self.go_on(view, snapshot);
        self.send_pictures(view, snapshot);
        self.accept(registry, token, snapshot.now);
    }

    /// Does for each viewer what can be done without waiting.
    fn go_on(&mut self, view: &mut LiveView, snapshot: &ServerSnapshot) {
        for index in 0..self.viewers.len() {
            let watching = self.watching();
            let Some(viewer) = self.viewers[index].as_mut() else {
                continue;
            };
            let is_due = viewer.deadline <= snapshot.now;
            if !viewer.is_ready && !is_due {
                continue;
            }
            viewer.is_ready = false;
            let goes_on = viewer.advance(snapshot.now, |head| {
                let reply = routes::answer(head, &self.hosts, watching, view, snapshot);
                if let Some(slot) = reply.watch {
                    view.watch(index, slot);
                }
                reply
            });
            // A deadline that has passed, unless what was tried just now has moved it.
            if !goes_on || viewer.deadline <= snapshot.now {
                self.drop_viewer(index, view);
            }
        }
    }

    fn drop_viewer(&mut self, index: usize, view: &mut LiveView) {
        view.unwatch(index);
        self.viewers[index] = None;
    }

    /// The picture of now, made once, to all who have got all of the one before.
    fn send_pictures(&mut self, view: &mut LiveView, snapshot: &ServerSnapshot) {
        if snapshot.now < self.picture_at || self.watching() == 0 {
            return;
        }
        self.picture_at = snapshot.now + PICTURES_EVERY;
        let picture = events::picture(view, snapshot, self.watching());
        for index in 0..self.viewers.len() {
            let Some(viewer) = self.viewers[index].as_mut() else {
                continue;
            };
            if viewer.stage != Stage::Watching || !viewer.has_sent_all() {
                continue;
            }
            viewer.output.push_str(&picture);
            let now = view.now();
            if let Some((watch, known)) = view.watched(index) {
                events::append_connection(&mut viewer.output, watch, known, now);
            }
            if !viewer.send(snapshot.now) {
                self.drop_viewer(index, view);
            }
        }
    }

    fn accept(
        &mut self,
        registry: &Registry,
        token: impl Fn(ConnectionId) -> Token,
        now: Duration,
    ) {
        for _ in 0..ACCEPTS {
            let free = self.viewers.iter().position(Option::is_none);
            let (Some(index), Some(listener), true) = (
                free,
                &self.listener,
                self.may_accept && self.accept_at <= now,
            ) else {
                return;
            };
            match listener.accept() {
                Ok((stream, _)) => {
                    let slot = u32::try_from(index).unwrap_or(u32::MAX);
                    let generation = self.next_generation;
                    let id = ConnectionId { slot, generation };
                    self.next_generation = generation.wrapping_add(1);
                    self.viewers[index] = Viewer::admit(stream, id, now, registry, token(id)).ok();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.may_accept = false,
                Err(_) => self.accept_at = now + RETRY_AFTER,
            }
        }
        // More of them than a turn has time for: they are looked at soon.
        self.accept_at = now + RETRY_AFTER;
    }
}
