//! Elements that lie in another order than they are written in: gathered tile by tile.
//!
//! Taken one by one in the order of the file, each element of a column-major matrix costs a line of the cache, of which the
//! other elements are thrown away. In tiles of two axes – the one along which memory runs, and the last – all of a line is
//! used while it is there.

use std::ops::Range;

use unpickle_numpy::NdArray;

/// Elements of a tile along each of its axes: 32 lines of 64 bytes, for elements of 2 bytes and more.
const TILE: usize = 32;

/// Appends the rows of a range of the first axis in row-major order; `None` if the array has no bytes, or they are too few.
pub(super) fn rows(array: &NdArray<'_>, rows: Range<usize>, out: &mut Vec<u8>) -> Option<()> {
    let array = array.slice(rows).ok()?;
    let start = out.len();
    let size = array.dtype().itemsize();
    out.resize(start.checked_add(array.len().checked_mul(size)?)?, 0);
    let out = out.get_mut(start..)?;
    match size {
        1 => Gather::<1>::new(&array)?.run(out),
        2 => Gather::<2>::new(&array)?.run(out),
        4 => Gather::<4>::new(&array)?.run(out),
        8 => Gather::<8>::new(&array)?.run(out),
        16 => Gather::<16>::new(&array)?.run(out),
        _ => None,
    }
}

/// Whether [`rows`] knows elements of this size.
pub(super) fn knows(size: usize) -> bool {
    matches!(size, 1 | 2 | 4 | 8 | 16)
}

/// An axis, with its steps in bytes.
#[derive(Clone, Copy)]
struct Axis {
    len: usize,
    from: isize,
    to: usize,
}

struct Gather<'p, const SIZE: usize> {
    bytes: &'p [u8],
    offset: usize,
    /// The axes of a tile: where memory runs, and the last.
    tile: [Axis; 2],
    others: Vec<Axis>,
}

impl<'p, const SIZE: usize> Gather<'p, SIZE> {
    fn new(array: &NdArray<'p>) -> Option<Gather<'p, SIZE>> {
        let raw = array.raw()?;
        let mut to = SIZE;
        let mut axes: Vec<Axis> = Vec::with_capacity(array.ndim());
        for (&len, &from) in array.shape().iter().zip(raw.strides).rev() {
            axes.push(Axis { len, from, to });
            to = to.checked_mul(len.max(1))?;
        }
        // From the last axis to the first, now.
        let one = Axis { len: 1, from: 0, to: 0 };
        let last = if axes.is_empty() { one } else { axes.remove(0) };
        let runs = (0..axes.len()).filter(|&i| axes.get(i).is_some_and(|axis| axis.len > 1));
        let runs = runs.min_by_key(|&i| axes.get(i).map_or(0, |axis| axis.from.unsigned_abs()));
        let along = runs.map_or(one, |i| axes.remove(i));
        Some(Gather { bytes: raw.bytes, offset: raw.offset, tile: [along, last], others: axes })
    }

    fn run(&self, out: &mut [u8]) -> Option<()> {
        if out.is_empty() {
            return Some(());
        }
        let mut place = vec![0_usize; self.others.len()];
        loop {
            let (mut from, mut to) = (self.offset, 0_usize);
            for (&i, axis) in place.iter().zip(&self.others) {
                from = step(from, axis.from, i)?;
                to = to.checked_add(axis.to.checked_mul(i)?)?;
            }
            self.plane(from, to, out)?;
            // The next place of the other axes, the last fastest.
            let mut carried = true;
            for (i, axis) in place.iter_mut().zip(&self.others) {
                *i += 1;
                carried = *i >= axis.len;
                if !carried {
                    break;
                }
                *i = 0;
            }
            if carried {
                return Some(());
            }
        }
    }

    /// All elements of the two axes, tile by tile.
    fn plane(&self, from: usize, to: usize, out: &mut [u8]) -> Option<()> {
        let [along, last] = self.tile;
        for a in (0..along.len).step_by(TILE) {
            for b in (0..last.len).step_by(TILE) {
                for i in a..along.len.min(a + TILE) {
                    let from = step(from, along.from, i)?;
                    let to =
                        to.checked_add(along.to.checked_mul(i)?)?.checked_add(last.to.checked_mul(b)?)?;
                    let row = out.get_mut(to..)?.as_chunks_mut::<SIZE>().0;
                    for (j, cell) in (b..last.len.min(b + TILE)).zip(row) {
                        let at = step(from, last.from, j)?;
                        *cell = *self.bytes.get(at..)?.first_chunk()?;
                    }
                }
            }
        }
        Some(())
    }
}

/// So many steps on.
fn step(from: usize, stride: isize, steps: usize) -> Option<usize> {
    from.checked_add_signed(stride.checked_mul(isize::try_from(steps).ok()?)?)
}

#[cfg(test)]
mod tests {
    use unpickle_core::Pickle;
    use unpickle_numpy::Dtype;

    use super::*;

    #[test]
    fn any_order_is_gathered_as_it_is_copied_one_by_one() {
        let pickle = Pickle::parse(&b"N."[..]).unwrap();
        let bytes: Vec<u8> = (0..70 * 33 * 3 * 4 * 2).map(|i| (i % 251) as u8).collect();
        let array = |dtype: Dtype, shape: &[usize]| {
            let size: usize = shape.iter().product::<usize>() * dtype.itemsize();
            NdArray::from_bytes(pickle.root(), dtype, shape, &bytes[..size]).unwrap()
        };
        for dtype in [Dtype::int(1), Dtype::int(2), Dtype::float(4), Dtype::float(8), Dtype::complex(16)] {
            let small = array(dtype.clone(), &[5, 33, 2]);
            for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                let turned = small.permuted(&axes).unwrap();
                let (mut expected, mut found) = (Vec::new(), vec![9]);
                turned.copy_bytes(0..turned.len(), &mut expected).unwrap();
                rows(&turned, 0..1, &mut found).unwrap();
                rows(&turned, 1..turned.shape()[0], &mut found).unwrap();
                assert_eq!((found[0], &found[1..]), (9, &expected[..]), "{axes:?}");
            }
        }
        let matrix = array(Dtype::float(4), &[70, 33]).transposed();
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        matrix.copy_bytes(0..matrix.len(), &mut expected).unwrap();
        rows(&matrix, 0..33, &mut found).unwrap();
        assert_eq!(found, expected);
        for shape in [&[0, 3][..], &[3, 0], &[1]] {
            let (few, mut found) = (array(Dtype::int(2), shape), Vec::new());
            rows(&few, 0..shape[0], &mut found).unwrap();
            assert_eq!(found.len(), few.len() * 2);
        }
    }

    #[test]
    fn strides_of_nothing_and_backwards_are_followed() {
        let pickle = Pickle::parse(&b"N."[..]).unwrap();
        let strided = |shape: &[usize], strides: &[isize], offset| {
            let array = NdArray::strided(pickle.root(), Dtype::int(1), shape, strides, offset, b"abcdef");
            let mut out = Vec::new();
            rows(&array.unwrap(), 0..shape[0], &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(strided(&[2, 3], &[0, 1], 1), "bcdbcd");
        assert_eq!(strided(&[3, 2], &[1, 0], 0), "aabbcc");
        assert_eq!(strided(&[2, 3], &[-3, -1], 5), "fedcba");
    }
}
