//! From the target to the file: decoding, dot segments, directories, names with unusual characters.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use millpond::response::pages;

use crate::support::answer::TEXT;
use crate::support::site::INDEX;
use crate::support::{Answer, Client, Site};

/// The outcome that a target leads to.
#[derive(Clone, Copy)]
enum To {
    /// The text file of this name, whose content is its name.
    Text(&'static str),
    /// The root's index.
    Index,
    /// 400, and the connection stays open.
    BadRequest,
    /// 404.
    NotFound,
    /// 404 with the link to the same target with a slash.
    Directory(&'static str),
}

impl To {
    fn answer(self) -> Answer {
        match self {
            Self::Text(name) => Answer::file(TEXT, name),
            Self::Index => Answer::index(),
            Self::BadRequest => Answer::bad_request(),
            Self::NotFound => Answer::not_found(),
            Self::Directory(url) => Answer::page("404 Not Found", pages::directory(url)),
        }
    }
}

const NAMES: [&str; 14] = [
    "a.txt",
    "a b.txt",
    "a+b.txt",
    "100%.txt",
    "%25.txt",
    "größe.txt",
    "a\\b.txt",
    "a;b.txt",
    "sub/a.txt",
    "sub & co/a.txt",
    ".hidden.txt",
    ".git/a.txt",
    "sub/.hidden.txt",
    ".well-known/a.txt",
];

fn site() -> Site {
    let site = Site::new();
    for name in NAMES {
        site.write(name, name);
    }
    site.write("with-index/index.html", INDEX);
    site
}

/// Requests each target by GET and by HEAD on one connection.
fn check(client: &mut Client, table: &[(&str, To)]) {
    for (index, (target, to)) in table.iter().enumerate() {
        let left = 997 - 2 * index;
        let expected = to.answer().left(left);
        assert_eq!(client.get(target), expected, "{target}");
        let expected = to.answer().left(left - 1).without_body();
        assert_eq!(client.ask("HEAD", target, ""), expected, "{target}");
    }
}

#[test]
fn each_target_leads_to_its_file_or_its_error() {
    use To::{BadRequest, Directory, Index, NotFound, Text};
    let long = format!("/{}", "n".repeat(300));
    let deep = "/a".repeat(1_500);
    let table = [
        ("/", Index),
        ("/index.html", Index),
        ("/?", Index),
        ("/?query/../..", Index),
        ("/a.txt", Text("a.txt")),
        ("/a.txt?", Text("a.txt")),
        ("/a.txt?b=c&d=%zz%00", Text("a.txt")),
        ("/%61.txt", Text("a.txt")),
        ("/%61%2Etxt", Text("a.txt")),
        ("/a%20b.txt", Text("a b.txt")),
        ("/a+b.txt", Text("a+b.txt")),
        ("/a%2bb.txt", Text("a+b.txt")),
        ("/a%3Fb.txt", NotFound),
        ("/100%25.txt", Text("100%.txt")),
        ("/%2525.txt", Text("%25.txt")),
        ("/gr%C3%B6%C3%9Fe.txt", Text("größe.txt")),
        ("/gr%F6%DFe.txt", NotFound),
        ("/%", BadRequest),
        ("/%4", BadRequest),
        ("/%zz", BadRequest),
        ("/%+1", BadRequest),
        ("/a.txt%", BadRequest),
        ("/%00", BadRequest),
        ("/a.txt%00.html", BadRequest),
        ("/sub%2Fa.txt", BadRequest),
        ("/sub%2fa.txt", BadRequest),
        ("/%c0%af", NotFound),
        ("/%ff", NotFound),
        ("/%ed%a0%80", NotFound),
        ("/a%5Cb.txt", Text("a\\b.txt")),
        ("/a\\b.txt", Text("a\\b.txt")),
        ("/a;b.txt", Text("a;b.txt")),
        ("/a.txt;v=1", NotFound),
        ("/sub\\a.txt", NotFound),
        ("/C:/a.txt", NotFound),
        ("/a.txt.", NotFound),
        ("/a.txt%20", NotFound),
        ("/A.TXT", NotFound),
        ("/a.txt::$DATA", NotFound),
        ("/~root", NotFound),
        ("/%0d%0aSet-Cookie:%20a", NotFound),
        ("/./a.txt", Text("a.txt")),
        ("/sub/../a.txt", Text("a.txt")),
        ("/sub/%2e%2E/a.txt", Text("a.txt")),
        ("/nothing/../a.txt", Text("a.txt")),
        ("/sub/./a.txt", Text("sub/a.txt")),
        ("/sub/..", Index),
        ("/sub/.", NotFound),
        ("/with-index/.", Index),
        ("/with-index/sub/..", Index),
        ("/.", Index),
        ("/..", BadRequest),
        ("/../", BadRequest),
        ("/../a.txt", BadRequest),
        ("/%2e%2e/a.txt", BadRequest),
        ("/.%2e/root/a.txt", BadRequest),
        ("/sub/../../root/a.txt", BadRequest),
        ("/...", NotFound),
        ("//", NotFound),
        ("//a.txt", NotFound),
        ("/sub//a.txt", NotFound),
        ("/sub/a.txt//", NotFound),
        ("/with-index/", Index),
        ("/with-index/?q", Index),
        ("/with-index", Directory("/with-index")),
        ("/with-index?q", Directory("/with-index")),
        ("/sub", Directory("/sub")),
        ("/nothing/../sub", Directory("/sub")),
        ("/sub%20&%20co", Directory("/sub%20%26%20co")),
        ("/sub/", NotFound),
        ("/a.txt/", NotFound),
        ("/a.txt/a.txt", NotFound),
        ("/nothing", NotFound),
        ("/nothing/", NotFound),
        ("/<script>alert(1)</script>", NotFound),
        (&long, NotFound),
        (&deep, NotFound),
        ("/.hidden.txt", NotFound),
        ("/%2ehidden.txt", NotFound),
        ("/.git/a.txt", NotFound),
        ("/.git", NotFound),
        ("/sub/.hidden.txt", NotFound),
        ("/.well-known/a.txt", Text(".well-known/a.txt")),
        ("/.well-known", Directory("/.well-known")),
    ];
    let site = site();
    let server = site.start(&[]);
    check(&mut server.connect(), &table);
}

#[test]
fn dot_files_are_served_only_if_the_option_says_so() {
    let table = [
        ("/.hidden.txt", To::Text(".hidden.txt")),
        ("/.git/a.txt", To::Text(".git/a.txt")),
        ("/.git", To::Directory("/.git")),
        ("/sub/.hidden.txt", To::Text("sub/.hidden.txt")),
        ("/.well-known/a.txt", To::Text(".well-known/a.txt")),
        ("/./a.txt", To::Text("a.txt")),
        ("/..", To::BadRequest),
        ("/...", To::NotFound),
    ];
    let site = site();
    let server = site.start(&["--dot-files"]);
    check(&mut server.connect(), &table);
}

/// A target with bytes from 0x80 on, and the same target encoded, get the same answer, which the log and
/// the console show in the encoded form.
#[test]
fn raw_bytes_in_a_target_are_taken_as_if_they_were_encoded() {
    const RAW: &[u8] = b"GET /gr\xc3\xb6\xc3\x9fe.txt HTTP/1.1\r\nHost: h\r\n\r\n\
                         GET /a.txt?\xe9 HTTP/1.1\r\nHost: h\r\n\r\n\
                         GET /no\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n";
    let site = site();
    let mut server = site.start(&[]);
    let expected = [To::Text("größe.txt"), To::Text("a.txt"), To::NotFound];
    for chunk in [RAW.len(), 7, 1] {
        let mut client = server.connect();
        for piece in RAW.chunks(chunk) {
            client.send(piece);
            server.has_seen_all();
        }
        for (index, to) in expected.iter().enumerate() {
            assert_eq!(client.answer_to("GET"), to.answer().left(997 - index));
        }
    }
    server.stop();
    let log = std::fs::read_to_string(site.log()).unwrap();
    for target in ["/gr%C3%B6%C3%9Fe.txt", "/a.txt?%E9", "/no%C3%A9"] {
        assert_eq!(log.matches(&format!(",{target},")).count(), 3, "{log}");
    }
}

/// Every name that the system can hold can be asked for: an old archive has names in Latin-1.
#[test]
fn a_name_that_is_no_utf_8_is_served_like_any_other() {
    let site = site();
    let (file, folder) = (b"gr\xf6\xdfe.txt", b"\xe9t\xe9/a.txt");
    for name in [&file[..], folder] {
        site.write(OsStr::from_bytes(name), name);
    }
    let mut server = site.start(&[]);
    let mut client = server.connect();
    for (index, (target, content)) in [
        ("/gr%F6%DFe.txt", &file[..]),
        ("/gr%f6%dfe.txt", file),
        ("/%E9t%E9/a.txt", folder),
        ("/%E9t%E9/../gr%F6%DFe.txt", file),
    ]
    .into_iter()
    .enumerate()
    {
        let expected = Answer::file(TEXT, content).left(997 - index);
        assert_eq!(client.get(target), expected, "{target}");
    }
    client.send(b"GET /gr\xf6\xdfe.txt HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.answer_to("GET"), Answer::file(TEXT, file).left(993));
    let link = To::Directory("/%E9t%E9").answer();
    assert_eq!(client.get("/%E9t%E9"), link.left(992));
    server.stop();
    let log = std::fs::read_to_string(site.log()).unwrap();
    let row = r",/gr%F6%DFe.txt,gr\xf6\xdfe.txt,200,";
    assert_eq!(log.matches(row).count(), 2, "{log}");
}
