//! What must hold for header rules, whatever the file. The input is a file, then a NUL, then paths with
//! NULs between them: a NUL can stand in neither.

use millpond::http::header_rules::HeaderRules;
use millpond::http::header_rules::effects::Effects;

/// Panics if a promise is broken on `bytes`.
pub(crate) fn check(bytes: &[u8]) {
    let mut parts = bytes.split(|&byte| byte == 0);
    let text = parts.next().unwrap_or_default();
    let mut rules = match HeaderRules::parse(text) {
        Ok(rules) => rules,
        Err(error) => {
            let lines = text.split(|&byte| byte == b'\n').count();
            assert!((1..=lines).contains(&error.line), "no such line: {error}");
            assert!(!error.message.contains(char::is_control), "{error}");
            return;
        }
    };
    for path in parts.chain([b"/".as_slice(), b"/a/b", b""]) {
        let effects = rules.effects(path);
        check_texts(&effects);
        let mut again = HeaderRules::parse(text).expect("parsed before");
        assert_eq!(again.effects(path), effects, "depends on earlier paths");
    }
}

fn check_texts(effects: &Effects) {
    check_lines(effects.lines());
    check_lines(effects.error_lines());
    for (line, name) in [
        (effects.cache_control(), "cache-control"),
        (effects.content_type(), "content-type"),
    ] {
        let Some(line) = line else { continue };
        check_lines(line);
        assert_eq!(line.matches('\n').count(), 1, "{line:?}");
        let begin = format!("{name}: ");
        assert!(line.to_ascii_lowercase().starts_with(&begin), "{line:?}");
    }
    let vary = effects.vary().unwrap_or("*");
    assert!(
        !vary.contains(|c: char| c.is_control() && c != '\t'),
        "{vary:?}"
    );
}

/// Whole lines, each a name, a colon, a blank and a value that has no control characters.
fn check_lines(text: &str) {
    assert!(text.is_empty() || text.ends_with("\r\n"), "{text:?}");
    for line in text.split_terminator("\r\n") {
        let (name, value) = line.split_once(": ").expect("no colon");
        assert!(
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()),
            "{line:?}"
        );
        assert!(!value.is_empty(), "{line:?}");
        assert!(
            !value.contains(|c: char| c.is_control() && c != '\t'),
            "{line:?}"
        );
        let name = name.to_ascii_lowercase();
        for refused in [
            "connection",
            "content-length",
            "transfer-encoding",
            "date",
            "etag",
        ] {
            assert_ne!(name, refused);
        }
    }
}
