//! A request → its answer, as far as the socket takes it at once.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, State, Then, Turn};
use crate::answer::{self, Answer, Exhausted};
use crate::cause::Cause;
use crate::exchange::{After, Exchange, FileRange, Record};
use crate::observer::{Direction, Event, Observer};
use crate::request::{Method, Persistence, Request, RequestLine};
use crate::resource::Content;
use crate::response::{self, ConnectionField};
use crate::shared::{Env, Phase, Shared};
use crate::states::StateName;
use crate::transport::{Follow, Transport};

impl<E: Env> Connection<E> {
    /// Answers one request. `beyond` is the input that follows it.
    pub(super) fn answer(
        &mut self,
        request: &Request,
        beyond: &[u8],
        turn: &mut Turn,
        shared: &mut Shared<E>,
    ) -> Result<ControlFlow<Then>, Exhausted> {
        let now = shared.clock.now().wall;
        let dot_files = shared.dot_files;
        turn.look_anew_if_needed(&mut shared.documents);
        let answer = answer::to_request(request, &mut shared.documents, dot_files, now)?;
        // A file that is to be kept open must not take the descriptor that the next small file
        // is read with.
        if answer.keeps_file(request.method) && shared.descriptors.room_for_files() == 0 {
            return Err(Exhausted);
        }
        self.requests = self.requests.saturating_add(1);
        let after = self.after(request.persistence, beyond, shared);
        Ok(self.respond(&answer, Some(request.line), after, turn, shared))
    }

    /// Answers what can't be trusted with 400, after which nothing more is read as a request.
    pub(super) fn refuse(
        &mut self,
        line: Option<RequestLine>,
        cause: Cause,
        turn: &mut Turn,
        shared: &mut Shared<E>,
    ) -> ControlFlow<Then> {
        turn.look_anew_if_needed(&mut shared.documents);
        let mut answer = answer::bad_request(&mut shared.documents);
        // A page of the root's own is not worth waiting for a descriptor.
        if answer.keeps_file(Method::Get) && shared.descriptors.room_for_files() == 0 {
            answer = answer::built_in_bad_request();
        }
        self.requests = self.requests.saturating_add(1);
        self.respond(&answer, line, After::CloseInStages(cause), turn, shared)
    }

    /// Whether the connection is kept after this answer.
    fn after(&self, persistence: Persistence, beyond: &[u8], shared: &Shared<E>) -> After {
        let limits = &shared.limits;
        let used_up = limits
            .keep_alive_requests
            .is_some_and(|most| self.requests >= most.get());
        if shared.phase == Phase::Stopping {
            After::CloseInStages(Cause::Stopped)
        } else if persistence == Persistence::Close && beyond.is_empty() {
            After::CloseAtOnce
        } else if persistence == Persistence::Close {
            After::CloseInStages(Cause::CloseAsked)
        } else if used_up || limits.keep_alive.is_zero() {
            After::CloseInStages(Cause::RequestLimit)
        } else {
            After::Keep
        }
    }

    /// What the head says of that.
    fn connection_field(&self, after: After, shared: &Shared<E>) -> ConnectionField {
        let limits = &shared.limits;
        match after {
            After::CloseInStages(_) | After::CloseAtOnce => ConnectionField::Close,
            After::Keep => ConnectionField::KeepAlive {
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
    fn respond(
        &mut self,
        answer: &Answer<E::File>,
        line: Option<RequestLine>,
        after: After,
        turn: &mut Turn,
        shared: &mut Shared<E>,
    ) -> ControlFlow<Then> {
        let record = record_of(answer, line, shared);
        let observer = &mut shared.observer;
        observer.event(
            Some(self.key),
            Event::Changed(StateName::Reading, StateName::Responding),
        );
        observer.responds(self.key, record.method, record.target, record.status);
        shared
            .lines
            .add(record.method, record.target, record.status);

        let mut output = std::mem::take(&mut shared.output);
        let (head, file) = self.compose(&mut output, answer, record.method, after, shared);
        let taken = self.write_first(&output, file.is_some(), shared);
        turn.count_sent(self.key, taken.as_ref().copied().unwrap_or(0), shared);
        let step = match taken {
            Err(_) => {
                self.log(&record, 0, Some(Cause::Reset), shared);
                Break(Then::Close(Cause::Reset))
            }
            Ok(taken) if taken == output.len() && file.is_none() => {
                self.log(&record, (taken - head) as u64, None, shared);
                self.finish(after, shared)
            }
            Ok(taken) => {
                let exchange = Box::new(Exchange {
                    memory: output[taken..].into(),
                    taken: 0,
                    file,
                    head_left: head.saturating_sub(taken),
                    body_sent: taken.saturating_sub(head) as u64,
                    record: record.to_owned(),
                    leftover: Box::default(),
                    after,
                });
                shared.descriptors.files += exchange.files();
                self.state = State::Responding(exchange);
                Continue(())
            }
        };
        shared.output = output;
        step
    }

    /// Puts head and small body together in `output`. Gives the head's length, and the body if it
    /// is a file.
    fn compose(
        &self,
        output: &mut Vec<u8>,
        answer: &Answer<E::File>,
        method: &str,
        after: After,
        shared: &Shared<E>,
    ) -> (usize, Option<FileRange<E::File>>) {
        output.clear();
        let connection = self.connection_field(after, shared);
        let (date, now) = (shared.clock.date(), shared.clock.now().wall);
        response::append_head(output, answer, connection, date, now);
        let head = output.len();
        // HEAD is answered as GET would be, field for field, and then not sent the body.
        let file = match method {
            "HEAD" => None,
            _ => append_body(output, answer),
        };
        (head, file)
    }

    /// The first write of a response: zero bytes if the socket has no room at all.
    fn write_first(
        &mut self,
        bytes: &[u8],
        body_follows: bool,
        shared: &mut Shared<E>,
    ) -> io::Result<usize> {
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
                shared
                    .observer
                    .event(Some(self.key), Event::WouldBlock(Direction::Write));
                Ok(0)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) => Err(error),
        }
    }
}

/// What the log will say of an answer that is given now.
fn record_of<'a, E: Env>(
    answer: &'a Answer<E::File>,
    line: Option<RequestLine<'a>>,
    shared: &Shared<E>,
) -> Record<&'a str> {
    let now = shared.clock.now();
    let (method, target) = line.map_or(("", ""), |line| (line.method, line.target));
    Record {
        method,
        target,
        file: answer.resource().map_or("", |resource| &resource.path),
        status: answer.status(),
        requested_at: now.wall,
        started: now.monotonic,
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
