//! `--defer-accept`: the kernel hands over a connection when its first bytes have come.

#[cfg(target_os = "linux")]
pub(super) use self::linux::defer_accept;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::AsFd;

    use nix::sys::socket::setsockopt;
    use nix::{libc, setsockopt_impl, sockopt_impl};

    /// How long the kernel keeps a connection whose client sends nothing, in seconds. It is
    /// accepted afterwards. This is the kernel's minimum: until its second SYN-ACK.
    const SILENCE: u32 = 1;

    sockopt_impl!(
        /// Accept when data has come, or after this many seconds (tcp(7)).
        DeferAccept,
        SetOnly,
        libc::IPPROTO_TCP,
        libc::TCP_DEFER_ACCEPT,
        u32
    );

    /// Makes a client cause one event instead of two: its request can be read at the accept.
    pub(in crate::os) fn defer_accept(socket: &impl AsFd) -> io::Result<()> {
        Ok(setsockopt(socket, DeferAccept, &SILENCE)?)
    }
}

/// `TCP_DEFER_ACCEPT` exists on Linux only.
#[cfg(not(target_os = "linux"))]
pub(super) fn defer_accept<S>(_socket: &S) -> std::io::Result<()> {
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "--defer-accept needs Linux",
    ))
}
