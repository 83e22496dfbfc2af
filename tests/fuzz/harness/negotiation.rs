//! What must hold for the fields about the choice of an answer, whatever they say.
//!
//! Each is read a second time here, naively: a range is the set of its bytes, quoted strings are
//! blotted out before a list is cut, and the best choice is looked for among all.

use millpond::http::accept::{prefers_json, takes};
use millpond::http::accept_encoding::{Coding, acceptable};
use millpond::http::entity_tag::{list_matches_strongly, list_matches_weakly, matches_strongly};
use millpond::http::range::{ByteRange, RANGES_MAX, Ranges, parse};

/// The first byte chooses the parser, the second the length of the file. Lines of one field are
/// separated as in a head.
pub(crate) fn check(bytes: &[u8]) {
    let [selector, length, rest @ ..] = bytes else {
        return;
    };
    let lines: Vec<&[u8]> = rest.split(|&byte| byte == b'\n').collect();
    match selector % 4 {
        0 => check_ranges(rest, (*length).into()),
        1 => check_codings(&lines),
        2 => check_types(&lines),
        _ => check_tags(&lines),
    }
}

/// A field's text with a character for each byte, so that it can be cut as text.
fn text(value: &[u8]) -> String {
    value.iter().copied().map(char::from).collect()
}

const BLANK: [char; 2] = [' ', '\t'];

// Ranges

/// Panics if the ranges of a field are not those of the naive reading. `length` is small.
pub(crate) fn check_ranges(value: &[u8], length: u64) {
    let found = parse(value, length);
    match &found {
        Ranges::One(range) => check_apart(&[*range], length),
        Ranges::Several(ranges) => {
            assert!((2..=RANGES_MAX).contains(&ranges.len()));
            check_apart(ranges, length);
            let sum: u64 = ranges.iter().map(|range| range.length()).sum();
            assert!(sum < length, "no fewer bytes than the file");
        }
        Ranges::Ignored | Ranges::Unsatisfiable => {}
    }
    assert_eq!(found, naive_ranges(value, length), "{}", text(value));
}

/// Panics unless the ranges lie within the file, and none is empty, overlaps or touches another.
pub(crate) fn check_apart(ranges: &[ByteRange], length: u64) {
    for (place, range) in ranges.iter().enumerate() {
        assert!(range.first < range.end && range.end <= length, "{range:?}");
        for other in &ranges[..place] {
            assert!(range.end < other.first || other.end < range.first);
        }
    }
}

fn naive_ranges(value: &[u8], length: u64) -> Ranges {
    let value = text(value);
    let value = value.trim_matches(BLANK).to_ascii_lowercase();
    let Some(set) = value.strip_prefix("bytes=") else {
        return Ranges::Ignored;
    };
    let pieces: Vec<&str> = set.split(',').collect();
    let elements: Vec<&str> = pieces
        .iter()
        .map(|piece| piece.trim_matches(BLANK))
        .filter(|element| !element.is_empty())
        .collect();
    let begins_blank = pieces[0].starts_with(BLANK) && !pieces[0].trim_matches(BLANK).is_empty();
    if elements.is_empty() || begins_blank || pieces.len() > 64 {
        return Ranges::Ignored;
    }
    // Of each byte, the first element that asks for it.
    let mut asked_by = vec![None; usize::try_from(length).unwrap()];
    for (number, element) in elements.iter().enumerate() {
        let Some((first, end)) = naive_range(element, length.into()) else {
            return Ranges::Ignored;
        };
        for (byte, asked_by) in (0_u128..).zip(&mut asked_by) {
            if (first..end).contains(&byte) && asked_by.is_none() {
                *asked_by = Some(number);
            }
        }
    }
    runs(&asked_by)
}

/// The runs of bytes that are asked for, in the order of the first elements that ask for one.
fn runs(asked_by: &[Option<usize>]) -> Ranges {
    let mut runs: Vec<(usize, ByteRange)> = Vec::new();
    for (byte, number) in (0_u64..).zip(asked_by) {
        let Some(number) = *number else {
            continue;
        };
        match runs.last_mut() {
            Some((first_asked, run)) if run.end == byte => {
                *first_asked = number.min(*first_asked);
                run.end = byte + 1;
            }
            _ => {
                let (first, end) = (byte, byte + 1);
                runs.push((number, ByteRange { first, end }));
            }
        }
    }
    runs.sort_by_key(|(number, _)| *number);
    let runs: Vec<ByteRange> = runs.into_iter().map(|(_, run)| run).collect();
    match runs.len() {
        0 => Ranges::Unsatisfiable,
        1 => Ranges::One(runs[0]),
        2..=8 => Ranges::Several(runs),
        _ => Ranges::Ignored,
    }
}

