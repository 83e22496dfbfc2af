//! Ranges that clients ask for, and which bytes of a file those are: written from RFC 9110, 14.1 and 14.2,
//! apart from the server's reader.

use crate::random::Random;

/// From the first byte to before the last.
pub type Bytes = (u64, u64);

/// One element of a Range field.
#[derive(Clone, Copy, Debug)]
pub enum Spec {
    /// The first byte, and the last if there is one.
    From(u64, Option<u64>),
    /// So many bytes at the end.
    Last(u64),
}

/// What a Range field asks of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    Whole,
    Nothing,
    Parts(Vec<Bytes>),
}

/// More parts than this are sent as the whole file.
const MOST: usize = 8;

/// Fields that mean nothing.
const MEANINGLESS: [&str; 5] = [
    "bytes=9-2",
    "bytes=",
    "lines=0-5",
    "bytes=0-5,x",
    "bytes=--5",
];

/// The value of a Range field and what it means, for a file of about `length` bytes.
pub fn any(random: &mut Random, length: u64) -> (String, Option<Vec<Spec>>) {
    if random.one_in(12) {
        return (random.pick(&MEANINGLESS).to_owned(), None);
    }
    let count = match random.below(8) {
        0..=4 => 1,
        _ => random.between(2, 5),
    };
    let mut specs: Vec<Spec> = (0..count).map(|_| any_spec(random, length)).collect();
    if random.one_in(10) {
        // Single bytes with a gap behind each, a few more of them than are sent, or just as many.
        let bytes = (0..random.between(7, 10) as u64).map(|at| at * 3);
        specs = bytes.map(|at| Spec::From(at, Some(at))).collect();
    }
    (text(&specs), Some(specs))
}

fn any_spec(random: &mut Random, length: u64) -> Spec {
    let length = usize::try_from(length).unwrap();
    let short = random.pick(&[1, 40, 3_000]);
    match random.below(10) {
        0 => Spec::Last(random.between(0, short) as u64),
        1 => Spec::Last((length + random.below(3)) as u64),
        2 => Spec::From(random.below(length + 1) as u64, None),
        // At the end, or behind it.
        3 => Spec::From((length + random.below(2)).saturating_sub(1) as u64, None),
        4 => Spec::From(0, Some((length + random.below(3)) as u64)),
        _ => {
            let first = random.below(length);
            Spec::From(first as u64, Some((first + random.below(short)) as u64))
        }
    }
}

pub fn text(specs: &[Spec]) -> String {
    let texts = specs.iter().map(|spec| match spec {
        Spec::From(first, None) => format!("{first}-"),
        Spec::From(first, Some(last)) => format!("{first}-{last}"),
        Spec::Last(count) => format!("-{count}"),
    });
    format!("bytes={}", texts.collect::<Vec<_>>().join(", "))
}

/// What these are of a file with `length` bytes.
pub fn of_file(specs: &[Spec], length: u64) -> Wanted {
    let mut parts: Vec<Bytes> = Vec::new();
    for spec in specs {
        let (first, end) = match *spec {
            Spec::From(first, None) => (first, length),
            Spec::From(first, Some(last)) => (first, length.min(last + 1)),
            Spec::Last(count) => (length - count.min(length), length),
        };
        if first < end {
            parts.push((first, end));
        }
    }
    // Two that overlap or touch become one in the place of the earlier, until no two do.
    while let Some((one, other)) = touching(&parts) {
        let (first, end) = parts.remove(other);
        parts[one] = (parts[one].0.min(first), parts[one].1.max(end));
    }
    match parts.len() {
        0 => Wanted::Nothing,
        1..=MOST => Wanted::Parts(parts),
        _ => Wanted::Whole,
    }
}

/// The places of two parts between which no byte is left out.
fn touching(parts: &[Bytes]) -> Option<(usize, usize)> {
    let mut pairs =
        (0..parts.len()).flat_map(|one| (one + 1..parts.len()).map(move |two| (one, two)));
    let touch = |&(one, two): &(usize, usize)| {
        let (one, two): (Bytes, Bytes) = (parts[one], parts[two]);
        one.0.max(two.0) <= one.1.min(two.1)
    };
    pairs.find(touch)
}
