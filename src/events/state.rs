//! The states of a connection by name, and every transition between them.
//!
//! The state machine does not run on the table: tests hold it against the table. They watch running
//! connections and fail if one makes a transition that is not in the table, or if no connection
//! ever makes one that is. The pictures in `docs` and `www` are drawn from the table.

/// A state by name, without the data that [`crate::connection`] keeps with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateName {
    /// The connection expects a request head, or has read a part of it.
    Reading,
    /// A response is being sent.
    Responding,
    /// Kept alive between two requests. It owns no buffer.
    Idle,
    /// Our side has ended. The socket stays open until the peer has read the last response: closing
    /// it while input is unread would reset the connection, and the peer could lose the response.
    Closing,
}

impl StateName {
    /// Every state, in the order of the variants.
    pub const ALL: [Self; 4] = [Self::Reading, Self::Responding, Self::Idle, Self::Closing];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reading => "Reading",
            Self::Responding => "Responding",
            Self::Idle => "Idle",
            Self::Closing => "Closing",
        }
    }

    /// Its name in JSON and in the labels of metrics.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Responding => "responding",
            Self::Idle => "idle",
            Self::Closing => "closing",
        }
    }

    /// What a connection in this state waits for when it can do no more.
    pub const fn waits_for(self) -> &'static str {
        match self {
            Self::Reading => "a whole head",
            Self::Responding => "room to write",
            Self::Idle => "a request",
            Self::Closing => "the peer's end",
        }
    }
}

/// A transition of the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state before. `None`: the connection has just been accepted.
    pub from: Option<StateName>,
    /// The state after. `None`: the connection is closed.
    pub to: Option<StateName>,
    /// What causes the transition.
    pub when: &'static str,
}

/// Every transition that a connection may make.
#[rustfmt::skip] // One row per line.
pub const TRANSITIONS: [Transition; 10] = {
    use StateName::{Closing, Idle, Reading, Responding};
    [
        way(None, Some(Reading), "accepted"),
        way(Some(Reading), Some(Responding), "head complete; if bad or late: 400"),
        way(Some(Responding), Some(Reading), "all sent, more input is here"),
        way(Some(Responding), Some(Idle), "all sent, kept alive"),
        way(Some(Responding), Some(Closing), "all sent, not kept alive"),
        way(Some(Idle), Some(Reading), "first bytes"),
        way(Some(Reading), None, "end of input, reset, deadline, evicted, or no descriptor"),
        way(Some(Responding), None, "all sent and the end was asked for, reset, deadline, or the file shrank"),
        way(Some(Idle), None, "end of input, reset, deadline, or evicted"),
        way(Some(Closing), None, "end of input, reset, deadline, evicted, or 30 s over"),
    ]
};

const fn way(from: Option<StateName>, to: Option<StateName>, when: &'static str) -> Transition {
    Transition { from, to, when }
}

impl Transition {
    /// The row of [`TRANSITIONS`] for this transition, if there is one.
    pub fn find(from: Option<StateName>, to: Option<StateName>) -> Option<&'static Self> {
        TRANSITIONS
            .iter()
            .find(|transition| transition.from == from && transition.to == to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_transition_has_one_row() {
        for (index, row) in TRANSITIONS.iter().enumerate() {
            let first = TRANSITIONS
                .iter()
                .position(|other| (other.from, other.to) == (row.from, row.to));
            assert_eq!(first, Some(index), "{row:?}");
            assert_eq!(Transition::find(row.from, row.to), Some(row));
        }
        assert_eq!(Transition::find(None, None), None);
    }
}
