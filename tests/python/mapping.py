"""The tables of docs/mapping.md: an example for each row, what the command makes of it, and how pandas reads that.

`render` makes the tables anew by running every example. `test_mapping.py` compares them with the page, and the cells with
what Python had. A new row is a new line below; then

    REWRITE_MAPPING=1 python -m pytest tests/python/test_mapping.py

writes the page.
"""
import collections
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import pickle
import re
import subprocess
import sys
import types
import uuid
import zoneinfo
from array import array

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from conftest import COMMAND, ROOT

PAGE = ROOT / "docs" / "mapping.md"
VERSIONS = "pandas %s and pyarrow %s" % (pd.__version__, pa.__version__)


class Colour(enum.Enum):
    RED = 1


class Name(str):
    pass


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


Pair = collections.namedtuple("Pair", "x y")
utc, paris, new_york = dt.timezone.utc, zoneinfo.ZoneInfo("Europe/Paris"), zoneinfo.ZoneInfo("America/New_York")
NAMES = dict(
    pd=pd, np=np, pa=pa, nan=float("nan"), inf=float("inf"), array=array, re=re, utc=utc, paris=paris, new_york=new_york,
    date=dt.date, time=dt.time, datetime=dt.datetime, timedelta=dt.timedelta, timezone=dt.timezone, Decimal=decimal.Decimal,
    Fraction=fractions.Fraction, UUID=uuid.UUID, deque=collections.deque, OrderedDict=collections.OrderedDict,
    Counter=collections.Counter, ChainMap=collections.ChainMap, UserList=collections.UserList, Path=pathlib.PurePosixPath,
    ip_address=ipaddress.ip_address, ip_network=ipaddress.ip_network, namespace=types.SimpleNamespace,
    Colour=Colour, Name=Name, Point=Point, Pair=Pair,
)  # fmt: skip
# A module of their own, by which their pickles name them.
shop = sys.modules["shop"] = types.ModuleType("shop")
for every in (Colour, Name, Point, Pair):
    every.__module__ = "shop"
    setattr(shop, every.__name__, every)


def value(expression):
    return eval(expression, dict(NAMES))


# ---- the examples

# what, example
TABLES = [
    ("`DataFrame`", 'pd.DataFrame({"a": [1, 2]})'),
    ("its labels of rows, behind the data", 'pd.DataFrame({"a": [1, 2]}, index=["x", "y"])'),
    ("`Series`, named or not", 'pd.Series([1.5], name="a")'),
    ("`Index`, `MultiIndex`: a column for each level", 'pd.MultiIndex.from_tuples([("x", 1)], names=["k", "n"])'),
    ("array of numpy of one dimension", "np.arange(3)"),
    ("of two: a column for each of its own", "np.ones((2, 3))"),
    ("of more: a tensor of fixed shape for each row", "np.ones((2, 2, 2))"),
    ("several arrays, wherever they are: a row each", '{"w": np.ones((2, 2)), "b": [np.arange(3)]}'),
    ("structured array: a column for each field", 'np.array([(1, 2.5)], dtype=[("n", "i4"), ("x", "f8")])'),
    ("masked array: masked cells are null", "np.ma.masked_array([1, 2], [False, True])"),
    ("table of pyarrow", 'pa.table({"a": [1, 2]})'),
    ("`range`, never held in memory", "range(0, 10, 3)"),
    ("`array.array`", 'array("f", [1.5])'),
    ("list of dicts: a row each, a column for each key", '[{"a": 1}, {"a": 2, "b": "x"}, None]'),
    ("list of objects of one class, or with the same attributes (dataclasses, slots): a column for each attribute", '[Point(1, "a"), Point(2, "b")]'),
    ("dict of columns of one length: lists, tuples, arrays, masked ones, ranges, `Series` of one index", '{"a": [1, 2], "b": range(2)}'),
    ("`OrderedDict`, `ChainMap`, `UserDict`, namespaces likewise", "namespace(a=[1, 2])"),
    ("dict of dicts, or of such objects: a row each, the keys are the index", '{"x": {"a": 1}, "y": {"a": 2}}'),
    ("tuples of one length as keys: the levels of a `MultiIndex`", '{("x", 1): {"a": 1}, ("x", 2): {"a": 2}}'),
    ("list of lists, tuples or namedtuples of one length: a row each", '[(1, "a"), (2, "b")]'),
    ("tuples of several lengths: gaps fill them up", "[(1, 2), (3,)]"),
    ("list, tuple, set, `deque` of plain values", "{1, 2}"),
    ("list of lists of several lengths, of sets, of arrays of one dimension", "[[1], [2, 3]]"),
    ("dict of plain values, as `pandas.Series(dict)`", 'Counter("aab")'),
    ("list or dict of nothing", "[]"),
    ("list of anything else", "[Point(1, 2), [Colour.RED], 1]"),
]

