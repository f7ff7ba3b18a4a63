//! What is decoded, encoded and decoded again is the same; and what the encoder does with misuse and with bytes that attack.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use unpickle_core::{
    Category, EncodeOptions, Encoder, Encoding, Id, Make, Object, Options, Pickle, Protocol, Seq, Value,
    View, optimize,
};

const PROTOCOLS: [Protocol; 6] =
    [Protocol::V0, Protocol::V1, Protocol::V2, Protocol::V3, Protocol::V4, Protocol::V5];

fn encode(value: Value<'_>, protocol: Protocol) -> Vec<u8> {
    let options = EncodeOptions::new().with_protocol(protocol);
    options.to_writer_with_buffers(value, Vec::new(), &mut |_| Ok(true)).unwrap()
}

/// Both hold the same, in the same places, and what is one object here is one there.
fn assert_same(a: Value<'_>, b: Value<'_>, protocol: Protocol) {
    let (mut there, mut here): (HashMap<Id, Id>, HashMap<Id, Id>) = Default::default();
    let mut todo = vec![(a, b)];
    while let Some((a, b)) = todo.pop() {
        let (left, right) = (a.view(), b.view());
        if has_identity(left) {
            let known = (there.insert(a.id(), b.id()), here.insert(b.id(), a.id()));
            match known {
                (None, None) => {}
                (Some(right), Some(left)) => {
                    assert_eq!((left, right), (a.id(), b.id()), "{a:?} is shared in another way");
                    continue;
                }
                _ => panic!("{a:?} is shared here or there only"),
            }
        }
        match (left, right) {
            (View::List(a), View::List(b))
            | (View::Tuple(a), View::Tuple(b))
            | (View::Set(a), View::Set(b))
            | (View::FrozenSet(a), View::FrozenSet(b)) => {
                assert_eq!(a.len(), b.len());
                todo.extend(a.iter().zip(b));
            }
            (View::Dict(a), View::Dict(b)) => {
                assert_eq!(a.pairs().len(), b.pairs().len());
                todo.extend(a.pairs().zip(b.pairs()).flat_map(|((k, v), (l, w))| [(k, l), (v, w)]));
            }
            (View::Persistent(a), View::Persistent(b)) => todo.push((a, b)),
            // Two names of Python 3 may be one of Python 2.
            (View::Class(a), View::Class(b)) => {
                let moved = |module| if module == "_functools" { "functools" } else { module };
                let merged = protocol < Protocol::V3 && matches!(b.name(), "OSError" | "ImportError");
                assert!(merged || (moved(a.module()), a.name()) == (moved(b.module()), b.name()), "{a} {b}");
            }
            // Names with dots are of protocol 4.
            (View::Class(a), View::Object(b)) if a.name().contains('.') && protocol < Protocol::V4 => {
                assert!(b.class().unwrap().is("builtins", "getattr"));
            }
            (View::Object(a), View::Object(b)) => objects(a, b, &mut todo),
            (left, right) => assert_eq!(plain(left), plain(right), "{left:?} became {right:?}"),
        }
    }
}

fn has_identity(view: View<'_>) -> bool {
    match view {
        View::Tuple(items) => !items.is_empty(),
        View::List(_) | View::Dict(_) | View::Set(_) | View::FrozenSet(_) | View::ByteArray(_) => true,
        View::Object(_) | View::Persistent(_) | View::Buffer(_) => true,
        _ => false,
    }
}

fn objects<'p>(a: Object<'p>, b: Object<'p>, todo: &mut Vec<(Value<'p>, Value<'p>)>) {
    assert_eq!(a.make(), b.make());
    todo.push((a.callable(), b.callable()));
    // The arguments of OBJ and INST are no tuple of their own.
    match a.args().as_tuple().zip(b.args().as_tuple()) {
        Some((left, right)) if matches!(a.make(), Make::Obj | Make::Inst) => {
            assert_eq!(left.len(), right.len());
            todo.extend(left.iter().zip(right));
        }
        _ => todo.push((a.args(), b.args())),
    }
    let optional = [(a.kwargs(), b.kwargs())];
    for (a, b) in optional {
        assert_eq!(a.is_some(), b.is_some());
        todo.extend(a.zip(b));
    }
    assert_eq!(a.states().count(), b.states().count(), "{a:?}");
    todo.extend(a.states().zip(b.states()));
    assert_eq!(a.calls().count(), b.calls().count(), "{a:?}");
    todo.extend(a.calls().zip(b.calls()));
    let items = (a.items().map_or(0, Seq::len), b.items().map_or(0, Seq::len));
    assert_eq!(items.0, items.1, "{a:?}");
    todo.extend(a.items().into_iter().flatten().zip(b.items().into_iter().flatten()));
    let pairs = a.pairs().map(|pairs| pairs.pairs()).into_iter().flatten();
    let others = b.pairs().map(|pairs| pairs.pairs()).into_iter().flatten();
    todo.extend(pairs.zip(others).flat_map(|((k, v), (l, w))| [(k, l), (v, w)]));
}

