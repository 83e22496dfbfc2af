//! Where in a trace viewer things are drawn.

/// The loop's process in the file; a viewer groups tracks by process.
pub(super) const LOOP: Track = Track { group: 1, row: 1 };
/// The process of the connections, one row a slot.
pub(super) const CONNECTIONS: u32 = 2;

/// Where something is drawn.
#[derive(Clone, Copy)]
pub(super) struct Track {
    pub(super) group: u32,
    pub(super) row: u32,
}

/// The track of a slot.
pub(super) fn track_of(slot: u32) -> Track {
    Track {
        group: CONNECTIONS,
        // Row zero is the process itself.
        row: slot.saturating_add(1),
    }
}
