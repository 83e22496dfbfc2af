//! A client that puts a file together from ranges, as a download tool does, while the file is replaced.
//! With the tag of its first part in If-Range it never gets bytes of two versions.

use crate::ask::{Ask, Known};
use crate::files::Files;
use crate::plan::Plan;
use crate::random::Random;
use crate::ranges::Spec;
use crate::scene::Scene;
use crate::versions::Inode;
use crate::wire::Wire;

/// Files that are large enough for a few ranges, and not too large to put together.
const FILES: [&str; 5] = [
    "index.html",
    "small.css",
    "below.bin",
    "above.bin",
    "medium.bin",
];

#[derive(Debug)]
pub struct Assembly {
    random: Random,
    path: &'static str,
    /// What it says each time about codings: the best form may be another by the next time.
    first: Ask,
    tag: Option<String>,
    bytes: Vec<u8>,
    is_over: bool,
}

impl Assembly {
    pub fn new(mut random: Random) -> Self {
        let mut first = Ask::default();
        if random.one_in(2) {
            first.any_codings(&mut random);
        }
        Self {
            path: random.pick(&FILES),
            random,
            first,
            tag: None,
            bytes: Vec::new(),
            is_over: false,
        }
    }

    /// The first request.
    pub fn plan(&mut self) -> Plan {
        let mut plan = Plan::default();
        self.ask(&mut plan);
        plan
    }

    /// Asks for the next range.
    fn ask(&mut self, plan: &mut Plan) {
        let mut ask = self.first.clone();
        let first = self.bytes.len() as u64;
        let count = self.random.pick(&[50, 700, 9_000, 30_000]);
        let last = (!self.random.one_in(5)).then_some(first + count - 1);
        ask.range(vec![Spec::From(first, last)]);
        if let Some(tag) = &self.tag {
            ask.if_range(Known::Tag(tag.clone()));
        }
        plan.ask(self.path, ask);
    }

    /// Takes the last answer, once all of it has come, and asks for more.
    pub fn go_on(&mut self, wire: &mut Wire) {
        let is_answered = wire.plan.requests.len() == wire.tap.responses.len();
        if self.is_over || !is_answered || wire.queued > 0 || wire.tap.is_midway() {
            return;
        }
        let (Some(last), Some(body)) = (wire.tap.responses.last(), &mut wire.tap.kept) else {
            return;
        };
        let body = std::mem::take(body);
        let is_last = last.ends_for.is_some();
        let part = last.part.as_ref().filter(|_| last.status != 404);
        let Some(part) = part else {
            self.is_over = true;
            return;
        };
        if let Some(range) = &part.range {
            let (first, length) = first_and_length(range);
            assert_eq!(first, self.bytes.len(), "another range than was asked for");
            self.tag.get_or_insert_with(|| part.tag.clone());
            self.bytes.extend(body);
            self.is_over = self.bytes.len() == length;
        } else {
            // Another version: all of it.
            self.tag = Some(part.tag.clone());
            self.bytes = body;
            self.is_over = true;
        }
        if self.is_over {
            self.check(&wire.scene);
        } else if is_last {
            self.is_over = true;
        } else {
            if self.random.one_in(3) {
                let mut files = wire.scene.files.borrow_mut();
                files.change_form(self.path, &mut self.random, &wire.scene);
            }
            self.ask(&mut wire.plan);
        }
    }

    /// The bytes are those of one version of the file or of a compressed form: the one with this tag.
    fn check(&self, scene: &Scene) {
        let files: &Files = &scene.files.borrow();
        let tag = self.tag.as_deref().unwrap_or_default();
        let found = files.with_tag(self.path, tag).expect("a tag of no version");
        let offsets = 0..usize::try_from(found.length).unwrap();
        let right = offsets.map(|at| Inode::byte(found.inode.generation, at));
        let is_whole = right.eq(self.bytes.iter().copied());
        assert!(is_whole, "{} was put together from two versions", self.path);
        scene.count(|stats| stats.assembled += 1);
    }
}

/// What `bytes 5-9/20` tells of the first byte, and of the length of the whole.
fn first_and_length(range: &str) -> (usize, usize) {
    let numbers = range.strip_prefix("bytes ").and_then(|rest| {
        let (bytes, length) = rest.split_once('/')?;
        let (first, _) = bytes.split_once('-')?;
        Some((first.parse().ok()?, length.parse().ok()?))
    });
    numbers.expect("a range and a length")
}
