"""Frames as Parquet can hold them: random dtypes, indexes and labels, for what is written as a pickle."""
import datetime
import decimal

import numpy as np
import pandas as pd

ZONES = ["UTC", "Europe/Berlin", "+05:30", "America/New_York"]
WORDS = ["", "a", "ä€", "longer than twelve bytes", "\U0001f600", "x\0y", "None", "nan"]


def holes(rng, cells, missing):
    """Some cells missing, in half of all columns."""
    if rng.integers(2):
        return cells
    return [missing if rng.random() < 0.3 else cell for cell in cells]


def number(rng, rows):
    dtype = rng.choice(["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "?"])
    if dtype[0] == "f":
        return pd.Series(holes(rng, list(rng.normal(size=rows)), np.nan), dtype=dtype)
    return pd.Series(rng.integers(0, 2 if dtype == "?" else 100, rows).astype(dtype))


def nullable(rng, rows):
    dtype = rng.choice(["Int8", "Int64", "UInt16", "UInt64", "Float32", "Float64", "boolean"])
    return pd.Series(holes(rng, list(rng.integers(0, 2, rows)), None), dtype=dtype)


def text(rng, rows):
    cells = holes(rng, [WORDS[i] for i in rng.integers(0, len(WORDS), rows)], None)
    return pd.Series(cells, dtype=rng.choice(["object", "str", "string"]))


def ticks(rng, rows):
    low, high = -(10**9), 2 * 10**9
    return pd.Series(holes(rng, [np.datetime64(int(i), "s") for i in rng.integers(low, high, rows)], np.datetime64("NaT")))


def moment(rng, rows):
    times = ticks(rng, rows).astype(f"M8[{rng.choice(['ms', 'us', 'ns'])}]")
    return times if rng.integers(2) else times.dt.tz_localize("UTC").dt.tz_convert(str(rng.choice(ZONES)))


def span(rng, rows):
    return pd.Series(holes(rng, list(rng.integers(-(10**6), 10**6, rows).astype("m8[s]")), np.timedelta64("NaT"))).astype(
        f"m8[{rng.choice(['ms', 'us', 'ns'])}]")


def category(rng, rows):
    values = pd.Index(["b", "a", "c", "never"])
    codes = holes(rng, list(rng.integers(0, 3, rows)), -1)
    return pd.Series(pd.Categorical.from_codes(codes, values, ordered=bool(rng.integers(2))))


def thing(rng, rows):
    made = [
        lambda i: datetime.date(1900 + i, 1 + i % 12, 1 + i % 28),
        lambda i: datetime.time(i % 24, i % 60, i % 59, i * 1001),
        lambda i: decimal.Decimal(i * 37).scaleb(-2),
        lambda i: bytes([i % 256]) * (i % 4),
        lambda i: list(range(i % 4)),
        lambda i: {"a": i, "b": "x" * (i % 3)},
        lambda i: [{"c": [i]}],
        lambda i: bool(i % 2),
    ][rng.integers(8)]
    return pd.Series(holes(rng, [made(int(i)) for i in rng.integers(0, 100, rows)], None), dtype=object)


def period(rng, rows):
    freq = rng.choice(["M", "D", "Y-DEC", "Q-OCT", "W-SUN", "h", "min"])
    return pd.Series(pd.PeriodIndex.from_ordinals(rng.integers(0, 500, rows), freq=freq))


def interval(rng, rows):
    left = rng.integers(0, 50, rows)
    return pd.Series(pd.arrays.IntervalArray.from_arrays(left, left + 1, closed=rng.choice(["left", "right", "both"])))


COLUMNS = [number, number, nullable, text, moment, span, category, thing, period, interval]


def index(rng, rows):
    kind = rng.integers(8)
    name = rng.choice(["key", "größe"]) if rng.integers(2) else None
    if kind == 0:
        return pd.RangeIndex(rows, name=name)
    if kind == 1:
        return pd.RangeIndex(5, 5 + 3 * rows, 3, name=name)
    if kind == 2:
        return pd.Index(rng.integers(0, 9, rows), name=name)
    if kind == 3:
        return pd.Index([WORDS[i] for i in rng.integers(0, len(WORDS), rows)], name=name)
    if kind == 4:
        return pd.MultiIndex.from_arrays(
            [pd.Index([WORDS[i] for i in rng.integers(0, 4, rows)], dtype="str"), rng.integers(0, 3, rows)],
            names=[name, "second"])
    made = [moment, category, nullable][kind - 5](rng, rows)
    return pd.Index(made, name=name)


def frame(rng):
    rows = int(rng.choice([0, 1, 3, 50]))
    count = int(rng.integers(1, 9))
    made = [COLUMNS[i](rng, rows) for i in rng.integers(0, len(COLUMNS), count)]
    columns = pd.concat(made, axis=1) if made else pd.DataFrame()
    kind = rng.integers(4)
    if kind == 0:
        labels = pd.Index([i * 2 for i in range(count)])
    elif kind == 1:
        labels = pd.MultiIndex.from_tuples([("a", f"it's {i}") for i in range(count)], names=["x", None])
    else:
        labels = pd.Index([f"c{i}" for i in range(count)], name="labels" if kind == 2 else None)
    columns.columns = labels
    columns.index = index(rng, rows)
    if rng.integers(3) == 0:
        columns.attrs = {"unit": "mm", "n": [1, 2.5, None, True]}
    return columns
