//! What is sent of a file: itself, or a compressed form that lies beside it.

use std::rc::Rc;

use super::resource::{Documents, LookupError, Resource};
use super::selection::Choice;
use super::serving::CodingPolicy;
use crate::http::accept_encoding::{self, Coding};
use crate::http::header_fields::Field;
use crate::http::request::Request;

/// One form of a file (RFC 9110, 3.2). Conditions and ranges are about the form that is sent.
#[derive(Debug)]
pub struct Representation<F> {
    /// The file whose bytes are sent.
    pub sent: Rc<Resource<F>>,
    /// If that is a compressed form: its coding, and the file that it is a form of, whose type it has.
    pub coded: Option<(Coding, Rc<Resource<F>>)>,
    /// What has decided on the file.
    pub choice: Choice,
}

impl<F> Representation<F> {
    /// The file itself.
    pub fn plain(file: Rc<Resource<F>>) -> Self {
        Self {
            sent: file,
            coded: None,
            choice: Choice::ByName,
        }
    }

    /// The value of Content-Type, and behind it the field Content-Encoding if there is one: a compressed form
    /// has the type of its file.
    pub(super) fn media_type(&self) -> String {
        let file = self.coded.as_ref().map_or(&self.sent, |(_, file)| file);
        let mut text = String::from_utf8_lossy(file.fields.media_type()).into_owned();
        if let Some((coding, _)) = &self.coded {
            text.extend(["\r\nContent-Encoding: ", coding.token()]);
        }
        text
    }
}

/// The form of `file` that the client of `request` gets.
pub(super) fn choose<D: Documents>(
    file: Rc<Resource<D::File>>,
    choice: Choice,
    request: &Request,
    documents: &mut D,
    policy: CodingPolicy,
) -> Result<Representation<D::File>, LookupError> {
    let is_coded_already = file.fields.has_encoding();
    let plain = |file| Representation {
        choice,
        ..Representation::plain(file)
    };
    // What lies beside a folder is no form of its listing.
    if policy == CodingPolicy::Plain || is_coded_already || choice == Choice::Listing {
        return Ok(plain(file));
    }
    for coding in accept_encoding::acceptable(request.fields.all(Field::AcceptEncoding)).codings() {
        let name = [&file.path, coding.extension().as_bytes()].concat();
        match documents.find(&name) {
            Ok(form) if is_as_new(&form, &file) => {
                return Ok(Representation {
                    sent: form,
                    coded: Some((coding, file)),
                    choice,
                });
            }
            Err(LookupError::OutOfDescriptors) => return Err(LookupError::OutOfDescriptors),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(plain(file))
}

/// A form that is older than its file was made from another content.
fn is_as_new<F>(form: &Resource<F>, file: &Resource<F>) -> bool {
    form.modified >= file.modified
}
