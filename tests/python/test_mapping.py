"""docs/mapping.md says what the command does, row by row; and what it says is what Python had."""
import collections
import datetime as dt
import decimal
import fractions
import ipaddress
import json
import math
import os
import pathlib
import types
import uuid
from array import array

import mapping
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

REWRITE = os.environ.get("REWRITE_MAPPING") == "1"


def without(text, names):
    """A table without some of its columns"""
    rows = [[cell.strip() for cell in line.replace("\\|", "\0").split("|")[1:-1]] for line in text.splitlines()]
    keep = [place for place, head in enumerate(rows[0]) if head not in names]
    return [[row[place] for place in keep] for row in rows]


@pytest.mark.parametrize("name", mapping.PARTS)
def test_the_page_says_what_is_so(name, tmp_path):
    make, theirs = mapping.PARTS[name]
    made = make(tmp_path)
    page = mapping.PAGE.read_text(encoding="utf-8")
    before, text, behind = mapping.part(page, name)
    if REWRITE:
        mapping.PAGE.write_text(before + made + behind, encoding="utf-8", newline="\n")
    elif theirs is None:
        assert text.startswith("Read back by pandas ")
    elif mapping.VERSIONS in page:
        assert text == made
    else:  # another pandas may read otherwise; what we write is the same
        assert without(text, theirs) == without(made, theirs)


def null(cell):
    return cell is None or cell is np.ma.masked or cell is pd.NaT or cell is pd.NA or (isinstance(cell, (float, np.floating, decimal.Decimal)) and math.isnan(cell))


def held(cell, found):
    """Whether a cell of Arrow is the cell that Python had."""
    if null(cell) or found is None:
        return null(cell) and found is None
    if isinstance(cell, np.ndarray) and cell.ndim == 0:
        return held(cell.item(), found)
    if isinstance(cell, (np.ndarray, array)):
        return len(cell) == len(found) and all(map(held, cell.tolist(), found))
    if isinstance(cell, (list, tuple, set, collections.deque)):
        return len(cell) == len(found) and all(map(held, cell, found))
    if isinstance(cell, types.SimpleNamespace):
        cell = vars(cell)
    if isinstance(cell, dict):
        return all(held(cell.get(key), item) for key, item in found.items()) and set(cell) <= set(found)
    if isinstance(cell, complex):
        return complex(found["real"], found["imag"]) == cell
    if isinstance(cell, (pathlib.PurePath, fractions.Fraction, ipaddress._IPAddressBase)):
        return str(cell) == found
    if isinstance(cell, np.datetime64):
        return np.datetime64(found).astype(cell.dtype) == cell
    if isinstance(cell, pd.Period):
        return cell.ordinal == (found if isinstance(found, int) else found.ordinal)
    if isinstance(cell, pd.Timestamp):
        return cell == pd.Timestamp(found)
    if isinstance(cell, bool) and isinstance(found, float):
        return found == (1.0 if cell else 0.0)
    if isinstance(cell, bool) or isinstance(found, bool):
        return cell is found
    if isinstance(found, bytes):
        return (cell.encode("utf-8", "surrogatepass") if isinstance(cell, str) else bytes(cell)) == found
    return cell == found


def said(cell, found):
    """Whether JSON says the cell, as far as JSON has a word for it."""
    if isinstance(found, dict) and "$type" in found:
        if found["$type"] == "float":
            return str(cell) == found["value"]
        return type(cell) not in (bool, int, float, str, list, dict, type(None))
    if isinstance(cell, np.void):
        return dict(zip(cell.dtype.names, cell.item())) == found
    if isinstance(cell, (list, tuple)):
        return len(cell) == len(found) and all(map(said, cell, found))
    if isinstance(cell, dict):
        return {str(key): item for key, item in cell.items()} == found
    return type(cell) is type(found) and cell == found


@pytest.mark.parametrize("example", [example for _, example in mapping.CELLS])
def test_the_cells_of_the_page_are_what_python_had(example, tmp_path):
    cells = mapping.value(example)
    table = pq.read_table(mapping.convert({"a": cells}, tmp_path)[0])
    found = table.column(0).to_pylist()
    assert len(found) == len(cells)
    if mapping.is_json(table.schema.field(0)):
        for cell, text in zip(cells, found):
            assert (text is None) == null(cell)
            assert text is None or said(cell, json.loads(text, parse_constant=pytest.fail)), (cell, text)
        return
    if "struct<a: JSON" in mapping.type_name(table.schema.field(0)):
        found = [{key: json.loads(text) for key, text in item.items()} for item in found]
    for cell, other in zip(cells, found):
        assert held(cell, other), (cell, other)


# ---- every pair of kinds in one column

