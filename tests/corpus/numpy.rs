//! numpy: every array's dtype, shape and cells, as numpy itself printed them.

use serde_json::{Value as Json, json};
use unpickle_core::{Pickle, Value, View};
use unpickle_numpy::{Cell, DtypeKind, MaskedArray, NdArray, Scalar};

use super::builtins::hex;
use super::{fixtures, report};

#[test]
fn arrays_have_the_dtype_shape_and_cells_of_numpy() {
    let mut faults = Vec::new();
    for fixture in fixtures("numpy") {
        let pickle = Pickle::parse(&fixture.bytes[..]).expect("a pickle");
        compare(&fixture.name, pickle.root(), &fixture.note, &mut faults);
    }
    report(&faults);
}

/// Compares the arrays of a dict, or the one array called `.`, with what is written down of them.
pub(super) fn compare(name: &str, root: Value<'_>, note: &Json, faults: &mut Vec<String>) {
    for (key, note) in note["arrays"].as_object().expect("arrays") {
        let place = format!("{name} {key}");
        let value = if key == "." { Some(root) } else { root.get(key.as_str()) };
        let Some(value) = value else {
            faults.push(format!("{place}: not there"));
            continue;
        };
        let (array, mask) = match read(value) {
            Ok(read) => read,
            Err(error) => {
                faults.push(format!("{place}: {error}"));
                continue;
            }
        };
        let dtype = array.dtype().to_string();
        if note["dtype"] != dtype {
            faults.push(format!("{place}: dtype {dtype}, expected {}", note["dtype"]));
        }
        if note["shape"] != json!(array.shape()) {
            faults.push(format!("{place}: shape {:?}, expected {}", array.shape(), note["shape"]));
        }
        let cells: Vec<Json> = (0..array.len())
            .map(|at| match mask.as_ref().and_then(|mask| mask.cell(at)) {
                Some(Cell::Bool(true)) => Json::Null,
                _ => array.cell(at).map_or(json!("no cell"), |cell| plain(cell)),
            })
            .collect();
        if !same(&note["cells"], &Json::Array(cells.clone())) {
            faults.push(format!("{place}: cells {}, expected {}", Json::Array(cells), note["cells"]));
        }
    }
}

fn read(value: Value<'_>) -> unpickle_core::Result<(NdArray<'_>, Option<NdArray<'_>>)> {
    if let Ok(scalar) = value.extract::<Scalar<'_>>() {
        return Ok((scalar.as_array().clone(), None));
    }
    if let Ok(masked) = value.extract::<MaskedArray<'_>>() {
        return Ok((masked.data().clone(), Some(masked.mask().clone())));
    }
    value.extract::<NdArray<'_>>().map(|array| (array, None))
}

/// Equal, where floats are compared as numbers and `{"$any": ..}` stands for whatever is there.
fn same(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(any), found) if any.contains_key("$any") => !found.is_null(),
        (Json::String(left), Json::String(right)) => {
            left == right || left.parse::<f64>().is_ok_and(|left| right.parse() == Ok(left))
        }
        _ => expected == found,
    }
}

fn float(value: f64) -> Json {
    if value.is_nan() { json!("NaN") } else { json!(format!("{value:?}")) }
}

/// A cell as `arrays.py` writes it.
fn plain(cell: Cell<'_>) -> Json {
    match cell {
        Cell::Bool(value) => json!(value),
        Cell::Int(value) => json!(value.to_string()),
        Cell::UInt(value) => json!(value.to_string()),
        Cell::Float16(value) => float(value.to_f64()),
        Cell::Float32(value) => float(value.into()),
        Cell::Float64(value) => float(value),
        Cell::LongDouble(value) => float(value.value),
        Cell::Complex64(value) => json!([float(value.re.into()), float(value.im.into())]),
        Cell::Complex128(value) => json!([float(value.re), float(value.im)]),
        Cell::ComplexLongDouble(re, im) => json!([float(re.value), float(im.value)]),
        Cell::Bytes(bytes) | Cell::Void(bytes) => json!(hex(bytes)),
        Cell::Str(text, _) => json!(String::from_utf8(text).expect("text")),
        Cell::Datetime(i64::MIN, _) | Cell::Timedelta(i64::MIN, _) => Json::Null,
        Cell::Datetime(ticks, _) | Cell::Timedelta(ticks, _) => json!(ticks.to_string()),
        Cell::Array(array) => nested(&array),
        Cell::Object(value) => object(value),
        _ => json!("a cell of a new kind"),
    }
}

/// A cell that is a Python object; the tuple that stands for a structure with objects in it too.
fn object(value: Value<'_>) -> Json {
    match value.view() {
        View::None => Json::Null,
        View::Bool(value) => json!(value),
        View::Int(value) => json!(value.to_string()),
        View::Float(value) => float(value),
        View::Str(text) => json!(text.to_str()),
        View::Bytes(bytes) => json!(hex(bytes)),
        View::Tuple(fields) => fields.iter().map(object).collect(),
        _ => match value.extract::<Scalar<'_>>() {
            Ok(scalar) => scalar.cell().map_or(Json::Null, plain),
            Err(_) => json!({"$any": value.kind().to_string()}),
        },
    }
}

/// The fields of a structure, or the elements of a subarray.
fn nested(array: &NdArray<'_>) -> Json {
    if let (DtypeKind::Struct(fields), true) = (array.dtype().kind(), array.ndim() == 0) {
        let field = |name: &str| match array.field(name) {
            Ok(field) if field.ndim() > 0 => nested(&field),
            Ok(field) => field.cell(0).map_or(json!("no cell"), plain),
            Err(error) => json!(error.to_string()),
        };
        return fields.iter().map(|one| field(&one.name)).collect();
    }
    (0..array.len()).map(|at| array.cell(at).map_or(json!("no cell"), plain)).collect()
}
