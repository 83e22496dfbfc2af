//! The fields that options add to an answer.

use std::rc::Rc;

use super::answer::Answer;
use super::serving::{CodingPolicy, Serving};
use crate::http::header_fields::Field;
use crate::http::profile::Profile;
use crate::http::request::Request;

/// What options add to the head of one answer.
#[derive(Clone, Debug)]
pub struct Extra {
    profile: Profile,
    coding: CodingPolicy,
    /// Whether the answer depends on the origin, and the origin that may read it.
    varies_by_origin: bool,
    allow_origin: Option<Rc<str>>,
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
    /// What is added to the answer to `request`; `None` if no option is given that adds any.
    pub fn of(request: &Request, serving: &Serving) -> Option<Self> {
        let adds_none = serving.profile == Profile::Four
            && serving.coding == CodingPolicy::Plain
            && !serving.cors.is_on();
        if adds_none {
            return None;
        }
        let origin = request.fields.single(Field::Origin);
        Some(Self {
            profile: serving.profile,
            coding: serving.coding,
            varies_by_origin: serving.cors.varies(),
            allow_origin: serving.cors.allowed(origin),
        })
    }

    /// Appends the fields.
    pub(super) fn append<F>(&self, out: &mut Vec<u8>, answer: &Answer<F>) {
        let mut add = |text: &str| out.extend_from_slice(text.as_bytes());
        let is_file = matches!(answer, Answer::File(_));
        if is_file && self.profile == Profile::Full {
            add("Accept-Ranges: bytes\r\n");
        }
        let is_of_file = answer.representation().is_some();
        match (
            is_of_file && self.coding == CodingPolicy::Precompressed,
            self.varies_by_origin,
        ) {
            (true, true) => add("Vary: Accept-Encoding, Origin\r\n"),
            (true, false) => add("Vary: Accept-Encoding\r\n"),
            (false, true) => add("Vary: Origin\r\n"),
            (false, false) => {}
        }
        if let Some(origin) = &self.allow_origin {
            add("Access-Control-Allow-Origin: ");
            add(origin);
            add("\r\n");
            add(match answer {
                Answer::Options => PREFLIGHT,
                _ => EXPOSED,
            });
        }
    }
}
