//! Pickles without Python: the opcodes of protocol 4, one after the other.

use unpickle_core::Pickle;

/// A pickle that is being written. What is memoised is numbered from 0.
pub(crate) struct Opcodes(Vec<u8>);

impl Opcodes {
    pub(crate) fn new() -> Opcodes {
        Opcodes(b"\x80\x04".to_vec())
    }

    pub(crate) fn none(&mut self) {
        self.0.push(b'N');
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.0.push(if value { 0x88 } else { 0x89 });
    }

    pub(crate) fn int(&mut self, value: i64) {
        self.0.extend_from_slice(b"\x8a\x08");
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn float(&mut self, value: f64) {
        self.0.push(b'G');
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    /// At most 255 bytes.
    pub(crate) fn text(&mut self, text: &str) {
        self.0.extend_from_slice(&[0x8c, text.len() as u8]);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Memoises what was written last.
    pub(crate) fn memoise(&mut self) {
        self.0.push(0x94);
    }

    /// What was memoised under this number.
    pub(crate) fn again(&mut self, memo: u32) {
        self.0.push(b'j');
        self.0.extend_from_slice(&memo.to_le_bytes());
    }

    pub(crate) fn list(&mut self, items: impl FnOnce(&mut Opcodes)) {
        self.0.extend_from_slice(b"](");
        items(self);
        self.0.push(b'e');
    }

    /// Keys and values in turn.
    pub(crate) fn dict(&mut self, pairs: impl FnOnce(&mut Opcodes)) {
        self.0.extend_from_slice(b"}(");
        pairs(self);
        self.0.push(b'u');
    }

    pub(crate) fn finish(mut self) -> Pickle {
        self.0.push(b'.');
        Pickle::parse(self.0).expect("a sound pickle")
    }
}

/// A list of `rows` items, `item` writes each.
pub(crate) fn rows(rows: usize, mut item: impl FnMut(&mut Opcodes, usize)) -> Pickle {
    let mut out = Opcodes::new();
    out.list(|out| (0..rows).for_each(|row| item(out, row)));
    out.finish()
}
