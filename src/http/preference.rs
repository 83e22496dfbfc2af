//! What a client likes how much: the elements of Accept and Accept-Encoding with their weights
//! (RFC 9110, 12.4.2). Pure.

use super::list;

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Preference<'a> {
    /// What is liked: a media range or a coding.
    pub(super) name: &'a [u8],
    /// Whether the name has parameters of its own, besides the weight.
    pub(super) has_parameters: bool,
    /// From 0, which refuses, to 1000. Without a `q` it is 1000.
    pub(super) weight: u16,
}

/// The elements of all lines. One with a malformed weight is left out: what it meant can't be known.
pub(super) fn preferences<'a>(
    values: impl Iterator<Item = &'a [u8]>,
) -> impl Iterator<Item = Preference<'a>> {
    values.flat_map(list::elements).filter_map(read)
}

/// The weight may stand between other parameters, as RFC 9110, 12.5.1, asks a recipient to take it.
fn read(element: &[u8]) -> Option<Preference<'_>> {
    let mut parts = list::split(element, b';').map(list::trim);
    let name = parts.next()?;
    let (mut weight, mut has_parameters) = (None, false);
    // Between two semicolons there may be nothing (RFC 9110, 5.6.6).
    for parameter in parts.filter(|part| !part.is_empty()) {
        if !is_weight(parameter) {
            has_parameters = true;
        } else if weight.replace(read_weight(parameter)?).is_some() {
            return None;
        }
    }
    Some(Preference {
        name,
        has_parameters,
        weight: weight.unwrap_or(1000),
    })
}

/// Whether a parameter is meant as the weight: `q =0` too, or what was refused would be taken as
/// liked best.
fn is_weight(parameter: &[u8]) -> bool {
    let name = parameter.split(|&byte| byte == b'=').next();
    list::trim(name.unwrap_or_default()).eq_ignore_ascii_case(b"q")
}

/// `q=0.75` is 750. At most three digits behind the point, and nothing above 1.
fn read_weight(parameter: &[u8]) -> Option<u16> {
    let [b'q' | b'Q', b'=', whole @ (b'0' | b'1'), rest @ ..] = parameter else {
        return None;
    };
    let decimals = match rest {
        [] => rest,
        [b'.', decimals @ ..] if decimals.len() <= 3 => decimals,
        _ => return None,
    };
    let mut weight = u16::from(whole - b'0');
    for place in 0..3 {
        let digit = decimals.get(place).copied().unwrap_or(b'0');
        if !digit.is_ascii_digit() {
            return None;
        }
        weight = weight * 10 + u16::from(digit - b'0');
    }
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_a_name_with_a_weight() {
        let table = [
            ("a", "a", false, 1000),
            ("a;q=0", "a", false, 0),
            ("a;q=0.", "a", false, 0),
            ("a;q=1.", "a", false, 1000),
            ("a;q=0.7", "a", false, 700),
            ("a ;\tQ=0.07 ", "a", false, 70),
            ("a;q=0.007", "a", false, 7),
            ("a;q=1.000", "a", false, 1000),
            ("a;;q=0.5;", "a", false, 500),
            ("a/b;c=d;q=0.5", "a/b", true, 500),
            ("a/b;q=0.5;c=d", "a/b", true, 500),
            (r#"a/b;c=";q=0";q=0.5"#, "a/b", true, 500),
            ("a;quality=0", "a", true, 1000),
        ];
        for (element, name, has_parameters, weight) in table {
            let expected = Preference {
                name: name.as_bytes(),
                has_parameters,
                weight,
            };
            assert_eq!(read(element.as_bytes()), Some(expected), "{element}");
        }
    }

    #[test]
    fn an_element_with_a_malformed_weight_is_ignored() {
        for weight in [
            "q", "q=", "q=2", "q=1.1", "q=1.001", "q=0.0001", "q=.5", "q=-1", "q=0,5", "q=00",
            "q= 0", "q =0", "q=\"0\"", "q=0.5x", "q=0.-1", "q=0;q=1", "q=0 ;q", "q=+0", "q=0x",
        ] {
            // A comma would end the element.
            let element = format!("a;{weight}");
            assert_eq!(read(element.as_bytes()), None, "{weight}");
        }
    }
}
