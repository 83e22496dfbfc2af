//! Is this head the right one? Checks status, length and whether the connection stays open, against
//! the request that must be answered next.

use millpond::config::Limits;
use millpond::events::close_reason::CloseReason;
use millpond::http::profile::Profile;

use crate::forms;
use crate::head::Head;
use crate::plan::{Answer, Request};
use crate::response::{Body, Part, Response, built_in, page_of};
use crate::scene::Scene;
use crate::tap::{Tap, WireView};

/// Checks the head with which the next response begins.
pub fn begin(tap: &Tap, text: &str, view: &WireView) -> Response {
    let head = Head::read(text);
    let next = tap.responses.len();
    let request = view.plan.request(next);
    let is_begun = |request: &&Request| view.read > request.start;
    let is_whole = next < tap.came.len();
    match request.filter(is_begun) {
        // Malformed or not, it was late.
        _ if head.status == 408 => refused(&head, tap, view),
        Some(request) if is_whole => answered(&head, request, tap, view),
        // The server may recognize malformed framing before the head is complete, or even before
        // its first line is.
        Some(request) if request.is_malformed && !has_line(view, request.start) => {
            let (method, target) = ("", String::new());
            let nameless = Request {
                method,
                target,
                is_head: false,
                ..request.clone()
            };
            answered(&head, &nameless, tap, view)
        }
        Some(request) if request.is_malformed => answered(&head, request, tap, view),
        _ => refused(&head, tap, view),
    }
}

/// What the server has read from `start` on, without empty lines before it.
fn part<'a>(view: &'a WireView, start: usize) -> &'a [u8] {
    let part = &view.plan.bytes[start..view.read.max(start)];
    let begin = part.iter().position(|byte| !b"\r\n".contains(byte));
    &part[begin.unwrap_or(part.len())..]
}

fn has_line(view: &WireView, start: usize) -> bool {
    part(view, start).contains(&b'\n')
}

/// Method and target of an incomplete head, if its first line is complete.
fn line_of(view: &WireView, start: usize) -> [String; 2] {
    let text = String::from_utf8_lossy(part(view, start));
    let words = text.split_once("\r\n").map(|(line, _)| line.split(' '));
    match words.map(Iterator::collect::<Vec<_>>).as_deref() {
        Some([method, target, _]) => [(*method).to_owned(), (*target).to_owned()],
        _ => Default::default(),
    }
}

/// The head's deadline has passed, so a 400 for a partial head is right.
fn is_overdue(tap: &Tap, view: &WireView) -> bool {
    let since = tap.head_since.unwrap_or_default();
    view.scene.now.get() >= since + view.scene.limits.head_timeout
}

/// The response to a head that began, and was not complete in time.
fn refused(head: &Head, tap: &Tap, view: &WireView) -> Response {
    let start = view.plan.start(tap.responses.len());
    assert!(!part(view, start).is_empty(), "an answer without a request");
    assert!(is_overdue(tap, view), "a head is refused too early");
    let status = match view.scene.serving.profile {
        Profile::Four => 400,
        Profile::Full => 408,
    };
    assert_eq!(head.status, status, "the status of a late head");
    assert_eq!(head.connection, "close", "a head that did not end");
    let page = built_in(status);
    assert_eq!(head.length, Some(page.len() as u64), "the length of a page");
    let [method, target] = line_of(view, start);
    Response {
        status,
        length: if method == "HEAD" {
            0
        } else {
            page.len() as u64
        },
        body: Body::Page(page),
        taken: 0,
        ends_for: Some(CloseReason::HeadDeadline),
        named: [method, target, String::new()],
        part: None,
    }
}

/// The response to a request for whose file no descriptor has become free in time.
fn without_room(head: &Head, request: &Request, tap: &Tap, view: &WireView) -> Response {
    let scene = view.scene;
    assert_eq!(scene.serving.profile, Profile::Full, "503 among four");
    // The head may leave long after it was written, if the client does not read.
    let began = tap.head_since.unwrap_or_default();
    assert!(
        scene.scarce_at.get() >= began,
        "503 with descriptors to spare"
    );
    assert!(is_overdue(tap, view), "503 too early");
    assert_eq!(head.connection, "close", "a request that had no room");
    let page = built_in(503);
    assert_eq!(head.length, Some(page.len() as u64), "the length of a page");
    Response {
        status: 503,
        length: if request.is_head {
            0
        } else {
            page.len() as u64
        },
        body: Body::Page(page),
        taken: 0,
        ends_for: Some(CloseReason::OutOfDescriptors),
        named: [
            request.method.to_owned(),
            request.target.clone(),
            String::new(),
        ],
        part: None,
    }
}

