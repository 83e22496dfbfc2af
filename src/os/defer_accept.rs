//! Clients come to us with their first bytes, not before.

#[cfg(target_os = "linux")]
pub(super) use self::linux::defer_accept;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::AsFd;

    use nix::sys::socket::setsockopt;
    use nix::{libc, setsockopt_impl, sockopt_impl};

    /// How long the kernel keeps a client that has sent nothing, in seconds; then it is accepted all
    /// the same. This is the least that it knows: until its second SYN-ACK.
    const SILENCE: u32 = 1;

    sockopt_impl!(
        /// Accept when data has come, or after so many seconds (tcp(7)).
        DeferAccept,
        SetOnly,
        libc::IPPROTO_TCP,
        libc::TCP_DEFER_ACCEPT,
        u32
    );

    /// A client makes one event instead of two, and its request can be read when it is accepted.
    pub(in crate::os) fn defer_accept(socket: &impl AsFd) -> io::Result<()> {
        Ok(setsockopt(socket, DeferAccept, &SILENCE)?)
    }
}

/// Other systems have other ways, or none.
#[cfg(not(target_os = "linux"))]
pub(super) fn defer_accept<S>(_socket: &S) -> std::io::Result<()> {
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "--defer-accept needs Linux",
    ))
}
