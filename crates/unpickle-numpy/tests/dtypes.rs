//! Dtypes: how they print, their versions, structures.

use unpickle_numpy::{Dtype, DtypeKind, NaObject, NdArray};

use crate::pickles::*;
use crate::{read, root};

fn shown(pickle: &'static [u8]) -> Vec<String> {
    root(pickle).iter().map(|dtype| dtype.extract::<Dtype>().unwrap().to_string()).collect()
}

#[test]
fn dtypes_print_as_numpy_prints_them() {
    let expected = [
        "bool",
        "int8",
        ">u4",
        "float16",
        "float128",
        "complex64",
        "|S5",
        ">U5",
        "|V3",
        "object",
        "datetime64[us]",
        ">m8[D]",
        "datetime64",
    ];
    assert_eq!(shown(DTYPES), expected);
    let dtype: Dtype = read(DTYPE_META);
    assert_eq!(dtype.to_string(), "float64");
}

#[test]
fn structures_print_as_numpy_prints_them() {
    let dtype = |pickle| read::<Dtype>(pickle).to_string();
    let of_array = |pickle| read::<NdArray>(pickle).dtype().to_string();
    assert_eq!(of_array(STRUCT), "[('a', '<i4'), ('b', '>f8'), ('c', '<U3')]");
    assert_eq!(
        dtype(STRUCT_OFFSETS),
        "{'names': ['a', 'b'], 'formats': ['<i4', '<f8'], 'offsets': [0, 16], 'itemsize': 32}"
    );
    assert_eq!(
        of_array(STRUCT_ALIGNED),
        "{'names': ['a', 'b'], 'formats': ['i1', ('<f8', (2, 3))], 'offsets': [0, 8], 'itemsize': 56, \
         'aligned': True}"
    );
    assert_eq!(of_array(STRUCT_NESTED), "[('p', [('x', '<i2'), ('y', '<i2')]), ('n', 'u1')]");
    assert_eq!(dtype(STRUCT_TITLES), "[(('Title A', 'a'), 'i1'), ('b', '<f8')]");
    assert_eq!(dtype(SUBARRAY), "('<f4', (2, 3))");
    assert_eq!(of_array(RECARRAY), "(numpy.record, [('a', '<i4'), ('b', '<f8')])");
}

#[test]
fn classes_of_dtypes_and_of_numbers_are_dtypes() {
    assert_eq!(shown(DTYPE_CLASSES), ["float64", "float32", "float64", "datetime64", "StringDType()"]);
    assert_eq!(shown(DTYPE_CLASSES_OLD), ["float64", "datetime64"]);
}

#[test]
fn states_of_all_versions_are_read() {
    assert_eq!(shown(DTYPE_VERSIONS), [">f8"; 5]);
    assert_eq!(shown(STRUCT_VERSIONS).get(..2).unwrap(), ["[('a', '<i4'), ('b', '<f8')]"; 2]);
    let last: Dtype = root(STRUCT_VERSIONS).get(2).unwrap().extract().unwrap();
    assert_eq!(last.fields().len(), 2);
    assert_eq!(read::<Dtype>(SUBARRAY_INT).to_string(), "('<i4', (2,))");
}

#[test]
fn equal_dtypes_are_equal_and_others_are_not() {
    let list = root(DTYPE_VERSIONS);
    let dtype = |i: usize| list.get(i).unwrap().extract::<Dtype>().unwrap();
    assert_eq!(dtype(0), dtype(4));
    assert_ne!(dtype(0), Dtype::float(8));
    assert_eq!(dtype(0).to_little_endian(), Dtype::float(8));
    assert_eq!(read::<NdArray>(STRUCT).dtype(), read::<NdArray>(STRUCT).dtype());
    assert_ne!(read::<NdArray>(STRUCT).dtype(), read::<NdArray>(STRUCT_NESTED).dtype());
}

#[test]
fn fields_are_found_by_name_and_by_title() {
    let dtype: Dtype = read(STRUCT_TITLES);
    assert_eq!(dtype.field("a").unwrap().title.as_deref(), Some("Title A"));
    assert_eq!(dtype.field("Title A").unwrap().name, "a");
    assert_eq!(dtype.field("b").unwrap().offset, 1);
    assert!(dtype.field("c").is_none());
}

#[test]
fn field_names_may_be_scalars_of_numpy() {
    assert_eq!(read::<Dtype>(STRUCT_NUMPY_NAMES).to_string(), "[('a', '<i4'), ('b', '<f8')]");
}

#[test]
fn string_dtypes_know_what_is_missing() {
    let array: NdArray = read(STRINGS);
    assert_eq!(*array.dtype().kind(), DtypeKind::String);
    assert_eq!(*array.dtype().na_object(), NaObject::None);
    assert_eq!(array.dtype().to_string(), "StringDType(na_object=None)");
    let cells = array.objects().unwrap();
    let texts: Vec<_> = cells.iter().map(|cell| cell.as_str()).collect();
    assert_eq!(texts, [Some("a"), Some("länger als sechzehn Bytes"), None]);
}
