//! Python as a second opinion: the reference used its `http.client` and its `csv`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a script of `tests/server` with `input` on its standard input. Returns its output; `None`,
/// with a message, where there is no Python.
#[track_caller]
pub fn run(script: &str, arguments: &[&str], input: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/server")
        .join(script);
    let mut command = Command::new("python3");
    command
        .arg(path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        println!("skipped: no python3 to run {script} with");
        return None;
    };
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}: {}", output.status);
    Some(output.stdout)
}
