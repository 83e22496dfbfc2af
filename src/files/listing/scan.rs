//! One pass over a folder, a bounded piece of work at a time: reads all names and keeps those of the
//! page, then asks for the status of each of these.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{AtFlags, Dir, DirEntry, FileType, Stat, fstat, statat};

use super::budget::{self, Budget};
use super::window::Window;
use crate::files::fingerprint::Fingerprint;
use crate::files::hidden::Hidden;
use crate::files::root::{Root, as_path, lookup_error};
use crate::http::target::{self, DotFiles};
use crate::response::listing::page::Entry;
use crate::response::listing::place::{Kind, Place};
use crate::response::resource::LookupError;

/// A page that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The name of the folder below the root; empty for the root.
    pub(super) folder: Box<[u8]>,
    /// Behind which place the page begins.
    pub(super) after: Option<Place>,
}

/// What a scan needs of the rest.
pub(super) struct Surroundings<'a> {
    pub(super) root: &'a mut Root,
    pub(super) hidden: &'a Hidden,
    pub(super) dot_files: DotFiles,
    pub(super) budget: &'a mut Budget,
    /// The validation epoch.
    pub(super) epoch: u64,
    /// The time of the turn on the wall clock.
    pub(super) wall: SystemTime,
}

#[derive(Debug)]
pub(super) struct Scan {
    folder: Dir,
    /// The fingerprint of the folder before its first name was read.
    fingerprint: Fingerprint,
    /// Whether a change from then on is certain to change the fingerprint.
    is_reliable: bool,
    /// The validation epoch in which the scan began.
    epoch: u64,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Names(Window),
    Statuses {
        places: VecDeque<Place>,
        found: Found,
    },
}

/// What is on the page.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    /// Behind which place the next page begins.
    pub(super) next: Option<Place>,
}

impl Scan {
    pub(super) fn begin(wanted: &Wanted, around: &mut Surroundings) -> Result<Self, LookupError> {
        around.budget.spend(budget::PLACE);
        let folder = around.root.open_folder(path_of(&wanted.folder));
        let folder = folder.map_err(|error| lookup_error(&error))?;
        let stat = fstat(&folder).map_err(|errno| lookup_error(&errno.into()))?;
        let fingerprint = Fingerprint::new(&stat);
        Ok(Self {
            folder: Dir::new(folder).map_err(|errno| lookup_error(&errno.into()))?,
            is_reliable: fingerprint.is_older_than_clock_tick(around.wall),
            fingerprint,
            epoch: around.epoch,
            stage: Stage::Names(Window::new(wanted.after.clone())),
        })
    }

    /// Goes on until the budget of the turn is spent. Returns what was found once that is all.
    pub(super) fn advance(
        &mut self,
        wanted: &Wanted,
        around: &mut Surroundings,
    ) -> Result<Option<Found>, LookupError> {
        while !around.budget.is_spent() {
            match &mut self.stage {
                Stage::Names(window) => match self.folder.read() {
                    Some(entry) => {
                        let entry = entry.map_err(|errno| lookup_error(&errno.into()))?;
                        add_name(window, &entry, &self.folder, wanted, around)?;
                    }
                    None => self.stage = Stage::statuses(window),
                },
                Stage::Statuses { places, found } => match places.pop_front() {
                    Some(place) => {
                        found
                            .entries
                            .extend(examine(place, &self.folder, wanted, around)?);
                    }
                    None => return Ok(Some(std::mem::take(found))),
                },
            }
        }
        Ok(None)
    }

    /// Whether the names that were found are those of the folder as it is now, or was at some time in
    /// this epoch.
    pub(super) fn is_current(
        &self,
        wanted: &Wanted,
        around: &mut Surroundings,
    ) -> Result<bool, LookupError> {
        if self.epoch == around.epoch {
            return Ok(true);
        }
        around.budget.spend(budget::PLACE);
        // By its name, for another folder may have taken that.
        let stat = around.root.status_of(path_of(&wanted.folder));
        let stat = stat.map_err(|error| lookup_error(&error))?;
        Ok(self.is_reliable && Fingerprint::new(&stat) == self.fingerprint)
    }

