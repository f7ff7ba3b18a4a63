//! Arrays that claim more than they have.

use crate::attack::{Attack, check};
use crate::pickle::{Writer, pickle};

fn shape(name: &str, dtype: &'static str, shape: &'static [i64]) -> Attack {
    Attack::new(name, move || pickle().array(dtype, shape, |data| data.bytes(&[0; 64])).stop())
}

/// A `.npy` file with this header.
fn npy(name: &str, header: impl Into<String>, data: usize) -> Attack {
    let header = header.into();
    let write = move || {
        let length = u16::try_from(header.len()).expect("a short header").to_le_bytes();
        [b"\x93NUMPY\x01\0".as_slice(), &length, header.as_bytes(), &vec![0; data]].concat()
    };
    Attack::new(name, write).ending("npy")
}

pub(crate) fn attacks() -> Vec<Attack> {
    const MAX: i64 = i64::MAX;
    vec![
        shape("a shape of 2^40", "f8", &[1 << 40]),
        shape("a shape whose product overflows", "f8", &[1 << 32, 1 << 32, 8]),
        shape("a shape whose bytes overflow", "f8", &[MAX]),
        shape("a negative shape", "f8", &[-8]),
        shape("two negative axes", "f8", &[-2, -4]),
        shape("2^62 rows of no columns", "f8", &[1 << 62, 0]),
        shape("no rows of 2^62 columns", "f8", &[0, 1 << 62]),
        shape("2^62 elements of no bytes", "V0", &[1 << 62]),
        shape("2^31 texts of no letters", "U0", &[1 << 31]),
        shape("2^62 elements of S0", "S0", &[1 << 62]),
        shape("65 axes", "i1", &[1; 65]),
        shape("1,000,000 columns of one row", "i1", &[1, 1_000_000]),
        Attack::new("an itemsize of 2^31-1", || {
            pickle().array("S2147483647", &[1], |data| data.bytes(b"abc")).stop()
        }),
        Attack::new("an object array of 2^40 items", || {
            pickle().array("O8", &[1 << 40], |data| data.raw(b"](NNe")).stop()
        }),
        Attack::new("an object array of 10^6 rows of 10^6 nothings", || {
            pickle().array("O8", &[1_000_000, 0], |data| data.raw(b"]")).stop()
        }),
        Attack::new("a dtype of a dtype, 5,000 deep", || {
            let sub = |out: Writer| out.raw(b"h\0\x8c\x02V8\x89\x88\x87R(K\x03\x8c\x01|");
            let start = (0..5_000).fold(pickle().raw(b"cnumpy\ndtype\nq\x00"), |out, _| sub(out));
            start.raw(b"N").times(5_000, b"K\x01\x85\x86NNK\x08K\x01K\x00tb").stop()
        }),
        Attack::new("a dtype of 1,000,000 fields of one name", || {
            let fields = pickle().raw(b"cnumpy\ndtype\nq\x00\x8c\x02V8\x89\x88\x87R(K\x03\x8c\x01|N(");
            fields
                .times(1_000_000, b"\x8c\x01a")
                .raw(b"t}\x8c\x01a")
                .dtype("i8")
                .raw(b"K\0\x86sK\x08K\x01K\x00tb")
                .stop()
        }),
        Attack::new("a datetime64 with a unit of 0", || {
            pickle()
                .call("numpy.core.multiarray", "_reconstruct", |args| {
                    args.global("numpy", "ndarray").tuple(|args| args.int(0)).bytes(b"b")
                })
                .tuple(|args| {
                    let args = args.int(1).tuple(|args| args.int(1));
                    let args = args.call("numpy", "dtype", |args| args.str("M8").raw(b"\x89\x88"));
                    let args = args.raw(
                        b"(K\x04\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0}(C\x02nsK\0K\0K\0t\x86tb",
                    );
                    args.raw(b"\x89").bytes(&[1; 8])
                })
                .raw(b"b")
                .stop()
        }),
        Attack::new("a buffer of protocol 5 that is not there", || {
            pickle()
                .call("numpy.core.numeric", "_frombuffer", |args| {
                    args.raw(b"\x97").dtype("f8").tuple(|args| args.int(1 << 40)).str("C")
                })
                .stop()
        }),
        Attack::new("_frombuffer of 2^60 elements of 3 bytes", || {
            pickle()
                .call("numpy.core.numeric", "_frombuffer", |args| {
                    args.raw(b"\x96\x03\0\0\0\0\0\0\0abc")
                        .dtype("f8")
                        .tuple(|args| args.int(1 << 60))
                        .str("C")
                })
                .stop()
        }),
        Attack::new("a masked array whose mask is short", || {
            pickle()
                .call("numpy.ma.core", "_mareconstruct", |args| {
                    args.global("numpy.ma.core", "MaskedArray")
                        .global("numpy", "ndarray")
                        .tuple(|args| args.int(0))
                        .str("b")
                })
                .tuple(|args| {
                    args.int(1)
                        .tuple(|args| args.int(4))
                        .dtype("i8")
                        .raw(b"\x89")
                        .bytes(&[0; 32])
                        .bytes(&[0; 1])
                        .raw(b"N")
                })
                .raw(b"b")
                .stop()
        }),
        Attack::new("a sparse matrix of 10^9 x 10^9", || sparse(1_000_000_000, &[0, 1, 1], &[0])),
        Attack::new("a sparse matrix whose offsets go back", || sparse(4, &[0, 9, 2, -5, 1], &[0])),
        Attack::new("a sparse matrix whose columns are out of range", || sparse(4, &[0, 1, 1, 1, 1], &[77])),
        npy(
            "a .npy of 2^40 rows",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }\n",
            8,
        ),
        npy(
            "a .npy whose shape overflows",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 8), }\n",
            8,
        ),
        npy(
            "a .npy of 2^62 elements of no bytes",
            "{'descr': '|V0', 'fortran_order': False, 'shape': (4611686018427387904,), }\n",
            8,
        ),
        npy("a .npy whose header is brackets", "(".repeat(60_000), 8),
    ]
}

/// A csr_matrix of so many rows and columns.
fn sparse(side: i64, indptr: &[i32], indices: &[i32]) -> Vec<u8> {
    let bytes = |numbers: &[i32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let array = |out: Writer, numbers: &[i32]| {
        out.array("i4", &[numbers.len() as i64], |data| data.bytes(&bytes(numbers)))
    };
    let out = pickle().global("scipy.sparse._csr", "csr_matrix").raw(b")\x81").dict(|state| {
        let state = state.str("_shape").tuple(|shape| shape.int(side).int(side)).str("maxprint").int(50);
        let state = array(array(state.str("indices"), indices).str("indptr"), indptr);
        state.str("data").array("f8", &[1], |data| data.bytes(&[1; 8]))
    });
    out.raw(b"b").stop()
}

#[test]
fn arrays() {
    check(attacks());
}
