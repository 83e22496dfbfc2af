//! The second signal to stop ends the process at once.
//!
//! The first one takes the way through an event loop, which tidies up. If the loop hangs, that way
//! leads nowhere; so the next signal ends the process from within its handler.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Sees to it. Gives the flag that the first signal sets; whoever stops for another reason may set
/// it too, and then the first signal is the second.
pub fn second_ends_at_once() -> io::Result<Arc<AtomicBool>> {
    let stopping = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The status that a shell gives to a process that died of a signal. Registered before
        // the flag is, and so run before it: the first signal finds it unset.
        flag::register_conditional_shutdown(signal, 128 + signal, stopping.clone())?;
        flag::register(signal, stopping.clone())?;
    }
    Ok(stopping)
}
