//! The floor under every server: what the kernel costs, and nothing else.
//!
//! One thread and one epoll instance. A request is one read, whatever its bytes; the answer is a
//! constant. There is no parsing, no deadline, no log and no look at a file, so no server that
//! does its work can be cheaper, unless it asks the kernel for less.
//!
//! ```text
//! floor bytes ANSWER              each request: one read, one send of what ANSWER holds
//! floor close ANSWER              the same, then the connection is closed
//! floor file HEAD FILE            one read, one send of what HEAD holds, then sendfile of FILE
//! ```
//!
//! ANSWER and HEAD are files that hold the bytes as a real server sent them, so that both send
//! the same number. A client that pipelines is not served: wrk doesn't.

mod connections;
mod sending;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::process::ExitCode;

use rustix::net::{self, AddressFamily, SocketFlags, SocketType, ipproto, sockopt};

use crate::connections::serve;
use crate::sending::Answer;

/// The backlog of the listener, the same as in millpond.
const BACKLOG: i32 = 4096;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Answer::from_arguments(&arguments).and_then(|answer| run(&answer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("floor: {error}; usage: floor bytes|close ANSWER, floor file HEAD FILE");
            ExitCode::FAILURE
        }
    }
}

fn run(answer: &Answer) -> io::Result<()> {
    let (listener, port) = listen()?;
    // The same line as millpond's, so that the bench waits for both in the same way.
    let mut output = io::stdout();
    writeln!(output, "Listening on port {port}: http://127.0.0.1:{port}/")?;
    output.flush()?;
    serve(&listener, answer)
}

/// A listening socket on a port that the system chooses.
fn listen() -> io::Result<(OwnedFd, u16)> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let tcp = Some(ipproto::TCP);
    let listener = net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, tcp)?;
    // Linux copies the option to accepted sockets.
    sockopt::set_tcp_nodelay(&listener, true)?;
    net::bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    net::listen(&listener, BACKLOG)?;
    let address = SocketAddrV4::try_from(net::getsockname(&listener)?)?;
    Ok((listener, address.port()))
}
