//! What a request asks of a file beyond its name: conditions, ranges and codings, and what that makes of one
//! version of the file. Written from RFC 9110, 13, apart from the server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use millpond::http::date;
use millpond::http::profile::Profile;

use crate::codings::{self, Weights};
use crate::files::Files;
use crate::random::Random;
use crate::ranges::{self, Bytes, Spec, Wanted};
use crate::versions::Found;

/// A version, as a client names it in If-Range.
#[derive(Clone, Debug)]
pub enum Known {
    /// As it was sent, or with `W/` in front of it.
    Tag(String),
    Date(SystemTime),
}

/// The fields of a request about a file, and what they mean.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub text: String,
    pub is_head: bool,
    if_match: Option<Vec<String>>,
    if_unmodified_since: Option<SystemTime>,
    if_none_match: Option<Vec<String>>,
    if_modified_since: Option<SystemTime>,
    if_range: Option<Known>,
    range: Option<Vec<Spec>>,
    pub codings: Weights,
}

/// What is to be answered with one version of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Whole,
    NotModified,
    Failed,
    Unsatisfiable,
    Parts(Vec<Bytes>),
}

impl Outcome {
    pub fn status(&self) -> u16 {
        match self {
            Self::Whole => 200,
            Self::Parts(_) => 206,
            Self::NotModified => 304,
            Self::Failed => 412,
            Self::Unsatisfiable => 416,
        }
    }
}

impl Ask {
    pub fn modified_since(&mut self, date: SystemTime) {
        self.if_modified_since = Some(seconds(date));
        self.add("If-Modified-Since", &date::write(date).to_string());
    }

    pub fn none_of(&mut self, tags: &[&str]) {
        self.if_none_match = Some(tags.iter().map(|&tag| tag.to_owned()).collect());
        self.add("If-None-Match", &tags.join(", "));
    }

    pub fn range(&mut self, specs: Vec<Spec>) {
        self.add("Range", &ranges::text(&specs));
        self.range = Some(specs);
    }

    pub fn if_range(&mut self, known: Known) {
        let text = match &known {
            Known::Tag(tag) => tag.clone(),
            Known::Date(date) => date::write(*date).to_string(),
        };
        self.add("If-Range", &text);
        self.if_range = Some(known);
    }

    pub fn any_codings(&mut self, random: &mut Random) {
        let (text, weights) = codings::any(random);
        self.add("Accept-Encoding", &text);
        self.codings = weights;
    }

    fn add(&mut self, name: &str, value: &str) {
        self.text.extend([name, ": ", value, "\r\n"]);
    }

    /// Whether the client has the file already: by a date, and by tags, which then decide alone.
    pub fn any_conditions(&mut self, path: &str, random: &mut Random, files: &Files) {
        if !random.one_in(6) {
            return;
        }
        let is_unchanged = random.one_in(2);
        let present = files.since(path, u64::MAX).last().flatten();
        let date = present.map_or(crate::files::modified(), |found| found.modified);
        self.modified_since(date - Duration::from_secs(u64::from(!is_unchanged)));
        // A tag that the file has now, or had.
        let known = random.one_in(2).then(|| files.any_version(path, random));
        if let Some(known) = known.flatten() {
            self.none_of(&["\"x\"", &format!("W/{}", known.tag())]);
        }
    }

    /// Fields that only a server with more than four statuses heeds, about versions that the file or a
    /// compressed form of it has or had.
    pub fn any_more(&mut self, path: &str, files: &Files, random: &mut Random) {
        if random.one_in(2) {
            self.any_codings(random);
        }
        let known = files.any_form(path, random);
        let tag = known.as_ref().map_or("\"x\"".to_owned(), Found::tag);
        let tag = if random.one_in(5) {
            format!("W/{tag}")
        } else {
            tag
        };
        let modified = known
            .as_ref()
            .map_or(crate::files::modified(), |found| found.modified);
        let second = Duration::from_secs(1);
        let date = random.pick(&[modified, modified, modified - second, modified + second]);
        if random.one_in(6) {
            let (other, any) = ("\"x\"".to_owned(), "*".to_owned());
            let tags = match random.below(3) {
                0 => vec![other, tag.clone()],
                1 => vec![tag.clone()],
                _ => vec![any],
            };
            self.add("If-Match", &tags.join(", "));
            self.if_match = Some(tags);
        }
        if random.one_in(6) {
            self.if_unmodified_since = Some(seconds(date));
            self.add("If-Unmodified-Since", &date::write(date).to_string());
        }
        if random.one_in(4) {
            return;
        }
        let length = known.map_or(1_000, |found| found.length);
        let (text, specs) = ranges::any(random, length);
        self.add("Range", &text);
        self.range = specs;
        match random.below(6) {
            0..=1 => self.if_range(Known::Tag(tag)),
            2 => self.if_range(Known::Date(date)),
            _ => {}
        }
    }

    /// The order is that of RFC 9110, 13.2.2. With four statuses there is no 206, 412 and 416.
    pub fn outcome(&self, found: &Found, profile: Profile) -> Outcome {
        let tag = found.tag();
        let modified = seconds(found.modified);
        let is_full = profile == Profile::Full;
        let is_wanted = match (&self.if_match, self.if_unmodified_since) {
            (Some(tags), _) => tags.iter().any(|known| *known == tag || known == "*"),
            (None, Some(since)) => modified <= since,
            (None, None) => true,
        };
        if is_full && !is_wanted {
            return Outcome::Failed;
        }
        let is_known = match (&self.if_none_match, self.if_modified_since) {
            (Some(tags), _) => tags
                .iter()
                .any(|known| known.trim_start_matches("W/") == tag),
            (None, Some(since)) => modified <= since,
            (None, None) => false,
        };
        if is_known {
            return Outcome::NotModified;
        }
        let is_same = match &self.if_range {
            Some(Known::Tag(known)) => *known == tag,
            Some(Known::Date(date)) => seconds(*date) == modified,
            None => true,
        };
        match &self.range {
            Some(specs) if is_full && is_same && !self.is_head => {
                match ranges::of_file(specs, found.length) {
                    Wanted::Whole => Outcome::Whole,
                    Wanted::Nothing => Outcome::Unsatisfiable,
                    Wanted::Parts(parts) => Outcome::Parts(parts),
                }
            }
            _ => Outcome::Whole,
        }
    }
}

/// A time without its part of a second, which no date has.
fn seconds(time: SystemTime) -> SystemTime {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since_1970.as_secs())
}