# what, example of a Series or an Index
COLUMNS = [
    ("integers, floats, booleans, in either byte order", 'pd.Series([1, -1], dtype=">i2")'),
    ("", 'pd.Series([1.5, nan], dtype="float32")'),
    ("moments", 'pd.Series(["2024-02-29"], dtype="datetime64[ns]")'),
    ("of seconds: Parquet has none", 'pd.Series(["2024-02-29"], dtype="datetime64[s]")'),
    ("with a zone of zoneinfo, pytz, dateutil, or an offset", 'pd.Series(["2024-02-29"], dtype="datetime64[us, Europe/Paris]")'),
    ("durations", 'pd.Series([5], dtype="timedelta64[ms]")'),
    ("Python objects: by their cells, see below", 'pd.Series([b"a", None])'),
    ("text", 'pd.Series(["a", None], dtype="str")'),
    ("", 'pd.Series(["a", None], dtype="string")'),
    ("categories of text", 'pd.Series(["b", "a"], dtype=pd.CategoricalDtype(["b", "a", "c"], ordered=True))'),
    ("of numbers or moments", 'pd.Series([7, 8], dtype="category")'),
    ("of booleans, durations, moments of a zone: plain values", 'pd.Series(pd.Categorical(pd.to_timedelta([1, 2], unit="s").as_unit("us")))'),
    ("of mixed objects, intervals, periods: plain values", 'pd.Series(pd.Categorical([1, "a"]))'),
    ("nullable numbers; NaN stays one", 'pd.Series([1, None], dtype="Int64")'),
    ("", 'pd.Series([True, None], dtype="boolean")'),
    ("Arrow's own types", 'pd.Series([1, None], dtype="int64[pyarrow]")'),
    ("", "pd.Series([[1], None], dtype=pd.ArrowDtype(pa.list_(pa.int64())))"),
    ("periods", 'pd.Series(pd.period_range("2024-01", periods=2, freq="M"))'),
    ("intervals", "pd.Series(pd.interval_range(0, 2))"),
    ("sparse: dense", 'pd.Series([0, 1], dtype="Sparse[int64, 0]")'),
    ("complex numbers", "pd.Series([1 + 2j])"),
    ("long doubles, rounded", "pd.Series(np.array([1.5], dtype=np.longdouble))"),
]

# what, example: arrays of numpy whose dtypes pandas has not
ARRAYS = [
    ("days, weeks", 'np.array(["2024-02-29"], dtype="datetime64[D]")'),
    ("months, years: their first day", 'np.array(["2024-02"], dtype="datetime64[M]")'),
    ("hours, minutes, multiples", 'np.array(["2024-02-29T12"], dtype="datetime64[h]")'),
    ("below nanoseconds: the count", 'np.array([7], dtype="datetime64[ps]")'),
    ("durations of months, years: the count", 'np.array([7], dtype="timedelta64[M]")'),
    ("bytes, text, raw data", 'np.array([b"ab", b"c"])'),
    ("", 'np.array(["ab", "c"])'),
    ("", 'np.array([b"ab"], dtype="V2")'),
]

