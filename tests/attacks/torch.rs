//! Checkpoints of PyTorch whose tensors and storages do not fit.

use crate::archive::{Member, stored, zeros, zip};
use crate::attack::{Attack, check};
use crate::pickle::{Writer, pickle};

/// A tensor that shows a storage of so many floats.
fn tensor(out: Writer, floats: i64, offset: i64, size: &[i64], stride: &[i64]) -> Writer {
    let numbers = |out: Writer, numbers: &[i64]| {
        out.tuple(|out| numbers.iter().fold(out, |out, &number| out.int(number)))
    };
    out.call("torch._utils", "_rebuild_tensor_v2", |args| {
        let storage = args.tuple(|id| {
            let id = id.str("storage").global("torch", "FloatStorage");
            id.str("0").str("cpu").int(floats)
        });
        let args = numbers(numbers(storage.raw(b"Q").int(offset), size), stride);
        args.raw(b"\x89").call("collections", "OrderedDict", |args| args)
    })
}

fn archive(data: Vec<u8>, storage: Member) -> Vec<u8> {
    zip(&[stored("archive/data.pkl", &data), stored("archive/version", b"3\n"), storage])
}

fn checkpoint(name: &str, write: fn(Writer) -> Writer) -> Attack {
    let bytes = move || archive(write(pickle()).stop(), stored("archive/data/0", &[0; 16]));
    Attack::new(name, bytes).ending("pt")
}

pub(crate) fn attacks() -> Vec<Attack> {
    vec![
        checkpoint("a storage of 2^60 floats", |out| tensor(out, 1 << 60, 0, &[4], &[1])),
        checkpoint("a storage of -1 floats", |out| tensor(out, -1, 0, &[4], &[1])),
        checkpoint("a tensor beyond its storage", |out| tensor(out, 4, 0, &[5], &[1])),
        checkpoint("an offset of 2^62", |out| tensor(out, 4, 1 << 62, &[1], &[1])),
        checkpoint("an offset of -1", |out| tensor(out, 4, -1, &[1], &[1])),
        checkpoint("a stride of 2^62", |out| tensor(out, 4, 0, &[2, 2], &[1 << 62, 1])),
        checkpoint("a stride of -1", |out| tensor(out, 4, 3, &[4], &[-1])),
        checkpoint("a size of -1", |out| tensor(out, 4, 0, &[-1], &[1])),
        checkpoint("fewer strides than axes", |out| tensor(out, 4, 0, &[2, 2], &[1])),
        checkpoint("one float as 2^40", |out| tensor(out, 4, 0, &[1 << 40], &[0])),
        checkpoint("one float as 100,000,000", |out| tensor(out, 4, 0, &[100_000_000], &[0])),
        checkpoint("one float as 20,000,000", |out| tensor(out, 4, 0, &[20_000_000], &[0])),
        checkpoint("one float as 2^62 in three axes", |out| {
            tensor(out, 4, 0, &[1 << 31, 1 << 31, 1], &[0, 0, 0])
        }),
        checkpoint("200 names of one float as 100,000,000", |out| {
            let out = tensor(out, 4, 0, &[100_000_000], &[0]).put(9).raw(b"0}(");
            (0..200).fold(out, |out, i| out.str(&format!("w{i}")).get(9)).raw(b"u")
        }),
        checkpoint("a sparse tensor of 2^40 x 2^40", |out| {
            out.call("torch._utils", "_rebuild_sparse_tensor", |args| {
                args.global("torch.serialization", "_get_layout").raw(b"\x8c\x10torch.sparse_coo\x85R").tuple(
                    |parts| {
                        let parts = tensor(tensor(parts, 4, 0, &[2, 1], &[1, 1]), 4, 0, &[1], &[1]);
                        parts.tuple(|size| size.int(1 << 40).int(1 << 40)).raw(b"\x88")
                    },
                )
            })
        }),
        checkpoint("a module of itself", |out| {
            let out = out.global("torch.nn.modules.container", "Sequential").raw(b")\x81").put(5);
            out.dict(|state| {
                let state =
                    state.str("training").raw(b"\x88").str("_parameters").raw(b"}").str("_buffers").raw(b"}");
                state.str("_modules").dict(|modules| modules.str("0").get(5).str("1").get(5))
            })
            .raw(b"b")
        }),
        Attack::new("a storage of 1 GB in 1 MB", || {
            archive(tensor(pickle(), 64 << 22, 0, &[64 << 22], &[1]).stop(), zeros("archive/data/0", b"", 64))
        })
        .ending("pt"),
        Attack::new("a data.pkl of 1 GB in 1 MB", || {
            zip(&[zeros("archive/data.pkl", b"\x80\x02", 64), stored("archive/version", b"3\n")])
        })
        .ending("pt"),
        Attack::new("a storage of the old form of 2^62 bytes", || {
            let magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00.";
            let body = tensor(pickle(), 1 << 60, 0, &[4], &[1]).stop();
            let keys = b"\x80\x02](X\x01\0\0\x000e.".as_slice();
            let length = (1_i64 << 60).to_le_bytes();
            [magic.as_slice(), &body, keys, &length, &[0; 16]].concat()
        })
        .ending("pt"),
    ]
}

#[test]
fn torch() {
    check(attacks());
}
