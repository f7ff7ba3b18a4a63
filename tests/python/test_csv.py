"""Our CSV, read by pandas, is pandas' own CSV read the same way; nested cells are JSON text."""
import datetime
import io
import json
import math

import numpy as np
import pandas as pd
import pytest
from conftest import load, tables

PLAIN = (str, int, float, bool, np.generic, datetime.date, datetime.time, datetime.timedelta, pd.Timestamp, pd.Timedelta)


def plain(column):
    """Whether the cells have one text that nobody disputes; nested cells, bytes and complex numbers have not."""
    if str(column.dtype).startswith(("complex", "period", "interval")) or str(column.dtype).endswith("[pyarrow]"):
        return str(column.dtype) in ("int32[pyarrow]", "double[pyarrow]", "bool[pyarrow]", "string[pyarrow]", "string")
    cells = [cell for cell in column if not missing(cell)]
    return all(isinstance(cell, PLAIN) and not isinstance(cell, (complex, np.complexfloating)) for cell in cells) and len({type(cell) for cell in cells}) < 2


def missing(cell):
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell))


# What our CSV says otherwise than pandas', on purpose; see docs/mapping.md.
LABELS = {
    "columns-bytes-3.1.1": "bytes are text in labels, as in pandas' own Parquet",
    "columns-tuple-3.1.1": "items of tuples are text in labels, as in pandas' own Parquet",
    "columns-datetime-3.1.1": "moments have their time in labels, as in pandas' own Parquet",
    "columns-missing-3.1.1": "missing labels have their text, as in pandas' own Parquet",
    "columns-multi-gaps-3.1.1": "integers beside a gap stay integers",
    "columns-multi-single-3.1.1": "a label of one level is a tuple, as in pandas' own Parquet",
    "columns-timedelta-3.1.1": "spans have their time in labels, as in pandas' own Parquet",
}
CELLS = {
    "object-timestamps-3.1.1": "spans are told as Python tells them",
    "object-zones-mixed-3.1.1": "moments of several zones are in UTC",
    "object-surrogates-3.1.1": "text with lone surrogates is bytes",
}


@pytest.mark.parametrize("path, key", tables("pandas"))
def test_reads_back_as_pandas_own(path, key, convert):
    ours = convert(path, key, "csv").read_text(encoding="utf-8")
    frame = load(path, key)
    levels, headers = frame.index.nlevels, frame.columns.nlevels
    if frame.shape[1] == 0:
        pytest.skip("no column to compare")
    own = frame.to_csv()
    read = dict(header=list(range(headers)) if headers > 1 else 0, index_col=list(range(levels)))
    got = pd.read_csv(io.StringIO(ours), **read)
    assert got.shape == frame.shape
    if path.stem in CELLS:
        return
    want = pd.read_csv(io.StringIO(own), **read)
    assert got.shape == want.shape
    if path.stem not in LABELS:
        assert list(map(str, got.columns)) == list(map(str, want.columns))
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        left, right = got.iloc[:, place], want.iloc[:, place]
        if plain(column):
            pd.testing.assert_series_equal(left, right, check_exact=True, check_names=False, check_index=False)
        else:
            assert left.isna().tolist() == right.isna().tolist() or str(column.dtype) == "object"
    if plain(frame.index.to_series()):
        assert got.index.tolist() == want.index.tolist() or got.index.equals(want.index)


NESTED = ["object-lists-3.1.1", "object-dicts-3.1.1", "object-nested-3.1.1"]


@pytest.mark.parametrize("path, key", [case for case in tables("pandas") if case.id in NESTED])
def test_nested_cells_are_json(path, key, convert):
    ours = pd.read_csv(convert(path, key, "csv"), index_col=0)
    frame = load(path, key)
    for name in frame.columns:
        for text, cell in zip(ours[name], frame[name]):
            if missing(cell):
                assert missing(text)
                continue
            cell = cell.tolist() if isinstance(cell, np.ndarray) else list(cell) if isinstance(cell, tuple) else cell
            found = json.loads(text)
            if isinstance(found, dict):  # a struct has the keys of all cells
                found = {key: item for key, item in found.items() if item is not None or key in cell}
                cell = {key: item for key, item in cell.items() if item is not None or key in found}
            assert found == cell