# what, cells
CELLS = [
    ("bool", "[True, None]"),
    ("int", "[1, None]"),
    ("", "[2**63, None]"),
    ("beyond 64 bits", "[2**64, -1]"),
    ("beyond 76 digits", "[10**76, 1]"),
    ("int and float, if a float holds each int", "[1, 2.5, nan]"),
    ("if not", "[2**53 + 1, 2.5]"),
    ("bool among numbers", "[True, 1]"),
    ("bool behind a float, as pyarrow does it", "[2.5, True]"),
    ("scalars of numpy, as wide as they are", "[np.int8(1), np.int16(2), None]"),
    ("beside Python's own", "[np.int8(1), 2]"),
    ("halves of numpy, and its moments and spans, likewise", '[np.float16(1.5), None]'),
    ("", '[np.datetime64("2024-02-29", "ns"), None]'),
    ("", "[np.float32(0.5), np.float16(1)]"),
    ("text", '["a", None, nan]'),
    ("with lone surrogates: their bytes, as `surrogatepass` writes them", '["\\ud800", "a"]'),
    ("", '[np.str_("\\ud800")]'),
    ("bytes, `bytearray`", '[b"a", bytearray(b"b")]'),
    ("text among bytes: its UTF-8", '["\u00e9", b"\\xff"]'),
    ("`Decimal`: the widest scale", '[Decimal("1.50"), Decimal("-0.001")]'),
    ("of NaN, signalling or not", '[Decimal("NaN"), Decimal("1")]'),
    ("of infinities, or of more than 76 digits", '[Decimal("Infinity"), Decimal("1")]'),
    ("with int", '[Decimal("1.5"), 2]'),
    ("with float", '[Decimal("1.5"), 2.5]'),
    ("`date`", "[date(2024, 2, 29), None]"),
    ("`time`", "[time(23, 59, 59, 1)]"),
    ("with a zone", "[time(1, 2, 3, tzinfo=utc)]"),
    ("`datetime`", "[datetime(2024, 2, 29, 12), None]"),
    ("of one zone", "[datetime(2024, 2, 29, 12, tzinfo=paris)]"),
    ("of several zones: UTC", "[datetime(2024, 2, 29, tzinfo=paris), datetime(2024, 2, 29, tzinfo=new_york)]"),
    ("with a zone and without", "[datetime(2024, 2, 29, tzinfo=paris), datetime(2024, 2, 29)]"),
    ("`date` among `datetime`", "[date(2024, 2, 29), datetime(2024, 2, 29)]"),
    ("`timedelta`", "[timedelta(days=-1, microseconds=1)]"),
    ("beyond 292,471 years", "[timedelta.max]"),
    ("`Timestamp`, `Timedelta`: microseconds, or nanoseconds that are there", '[pd.Timestamp("2024-02-29 00:00:00.000000001")]'),
    ("beyond the reach of that unit", '[pd.Timestamp("2024-02-29 00:00:00.000000001"), datetime(9999, 1, 1)]'),
    ("`datetime64` of hours; of months: the first day", '[np.datetime64("2024-02-29T12")]'),
    ("", '[np.datetime64("2024-02")]'),
    ("of units that Arrow has not", '[np.datetime64(7, "ps")]'),
    ("structures of numpy", '[np.array((1, 2.5), dtype=[("n", "i4"), ("x", "f8")])[()]]'),
    ("`UUID`", "[UUID(int=7), None]"),
    ("`complex`", "[1 + 2j, None]"),
    ("`Fraction`, paths, IP addresses and networks: their text", "[Fraction(1, 3), None]"),
    ("", '[Path("/srv/a"), None]'),
    ("", '[ip_address("::1"), ip_network("10.0.0.0/8")]'),
    ("lists, tuples, sets, `deque`", "[[1], (2, None), {3}, deque([4]), None]"),
    ("arrays of numpy, of any dimension", "[np.arange(2), None]"),
    ("", "[np.ones((1, 2))]"),
    ("of none: what it holds", "[np.array(5)]"),
    ("masked: gaps", "[np.ma.masked_array([1, 2], [False, True]), np.ma.masked]"),
    ("`array.array`", '[array("b", [1, -1])]'),
    ("dicts with text keys: all their keys", '[{"a": 1}, {"b": {"c": "x"}}, None]'),
    ("`OrderedDict`, `Counter`, `ChainMap`, namespaces likewise", '[OrderedDict(a=1), Counter("a")]'),
    ("what of a field has no type", '[{"a": 1}, {"a": "x"}]'),
    ("dicts without keys, or with other keys", "[{1: 2}, {}]"),
    ("lists of mixed items", '[[1, "a"], [nan, inf, None]]'),
    ("periods of one frequency", '[pd.Period("2024-01", "M"), None]'),
    ("of several; intervals", '[pd.Period("2024-01", "M"), pd.Interval(0, 1)]'),
    ("`range`, `slice`", "[range(3), slice(1, None)]"),
    ("subclasses of str, bytes, int and float: their value", '[Name("a"), "b"]'),
    ("enums", "[Colour.RED]"),
    ("namedtuples: a list", "[Pair(1, 2)]"),
    ("exceptions", '[ValueError("no", 3)]'),
    ("any other object", '[Point(1, "a"), re.compile("a")]'),
    ("classes and functions", "[int, len]"),
    ("bytes, dates and such inside JSON", '[[b"\\xff", date(2024, 2, 29), 1]]'),
    ("nothing but gaps", "[None, nan, pd.NaT, pd.NA]"),
]

