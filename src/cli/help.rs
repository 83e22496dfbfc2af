//! What `--help` and `--version` print, on standard output.

use std::iter;

use super::option::{Group, Opt};
use super::table::{OPTIONS, ROOT};

/// What `--version` prints.
pub(super) const VERSION: &str = concat!("millpond ", env!("CARGO_PKG_VERSION"), "\n");

/// No line is longer.
const WIDTH: usize = 98;

/// What an option does begins here, on lines of its own.
const INDENT: &str = "          ";

/// What `--help` prints.
pub(super) fn help() -> String {
    let mut text = format!(
        "Serves the files of a folder over HTTP/1.1, on one thread\n\n\
         Usage: millpond [OPTIONS] [ROOT]\n\n\
         Arguments:\n  [ROOT]  {}\n",
        words(&ROOT).join(" ")
    );
    for group in Group::ALL {
        text.push_str(&format!("\n{}:\n", group.heading()));
        for option in OPTIONS.iter().filter(|option| option.group == group) {
            add_option(&mut text, option);
        }
    }
    text
}

fn add_option(text: &mut String, option: &Opt) {
    match option.short {
        Some(letter) => text.push_str(&format!("  -{letter}, --{}", option.long)),
        None => text.push_str(&format!("      --{}", option.long)),
    }
    if let Some(value) = option.value {
        text.push_str(&format!(" <{value}>"));
    }
    text.push('\n');
    add_wrapped(text, &words(option));
}

/// What the option does, and its default, which stays together.
fn words(option: &Opt) -> Vec<String> {
    let default = option.default.map(|text| format!("[default: {text}]"));
    let words = option.help.split(' ').map(str::to_owned);
    words.chain(iter::once(default).flatten()).collect()
}

fn add_wrapped(text: &mut String, words: &[String]) {
    let mut line = String::new();
    for word in words {
        if !line.is_empty() && INDENT.len() + line.len() + 1 + word.len() > WIDTH {
            text.push_str(&format!("{INDENT}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&format!("{INDENT}{line}\n"));
}
