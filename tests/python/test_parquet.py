"""Our Parquet, read by pandas, is the very frame that pandas' own Parquet gives."""
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import load, tables

# Frames that pandas writes to Parquet and we map otherwise, on purpose; see docs/mapping.md.
OTHERWISE = {
    "columns-duplicate-clash-3.1.1": "repeated labels are told apart by a suffix",
    "object-times-far-3.1.1": "no unit holds both ends: pandas takes microseconds and drops the rest",
    "object-timestamps-3.1.1": "the finest unit of the cells is kept, pandas takes microseconds",
    "object-zones-mixed-3.1.1": "moments of several zones are in UTC, pandas takes the zone of the first",
}
# pandas ends the whole process when it is asked to write these.
CRASHES = {"object-cycle-3.1.1": "pyarrow recurses without end on a list that contains itself"}


def pandas_own(frame, folder):
    """What pandas reads back from its own Parquet file of the frame, None where it refuses to write or to read it."""
    try:
        frame.to_parquet(folder / "own.parquet")
        return pd.read_parquet(folder / "own.parquet")
    except Exception:
        return None


def equals_itself(want, folder):
    """Whether pandas can tell that a file read twice is the same; of lists of dicts of lists it cannot."""
    try:
        pd.testing.assert_frame_equal(pd.read_parquet(folder / "own.parquet"), want, check_exact=True)
        return True
    except (AssertionError, ValueError):
        return False


@pytest.mark.parametrize("path, key", tables("pandas"))
def test_reads_back_as_pandas_own(path, key, convert, tmp_path):
    ours = convert(path, key, "parquet")
    frame = load(path, key)
    want = None if path.stem in CRASHES else pandas_own(frame, tmp_path)
    if want is not None and path.stem not in OTHERWISE:
        got = pd.read_parquet(ours)
        try:
            pd.testing.assert_frame_equal(got, want, check_exact=True)
        except AssertionError:
            if equals_itself(want, tmp_path):
                raise
            assert pq.read_table(ours).to_pylist() == pq.read_table(tmp_path / "own.parquet").to_pylist()
        assert got.attrs == want.attrs
        return
    # Beyond what pandas writes: every row and column is there, and gaps where gaps were.
    table = pq.read_table(ours)
    names = [name for name in table.column_names if not name.startswith("__index_level_")]
    assert table.num_rows == len(frame) or not table.column_names
    assert len(names) >= frame.shape[1]
    for place, name in enumerate(names[: frame.shape[1]]):
        nulls = [cell is None for cell in table.column(names.index(name)).to_pylist()]
        column = frame.iloc[:, place]
        if str(column.dtype) not in ("Float32", "Float64"):
            assert nulls == column.isna().tolist(), name


def test_every_pandas_of_the_fixtures_is_met():
    versions = {case.id.rsplit("-", 1)[-1] for case in tables("pandas")}
    assert {"1.1.5", "1.4.4", "1.5.3", "2.0.3", "2.2.3", "2.3.3", "3.1.1"} <= versions
