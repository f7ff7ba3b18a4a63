//! Scalars.

use num_complex::Complex;
use unpickle_numpy::{Cell, DtypeCache, NdArray, Scalar, Text, TimeUnit, Unit};

use crate::pickles::*;
use crate::{read, root};

#[test]
fn scalars_are_cells_of_their_dtype() {
    let mut cache = DtypeCache::new();
    let cells: Vec<Cell> = root(SCALARS)
        .iter()
        .map(|value| Scalar::from_pickle_with(value, &mut cache).unwrap().cell().unwrap())
        .collect();
    let expected = [
        Cell::Int(-3),
        Cell::UInt(u64::MAX),
        Cell::Float32(0.5),
        Cell::Bool(true),
        Cell::Datetime(18262, TimeUnit::one(Unit::Day)),
        Cell::Timedelta(i64::MIN, TimeUnit::one(Unit::Generic)),
        Cell::Complex64(Complex::new(1.0, 2.0)),
        Cell::Str("é".into(), Text::Utf8),
        Cell::Bytes(b"x"),
    ];
    assert_eq!(cells[..9], expected);
    assert!(matches!(cells[9], Cell::LongDouble(x) if x.value == 0.1 && !x.exact));
}

#[test]
fn scalars_of_python_2_are_scalars() {
    let scalar: Scalar = read(SCALAR_PYTHON2);
    assert_eq!(scalar.get::<f64>().unwrap(), 1.5);
    assert!(scalar.get::<f32>().is_err());
    assert_eq!(scalar.bytes().unwrap(), 1.5_f64.to_le_bytes());
}

#[test]
fn an_element_of_a_structure_is_a_scalar() {
    let scalar: Scalar = read(SCALAR_VOID);
    assert_eq!(scalar.dtype().fields().len(), 2);
    match scalar.cell().unwrap() {
        Cell::Array(array) => assert_eq!(array.field("b").unwrap().cell(0), Some(Cell::Float64(2.0))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn scalars_with_objects_hold_them() {
    let scalar: Scalar = read(SCALAR_VOID_OBJECTS);
    assert_eq!(scalar.object().unwrap().get(1).unwrap().as_str(), Some("x"));
    assert!(scalar.bytes().is_none());
    let scalar: Scalar = read(SCALAR_OBJECT);
    assert_eq!(scalar.object().unwrap().as_str(), Some("thing"));
    assert!(matches!(scalar.cell(), Some(Cell::Object(thing)) if thing.as_str() == Some("thing")));
    assert_eq!(scalar.as_array().objects().unwrap().iter().count(), 1);
}

#[test]
fn scalars_and_arrays_are_told_apart() {
    let error = root(SCALAR_PYTHON2).extract::<NdArray>().unwrap_err().to_string();
    assert!(error.starts_with("expected a numpy array, found "), "{error}");
    let error = root(NO_DIMENSIONS).extract::<Scalar>().unwrap_err().to_string();
    assert!(error.starts_with("expected a numpy scalar, found "), "{error}");
}
