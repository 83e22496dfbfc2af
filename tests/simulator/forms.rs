//! Is this the right answer with a file? It must be the one that some version of the file calls for, itself
//! or in a compressed form: one that was there when the request came, or since.

use millpond::http::date;
use millpond::http::profile::Profile;
use millpond::response::serving::{CodingPolicy, Serving};

use crate::ask::{Ask, Outcome};
use crate::byteranges::Byteranges;
use crate::codings;
use crate::files::{Files, SIDECARS};
use crate::head::Head;
use crate::response::Body;
use crate::versions::Found;

/// One version of a file or of a compressed form of it, and what is to be answered with it.
struct Form<'a> {
    path: &'static str,
    found: &'a Found,
    coding: Option<&'static str>,
    outcome: Outcome,
}

/// The body of an answer other than 404, and the file that it is from.
pub fn body(
    head: &Head,
    (path, ask): (&'static str, &Ask),
    (files, came): (&Files, u64),
    serving: &Serving,
) -> (Body, &'static str) {
    let mut forms = all(path, ask, (files, came), serving);
    let mut statuses: Vec<u16> = forms.iter().map(|form| form.outcome.status()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    forms.retain(|form| form.outcome.status() == head.status);
    assert!(
        !forms.is_empty(),
        "{} (right: {statuses:?}) for {path} with {:?}",
        complaint(head.status, &statuses),
        ask.text
    );
    if matches!(head.status, 412 | 416) {
        return error(head, &forms);
    }
    forms.retain(|form| Some(form.found.tag().as_str()) == head.tag);
    let tag = head.tag;
    assert!(
        !forms.is_empty(),
        "{} ({tag:?}, coding {:?}, {path})",
        complaint_of_tag(head, files.with_tag(path, tag.unwrap_or_default())),
        head.coding
    );
    // The same content may have been written at two times.
    let date = |form: &&Form| {
        let date = date::write(form.found.modified).to_string();
        head.modified == Some(date.as_str())
    };
    let form = forms.iter().find(date).expect("the date of this version");
    check_fields(head, form, serving);
    match &form.outcome {
        Outcome::NotModified => {
            assert_eq!(head.length, None, "the length of a 304");
            (Body::Nothing, form.path)
        }
        outcome => (sent(head, outcome, form), form.path),
    }
}

fn complaint(status: u16, right: &[u16]) -> String {
    match status {
        200 if right.contains(&304) => "200 for what the client has".to_owned(),
        200 if right.contains(&412) => "200 for a version that is not wanted".to_owned(),
        206 => "206 for another version, or for no range of it".to_owned(),
        304 => "304 for changed content".to_owned(),
        412 => "412 for the version that is wanted".to_owned(),
        416 => "416 for a range that the file has".to_owned(),
        _ => format!("{status} for a file"),
    }
}

/// `found` is the version that has the tag, whenever that was.
fn complaint_of_tag(head: &Head, found: Option<&Found>) -> &'static str {
    match (found, head.coding) {
        (None, _) => "a tag that the file never had",
        (_, Some(_)) => "a compressed form that is old or not wanted, or the tag of another form",
        (_, None) => "an old version, or a form that is not wanted, or the tag of another form",
    }
}

/// Each version of the file with each form in which it may be sent. A compressed form is looked for in the
/// client's order, and serves if it is not older than the file.
fn all<'a>(
    path: &'static str,
    ask: &Ask,
    (files, came): (&'a Files, u64),
    serving: &Serving,
) -> Vec<Form<'a>> {
    let mut forms = Vec::new();
    let mut add = |path, found, coding| {
        let outcome = ask.outcome(found, serving.profile);
        forms.push(Form {
            path,
            found,
            coding,
            outcome,
        });
    };
    let taken = match serving.coding {
        CodingPolicy::Precompressed => codings::taken(&ask.codings),
        CodingPolicy::Plain => Vec::new(),
    };
    for plain in files.since(path, came).flatten() {
        let is_decided = taken.iter().any(|&(coding, extension)| {
            let Some(name) = sidecar(path, extension) else {
                return false;
            };
            let fresh = |found: &&Found| found.is_as_new_as(plain);
            for found in files.since(name, came).flatten().filter(fresh) {
                add(name, found, Some(coding));
            }
            // Then none that comes later in the order is right, and the file itself neither.
            files
                .since(name, came)
                .all(|found| found.as_ref().is_some_and(fresh))
        });
        if !is_decided {
            add(path, plain, None);
        }
    }
    forms
}

fn sidecar(path: &str, extension: &str) -> Option<&'static str> {
    let mut names = SIDECARS.iter().map(|(name, ..)| *name);
    names.find(|name| name.strip_suffix(extension) == Some(path))
}

/// 412 and 416 have a page of their own, and a 416 the length of the form.
fn error(head: &Head, forms: &[Form]) -> (Body, &'static str) {
    assert_eq!(head.tag, None, "a tag of an error");
    if head.status == 416 {
        let is_right = forms.iter().any(|form| {
            let range = format!("bytes */{}", form.found.length);
            head.content_range == Some(range.as_str())
        });
        assert!(is_right, "a 416 with {:?}", head.content_range);
    }
    let page = crate::response::built_in(head.status);
    assert_eq!(head.length, Some(page.len() as u64), "the length of a page");
    (Body::Page(page), "")
}

/// The fields that describe the form.
fn check_fields(head: &Head, form: &Form, serving: &Serving) {
    let is_looked_up = serving.coding == CodingPolicy::Precompressed;
    let vary = is_looked_up.then_some("Accept-Encoding");
    assert_eq!(head.vary, vary, "Vary");
    let is_full = serving.profile == Profile::Full;
    let ranges = (is_full && head.status == 200).then_some("bytes");
    assert_eq!(head.accept_ranges, ranges, "Accept-Ranges");
    // Several parts tell it each, and a 304 has no content.
    let has_content = match &form.outcome {
        Outcome::Parts(parts) => parts.len() == 1,
        outcome => *outcome == Outcome::Whole,
    };
    let coding = form.coding.filter(|_| has_content);
    assert_eq!(head.coding, coding, "the coding of {}", form.path);
    if has_content && form.coding.is_some() {
        let is_archive = ["application/gzip", "application/x-gzip"].map(Some);
        assert!(
            !is_archive.contains(&head.content_type),
            "the type is that of the compressed form"
        );
    }
}

/// The body of a 200 or 206, whose length and range are those of the form.
fn sent(head: &Head, outcome: &Outcome, form: &Form) -> Body {
    let (generation, length) = (form.found.inode.generation, form.found.length);
    let (first, end) = match outcome {
        Outcome::Parts(parts) if parts.len() > 1 => {
            assert_eq!(head.content_range, None, "the range of several parts");
            let content_type = head.content_type.unwrap_or_default();
            let of = (generation, length);
            let parts = Byteranges::new(content_type, parts, of, form.coding);
            return Body::Parts(Box::new(parts));
        }
        Outcome::Parts(parts) => parts[0],
        _ => (0, length),
    };
    let range = format!("bytes {first}-{}/{length}", end.saturating_sub(1));
    let range = (head.status == 206).then_some(range.as_str());
    assert_eq!(head.content_range, range, "Content-Range");
    assert_eq!(head.length, Some(end - first), "Content-Length");
    Body::File { generation, first }
}
