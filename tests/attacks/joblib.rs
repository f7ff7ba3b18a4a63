//! Dumps of joblib, with raw bytes between the opcodes.

use crate::attack::{Attack, check};
use crate::pickle::{Writer, pickle};

/// The wrapper of an array, behind which its bytes follow.
fn wrapper(dtype: &str, shape: &[i64], alignment: i64) -> Writer {
    pickle()
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .raw(b")\x81")
        .dict(|state| {
            let state = state.str("subclass").global("numpy", "ndarray");
            let state =
                state.str("shape").tuple(|axes| shape.iter().fold(axes, |axes, &axis| axes.int(axis)));
            let state = state.str("order").str("C").str("dtype").dtype(dtype).str("allow_mmap").raw(b"\x88");
            state.str("numpy_array_alignment_bytes").int(alignment)
        })
        .raw(b"b")
}

pub(crate) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new("a joblib array of 2^40 rows", || wrapper("f8", &[1 << 40], 16).raw([0; 64]).stop()),
        Attack::new("a joblib array whose shape overflows", || {
            wrapper("f8", &[1 << 32, 1 << 32, 1 << 32], 16).raw([0; 64]).stop()
        }),
        Attack::new("a joblib array of negative shape", || wrapper("f8", &[-1], 16).raw([0; 64]).stop()),
        Attack::new("255 bytes of padding that are not there", || wrapper("f8", &[1], 16).raw([255]).stop()),
        Attack::new("an alignment of 2^62", || wrapper("f8", &[1], 1 << 62).raw([3; 20]).stop()),
        Attack::new("an alignment of -1", || wrapper("f8", &[1], -1).raw([3; 20]).stop()),
        Attack::new("a joblib array of 2^62 elements of no bytes", || {
            wrapper("V0", &[1 << 62], 16).raw([0]).stop()
        }),
        Attack::new("a joblib array of objects, 20,000 deep", || {
            let one = wrapper("O8", &[1], 16).stop();
            let one = &one[..one.len() - 1];
            one.repeat(20_000).into_iter().chain(*b"N.").collect()
        }),
        Attack::new("a joblib file beside, in another folder", || {
            pickle()
                .global("joblib.numpy_pickle", "NDArrayWrapper")
                .raw(b")\x81")
                .dict(|state| {
                    let state = state.str("filename").str("../../../../etc/passwd").str("subclass");
                    state.global("numpy", "ndarray").str("allow_mmap").raw(b"\x88")
                })
                .raw(b"b")
                .stop()
        }),
    ]
}

#[test]
fn joblib() {
    check(attacks());
}
