"""Python objects that cells may be, in pools of one kind each, ends and oddities among them."""
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import uuid
import zoneinfo

import dateutil.tz
import numpy as np
import pandas as pd
import pytz

Point = collections.namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


@dataclasses.dataclass
class Item:
    name: str
    count: int


class Opaque:
    """An object of nobody's."""

    def __init__(self, inside):
        self.inside = inside


PARIS, NEW_YORK, LORD_HOWE = (zoneinfo.ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe"))
# Clocks that show one time twice, and a time that none shows, in Paris.
TWICE, NEVER = dt.datetime(2021, 10, 31, 2, 30), dt.datetime(2021, 3, 28, 2, 30)
UNITS = ("s", "ms", "us", "ns")


def clocks(zone):
    """Times in a zone of PEP 495."""
    return [
        dt.datetime(2020, 7, 1, 12, 0, 0, 123456, tzinfo=zone),
        TWICE.replace(tzinfo=zone),
        TWICE.replace(tzinfo=zone, fold=1),
        NEVER.replace(tzinfo=zone),
        NEVER.replace(tzinfo=zone, fold=1),
        dt.datetime(1950, 1, 2, 3, 4, 5, tzinfo=zone),
        dt.datetime(2090, 7, 2, 3, 4, 5, tzinfo=zone),
    ]


def localized(zone):
    """Times in a zone of pytz, which has an object for each offset."""
    return [
        zone.localize(dt.datetime(2020, 7, 1, 12)),
        zone.localize(dt.datetime(2020, 1, 1, 12)),
        zone.localize(TWICE, is_dst=True),
        zone.localize(TWICE, is_dst=False),
    ]


def decimals(*texts):
    return [decimal.Decimal(text) for text in texts]


def array(values, dtype, *shape):
    made = np.array(values, dtype=dtype)
    return made.reshape(shape) if shape else made


def objects(*values):
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


# Kind of cell to cells.
POOLS = {
    "bool": [True, False],
    "int": [0, 1, -1, 7, 2**31, -(2**31), 2**53],
    "int_wide": [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 2**62],
    "uint": [2**63, 2**63 + 1, 2**64 - 1],
    "int_huge": [2**64, 2**80, -(2**80), 10**75],
    "int_vast": [10**76, -(10**100)],
    "float": [0.0, -0.0, 1.5, 0.1, float("inf"), float("-inf"), 5e-324, 1.7e308, -2.0],
    "str": ["", "a", "é", "\0", "a\0b", "😀\U0010fffa", "x'y\"z", "nan", "None", "line\nline", "\\"],
    "str_long": ["x" * 100_000, "é" * 255, ""],
    "surrogate": ["\ud800", "a\udfff", "\udc80x", "plain"],
    "bytes": [b"", b"a", b"\0\xff", b"\x80" * 300],
    "bytearray": [bytearray(b""), bytearray(b"ab\0")],
    "date": [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1970, 1, 1), dt.date(2020, 2, 29)],
    "time": [dt.time(0), dt.time(23, 59, 59, 999999), dt.time(1, 2, 3)],
    "time_zone": [dt.time(1, 2, 3, tzinfo=dt.timezone.utc)],
    "datetime": [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999), dt.datetime(2020, 1, 2, 3, 4, 5, 6), TWICE.replace(fold=1)],
    "datetime_utc": [dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc), dt.datetime(9999, 12, 31, tzinfo=dt.timezone.utc)],
    "datetime_fixed": [dt.datetime(2020, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30))), dt.datetime(1900, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30)))],
    "datetime_zoneinfo": clocks(PARIS),
    "datetime_half_hour": clocks(LORD_HOWE),
    "datetime_dateutil": clocks(dateutil.tz.gettz("America/New_York")),
    "datetime_pytz": localized(pytz.timezone("Europe/Paris")),
    "datetime_pytz_fixed": [dt.datetime(2020, 1, 2, tzinfo=pytz.FixedOffset(330))],
    "datetime_dateutil_fixed": [dt.datetime(2020, 1, 2, tzinfo=dateutil.tz.tzoffset(None, -5400))],
    "timestamp": [pd.Timestamp("2020-01-02 03:04:05.123456"), pd.Timestamp("1677-09-22"), pd.Timestamp("9999-12-31 23:59:59"), pd.Timestamp("0001-01-01")],
    "timestamp_ends": [pd.Timestamp(-(2**63) + 1, unit="ns"), pd.Timestamp(2**63 - 1, unit="ns"), pd.Timestamp(1, unit="ns")],
    "timestamp_units": [pd.Timestamp("2020-01-02").as_unit(unit) for unit in UNITS],
    "timestamp_far": [pd.Timestamp("9999-12-31").as_unit("s"), pd.Timestamp("0001-01-01").as_unit("ms"), pd.Timestamp(-1, unit="ns")],
    "timestamp_zone": [pd.Timestamp("2020-07-02", tz="Europe/Paris"), pd.Timestamp("2021-10-31 02:30", tz="UTC").tz_convert("Europe/Paris")],
    "timedelta": [dt.timedelta(0), dt.timedelta(days=-1, microseconds=1), dt.timedelta(days=9999, seconds=5)],
    "timedelta_ends": [dt.timedelta.max, dt.timedelta.min],
    "Timedelta": [pd.Timedelta("1 days 00:00:00.000000001"), pd.Timedelta(-1, unit="ns"), pd.Timedelta(2**63 - 1, unit="ns"), pd.Timedelta(-(2**63) + 1, unit="ns")],
    "Timedelta_units": [pd.Timedelta("1h").as_unit(unit) for unit in UNITS],
    "decimal": decimals("1.5", "-2.25", "0", "1E+3", "0.000", "-0", "123456789012345678901234567890.5"),
    "decimal_wide": decimals("1E+75", "1E-30", "9" * 60 + ".5", "1"),
    "decimal_far": decimals("1E+200", "1E-200", "1E+99999"),
    "decimal_infinite": decimals("Infinity", "-Infinity", "1"),
    "uuid": [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID(int=5)],
    "complex": [1 + 2j, -0j, complex(0.5, float("inf"))],
    "period_month": [pd.Period("2020-01", "M"), pd.Period("1900-12", "M")],
    "period_day": [pd.Period("2020-01-05", "D")],
    "interval": [pd.Interval(0, 1), pd.Interval(0.5, 2.5, closed="left")],
    "list": [[], [1, 2], [3], [None, 4]],
    "list_float": [[], [1.5, float("nan")], [-0.0]],
    "list_text": [["a", ""], [], ["é", None]],
    "list_list": [[[1], []], [], [[2, 3], None]],
    "list_mixed": [[1, "a"], ["b"], []],
    "list_wide": [[2**53 + 1], [1.5], [2**63]],
    "list_bool": [[True], [], [None, False]],
    "list_dict": [[{"a": 1}], [{"b": 2.5}], []],
    "tuple": [(1, 2), (), (3,)],
    "namedtuple": [Point(1, 2), Point(3, 4)],
    "set": [{1}, set(), frozenset([7])],
    "dict": [{"a": 1, "b": "x"}, {"b": "y"}, {"c": None, "a": 2}],
    "dict_deep": [{"a": {"b": [1, {"c": 2}]}}, {"a": None}],
    "dict_empty": [{}],
    "dict_keys": [{1: "a"}, {"1": "b"}],
    "dict_like": [collections.OrderedDict(a=1), collections.Counter(a=2), collections.defaultdict(int, a=3)],
    "deque": [collections.deque([1, 2]), collections.deque()],
    "ndarray": [array([1, 2], "i8"), array([], "i8"), array([3], "i8")],
    "ndarray_float": [array([1.5, np.nan], "f8"), array([-0.0], "f8")],
    "ndarray_narrow": [array([1, 2], "i2"), array([3, 4], "u4"), array([1], ">i4")],
    "ndarray_ragged": [array([1, 2, 3], "f4"), array([], "f4"), array([4.5], "f4")],
    "ndarray_2d": [array(range(6), "i8", 2, 3), array(range(4), "i8", 4, 1), np.asfortranarray(array(range(6), "i8", 3, 2))],
    "ndarray_3d": [array(range(8), "f8", 2, 2, 2), array([], "f8", 0, 2, 2)],
    "ndarray_strided": [np.arange(10)[::3], np.arange(10)[::-1], np.broadcast_to(np.int64(5), (3,))],
    "ndarray_0d": [array(5, "i8"), array(6, "i8")],
    "ndarray_object": [objects("a", None), objects(), objects("b")],
    "ndarray_nested": [objects(array([1], "i8"), array([2, 3], "i8")), objects()],
    "ndarray_text": [array(["a", "bc"], "U2"), array([], "U1")],
    "ndarray_time": [array(["2020-01-01", "NaT"], "M8[ns]"), array([], "M8[ns]")],
    "ndarray_bool": [array([True, False], "?"), array([], "?")],
    "ndarray_masked": [np.ma.array([1, 2], mask=[False, True]), np.ma.array([3, 4], mask=False)],
    "ndarray_structured": [array([(1, 2.5)], [("a", "i4"), ("b", "f8")])],
    "ndarray_complex": [array([1 + 2j], "c16"), array([], "c16")],
    "ndarray_unsigned": [array([2**64 - 1, 1], "u8"), array([3], "u8")],
    "ndarray_wide": [array([2**60], "i8"), array([2**64 - 1], "u8")],
    "numpy_int": [np.int8(-5), np.uint16(9), np.int64(2**62)],
    "numpy_uint": [np.uint64(2**64 - 1), np.uint64(1)],
    "numpy_float": [np.float32(0.1), np.float32(-0.0), np.float16(6e-8)],
    "numpy_double": [np.float64(0.1), np.float64("inf")],
    "numpy_bool": [np.True_, np.False_],
    "numpy_str": [np.str_("a"), np.str_("é")],
    "numpy_bytes": [np.bytes_(b"a"), np.bytes_(b"\xff")],
    "numpy_datetime": [np.datetime64("2020-01-01T00:00:01", unit) for unit in UNITS],
    "numpy_day": [np.datetime64("2020-01-01"), np.datetime64("0001-01-01")],
    "numpy_timedelta": [np.timedelta64(5, unit) for unit in UNITS],
    "path": [pathlib.PurePosixPath("/tmp/a"), pathlib.PurePosixPath("b c")],
    "address": [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")],
    "fraction": [fractions.Fraction(1, 3)],
    "enum": [Colour.RED, Colour.BLUE],
    "dataclass": [Item("a", 1)],
    "opaque": [Opaque([1, 2])],
    "range": [range(3), range(5, 1, -2)],
    "class": [int, Opaque],
    "odd": [Ellipsis, slice(1, 2)],
}

# Each is a gap.
MISSING = [None, float("nan"), pd.NaT, pd.NA, decimal.Decimal("NaN"), np.float32("nan"), np.datetime64("NaT", "ns"), np.timedelta64("NaT", "s")]
