//! Bytes that come in parts, so that nobody need hold all of them.

use std::io::{self, Write};

use super::Protocol;
use super::encoder::{Encoder, Memo, misuse};
use super::frames::FRAME_TARGET;
use crate::error::{Error, Result};
use crate::op::Opcode;

impl<W: Write> Encoder<W> {
    /// `bytes` of this length, which `fill` writes part by part. Below protocol 3, where they are spelled as text, they are
    /// held in memory.
    ///
    /// ```
    /// use unpickle_core::{Encoder, Protocol};
    ///
    /// let mut encoder = Encoder::new(Vec::new(), Protocol::V3)?;
    /// encoder.bytes_in_parts(4, |out| Ok([b"ab", b"cd"].iter().try_for_each(|part| out.write_all(*part))?))?;
    /// assert_eq!(encoder.finish()?, b"\x80\x03C\x04abcdq\0.");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `fill` fails, or writes more or fewer bytes than were said.
    pub fn bytes_in_parts(
        &mut self,
        len: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<Memo> {
        if self.protocol < Protocol::V3 || len < FRAME_TARGET as u64 {
            return self.bytes(&gathered(len, fill)?);
        }
        match u32::try_from(len) {
            Ok(len) => self.in_parts(Opcode::BinBytes, &len.to_le_bytes(), len.into(), fill),
            Err(_) if self.protocol < Protocol::V4 => {
                Err(Error::limit("a bytes object of more than 4 GiB needs protocol 4 or higher"))
            }
            Err(_) => self.in_parts(Opcode::BinBytes8, &len.to_le_bytes(), len, fill),
        }
    }

    /// A `bytearray`, as [`bytes_in_parts`](Encoder::bytes_in_parts) does it. Below protocol 5 it is held in memory.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn bytearray_in_parts(
        &mut self,
        len: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<Memo> {
        if self.protocol < Protocol::V5 || len < FRAME_TARGET as u64 {
            return self.bytearray(&gathered(len, fill)?);
        }
        self.in_parts(Opcode::ByteArray8, &len.to_le_bytes(), len, fill)
    }

    fn in_parts(
        &mut self,
        opcode: Opcode,
        length: &[u8],
        len: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<Memo> {
        self.enter()?;
        let mut header = vec![opcode as u8];
        header.extend_from_slice(length);
        let mut out = Counted { out: self.out.beside(&header)?, left: len };
        fill(&mut out)?;
        if out.left > 0 {
            return Err(misuse(format!("{} of {len} bytes are missing", out.left)));
        }
        let memo = self.remember()?;
        self.leave()?;
        Ok(memo)
    }
}

/// All of it, in memory.
fn gathered(len: u64, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<Vec<u8>> {
    let mut out = Counted { out: Vec::new(), left: len };
    fill(&mut out)?;
    if out.left > 0 {
        return Err(misuse(format!("{} of {len} bytes are missing", out.left)));
    }
    Ok(out.out)
}

/// Lets so many bytes through and no more.
struct Counted<W> {
    out: W,
    left: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(io::Error::other("more bytes than were said"));
        }
        let written = self.out.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
