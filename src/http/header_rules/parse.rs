//! Text → rules, or the first line that is wrong.

use super::effects::Change;
use super::names::{self, Joining, is_same};
use super::pattern::Pattern;
use crate::http::list::is_token;

/// The longest file, in bytes.
pub const FILE_MAX: usize = 256 * 1024;
const PATTERNS_MAX: usize = 1000;
/// How many lines a pattern may have.
const FIELDS_MAX: usize = 100;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What is wrong with a file, and the cure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct RuleError {
    /// The number of the line, from 1.
    pub line: usize,
    /// One sentence.
    pub message: String,
}

/// A pattern and what is below it.
#[derive(Debug)]
pub(super) struct Rule {
    /// The line of the pattern.
    pub(super) line: usize,
    pub(super) pattern: Pattern,
    pub(super) changes: Vec<Change>,
    /// How many lines `changes` was made of.
    lines: usize,
}

/// All rules, in order.
pub(super) fn rules(text: &[u8]) -> Result<Vec<Rule>, RuleError> {
    if text.len() > FILE_MAX {
        return Err(RuleError {
            line: number_of_line(&text[..FILE_MAX]),
            message: format!(
                "the file is longer than {} KiB; put rules together with '*'",
                FILE_MAX / 1024
            ),
        });
    }
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let text = str::from_utf8(text).map_err(|error| RuleError {
        line: number_of_line(&text[..error.valid_up_to()]),
        message: "no UTF-8; save the file as UTF-8".to_owned(),
    })?;
    let mut rules = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        read_line(&mut rules, index + 1, line.trim_matches([' ', '\t'])).map_err(|message| {
            RuleError {
                line: index + 1,
                message,
            }
        })?;
    }
    for rule in &rules {
        check_is_used(rule)?;
    }
    Ok(rules)
}

/// The number of the line that follows `before`.
fn number_of_line(before: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', before).count() + 1
}

fn check_is_used(rule: &Rule) -> Result<(), RuleError> {
    if rule.lines > 0 {
        return Ok(());
    }
    Err(RuleError {
        line: rule.line,
        message: format!(
            "'{}' has no fields; write a line such as '  X-Robots-Tag: noindex' below it, or remove it",
            rule.pattern.text()
        ),
    })
}

fn read_line(rules: &mut Vec<Rule>, number: usize, line: &str) -> Result<(), String> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(());
    }
    if line.starts_with('/') {
        return begin_rule(rules, number, line);
    }
    if line.starts_with("https://") || line.starts_with("http://") {
        return Err(format!(
            "'{}' is a whole URL, and rules hold for all hosts here; write the path alone, as in \
             /assets/*",
            line.escape_debug()
        ));
    }
    let Some(rule) = rules.last_mut() else {
        return Err(format!(
            "'{}' stands below no pattern; write one such as /* above it",
            line.escape_debug()
        ));
    };
    rule.lines += 1;
    if rule.lines > FIELDS_MAX {
        return Err(format!(
            "more than {FIELDS_MAX} lines for '{}'; remove some",
            rule.pattern.text()
        ));
    }
    match line.strip_prefix('!') {
        Some(name) => add_removal(rule, name.trim_matches([' ', '\t'])),
        None => add_field(rule, line),
    }
}

fn begin_rule(rules: &mut Vec<Rule>, line: usize, text: &str) -> Result<(), String> {
    if rules.len() == PATTERNS_MAX {
        return Err(format!(
            "more than {PATTERNS_MAX} patterns; put some together with '*'"
        ));
    }
    rules.push(Rule {
        line,
        pattern: Pattern::parse(text)?,
        changes: Vec::new(),
        lines: 0,
    });
    Ok(())
}

fn add_removal(rule: &mut Rule, name: &str) -> Result<(), String> {
    if name.contains(':') {
        return Err("a removal has no value; write '! Name'".to_owned());
    }
    check_name(name)?;
    if is_same(name, "Content-Type") {
        return Err(
            "'Content-Type' can't be removed, for browsers would guess it; set another one"
                .to_owned(),
        );
    }
    rule.changes.push(Change::Remove(name.to_owned()));
    Ok(())
}

fn add_field(rule: &mut Rule, line: &str) -> Result<(), String> {
    let Some((name, value)) = line.split_once(':') else {
        return Err(format!(
            "'{}' is no field and no pattern; write 'Name: value', or begin a path with a slash",
            line.escape_debug()
        ));
    };
    // No blank may stand before the colon (RFC 9112, 5.1).
    check_name(name)?;
    let value = value.trim_matches([' ', '\t']);
    check_value(&rule.pattern, name, value)?;
    add(&mut rule.changes, name, value)
}

fn check_name(name: &str) -> Result<(), String> {
    if !is_token(name.as_bytes()) {
        return Err(format!(
            "'{}' is no name of a field; names have letters, digits and hyphens, and no blanks",
            name.escape_debug()
        ));
    }
    match names::refusal(name) {
        Some(reason) => Err(format!("'{name}' {reason}; remove the line")),
        None => Ok(()),
    }
}

fn check_value(pattern: &Pattern, name: &str, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err(format!(
            "'{name}' has no value; write one, or '! {name}' to remove the field"
        ));
    }
    if value.contains(|c: char| c.is_control() && c != '\t') {
        return Err(format!(
            "a control character in the value of '{name}'; remove it"
        ));
    }
    if let Some(part) = pattern.placeholders().find(|part| has_part(value, part)) {
        return Err(format!(
            "':{part}' in the value of '{name}': no field holds a part of the path here; write the \
             value out, or rename the placeholder"
        ));
    }
    Ok(())
}

/// Whether `:part` stands in the value as a whole word.
fn has_part(value: &str, part: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    value.split(':').skip(1).any(|after| {
        let rest = after.strip_prefix(part);
        rest.is_some_and(|rest| !rest.as_bytes().first().is_some_and(is_word))
    })
}

/// Adds a line, as a part of the list that an earlier line of the rule has begun, if there is one. What
/// was removed since then is not continued.
fn add(changes: &mut Vec<Change>, name: &str, value: &str) -> Result<(), String> {
    let joining = names::joining(name);
    let mut latest_first = changes.iter_mut().rev();
    let earlier = latest_first.find(|change| {
        let (Change::Set { name: other, .. } | Change::Remove(other)) = change;
        is_same(other, name)
    });
    match (joining, earlier) {
        (Joining::One, Some(Change::Set { .. })) => Err(format!(
            "'{name}' has one value only; keep one of its lines"
        )),
        (Joining::ListOfRule, Some(Change::Set { value: so_far, .. })) => {
            so_far.push_str(", ");
            so_far.push_str(value);
            Ok(())
        }
        _ => {
            changes.push(Change::Set {
                name: name.to_owned(),
                value: value.to_owned(),
            });
            Ok(())
        }
    }
}
