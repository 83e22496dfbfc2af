//! The states of one connection, and [`Connection::advance`], which drives them.
//!
//! ```text
//!             a whole head                 all sent, kept
//! accept ─▶ Reading ─────────▶ Responding ────────────────▶ Idle
//!             ▲  ▲                │   │                       │ bytes
//!             │  └────────────────┘   │ all sent, not kept    │
//!             │     more is here      ▼                       │
//!             │                    Closing ─▶ closed          │
//!             └───────────────────────────────────────────────┘
//! ```
//!
//! A state is an enum variant that carries its data: to change state is to replace the value, so
//! nothing is left over from the state before. Each state tries its operation when it is entered
//! and waits only once the socket has said that it would block: readiness comes as an edge, and
//! an edge that is not drained does not come again.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::access_log::Row;
use crate::answer::{self, Answer, Exhausted};
use crate::cause::Cause;
use crate::config::{CLOSING_DISCARDS, REQUEST_BUDGET, SEND_BUDGET};
use crate::exchange::{After, Exchange, FileRange, Piece, Record};
use crate::peer::Peer;
use crate::request::{self, HEAD_MAX, Parsed, Persistence, Request, RequestLine};
use crate::resource::{Content, Documents};
use crate::response;
use crate::shared::{Phase, Shared};
use crate::timeouts::Deadline;
use crate::transport::{Follow, Transport};

/// One client. It owns no buffer: what it holds beyond this struct hangs on its state.
#[derive(Debug)]
pub struct Connection<T: Transport> {
    transport: T,
    peer: Peer,
    /// Tells this connection from earlier ones in the same slot.
    serial: u32,
    /// How many requests it has made.
    requests: u32,
    /// When it was accepted, in milliseconds since 1970.
    connected_at: u64,
    ready: Readiness,
    /// Whether it stands in the pond's ready queue.
    pub queued: Queued,
    state: State<T::File>,
}

/// What the socket is known to be ready for: remembered, because an edge tells it only once.
/// Cleared by `WouldBlock`, or by a transfer shorter than asked (epoll(7), question 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// There may be something to read.
    pub readable: bool,
    /// There may be room to write.
    pub writable: bool,
    /// The peer has ended its side: a short read does not mean that no more is coming, for the
    /// end itself is still to be read.
    pub read_closed: bool,
}

/// Whether a connection stands in the ready queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// It does: work was stopped by a budget.
    Yes,
    /// It does not: it waits for the socket or its deadline.
    No,
}

#[derive(Debug)]
enum State<F> {
    /// A request is expected, and may have begun. Bytes are kept only if they are no whole head.
    Reading(Option<Box<Kept>>),
    /// A response that the socket has not taken whole.
    Responding(Box<Exchange<F>>),
    /// Between requests. Owns nothing on the heap, whatever came before.
    Idle,
    /// Our side has ended. What the peer still sends is thrown away, so that it reads our last
    /// answer: closing with unread input would send a reset, which can overtake that answer.
    Closing { discards_left: u32, cause: Cause },
}

/// The beginning of a head.
#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    /// How many of them have been searched for the head's end.
    scanned: usize,
}

/// What the caller of [`Connection::advance`] does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Wait for an event or the deadline.
    Wait,
    /// Call again in the next turn: a budget is used up, not the work.
    Yield,
    /// Drop the connection.
    Close(Cause),
    /// A file could not be opened for want of descriptors: make room and call again, or close.
    Exhausted,
}

/// The result of [`Connection::advance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// What to do next.
    pub then: Then,
    /// The deadline that now holds, counted from now; `None` leaves the one that runs.
    pub deadline: Option<Deadline>,
}

/// What one call may use up, and what it finds out on the way.
struct Turn {
    send_budget: usize,
    request_budget: u32,
    deadline: Option<Deadline>,
}

/// Why the requests at hand are not answered any further.
enum Stop {
    /// All are.
    Drained,
    /// What is left is no whole head.
    Partial { scanned: usize },
    /// The budget.
    Yield,
    /// No descriptor.
    Exhausted,
    /// The connection has gone on to sending or closing.
    StateChanged,
}

