"""`read_pickle` gives what `pl.from_pandas(pd.read_pickle(f))` gives, for the fixtures and for generated frames."""
import collections
import datetime
import decimal
import os
import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import unpickle
from alike import as_frame, check
from conftest import fixtures
from generate import frames

CASES = int(os.environ.get("UNPICKLE_CASES", "150"))
SEED = int(os.environ.get("UNPICKLE_SEED", "2"))


def load(path):
    try:
        return as_frame(pd.read_pickle(path))
    except Exception as error:
        pytest.skip(f"pandas {pd.__version__} cannot read it: {type(error).__name__}")


@pytest.mark.parametrize("path", fixtures("pandas"), ids=lambda path: path.stem)
def test_fixture(path):
    if "cycle" in path.stem:
        pytest.skip("pandas does not come back from cells that hold themselves")
    frame = load(path)
    if frame is None:
        pytest.skip("no frame, no series")
    got = unpickle.read_pickle(path, index="drop")
    check(got, frame, index=False)
    [table] = unpickle.open(path).tables()
    arrow = pa.table(table.select(index=False))
    assert (arrow.num_rows, arrow.column_names) == (got.height or arrow.num_rows, got.columns)


@pytest.mark.parametrize("number", range(CASES))
def test_generated(number, tmp_path):
    made, protocol, kinds = frames.case(number, SEED)
    print(f"case {number} of seed {SEED}, protocol {protocol}: {', '.join(kinds)}")
    source = tmp_path / "frame.pkl"
    pd.to_pickle(made, source, protocol=protocol)
    frame = as_frame(pd.read_pickle(source))
    if frame is None:
        pytest.skip("an index")
    check(unpickle.read_pickle(source), frame, index=True)


def test_each_rule_is_needed_and_most_are_equal():
    """What is said of polars' own conversion in docs/polars.md."""
    used = collections.Counter()
    for path in fixtures("pandas"):
        try:
            frame = as_frame(pd.read_pickle(path))
        except Exception:
            continue
        if frame is not None and "cycle" not in path.stem:
            used.update(check(unpickle.read_pickle(path, index="drop"), frame, index=False))
    print(used)
    assert set(used) == {
        "equal",
        "polars cannot",
        "nothing in it",
        "nanoseconds are kept, and zones that differ are UTC",
        "moments that no int64 of nanoseconds holds are text",
        "ends of intervals that are categories are float64",
        "date64 is a date",
        "dicts without keys are JSON text",
        "text beside bytes is bytes",
    }
    assert used["equal"] > 100


def test_columns_rows_and_index(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3], "b": list("xyz"), "c": [.5, 1.5, None]}, index=pd.Index([7, 8, 9], name="i"))
    blob = pickle.dumps(frame)
    read = unpickle.read_pickle
    assert read(blob).columns == ["a", "b", "c", "i"]
    assert read(blob, index="drop").columns == ["a", "b", "c"]
    # Exactly those that are asked for, in that order, those of the index too.
    assert read(blob, columns=["i", "b"], n_rows=2).rows() == [(7, "x"), (8, "y")]
    assert read(blob, columns=[]).shape[1] == 0
    assert read(blob, n_rows=0).schema == read(blob).schema
    with pytest.raises(unpickle.PickleError, match="expected a column, found `d`; there are a, b, c, i"):
        read(blob, columns=["d"])
    with pytest.raises(ValueError, match="index="):
        read(blob, index="keep")


def test_whatever_reads_arrow():
    duckdb = pytest.importorskip("duckdb")
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
    [rows] = unpickle.open(pickle.dumps(frame)).tables()
    assert pa.schema(rows).names == ["a", "b"]
    assert pa.table(rows).to_pydict() == {"a": [1, 2, 3], "b": ["x", None, "z"]}
    assert duckdb.sql("select sum(a), count(b) from rows").fetchall() == [(6, 2)]
    pd.testing.assert_frame_equal(pd.DataFrame.from_arrow(rows), frame, check_dtype=False)
    assert pl.DataFrame(rows)["a"].sum() == 6


def test_many_batches_are_one_frame(tmp_path):
    count = 1_500_000
    source = tmp_path / "long.pkl"
    pd.DataFrame({"i": range(count), "s": pd.Series(["a", "bb", None] * (count // 3), dtype=object)}).to_pickle(source)
    got = unpickle.read_pickle(source)
    assert got.height == count
    assert got["i"].equals(pl.Series("i", range(count)))
    assert got["s"].null_count() == count // 3
    some = unpickle.open(source).tables()[0].select(columns=["i"], offset=1_200_000, n_rows=5)
    assert pl.DataFrame(some)["i"].to_list() == list(range(1_200_000, 1_200_005))


def test_types_that_polars_lacks():
    """By itself it takes decimals of 32 and 64 bits for ones of 128, and panics at zones that are offsets and at wide decimals."""
    number = decimal.Decimal("1.25")
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    moment = datetime.datetime(2024, 1, 1, 12, tzinfo=zone)
    frame = pd.DataFrame({
        "narrow": pd.array([number, None], dtype=pd.ArrowDtype(pa.decimal32(7, 2))),
        "mid": pd.array([number, None], dtype=pd.ArrowDtype(pa.decimal64(9, 2))),
        "wide": pd.array([number, None], dtype=pd.ArrowDtype(pa.decimal256(50, 2))),
        "lists": pd.array([[number], None], dtype=pd.ArrowDtype(pa.list_(pa.decimal32(7, 2)))),
        "zone": pd.Series([moment, None]),
    })
    blob = pickle.dumps(frame)
    got = unpickle.read_pickle(blob)
    assert got.schema == {
        "narrow": pl.Decimal(7, 2),
        "mid": pl.Decimal(9, 2),
        "wide": pl.String,
        "lists": pl.List(pl.Decimal(7, 2)),
        "zone": pl.Datetime("us", "UTC"),
    }
    assert got.row(0) == (number, number, "1.25", [number], moment) and got.row(1) == (None,) * 5
    # Who takes the stream as it is gets decimals that nobody takes for others.
    [table] = unpickle.open(blob).tables()
    assert pl.DataFrame(table.select(["narrow", "mid", "lists"])).row(0) == (number, number, [number])
    assert pa.table(table).schema.field("zone").type == pa.timestamp("us", "+05:30")
