//! The states of a connection by name, and every way that leads from one to another.
//!
//! The table is not what the machine runs on: it is what the machine is held against. Tests watch
//! running connections and fail if one goes a way that is not in the table, or if no connection
//! ever goes a way that is. The pictures in `docs` and `www` are drawn from it.

/// A state by name, without the data that [`crate::connection`] keeps with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateName {
    /// A request is expected, and may have begun.
    Reading,
    /// A response is on its way.
    Responding,
    /// Between requests.
    Idle,
    /// Our side has ended; the peer reads our last answer in peace.
    Closing,
}

impl StateName {
    /// Every state, in the order of a request.
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

/// One way through the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Where it begins; `None` is outside: the connection has just been accepted.
    pub from: Option<StateName>,
    /// Where it leads; `None` is outside: the connection is closed.
    pub to: Option<StateName>,
    /// What makes a connection go this way.
    pub when: &'static str,
}

/// Every way there is, one row each.
pub const TRANSITIONS: [Transition; 10] = [
    Transition {
        from: None,
        to: Some(StateName::Reading),
        when: "accepted",
    },
    Transition {
        from: Some(StateName::Reading),
        to: Some(StateName::Responding),
        when: "head complete; if bad or late: 400",
    },
    Transition {
        from: Some(StateName::Responding),
        to: Some(StateName::Reading),
        when: "all sent, more input is here",
    },
    Transition {
        from: Some(StateName::Responding),
        to: Some(StateName::Idle),
        when: "all sent, kept alive",
    },
    Transition {
        from: Some(StateName::Responding),
        to: Some(StateName::Closing),
        when: "all sent, not kept alive",
    },
    Transition {
        from: Some(StateName::Idle),
        to: Some(StateName::Reading),
        when: "first bytes",
    },
    Transition {
        from: Some(StateName::Reading),
        to: None,
        when: "end of input, reset, deadline, evicted, or no descriptor",
    },
    Transition {
        from: Some(StateName::Responding),
        to: None,
        when: "all sent and the end was asked for, reset, deadline, or the file shrank",
    },
    Transition {
        from: Some(StateName::Idle),
        to: None,
        when: "end of input, reset, deadline, or evicted",
    },
    Transition {
        from: Some(StateName::Closing),
        to: None,
        when: "end of input, reset, deadline, evicted, or 30 s over",
    },
];

impl Transition {
    /// The row of the table for this way, if there is one.
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
    fn each_way_has_one_row() {
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
