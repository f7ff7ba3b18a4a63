//! Copies out of an [`NdArray`]: dense, in logical order, in this machine's byte order.

use std::ops::Range;

use unpickle_core::{Error, Result};

use crate::array::{Data, NdArray};
use crate::dtype_display::{Brief, Shape};
use crate::element::Element;
use crate::objects::Objects;

impl<'p> NdArray<'p> {
    /// Appends the elements of a logical range to `out`.
    ///
    /// The dtype must be exactly `T`'s, see [`Element`]. Dense little-endian elements are a copy of memory, others
    /// are gathered and swapped.
    ///
    /// ```
    /// # use unpickle_core::Pickle;
    /// # use unpickle_numpy::NdArray;
    /// // pickle.dumps(numpy.array([1, 258], '>i2'), 5)
    /// let pickle = Pickle::parse(b"\x80\x05\x95h\0\0\0\0\0\0\0\x8c\x13numpy._core.numeric\x8c\x0b_frombuffer\x93(\x96\x04\0\0\0\0\0\0\0\
    ///     \0\x01\x01\x02\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02i2\x89\x88\x87R(K\x03\x8c\x01>NNNJ\xff\xff\xff\
    ///     \xffJ\xff\xff\xff\xffK\0tbK\x02\x85\x8c\x01CtR.")?;
    /// let array: NdArray = pickle.root().extract()?;
    /// let mut out = vec![0];
    /// array.copy_native::<i16>(0..2, &mut out)?;
    /// assert_eq!(out, [0, 1, 258]);
    /// assert_eq!(
    ///     array.copy_native::<f64>(0..2, &mut Vec::new()).unwrap_err().to_string(),
    ///     "expected a numpy array of float64, found one of >i2 and shape (2,) at byte 113",
    /// );
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    pub fn copy_native<T: Element>(&self, range: Range<usize>, out: &mut Vec<T>) -> Result<()> {
        self.check::<T>()?;
        if range.start > range.end || range.end > self.len() {
            return Err(self.out_of(range));
        }
        let bytes = match self.data() {
            Data::Raw(bytes) => *bytes,
            Data::List(_) => return self.copy_objects(range, out),
        };
        let big_endian = self.dtype().is_big_endian();
        let out_of_range = range.clone();
        out.reserve(range.len());
        let copied = self.layout().runs(range, |at, count, stride| {
            match usize::try_from(stride) {
                Ok(stride) if stride == T::SIZE || count == 1 => {
                    T::dense(bytes.get(at..at.checked_add(count.checked_mul(T::SIZE)?)?)?, big_endian, out);
                }
                // Elements apart from each other: the row of a block that is stored by columns, a field of a
                // structure.
                Ok(stride) if stride > T::SIZE => {
                    let last = stride.checked_mul(count.checked_sub(1)?)?;
                    let end = at.checked_add(last)?.checked_add(T::SIZE)?;
                    T::strided(bytes.get(at..end)?, stride, count, big_endian, out);
                }
                _ => {
                    for i in 0..count {
                        let at = at.checked_add_signed(stride.checked_mul(isize::try_from(i).ok()?)?)?;
                        T::dense(bytes.get(at..at.checked_add(T::SIZE)?)?, big_endian, out);
                    }
                }
            }
            Some(())
        });
        copied.ok_or_else(|| self.out_of(out_of_range))
    }

