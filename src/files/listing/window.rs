//! The names of one page, found in one pass over a folder of any length.

use std::collections::BTreeSet;

use crate::response::listing::place::{Kind, Place};

/// How many entries a page shows at most.
pub(super) const PAGE: usize = 1_000;

/// The first [`PAGE`] places behind one, of all that were added. Holds no more than these.
#[derive(Debug)]
pub(super) struct Window {
    after: Option<Place>,
    places: BTreeSet<Place>,
    /// Whether a place behind all of `places` was left out.
    has_more: bool,
}

impl Window {
    pub(super) fn new(after: Option<Place>) -> Self {
        Self {
            after,
            places: BTreeSet::new(),
            has_more: false,
        }
    }

    /// Whether an entry of this name may belong to the page, whatever its kind is. If not, it need not
    /// be examined.
    pub(super) fn may_show(&mut self, name: &[u8]) -> bool {
        let places = [(Kind::Folder, name), (Kind::File, name)];
        let may_show = places.iter().any(|place| self.accepts(*place));
        // Not certain, since it may be a link to nothing. Then the next page shows one entry less.
        self.has_more |= !may_show && places.iter().any(|place| self.is_behind(*place));
        may_show
    }

    /// Adds an entry, if it belongs to the page as far as that is known.
    pub(super) fn add(&mut self, kind: Kind, name: &[u8]) {
        self.has_more |= self.is_behind((kind, name));
        if !self.accepts((kind, name)) {
            return;
        }
        let name = name.into();
        self.places.insert(Place { kind, name });
        if self.places.len() > PAGE {
            self.places.pop_last();
            self.has_more = true;
        }
    }

    fn accepts(&self, place: (Kind, &[u8])) -> bool {
        let is_before = self.after.as_ref().is_some_and(|after| place <= key(after));
        !is_before && !self.is_behind(place)
    }

    /// Whether the page is full of places before this one.
    fn is_behind(&self, place: (Kind, &[u8])) -> bool {
        self.places.len() >= PAGE && self.places.last().is_some_and(|last| place > key(last))
    }

    /// The places in order, and whether there are more behind them.
    pub(super) fn take_places(&mut self) -> (Vec<Place>, bool) {
        let places = std::mem::take(&mut self.places);
        (places.into_iter().collect(), self.has_more)
    }

    /// How many names are in memory.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }
}

/// What places are ordered by.
fn key(place: &Place) -> (Kind, &[u8]) {
    (place.kind, &place.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: usize) -> Vec<u8> {
        format!("{number:06}").into_bytes()
    }

    #[test]
    fn the_first_names_behind_a_place_are_kept_and_no_more() {
        let mut window = Window::new(Some(Place {
            kind: Kind::Folder,
            name: name(10).into(),
        }));
        // In an order like that of a hash.
        for number in (0..5_000).map(|number| number * 1_237 % 5_000) {
            let kind = if number < 20 {
                Kind::Folder
            } else {
                Kind::File
            };
            window.add(kind, &name(number));
            assert!(window.len() <= PAGE);
        }
        let (places, has_more) = window.take_places();
        let names: Vec<_> = places.iter().map(|place| place.name.to_vec()).collect();
        assert_eq!(names, (11..11 + PAGE).map(name).collect::<Vec<_>>());
        assert!(has_more);
    }

    #[test]
    fn a_full_page_has_more_behind_it_only_if_there_is_more() {
        let full = || {
            let mut window = Window::new(None);
            (1..=PAGE).for_each(|number| window.add(Kind::File, &name(number)));
            window
        };
        assert!(!full().take_places().1);
        let mut window = full();
        window.add(Kind::Folder, b"x");
        assert!(window.take_places().1);
        let mut window = full();
        assert!(window.may_show(b"x"), "it may lead to a folder");
        window.add(Kind::File, b"x");
        assert!(window.take_places().1);
        let mut window = Window::new(None);
        (1..=PAGE).for_each(|number| window.add(Kind::Folder, &name(number)));
        assert!(!window.may_show(b"x"));
        assert!(window.take_places().1, "a link may stand there");
    }
}
