"""`scan_pickle`: what a query does not need is not read, and many files are one frame."""
import multiprocessing
import pickle

import pandas as pd
import polars as pl
import pytest
import unpickle
from unpickle import _scan


@pytest.fixture
def folder(tmp_path):
    """Two files whose columns are not the same."""
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_pickle(tmp_path / "1.pkl")
    pd.DataFrame({"a": [3], "c": [.5]}).to_pickle(tmp_path / "2.pkl")
    return tmp_path


@pytest.fixture
def asked(monkeypatch):
    """What is read of the files: columns and rows of each."""
    seen = []
    select = _scan.Table.select

    class Spied:
        def __init__(self, table):
            self.table = table

        def __getattr__(self, name):
            return getattr(self.table, name)

        def __len__(self):
            return len(self.table)

        def select(self, columns=None, n_rows=None, index=True, offset=0):
            if columns is not None:
                seen.append((list(columns), n_rows))
            return select(self.table, columns, n_rows, index, offset)

    found = _scan.table_in
    monkeypatch.setattr(_scan, "table_in", lambda *which: Spied(found(*which)))
    return seen


def test_projection_and_limit_reach_the_reader(folder, asked):
    frame = unpickle.scan_pickle(folder / "1.pkl")
    assert frame.select("b").head(1).collect().rows() == [("x",)]
    assert asked == [(["b"], 1)]
    assert "PROJECT 1/2 COLUMNS" in frame.select("b").explain()


def test_a_predicate_sees_all_rows(folder, asked):
    frame = unpickle.scan_pickle(folder / "1.pkl")
    assert frame.filter(pl.col("a") > 1).head(1).collect().rows() == [(2, "y")]
    assert "SELECTION" in frame.filter(pl.col("a") > 1).explain()
    assert frame.select(pl.len()).collect().item() == 2
    assert frame.filter(a=7).collect().rows() == []


def test_many_files_are_one_frame(folder):
    frame = unpickle.scan_pickle(folder / "*.pkl", include_file_paths="from")
    assert frame.collect_schema() == {"a": pl.Int64, "b": pl.String, "c": pl.Float64, "from": pl.String}
    one, two = str(folder / "1.pkl"), str(folder / "2.pkl")
    assert frame.collect().rows() == [(1, "x", None, one), (2, "y", None, one), (3, None, .5, two)]
    assert frame.select("c").collect()["c"].to_list() == [None, None, .5]
    assert frame.select("from").unique().collect().height == 2
    assert frame.filter(pl.col("from") == two).select("a").collect().item() == 3
    assert unpickle.scan_pickle([two, one]).head(2).collect()["a"].to_list() == [3, 1]
    assert unpickle.scan_pickle(folder / "*.pkl", n_rows=2).collect()["a"].to_list() == [1, 2]
    assert unpickle.scan_pickle(folder / "*.pkl", n_rows=2).filter(a=3).collect().height == 0


def test_a_conflict_names_both_files(folder):
    pd.DataFrame({"a": ["text"]}).to_pickle(folder / "3.pkl")
    with pytest.raises(Exception, match="column 'a' is String, and Int64 in .*1.pkl") as raised:
        unpickle.scan_pickle(folder / "*.pkl").collect()
    assert "3.pkl" in str(raised.value)
    # A column of nothing is of any type.
    pd.DataFrame({"a": [None], "b": [None]}).to_pickle(folder / "3.pkl")
    assert unpickle.scan_pickle([folder / "3.pkl", folder / "1.pkl"]).collect().rows() == [(None, None), (1, "x"), (2, "y")]
    with pytest.raises(Exception, match="there is a column 'a' already"):
        unpickle.scan_pickle(folder / "1.pkl", include_file_paths="a").collect()


def test_files_that_are_not_there(folder):
    with pytest.raises(FileNotFoundError, match="no file matches"):
        unpickle.scan_pickle(folder / "*.nothing")
    with pytest.raises(FileNotFoundError):
        unpickle.scan_pickle(folder / "7.pkl").collect()
    with pytest.raises(TypeError, match="read_pickle takes bytes"):
        unpickle.scan_pickle(b"")
    with pytest.raises(ValueError, match="no file"):
        unpickle.scan_pickle([])
    (folder / "a[1].pkl").write_bytes((folder / "1.pkl").read_bytes())
    assert unpickle.scan_pickle(folder / "a[1].pkl").collect().height == 2


def test_streaming_and_sink(tmp_path):
    rows = [{"a": i, "b": f"n{i}"} for i in range(30_000)]
    for number in range(3):
        (tmp_path / f"{number}.pkl").write_bytes(pickle.dumps(rows))
    frame = unpickle.scan_pickle(tmp_path / "*.pkl")
    frame.filter(pl.col("a") % 2 == 0).sink_parquet(tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet").height == 45_000
    counted = frame.group_by("b").agg(pl.len()).collect(engine="streaming")
    assert counted.height == 30_000 and counted["len"].unique().to_list() == [3]
    # A frame may be scanned twice in one query, by several threads of polars.
    twice = frame.join(frame.select("a").head(10), on="a").collect()
    assert twice.height == 30


def rows_in(path):
    return unpickle.read_pickle(path)["a"].sum()


def test_a_process_that_was_forked_reads_too(tmp_path):
    """The threads of the parent are not in the child: who waits for them there waits for ever."""
    count = 300_000
    pd.DataFrame({name: range(count) for name in "abc"}).to_pickle(tmp_path / "f.pkl")
    want = rows_in(tmp_path / "f.pkl")
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        assert pool.map_async(read_in_child, [tmp_path / "f.pkl"] * 4).get(60) == [want] * 4


def read_in_child(path):
    # Not by polars, whose own threads stayed behind, too.
    import pyarrow

    [table] = unpickle.open(path).tables()
    return pyarrow.table(table._batches())["a"].to_numpy().sum()
