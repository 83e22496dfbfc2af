//! Files that change while they are served, and a disk that fails.
//!
//! The bytes of a file follow from its generation, so the simulator can check what is sent without
//! storing it. A file is one inode for as long as it is open, whatever its name stands for by then.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use millpond::response::pages;
use millpond::response::resource::{Content, Documents, LookupError, Resource, SMALL};

use crate::random::Random;
use crate::scene::Scene;
use crate::tap::Body;

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
    /// Its first `length` bytes.
    fn whole(&self, length: u64) -> Rc<[u8]> {
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

/// What a name stood for since one change.
#[derive(Debug)]
struct Version {
    since: u64,
    found: Option<(Rc<Inode>, u64)>,
}

#[derive(Debug)]
struct Entry {
    path: &'static str,
    versions: Vec<Version>,
}

impl Entry {
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
        found.any(|found| found.1 == length)
    }

    fn new_length(&self, random: &mut Random, least: usize, most: usize) -> u64 {
        loop {
            let length = random.between(least, most) as u64;
            if least == most || !self.has_had(length) {
                return length;
            }
        }
    }
}

/// All files, with their history.
#[derive(Debug, Default)]
pub struct Files {
    entries: Vec<Entry>,
    generations: usize,
    /// How many changes there have been: the time by which files and requests are compared.
    pub changes: u64,
    /// How often lookups find no descriptor from now on: once in this many, 0 for never.
    pub shortage: usize,
    /// How many lookups found no descriptor.
    pub out_of_descriptors: u64,
}

/// The names, each with its least and greatest length.
pub const NAMES: [(&str, usize, usize); 8] = [
    ("index.html", 1, 2_000),
    ("empty.txt", 0, 0),
    ("small.css", 100, 5_000),
    ("below.bin", 16_000, 16_384),
    ("above.bin", 16_385, 17_000),
    ("medium.bin", 20_000, 90_000),
    ("large.bin", 250_000, 900_000),
    ("404.html", 10, 30_000),
];

/// The one name of a directory.
pub const DIRECTORY: &str = "folder";

/// When all files were modified: long before any clock of the simulation, so that the rule for
/// dates in the future never applies.
pub fn modified() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(784_111_777)
}

/// The tag of a file's content, which follows from these two.
pub fn tag(generation: usize, length: u64) -> String {
    format!("\"{generation}-{length}\"")
}

impl Files {
    pub fn new(random: &mut Random) -> Self {
        let mut files = Self::default();
        for (path, least, most) in NAMES {
            let versions = Vec::new();
            files.entries.push(Entry { path, versions });
            let is_there = path != "404.html" || random.one_in(2);
            let entry = files.entries.last();
            let length = entry.map_or(0, |entry| entry.new_length(random, least, most));
            files.replace(files.entries.len() - 1, 0, is_there.then_some(length));
        }
        files
    }

    /// Gives a name a new inode, or none.
    fn replace(&mut self, index: usize, since: u64, length: Option<u64>) {
        self.generations += 1;
        let generation = self.generations;
        let found = length.map(|length| {
            let inode = Inode {
                generation,
                length: Cell::new(length),
                is_harmed: Cell::new(false),
                bytes: RefCell::new(Rc::new([])),
            };
            (Rc::new(inode), length)
        });
        let version = Version { since, found };
        self.entries[index].versions.push(version);
    }

