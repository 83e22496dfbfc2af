//! The slab drawn small: a bounded number of cells, each of which stands for as many slots as
//! it takes. Counts move with each event, so a drawing costs the same however many slots there are.

use std::fmt::Write as _;

use crate::events::state::StateName;

/// The most cells there are. One more, and each stands for twice as many slots.
pub(super) const CELLS_MAX: usize = 4096;

/// What is lively enough to be seen among many: those at work first.
const LIVELIEST: [StateName; 4] = [
    StateName::Responding,
    StateName::Reading,
    StateName::Closing,
    StateName::Idle,
];

/// A number of slots that lie side by side.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// How many of them are in which state.
    states: [u32; StateName::ALL.len()],
    /// The sum of the times since when they are, which gives their mean age at any time. Wraps,
    /// as what is subtracted from it does.
    since: u64,
}

/// All cells.
#[derive(Debug, Default)]
pub(super) struct Heatmap {
    cells: Vec<Cell>,
    /// A cell stands for two to this power of slots.
    shift: u32,
}

impl Heatmap {
    /// How many slots one cell stands for.
    pub(super) fn span(&self) -> usize {
        1 << self.shift
    }

    /// Someone in `slot` is in `state` since a time in milliseconds.
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

    /// The opposite of [`Heatmap::enter`], told the same.
    pub(super) fn leave(&mut self, slot: usize, state: StateName, since: u64) {
        if let Some(cell) = self.cells.get_mut(slot >> self.shift) {
            cell.states[state as usize] -= 1;
            cell.since = cell.since.wrapping_sub(since);
        }
    }

    /// Each two neighbours become one.
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

    /// Appends four characters for each cell: the state of the most, how full it is (0 to 9), how
    /// old its states are on average, and the liveliest state. States are their first letters in
    /// small; `-` is nobody. Ages are classes: 0 is below 125 ms, and each one more is twice as
    /// much, up to 9 for 32 s and longer.
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

    fn drawn(cells: &Heatmap, now: u64) -> String {
        let mut out = String::new();
        cells.draw(now, &mut out);
        out
    }

    #[test]
    fn a_cell_is_a_slot_while_there_are_few() {
        let mut cells = Heatmap::default();
        assert_eq!(drawn(&cells, 0), "");
        cells.enter(0, StateName::Idle, 0);
        cells.enter(2, StateName::Responding, 1_000);
        assert_eq!(drawn(&cells, 1_000), "i94i-00-s90s");
        cells.leave(0, StateName::Idle, 0);
        assert_eq!(drawn(&cells, 60_000), "-00--00-s99s");
    }

    #[test]
    fn ages() {
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

    /// A million slots, and what is drawn is bounded; nobody is lost when cells become one.
    #[test]
    fn many_slots_share_a_cell() {
        let mut cells = Heatmap::default();
        for slot in 0..1_000_000 {
            cells.enter(slot, StateName::Idle, 0);
        }
        cells.leave(7, StateName::Idle, 0);
        cells.enter(7, StateName::Reading, 0);
        assert_eq!(cells.span(), 256);
        let text = drawn(&cells, 0);
        assert_eq!(text.len(), 4 * 1_000_000_usize.div_ceil(256));
        assert_eq!(&text[..8], "i90ri90i");
        for slot in (0..1_000_000).filter(|&slot| slot != 7) {
            cells.leave(slot, StateName::Idle, 0);
        }
        cells.leave(7, StateName::Reading, 0);
        assert!(
            drawn(&cells, 9)
                .as_bytes()
                .chunks(4)
                .all(|cell| cell == b"-00-")
        );
    }
}
