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

    /// The file that is named: the one that is sent, or that it is a form of.
    pub(super) fn file(&self) -> &Resource<F> {
        self.coded.as_ref().map_or(&self.sent, |(_, file)| file)
    }

    /// The value of Content-Type, and behind it the field Content-Encoding if there is one.
    pub(super) fn media_type(&self) -> String {
        let fields = String::from_utf8_lossy(self.file().fields.media_type());
        let mut text = fields
            .trim_start_matches("Content-Type: ")
            .trim_end()
            .to_owned();
        if let Some((coding, _)) = &self.coded {
            text.extend(["\r\nContent-Encoding: ", coding.token()]);
        }
        text
    }
}

/// The form of `file` that the client of `request` gets.
#[inline]
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

/// A form that is older than its file was made from another content. Within one second the exact times
/// decide, unless the form's has no part of a second: some tools give the form the file's own time, and keep
/// whole seconds only.
fn is_as_new<F>(form: &Resource<F>, file: &Resource<F>) -> bool {
    let is_cut = form.modified_exactly == form.modified;
    form.modified_exactly >= file.modified_exactly || (is_cut && form.modified == file.modified)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::resource::Content;
    use super::*;

    fn at(modified: Option<u64>) -> Resource<()> {
        let content = Content::Bytes(Rc::new([]));
        let modified = modified.map(|millis| UNIX_EPOCH + Duration::from_millis(millis));
        Resource::of_default_type("a", 0, modified, "\"t\"", content)
    }

    #[test]
    fn a_form_is_as_new_as_its_file_to_the_part_of_a_second() {
        let table = [
            (Some(9_400), Some(9_400), true),
            (Some(9_401), Some(9_400), true),
            (Some(9_399), Some(9_400), false),
            (Some(8_999), Some(9_000), false),
            (Some(10_000), Some(9_400), true),
            // As a tool that keeps whole seconds gives it the file's own time.
            (Some(9_000), Some(9_400), true),
            (Some(8_000), Some(9_400), false),
            // Files without a time to tell.
            (None, None, true),
            (Some(9_400), None, true),
            (None, Some(9_400), false),
        ];
        for (form, file, expected) in table {
            let found = is_as_new(&at(form), &at(file));
            assert_eq!(found, expected, "{form:?} {file:?}");
        }
    }
}
