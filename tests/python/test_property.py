"""Generated frames of every dtype, index and layout: each cell is there, and pandas reads the frame that its own Parquet gives.

`UNPICKLE_CASES` and `UNPICKLE_SEED` choose how many and which; a failure names the case, its seed and what it is made of.
"""
import csv
import decimal
import json
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from conftest import run
from generate import frames
from oracle import (
    Json,
    arrow_cells,
    column_cells,
    ends_pyarrow,
    index_levels,
    label_text,
    on_purpose,
    pandas_cannot_read,
    physical_names,
    same,
)
from test_formats import judge, storage

CASES = int(os.environ.get("UNPICKLE_CASES", "300"))
SEED = int(os.environ.get("UNPICKLE_SEED", "1"))


def load(source):
    """What pandas reads, as the frame that it is a table of; and whether pandas would write that very frame."""
    value = pd.read_pickle(source)
    if isinstance(value, pd.Index):
        levels = index_levels(value)
        names = [str(level) if name is None else label_text(name) for level, name in enumerate(value.names)]
        frame = pd.concat(levels, axis=1) if len(value) else pd.DataFrame(dict(enumerate(levels)))
        return frame.set_axis(names, axis="columns"), not isinstance(value, pd.MultiIndex)
    if isinstance(value, pd.Series):
        return value.to_frame("0" if value.name is None else value.name), True
    return value, True


def convert(source, out):
    done = run(source, out)
    told = done.stderr.decode()
    assert done.returncode == 0, told
    return told


def check_cells(table, frame):
    """Every column of data and of the index, cell by cell, against the mapping."""
    names = physical_names(frame)
    assert table.column_names == names
    assert table.num_rows == len(frame) or not names
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    if not isinstance(frame.index, pd.RangeIndex):
        columns += index_levels(frame.index)
    for name, column, field in zip(names, columns, table.columns):
        want, kind = column_cells(column)
        got = arrow_cells(field)
        for row, (cell, found) in enumerate(zip(want, got)):
            assert same(cell, found), f"column {name} ({column.dtype}) row {row}: {cell!r} became {found!r} in {field.type}"
        if kind is not None and len(frame):
            assert field.type == kind or pa.types.is_dictionary(field.type), f"column {name} ({column.dtype}): {field.type} for {kind}"


def check_pandas(ours, frame, folder):
    """Where pandas writes and reads the frame, it reads the same from our file; `False` where it does not."""
    own = folder / "own.parquet"
    if ends_pyarrow(frame):
        return False
    try:
        frame.to_parquet(own)
        want = pd.read_parquet(own)
    except Exception:
        return False
    got = pd.read_parquet(ours)
    try:
        pd.testing.assert_frame_equal(got, want, check_exact=True)
    except NotImplementedError:
        return False  # pandas cannot compare views
    except (AssertionError, ValueError):
        # Of some nested cells pandas cannot tell that they are the same.
        try:
            pd.testing.assert_frame_equal(pd.read_parquet(own), want, check_exact=True)
        except (AssertionError, ValueError):
            return False
        if not on_purpose(frame):
            raise
    assert got.attrs == want.attrs
    return True


