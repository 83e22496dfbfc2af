//! What strangers do to a real log and the files beside it: operators, other servers, other programs.
//!
//! One that changes a file in place after the server has closed it stands for the kernel, which gives the
//! inode number of a file that is gone to the next one: nothing else tells the two apart.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use millpond::log::csv_row;
use rustix::fs::{FlockOperation, flock};

use crate::disk::{LOG, TRACE};
use crate::random::Random;
use crate::scene::Scene;
use crate::served::{self, Identity};

pub struct Strangers {
    folder: PathBuf,
    random: Random,
    /// Who holds the log's lock.
    pub holder: Option<File>,
    /// The log was rotated, and the server has not been told to open it again.
    pub has_rotated: bool,
    /// The log's files that are no longer at its path, in the order in which they were.
    past: Vec<Past>,
    /// The names that strangers have made, for logs that were rotated and for links.
    names: Vec<String>,
    /// How many names and contents strangers have made.
    made: usize,
    /// Whether no two contents are of one length.
    makes_lengths: bool,
}

/// A log file that is no longer at the log's path.
enum Past {
    /// It still has the rows, and the server may still write to it.
    File(File),
    /// What it had when another file took its inode number.
    Text(Vec<u8>),
}

impl Strangers {
    /// `makes_lengths`: no two contents are of one length, since times can't tell apart what one tick of
    /// the disk's clock brings.
    pub fn new(folder: &Path, mut random: Random, makes_lengths: bool) -> Self {
        let log = folder.join(LOG);
        if random.one_in(3) {
            fs::write(&log, "other columns\n").unwrap();
        }
        let holder = random.one_in(4).then(|| lock(&log)).flatten();
        Self {
            folder: folder.to_owned(),
            random,
            holder,
            has_rotated: false,
            past: Vec::new(),
            names: vec![TRACE.to_owned()],
            made: 0,
            makes_lengths,
        }
    }

    /// One of them does something.
    pub fn act(&mut self, scene: &Scene) {
        let kind = self.random.below(9);
        let log = self.path(LOG);
        match kind {
            0..=1 if self.holder.is_none() => self.take_lock(scene),
            0..=1 => self.holder = None,
            2 => {
                let name = self.name("rotated");
                if self.leave_log() {
                    fs::rename(&log, self.path(&name)).unwrap();
                    self.names.push(name);
                }
                self.has_rotated = true;
            }
            3 if self.leave_log() => fs::remove_file(&log).unwrap(),
            4 if !log.exists() => {
                let text = self.text();
                fs::write(&log, text).unwrap();
            }
            5 => self.link(),
            6 => self.reuse(scene),
            7 if self.names.len() > 6 => {
                let name = self.names.swap_remove(self.random.below(self.names.len()));
                fs::remove_file(self.path(&name)).unwrap();
            }
            _ => self.publish(),
        }
        scene.trace(|| format!("a stranger does {kind} to the log's files"));
    }

    fn take_lock(&mut self, scene: &Scene) {
        self.holder = lock(&self.path(LOG));
        scene.count(|stats| stats.locks_held += u64::from(self.holder.is_some()));
    }

    /// Another server has opened the log again first, and holds its lock.
    pub fn be_first(&mut self, scene: &Scene) {
        if self.random.one_in(2) {
            let mut options = File::options();
            let made = options.append(true).create(true).open(self.path(LOG));
            made.unwrap();
            self.take_lock(scene);
        }
    }

    /// Remembers the file that is about to lose the log's name, if there is one.
    fn leave_log(&mut self) -> bool {
        let log = File::open(self.path(LOG));
        let is_there = log.is_ok();
        self.past.extend(log.map(Past::File));
        is_there
    }

    /// A file gets one more name.
    fn link(&mut self) {
        let mut names = self.names.clone();
        names.push(LOG.to_owned());
        let from = &names[self.random.below(names.len())];
        let name = self.name("link");
        let made = if self.random.one_in(3) {
            symlink(from, self.path(&name))
        } else {
            fs::hard_link(self.path(from), self.path(&name))
        };
        if made.is_ok() {
            self.names.push(name);
        }
    }

    /// Another file gets the inode number of one that the server has closed.
    fn reuse(&mut self, scene: &Scene) {
        let name = &self.names[self.random.below(self.names.len())];
        let path = self.path(name);
        let identity = served::identity(&path);
        let is_free = identity.is_some_and(|identity| !served::written().contains(&identity));
        if !is_free || identity == served::identity(&self.path(LOG)) {
            return;
        }
        for past in &mut self.past {
            if past.identity() == identity {
                *past = Past::Text(past.content());
            }
        }
        let text = self.text();
        fs::write(path, text).unwrap();
        scene.count(|stats| stats.inodes_reused += 1);
    }

    /// A page that is no business of the log's: a new file takes the name of the old one.
    fn publish(&mut self) {
        let text = self.text();
        let next = self.path("next.html");
        fs::write(&next, text).unwrap();
        // As tools set it that build the same twice.
        let file = File::options().write(true).open(&next).unwrap();
        file.set_modified(crate::files::modified()).unwrap();
        fs::rename(next, self.path("page.html")).unwrap();
    }

    /// A new content: what is new stands in the middle of it.
    fn text(&mut self) -> String {
        self.made += 1;
        let length = self.random.pick(&[12, 40_000, 150_000]);
        let more = if self.makes_lengths { self.made } else { 0 };
        let before = " ".repeat(length / 2);
        let after = " ".repeat(length / 2 + more);
        format!("{before}{:08}{after}", self.made)
    }

    fn name(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}-{}", self.made)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The rows in all files of the log, in the order of the files. Others, which strangers have put there,
    /// do not begin with the header.
    pub fn rows(&self) -> Vec<u8> {
        let mut texts: Vec<Vec<u8>> = self.past.iter().map(Past::content).collect();
        texts.extend(fs::read(self.path(LOG)));
        let header = csv_row::header();
        let rows = texts.iter().filter_map(|text| text.strip_prefix(&*header));
        rows.flatten().copied().collect()
    }
}

impl Past {
    fn identity(&self) -> Option<Identity> {
        match self {
            Self::File(file) => file.metadata().ok().map(|file| (file.dev(), file.ino())),
            Self::Text(_) => None,
        }
    }

    fn content(&self) -> Vec<u8> {
        match self {
            Self::File(file) => {
                let mut text = Vec::new();
                let mut file: &File = file;
                file.seek(SeekFrom::Start(0)).unwrap();
                file.read_to_end(&mut text).unwrap();
                text
            }
            Self::Text(text) => text.clone(),
        }
    }
}

/// Takes the lock on a file, as another process would.
fn lock(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(file)
}
