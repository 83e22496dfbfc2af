//! Events → JSON for trace viewers, in the Trace Event Format: an array of objects, one per line.
//!
//! The loop has a track of its own. Polls and turns fill it without a gap, and the work of each
//! connection nests in its turn. Each slot has a track too, which shows the states of the
//! connections in that slot, one after the other. The format's closing bracket is optional, so a
//! viewer can load a file that a crash cut off.
//!
//! The format: "Trace Event Format", Google, 2016. Its `ts` is in microseconds. `B` and `E` begin
//! and end a span, `i` is an instant, `C` a counter, `M` names a track.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::chrome_args::{CONNECTIONS, LOOP, Track, instant, micros, track_of, wake_reason};
use super::json::Json;
use super::sentence::connection_name;
use crate::events::deadline::Deadline;
use crate::events::event::{ConnectionCounts, Event};
use crate::events::id::ConnectionId;
use crate::events::state::StateName;

/// A span of the loop's track that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Poll,
    Turn,
    Work,
}

/// Writes events in the order in which they come. It writes no end of a span whose begin it has
/// not seen: a ring may have lost its oldest events.
#[derive(Debug)]
pub(super) struct ChromeTrace<W: Write> {
    out: W,
    line: Json,
    is_first: bool,
    /// The open spans of the loop's track, innermost last.
    spans: Vec<Span>,
    /// When the last turn ended: the next poll begins there, so that the track has no gap.
    turn_ended: Duration,
    turn_began: Duration,
    /// The open state on each slot's track.
    states: HashMap<u32, StateName>,
    /// The slots whose tracks have their names.
    named: HashSet<u32>,
    first: Duration,
    last: Duration,
}

impl<W: Write> ChromeTrace<W> {
    /// Begins the array. `first` is the time of the first event.
    pub(super) fn begin(mut out: W, first: Duration) -> io::Result<Self> {
        out.write_all(b"[")?;
        let mut chrome = Self {
            out,
            line: Json::default(),
            is_first: true,
            spans: Vec::new(),
            turn_ended: first,
            turn_began: first,
            states: HashMap::new(),
            named: HashSet::new(),
            first,
            last: first,
        };
        chrome.name("process_name", LOOP, "millpond")?;
        chrome.name("thread_name", LOOP, "the loop")?;
        chrome.name("process_name", CONNECTIONS, "connections")?;
        Ok(chrome)
    }

