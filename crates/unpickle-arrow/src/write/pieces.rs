//! Stretches of rows that turn out to be too much at once, taken in smaller pieces.

use std::ops::Range;

use unpickle_core::{Error, Result};

/// A stretch that is too much is tried again with so many times fewer rows.
const FEWER: usize = 4;

/// What was made of a stretch of rows.
pub(super) enum Stretch<T> {
    Made(T),
    /// It is too much at once.
    Large(Range<usize>),
}

impl<T> Stretch<T> {
    /// What `make` makes of the rows.
    pub(super) fn of(rows: Range<usize>, make: impl FnOnce(Range<usize>) -> Result<T>) -> Result<Stretch<T>> {
        match make(rows.clone()) {
            Ok(made) => Ok(Stretch::Made(made)),
            Err(error) if is_too_much(&error, &rows) => Ok(Stretch::Large(rows)),
            Err(error) => Err(error),
        }
    }

    pub(super) fn weigh(&self, weigh: impl FnOnce(&T) -> usize) -> usize {
        match self {
            Stretch::Made(made) => weigh(made),
            Stretch::Large(_) => 0,
        }
    }

    /// Hands over what was made, or `make`s it anew in pieces.
    pub(super) fn take(
        self,
        make: impl Fn(Range<usize>) -> Result<T>,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let mut rest = match self {
            Stretch::Made(made) => return take(made),
            Stretch::Large(rows) => rows,
        };
        let mut count = fewer(rest.len());
        while !rest.is_empty() {
            let piece = rest.start..rest.start.saturating_add(count).min(rest.end);
            match make(piece.clone()) {
                Ok(made) => {
                    rest.start = piece.end;
                    take(made)?;
                }
                Err(error) if is_too_much(&error, &piece) => count = fewer(piece.len()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether fewer rows may be made where these could not.
pub(super) fn is_too_much(error: &Error, rows: &Range<usize>) -> bool {
    error.is_limit() && rows.len() > 1
}

/// How many rows to try instead of so many.
pub(super) fn fewer(rows: usize) -> usize {
    (rows / FEWER).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of which three at most are made at once.
    fn three(rows: Range<usize>) -> Result<Vec<usize>> {
        if rows.len() <= 3 { Ok(rows.collect()) } else { Err(Error::limit("too many")) }
    }

    #[test]
    fn all_rows_are_taken_in_order_however_many_fit() {
        for rows in [0..0, 0..3, 2..100] {
            let mut taken = Vec::new();
            let stretch = Stretch::of(rows.clone(), three).unwrap();
            stretch
                .take(three, |made| {
                    taken.extend(made);
                    Ok(())
                })
                .unwrap();
            assert_eq!(taken, rows.collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_row_that_is_too_much_is_an_error() {
        let none = |_| -> Result<()> { Err(Error::limit("too much")) };
        assert!(Stretch::of(0..1, none).is_err());
        let stretch = Stretch::of(0..9, none).unwrap();
        assert_eq!(stretch.take(none, Ok).unwrap_err().to_string(), "too much");
    }
}
