//! Where a name that is almost right leads to: the value of Location (RFC 9110, 10.2.2). Pure.
//!
//! The result always begins with exactly one slash, behind which no other slash and no backslash
//! follows: `//host/` would be another server, and browsers read a backslash as a slash.

use std::fmt::Write as _;

/// The path and query of a target, with a slash at the end of the path.
pub(super) fn with_slash(target: &str) -> String {
    let (path, query) = split(target);
    collapsed(path) + "/" + query
}

/// The path and query of a target, with each run of slashes as one.
pub(super) fn without_empty_names(target: &str) -> String {
    let (path, query) = split(target);
    collapsed(path) + query
}

/// The path and query of a target without this suffix of its path, if it is literally there.
pub(super) fn without_suffix(target: &str, suffix: &str) -> Option<String> {
    let (path, query) = split(target);
    Some(collapsed(path.strip_suffix(suffix)?) + query)
}

/// Path, and query with its question mark.
fn split(target: &str) -> (&str, &str) {
    target.split_at(target.find('?').unwrap_or(target.len()))
}

fn collapsed(path: &str) -> String {
    let mut result = String::with_capacity(path.len() + 1);
    for character in path.chars() {
        match character {
            '/' if result.ends_with('/') => {}
            '\\' => result.push_str("%5C"),
            // What is not allowed in a URL, and what HTML or a reader of fields might misunderstand.
            '"' | '<' | '>' | '\'' | '`' | '{' | '}' | '|' | '^' => {
                // Writing to a String can't fail.
                let _ = write!(result, "%{:02X}", u32::from(character));
            }
            _ => result.push(character),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_path_of_this_server() {
        let table = [
            ("/a", "/a/"),
            ("/a?b=/c", "/a/?b=/c"),
            ("/a%20b", "/a%20b/"),
            ("//host/a", "/host/a/"),
            ("///host", "/host/"),
            ("/\\host", "/%5Chost/"),
            ("/a//b///c", "/a/b/c/"),
            ("/\"><b", "/%22%3E%3Cb/"),
        ];
        for (target, expected) in table {
            assert_eq!(with_slash(target), expected, "{target}");
        }
        assert_eq!(without_empty_names("//a//b//?c//d"), "/a/b/?c//d");
        assert_eq!(
            without_suffix("/a/b.html?c", ".html").as_deref(),
            Some("/a/b?c")
        );
        assert_eq!(without_suffix("/a/b.htm", ".html"), None);
    }
}