UTC, PARIS = dt.timezone.utc, mapping.paris
KINDS = {
    "bool": True,
    "int": 7,
    "int beyond floats": 2**53 + 1,
    "int beyond int64": 2**63,
    "int beyond 64 bits": 2**70,
    "float": 0.5,
    "float32": np.float32(0.5),
    "int8": np.int8(7),
    "uint64": np.uint64(2**64 - 1),
    "bool_": np.bool_(True),
    "text": "text",
    "str_": np.str_("text"),
    "bytes": b"bytes",
    "decimal": decimal.Decimal("1.50"),
    "date": dt.date(2024, 2, 29),
    "time": dt.time(1, 2, 3),
    "datetime": dt.datetime(2024, 2, 29, 12),
    "datetime of a zone": dt.datetime(2024, 2, 29, 12, tzinfo=PARIS),
    "datetime of UTC": dt.datetime(2024, 2, 29, 12, tzinfo=UTC),
    "datetime of year 9999": dt.datetime(9999, 12, 31),
    "Timestamp of ns": pd.Timestamp("2024-02-29 00:00:00.000000001"),
    "Timestamp of s": pd.Timestamp("2024-02-29").as_unit("s"),
    "datetime64": np.datetime64("2024-02-29T12:00:00"),
    "timedelta": dt.timedelta(1, 2, 3),
    "timedelta of 900 years": dt.timedelta(days=900 * 365),
    "Timedelta of ns": pd.Timedelta(1, "ns"),
    "timedelta64": np.timedelta64(5, "s"),
    "uuid": uuid.UUID(int=7),
    "complex": 1 + 2j,
    "list": [1],
    "list of text": ["a"],
    "tuple": (2, 3),
    "set": {4},
    "array": np.arange(2),
    "dict": {"a": 1},
    "dict of other keys": {1: 2},
    "empty dict": {},
    "fraction": fractions.Fraction(1, 3),
    "path": pathlib.PurePosixPath("/srv"),
    "range": range(3),
    "interval": pd.Interval(0, 1),
    "period": pd.Period("2024-01", "M"),
}
# What has a type in common; all other pairs are JSON text.
SMALL = {"int", "int beyond floats", "int8"}
WHOLE = SMALL | {"int beyond int64", "int beyond 64 bits", "uint64"}
TOGETHER = [
    WHOLE,
    # One of 76 digits leaves none behind the point.
    WHOLE - {"int beyond 64 bits"} | {"decimal"},
    # Powers of two are exact.
    {"int", "int8", "int beyond int64", "int beyond 64 bits", "float", "float32"},
    {"bool", "bool_"},
    {"text", "str_", "fraction", "path"},
    {"text", "str_", "fraction", "path", "bytes"},
    {"datetime", "Timestamp of s", "datetime64", "datetime of year 9999"},
    {"datetime", "Timestamp of s", "datetime64", "Timestamp of ns"},
    {"datetime of a zone", "datetime of UTC"},
    {"timedelta", "timedelta64", "timedelta of 900 years"},
    {"timedelta", "timedelta64", "Timedelta of ns"},
    {"list", "tuple", "set", "array"},
    {"dict", "empty dict"},
]


def typed(left, right):
    if left == right:
        return left not in ("dict of other keys", "empty dict", "range", "interval")
    # A boolean behind a float is a number, as pyarrow makes one of it.
    return any({left, right} <= group for group in TOGETHER) or (right in ("bool", "bool_") and left in ("float", "float32"))


@pytest.mark.parametrize("left", KINDS)
def test_two_kinds_in_one_column(left, tmp_path):
    pairs = [(KINDS[left], None, KINDS[right]) for right in KINDS]
    cells = {"%d" % place: list(pair) for place, pair in enumerate(pairs)}
    table = pq.read_table(mapping.convert(cells, tmp_path)[0])
    for place, (right, pair) in enumerate(zip(KINDS, pairs)):
        field, found = table.schema.field(place), table.column(place).to_pylist()
        assert found[1] is None, (left, right)
        assert mapping.is_json(field) == (not typed(left, right)), (left, right, field.type)
        if mapping.is_json(field):
            for cell, text in [(pair[0], found[0]), (pair[2], found[2])]:
                said_of = json.loads(text, parse_constant=pytest.fail)
                if type(cell) in (bool, int, float, str):
                    assert said(cell, said_of), (left, right, text)
            continue
        for cell, other in [(pair[0], found[0]), (pair[2], found[2])]:
            assert same(cell, other), (left, right, cell, other)


def same(cell, found):
    """Equal as numbers, instants, spans and text are."""
    if isinstance(cell, bool) and isinstance(found, float):
        return float(cell) == found
    if isinstance(cell, (np.datetime64, dt.datetime)):
        return pd.Timestamp(cell) == pd.Timestamp(found)
    if isinstance(cell, (np.timedelta64, dt.timedelta)):
        return cell == found if isinstance(found, dt.timedelta) and not isinstance(cell, np.timedelta64) else pd.Timedelta(cell) == pd.Timedelta(found)
    if isinstance(found, bytes) and not isinstance(cell, (str, bytes)):
        return str(cell).encode() == found
    if isinstance(cell, dict) and not cell:
        return set(found.values()) <= {None}
    if isinstance(cell, (np.generic,)) and not isinstance(cell, np.str_):
        return cell.item() == found
    return held(cell, found)
