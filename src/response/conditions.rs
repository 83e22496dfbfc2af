//! The conditions of a request, in the order of RFC 9110, 13.2.2, and the part of the file that it asks for.

use std::time::SystemTime;

use super::resource::Resource;
use crate::http::date;
use crate::http::entity_tag;
use crate::http::header_fields::Field;
use crate::http::method::Method;
use crate::http::profile::Profile;
use crate::http::range::{self, Ranges};
use crate::http::request::Request;

/// What the conditions make of a file that was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A condition does not hold: 412.
    Failed,
    /// The client's copy is the present one: 304.
    NotModified,
    /// The file is sent, or these parts of it.
    Send(Ranges),
}

/// Evaluates the conditions. Four statuses have no 412 and no 206: what would lead to them is ignored, as
/// RFC 9110 allows for Range (14.2) and for conditions that a server does not know.
#[inline]
pub(super) fn evaluate<F>(
    request: &Request,
    resource: &Resource<F>,
    profile: Profile,
    now: SystemTime,
) -> Verdict {
    let is_full = profile == Profile::Full;
    if is_full && !is_the_version_that_is_wanted(request, resource) {
        Verdict::Failed
    } else if is_not_modified(request, resource, now) {
        Verdict::NotModified
    } else if is_full && request.method == Method::Get {
        Verdict::Send(ranges(request, resource, now))
    } else {
        Verdict::Send(Ranges::Ignored)
    }
}

/// If-Match, or without it If-Unmodified-Since.
fn is_the_version_that_is_wanted<F>(request: &Request, resource: &Resource<F>) -> bool {
    let fields = &request.fields;
    if fields.has(Field::IfMatch) {
        let tags = fields.all(Field::IfMatch);
        return entity_tag::list_matches_strongly(tags, resource.tag());
    }
    let (Some(since), Some(modified)) = (
        date_in(request, Field::IfUnmodifiedSince),
        resource.modified,
    ) else {
        return true;
    };
    modified <= since
}

/// If-None-Match, or without it If-Modified-Since: a date is the present one if it is at or after the
/// file's, a date in the future included, unless the file may still change within the second of that date.
#[inline]
fn is_not_modified<F>(request: &Request, resource: &Resource<F>, now: SystemTime) -> bool {
    let fields = &request.fields;
    if fields.has(Field::IfNoneMatch) {
        let tags = fields.all(Field::IfNoneMatch);
        return entity_tag::list_matches_weakly(tags, resource.tag());
    }
    let (Some(since), Some(modified)) = (fields.single(Field::IfModifiedSince), resource.modified)
    else {
        return false;
    };
    // Nearly all clients give back what they were told, letter for letter: reading a date takes
    // more than a thousand instructions.
    let is_at_or_after = since == resource.fields.last_modified_text()
        || read_date(since).is_some_and(|since| modified <= since);
    is_at_or_after && !resource.is_within_its_second(now)
}

/// Range, if If-Range is not there or names the present version.
fn ranges<F>(request: &Request, resource: &Resource<F>, now: SystemTime) -> Ranges {
    let fields = &request.fields;
    let Some(wanted) = fields.single(Field::Range) else {
        return Ranges::Ignored;
    };
    if fields.has(Field::IfRange) {
        let version = fields.single(Field::IfRange).unwrap_or_default();
        if !is_this_version(version, resource, now) {
            return Ranges::Ignored;
        }
    }
    range::parse(wanted, resource.length)
}

/// Whether If-Range names the present version for certain: by a strong tag, or by the date, to the letter,
/// that was told after its second was over (RFC 9110, 13.1.5).
fn is_this_version<F>(version: &[u8], resource: &Resource<F>, now: SystemTime) -> bool {
    let date = resource.fields.last_modified_text();
    let is_date = !date.is_empty() && version == date && resource.is_date_told(now);
    is_date || entity_tag::matches_strongly(version, resource.tag())
}

fn date_in(request: &Request, field: Field) -> Option<SystemTime> {
    read_date(request.fields.single(field)?)
}

fn read_date(value: &[u8]) -> Option<SystemTime> {
    date::parse(str::from_utf8(value).ok()?)
}
