//! The file of header rules: read at the start, and again when a signal asks for it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::connection::context::{Env, LoopContext};
use crate::error::Error;
use crate::files::DocumentRoot;
use crate::http::header_rules::{FILE_MAX, HeaderRules};
use crate::os::file_identity::FileIdentity;
use crate::os::regular_file;

/// The file whose rules are in use. It is kept open, so that no other file gets its identity.
pub(super) struct HeaderFile {
    path: PathBuf,
    identity: FileIdentity,
    _file: File,
}

impl HeaderFile {
    /// Opens and reads the file at `path`.
    pub(super) fn open(path: &Path) -> Result<(Self, HeaderRules), Error> {
        let unreadable = |source: io::Error| Error::Headers {
            path: path.to_owned(),
            source,
        };
        let file = regular_file::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        // A longer one is refused for its length, whatever the rest of it is.
        let text = regular_file::read(&file, FILE_MAX + 1).map_err(unreadable)?;
        let rules = HeaderRules::parse(&text).map_err(|error| Error::HeaderRule {
            path: path.to_owned(),
            line: error.line,
            message: error.message,
        })?;
        let opened = Self {
            path: path.to_owned(),
            identity: FileIdentity::from(&metadata),
            _file: file,
        };
        Ok((opened, rules))
    }

    /// From now on answers are made by `rules`, which were read from this file.
    pub(super) fn put_in_use<E: Env<Documents = DocumentRoot>>(
        &self,
        rules: HeaderRules,
        context: &mut LoopContext<E>,
    ) {
        context
            .documents
            .never_serve_rules(&self.path, self.identity);
        context.header_rules = Some(rules);
    }
    /// Reads the file at the same path again. If it is bad now, the old rules stay. Returns a line that
    /// says what came of it.
    pub(super) fn reload<E: Env<Documents = DocumentRoot>>(
        &mut self,
        context: &mut LoopContext<E>,
    ) -> String {
        match Self::open(&self.path) {
            Ok((file, rules)) => {
                let count = rules.count();
                file.put_in_use(rules, context);
                *self = file;
                let path = self.path.display();
                format!("the header rules were read again from '{path}': patterns: {count}")
            }
            Err(error) => format!("{error}; the old header rules stay in use"),
        }
    }
}
