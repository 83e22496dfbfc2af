//! The order of a listing, and how a client says where its page begins.

use crate::http::target;

/// What an entry is. Folders stand first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
}

/// The place of an entry: by its kind, then by the bytes of its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What the entry is.
    pub kind: Kind,
    /// Its name in the folder: any bytes but NUL and slash.
    pub name: Box<[u8]>,
}

/// The parameter of the query that says behind which entry a page begins.
const PARAMETER: &str = "after";

/// The place that the query of a request target names, as [`Place::parse`] reads it.
pub fn after(target: &str) -> Option<Vec<u8>> {
    target::query_value(target, PARAMETER)
}

impl Place {
    /// Reads `d/NAME`, a folder, or `f/NAME`, a file. There need not be an entry of that name any more.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (kind, name) = match text {
            [b'd', b'/', name @ ..] => (Kind::Folder, name),
            [b'f', b'/', name @ ..] => (Kind::File, name),
            _ => return None,
        };
        Some(Self {
            kind,
            name: name.into(),
        })
    }

    /// The reference to the page that begins behind this place, from any page of the same folder.
    pub(super) fn next_page(&self) -> String {
        let kind: &[u8] = match self.kind {
            Kind::Folder => b"d/",
            Kind::File => b"f/",
        };
        let place = target::to_url(&[kind, &self.name].concat());
        format!("./?{PARAMETER}={}", &place[1..])
    }

    /// The reference to the entry, from any page of its folder. It needs no escaping in HTML. The dot
    /// keeps a name such as `javascript:x` from being an address of its own.
    pub(super) fn reference(&self) -> String {
        let slash = match self.kind {
            Kind::Folder => "/",
            Kind::File => "",
        };
        format!(".{}{slash}", target::to_url(&self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(kind: Kind, name: &[u8]) -> Place {
        Place {
            kind,
            name: name.into(),
        }
    }

    #[test]
    fn folders_stand_first_and_names_are_ordered_by_bytes() {
        let ordered = [
            place(Kind::Folder, b"B"),
            place(Kind::Folder, b"a"),
            place(Kind::Folder, b"a!"),
            place(Kind::Folder, b"\xff"),
            place(Kind::File, b"A"),
            place(Kind::File, b"a"),
        ];
        assert!(ordered.is_sorted());
    }

    #[test]
    fn a_place_comes_back_from_the_reference_to_the_next_page() {
        for name in [&b"a"[..], b"a b&c=d#e?f%+", b"\xff\n\"'<>", b"d/", b""] {
            for kind in [Kind::Folder, Kind::File] {
                let place = place(kind, name);
                let reference = place.next_page();
                let read = after(&reference).and_then(|text| Place::parse(&text));
                assert_eq!(read, Some(place), "{reference}");
            }
        }
        for text in [&b""[..], b"d", b"x/a", b"/a", b"D/a"] {
            assert_eq!(Place::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_reference_is_relative_whatever_the_name() {
        let table: [(Kind, &[u8], &str); 6] = [
            (Kind::File, b"a.txt", "./a.txt"),
            (Kind::Folder, b"sub", "./sub/"),
            (Kind::File, b"javascript:x", "./javascript%3Ax"),
            (Kind::File, b"-rf ~", "./-rf%20~"),
            (Kind::File, b"a?b#c%2f", "./a%3Fb%23c%252f"),
            (Kind::Folder, b"\xe9\n", "./%E9%0A/"),
        ];
        for (kind, name, expected) in table {
            assert_eq!(place(kind, name).reference(), expected);
        }
    }
}