fn plain(view: View<'_>) -> String {
    match view {
        View::Float(float) if float.is_nan() => "nan".into(),
        View::Str(text) => format!("str {:?}", text.as_bytes()),
        View::Int(int) => format!("int {:?}", int.to_le_bytes()),
        View::Buffer(buffer) => format!("{buffer:?} {}", buffer.is_readonly()),
        other => format!("{other:?}"),
    }
}

/// Decoded, encoded at each protocol, and decoded again.
fn round(bytes: &[u8]) {
    let pickle = Pickle::parse(bytes).unwrap();
    round_pickle(&pickle);
}

fn round_pickle(pickle: &Pickle<&[u8]>) {
    let buffers = pickle.objects().any(|object| matches!(object.view(), View::Buffer(_)));
    // Buffers that were not given can only stay out of band.
    for protocol in PROTOCOLS.into_iter().filter(|&protocol| protocol == Protocol::V5 || !buffers) {
        let encoded = encode(pickle.root(), protocol);
        let again = Pickle::parse(&encoded[..]).unwrap();
        assert_same(pickle.root(), again.root(), protocol);
        // And the encoder writes its own pickles byte by byte.
        assert_eq!(encode(again.root(), protocol), encoded);
        let lean = EncodeOptions::new().with_protocol(protocol).with_memo(false);
        let lean = lean.to_writer_with_buffers(pickle.root(), Vec::new(), &mut |_| Ok(true)).unwrap();
        assert_same(pickle.root(), Pickle::parse(&lean[..]).unwrap().root(), protocol);
        let optimized = optimize(&encoded).unwrap();
        assert_same(pickle.root(), Pickle::parse(&optimized[..]).unwrap().root(), protocol);
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// All fixtures that are pickles; with `ENCODE_SAMPLES` the files of that folder too.
#[test]
fn every_fixture_survives() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures"), &mut found);
    std::env::var("ENCODE_SAMPLES").into_iter().for_each(|folder| files(Path::new(&folder), &mut found));
    let mut done = 0;
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(pickle) = Options::new().parse(&bytes[..]) else { continue };
        // joblib's data between the opcodes cannot be written.
        if bytes.windows(12).any(|window| window == b"NumpyArrayWr") {
            continue;
        }
        round_pickle(&pickle);
        done += 1;
    }
    assert!(done > 50, "{done}");
}

