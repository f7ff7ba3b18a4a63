//! What the machine keeps: identity, sharing, cycles, calls as data, Python 2, protocol 5.

use std::sync::Arc;

use unpickle_core::{Category, Encoding, Make, Options, Pickle, Pickles, Value, View};

fn parse(bytes: &[u8]) -> Pickle<&[u8]> {
    Pickle::parse(bytes).unwrap()
}

fn repr(bytes: &[u8]) -> String {
    parse(bytes).root().to_string()
}

fn error(bytes: &[u8]) -> String {
    Pickle::parse(bytes).unwrap_err().to_string()
}

#[test]
fn a_list_may_contain_itself() {
    // l = []; l.append(l)
    let pickle = parse(b"\x80\x02]q\x00h\x00a.");
    let list = pickle.root();
    assert!(list.get(0).unwrap().is(list));
    assert_eq!(list.repr().with_depth(3).to_string(), "[[[[...]]]]");
}

#[test]
fn a_tuple_may_contain_itself() {
    // t = ([],); t[0].append(t): the tuple is found in the memo, and what was half made of it is popped.
    let pickle = parse(b"\x80\x02]q\x00h\x00\x85q\x01a0h\x01.");
    let tuple = pickle.root();
    assert!(tuple.as_tuple().is_some());
    assert!(tuple.get(0).unwrap().get(0).unwrap().is(tuple));
}

#[test]
fn an_object_may_be_its_own_state() {
    // o = C(); o.me = o
    let pickle = parse(b"\x80\x02cm\nC\n)\x81q\x00}X\x02\0\0\0meh\x00sb.");
    let object = pickle.root();
    assert!(object.attr("me").unwrap().is(object));
}

#[test]
fn what_is_shared_is_one_value() {
    // a = [1]; {'p': a, 'q': a}
    let pickle = parse(b"\x80\x02}(X\x01\0\0\0p]q\x00K\x01aX\x01\0\0\0qh\x00u.");
    let (p, q) = (pickle.root().get("p").unwrap(), pickle.root().get("q").unwrap());
    assert!(p.is(q));
    assert_eq!(p.id(), q.id());
    assert!(pickle.value(p.id()).unwrap().is(q));
    assert_eq!(pickle.objects().count(), 2);
}

#[test]
fn equal_values_made_twice_are_two() {
    let pickle = parse(b"\x80\x02](]]e.");
    assert!(!pickle.root().get(0).unwrap().is(pickle.root().get(1).unwrap()));
}

#[test]
fn a_memo_entry_may_be_redefined() {
    assert_eq!(repr(b"(K\x01q\x00K\x02q\x00h\x00t."), "(1, 2, 2)");
    assert_eq!(repr(b"\x80\x04(K\x01\x94K\x02\x94K\x03q\x00h\x00h\x01t."), "(1, 2, 3, 3, 2)");
}

#[test]
fn memo_indexes_may_be_sparse_and_enormous() {
    assert_eq!(repr(b"(K\x01r\xff\xff\xff\xffj\xff\xff\xff\xfft."), "(1, 1)");
    assert_eq!(repr(b"(K\x01p18446744073709551615\ng18446744073709551615\nt."), "(1, 1)");
    // MEMOIZE counts entries, it does not follow the highest index.
    assert_eq!(repr(b"\x80\x04(K\x01r\xe8\x03\0\0K\x02\x94h\x01t."), "(1, 2, 2)");
    assert_eq!(error(b"h\x05."), "nothing was put in the memo under 5 at byte 0");
}

/// A list of `count` texts, each memoized, in batches of 1,000 as CPython writes them, then the memo's entries
/// `wanted`.
fn memoized_texts(count: usize, wanted: &[u32]) -> Vec<u8> {
    let mut bytes = b"\x80\x04]".to_vec();
    for start in (0..count).step_by(1000) {
        bytes.push(b'(');
        for i in start..count.min(start + 1000) {
            let text = format!("t{i}");
            bytes.extend([0x8c, text.len() as u8]);
            bytes.extend(text.bytes());
            bytes.push(0x94);
            if i % 700 == 699 {
                // A FRAME may begin anywhere.
                bytes.extend(*b"\x95\xff\0\0\0\0\0\0\0");
            }
        }
        bytes.push(b'e');
    }
    for &index in wanted {
        bytes.push(b'j');
        bytes.extend(index.to_le_bytes());
        bytes.push(b'a');
    }
    bytes.push(b'.');
    bytes
}

