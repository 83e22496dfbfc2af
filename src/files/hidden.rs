//! Files that are treated as absent wherever they lie in the root and however they are linked: what
//! the server itself has written, for it holds what clients have asked for, and the header rules, which
//! are for the operator.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::os::file_identity::FileIdentity;

#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// What a log begins with: its header. It tells a log of an earlier run, or one that was rotated.
    log_beginning: Vec<u8>,
    /// Files that the server has open to write to. A file's identity is given to another file once
    /// the first is gone, so none is remembered for longer than its file is open.
    written: Vec<FileIdentity>,
    rules: Option<RulesFile>,
    /// The name of the log's file without its extension, and the extension with its dot. Empty if
    /// nothing is listed.
    log_name: (Vec<u8>, Vec<u8>),
}

/// The file of header rules. When an editor puts another file in its place, that one is hidden too, before
/// the server has read it.
#[derive(Debug, PartialEq, Eq)]
struct RulesFile {
    /// As the operator has named it.
    path: PathBuf,
    /// Its name below the root, if it lies there.
    name: Option<Box<[u8]>>,
    /// The file that was read. It is open.
    identity: FileIdentity,
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

    /// Replaces the file of header rules; whether it is another than before.
    pub(super) fn set_rules(&mut self, path: &Path, root: &Path, identity: FileIdentity) -> bool {
        let rules = Some(RulesFile {
            path: path.to_owned(),
            name: name_below(root, path),
            identity,
        });
        let has_changed = rules != self.rules;
        self.rules = rules;
        has_changed
    }

    /// Whether header rules are looked for at this name below the root.
    pub(super) fn is_name_of_rules(&self, name: &[u8]) -> bool {
        let rules = self.rules.as_ref();
        rules.is_some_and(|rules| rules.name.as_deref() == Some(name))
    }

    /// Whether these are the header rules, the ones that were read or the ones that are there now.
    pub(super) fn is_rules(&self, file: &FileIdentity) -> bool {
        self.rules.as_ref().is_some_and(|rules| {
            let now = || rules.path.metadata().ok();
            rules.identity == *file
                || now().is_some_and(|metadata| FileIdentity::from(&metadata) == *file)
        })
    }

    /// How many bytes of a file [`Self::is_log`] needs.
    pub(super) const fn beginning_length(&self) -> usize {
        self.log_beginning.len()
    }

    pub(super) fn is_log(&self, content: &[u8]) -> bool {
        !self.log_beginning.is_empty() && content.starts_with(&self.log_beginning)
    }

    pub(super) fn set_log_name(&mut self, log: &Path) {
        let bytes = |part: Option<&std::ffi::OsStr>| {
            part.map_or_else(Vec::new, |part| part.as_bytes().to_vec())
        };
        let mut extension = bytes(log.extension());
        if !extension.is_empty() {
            extension.insert(0, b'.');
        }
        self.log_name = (bytes(log.file_stem()), extension);
    }

    /// Whether a file of this name in a folder may be the log, or an earlier one that was rotated or
    /// set aside: for `Log.csv` that is `Log.csv.1`, `Log.csv-20261125.gz`, `Log.2026-11-25T11-02-57Z.csv`.
    /// A listing goes by the name, because to open each file that it shows would cost too much.
    pub(super) fn is_named_as_log(&self, name: &[u8]) -> bool {
        let (stem, extension) = &self.log_name;
        let Some(rest) = name.strip_prefix(stem.as_slice()) else {
            return false;
        };
        !stem.is_empty()
            && matches!(rest, [] | [b'.' | b'-', ..])
            && (extension.is_empty() || memmem::find(rest, extension).is_some())
    }
}

/// The name of the file below the root. The file itself may be a link; the folders before it are resolved.
fn name_below(root: &Path, file: &Path) -> Option<Box<[u8]>> {
    let folder = match file.parent()? {
        folder if folder.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    };
    let file = folder.canonicalize().ok()?.join(file.file_name()?);
    let name = file.strip_prefix(root.canonicalize().ok()?).ok()?;
    Some(name.as_os_str().as_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_told_by_its_name_with_what_rotation_adds() {
        let table = [
            ("Log.csv", "Log.csv", true),
            ("logs/Log.csv", "Log.csv.1", true),
            ("Log.csv", "Log.csv-20261125.gz", true),
            ("Log.csv", "Log.2026-11-25T11-02-57Z-2.csv", true),
            ("Log.csv", "Logbook.csv", false),
            ("Log.csv", "Log.txt", false),
            ("Log.csv", "log.csv", false),
            ("Log.csv", "My Log.csv", false),
            ("access", "access", true),
            ("access", "access.1", true),
            ("access", "accessible", false),
            ("", "a", false),
        ];
        for (log, name, expected) in table {
            let mut hidden = Hidden::default();
            hidden.set_log_name(Path::new(log));
            assert_eq!(
                hidden.is_named_as_log(name.as_bytes()),
                expected,
                "{log} {name}"
            );
        }
    }
}
