//! What must hold of a connection between two calls. For tests and the simulator.

use super::Connection;
use super::context::Env;
use super::state::State;
use crate::events::deadline::Deadline;
use crate::events::state::StateName;
use crate::http::request;

impl<E: Env> Connection<E> {
    /// Its state, without the data.
    pub fn state_name(&self) -> StateName {
        self.state.name()
    }

    /// The deadline that its state calls for, or what is wrong with it. `is_queued` tells whether it
    /// stands in a queue of the connection table; `head_max` is the length of the longest head.
    pub fn audit(&self, is_queued: bool, head_max: usize) -> Result<Deadline, &'static str> {
        let is_ready = match &self.state {
            State::Reading(Some(partial)) if partial.bytes.is_empty() => {
                return Err("an idle connection owns heap memory");
            }
            State::Reading(Some(partial)) if partial.bytes.len() > head_max => {
                return Err("the partial head is beyond its bound");
            }
            State::Responding(_) => self.ready.writable,
            State::Reading(_) | State::Idle | State::Closing { .. } => self.ready.readable,
        };
        if is_ready && !is_queued {
            return Err("waits for an edge that it has seen already");
        }
        Ok(match &self.state {
            State::Reading(None) => Deadline::FirstByte,
            State::Reading(Some(partial))
                if self.requests == 0 && request::is_blank(&partial.bytes) =>
            {
                Deadline::FirstByte
            }
            state => state.deadline(),
        })
    }
}