#[test]
fn texts_of_a_long_list_are_found_in_the_memo() {
    let wanted = [0, 1, 255, 256, 999, 1000, 1023, 1024, 4095, 4096, 9999];
    let bytes = memoized_texts(10_000, &wanted);
    let pickle = parse(&bytes);
    let list = pickle.root().as_list().unwrap();
    assert_eq!(list.len(), 10_000 + wanted.len());
    for (i, item) in list.iter().take(10_000).enumerate() {
        assert_eq!(item.as_str(), Some(format!("t{i}").as_str()));
    }
    for (i, &index) in wanted.iter().enumerate() {
        let found = list.get(10_000 + i).unwrap();
        assert_eq!(found.as_str(), Some(format!("t{index}").as_str()));
        assert!(found.is(list.get(index as usize).unwrap()));
    }
}

#[test]
fn a_long_list_is_read_from_anywhere() {
    let bytes = memoized_texts(12_345, &[]);
    let pickle = parse(&bytes);
    let list = pickle.root().as_list().unwrap();
    assert!(
        pickle.memory() < 2_000,
        "a list of leaves takes words for its batches only: {}",
        pickle.memory()
    );
    for start in [0, 1, 999, 1000, 1001, 5000, 12_000, 12_344, 12_345, 20_000] {
        let texts: Vec<_> = list.range(start..start + 3).filter_map(|item| item.as_str()).collect();
        let expected: Vec<_> = (start..(start + 3).min(12_345)).map(|i| format!("t{i}")).collect();
        assert_eq!(texts, expected);
        assert_eq!(list.get(start).is_some(), start < 12_345);
    }
}

#[test]
fn runs_may_be_longer_than_a_run_word_counts() {
    let mut bytes = b"]".to_vec();
    bytes.push(b'(');
    for i in 0..10_000u16 {
        bytes.push(b'M');
        bytes.extend(i.to_le_bytes());
    }
    bytes.extend(*b"e.");
    let pickle = parse(&bytes);
    let list = pickle.root().as_list().unwrap();
    assert_eq!(list.len(), 10_000);
    assert!(list.iter().enumerate().all(|(i, item)| item.as_i64() == Some(i as i64)));
    assert_eq!(list.get(4095).and_then(|item| item.as_i64()), Some(4095));
    assert_eq!(list.get(8191).and_then(|item| item.as_i64()), Some(8191));
}

#[test]
fn leaves_before_a_tuple_in_a_list_are_its_own() {
    let mut bytes = b"](".to_vec();
    bytes.extend([b'K', 7].repeat(40));
    bytes.extend(*b"\x86K\x01K\x02K\x03\x87K\x09\x85K\x04e.");
    let pickle = parse(&bytes);
    let text = pickle.root().repr().with_items(100).to_string();
    assert!(text.ends_with("7, 7, (7, 7), (1, 2, 3), (9,), 4]"), "{text}");
    assert_eq!(pickle.root().len(), 38 + 4);
}

#[test]
fn a_list_grows_in_every_way() {
    assert_eq!(repr(b"]K\x01a."), "[1]");
    assert_eq!(repr(b"]K\x01aK\x02aK\x03a."), "[1, 2, 3]");
    assert_eq!(repr(b"](K\x01K\x02eK\x03a(K\x04K\x05e."), "[1, 2, 3, 4, 5]");
    assert_eq!(repr(b"](e(K\x01e(e."), "[1]");
    assert_eq!(repr(b"](]K\x01a]K\x02ae]K\x03aa."), "[[1], [2], [3]]");
}

