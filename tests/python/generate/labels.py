"""Indexes of every type, for rows and for columns."""
import datetime as dt
import uuid

import numpy as np
import pandas as pd

from .columns import categorical, pick, series
from .values import MISSING


def objects(cells):
    return pd.Index(series(cells), dtype=object)


def stamps(r, n, **more):
    return pd.date_range("2021-10-31", periods=n, freq=r.choice(["h", "15min", "D", "ME", "W"]), **more)


def multi(r, n, depth=3):
    """Levels of several types, gaps in each."""
    pools = r.sample(
        [
            pd.Index(["a", "b"]), pd.Index([1, 2]), pd.Index([0.5, -1.0]), pd.to_datetime(["2020-01-01", "2021-05-06"]),
            pd.to_datetime(["2021-10-31 00:30"], utc=True).tz_convert("Europe/Paris"), pd.to_timedelta([1, 5], unit="s"),
            pd.period_range("2020-01", periods=2, freq="M"), pd.Index([True, False]), pd.CategoricalIndex(["x", "y"]),
            pd.Index([dt.date(2020, 1, 1)], dtype=object), pd.Index(["", "é"], dtype=object), pd.interval_range(0, 2),
            pd.Index([1, 2], dtype="Int64"),
        ],
        depth,
    )  # fmt: skip
    codes = [[r.randrange(-1, len(pool)) for _ in range(n)] for pool in pools]
    names = r.choice([[None] * depth, ["one", "two", "three"][:depth], ["one", None, "one"][:depth], [1, ("a", 2), "c0"][:depth]])
    return pd.MultiIndex(levels=pools, codes=codes, names=names, verify_integrity=False)


# Name to a maker of `(random source, labels)`.
KINDS = {
    "range": lambda r, n: pd.RangeIndex(n),
    "range_step": lambda r, n: pd.RangeIndex(5, 5 - 2 * n, -2),
    "range_named": lambda r, n: pd.RangeIndex(n, name="rows"),
    "text": lambda r, n: pd.Index([f"r{i}" for i in range(n)], dtype="str"),
    "text_object": lambda r, n: pd.Index([f"r{i}" for i in range(n)], dtype=object),
    "text_string": lambda r, n: pd.Index([f"r{i}" for i in range(n)], dtype="string"),
    "text_missing": lambda r, n: pd.Index(pick(r, ["a", "b"], n, 0.3), dtype="str"),
    "text_odd": lambda r, n: objects(pick(r, ["", "'", '"', "\\", "a\nb", "é", "\0", "😀", "nan", "None", "__index_level_0__"], n)),
    "repeated": lambda r, n: pd.Index(pick(r, ["a", "b", "a.1", "b.1"], n)),
    "repeated_int": lambda r, n: pd.Index(pick(r, [1, 2], n), dtype="i8"),
    "int": lambda r, n: pd.Index([i * 7 - 3 for i in range(n)], dtype="i8"),
    "int_small": lambda r, n: pd.Index([i % 100 for i in range(n)], dtype=r.choice(["i1", "u2", "u8", "i4"])),
    "float": lambda r, n: pd.Index(pick(r, [0.5, 1.0, -0.0, 1e20, 1e-7, np.inf, np.nan, 0.1], n), dtype="f8"),
    "float_small": lambda r, n: pd.Index(pick(r, [0.5, 1.0, 0.1], n), dtype="f4"),
    "bool": lambda r, n: pd.Index([i % 2 == 0 for i in range(n)], dtype=bool),
    "nullable": lambda r, n: pd.Index(pick(r, [1, 2], n, 0.2, (pd.NA,)), dtype="Int64"),
    "datetime": lambda r, n: stamps(r, n),
    "datetime_unit": lambda r, n: stamps(r, n).as_unit(r.choice(["s", "ms", "us", "ns"])),
    "datetime_fraction": lambda r, n: pd.DatetimeIndex(pick(r, [pd.Timestamp("2020-01-01 00:00:00.5"), pd.Timestamp("2020-01-01 00:00:00.000000001"), pd.NaT], n)),
    "datetime_zone": lambda r, n: stamps(r, n, tz=r.choice(["UTC", "Europe/Paris", "America/New_York", "+05:30"])),
    "timedelta": lambda r, n: pd.to_timedelta(pick(r, [0, 1, -1, 86400, 10**6], n), unit="s"),
    "period": lambda r, n: pd.period_range("2020-01", periods=n, freq=r.choice(["M", "D", "Q", "Y", "h", "W"])),
    "interval": lambda r, n: pd.IntervalIndex.from_breaks(range(n + 1), closed=r.choice(["left", "right", "both", "neither"])),
    "interval_float": lambda r, n: pd.IntervalIndex.from_breaks([i / 2 for i in range(n + 1)]),
    "category": lambda r, n: pd.CategoricalIndex(categorical(r, n, r.choice(["text", "int", "time"]), 3)),
    "date": lambda r, n: objects([dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(n)]),
    "time": lambda r, n: objects([dt.time(i % 24) for i in range(n)]),
    "moment": lambda r, n: objects([dt.datetime(2020, 1, 1) + dt.timedelta(hours=i) for i in range(n)]),
    "moment_zone": lambda r, n: objects(pick(r, [dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)], n)),
    "bytes": lambda r, n: objects([b"b%d" % i for i in range(n)]),
    "tuple": lambda r, n: pd.Index(objects([("t", i) for i in range(n)]), tupleize_cols=False),
    "none": lambda r, n: objects([None] * n),
    "mixed": lambda r, n: objects(pick(r, [1, "a", 2.5, None, True, b"x", ("p", 1)], n)),
    "mixed_int": lambda r, n: objects(pick(r, [1, "a", "b", 2], n)),
    "mixed_float": lambda r, n: objects(pick(r, [1.5, "a"], n)),
    "objects_int": lambda r, n: objects(list(range(n))),
    "objects_float": lambda r, n: objects([i / 2 for i in range(n)]),
    "objects_bool": lambda r, n: objects([i % 2 == 0 for i in range(n)]),
    "objects_wide": lambda r, n: objects([2**70 + i for i in range(n)]),
    "objects_uuid": lambda r, n: objects([uuid.UUID(int=i) for i in range(n)]),
    "objects_missing": lambda r, n: objects(pick(r, ["a", *MISSING], n)),
    "complex": lambda r, n: pd.Index([i + 1j for i in range(n)], dtype="c16"),
    "arrow": lambda r, n: pd.Index(range(n), dtype="int32[pyarrow]"),
    "multi_1": lambda r, n: multi(r, n, 1),
    "multi_2": lambda r, n: multi(r, n, 2),
    "multi_3": multi,
}

NAMES = [None, None, "id", "c0", 7, 2.5, ("a", 1), dt.date(2020, 1, 1), "", b"n", True]


def index(r, n, kind):
    made = KINDS[kind](r, n)
    if made.nlevels == 1 and made.name is None and not isinstance(made, pd.RangeIndex):
        made.name = r.choice(NAMES)
    return made
