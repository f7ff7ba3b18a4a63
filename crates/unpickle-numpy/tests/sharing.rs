//! What Python shares – dtypes, dicts, words – is shared here, and long files of it stay quick.

use unpickle_core::{Options, Pickle};
use unpickle_numpy::{DtypeCache, Joblib, NdArray, ToArray};

/// `numpy.dtype('>f8')`, remembered as 0, after PROTO.
const BIG_DTYPE: &[u8] =
    b"cnumpy\ndtype\nX\x02\0\0\0f8\x89\x88\x87R(K\x03X\x01\0\0\0>NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbq\0";

fn big(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

#[test]
fn two_big_endian_arrays_of_one_dtype_object_are_both_big_endian() {
    let array = |dtype: &[u8], number: f64| {
        let begin = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85C\x01btR(K\x01K\x01\x85";
        [begin, dtype, b"\x89C\x08", &big(&[number]), b"tb"].concat()
    };
    let bytes = [b"\x80\x03]q\x01(", &*array(BIG_DTYPE, 4.0), &array(b"h\0", 2.5), b"e."].concat();
    let pickle = Pickle::parse(bytes).unwrap();
    let numbers: Vec<f64> =
        pickle.root().iter().map(|array| array.to_array::<f64>().unwrap().sum()).collect();
    assert_eq!(numbers, [4.0, 2.5]);
}

#[test]
fn two_arrays_of_joblib_share_a_dtype_object_through_the_memo() {
    let wrapper = |dtype: &[u8], bytes: &[u8]| {
        let begin = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\0\0\0shapeK\x01\x85X\x05\0\0\0orderX\x01\0\0\0CX\x05\
            \0\0\0dtype";
        [begin, dtype, b"ub", bytes].concat()
    };
    let bytes =
        [&b"\x80\x02]q\x01("[..], &wrapper(BIG_DTYPE, &big(&[4.0])), &wrapper(b"h\0", &big(&[2.5])), b"e."];
    let joblib = Joblib::new();
    let pickle = Options::new().with_inline(&joblib).parse(bytes.concat()).unwrap();
    let numbers: Vec<f64> =
        pickle.root().iter().map(|array| array.to_array1::<f64>().unwrap().sum()).collect();
    assert_eq!(numbers, [4.0, 2.5]);
}

#[test]
fn two_hundred_thousand_arrays_of_one_dtype_are_read() {
    let mut bytes = b"\x80\x05](cnumpy._core.numeric\n_frombuffer\nq\x01(C\x08\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend_from_slice(BIG_DTYPE);
    bytes.extend_from_slice(b"K\x01\x85\x8c\x01CtR");
    for i in 1..200_000 {
        bytes.extend_from_slice(b"h\x01(C\x08");
        bytes.extend_from_slice(&big(&[f64::from(i)]));
        bytes.extend_from_slice(b"h\0K\x01\x85\x8c\x01CtR");
    }
    bytes.extend_from_slice(b"e.");
    let pickle = Pickle::parse(bytes).unwrap();
    let mut cache = DtypeCache::new();
    let mut sum = 0.0;
    for array in pickle.root().iter() {
        let array = NdArray::from_pickle_with(array, &mut cache).unwrap();
        sum += array.to_array::<f64>().unwrap().sum();
    }
    assert_eq!(sum, 199_999.0 * 100_000.0);
}

#[test]
fn a_vocabulary_of_a_million_words_is_read_and_looked_up() {
    let words = 1_100_000_u32;
    let mut bytes = b"\x80\x04}(".to_vec();
    for i in 0..words {
        let word = format!("word{i}");
        bytes.extend_from_slice(&[0x8c, word.len() as u8]);
        bytes.extend_from_slice(word.as_bytes());
        bytes.push(0x94);
        bytes.push(b'J');
        bytes.extend_from_slice(&i.to_le_bytes());
    }
    bytes.extend_from_slice(b"u.");
    let pickle = Pickle::parse(bytes).unwrap();
    let vocabulary = pickle.root().as_dict().unwrap();
    assert_eq!(vocabulary.len(), words as usize);
    for i in (0..words).step_by(1000) {
        assert_eq!(vocabulary.get(&*format!("word{i}")).and_then(|value| value.as_i64()), Some(i.into()));
    }
}

#[test]
fn each_of_sixty_thousand_keys_is_found() {
    let keys = 60_000_i64;
    let mut bytes = b"\x80\x04}(".to_vec();
    for i in 0..keys {
        let key = format!("layer.{i}.weight");
        bytes.extend_from_slice(&[0x8c, key.len() as u8]);
        bytes.extend_from_slice(key.as_bytes());
        bytes.extend_from_slice(b"\x94M");
        bytes.extend_from_slice(&(i as u16).to_le_bytes());
    }
    bytes.extend_from_slice(b"u.");
    let pickle = Pickle::parse(bytes).unwrap();
    for i in 0..keys {
        assert_eq!(pickle.root().item(&*format!("layer.{i}.weight")).unwrap().as_i64(), Some(i));
    }
}
