//! What is in a folder (`--listing`): pages that are found out over as many turns as it takes.
//!
//! However large a folder is, a turn reads a bounded number of its names, and no more than one page of
//! them is in memory for each job. A job goes on whenever its page is asked for, and is dropped when
//! it no longer is. No page is used again beyond the validation epoch in which it was finished.
//!
//! A page shows no name that the folder has not had since it was asked for, and lacks none that it had
//! all the time: if a folder has changed while a job was at it, the job begins again. Sizes and times
//! are those of the turn in which the job came to the file.
//!
//! Files are shown by their names alone, none is opened. So a log is left out by its identity while it
//! is written, and by its name when it is an earlier one ([`Hidden::is_named_as_log`]).
//!
//! Read in this order: `job` (begins again), `scan` (one pass over the folder), `window` (the names of
//! one page), `budget`.
//!
//! [`Hidden::is_named_as_log`]: super::hidden::Hidden::is_named_as_log

mod budget;
mod job;
mod scan;
mod window;

use std::fs::File;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use self::budget::Budget;
use self::job::Job;
use self::scan::{Found, Surroundings, Wanted};
use super::reader::Reader;
use super::root::Root;
use crate::http::target::DotFiles;
use crate::response::listing::page::Page;
use crate::response::listing::place::Place;
use crate::response::listing::{self, ListingFormat};
use crate::response::resource::{LookupError, Resource};

/// How many jobs there are at most: each holds a descriptor of [`crate::os::descriptors::RESERVE`].
/// Who asks for another page has to wait.
const JOBS_MAX: usize = 2;

/// How many finished pages an epoch remembers.
const RESULTS_MAX: usize = 4;

/// Where the pages are found out, and when.
pub(super) struct Source<'a> {
    pub(super) root: &'a mut Root,
    pub(super) reader: &'a Reader,
    /// The validation epoch.
    pub(super) epoch: u64,
    /// The time of the turn on the wall clock.
    pub(super) wall: SystemTime,
}

#[derive(Debug)]
pub(super) struct Listings {
    pub(super) dot_files: DotFiles,
    jobs: Vec<Job>,
    budget: Budget,
    /// The number of the turn, and its time on the monotonic clock.
    turn: u64,
    monotonic: Duration,
    /// Pages that were finished in this epoch.
    results: Vec<(Wanted, ListingFormat, Rc<Resource<File>>)>,
}

impl Listings {
    pub(super) fn new() -> Self {
        Self {
            dot_files: DotFiles::Hidden,
            jobs: Vec::new(),
            budget: Budget::default(),
            turn: 0,
            monotonic: Duration::ZERO,
            results: Vec::new(),
        }
    }

    pub(super) fn begin_turn(&mut self, monotonic: Duration) {
        self.turn += 1;
        self.monotonic = monotonic;
        self.budget.begin_turn();
        self.jobs
            .retain(|job| !job.is_forgotten(self.turn, monotonic));
    }

    /// A validation epoch is over.
    pub(super) fn forget_results(&mut self) {
        self.results.clear();
    }

    /// Gives all memory and descriptors back. Who waits for a page has to begin again.
    pub(super) fn clear(&mut self) {
        self.results.clear();
        self.jobs.clear();
    }

    /// When a job is to be dropped, on the monotonic clock.
    pub(super) fn next_timeout(&self) -> Option<Duration> {
        self.jobs.iter().map(Job::ends_at).min()
    }

    /// See [`crate::response::resource::Documents::list`].
    pub(super) fn list(
        &mut self,
        folder: &[u8],
        format: ListingFormat,
        after: Option<&[u8]>,
        mut source: Source,
    ) -> Result<Rc<Resource<File>>, LookupError> {
        let after = after.map(|text| Place::parse(text).ok_or(LookupError::NotFound));
        let wanted = Wanted {
            folder: folder.into(),
            after: after.transpose()?,
        };
        let mut results = self.results.iter();
        if let Some((.., page)) = results.find(|(of, as_, _)| (of, *as_) == (&wanted, format)) {
            return Ok(Rc::clone(page));
        }
        let reader = source.reader;
        let found = self.find(&wanted, &mut source)?;
        let page = Page {
            folder,
            is_continued: wanted.after.is_some(),
            entries: found.entries,
            next: found.next,
        };
        let text = listing::render(&page, format);
        let page = Rc::new(reader.generated(folder, format.content_type(), text));
        if self.results.len() >= RESULTS_MAX {
            self.results.clear();
        }
        self.results.push((wanted, format, Rc::clone(&page)));
        Ok(page)
    }

    /// Begins a job or goes on with it.
    fn find(&mut self, wanted: &Wanted, source: &mut Source) -> Result<Found, LookupError> {
        let begun = self.jobs.iter().position(|job| job.is_for(wanted));
        if begun.is_none() && (self.jobs.len() >= JOBS_MAX || self.budget.is_spent()) {
            return Err(LookupError::NotYet);
        }
        let mut around = Surroundings {
            root: &mut *source.root,
            hidden: &source.reader.hidden,
            dot_files: self.dot_files,
            budget: &mut self.budget,
            epoch: source.epoch,
            wall: source.wall,
        };
        // It is put back unless it is finished or has failed.
        let mut job = match begun {
            Some(index) => self.jobs.swap_remove(index),
            None => Job::begin(wanted, &mut around)?,
        };
        job.ask(self.turn, self.monotonic);
        if let Some(found) = job.advance(&mut around)? {
            return Ok(found);
        }
        self.jobs.push(job);
        Err(LookupError::NotYet)
    }

    /// What this turn has spent, how many jobs there are, and how many names they hold.
    #[cfg(test)]
    pub(super) fn figures(&self) -> (usize, usize, usize) {
        let names = self.jobs.iter().map(Job::names).sum();
        (self.budget.spent, self.jobs.len(), names)
    }
}
