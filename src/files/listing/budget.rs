//! How much of listings is found out in one turn. All requests of the turn share it.

/// What a turn may spend, in names that are read: about a millisecond.
const PER_TURN: usize = 2_048;

/// Reading a name.
pub(super) const NAME: usize = 1;
/// Asking for the status of a file.
pub(super) const STATUS: usize = 4;
/// Opening a folder, or finding out where a link leads: for an absolute one it takes dozens of calls.
pub(super) const PLACE: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Budget {
    left: usize,
    /// What was spent in this turn.
    #[cfg(test)]
    pub(super) spent: usize,
}

impl Budget {
    pub(super) fn begin_turn(&mut self) {
        self.left = PER_TURN;
        #[cfg(test)]
        {
            self.spent = 0;
        }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// The last piece of a turn's work may cost more than what is left.
    pub(super) fn spend(&mut self, cost: usize) {
        self.left = self.left.saturating_sub(cost);
        #[cfg(test)]
        {
            self.spent += cost;
        }
    }
}
