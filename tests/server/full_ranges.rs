//! `--http full`: Range and If-Range, of small files and of large ones.

use std::time::{Duration, SystemTime};

use crate::support::answer::{MODIFIED, TEXT};
use crate::support::full::{FOUR, FULL};
use crate::support::site::set_modified;
use crate::support::{Answer, Client, Site};

const SMALL: &[u8] = b"0123456789abcdefghij";

/// Beyond what is read into memory.
const LARGE: usize = 100_000;

const BINARY: &str = "application/octet-stream";

/// What a range leads to.
enum To {
    /// 200 with the whole file.
    Whole,
    /// 206 with one piece.
    Part(usize, usize),
    /// 206 with several.
    Parts(&'static [(usize, usize)]),
    /// 416.
    Nothing,
}

impl To {
    fn answer(&self, media_type: &str, content: &[u8]) -> Answer {
        match self {
            Self::Whole => Answer::file(media_type, content).ranged(),
            Self::Part(first, end) => Answer::part(media_type, content, *first, *end),
            Self::Parts(ranges) => {
                Answer::parts(media_type, content, ranges, &Answer::boundary(content))
            }
            Self::Nothing => Answer::unsatisfiable(content.len()),
        }
        .endless()
    }
}

fn large() -> Vec<u8> {
    (0..=250).cycle().take(LARGE).collect()
}

fn range(value: &str) -> String {
    format!("Range: {value}\r\n")
}

/// Asks `--http full` by GET and HEAD, and `--http four` by GET: HEAD has no ranges, and four no 206.
fn check(name: &str, media_type: &str, content: &[u8], table: &[(&str, To)]) {
    let site = Site::new();
    site.write(name, content);
    let target = format!("/{name}");
    let (full, four) = (site.start(&FULL), site.start(&FOUR));
    let (mut full, mut four) = (full.connect(), four.connect());
    let whole = Answer::file(media_type, content).endless();
    for (value, to) in table {
        let fields = range(value);
        let answer = full.ask("GET", &target, &fields);
        assert_eq!(answer, to.answer(media_type, content), "{value}");
        let answer = full.ask("HEAD", &target, &fields);
        assert_eq!(answer, whole.clone().ranged().without_body(), "{value}");
        assert_eq!(four.ask("GET", &target, &fields), whole, "{value}");
    }
}

#[test]
fn each_range_of_a_small_file_gets_its_bytes() {
    use To::{Nothing, Part, Parts, Whole};
    let table = [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=2-5", Part(2, 6)),
        ("bytes=15-", Part(15, 20)),
        ("bytes=-3", Part(17, 20)),
        ("bytes=19-19", Part(19, 20)),
        ("Bytes=2-5", Part(2, 6)),
        (" bytes=2-5\t", Part(2, 6)),
        ("bytes=0-", Part(0, 20)),
        ("bytes=0-99", Part(0, 20)),
        ("bytes=-99", Part(0, 20)),
        ("bytes=0-18446744073709551616", Part(0, 20)),
        ("bytes=-0", Nothing),
        ("bytes=20-", Nothing),
        ("bytes=20-20", Nothing),
        ("bytes=18446744073709551616-", Nothing),
        ("bytes=99-,20-", Nothing),
        ("bytes=5-2", Whole),
        ("bytes=", Whole),
        ("bytes", Whole),
        ("bytes=1", Whole),
        ("bytes=-", Whole),
        ("bytes=a-b", Whole),
        ("bytes=--1", Whole),
        ("bytes=+1-2", Whole),
        ("bytes=0x0-1", Whole),
        ("bytes=0-1-2", Whole),
        ("bytes=0-1;q=1", Whole),
        ("bytes =0-1", Whole),
        ("bytes= 0-1", Whole),
        ("0-1", Whole),
        ("items=0-1", Whole),
        ("bytes=0-1,x", Whole),
        ("bytes=0-1,4-5", Parts(&[(0, 2), (4, 6)])),
        ("bytes=18-, 0-1", Parts(&[(18, 20), (0, 2)])),
        ("bytes=0-0,-1", Parts(&[(0, 1), (19, 20)])),
        ("bytes=99-,0-1,5-5", Parts(&[(0, 2), (5, 6)])),
        ("bytes=0-1,99-", Part(0, 2)),
        ("bytes=0-4,3-6", Part(0, 7)),
        ("bytes=0-1,2-3", Part(0, 4)),
        ("bytes=4-5,0-1,2-3", Part(0, 6)),
        ("bytes=0-,-1", Part(0, 20)),
        (
            "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14",
            Parts(&[
                (0, 1),
                (2, 3),
                (4, 5),
                (6, 7),
                (8, 9),
                (10, 11),
                (12, 13),
                (14, 15),
            ]),
        ),
        ("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16", Whole),
        // Nine, and eight of them are left.
        (
            "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,15-15",
            Parts(&[
                (0, 1),
                (2, 3),
                (4, 5),
                (6, 7),
                (8, 9),
                (10, 11),
                (12, 13),
                (14, 16),
            ]),
        ),
    ];
    check("a.txt", TEXT, SMALL, &table);
    check(
        "empty.txt",
        TEXT,
        b"",
        &[
            ("bytes=0-", Nothing),
            ("bytes=-1", Nothing),
            ("bytes=0-0,-1", Nothing),
            ("bytes=x", Whole),
        ],
    );
}

#[test]
fn each_range_of_a_large_file_gets_its_bytes() {
    use To::{Nothing, Part, Parts, Whole};
    let table = [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=1000-50999", Part(1000, 51_000)),
        ("bytes=50000-", Part(50_000, LARGE)),
        ("bytes=-1", Part(LARGE - 1, LARGE)),
        ("bytes=0-", Part(0, LARGE)),
        ("bytes=100000-", Nothing),
        ("bytes=9-1", Whole),
        (
            "bytes=0-0,50000-89999,-1",
            Parts(&[(0, 1), (50_000, 90_000), (LARGE - 1, LARGE)]),
        ),
        (
            "bytes=90000-,0-19999,10000-29999",
            Parts(&[(90_000, LARGE), (0, 30_000)]),
        ),
        (
            "bytes=0-999,2000-2999,4000-4999,6000-6999,8000-8999,10000-19999,30000-,20002-20003",
            Parts(&[
                (0, 1_000),
                (2_000, 3_000),
                (4_000, 5_000),
                (6_000, 7_000),
                (8_000, 9_000),
                (10_000, 20_000),
                (30_000, LARGE),
                (20_002, 20_004),
            ]),
        ),
    ];
    check("large", BINARY, &large(), &table);
}

#[test]
fn two_fields_are_none() {
    let site = Site::new();
    site.write("a.txt", SMALL);
    let server = site.start(&FULL);
    let fields = range("bytes=0-1") + &range("bytes=3-4");
    let answer = server.connect().ask("GET", "/a.txt", &fields);
    assert_eq!(answer, Answer::file(TEXT, SMALL).ranged().endless());
}

/// Pieces of a file of 3 GB, from beyond what 31 bits can count.
#[test]
fn a_piece_beyond_two_gigabytes_arrives() {
    const LENGTH: u64 = 3_000_000_000;
    let site = Site::new();
    site.write_sparse("huge", LENGTH);
    let server = site.start(&FULL);
    let mut client = server.connect();
    let last = client.ask("GET", "/huge", &range("bytes=-5"));
    assert_eq!(last.status, "HTTP/1.1 206 Partial Content");
    assert_eq!(
        last.field("Content-Range"),
        Some("bytes 2999999995-2999999999/3000000000")
    );
    assert_eq!(last.body, [0; 5]);
    let two = client.ask("GET", "/huge", &range("bytes=2500000000-2500000009,0-1"));
    let text = String::from_utf8(two.body).unwrap();
    let expected = "Content-Range: bytes 2500000000-2500000009/3000000000\r\n\r\n";
    assert!(
        text.contains(&(expected.to_owned() + &"\0".repeat(10))),
        "{text}"
    );
    assert!(text.contains("Content-Range: bytes 0-1/3000000000\r\n\r\n\0\0\r\n--"));
    assert_eq!(client.get("/"), Answer::index().ranged().endless());
}

fn with_if_range(client: &mut Client, target: &str, version: &str) -> Answer {
    let fields = range("bytes=0-1") + &format!("If-Range: {version}\r\n");
    client.ask("GET", target, &fields)
}

#[test]
fn if_range_lets_only_the_version_pass_that_it_names_for_certain() {
    let tag = format!("\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(SMALL));
    let table = [
        (tag.as_str(), true),
        (MODIFIED, true),
        (&format!("W/{tag}"), false),
        ("\"x\"", false),
        (&format!("{tag}, \"x\""), false),
        (tag.trim_matches('"'), false),
        ("*", false),
        ("", false),
        ("Sun, 06 Nov 1994 08:49:38 GMT", false),
        ("Sun, 06 Nov 1994 08:49:36 GMT", false),
        ("Sunday, 06-Nov-94 08:49:37 GMT", false),
        ("Sun, 06 Nov 2044 08:49:37 GMT", false),
        ("yesterday", false),
    ];
    let site = Site::new();
    site.write("a.txt", SMALL);
    let server = site.start(&FULL);
    let mut client = server.connect();
    let whole = || Answer::file(TEXT, SMALL).ranged().endless();
    for (version, passes) in table {
        let expected = if passes {
            Answer::part(TEXT, SMALL, 0, 2).endless()
        } else {
            whole()
        };
        let answer = with_if_range(&mut client, "/a.txt", version);
        assert_eq!(answer, expected, "{version}");
    }
    let twice = range("bytes=0-1") + &format!("If-Range: {tag}\r\n").repeat(2);
    assert_eq!(client.ask("GET", "/a.txt", &twice), whole());
    // Without a Range there is nothing to pass, and what no version has can't be unsatisfiable.
    let alone = format!("If-Range: {tag}\r\n");
    assert_eq!(client.ask("GET", "/a.txt", &alone), whole());
    let beyond = range("bytes=99-") + "If-Range: \"x\"\r\n";
    assert_eq!(client.ask("GET", "/a.txt", &beyond), whole());
    // The date of a file from the future is that of the answer, and proves nothing.
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    set_modified(&site.root("a.txt"), tomorrow);
    let head = client.raw_head("HEAD", "/a.txt", "");
    let date = head.field("Last-Modified").unwrap();
    assert_eq!(
        with_if_range(&mut client, "/a.txt", date),
        whole().modified_now()
    );
    // A weak tag proves nothing either, however it is written.
    site.write_sparse("large", 2 << 20);
    for version in ["W/\"ae1b981bc490a00-200000\"", "\"ae1b981bc490a00-200000\""] {
        let answer = with_if_range(&mut client, "/large", version);
        assert_eq!(answer.status, "HTTP/1.1 200 OK", "{version}");
    }
}
