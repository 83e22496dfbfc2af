//! What follows the head of an answer.

use std::rc::Rc;

use super::answer::Answer;
use super::body::Body;
use super::pages::Page;
use super::piece::within;
use super::representation::Representation;
use super::resource::{Content, Resource, SMALL};
use crate::http::method::Method;
use crate::http::range::ByteRange;

impl<F> Answer<F> {
    /// Whether a file stays open while the answer to `method` is sent.
    pub fn keeps_file(&self, method: Method) -> bool {
        method != Method::Head && self.has_open_file()
    }

    fn has_open_file(&self) -> bool {
        let resource = match self {
            Self::File(found) | Self::Part(found, _) | Self::Parts(found, _) => &found.sent,
            Self::Error(_, Page::Own(page)) | Self::Unsatisfiable(_, Page::Own(page)) => page,
            _ => return false,
        };
        matches!(resource.content, Content::File(_))
    }

    /// Appends the body to `out` if it is small and in memory. Returns whether it is not, and is to be sent
    /// after `out`.
    pub fn append_body(&self, out: &mut Vec<u8>) -> bool {
        match self {
            Self::File(found) => append(out, &found.sent, all(&found.sent)),
            Self::Part(found, range) => append(out, &found.sent, *range),
            Self::Parts(_, parts) => parts.append(out),
            Self::Error(_, page) | Self::Unsatisfiable(_, page) | Self::Moved(_, page) => {
                match page {
                    Page::Own(page) => append(out, page, all(page)),
                    Page::BuiltIn(page) => {
                        out.extend_from_slice(page.as_bytes());
                        false
                    }
                }
            }
            Self::NotModified(_) | Self::Options => false,
        }
    }

    /// The body, to be sent later. The parts of an answer go with it.
    pub fn into_body(self) -> Body<F> {
        match self {
            Self::File(found) => whole(&found.sent),
            Self::Part(found, range) => Body::of(&found.sent, range),
            Self::Parts(_, parts) => Body::Parts(parts),
            Self::Error(_, page) | Self::Unsatisfiable(_, page) | Self::Moved(_, page) => {
                match page {
                    Page::Own(page) => whole(&page),
                    Page::BuiltIn(page) => Body::Page(page),
                }
            }
            Self::NotModified(_) | Self::Options => Body::None,
        }
    }

    /// What was found for the request, unless the answer is about that there is nothing.
    pub(super) fn representation(&self) -> Option<&Representation<F>> {
        match self {
            Self::File(found)
            | Self::Part(found, _)
            | Self::Parts(found, _)
            | Self::NotModified(found) => Some(found),
            Self::Error(..) | Self::Unsatisfiable(..) | Self::Moved(..) | Self::Options => None,
        }
    }

    /// The file that the answer was made from.
    pub fn resource(&self) -> Option<&Rc<Resource<F>>> {
        match self {
            Self::Error(_, page) | Self::Unsatisfiable(_, page) | Self::Moved(_, page) => {
                match page {
                    Page::Own(page) => Some(page),
                    Page::BuiltIn(_) => None,
                }
            }
            _ => Some(&self.representation()?.sent),
        }
    }
}

/// Appends these bytes of a file if they are small and in memory; whether they are not.
fn append<F>(out: &mut Vec<u8>, resource: &Resource<F>, range: ByteRange) -> bool {
    match &resource.content {
        Content::Bytes(bytes) if range.length() <= SMALL => {
            out.extend_from_slice(&bytes[within(range, bytes)]);
            false
        }
        Content::Bytes(_) | Content::File(_) => true,
    }
}

fn all<F>(resource: &Resource<F>) -> ByteRange {
    ByteRange {
        first: 0,
        end: resource.length,
    }
}

fn whole<F>(resource: &Rc<Resource<F>>) -> Body<F> {
    Body::of(resource, all(resource))
}
