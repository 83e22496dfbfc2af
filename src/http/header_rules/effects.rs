//! What the rules that match a path do to its answers, as texts that a head only copies.

use super::lifetime;
pub use super::names::OwnField;
use super::names::{self, Joining, is_same};

/// What one line of a rule asks for; of lines that are one list, what they ask for together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Set { name: String, value: String },
    Remove(String),
}

/// What is added to an answer, and what is left out of it. A text of fields is whole lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    lines: Box<str>,
    error_lines: Box<str>,
    cache_control: Option<Box<str>>,
    content_type: Option<Box<str>>,
    vary: Option<Box<str>>,
    /// A bit for each [`OwnField`].
    replaced: u8,
}

impl Effects {
    /// The changes of each matching rule, in order.
    pub(super) fn new<'a>(rules: impl Iterator<Item = &'a [Change]>) -> Self {
        let mut merged = Merged::default();
        for change in rules.flatten() {
            merged.apply(change);
        }
        merged.effects()
    }

    /// All further fields of a 200, 206 and 304: all but those that have a method here.
    pub fn lines(&self) -> &str {
        &self.lines
    }

    /// All fields of an error page (4xx, 5xx) but `Vary`: none that describes the file, and a
    /// Cache-Control only with a lifetime of a minute at most.
    pub fn error_lines(&self) -> &str {
        &self.error_lines
    }

    /// Whether one of the fields of error pages is `Cache-Control`.
    pub fn has_error_cache_control(&self) -> bool {
        let line = self.cache_control().and_then(|line| line.split_once(": "));
        line.is_some_and(|(_, value)| lifetime::is_short(value.trim_end()))
    }

    /// The line `Cache-Control: …` of a 200, 206 and 304.
    pub fn cache_control(&self) -> Option<&str> {
        self.cache_control.as_deref()
    }

    /// The line `Content-Type: …` of a 200 and 206, in place of the file's own.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The names for `Vary` of any answer, such as `Origin, Accept-Encoding`, to be merged with the
    /// server's own.
    pub fn vary(&self) -> Option<&str> {
        self.vary.as_deref()
    }

    /// Whether the server's own field is left out, because a rule has replaced or removed it. On an
    /// error page, Content-Type is the page's own nevertheless.
    pub fn replaces(&self, field: OwnField) -> bool {
        self.replaced & bit(field) != 0
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The bytes of its fields on a success.
    pub(super) fn length(&self) -> usize {
        let texts = [&self.cache_control, &self.content_type, &self.vary];
        let length = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        self.lines.len() + texts.into_iter().map(length).sum::<usize>()
    }

    /// The memory of its texts.
    pub(super) fn memory(&self) -> usize {
        self.length() + self.error_lines.len()
    }
}

/// The bit of a field in `replaced`.
const fn bit(field: OwnField) -> u8 {
    1 << field as u8
}

/// Adds to a list of names those of another that it lacks. `*` is all names (RFC 9110, 12.5.5).
pub fn merge_names(list: &mut String, other: &str) {
    for name in other.split(',').map(str::trim) {
        let has = |listed: &str| is_same(listed.trim(), name);
        if name.is_empty() || list == "*" || list.split(',').any(has) {
            continue;
        }
        if name == "*" {
            list.clear();
        }
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(name);
    }
}

/// The fields so far.
#[derive(Default)]
struct Merged<'a> {
    fields: Vec<(&'a str, String)>,
    replaced: u8,
}

impl<'a> Merged<'a> {
    fn apply(&mut self, change: &'a Change) {
        let (Change::Set { name, .. } | Change::Remove(name)) = change;
        if let Some(field) = names::own_field(name) {
            self.replaced |= bit(field);
        }
        match change {
            Change::Remove(name) => self.fields.retain(|(other, _)| !is_same(other, name)),
            Change::Set { name, value } => self.set(name, value),
        }
    }

    fn set(&mut self, name: &'a str, value: &str) {
        let joining = names::joining(name);
        let mut before = self.fields.iter_mut();
        let before = before.find(|field| is_same(field.0, name));
        match (joining, before) {
            (Joining::List, Some((_, text))) => {
                text.push_str(", ");
                text.push_str(value);
            }
            (Joining::Names, Some((_, text))) => merge_names(text, value),
            (Joining::One | Joining::ListOfRule, Some((_, text))) => value.clone_into(text),
            (Joining::Lines, _) | (_, None) => self.fields.push((name, value.to_owned())),
        }
    }

    fn effects(self) -> Effects {
        let mut effects = Effects::default();
        let (mut lines, mut error_lines) = (String::new(), String::new());
        for (name, value) in self.fields {
            let line = format!("{name}: {value}\r\n");
            if is_same(name, "Vary") {
                effects.vary = Some(value.into());
                continue;
            }
            let is_for_errors = if names::is_about_caches(name) {
                lifetime::is_short(&value)
            } else {
                !names::is_of_file(name)
            };
            if is_for_errors {
                error_lines.push_str(&line);
            }
            match names::own_field(name) {
                Some(OwnField::CacheControl) => effects.cache_control = Some(line.into()),
                Some(OwnField::ContentType) => effects.content_type = Some(line.into()),
                _ => lines.push_str(&line),
            }
        }
        effects.lines = lines.into();
        effects.error_lines = error_lines.into();
        effects.replaced = self.replaced;
        effects
    }
}
