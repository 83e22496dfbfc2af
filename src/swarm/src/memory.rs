//! The memory of processes on this host, and which processes listen at an address: from proc(5).

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::{IpAddr, SocketAddr};

/// The number of a process (getpid(2)).
pub type ProcessId = u32;

/// The memory of one process or of several together, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Pages that no other process maps: what would be freed if these ended.
    pub private: u64,
    /// The same, plus a proportional share of the pages that others map too.
    pub proportional: u64,
}

impl Memory {
    /// Reads the memory of all these processes (proc(5), `smaps_rollup`). Fails if one has ended or
    /// belongs to another user.
    pub fn read(processes: &[ProcessId]) -> io::Result<Self> {
        let mut sum = Self::default();
        for process in processes {
            let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
            let one = Self::parse(&text);
            sum.private += one.private;
            sum.proportional += one.proportional;
        }
        Ok(sum)
    }

    fn parse(text: &str) -> Self {
        let mut memory = Self::default();
        for line in text.lines() {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let Some(Ok(kibibytes)) = value.trim().strip_suffix(" kB").map(str::parse::<u64>)
            else {
                continue;
            };
            match name {
                "Private_Clean" | "Private_Dirty" => memory.private += kibibytes * 1024,
                "Pss" => memory.proportional += kibibytes * 1024,
                _ => {}
            }
        }
        memory
    }
}

/// The processes that have a socket listening at this address; several if the server has workers.
/// Empty if the server is on another host, or runs as another user whose processes can't be read.
pub fn listeners_at(address: SocketAddr) -> Vec<ProcessId> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .flat_map(|table| listening_inodes(table, address).unwrap_or_default())
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if inodes.is_empty() {
        return Vec::new();
    }
    let Ok(folders) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    folders
        .filter_map(|folder| folder.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process| holds_one_of(*process, &inodes))
        .collect()
}

/// Reads one table of sockets. Listening sockets come first, so the connections, of which there may
/// be a million, are never read.
fn listening_inodes(table: &str, address: SocketAddr) -> io::Result<Vec<String>> {
    const LISTEN: &str = "0A";
    let mut inodes = Vec::new();
    for line in BufReader::new(fs::File::open(table)?).lines().skip(1) {
        let line = line?;
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (Some(local), Some(state), Some(inode)) = (fields.get(1), fields.get(3), fields.get(9))
        else {
            continue;
        };
        if *state != LISTEN {
            break;
        }
        if is_at(local, address) {
            inodes.push((*inode).to_owned());
        }
    }
    Ok(inodes)
}

/// Whether `local`, an address and a port in hexadecimal, is `address` or the wildcard address. The
/// address is written as words in the machine's byte order, little-endian on every Linux that we
/// build for; the port is not.
fn is_at(local: &str, address: SocketAddr) -> bool {
    let Some((host, port)) = local.split_once(':') else {
        return false;
    };
    let is_port = u16::from_str_radix(port, 16).is_ok_and(|port| port == address.port());
    let is_everywhere = host.bytes().all(|digit| digit == b'0');
    is_port && ((is_everywhere && is_this_host(address.ip())) || host == written(address.ip()))
}

/// A wildcard listener serves `address` only if that is an address of this host: other hosts have a
/// port 80 too.
fn is_this_host(address: IpAddr) -> bool {
    // Only an address of this host can be bound.
    std::net::UdpSocket::bind((address, 0)).is_ok()
}

fn written(address: IpAddr) -> String {
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let mut text = String::new();
    for byte in octets.chunks(4).flat_map(|word| word.iter().rev()) {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

fn holds_one_of(process: ProcessId, sockets: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{process}/fd")) else {
        return false;
    };
    descriptors
        .filter_map(|descriptor| fs::read_link(descriptor.ok()?.path()).ok())
        .any(|link| {
            link.to_str()
                .is_some_and(|link| sockets.iter().any(|socket| socket == link))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn private_and_proportional_memory_are_read_from_a_rollup() {
        let text = "55d0-7ffe ---p 00000000 00:00 0    [rollup]\n\
                    Rss:    1500 kB\nPss:     700 kB\nPss_Dirty:  9 kB\nShared_Clean: 1 kB\n\
                    Private_Clean:       3 kB\nPrivate_Dirty:     200 kB\n";
        let expected = Memory {
            private: 203 * 1024,
            proportional: 700 * 1024,
        };
        assert_eq!(Memory::parse(text), expected);
    }

    #[test]
    fn the_process_that_listens_at_an_address_is_found() {
        for local in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(local) else {
                continue; // A machine without IPv6.
            };
            let mut address = listener.local_addr().unwrap();
            if address.ip().is_unspecified() {
                address.set_ip([127, 0, 0, 1].into());
            }
            let found = listeners_at(address);
            assert!(found.contains(&std::process::id()), "{local}: {found:?}");
            assert!(Memory::read(&[std::process::id()]).unwrap().private > 0);
        }
    }

    #[test]
    fn no_process_is_found_where_none_listens() {
        let closed = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(listeners_at(closed).is_empty());
        assert!(is_at("0100007F:0852", "127.0.0.1:2130".parse().unwrap()));
        assert!(is_at("00000000:0852", "127.0.0.1:2130".parse().unwrap()));
        assert!(!is_at("00000000:0852", "192.0.2.1:2130".parse().unwrap()));
        assert!(!is_at("0200007F:0852", "127.0.0.1:2130".parse().unwrap()));
        assert!(!is_at("0100007F:0853", "127.0.0.1:2130".parse().unwrap()));
    }
}
