//! Writing pickles, opcode by opcode.

/// The bytes of a pickle so far.
#[derive(Clone)]
pub(crate) struct Writer(Vec<u8>);

/// A pickle of protocol 4 to be.
pub(crate) fn pickle() -> Writer {
    Writer(b"\x80\x04".to_vec())
}

impl Writer {
    /// These bytes as they are.
    pub(crate) fn raw(mut self, bytes: impl AsRef<[u8]>) -> Writer {
        self.0.extend_from_slice(bytes.as_ref());
        self
    }

    /// The same bytes many times.
    pub(crate) fn times(self, count: usize, bytes: impl AsRef<[u8]>) -> Writer {
        self.raw(bytes.as_ref().repeat(count))
    }

    pub(crate) fn int(self, int: i64) -> Writer {
        self.raw(b"\x8a\x08").raw(int.to_le_bytes())
    }

    pub(crate) fn str(self, text: &str) -> Writer {
        self.raw(b"X").raw(u32::try_from(text.len()).expect("a short text").to_le_bytes()).raw(text)
    }

    pub(crate) fn bytes(self, bytes: &[u8]) -> Writer {
        self.raw(b"B").raw(u32::try_from(bytes.len()).expect("few bytes").to_le_bytes()).raw(bytes)
    }

    pub(crate) fn global(self, module: &str, name: &str) -> Writer {
        self.raw(format!("c{module}\n{name}\n"))
    }

    /// A tuple of what `items` writes.
    pub(crate) fn tuple(self, items: impl FnOnce(Writer) -> Writer) -> Writer {
        items(self.raw(b"(")).raw(b"t")
    }

    /// A list of what `items` writes.
    pub(crate) fn list(self, items: impl FnOnce(Writer) -> Writer) -> Writer {
        items(self.raw(b"](")).raw(b"e")
    }

    /// A dict of the keys and values that `items` writes.
    pub(crate) fn dict(self, items: impl FnOnce(Writer) -> Writer) -> Writer {
        items(self.raw(b"}(")).raw(b"u")
    }

    /// Calls the global with what `args` writes.
    pub(crate) fn call(self, module: &str, name: &str, args: impl FnOnce(Writer) -> Writer) -> Writer {
        self.global(module, name).tuple(args).raw(b"R")
    }

    /// Puts what is on the top under a number, to be fetched with [`Writer::get`].
    pub(crate) fn put(self, index: u32) -> Writer {
        self.raw(b"r").raw(index.to_le_bytes())
    }

    pub(crate) fn get(self, index: u32) -> Writer {
        self.raw(b"j").raw(index.to_le_bytes())
    }

    /// numpy's dtype of this name, such as `f8`.
    pub(crate) fn dtype(self, name: &str) -> Writer {
        let state = if name.starts_with('O') { ("|", 63) } else { ("<", 0) };
        self.call("numpy", "dtype", |args| args.str(name).raw(b"\x89\x88"))
            .tuple(|args| args.int(3).str(state.0).raw(b"NNN").int(-1).int(-1).int(state.1))
            .raw(b"b")
    }

    /// A numpy array in the order of C; `data` writes its bytes, or the list of its objects.
    pub(crate) fn array(self, dtype: &str, shape: &[i64], data: impl FnOnce(Writer) -> Writer) -> Writer {
        self.call("numpy.core.multiarray", "_reconstruct", |args| {
            args.global("numpy", "ndarray").tuple(|args| args.int(0)).bytes(b"b")
        })
        .tuple(|args| {
            let args = args.int(1).tuple(|args| shape.iter().fold(args, |args, &axis| args.int(axis)));
            data(args.dtype(dtype).raw(b"\x89"))
        })
        .raw(b"b")
    }

    /// The pickle, with its STOP.
    pub(crate) fn stop(self) -> Vec<u8> {
        self.raw(b".").0
    }

    /// The pickle without its STOP.
    pub(crate) fn unfinished(self) -> Vec<u8> {
        self.0
    }

    /// What was written so far, to be part of another.
    pub(crate) fn part(self) -> Vec<u8> {
        self.0.into_iter().skip(2).collect()
    }
}
