//! Bytes from a server → answers: as much of HTTP/1.1 as is needed to find where an answer ends.

mod chunks;

use self::chunks::Chunks;

/// No sane server sends a longer head.
const HEAD_MAX: usize = 64 * 1024;

/// More header fields than any server has been seen to send.
const FIELDS_MAX: usize = 100;

/// What is kept of an answer's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// Whether the connection persists after it (RFC 9112, 9.3).
    pub kept: bool,
    /// The idle time that it promises, in seconds: `Keep-Alive: timeout=N` (RFC 2068, 19.7.1.1).
    pub promise: Option<u16>,
}

/// The bytes are not an HTTP/1.1 answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Garbled;

/// Parses one answer after the other. Owns heap memory only while a head is incomplete.
#[derive(Debug)]
pub struct AnswerReader {
    state: State,
}

#[derive(Debug)]
enum State {
    /// In a head, of which these bytes have arrived. Almost always none: heads arrive in one piece.
    Head(Vec<u8>),
    /// In a body, of which this number of bytes is missing.
    Sized(Head, u64),
    /// In a chunked body.
    Chunked(Head, Chunks),
    /// In a body that ends with the connection.
    UntilClose(Head),
}

/// How the body ends that follows a head (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Sized(u64),
    Chunked,
    UntilClose,
}

impl AnswerReader {
    /// Expects the head of a first answer.
    pub fn new() -> Self {
        Self {
            state: State::Head(Vec::new()),
        }
    }

    /// Takes bytes from the front of `input`. Returns how many, and the head of the answer that
    /// ended there, if one did. If none did, all of `input` has been taken.
    pub fn feed(&mut self, input: &[u8]) -> Result<(usize, Option<Head>), Garbled> {
        let mut taken = 0;
        loop {
            let rest = &input[taken..];
            let (count, ended) = match &mut self.state {
                State::Head(partial) => match parse_head(partial, rest)? {
                    None => return Ok((input.len(), None)),
                    // Interim answers are followed by the real one (RFC 9110, 15.2).
                    Some((count, head, _)) if head.status < 200 => {
                        self.state = State::Head(Vec::new());
                        (count, None)
                    }
                    Some((count, head, framing)) => {
                        self.state = State::after(head, framing);
                        (count, None)
                    }
                },
                State::Sized(head, left) => {
                    let count = usize::try_from(*left).map_or(rest.len(), |l| l.min(rest.len()));
                    *left -= count as u64;
                    (count, (*left == 0).then_some(*head))
                }
                State::Chunked(head, chunks) => {
                    let (count, is_over) = chunks.feed(rest)?;
                    (count, is_over.then_some(*head))
                }
                State::UntilClose(_) => (rest.len(), None),
            };
            taken += count;
            if ended.is_some() {
                self.state = State::Head(Vec::new());
                return Ok((taken, ended));
            }
            if taken == input.len() && !self.is_at_an_empty_body() {
                return Ok((taken, None));
            }
        }
    }

    /// A body of no bytes ends without another byte.
    fn is_at_an_empty_body(&self) -> bool {
        matches!(self.state, State::Sized(_, 0))
    }

    /// The head of the answer that is complete because the connection has ended.
    pub fn end(&self) -> Option<Head> {
        match self.state {
            State::UntilClose(head) => Some(head),
            _ => None,
        }
    }
}

impl State {
    fn after(head: Head, framing: Framing) -> Self {
        match framing {
            Framing::Sized(length) => Self::Sized(head, length),
            Framing::Chunked => Self::Chunked(head, Chunks::new()),
            Framing::UntilClose => Self::UntilClose(head),
        }
    }
}

/// Parses a head that begins with `partial` and goes on with `input`. Returns how many bytes of
/// `input` belong to it. Keeps an incomplete head in `partial`.
fn parse_head(
    partial: &mut Vec<u8>,
    input: &[u8],
) -> Result<Option<(usize, Head, Framing)>, Garbled> {
    let before = partial.len();
    if before > 0 {
        partial.extend_from_slice(input);
    }
    let bytes = if before > 0 { &partial[..] } else { input };
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => {
            let (head, framing) = read_head(&response)?;
            Ok(Some((length - before, head, framing)))
        }
        Ok(httparse::Status::Partial) if bytes.len() <= HEAD_MAX => {
            if before == 0 {
                partial.extend_from_slice(input);
            }
            Ok(None)
        }
        Ok(httparse::Status::Partial) | Err(_) => Err(Garbled),
    }
}

fn read_head(response: &httparse::Response) -> Result<(Head, Framing), Garbled> {
    let status = response.code.ok_or(Garbled)?;
    let mut kept = response.version == Some(1);
    let mut promise = None;
    // Without a length and without chunks the body lasts until the end of the connection.
    let mut framing = Framing::UntilClose;
    for field in response.headers.iter() {
        let value = std::str::from_utf8(field.value).unwrap_or_default();
        let mut items = value.split(',').map(str::trim);
        match field.name.to_ascii_lowercase().as_str() {
            "connection" => kept = keeps(kept, items),
            "keep-alive" => promise = items.find_map(timeout).or(promise),
            "transfer-encoding" => framing = Framing::Chunked,
            // Chunks outrank a length (RFC 9112, 6.3, rule 3).
            "content-length" if framing != Framing::Chunked => {
                framing = Framing::Sized(value.trim().parse().map_err(|_| Garbled)?);
            }
            _ => {}
        }
    }
    // Answers with these statuses have no body, whatever their fields say.
    if status < 200 || status == 204 || status == 304 {
        framing = Framing::Sized(0);
    }
    let kept = kept && framing != Framing::UntilClose;
    let head = Head {
        status,
        kept,
        promise: promise.filter(|_| kept),
    };
    Ok((head, framing))
}

fn keeps<'a>(before: bool, items: impl Iterator<Item = &'a str>) -> bool {
    items.fold(before, |kept, item| {
        (kept || item.eq_ignore_ascii_case("keep-alive")) && !item.eq_ignore_ascii_case("close")
    })
}

/// Parses `timeout=N`.
fn timeout(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
    value.trim().parse().ok().filter(|_| is_timeout)
}

#[cfg(test)]
mod tests;
