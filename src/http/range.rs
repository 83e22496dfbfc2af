//! Byte ranges: the field Range read, Content-Range written (RFC 9110, 14.1 to 14.4). Pure.

use super::list::trim;

/// The bytes from `first` to before `end`; never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub first: u64,
    /// Behind the last byte.
    pub end: u64,
}

/// What a Range field asks of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// Nothing: the whole file is sent, as without the field.
    Ignored,
    /// Nothing that the file has: 416.
    Unsatisfiable,
    /// One piece.
    One(ByteRange),
    /// Two to [`RANGES_MAX`] pieces in the client's order, none of which overlaps or touches another.
    /// So they are always fewer bytes than the file has.
    Several(Vec<ByteRange>),
}

/// So many pieces are sent at most: each costs a head of its own, and a client that wants more is
/// better served with the whole file (RFC 9110, 14.2).
pub const RANGES_MAX: usize = 8;

/// A list of more elements, the empty ones included, is ignored. Each is compared with all that are
/// kept, which costs the square of their number, and a head has room for hundreds of thousands.
const ELEMENTS_MAX: usize = 64;

/// Reads the value of a Range field for a file of `length` bytes.
///
/// A number that does not fit into 64 bits lies behind the end of any file, and is not malformed.
/// Ranges that overlap or touch become one, which stands where the first of them stood. Of an empty
/// file nothing is satisfiable, not even its last bytes: there is no Content-Range for no bytes.
pub fn parse(value: &[u8], length: u64) -> Ranges {
    byte_set(trim(value))
        .and_then(|set| read_set(set, length))
        .unwrap_or(Ranges::Ignored)
}

/// What stands behind `bytes=`.
fn byte_set(value: &[u8]) -> Option<&[u8]> {
    let (unit, set) = value.split_at_checked(b"bytes=".len())?;
    unit.eq_ignore_ascii_case(b"bytes=").then_some(set)
}

/// `None` if the list is malformed, has too many elements, or too many pieces are left of it.
fn read_set(set: &[u8], length: u64) -> Option<Ranges> {
    let mut kept = Kept::default();
    let mut is_empty = true;
    for (place, piece) in set.split(|&byte| byte == b',').enumerate() {
        let element = trim(piece);
        if place == ELEMENTS_MAX {
            return None;
        }
        if element.is_empty() {
            continue;
        }
        // White space is allowed beside a comma, so there is none between `=` and the first element.
        if place == 0 && piece.first() != element.first() {
            return None;
        }
        is_empty = false;
        if let Some(range) = Spec::read(element)?.within(length) {
            kept.add(range);
        }
    }
    match kept.ranges() {
        [] => (!is_empty).then_some(Ranges::Unsatisfiable),
        [one] => Some(Ranges::One(*one)),
        several if several.len() <= RANGES_MAX => Some(Ranges::Several(several.to_vec())),
        _ => None,
    }
}

/// One element of the list, as it is written.
enum Spec {
    /// `0-99`, or `100-`, whose last byte is the last that there can be.
    Between { first: u64, last: u64 },
    /// `-5`: so many bytes at the end.
    Suffix(u64),
}

impl Spec {
    /// `None` if it is malformed.
    fn read(element: &[u8]) -> Option<Self> {
        let dash = element.iter().position(|&byte| byte == b'-')?;
        match (&element[..dash], &element[dash + 1..]) {
            (b"", count) => Some(Self::Suffix(number(count)?)),
            (first, last) => {
                let first = number(first)?;
                let last = if last.is_empty() {
                    u64::MAX
                } else {
                    number(last)?
                };
                (first <= last).then_some(Self::Between { first, last })
            }
        }
    }

    /// What of it a file of `length` bytes has. `None` if that is nothing.
    fn within(self, length: u64) -> Option<ByteRange> {
        let (first, end) = match self {
            Self::Between { first, last } => (first, last.saturating_add(1).min(length)),
            Self::Suffix(count) => (length.saturating_sub(count), length),
        };
        (first < end).then_some(ByteRange { first, end })
    }
}

/// Reads digits. A number that is too large becomes the largest.
fn number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        digits.iter().fold(0_u64, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        })
    })
}

/// Ranges of which none overlaps or touches another. They stand in an array, because almost every field
/// has one range, and that one is to cost no allocation.
struct Kept {
    ranges: [ByteRange; ELEMENTS_MAX],
    count: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            ranges: [ByteRange { first: 0, end: 0 }; ELEMENTS_MAX],
            count: 0,
        }
    }
}

impl Kept {
    fn ranges(&self) -> &[ByteRange] {
        &self.ranges[..self.count]
    }

