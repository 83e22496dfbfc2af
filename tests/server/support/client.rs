//! A small blocking HTTP client that sends exactly the bytes that a test gives it.

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::{Answer, PATIENCE};

/// How long an answer, or the end of a connection, may take: long for a loaded machine, but less
/// than the ten seconds after which the server ends any idle connection. Otherwise the idle
/// deadline alone could produce the end that a test waits for.
const READ_WITHIN: Duration = Duration::from_secs(8);

/// One connection.
pub struct Client {
    reader: BufReader<TcpStream>,
}

impl Client {
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect_timeout(&address, PATIENCE).unwrap())
    }

    /// A connection whose receive buffer holds about `bytes` bytes: the server soon has to wait.
    #[track_caller]
    pub fn with_receive_buffer(address: SocketAddr, bytes: usize) -> Self {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        // Set before connecting: the handshake negotiates the window scale.
        socket.set_recv_buffer_size(bytes).unwrap();
        socket.connect(&address.into()).unwrap();
        Self::over(socket.into())
    }

    fn over(stream: TcpStream) -> Self {
        // Each write becomes a segment of its own.
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(READ_WITHIN)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self {
            reader: BufReader::new(stream),
        }
    }

    /// This side's address, as it appears in the log.
    pub fn address(&self) -> SocketAddr {
        self.stream().local_addr().unwrap()
    }

    pub fn stream(&self) -> &TcpStream {
        self.reader.get_ref()
    }

    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends a request with the given field lines, each with its line end.
    #[track_caller]
    pub fn ask(&mut self, method: &str, target: &str, fields: &str) -> Answer {
        self.send(request(method, target, fields));
        self.answer_to(method)
    }

    #[track_caller]
    pub fn get(&mut self, target: &str) -> Answer {
        self.ask("GET", target, "")
    }

    /// Reads the answer to a request of this method.
    #[track_caller]
    pub fn answer_to(&mut self, method: &str) -> Answer {
        Answer::read(&mut self.reader, method)
    }

    /// Reads an answer without its body.
    #[track_caller]
    pub fn head(&mut self) -> Answer {
        self.answer_to("HEAD")
    }

    /// Sends a request, and reads the head of its answer as it is.
    #[track_caller]
    pub fn raw_head(&mut self, method: &str, target: &str, fields: &str) -> Answer {
        self.send(request(method, target, fields));
        Answer::read_head(&mut self.reader)
    }

    /// Reads exactly so many bytes.
    #[track_caller]
    pub fn read(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.reader.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Reads to the end of the connection.
    #[track_caller]
    pub fn read_to_end(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// The server has closed the connection, and sent nothing more before that.
    #[track_caller]
    pub fn expect_end(&mut self) {
        assert_eq!(self.read_to_end().escape_ascii().to_string(), "");
    }

    /// Ends this side; the server's answers can still be read.
    #[track_caller]
    pub fn finish_sending(&self) {
        self.stream().shutdown(Shutdown::Write).unwrap();
    }
}

/// A request as bytes.
pub fn request(method: &str, target: &str, fields: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n")
}
