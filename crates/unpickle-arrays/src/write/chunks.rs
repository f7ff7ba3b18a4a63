//! Bytes on their way to the sink: small ones gathered, large ones straight through.

use std::io::Write;
use std::ops::Range;

use unpickle_core::{Error, Result};
use unpickle_numpy::{DtypeKind, NdArray};

use super::gather;

/// Bytes gathered before they go to the sink.
const CHUNK: usize = 256 << 10;

/// Bytes of rows that are gathered at once: so many that lines of a cache are used up, so few that they fit into one.
const ROWS: usize = 2 << 20;

/// Gathers small pieces.
pub(crate) struct Chunks<'w> {
    sink: &'w mut dyn Write,
    buffer: Vec<u8>,
}

impl<'w> Chunks<'w> {
    pub(crate) fn new(sink: &'w mut dyn Write) -> Chunks<'w> {
        Chunks { sink, buffer: Vec::new() }
    }

    /// Writes bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.len() >= CHUNK {
            self.finish()?;
            return Ok(self.sink.write_all(bytes)?);
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK { self.finish() } else { Ok(()) }
    }

    /// Writes so many zeros.
    pub(crate) fn zeros(&mut self, count: usize) -> Result<()> {
        const ZEROS: [u8; 4096] = [0; 4096];
        let mut left = count;
        while let Some(zeros) = ZEROS.get(..left.min(ZEROS.len())).filter(|zeros| !zeros.is_empty()) {
            self.push(zeros)?;
            left -= zeros.len();
        }
        Ok(())
    }

    /// Writes the elements of an array of bytes in logical order: from where they are if they lie so.
    pub(crate) fn elements(&mut self, array: &NdArray<'_>, little_endian: bool) -> Result<()> {
        let swapped = little_endian && array.dtype().is_big_endian();
        if !swapped && let Some(bytes) = array.as_contiguous() {
            return self.push(bytes);
        }
        let size = number_size(array);
        let turned = array.ndim() > 1 && !array.is_empty() && array.as_contiguous().is_none();
        if turned && gather::knows(array.dtype().itemsize()) {
            return self.rows(array, swapped.then_some(size));
        }
        self.stretches(array, |range, out| {
            array.copy_bytes(range, out)?;
            if swapped {
                swap(out, size);
            }
            Ok(())
        })
    }

    /// The same of an array of several axes: some rows of the first axis at a time, or a row at a time as an array of its
    /// own if it is long. There are no more axes than numpy allows, so neither are there calls in each other.
    fn rows(&mut self, array: &NdArray<'_>, swapped: Option<usize>) -> Result<()> {
        let Some((&rows, inner)) = array.shape().split_first() else { return Ok(()) };
        let row = inner.iter().product::<usize>().saturating_mul(array.dtype().itemsize());
        if row > ROWS {
            return (0..rows).try_for_each(|i| self.elements(&array.row(i)?, swapped.is_some()));
        }
        let step = ROWS.checked_div(row).unwrap_or(rows).max(1);
        let mut start = 0_usize;
        while start < rows {
            self.finish()?;
            let end = start.saturating_add(step).min(rows);
            gather::rows(array, start..end, &mut self.buffer)
                .ok_or_else(|| Error::invalid(array.origin(), "an array whose strides leave its bytes"))?;
            if let Some(size) = swapped {
                swap(&mut self.buffer, size);
            }
            start = end;
        }
        Ok(())
    }

    /// Writes narrow floats as little-endian `float32`.
    pub(crate) fn floats(&mut self, array: &NdArray<'_>) -> Result<()> {
        let mut numbers = Vec::new();
        self.stretches(array, |range, out| {
            numbers.clear();
            array.copy_f32(range, &mut numbers)?;
            out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            Ok(())
        })
    }

    /// Writes complex numbers as little-endian pairs of `float32`.
    pub(crate) fn complex(&mut self, array: &NdArray<'_>) -> Result<()> {
        let mut numbers = Vec::new();
        self.stretches(array, |range, out| {
            numbers.clear();
            array.copy_complex64(range, &mut numbers)?;
            for number in &numbers {
                out.extend_from_slice(&number.re.to_le_bytes());
                out.extend_from_slice(&number.im.to_le_bytes());
            }
            Ok(())
        })
    }

    /// Writes what `convert` appends for ranges of elements that follow each other.
    fn stretches(
        &mut self,
        array: &NdArray<'_>,
        mut convert: impl FnMut(Range<usize>, &mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let step = CHUNK.checked_div(array.dtype().itemsize()).unwrap_or(CHUNK).max(1);
        let mut start = 0_usize;
        while start < array.len() {
            self.finish()?;
            let end = start.saturating_add(step).min(array.len());
            convert(start..end, &mut self.buffer)?;
            start = end;
        }
        Ok(())
    }

    /// Writes what is gathered.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.sink.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// Bytes of the numbers that an element is made of.
fn number_size(array: &NdArray<'_>) -> usize {
    let itemsize = array.dtype().itemsize();
    match array.dtype().kind() {
        DtypeKind::Complex(_) | DtypeKind::ComplexHalf | DtypeKind::ComplexLongDouble(_) => itemsize / 2,
        DtypeKind::Str => 4,
        _ => itemsize,
    }
}

/// Reverses the bytes of each number.
fn swap(bytes: &mut [u8], size: usize) {
    match size {
        2 => swap_each::<2>(bytes),
        4 => swap_each::<4>(bytes),
        8 => swap_each::<8>(bytes),
        size => bytes.chunks_exact_mut(size.max(1)).for_each(<[u8]>::reverse),
    }
}

/// Of a size that the compiler knows: several times as quick.
fn swap_each<const SIZE: usize>(bytes: &mut [u8]) {
    bytes.as_chunks_mut::<SIZE>().0.iter_mut().for_each(|number| number.reverse());
}
