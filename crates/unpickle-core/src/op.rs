//! The opcode table: the only place that knows what each byte means and what follows it.
//!
//! Names, order and argument forms are those of CPython's `Lib/pickletools.py`.

/// What follows an opcode in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Nothing.
    None,
    /// One unsigned byte.
    U1,
    /// Two bytes, unsigned, little-endian.
    U2,
    /// Four bytes, signed, little-endian.
    I4,
    /// Four bytes, unsigned, little-endian.
    U4,
    /// Eight bytes, unsigned, little-endian.
    U8,
    /// Eight bytes, an IEEE double, **big-endian**.
    F8,
    /// A length of one byte, then that many bytes.
    Data1,
    /// A length of four bytes, *signed*, then that many bytes.
    DataI4,
    /// A length of four bytes, then that many bytes.
    DataU4,
    /// A length of eight bytes, then that many bytes.
    DataU8,
    /// Text up to a newline.
    Line,
    /// Two texts, each up to a newline.
    Line2,
}

/// A row of [`TABLE`].
#[derive(Clone, Copy)]
pub(crate) struct Info {
    pub(crate) opcode: Opcode,
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// Pushes exactly one immutable value that the input itself holds in binary form.
    pub(crate) leaf: bool,
}

macro_rules! opcodes {
    ($($(#[$doc:meta])* $variant:ident = $byte:literal, $name:literal, $form:ident $(, $leaf:ident)?;)*) => {
        /// A pickle opcode, by its `pickletools` name in Rust case. There are 68, for protocols 0 to 5.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Opcode { $(#[doc = concat!("`", $name, "`")] $variant = $byte,)* }

        impl Opcode {
            /// The opcode of this byte, if there is one.
            #[inline(always)]
            pub fn from_byte(byte: u8) -> Option<Opcode> {
                match byte {
                    $($byte => Some(Opcode::$variant),)*
                    _ => None,
                }
            }
        }

        /// Every opcode by its byte.
        pub(crate) static TABLE: [Option<Info>; 256] = {
            let mut table = [None; 256];
            $(table[$byte as usize] = Some(Info {
                opcode: Opcode::$variant, name: $name, form: Form::$form, leaf: opcodes!(@leaf $($leaf)?),
            });)*
            table
        };

        /// How many opcodes there are.
        #[cfg(test)]
        pub(crate) const COUNT: usize = [$($byte,)*].len();
    };
    (@leaf leaf) => { true };
    (@leaf) => { false };
}

opcodes! {
    Int = b'I', "INT", Line;
    BinInt = b'J', "BININT", I4, leaf;
    BinInt1 = b'K', "BININT1", U1, leaf;
    BinInt2 = b'M', "BININT2", U2, leaf;
    Long = b'L', "LONG", Line;
    Long1 = 0x8a, "LONG1", Data1, leaf;
    Long4 = 0x8b, "LONG4", DataI4, leaf;
    String = b'S', "STRING", Line;
    BinString = b'T', "BINSTRING", DataI4, leaf;
    ShortBinString = b'U', "SHORT_BINSTRING", Data1, leaf;
    BinBytes = b'B', "BINBYTES", DataU4, leaf;
    ShortBinBytes = b'C', "SHORT_BINBYTES", Data1, leaf;
    BinBytes8 = 0x8e, "BINBYTES8", DataU8, leaf;
    ByteArray8 = 0x96, "BYTEARRAY8", DataU8, leaf;
    NextBuffer = 0x97, "NEXT_BUFFER", None;
    ReadonlyBuffer = 0x98, "READONLY_BUFFER", None;
    None = b'N', "NONE", None, leaf;
    NewTrue = 0x88, "NEWTRUE", None, leaf;
    NewFalse = 0x89, "NEWFALSE", None, leaf;
    Unicode = b'V', "UNICODE", Line;
    ShortBinUnicode = 0x8c, "SHORT_BINUNICODE", Data1, leaf;
    BinUnicode = b'X', "BINUNICODE", DataU4, leaf;
    BinUnicode8 = 0x8d, "BINUNICODE8", DataU8, leaf;
    Float = b'F', "FLOAT", Line;
    BinFloat = b'G', "BINFLOAT", F8, leaf;
    EmptyList = b']', "EMPTY_LIST", None;
    Append = b'a', "APPEND", None;
    Appends = b'e', "APPENDS", None;
    List = b'l', "LIST", None;
    EmptyTuple = b')', "EMPTY_TUPLE", None, leaf;
    Tuple = b't', "TUPLE", None;
    Tuple1 = 0x85, "TUPLE1", None;
    Tuple2 = 0x86, "TUPLE2", None;
    Tuple3 = 0x87, "TUPLE3", None;
    EmptyDict = b'}', "EMPTY_DICT", None;
    Dict = b'd', "DICT", None;
    SetItem = b's', "SETITEM", None;
    SetItems = b'u', "SETITEMS", None;
    EmptySet = 0x8f, "EMPTY_SET", None;
    AddItems = 0x90, "ADDITEMS", None;
    FrozenSet = 0x91, "FROZENSET", None;
    Pop = b'0', "POP", None;
    Dup = b'2', "DUP", None;
    Mark = b'(', "MARK", None;
    PopMark = b'1', "POP_MARK", None;
    Get = b'g', "GET", Line;
    BinGet = b'h', "BINGET", U1;
    LongBinGet = b'j', "LONG_BINGET", U4;
    Put = b'p', "PUT", Line;
    BinPut = b'q', "BINPUT", U1;
    LongBinPut = b'r', "LONG_BINPUT", U4;
    Memoize = 0x94, "MEMOIZE", None;
    Ext1 = 0x82, "EXT1", U1;
    Ext2 = 0x83, "EXT2", U2;
    Ext4 = 0x84, "EXT4", I4;
    Global = b'c', "GLOBAL", Line2;
    StackGlobal = 0x93, "STACK_GLOBAL", None;
    Reduce = b'R', "REDUCE", None;
    Build = b'b', "BUILD", None;
    Inst = b'i', "INST", Line2;
    Obj = b'o', "OBJ", None;
    NewObj = 0x81, "NEWOBJ", None;
    NewObjEx = 0x92, "NEWOBJ_EX", None;
    Proto = 0x80, "PROTO", U1;
    Stop = b'.', "STOP", None;
    Frame = 0x95, "FRAME", U8;
    PersId = b'P', "PERSID", Line;
    BinPersId = b'Q', "BINPERSID", None;
}

impl Opcode {
    /// The byte.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// The name in `pickletools`: `"SHORT_BINUNICODE"`.
    pub fn name(self) -> &'static str {
        TABLE[usize::from(self as u8)].map_or("", |info| info.name)
    }
}

/// For [`leaf_end`]: bytes up to the payload (0: not a leaf), and how wide the length field in front of it is.
#[derive(Clone, Copy)]
struct Extent {
    base: u8,
    width: u8,
}

static LEAVES: [Extent; 256] = {
    let mut table = [Extent { base: 0, width: 0 }; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(info) = TABLE[byte]
            && info.leaf
        {
            let (base, width) = match info.form {
                Form::None => (1, 0),
                Form::U1 => (2, 0),
                Form::U2 => (3, 0),
                Form::I4 | Form::U4 => (5, 0),
                Form::U8 | Form::F8 => (9, 0),
                Form::Data1 => (2, 1),
                Form::DataI4 | Form::DataU4 => (5, 4),
                Form::DataU8 => (9, 8),
                Form::Line | Form::Line2 => (0, 0),
            };
            table[byte] = Extent { base, width };
        }
        byte += 1;
    }
    table
};

/// What [`leaf_end`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafEnd {
    /// The leaf ends before this offset, which is at most the input's length.
    At(usize),
    /// The opcode is no leaf.
    NotLeaf,
    /// The leaf runs past the end of the input, or claims a negative length.
    Broken,
}

