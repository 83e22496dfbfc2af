//! The name of a connection.

/// A connection's name: its slot, and a serial number that tells it from earlier ones in the same
/// slot. An event that was on its way while its connection was closed finds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Its place in the slab.
    pub slot: u32,
    /// Counts accepted connections, and wraps.
    pub serial: u32,
}
