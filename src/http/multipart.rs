//! The text of a multipart/byteranges body, which stands around the pieces of a file
//! (RFC 9110, 14.6; RFC 2046, 5.1.1). Pure.
//!
//! The body is, for each range, a head and the piece, and then the end. Every head begins with the line
//! end that belongs to its delimiter, the first one too, where RFC 9110 allows it: so all heads are
//! written alike, and none has to know its place.

use super::range::ByteRange;

/// The longest boundary (RFC 2046, 5.1.1).
const BOUNDARY_MAX: usize = 70;

/// How every boundary begins. Together with a tag, which is a digest of the file, it is not found in
/// the file by chance.
const BOUNDARY_START: &str = "millpond-";

const DELIMITER: &str = "\r\n--";
const CONTENT_TYPE: &str = "\r\nContent-Type: ";
const CONTENT_RANGE: &str = "\r\nContent-Range: ";
const HEAD_END: &str = "\r\n\r\n";
const END: &str = "--\r\n";

/// What the text is made of.
#[derive(Clone, Copy, Debug)]
pub struct Multipart<'a> {
    /// The Content-Type of the file.
    pub content_type: &'a str,
    /// How many bytes the whole file has.
    pub length: u64,
    /// See [`boundary`].
    pub boundary: &'a str,
}

/// A boundary for a file with this entity tag and length: the same each time, and in its letters a
/// token, which needs no quotes.
pub fn boundary(tag: &[u8], length: u64) -> String {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(length);
    let room = BOUNDARY_MAX - BOUNDARY_START.len() - "-".len() - digits.len();
    let letters = tag.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let mut boundary = String::with_capacity(BOUNDARY_MAX);
    boundary.push_str(BOUNDARY_START);
    boundary.extend(letters.take(room).map(|&byte| char::from(byte)));
    boundary.push('-');
    boundary.push_str(digits);
    boundary
}

impl Multipart<'_> {
    /// Appends the Content-Type of the whole answer.
    pub fn append_content_type(&self, out: &mut Vec<u8>) {
        append(out, &["multipart/byteranges; boundary=", self.boundary]);
    }

    /// Appends what stands before the bytes of `range`.
    pub fn append_part_head(&self, out: &mut Vec<u8>, range: ByteRange) {
        let texts = [
            DELIMITER,
            self.boundary,
            CONTENT_TYPE,
            self.content_type,
            CONTENT_RANGE,
        ];
        append(out, &texts);
        range.append_content_range(out, self.length);
        append(out, &[HEAD_END]);
    }

    /// Appends what stands behind the last piece.
    pub fn append_end(&self, out: &mut Vec<u8>) {
        append(out, &[DELIMITER, self.boundary, END]);
    }

    /// The Content-Length of the whole answer, whose body is not built for that.
    pub fn content_length(&self, ranges: &[ByteRange]) -> u64 {
        let texts = [
            DELIMITER,
            self.boundary,
            CONTENT_TYPE,
            self.content_type,
            CONTENT_RANGE,
            HEAD_END,
        ];
        let head = total(&texts);
        let end = total(&[DELIMITER, self.boundary, END]);
        ranges.iter().fold(end, |sum, range| {
            // Only for files near the longest that 64 bits can count.
            sum.saturating_add(head + range.content_range_length(self.length))
                .saturating_add(range.length())
        })
    }
}

fn total(texts: &[&str]) -> u64 {
    texts.iter().map(|text| text.len() as u64).sum()
}

fn append(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_stands_around_the_pieces_and_its_length_is_known() {
        let multipart = Multipart {
            content_type: "text/plain; charset=utf-8",
            length: 26,
            boundary: "B",
        };
        let file = b"abcdefghijklmnopqrstuvwxyz";
        let ranges = [(24, 26), (0, 10)].map(|(first, end)| ByteRange { first, end });
        let mut body = Vec::new();
        for range in ranges {
            multipart.append_part_head(&mut body, range);
            let piece = usize::try_from(range.first).unwrap()..usize::try_from(range.end).unwrap();
            body.extend_from_slice(&file[piece]);
        }
        multipart.append_end(&mut body);
        assert_eq!(
            String::from_utf8(body.clone()).unwrap(),
            "\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Range: bytes 24-25/26\r\n\r\nyz\
             \r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Range: bytes 0-9/26\r\n\r\nabcdefghij\
             \r\n--B--\r\n"
        );
        assert_eq!(multipart.content_length(&ranges), body.len() as u64);
        let mut field = Vec::new();
        multipart.append_content_type(&mut field);
        assert_eq!(field, b"multipart/byteranges; boundary=B");
    }

    #[test]
    fn a_boundary_is_a_token_of_at_most_seventy_letters() {
        let long = "a".repeat(100);
        let table = [
            (r#""1f""#, 1234, "millpond-1f-1234".to_owned()),
            (r#"W/"1f-Z9""#, 0, "millpond-W1fZ9-0".to_owned()),
            ("", 7, "millpond--7".to_owned()),
            (
                &long,
                u64::MAX,
                format!("millpond-{}-{}", &long[..40], u64::MAX),
            ),
        ];
        for (tag, length, expected) in table {
            let found = boundary(tag.as_bytes(), length);
            assert_eq!(found, expected);
            assert!(found.len() <= BOUNDARY_MAX);
        }
    }

    #[test]
    fn the_longest_file_does_not_overflow() {
        let multipart = Multipart {
            content_type: "a/b",
            length: u64::MAX,
            boundary: "B",
        };
        let most = [(0, u64::MAX - 3), (u64::MAX - 1, u64::MAX)];
        let ranges = most.map(|(first, end)| ByteRange { first, end });
        assert_eq!(multipart.content_length(&ranges), u64::MAX);
    }
}
