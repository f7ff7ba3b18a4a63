"""Columns of every dtype, from a random source: numpy's, pandas' and objects."""
import numpy as np
import pandas as pd

from . import arrow
from .values import MISSING, POOLS, UNITS

NAT = np.iinfo("i8").min
ZONES = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "+05:30", "-03:30"]
PERIODS = ["Y", "Y-JUN", "Q", "Q-OCT", "M", "W", "W-WED", "D", "h", "min", "s", "ms", "us", "ns", "2D", "3M"]


def pick(r, pool, n, gaps=0.0, missing=(None,)):
    return [r.choice(missing) if r.random() < gaps else r.choice(pool) for _ in range(n)]


def series(cells):
    """Objects as they are: pandas infers nothing."""
    made = np.empty(len(cells), dtype=object)
    for place, cell in enumerate(cells):
        made[place] = cell
    return pd.Series(made, dtype=object)


def objects(r, n, pools, missing):
    return series(pick(r, [cell for pool in pools for cell in POOLS[pool]], n, 0.2 if missing else 0.0, missing))


def mixed(r, n):
    return objects(r, n, r.sample(sorted(POOLS), r.choice([2, 2, 3])), r.sample(MISSING, r.randrange(4)))


def near(r, n):
    """Kinds that are close to each other."""
    groups = [
        ["int", "float"], ["int_wide", "float"], ["int", "int_wide", "uint"], ["uint", "float"], ["int", "int_huge"],
        ["int", "int_vast"], ["int", "decimal"], ["int_wide", "decimal"], ["float", "decimal"], ["bool", "int"],
        ["bool", "float"], ["int_huge", "float"], ["str", "bytes"], ["surrogate", "bytes"], ["str", "surrogate"],
        ["date", "datetime"], ["datetime", "datetime_utc"], ["datetime_zoneinfo", "datetime_pytz"],
        ["datetime_zoneinfo", "datetime_fixed"], ["timestamp", "timestamp_ends"], ["timestamp_units", "datetime"],
        ["timestamp_zone", "datetime_utc"], ["timedelta", "Timedelta"], ["timedelta_ends", "timedelta"],
        ["numpy_int", "int"], ["numpy_int", "numpy_uint"], ["numpy_float", "float"], ["numpy_float", "numpy_int"],
        ["numpy_datetime", "datetime"], ["numpy_datetime", "numpy_day"], ["numpy_timedelta", "timedelta"],
        ["period_month", "period_day"], ["list", "list_float"], ["list", "list_text"], ["list", "ndarray"],
        ["list_float", "ndarray"], ["ndarray", "ndarray_float"], ["ndarray_narrow", "ndarray"],
        ["ndarray_wide", "list_float"], ["ndarray_2d", "ndarray"], ["list", "tuple", "set"], ["dict", "dict_empty"],
        ["dict", "dict_keys"], ["list", "list_list"], ["ndarray_object", "ndarray_text"], ["numpy_str", "str"],
        ["bytes", "bytearray", "numpy_bytes"], ["uuid", "str"], ["path", "str"], ["complex", "float"],
        ["numpy_bool", "bool"], ["numpy_double", "numpy_float", "float"], ["ndarray_0d", "int"],
    ]  # fmt: skip
    return objects(r, n, r.choice(groups), r.sample(MISSING, r.randrange(3)))