def check_formats(source, ours, frame, folder):
    """Arrow IPC, JSON lines and CSV hold the cells of the Parquet file."""
    for ending in ("arrow", "jsonl", "csv"):
        convert(source, folder / ("ours." + ending))
    table = pq.read_table(ours)
    arrow = pyarrow.ipc.open_file(folder / "ours.arrow").read_all()
    assert arrow.column_names == table.column_names
    for name, left, right in zip(table.column_names, arrow.columns, table.columns):
        assert all(map(same, arrow_cells(left), arrow_cells(right))) and len(left) == len(right), name
    rows = [json.loads(line, parse_float=decimal.Decimal) for line in (folder / "ours.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    assert len(rows) == len(frame) or not table.column_names
    with open(folder / "ours.csv", encoding="utf-8", newline="") as file:
        fields = list(csv.reader(file))
    fields = fields[len(fields) - len(rows) :]
    # In CSV the index comes first; of a RangeIndex the file has no column.
    count, levels = frame.shape[1], frame.index.nlevels
    for place, name in enumerate(table.column_names):
        column = table.column(place)
        for row, field, cell in zip(rows, fields, storage(column)):
            found = row.get(name)
            assert judge_moment(column.type, cell, found), f"JSON lines, column {name}: {cell!r} is {found!r}"
            text = field[place + levels if place < count else place - count]
            assert judge_text(column.type, cell, text), f"CSV, column {name}: {cell!r} is {text!r}"


def judge_moment(kind, cell, found):
    """Moments and extension types are judged by being there: their text is judged elsewhere."""
    temporal = pa.types.is_temporal(kind) or pa.types.is_dictionary(kind) and pa.types.is_temporal(kind.value_type)
    if temporal or isinstance(kind, pa.BaseExtensionType) or pa.types.is_nested(kind):
        return (found is None) == (cell is None)
    if isinstance(found, decimal.Decimal) and not pa.types.is_decimal(kind):
        return width(kind)(str(found)) == cell
    return judge(cell, found)


def width(kind):
    """A narrow float is told in as few digits as tell it from others as narrow."""
    return {"halffloat": np.float16, "float": np.float32}.get(str(kind), float)


def judge_text(kind, cell, text):
    """Gaps are empty, and numbers and text themselves."""
    if cell is None:
        return text == ""
    if isinstance(cell, bool):
        return text == str(cell)
    if pa.types.is_integer(kind):
        return int(text) == cell
    if pa.types.is_floating(kind):
        return width(kind)(text) == cell if cell == cell else text == ""
    return text == cell if pa.types.is_string(kind) or pa.types.is_large_string(kind) else True


def check_told(told, frame):
    """Where cells are JSON text, a note says so."""
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    if any(isinstance(cell, Json) for column in columns for cell in column_cells(column)[0]):
        assert "JSON text" in told


@pytest.mark.parametrize("number", range(CASES))
def test_frame(number, tmp_path):
    made, protocol, kinds = frames.case(number, SEED)
    print(f"case {number} of seed {SEED}, protocol {protocol}: {', '.join(kinds)}")
    source = tmp_path / "frame.pkl"
    pd.to_pickle(made, source, protocol=protocol)
    frame, written = load(source)
    ours = tmp_path / "ours.parquet"
    check_told(convert(source, ours), frame)
    check_cells(pq.read_table(ours), frame)
    if number % 5 == 0:
        check_formats(source, ours, frame, tmp_path)
    if pandas_cannot_read(frame):
        return
    read = pd.read_parquet(ours)
    assert read.shape == frame.shape or not frame.shape[1]
    assert list(read.attrs) == [key if isinstance(key, str) else repr(key) for key in frame.attrs]
    if written:
        check_pandas(ours, frame, tmp_path)


@pytest.mark.skipif("UNPICKLE_PYTHON2" not in os.environ, reason="UNPICKLE_PYTHON2 names no Python 2.7 with pandas")
def test_text_and_bytes_of_python_2(tmp_path):
    """Text if all of a column is text in UTF-8, whichever of the two types it is of; else bytes, each as they were."""
    script = pathlib.Path(frames.__file__).with_name("python2.py")
    subprocess.run([os.environ["UNPICKLE_PYTHON2"], script, tmp_path, str(SEED), str(CASES)], check=True)
    for number in range(CASES):
        told = json.loads((tmp_path / f"{number}.json").read_text())
        ours = tmp_path / f"{number}.parquet"
        convert(tmp_path / f"{number}.pkl", ours)
        table = pq.read_table(ours)
        assert table.column_names[:3] == told["labels"]
        for column, cells in zip(table.columns, told["columns"]):
            cells = [cell and (cell[0], bytes.fromhex(cell[1])) for cell in cells]
            kinds = {kind for kind, _ in filter(None, cells)}
            readable = all(is_utf8(data) for _, data in filter(None, cells))
            want = [cell and (cell[1].decode() if readable else cell[1]) for cell in cells]
            assert column.to_pylist() == want, f"case {number} of seed {SEED}, {kinds}"


def is_utf8(data):
    try:
        data.decode()
        return True
    except UnicodeDecodeError:
        return False
