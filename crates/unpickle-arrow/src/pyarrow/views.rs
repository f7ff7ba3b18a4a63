//! List views: lists that each say where their items begin, in any order, and how many they are.

use arrow_array::{Array as _, GenericListArray, OffsetSizeTrait, UInt64Array, make_array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, FieldRef};

/// The parts of a list view, as `data_type` says of 32 or of 64 bits.
pub(super) struct ListView {
    /// The type of the list that it becomes.
    pub(super) data_type: DataType,
    pub(super) len: usize,
    pub(super) offset: usize,
    pub(super) validity: Option<Buffer>,
    pub(super) offsets: Option<Buffer>,
    pub(super) sizes: Option<Buffer>,
}

impl ListView {
    /// The same lists, their items one behind the other. Views may overlap: `budget` bounds the items copied.
    ///
    /// # Errors
    ///
    /// A buffer is too short, or a list lies outside of the items.
    pub(super) fn list(self, items: Option<ArrayData>, budget: &mut usize) -> Result<ArrayData, String> {
        let items = items.ok_or("a list view without items")?;
        match self.data_type.clone() {
            DataType::List(field) => self.of::<i32>(field, items, budget),
            DataType::LargeList(field) => self.of::<i64>(field, items, budget),
            other => Err(format!("a list view that is a {other}")),
        }
    }

    fn of<O: OffsetSizeTrait>(
        self,
        field: FieldRef,
        items: ArrayData,
        budget: &mut usize,
    ) -> Result<ArrayData, String> {
        let end = self.offset.checked_add(self.len).ok_or("a list view that is too long")?;
        let counts = |buffer: Option<Buffer>| -> Result<ScalarBuffer<O>, String> {
            let buffer = buffer.unwrap_or_else(|| Buffer::from_slice_ref([0u8; 0]));
            let needed = self.len.checked_mul(size_of::<O>()).ok_or("a list view that is too long")?;
            let start = self.offset.checked_mul(size_of::<O>()).ok_or("a list view that is too long")?;
            match start.checked_add(needed) {
                Some(last) if last <= buffer.len() => Ok(ScalarBuffer::new(buffer, self.offset, self.len)),
                _ => Err(format!("a list view of {} lists, in a buffer of {} bytes", self.len, buffer.len())),
            }
        };
        let (offsets, sizes) = (counts(self.offsets)?, counts(self.sizes)?);
        let nulls = match self.validity {
            Some(bits) if bits.len().saturating_mul(8) < end => {
                return Err(format!("the validity of {end} lists, in {} bytes", bits.len()));
            }
            Some(bits) => Some(NullBuffer::new(BooleanBuffer::new(bits, self.offset, self.len))),
            None => None,
        };
        let mut indices: Vec<u64> = Vec::new();
        let mut ends = vec![O::default()];
        for (row, (first, count)) in offsets.iter().zip(sizes.iter()).enumerate() {
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                let range = first.to_usize().zip(count.to_usize());
                let range = range.and_then(|(first, count)| Some(first..first.checked_add(count)?));
                let range = range.filter(|range| range.end <= items.len());
                let range =
                    range.ok_or_else(|| format!("list {row} of a list view lies outside of its items"))?;
                *budget = budget.checked_sub(range.len()).ok_or("a list view that shares too much")?;
                indices.extend(range.map(|item| item as u64));
            }
            ends.push(O::from_usize(indices.len()).ok_or("a list view of too many items")?);
        }
        let items = arrow_select::take::take(&make_array(items), &UInt64Array::from(indices), None);
        let items = items.map_err(|error| error.to_string())?;
        let made = GenericListArray::<O>::try_new(field, OffsetBuffer::new(ends.into()), items, nulls);
        Ok(made.map_err(|error| error.to_string())?.into_data())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Int64Array;
    use arrow_array::cast::AsArray as _;
    use arrow_schema::Field;
    use std::sync::Arc;

    fn view(offsets: &[i32], sizes: &[i32]) -> ListView {
        ListView {
            data_type: DataType::List(Arc::new(Field::new("item", DataType::Int64, true))),
            len: sizes.len(),
            offset: 0,
            validity: Some(Buffer::from([0b101u8])),
            offsets: Some(Buffer::from_slice_ref(offsets)),
            sizes: Some(Buffer::from_slice_ref(sizes)),
        }
    }

    fn items() -> Option<ArrayData> {
        Some(Int64Array::from(vec![1, 2, 3]).into_data())
    }

    #[test]
    fn lists_in_any_order_are_put_one_behind_the_other() {
        let made = view(&[1, 9, 0], &[2, 9, 2]).list(items(), &mut 100).unwrap();
        let made = make_array(made);
        let made = made.as_list::<i32>();
        assert_eq!(made.value(0).as_ref(), &Int64Array::from(vec![2, 3]) as &dyn arrow_array::Array);
        assert!(made.is_null(1));
        assert_eq!(made.value(2).as_ref(), &Int64Array::from(vec![1, 2]) as &dyn arrow_array::Array);
    }

    #[test]
    fn lists_outside_of_the_items_are_refused() {
        for (offsets, sizes) in
            [([0, 0, 2], [1, 0, 2]), ([-1, 0, 0], [1, 0, 0]), ([0, 0, 0], [i32::MAX, 0, 1])]
        {
            assert!(view(&offsets, &sizes).list(items(), &mut 100).is_err());
        }
        assert!(view(&[0, 0], &[1, 1, 1]).list(items(), &mut 100).is_err());
        assert!(view(&[0, 0, 0], &[3, 0, 3]).list(items(), &mut 5).is_err());
    }
}
