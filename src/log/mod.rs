//! What the server writes about its requests: rows of the access log, and lines on standard output.
//!
//! Invariant: a log file gains whole rows only, and begins with the header row. Text from clients
//! and file names is escaped before it gets into a row or line. A log that can't be written loses
//! rows, which are counted; it never stops the server.
//!
//! Must not know: connections, the loop, or how an answer came to be. Callers pass values, and decide
//! when to write.
//!
//! Read in this order: [`escape`]; [`csv_row`] (a response as a row); [`access_log`] (rows that wait
//! in memory); [`mod@file`] (the file they go to), then `open`,
//! [`lock`], `lines`, `fifo` and `losses`, which it uses; [`request_lines`].

pub mod access_log;
pub mod csv_row;
pub mod escape;
mod fifo;
pub mod file;
mod lines;
pub mod lock;
pub(crate) mod losses;
pub(crate) mod open;
pub mod request_lines;
