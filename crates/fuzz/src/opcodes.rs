//! Opcodes with arguments at the edge of what there is.

use fastrand::Rng;
use unpickle::core::Opcode;

/// Names that readers know, so that mutations lead from one of them to another.
const GLOBALS: &[(&str, &str)] = &[
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.ma.core", "_mareconstruct"),
    ("numpy.rec", "recarray"),
    ("joblib.numpy_pickle", "NumpyArrayWrapper"),
    ("joblib.numpy_pickle", "NDArrayWrapper"),
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.series", "Series"),
    ("pandas.core.panel", "Panel"),
    ("pandas.core.internals.managers", "BlockManager"),
    ("pandas._libs.internals", "_unpickle_block"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.base", "Index"),
    ("pandas.core.indexes.range", "RangeIndex"),
    ("pandas.core.indexes.multi", "MultiIndex"),
    ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"),
    ("pandas.core.arrays.categorical", "Categorical"),
    ("pandas.core.arrays.sparse.array", "SparseArray"),
    ("pandas.core.arrays.interval", "IntervalArray"),
    ("pandas.core.arrays.string_", "StringArray"),
    ("pandas.core.arrays.integer", "IntegerArray"),
    ("pandas.core.arrays.arrow.array", "ArrowExtensionArray"),
    ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
    ("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"),
    ("pandas._libs.tslibs.period", "__unpickle_period"),
    ("pyarrow.lib", "chunked_array"),
    ("pyarrow.lib", "_restore_array"),
    ("pyarrow.lib", "type_for_alias"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_sparse_tensor"),
    ("torch", "FloatStorage"),
    ("scipy.sparse._csr", "csr_matrix"),
    ("scipy.sparse._coo", "coo_array"),
    ("sklearn.tree._tree", "Tree"),
    ("sklearn.linear_model._base", "LinearRegression"),
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("collections", "deque"),
    ("collections", "Counter"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("uuid", "UUID"),
    ("zoneinfo", "ZoneInfo._unpickle"),
    ("copyreg", "_reconstructor"),
    ("_codecs", "encode"),
    ("builtins", "bytearray"),
    ("builtins", "set"),
    ("builtins", "getattr"),
    ("builtins", "range"),
    ("builtins", "slice"),
    ("builtins", "complex"),
    ("__builtin__", "object"),
    ("os", "system"),
];

/// Texts that mean something to a reader, or are hard to print.
const TEXTS: &[&[u8]] = &[
    b"",
    b"b",
    b"|",
    b"<",
    b">",
    b"i8",
    b"f8",
    b"<f8",
    b">i4",
    b"O8",
    b"|O",
    b"S5",
    b"<U3",
    b"V16",
    b"M8[ns]",
    b"m8[us]",
    b"datetime64[ns, UTC]",
    b"category",
    b"string[python]",
    b"int64[pyarrow]",
    b"period[D]",
    b"UTC",
    b"a",
    b"0",
    b"nan",
    b"__class__",
    b"_mgr",
    b"_data",
    b"shape",
    b"columns",
    b"index",
    b"data",
    b"indices",
    b"indptr",
    b"coef_",
    b"latin1",
    b"\xc3\xa9",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"a\0b",
    b"'\"\\\n\t",
    b"\xf0\x9f\x90\x8d",
    b"-1",
    b"1_000",
    b"0x1f",
    b"01",
];

const LINES: &[&[u8]] = &[
    b"",
    b"0",
    b"1",
    b"-1",
    b"00",
    b"01",
    b"10L",
    b"-0L",
    b"255",
    b"256",
    b"65536",
    b"2147483647",
    b"-2147483648",
    b"4294967295",
    b"4294967296",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"340282366920938463463374607431768211456",
    b"1e308",
    b"1e999",
    b"nan",
    b"-inf",
    b"0x10",
    b" 7 ",
    b"1_0",
    b"''",
    b"'a'",
    b"\"b\"",
    b"'\\x41\\n'",
    b"'\\",
    b"\\u00e9",
    b"\\ud800",
    b"\\U0001f40d",
    b"\\U7fffffff",
    b"L",
];

const NUMBERS: &[u64] = &[
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    15,
    16,
    31,
    32,
    63,
    64,
    127,
    128,
    254,
    255,
    256,
    257,
    1000,
    32767,
    32768,
    65535,
    65536,
    1 << 20,
    i32::MAX as u64,
    1 << 31,
    u32::MAX as u64,
    1 << 32,
    1 << 44,
    i64::MAX as u64,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

/// An opcode, any, with an argument of its form.
pub(crate) fn any(rng: &mut Rng) -> Vec<u8> {
    loop {
        if let Some(opcode) = Opcode::from_byte(rng.u8(..)) {
            return with_argument(opcode, rng);
        }
    }
}

/// The opcode with another argument.
pub(crate) fn with_argument(opcode: Opcode, rng: &mut Rng) -> Vec<u8> {
    use Opcode as Op;
    let mut out = vec![opcode.byte()];
    let number = number(rng);
    match opcode {
        Op::BinInt1 | Op::BinGet | Op::BinPut | Op::Ext1 => out.push(number as u8),
        Op::Proto => out.push(rng.u8(..7)),
        Op::BinInt2 | Op::Ext2 => out.extend((number as u16).to_le_bytes()),
        Op::BinInt | Op::LongBinGet | Op::LongBinPut | Op::Ext4 => out.extend((number as u32).to_le_bytes()),
        Op::Frame => out.extend(number.to_le_bytes()),
        Op::BinFloat => out.extend(float(rng).to_be_bytes()),
        Op::Long1 | Op::Long4 => {
            let data: Vec<u8> = number.to_le_bytes().into_iter().cycle().take(rng.usize(..20)).collect();
            counted(opcode, &data, rng, &mut out);
        }
        Op::ShortBinString
        | Op::ShortBinBytes
        | Op::ShortBinUnicode
        | Op::BinString
        | Op::BinBytes
        | Op::BinUnicode
        | Op::BinBytes8
        | Op::BinUnicode8
        | Op::ByteArray8 => {
            let data = text(rng);
            counted(opcode, &data, rng, &mut out);
        }
        Op::Int | Op::Long | Op::Float | Op::String | Op::Unicode | Op::Get | Op::Put | Op::PersId => {
            out.extend_from_slice(choose::<&[u8]>(LINES, rng));
            out.push(b'\n');
        }
        Op::Global | Op::Inst => {
            let (module, name) = choose(GLOBALS, rng);
            for line in [module, name] {
                out.extend_from_slice(line.as_bytes());
                out.push(b'\n');
            }
        }
        _ => {}
    }
    out
}

/// The length and the data; seldom a length that lies.
fn counted(opcode: Opcode, data: &[u8], rng: &mut Rng, out: &mut Vec<u8>) {
    use Opcode as Op;
    let len = if rng.u8(..20) == 0 { number(rng) } else { data.len() as u64 };
    match opcode {
        Op::Long1 | Op::ShortBinString | Op::ShortBinBytes | Op::ShortBinUnicode => out.push(len as u8),
        Op::BinBytes8 | Op::BinUnicode8 | Op::ByteArray8 => out.extend(len.to_le_bytes()),
        _ => out.extend((len as u32).to_le_bytes()),
    }
    out.extend_from_slice(data);
}

fn number(rng: &mut Rng) -> u64 {
    match rng.u8(..3) {
        0 => rng.u64(..12),
        1 => choose(NUMBERS, rng).wrapping_neg(),
        _ => *choose(NUMBERS, rng),
    }
}

fn float(rng: &mut Rng) -> f64 {
    match rng.u8(..3) {
        0 => *choose(
            &[0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, 1e300, 9_007_199_254_740_993.0],
            rng,
        ),
        1 => f64::from(rng.i32(..)),
        _ => f64::from_bits(rng.u64(..)),
    }
}

/// A text of a name, of a list, of numbers, or of one byte many times.
fn text(rng: &mut Rng) -> Vec<u8> {
    match rng.u8(..5) {
        0 => {
            let (module, name) = choose(GLOBALS, rng);
            (if rng.bool() { module } else { name }).as_bytes().to_vec()
        }
        1 => number(rng).to_le_bytes().repeat(rng.usize(..5)),
        2 => vec![rng.u8(..); rng.usize(..300)],
        _ => choose(TEXTS, rng).to_vec(),
    }
}

fn choose<'a, T>(all: &'a [T], rng: &mut Rng) -> &'a T {
    &all[rng.usize(..all.len())]
}
