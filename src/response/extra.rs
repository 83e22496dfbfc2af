//! The fields that options add to an answer.

use std::borrow::Cow;
use std::rc::Rc;

use super::answer::Answer;
use super::selection::Choice;
use super::serving::{CodingPolicy, Folders, Serving};
use crate::http::header_fields::Field;
use crate::http::header_rules::effects::{Effects, OwnField, merge_names};
use crate::http::profile::Profile;
use crate::http::request::Request;
use crate::http::status::Status;

/// What options add to the head of one answer.
#[derive(Clone, Debug)]
pub struct Extra {
    profile: Profile,
    coding: CodingPolicy,
    /// Whether some answer depends on Accept, and whether all depend on Origin.
    varies_by_accept: bool,
    varies_by_origin: bool,
    /// The origin that may read the answer.
    allow_origin: Option<Rc<str>>,
    rules: Option<Rc<Effects>>,
}

/// What a page of another site may read of an answer, beyond the fields that it always may
/// (<https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>): players and viewers of documents
/// need the ranges.
const EXPOSED: &str = "Access-Control-Expose-Headers: Accept-Ranges, Content-Encoding, Content-Length, \
                       Content-Range, Date, ETag\r\n";

/// What a page of another site may ask for. No cookies are ever allowed, so `*` names all fields.
const PREFLIGHT: &str = "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n\
                         Access-Control-Allow-Headers: *\r\nAccess-Control-Max-Age: 86400\r\n";

impl Extra {
    /// What is added to the answer to `request`, with what header rules do to it; `None` if no option is
    /// given that adds any.
    #[inline]
    pub fn of(request: &Request, serving: &Serving, rules: Option<Rc<Effects>>) -> Option<Self> {
        let varies_by_accept = serving.fallback.is_some() || serving.folders == Folders::Listed;
        let adds_none = serving.profile == Profile::Four
            && serving.coding == CodingPolicy::Plain
            && !serving.cors.is_on()
            && !varies_by_accept
            && rules.is_none();
        if adds_none {
            return None;
        }
        let origin = request.fields.single(Field::Origin);
        Some(Self {
            profile: serving.profile,
            coding: serving.coding,
            varies_by_accept,
            varies_by_origin: serving.cors.varies(),
            allow_origin: serving.cors.allowed(origin),
            rules,
        })
    }

    /// Whether a rule has replaced or removed one of the server's own fields.
    pub(super) fn replaces(&self, field: OwnField) -> bool {
        self.rules
            .as_ref()
            .is_some_and(|rules| rules.replaces(field))
    }

    /// The line of Content-Type that a rule has put in place of the file's own.
    pub(super) fn content_type(&self) -> Option<&str> {
        self.rules.as_ref()?.content_type()
    }

    /// Puts the type that a rule has put in place of the file's own into each of several parts: in a head it
    /// is put when that is written.
    pub fn retype_parts<F>(&self, answer: &mut Answer<F>) {
        if let (Answer::Parts(found, parts), Some(line)) = (answer, self.content_type()) {
            parts.retype(found, line);
        }
    }

    /// Appends the fields, but for those that stand at the end of a head.
    pub(super) fn append<F>(&self, out: &mut Vec<u8>, answer: &Answer<F>) {
        if matches!(answer, Answer::File(_)) && self.profile == Profile::Full {
            out.extend_from_slice(b"Accept-Ranges: bytes\r\n");
        }
        self.append_vary(out, answer);
        if let Some(origin) = &self.allow_origin
            && !self.replaces(OwnField::AllowOrigin)
        {
            out.extend_from_slice(b"Access-Control-Allow-Origin: ");
            out.extend_from_slice(origin.as_bytes());
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(match answer {
                Answer::Options => PREFLIGHT.as_bytes(),
                _ if self.replaces(OwnField::ExposeHeaders) => b"",
                _ => EXPOSED.as_bytes(),
            });
        }
        if let (Some(rules), false) = (&self.rules, matches!(answer, Answer::Options)) {
            out.extend_from_slice(match answer.representation() {
                Some(_) => rules.lines().as_bytes(),
                None => rules.error_lines().as_bytes(),
            });
        }
    }

    /// `Vary` (RFC 9110, 12.5.5): which fields of a request have had, or could have had, a part in the
    /// choice of this answer.
    fn append_vary<F>(&self, out: &mut Vec<u8>, answer: &Answer<F>) {
        let choice = answer.representation().map(|found| found.choice);
        let status = answer.status();
        // Both are about a file that was chosen.
        let is_of_file = matches!(
            status,
            Status::PreconditionFailed | Status::RangeNotSatisfiable
        );
        let has_forms = choice.map_or(is_of_file, |choice| choice != Choice::Listing);
        let by_coding = has_forms && self.coding == CodingPolicy::Precompressed;
        let by_accept = match choice {
            Some(choice) => choice != Choice::ByName,
            None => self.varies_by_accept && (is_of_file || status == Status::NotFound),
        };
        let rules = self.rules.as_ref().and_then(|rules| rules.vary());
        let own = [
            (by_coding, "Accept-Encoding"),
            (by_accept, "Accept"),
            (self.varies_by_origin, "Origin"),
        ];
        let mut own = own
            .into_iter()
            .filter_map(|(varies, name)| varies.then_some(name));
        let (first, second) = (own.next(), own.next());
        let names: Cow<str> = match (first, second, rules) {
            (None, _, None) => return,
            (Some(only), None, None) | (None, _, Some(only)) => only.into(),
            _ => {
                let mut names = String::new();
                for name in first.into_iter().chain(second).chain(own).chain(rules) {
                    merge_names(&mut names, name);
                }
                names.into()
            }
        };
        out.extend_from_slice(b"Vary: ");
        out.extend_from_slice(names.as_bytes());
        out.extend_from_slice(b"\r\n");
    }

    /// Whether a rule has put a short Cache-Control on what is no answer with a file.
    pub(super) fn has_error_cache_control(&self) -> bool {
        let rules = self.rules.as_ref();
        rules.is_some_and(|rules| rules.has_error_cache_control())
    }

    /// Appends `Cache-Control` of an answer with a file.
    pub(super) fn append_cache_control(&self, out: &mut Vec<u8>, usual: &str) {
        let rule = self.rules.as_ref().and_then(|rules| rules.cache_control());
        if rule.is_some() || !self.replaces(OwnField::CacheControl) {
            out.extend_from_slice(rule.unwrap_or(usual).as_bytes());
        }
    }
}
