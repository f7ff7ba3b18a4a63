//! Rust types from pickles and to pickles.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use unpickle_core::serde::{from_reader, from_slice, to_vec, to_vec_with, to_writer};
use unpickle_core::{EncodeOptions, Pickle, Protocol};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i32, i32),
    Rect { width: u8, height: u8 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(i64);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    flag: bool,
    small: i8,
    large: u64,
    wide: i128,
    widest: u128,
    float: f32,
    double: f64,
    letter: char,
    text: String,
    bytes: Vec<u8>,
    none: Option<i32>,
    some: Option<i32>,
    unit: (),
    unit_struct: Unit,
    wrapped: Wrapped,
    pair: (i32, String),
    list: Vec<Shape>,
    map: BTreeMap<i64, Vec<String>>,
    by_tuple: HashMap<(i32, i32), bool>,
}

fn everything() -> Everything {
    Everything {
        flag: true,
        small: -7,
        large: u64::MAX,
        wide: i128::MIN,
        widest: u128::MAX,
        float: 0.5,
        double: -1e300,
        letter: 'é',
        text: "tœxt\n".into(),
        bytes: vec![0, 255],
        none: None,
        some: Some(1),
        unit: (),
        unit_struct: Unit,
        wrapped: Wrapped(i64::MIN),
        pair: (1, String::new()),
        list: vec![Shape::Point, Shape::Circle(1.5), Shape::Line(1, -1), Shape::Rect { width: 1, height: 2 }],
        map: (0..2500).map(|i| (i, vec![i.to_string(); 2])).collect(),
        by_tuple: HashMap::from([((1, 2), true), ((3, 4), false)]),
    }
}

#[test]
fn every_type_survives_at_each_protocol() {
    let value = everything();
    assert_eq!(from_slice::<Everything>(&to_vec(&value).unwrap()).unwrap(), value);
    for protocol in 0..=5 {
        for memo in [false, true] {
            let protocol = Protocol::try_from(protocol).unwrap();
            let bytes =
                to_vec_with(&value, EncodeOptions::new().with_protocol(protocol).with_memo(memo)).unwrap();
            assert_eq!(from_slice::<Everything>(&bytes).unwrap(), value, "{protocol:?}");
            assert_eq!(from_reader::<Everything>(&bytes[..]).unwrap(), value);
            let pickle = Pickle::parse(&bytes[..]).unwrap();
            assert_eq!(pickle.root().deserialize::<Everything>().unwrap(), value);
        }
    }
    let mut out = Vec::new();
    to_writer(&mut out, &value).unwrap();
    assert_eq!(out, to_vec(&value).unwrap());
}

#[test]
fn text_and_bytes_are_borrowed() {
    #[derive(Deserialize)]
    struct Borrowed<'a> {
        text: &'a str,
        #[serde(borrow)]
        many: Vec<&'a str>,
    }
    let bytes = to_vec(&BTreeMap::from([("text", vec!["a"]), ("many", vec![])])).unwrap();
    assert!(from_slice::<Borrowed<'_>>(&bytes).is_err());
    let bytes = b"\x80\x02}(U\x04textX\x03\0\0\0abcU\x04many](X\x01\0\0\0xU\x01yeu.";
    let value: Borrowed<'_> = from_slice(bytes).unwrap();
    assert!(bytes.as_ptr_range().contains(&value.text.as_ptr()));
    assert_eq!((value.text, value.many), ("abc", vec!["x", "y"]));
    let data: &[u8] = from_slice(b"\x80\x03C\x02\xff\0.").unwrap();
    assert_eq!(data, b"\xff\0");
    // Text of protocol 0 is not in the input as it is: it can be owned, or borrowed from a decoded pickle.
    assert!(from_slice::<&str>(b"Va\\u20ac\n.").is_err());
    assert_eq!(from_slice::<String>(b"Va\\u20ac\n.").unwrap(), "a€");
    let pickle = Pickle::parse(&b"Va\\u20ac\n."[..]).unwrap();
    assert_eq!(pickle.root().deserialize::<&str>().unwrap(), "a€");
}

#[test]
fn shared_values_are_deserialised_wherever_they_are() {
    // a = [1, 2]; [a, a, (a,)]
    let bytes = b"\x80\x02](](K\x01K\x02eq\0h\0h\0\x85q\x01e.";
    type Three = (Vec<i32>, Vec<i32>, (Vec<i32>,));
    assert_eq!(from_slice::<Three>(bytes).unwrap(), (vec![1, 2], vec![1, 2], (vec![1, 2],)));
}