#[test]
fn a_dict_keeps_the_first_place_and_the_last_value_of_a_key() {
    // {'a': 1, 'b': 2, 'a': 3}, and 1 == 1.0 == True
    let pickle = parse(b"}(X\x01\0\0\0aK\x01X\x01\0\0\0bK\x02X\x01\0\0\0aK\x03u.");
    let dict = pickle.root().as_dict().unwrap();
    assert_eq!((dict.pairs().len(), dict.len()), (3, 2));
    assert_eq!(pickle.root().to_string(), "{'a': 3, 'b': 2}");
    assert_eq!(repr(b"}(K\x01X\x01\0\0\0xG\x3f\xf0\0\0\0\0\0\0X\x01\0\0\0y\x88X\x01\0\0\0zu."), "{1: 'z'}");
}

#[test]
fn a_large_dict_is_searched_by_hash() {
    let mut bytes = b"}(".to_vec();
    for round in 0..2u16 {
        for i in 0..1000u16 {
            let key = format!("k{i}");
            bytes.extend([0x8c, key.len() as u8]);
            bytes.extend(key.bytes());
            bytes.push(b'M');
            bytes.extend((i + round * 5000).to_le_bytes());
        }
    }
    bytes.extend(*b"u.");
    let pickle = parse(&bytes);
    let dict = pickle.root().as_dict().unwrap();
    assert_eq!((dict.pairs().len(), dict.len()), (2000, 1000));
    assert_eq!(dict.get("k700").and_then(|value| value.as_i64()), Some(5700));
    assert!(dict.get("k1000").is_none());
    assert_eq!(dict.iter().next().unwrap().1.as_i64(), Some(5000));
    assert_eq!(dict.item("nobody").unwrap_err().to_string(), "no key 'nobody' in a dict of 1000 at byte 0",);
}

#[test]
fn tuples_are_keys() {
    let pickle = parse(b"}(K\x01K\x02\x86X\x01\0\0\0aK\x01K\x03\x86X\x01\0\0\0bu.");
    let probe = parse(b"G\x3f\xf0\0\0\0\0\0\0K\x03\x86.");
    assert_eq!(pickle.root().get(probe.root()).and_then(|value| value.as_str()), Some("b"));
}

#[test]
fn an_unknown_call_keeps_all_that_was_done_to_it() {
    // C.__new__(C, 1, k=2), two states, an item appended, another set
    let bytes =
        b"\x80\x04cm\nC\nK\x01\x85}X\x01\0\0\0kK\x02s\x92}X\x01\0\0\0aK\x03sb]bK\x05aX\x01\0\0\0xK\x06s.";
    let pickle = parse(bytes);
    let object = pickle.root().as_object().unwrap();
    assert_eq!(object.make(), Make::NewObjEx);
    assert!(object.class().unwrap().is("m", "C"));
    assert_eq!(object.args().to_string(), "(1,)");
    assert_eq!(object.kwargs().unwrap().to_string(), "{'k': 2}");
    assert_eq!(object.states().map(|state| state.to_string()).collect::<Vec<_>>(), ["{'a': 3}", "[]"]);
    assert_eq!(object.items().unwrap().get(0).unwrap().as_i64(), Some(5));
    assert_eq!(object.pairs().unwrap().get("x").unwrap().as_i64(), Some(6));
    assert_eq!(pickle.root().attr("a").unwrap().as_i64(), Some(3));
    assert_eq!(pickle.root().get("x").unwrap().as_i64(), Some(6));
    assert_eq!(
        pickle.root().attr("b").unwrap_err().to_string(),
        "no attribute 'b' in a m.C object at byte 20"
    );
}

#[test]
fn slots_are_attributes() {
    let pickle = parse(b"\x80\x02cm\nC\n)\x81N}X\x01\0\0\0sK\x07s\x86b.");
    assert_eq!(pickle.root().attr("s").unwrap().as_i64(), Some(7));
}