/// The bytes that an element asks for, as numbers that can't overflow. `None` if it is malformed.
fn naive_range(element: &str, length: u128) -> Option<(u128, u128)> {
    let (first, last) = element.split_once('-')?;
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
        let digits = digits.trim_start_matches('0');
        is_number.then(|| match digits.len() {
            0 => 0,
            1..=20 => digits.parse::<u128>().unwrap().min(u64::MAX.into()),
            _ => u64::MAX.into(),
        })
    };
    if first.is_empty() {
        return Some((length - number(last)?.min(length), length));
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX.into()
    } else {
        number(last)?
    };
    (first <= last).then_some((first, last + 1))
}

// Weights

/// Name, whether it has parameters, and thousandths of the weight, of each element.
fn naive_preferences(lines: &[&[u8]]) -> Vec<(String, bool, u32)> {
    let mut found = Vec::new();
    for line in lines {
        let line = blotted(&text(line));
        for element in line.split(',').map(|element| element.trim_matches(BLANK)) {
            if !element.is_empty() {
                found.extend(naive_preference(element));
            }
        }
    }
    found
}

/// A copy with an `x` for every character within a quoted string.
fn blotted(value: &str) -> String {
    let mut rest = value.chars();
    let mut copy = String::new();
    while let Some(outside) = rest.next() {
        copy.push(outside);
        if outside != '"' {
            continue;
        }
        while let Some(inside) = rest.next() {
            if inside == '"' {
                copy.push('"');
                break;
            }
            copy.push('x');
            if inside == '\\' && rest.next().is_some() {
                copy.push('x');
            }
        }
    }
    copy
}

fn naive_preference(element: &str) -> Option<(String, bool, u32)> {
    let parts: Vec<&str> = element
        .split(';')
        .map(|part| part.trim_matches(BLANK))
        .collect();
    let is_weight = |part: &str| {
        let name = part.split('=').next().unwrap();
        name.trim_matches(BLANK).eq_ignore_ascii_case("q")
    };
    let (weights, others): (Vec<&str>, Vec<&str>) = parts[1..]
        .iter()
        .filter(|part| !part.is_empty())
        .partition(|part| is_weight(part));
    let weight = match weights[..] {
        [] => 1000,
        [weight] => naive_weight(weight.strip_prefix(['q', 'Q'])?.strip_prefix('=')?)?,
        _ => return None,
    };
    Some((parts[0].to_ascii_lowercase(), !others.is_empty(), weight))
}

fn naive_weight(number: &str) -> Option<u32> {
    let is_well_formed = (1..=5).contains(&number.len())
        && number.starts_with(['0', '1'])
        && number.chars().skip(1).take(1).all(|point| point == '.')
        && number.chars().skip(2).all(|digit| digit.is_ascii_digit());
    let weight = number.parse::<f64>().ok()? * 1000.0;
    let whole = (0..=1000).find(|&whole| (f64::from(whole) - weight).abs() < 0.1)?;
    is_well_formed.then_some(whole)
}

/// Panics if other codings are acceptable than by the naive reading, or in another order.
pub(crate) fn check_codings(lines: &[&[u8]]) {
    let preferences = naive_preferences(lines);
    let lowest = |names: &[&str]| {
        let named = preferences.iter();
        let named = named.filter(|(name, ..)| names.contains(&name.as_str()));
        named.map(|(.., weight)| *weight).min()
    };
    let others = lowest(&["*"]).unwrap_or(0);
    let plain = lowest(&["identity"]).unwrap_or(0);
    let mut choices = vec![
        (lowest(&["br"]).unwrap_or(others), Coding::Brotli),
        (lowest(&["zstd"]).unwrap_or(others), Coding::Zstandard),
        (lowest(&["gzip", "x-gzip"]).unwrap_or(others), Coding::Gzip),
    ];
    choices.retain(|(weight, _)| *weight > 0 && *weight >= plain);
    let mut expected = Vec::new();
    while let Some(best) = choices.iter().map(|(weight, _)| *weight).max() {
        let place = choices.iter().position(|(weight, _)| *weight == best);
        expected.push(choices.remove(place.unwrap()).1);
    }
    let acceptable = acceptable(lines.iter().copied());
    assert_eq!(acceptable.is_empty(), expected.is_empty());
    let found: Vec<Coding> = acceptable.codings().collect();
    assert_eq!(found, expected, "{preferences:?}");
}

