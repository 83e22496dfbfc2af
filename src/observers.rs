//! Observers: what can be made of the events that [`crate::observer`] tells of.

pub mod laws;
