//! Arrays of pyarrow that Parquet has no type for.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types as t;
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use unpickle_core::{Category, Error, Result};

/// What Parquet cannot hold, in the next best unit.
pub(crate) fn writable(array: ArrayRef) -> Result<(ArrayRef, Option<String>)> {
    let too_far = || Error::message(Category::Data, "a time beyond what Arrow can hold in milliseconds");
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, zone) => {
            let made: PrimitiveArray<t::TimestampMillisecondType> = array
                .as_primitive::<t::TimestampSecondType>()
                .try_unary(|value| value.checked_mul(1000).ok_or_else(too_far))?;
            Ok((Arc::new(made.with_timezone_opt(zone.clone())), None))
        }
        DataType::Time32(TimeUnit::Second) => {
            let made: PrimitiveArray<t::Time32MillisecondType> = array
                .as_primitive::<t::Time32SecondType>()
                .try_unary(|value| value.checked_mul(1000).ok_or_else(too_far))?;
            Ok((Arc::new(made), None))
        }
        DataType::Date64 => {
            let made: PrimitiveArray<t::Date32Type> = array
                .as_primitive::<t::Date64Type>()
                .try_unary(|value| i32::try_from(value.div_euclid(86_400_000)).map_err(|_| too_far()))?;
            Ok((Arc::new(made), Some("date64, written as date32".to_owned())))
        }
        _ => Ok((array, None)),
    }
}
