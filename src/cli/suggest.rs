//! What an operator may have meant by a name that no option has.

use super::table::options;

/// Names with more faults than this are too unlike to be meant.
const FAULTS_MAX: usize = 2;

/// The option that was probably meant: the only one that begins so, or else the one that is the fewest
/// faults away. In a short name two faults leave nothing of it, so it is allowed one per three letters.
pub(super) fn suggestion(typed: &str) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase().replace('_', "-");
    let names = || options().map(|option| option.long);
    let mut beginning = names().filter(|name| !typed.is_empty() && name.starts_with(&typed));
    if let (Some(only), None) = (beginning.next(), beginning.next()) {
        return Some(only);
    }
    let allowed = FAULTS_MAX.min(typed.chars().count() / 3);
    names()
        .map(|name| (distance(&typed, name), name))
        .filter(|(faults, _)| *faults <= allowed)
        .min_by_key(|(faults, _)| *faults)
        .map(|(_, name)| name)
}

/// How many letters are to be added, left out, replaced, or swapped with their neighbour (Damerau and
/// Levenshtein's distance, in which no letter is changed twice).
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    // rows[i][j] is the distance between the first i letters of one and the first j of the other.
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_leads_to_the_option_that_was_meant() {
        let table = [
            ("keep-alve", Some("keep-alive")),
            ("keepalive", Some("keep-alive")),
            ("keep_alive", Some("keep-alive")),
            ("Keep-Alive", Some("keep-alive")),
            ("keep-ailve", Some("keep-alive")),
            ("keep-alive-request", Some("keep-alive-requests")),
            ("lisen", Some("listen")),
            ("prot", Some("port")),
            ("hlep", Some("help")),
            ("max-c", Some("max-connections")),
            ("q", Some("quiet")),
            ("no", Some("no-log")),
            ("trce-file", Some("trace-file")),
            // Two begin so.
            ("s", None),
            ("max", None),
            ("bad", None),
            ("x", None),
            ("", None),
            ("directory", None),
        ];
        for (typed, expected) in table {
            assert_eq!(suggestion(typed), expected, "{typed}");
        }
    }

    #[test]
    fn the_distance_counts_faults() {
        let table = [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "ac", 1),
            ("ab", "ba", 1),
            ("abcd", "badc", 2),
            ("é", "e", 1),
        ];
        for (one, two, expected) in table {
            assert_eq!(distance(one, two), expected, "{one} {two}");
            assert_eq!(distance(two, one), expected, "{two} {one}");
        }
    }
}
