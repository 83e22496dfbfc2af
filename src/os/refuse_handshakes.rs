//! At a stop: the kernel refuses clients that begin a handshake, while those that have begun one end it
//! and can be accepted.

#[cfg(target_os = "linux")]
pub(super) use self::linux::{SO_BINDTOIFINDEX, refuse_handshakes};

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::AsFd;

    use nix::libc::{self, c_int};
    use nix::sys::socket::setsockopt;
    use nix::{setsockopt_impl, sockopt_impl};

    /// The option's number (asm-generic/socket.h), which libc does not know: Linux 5.0, and without a
    /// privilege 5.7.
    pub(in crate::os) const SO_BINDTOIFINDEX: c_int = 62;

    sockopt_impl!(
        /// Takes clients by the interface with this number only (`SO_BINDTOIFINDEX`).
        BindToInterface,
        SetOnly,
        libc::SOL_SOCKET,
        SO_BINDTOIFINDEX,
        c_int
    );

    /// Takes a listener off all interfaces: no interface has the highest number. A client that begins
    /// to connect does not find the listener then, as if it were closed. What the kernel knows of a
    /// handshake that has begun keeps the interface that it came by, and leads to the listener.
    ///
    /// Neither close(2) nor shutdown(2) can do that: both reset such clients. A packet filter can
    /// (`SO_ATTACH_FILTER`), but only with a privilege, and clients that it drops wait for a second.
    pub(in crate::os) fn refuse_handshakes(listener: &impl AsFd) -> io::Result<()> {
        Ok(setsockopt(listener, BindToInterface, &c_int::MAX)?)
    }
}

/// Elsewhere clients come as long as a socket listens.
#[cfg(not(target_os = "linux"))]
pub(super) fn refuse_handshakes<S>(_listener: &S) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
