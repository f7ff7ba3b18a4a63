# -*- coding: utf-8 -*-
"""The pandas objects in a pickle, as the pandas that runs this sees them: where each is, and every cell of it.

usage: walk.py ROOT FOLDER FILE...      writes FOLDER/<path of the file under ROOT>.json for each file that this pandas loads

Runs under CPython 2.7 and 3, and pandas 0.18 to 3: today's pandas cannot load what those before 0.21 wrote, so an old one
lists it once (see legacy/README.md). A cell is a text that tells its kind, see `cell`.
"""
from __future__ import print_function

import datetime as dt
import decimal
import hashlib
import io
import json
import os
import sys
import types
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
PY2 = sys.version_info[0] == 2
TEXT, INTEGERS = (type(u""), (int, long) if PY2 else (int,))  # noqa: F821
PANEL = tuple(getattr(pd, name) for name in ("Panel", "Panel4D") if isinstance(getattr(pd, name, None), type) and pd.__version__ < "0.25")
FLAT = (pd.DataFrame, pd.Series, pd.Index, pd.Categorical) + PANEL
# Longer columns are listed by their number and a digest.
LONGEST = 40


def cell(value):
    """A cell as a text; None for a missing one, whichever way it is missing."""
    if value is None or value is pd.NaT or value is getattr(pd, "NA", None):
        return None
    if isinstance(value, (np.datetime64, np.timedelta64)):
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else pd.Timedelta(value)
        return cell(value)
    if isinstance(value, (bool, np.bool_)):
        return "True" if value else "False"
    if isinstance(value, pd.Timestamp):
        return "TS%d" % getattr(value, "as_unit", lambda _: value)("ns").value
    if isinstance(value, pd.Timedelta):
        return "TD%d" % getattr(value, "as_unit", lambda _: value)("ns").value
    if isinstance(value, pd.Period):
        return "P%d" % value.ordinal
    if hasattr(pd, "Interval") and isinstance(value, pd.Interval):
        return u"I(%s,%s)" % (cell(value.left), cell(value.right))
    if isinstance(value, dt.datetime):
        return cell(pd.Timestamp(value))
    if isinstance(value, dt.timedelta):
        return cell(pd.Timedelta(value))
    if isinstance(value, (dt.date, dt.time, decimal.Decimal)):
        return str(value)
    if isinstance(value, INTEGERS + (np.integer,)):
        return "%d" % value
    if isinstance(value, (float, np.floating)):
        return None if value != value else repr(float(value))
    if isinstance(value, (complex, np.complexfloating)):
        return repr(complex(value))
    if isinstance(value, TEXT):
        return u"'" + value
    if isinstance(value, bytes):
        # Python 2's str is text unless it cannot be.
        return u"'" + value.decode("utf8") if PY2 else "b" + repr(value)[1:]
    if isinstance(value, (list, tuple, np.ndarray)):
        return u"[%s]" % u",".join(cell(item) or u"" for item in value)
    if not PY2 and hasattr(value, "__bytes__"):
        return cell(bytes(value))
    return u"<%s>" % type(value).__name__


def column(values, dtype=None):
    """Cells, or their number and a digest; the dtype as numpy or pandas spells it."""
    cells = [cell(value) for value in values]
    dtype = "period[%s]" % values.freqstr if isinstance(values, pd.PeriodIndex) else str(values.dtype if dtype is None else dtype)
    if len(cells) <= LONGEST:
        return {"dtype": dtype, "cells": cells}
    return {"dtype": dtype, "count": len(cells), "sha256": digest(cells)}


def digest(cells):
    joined = u"\n".join(u"~" if one is None else one for one in cells)
    return hashlib.sha256(joined.encode("utf8")).hexdigest()


def label(value):
    """The text of a label or a name."""
    if value is None or value != value:
        return None
    if PY2 and isinstance(value, bytes):
        return value.decode("utf8")
    if isinstance(value, tuple):
        parts = [label(part) for part in value]
        return u"(%s)" % u", ".join(u"None" if part is None else u"'%s'" % part for part in parts)
    return TEXT(value)


def levels(index):
    """The levels of an index, one or several."""
    if isinstance(index, pd.MultiIndex):
        return [(index.names[i], index.get_level_values(i)) for i in range(index.nlevels)]
    return [(index.name, index)]


def index_listing(index):
    return [dict(column(level), name=label(name)) for name, level in levels(index)]


def dense(series):
    if hasattr(series, "to_dense") and "Sparse" in type(series).__name__:
        return series.to_dense()
    return series.sparse.to_dense() if str(series.dtype).startswith("Sparse") else series


