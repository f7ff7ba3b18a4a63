//! The bytes of a pickle on their way out: frames of protocol 4, buffering, large data passed through.

use std::io::Write;

use crate::error::Result;
use crate::op::Opcode;

/// How long a frame may get before the next value begins another. CPython's own figure, as the next.
pub(super) const FRAME_TARGET: usize = 64 * 1024;

/// A shorter frame is written without its opcode.
const FRAME_MIN: usize = 4;

/// The opcode FRAME and its length.
const FRAME_HEADER: usize = 9;

/// A writer that puts what it gets into frames, as CPython's pickler does from protocol 4 on.
pub(super) struct Frames<W> {
    out: W,
    /// With frames: the one that is open, from its header on.
    buffer: Vec<u8>,
    /// Whether there are frames: then one is always open, perhaps with nothing in it.
    framing: bool,
}

impl<W: Write> Frames<W> {
    pub(super) fn new(out: W) -> Frames<W> {
        Frames { out, buffer: Vec::with_capacity(FRAME_TARGET + 1024), framing: false }
    }

    /// What comes from here on comes in frames.
    pub(super) fn start_framing(&mut self) -> Result<()> {
        self.flush()?;
        self.framing = true;
        self.open();
        Ok(())
    }

    /// Where the next bytes go.
    #[inline(always)]
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    #[inline(always)]
    pub(super) fn op(&mut self, opcode: Opcode) {
        self.bytes().push(opcode as u8);
    }

    /// A value begins: here a frame may end.
    #[inline(always)]
    pub(super) fn boundary(&mut self) -> Result<()> {
        if self.buffer.len() >= FRAME_TARGET + FRAME_HEADER { self.commit() } else { Ok(()) }
    }

    /// How many bytes there may be before [`boundary`](Frames::boundary) ends the frame.
    pub(super) fn room(&self) -> usize {
        (FRAME_TARGET + FRAME_HEADER).saturating_sub(self.buffer.len())
    }

    /// A value whose data may be large: then it stands outside the frames and is not copied.
    pub(super) fn data(&mut self, header: &[u8], data: &[u8]) -> Result<()> {
        if data.len() < FRAME_TARGET {
            let bytes = self.bytes();
            bytes.extend_from_slice(header);
            bytes.extend_from_slice(data);
            return Ok(());
        }
        self.beside(header)?.write_all(data)?;
        Ok(())
    }

    /// Writes the header of data that stands outside the frames; the data go to the writer given back.
    pub(super) fn beside(&mut self, header: &[u8]) -> Result<&mut W> {
        self.commit()?;
        self.out.write_all(header)?;
        Ok(&mut self.out)
    }

    fn open(&mut self) {
        self.buffer.extend_from_slice(&[0; FRAME_HEADER]);
    }

    /// Ends the frame, and begins another.
    #[cold]
    pub(super) fn commit(&mut self) -> Result<()> {
        self.close()?;
        if self.framing {
            self.open();
        }
        Ok(())
    }

    /// Ends the frame: one that is too short, or empty, has no header.
    fn close(&mut self) -> Result<()> {
        if self.framing {
            let len = self.buffer.len() - FRAME_HEADER;
            if len < FRAME_MIN {
                self.buffer.drain(..FRAME_HEADER);
            } else if let Some(header) = self.buffer.first_chunk_mut::<FRAME_HEADER>() {
                header[0] = Opcode::Frame as u8;
                header[1..].copy_from_slice(&(len as u64).to_le_bytes());
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Ends the last frame and gives back the writer, flushed.
    pub(super) fn finish(mut self) -> Result<W> {
        self.close()?;
        self.out.flush()?;
        Ok(self.out)
    }
}