# labels of columns
LABELS = [
    ("text", '["a", "b"]'),
    ("integers, floats, dates", "[7, 8]"),
    ("", "[date(2024, 2, 29)]"),
    ("of a `MultiIndex`", 'pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])'),
    ("`None`", "[None]"),
    ("bytes", '[b"a"]'),
    ("one label twice", '["a", "a", "a.1"]'),
    ("of a `MultiIndex`, in its last level", 'pd.MultiIndex.from_tuples([("a", 1), ("a", 1)])'),
    ("numbers twice are text", "[7, 7]"),
    ("complex numbers", "[1j, 1 + 2j]"),
    ("periods, intervals, durations", 'pd.period_range("2024-01", periods=2, freq="M")'),
    ("`NaT`, `NA`", "[pd.NaT, pd.NA, 1]"),
]

# a cell in CSV and in JSON lines
TEXTS = [
    ("numbers", "pd.Series([1.5, nan])"),
    ("infinities", "pd.Series([inf])"),
    ("booleans", "pd.Series([True])"),
    ("text", "pd.Series(['a \"b\"'])"),
    ("bytes", 'pd.Series([b"\\xff"])'),
    ("moments", 'pd.Series([pd.Timestamp("2024-02-29 12:30")])'),
    ("with a zone", 'pd.Series([pd.Timestamp("2024-02-29 12:30", tz="Europe/Paris")])'),
    ("durations", "pd.Series([pd.Timedelta(hours=25)])"),
    ("dates", "pd.Series([date(2024, 2, 29)])"),
    ("decimals", 'pd.Series([Decimal("1.50")])'),
    ("ids", "pd.Series([UUID(int=7)])"),
    ("periods, intervals", 'pd.Series([pd.Period("2024-02", "M")])'),
    ("", "pd.Series(pd.interval_range(0, 1))"),
    ("complex numbers", "pd.Series([1 + 2j])"),
    ("lists, structures", 'pd.Series([{"a": [1, None]}])'),
    ("JSON text", 'pd.Series([[1, "a"]])'),
]

