//! A word means one thing: words of the old dialect do not come back as names.

use super::tree::packages;

/// Words that identifiers must not be made of, and what is said instead.
const BANNED: &[(&str, &str)] = &[
    ("pond", "connection table"),
    ("newcomer", "accepted connection"),
    ("newcomers", "accepted connections"),
    ("parked", "waiting for a descriptor"),
    ("unpark", "retry_waiters"),
    ("exchange", "pending response"),
    ("signature", "fingerprint"),
    ("cause", "close reason"),
    ("causes", "close reasons"),
    ("census", "counts"),
    ("occasion", "wake reason"),
    ("anew", "again"),
    ("goodbye", "summary"),
    ("whoever", "it"),
    ("nobody", "none"),
    ("unsound", "malformed"),
    ("laws", "invariants"),
    ("crowded", "output is full"),
];

/// Names that stand for something outside: what the standard library, a crate or mio calls so.
const ALLOWED: &[&str] = &["Nobody"];

#[test]
fn no_name_is_of_a_dialect() {
    let [server, _] = packages();
    let mut found = Vec::new();
    for source in server.sources().values() {
        for (number, line) in source.code.lines().enumerate() {
            for name in identifiers(line) {
                if ALLOWED.contains(&name) {
                    continue;
                }
                for word in words(name) {
                    if let Some((_, better)) = BANNED.iter().find(|(banned, _)| *banned == word) {
                        found.push(format!(
                            "{}:{}: {name}: not '{word}', but '{better}'",
                            source.path,
                            number + 1
                        ));
                    }
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

/// The identifiers of a line of code; what stands in a string literal is none.
fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split('"')
        .step_by(2)
        .flat_map(|code| {
            code.split(|character: char| !character.is_alphanumeric() && character != '_')
        })
        .filter(|name| !name.is_empty())
}

/// `next_generation` and `NextGeneration` are both next, generation.
fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for character in name.chars() {
        if character == '_' || character.is_uppercase() {
            found.push(String::new());
        }
        if character != '_' {
            let last = found.last_mut().unwrap();
            last.extend(character.to_lowercase());
        }
    }
    found.retain(|word| !word.is_empty());
    found
}
