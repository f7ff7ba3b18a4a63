"""Arrow and JSON lines hold the cells of the Parquet file; polars reads it too."""
import datetime
import decimal
import json
import math
import uuid

import pandas as pd
import polars
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from conftest import run, tables

# pandas makes its extension types known to pyarrow at their first use.
pa.array(pd.period_range("2000", periods=1, freq="D"))

CASES = tables("pandas") + tables("builtins") + tables("library")


def same(left, right):
    """Equal, NaN too."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def storage(column):
    """The cells as plain Python: moments as counts, so that nothing is lost or refused."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        return storage(column)
    if pa.types.is_dictionary(kind):
        return storage(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        scale = {"s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}[kind.unit]
        return [None if cell is None else cell * scale for cell in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_struct(kind) and any(pa.types.is_timestamp(field.type) for field in kind):
        return [str(cell) if cell.is_valid else None for cell in column]
    return column.to_pylist()


@pytest.mark.parametrize("path, key", CASES)
def test_arrow_holds_the_cells_of_parquet(path, key, convert):
    parquet = pq.read_table(convert(path, key, "parquet"))
    arrow = pyarrow.ipc.open_file(convert(path, key, "arrow")).read_all()
    assert arrow.column_names == parquet.column_names
    assert arrow.num_rows == parquet.num_rows or not parquet.column_names
    for place, name in enumerate(parquet.column_names):
        left, right = storage(arrow.column(place)), storage(parquet.column(place))
        if pa.types.is_struct(parquet.column(place).type):
            left, right = [cell is None for cell in left], [cell is None for cell in right]
        assert same(left, right), name


def judge(cell, found):
    """Whether a JSON value says the cell."""
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return found is None or isinstance(found, str)
    if isinstance(cell, bool) or isinstance(found, bool):
        return cell is found
    if isinstance(cell, (int, decimal.Decimal)):
        return decimal.Decimal(str(found)) == cell
    if isinstance(cell, float):
        return isinstance(found, (int, decimal.Decimal)) and math.isclose(cell, float(found), rel_tol=1e-6)
    if isinstance(cell, str):
        return cell == found
    if isinstance(cell, list) and isinstance(found, dict):  # a map
        return all(judge(item, found.get(name)) for name, item in cell)
    if isinstance(cell, list):
        return isinstance(found, list) and len(found) == len(cell) and all(map(judge, cell, found))
    if isinstance(cell, dict):
        return isinstance(found, dict) and all(judge(item, found.get(name)) for name, item in cell.items())
    if isinstance(cell, (bytes, datetime.date, datetime.time, datetime.timedelta, uuid.UUID)):
        return found is not None
    return found is not None


@pytest.mark.parametrize("path, key", CASES)
def test_json_lines_hold_the_cells_of_parquet(path, key, convert):
    parquet = pq.read_table(convert(path, key, "parquet"))
    lines = convert(path, key, "jsonl").read_text(encoding="utf-8").splitlines()
    # Decimals keep all their digits.
    rows = [json.loads(line, parse_float=decimal.Decimal) for line in lines]
    assert len(rows) == parquet.num_rows or not parquet.column_names
    if len(set(parquet.column_names)) != len(parquet.column_names):
        return
    for name in parquet.column_names:
        column = parquet.column(name)
        moments = pa.types.is_temporal(column.type) or isinstance(column.type, pa.BaseExtensionType)
        for row, cell in zip(rows, storage(column)):
            found = row.get(name)
            if moments or pa.types.is_dictionary(column.type) and pa.types.is_temporal(column.type.value_type):
                assert (found is None) == (cell is None), name
            else:
                assert judge(cell, found), (name, cell, found)


@pytest.mark.parametrize("path, key", [case for case in tables("library") if case.id.startswith("cells")])
def test_csv_holds_every_value_of_the_standard_library(path, key, convert):
    parquet = pq.read_table(convert(path, key, "parquet"))
    csv = pd.read_csv(convert(path, key, "csv"), dtype=str, index_col=0, keep_default_na=False, na_values=[""])
    assert list(csv.columns) == parquet.column_names and len(csv) == parquet.num_rows
    for name in parquet.column_names:
        for text, cell in zip(csv[name], parquet.column(name).to_pylist()):
            # An empty text and a gap are one in CSV.
            assert pd.isna(text) == (cell is None or cell == ""), name
            if isinstance(cell, (str, int)) and not isinstance(cell, bool) and cell != "":
                assert text == str(cell), name
            elif isinstance(cell, decimal.Decimal):
                assert decimal.Decimal(text) == cell, name
            elif isinstance(cell, (datetime.datetime, datetime.date, datetime.time)):
                assert text == str(cell), name


def test_polars_reads_the_frame_of_the_readme(convert):
    from conftest import FIXTURES

    frame = polars.read_parquet(convert(FIXTURES / "pandas" / "weather.pkl", "", "parquet"))
    assert frame.height == 366
    assert frame["temperature"].null_count() == 0 and frame["gust"].null_count() > 0


def test_the_same_bytes_come_out_each_time(convert, tmp_path):
    from conftest import FIXTURES

    for ending in ("parquet", "csv", "arrow", "jsonl"):
        first, again = convert(FIXTURES / "pandas" / "weather.pkl", "", ending), tmp_path / ("again." + ending)
        assert run(FIXTURES / "pandas" / "weather.pkl", again, "--quiet").returncode == 0
        assert first.read_bytes() == again.read_bytes(), ending
