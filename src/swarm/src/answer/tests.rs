use super::*;

const PROMISE: Head = Head {
    status: 200,
    kept: true,
    promise: Some(10),
};

/// Feeds `input` in pieces of `size` bytes, and returns the heads of the answers.
fn read(input: &str, size: usize) -> Result<Vec<Head>, Garbled> {
    let mut reader = AnswerReader::new();
    let mut heads = Vec::new();
    for piece in input.as_bytes().chunks(size) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (taken, head) = reader.feed(rest)?;
            rest = &rest[taken..];
            heads.extend(head);
        }
    }
    heads.extend(reader.end());
    Ok(heads)
}

fn head(status: u16, kept: bool) -> Head {
    Head {
        status,
        kept,
        promise: None,
    }
}

#[test]
fn answers_end_where_they_end_however_they_are_cut() {
    let kept = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\
                Keep-Alive: max=9, timeout=10\r\n\r\nhello";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n\
                   4\r\nWiki\r\nA;x=1\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
    let table = [
        (kept.to_owned(), vec![PROMISE]),
        (kept.repeat(3), vec![PROMISE; 3]),
        (chunked.repeat(2), vec![head(200, true); 2]),
        (
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n".repeat(2),
            vec![head(304, true); 2],
        ),
        (
            "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n".repeat(2),
            vec![head(404, true); 2],
        ),
        (
            format!("HTTP/1.1 100 Continue\r\n\r\n{kept}"),
            vec![PROMISE],
        ),
        (
            "HTTP/1.1 400 Bad\r\nConnection: close\r\nKeep-Alive: timeout=3\r\n\r\nto the end"
                .to_owned(),
            vec![head(400, false)],
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\nto the end".to_owned(),
            vec![head(200, false)],
        ),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx".to_owned(),
            vec![head(200, false)],
        ),
        (
            "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx".to_owned(),
            vec![head(200, true)],
        ),
        ("HTTP/1.1 200 OK\r\nContent-Le".to_owned(), vec![]),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell".to_owned(),
            vec![],
        ),
    ];
    for (input, heads) in table {
        for size in [1, 2, 3, 7, 20, 61, 10_000] {
            assert_eq!(read(&input, size), Ok(heads.clone()), "{size}: {input}");
        }
    }
}

#[test]
fn bytes_that_are_no_answer_are_garbled() {
    let table = [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    ];
    for input in table {
        assert_eq!(read(input, 1), Err(Garbled), "{input}");
        assert_eq!(read(input, 1000), Err(Garbled), "{input}");
    }
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(HEAD_MAX));
    assert_eq!(read(&endless, 1000), Err(Garbled));
}