#[test]
fn objects_are_their_attributes_or_their_items() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: i32,
        y: i32,
    }
    let two = Point { x: 1, y: 2 };
    let object = b"\x80\x02cgeometry\nPoint\n)\x81}(U\x01xK\x01U\x01yK\x02ub.";
    assert_eq!(from_slice::<Point>(object).unwrap(), two);
    let old_object =
        b"ccopy_reg\n_reconstructor\n(cgeometry\nPoint\nc__builtin__\nobject\nNtR(dVx\nI1\nsVy\nI2\nsb.";
    assert_eq!(from_slice::<Point>(old_object).unwrap(), two);
    let namedtuple = b"\x80\x02cgeometry\nPoint\nK\x01K\x02\x86\x81.";
    assert_eq!(from_slice::<Point>(namedtuple).unwrap(), two);
    let slots = b"\x80\x02cgeometry\nPoint\n)\x81N}(U\x01xK\x01U\x01yK\x02u\x86b.";
    assert_eq!(from_slice::<Point>(slots).unwrap(), two);
    let ordered = b"\x80\x02ccollections\nOrderedDict\n)R(U\x01xK\x01U\x01yK\x02u.";
    assert_eq!(from_slice::<Point>(ordered).unwrap(), two);
    let ordered2 = b"\x80\x02ccollections\nOrderedDict\n](](U\x01xK\x01e](U\x01yK\x02ee\x85R.";
    assert_eq!(from_slice::<Point>(ordered2).unwrap(), two);
    let empty = b"\x80\x02ccollections\nOrderedDict\n)R.";
    assert_eq!(from_slice::<HashMap<String, i32>>(empty).unwrap(), HashMap::new());
    let counter = b"\x80\x02ccollections\nCounter\n}U\x01aK\x03s\x85R.";
    assert_eq!(from_slice::<HashMap<String, i32>>(counter).unwrap(), HashMap::from([("a".into(), 3)]));
    let deque = b"\x80\x02ccollections\ndeque\n)R(K\x01K\x02e.";
    assert_eq!(from_slice::<Vec<i32>>(deque).unwrap(), [1, 2]);
    let set = b"c__builtin__\nset\n((lI1\naI2\natR.";
    assert_eq!(from_slice::<Vec<i32>>(set).unwrap(), [1, 2]);
}

#[test]
fn variants_are_read_as_others_write_them() {
    assert_eq!(from_slice::<Shape>(b"\x80\x02U\x05Point.").unwrap(), Shape::Point);
    assert_eq!(from_slice::<Shape>(b"\x80\x02U\x05Point\x85.").unwrap(), Shape::Point);
    assert_eq!(from_slice::<Shape>(b"\x80\x02U\x04LineK\x01K\x02\x86\x86.").unwrap(), Shape::Line(1, 2));
    assert_eq!(
        from_slice::<Shape>(b"\x80\x02}U\x06CircleG\x3f\xf0\0\0\0\0\0\0s.").unwrap(),
        Shape::Circle(1.0)
    );
    assert!(from_slice::<Shape>(b"\x80\x02U\x06Circle.").is_err());
    assert!(from_slice::<Shape>(b"\x80\x02K\x01.").is_err());
    assert!(from_slice::<Shape>(b"\x80\x02}.").is_err());
}

#[test]
fn what_is_refused_is_said_where() {
    let said = |bytes: &[u8]| from_slice::<Vec<i32>>(bytes).unwrap_err().to_string();
    assert_eq!(said(b"\x80\x02](K\x01U\x01ae."), "invalid type: string \"a\", expected i32 at byte 6");
    assert_eq!(said(b"\x80\x02](cm\nf\nK\x01e."), "expected data, found the global m.f at byte 4");
    assert_eq!(
        said(b"\x80\x02]cos\nsystem\nU\x01a\x85Ra."),
        "expected data, found os.system object at byte 18"
    );
    assert!(
        from_slice::<String>(b"X\x03\0\0\0\xed\xa0\x80.")
            .unwrap_err()
            .to_string()
            .contains("lone surrogates")
    );
    assert!(from_slice::<i64>(b"\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.").is_err());
}

#[derive(Debug, Deserialize)]
struct Nested(#[expect(dead_code, reason = "it is only read")] Vec<Nested>);

/// Whoever deserialises a type that holds itself goes down as deep as the data does.
#[test]
fn depth_and_cycles_are_bounded() {
    let deep = |count: usize| [b"]".repeat(count), b"a".repeat(count - 1), b".".to_vec()].concat();
    assert!(from_slice::<Nested>(&deep(100)).is_ok());
    assert!(from_slice::<Nested>(&deep(100_000)).unwrap_err().is_limit());
    assert!(from_slice::<Nested>(b"\x80\x02]q\0h\0a.").unwrap_err().is_limit());
    // Not looked at, nothing is too deep.
    assert!(from_slice::<serde::de::IgnoredAny>(&deep(100_000)).is_ok());
}

#[test]
fn names_of_fields_are_written_once() {
    #[derive(Serialize)]
    struct Row {
        identifier: i64,
    }
    let rows: Vec<Row> = (0..1000).map(|identifier| Row { identifier }).collect();
    let bytes = to_vec(&rows).unwrap();
    assert_eq!(bytes.windows(10).filter(|window| window == b"identifier").count(), 1);
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    assert_eq!(pickle.root().item(999).unwrap().item("identifier").unwrap().as_i64(), Some(999));
}

#[test]
fn a_length_that_is_not_true_is_refused() {
    struct Liar;
    impl Serialize for Liar {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeSeq;
            let mut seq = serializer.serialize_seq(Some(2))?;
            seq.serialize_element(&1)?;
            seq.end()
        }
    }
    assert!(to_vec(&Liar).is_err());
}
