//! Does a call wait? It is called while a stranger holds the log's lock, and a thread counts the time.

use std::fs::File;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

/// A call that takes longer has waited, or the machine had no time for it.
const PROMPT: Duration = Duration::from_millis(20);

/// So many, and each second call, tell which of the two it was.
const WAITED: u32 = 3;

/// The calls of one kind.
#[derive(Debug, Default)]
pub struct Alarm {
    calls: u32,
    waited: u32,
}

impl Alarm {
    /// Makes the call while `holder` has the lock, and lets go for a call that waits, or one that waits
    /// for ever would never tell.
    pub fn watch(&mut self, holder: &File, call: impl FnOnce()) {
        let (done, is_done) = mpsc::channel::<()>();
        let has_waited = thread::scope(|scope| {
            let alarm = scope.spawn(move || {
                let has_waited = is_done.recv_timeout(PROMPT) == Err(RecvTimeoutError::Timeout);
                if has_waited {
                    flock(holder, FlockOperation::Unlock).unwrap();
                }
                has_waited
            });
            call();
            drop(done);
            alarm.join().unwrap()
        });
        if has_waited {
            flock(holder, FlockOperation::NonBlockingLockExclusive).unwrap();
        }
        self.calls += 1;
        self.waited += u32::from(has_waited);
        assert!(
            self.waited < WAITED || self.waited * 2 < self.calls,
            "{} of {} calls waited for a lock",
            self.waited,
            self.calls
        );
    }
}
