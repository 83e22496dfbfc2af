//! All slots, drawn small: a bounded number of cells, each of which stands for as many slots as
//! necessary. Each event updates the counts, so a drawing costs the same for any number of slots.

use std::fmt::Write as _;

use crate::events::state::StateName;

/// The most cells. When more are necessary, each cell stands for twice as many slots.
const CELLS_MAX: usize = 4096;

/// The states, the liveliest first: one connection at work shows among many idle ones.
const LIVELIEST: [StateName; 4] = [
    StateName::Responding,
    StateName::Reading,
    StateName::Closing,
    StateName::Idle,
];

/// A number of adjacent slots.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// How many of their connections are in each state.
    states: [u32; StateName::ALL.len()],
    /// The sum of the times at which they entered their states, in milliseconds. It gives the mean
    /// age at any time. Additions and subtractions wrap, so that a large sum does not overflow.
    since: u64,
}

#[derive(Debug, Default)]
pub(super) struct Heatmap {
    cells: Vec<Cell>,
    /// The binary logarithm of the number of slots per cell.
    shift: u32,
}

impl Heatmap {
    pub(super) fn slots_per_cell(&self) -> usize {
        1 << self.shift
    }

    /// A connection in `slot` enters `state` at the time `since`, in milliseconds.
    pub(super) fn enter(&mut self, slot: usize, state: StateName, since: u64) {
        while slot >> self.shift >= CELLS_MAX {
            self.halve();
        }
        let index = slot >> self.shift;
        if index >= self.cells.len() {
            self.cells.resize(index + 1, Cell::default());
        }
        let cell = &mut self.cells[index];
        cell.states[state as usize] += 1;
        cell.since = cell.since.wrapping_add(since);
    }

    /// Undoes [`Heatmap::enter`] with the same arguments.
    pub(super) fn leave(&mut self, slot: usize, state: StateName, since: u64) {
        if let Some(cell) = self.cells.get_mut(slot >> self.shift) {
            cell.states[state as usize] -= 1;
            cell.since = cell.since.wrapping_sub(since);
        }
    }

    /// Merges each two neighbouring cells.
    fn halve(&mut self) {
        let merge = |pair: &[Cell]| {
            let mut cell = pair[0];
            if let Some(other) = pair.get(1) {
                for (count, more) in cell.states.iter_mut().zip(other.states) {
                    *count += more;
                }
                cell.since = cell.since.wrapping_add(other.since);
            }
            cell
        };
        self.cells = self.cells.chunks(2).map(merge).collect();
        self.shift += 1;
    }

    /// Appends four characters per cell: the most frequent state, how full the cell is (0 to 9), the
    /// class of the mean age of its states, and the liveliest state. A state is `r` (reading), `s`
    /// (responding: sending), `i` (idle) or `c` (closing); `-` is an empty cell. Age class 0 is below
    /// 125 ms, and each further class is twice as old, up to 9 for 32 s and more.
    pub(super) fn draw(&self, now: u64, out: &mut String) {
        for cell in &self.cells {
            let count: u32 = cell.states.iter().sum();
            if count == 0 {
                out.push_str("-00-");
                continue;
            }
            let most = LIVELIEST
                .into_iter()
                .rev()
                .max_by_key(|&state| cell.count(state));
            let liveliest = LIVELIEST.into_iter().find(|&state| cell.count(state) > 0);
            let fill = (u64::from(count) * 9).div_ceil(1 << self.shift);
            let mean =
                now.wrapping_mul(u64::from(count)).wrapping_sub(cell.since) / u64::from(count);
            // Writing to a String can't fail.
            let _ = write!(
                out,
                "{}{fill}{}{}",
                letter(most),
                age_class(mean),
                letter(liveliest)
            );
        }
    }
}

impl Cell {
    fn count(&self, state: StateName) -> u32 {
        self.states[state as usize]
    }
}

fn letter(state: Option<StateName>) -> char {
    match state {
        Some(StateName::Reading) => 'r',
        Some(StateName::Responding) => 's',
        Some(StateName::Idle) => 'i',
        Some(StateName::Closing) => 'c',
        None => '-',
    }
}

/// Milliseconds → 0 to 9.
fn age_class(age: u64) -> u32 {
    (u64::BITS - (age / 125).leading_zeros()).min(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(heatmap: &Heatmap, now: u64) -> String {
        let mut out = String::new();
        heatmap.draw(now, &mut out);
        out
    }

    #[test]
    fn few_slots_have_a_cell_each() {
        let mut heatmap = Heatmap::default();
        assert_eq!(drawn(&heatmap, 0), "");
        heatmap.enter(0, StateName::Idle, 0);
        heatmap.enter(2, StateName::Responding, 1_000);
        assert_eq!(drawn(&heatmap, 1_000), "i94i-00-s90s");
        heatmap.leave(0, StateName::Idle, 0);
        assert_eq!(drawn(&heatmap, 60_000), "-00--00-s99s");
    }

    #[test]
    fn an_age_class_is_twice_as_old_as_the_one_before() {
        let table = [
            (0, 0),
            (124, 0),
            (125, 1),
            (249, 1),
            (250, 2),
            (31_999, 8),
            (32_000, 9),
        ];
        for (age, class) in table {
            assert_eq!(age_class(age), class, "{age} ms");
        }
        assert_eq!(age_class(u64::MAX), 9);
    }

    /// The drawing of a million slots is bounded, and merging cells loses no connection.
    #[test]
    fn many_slots_share_cells() {
        let mut heatmap = Heatmap::default();
        for slot in 0..1_000_000 {
            heatmap.enter(slot, StateName::Idle, 0);
        }
        heatmap.leave(7, StateName::Idle, 0);
        heatmap.enter(7, StateName::Reading, 0);
        assert_eq!(heatmap.slots_per_cell(), 256);
        let text = drawn(&heatmap, 0);
        assert_eq!(text.len(), 4 * 1_000_000_usize.div_ceil(256));
        assert_eq!(&text[..8], "i90ri90i");
        for slot in (0..1_000_000).filter(|&slot| slot != 7) {
            heatmap.leave(slot, StateName::Idle, 0);
        }
        heatmap.leave(7, StateName::Reading, 0);
        assert!(
            drawn(&heatmap, 9)
                .as_bytes()
                .chunks(4)
                .all(|cell| cell == b"-00-")
        );
    }
}
