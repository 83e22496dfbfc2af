//! The live view's page, assembled when the program is compiled: it needs no second request.

/// The whole page.
pub(super) const PAGE: &str = concat!(
    include_str!("page/head.html"),
    "<style>\n",
    include_str!("page/page.css"),
    "</style>\n",
    include_str!("page/body.html"),
    "<script>\n",
    include_str!("page/page.js"),
    "</script>\n</body>\n</html>\n"
);

/// What a browser may do with the page: use its one style and its one script, which the hashes name,
/// and connect to this server only. If the style or the script changes, a test fails and prints
/// the new hash.
pub(super) const POLICY: &str = concat!(
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; ",
    "frame-ancestors 'none'; img-src data:; ",
    "style-src 'sha256-u9X/lIQVG7ymyeR/t3VjxhDAMkSWJhc55Wo7BJQ3fCc='; ",
    "script-src 'sha256-FZ6YdutrmPbb8mfG01yiz+1jniid+Ray0qkbE1wIJhA='"
);

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// A browser ignores a style or script whose hash is not in the policy: the page would stay empty.
    #[test]
    fn the_policy_names_the_style_and_the_script_of_the_page() {
        for tag in ["style", "script"] {
            let (_, rest) = PAGE.split_once(&format!("<{tag}>")).unwrap();
            let (content, _) = rest.split_once(&format!("</{tag}>")).unwrap();
            let hash = STANDARD.encode(Sha256::digest(content));
            let source = format!("{tag}-src 'sha256-{hash}'");
            assert!(POLICY.contains(&source), "the policy lacks {source}");
            assert!(!rest.contains(&format!("<{tag}")), "a second {tag}");
        }
        assert!(!PAGE.contains(" style=") && !PAGE.contains(" onclick="));
    }
}