# what pandas refuses or changes
BEYOND = [
    ("int and None", 'pd.DataFrame({"a": pd.Series([2**53 + 1, None], dtype=object)})'),
    ("int beyond 64 bits", 'pd.DataFrame({"a": pd.Series([2**64, 1], dtype=object)})'),
    ("int and float, not exact", 'pd.DataFrame({"a": pd.Series([2**53 + 1, 0.5], dtype=object)})'),
    ("bool and int", 'pd.DataFrame({"a": pd.Series([True, 2], dtype=object)})'),
    ("text and int", 'pd.DataFrame({"a": pd.Series(["x", 1], dtype=object)})'),
    ("`Decimal('Infinity')`", 'pd.DataFrame({"a": [Decimal("Infinity"), Decimal(1)]})'),
    ("`Decimal('NaN')`", 'pd.DataFrame({"a": [Decimal("NaN"), Decimal(1)]})'),
    ("datetimes of several zones", 'pd.DataFrame({"a": pd.Series([datetime(2024, 2, 29, tzinfo=paris), datetime(2024, 2, 29, tzinfo=new_york)], dtype=object)})'),
    ("naive and aware datetimes", 'pd.DataFrame({"a": pd.Series([datetime(2024, 2, 29, tzinfo=paris), datetime(2024, 2, 29)], dtype=object)})'),
    ("`Timestamp` of nanoseconds in object cells", 'pd.DataFrame({"a": pd.Series([pd.Timestamp("2024-02-29 00:00:00.000000001")], dtype=object)})'),
    ("`timedelta.max`", 'pd.DataFrame({"a": pd.Series([timedelta.max], dtype=object)})'),
    ("complex", 'pd.DataFrame({"a": [1 + 2j]})'),
    ("long double", 'pd.DataFrame({"a": np.array([1.5], dtype=np.longdouble)})'),
    ("sparse", 'pd.DataFrame({"a": pd.Series([0, 1], dtype="Sparse[int64, 0]")})'),
    ("periods in object cells", 'pd.DataFrame({"a": pd.Series([pd.Period("2024-01", "M")], dtype=object)})'),
    ("intervals in object cells", 'pd.DataFrame({"a": pd.Series([pd.Interval(0, 1)], dtype=object)})'),
    ("categories of mixed objects", 'pd.DataFrame({"a": pd.Categorical([1, "a"])})'),
    ("categories of numbers", 'pd.DataFrame({"a": pd.Categorical([7, 8])})'),
    ("`Fraction`", 'pd.DataFrame({"a": [Fraction(1, 3)]})'),
    ("path", 'pd.DataFrame({"a": [Path("/srv")]})'),
    ("IP address", 'pd.DataFrame({"a": [ip_address("::1")]})'),
    ("set", 'pd.DataFrame({"a": [{1, 2}]})'),
    ("array of two dimensions in a cell", 'pd.DataFrame({"a": [np.ones((2, 2))]})'),
    ("`array.array` in a cell", 'pd.DataFrame({"a": [array("b", [1])]})'),
    ("`Counter` in a cell", 'pd.DataFrame({"a": [Counter("a")]})'),
    ("`ChainMap` in a cell", 'pd.DataFrame({"a": [ChainMap({"a": 1})]})'),
    ("dict with other keys than text", 'pd.DataFrame({"a": [{1: 2}]})'),
    ("list of mixed items", 'pd.DataFrame({"a": [[1, "x"]]})'),
    ("enum", 'pd.DataFrame({"a": [Colour.RED]})'),
    ("subclass of str", 'pd.DataFrame({"a": pd.Series([Name("a")], dtype=object)})'),
    ("any other object", 'pd.DataFrame({"a": [Point(1, 2)]})'),
    ("lone surrogate", 'pd.DataFrame({"a": pd.Series(["\\ud800"], dtype=object)})'),
    ("one label twice", 'pd.DataFrame([[1, 2]], columns=["a", "a"])'),
    ("labels of text and int", 'pd.DataFrame([[1, 2]], columns=["a", 1])'),
    ("labels that are categories", 'pd.DataFrame([[1, 2]], columns=pd.CategoricalIndex(["a", "b"]))'),
    ("labels that are intervals", 'pd.DataFrame([[1, 2]], columns=pd.interval_range(0, 2))'),
    ("labels of two levels with a gap", 'pd.DataFrame([[1]], columns=pd.MultiIndex(levels=[["a"], [1]], codes=[[0], [-1]]))'),
    ("bool behind a float", 'pd.DataFrame({"a": pd.Series([2.5, True], dtype=object)})'),
    ("categories of durations", 'pd.DataFrame({"a": pd.Categorical(pd.to_timedelta([1], unit="h"))})'),
    ("categories of moments of a zone", 'pd.DataFrame({"a": pd.Categorical(pd.to_datetime(["2024-02-29"]).tz_localize("Europe/Paris"))})'),
    ("labels that are durations", 'pd.DataFrame([[1]], columns=pd.to_timedelta([1], unit="h"))'),
    ("attributes that are no JSON", "pd.DataFrame({'a': [1]}).pipe(lambda f: (f.attrs.update(at=date(2024, 2, 29)), f)[1])"),
]


# ---- what becomes of them


