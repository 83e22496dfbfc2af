//! How requests are answered, apart from what they ask for: the settings of this room.

use super::cors::Cors;
use crate::http::profile::Profile;
use crate::http::target::DotFiles;

/// The settings that an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// Which statuses leave the server.
    pub profile: Profile,
    /// Whether names that begin with a dot are served.
    pub dot_files: DotFiles,
    /// What is sent of a file: itself, or the compressed form beside it that the client takes.
    pub coding: CodingPolicy,
    /// Whether `/about` stands for `about.html`.
    pub clean_urls: CleanUrls,
    /// The file for a page that is not there, by its name below the root.
    pub fallback: Option<Box<[u8]>>,
    /// What a folder without an index gets.
    pub folders: Folders,
    /// Whose pages may read answers.
    pub cors: Cors,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            profile: Profile::Four,
            dot_files: DotFiles::Hidden,
            coding: CodingPolicy::Plain,
            clean_urls: CleanUrls::Off,
            fallback: None,
            folders: Folders::NotFound,
            cors: Cors::default(),
        }
    }
}

/// Whether compressed forms are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodingPolicy {
    /// Each file is sent as it is.
    Plain,
    /// `name.br`, `name.zst` or `name.gz` is sent for `name` to clients that take it.
    Precompressed,
}

/// Whether `.html` may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CleanUrls {
    /// A name is a name.
    Off,
    /// `/about` finds `about.html` if there is no `about`.
    On,
}

/// What a folder without an index gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folders {
    /// 404.
    NotFound,
    /// The names in it.
    Listed,
}
