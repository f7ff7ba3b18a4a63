//! Shape and strides: where the elements of an array are.

use std::ops::Range;

use crate::few::Few;

/// Most axes: numpy's own bound.
pub(crate) const MAX_AXES: usize = 64;
/// Most elements of zero bytes each. No byte of the file pays for them, so a few bytes could claim any number.
pub(crate) const MAX_EMPTY: usize = 1 << 20;

/// The most that the other axes of an array without elements may make: no byte pays for rows without columns.
const MAX_ROWS_OF_NOTHING: usize = 1 << 31;

/// Which way the elements of the stored bytes run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last axis fastest.
    C,
    /// The first axis fastest.
    F,
}

/// Shape, strides and start. The unit of strides and start is a byte for raw arrays, a cell for lists of objects.
///
/// Made by [`Layout::new`], which checks that no product overflows; so sums of strides within the shape do not
/// either, and a start plus such a sum stays within the data.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) shape: Few<usize>,
    pub(crate) strides: Few<isize>,
    pub(crate) start: usize,
    /// The product of the shape.
    pub(crate) len: usize,
    /// From one element to the next when they are dense.
    pub(crate) step: usize,
}

impl Layout {
    /// Dense elements of `step` each; `None` when there are more than memory could hold.
    pub(crate) fn new(shape: Few<usize>, step: usize, order: Order) -> Option<Layout> {
        if let [len] = *shape.as_slice() {
            isize::try_from(step.max(1).checked_mul(len)?).ok()?;
            let strides = Few::one(isize::try_from(step).ok()?);
            return Some(Layout { shape, strides, start: 0, len, step });
        }
        // Axes of zero count as one, so that the strides of an empty array do not overflow either.
        let extent =
            shape.as_slice().iter().try_fold(step.max(1), |size, &len| size.checked_mul(len.max(1)))?;
        isize::try_from(extent).ok()?;
        let len = shape.as_slice().iter().product();
        if len == 0 && extent / step.max(1) > MAX_ROWS_OF_NOTHING {
            return None;
        }
        let mut stride = isize::try_from(step).ok()?;
        let mut next = |&len: &usize| {
            let this = stride;
            stride = stride.saturating_mul(isize::try_from(len.max(1)).unwrap_or(isize::MAX));
            this
        };
        let strides = match order {
            Order::F => shape.as_slice().iter().map(next).collect(),
            Order::C => {
                let mut strides: Few<isize> = shape.as_slice().iter().rev().map(&mut next).collect();
                strides.as_mut_slice().reverse();
                strides
            }
        };
        Some(Layout { shape, strides, start: 0, len, step })
    }

    /// Strides and offset count elements. `None` if an element would not be within `bytes`, or if there are more
    /// elements than a stride of 0 may make of few bytes.
    pub(crate) fn strided(
        shape: &[usize],
        strides: &[isize],
        offset: usize,
        step: usize,
        bytes: usize,
    ) -> Option<Layout> {
        if shape.len() != strides.len() || shape.len() > MAX_AXES {
            return None;
        }
        let start = offset.checked_mul(step)?;
        let size = isize::try_from(step).ok()?;
        let strides: Option<Few<isize>> = strides.iter().map(|stride| stride.checked_mul(size)).collect();
        let strides = strides?;
        let len = shape.iter().try_fold(1_usize, |len, &axis| len.checked_mul(axis.max(1)))?;
        // What it takes when dense must be a number of bytes, even if it is never made.
        isize::try_from(len.checked_mul(step.max(1))?).ok()?;
        if shape.contains(&0) {
            let start = start.min(bytes);
            return Some(Layout { shape: shape.iter().copied().collect(), strides, start, len: 0, step });
        }
        let (mut first, mut last) = (start, start);
        for (&axis, &stride) in shape.iter().zip(strides.as_slice()) {
            let reach = stride.checked_mul(isize::try_from(axis.checked_sub(1)?).ok()?)?;
            if reach < 0 {
                first = first.checked_add_signed(reach)?;
            } else {
                last = last.checked_add_signed(reach)?;
            }
        }
        let within = last.checked_add(step)? <= bytes && first <= last;
        within.then(|| Layout { shape: shape.iter().copied().collect(), strides, start, len, step })
    }

