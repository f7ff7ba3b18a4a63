"""docs/mapping.md, told again in Python: what each cell of pandas must be in Arrow. It is the judge where pandas writes nothing.

Cells of both sides are brought to plain Python that loses nothing: moments and spans are counts of nanoseconds, periods
their ordinals, structures dicts; `None` is a null.
"""
import ast
import collections
import datetime as dt
import decimal
import fractions
import ipaddress
import itertools
import json
import math
import pathlib
import struct
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa

EPOCH = dt.datetime(1970, 1, 1)
NANOS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
NAT = np.iinfo("i8").min
FINER = ["s", "ms", "us", "ns"]
# What is written as the text that Python has for it.
PRINTED = (pathlib.PurePath, ipaddress.IPv4Address, ipaddress.IPv6Address, fractions.Fraction)


class Json:
    """A cell that is JSON text."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"JSON of {self.value!r}"


# ---- Arrow's side


def arrow_cells(array):
    """The cells of an array of pyarrow."""
    if isinstance(array, pa.ChunkedArray):
        return [cell for chunk in array.chunks for cell in arrow_cells(chunk)]
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return arrow_cells(array.storage)
    if pa.types.is_dictionary(kind):
        values = arrow_cells(array.dictionary)
        return [None if code is None else values[code] for code in array.indices.to_pylist()]
    if pa.types.is_struct(kind):
        parts = [arrow_cells(array.field(place)) for place in range(kind.num_fields)]
        names = [kind.field(place).name for place in range(kind.num_fields)]
        valid = array.is_valid().to_pylist()
        return [{name: part[row] for name, part in zip(names, parts)} if valid[row] else None for row in range(len(array))]
    if pa.types.is_map(kind):
        return [None if not cell.is_valid else [(pair["key"], pair["value"]) for pair in arrow_cells(cell.values)] for cell in array]
    if pa.types.is_nested(kind):
        return [arrow_cells(cell.values) if cell.is_valid else None for cell in array]
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) or pa.types.is_time(kind):
        counts = array.cast(pa.int32()).cast(pa.int64()) if pa.types.is_time32(kind) else array.view(pa.int64()) if len(array) else array.cast(pa.int64())
        return [None if cell is None else cell * NANOS[kind.unit] for cell in counts.to_pylist()]
    if pa.types.is_date32(kind):
        return array.cast(pa.int32()).to_pylist()
    if pa.types.is_date64(kind):
        return [None if cell is None else cell // 86_400_000 for cell in array.cast(pa.int64()).to_pylist()]
    return array.to_pylist()


# ---- pandas' side: dtypes


def column_cells(column):
    """The cells of a column as plain Python, and the Arrow type if there is one that the mapping names."""
    dtype = column.dtype
    array = column.array
    if isinstance(dtype, pd.CategoricalDtype):
        labels, _ = column_cells(pd.Series(dtype.categories))
        if isinstance(dtype.categories.dtype, pd.IntervalDtype) and -1 in array.codes:
            # There are no gaps among intervals of integers.
            labels = [{end: float(value) if isinstance(value, int) and dtype.categories.dtype.subtype.kind == "i" else value for end, value in cell.items()} for cell in labels]
        return [labels[code] if code >= 0 else None for code in array.codes.tolist()], None
    if isinstance(dtype, pd.ArrowDtype):
        return arrow_cells(array._pa_array), None
    if isinstance(dtype, pd.StringDtype):
        return [None if missing(cell) else cell for cell in array], None
    if isinstance(dtype, pd.PeriodDtype):
        return [None if count == NAT else count for count in array.asi8.tolist()], None
    if isinstance(dtype, pd.IntervalDtype):
        left, right = column_cells(pd.Series(array.left))[0], column_cells(pd.Series(array.right))[0]
        return [None if gap else {"left": a, "right": b} for a, b, gap in zip(left, right, column.isna())], None
    if isinstance(dtype, pd.SparseDtype):
        return column_cells(pd.Series(array.to_dense(), dtype=dtype.subtype))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return nat(array.asi8, dtype.unit), pa.timestamp(stored(dtype.unit), zone_name(dtype.tz))
    if hasattr(array, "_mask"):
        return [None if gap else cell for cell, gap in zip(array._data.tolist(), array._mask.tolist())], pa.from_numpy_dtype(array._data.dtype)
    if dtype.kind in "mM":
        unit = np.datetime_data(dtype)[0]
        kind = pa.timestamp(stored(unit)) if dtype.kind == "M" else pa.duration(unit)
        return nat(array.asi8 if hasattr(array, "asi8") else np.asarray(array).view("i8"), unit), kind
    values = np.asarray(array)
    if dtype.kind == "f":
        return [None if math.isnan(cell) else float(cell) for cell in values], pa.float64() if dtype.itemsize > 8 else pa.from_numpy_dtype(dtype)
    if dtype.kind == "c":
        part = pa.float32() if dtype.itemsize == 8 else pa.float64()
        cells = [None if gap else {"real": float(cell.real), "imag": float(cell.imag)} for cell, gap in zip(values, np.isnan(values))]
        return cells, pa.struct([("real", part), ("imag", part)])
    if dtype.kind == "O":
        kind, cells = objects(list(values))
        return cells, kind if isinstance(kind, pa.DataType) else None
    return values.tolist(), pa.from_numpy_dtype(dtype)


def nat(counts, unit="ns"):
    return [None if count == NAT else count * NANOS[unit] for count in np.asarray(counts).tolist()]


def stored(unit):
    """Parquet has no seconds."""
    return "ms" if unit == "s" else unit


def zone_name(zone):
    """The name in the database of zones, else the offset."""
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if name is None and getattr(zone, "_filename", None):
        name = zone._filename.rpartition("zoneinfo/")[2]
    if name is not None:
        return name
    seconds = int(zone.utcoffset(None).total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}" if seconds else "UTC"


# ---- pandas' side: objects


def missing(cell):
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return True
    if isinstance(cell, (float, np.floating)):
        return math.isnan(cell)
    if isinstance(cell, decimal.Decimal):
        return cell.is_nan()
    return isinstance(cell, (np.datetime64, np.timedelta64)) and bool(np.isnat(cell))


Seen = collections.namedtuple("Seen", "kind value more", defaults=(None,))


def look(cell):
    """(kind, plain value, what else the column's type depends on)"""
    if isinstance(cell, (bool, np.bool_)):
        return Seen("bool", bool(cell))
    if isinstance(cell, (pd.Timestamp, pd.Timedelta)):
        return moment(cell)
    if isinstance(cell, dt.datetime):
        aware = cell.utcoffset() is not None
        local = cell.replace(tzinfo=None, fold=0) - (cell.utcoffset() if aware else dt.timedelta(0)) if in_range(cell) else None
        return Seen("stamp", span(local - EPOCH) if local is not None else far(cell), ("us", zone_name(cell.tzinfo) if aware else None))
    if isinstance(cell, dt.date):
        return Seen("date", (cell - EPOCH.date()).days)
    if isinstance(cell, dt.timedelta):
        fits = abs(span(cell) // 1000) < 2**63
        return Seen("duration", span(cell), ("us", None)) if fits else Seen("other", cell)
    if isinstance(cell, dt.time):
        nanos = ((cell.hour * 60 + cell.minute) * 60 + cell.second) * 10**9 + cell.microsecond * 1000
        return Seen("time", nanos) if cell.tzinfo is None else Seen("other", cell)
    if isinstance(cell, np.datetime64):
        unit = np.datetime_data(cell.dtype)[0]
        return Seen("date", int(cell.view("i8"))) if unit == "D" else Seen("stamp", int(cell.view("i8")) * NANOS[unit], (unit, None, unit))
    if isinstance(cell, np.timedelta64):
        unit = np.datetime_data(cell.dtype)[0]
        return Seen("duration", int(cell.view("i8")) * NANOS[unit], (unit, None, unit))
    if isinstance(cell, (int, np.integer)):
        return Seen("int", int(cell), cell.dtype if isinstance(cell, np.integer) else None)
    if isinstance(cell, (np.float16, np.float32)):
        return Seen("narrow", float(cell), str(cell.dtype))
    if isinstance(cell, float):
        return Seen("float", float(cell))
    if isinstance(cell, str):
        return Seen("str", str(cell))
    if isinstance(cell, (bytes, bytearray)):
        return Seen("bytes", bytes(cell))
    if isinstance(cell, decimal.Decimal) and cell.is_finite():
        return Seen("decimal", cell)
    if isinstance(cell, uuid.UUID):
        return Seen("uuid", cell.bytes)
    if isinstance(cell, complex):
        return Seen("complex", {"real": cell.real, "imag": cell.imag})
    if isinstance(cell, pd.Period):
        return Seen("period", cell.ordinal, cell.freqstr)
    if isinstance(cell, PRINTED):
        return Seen("str", str(cell))
    if isinstance(cell, np.ndarray) and cell.ndim == 0:
        return look(cell[()])
    if isinstance(cell, np.ma.MaskedArray):
        return Seen("list", unmasked(cell), str(cell.dtype))
    if isinstance(cell, np.ndarray) and cell.dtype.names:
        return Seen("other", cell)
    if isinstance(cell, np.ndarray):
        return Seen("list", [cell[place] for place in range(len(cell))], str(cell.dtype) if cell.ndim == 1 else None)
    if isinstance(cell, (list, tuple, set, frozenset, collections.deque)):
        return Seen("list", list(cell))
    if isinstance(cell, dict):
        return Seen("dict", cell)
    return Seen("other", cell)


def unmasked(array):
    """The cells of a masked array of one dimension, its gaps as gaps."""
    return [None if gap else cell for cell, gap in zip(array.data, np.ma.getmaskarray(array))]


def in_range(cell):
    try:
        cell.replace(tzinfo=None) - (cell.utcoffset() or dt.timedelta(0))
        return True
    except OverflowError:
        return False


def far(cell):
    return span(cell.replace(tzinfo=None, fold=0) - EPOCH) - span(cell.utcoffset())


def span(delta):
    return ((delta.days * 86_400 + delta.seconds) * 10**6 + delta.microseconds) * 1000


def moment(cell):
    value = cell._value * NANOS[cell.unit]
    if isinstance(cell, pd.Timedelta):
        return Seen("duration", value, (cell.unit, None))
    return Seen("stamp", value, (cell.unit, zone_name(cell.tz) if cell.tz is not None else None))


def objects(cells):
    """(Arrow type, `"json"` or a word for what it is; the cells)"""
    seen = [None if missing(cell) else look(cell) for cell in cells]
    here = [cell for cell in seen if cell is not None]
    kind, values = agree(here)
    if kind == "json":
        values = [Json(cell) for cell, look in zip(cells, seen) if look is not None]
    values = iter(values)
    return kind, [None if cell is None else next(values) for cell in seen]


def agree(here):
    """What cells have in common, gaps left out: (type, plain values)"""
    kinds = {cell.kind for cell in here}
    values = [cell.value for cell in here]
    refuse = ("json", [])
    if not kinds:
        return pa.null(), []
    if kinds == {"bool"}:
        return pa.bool_(), values
    if kinds == {"int"}:
        dtypes = {cell.more for cell in here}
        if None not in dtypes and len({dtype.kind for dtype in dtypes}) == 1:
            return pa.from_numpy_dtype(max(dtypes, key=lambda dtype: dtype.itemsize)), values
        if all(-(2**63) <= value < 2**63 for value in values):
            return pa.int64(), values
        if all(0 <= value < 2**64 for value in values):
            return pa.uint64(), values
        return (pa.decimal256(76, 0), values) if all(abs(value) < 10**76 for value in values) else refuse
    if kinds == {"narrow"}:
        return pa.float16() if {cell.more for cell in here} == {"float16"} else pa.float32(), values
    if kinds <= {"int", "narrow", "float"}:
        exact = all(cell.kind != "int" or int(float(cell.value)) == cell.value for cell in here)
        return (pa.float64(), [float(value) for value in values]) if exact else refuse
    if kinds <= {"bool", "int", "narrow", "float"} and floats_first(here):
        exact = all(cell.kind != "int" or int(float(cell.value)) == cell.value for cell in here)
        return (pa.float64(), [float(value) for value in values]) if exact else refuse
    if kinds <= {"str", "bytes"}:
        try:
            encoded = [value.encode() if isinstance(value, str) else value for value in values]
        except UnicodeEncodeError:
            encoded = [value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value for value in values]
            return pa.binary(), encoded
        return (pa.string(), values) if kinds == {"str"} else (pa.binary(), encoded)
    if kinds <= {"decimal", "int"}:
        return scaled(here, values) or refuse
    if kinds == {"date"}:
        return pa.date32(), values
    if kinds == {"time"}:
        return pa.time64("us"), values
    if kinds == {"stamp"} or kinds == {"duration"}:
        return timed(here, values) or refuse
    if kinds == {"uuid"}:
        return pa.uuid(), values
    if kinds == {"complex"}:
        return pa.struct([("real", pa.float64()), ("imag", pa.float64())]), values
    if kinds == {"period"}:
        return ("period", values) if len({cell.more for cell in here}) == 1 else refuse
    if kinds == {"list"}:
        return lists(here, values) or refuse
    if kinds == {"dict"}:
        return dicts(values) or refuse
    return refuse


def floats_first(here):
    """As pyarrow does it: a bool behind a float is 1.0 or 0.0; before it, it is none."""
    for cell in here:
        if cell.kind == "bool":
            return False
        if cell.kind in ("float", "narrow"):
            return True
    return False


def scaled(here, values):
    # Integers count as 64-bit ones, or as many digits as there may be.
    digits = [(19 if -(2**63) <= cell.value < 2**63 else 20 if 0 <= cell.value < 2**64 else 76, 0) for cell in here if cell.kind == "int"]
    for cell in here:
        if cell.kind == "decimal":
            _, figures, exponent = cell.value.as_tuple()
            scale = max(-exponent, 0)
            digits.append((max(len(figures) + exponent, 0), scale))
    whole, scale = max(pair[0] for pair in digits), max(pair[1] for pair in digits)
    return ("decimal", [decimal.Decimal(value) for value in values]) if whole + scale <= 76 else None


def timed(here, values):
    """The finest unit, if it can hold them all; UTC if zones differ."""
    zones = {cell.more[1] for cell in here}
    if None in zones and len(zones) > 1:
        return None
    zone = zones.pop() if len(zones) == 1 else "UTC"
    # numpy's cells say their unit, others are microseconds at least, where these reach as far.
    said = max((cell.more[2] if len(cell.more) > 2 else max("us", needed(cell), key=FINER.index) for cell in here), key=FINER.index)
    for unit in (said, max((needed(cell) for cell in here), key=FINER.index)):
        unit = unit if here[0].kind == "duration" else stored(unit)
        if all(-(2**63) < value // NANOS[unit] < 2**63 for value in values):
            return (pa.duration(unit) if here[0].kind == "duration" else pa.timestamp(unit, zone)), values
    return None


def needed(cell):
    """Nanoseconds only where they are really there."""
    unit = cell.more[0]
    return "us" if unit == "ns" and cell.value % 1000 == 0 else unit


def lists(here, values):
    flat = [item for value in values for item in value]
    # An array of no elements still has a type.
    dtypes = [np.dtype(cell.more) for cell in here if cell.more and not cell.value]
    empty = [np.zeros(1, dtype)[0] for dtype in dtypes if dtype.kind in "iufb"]
    kind, cells = objects(flat + empty)
    if kind == "json":
        return None
    cells = iter(cells)
    return "list", [[next(cells) for _ in value] for value in values]


def dicts(values):
    names = list(dict.fromkeys(name for value in values for name in value))
    if not names or not all(isinstance(name, str) for name in names):
        return None
    columns = {}
    for name in names:
        kind, cells = objects([value.get(name) for value in values])
        columns[name] = cells
    return "struct", [{name: columns[name][row] for name in names} for row in range(len(values))]


# ---- Judging


def same(want, got):
    """Whether a cell of Arrow is the cell that the mapping asks for; floats to the last bit, all NaNs alike."""
    if isinstance(want, Json):
        return isinstance(got, str) and says(json.loads(got), want.value)
    if isinstance(want, float):
        return isinstance(got, float) and (struct.pack("d", want) == struct.pack("d", got) or (math.isnan(want) and math.isnan(got)))
    if isinstance(want, dict):
        return isinstance(got, dict) and want.keys() == got.keys() and all(same(want[name], got[name]) for name in want)
    if isinstance(want, (list, tuple)):
        return isinstance(got, (list, tuple)) and len(want) == len(got) and all(map(same, want, got))
    if isinstance(want, (int, decimal.Decimal)) and not isinstance(want, bool):
        return isinstance(got, (int, decimal.Decimal)) and not isinstance(got, bool) and got == want
    return type(want) is type(got) and want == got


def says(found, cell):
    """Whether JSON says a cell: plain values plain, others by their type."""
    if isinstance(cell, np.ndarray) and cell.ndim == 0:
        cell = cell[()]
    if isinstance(cell, (float, np.floating)):
        if math.isfinite(cell):
            return isinstance(found, float) and found == float(cell)
        return found == {"$type": "float", "value": str(float(cell))}
    if missing(cell):
        return found is None
    if isinstance(cell, (bool, np.bool_)):
        return found is bool(cell)
    if isinstance(cell, (int, np.integer)) and not isinstance(cell, np.timedelta64):
        return type(found) is int and found == int(cell)
    if isinstance(cell, str):
        return found == str(cell)
    if isinstance(cell, np.ma.MaskedArray):
        cell = unmasked(cell)
    if isinstance(cell, (list, tuple, set, frozenset, collections.deque, np.ndarray)):
        return isinstance(found, list) and len(found) == len(cell) and all(map(says, found, cell))
    if isinstance(cell, np.void) and cell.dtype.names:
        cell = {name: cell[name] for name in cell.dtype.names}
    if isinstance(cell, dict):
        named = {name if isinstance(name, str) else json.dumps(name): value for name, value in cell.items()}
        return isinstance(found, dict) and found.keys() == named.keys() and all(says(found[name], named[name]) for name in named)
    if isinstance(cell, PRINTED) and isinstance(found, str):
        return found == str(cell)
    if not isinstance(found, dict) or "$type" not in found:
        return False
    if isinstance(cell, (bytes, bytearray)):
        return bytes.fromhex(found["value"]) == bytes(cell)
    if isinstance(cell, (decimal.Decimal, uuid.UUID, dt.date, dt.time)) and not isinstance(cell, dt.datetime):
        return found["value"] == str(cell) or isinstance(cell, dt.time)
    if isinstance(cell, complex):
        return says(found["real"], cell.real) and says(found["imag"], cell.imag)
    return True


# ---- Names


def label_text(label):
    if isinstance(label, tuple):
        return str(tuple(None if part is None else "nan" if missing(part) else label_text(part) for part in label))
    if label is None:
        return "nan"
    return label.decode() if isinstance(label, bytes) else str(label)


def labels(index):
    """The labels; of several levels each as its level has it, where pandas makes floats of integers beside a gap."""
    if not isinstance(index, pd.MultiIndex):
        return list(index)
    levels = [[level[code] if code >= 0 else None for code in codes] for level, codes in zip(index.levels, index.codes)]
    return [tuple(float("nan") if part is None else part for part in parts) for parts in zip(*levels)]


def suffixed(text, count, nested):
    """`a.1`, and among tuples `('a', 'b.1')`."""
    if not nested:
        return f"{text}.{count}"
    parts = ast.literal_eval(text)
    return str((*parts[:-1], f"{parts[-1]}.{count}"))


def physical_names(frame):
    """The columns of the file: those of the data, then those of the index."""
    texts = [label_text(label) for label in labels(frame.columns)]
    names, seen = [], collections.Counter()
    for text in texts:
        name = text
        if seen[text]:
            while name in texts or name in names:
                name = suffixed(text, seen[text], isinstance(frame.columns, pd.MultiIndex))
                seen[text] += 1
        else:
            seen[text] = 1
        names.append(name)
    if isinstance(frame.index, pd.RangeIndex):
        return names
    for level, name in enumerate(frame.index.names):
        text = None if name is None else label_text(name)
        if text is None or text in names:
            text = next(name for name in (f"__index_level_{i}__" for i in itertools.count(level)) if name not in names)
        names.append(text)
    return names


# ---- What differs from pandas' own Parquet, on purpose


def on_purpose(frame):
    """Whether some cells are kept that pandas' own Parquet changes."""
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])] + index_levels(frame.index)
    categories = [column.dtype.categories.dtype for column in columns if isinstance(column.dtype, pd.CategoricalDtype)]
    # Spans become numbers there, and moments lose their zone.
    if any(isinstance(dtype, pd.DatetimeTZDtype) or dtype.kind == "m" for dtype in categories):
        return True
    # A level of which no label is used is of its own type.
    if any(isinstance(level.dtype, pd.CategoricalDtype) and level.isna().all() for level in index_levels(frame.index)):
        return True
    # Labels that are booleans stay text: pandas would read all as True.
    if any(isinstance(level.dtype, pd.CategoricalDtype) and level.dtype.categories.dtype == bool for level in index_levels(frame.columns)):
        return True
    # A missing label keeps its text, and makes no moments of others.
    if any(missing(label) and not isinstance(label, (float, type(None))) for label in frame.columns):
        return True
    return any(changed(cells) for cells in object_columns(frame))


