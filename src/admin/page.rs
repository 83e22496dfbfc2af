//! The page, put together when the program is compiled: it needs no second request.

/// The whole of it.
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

/// What a browser may do with the page. It has one style and one script within it, which the hashes
/// name, and talks to nobody but us. When either changes a test fails, and tells the new hash.
pub(super) const POLICY: &str = concat!(
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; ",
    "frame-ancestors 'none'; img-src data:; ",
    "style-src 'sha256-3ohv/PnMaxoFNWvhXp8EEOQHYfj3Nh2SzGvvyUFRE7k='; ",
    "script-src 'sha256-DqPVN5TSqtiu1+LD0PIFnkfqlPcLgPI00tWd0iuN5gk='"
);

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// A browser ignores a style or script whose hash is not in the policy: the page would be blank.
    #[test]
    fn the_policy_names_what_is_in_the_page() {
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