#[test]
fn protocols_0_and_1_make_the_same_objects() {
    // copy_reg._reconstructor(C, object, None), and of a list subclass; old-style instances by INST and OBJ
    let pickle = parse(b"ccopy_reg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtR}X\x01\0\0\0aK\x01sb.");
    let call = pickle.root().call().unwrap();
    assert_eq!((call.module, call.name, call.args.len()), ("m", "C", 0));
    assert_eq!(pickle.root().attr("a").unwrap().as_i64(), Some(1));
    let pickle = parse(b"ccopy_reg\n_reconstructor\n(cm\nL\nc__builtin__\nlist\n]K\x05atR.");
    let call = pickle.root().call().unwrap();
    assert_eq!((call.name, call.args.get(0).unwrap().to_string()), ("L", "[5]".into()));
    for bytes in [&b"(I1\nim\nC\n."[..], b"(cm\nC\nK\x01o."] {
        let pickle = parse(bytes);
        let object = pickle.root().as_object().unwrap();
        assert!(object.class().unwrap().is("m", "C"));
        assert_eq!(object.args().to_string(), "(1,)");
    }
}

#[test]
fn python_2_names_are_python_3_names_below_protocol_3_only() {
    for (bytes, name) in [
        (&b"c__builtin__\nlong\n."[..], "builtins.int"),
        (b"\x80\x02cUserDict\nIterableUserDict\n.", "collections.UserDict"),
        (b"\x80\x02cexceptions\nStandardError\n.", "builtins.Exception"),
        (b"\x80\x04\x8c\x08commands\x8c\x01f\x93.", "commands.f"),
    ] {
        let pickle = parse(bytes);
        assert_eq!(pickle.root().as_class().unwrap().to_string(), name);
    }
    let pickle = parse(b"c__builtin__\nlong\n.");
    let class = pickle.root().as_class().unwrap();
    assert_eq!((class.raw_module(), class.raw_name()), ("__builtin__", "long"));
}

#[test]
fn a_method_of_a_class_is_called_by_name() {
    // getattr(ZoneInfo, '_unpickle')('Europe/Paris', 1)
    let bytes = b"cbuiltins\ngetattr\n(czoneinfo\nZoneInfo\nX\x09\0\0\0_unpickletR(X\x05\0\0\0ParisK\x01tR.";
    let pickle = parse(bytes);
    let call = pickle.root().call().unwrap();
    assert_eq!((call.module, call.name, call.method), ("zoneinfo", "ZoneInfo", Some("_unpickle")));
    assert_eq!(call.args.get(0).unwrap().as_str(), Some("Paris"));
}

#[test]
fn bytes_are_bytes_in_every_spelling() {
    for bytes in [
        &b"C\x02\xe9a."[..],
        b"\x80\x02c_codecs\nencode\nX\x03\0\0\0\xc3\xa9aX\x06\0\0\0latin1\x86R.",
        b"U\x02\xe9a.",
        b"\x96\x02\0\0\0\0\0\0\0\xe9a.",
        b"S'\\xe9a'\n.",
        b"\x80\x02c__builtin__\nbytearray\nX\x03\0\0\0\xc3\xa9aX\x07\0\0\0latin-1\x86R.",
        b"\x80\x03cbuiltins\nbytearray\nC\x02\xe9a\x85R.",
    ] {
        assert_eq!(parse(bytes).root().as_bytes(), Some(&b"\xe9a"[..]), "{bytes:?}");
    }
    let pickle = parse(b"\x80\x02c__builtin__\nbytes\n)R.");
    assert!(matches!(pickle.root().view(), View::Bytes(b"")));
    // Text that is not Latin-1 cannot be encoded so: the call stays a call.
    let pickle = parse(b"\x80\x02c_codecs\nencode\nX\x03\0\0\0\xe4\xb8\xadX\x06\0\0\0latin1\x86R.");
    assert!(matches!(pickle.root().view(), View::Object(_)));
}

#[test]
fn one_text_encoded_often_is_kept_once() {
    let mut bytes = b"\x80\x02c_codecs\nencode\nq\x00X\x00\x10\0\0".to_vec();
    bytes.extend("é".repeat(2048).bytes());
    bytes.extend(*b"q\x01X\x06\0\0\0latin1q\x02](");
    for _ in 0..1000 {
        bytes.extend(*b"h\x00h\x01h\x02\x86R");
    }
    bytes.extend(*b"e.");
    let pickle = parse(&bytes);
    assert_eq!(pickle.root().len(), 1000);
    assert_eq!(pickle.root().get(999).and_then(|item| item.as_bytes()).map(<[u8]>::len), Some(2048));
    assert!(pickle.memory() < 200_000, "{}", pickle.memory());
}