def ends_pyarrow(frame):
    """Whether pyarrow would end the process, as it does on numpy's NaT among other cells; or pandas compares without end."""
    return any(isinstance(cell, np.ma.MaskedArray) or isinstance(cell, np.datetime64) and np.isnat(cell) for cells in object_columns(frame) for cell in cells)


def index_levels(index):
    """A series for each level: pandas makes floats of integers among which a label is missing, so levels stay coded."""
    if not isinstance(index, pd.MultiIndex):
        return [pd.Series(index)]
    return [pd.Series(pd.Categorical.from_codes(codes, level)) for level, codes in zip(index.levels, index.codes)]


def pandas_cannot_read(frame):
    """pandas finds no type for the ends of no intervals of zoned moments, in its own files too."""
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])] + index_levels(frame.index)
    return len(frame) == 0 and any(
        isinstance(column.dtype, pd.IntervalDtype) and isinstance(column.dtype.subtype, pd.DatetimeTZDtype) for column in columns
    )


def object_columns(frame):
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    columns += index_levels(frame.index)
    return [list(column) for column in columns if str(column.dtype) == "object"]


def changed(cells):
    """What pyarrow does to mixtures: moments among dates lose their hour, times their zone, halves become integers; and
    it takes the unit of numpy's moments, and the type of its gaps."""
    if any(missing(cell) and isinstance(cell, np.generic) for cell in cells):
        return True
    here = [look(cell) for cell in cells if not missing(cell)]
    kinds = {cell.kind for cell in here}
    zones = any(isinstance(cell, dt.time) and cell.tzinfo is not None for cell in cells)
    inside = any(changed(cell.value) for cell in here if cell.kind == "list")
    moments = [cell for cell in here if cell.kind in ("stamp", "duration")]
    # Nanoseconds that are really there are cut; of several zones the first is taken.
    cut = any(cell.value % 1000 for cell in moments) or len({cell.more[1] for cell in moments}) > 1
    return zones or inside or cut or bool(moments and "date" in kinds)


def pickled_cells(cells):
    """Cells as text with their kinds, whatever missing value, sequence or number a library has for them."""
    def one(cell):
        if isinstance(cell, np.ndarray):
            return one(cell.tolist())
        if isinstance(cell, (list, tuple)):
            return "[" + ", ".join(map(one, cell)) + "]"
        if isinstance(cell, dict):
            return "{" + ", ".join(f"{key}: {one(value)}" for key, value in cell.items()) + "}"
        if pd.isna(cell):
            return "missing"
        if isinstance(cell, (bool, np.bool_)):
            return str(bool(cell))
        if isinstance(cell, np.generic) and not isinstance(cell, (np.datetime64, np.timedelta64)):
            cell = cell.item()
        # pyarrow makes floats of integers beside missing ones.
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return f"{type(cell).__name__} {cell}"

    return [one(cell) for cell in cells]
