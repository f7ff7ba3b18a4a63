//! Columns whose cells lie side by side, row by row, as in `DataFrame(matrix)`: read together.
//!
//! A row of such a block is longer than a line of the processor's cache, and a line holds cells of several columns: to read the
//! columns one after the other brings each line from memory as often as it has cells. Here the first column that is asked for
//! is read by itself, so that one of many costs no more than it must; the second brings along the others in its line, which wait
//! until they are asked for.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use unpickle_core::Result;
use unpickle_numpy::NdArray;

use super::Column;
use super::source::Source;

/// Bytes of a row that are read together: two lines, which processors fetch as a pair.
const LINE: usize = 128;

/// Rows that are read at a time, so that the lines of all are in the cache while the columns take their cells.
const STRETCH: usize = 256;

/// Most bytes that wait to be asked for, of all columns of a table.
const WAITING: usize = 32 << 20;

/// Rows that are asked for of one column before the next has its turn: as many as a row group has.
const TURN: usize = 1 << 20;

/// Columns that share lines.
pub(crate) struct Tile<'p> {
    columns: Vec<NdArray<'p>>,
    kept: Mutex<HashMap<Range<usize>, Kept>>,
    /// What all tiles of a table still may keep.
    room: Arc<AtomicUsize>,
}

/// What is known of a stretch of rows.
struct Kept {
    /// Which columns were asked for.
    asked: Vec<bool>,
    /// The cells of others, as dense bytes.
    cells: Vec<Option<Vec<u8>>>,
}

impl<'p> Tile<'p> {
    /// Finds the columns that share lines, and lets them share a tile.
    pub(crate) fn share(columns: &mut [Column<'p>]) {
        let room = Arc::new(AtomicUsize::new(WAITING));
        let mut lines: HashMap<_, Vec<(usize, NdArray<'p>)>> = HashMap::new();
        for (place, column) in columns.iter().enumerate() {
            let Source::Numpy { array, .. } = &column.source else { continue };
            let Some(raw) = array.raw() else { continue };
            let (&[stride], size) = (raw.strides, array.dtype().itemsize()) else { continue };
            // A cell that crosses into the next line is not worth it.
            let within = raw.offset % LINE + size <= LINE;
            if within && size.is_power_of_two() && stride.unsigned_abs() >= LINE {
                let line = (raw.bytes.as_ptr().addr(), raw.offset / LINE, stride, array.len());
                lines.entry(line).or_default().push((place, array.clone()));
            }
        }
        for columns_of_line in lines.into_values().filter(|columns| columns.len() > 2) {
            let (places, arrays): (Vec<usize>, Vec<NdArray<'p>>) = columns_of_line.into_iter().unzip();
            let tile = Arc::new(Tile { columns: arrays, kept: Mutex::default(), room: Arc::clone(&room) });
            for (slot, place) in places.into_iter().enumerate() {
                if let Some(Source::Numpy { tile: shared, .. }) =
                    columns.get_mut(place).map(|column| &mut column.source)
                {
                    *shared = Some((Arc::clone(&tile), slot));
                }
            }
        }
    }

    /// The cells of a column as dense bytes; nothing, if it is to be read by itself.
    pub(super) fn take(&self, slot: usize, rows: &Range<usize>) -> Result<Option<Vec<u8>>> {
        // A panic while the lock is held would be of `copy_bytes`, before anything is changed.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of = kept.entry(rows.clone()).or_insert_with(|| Kept {
            asked: vec![false; self.columns.len()],
            cells: vec![None; self.columns.len()],
        });
        let first = !of.asked.contains(&true);
        if let Some(asked) = of.asked.get_mut(slot) {
            *asked = true;
        }
        let mut found = of.cells.get_mut(slot).and_then(Option::take);
        match &found {
            Some(cells) => _ = self.room.fetch_add(cells.len(), Ordering::Relaxed),
            None if first => {}
            None => {
                let mut slots = vec![slot];
                slots.extend(self.others(of, rows));
                if slots.len() > 1 {
                    let mut read = self.read(&slots, rows)?.into_iter();
                    found = read.next();
                    for (slot, cells) in slots.into_iter().skip(1).zip(read) {
                        if let Some(place) = of.cells.get_mut(slot) {
                            *place = Some(cells);
                        }
                    }
                }
            }
        }
        if !of.asked.contains(&false) {
            kept.remove(rows);
        }
        Ok(found)
    }

    /// Which others are brought along: as many as there is room for, in a table of so many rows. The room is theirs then.
    fn others(&self, of: &Kept, rows: &Range<usize>) -> Vec<usize> {
        let Some(array) = self.columns.first() else { return Vec::new() };
        let size = array.dtype().itemsize();
        let most = WAITING / size.saturating_mul(array.len().min(TURN)).max(1);
        let one = size.saturating_mul(rows.len());
        let open = |(slot, (asked, cells)): (usize, (&bool, &Option<Vec<u8>>))| {
            (!*asked && cells.is_none()).then_some(slot)
        };
        let open = of.asked.iter().zip(&of.cells).enumerate().filter_map(open);
        let fits = |_: &usize| {
            self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(one)).is_ok()
        };
        open.take(most).take_while(fits).collect()
    }