#[test]
fn whatever_may_be_done_to_an_object_is_done_again() {
    for bytes in [
        // REDUCE with items, pairs and two states
        &b"\x80\x04cm\nf\nK\x01\x85R\x94(K\x01K\x02eK\x03a(K\x04K\x05u}b}K\x07K\x08sb."[..],
        // NEWOBJ_EX
        b"\x80\x04cm\nC\nK\x01\x85}\x8c\x01aK\x02s\x92.",
        // OBJ and INST, in a list twice
        b"(cm\nC\nK\x01K\x02oq\x00.",
        b"(lp0\n(I1\nI2\nim\nC\np1\nag1\na.",
        // persistent ids of text and others, shared
        b"(lp0\nPabc\np1\nag1\na.",
        b"]q\x00(K\x01QX\x03\0\0\0a\nbQq\x01h\x01h\x01e.",
        b"\x80\x02K\x01Q}X\x01\0\0\0aK\x01sb.",
        // extensions of each length, one built
        b"\x80\x02](\x82\x01\x83\x00\x01\x84\x00\x00\x01\x00\x82\x02q\x00h\x00e.",
        b"\x80\x02\x82\x01K\x07b.",
        // a global with a state; names with dots; names that are no text
        b"\x80\x02cm\nf\nq\x00}X\x01\0\0\0aK\x01sbh\x00\x86.",
        b"\x80\x04\x8c\x01m\x8c\x05A.B.C\x93.",
        b"\x80\x04](\x8c\x01m\x8c\x05A.B.C\x93\x94h\x00\x8c\x01m\x8c\x03A.B\x93e.",
        b"\x80\x04K\x01K\x02\x93.",
        // Python 2: str, names, a call of a method
        b"(lp0\nS'a\\x00\\'\\n'\np1\naS\"q'\"\nac__builtin__\nunicode\na.",
        b"\x80\x02U\x04\xff\0ab.",
        // a list that holds what it is an argument of
        b"\x80\x02cm\nf\n]q\x00\x85Rq\x01h\x00h\x01a0h\x01.",
        // an object whose state holds it, a dict with itself for a value
        b"\x80\x02cm\nC\n)\x81q\x00}X\x01\0\0\0ah\x00sb.",
        b"\x80\x02}q\x00K\x01h\x00s.",
        // text that is none
        b"X\x02\0\0\0\xff\xfe.",
        // arguments that are no tuple
        b"\x80\x02cm\nf\nK\x01R.",
        // bytearrays that were appended to
        b"\x80\x05\x96\x01\0\0\0\0\0\0\0a\x94(K\x01K\x02eh\0\x86.",
        b"c__builtin__\nbytearray\n)Rq\0(K\x01K\x02eh\0\x86.",
        // bytes that were built, a set that was added to
        b"c__builtin__\nbytes\n)RK\x01b.",
        b"c__builtin__\nset\n](K\x01K\x02e\x85RK\x03a.",
    ] {
        match Pickle::parse(bytes) {
            Ok(pickle) => round_pickle(&pickle),
            Err(error) => panic!("{error}: {bytes:?}"),
        }
    }
}

/// `__reduce__` of six parts: a function sets the state, and its result is dropped.
#[test]
fn a_call_that_sets_the_state_is_kept() {
    let bytes = b"\x80\x02]q\x00(cm\nf\n)Rq\x01cm\nset_state\nh\x01}q\x02X\x01\0\0\0aK\x01s\x86R0e.";
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    let object = pickle.root().item(0).unwrap().as_object().unwrap();
    let call = object.calls().next().unwrap().as_object().unwrap();
    assert!(call.class().unwrap().is("m", "set_state"));
    assert_eq!(call.arg(1).unwrap().item("a").unwrap().as_i64(), Some(1));
    assert!(call.arg(0).unwrap().is(object.value()));
    round_pickle(&pickle);
    // A tuple that holds itself drops what is no call on what is below.
    let pickle = Pickle::parse(&b"\x80\x02]q\0h\0\x85q\x01a0h\x01."[..]).unwrap();
    round_pickle(&pickle);
}

#[test]
fn buffers_stay_out_of_band_or_come_in() {
    let bytes = b"\x80\x05](\x97\x94\x97\x98h\x00e.";
    let given = vec![b"abc"[..].into(), b"defg"[..].into()];
    let pickle = Options::new().with_buffers(given).parse(&bytes[..]).unwrap();
    assert_eq!(
        EncodeOptions::new()
            .with_protocol(Protocol::V5)
            .to_writer_with_buffers(pickle.root(), Vec::new(), &mut |_| Ok(true))
            .unwrap(),
        b"\x80\x05\x95\x0b\0\0\0\0\0\0\0]\x94(\x97\x94\x97\x98h\x01e."
    );
    for protocol in PROTOCOLS {
        let encoded = EncodeOptions::new().with_protocol(protocol).to_vec(pickle.root()).unwrap();
        let again = Pickle::parse(encoded).unwrap();
        assert_eq!(again.root().to_string(), "[bytearray(b'abc'), b'defg', bytearray(b'abc')]");
        assert!(again.root().item(0).unwrap().is(again.root().item(2).unwrap()));
    }
    let missing = Pickle::parse(&bytes[..]).unwrap();
    let error = EncodeOptions::new().to_vec(missing.root()).unwrap_err();
    assert_eq!(error.category(), Category::Data);
}

