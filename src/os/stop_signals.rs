//! The second signal to stop ends the process at once.
//!
//! The event loop handles the first signal, and tidies up. If the loop hangs, it handles no signal;
//! so the second signal ends the process within the signal's handler.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Registers the handlers. The first signal sets the flag that this returns. A program that stops
/// for another reason may set the flag too; then the first signal ends the process.
pub fn second_ends_at_once() -> io::Result<Arc<AtomicBool>> {
    let stopping = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // Handlers run in the order of their registration, so the one that ends the process must
        // come first: the first signal finds the flag unset. 128 + signal is the status that a
        // shell reports for a process that a signal ended.
        flag::register_conditional_shutdown(signal, 128 + signal, stopping.clone())?;
        flag::register(signal, stopping.clone())?;
    }
    Ok(stopping)
}
