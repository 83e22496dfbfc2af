//! What mio's tokens and events stand for.

use mio::Token;
use mio::event::Event;

use crate::events::event::Readiness;
use crate::events::id::ConnectionId;

/// What a token stands for. The low half of a token is a slot, the high half a generation: together
/// they are the id of a connection. The highest slots stand for everything that is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Connection(ConnectionId),
    Listener(usize),
    Signals,
    /// The listener of the live view.
    Admin,
    /// A viewer of the live view, by its slot there.
    Viewer(ConnectionId),
}

// Both halves must fit into a token.
const _: () = assert!(usize::BITS >= 64, "millpond needs a 64-bit system");

const SIGNALS_SLOT: u32 = u32::MAX;
/// Listeners count downwards from here. No connection has so high a slot: descriptors run out long
/// before.
const FIRST_LISTENER_SLOT: u32 = u32::MAX - 1;
const LISTENERS_MAX: u32 = 1 << 16;
const ADMIN_SLOT: u32 = FIRST_LISTENER_SLOT - LISTENERS_MAX;
/// Viewers count downwards from here.
const FIRST_VIEWER_SLOT: u32 = ADMIN_SLOT - 1;
const VIEWERS_MAX: u32 = 1 << 16;

impl TokenKind {
    pub(super) fn token(self) -> Token {
        match self {
            Self::Connection(id) => Token((id.generation as usize) << 32 | id.slot as usize),
            Self::Listener(index) => Token(FIRST_LISTENER_SLOT as usize - index),
            Self::Signals => Token(SIGNALS_SLOT as usize),
            Self::Admin => Token(ADMIN_SLOT as usize),
            Self::Viewer(id) => {
                let slot = FIRST_VIEWER_SLOT - id.slot;
                Token((id.generation as usize) << 32 | slot as usize)
            }
        }
    }

    pub(super) fn new(token: Token) -> Self {
        // The truncation takes the low half.
        #[allow(clippy::cast_possible_truncation)]
        let (slot, generation) = (token.0 as u32, (token.0 >> 32) as u32);
        // Nearly all tokens are of connections: one comparison finds that out.
        if slot <= FIRST_VIEWER_SLOT - VIEWERS_MAX {
            return Self::Connection(ConnectionId { slot, generation });
        }
        match slot {
            SIGNALS_SLOT => Self::Signals,
            ADMIN_SLOT => Self::Admin,
            _ if slot > ADMIN_SLOT => Self::Listener((FIRST_LISTENER_SLOT - slot) as usize),
            _ => Self::Viewer(ConnectionId {
                slot: FIRST_VIEWER_SLOT - slot,
                generation,
            }),
        }
    }

    /// Whether it concerns the live view only.
    pub(super) fn is_of_viewers(self) -> bool {
        matches!(self, Self::Admin | Self::Viewer(_))
    }
}

/// What an event says. An error or a hang-up makes the socket ready for everything: the next read or
/// write reports what it was.
pub(super) fn readiness(event: &Event) -> Readiness {
    let read_closed = event.is_read_closed() || event.is_error();
    Readiness {
        readable: event.is_readable() || read_closed,
        writable: event.is_writable() || event.is_write_closed() || event.is_error(),
        read_closed,
        urgent: event.is_priority(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back() {
        let id = |slot, generation| TokenKind::Connection(ConnectionId { slot, generation });
        let table = [
            id(0, 0),
            id(7, 9),
            id((1 << 31) - 1, u32::MAX),
            TokenKind::Listener(0),
            TokenKind::Listener(1000),
            TokenKind::Listener((1 << 16) - 1),
            TokenKind::Signals,
            TokenKind::Admin,
            TokenKind::Viewer(ConnectionId {
                slot: 0,
                generation: 0,
            }),
            TokenKind::Viewer(ConnectionId {
                slot: 19,
                generation: u32::MAX,
            }),
        ];
        for source in table {
            assert_eq!(TokenKind::new(source.token()), source);
        }
    }
}