#[test]
fn names_of_python_2_stay_or_are_those_of_python_3() {
    let spelled = |bytes: &[u8], protocol| {
        let pickle = Pickle::parse(bytes).unwrap();
        let encoded = encode(pickle.root(), protocol);
        let again = Pickle::parse(&encoded[..]).unwrap();
        let class = again.root().as_class().unwrap();
        (class.raw_module().to_owned(), class.raw_name().to_owned())
    };
    let own = |module: &str, name: &str| (module.to_owned(), name.to_owned());
    assert_eq!(
        spelled(b"\x80\x02c__builtin__\nbasestring\n.", Protocol::V0),
        own("__builtin__", "basestring")
    );
    assert_eq!(spelled(b"\x80\x02c__builtin__\nbasestring\n.", Protocol::V3), own("builtins", "str"));
    assert_eq!(
        spelled(b"\x80\x03cbuiltins\nFileNotFoundError\n.", Protocol::V2),
        own("exceptions", "OSError")
    );
    assert_eq!(
        spelled(b"\x80\x04\x8c\x0bcollections\x8c\x0bOrderedDict\x93.", Protocol::V1),
        own("collections", "OrderedDict")
    );
    assert_eq!(spelled(b"\x80\x04\x8c\x05queue\x8c\x05Queue\x93.", Protocol::V2), own("Queue", "Queue"));
    let pickle = Pickle::parse(&b"\x80\x03cbuiltins\nset\n."[..]).unwrap();
    let options = EncodeOptions::new().with_protocol(Protocol::V1).with_fix_imports(false);
    assert_eq!(options.to_vec(pickle.root()).unwrap(), b"cbuiltins\nset\nq\0.");
}

#[test]
fn what_makes_no_sense_is_refused() {
    type Misuse = fn(&mut Encoder<Vec<u8>>) -> unpickle_core::Result<()>;
    let misuses: [(&str, Misuse); 13] = [
        ("two values", |e| e.none().and_then(|()| e.none())),
        ("more items", |e| {
            e.begin_list(1)?;
            e.none()?;
            e.none()
        }),
        ("fewer items", |e| {
            e.begin_list(2)?;
            e.none()?;
            e.end().map(drop)
        }),
        ("nothing open", |e| e.end().map(drop)),
        ("key without value", |e| {
            e.begin_dict(None)?;
            e.none()?;
            e.end().map(drop)
        }),
        ("build of nothing", |e| e.build()),
        ("build without a value", |e| {
            e.begin_object()?;
            e.global("m", "f")?;
            e.build()
        }),
        ("state not built", |e| {
            e.begin_object()?;
            e.global("m", "f")?;
            e.none()?;
            e.end().map(drop)
        }),
        ("items of nothing", |e| e.begin_items(1)),
        ("call without arguments", |e| {
            e.begin_call(Make::Reduce)?;
            e.global("m", "f")?;
            e.end().map(drop)
        }),
        ("a memo of another's", |e| {
            let mut other = Encoder::new(Vec::new(), Protocol::V4)?;
            let memo = other.begin_list(None)?;
            e.get(memo)
        }),
        ("a buffer before protocol 5", |e| e.buffer(false)),
        ("nothing to remember", |e| e.memoize().map(drop)),
    ];
    for (what, misuse) in misuses {
        let mut encoder = Encoder::new(Vec::new(), Protocol::V4).unwrap();
        assert_eq!(misuse(&mut encoder).unwrap_err().category(), Category::Data, "{what}");
    }
    assert!(Encoder::new(Vec::new(), Protocol::V4).unwrap().finish().is_err());
    let mut encoder = Encoder::new(Vec::new(), Protocol::V4).unwrap();
    encoder.begin_list(0).unwrap();
    assert!(encoder.finish().is_err());
}

#[test]
fn lengths_need_not_be_known() {
    for count in [0, 1, 2, 999, 1000, 1001, 2500] {
        for protocol in PROTOCOLS {
            let mut encoder = Encoder::new(Vec::new(), protocol).unwrap();
            encoder.begin_tuple(None).unwrap();
            encoder.begin_list(None).unwrap();
            (0..count).for_each(|i| encoder.int(i).unwrap());
            encoder.end().unwrap();
            encoder.begin_dict(None).unwrap();
            (0..count).for_each(|i| encoder.int(i).and_then(|()| encoder.none()).unwrap());
            encoder.end().unwrap();
            encoder.begin_set(None).unwrap();
            (0..count).for_each(|i| encoder.int(i).unwrap());
            encoder.end().unwrap();
            encoder.begin_frozenset(None).unwrap();
            (0..count).for_each(|i| encoder.int(i).unwrap());
            encoder.end().unwrap();
            encoder.end().unwrap();
            let pickle = Pickle::parse(encoder.finish().unwrap()).unwrap();
            for part in pickle.root() {
                assert_eq!(part.len(), count as usize);
            }
        }
    }
}

