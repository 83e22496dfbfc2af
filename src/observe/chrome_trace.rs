//! Events → JSON for trace viewers, in the Trace Event Format: an array of objects, one a line.
//!
//! The loop is a track of its own: polls and turns fill it without a gap, and each connection's
//! work is nested in its turn. Each slot is a track too, on which the states of the connections in
//! it follow one another. A reader of this format does without the closing bracket, so a file that
//! a crash cut off can be loaded.
//!
//! The format: "Trace Event Format", Google, 2016. Its `ts` is in microseconds. `B` and `E` begin
//! and end a span, `i` is an instant, `C` a counter, `M` gives a track its name.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use super::chrome_args::{CONNECTIONS, LOOP, Track, track_of};
use super::chrome_args::{happening, micros, occasion_name};
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

/// Writes events as they come. It leaves out the end of what it has not seen begin, as at the
/// front of a ring that has lost its oldest events.
#[derive(Debug)]
pub struct ChromeTrace<W: Write> {
    out: W,
    line: String,
    is_first: bool,
    /// What is open on the loop's track, innermost last.
    spans: Vec<Span>,
    /// When the span before ended: the next one begins there.
    began: Duration,
    turn_began: Duration,
    /// The state that is drawn on each slot's track.
    states: HashMap<u32, StateName>,
    named: HashSet<u32>,
    first: Duration,
    last: Duration,
}

impl<W: Write> ChromeTrace<W> {
    /// Begins the array. `first` is the time of the first event.
    pub fn begin(mut out: W, first: Duration) -> io::Result<Self> {
        out.write_all(b"[")?;
        let mut chrome = Self {
            out,
            line: String::new(),
            is_first: true,
            spans: Vec::new(),
            began: first,
            turn_began: first,
            states: HashMap::new(),
            named: HashSet::new(),
            first,
            last: first,
        };
        chrome.name("process_name", LOOP, "millpond")?;
        chrome.name("thread_name", LOOP, "the loop")?;
        let connections = Track {
            group: CONNECTIONS,
            row: 0,
        };
        chrome.name("process_name", connections, "connections")?;
        Ok(chrome)
    }

    /// Writes down one event.
    pub fn on_event(
        &mut self,
        at: Duration,
        id: Option<ConnectionId>,
        event: Event,
        request: &str,
    ) -> io::Result<()> {
        self.last = at;
        match id {
            Some(id) => self.of_connection(at, id, event, request),
            None => self.of_loop(at, event),
        }
    }

    /// Ends all that is open, and the array.
    pub fn finish(&mut self) -> io::Result<()> {
        let last = self.last;
        while self.end_span(last)? {}
        let open: Vec<u32> = self.states.drain().map(|(slot, _)| slot).collect();
        for slot in open {
            self.end(last, track_of(slot))?;
        }
        self.out.write_all(b"\n]\n")?;
        self.out.flush()
    }

