//! A name, and what it has stood for: one file after the other, each as long and as old as it was then.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::SystemTime;

use millpond::http::date;
use millpond::response::pages;

use crate::files::SIDECARS;
use crate::random::Random;

/// An open file.
#[derive(Debug)]
pub struct Inode {
    pub generation: usize,
    pub length: Cell<u64>,
    /// Whether it has ever become shorter, or could not be read.
    pub is_harmed: Cell<bool>,
    /// The contents when they were last read as a whole.
    bytes: RefCell<Rc<[u8]>>,
}

impl Inode {
    pub fn new(generation: usize, length: u64) -> Self {
        Self {
            generation,
            length: Cell::new(length),
            is_harmed: Cell::new(false),
            bytes: RefCell::new(Rc::new([])),
        }
    }

    /// Its first `length` bytes.
    pub fn whole(&self, length: u64) -> Rc<[u8]> {
        let mut bytes = self.bytes.borrow_mut();
        if bytes.len() as u64 != length {
            let offsets = 0..usize::try_from(length).unwrap_or(0);
            *bytes = offsets.map(|at| Self::byte(self.generation, at)).collect();
        }
        bytes.clone()
    }

    /// The byte at `offset`: cheap to compute, and different between files and between offsets.
    pub fn byte(generation: usize, offset: usize) -> u8 {
        let mixed = (offset ^ (offset >> 8)).wrapping_add(generation.wrapping_mul(131));
        mixed.to_le_bytes()[0]
    }
}

/// What is found by a name.
#[derive(Clone, Debug)]
pub struct Found {
    pub inode: Rc<Inode>,
    pub length: u64,
    pub modified: SystemTime,
}

impl Found {
    /// The tag of its content, which follows from these two.
    pub fn tag(&self) -> String {
        format!("\"{}-{}\"", self.inode.generation, self.length)
    }

    /// Whether this may be a compressed form of that: it is not older, as far as its time tells.
    pub fn is_as_new_as(&self, plain: &Self) -> bool {
        let second = date::whole_seconds(plain.modified);
        self.modified >= plain.modified || self.modified == second
    }
}

/// What a name stood for since one change.
#[derive(Debug)]
pub struct Version {
    /// How many changes of any file there had been.
    pub since: u64,
    pub found: Option<Found>,
}

#[derive(Debug)]
pub struct Entry {
    pub path: &'static str,
    /// Its least and greatest length.
    pub bounds: (usize, usize),
    pub versions: Vec<Version>,
}

impl Entry {
    pub fn is_sidecar(&self) -> bool {
        SIDECARS.iter().any(|(path, ..)| *path == self.path)
    }

    /// Whether `length` is in use: the length tells one version from another, and from the built-in
    /// page.
    fn has_had(&self, length: u64) -> bool {
        if length == pages::NOT_FOUND.len() as u64 {
            return true;
        }
        let mut found = self
            .versions
            .iter()
            .filter_map(|version| version.found.as_ref());
        found.any(|found| found.length == length)
    }

    pub fn new_length(&self, random: &mut Random) -> u64 {
        let (least, most) = self.bounds;
        loop {
            let length = random.between(least, most) as u64;
            if least == most || !self.has_had(length) {
                return length;
            }
        }
    }
}
