//! A request → its answer, as far as the socket takes it at once.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::{Connection, NextStep, State, Step};
use crate::connection::context::{Env, Lifecycle, LoopContext};
use crate::events::close_reason::CloseReason;
use crate::events::event::{Direction, Event, Observer};
use crate::events::state::StateName;
use crate::files::Content;
use crate::http::request::{Method, Persistence, Request, RequestLine};
use crate::os::transport::Transport;
use crate::response::answer::{self, Answer, OutOfDescriptors};
use crate::response::head::{self, ConnectionField};
use crate::response::in_flight::{AccessRecord, AfterResponse, FileRange, PendingResponse};

impl<E: Env> Connection<E> {
    /// Answers one request. `beyond` is the input that follows it.
    pub(super) fn handle_request(
        &mut self,
        request: &Request,
        beyond: &[u8],
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> Result<ControlFlow<NextStep>, OutOfDescriptors> {
        let now = context.clock.now().wall;
        let dot_files = context.dot_files;
        step.revalidate_if_needed(&mut context.documents);
        let answer = answer::to_request(request, &mut context.documents, dot_files, now)?;
        // A file that is to be kept open must not take the descriptor that the next small file
        // is read with.
        if answer.keeps_file(request.method) && context.descriptors.left_for_files() == 0 {
            return Err(OutOfDescriptors);
        }
        self.requests = self.requests.saturating_add(1);
        let after = self.after(request.persistence, beyond, context);
        Ok(self.send_response(&answer, Some(request.line), after, step, context))
    }

    /// Answers what can't be trusted with 400, after which nothing more is read as a request.
    pub(super) fn refuse(
        &mut self,
        line: Option<RequestLine>,
        cause: CloseReason,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        step.revalidate_if_needed(&mut context.documents);
        let mut answer = answer::bad_request(&mut context.documents);
        // A page of the root's own is not worth waiting for a descriptor.
        if answer.keeps_file(Method::Get) && context.descriptors.left_for_files() == 0 {
            answer = answer::built_in_bad_request();
        }
        self.requests = self.requests.saturating_add(1);
        self.send_response(
            &answer,
            line,
            AfterResponse::LingeringClose(cause),
            step,
            context,
        )
    }

    /// Whether the connection is kept after this answer.
    fn after(
        &self,
        persistence: Persistence,
        beyond: &[u8],
        context: &LoopContext<E>,
    ) -> AfterResponse {
        let limits = &context.limits;
        let used_up = limits
            .keep_alive_requests
            .is_some_and(|most| self.requests >= most.get());
        if context.lifecycle == Lifecycle::Stopping {
            AfterResponse::LingeringClose(CloseReason::Stopped)
        } else if persistence == Persistence::Close && beyond.is_empty() {
            AfterResponse::CloseAtOnce
        } else if persistence == Persistence::Close {
            AfterResponse::LingeringClose(CloseReason::CloseAsked)
        } else if used_up || limits.keep_alive.is_zero() {
            AfterResponse::LingeringClose(CloseReason::RequestLimit)
        } else {
            AfterResponse::Keep
        }
    }

    /// What the head says of that.
    fn connection_field(&self, after: AfterResponse, context: &LoopContext<E>) -> ConnectionField {
        let limits = &context.limits;
        match after {
            AfterResponse::LingeringClose(_) | AfterResponse::CloseAtOnce => ConnectionField::Close,
            AfterResponse::Keep => ConnectionField::KeepAlive {
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
    fn send_response(
        &mut self,
        answer: &Answer<E::File>,
        line: Option<RequestLine>,
        after: AfterResponse,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        let record = record_of(answer, line, context);
        let observer = &mut context.observer;
        observer.event(
            Some(self.id),
            Event::Changed(StateName::Reading, StateName::Responding),
        );
        observer.responds(self.id, record.method, record.target, record.status);
        context
            .lines
            .add(record.method, record.target, record.status);

        let mut output = std::mem::take(&mut context.output);
        let (head, file) = self.compose(&mut output, answer, record.method, after, context);
        let taken = self.write_first(&output, file.is_some(), context);
        step.count_sent(self.id, taken.as_ref().copied().unwrap_or(0), context);
        let flow = match taken {
            Err(_) => {
                self.log(&record, 0, Some(CloseReason::Reset), context);
                Break(NextStep::Close(CloseReason::Reset))
            }
            Ok(taken) if taken == output.len() && file.is_none() => {
                self.log(&record, (taken - head) as u64, None, context);
                self.finish(after, context)
            }
            Ok(taken) => {
                let pending = Box::new(PendingResponse {
                    memory: output[taken..].into(),
                    taken: 0,
                    file,
                    head_left: head.saturating_sub(taken),
                    body_sent: taken.saturating_sub(head) as u64,
                    record: record.to_owned(),
                    leftover: Box::default(),
                    after,
                });
                context.descriptors.files += pending.files();
                self.state = State::Responding(pending);
                Continue(())
            }
        };
        context.output = output;
        flow
    }

    /// Puts head and small body together in `output`. Gives the head's length, and the body if it
    /// is a file.
    fn compose(
        &self,
        output: &mut Vec<u8>,
        answer: &Answer<E::File>,
        method: &str,
        after: AfterResponse,
        context: &LoopContext<E>,
    ) -> (usize, Option<FileRange<E::File>>) {
        output.clear();
        let connection = self.connection_field(after, context);
        let (date, now) = (context.clock.date(), context.clock.now().wall);
        head::append_head(output, answer, connection, date, now);
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
        context: &mut LoopContext<E>,
    ) -> io::Result<usize> {
        if !self.ready.writable {
            return Ok(0);
        }
        match self.transport.write(bytes, body_follows) {
            Ok(taken) => {
                self.ready.writable = taken == bytes.len();
                Ok(taken)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.ready.writable = false;
                context
                    .observer
                    .event(Some(self.id), Event::WouldBlock(Direction::Write));
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
    context: &LoopContext<E>,
) -> AccessRecord<&'a str> {
    let now = context.clock.now();
    let (method, target) = line.map_or(("", ""), |line| (line.method, line.target));
    AccessRecord {
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
