use std::net::{TcpListener, TcpStream as Blocking};

use super::*;

/// Two ends of a loopback connection: the one under test and a blocking one.
fn pair() -> (TcpStream, Blocking) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Blocking::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    server.set_nonblocking(true).unwrap();
    (TcpStream::from_std(server), client)
}

fn file_of(content: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    file
}

type Sender = fn(&mut TcpStream, &File, u64, usize) -> io::Result<usize>;

/// Both ways of sending a file behave the same.
const SENDERS: [Sender; 2] = [Transport::send_file, copy];

#[test]
fn a_part_of_a_file_arrives() {
    for send in SENDERS {
        let file = file_of(b"0123456789");
        let (mut server, mut client) = pair();
        assert_eq!(Transport::write(&mut server, b"head ", true).unwrap(), 5);
        assert_eq!(send(&mut server, &file, 2, 5).unwrap(), 5);
        // Nothing is sent past the end, and the file's own position has not moved.
        assert_eq!(send(&mut server, &file, 8, 100).unwrap(), 2);
        assert_eq!(send(&mut server, &file, 10, 100).unwrap(), 0);
        assert_eq!(send(&mut server, &file, 99, 1).unwrap(), 0);
        server.shutdown_write().unwrap();
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        assert_eq!(text, "head 2345689");
    }
}

#[test]
fn a_full_socket_would_block_and_loses_nothing() {
    for send in SENDERS {
        let content: Vec<u8> = (0..=u8::MAX).cycle().take(1_000_003).collect();
        let file = file_of(&content);
        let (mut server, mut client) = pair();
        let mut offset = 0;
        let mut received = Vec::new();
        let mut buffer = vec![0; 1 << 20];
        while received.len() < content.len() {
            match send(&mut server, &file, offset, content.len()) {
                Ok(0) => assert_eq!(offset, content.len() as u64),
                Ok(sent) => {
                    offset += sent as u64;
                    continue;
                }
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
            let read = client.read(&mut buffer).unwrap();
            received.extend_from_slice(&buffer[..read]);
        }
        assert!(received == content);
    }
}

#[test]
fn writing_to_a_closed_peer_is_an_error_not_a_signal() {
    let (mut server, client) = pair();
    drop(client);
    let broken = (0..1_000).find_map(|_| {
        let result = Transport::write(&mut server, &[0; 1024], false);
        result
            .err()
            .filter(|error| error.kind() != io::ErrorKind::WouldBlock)
    });
    let kind = broken.unwrap().kind();
    assert!(
        matches!(
            kind,
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
        ),
        "{kind:?}"
    );
}
