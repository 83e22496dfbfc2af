//! What a root is told before it serves: types, and what it treats as absent.

use std::path::Path;

use super::DocumentRoot;
use crate::http::media_type::MediaTypes;
use crate::http::target::DotFiles;
use crate::os::file_identity::FileIdentity;

impl DocumentRoot {
    /// With these types in place of the default ones. For a root from which nothing was served yet:
    /// its caches hold no field of an earlier type.
    #[must_use]
    pub fn with_media_types(mut self, media_types: MediaTypes) -> Self {
        self.reader.media_types = media_types;
        self
    }

    /// With listings that show dot files or not, and no file with the name of `log` or with what a
    /// rotation makes of that.
    #[must_use]
    pub fn with_listings(mut self, dot_files: DotFiles, log: &Path) -> Self {
        self.listings.dot_files = dot_files;
        self.reader.hidden.set_log_name(log);
        self
    }

    /// From now on, treats every file that begins so as absent: a log.
    pub fn hide_logs(&mut self, beginning: Vec<u8>) {
        self.reader.hidden.set_log_beginning(beginning);
    }

    /// From now on, treats the files of these identities as absent, and no others. They must be open
    /// as long as they are treated so.
    pub fn never_serve(&mut self, files: impl IntoIterator<Item = FileIdentity>) {
        if self.reader.hidden.set_written(files) {
            self.forget_files();
        }
    }

    /// From now on, treats the header rules at `path` as absent by any name, and what comes to be there.
    /// `file`, which was read, stays open as long as it is treated so.
    pub(crate) fn never_serve_rules(&mut self, path: &Path, file: FileIdentity) {
        if self.reader.hidden.set_rules(path, self.root.path(), file) {
            self.forget_files();
        }
    }

    /// A file may be in the cache, if it was served until now.
    fn forget_files(&mut self) {
        self.epoch_results.clear();
        self.cache.clear();
        self.listings.clear();
    }
}
