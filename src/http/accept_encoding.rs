//! Accept-Encoding: which codings a client takes instead of the plain file (RFC 9110, 12.5.3). Pure.

use std::cmp::Reverse;

use super::preference::preferences;

/// A content coding in which a file can lie beside its plain form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstandard,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// All of them, in the order in which the server chooses among those that a client likes equally.
    pub const ALL: [Self; 3] = [Self::Brotli, Self::Zstandard, Self::Gzip];

    /// The name in Content-Encoding.
    pub fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstandard => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What is appended to the name of a file.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Zstandard => ".zst",
            Self::Gzip => ".gz",
        }
    }
}

/// The codings that a client takes, the best first. None by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acceptable {
    /// Nothing stands where a coding is not taken.
    codings: [Option<Coding>; 3],
}

impl Acceptable {
    /// The codings, the best first.
    pub fn codings(self) -> impl Iterator<Item = Coding> {
        self.codings.into_iter().flatten()
    }

    /// Whether the client takes only the plain file.
    pub fn is_empty(self) -> bool {
        self.codings().next().is_none()
    }
}

/// The weights that one field gives: `None` for what it does not name.
#[derive(Default)]
struct Weights {
    /// In the order of [`Coding::ALL`].
    codings: [Option<u16>; 3],
    identity: Option<u16>,
    /// `*`: what is not named.
    others: Option<u16>,
}

impl Weights {
    /// The place of what has this name. `x-gzip` is an old name of gzip (RFC 9110, 8.4.1.3).
    fn named(&mut self, name: &[u8]) -> Option<&mut Option<u16>> {
        let is = |token: &str| name.eq_ignore_ascii_case(token.as_bytes());
        let [brotli, zstandard, gzip] = &mut self.codings;
        if is("br") {
            Some(brotli)
        } else if is("zstd") {
            Some(zstandard)
        } else if is("gzip") || is("x-gzip") {
            Some(gzip)
        } else if is("identity") {
            Some(&mut self.identity)
        } else {
            is("*").then_some(&mut self.others)
        }
    }
}

/// The codings that the client takes at least as gladly as the plain file. `values` are the values of
/// all lines of the field; without any there is none, since a client that says nothing may know none.
///
/// A client that does not name `identity` gets the plain file only if it takes nothing else: it would
/// not have sent the field. Of what is named twice the lower weight counts, because the plain file is
/// never wrong. Where nothing is left, the plain file is sent even if `identity;q=0` refuses it: an
/// answer that a client may not like is of more use than none.
pub fn acceptable<'a>(values: impl Iterator<Item = &'a [u8]>) -> Acceptable {
    let mut weights = Weights::default();
    for preference in preferences(values) {
        if let Some(place) = weights.named(preference.name) {
            let weight = preference.weight;
            *place = Some(place.map_or(weight, |before| before.min(weight)));
        }
    }
    let weight = |place: usize| weights.codings[place].or(weights.others).unwrap_or(0);
    // The sort keeps the order of those that are equal.
    let mut places = [0, 1, 2];
    places.sort_by_key(|&place| Reverse(weight(place)));
    let least = weights.identity.unwrap_or(0).max(1);
    let codings = places.map(|place| (weight(place) >= least).then_some(Coding::ALL[place]));
    Acceptable { codings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(values: &[&str]) -> String {
        let values = values.iter().map(|value| value.as_bytes());
        let tokens: Vec<&str> = acceptable(values).codings().map(Coding::token).collect();
        tokens.join(" ")
    }

    #[test]
    fn the_coding_that_a_client_likes_best_comes_first() {
        let table = [
            ("", ""),
            ("gzip", "gzip"),
            ("GZip", "gzip"),
            ("x-gzip", "gzip"),
            ("gzip, deflate, br, zstd", "br zstd gzip"),
            ("gzip;q=1.0, br;q=0.9", "gzip br"),
            ("gzip;q=0.5, zstd;q=0.501", "zstd gzip"),
            ("deflate, compress", ""),
            ("gzip;q=0", ""),
            ("gzip;q=0.000, br", "br"),
            ("gzip;q=0.001", "gzip"),
            ("gzip;q=2, br", "br"),
            ("gzip;q=0.0001", ""),
            (" , gzip ;q=0.2 ,, br ; q=0.1", "gzip br"),
            ("gzip br", ""),
            // The star stands for what is not named.
            ("*", "br zstd gzip"),
            ("*;q=0", ""),
            ("gzip, *;q=0", "gzip"),
            ("br;q=0, *", "zstd gzip"),
            ("br;q=0.5, *;q=0.1", "br zstd gzip"),
            ("br;q=0.5, *", "zstd gzip br"),
            ("br;q=2, *;q=0.5", "br zstd gzip"),
            // The plain file is named only to be compared.
            ("identity", ""),
            ("identity, gzip", "gzip"),
            ("identity, gzip;q=0.9", ""),
            ("identity;q=0.5, gzip;q=0.4, br;q=0.5", "br"),
            ("identity;q=0", ""),
            ("identity;q=0, gzip;q=0", ""),
            ("identity;q=0, gzip", "gzip"),
            ("identity, *;q=0.5", ""),
            ("identity;q=0.5, *", "br zstd gzip"),
            // The lower of two weights counts.
            ("gzip;q=0, gzip", ""),
            ("gzip, x-gzip;q=0.1, br;q=0.5", "br gzip"),
        ];
        for (value, expected) in table {
            assert_eq!(tokens(&[value]), expected, "{value}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        assert_eq!(tokens(&[]), "");
        assert_eq!(tokens(&["gzip;q=0.5", "identity;q=0.6", "br"]), "br");
        assert!(acceptable(std::iter::empty()).is_empty());
        assert!(!acceptable(std::iter::once(b"br".as_slice())).is_empty());
    }
}