def whole(r, n, dtype):
    ends = np.iinfo(dtype)
    return np.array(pick(r, [0, 1, int(ends.min), int(ends.max), int(ends.max) - 1, int(ends.max) // 2], n), dtype=dtype)


def floats(r, n, dtype):
    ends = np.finfo(dtype)
    pool = [0.0, -0.0, 0.5, np.inf, -np.inf, np.nan, ends.max, ends.tiny, ends.smallest_subnormal, -ends.smallest_subnormal]
    return np.array(pick(r, pool, n), dtype=dtype)


def payloads(r, n):
    """NaNs of many bits, signalling ones too."""
    bits = [0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000001, 0x7FF4000000000000, 0x3FF0000000000000]
    return np.array(pick(r, bits, n), dtype="u8").view("f8")


def counts(r, n, dtype, gaps=0.2):
    """Times: ends of the unit, NaT, and what lies beside it."""
    unit = np.datetime_data(dtype)[0]
    second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    pool = [0, -1, 1, 1_600_000_000 * second + 1, -86_400 * second]
    if unit == "ns":
        pool += [NAT + 1, -NAT - 1]
    elif dtype.startswith("M8"):
        # The first moment of the year 1 and the last second of 9999.
        pool += [-62_135_596_800 * second, 253_402_300_799 * second]
    else:
        pool += [10**11 * second, -(10**11) * second]
    return np.array(pick(r, pool, n, gaps, (NAT,)), dtype="i8").view(dtype)


def zoned(r, n, zone, unit):
    """Instants around the hours that come twice and the hours that never come."""
    pool = [1635638400 + 1800 * step for step in range(8)] + [1616893200, 1616896800, 1617460200, 1636268400, 0, -(10**9)]
    stamps = pd.Series(pd.to_datetime(pick(r, pool, n, 0.1, (None,)), unit="s", utc=True))
    return stamps.dt.as_unit(unit).dt.tz_convert(zone)


def zone_objects():
    import datetime as dt
    import zoneinfo

    import dateutil.tz
    import pytz

    return [
        *ZONES, pytz.timezone("Europe/Paris"), pytz.FixedOffset(-90), pytz.UTC, dateutil.tz.gettz("America/New_York"),
        dateutil.tz.tzutc(), dateutil.tz.tzoffset("X", 3600), zoneinfo.ZoneInfo("Asia/Kathmandu"), dt.timezone.utc,
        dt.timezone(dt.timedelta(hours=-11)), dt.timezone(dt.timedelta(hours=5, minutes=45), "named"),
    ]  # fmt: skip


def masked(r, n, dtype):
    """A nullable column, with anything at all under the mask."""
    mask = np.array(pick(r, [True, False, False], n), dtype=bool)
    if dtype == "boolean":
        return pd.arrays.BooleanArray(np.array(pick(r, [True, False], n), dtype=bool), mask)
    values = floats(r, n, dtype.lower()) if dtype.startswith("F") else whole(r, n, dtype.lower())
    return (pd.arrays.FloatingArray if dtype.startswith("F") else pd.arrays.IntegerArray)(values, mask)


def texts(r, n, dtype):
    return pd.Series(pick(r, POOLS["str"] + POOLS["str_long"][:1] * (n < 20), n, 0.2), dtype=dtype)


def interval(r, n):
    lefts = r.choice([
        [0, 1, 5], [0.5, -1.0], list(pd.to_datetime(["2020-01-01", "0001-01-01"])), list(pd.to_timedelta([1, 5], unit="s")),
        list(pd.to_datetime(["2020-01-01"], utc=True).tz_convert("Europe/Paris")),
    ])  # fmt: skip
    left = pd.Series(pick(r, lefts, n), dtype=pd.Series(lefts).dtype)
    width = 1 if isinstance(lefts[0], (int, float)) else pd.Timedelta("1h")
    made = pd.arrays.IntervalArray.from_arrays(left, left + width, closed=r.choice(["left", "right", "both", "neither"]))
    if n and r.random() < 0.5 and not isinstance(lefts[0], int):
        made[r.randrange(n)] = None
    return made


def period(r, n):
    freq = r.choice(PERIODS)
    ordinals = np.array(pick(r, [0, 1, -1, 40, 600], n, 0.2, (NAT,)), dtype="i8")
    return pd.arrays.PeriodArray(ordinals, dtype=pd.PeriodDtype(freq))


def sparse(r, n):
    kind, fill = r.choice([
        ("f8", 0.0), ("f8", np.nan), ("f8", -0.0), ("f4", 1.5), ("i8", 0), ("i8", 2**62), ("i4", -1), ("u1", 3), ("?", False),
        ("?", True), ("M8[ns]", pd.NaT), ("m8[ns]", pd.NaT), ("c16", 0j), ("f2", 0.5), ("u8", 2**64 - 1),
    ])  # fmt: skip
    dtype = np.dtype(kind)
    if dtype.kind in "mM":
        values = counts(r, n, kind)
    else:
        others = {"f": [1.0, np.nan, np.inf], "i": [1, 5], "u": [1, 5], "b": [True, False], "c": [1 + 2j]}[dtype.kind]
        values = np.array(pick(r, [fill, fill, *others], n), dtype=dtype)
    return pd.arrays.SparseArray(values, fill_value=fill, kind=r.choice(["integer", "block"]))


CATEGORIES = {
    "text": lambda count: [f"c{i}" for i in range(count)],
    "int": lambda count: list(range(-1, count - 1)),
    "float": lambda count: [i + 0.5 for i in range(count)],
    "time": lambda count: pd.date_range("2020-01-01", periods=count),
    "zoned": lambda count: pd.date_range("2020-01-01", periods=count, tz="Europe/Paris"),
    "span": lambda count: pd.to_timedelta(range(count), unit="s"),
    "period": lambda count: pd.period_range("2020-01", periods=count, freq="M"),
    "interval": lambda count: pd.interval_range(0, count),
    "bool": lambda count: [True, False][:count],
    "mixed": lambda count: pd.Index([1, "a", 2.5, None][: min(count, 3)], dtype=object),
    "object": lambda count: pd.Index([f"o{i}" for i in range(count)], dtype=object),
    "nullable": lambda count: pd.Index(range(count), dtype="Int64"),
    "string": lambda count: pd.Index([f"s{i}" for i in range(count)], dtype="string"),
    "arrow": lambda count: pd.Index(range(count), dtype="int32[pyarrow]"),
    "bytes": lambda count: pd.Index([b"%d" % i for i in range(count)], dtype=object),
    "narrow": lambda count: pd.Index(range(min(count, 100)), dtype="i1"),
}


def categorical(r, n, kind=None, count=None):
    categories = pd.Index(CATEGORIES[kind or r.choice(sorted(CATEGORIES))](count if count is not None else r.choice([0, 1, 3, 3])))
    codes = np.array([r.randrange(-1, len(categories)) for _ in range(n)], dtype="i8")
    if n and len(categories):
        codes[0] = len(categories) - 1
    return pd.Categorical.from_codes(codes, categories=categories, ordered=r.random() < 0.5)


def kinds():
    """Name to a maker of `(random source, rows)`."""
    made = {}
    for dtype in "i1 i2 i4 i8 u1 u2 u4 u8".split():
        made["numpy_" + dtype] = lambda r, n, dtype=dtype: whole(r, n, dtype)
    for dtype in "f2 f4 f8 g".split():
        made["numpy_" + dtype] = lambda r, n, dtype=dtype: floats(r, n, dtype)
    for dtype in "c8 c16".split():
        made["numpy_" + dtype] = lambda r, n, dtype=dtype: floats(r, n, "f4") + np.array(1j, dtype) * r.choice([0.5, 1, np.nan])
    made["numpy_bool"] = lambda r, n: np.array(pick(r, [True, False], n), dtype=bool)
    made["numpy_payload"] = payloads
    for unit in UNITS:
        made["datetime_" + unit] = lambda r, n, unit=unit: counts(r, n, f"M8[{unit}]")
        made["timedelta_" + unit] = lambda r, n, unit=unit: counts(r, n, f"m8[{unit}]")
    for i, zone in enumerate(zone_objects()):
        made[f"zoned_{i:02}"] = lambda r, n, zone=zone: zoned(r, n, zone, r.choice(UNITS))
    for dtype in "Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float32 Float64 boolean".split():
        made["masked_" + dtype] = lambda r, n, dtype=dtype: masked(r, n, dtype)
    for dtype in ["str", "string[python]", "string[pyarrow]", "object", "large_string[pyarrow]"]:
        made["text_" + dtype] = lambda r, n, dtype=dtype: texts(r, n, dtype)
    for kind in CATEGORIES:
        made["category_" + kind] = lambda r, n, kind=kind: categorical(r, n, kind)
    for count in [127, 128, 32_767, 32_768, 40_000]:
        made[f"category_{count}"] = lambda r, n, count=count: categorical(r, n, r.choice(["text", "int", "time"]), count)
    for pool in POOLS:
        made["object_" + pool] = lambda r, n, pool=pool: objects(r, n, [pool], r.sample(MISSING, r.randrange(3)))
    made["object_missing"] = lambda r, n: series(pick(r, MISSING, n))
    for i in range(12):
        made[f"near_{i:02}"] = near
    for i in range(6):
        made[f"mixed_{i}"] = mixed
    made["interval"], made["period"], made["sparse"] = interval, period, sparse
    made["interval_more"], made["period_more"], made["sparse_more"] = interval, period, sparse
    for name, maker in arrow.kinds().items():
        made["arrow_" + name] = maker
    return made