    /// The cells of some columns, read side by side.
    fn read(&self, slots: &[usize], rows: &Range<usize>) -> Result<Vec<Vec<u8>>> {
        let mut read = vec![Vec::new(); slots.len()];
        for start in rows.clone().step_by(STRETCH) {
            let stretch = start..start.saturating_add(STRETCH).min(rows.end);
            for (slot, cells) in slots.iter().zip(&mut read) {
                if let Some(array) = self.columns.get(*slot) {
                    if start == rows.start {
                        cells.reserve_exact(rows.len().saturating_mul(array.dtype().itemsize()));
                    }
                    array.copy_bytes(stretch.clone(), cells)?;
                }
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::ArrayRef;
    use unpickle_core::Pickle;
    use unpickle_numpy::Dtype;

    use super::*;
    use crate::budget::Budget;

    const ROWS: usize = 1000;
    const COLUMNS: usize = 40;

    /// The columns of a matrix of float64 that is stored row by row, one cell of the first column a NaN.
    fn columns<'p>(pickle: &'p Pickle<&[u8]>, bytes: &'p [u8]) -> Vec<Column<'p>> {
        let column = |place| {
            let stride = isize::try_from(COLUMNS).unwrap();
            let array = NdArray::strided(pickle.root(), Dtype::float(8), &[ROWS], &[stride], place, bytes);
            Column::numpy(&array.unwrap(), &Budget::of(pickle.root())).unwrap()
        };
        (0..COLUMNS).map(column).collect()
    }

    fn matrix() -> Vec<u8> {
        let cell = |i: usize| if i == 0 { f64::NAN } else { i as f64 };
        (0..ROWS * COLUMNS).flat_map(|i| cell(i).to_le_bytes()).collect()
    }

    fn tile<'c>(column: &'c Column<'_>) -> &'c Tile<'c> {
        match &column.source {
            Source::Numpy { tile: Some((tile, _)), .. } => tile,
            _ => panic!("no tile"),
        }
    }

    #[test]
    fn columns_read_together_are_what_each_is_by_itself() {
        let (pickle, bytes) = (Pickle::parse(&b"N."[..]).unwrap(), matrix());
        let (alone, mut shared) = (columns(&pickle, &bytes), columns(&pickle, &bytes));
        Tile::share(&mut shared);
        let ranges = [0..300, 300..1000, 5..6, 0..300, 0..0];
        let expected =
            |column: usize, rows: &Range<usize>| -> ArrayRef { alone[column].array(rows.clone()).unwrap() };
        // In order, in reverse, and some only; stretch by stretch and column by column.
        let orders: [Vec<usize>; 3] =
            [(0..COLUMNS).collect(), (0..COLUMNS).rev().collect(), vec![3, 20, 4, 5, 3, 39]];
        for order in &orders {
            for rows in &ranges {
                for &column in order {
                    assert_eq!(&shared[column].array(rows.clone()).unwrap(), &expected(column, rows));
                }
            }
            for &column in order {
                for rows in &ranges {
                    assert_eq!(&shared[column].array(rows.clone()).unwrap(), &expected(column, rows));
                }
            }
        }
    }

    #[test]
    fn nothing_waits_when_all_were_asked_for() {
        let (pickle, bytes) = (Pickle::parse(&b"N."[..]).unwrap(), matrix());
        let mut shared = columns(&pickle, &bytes);
        Tile::share(&mut shared);
        shared[0].array(0..ROWS).unwrap();
        assert_eq!(tile(&shared[0]).room.load(Ordering::Relaxed), WAITING);
        shared[1].array(0..ROWS).unwrap();
        // 14 of the 16 columns in a line.
        assert_eq!(tile(&shared[0]).room.load(Ordering::Relaxed), WAITING - 14 * ROWS * 8);
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let shared = &shared;
                scope.spawn(move || {
                    (2 + thread..COLUMNS).step_by(2).for_each(|column| {
                        shared[column].array(0..ROWS).unwrap();
                    })
                });
            }
        });
        assert_eq!(tile(&shared[0]).room.load(Ordering::Relaxed), WAITING);
        assert!(shared.iter().all(|column| tile(column).kept.lock().unwrap().is_empty()));
    }

    #[test]
    fn short_rows_are_read_column_by_column() {
        let (pickle, bytes) = (Pickle::parse(&b"N."[..]).unwrap(), matrix());
        let array =
            |place| NdArray::strided(pickle.root(), Dtype::float(8), &[ROWS], &[8], place, &bytes).unwrap();
        let budget = Budget::of(pickle.root());
        let mut columns: Vec<Column<'_>> =
            (0..8).map(|place| Column::numpy(&array(place), &budget).unwrap()).collect();
        Tile::share(&mut columns);
        assert!(columns.iter().all(|column| matches!(column.source, Source::Numpy { tile: None, .. })));
    }
}
