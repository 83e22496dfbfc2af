//! The error pages that are built in, for roots without pages of their own.

/// The page of a 400.
pub const BAD_REQUEST: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
    "<title>Bad Request</title>\n<h1>Bad Request</h1>\n",
    "<p>This server could not understand the request, or does not do what it asks.</p>\n</html>\n"
);

/// The page of a 404.
pub const NOT_FOUND: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
    "<title>File Not Found</title>\n<h1>File Not Found</h1>\n",
    "<p>There is no such file here.</p>\n</html>\n"
);

/// The page of a 404 for a directory that was asked for without its last slash. `url` must be
/// percent-encoded: then it needs no escaping in HTML.
pub fn directory(url: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <title>File Not Found</title>\n<h1>File Not Found</h1>\n\
         <p>This is a directory. Did you mean <a href=\"{url}/\">{url}/</a>?</p>\n</html>\n"
    )
}