def convert(held, folder, ending="parquet"):
    """(path of what the command wrote, its notes)"""
    source, out = folder / "example.pkl", folder / ("example." + ending)
    source.write_bytes(pickle.dumps(held, 4))
    done = subprocess.run([COMMAND, source, out, "--force"], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, (held, done.stderr)
    notes = [line.split(": note: ", 1)[1] for line in done.stderr.splitlines() if ": note: " in line]
    return out, [re.sub("^column `[^`]*`: ", "", note) for note in notes]


def is_json(field):
    return (field.metadata or {}).get(b"pickle.encoding") == b"json"


def type_name(field):
    kind = field.type
    if is_json(field):
        return "JSON text"
    if isinstance(kind, pa.BaseExtensionType):
        name = kind.extension_name
        if isinstance(kind, pa.FixedShapeTensorType):
            return "%s of %s and shape %s" % (name, kind.value_type, kind.shape)
        return name if name == "arrow.uuid" else "%s of %s" % (name, kind.freq if hasattr(kind, "freq") else kind.subtype)
    if pa.types.is_struct(kind):
        return "struct<%s>" % ", ".join("%s: %s" % (inner.name, type_name(inner)) for inner in kind)
    if pa.types.is_list(kind):
        return "list<%s>" % type_name(kind.value_field)
    return str(kind).replace(", ordered=0", "").replace(", ordered=1", ", ordered")


def fields(path):
    """The columns of a table, and the index"""
    schema = pq.read_schema(path)
    if not schema.names:
        return "none"
    told = schema.pandas_metadata or {}
    index = [name for name in told.get("index_columns", []) if isinstance(name, str)]
    text = ["`%s: %s`" % (field.name, type_name(field)) for field in schema if field.name not in index]
    return ", ".join(text) + "".join("; index `%s: %s`" % (name, type_name(schema.field(name))) for name in index)


def back(path, want):
    """How pandas reads a column: as the one that it was, or of which dtype"""
    try:
        frame = pd.read_parquet(path)
    except Exception as error:
        return type(error).__name__
    try:
        pd.testing.assert_series_equal(frame.iloc[:, 0], want, check_exact=True, check_names=False)
        return "the same"
    except (AssertionError, ValueError, TypeError):
        return "`%s`" % frame.dtypes.iloc[0]


def own(frame, folder):
    """What pandas and pyarrow do with a frame"""
    path = folder / "own.parquet"
    try:
        frame.to_parquet(path)
    except Exception as error:
        return "refused: %s" % type(error).__name__
    try:
        got = pd.read_parquet(path)
    except Exception as error:
        return "written, and not read again: %s" % type(error).__name__
    try:
        pd.testing.assert_frame_equal(got, frame, check_exact=True)
        return "kept" if got.attrs == frame.attrs else "attributes lost"
    except (AssertionError, ValueError, TypeError):
        pass
    if list(got.columns) != list(frame.columns):
        return "labels %s" % ", ".join("`%r`" % (label,) for label in got.columns)
    kinds = [str(kind) for kind in got.dtypes]
    first = got.iloc[0, 0]
    return "`%s` read as `%s`, first cell `%s`" % (frame.dtypes.iloc[0], kinds[0], first.tolist() if isinstance(first, np.ndarray) else first)


def ours(frame, folder):
    path, notes = convert(frame, folder)
    table = pq.read_table(path)
    first = table.column(0).to_pylist()[0]
    if table.schema.field(0).type == pa.binary() and first is not None:
        first = bytes(first)
    names = ["`%s`" % name for name in table.column_names if not name.startswith("__index_level_")]
    text = "%s, first cell `%s`" % (shown(table.schema.field(0)), first)
    if len(names) > 1:
        text += "; columns " + ", ".join(names)
    return text + "".join("; note: " + note for note in notes)


def escape(text):
    """Fit for a cell of a table: what is no code must not look like HTML."""
    parts = text.replace("|", "\\|").replace("\n", " ").split("`")
    return "`".join(part if place % 2 else part.replace("<", "&lt;") for place, part in enumerate(parts))


def shown(field):
    return type_name(field) if is_json(field) else code(type_name(field))


def code(expression):
    return "`%s`" % expression


def table(heads, rows):
    out = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    out += ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]
    return "\n".join(out)