    /// Appends the bytes of the elements of a logical range, in the dtype's byte order and without gaps between
    /// them.
    pub fn copy_bytes(&self, range: Range<usize>, out: &mut Vec<u8>) -> Result<()> {
        let Data::Raw(bytes) = *self.data() else {
            let message = format!("expected a numpy array of bytes, found one of {}", Brief(self.dtype()));
            return Err(Error::invalid(self.origin(), message));
        };
        if range.start > range.end || range.end > self.len() {
            return Err(self.out_of(range));
        }
        let (out_of_range, step) = (range.clone(), self.dtype().itemsize());
        out.reserve(range.len().saturating_mul(step));
        let copied = self.layout().runs(range, |at, count, stride| {
            if usize::try_from(stride) == Ok(step) {
                out.extend_from_slice(bytes.get(at..at.checked_add(count.checked_mul(step)?)?)?);
                return Some(());
            }
            if let Ok(stride) = usize::try_from(stride)
                && stride > step
            {
                let last = stride.checked_mul(count.checked_sub(1)?)?;
                let cells = bytes.get(at..at.checked_add(last)?.checked_add(step)?)?;
                match step {
                    1 => return apart::<1>(cells, stride, count, out),
                    2 => return apart::<2>(cells, stride, count, out),
                    4 => return apart::<4>(cells, stride, count, out),
                    8 => return apart::<8>(cells, stride, count, out),
                    16 => return apart::<16>(cells, stride, count, out),
                    _ => {}
                }
            }
            for i in 0..count {
                let at = at.checked_add_signed(stride.checked_mul(isize::try_from(i).ok()?)?)?;
                out.extend_from_slice(bytes.get(at..at.checked_add(step)?)?);
            }
            Some(())
        });
        copied.ok_or_else(|| self.out_of(out_of_range))
    }

    /// Calls `each` with the bytes of every element of a logical range, one after the other: for text and bytes.
    pub fn for_each_element(&self, range: Range<usize>, mut each: impl FnMut(&'p [u8])) -> Result<()> {
        let Data::Raw(bytes) = *self.data() else {
            let message = format!("expected a numpy array of bytes, found one of {}", Brief(self.dtype()));
            return Err(Error::invalid(self.origin(), message));
        };
        if range.start > range.end || range.end > self.len() {
            return Err(self.out_of(range));
        }
        let (out_of_range, step) = (range.clone(), self.dtype().itemsize());
        let walked = self.layout().runs(range, |at, count, stride| {
            for i in 0..count {
                let at = at.checked_add_signed(stride.checked_mul(isize::try_from(i).ok()?)?)?;
                each(bytes.get(at..at.checked_add(step)?)?);
            }
            Some(())
        });
        walked.ok_or_else(|| self.out_of(out_of_range))
    }

    /// The fields of structured cells that hold objects are Python numbers.
    fn copy_objects<T: Element>(&self, range: Range<usize>, out: &mut Vec<T>) -> Result<()> {
        let expected = range.len();
        let before = out.len();
        let objects = self.objects();
        for value in objects.iter().flat_map(|objects: &Objects<'p>| objects.range(range.clone())) {
            match T::from_value(value) {
                Some(number) => out.push(number),
                None => return Err(Error::data(value, T::NAME)),
            }
        }
        if out.len() - before == expected {
            Ok(())
        } else {
            Err(Error::invalid(self.origin(), "a structured numpy array whose elements are no tuples"))
        }
    }

    /// Whether the elements are read as `T`, or an error that says what they are.
    pub(crate) fn check<T: Element>(&self) -> Result<()> {
        if T::accepts(self.dtype()) {
            return Ok(());
        }
        let message = format!(
            "expected a numpy array of {}, found one of {} and shape {}",
            T::NAME,
            Brief(self.dtype()),
            Shape(self.shape())
        );
        Err(Error::invalid(self.origin(), message))
    }
}

/// Appends `count` elements of `N` bytes that begin at multiples of `stride`.
fn apart<const N: usize>(bytes: &[u8], stride: usize, count: usize, out: &mut Vec<u8>) -> Option<()> {
    let before = out.len();
    out.resize(before.checked_add(count.checked_mul(N)?)?, 0);
    let (places, _) = out.get_mut(before..)?.as_chunks_mut::<N>();
    for (place, element) in places.iter_mut().zip(bytes.chunks(stride)) {
        *place = *element.first_chunk()?;
    }
    Some(())
}
