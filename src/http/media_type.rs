//! File name → Content-Type.

/// The media type of the file at `path`, by its extension, and the parameter that goes with it,
/// which begins with a semicolon or is empty.
///
/// Text is declared as UTF-8: without a charset, old clients fall back to Latin-1, and every editor
/// writes UTF-8 today.
pub(crate) fn for_path(path: &str) -> (&'static str, &'static str) {
    let Some(media_type) = mime_guess::from_path(path).first_raw() else {
        return ("application/octet-stream", "");
    };
    if is_text(media_type) {
        (media_type, "; charset=utf-8")
    } else {
        (media_type, "")
    }
}

fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type.ends_with("+xml")
        || media_type.ends_with("+json")
        || matches!(
            media_type,
            "application/javascript" | "application/json" | "application/xml"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_and_text_is_utf_8() {
        let table = [
            ("index.html", "text/html; charset=utf-8"),
            ("INDEX.HTM", "text/html; charset=utf-8"),
            ("a/style.css", "text/css; charset=utf-8"),
            ("a.txt", "text/plain; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.xml", "text/xml; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.png", "image/png"),
            ("a.jpg", "image/jpeg"),
            ("a.jpeg", "image/jpeg"),
            ("favicon.ico", "image/x-icon"),
            ("a.wasm", "application/wasm"),
            ("a.woff2", "font/woff2"),
            ("a.pdf", "application/pdf"),
            ("a.tar.gz", "application/gzip"),
            ("a", "application/octet-stream"),
            ("a.", "application/octet-stream"),
            ("a.unknown", "application/octet-stream"),
            ("a.html/b", "application/octet-stream"),
        ];
        for (path, expected) in table {
            let (media_type, parameter) = for_path(path);
            assert_eq!(format!("{media_type}{parameter}"), expected, "{path}");
        }
    }
}
