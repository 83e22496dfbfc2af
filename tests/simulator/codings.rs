//! Which compressed forms a client takes, as it says with Accept-Encoding (RFC 9110, 12.5.3).

use std::cmp::Reverse;

use crate::random::Random;

/// The names of codings and of their files, in the server's order among equals.
const CODINGS: [(&str, &str); 3] = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")];

/// The names in a field with their weights in thousandths. No name is there twice.
pub type Weights = Vec<(&'static str, u32)>;

/// Some of the names, in any order, with any weights.
pub fn any(random: &mut Random) -> (String, Weights) {
    let mut names = ["gzip", "br", "zstd", "identity", "*"];
    random.shuffle(&mut names);
    let count = random.between(1, names.len());
    let mut weights = Weights::new();
    let mut texts = Vec::new();
    for name in &names[..count] {
        let (text, weight) = random.pick(&[
            ("", 1_000),
            ("", 1_000),
            (";q=1.0", 1_000),
            (";q=0.5", 500),
            ("; q=0.501", 501),
            (";q=0", 0),
        ]);
        weights.push((name, weight));
        texts.push(format!("{name}{text}"));
    }
    (texts.join(", "), weights)
}

/// The codings that the client takes at least as gladly as the plain file, the best first, each with the
/// end of its file's name.
pub fn taken(weights: &Weights) -> Vec<(&'static str, &'static str)> {
    let named = |name: &str| {
        let found = weights.iter().find(|(other, _)| *other == name);
        found.map(|(_, weight)| *weight)
    };
    let weight = |coding: &str| named(coding).or(named("*")).unwrap_or(0);
    let plain = named("identity").unwrap_or(0);
    let mut taken = CODINGS.to_vec();
    taken.retain(|(coding, _)| weight(coding) > 0 && weight(coding) >= plain);
    taken.sort_by_key(|(coding, _)| Reverse(weight(coding)));
    taken
}