fn repeat(start: &[u8], middle: &[u8], count: usize, end: &[u8]) -> Vec<u8> {
    [start, &middle.repeat(count), end].concat()
}

#[test]
fn depth_is_no_danger() {
    const DEEP: usize = 100_000;
    for bytes in [
        repeat(b"", b"]", DEEP, &[b"a".repeat(DEEP - 1), b".".to_vec()].concat()),
        repeat(b")", b"\x85", DEEP, b"."),
        repeat(b"N", b"(K\x01\x91", DEEP, b"."),
        repeat(b"", b"}K\x01", DEEP, &[b"N".to_vec(), b"s".repeat(DEEP), b".".to_vec()].concat()),
        repeat(b"cm\nf\n", b")R", DEEP, b"."),
        repeat(b"cm\nf\n", b")\x81", DEEP, b"."),
        repeat(b"cm\nf\n)R", b"}b", DEEP, b"."),
        repeat(b"K\x01", b"Q", DEEP, b"."),
    ] {
        round(&bytes);
    }
}

/// Lists without number, all in one tuple and each holding it: CPython writes the tuple once inside itself for each.
#[test]
fn what_holds_itself_without_end_is_refused() {
    let tuple = |lists: usize| {
        let mut bytes = b"\x80\x02(".to_vec();
        (0..lists as u32).for_each(|i| bytes.extend([&b"]r"[..], &i.to_le_bytes()].concat()));
        bytes.extend([&b"tr"[..], &(lists as u32).to_le_bytes()].concat());
        for i in 0..lists as u32 {
            bytes.extend([&b"j"[..], &i.to_le_bytes(), b"j", &(lists as u32).to_le_bytes(), b"a0"].concat());
        }
        bytes.push(b'.');
        bytes
    };
    round(&tuple(50));
    let bytes = tuple(20_000);
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    let error = EncodeOptions::new().to_vec(pickle.root()).unwrap_err();
    assert!(error.is_limit(), "{error}");
}

#[test]
fn shared_values_are_written_once() {
    let by_memo = repeat(b")q\x00", b"h\x00h\x00\x86q\x00", 64, b".");
    round(&by_memo);
    let pickle = Pickle::parse(&by_memo[..]).unwrap();
    assert!(encode(pickle.root(), Protocol::V4).len() < 1000);
}

#[test]
fn rows_of_a_table_are_written_as_what_they_are() {
    let records = |count: usize| {
        let mut encoder = Encoder::new(Vec::new(), Protocol::V4).unwrap();
        encoder.begin_list(count).unwrap();
        let mut names = Vec::new();
        for i in 0..count {
            encoder.begin_dict(3).unwrap();
            if i == 0 {
                names.push(encoder.str("name").unwrap());
            } else {
                encoder.get(names[0]).unwrap();
            }
            encoder.str(&format!("name {i}")).unwrap();
            match names.get(1) {
                Some(&key) => encoder.get(key).unwrap(),
                None => names.push(encoder.str("number").unwrap()),
            }
            encoder.int(i as i64 * 100).unwrap();
            match names.get(2) {
                Some(&key) => encoder.get(key).unwrap(),
                None => names.push(encoder.str("tags").unwrap()),
            }
            encoder.begin_list(2).unwrap();
            encoder.get(names[0]).unwrap();
            encoder.float(i as f64).unwrap();
            encoder.end().unwrap();
            encoder.end().unwrap();
        }
        encoder.end().unwrap();
        encoder.finish().unwrap()
    };
    let bytes = records(5000);
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    assert!(pickle.root().item(4000).unwrap().as_dict().unwrap().layout().is_some());
    assert!(encode(pickle.root(), Protocol::V4) == bytes);
    let plain = Options::new().with_encoding(Encoding::Bytes).without_rows().parse(&bytes[..]).unwrap();
    for protocol in PROTOCOLS {
        assert!(encode(plain.root(), protocol) == encode(pickle.root(), protocol));
    }
    round(&bytes);
}
