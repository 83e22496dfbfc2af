//! A command line is read, or its reader is told why not: the same for every program here.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

/// Exit status for a command line that can't be meant; 1 is for everything else.
const USAGE: u8 = 2;

/// Why there is nothing to do.
#[derive(Debug, PartialEq, Eq)]
pub enum NoConfig {
    /// Help or version was asked for: this text, on standard output.
    Show(String),
    /// What was typed can't be meant: this line, on standard error.
    Usage(String),
}

/// Reads the command line, the program's name first.
pub fn read<Options: Parser>(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Options, NoConfig> {
    Options::try_parse_from(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => NoConfig::Show(error.to_string()),
        _ => NoConfig::Usage(one_line(&error.to_string(), Options::command().get_name())),
    })
}

/// The first paragraph of clap's message says what is wrong, its list included if it has one; the
/// rest is usage.
fn one_line(message: &str, program: &str) -> String {
    let lines = message.lines().take_while(|line| !line.is_empty());
    let said = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    format!("{said}; see {program} --help")
}

impl NoConfig {
    /// Says so, and gives the status that the program then ends with.
    pub fn tell(self, program: &str) -> ExitCode {
        match self {
            Self::Show(text) => {
                // Whoever asked for help and hung up has no use for an error.
                let _ = std::io::stdout().write_all(text.as_bytes());
                ExitCode::SUCCESS
            }
            Self::Usage(message) => {
                complain(program, &message);
                ExitCode::from(USAGE)
            }
        }
    }
}

/// One line on standard error. If nobody reads that, there is nobody to tell.
pub fn complain(program: &str, message: &str) {
    let _ = writeln!(std::io::stderr(), "{program}: {message}");
}
