//! What `--help` and `--version` print, on standard output.

use super::option::{Group, Opt};
use super::table::{ROOT, options};

/// What `--version` prints.
pub(super) const VERSION: &str = concat!("millpond ", env!("CARGO_PKG_VERSION"), "\n");

/// No line is longer.
const WIDTH: usize = 98;

/// What an option does begins here, on lines of its own.
const INDENT: &str = "          ";

/// What `--help` prints.
pub(super) fn help() -> String {
    let mut lines = vec![
        "Serves the files of a folder over HTTP/1.1, on one thread".to_owned(),
        String::new(),
        "Usage: millpond [OPTIONS] [ROOT]".to_owned(),
        String::new(),
        "Arguments:".to_owned(),
        format!("  [ROOT]  {}", words(&ROOT).join(" ")),
    ];
    for group in Group::ALL {
        lines.extend([String::new(), format!("{}:", group.heading())]);
        for option in options().filter(|option| option.group == group) {
            lines.push(names(option));
            lines.extend(wrap(&words(option)));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Its letter, its name and its value, as they are typed.
fn names(option: &Opt) -> String {
    let letter = match option.short {
        Some(letter) => format!("  -{letter}, "),
        None => "      ".to_owned(),
    };
    let value = option.value.map(|value| format!(" <{value}>"));
    format!("{letter}--{}{}", option.long, value.unwrap_or_default())
}

/// What the option does, and its default, which no line break may divide.
fn words(option: &Opt) -> Vec<String> {
    let default = option.default.map(|text| format!("[default: {text}]"));
    let words = option.help.split(' ').map(str::to_owned);
    words.chain(default).collect()
}

fn wrap(words: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words {
        let length = INDENT.len() + line.len() + 1 + word.len();
        if !line.is_empty() && length > WIDTH {
            lines.push(format!("{INDENT}{line}"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(format!("{INDENT}{line}"));
    lines
}
