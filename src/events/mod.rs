//! What can happen to a connection or to the loop, as plain values.
//!
//! Invariant: a value here owns nothing and does nothing; it can be copied, compared and stored.
//!
//! Must not know: who makes the events, and what is made of them.
//!
//! Read in this order: `event` (every event of the loop, and the trait that is told of them), `id`,
//! `state`, `deadline`, `close_reason`.

pub mod close_reason;
pub mod deadline;
pub mod event;
pub mod id;
pub mod state;
