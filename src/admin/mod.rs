//! The live view (`--admin`): a second, tiny HTTP server in the same loop, for viewers.
//!
//! Invariant: a viewer changes nothing that it sees. Viewers are not connections of the connection
//! table: they have a small state machine and a bound of their own, and no row in the log. A viewer
//! that reads too slowly misses pictures and makes no client wait. No request changes anything.
//! Without a viewer the live view never wakes the loop; with one it does so every
//! `PICTURES_EVERY`.
//!
//! Must not know: the connection table and its connections. It reads a [`LiveView`] and a
//! `ServerSnapshot`.
//!
//! Read in this order: this file (the listener and all viewers), `accept`, `viewer` (one of them), `routes`
//! with `page` and `reply` (a request and its answer), `state`, `metrics`, `events` (three forms of
//! the same facts).

mod accept;
mod events;
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

pub(crate) use self::state::ServerSnapshot;
use self::viewer::{Stage, VIEWERS_MAX, Viewer};
use crate::error::Error;
use crate::events::id::ConnectionId;
use crate::observe::live::LiveView;
use crate::os::bind::{self, Endpoint};
use crate::os::descriptors::ADMIN_RESERVE;
use crate::os::listen_address::ListenAddress;

/// How many viewers there may be: some more than may watch, so that a collector gets metrics while
/// that many watch. [`ADMIN_RESERVE`] is for the viewers, the listener, and a new viewer for which an
/// old one is then evicted.
const CONNECTIONS_MAX: usize = 22;

const _: () = assert!(VIEWERS_MAX < CONNECTIONS_MAX);
const _: () = assert!((CONNECTIONS_MAX as u64) + 2 <= ADMIN_RESERVE);

/// The time between two pictures for the viewers that watch.
const PICTURES_EVERY: Duration = Duration::from_millis(250);

/// The listener and all viewers.
#[derive(Debug)]
pub(crate) struct Admin {
    /// `None` once the server stops, because a successor may want the port.
    listener: Option<TcpListener>,
    endpoint: Endpoint,
    /// Names for the Host field besides those of its address.
    hosts: Vec<String>,
    /// Whether connections may wait in the kernel's queue. Only `WouldBlock` clears it.
    may_accept: bool,
    /// No accept before this time.
    accept_at: Duration,
    viewers: [Option<Viewer>; CONNECTIONS_MAX],
    next_generation: u32,
    /// When the next picture is due.
    picture_at: Duration,
}

impl Admin {
    /// Listens. To be called before the process enters a sandbox. Of `localhost` it takes 127.0.0.1
    /// alone. `hosts` are names for the Host field besides those of the address.
    pub(crate) fn bind(address: &ListenAddress, hosts: &[String]) -> Result<Self, Error> {
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

    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match &mut self.listener {
            Some(listener) => registry.register(listener, token, Interest::READABLE),
            None => Ok(()),
        }
    }

    /// The lines about the live view that the server prints when it starts.
    pub(crate) fn notices(&self) -> Vec<String> {
        let endpoint = self.endpoint;
        let mut lines = vec![format!(
            "live view on http://{}/{}",
            endpoint.address,
            endpoint.reach()
        )];
        let is_local = endpoint.address.ip().to_canonical().is_loopback();
        if endpoint.is_on_all_interfaces || !is_local {
            lines.push(
                "the live view has no password, and whoever can reach it sees who is served; \
                 127.0.0.1 and a tunnel (ssh -L) are safer"
                    .to_owned(),
            );
        }
        lines
    }

    /// The kernel reports that viewers have connected.
    pub(crate) fn mark_acceptable(&mut self) {
        self.may_accept = true;
    }

    /// The kernel reports that a viewer's socket has become ready.
    pub(crate) fn mark_ready(&mut self, id: ConnectionId) {
        let viewer = self.viewers.get_mut(id.slot as usize);
        if let Some(viewer) = viewer
            .and_then(Option::as_mut)
            .filter(|viewer| viewer.id == id)
        {
            viewer.is_ready = true;
        }
    }

    /// Frees the port when the server stops. Viewers stay until the process ends.
    pub(crate) fn close_listener(&mut self) {
        self.listener = None;
    }

    /// When [`Admin::run`] has something to do even without an event. `None` without a viewer.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        let may_accept = self.listener.is_some() && self.may_accept;
        let accept = self.next_place().filter(|_| may_accept);
        let accept = accept.map(|(_, at)| at.max(self.accept_at));
        let waits_for_picture =
            |viewer: &&Viewer| viewer.stage == Stage::Watching && viewer.has_sent_all();
        let picture = self.viewers().any(|viewer| waits_for_picture(&viewer));
        self.viewers()
            .filter(|viewer| !waits_for_picture(viewer))
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

    /// The live view's part of a turn. It comes after the clients' part, so that clients do not wait
    /// for viewers. `token` maps a viewer to its token.
    pub(crate) fn run(
        &mut self,
        registry: &Registry,
        token: impl Fn(ConnectionId) -> Token,
        view: &mut LiveView,
        snapshot: &ServerSnapshot,
    ) {
        self.advance_viewers(view, snapshot);
        self.send_pictures(view, snapshot);
        self.accept(registry, token, view, snapshot.now);
    }

    /// Advances each viewer that is ready or whose deadline has passed.
    fn advance_viewers(&mut self, view: &mut LiveView, snapshot: &ServerSnapshot) {
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
            let is_open = viewer.advance(snapshot.now, snapshot.limits.max_head, |head| {
                let reply = routes::answer(head, &self.hosts, watching, view, snapshot);
                if let Some(slot) = reply.slot {
                    view.watch(index, slot);
                }
                reply
            });
            // Progress moves the deadline. If it did not, the viewer is closed.
            if !is_open || viewer.deadline <= snapshot.now {
                self.drop_viewer(index, view);
            }
        }
    }

    fn drop_viewer(&mut self, index: usize, view: &mut LiveView) {
        view.unwatch(index);
        self.viewers[index] = None;
    }

    /// Makes one picture for all viewers that have taken the whole last one.
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
            if let Some((timeline, connection)) = view.watched(index) {
                events::append_connection(&mut viewer.output, timeline, connection, now);
            }
            if !viewer.send(snapshot.now) {
                self.drop_viewer(index, view);
            }
        }
    }
}
