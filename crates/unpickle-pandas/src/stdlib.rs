//! Scalars and containers of Python's standard library, as they stand in cells of objects.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use unpickle_core::{Int, Object, Seq, Value};
use unpickle_numpy::NdArray;

use crate::civil::{self, Date, DateTime, Time, TimeDelta};
use crate::mapping::{ChainMap, Mapping, mapping};
use crate::names::{field, text};
use crate::shape::shaped;

/// A value of Python's standard library that is no plain value of pickle's own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Std<'p> {
    /// `datetime.date`
    Date(Date),
    /// `datetime.time`
    Time(Time<'p>),
    /// `datetime.datetime`
    DateTime(DateTime<'p>),
    /// `datetime.timedelta`
    TimeDelta(TimeDelta),
    /// `decimal.Decimal`, in Python's own words: `1.50`, `1E+10`, `NaN`, `sNaN`, `-Infinity`.
    Decimal(&'p str),
    /// `uuid.UUID`, the first byte of its text highest.
    Uuid(u128),
    /// `complex`
    Complex(f64, f64),
    /// `fractions.Fraction`: numerator and denominator.
    Fraction(Int<'p>, Int<'p>),
    /// `fractions.Fraction` as text, `"1/3"`: before Python 3.12.
    FractionText(&'p str),
    /// `range (start, stop, step)`
    Range(Int<'p>, Int<'p>, Int<'p>),
    /// `slice (start, stop, step)`
    Slice(Value<'p>, Value<'p>, Value<'p>),
    /// A path of `pathlib`.
    Path(String),
    /// `ipaddress.IPv4Address`, `IPv6Address`
    Ip(IpAddr),
    /// A network or interface of `ipaddress`, `"10.0.0.0/8"`, or an address with a scope, `"fe80::1%eth0"`.
    IpNetwork(&'p str),
    /// A member of one of the standard library's own enums, by its value.
    Enum(Value<'p>),
    /// `UserString`, by its text.
    UserString(Value<'p>),
    /// An object of a subclass of `str`, `bytes`, `int` or `float` without attributes of its own, by its value; of
    /// protocol 2 and later it may be a tuple with one name as well.
    Plain(Value<'p>),
    /// `OrderedDict`, `defaultdict`, `Counter`, `UserDict`, `ChainMap`, `SimpleNamespace`, and subclasses of `dict`
    /// without attributes of their own.
    Mapping(Mapping<'p>),
    /// `deque`, `UserList`, `time.struct_time`, tuples with names, and subclasses of `list` without attributes of
    /// their own; `array.array` of protocols 0 to 2, which is pickled as a list.
    Sequence(Seq<'p>),
    /// `array.array` since protocol 3: its elements as they lie in the pickle.
    Array(NdArray<'p>),
}

/// What a global of the standard library makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StdName {
    Date,
    Time,
    DateTime,
    TimeDelta,
    Decimal,
    Uuid,
    Complex,
    Fraction,
    Range,
    Slice,
    Path,
    WindowsPath,
    Ipv4,
    Ipv6,
    IpNetwork,
    Enum,
    Dict,
    Counter,
    UserDict,
    UserString,
    ChainMap,
    Deque,
    UserList,
    Array,
    ArrayBytes,
    Namespace,
    StructTime,
    /// `copyreg._reconstructor`: its first argument tells.
    Reconstructor,
}

impl StdName {
    pub(crate) fn of(module: &str, name: &str) -> Option<StdName> {
        Some(match (module, name) {
            ("datetime" | "_datetime" | "_pydatetime", "date") => StdName::Date,
            ("datetime" | "_datetime" | "_pydatetime", "time") => StdName::Time,
            ("datetime" | "_datetime" | "_pydatetime", "datetime") => StdName::DateTime,
            ("datetime" | "_datetime" | "_pydatetime", "timedelta") => StdName::TimeDelta,
            ("decimal" | "_decimal" | "_pydecimal", "Decimal") => StdName::Decimal,
            ("uuid", "UUID") => StdName::Uuid,
            ("builtins", "complex") => StdName::Complex,
            ("fractions", "Fraction") => StdName::Fraction,
            ("builtins", "range") => StdName::Range,
            ("builtins", "slice") => StdName::Slice,
            ("pathlib" | "pathlib._local", "PosixPath" | "PurePosixPath" | "Path" | "PurePath") => {
                StdName::Path
            }
            ("pathlib" | "pathlib._local", "WindowsPath" | "PureWindowsPath") => StdName::WindowsPath,
            ("ipaddress", "IPv4Address") => StdName::Ipv4,
            ("ipaddress", "IPv6Address") => StdName::Ipv6,
            ("ipaddress", "IPv4Network" | "IPv6Network" | "IPv4Interface" | "IPv6Interface") => {
                StdName::IpNetwork
            }
            ("http", "HTTPStatus" | "HTTPMethod") | ("re", "RegexFlag") | ("signal", "Signals") => {
                StdName::Enum
            }
            ("collections", "OrderedDict" | "defaultdict") => StdName::Dict,
            ("collections", "Counter") => StdName::Counter,
            ("collections", "UserDict") => StdName::UserDict,
            ("collections", "deque") => StdName::Deque,
            ("collections", "UserList") => StdName::UserList,
            ("collections", "UserString") => StdName::UserString,
            ("collections", "ChainMap") => StdName::ChainMap,
            ("array", "array") => StdName::Array,
            ("array", "_array_reconstructor") => StdName::ArrayBytes,
            ("types", "SimpleNamespace") => StdName::Namespace,
            ("time", "struct_time") => StdName::StructTime,
            ("copyreg", "_reconstructor") => StdName::Reconstructor,
            _ => return None,
        })
    }
}

/// The value of the standard library in `value`, if it is one.
///
/// Whoever looks at many cells uses [`Recogniser`](crate::Recogniser), which remembers what each class is.
#[must_use]
pub fn recognise(value: Value<'_>) -> Option<Std<'_>> {
    let call = value.call()?;
    if call.method.is_some() {
        return None;
    }
    match StdName::of(call.module, call.name) {
        Some(name) => of(name, call.object),
        None => shaped(call.object),
    }
}

/// What a call of `name` makes.
pub(crate) fn of(name: StdName, object: Object<'_>) -> Option<Std<'_>> {
    let int = |i: usize| object.arg(i)?.as_int();
    Some(match name {
        StdName::Date => Std::Date(civil::date(object)?),
        StdName::Time => Std::Time(civil::time(object)?),
        StdName::DateTime => Std::DateTime(civil::datetime(object)?),
        StdName::TimeDelta => Std::TimeDelta(civil::timedelta_parts(object)?),
        StdName::Decimal => Std::Decimal(text(object.arg(0)?)?),
        StdName::Uuid => Std::Uuid(unsigned(field(object.state()?, "int")?.as_int()?)?),
        StdName::Complex => {
            let part = |i: usize| {
                object.arg(i).and_then(|part| part.as_f64().or_else(|| Some(part.as_int()?.to_f64())))
            };
            Std::Complex(part(0)?, part(1)?)
        }
        StdName::Fraction => match (int(0), int(1)) {
            (Some(numerator), Some(denominator)) => Std::Fraction(numerator, denominator),
            _ => Std::FractionText(text(object.arg(0)?)?),
        },
        StdName::Range => Std::Range(int(0)?, int(1)?, int(2)?),
        StdName::Slice => Std::Slice(object.arg(0)?, object.arg(1)?, object.arg(2)?),
        StdName::Path => Std::Path(path(object, '/')?),
        StdName::WindowsPath => Std::Path(path(object, '\\')?),
        StdName::Ipv4 => {
            Std::Ip(IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(object.arg(0)?.as_u64()?).ok()?)))
        }
        StdName::Ipv6 => {
            let address = object.arg(0)?;
            match address.as_int() {
                Some(bits) => Std::Ip(IpAddr::V6(Ipv6Addr::from_bits(unsigned(bits)?))),
                None => match text(address)?.parse() {
                    Ok(address) => Std::Ip(IpAddr::V6(address)),
                    // With a scope: `fe80::1%eth0`.
                    Err(_) => Std::IpNetwork(text(address)?),
                },
            }
        }
        StdName::IpNetwork => Std::IpNetwork(text(object.arg(0)?)?),
        StdName::Enum => Std::Enum(object.arg(0)?),
        StdName::Dict => Std::Mapping(mapping(object)?),
        StdName::Counter => Std::Mapping(match object.arg(0) {
            Some(counts) => Mapping::Dict(counts.as_dict()?),
            None => mapping(object)?,
        }),
        StdName::UserDict => Std::Mapping(Mapping::Dict(field(object.state()?, "data")?.as_dict()?)),
        StdName::Deque => Std::Sequence(match object.items() {
            Some(items) => items,
            None => object.arg(0).unwrap_or(object.args()).as_seq()?,
        }),
        StdName::UserString => Std::UserString(field(object.state()?, "data")?),
        StdName::ChainMap => Std::Mapping(Mapping::Chain(ChainMap::new(field(object.state()?, "maps")?)?)),
        StdName::Array => Std::Sequence(object.arg(1)?.as_list()?),
        StdName::ArrayBytes => Std::Array(crate::pyarray::array(object)?),
        StdName::UserList => Std::Sequence(field(object.state()?, "data")?.as_seq()?),
        StdName::Namespace => Std::Mapping(match object.state() {
            Some(state) => Mapping::Dict(state.as_dict()?),
            None => mapping(object)?,
        }),
        StdName::StructTime => Std::Sequence(object.arg(0)?.as_seq()?),
        StdName::Reconstructor => return None,
    })
}

fn path(object: Object<'_>, separator: char) -> Option<String> {
    let mut path = String::new();
    for part in object.args().as_seq()?.iter() {
        // The first part may be a root, which ends with its own separator.
        if !path.is_empty() && !path.ends_with(separator) {
            path.push(separator);
        }
        path.push_str(text(part)?);
    }
    if path.is_empty() {
        path.push('.');
    }
    Some(path)
}

fn unsigned(int: Int<'_>) -> Option<u128> {
    if int.is_negative() {
        return None;
    }
    let bytes = int.to_le_bytes();
    let (head, rest) = bytes.split_at_checked(16).unwrap_or((&bytes, &[]));
    if rest.iter().any(|byte| *byte != 0) {
        return None;
    }
    Some(head.iter().rev().fold(0, |sum, byte| sum << 8 | u128::from(*byte)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use unpickle_core::Pickle;

    /// Looks at the one value of a pickle.
    pub(crate) fn with<T>(bytes: &[u8], test: impl FnOnce(Option<Std<'_>>) -> T) -> T {
        let pickle = Pickle::parse(bytes.to_vec()).unwrap();
        test(recognise(pickle.root()))
    }

    #[test]
    fn a_datetime_keeps_fold_apart_from_its_month() {
        // datetime(2020, 12, 25, 1, 2, 3, 4, fold=1), protocol 4
        let bytes =
            b"\x80\x04\x8c\x08datetime\x8c\x08datetime\x93C\n\x07\xe4\x8c\x19\x01\x02\x03\x00\x00\x04\x85R.";
        with(bytes, |found| match found {
            Some(Std::DateTime(DateTime { date, time })) => {
                assert_eq!(date, Date { year: 2020, month: 12, day: 25 });
                assert!(time.fold && time.zone.is_none());
                assert_eq!(time.micros(), 3_723_000_004);
            }
            other => panic!("{other:?}"),
        });
    }

    #[test]
    fn a_uuid_of_128_bits_is_whole() {
        // UUID(int=2**128 - 1), protocol 2
        let bytes =
            b"\x80\x02cuuid\nUUID\n)\x81}X\x03\0\0\0int\x8a\x11\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0sb.";
        with(bytes, |found| assert!(matches!(found, Some(Std::Uuid(u128::MAX))), "{found:?}"));
    }

    #[test]
    fn a_path_is_joined_as_its_system_does() {
        let posix = b"cpathlib\nPosixPath\n(V/\nVa\nVb.txt\ntR.";
        with(posix, |found| {
            assert!(matches!(&found, Some(Std::Path(path)) if path == "/a/b.txt"), "{found:?}")
        });
        let windows = b"cpathlib\nWindowsPath\n(Vc:\\u005c\nVa\ntR.";
        with(windows, |found| {
            assert!(matches!(&found, Some(Std::Path(path)) if path == "c:\\a"), "{found:?}")
        });
        let new = b"cpathlib._local\nPosixPath\n(V/a/b\ntR.";
        with(new, |found| assert!(matches!(&found, Some(Std::Path(path)) if path == "/a/b"), "{found:?}"));
    }

    #[test]
    fn an_ordered_dict_of_python_2_is_a_list_of_lists() {
        let bytes = b"ccollections\nOrderedDict\n((l(lVa\naI1\naatR.";
        with(bytes, |found| match found {
            Some(Std::Mapping(mapping)) => {
                let pairs: Vec<_> =
                    mapping.iter().map(|(key, value)| (key.as_str(), value.as_i64())).collect();
                assert_eq!(pairs, [(Some("a"), Some(1))]);
            }
            other => panic!("{other:?}"),
        });
    }

    #[test]
    fn the_first_map_of_a_chain_counts() {
        // ChainMap({"a": 1}, {"b": 2, "a": 3}), protocol 2
        let bytes = b"\x80\x02ccollections\nChainMap\n)\x81}X\x04\0\0\0maps]\
            (}X\x01\0\0\0aK\x01s}(X\x01\0\0\0bK\x02X\x01\0\0\0aK\x03uesb.";
        with(bytes, |found| match found {
            Some(Std::Mapping(mapping)) => {
                let pairs: Vec<_> =
                    mapping.iter().map(|(key, value)| (key.as_str(), value.as_i64())).collect();
                assert_eq!(pairs, [(Some("b"), Some(2)), (Some("a"), Some(1))]);
                assert_eq!(mapping.len(), 2);
            }
            other => panic!("{other:?}"),
        });
    }

    #[test]
    fn a_date_that_never_was_is_left_alone() {
        with(b"cdatetime\ndate\n(S'\\x07\\xe7\\x02\\x1e'\ntR.", |found| {
            assert!(found.is_none(), "{found:?}")
        });
        with(b"cdatetime\ndate\n(S'\\x07'\ntR.", |found| assert!(found.is_none(), "{found:?}"));
    }
}
