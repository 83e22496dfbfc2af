//! Starts a program that prints its port, asks it once, and prints the nanoseconds from just
//! before the start to the end of the first answer's first read.
//!
//! ```text
//! first-answer PATH PROGRAM [ARGUMENT...]
//! ```

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, program, rest @ ..] = &arguments[..] else {
        eprintln!("first-answer: usage: first-answer PATH PROGRAM [ARGUMENT...]");
        return ExitCode::from(2);
    };
    match measure(path, program, rest) {
        Ok(nanoseconds) => {
            println!("{nanoseconds}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("first-answer: {program}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(path: &str, program: &str, arguments: &[String]) -> io::Result<u128> {
    let request = format!("GET /{path} HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let answered = ask(&mut child, request.as_bytes());
    let taken = start.elapsed().as_nanos();
    child.kill()?;
    child.wait()?;
    answered.map(|()| taken)
}

fn ask(child: &mut Child, request: &[u8]) -> io::Result<()> {
    let output = child
        .stdout
        .take()
        .ok_or_else(|| io::Error::other("no output"))?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let port = line
        .strip_prefix("Listening on port ")
        .and_then(|rest| rest.split(':').next());
    let port: u16 = port
        .and_then(|port| port.parse().ok())
        .ok_or_else(|| io::Error::other(line.clone()))?;
    let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    client.write_all(request)?;
    let mut answer = [0; 4096];
    if client.read(&mut answer)? == 0 {
        return Err(io::Error::other("closed without an answer"));
    }
    Ok(())
}