    pub(super) fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) -> io::Result<()> {
        self.last = at;
        match id {
            Some(id) => self.on_connection_event(at, id, event, request),
            None => self.on_loop_event(at, event),
        }
    }

    /// Ends all open spans, and the array.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let last = self.last;
        self.end_spans(last)?;
        let open: Vec<u32> = self.states.drain().map(|(slot, _)| slot).collect();
        for slot in open {
            self.end(last, track_of(slot))?;
        }
        self.out.write_all(b"\n]\n")?;
        self.out.flush()
    }

    /// Hands the buffered text to the system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn on_loop_event(&mut self, at: Duration, event: Event) -> io::Result<()> {
        let mut args = Json::default();
        match event {
            Event::PollBegins(timeout) => {
                let at = if self.spans.is_empty() {
                    self.turn_ended
                } else {
                    at
                };
                self.end_spans(at)?;
                args.optional("timeout_us", timeout.map(micros));
                self.begin_span(at, Span::Poll, "poll", &args)
            }
            Event::TurnBegins(_, events) => {
                self.end_spans(at)?;
                self.turn_began = at;
                args.number("events", events);
                self.begin_span(at, Span::Turn, "turn", &args)
            }
            Event::TurnEnds(counts) => {
                self.end_spans(at)?;
                self.turn_ended = at;
                self.count(at, &counts)
            }
            Event::DumpRequested => self.object("i", at, LOOP, "asked", &args),
            _ => Ok(()),
        }
    }

    fn on_connection_event(
        &mut self,
        at: Duration,
        id: ConnectionId,
        event: Event,
        request: &str,
    ) -> io::Result<()> {
        let track = track_of(id.slot);
        match event {
            Event::Accepted(peer) => {
                let mut args = connection_args(id);
                args.string("peer", &SocketAddr::from(peer).to_string());
                self.object("i", at, track, "accepted", &args)?;
                self.enter(at, id, StateName::Reading)
            }
            Event::WorkBegins(reason) => {
                let mut args = Json::default();
                args.string("occasion", wake_reason(reason));
                self.begin_span(at, Span::Work, &connection_name(id), &args)
            }
            Event::WorkEnds if self.spans.last() == Some(&Span::Work) => {
                self.spans.pop();
                self.end(at, LOOP)
            }
            Event::Changed(from, to) => {
                if !self.states.contains_key(&id.slot) {
                    self.enter(self.first, id, from)?;
                }
                self.end(at, track)?;
                self.enter(at, id, to)
            }
            Event::Closed(reason) => {
                if self.states.remove(&id.slot).is_some() {
                    self.end(at, track)?;
                }
                let mut args = connection_args(id);
                args.string("cause", reason.name());
                self.object("i", at, track, "closed", &args)
            }
            event => {
                let mut args = Json::default();
                match instant(event, request, &mut args) {
                    Some(name) => self.object("i", at, track, name, &args),
                    None => Ok(()),
                }
            }
        }
    }

    /// Begins a state on the track of its slot.
    fn enter(&mut self, at: Duration, id: ConnectionId, state: StateName) -> io::Result<()> {
        let track = track_of(id.slot);
        if self.named.insert(id.slot) {
            self.name("thread_name", track, &format!("slot {}", id.slot))?;
        }
        self.states.insert(id.slot, state);
        self.object("B", at, track, state.name(), &connection_args(id))
    }

    fn begin_span(&mut self, at: Duration, span: Span, name: &str, args: &Json) -> io::Result<()> {
        self.spans.push(span);
        self.object("B", at, LOOP, name, args)
    }

    /// Ends all open spans of the loop's track.
    fn end_spans(&mut self, at: Duration) -> io::Result<()> {
        while self.spans.pop().is_some() {
            self.end(at, LOOP)?;
        }
        Ok(())
    }

    fn end(&mut self, at: Duration, track: Track) -> io::Result<()> {
        self.object("E", at, track, "", &Json::default())
    }

    /// Writes the counters. The loop's lag is the length of the turn: a connection that becomes
    /// ready just after the turn has begun waits that long.
    fn count(&mut self, at: Duration, counts: &ConnectionCounts) -> io::Result<()> {
        let mut connections = Json::default();
        connections.number("open", counts.open);
        connections.number("idle", counts.waiting_for(Deadline::Idle));
        connections.number("sending", counts.waiting_for(Deadline::Stall));
        self.object("C", at, LOOP, "connections", &connections)?;
        let mut queues = Json::default();
        queues.number("ready", counts.ready);
        queues.number("parked", counts.waiting_for_fd);
        self.object("C", at, LOOP, "queues", &queues)?;
        let mut lag = Json::default();
        lag.number("us", micros(at.saturating_sub(self.turn_began)));
        self.object("C", at, LOOP, "loop lag", &lag)
    }

    fn name(&mut self, what: &str, track: Track, name: &str) -> io::Result<()> {
        let mut args = Json::default();
        args.string("name", name);
        self.object("M", self.first, track, what, &args)
    }

    fn object(
        &mut self,
        phase: &str,
        at: Duration,
        track: Track,
        name: &str,
        args: &Json,
    ) -> io::Result<()> {
        let separator: &[u8] = if self.is_first { b"\n" } else { b",\n" };
        self.is_first = false;
        self.line.clear();
        self.line.object(|line| {
            line.string("ph", phase);
            line.number("ts", micros(at));
            line.number("pid", track.process);
            line.number("tid", track.thread);
            if !name.is_empty() {
                line.string("name", name);
            }
            if phase == "i" {
                // Its scope is this track.
                line.string("s", "t");
            }
            line.member_if_any("args", args);
        });
        self.out.write_all(separator)?;
        self.out.write_all(self.line.as_bytes())
    }
}

fn connection_args(id: ConnectionId) -> Json {
    let mut args = Json::default();
    args.string("connection", &connection_name(id));
    args
}

#[cfg(test)]
mod tests;