    /// One file shrinks, grows or vanishes, or another takes its name.
    pub fn change(&mut self, random: &mut Random, scene: &Scene) {
        let index = random.below(self.entries.len());
        let (path, least, most) = NAMES[index];
        self.changes += 1;
        let since = self.changes;
        let length = self.entries[index].new_length(random, least, most);
        let current = self.entries[index].versions.last();
        let current = current.and_then(|version| version.found.clone());
        match (random.below(4), current) {
            (0, _) => self.replace(index, since, None),
            (1, _) | (_, None) => self.replace(index, since, Some(length)),
            (_, Some((inode, _))) => {
                inode
                    .is_harmed
                    .set(inode.is_harmed.get() || length < inode.length.get());
                inode.length.set(length);
                let found = Some((inode, length));
                self.entries[index].versions.push(Version { since, found });
            }
        }
        scene.count(|stats| stats.files_changed += 1);
        let found = self.entries[index].versions.last();
        let found = found.and_then(|version| version.found.as_ref());
        let now = found.map(|(inode, length)| (inode.generation, length));
        scene.trace(|| format!("{path} changes: generation and length {now:?}"));
    }

    /// Whether the file that a body comes from can no longer be relied on.
    pub fn is_harmed(&self, body: &Body) -> bool {
        let Body::File(generation) = body else {
            return false;
        };
        let versions = self.entries.iter().flat_map(|entry| &entry.versions);
        let mut inodes = versions.filter_map(|version| version.found.as_ref());
        inodes.any(|(inode, _)| inode.generation == *generation && inode.is_harmed.get())
    }

    /// The tag of any version that `path` has had.
    pub fn any_tag(&self, path: &str, random: &mut Random) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.path == path)?;
        let version = &entry.versions[random.below(entry.versions.len())];
        let (inode, length) = version.found.as_ref()?;
        Some(tag(inode.generation, *length))
    }

    /// What `path` has stood for since there were so many changes, until now.
    pub fn since(
        &self,
        path: &str,
        changes: u64,
    ) -> impl Iterator<Item = Option<&(Rc<Inode>, u64)>> {
        let entry = self.entries.iter().find(|entry| entry.path == path);
        let versions = entry.map_or(&[][..], |entry| &entry.versions);
        // The last version that is not younger than `changes` was the one then.
        let first = versions
            .iter()
            .rposition(|version| version.since <= changes);
        let versions = &versions[first.unwrap_or(0)..];
        versions.iter().map(|version| version.found.as_ref())
    }
}

type Found = Result<Rc<Resource<Inode>>, LookupError>;

/// The files as the connection table sees them.
pub struct Root {
    pub scene: Rc<Scene>,
    pub random: Random,
    /// What was found in this validation epoch: a second lookup of a name gets the same answer,
    /// whatever has changed meanwhile.
    pub found: HashMap<String, Found>,
}

impl Documents for Root {
    type File = Inode;

    fn find(&mut self, path: &[u8]) -> Found {
        let path = str::from_utf8(path).map_err(|_| LookupError::NotFound)?;
        if let Some(found) = self.found.get(path) {
            return found.clone();
        }
        let found = self.look_up(path);
        if !matches!(found, Err(LookupError::OutOfDescriptors)) {
            self.found.insert(path.to_owned(), found.clone());
        }
        found
    }

    fn begin_turn(&mut self, _monotonic: Duration, _wall: SystemTime) {
        self.revalidate();
    }

    fn revalidate(&mut self) {
        self.found.clear();
    }
}

impl Root {
    fn look_up(&mut self, path: &str) -> Found {
        let mut files = self.scene.files.borrow_mut();
        if self.random.one_in(files.shortage) {
            files.out_of_descriptors += 1;
            self.scene.is_room_wanted.set(true);
            self.scene.scarce_at.set(self.scene.now.get());
            self.scene.count(|stats| stats.out_of_descriptors += 1);
            return Err(LookupError::OutOfDescriptors);
        }
        if path == DIRECTORY {
            return Err(LookupError::IsDirectory);
        }
        let found = files.since(path, u64::MAX).last().flatten();
        let (inode, length) = found.cloned().ok_or(LookupError::NotFound)?;
        let tag = tag(inode.generation, length);
        let content = if length <= SMALL {
            Content::Bytes(inode.whole(length))
        } else {
            Content::File(inode)
        };
        let modified = Some(modified());
        Ok(Rc::new(Resource::of_default_type(
            path, length, modified, &tag, content,
        )))
    }
}
