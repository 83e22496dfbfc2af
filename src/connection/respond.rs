//! A request becomes an answer, and the answer is written as far as the socket takes it at once.

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use super::Connection;
use super::context::{Env, Lifecycle, LoopContext};
use super::state::State;
use super::step::{NextStep, Step};
use crate::events::close_reason::CloseReason;
use crate::events::event::{Direction, Event, Observer};
use crate::events::state::StateName;
use crate::http::method::Method;
use crate::http::request::{Persistence, Refusal, Request, RequestBody, RequestLine};
use crate::http::status::Status;
use crate::http::target;
use crate::os::transport::Transport;
use crate::response::answer::{self, Answer, NoAnswerYet};
use crate::response::body::Body;
use crate::response::extra::Extra;
use crate::response::head::{self, ConnectionField, Terms};
use crate::response::in_flight::{AccessRecord, AfterResponse, PendingResponse};

/// What is answered that is no request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rejected {
    /// A head that is not read.
    Refused(Refusal),
    /// A head that has begun and is late.
    Late,
    /// A request for whose file no descriptor has become free in time.
    NoRoom,
}

impl<E: Env> Connection<E> {
    /// Looks up the file of one request, chooses its answer and sends that. `beyond` is the input
    /// behind the request.
    pub(super) fn handle_request(
        &mut self,
        request: &Request,
        beyond: &[u8],
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> Result<ControlFlow<NextStep>, NoAnswerYet> {
        let now = context.clock.now().wall;
        step.revalidate_if_needed(&mut context.documents);
        let serving = &context.config.serving;
        let mut answer = answer::to_request(request, &mut context.documents, serving, now)?;
        // A file that stays open must not take the descriptor with which the next small file is
        // read.
        if answer.keeps_file(request.method) && context.descriptors.left_for_files() == 0 {
            return Err(NoAnswerYet::OutOfDescriptors);
        }
        self.requests = self.requests.saturating_add(1);
        let after = self.after_response(request, beyond, context);
        let rules = context.header_rules.as_mut().zip(request.path);
        let effects = rules.map(|(rules, path)| rules.effects(&target::plain_path(path)));
        let extra = Extra::of(request, serving, effects);
        if let Some(extra) = &extra {
            extra.retype_parts(&mut answer);
        }
        Ok(self.send_response(answer, Some(request.line), extra, after, step, context))
    }

    /// Answers what is no request: nothing behind it is read as one.
    pub(super) fn reject(
        &mut self,
        line: Option<RequestLine>,
        rejected: Rejected,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        step.revalidate_if_needed(&mut context.documents);
        let profile = context.config.serving.profile;
        let (status, reason) = match rejected {
            Rejected::Refused(refusal) => (answer::status_of(refusal), CloseReason::BadRequest),
            Rejected::Late => (Status::RequestTimeout, CloseReason::HeadDeadline),
            Rejected::NoRoom => (Status::ServiceUnavailable, CloseReason::OutOfDescriptors),
        };
        let mut answer = answer::error(&mut context.documents, status, profile);
        // The root's own error page is not worth waiting for a descriptor.
        if answer.keeps_file(Method::Get) && context.descriptors.left_for_files() == 0 {
            answer = answer::built_in_error(status, profile);
        }
        self.requests = self.requests.saturating_add(1);
        let after = AfterResponse::LingeringClose(reason);
        self.send_response(answer, line, None, after, step, context)
    }

    /// What becomes of the connection after this response.
    fn after_response(
        &self,
        request: &Request,
        beyond: &[u8],
        context: &LoopContext<E>,
    ) -> AfterResponse {
        let persistence = request.persistence;
        let limits = &context.config.limits;
        let used_up = limits
            .keep_alive_requests
            .is_some_and(|most| self.requests >= most.get());
        if context.lifecycle == Lifecycle::Stopping {
            AfterResponse::LingeringClose(CloseReason::Stopped)
        } else if request.body == RequestBody::Follows {
            // No byte of the body is ever read as a request.
            AfterResponse::LingeringClose(CloseReason::BadRequest)
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

    /// What the head says about the connection's future.
    fn connection_field(&self, after: AfterResponse, context: &LoopContext<E>) -> ConnectionField {
        let limits = &context.config.limits;
        match after {
            AfterResponse::LingeringClose(_) | AfterResponse::CloseAtOnce => ConnectionField::Close,
            AfterResponse::Keep => ConnectionField::KeepAlive {
                // Rounded down, because the client takes it as a promise.
                timeout: limits.keep_alive.as_secs(),
                max: limits
                    .keep_alive_requests
                    .map(|most| most.get().saturating_sub(self.requests)),
            },
        }
    }

    /// Sends an answer, as far as the socket takes it. A small one leaves in one write from the
    /// shared output buffer and leaves nothing behind; what the socket does not take of any other
    /// goes into `Responding`.
    fn send_response(
        &mut self,
        answer: Answer<E::File>,
        line: Option<RequestLine>,
        extra: Option<Extra>,
        after: AfterResponse,
        step: &mut Step,
        context: &mut LoopContext<E>,
    ) -> ControlFlow<NextStep> {
        let record = record_of(&answer, line, context);
        context.emit(
            step.id,
            Event::Changed(StateName::Reading, StateName::Responding),
        );
        let observer = &mut context.observer;
        let (method, target) = texts_of(line);
        observer.responds(step.id, method, target, record.status);
        context.lines.add(method, target, record.status);

        let mut output = std::mem::take(&mut context.output);
        let terms = Terms {
            connection: self.connection_field(after, context),
            now: context.clock.now().wall,
            date: context.clock.date(),
            extra,
        };
        // HEAD gets the fields of GET, all of them, and no body.
        let with_body = method != "HEAD";
        let (head, more) = head::compose(&mut output, &answer, with_body, &terms);
        let taken = self.write_first(&output, more, step, context);
        step.count_sent(taken.as_ref().copied().unwrap_or(0), context);
        let flow = match taken {
            Err(_) => {
                self.log(step.id, &record, 0, Some(CloseReason::Reset), context);
                Break(NextStep::Close(CloseReason::Reset))
            }
            Ok(taken) if taken == output.len() && !more => {
                self.log(step.id, &record, (taken - head) as u64, None, context);
                self.finish(after, step, context)
            }
            Ok(taken) => {
                let record = record.to_owned();
                let body = if with_body {
                    answer.into_body()
                } else {
                    Body::None
                };
                let pending = PendingResponse::begun(&output[..head], taken, body, record, after);
                context.descriptors.open_files(pending.files());
                self.state = State::Responding(Box::new(pending));
                Continue(())
            }
        };
        context.output = output;
        flow
    }

    /// The first write of a response. Returns how many bytes the socket took, 0 if it has no room.
    fn write_first(
        &mut self,
        bytes: &[u8],
        more: bool,
        step: &Step,
        context: &mut LoopContext<E>,
    ) -> io::Result<usize> {
        if !self.ready.writable {
            return Ok(0);
        }
        match self.transport.write(bytes, more) {
            Ok(taken) => {
                self.ready.writable = taken == bytes.len();
                Ok(taken)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.ready.writable = false;
                context.emit(step.id, Event::WouldBlock(Direction::Write));
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
) -> AccessRecord<&'a [u8]> {
    let now = context.clock.now();
    let (method, target) = texts_of(line);
    AccessRecord {
        method: method.as_bytes(),
        target: target.as_bytes(),
        file: answer.resource().map_or(b"", |resource| &resource.path),
        status: answer.status(),
        requested_at: now.wall,
        started: now.monotonic,
    }
}

/// Method and target, empty if the request line could not be read.
fn texts_of(line: Option<RequestLine<'_>>) -> (&str, &str) {
    line.map_or(("", ""), |line| (line.method, line.target))
}
