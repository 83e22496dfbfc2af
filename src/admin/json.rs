//! JSON of fixed shape, written from front to back. A library that does it took more room in the
//! binary than all of the live view; the tests read what comes out with one.

use std::fmt::{Display, Write as _};

/// A text of JSON on its way.
#[derive(Debug, Default)]
pub(super) struct Json {
    text: String,
}

impl Json {
    /// The text, to be handed out.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An object's braces, with what `members` writes between them.
    pub(super) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.within(['{', '}'], members);
    }

    /// A member that is an object.
    pub(super) fn member(&mut self, name: &str, members: impl FnOnce(&mut Self)) {
        self.name(name);
        self.object(members);
    }

    /// A member that is an array.
    pub(super) fn array(&mut self, name: &str, elements: impl FnOnce(&mut Self)) {
        self.name(name);
        self.within(['[', ']'], elements);
    }

    /// A member that is a number, or another value that is written in JSON as it is displayed.
    pub(super) fn number(&mut self, name: &str, value: impl Display) {
        self.displayed(name, &value);
    }

    /// Not a copy for each type and caller: this is not in a hurry, and the binary is to be small.
    #[inline(never)]
    fn displayed(&mut self, name: &str, value: &dyn Display) {
        self.name(name);
        // Writing to a String can't fail.
        let _ = write!(self.text, "{value}");
    }

    /// A member that is a number, or null.
    pub(super) fn optional(&mut self, name: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.number(name, value),
            None => self.number(name, "null"),
        }
    }

    /// A member that is a text.
    #[inline(never)]
    pub(super) fn string(&mut self, name: &str, value: &str) {
        self.name(name);
        self.quote(value);
    }

    /// An element that is an object.
    pub(super) fn element(&mut self, members: impl FnOnce(&mut Self)) {
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
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }

    fn within(&mut self, [open, close]: [char; 2], inner: impl FnOnce(&mut Self)) {
        self.text.push(open);
        inner(self);
        self.text.push(close);
    }

    /// RFC 8259, 7.
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
    fn it_reads_back() {
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
        });
        let read: Value = serde_json::from_str(&json.into_text()).unwrap();
        let expected = json!({
            "one": 1, "empty": {}, "list": [{hard: hard}, {"none": null}], "some": 1.5
        });
        assert_eq!(read, expected);
    }
}