#[test]
fn sets_are_sets_in_every_spelling() {
    for bytes in [
        &b"\x80\x04\x8f(K\x01K\x02\x90."[..],
        b"\x80\x02c__builtin__\nset\n](K\x01K\x02e\x85R.",
        b"\x80\x02c__builtin__\nset\nK\x01K\x02\x86\x85R.",
    ] {
        let pickle = parse(bytes);
        assert!(matches!(pickle.root().view(), View::Set(_)));
        assert_eq!(pickle.root().to_string(), "{1, 2}");
    }
    assert_eq!(repr(b"\x80\x04(K\x01\x91."), "frozenset({1})");
    assert_eq!(repr(b"\x80\x02c__builtin__\nfrozenset\n]\x85R."), "frozenset()");
}

#[test]
fn python_2_str_is_told_from_bytes_and_text() {
    let text = |encoding, bytes: &'static [u8]| {
        let pickle = Options::new().with_encoding(encoding).parse(bytes).unwrap();
        let value = pickle.root();
        assert!(matches!(value.view(), View::Str2(_)));
        assert_eq!(value.as_bytes(), bytes.get(2..bytes.len() - 1));
        value.as_text().map(|text| text.into_owned())
    };
    assert_eq!(text(Encoding::Auto, b"U\x03caf.").as_deref(), Some("caf"));
    assert_eq!(text(Encoding::Auto, b"U\x02\xc3\xa9.").as_deref(), Some("é"));
    assert_eq!(text(Encoding::Auto, b"U\x01\xe9.").as_deref(), Some("é"));
    assert_eq!(text(Encoding::Utf8, b"U\x01\xe9.").as_deref(), None);
    assert_eq!(text(Encoding::Latin1, b"U\x02\xc3\xa9.").as_deref(), Some("Ã©"));
    assert_eq!(text(Encoding::Bytes, b"U\x03caf.").as_deref(), None);
}

#[test]
fn a_python_2_key_is_found_by_text() {
    let pickle = parse(b"}(U\x04nameK\x01U\x01\xe9K\x02u.");
    assert_eq!(pickle.root().get("name").unwrap().as_i64(), Some(1));
    assert_eq!(pickle.root().get("é").unwrap().as_i64(), Some(2));
}

#[test]
fn lone_surrogates_survive() {
    let pickle = parse(b"X\x04\0\0\0a\xed\xa0\x80.");
    assert_eq!(pickle.root().as_str(), None);
    assert_eq!(pickle.root().as_str_bytes(), Some(&b"a\xed\xa0\x80"[..]));
    assert_eq!(pickle.root().to_string(), r"'a\ud800'");
    assert_eq!(repr(b"Va\\ud800\n."), r"'a\ud800'");
}

#[test]
fn persistent_ids_and_extension_codes_are_values() {
    assert_eq!(repr(b"Pabc\n."), "<persistent id 'abc'>");
    assert_eq!(repr(b"(K\x01K\x02tQ."), "<persistent id (1, 2)>");
    assert_eq!(repr(b"\x82\x05."), "<extension 5>");
    assert!(matches!(parse(b"\x84\x01\x02\0\0.").root().view(), View::Extension(513)));
}

#[test]
fn buffers_come_from_the_caller_in_order() {
    let bytes = b"\x80\x05(\x97\x97\x98\x97t.";
    let buffers = vec![Arc::from(&b"one"[..]), Arc::from(&b"two"[..])];
    let pickle = Options::new().with_buffers(buffers).parse(&bytes[..]).unwrap();
    let items: Vec<_> = pickle.root().iter().map(|item| item.as_bytes()).collect();
    assert_eq!(items, [Some(&b"one"[..]), Some(b"two"), None]);
}

