//! Files that change while they are served, and a disk that fails.
//!
//! The bytes of a file follow from its generation, so the simulator can check what is sent without
//! storing it. A file is one inode for as long as it is open, whatever its name stands for by then.

use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use millpond::http::date;

use crate::random::Random;
use crate::response::Body;
use crate::scene::Scene;
use crate::versions::{Entry, Found, Inode, Version};

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

/// Compressed forms of some of them, in worlds whose server looks for such.
pub const SIDECARS: [(&str, usize, usize); 6] = [
    ("index.html.gz", 1, 1_500),
    ("small.css.br", 50, 3_000),
    ("small.css.gz", 60, 4_000),
    ("above.bin.gz", 9_000, 17_000),
    ("medium.bin.br", 10_000, 60_000),
    ("large.bin.gz", 100_000, 400_000),
];

/// The one name of a directory.
pub const DIRECTORY: &str = "folder";

/// When the first files were modified: long before any clock of the simulation, so that the rule for
/// dates in the future never applies.
pub fn modified() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(784_111_777)
}

/// The time of the change with this number, never a whole second. Some changes fall into the second of the one before, and some
/// into the same moment, as with a tool that sets times.
fn modified_at(changes: u64) -> SystemTime {
    let within = [0, 400, 400][usize::try_from(changes % 3).unwrap_or(0)];
    modified() + Duration::from_millis(changes / 3 * 2_100 + within + 50)
}

impl Files {
    pub fn new(random: &mut Random, has_sidecars: bool) -> Self {
        let mut files = Self::default();
        let sidecars: &[_] = if has_sidecars { &SIDECARS } else { &[] };
        for &(path, least, most) in NAMES.iter().chain(sidecars) {
            files.entries.push(Entry {
                path,
                bounds: (least, most),
                versions: Vec::new(),
            });
            let is_there = path != "404.html" || random.one_in(2);
            let entry = files.entries.last();
            let length = entry.map_or(0, |entry| entry.new_length(random));
            files.replace(files.entries.len() - 1, is_there.then_some(length));
        }
        files
    }

    /// Gives a name a new inode, or none.
    fn replace(&mut self, index: usize, length: Option<u64>) {
        let since = self.changes;
        self.generations += 1;
        let generation = self.generations;
        // Tools that compress may give a form the time of the file, and keep whole seconds only.
        let is_cut = self.entries[index].is_sidecar() && generation.is_multiple_of(3);
        let found = length.map(|length| Found {
            inode: Rc::new(Inode::new(generation, length)),
            length,
            modified: if is_cut {
                date::whole_seconds(modified_at(since))
            } else {
                modified_at(since)
            },
        });
        let version = Version { since, found };
        self.entries[index].versions.push(version);
    }

    /// One file shrinks, grows or vanishes, or another takes its name.
    pub fn change(&mut self, random: &mut Random, scene: &Scene) {
        let index = random.below(self.entries.len());
        self.change_entry(index, random, scene);
    }

    /// The same happens to `path` or to a compressed form of it.
    pub fn change_form(&mut self, path: &str, random: &mut Random, scene: &Scene) {
        let entries = self.entries.iter().enumerate();
        let forms = entries.filter(|(_, entry)| entry.path.starts_with(path));
        let forms: Vec<usize> = forms.map(|(index, _)| index).collect();
        self.change_entry(random.pick(&forms), random, scene);
    }

    fn change_entry(&mut self, index: usize, random: &mut Random, scene: &Scene) {
        self.changes += 1;
        let since = self.changes;
        let path = self.entries[index].path;
        let length = self.entries[index].new_length(random);
        let current = self.entries[index].versions.last();
        let current = current.and_then(|version| version.found.clone());
        match (random.below(4), current) {
            (0, _) => self.replace(index, None),
            (1, _) | (_, None) => self.replace(index, Some(length)),
            (_, Some(Found { inode, .. })) => {
                inode
                    .is_harmed
                    .set(inode.is_harmed.get() || length < inode.length.get());
                inode.length.set(length);
                let found = Some(Found {
                    inode,
                    length,
                    modified: modified_at(since),
                });
                self.entries[index].versions.push(Version { since, found });
            }
        }
        scene.count(|stats| stats.files_changed += 1);
        let found = self.entries[index].versions.last();
        let found = found.and_then(|version| version.found.as_ref());
        let now = found.map(Found::tag);
        scene.trace(|| format!("{path} changes: generation and length {now:?}"));
    }

    /// Whether the file that a body comes from can no longer be relied on.
    pub fn is_harmed(&self, body: &Body) -> bool {
        let generation = match body {
            Body::File { generation, .. } => *generation,
            Body::Parts(parts) => parts.generation,
            Body::Nothing | Body::Page(_) => return false,
        };
        let versions = self.entries.iter().flat_map(|entry| &entry.versions);
        let mut found = versions.filter_map(|version| version.found.as_ref());
        found.any(|found| found.inode.generation == generation && found.inode.is_harmed.get())
    }

    /// Any version that `path` has had, or nothing if it was absent then.
    pub fn any_version(&self, path: &str, random: &mut Random) -> Option<Found> {
        let entry = self.entries.iter().find(|entry| entry.path == path)?;
        let version = &entry.versions[random.below(entry.versions.len())];
        version.found.clone()
    }

    /// The present version of `path` or of one of its compressed forms, or an older one.
    pub fn any_form(&self, path: &str, random: &mut Random) -> Option<Found> {
        let forms = self.entries.iter();
        let forms: Vec<_> = forms.filter(|entry| entry.path.starts_with(path)).collect();
        let versions = &random.pick(&forms).versions;
        let back = random.pick(&[1, 1, 1, 2]).min(versions.len());
        versions[versions.len() - back].found.clone()
    }

    /// The version of `path` or of one of its compressed forms with this tag.
    pub fn with_tag(&self, path: &str, tag: &str) -> Option<&Found> {
        let entries = self.entries.iter();
        let forms = entries.filter(|entry| entry.path.starts_with(path));
        let versions = forms.flat_map(|entry| &entry.versions);
        let mut found = versions.filter_map(|version| version.found.as_ref());
        found.find(|found| found.tag() == tag)
    }

    /// What `path` has stood for since there were so many changes, until now.
    pub fn since(&self, path: &str, changes: u64) -> impl Iterator<Item = Option<&Found>> {
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