def listing(value):
    """Kind, rows, columns and index of a pandas object. A Series is its one column, an Index its levels; a Panel has a
    column for each item, and a row for each pair of the other axes' labels, the last fastest."""
    if PANEL and isinstance(value, PANEL):
        axes = [list(axis) for axis in value.axes]
        columns = []
        for i, item in enumerate(axes[0]):
            inner = value.iloc[i]
            while not isinstance(inner, pd.DataFrame):
                inner = pd.concat([inner.iloc[j] for j in range(inner.shape[0])])
            cells = [inner.iloc[row, at] for row in range(inner.shape[0]) for at in range(inner.shape[1])]
            columns.append(dict(column(cells, inner.values.dtype), name=label(item)))
        rows = int(np.prod(value.shape[1:]))
        index, repeat = [], rows
        for axis, default in zip(value.axes[1:], ("items", "major", "minor")[-len(value.axes) + 1 :]):
            repeat = repeat // max(len(axis), 1)
            cells = [one for one in axis for _ in range(repeat)] if repeat else []
            cells = cells * (rows // len(cells)) if cells else []
            index.append(dict(column(cells, axis.dtype), name=label(axis.name) or default))
        return {"kind": "Panel", "rows": rows, "columns": columns, "index": index}
    if isinstance(value, pd.DataFrame):
        columns = [dict(column(dense(value.iloc[:, i])), name=label(name)) for i, name in enumerate(value.columns)]
        return {"kind": "DataFrame", "rows": len(value), "columns": columns, "index": index_listing(value.index)}
    if isinstance(value, pd.Series):
        columns = [dict(column(dense(value)), name=label(value.name))]
        return {"kind": "Series", "rows": len(value), "columns": columns, "index": index_listing(value.index)}
    if isinstance(value, pd.Index):
        return {"kind": "Index", "rows": len(value), "columns": index_listing(value), "index": []}
    return {"kind": "array", "rows": len(value), "columns": [dict(column(value), name=None)], "index": []}


def walk(root):
    """(path, object) of each pandas object at any depth of containers and of attributes, each once. What lies inside a pandas
    object, its index and its cells, is no object of its own."""
    seen, found, todo = set(), [], [(u"", root)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, FLAT):
            if id(value) not in seen:
                found.append((path, value))
            seen.add(id(value))
            continue
        if isinstance(value, (type(None), bool, int, float, TEXT, bytes, np.ndarray, type)) or id(value) in seen:
            continue
        seen.add(id(value))
        dotted = (lambda name: name if not path else u"%s.%s" % (path, name))  # noqa: E731
        inside = []
        if isinstance(value, dict):
            for key, item in value.items():
                name = label(key) if isinstance(key, (TEXT, bytes)) else None
                inside.append((u"%s[%r]" % (path, key) if name is None else dotted(name), item))
        elif isinstance(value, (list, tuple)):
            inside += [(u"%s[%d]" % (path, i), item) for i, item in enumerate(value)]
        inside += [(dotted(label(name)), item) for name, item in getattr(value, "__dict__", {}).items()]
        todo += reversed(inside)
    return found


def listings(root):
    return [dict(listing(value), path=path) for path, value in walk(root)]


def truth_name(path):
    """The name of the file that tells the truth of the file at this path, relative to the corpus."""
    return path.replace("pandas-dev__pandas/pandas/", "").replace(os.sep, "--") + ".json"


def date_range():
    """pandas before 0.8 had a class of its own for dates, an Index of datetime objects; its module was dropped in 0.18."""

    class DateRange(pd.Index):
        def __setstate__(self, state):
            pd.Index.__setstate__(self, state[0])

    module = types.ModuleType("pandas.core.daterange")
    module.DateRange = DateRange
    sys.modules[module.__name__] = module


def main(root, folder, files):
    if pd.__version__ < "1":
        date_range()
    for name in files:
        path = os.path.join(root, name)
        try:
            found = listings(pd.read_pickle(path))
        except Exception as error:  # whatever this pandas says
            print("%s: %s: %s" % (name, type(error).__name__, str(error)[:200]))
            continue
        seen_by = "CPython %d.%d, pandas %s, numpy %s" % (sys.version_info[:2] + (pd.__version__, np.__version__))
        lines = [json.dumps(one, sort_keys=True, separators=(",", ":")) for one in sorted(found, key=lambda one: one["path"])]
        text = u'{"seen_by":"%s","objects":[\n%s\n]}\n' % (seen_by, u",\n".join(lines))
        with io.open(os.path.join(folder, truth_name(name)), "w", encoding="utf8") as out:
            out.write(text)
        print("%s: %d objects" % (name, len(found)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
