//! Header rules: which fields a site's answers get besides the server's own, by path. Pure.
//!
//! The format is the `_headers` file of Netlify and Cloudflare Pages:
//!
//! ```text
//! # every page
//! /*
//!   X-Frame-Options: DENY
//! /assets/*
//!   Cache-Control: public, max-age=31536000, immutable
//!   ! X-Frame-Options
//! ```
//!
//! Where the two differ, or say nothing:
//!
//! - A pattern matches the whole path, as at Cloudflare: `/a/*` does not match `/a`. The path is decoded
//!   (`%20` is a blank), and so is the pattern. `*` is any bytes, slashes included, and may stand
//!   anywhere and several times, as at Netlify; `:name` is a whole segment.
//! - `! Name` removes, as at Cloudflare, in the order of the lines.
//! - Values are literal: Cloudflare puts a part of the path in place of `:name`. No field here holds
//!   anything that came from the client, and such a value is refused.
//! - Lines with the same name in one rule are one list, and so are the values of several rules. The
//!   exceptions are fields that are no list, and Cache-Control: the last rule that has one replaces it.
//! - Indentation is not asked for: a line that begins with a slash is a pattern.
//!
//! Read in this order: this file (the look-up), `parse`, [`pattern`], `names` (what may be set),
//! [`effects`], `lifetime` (what of Cache-Control reaches error pages), `memory`.

pub mod effects;
mod lifetime;
mod memory;
mod names;
mod parse;
pub mod pattern;

use std::rc::Rc;

use self::effects::Effects;
use self::memory::Memory;
use self::parse::Rule;
pub use self::parse::{FILE_MAX, RuleError};

/// How many bytes of fields one path may get.
const PATH_MAX: usize = 16 * 1024;

/// The rules of one file, in its order.
#[derive(Debug)]
pub struct HeaderRules {
    rules: Vec<Rule>,
    memory: Memory,
}

impl HeaderRules {
    /// Reads the text of a file. The error is for the first line that is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, RuleError> {
        let rules = parse::rules(text)?;
        check_lengths(&rules)?;
        Ok(Self {
            rules,
            memory: Memory::new(),
        })
    }

    /// What all rules that match `path` do to its answers. `path` is the client's, decoded, with its
    /// leading slash and without a query.
    pub fn effects(&mut self, path: &[u8]) -> Rc<Effects> {
        if let Some(effects) = self.memory.find(path) {
            return effects;
        }
        let matching = matching(&self.rules, path);
        let rules = &self.rules;
        self.memory
            .put(path, matching, |matching| merged(rules, matching))
    }

    /// How many patterns there are.
    pub fn count(&self) -> usize {
        self.rules.len()
    }
}

/// The numbers of the rules that match.
fn matching(rules: &[Rule], path: &[u8]) -> Vec<usize> {
    let numbers = 0..rules.len();
    numbers
        .filter(|&number| rules[number].pattern.matches(path))
        .collect()
}

fn merged(rules: &[Rule], matching: &[usize]) -> Effects {
    Effects::new(
        matching
            .iter()
            .map(|&number| rules[number].changes.as_slice()),
    )
}

/// An error for the first rule that, together with those that match all that it matches, gives a path
/// more than [`PATH_MAX`]. Such rules show at a sample of the pattern. Patterns that only overlap, such
/// as `/a*` and `/*b`, may give a path more; how much is then bounded by the length of the file.
fn check_lengths(rules: &[Rule]) -> Result<(), RuleError> {
    for rule in rules {
        let matching = matching(rules, &rule.pattern.sample());
        let length = merged(rules, &matching).length();
        if length > PATH_MAX {
            let (pattern, count) = (rule.pattern.text(), matching.len());
            return Err(RuleError {
                line: rule.line,
                message: format!(
                    "'{pattern}' gets {length} bytes of fields from {count} patterns; {PATH_MAX} are \
                     the most: shorten or remove some"
                ),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
