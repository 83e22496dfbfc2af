//! JSON of fixed shape, written from front to back, for traces and for the live view.
//!
//! A library that does it is larger in the binary than the whole live view. The tests read the
//! output with one.

use std::fmt::{Display, Write as _};

/// An unfinished JSON text.
#[derive(Debug, Default)]
pub(crate) struct Json {
    text: String,
}

impl Json {
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Forgets the text, and keeps its memory for the next one.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
    }

    /// A member that is an object with these `members`, written without braces. Nothing if there
    /// are none.
    pub(crate) fn member_if_any(&mut self, name: &str, members: &Self) {
        if !members.text.is_empty() {
            self.member(name, |json| json.text.push_str(&members.text));
        }
    }

    /// An object. `members` writes its members.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.within(['{', '}'], members);
    }

    /// A member that is an object.
    pub(crate) fn member(&mut self, name: &str, members: impl FnOnce(&mut Self)) {
        self.name(name);
        self.object(members);
    }

    /// A member that is an array.
    pub(crate) fn array(&mut self, name: &str, elements: impl FnOnce(&mut Self)) {
        self.name(name);
        self.within(['[', ']'], elements);
    }

    /// A member that is a number, or another value whose `Display` is JSON.
    pub(crate) fn number(&mut self, name: &str, value: impl Display) {
        self.displayed(name, &value);
    }

    /// One copy for all types and callers: speed matters little here, and the binary stays small.
    #[inline(never)]
    fn displayed(&mut self, name: &str, value: &dyn Display) {
        self.name(name);
        // Writing to a String can't fail.
        let _ = write!(self.text, "{value}");
    }

    /// A member that is a number, or null.
    pub(crate) fn optional(&mut self, name: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.number(name, value),
            None => self.number(name, "null"),
        }
    }

    /// A member that is a text.
    #[inline(never)]
    pub(crate) fn string(&mut self, name: &str, value: &str) {
        self.name(name);
        self.quote(value);
    }

    /// An element that is an object.
    pub(crate) fn element(&mut self, members: impl FnOnce(&mut Self)) {
        self.comma();
        self.object(members);
    }

    #[inline(never)]
    fn name(&mut self, name: &str) {
        self.comma();
        self.quote(name);
        self.text.push(':');
    }

    fn comma(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }

    fn within(&mut self, [open, close]: [char; 2], inner: impl FnOnce(&mut Self)) {
        self.text.push(open);
        inner(self);
        self.text.push(close);
    }

    /// A string with its quotes (RFC 8259, 7).
    #[inline(never)]
    fn quote(&mut self, value: &str) {
        self.text.push('"');
        for character in value.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\0'..='\x1f' => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(character));
                }
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_library_reads_the_same_values_back() {
        let hard = "a\"b\\c\n\u{0}\u{7f}ü\u{1F986}";
        let mut json = Json::default();
        json.object(|json| {
            json.number("one", 1);
            json.member("empty", |_| {});
            json.array("list", |json| {
                json.element(|json| json.string(hard, hard));
                json.element(|json| json.optional("none", None::<u32>));
            });
            json.optional("some", Some(1.5));
            let mut members = Json::default();
            json.member_if_any("none", &members);
            members.number("two", 2);
            members.number("three", 3);
            json.member_if_any("any", &members);
        });
        let read: Value = serde_json::from_str(&json.into_text()).unwrap();
        let expected = json!({
            "one": 1, "empty": {}, "list": [{hard: hard}, {"none": null}], "some": 1.5,
            "any": {"two": 2, "three": 3}
        });
        assert_eq!(read, expected);
    }
}
