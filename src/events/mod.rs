pub mod close_reason;
pub mod deadline;
pub mod event;
pub mod id;
pub mod state;
