"""The other direction: what the command pickles of a Parquet file is the frame that pandas reads of it."""
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest
from conftest import FIXTURES, ROOT, run
from generate import written
from oracle import pickled_cells

CASES = int(os.environ.get("UNPICKLE_CASES", "40"))
SEED = int(os.environ.get("UNPICKLE_SEED", "1"))
REWRITE = pathlib.Path(os.environ.get("UNPICKLE_REWRITE", ROOT / "target" / "debug" / "examples" / "rewrite"))


def pickled(source, out, *flags):
    done = run(source, out, "--quiet", *flags)
    assert done.returncode == 0, done.stderr.decode()
    return pd.read_pickle(out)


def family(dtype, target):
    """The dtype that the target has for one of today's."""
    name = str(dtype)
    if name == "str" and target != "pandas-3":
        return "object"
    if target == "pandas-1.5" and name.startswith(("datetime64[", "timedelta64[")):
        rest = name.split(",", 1)[1] if "," in name else "]"
        return name.split("[")[0] + "[ns" + ("," if "," in name else "") + rest
    return name


def check(frame, expected, original, target):
    assert list(frame.columns) == list(expected.columns)
    assert frame.columns.names == expected.columns.names
    assert frame.attrs == expected.attrs
    assert frame.index.names == expected.index.names
    assert len(frame) == len(expected)
    for level in range(frame.index.nlevels):
        found, wanted = frame.index.get_level_values(level), expected.index.get_level_values(level)
        # pyarrow does not restore nullable dtypes in an index, though the metadata have them.
        dtypes = {family(dtype, target) for dtype in (wanted.dtype, original.index.get_level_values(level).dtype)}
        assert str(found.dtype) in dtypes, f"level {level}"
        assert pickled_cells(found) == pickled_cells(wanted), f"level {level}"
    for i, name in enumerate(expected.columns):
        found, wanted = frame.iloc[:, i], expected.iloc[:, i]
        assert str(found.dtype) == family(wanted.dtype, target), name
        if isinstance(wanted.dtype, pd.CategoricalDtype):
            assert found.cat.ordered == wanted.cat.ordered
            assert list(found.cat.categories) == list(wanted.cat.categories)
        assert pickled_cells(found) == pickled_cells(wanted), name
    # It is sound throughout: pandas computes with it, and writes it again.
    repr(frame), frame.copy(), frame.isna().sum(), frame.reset_index(drop=True), frame.iloc[::2]


@pytest.mark.parametrize("target", ["pandas-1.5", "pandas-2", "pandas-3"])
@pytest.mark.parametrize("case", range(CASES))
def test_random_frames(case, target, tmp_path):
    frame = written.frame(np.random.default_rng([SEED, case]))
    source = tmp_path / "in.parquet"
    frame.to_parquet(source)
    protocol = 2 + (case + len(target)) % 4
    # Of zstd, pandas loads protocols 4 and 5 only, its own pickles too.
    endings = ["pkl", "pickle.gz", "pkl.bz2", "pkl.xz", "pkl.zip"] + (["pkl.zst"] if protocol > 3 else [])
    ending = endings[case % len(endings)]
    found = pickled(source, tmp_path / f"out.{ending}", "--for", target, "--protocol", protocol)
    check(found, pd.read_parquet(source), frame, target)


def test_columns_and_head(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [0.5, 1.5, 2.5]}, index=pd.Index([7, 8, 9], name="k"))
    frame.to_parquet(tmp_path / "in.parquet")
    found = pickled(tmp_path / "in.parquet", tmp_path / "out.pkl", "--columns", "c,a", "--head", "2", "--for", "pandas-3")
    pd.testing.assert_frame_equal(found, frame[["c", "a"]].head(2))
    found = pickled(tmp_path / "in.parquet", tmp_path / "out.pkl", "--columns", "a", "--no-index", "--for", "pandas-3")
    pd.testing.assert_frame_equal(found, frame[["a"]].reset_index(drop=True), check_column_type=False)


def test_other_formats(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [0.5, None, 2.5], "d": ["2020-01-01"] * 3, "e": [True, False, True]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    frame.to_feather(tmp_path / "a.feather")
    for name in ["a.csv", "a.jsonl", "a.feather"]:
        found = pickled(tmp_path / name, tmp_path / "out.pkl", "--for", "pandas-3")
        pd.testing.assert_frame_equal(found.sort_index(axis="columns"), frame, check_column_type=False)


def test_times_beyond_nanoseconds_are_refused_for_old_pandas(tmp_path):
    frame = pd.DataFrame({"when": np.array(["3000-01-01"], "M8[s]")})
    frame.to_parquet(tmp_path / "in.parquet")
    done = run(tmp_path / "in.parquet", tmp_path / "out.pkl", "--for", "pandas-1.5")
    assert done.returncode == 2 and b"column `when`" in done.stderr and b"1677 to 2262" in done.stderr, done.stderr
    assert not (tmp_path / "out.pkl").exists()
    found = pickled(tmp_path / "in.parquet", tmp_path / "out.pkl")
    assert str(found["when"][0]) == "3000-01-01 00:00:00"


@pytest.mark.skipif(not REWRITE.exists(), reason="the example `rewrite` of unpickle-numpy is not built")
@pytest.mark.parametrize("protocol", range(6))
def test_arrays(protocol, tmp_path):
    count = 0
    for path in sorted((FIXTURES / "numpy").glob("*.pkl")):
        try:
            arrays = pd.read_pickle(path)
        except Exception:
            continue
        if not isinstance(arrays, dict):
            continue
        done = subprocess.run([REWRITE, path, tmp_path / "out.pkl", str(protocol)], capture_output=True)
        assert done.returncode == 0, (path, done.stderr)
        for name, found in pd.read_pickle(tmp_path / "out.pkl").items():
            wanted = np.asarray(arrays[name])
            # Which protocols give arrays of this machine's byte order is numpy's choice.
            assert found.dtype.newbyteorder("=") == wanted.dtype.newbyteorder("="), (path, name)
            assert found.shape == wanted.shape, (path, name)
            assert repr(found.tolist()) == repr(wanted.tolist()), (path, name)
            count += 1
    assert count > 100
