pub mod access_log;
mod csv_row;
pub mod escape;
pub mod file;
mod lock;
mod open;
pub mod request_lines;
