//! Finds the end of a chunked body (RFC 9112, 7.1); the content is discarded.

use super::Garbled;

/// How far a chunked body has been read.
#[derive(Debug)]
pub(super) enum Chunks {
    /// In the hexadecimal length.
    Length(u64),
    /// After the length, up to the end of its line.
    Extension(u64),
    /// In the data, and then in its line end.
    Data(u64),
    /// In the lines after the last chunk; the number of bytes of the current one.
    Trailer(u64),
}

/// A chunk's data is followed by CR LF.
const LINE_END: u64 = 2;

impl Chunks {
    pub(super) fn new() -> Self {
        Self::Length(0)
    }

    /// Takes bytes from the front of `input`. Returns how many, and whether the body has ended.
    pub(super) fn feed(&mut self, input: &[u8]) -> Result<(usize, bool), Garbled> {
        let mut taken = 0;
        while let Some(&byte) = input.get(taken) {
            if let Self::Data(left) = self {
                let count = usize::try_from(*left).unwrap_or(usize::MAX);
                let count = count.min(input.len() - taken);
                taken += count;
                *left -= count as u64;
                if *left == 0 {
                    *self = Self::Length(0);
                }
                continue;
            }
            taken += 1;
            if self.step(byte)? {
                return Ok((taken, true));
            }
        }
        Ok((taken, false))
    }

    /// Handles a byte outside the data. Returns whether it ends the body.
    fn step(&mut self, byte: u8) -> Result<bool, Garbled> {
        *self = match (&*self, byte) {
            (Self::Length(length) | Self::Extension(length), b'\n') => match *length {
                0 => Self::Trailer(0),
                length => Self::Data(length.checked_add(LINE_END).ok_or(Garbled)?),
            },
            (Self::Length(length), _) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).ok_or(Garbled)?;
                let longer = length.checked_mul(16).ok_or(Garbled)?;
                Self::Length(longer + u64::from(digit))
            }
            (Self::Length(length), b';' | b' ' | b'\t' | b'\r') | (Self::Extension(length), _) => {
                Self::Extension(*length)
            }
            (Self::Trailer(0), b'\n') => return Ok(true),
            (Self::Trailer(_), b'\n') => Self::Trailer(0),
            (Self::Trailer(count), b'\r') => Self::Trailer(*count),
            (Self::Trailer(count), _) => Self::Trailer(count + 1),
            (Self::Length(_) | Self::Data(_), _) => return Err(Garbled),
        };
        Ok(false)
    }
}
