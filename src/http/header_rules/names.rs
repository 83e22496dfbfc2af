//! Which fields a rule may set, and how the values of several rules become one answer's.

/// A field that the server sends by itself, and that a rule may replace or remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnField {
    /// `Cache-Control`
    CacheControl,
    /// `X-Content-Type-Options`
    ContentTypeOptions,
    /// `Server`
    Server,
    /// `Content-Type`
    ContentType,
    /// `Access-Control-Allow-Origin`
    AllowOrigin,
    /// `Access-Control-Expose-Headers`
    ExposeHeaders,
}

const OWN: &[(&str, OwnField)] = &[
    ("Cache-Control", OwnField::CacheControl),
    ("X-Content-Type-Options", OwnField::ContentTypeOptions),
    ("Server", OwnField::Server),
    ("Content-Type", OwnField::ContentType),
    ("Access-Control-Allow-Origin", OwnField::AllowOrigin),
    ("Access-Control-Expose-Headers", OwnField::ExposeHeaders),
];

/// How the values of several lines or rules are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joining {
    /// As one list.
    List,
    /// As one list in a rule; another rule replaces it.
    ListOfRule,
    /// It is no list: one line in a rule; another rule replaces it.
    One,
    /// Each has a line of its own (RFC 6265, 3).
    Lines,
    /// As a list of names, each of them once.
    Names,
}

/// Fields whose grammar has no list, so that `a, b` would mean nothing.
const ONE: &[&str] = &[
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Origin",
    "Access-Control-Max-Age",
    "Content-Disposition",
    "Content-Location",
    "Content-Type",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Expires",
    "Origin-Agent-Cluster",
    "Refresh",
    "Retry-After",
    "Server",
    "SourceMap",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
];

/// Fields that describe the file, and would be wrong for an error page in its place.
const OF_FILE: &[&str] = &[
    "Content-Disposition",
    "Content-Language",
    "Content-Location",
    "Content-Type",
    "Expires",
    "SourceMap",
];

const HOP: &str = "is about one connection, not about a file";
const FRAMING: &str = "says where the answer ends, which only the server knows";
const OF_CONTENT: &str = "depends on the content, which only the server knows";
const OF_STATUS: &str = "belongs to a status that only the server chooses";
const DIGEST: &str = "is a digest of what is sent, which no rule can know";

/// Fields that no rule may set or remove, and why.
const REFUSED: &[(&str, &str)] = &[
    ("Connection", HOP),
    ("Keep-Alive", HOP),
    ("TE", HOP),
    ("Trailer", HOP),
    ("Upgrade", HOP),
    ("Transfer-Encoding", FRAMING),
    ("Content-Length", FRAMING),
    ("Content-Range", FRAMING),
    ("Content-Encoding", OF_CONTENT),
    ("ETag", OF_CONTENT),
    ("Last-Modified", OF_CONTENT),
    (
        "Accept-Ranges",
        "says what the server can do, which only it knows",
    ),
    (
        "Date",
        "is the time of the answer, which only the server knows",
    ),
    ("Age", "is for caches, which know it"),
    ("Host", "is a field of requests"),
    ("Location", OF_STATUS),
    ("Allow", OF_STATUS),
    ("WWW-Authenticate", OF_STATUS),
    ("Content-Digest", DIGEST),
    ("Content-MD5", DIGEST),
    ("Digest", DIGEST),
    ("Repr-Digest", DIGEST),
    (
        "Basic-Auth",
        "sets passwords at Netlify, and here every client would get them",
    ),
];

/// Why a rule may not name this field, if it may not.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    let is_proxy = name
        .get(..6)
        .is_some_and(|begin| begin.eq_ignore_ascii_case("proxy-"));
    if is_proxy {
        return Some(HOP);
    }
    let found = REFUSED.iter().find(|(other, _)| is_same(other, name));
    found.map(|(_, reason)| *reason)
}

pub(super) fn joining(name: &str) -> Joining {
    if is_same(name, "Vary") {
        Joining::Names
    } else if is_same(name, "Set-Cookie") {
        Joining::Lines
    } else if is_about_caches(name) {
        Joining::ListOfRule
    } else if ONE.iter().any(|one| is_same(one, name)) {
        Joining::One
    } else {
        Joining::List
    }
}

/// Whether it says how long caches may keep an answer: Cache-Control, and its kin for some caches only
/// (RFC 9213).
pub(super) fn is_about_caches(name: &str) -> bool {
    let begin = name.len().saturating_sub("-Cache-Control".len());
    is_same(name, "Cache-Control")
        || is_same(name, "Surrogate-Control")
        || name
            .get(begin..)
            .is_some_and(|end| is_same(end, "-Cache-Control"))
}

pub(super) fn is_of_file(name: &str) -> bool {
    OF_FILE.iter().any(|other| is_same(other, name))
}

pub(super) fn own_field(name: &str) -> Option<OwnField> {
    let found = OWN.iter().find(|(other, _)| is_same(other, name));
    found.map(|(_, field)| *field)
}

pub(super) fn is_same(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}
