//! A real log in a real root, beside the invented files: the rows of the world go into it, as the
//! server's `Outputs` writes them, and strangers do to its files what they may.

use std::fs::File;
use std::time::{Duration, SystemTime};

use millpond::clock::Now;
use millpond::files::{CacheLimits, DocumentRoot};
use millpond::log::csv_row;
use millpond::log::file::LogFile;
use millpond::log::lock::Patience;
use millpond::os::file_identity::FileIdentity;
use tempfile::TempDir;

use crate::alarm::Alarm;
use crate::random::Random;
use crate::scene::Scene;
use crate::served::{self, Tags};
use crate::strangers::Strangers;

/// The log's name in the root.
pub const LOG: &str = "log.csv";

/// Another file that the server writes to for as long as it runs.
pub const TRACE: &str = "trace.json";

/// Rows that wait for the lock are tried again within this time.
const RETRY: Duration = Duration::from_millis(100);

/// Room for all files.
const CACHE: CacheLimits = CacheLimits {
    bytes: 1 << 20,
    files: 100,
};

pub struct Disk {
    root: TempDir,
    random: Random,
    log: LogFile,
    documents: DocumentRoot,
    trace: File,
    strangers: Strangers,
    tags: Tags,
    writes: Alarm,
    reopenings: Alarm,
    /// All rows so far, and those that have not been passed to the log yet.
    given: Vec<u8>,
    waiting: Vec<u8>,
    /// How far the root's clock is ahead of the disk's: with none, files are too young for the cache.
    ahead: Duration,
}

impl Disk {
    /// A few worlds have one. Only Linux tells which files a process writes to.
    pub fn any(seed: u64, now: Now) -> Option<Self> {
        let mut random = Random::new(!seed);
        (cfg!(target_os = "linux") && random.one_in(8)).then(|| Self::new(random, now))
    }

    fn new(mut random: Random, now: Now) -> Self {
        let root = tempfile::tempdir().unwrap();
        let ahead = Duration::from_secs(random.pick(&[0, 10]));
        let strangers = Strangers::new(root.path(), random.fork(), !ahead.is_zero());
        let path = root.path().join(LOG);
        let log = LogFile::open(&path, now.wall, Patience::OneTry, &mut Vec::new()).unwrap();
        let mut documents = DocumentRoot::open(root.path(), CACHE).unwrap();
        documents.hide_logs(csv_row::header());
        let mut options = File::options();
        let trace = options.append(true).create(true);
        let mut disk = Self {
            trace: trace.open(root.path().join(TRACE)).unwrap(),
            root,
            random,
            log,
            documents,
            strangers,
            tags: Tags::default(),
            writes: Alarm::default(),
            reopenings: Alarm::default(),
            given: Vec::new(),
            waiting: Vec::new(),
            ahead,
        };
        disk.hide();
        disk
    }

    /// As `Outputs::next_timeout` does.
    pub fn next_timeout(&self) -> Option<Duration> {
        self.log.retry_at()
    }

    pub fn add_rows(&mut self, rows: &[u8]) {
        self.given.extend_from_slice(rows);
        self.waiting.extend_from_slice(rows);
    }

    /// The end of a turn: strangers act, and rows are written.
    pub fn turn(&mut self, now: Now, scene: &Scene) {
        let has_acted = self.random.one_in(8);
        if has_acted {
            self.strangers.act(scene);
            if self.random.one_in(2) {
                self.check(now);
            }
        }
        let is_due = self.log.retry_at().is_some_and(|at| at <= now.monotonic);
        let is_time = !self.waiting.is_empty() && self.random.one_in(4);
        if is_due || is_time || has_acted {
            self.write(now, scene);
        }
        if self.strangers.has_rotated && self.random.one_in(8) {
            self.reopen(now, scene);
        }
        if has_acted {
            self.check(now);
        }
    }

    /// As `Outputs::write_log` does.
    fn write(&mut self, now: Now, scene: &Scene) {
        let rows = std::mem::take(&mut self.waiting);
        let mut notices = Vec::new();
        let mut call = || self.log.write(&rows, now.monotonic, &mut notices);
        match &self.strangers.holder {
            Some(holder) => self.writes.watch(holder, call),
            None => call(),
        }
        self.hide();
        self.check_notices(&notices, scene);
        let is_locked = self.strangers.holder.is_some();
        let retry = self.log.retry_at();
        assert!(is_locked || retry.is_none(), "rows wait for a free lock");
        let is_soon = retry.is_none_or(|at| at <= now.monotonic + RETRY);
        assert!(is_soon, "rows wait for too long");
    }

    /// As `Outputs::reopen_log` does.
    fn reopen(&mut self, now: Now, scene: &Scene) {
        self.strangers.has_rotated = false;
        self.write(now, scene);
        self.strangers.be_first(scene);
        let mut notices = Vec::new();
        let mut outcome = Ok(());
        let mut call = || outcome = self.log.reopen(now.wall, &mut notices);
        match &self.strangers.holder {
            Some(holder) => self.reopenings.watch(holder, call),
            None => call(),
        }
        assert!(outcome.is_ok(), "the log can't be reopened: {outcome:?}");
        self.hide();
        self.check_notices(&notices, scene);
    }

    fn hide(&mut self) {
        let trace = FileIdentity::from(&self.trace.metadata().unwrap());
        let files = self.log.identities().chain([trace]);
        self.documents.never_serve(files);
    }

    fn check_notices(&self, notices: &[String], scene: &Scene) {
        for notice in notices {
            scene.trace(|| notice.clone());
            let is_failure = notice.starts_with("cannot") && self.strangers.holder.is_none();
            assert!(!is_failure, "{notice}");
        }
        assert_eq!(self.log.lost_since_start(), 0, "rows are lost");
    }

    fn check(&mut self, now: Now) {
        let times = (now.monotonic, SystemTime::now() + self.ahead);
        served::check(self.root.path(), &mut self.documents, &mut self.tags, times);
        if self.log.retry_at().is_none() {
            let written = self.given.len() - self.waiting.len();
            let is_all = self.strangers.rows() == self.given[..written];
            assert!(is_all, "rows wait, and are not tried again");
        }
    }

    /// The loop has ended: all rows are in the files, in order, in whole rows behind a header each.
    pub fn finish(mut self, now: Now) {
        self.strangers.holder = None;
        let mut notices = Vec::new();
        let now = now.monotonic;
        self.log.finish(&self.waiting, now, &mut notices);
        assert_eq!(self.log.lost_since_start(), 0, "rows are lost at the end");
        let rows = self.strangers.rows();
        let (found, given) = (rows.len(), self.given.len());
        assert!(
            rows == self.given,
            "{found} bytes of rows in the files, of {given}"
        );
    }
}
