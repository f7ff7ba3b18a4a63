//! A small assembler for pickles: each function gives the opcodes that leave one value on the stack.

pub(crate) type Code = Vec<u8>;

/// A global.
pub(crate) fn global(module: &str, name: &str) -> Code {
    format!("c{module}\n{name}\n").into_bytes()
}

pub(crate) fn text(text: &str) -> Code {
    [&b"X"[..], &u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat()
}

/// A Python 2 `str`.
pub(crate) fn text2(text: &str) -> Code {
    [&b"U"[..], &[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

pub(crate) fn bytes(bytes: &[u8]) -> Code {
    [&b"B"[..], &u32::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat()
}

pub(crate) fn int(int: i64) -> Code {
    format!("I{int}\n").into_bytes()
}

pub(crate) fn float(float: f64) -> Code {
    [&b"G"[..], &float.to_be_bytes()].concat()
}

pub(crate) fn none() -> Code {
    b"N".to_vec()
}

pub(crate) fn bool(bool: bool) -> Code {
    if bool { b"I01\n".to_vec() } else { b"I00\n".to_vec() }
}

pub(crate) fn tuple(items: &[Code]) -> Code {
    [&b"("[..], &items.concat(), b"t"].concat()
}

pub(crate) fn list(items: &[Code]) -> Code {
    [&b"("[..], &items.concat(), b"l"].concat()
}

pub(crate) fn dict(pairs: &[(&str, Code)]) -> Code {
    let pairs = pairs.iter().map(|(key, value)| [text(key), value.clone()].concat());
    [&b"("[..], &pairs.collect::<Vec<_>>().concat(), b"d"].concat()
}

/// REDUCE
pub(crate) fn call(callable: Code, args: &[Code]) -> Code {
    [callable, tuple(args), b"R".to_vec()].concat()
}

/// NEWOBJ without arguments
pub(crate) fn new(class: Code) -> Code {
    [&class[..], b")\x81"].concat()
}

/// BUILD
pub(crate) fn build(object: Code, state: Code) -> Code {
    [&object[..], &state, b"b"].concat()
}

pub(crate) fn slice(start: i64, stop: i64, step: i64) -> Code {
    call(global("builtins", "slice"), &[int(start), int(stop), int(step)])
}

/// A whole pickle.
pub(crate) fn pickle(code: Code) -> unpickle_core::Pickle {
    unpickle_core::Pickle::parse([&b"\x80\x03"[..], &code, b"."].concat()).unwrap()
}

/// `dtype`: `<i8`, `|b1`, `<M8[us]`, `|O8` …
pub(crate) fn dtype(dtype: &str) -> Code {
    let (order, code) = dtype.split_at(1);
    let (code, unit) = match code.split_once('[') {
        Some((code, unit)) => (code, Some(unit.trim_end_matches(']'))),
        None => (code, None),
    };
    let object = call(global("numpy", "dtype"), &[text(code), bool(false), bool(true)]);
    let flags = if code == "O8" { 63 } else { 0 };
    let mut state = vec![int(3), text(order), none(), none(), none(), int(-1), int(-1), int(flags)];
    if let Some(unit) = unit {
        state[0] = int(4);
        state.push(tuple(&[dict(&[]), tuple(&[bytes(unit.as_bytes()), int(1), int(1), int(1)])]));
    }
    build(object, tuple(&state))
}

/// An array with the state that every version of numpy writes; `data` is bytes or a list.
pub(crate) fn array_of(class: Code, kind: &str, shape: &[i64], fortran: bool, data: Code) -> Code {
    let object =
        call(global("numpy.core.multiarray", "_reconstruct"), &[class, tuple(&[int(0)]), bytes(b"b")]);
    let shape: Vec<Code> = shape.iter().map(|n| int(*n)).collect();
    build(object, tuple(&[int(1), tuple(&shape), dtype(kind), bool(fortran), data]))
}

pub(crate) fn array(kind: &str, shape: &[i64], data: Code) -> Code {
    array_of(global("numpy", "ndarray"), kind, shape, false, data)
}

/// int64 of one dimension
pub(crate) fn ints(ints: &[i64]) -> Code {
    let data: Vec<u8> = ints.iter().flat_map(|int| int.to_le_bytes()).collect();
    array("<i8", &[i64::try_from(ints.len()).unwrap()], bytes(&data))
}

/// int64 of two dimensions
pub(crate) fn rows(rows: &[&[i64]]) -> Code {
    let data: Vec<u8> = rows.iter().flat_map(|row| row.iter().flat_map(|int| int.to_le_bytes())).collect();
    let shape = [rows.len(), rows.first().map_or(0, |row| row.len())].map(|n| i64::try_from(n).unwrap());
    array("<i8", &shape, bytes(&data))
}

/// int8 of one dimension
pub(crate) fn small(ints: &[i8]) -> Code {
    let data: Vec<u8> = ints.iter().map(|int| int.to_le_bytes()[0]).collect();
    array("|i1", &[i64::try_from(ints.len()).unwrap()], bytes(&data))
}

/// Objects of one dimension
pub(crate) fn objects(objects: &[Code]) -> Code {
    array("|O8", &[i64::try_from(objects.len()).unwrap()], list(objects))
}

pub(crate) fn texts(words: &[&str]) -> Code {
    objects(&words.iter().map(|word| text(word)).collect::<Vec<_>>())
}

/// The bytes of a `.npy` file, as pandas 0.3 wrote its axes.
pub(crate) fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Code {
    let fortran = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    while (header.len() + 11) % 16 > 0 {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    bytes(&[&b"\x93NUMPY\x01\x00"[..], &length, header.as_bytes(), data].concat())
}

/// The same of an array of objects, which is a pickle of its own.
pub(crate) fn npy_objects(cells: &[Code]) -> Code {
    let data = [&b"\x80\x03"[..], &objects(cells), b"."].concat();
    npy("|O8", false, &format!("({},)", cells.len()), &data)
}

/// A `Series` or `Index` of pandas 0.12 and before: a subclass of ndarray with a state of its own.
pub(crate) fn subclass(class: Code, kind: &str, len: i64, data: Code, own: &[Code]) -> Code {
    let object =
        call(global("numpy.core.multiarray", "_reconstruct"), &[class, tuple(&[int(0)]), bytes(b"b")]);
    let state = tuple(&[int(1), tuple(&[int(len)]), dtype(kind), bool(false), data]);
    build(object, tuple(&[state, tuple(own)]))
}

/// int64 as bytes
pub(crate) fn int_bytes(ints: &[i64]) -> Vec<u8> {
    ints.iter().flat_map(|int| int.to_le_bytes()).collect()
}

/// `RangeIndex`
pub(crate) fn range(stop: i64) -> Code {
    let parts = [("name", none()), ("start", int(0)), ("stop", int(stop)), ("step", int(1))];
    index("RangeIndex", &parts)
}

/// `REDUCE _new_Index (class, parts)`
pub(crate) fn index(class: &str, parts: &[(&str, Code)]) -> Code {
    call(global("pandas.core.indexes.base", "_new_Index"), &[global("pandas", class), dict(parts)])
}

/// An `Index` of these words.
pub(crate) fn labels(words: &[&str]) -> Code {
    index("Index", &[("data", texts(words)), ("name", none())])
}

/// `REDUCE _unpickle_block (values, placement, 2)`
pub(crate) fn block(values: Code, placement: Code) -> Code {
    call(global("pandas._libs.internals", "_unpickle_block"), &[values, placement, int(2)])
}

/// A frame as pandas 1.4 and later write it.
pub(crate) fn frame(blocks: &[Code], columns: Code, index: Code) -> Code {
    let manager = global("pandas.core.internals.managers", "BlockManager");
    envelope("DataFrame", "dataframe", call(manager, &[tuple(blocks), list(&[columns, index])]))
}

/// `NEWOBJ`, `BUILD {'_mgr', '_typ', …}`
pub(crate) fn envelope(class: &str, typ: &str, manager: Code) -> Code {
    build(new(global("pandas", class)), dict(&[("_mgr", manager), ("_typ", text(typ))]))
}

/// The state of a manager up to 1.2, and of every series.
pub(crate) fn state_0141(axes: &[Code], blocks: &[(Code, Code)]) -> Code {
    let parts =
        blocks.iter().map(|(values, locs)| dict(&[("values", values.clone()), ("mgr_locs", locs.clone())]));
    let blocks = list(&parts.collect::<Vec<_>>());
    let inner = dict(&[("axes", list(axes)), ("blocks", blocks)]);
    tuple(&[list(axes), list(&[]), list(&[]), dict(&[("0.14.1", inner)])])
}

/// A series.
pub(crate) fn series(values: Code, index: Code, len: i64) -> Code {
    let manager = new(global("pandas.core.internals.managers", "SingleBlockManager"));
    let manager = build(manager, state_0141(&[index], &[(values, slice(0, len, 1))]));
    envelope("Series", "series", manager)
}

/// `__pyx_unpickle_NDArrayBacked (class, checksum, None)`, `BUILD (dtype, values)`
pub(crate) fn backed(class: &str, dtype: Code, values: Code) -> Code {
    let unpickle = global("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked");
    build(call(unpickle, &[global("pandas.arrays", class), int(82_904_607), none()]), tuple(&[dtype, values]))
}

/// `Categorical` with these categories
pub(crate) fn categorical(codes: Code, categories: Code) -> Code {
    let dtype = new(global("pandas", "CategoricalDtype"));
    let dtype = build(dtype, dict(&[("categories", categories), ("ordered", bool(true))]));
    backed("Categorical", dtype, codes)
}
