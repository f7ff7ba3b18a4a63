//! `Kind`: what sort of thing a value is, in words.

use std::fmt;

/// What sort of thing a value is, for messages: `tuple`, `int`, `numpy.dtype object`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the Python type of its name")]
pub enum Kind<'p> {
    None,
    Bool,
    Int,
    Float,
    Str,
    Str2,
    Bytes,
    ByteArray,
    List,
    Tuple,
    Set,
    FrozenSet,
    Dict,
    /// A global itself: its module and name.
    Class(&'p str, &'p str),
    /// An object: module and name of its class, or of the function called.
    Object(&'p str, &'p str),
    /// An object made by calling something that is itself an object.
    Opaque,
    Persistent,
    Extension,
    Buffer,
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::None => "None",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::Str => "str",
            Kind::Str2 => "Python 2 str",
            Kind::Bytes => "bytes",
            Kind::ByteArray => "bytearray",
            Kind::List => "list",
            Kind::Tuple => "tuple",
            Kind::Set => "set",
            Kind::FrozenSet => "frozenset",
            Kind::Dict => "dict",
            Kind::Class(module, name) => return write!(f, "the global {module}.{name}"),
            Kind::Object(module, name) => return write!(f, "{module}.{name} object"),
            Kind::Opaque => "object",
            Kind::Persistent => "persistent id",
            Kind::Extension => "extension code",
            Kind::Buffer => "buffer",
        })
    }
}