    pub(crate) fn shape(&self) -> &[usize] {
        self.shape.as_slice()
    }

    pub(crate) fn strides(&self) -> &[isize] {
        self.strides.as_slice()
    }

    /// What `len` elements of `step` take when dense.
    pub(crate) fn dense(&self) -> usize {
        // `new` has checked the product.
        self.len.saturating_mul(self.step)
    }

    /// Whether the elements lie in logical order without gaps.
    pub(crate) fn is_c(&self) -> bool {
        self.is_dense(self.shape().iter().zip(self.strides()).rev())
    }

    /// Whether the elements lie in column-major order without gaps.
    pub(crate) fn is_f(&self) -> bool {
        self.is_dense(self.shape().iter().zip(self.strides()))
    }

    fn is_dense<'a>(&self, axes: impl Iterator<Item = (&'a usize, &'a isize)>) -> bool {
        if self.len == 0 {
            return true;
        }
        let mut expected = self.step;
        for (&len, &stride) in axes {
            if len != 1 {
                if usize::try_from(stride) != Ok(expected) {
                    return false;
                }
                expected = expected.saturating_mul(len);
            }
        }
        true
    }

    /// Where the element of this logical number is.
    pub(crate) fn position(&self, index: usize) -> Option<usize> {
        if index >= self.len {
            return None;
        }
        let mut rest = index;
        let mut at = self.start;
        for (&len, &stride) in self.shape().iter().zip(self.strides()).rev() {
            let i = rest.checked_rem(len)?;
            rest = rest.checked_div(len)?;
            at = at.checked_add_signed(stride.checked_mul(isize::try_from(i).ok()?)?)?;
        }
        Some(at)
    }

    /// The sub-array at `index` of the first axis.
    pub(crate) fn row(&self, index: usize) -> Option<Layout> {
        let (&len, shape) = self.shape().split_first()?;
        let (&stride, strides) = self.strides().split_first()?;
        if index >= len {
            return None;
        }
        let (shape, strides): (Few<usize>, Few<isize>) =
            (shape.iter().copied().collect(), strides.iter().copied().collect());
        let len = shape.as_slice().iter().product();
        let offset = if len == 0 { 0 } else { stride.checked_mul(isize::try_from(index).ok()?)? };
        Some(Layout { shape, strides, start: self.start.checked_add_signed(offset)?, len, step: self.step })
    }

    /// Some of the first axis.
    pub(crate) fn slice(&self, range: Range<usize>) -> Option<Layout> {
        let (&len, rest) = self.shape().split_first()?;
        if range.start > range.end || range.end > len {
            return None;
        }
        let stride = *self.strides().first()?;
        let count = range.end - range.start;
        let shape: Few<usize> = std::iter::once(count).chain(rest.iter().copied()).collect();
        let len = shape.as_slice().iter().product();
        let offset = if len == 0 { 0 } else { stride.checked_mul(isize::try_from(range.start).ok()?)? };
        let start = self.start.checked_add_signed(offset)?;
        Some(Layout { shape, strides: self.strides.clone(), start, len, step: self.step })
    }

    /// The axes in another order, which must name each once.
    pub(crate) fn transpose(&self, axes: &[usize]) -> Option<Layout> {
        let mut seen = [false; MAX_AXES];
        if axes.len() != self.shape().len() {
            return None;
        }
        let (mut shape, mut strides) = (Few::new(), Few::new());
        for &axis in axes {
            shape.push(*self.shape().get(axis)?);
            strides.push(*self.strides().get(axis)?);
            if std::mem::replace(seen.get_mut(axis)?, true) {
                return None;
            }
        }
        Some(Layout { shape, strides, ..self.clone() })
    }

    /// The same elements with further axes inside of each: a field that is a subarray.
    pub(crate) fn expand(&self, inner: &[usize], step: usize) -> Option<Layout> {
        let dense = Layout::new(inner.iter().copied().collect(), step, Order::C)?;
        let len = self.len.checked_mul(dense.len)?;
        let shape: Few<usize> = self.shape().iter().chain(inner).copied().collect();
        if shape.as_slice().len() > MAX_AXES {
            return None;
        }
        let strides = self.strides().iter().chain(dense.strides()).copied().collect();
        Some(Layout { shape, strides, start: self.start, len, step })
    }

    /// Calls `run` with start, count and stride for runs of elements in logical order, as long as they can be.
    pub(crate) fn runs(
        &self,
        range: Range<usize>,
        mut run: impl FnMut(usize, usize, isize) -> Option<()>,
    ) -> Option<()> {
        if range.start > range.end || range.end > self.len {
            return None;
        }
        let mut left = range.end - range.start;
        if left == 0 {
            return Some(());
        }
        let step = isize::try_from(self.step).ok()?;
        if self.is_c() {
            return run(self.start.checked_add(range.start.checked_mul(self.step)?)?, left, step);
        }
        // Not dense, hence at least one axis of two or more.
        let (&inner, outer) = self.shape().split_last()?;
        let (&stride, outer_strides) = self.strides().split_last()?;
        let mut index: Vec<usize> = vec![0; outer.len()];
        let mut rest = range.start.checked_div(inner)?;
        let mut skip = range.start.checked_rem(inner)?;
        let mut at = self.start;
        for ((i, &len), &stride) in index.iter_mut().zip(outer).zip(outer_strides).rev() {
            *i = rest.checked_rem(len)?;
            rest = rest.checked_div(len)?;
            at = at.checked_add_signed(stride.checked_mul(isize::try_from(*i).ok()?)?)?;
        }
        loop {
            let count = left.min(inner - skip);
            run(at.checked_add_signed(stride.checked_mul(isize::try_from(skip).ok()?)?)?, count, stride)?;
            left -= count;
            if left == 0 {
                return Some(());
            }
            skip = 0;
            // The next index of the outer axes, as an odometer.
            for ((i, &len), &stride) in index.iter_mut().zip(outer).zip(outer_strides).rev() {
                *i += 1;
                at = at.checked_add_signed(stride)?;
                if *i < len {
                    break;
                }
                at = at.checked_add_signed(stride.checked_mul(isize::try_from(*i).ok()?)?.checked_neg()?)?;
                *i = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(shape: &[usize], step: usize, order: Order) -> Layout {
        Layout::new(shape.iter().copied().collect(), step, order).unwrap()
    }

    fn positions(layout: &Layout, range: Range<usize>) -> Vec<usize> {
        let mut all = Vec::new();
        layout
            .runs(range, |at, count, stride| {
                all.extend((0..count).map(|i| at.wrapping_add_signed(stride * i as isize)));
                Some(())
            })
            .unwrap();
        all
    }

    #[test]
    fn runs_visit_each_element_once_in_logical_order() {
        for shape in [&[5][..], &[2, 3], &[2, 3, 4], &[1, 3, 1, 2], &[3, 1], &[]] {
            for order in [Order::C, Order::F] {
                let layout = layout(shape, 4, order);
                let all: Vec<usize> = (0..layout.len).map(|i| layout.position(i).unwrap()).collect();
                for start in 0..=layout.len {
                    for end in start..=layout.len {
                        assert_eq!(positions(&layout, start..end), all[start..end], "{shape:?} {order:?}");
                    }
                }
                let mut sorted = all.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, (0..layout.len).map(|i| i * 4).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn transposing_swaps_c_and_f_order() {
        let c = layout(&[2, 3], 8, Order::C);
        assert!(c.is_c() && !c.is_f());
        let f = c.transpose(&[1, 0]).unwrap();
        assert!(f.is_f() && !f.is_c());
        assert_eq!(f.shape(), [3, 2]);
        assert!(c.transpose(&[0, 0]).is_none());
        assert!(c.transpose(&[0]).is_none());
        assert!(c.transpose(&[0, 2]).is_none());
    }

    #[test]
    fn enormous_shapes_are_refused_and_empty_ones_are_not() {
        let new = |shape: &[usize], step| Layout::new(shape.iter().copied().collect(), step, Order::C);
        assert!(new(&[usize::MAX, 2], 1).is_none());
        assert!(new(&[1 << 62], 8).is_none());
        assert!(new(&[0, 1 << 62], 8).is_none());
        assert_eq!(new(&[0, 3], 8).unwrap().len, 0);
        assert!(new(&[0, 3], 8).unwrap().is_c());
    }
}