/// Where the leaf whose opcode is at `at` ends. A table, not a `match`: the hottest function of the machine.
#[inline(always)]
pub(crate) fn leaf_end(input: &[u8], at: usize) -> LeafEnd {
    let Some(&byte) = input.get(at) else { return LeafEnd::Broken };
    let Extent { base, width } = LEAVES[usize::from(byte)];
    let body = at + usize::from(base);
    let end = match width {
        0 if base == 0 => return LeafEnd::NotLeaf,
        0 => body,
        1 => match input.get(at + 1) {
            Some(&len) => body + usize::from(len),
            None => return LeafEnd::Broken,
        },
        _ => match long_end(input, at, byte, width) {
            Some(end) => end,
            None => return LeafEnd::Broken,
        },
    };
    if end <= input.len() { LeafEnd::At(end) } else { LeafEnd::Broken }
}

fn long_end(input: &[u8], at: usize, byte: u8, width: u8) -> Option<usize> {
    let start = at + 1;
    let len = if width == 4 {
        let len = u32::from_le_bytes(*input.get(start..)?.first_chunk()?);
        let signed = byte == Opcode::BinString as u8 || byte == Opcode::Long4 as u8;
        if signed && len > i32::MAX as u32 {
            return None;
        }
        u64::from(len)
    } else {
        u64::from_le_bytes(*input.get(start..)?.first_chunk()?)
    };
    let body = start + usize::from(width);
    body.checked_add(usize::try_from(len).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_68_opcodes_and_each_has_its_own_byte() {
        assert_eq!(COUNT, 68);
        assert_eq!(TABLE.iter().flatten().count(), 68);
        for (byte, info) in TABLE.iter().enumerate() {
            if let Some(info) = info {
                assert_eq!(usize::from(info.opcode.byte()), byte, "{}", info.name);
            }
        }
    }

    #[test]
    fn a_leaf_ends_within_the_input_or_is_broken() {
        assert_eq!(leaf_end(b"N", 0), LeafEnd::At(1));
        assert_eq!(leaf_end(b"K\x07", 0), LeafEnd::At(2));
        assert_eq!(leaf_end(b"K", 0), LeafEnd::Broken);
        assert_eq!(leaf_end(b"\x8c\x02ab", 0), LeafEnd::At(4));
        assert_eq!(leaf_end(b"\x8c\x03ab", 0), LeafEnd::Broken);
        assert_eq!(leaf_end(b"T\xff\xff\xff\xff", 0), LeafEnd::Broken);
        assert_eq!(leaf_end(b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff", 0), LeafEnd::Broken);
        assert_eq!(leaf_end(b"]", 0), LeafEnd::NotLeaf);
    }
}
