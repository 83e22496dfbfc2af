//! How a program ends that has nothing to run: the same for `millpond` and `millpond-swarm`.

use std::io::Write as _;
use std::process::ExitCode;

/// Exit status for a command line that is a mistake; 1 is for everything else.
const USAGE: u8 = 2;

/// Why the program ends before it has begun.
#[derive(Debug, PartialEq, Eq)]
pub enum EarlyExit {
    /// Help or version was asked for: this text, on standard output.
    Show(String),
    /// The command line is a mistake: this line, on standard error.
    Usage(String),
}

impl EarlyExit {
    /// Prints the text, and gives the status that the program then ends with.
    pub fn exit(self, program: &str) -> ExitCode {
        match self {
            Self::Show(text) => {
                // A reader that asked for help and hung up has no use for an error.
                let _ = std::io::stdout().write_all(text.as_bytes());
                ExitCode::SUCCESS
            }
            Self::Usage(message) => {
                print_error(program, &message);
                ExitCode::from(USAGE)
            }
        }
    }
}

/// Prints one line on standard error. If that fails, there is no other place to report it.
pub fn print_error(program: &str, message: &str) {
    let _ = writeln!(std::io::stderr(), "{program}: {message}");
}
