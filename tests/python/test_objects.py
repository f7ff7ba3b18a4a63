"""Columns of random Python objects, nested and mixed: Parquet holds what Python had, and gaps stay gaps."""
import datetime as dt
import decimal
import json
import math
import random

import mapping
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_mapping import KINDS, null, same

COLUMNS, ROWS, DEPTH = 40, 4, 3
SOME = {
    "int": [0, 1, -5, 2**31, -(2**63), 2**63 - 1],
    "float": [0.0, -0.0, 1.5, float("inf"), 1e300, 5e-324],
    "decimal": [decimal.Decimal(text) for text in ("1.50", "-0.001", "1E+10", "0", "123456789012345678901234567890.5", "NaN")],
    "text": ["", "a", "\u00e9\0", "b", "\ud800"],
}


def scalar(dice, kind):
    if kind == "datetime":
        return dt.datetime(dice.randrange(1, 9999), 2, 28, 1, 1, 1, dice.randrange(10**6))
    if kind == "timedelta":
        return dt.timedelta(dice.randrange(-(10**8), 10**8), 5, 7)
    return dice.choice(SOME.get(kind, [KINDS[kind]]))


def cell(dice, depth, kind):
    chance = dice.random()
    if depth and chance < 0.15:
        return [cell(dice, depth - 1, kind) for _ in range(dice.randrange(4))]
    if depth and chance < 0.25:
        return {key: cell(dice, depth - 1, kind) for key in dice.sample("abcd", dice.randrange(4))}
    return None if chance < 0.32 else float("nan") if chance < 0.35 else scalar(dice, kind)


def check_json(cell, found):
    """JSON says a cell: plain values exactly, others by being there"""
    if isinstance(found, dict) and "$type" in found:
        assert found["$type"] != "float" or not math.isfinite(cell)
    elif isinstance(cell, (list, tuple, set)):
        assert len(cell) == len(found)
        for left, right in zip(cell, found):
            check_json(left, right)
    elif isinstance(cell, dict):
        assert {str(key) for key in cell} == set(found)
        for key in cell:
            check_json(cell[key], found[str(key)])
    elif type(cell) in (bool, int, float, str, type(None)):
        assert type(cell) is type(found) and cell == found
    elif null(cell):
        assert found is None


def check(cell, found, field):
    if null(cell) or found is None:
        assert null(cell) and found is None
    elif mapping.is_json(field):
        check_json(cell, json.loads(found, parse_constant=pytest.fail))
    elif isinstance(cell, dict) and pa.types.is_struct(field.type):
        assert set(cell) <= set(found)
        for inner in field.type:
            check(cell.get(inner.name), found[inner.name], inner)
    elif isinstance(cell, (list, tuple, set)) and pa.types.is_list(field.type):
        assert len(cell) == len(found)
        for left, right in zip(cell, found):
            check(left, right, field.type.value_field)
    else:
        assert same(cell, found)


@pytest.mark.parametrize("seed", range(20))
def test_random_objects(seed, tmp_path):
    dice, columns = random.Random(seed), {}
    for number in range(COLUMNS):
        kinds, depth = dice.sample(sorted(KINDS), dice.choice([1, 1, 2, 3])), dice.randrange(DEPTH + 1)
        columns["c%d" % number] = [cell(dice, depth, dice.choice(kinds)) for _ in range(ROWS)]
    table = pq.read_table(mapping.convert(columns, tmp_path)[0])
    assert table.column_names == list(columns)
    for field, held in zip(table.schema, columns.values()):
        for left, right in zip(held, table.column(field.name).to_pylist()):
            check(left, right, field)