/// Input to be answered: fresh from the shared buffer, or together with what was kept.
enum Input<'a> {
    Fresh(&'a [u8]),
    Kept(Box<Kept>),
}

impl Input<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Fresh(bytes) => bytes,
            Self::Kept(kept) => &kept.bytes,
        }
    }

    /// Keeps what stands from `at` on. The box is used again: a head that drips in does not cost
    /// an allocation a byte.
    fn keep_from<F>(self, at: usize, scanned: usize) -> State<F> {
        let kept = match self {
            Self::Fresh(bytes) => Box::new(Kept {
                bytes: bytes[at..].to_vec(),
                scanned,
            }),
            Self::Kept(mut kept) => {
                kept.bytes.drain(..at);
                kept.scanned = scanned;
                kept
            }
        };
        State::Reading(Some(kept))
    }
}

impl<T: Transport> Connection<T> {
    /// A connection that was accepted at `now`. Its socket has room to write, and has not said
    /// yet whether there is something to read.
    pub fn new(transport: T, peer: Peer, serial: u32, now: SystemTime) -> Self {
        let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            transport,
            peer,
            serial,
            requests: 0,
            connected_at: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
            ready: Readiness {
                readable: false,
                writable: true,
                read_closed: false,
            },
            queued: Queued::No,
            state: State::Reading(None),
        }
    }

    /// Tells this connection from earlier ones in the same slot.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// Remembers an event.
    pub fn note(&mut self, event: Readiness) {
        self.ready.readable |= event.readable;
        self.ready.writable |= event.writable;
        self.ready.read_closed |= event.read_closed;
    }

    /// Does all that can be done without waiting, within the budget of a turn. `input` is the
    /// shared read buffer, at least [`HEAD_MAX`] bytes.
    pub fn advance<D: Documents<File = T::File>>(
        &mut self,
        shared: &mut Shared<D>,
        input: &mut [u8],
    ) -> Advance {
        let mut turn = Turn {
            send_budget: SEND_BUDGET,
            request_budget: REQUEST_BUDGET,
            deadline: None,
        };
        loop {
            let step = match self.state {
                State::Reading(_) | State::Idle => self.read(&mut turn, shared, input),
                State::Responding(_) => self.send(&mut turn, shared),
                State::Closing { .. } => self.discard(&mut turn, input),
            };
            if let Break(then) = step {
                let deadline = turn.deadline;
                return Advance { then, deadline };
            }
        }
    }

    /// Its deadline has passed. Before a connection is given up, what it waited for is tried once
    /// more: a request may lie in the socket whose event has not been seen, and room to write is
    /// told only when about a third of the send queue is free, which an honest slow reader may
    /// need longer for than the deadline.
    pub fn deadline_passed<D: Documents<File = T::File>>(
        &mut self,
        shared: &mut Shared<D>,
        input: &mut [u8],
    ) -> Advance {
        let cause = match &self.state {
            State::Reading(Some(kept)) if !request::is_blank(&kept.bytes) => {
                return self.refuse_partial_head(shared);
            }
            State::Reading(_) => return Advance::close(Cause::HeadDeadline),
            State::Closing { cause, .. } => return Advance::close(*cause),
            State::Idle => Cause::IdleDeadline,
            State::Responding(_) => Cause::StallDeadline,
        };
        self.ready.readable = true;
        self.ready.writable = true;
        let advance = self.advance(shared, input);
        match (advance.then, advance.deadline) {
            (Then::Wait, None) => Advance::close(cause),
            _ => advance,
        }
    }

    /// The server stops. A request that is already in the socket is answered, and what is being
    /// sent goes on; all else ends.
    pub fn stop<D: Documents<File = T::File>>(
        &mut self,
        shared: &mut Shared<D>,
        input: &mut [u8],
    ) -> Advance {
        if let State::Reading(_) | State::Idle = self.state {
            self.ready.readable = true;
        }
        let advance = self.advance(shared, input);
        match (advance.then, &self.state) {
            (Then::Wait, State::Reading(_) | State::Idle) => Advance::close(Cause::Stopped),
            _ => advance,
        }
    }

    /// It is being dropped for `cause`: a response that is on its way gets its row.
    pub fn abandon<D>(&self, cause: Cause, shared: &mut Shared<D>) {
        if let State::Responding(exchange) = &self.state {
            self.log(&exchange.record, exchange.body_sent, Some(cause), shared);
        }
    }

    /// Reading and Idle: reads what is there, and answers it.
    fn read<D: Documents<File = T::File>>(
        &mut self,
        turn: &mut Turn,
        shared: &mut Shared<D>,
        input: &mut [u8],
    ) -> ControlFlow<Then> {
        if let Some(kept) = self.take_kept_if(|kept| kept.scanned < kept.bytes.len()) {
            return self.serve(Input::Kept(kept), turn, shared);
        }
        if !self.ready.readable {
            return Break(Then::Wait);
        }
        // Never zero: a head that fills the buffer has been answered.
        let room = HEAD_MAX - self.kept_length();
        match self.transport.read(&mut input[..room]) {
            Ok(0) => Break(Then::Close(Cause::Peer)),
            Ok(count) => {
                self.ready.readable = count == room || self.ready.read_closed;
                let fresh = &input[..count];
                let input = match self.take_kept_if(|_| true) {
                    Some(mut kept) => {
                        kept.bytes.extend_from_slice(fresh);
                        Input::Kept(kept)
                    }
                    None => Input::Fresh(fresh),
                };
                self.serve(input, turn, shared)
            }
            Err(error) => self.read_failed(&error),
        }
    }

    fn read_failed(&mut self, error: &io::Error) -> ControlFlow<Then> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                self.ready.readable = false;
                Break(Then::Wait)
            }
            io::ErrorKind::Interrupted => Continue(()),
            _ => Break(Then::Close(Cause::Reset)),
        }
    }

    fn kept_length(&self) -> usize {
        match &self.state {
            State::Reading(Some(kept)) => kept.bytes.len(),
            _ => 0,
        }
    }

    fn take_kept_if(&mut self, wanted: impl Fn(&Kept) -> bool) -> Option<Box<Kept>> {
        match &mut self.state {
            State::Reading(kept) => kept.take_if(|kept| wanted(kept)),
            _ => None,
        }
    }

    /// Answers the requests in `input`, in order, and settles what becomes of the rest.
    fn serve<D: Documents<File = T::File>>(
        &mut self,
        input: Input,
        turn: &mut Turn,
        shared: &mut Shared<D>,
    ) -> ControlFlow<Then> {
        let mut at = 0;
        let stop = self.answer_all(&input, &mut at, turn, shared)?;
        // The head's deadline runs from its first byte. It runs already if this is more of a head
        // that had begun, or the first head of a connection, which counts from the accept.
        if at > 0 || matches!(self.state, State::Idle) {
            turn.deadline = Some(Deadline::Head);
        }
        match stop {
            Stop::Drained => {
                self.state = State::Idle;
                turn.deadline = Some(Deadline::Idle);
                Continue(())
            }
            Stop::Partial { scanned } => {
                self.state = input.keep_from(at, scanned);
                Continue(())
            }
            Stop::Yield => {
                self.state = input.keep_from(at, 0);
                Break(Then::Yield)
            }
            Stop::Exhausted => {
                self.state = input.keep_from(at, 0);
                Break(Then::Exhausted)
            }
            Stop::StateChanged => {
                // `answer` has said which deadline holds now; it is not the head's.
                turn.deadline = Some(self.deadline_of_state());
                if let State::Responding(exchange) = &mut self.state {
                    exchange.leftover = input.bytes()[at..].into();
                }
                Continue(())
            }
        }
    }

    /// The deadline that goes with the state.
    fn deadline_of_state(&self) -> Deadline {
        match self.state {
            State::Reading(_) => Deadline::Head,
            State::Responding(_) => Deadline::Stall,
            State::Idle => Deadline::Idle,
            State::Closing { .. } => Deadline::Closing,
        }
    }

    /// Answers from `at` on, and moves `at` past what has been answered.
    fn answer_all<D: Documents<File = T::File>>(
        &mut self,
        input: &Input,
        at: &mut usize,
        turn: &mut Turn,
        shared: &mut Shared<D>,
    ) -> ControlFlow<Then, Stop> {
        let mut scanned = match input {
            Input::Fresh(_) => 0,
            Input::Kept(kept) => kept.scanned,
        };
        loop {
            let rest = &input.bytes()[*at..];
            if rest.is_empty() {
                return Continue(Stop::Drained);
            }
            if turn.request_budget == 0 {
                return Continue(Stop::Yield);
            }
            match request::parse(rest, scanned) {
                Parsed::Partial { scanned } => return Continue(Stop::Partial { scanned }),
                Parsed::Rejected(line) => {
                    self.refuse(line, Cause::BadRequest, shared)?;
                    return Continue(Stop::StateChanged);
                }
                Parsed::Complete(request, length) => {
                    match self.answer(&request, shared) {
                        Ok(step) => step?,
                        Err(Exhausted) => return Continue(Stop::Exhausted),
                    }
                    *at += length;
                    scanned = 0;
                    turn.request_budget -= 1;
                }
            }
            if let State::Responding(_) | State::Closing { .. } = self.state {
                return Continue(Stop::StateChanged);
            }
        }
    }

    /// Answers one request.
    fn answer<D: Documents<File = T::File>>(
        &mut self,
        request: &Request,
        shared: &mut Shared<D>,
    ) -> Result<ControlFlow<Then>, Exhausted> {
        let now = shared.clock.now().wall;
        let dot_files = shared.dot_files;
        let answer = answer::to_request(request, &mut shared.documents, dot_files, now)?;
        self.requests = self.requests.saturating_add(1);
        let after = self.after(request.persistence, shared);
        Ok(self.respond(&answer, Some(request.line), after, shared))
    }

    /// Answers what can't be trusted with 400, after which nothing more is read as a request.
    fn refuse<D: Documents<File = T::File>>(
        &mut self,
        line: Option<RequestLine>,
        cause: Cause,
        shared: &mut Shared<D>,
    ) -> ControlFlow<Then> {
        let answer = answer::bad_request(&mut shared.documents);
        self.requests = self.requests.saturating_add(1);
        self.respond(&answer, line, After::Close(cause), shared)
    }

    /// A head that has begun and not ended in time gets a 400.
    fn refuse_partial_head<D: Documents<File = T::File>>(
        &mut self,
        shared: &mut Shared<D>,
    ) -> Advance {
        let then = match self.refuse(None, Cause::HeadDeadline, shared) {
            Break(then) => then,
            // There may be input to throw away, or room for the rest of the answer.
            Continue(()) => Then::Yield,
        };
        let deadline = Some(self.deadline_of_state());
        Advance { then, deadline }
    }

    /// Whether the connection is kept after this answer.
    fn after<D>(&self, persistence: Persistence, shared: &Shared<D>) -> After {
        let limits = &shared.limits;
        let used_up = limits
            .keep_alive_requests
            .is_some_and(|most| self.requests >= most.get());
        if shared.phase == Phase::Stopping {
            After::Close(Cause::Stopped)
        } else if persistence == Persistence::Close {
            After::Close(Cause::CloseAsked)
        } else if used_up || limits.keep_alive.is_zero() {
            After::Close(Cause::RequestLimit)
        } else {
            After::Keep
        }
    }

    /// What the head says of that.
    fn connection_field<D>(&self, after: After, shared: &Shared<D>) -> response::Connection {
        let limits = &shared.limits;
        match after {
            After::Close(_) => response::Connection::Close,
            After::Keep => response::Connection::KeepAlive {
                // Rounded down: what is said is a promise.
                timeout: limits.keep_alive.as_secs(),
                max: limits
                    .keep_alive_requests
                    .map(|most| most.get().saturating_sub(self.requests)),
            },
        }
    }

    /// Sends an answer, as far as the socket takes it. A small one leaves in one write from the
    /// shared buffer and leaves nothing behind; of any other the rest goes into `Responding`.
    fn respond<D: Documents<File = T::File>>(
        &mut self,
        answer: &Answer<T::File>,
        line: Option<RequestLine>,
        after: After,
        shared: &mut Shared<D>,
    ) -> ControlFlow<Then> {
        let now = shared.clock.now();
        let (method, target) = line.map_or(("", ""), |line| (line.method, line.target));
        let record = Record {
            method,
            target,
            file: answer.resource().map_or("", |resource| &resource.path),
            status: answer.status(),
            requested_at: now.wall,
            started: now.monotonic,
        };
        shared.lines.add(method, target, record.status);

        let mut output = std::mem::take(&mut shared.output);
        output.clear();
        let connection = self.connection_field(after, shared);
        response::append_head(
            &mut output,
            answer,
            connection,
            shared.clock.date(),
            now.wall,
        );
        let head = output.len();
        // HEAD is answered as GET would be, field for field, and then not sent the body.
        let file = match method {
            "HEAD" => None,
            _ => append_body(&mut output, answer),
        };
        let taken = self.write_first(&output, file.is_some());
        let step = match taken {
            Err(_) => {
                self.log(&record, 0, Some(Cause::Reset), shared);
                Break(Then::Close(Cause::Reset))
            }
            Ok(taken) if taken == output.len() && file.is_none() => {
                self.log(&record, (taken - head) as u64, None, shared);
                self.finish(after)
            }
            Ok(taken) => {
                self.state = State::Responding(Box::new(Exchange {
                    memory: output[taken..].into(),
                    taken: 0,
                    file,
                    head_left: head.saturating_sub(taken),
                    body_sent: taken.saturating_sub(head) as u64,
                    record: record.to_owned(),
                    leftover: Box::default(),
                    after,
                }));
                Continue(())
            }
        };
        shared.output = output;
        step
    }

    /// The first write of a response: zero bytes if the socket has no room at all.
    fn write_first(&mut self, bytes: &[u8], body_follows: bool) -> io::Result<usize> {
        if !self.ready.writable {
            return Ok(0);
        }
        let follow = if body_follows {
            Follow::Body
        } else {
            Follow::Nothing
        };
        match self.transport.write(bytes, follow) {
            Ok(taken) => {
                self.ready.writable = taken == bytes.len();
                Ok(taken)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.ready.writable = false;
                Ok(0)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Responding: sends the next piece.
    fn send<D>(&mut self, turn: &mut Turn, shared: &mut Shared<D>) -> ControlFlow<Then> {
        let State::Responding(exchange) = &mut self.state else {
            return Continue(());
        };
        if !matches!(exchange.piece(), Piece::Nothing) {
            if !self.ready.writable {
                return Break(Then::Wait);
            }
            if turn.send_budget == 0 {
                return Break(Then::Yield);
            }
        }
        let sent = match exchange.piece() {
            Piece::Nothing => return self.sent_all(turn, shared),
            Piece::Memory(bytes, follow) => {
                let sent = self.transport.write(bytes, follow);
                self.ready.writable = matches!(sent, Ok(count) if count == bytes.len());
                sent
            }
            Piece::File(file, offset, count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                // A short answer says nothing about the socket here: it may be that the file
                // ended. The next call tells: it would block, or it sends nothing.
                let count = count.min(turn.send_budget);
                match self.transport.send_file(file, offset, count) {
                    Ok(0) => return Break(Then::Close(Cause::FileShrank)),
                    sent => sent,
                }
            }
        };
        match sent {
            Ok(count) => {
                exchange.sent(count);
                turn.send_budget = turn.send_budget.saturating_sub(count);
                // Progress, and nothing else, pushes the deadline back.
                turn.deadline = Some(Deadline::Stall);
                Continue(())
            }
            Err(error) => self.send_failed(&error),
        }
    }

    fn send_failed(&mut self, error: &io::Error) -> ControlFlow<Then> {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                self.ready.writable = false;
                Break(Then::Wait)
            }
            io::ErrorKind::Interrupted => {
                self.ready.writable = true;
                Continue(())
            }
            // Only reading the file can say so; a socket has other errors.
            _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                Break(Then::Close(Cause::FileShrank))
            }
            _ => Break(Then::Close(Cause::Reset)),
        }
    }

    /// The response has left: its row is written, and the input read beyond its request is next.
    fn sent_all<D>(&mut self, turn: &mut Turn, shared: &mut Shared<D>) -> ControlFlow<Then> {
        let State::Responding(exchange) = std::mem::replace(&mut self.state, State::Idle) else {
            return Continue(());
        };
        self.log(&exchange.record, exchange.body_sent, None, shared);
        let after = match (exchange.after, shared.phase) {
            // The head said "kept", but that was before the stop.
            (After::Keep, Phase::Stopping) => After::Close(Cause::Stopped),
            (after, _) => after,
        };
        let step = self.finish(after);
        if after == After::Keep && !exchange.leftover.is_empty() {
            self.state = State::Reading(Some(Box::new(Kept {
                bytes: exchange.leftover.into_vec(),
                scanned: 0,
            })));
        }
        turn.deadline = Some(self.deadline_of_state());
        step
    }

    /// After a response: Idle, or the end.
    fn finish(&mut self, after: After) -> ControlFlow<Then> {
        match after {
            After::Keep => self.state = State::Idle,
            After::Close(cause) => {
                if self.transport.shutdown_write().is_err() {
                    return Break(Then::Close(cause));
                }
                self.state = State::Closing {
                    discards_left: CLOSING_DISCARDS,
                    cause,
                };
            }
        }
        Continue(())
    }

    /// Closing: throws input away until the peer ends its side too.
    fn discard(&mut self, turn: &mut Turn, input: &mut [u8]) -> ControlFlow<Then> {
        let State::Closing {
            discards_left,
            cause,
        } = &mut self.state
        else {
            return Continue(());
        };
        let cause = *cause;
        if !self.ready.readable {
            return Break(Then::Wait);
        }
        if turn.send_budget == 0 {
            return Break(Then::Yield);
        }
        match self.transport.read(input) {
            Ok(0) => Break(Then::Close(cause)),
            Ok(count) => {
                self.ready.readable = count == input.len() || self.ready.read_closed;
                turn.send_budget = turn.send_budget.saturating_sub(count);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                match discards_left.checked_sub(count) {
                    Some(left) => *discards_left = left,
                    None => return Break(Then::Close(cause)),
                }
                Continue(())
            }
            Err(error) => match self.read_failed(&error) {
                // It ended for what came before, whatever way the peer takes its leave.
                Break(Then::Close(_)) => Break(Then::Close(cause)),
                step => step,
            },
        }
    }

    /// One row for each response, when it has ended one way or the other.
    fn log<S: AsRef<str>, D>(
        &self,
        record: &Record<S>,
        bytes: u64,
        cut_short: Option<Cause>,
        shared: &mut Shared<D>,
    ) {
        let ended = shared.clock.elapsed();
        let row = Row {
            connected_at: UNIX_EPOCH + Duration::from_millis(self.connected_at),
            requested_at: record.requested_at,
            client: self.peer.into(),
            method: record.method.as_ref(),
            target: record.target.as_ref(),
            file: record.file.as_ref(),
            status: record.status,
            bytes,
            duration: ended.saturating_sub(record.started),
            cut_short,
        };
        shared.log.record(&row, shared.clock.now().monotonic);
    }
}

impl Advance {
    fn close(cause: Cause) -> Self {
        Self {
            then: Then::Close(cause),
            deadline: None,
        }
    }
}

/// Appends a body that is in memory; gives back one that is a file.
fn append_body<F>(out: &mut Vec<u8>, answer: &Answer<F>) -> Option<FileRange<F>> {
    let resource = match answer {
        Answer::File(resource) | Answer::OwnPage(_, resource) => resource,
        Answer::NotModified(_) => return None,
        Answer::BuiltInPage(_, page) => {
            out.extend_from_slice(page.as_bytes());
            return None;
        }
    };
    match &resource.content {
        Content::Bytes(bytes) => {
            out.extend_from_slice(bytes);
            None
        }
        Content::File(file) => Some(FileRange {
            file: file.clone(),
            offset: 0,
            end: resource.length,
        }),
    }
}

#[cfg(test)]
mod tests;