/// Panics if another type is taken or preferred than by the naive reading.
pub(crate) fn check_types(lines: &[&[u8]]) {
    let mut ranges = naive_preferences(lines);
    ranges.retain(|(name, ..)| {
        let halves = name.split_once('/');
        halves
            .is_some_and(|(top, sub)| is_token(top) && is_token(sub) && (top != "*" || sub == "*"))
    });
    let names_none = ranges.is_empty();
    ranges.retain(|(_, is_kind, weight)| !is_kind || *weight > 0);
    // The highest weight of the narrowest ranges, and whether they are wildcards.
    let weight = |top: &str, sub: &str| {
        let highest = |wanted: &str, kinds: &[bool]| {
            let same = ranges.iter();
            let same = same.filter(|(name, is_kind, _)| name == wanted && kinds.contains(is_kind));
            same.map(|(.., weight)| *weight).max()
        };
        let name = format!("{top}/{sub}");
        let named = highest(&name, &[false]).or_else(|| highest(&name, &[true]));
        let both = [false, true];
        let by_wildcard = || highest(&format!("{top}/*"), &both).or_else(|| highest("*/*", &both));
        (named, named.or_else(by_wildcard).unwrap_or(0))
    };
    let values = || lines.iter().copied();
    for (top, sub) in [("text", "html"), ("application", "json"), ("a", "b")] {
        let expected = names_none || weight(top, sub).1 > 0;
        assert_eq!(
            takes(values(), top, sub),
            expected,
            "{top}/{sub}: {ranges:?}"
        );
    }
    let html = weight("text", "html").1;
    let json = weight("application", "json").0;
    let expected = json.is_some_and(|json| json > 0 && json >= html);
    assert_eq!(prefers_json(values()), expected, "{ranges:?}");
}

/// Visible ASCII without the delimiters that RFC 9110, 5.6.2, lists.
fn is_token(text: &str) -> bool {
    let delimiters = r#"(),/:;<=>?@[\]{}""#;
    let is_visible = |character: char| ('!'..='~').contains(&character);
    let mut characters = text.chars();
    !text.is_empty()
        && characters.all(|character| is_visible(character) && !delimiters.contains(character))
}

// Entity tags

/// Panics if a list of tags matches another tag than by the naive reading.
pub(crate) fn check_tags(lines: &[&[u8]]) {
    for name in ["\"a\"", "\"\"", "\"b,c\""] {
        for tag in [name.to_owned(), format!("W/{name}")] {
            let is_weak = tag.starts_with("W/");
            let strongly = |line: &[u8]| {
                let found = naive_tags(line);
                line == b"*" || !is_weak && found.contains(&(false, name.to_owned()))
            };
            let values = lines.iter().copied();
            let expected = lines.iter().copied().any(strongly);
            assert_eq!(list_matches_strongly(values, tag.as_bytes()), expected);
            for line in lines {
                let mut found = naive_tags(line).into_iter();
                let weakly = *line == b"*" || found.any(|(_, found)| found == name);
                let matches = list_matches_weakly(std::iter::once(*line), tag.as_bytes());
                assert_eq!(matches, weakly, "{} and {tag}", text(line));
                let is_same = !is_weak && *line == tag.as_bytes();
                assert_eq!(matches_strongly(line, tag.as_bytes()), is_same);
            }
        }
    }
}

/// Whether it is weak, and the tag in its quotes, of each element up to the first that is none. Every
/// second piece between quotes is a tag.
fn naive_tags(line: &[u8]) -> Vec<(bool, String)> {
    let line = text(line);
    let pieces: Vec<&str> = line.split('"').collect();
    let mut found = Vec::new();
    // The last piece is behind the last quote.
    for pair in pieces[..pieces.len() - 1].chunks_exact(2) {
        let mark = pair[0].trim_start_matches([',', ' ', '\t']);
        let is_tag = |character: char| character > ' ' && character != '\u{7f}';
        if !["", "W/"].contains(&mark) || !pair[1].chars().all(is_tag) {
            break;
        }
        found.push((mark == "W/", format!("\"{}\"", pair[1])));
    }
    found
}