    /// Adds a range, for at most [`ELEMENTS_MAX`] times, and makes one of it and all that it overlaps or
    /// touches. One pass is enough: what touches that one touches one of its parts.
    fn add(&mut self, added: ByteRange) {
        let mut merged = added;
        let mut merged_place = None;
        let mut kept = 0;
        for place in 0..self.count {
            let range = self.ranges[place];
            if !range.touches(added) {
                self.ranges[kept] = range;
                kept += 1;
                continue;
            }
            merged = merged.hull(range);
            if merged_place.is_none() {
                merged_place = Some(kept);
                kept += 1;
            }
        }
        let merged_place = merged_place.unwrap_or_else(|| {
            kept += 1;
            kept - 1
        });
        self.ranges[merged_place] = merged;
        self.count = kept;
    }
}

impl ByteRange {
    /// How many bytes it has.
    pub fn length(self) -> u64 {
        self.end - self.first
    }

    /// Whether it overlaps `other` or begins where that ends, or the other way round.
    fn touches(self, other: Self) -> bool {
        self.first <= other.end && other.first <= self.end
    }

    /// The shortest range that holds both.
    fn hull(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            end: self.end.max(other.end),
        }
    }

    /// Appends the value of Content-Range for this piece of a file of `length` bytes, such as
    /// `bytes 0-99/1234`.
    pub fn append_content_range(self, out: &mut Vec<u8>, length: u64) {
        out.extend_from_slice(b"bytes ");
        append_number(out, self.first);
        out.push(b'-');
        append_number(out, self.last());
        out.push(b'/');
        append_number(out, length);
    }

    /// How many bytes [`Self::append_content_range`] appends.
    pub fn content_range_length(self, length: u64) -> u64 {
        let marks = b"bytes -/".len() as u64;
        marks + digits(self.first) + digits(self.last()) + digits(length)
    }

    fn last(self) -> u64 {
        self.end.saturating_sub(1)
    }
}

/// Appends the value of Content-Range in a 416, such as `bytes */1234`.
pub fn append_unsatisfied(out: &mut Vec<u8>, length: u64) {
    out.extend_from_slice(b"bytes */");
    append_number(out, length);
}

