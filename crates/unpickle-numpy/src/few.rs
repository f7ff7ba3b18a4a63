//! [`Few`]: the lengths of an array's axes, or its strides.

/// A few numbers, in place when they are at most three: lists of small arrays are long.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Few<T> {
    Inline(u8, [T; 3]),
    Heap(Vec<T>),
}

impl<T: Copy + Default> Few<T> {
    pub(crate) fn new() -> Few<T> {
        Few::Inline(0, [T::default(); 3])
    }

    pub(crate) fn one(value: T) -> Few<T> {
        Few::Inline(1, [value, T::default(), T::default()])
    }

    pub(crate) fn push(&mut self, value: T) {
        match self {
            Few::Inline(len, values) => match values.get_mut(usize::from(*len)) {
                Some(slot) => {
                    *slot = value;
                    *len += 1;
                }
                None => *self = Few::Heap(values.iter().copied().chain([value]).collect()),
            },
            Few::Heap(values) => values.push(value),
        }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Few::Inline(len, values) => values.get_mut(..usize::from(*len)).unwrap_or_default(),
            Few::Heap(values) => values,
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Few::Inline(len, values) => values.get(..usize::from(*len)).unwrap_or(values),
            Few::Heap(values) => values,
        }
    }
}

impl<T: Copy + Default> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Few<T> {
        let mut few = Few::new();
        items.into_iter().for_each(|item| few.push(item));
        few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_three_axes_move_to_the_heap() {
        for len in 0..9 {
            let few: Few<usize> = (0..len).collect();
            assert_eq!(few.as_slice(), (0..len).collect::<Vec<_>>());
        }
    }
}