#[test]
fn integers_of_any_size() {
    assert_eq!(repr(b"I-5\n."), "-5");
    assert_eq!(repr(b"I01\n."), "True");
    assert_eq!(
        repr(b"L-340282366920938463463374607431768211457L\n."),
        "-340282366920938463463374607431768211457"
    );
    assert_eq!(repr(b"\x8a\x00."), "0");
    assert_eq!(repr(b"J\xff\xff\xff\xff."), "-1");
    assert_eq!(error(b"I5x\n."), "the argument of INT is no decimal integer at byte 0");
}

#[test]
fn several_pickles_in_a_row_each_have_their_memo() {
    let bytes = b"\x80\x02]q\x00.\x80\x02K\x07q\x00h\x00\x86.junk";
    let mut pickles = Pickles::new(bytes);
    assert_eq!(pickles.next().unwrap().unwrap().root().to_string(), "[]");
    let second = pickles.next().unwrap().unwrap();
    assert_eq!(second.root().to_string(), "(7, 7)");
    assert_eq!(second.root().get(0).unwrap().offset(), 8);
    assert!(pickles.next().unwrap().is_err());
    assert!(pickles.next().is_none());
}

#[test]
fn a_frame_is_only_a_hint() {
    assert_eq!(repr(b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xffK\x01."), "1");
    assert_eq!(repr(b"\x80\x04\x95\0\0\0\0\0\0\0\0K\x01."), "1");
}

#[test]
fn pop_takes_a_mark_too() {
    assert_eq!(repr(b"K\x01(0."), "1");
    assert_eq!(repr(b"K\x01(K\x02K\x031."), "1");
    assert_eq!(repr(b"(K\x012t."), "(1, 1)");
}

#[test]
fn a_broken_stack_is_an_error_with_its_byte() {
    assert_eq!(error(b"."), "stack underflow at byte 0");
    assert_eq!(error(b"K\x01(."), "unexpected MARK at byte 3");
    assert_eq!(error(b"K\x01\x86."), "stack underflow at byte 2");
    assert_eq!(error(b"K\x01(\x85."), "unexpected MARK at byte 3");
    assert_eq!(error(b"e."), "expected a MARK on the stack at byte 0");
    assert_eq!(error(b"}(K\x01u."), "odd number of items for SETITEMS at byte 4");
    assert_eq!(error(b"K\x01K\x02a."), "expected a list or object to append to, found int at byte 0");
    assert_eq!(error(b"]}b."), "expected an object to set the state of, found list at byte 0");
    assert_eq!(error(b"\x80\x09\xff."), "expected a pickle of protocol 0 to 5, found protocol 9 at byte 2");
    assert_eq!(Pickle::parse(b"K").unwrap_err().category(), Category::Eof);
}

#[test]
fn pickles_in_a_row_have_memos_of_their_own_and_values_with_identities_of_their_own() {
    // Each [7, [7]] shares its inner list with nobody, though both put it under the same index.
    let two = b"(lp0\nI7\na(lp1\nI7\naa.(lp0\nI7\na(lp1\nI7\naa.";
    let pickle = Options::new().parse_all(&two[..]).unwrap();
    let roots: Vec<_> = pickle.roots().collect();
    assert_eq!(roots.iter().map(|root| root.to_string()).collect::<Vec<_>>(), ["[7, [7]]", "[7, [7]]"]);
    let part = |root: &Value<'_>, i: usize| root.item(i).unwrap().id();
    assert!(part(&roots[0], 0) != part(&roots[1], 0) && part(&roots[0], 1) != part(&roots[1], 1));
    assert_eq!(pickle.row().map(|row| row.len()), Some(2));

    // What the first put into its memo is not there for the second.
    let pickle = Options::new().parse_all(&b"]q\x05.h\x05."[..]).unwrap();
    assert_eq!((pickle.roots().len(), pickle.end(), pickle.row().is_none()), (1, 4, true));
    assert!(pickle.rest().unwrap().to_string().contains("nothing was put in the memo under 5"));

    // What one leaves on the stack, or marks, is not there for the next.
    let pickle = Options::new().parse_all(&b"(NN.e."[..]).unwrap();
    assert_eq!(pickle.roots().len(), 1);
    assert!(pickle.rest().is_some());
}

#[test]
fn the_protocol_of_several_pickles_is_that_of_the_first() {
    let pickle = Options::new().parse_all(&b"\x80\x02N.\x80\x05N.N."[..]).unwrap();
    assert_eq!((pickle.protocol(), pickle.roots().len()), (2, 3));
}

#[test]
fn types_that_dill_looks_up_are_called_by_their_names() {
    let called = |bytes: &[u8]| {
        let pickle = Pickle::parse(bytes.to_vec()).unwrap();
        pickle.root().call().map(|call| format!("{}.{} of {}", call.module, call.name, call.args.len()))
    };
    let slice = b"cdill._dill\n_load_type\n(Vslice\ntR(I0\nI5\nI1\ntR.";
    assert_eq!(called(slice).as_deref(), Some("builtins.slice of 3"));
    assert_eq!(called(b"cdill._dill\n_load_type\n(VCodeType\ntR(I0\ntR."), None);
    assert_eq!(called(b"cos\n_load_type\n(Vslice\ntR(I0\ntR."), None);
}

#[test]
fn a_bytearray_may_be_appended_to() {
    let array = b"\x80\x05\x96\x02\0\0\0\0\0\0\0ab\x94";
    let grown = |rest: &[u8]| repr(&[&array[..], rest].concat());
    assert_eq!(grown(b"(KcKde."), "bytearray(b'abcd')");
    assert_eq!(grown(b"Kca\x88a."), r"bytearray(b'abc\x01')");
    assert_eq!(grown(b"(e."), "bytearray(b'ab')");
    // It is one object wherever it is held; what was made of it before is another.
    assert_eq!(grown(b"h\0\x86h\0Kca0."), "(bytearray(b'abc'), bytearray(b'abc'))");
    let made = b"cbuiltins\nbytearray\nh\0\x85R\x94h\0Kca0h\x01Kda0h\x01h\0\x86.";
    assert_eq!(grown(made), "(bytearray(b'abd'), bytearray(b'abc'))");
    let set = [&array[..], b"cbuiltins\nbytearray\nh\0\x85RKca", b"K\0K\x01s."].concat();
    assert_eq!(error(&set), "expected a dict or object to set items of, found bytearray at byte 37");
}

#[test]
fn what_is_appended_to_a_bytearray_is_a_byte() {
    for item in [&b"M\0\x01"[..], b"J\xff\xff\xff\xff", b"N", b"C\x01a", b")"] {
        let bytes = [b"\x96\x01\0\0\0\0\0\0\0a(K\x01", item, b"e."].concat();
        assert!(
            error(&bytes).starts_with("expected a byte to append to a bytearray, found"),
            "{}",
            error(&bytes)
        );
    }
}

#[test]
fn bytearrays_that_grow_again_and_again_take_no_more_than_is_allowed() {
    // A million bytes that five thousand APPENDs would copy.
    let mut bytes = b"\x96\x40\x42\x0f\0\0\0\0\0".to_vec();
    bytes.resize(bytes.len() + 1_000_000, b'a');
    bytes.extend(b"Kba".repeat(5000));
    bytes.push(b'.');
    assert!(error(&bytes).contains("more often than there is memory allowed for"), "{}", error(&bytes));
}

#[test]
fn a_set_is_of_what_the_list_held_when_it_was_made() {
    // l = [1]; s = set(l); l.append(2)
    let pickle = b"\x80\x02cbuiltins\nset\n]q\0(K\x01K\x05e\x85Rh\0K\x02a\x86.";
    assert_eq!(repr(pickle), "({1, 5}, [1, 5, 2])");
    assert_eq!(repr(b"\x80\x02cbuiltins\nfrozenset\n]q\0\x85Rh\0(K\x02K\x03e0."), "frozenset()");
}

#[test]
fn what_is_done_to_a_call_that_spells_a_plain_value_is_told() {
    // s = set([1]); s.add(2)
    let pickle = parse(b"\x80\x04cbuiltins\nset\n](K\x01K\x02e\x85R(K\x03K\x04\x90.");
    let object = pickle.root().as_object().unwrap();
    assert!(matches!(pickle.root().view(), View::Object(_)));
    assert_eq!((object.arg(0).unwrap().len(), object.items().unwrap().len()), (2, 2));
    assert_eq!(object.states().count(), 0);
    // BUILD None sets nothing.
    assert_eq!(repr(b"\x80\x02cbuiltins\nset\n]K\x01a\x85RNb."), "{1}");
    let pickle = parse(b"\x80\x02c_codecs\nencode\n(X\x01\0\0\0aX\x06\0\0\0latin1tR}X\x01\0\0\0aK\x01sb.");
    assert_eq!(pickle.root().attr("a").unwrap().as_i64(), Some(1));
}

#[test]
fn a_python_2_str_is_a_key_as_the_encoding_says() {
    // {'data': 1, 'data': 2}, the second key written by Python 2
    let both = b"\x80\x02}(X\x04\0\0\0dataK\x01U\x04dataK\x02u.";
    let len = |bytes, encoding| {
        let pickle = Options::new().with_encoding(encoding).parse(bytes).unwrap();
        pickle.root().len()
    };
    assert_eq!(len(&both[..], Encoding::Auto), 1);
    assert_eq!(len(&both[..], Encoding::Bytes), 2);
    // {'\xe9': 1, u'\xe9': 2}
    let latin1 = b"\x80\x02}(U\x01\xe9K\x01X\x02\0\0\0\xc3\xa9K\x02u.";
    assert_eq!(len(&latin1[..], Encoding::Auto), 1);
    assert_eq!(len(&latin1[..], Encoding::Latin1), 1);
    assert_eq!(len(&latin1[..], Encoding::Bytes), 2);
}

#[test]
fn a_key_in_latin_1_is_found_in_large_dicts_too() {
    let mut bytes = b"\x80\x02}(".to_vec();
    for key in 0xe0..=0xf9 {
        bytes.extend([b'U', 1, key, b'K', key]);
    }
    bytes.extend(b"u.");
    assert_eq!(parse(&bytes).root().get("\u{e9}").and_then(Value::as_i64), Some(0xe9));
}

#[test]
fn what_is_encoded_is_text_as_the_encoding_says() {
    // _codecs.encode('\xc3\xa9', 'latin1') of a Python 2 str
    let bytes = b"\x80\x02c_codecs\nencode\nU\x02\xc3\xa9X\x06\0\0\0latin1\x86R.";
    let utf8 = b"\x80\x02c_codecs\nencode\nU\x02\xc3\xa9X\x04\0\0\0utf8\x86R.";
    let encoded = |bytes, encoding| {
        let pickle: Pickle<&[u8]> = Options::new().with_encoding(encoding).parse(bytes).unwrap();
        pickle.root().as_bytes().map(<[u8]>::to_vec)
    };
    assert_eq!(encoded(bytes, Encoding::Auto).as_deref(), Some(&b"\xe9"[..]));
    assert_eq!(encoded(bytes, Encoding::Latin1).as_deref(), Some(&b"\xc3\xa9"[..]));
    assert_eq!(encoded(bytes, Encoding::Bytes), None);
    assert_eq!(encoded(utf8, Encoding::Auto).as_deref(), Some(&b"\xc3\xa9"[..]));
    assert_eq!(encoded(utf8, Encoding::Latin1).as_deref(), Some(&b"\xc3\x83\xc2\xa9"[..]));
}

#[test]
fn one_text_may_be_encoded_in_several_ways() {
    let encode = |codec: &[u8]| {
        let len = (codec.len() as u32).to_le_bytes();
        [&b"h\x01h\x02X"[..], &len, codec, b"\x86R"].concat()
    };
    let memo = b"\x80\x02(c_codecs\nencode\nq\x01X\x02\0\0\0\xc3\xa9q\x02";
    let bytes = [&memo[..], &encode(b"latin1"), &encode(b"utf-8"), &encode(b"ascii"), b"t."].concat();
    let pickle = parse(&bytes);
    let encoded: Vec<_> = pickle.root().iter().skip(2).map(Value::as_bytes).collect();
    assert_eq!(encoded, [Some(&b"\xe9"[..]), Some(&b"\xc3\xa9"[..]), None]);
}
