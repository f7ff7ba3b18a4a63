//! One column of a table: its Arrow type, what pandas calls it, and any stretch of its cells.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field};
use serde_json::{Value as Json, json};
use unpickle_core::{Category, Error, Result, Value};
use unpickle_numpy::{DtypeKind, NdArray, Objects};
use unpickle_pandas::{Array, ArrowDtype, Closed, Geometries, Index, Label, StringDtype};

use crate::budget::Budget;
use crate::cells::Cells;
use crate::infer::{self, Found};
use crate::kind::Kind;
use crate::{numpy, pyarrow};

mod arrays;
mod categorical;
mod source;
mod sparse;
pub(crate) mod tensor;
mod tiles;

use source::Source;
pub(crate) use tiles::Tile;

/// One column of a table.
pub(crate) struct Column<'p> {
    pub(crate) data_type: DataType,
    /// Of the field, extension types among it.
    pub(crate) metadata: Vec<(String, String)>,
    /// What pandas' metadata calls the dtype.
    pub(crate) numpy_type: String,
    /// What else pandas' metadata says of the column.
    pub(crate) extra: Json,
    /// What was mapped, a sentence each.
    pub(crate) notes: Vec<String>,
    source: Source<'p>,
}

/// Most rows that a RangeIndex may have where its numbers must be written out: no bytes back them.
const MAX_RANGE: usize = 1 << 26;

impl<'p> Column<'p> {
    /// See [`Source::stored`].
    pub(crate) fn stored(&self) -> Option<(usize, u64)> {
        self.source.stored()
    }

