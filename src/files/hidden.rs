//! Files that are treated as absent wherever they lie in the root and however they are linked: what
//! the server itself has written, for it holds what clients have asked for.

use crate::os::file_identity::FileIdentity;

#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// What a log begins with: its header. It tells a log of an earlier run, or one that was rotated.
    log_beginning: Vec<u8>,
    /// Files that the server has open to write to. A file's identity is given to another file once
    /// the first is gone, so none is remembered for longer than its file is open.
    written: Vec<FileIdentity>,
}

impl Hidden {
    pub(super) fn set_log_beginning(&mut self, beginning: Vec<u8>) {
        self.log_beginning = beginning;
    }

    /// Replaces the identities; whether they are others than before.
    pub(super) fn set_written(&mut self, files: impl IntoIterator<Item = FileIdentity>) -> bool {
        let files: Vec<FileIdentity> = files.into_iter().collect();
        let has_changed = files != self.written;
        self.written = files;
        has_changed
    }

    pub(super) fn is_written(&self, file: &FileIdentity) -> bool {
        self.written.contains(file)
    }

    /// How many bytes of a file [`Self::is_log`] needs.
    pub(super) const fn beginning_length(&self) -> usize {
        self.log_beginning.len()
    }

    pub(super) fn is_log(&self, content: &[u8]) -> bool {
        !self.log_beginning.is_empty() && content.starts_with(&self.log_beginning)
    }
}