fn answered(head: &Head, request: &Request, tap: &Tap, view: &WireView) -> Response {
    if head.status == 503 {
        return without_room(head, request, tap, view);
    }
    let next = tap.responses.len();
    let came = tap.came.get(next).copied().unwrap_or(0);
    let (body, file) = body(head, request, came, view.scene);
    let length = match (&body, request.is_head) {
        (Body::Nothing, _) | (_, true) => 0,
        _ => head.length.unwrap(),
    };
    let part = head.tag.map(|tag| Part {
        tag: tag.to_owned(),
        range: head.content_range.map(str::to_owned),
    });
    Response {
        status: head.status,
        body,
        length,
        taken: 0,
        ends_for: ends_for(head, request, next, view.scene),
        named: [
            request.method.to_owned(),
            request.target.clone(),
            file.to_owned(),
        ],
        part,
    }
}

/// Status and length match each other, and a version that the file had between the request's
/// arrival and now.
fn body(head: &Head, request: &Request, came: u64, scene: &Scene) -> (Body, &'static str) {
    let files = scene.files.borrow();
    let has_tag = matches!(head.status, 200 | 206 | 304);
    assert_eq!(head.tag.is_some(), has_tag, "a tag");
    let is_length_of = |path: &'static str| {
        let mut found = files.since(path, came).flatten();
        let found = found.find(|found| Some(found.length) == head.length);
        found.map(|found| (Body::whole(found), path))
    };
    let was_absent = |path: &str| files.since(path, came).any(|found| found.is_none());
    match (&request.answer, head.status) {
        (Answer::Found(path, _), 404) => {
            assert!(was_absent(path), "404 for a file that is there");
            page(head, &request.answer)
                .or_else(|| is_length_of("404.html"))
                .expect("a 404 page")
        }
        (Answer::Found(path, ask), _) => {
            forms::body(head, (path, ask), (&files, came), &scene.serving)
        }
        (Answer::NotFound, 404) => page(head, &request.answer)
            .or_else(|| is_length_of("404.html"))
            .expect("a 404 page"),
        (Answer::Moved(to), 301) => {
            assert_eq!(head.location, Some(to.as_str()), "another place");
            page(head, &request.answer).expect("the page of a redirect")
        }
        (Answer::Directory(_), 404) => page(head, &request.answer).expect("a built-in page"),
        (Answer::Refused(right), status) if *right == status => {
            page(head, &request.answer).expect("a built-in page")
        }
        (answer, status) => panic!("{status} for {answer:?} ({})", request.target),
    }
}

/// The built-in page, if it has the length that the head names.
fn page(head: &Head, answer: &Answer) -> Option<(Body, &'static str)> {
    let page = page_of(answer);
    (head.length == Some(page.len() as u64)).then_some((Body::Page(page), ""))
}

/// Why the connection ends after this answer, checked against the head.
fn ends_for(head: &Head, request: &Request, index: usize, scene: &Scene) -> Option<CloseReason> {
    let limits = &scene.limits;
    let made = u32::try_from(index + 1).unwrap();
    let is_limit = limits
        .keep_alive_requests
        .is_some_and(|most| made >= most.get());
    let reason = if request.is_malformed {
        Some(CloseReason::BadRequest)
    } else if request.asks_close {
        Some(CloseReason::CloseAsked)
    } else if is_limit || limits.keep_alive.is_zero() {
        Some(CloseReason::RequestLimit)
    } else {
        None
    };
    if scene.is_stopping.get() && !request.is_malformed && head.connection == "close" {
        // The server composed it before the stop, or after it.
        return reason.or(Some(CloseReason::Stopped));
    }
    let promise = promise(limits, made);
    let expected = match reason {
        Some(_) => ("close", None),
        None => ("Keep-Alive", Some(promise.as_str())),
    };
    assert_eq!((head.connection, head.keep_alive), expected);
    reason
}

fn promise(limits: &Limits, made: u32) -> String {
    let timeout = limits.keep_alive.as_secs();
    match limits.keep_alive_requests {
        Some(most) => format!("timeout={timeout}, max={}", most.get().saturating_sub(made)),
        None => format!("timeout={timeout}"),
    }
}