def tables(folder):
    def rows():
        for what, example in TABLES:
            path, _ = convert(value(example), folder)
            yield what, code(example), fields(path)

    return table(["value", "for example", "columns"], rows())


def columns(folder):
    def rows():
        for what, example in COLUMNS:
            series = value(example)
            path, notes = convert(series.to_frame("a"), folder)
            yield what, code(str(series.dtype)), shown(pq.read_schema(path).field(0)), back(path, series), "; ".join(notes)

    return table(["column", "dtype", "Arrow", "read back by pandas", "note"], rows())


def arrays(folder):
    def rows():
        for what, example in ARRAYS:
            held = value(example)
            path, notes = convert(held, folder)
            yield what, code(str(held.dtype)), shown(pq.read_schema(path).field(0)), "; ".join(notes)

    return table(["array", "dtype", "Arrow", "note"], rows())


def cells(folder):
    def rows():
        for what, example in CELLS:
            path, notes = convert({"a": value(example)}, folder)
            yield what, code(example), shown(pq.read_schema(path).field(0)), "; ".join(notes)

    return table(["cells", "for example", "Arrow", "note"], rows())


def json_text(folder):
    """What the JSON text of the examples says"""

    def rows():
        seen = set()
        for what, example in CELLS:
            path, _ = convert({"a": value(example)}, folder)
            whole = pq.read_table(path)
            if is_json(whole.schema.field(0)):
                for part, text in zip(value(example), whole.column(0).to_pylist()):
                    if text is not None and "{" in text and type(part) not in seen:
                        seen.add(type(part))
                        yield code(spelled(part)), code(text)

    return table(["cell", "JSON text"], rows())


def spelled(part):
    return {Point: "Point(1, 'a')", type: getattr(part, "__name__", "")}.get(type(part)) or getattr(part, "__name__", None) or repr(part)


def labels(folder):
    def rows():
        for what, example in LABELS:
            held = value(example)
            frame = pd.DataFrame([range(len(held))], columns=held)
            path, notes = convert(frame, folder)
            names = pq.read_schema(path).names
            try:
                got = ", ".join("`%r`" % (label,) for label in pd.read_parquet(path).columns)
            except Exception as error:
                got = type(error).__name__
            yield what, code(example), ", ".join("`%s`" % name for name in names), got, "; ".join(notes)

    return table(["label", "for example", "column", "read back by pandas", "note"], rows())


def texts(folder):
    def rows():
        for what, example in TEXTS:
            frame = value(example).to_frame("a")
            csv = convert(frame, folder, "csv")[0].read_text(encoding="utf-8").splitlines()[1:]
            lines = convert(frame, folder, "jsonl")[0].read_text(encoding="utf-8").splitlines()
            cell = [line.partition(":")[2][:-1] for line in lines]
            yield what, ", ".join(code(line.split(",", 1)[1]) if line.split(",", 1)[1] else "nothing" for line in csv), ", ".join(map(code, cell))

    return table(["cell", "CSV", "JSON lines"], rows())


def beyond(folder):
    rows = ((what, own(value(example), folder), ours(value(example), folder)) for what, example in BEYOND)
    return table(["", "pandas and pyarrow", "here"], rows)


def versions(folder):
    return "Read back by %s." % VERSIONS


# name of the part of the page: (what makes it, which of its columns tell of pandas)
PARTS = {
    "versions": (versions, None),
    "tables": (tables, []),
    "columns": (columns, ["read back by pandas"]),
    "arrays": (arrays, []),
    "cells": (cells, []),
    "json": (json_text, []),
    "labels": (labels, ["read back by pandas"]),
    "texts": (texts, []),
    "beyond": (beyond, ["pandas and pyarrow"]),
}


def part(page, name):
    """(before, text, behind) of one generated part of the page"""
    begin, end = "<!-- %s: made by tests/python/mapping.py -->\n" % name, "\n<!-- end -->"
    before, found, rest = page.partition(begin)
    assert found, "no part %r in the page" % name
    text, found, behind = rest.partition(end)
    assert found, "no end of part %r in the page" % name
    return before + begin, text, end + behind