    fn new(data_type: DataType, numpy_type: impl Into<String>, source: Source<'p>) -> Column<'p> {
        Column {
            data_type,
            metadata: Vec::new(),
            numpy_type: numpy_type.into(),
            extra: Json::Null,
            notes: Vec::new(),
            source,
        }
    }

    /// The column of one of pandas' arrays, of `len` cells. `budget` bounds what shared cells may unfold to.
    pub(crate) fn from_array(array: &Array<'p>, len: usize, budget: &Budget) -> Result<Column<'p>> {
        match array {
            Array::Numpy(array) => Column::numpy(array, budget),
            Array::Categorical { codes, categories, ordered } => {
                categorical::categorical(codes, categories, *ordered, budget)
            }
            Array::DatetimeTz { values, zone } => datetime_tz(values, zone),
            Array::Period { ordinals, freq } => {
                let mut column =
                    Column::new(DataType::Int64, format!("period[{freq}]"), Source::Period(ordinals.clone()));
                column.metadata = of_pandas("pandas.period", &[("freq", freq)]);
                Ok(column)
            }
            Array::Interval { left, right, closed } => interval(left, right, *closed, len, budget),
            Array::Sparse(sparse) => sparse::dense(sparse, budget),
            Array::Masked { values, mask } => masked(values, mask),
            Array::String { cells, dtype } => {
                let mut column = Column::numpy(cells, budget)?;
                if let Source::Objects { cells, kind: Kind::Null | Kind::Str { utf8: true } } = column.source
                {
                    let kind = Kind::Str { utf8: true };
                    column = Column::objects_of(cells, kind);
                    column.numpy_type = string_name(*dtype).to_owned();
                }
                Ok(column)
            }
            Array::Arrow { data, len: claimed, dtype } => {
                if *claimed != len {
                    return Err(Error::invalid(*data, format!("expected {len} cells, found {claimed}")));
                }
                Column::pyarrow(*data, len, dtype)
            }
            Array::Labels(labels) => old_labels(labels),
            Array::Opaque(value) => match array.storage(len) {
                Some(storage) => {
                    let mut column = Column::numpy(&storage, budget)?;
                    match Geometries::of(*value) {
                        Some(Geometries { crs }) => column.geometries(crs),
                        None => {
                            column.notes.push(format!("{}, written as what it is stored as", value.kind()))
                        }
                    }
                    Ok(column)
                }
                None => Err(Error::unsupported(*value, format!("a column that is a {}", value.kind()))),
            },
        }
    }

    /// The column of a numpy array of one dimension.
    pub(crate) fn numpy(array: &NdArray<'p>, budget: &Budget) -> Result<Column<'p>> {
        let Some(mapped) = numpy::mapped(array.dtype())? else {
            let Some(objects) = array.objects() else {
                let what = format!("a column of numpy's {}", array.dtype());
                return Err(Error::unsupported(array.origin(), what));
            };
            return Column::objects(Cells::of(objects), budget);
        };
        let source = Source::Numpy { array: array.clone(), nan_is_null: true, tile: None };
        let mut column = Column::new(mapped.data_type, array.dtype().to_little_endian().to_string(), source);
        column.metadata = mapped.metadata;
        column.notes.extend(mapped.note);
        Ok(column)
    }

    /// Whether some of the cells have no type in Arrow, and are JSON text.
    pub(crate) fn holds_json(&self) -> bool {
        matches!(&self.source, Source::Objects { kind, .. } if kind.holds_json())
    }

    /// The column of Python objects, after a look at each.
    pub(crate) fn objects(cells: Cells<'p>, budget: &Budget) -> Result<Column<'p>> {
        let found = infer::one(&cells, budget)?;
        Ok(Column::found(cells, found))
    }

    /// The columns of one table of Python objects; `within` says which one an error is of.
    pub(crate) fn all_objects(
        columns: Vec<Cells<'p>>,
        budget: &Budget,
        within: impl Fn(usize, Error) -> Error + Sync,
    ) -> Result<Vec<Column<'p>>> {
        let found = infer::all(&columns, budget, within)?;
        Ok(columns.into_iter().zip(found).map(|(cells, found)| Column::found(cells, found)).collect())
    }

    fn found(cells: Cells<'p>, Found { kind, notes }: Found) -> Column<'p> {
        let mut column = Column::objects_of(cells, kind);
        column.notes = notes;
        if let Source::Objects { cells, .. } = &column.source
            && column.data_type == DataType::Binary
            && cells.has_geometry()
        {
            column.geometries(None);
        }
        column
    }

    /// Says that the cells are geometries, if they are bytes.
    fn geometries(&mut self, crs: Option<&str>) {
        let note = "geometries, written as well-known binary";
        if self.data_type != DataType::Binary {
            return;
        }
        self.metadata = extension("geoarrow.wkb", &crs.map_or(json!({}), |crs| json!({ "crs": crs })));
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
    }

    fn objects_of(cells: Cells<'p>, kind: Kind) -> Column<'p> {
        let mut column = Column::new(kind.data_type(), "object", Source::Range { start: 0, step: 0 });
        column.metadata = kind.metadata();
        if let Kind::Period(freq) = &kind {
            column.numpy_type = format!("period[{freq}]");
        }
        if let DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) =
            column.data_type
        {
            column.extra = json!({ "precision": precision, "scale": scale });
        }
        column.source = Source::Objects { cells, kind };
        column
    }

    /// The column of an array of pyarrow, and its length.
    pub(crate) fn pyarrow_array(array: ArrayRef) -> Result<(Column<'p>, usize)> {
        let (array, note) = pyarrow::writable(array)?;
        let len = array.len();
        let name = pyarrow::type_name(array.data_type()).unwrap_or_else(|| "object".to_owned());
        let plain = array.data_type().is_primitive() || *array.data_type() == DataType::Boolean;
        let mut column = Column::new(
            array.data_type().clone(),
            if plain { format!("{name}[pyarrow]") } else { "object".to_owned() },
            Source::Arrow(array),
        );
        column.notes.extend(note);
        Ok((column, len))
    }

    fn pyarrow(data: Value<'p>, len: usize, dtype: &ArrowDtype<'p>) -> Result<Column<'p>> {
        if let ArrowDtype::String(dtype) = dtype
            && let Some(texts) = pyarrow::Texts::read(data, len)
        {
            return Ok(Column::new(texts.data_type(), string_name(*dtype), Source::Texts(texts)));
        }
        let array = pyarrow::array(data, len)?;
        // pandas casts what Parquet holds in another unit to the type that it is told of.
        let own_name = pyarrow::type_name(array.data_type());
        let (array, note) = pyarrow::writable(array)?;
        let data_type = array.data_type().clone();
        let numpy_type = match dtype {
            ArrowDtype::String(dtype) => string_name(*dtype).to_owned(),
            // Names of these are ones that pandas itself cannot read.
            _ if data_type.is_nested()
                || matches!(data_type, DataType::Dictionary(..) | DataType::FixedSizeBinary(_)) =>
            {
                "object".to_owned()
            }
            _ => match own_name {
                Some(name) => format!("{name}[pyarrow]"),
                None => "object".to_owned(),
            },
        };
        let decimal = match data_type {
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
            | DataType::Decimal256(precision, scale) => {
                Some(json!({ "precision": precision, "scale": scale }))
            }
            _ => None,
        };
        let mut column = Column::new(data_type, numpy_type, Source::Arrow(array));
        if let Some(decimal) = decimal {
            // As pandas: the name with its parameters is one that pandas itself cannot read.
            column.numpy_type = "object".to_owned();
            column.extra = decimal;
        }
        column.notes.extend(note);
        Ok(column)
    }

    /// An index of one level.
    pub(crate) fn from_index(index: &Index<'p>, budget: &Budget) -> Result<Column<'p>> {
        match index {
            Index::Range { start, step, .. } => {
                if index.len() > MAX_RANGE {
                    return Err(Error::limit(
                        "a RangeIndex of more than 67,108,864 labels that must be written out",
                    ));
                }
                Ok(Column::new(DataType::Int64, "int64", Source::Range { start: *start, step: *step }))
            }
            Index::Flat { array, .. } => Column::from_array(array, index.len(), budget),
            Index::Multi { .. } => Err(Error::message(Category::Unsupported, "a MultiIndex inside an index")),
        }
    }

    /// One level of a MultiIndex, a label for each code.
    pub(crate) fn from_level(level: &Index<'p>, codes: &NdArray<'p>, budget: &Budget) -> Result<Column<'p>> {
        let mut column = Column::from_index(level, budget)?;
        column.spread(codes, level.len())?;
        Ok(column)
    }

    /// The labels of one axis of several that rows are made of, in the order of the rows: each stands there `each` times,
    /// before the next one comes. `rows` is how many rows there are in all.
    pub(crate) fn cycled(mut self, labels: usize, each: usize, rows: usize) -> Result<Column<'p>> {
        // Without rows, nothing pays for the labels.
        let values = self.array(0..if rows == 0 { 0 } else { labels })?;
        self.source = Source::Cycle { values, each };
        Ok(self)
    }

    /// Whether it is of an Arrow extension type, such as `pandas.period`.
    pub(crate) fn is_extension(&self) -> bool {
        self.metadata.iter().any(|(key, _)| key == "ARROW:extension:name")
    }

    /// Whether its gaps are pandas' `NA`.
    pub(crate) fn is_nullable(&self) -> bool {
        let name = self.numpy_type.as_str();
        name == "string"
            || name == "boolean"
            || name.ends_with("[pyarrow]")
            || name.starts_with(char::is_uppercase)
    }

    /// The field of this name.
    pub(crate) fn field(&self, name: &str) -> Field {
        let ordered = self.extra.get("ordered").and_then(Json::as_bool).unwrap_or(false);
        let field = Field::new(name, self.data_type.clone(), true).with_dict_is_ordered(ordered);
        if self.metadata.is_empty() {
            field
        } else {
            field.with_metadata(self.metadata.iter().cloned().collect::<HashMap<_, _>>())
        }
    }

    /// Some of the cells.
    pub(crate) fn array(&self, rows: Range<usize>) -> Result<ArrayRef> {
        self.source.array(&self.data_type, rows)
    }
}

pub(crate) fn extension(name: &str, metadata: &Json) -> Vec<(String, String)> {
    vec![
        ("ARROW:extension:name".to_owned(), name.to_owned()),
        ("ARROW:extension:metadata".to_owned(), metadata.to_string()),
    ]
}

/// A type of pandas, with the blanks that its `json.dumps` writes: to polars, types whose metadata differ in a byte are two.
pub(crate) fn of_pandas(name: &str, metadata: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs: Vec<String> =
        metadata.iter().map(|(key, value)| format!("{}: {}", Json::from(*key), Json::from(*value))).collect();
    vec![
        ("ARROW:extension:name".to_owned(), name.to_owned()),
        ("ARROW:extension:metadata".to_owned(), format!("{{{}}}", pairs.join(", "))),
    ]
}

fn string_name(dtype: StringDtype) -> &'static str {
    if dtype.nan { "str" } else { "string" }
}

/// Labels that were copied out of an old pickle.
fn old_labels<'p>(labels: &[Label]) -> Result<Column<'p>> {
    let int = |label: &Label| if let Label::Int(int) = label { Some(*int) } else { None };
    let float = |label: &Label| match label {
        Label::Float(bits) => Some(f64::from_bits(*bits)),
        label => int(label).map(|int| int as f64),
    };
    let time = |label: &Label| if let Label::Time(micros) = label { Some(*micros) } else { None };
    let text = |label: &Label| if let Label::Text(text) = label { Some(text.clone()) } else { None };
    let are = |is: &dyn Fn(&Label) -> bool| labels.iter().all(|label| *label == Label::Missing || is(label));
    let (array, numpy_type): (ArrayRef, _) = if are(&|label| text(label).is_some()) {
        (Arc::new(labels.iter().map(text).collect::<StringArray>()), "object")
    } else if are(&|label| int(label).is_some()) {
        (Arc::new(labels.iter().map(int).collect::<Int64Array>()), "int64")
    } else if are(&|label| float(label).is_some()) {
        (Arc::new(labels.iter().map(float).collect::<Float64Array>()), "float64")
    } else if are(&|label| time(label).is_some()) {
        (Arc::new(labels.iter().map(time).collect::<TimestampMicrosecondArray>()), "datetime64[us]")
    } else {
        (Arc::new(labels.iter().map(|label| Some(label.to_string())).collect::<StringArray>()), "object")
    };
    let mut column = Column::new(array.data_type().clone(), numpy_type, Source::Arrow(array));
    if numpy_type == "object" && !are(&|label| text(label).is_some()) {
        column.notes.push("labels of several kinds, written as text".to_owned());
    }
    Ok(column)
}

fn datetime_tz<'p>(values: &NdArray<'p>, zone: &unpickle_pandas::TimeZone) -> Result<Column<'p>> {
    let mapped = numpy::mapped(values.dtype())?.map(|mapped| mapped.data_type);
    let Some(DataType::Timestamp(unit, _)) = mapped else {
        return Err(Error::invalid(values.origin(), format!("expected instants, found {}", values.dtype())));
    };
    let name: Arc<str> = zone.name.as_str().into();
    let source = Source::DatetimeTz { array: values.clone(), zone: Arc::clone(&name) };
    let mut column = Column::new(
        DataType::Timestamp(unit, Some(name)),
        values.dtype().to_little_endian().to_string(),
        source,
    );
    column.extra = json!({ "timezone": zone.name });
    if zone.lossy {
        column
            .notes
            .push(format!("the time zone is not known by name; instants are kept, shown in {}", zone.name));
    }
    Ok(column)
}