    /// Hands what there is to the system.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn of_loop(&mut self, at: Duration, event: Event) -> io::Result<()> {
        match event {
            Event::PollBegins(timeout) => {
                let at = if self.spans.is_empty() {
                    self.began
                } else {
                    at
                };
                while self.end_span(at)? {}
                let most = timeout.map_or("null".to_owned(), micros);
                self.begin_span(at, Span::Poll, "poll", &format!("\"timeout_us\":{most}"))
            }
            Event::TurnBegins(_, events) => {
                while self.end_span(at)? {}
                self.turn_began = at;
                self.begin_span(at, Span::Turn, "turn", &format!("\"events\":{events}"))
            }
            Event::TurnEnds(counts) => {
                while self.end_span(at)? {}
                self.began = at;
                self.count(at, &counts)
            }
            Event::DumpRequested => self.instant(at, LOOP, "asked", ""),
            _ => Ok(()),
        }
    }

    fn of_connection(
        &mut self,
        at: Duration,
        id: ConnectionId,
        event: Event,
        request: &str,
    ) -> io::Result<()> {
        let track = track_of(id.slot);
        match event {
            Event::Accepted(peer) => {
                let peer = std::net::SocketAddr::from(peer);
                let values = format!("\"connection\":\"{}\",\"peer\":\"{peer}\"", name(id));
                self.instant(at, track, "accepted", &values)?;
                self.enter(at, id, StateName::Reading)
            }
            Event::WorkBegins(occasion) => {
                let values = format!("\"occasion\":\"{}\"", occasion_name(occasion));
                self.begin_span(at, Span::Work, &name(id), &values)
            }
            Event::WorkEnds if self.spans.last() == Some(&Span::Work) => {
                self.end_span(at).map(|_| ())
            }
            Event::Changed(from, to) => {
                if !self.states.contains_key(&id.slot) {
                    self.enter(self.first, id, from)?;
                }
                self.end(at, track)?;
                self.enter(at, id, to)
            }
            Event::Closed(cause) => {
                if self.states.remove(&id.slot).is_some() {
                    self.end(at, track)?;
                }
                let cause = cause.name();
                let values = format!("\"connection\":\"{}\",\"cause\":\"{cause}\"", name(id));
                self.instant(at, track, "closed", &values)
            }
            event => match happening(event, request) {
                Some((what, values)) => self.instant(at, track, what, &values),
                None => Ok(()),
            },
        }
    }

    /// A state begins on the track of its slot.
    fn enter(&mut self, at: Duration, id: ConnectionId, state: StateName) -> io::Result<()> {
        let track = track_of(id.slot);
        if self.named.insert(id.slot) {
            self.name("thread_name", track, &format!("slot {}", id.slot))?;
        }
        self.states.insert(id.slot, state);
        let values = format!("\"connection\":\"{}\"", name(id));
        self.object('B', at, track, state.name(), &values)
    }

    fn begin_span(&mut self, at: Duration, span: Span, name: &str, values: &str) -> io::Result<()> {
        self.spans.push(span);
        self.object('B', at, LOOP, name, values)
    }

    /// Ends the innermost span of the loop; says whether there was one.
    fn end_span(&mut self, at: Duration) -> io::Result<bool> {
        match self.spans.pop() {
            Some(_) => self.end(at, LOOP).map(|()| true),
            None => Ok(false),
        }
    }

    fn end(&mut self, at: Duration, track: Track) -> io::Result<()> {
        self.object('E', at, track, "", "")
    }

    fn instant(&mut self, at: Duration, track: Track, name: &str, values: &str) -> io::Result<()> {
        self.object('i', at, track, name, values)
    }

    /// The counters. The loop's lag is how long the turn took: who became ready when it had just
    /// begun had to wait so long.
    fn count(&mut self, at: Duration, counts: &ConnectionCounts) -> io::Result<()> {
        let connections = format!(
            "\"open\":{},\"idle\":{},\"sending\":{}",
            counts.open,
            counts.waiting_for(Deadline::Idle),
            counts.waiting_for(Deadline::Stall)
        );
        self.object('C', at, LOOP, "connections", &connections)?;
        let queues = format!(
            "\"ready\":{},\"parked\":{}",
            counts.ready, counts.waiting_for_fd
        );
        self.object('C', at, LOOP, "queues", &queues)?;
        let lag = micros(at.saturating_sub(self.turn_began));
        self.object('C', at, LOOP, "loop lag", &format!("\"us\":{lag}"))
    }

    fn name(&mut self, what: &str, track: Track, name: &str) -> io::Result<()> {
        let first = self.first;
        self.object('M', first, track, what, &format!("\"name\":\"{name}\""))
    }

    fn object(
        &mut self,
        phase: char,
        at: Duration,
        track: Track,
        name: &str,
        values: &str,
    ) -> io::Result<()> {
        let separator = if self.is_first { "" } else { "," };
        self.is_first = false;
        self.line.clear();
        // Writing to a String can't fail.
        let _ = write!(
            self.line,
            "{separator}\n{{\"ph\":\"{phase}\",\"ts\":{},\"pid\":{},\"tid\":{}",
            micros(at),
            track.group,
            track.row
        );
        if !name.is_empty() {
            let _ = write!(self.line, ",\"name\":\"{name}\"");
        }
        if phase == 'i' {
            // Its scope: this track.
            self.line.push_str(",\"s\":\"t\"");
        }
        if !values.is_empty() {
            let _ = write!(self.line, ",\"args\":{{{values}}}");
        }
        self.line.push('}');
        self.out.write_all(self.line.as_bytes())
    }
}

/// A connection's name: slot and serial number.
pub(super) fn name(id: ConnectionId) -> String {
    format!("{}#{}", id.slot, id.generation)
}

#[cfg(test)]
mod tests;