    /// How many names it holds.
    #[cfg(test)]
    pub(super) fn names(&self) -> usize {
        match &self.stage {
            Stage::Names(window) => window.len(),
            Stage::Statuses { places, found } => places.len() + found.entries.len(),
        }
    }
}

impl Stage {
    /// The stage behind the one that has filled this window.
    fn statuses(window: &mut Window) -> Self {
        let (places, has_more) = window.take_places();
        let next = places.last().filter(|_| has_more).cloned();
        Self::Statuses {
            places: places.into(),
            found: Found {
                entries: Vec::new(),
                next,
            },
        }
    }
}

fn add_name(
    window: &mut Window,
    entry: &DirEntry,
    folder: &Dir,
    wanted: &Wanted,
    around: &mut Surroundings,
) -> Result<(), LookupError> {
    around.budget.spend(budget::NAME);
    let name = entry.file_name().to_bytes();
    if is_left_out(name, around) {
        return Ok(());
    }
    let file_type = match entry.file_type() {
        // Not all file systems tell it here.
        FileType::Symlink | FileType::Unknown => {
            if !window.may_show(name) {
                return Ok(());
            }
            match status(name, folder, wanted, around)? {
                Some(stat) => FileType::from_raw_mode(stat.st_mode),
                None => return Ok(()),
            }
        }
        file_type => file_type,
    };
    if let Some(kind) = kind_of(file_type) {
        window.add(kind, name);
    }
    Ok(())
}

fn is_left_out(name: &[u8], around: &Surroundings) -> bool {
    matches!(name, b"." | b"..")
        || target::is_hidden(name, around.dot_files)
        || around.hidden.is_named_as_log(name)
}

/// The entry at `place`, if it is still one to show.
fn examine(
    place: Place,
    folder: &Dir,
    wanted: &Wanted,
    around: &mut Surroundings,
) -> Result<Option<Entry>, LookupError> {
    let Some(stat) = status(&place.name, folder, wanted, around)? else {
        return Ok(None);
    };
    let fingerprint = Fingerprint::new(&stat);
    let is_shown = kind_of(fingerprint.file_type()) == Some(place.kind)
        && !around.hidden.is_written(&fingerprint.identity)
        && !around.hidden.is_rules(&fingerprint.identity);
    Ok(is_shown.then(|| Entry {
        place,
        length: fingerprint.length,
        modified: fingerprint.modified(),
    }))
}

/// The status of the entry `name`, or of what it leads to if it is a link that stays beneath the root.
/// `None` if there is nothing that may be shown.
fn status(
    name: &[u8],
    folder: &Dir,
    wanted: &Wanted,
    around: &mut Surroundings,
) -> Result<Option<Stat>, LookupError> {
    around.budget.spend(budget::STATUS);
    let stat = folder
        .fd()
        .and_then(|folder| statat(folder, name, AtFlags::SYMLINK_NOFOLLOW))
        .map_err(io::Error::from);
    let is_link = |stat: &Stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink;
    let stat = match stat {
        Ok(stat) if is_link(&stat) => {
            around.budget.spend(budget::PLACE);
            let path = match &*wanted.folder {
                b"" => name.to_vec(),
                folder => [folder, b"/", name].concat(),
            };
            around.root.status_of(as_path(&path))
        }
        stat => stat,
    };
    match stat.map_err(|error| lookup_error(&error)) {
        Ok(stat) => Ok(Some(stat)),
        Err(LookupError::OutOfDescriptors) => Err(LookupError::OutOfDescriptors),
        Err(_) => Ok(None),
    }
}

fn kind_of(file_type: FileType) -> Option<Kind> {
    match file_type {
        FileType::Directory => Some(Kind::Folder),
        FileType::RegularFile => Some(Kind::File),
        _ => None,
    }
}

fn path_of(folder: &[u8]) -> &Path {
    match folder {
        b"" => Path::new("."),
        folder => as_path(folder),
    }
}