fn interval<'p>(
    left: &Array<'p>,
    right: &Array<'p>,
    closed: Closed,
    len: usize,
    budget: &Budget,
) -> Result<Column<'p>> {
    let left = Column::from_array(left, len, budget)?;
    let right = Column::from_array(right, len, budget)?;
    let subtype = pyarrow::type_name(&left.data_type).unwrap_or_else(|| left.data_type.to_string());
    let numpy_type = match &left.extra {
        Json::Object(extra) => match extra.get("timezone").and_then(Json::as_str) {
            Some(zone) => left.numpy_type.replace(']', &format!(", {zone}]")),
            None => left.numpy_type.clone(),
        },
        _ => left.numpy_type.clone(),
    };
    let fields = [left.field("left"), right.field("right")];
    let name = format!("interval[{numpy_type}, {}]", closed.name());
    let data_type = DataType::Struct(fields.to_vec().into());
    let mut column = Column::new(data_type, name, Source::Interval(Box::new((left, right))));
    column.metadata = of_pandas("pandas.interval", &[("subtype", &subtype), ("closed", closed.name())]);
    Ok(column)
}

fn masked<'p>(values: &NdArray<'p>, mask: &NdArray<'p>) -> Result<Column<'p>> {
    let Some(data_type) = numpy::plain_type(values.dtype()) else {
        let what = format!("a masked column of numpy's {}", values.dtype());
        return Err(Error::unsupported(values.origin(), what));
    };
    let name = match values.dtype().kind() {
        DtypeKind::Bool => "boolean".to_owned(),
        DtypeKind::Int(bytes) => format!("Int{}", u32::from(*bytes) * 8),
        DtypeKind::UInt(bytes) => format!("UInt{}", u32::from(*bytes) * 8),
        DtypeKind::Float(bytes) => format!("Float{}", u32::from(*bytes) * 8),
        _ => "object".to_owned(),
    };
    let source = Source::Masked { values: values.clone(), mask: mask.clone() };
    Ok(Column::new(data_type, name, source))
}

/// Cells of objects, for those who need them one by one.
pub(crate) fn object_cells<'p>(array: &Array<'p>) -> Option<Objects<'p>> {
    match array {
        Array::Numpy(array) | Array::String { cells: array, .. } => array.objects(),
        _ => None,
    }
}