fn append_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// How many decimal digits a number has.
fn digits(number: u64) -> u64 {
    u64::from(number.checked_ilog10().unwrap_or(0) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `-` for a field that is ignored, `*` for 416, else the ranges as `first..end`.
    fn told(value: &str, length: u64) -> String {
        let text = |range: &ByteRange| format!("{}..{}", range.first, range.end);
        match parse(value.as_bytes(), length) {
            Ranges::Ignored => "-".to_owned(),
            Ranges::Unsatisfiable => "*".to_owned(),
            Ranges::One(range) => text(&range),
            Ranges::Several(ranges) => ranges.iter().map(text).collect::<Vec<_>>().join(" "),
        }
    }

    #[test]
    fn one_range_is_cut_to_the_file() {
        let table = [
            ("bytes=0-0", "0..1"),
            ("bytes=0-99", "0..100"),
            ("bytes=5-", "5..100"),
            ("bytes=-5", "95..100"),
            ("bytes=99-", "99..100"),
            ("bytes=99-99", "99..100"),
            ("BYTES=1-2", "1..3"),
            ("bytes=007-0008", "7..9"),
            ("bytes=0-100", "0..100"),
            ("bytes=-100", "0..100"),
            ("bytes=-101", "0..100"),
            ("bytes=5-18446744073709551615", "5..100"),
            ("bytes=5-99999999999999999999999", "5..100"),
            ("bytes=-99999999999999999999999", "0..100"),
            // Nothing of it is there.
            ("bytes=100-", "*"),
            ("bytes=100-200", "*"),
            ("bytes=-0", "*"),
            ("bytes=-000", "*"),
            ("bytes=18446744073709551615-", "*"),
            ("bytes=99999999999999999999-99999999999999999999", "*"),
            // Malformed, or another unit.
            ("", "-"),
            ("bytes", "-"),
            ("bytes=", "-"),
            ("bytes=-", "-"),
            ("bytes=5", "-"),
            ("bytes=5-4", "-"),
            ("bytes=200-100", "-"),
            ("bytes=a-b", "-"),
            ("bytes=1-2-3", "-"),
            ("bytes=--1", "-"),
            ("bytes=+1-2", "-"),
            ("bytes=1- 2", "-"),
            ("bytes=1 -2", "-"),
            ("bytes= 1-2", "-"),
            ("bytes =1-2", "-"),
            ("bytes:1-2", "-"),
            ("byte=1-2", "-"),
            ("octets=1-2", "-"),
            ("bytes=0x1-2", "-"),
            ("bytes=1-2;q=1", "-"),
            ("bytes=\u{661}-2", "-"),
        ];
        for (value, expected) in table {
            assert_eq!(told(value, 100), expected, "{value}");
        }
    }

    #[test]
    fn several_ranges_are_merged_in_the_order_of_the_client() {
        let table = [
            ("bytes=0-1,3-4", "0..2 3..5"),
            ("bytes=90-,0-1", "90..100 0..2"),
            ("bytes=-5,0-1", "95..100 0..2"),
            // White space and empty elements of the list.
            ("bytes=0-1 ,\t3-4", "0..2 3..5"),
            ("bytes=,,0-1,,3-4, ,", "0..2 3..5"),
            ("bytes= ,0-1", "0..2"),
            ("bytes=,", "-"),
            ("bytes= , ", "-"),
            // They touch, or overlap.
            ("bytes=0-1,2-3", "0..4"),
            ("bytes=2-3,0-1", "0..4"),
            ("bytes=0-9,5-14", "0..15"),
            ("bytes=0-9,2-3", "0..10"),
            ("bytes=2-3,2-3", "2..4"),
            ("bytes=8-9,0-1,4-5,2-3", "8..10 0..6"),
            ("bytes=0-1,8-9,4-5,2-7", "0..10"),
            ("bytes=50-59,0-1,10-11,1-10", "50..60 0..12"),
            ("bytes=0-,-1", "0..100"),
            ("bytes=0-49,50-", "0..100"),
            // What is not there is left out.
            ("bytes=0-1,100-", "0..2"),
            ("bytes=100-,-0,0-1", "0..2"),
            ("bytes=100-,200-", "*"),
            // One malformed element spoils the field.
            ("bytes=0-1,x", "-"),
            ("bytes=0-1,5-4", "-"),
            ("bytes=100-,3", "-"),
            ("bytes=0-1 3-4", "-"),
            ("bytes=0-1;3-4", "-"),
            ("bytes=0-1,bytes=3-4", "-"),
        ];
        for (value, expected) in table {
            assert_eq!(told(value, 100), expected, "{value}");
        }
    }

    #[test]
    fn an_empty_file_has_no_ranges() {
        for (value, expected) in [
            ("bytes=0-", "*"),
            ("bytes=-5", "*"),
            ("bytes=0-0,-1", "*"),
            ("bytes=x", "-"),
        ] {
            assert_eq!(told(value, 0), expected, "{value}");
        }
    }

    #[test]
    fn the_longest_file_has_ranges_up_to_its_end() {
        let last = u64::MAX - 1;
        assert_eq!(told("bytes=-1", u64::MAX), format!("{last}..{}", u64::MAX));
        assert_eq!(
            told("bytes=0-99999999999999999999", u64::MAX),
            format!("0..{}", u64::MAX)
        );
        assert_eq!(told("bytes=18446744073709551615-", u64::MAX), "*");
    }

    /// Single bytes with a gap behind each.
    fn single_bytes(count: usize) -> String {
        let bytes: Vec<String> = (0..count).map(|at| format!("{0}-{0}", 2 * at)).collect();
        format!("bytes={}", bytes.join(","))
    }

    #[test]
    fn more_pieces_than_eight_are_the_whole_file() {
        assert!(matches!(
            parse(single_bytes(RANGES_MAX).as_bytes(), 1000),
            Ranges::Several(ranges) if ranges.len() == RANGES_MAX
        ));
        assert_eq!(told(&single_bytes(RANGES_MAX + 1), 1000), "-");
        // A last one makes one of them all.
        assert_eq!(told(&format!("{},0-50", single_bytes(20)), 1000), "0..51");
    }

    #[test]
    fn only_so_many_elements_are_looked_at() {
        let same = |count| format!("bytes={}", vec!["1-2"; count].join(","));
        assert_eq!(told(&same(ELEMENTS_MAX), 1000), "1..3");
        assert_eq!(told(&same(ELEMENTS_MAX + 1), 1000), "-");
        assert_eq!(
            told(&format!("{},0-", single_bytes(ELEMENTS_MAX - 1)), 1000),
            "0..1000"
        );
        assert_eq!(
            told(&format!("bytes=1-2{}", ",".repeat(ELEMENTS_MAX)), 1000),
            "-"
        );
    }

    #[test]
    fn content_range_tells_a_piece_and_the_length_of_the_file() {
        let table = [
            ((0, 100), 1234, "bytes 0-99/1234"),
            ((0, 1), 1, "bytes 0-0/1"),
            ((9, 10), 10, "bytes 9-9/10"),
            (
                (u64::MAX - 1, u64::MAX),
                u64::MAX,
                "bytes 18446744073709551614-18446744073709551614/18446744073709551615",
            ),
        ];
        for ((first, end), length, expected) in table {
            let range = ByteRange { first, end };
            let mut out = Vec::new();
            range.append_content_range(&mut out, length);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
            assert_eq!(range.content_range_length(length), expected.len() as u64);
        }
        let mut out = Vec::new();
        append_unsatisfied(&mut out, 1234);
        append_unsatisfied(&mut out, 0);
        assert_eq!(out, b"bytes */1234bytes */0");
    }
}
