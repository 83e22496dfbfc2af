//! What a command line may be in place of settings, and how that is told: the same for both programs.

use std::io::Write as _;
use std::process::ExitCode;

/// Exit status for a command line that can't be meant; 1 is for everything else.
const USAGE: u8 = 2;

/// Why there is nothing to do.
#[derive(Debug, PartialEq, Eq)]
pub enum EarlyExit {
    /// Help or version was asked for: this text, on standard output.
    Show(String),
    /// What was typed can't be meant: this line, on standard error.
    Usage(String),
}

impl EarlyExit {
    /// Says so, and gives the status that the program then ends with.
    pub fn tell(self, program: &str) -> ExitCode {
        match self {
            Self::Show(text) => {
                // Whoever asked for help and hung up has no use for an error.
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

/// One line on standard error. If nobody reads that, there is nobody to tell.
pub fn print_error(program: &str, message: &str) {
    let _ = writeln!(std::io::stderr(), "{program}: {message}");
}
