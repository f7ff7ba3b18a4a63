//! Types that who reads Arrow lacks, as those that it has. What is chosen depends on the type alone, so that all rows of a column
//! are alike.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Decimal64Type, Decimal256Type};
use arrow_array::{Array, ArrayRef, BinaryViewArray, Decimal128Array, StringViewArray, make_array};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};
use unpickle::arrow::Columns;
use unpickle::{Category, Error};

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Anybody. Decimals of 32 and 64 bits are of 128: polars 2.1 takes one for the other, and reads what is no decimal.
    Any,
    /// polars, which also lacks zones that are an offset (`+05:30`): they become UTC, the same moments; and decimals of more than
    /// 38 digits: they become the text of these digits. Text and bytes are views, as it has them: it would make them by one thread.
    Polars,
}

impl Reader {
    /// The schema that it sees.
    pub(crate) fn schema(self, schema: &SchemaRef) -> SchemaRef {
        let fields: Vec<FieldRef> = schema.fields().iter().map(|of| self.field(of)).collect();
        if fields == *schema.fields().as_ref() {
            return Arc::clone(schema);
        }
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }

    fn field(self, field: &FieldRef) -> FieldRef {
        let fitted = self.data_type(field.data_type());
        if fitted == *field.data_type() {
            return Arc::clone(field);
        }
        Arc::new(Field::clone(field).with_data_type(fitted))
    }

    /// Types nest as deep as readers of pickles let them: not deep.
    fn data_type(self, of: &DataType) -> DataType {
        match of {
            DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
                DataType::Decimal128(*precision, *scale)
            }
            DataType::Timestamp(unit, Some(zone))
                if self == Reader::Polars && zone.starts_with(['+', '-']) =>
            {
                DataType::Timestamp(*unit, Some("UTC".into()))
            }
            DataType::Decimal256(..) | DataType::Utf8 | DataType::LargeUtf8 if self == Reader::Polars => {
                DataType::Utf8View
            }
            DataType::Binary | DataType::LargeBinary if self == Reader::Polars => DataType::BinaryView,
            DataType::List(items) => DataType::List(self.field(items)),
            DataType::LargeList(items) => DataType::LargeList(self.field(items)),
            DataType::FixedSizeList(items, size) => DataType::FixedSizeList(self.field(items), *size),
            DataType::Struct(fields) => DataType::Struct(fields.iter().map(|of| self.field(of)).collect()),
            DataType::Map(entries, sorted) => DataType::Map(self.field(entries), *sorted),
            // Few values, and categories to polars.
            DataType::Dictionary(_, values)
                if **values == DataType::Utf8 || **values == DataType::LargeUtf8 =>
            {
                of.clone()
            }
            DataType::Dictionary(codes, values) => {
                DataType::Dictionary(codes.clone(), Box::new(self.data_type(values)))
            }
            other => other.clone(),
        }
    }
}

/// A table as a reader sees it. Columns are fitted as they are made, by the thread that makes them.
pub(crate) struct Fitted<'c> {
    table: &'c dyn Columns,
    schema: SchemaRef,
}

impl<'c> Fitted<'c> {
    pub(crate) fn new(table: &'c dyn Columns, reader: Reader) -> Fitted<'c> {
        Fitted { table, schema: reader.schema(&table.schema()) }
    }
}

impl Columns for Fitted<'_> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn num_rows(&self) -> usize {
        self.table.num_rows()
    }

    fn most_rows(&self) -> usize {
        self.table.most_rows()
    }

    fn column(&self, column: usize, rows: Range<usize>) -> unpickle::Result<ArrayRef> {
        let made = self.table.column(column, rows)?;
        let Some(field) = self.schema.fields().get(column) else { return Ok(made) };
        array(&made, field.data_type()).map_err(|error| Error::message(Category::Data, error.to_string()))
    }
}

fn array(of: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    if of.data_type() == to {
        return Ok(Arc::clone(of));
    }
    match (of.data_type(), to) {
        (DataType::Decimal256(..), _) => {
            let decimals = of.as_primitive::<Decimal256Type>();
            let text = |row| decimals.is_valid(row).then(|| decimals.value_as_string(row));
            return Ok(Arc::new((0..decimals.len()).map(text).collect::<StringViewArray>()));
        }
        // The bytes are shared, and referred to.
        (DataType::Utf8, _) => return Ok(Arc::new(StringViewArray::from(of.as_string::<i32>()))),
        (DataType::LargeUtf8, _) => return Ok(Arc::new(StringViewArray::from(of.as_string::<i64>()))),
        (DataType::Binary, _) => return Ok(Arc::new(BinaryViewArray::from(of.as_binary::<i32>()))),
        (DataType::LargeBinary, _) => return Ok(Arc::new(BinaryViewArray::from(of.as_binary::<i64>()))),
        (DataType::Decimal32(..), DataType::Decimal128(precision, scale)) => {
            let wide: Decimal128Array = of.as_primitive::<Decimal32Type>().unary(i128::from);
            return Ok(Arc::new(wide.with_precision_and_scale(*precision, *scale)?));
        }
        (DataType::Decimal64(..), DataType::Decimal128(precision, scale)) => {
            let wide: Decimal128Array = of.as_primitive::<Decimal64Type>().unary(i128::from);
            return Ok(Arc::new(wide.with_precision_and_scale(*precision, *scale)?));
        }
        _ => {}
    }
    // The same buffers, read as another type; children one by one.
    let data = of.to_data();
    let children: Vec<DataType> = match to {
        DataType::List(items) | DataType::LargeList(items) | DataType::FixedSizeList(items, _) => {
            vec![items.data_type().clone()]
        }
        DataType::Map(entries, _) => vec![entries.data_type().clone()],
        DataType::Struct(fields) => fields.iter().map(|field| field.data_type().clone()).collect(),
        DataType::Dictionary(_, values) => vec![(**values).clone()],
        _ => Vec::new(),
    };
    let children = data.child_data().iter().zip(&children);
    let children = children.map(|(child, to)| Ok(array(&make_array(child.clone()), to)?.to_data()));
    let children = children.collect::<Result<Vec<_>, ArrowError>>()?;
    Ok(make_array(data.into_builder().data_type(to.clone()).child_data(children).build()?))
}
