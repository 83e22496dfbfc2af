//! What must hold of a connection between two calls.

use super::{Connection, Queued, State};
use crate::connection::context::Env;
use crate::events::deadline::Deadline;
use crate::events::state::StateName;
use crate::http::request;

impl<E: Env> Connection<E> {
    /// Its state, without the data.
    pub fn state_name(&self) -> StateName {
        match &self.state {
            State::Reading(_) => StateName::Reading,
            State::Responding(_) => StateName::Responding,
            State::Idle => StateName::Idle,
            State::Closing { .. } => StateName::Closing,
        }
    }

    /// For [`crate::connection_table::ConnectionTable::audit`]: the deadline that its state calls for, or what is wrong
    /// with it between two calls.
    pub fn audit(&self) -> Result<Deadline, &'static str> {
        let is_ready = match &self.state {
            State::Reading(Some(partial)) if partial.bytes.is_empty() => {
                return Err("an idle connection owns heap memory");
            }
            State::Reading(Some(partial)) if partial.bytes.len() > request::HEAD_MAX => {
                return Err("the kept input is beyond its bound");
            }
            State::Responding(_) => self.ready.writable,
            State::Reading(_) | State::Idle | State::Closing { .. } => self.ready.readable,
        };
        match (is_ready, self.queued) {
            (true, Queued::No) => Err("waits for an edge that it has seen already"),
            _ => Ok(match &self.state {
                State::Reading(None) => Deadline::FirstByte,
                State::Reading(Some(partial))
                    if self.requests == 0 && request::is_blank(&partial.bytes) =>
                {
                    Deadline::FirstByte
                }
                _ => self.deadline_of_state(),
            }),
        }
    }
}
