"""Fresh dumps of joblib, through the command to .npz: every array as joblib itself loads it, bit for bit."""
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import run

CODECS = [0, 3, ("zlib", 1), ("gzip", 3), ("bz2", 3), ("lzma", 1), ("xz", 1), ("lz4", 1)]


def arrays():
    random = np.random.default_rng(8)
    kinds = ["?", "i1", "<i2", ">i4", "<i8", "u1", ">u2", "<u8", "<f2", "<f4", ">f8", "<c8", "<c16", "<M8[us]", "<m8[s]", "S3", "<U4"]
    made = {}
    for kind in kinds:
        whole = random.integers(0, 100, (3, 4)).astype(kind)
        made["c " + kind], made["f " + kind], made["part " + kind] = whole, np.asfortranarray(whole), whole[::2, 1:]
        made["cube " + kind] = random.integers(0, 100, (2, 3, 2)).astype(kind).transpose(2, 0, 1)
    made["records"] = np.array([(1, 0.5), (2, -0.5)], dtype=[("n", "<i4"), ("x", ">f8")])
    made["empty"], made["scalar"], made["wide"] = np.zeros((0, 3)), np.array(7.5), np.arange(100_000.0)
    return made


def same(found, expected):
    # joblib brings byte orders to that of the machine; the command keeps those that were dumped.
    assert found.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=")
    assert found.shape == expected.shape
    assert found.astype(found.dtype.newbyteorder("=")).tobytes() == expected.astype(expected.dtype.newbyteorder("=")).tobytes()


@pytest.mark.parametrize("compress", CODECS, ids=str)
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_arrays_come_out_as_joblib_loads_them(tmp_path, compress, protocol):
    source, out = tmp_path / "dump.joblib", tmp_path / "out.npz"
    joblib.dump(arrays(), source, compress=compress, protocol=protocol)
    done = run(source, out, "--quiet")
    assert done.returncode == 0, done.stderr.decode()
    loaded, found = joblib.load(source), np.load(out)
    assert set(found.files) == set(loaded)
    for name in loaded:
        same(found[name], loaded[name])


def test_two_arrays_of_one_dtype_object_keep_their_byte_order(tmp_path):
    big = np.dtype(">f8")
    both = {"a": np.array([1.5, -2.0], big), "b": np.array([[3.25]], big), "n": np.array([4.0], "<f8")}
    assert both["a"].dtype is both["b"].dtype
    joblib.dump(both, tmp_path / "joblib.joblib")
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(both))
    for source in ("joblib.joblib", "plain.pkl"):
        assert run(tmp_path / source, tmp_path / "out.npz", "--quiet", "--force").returncode == 0
        found = np.load(tmp_path / "out.npz")
        for name in both:
            same(found[name], both[name])


def test_one_array_is_taken_by_its_path(tmp_path):
    joblib.dump({"model": {"coef_": np.arange(6.0).reshape(2, 3)}, "other": [1, 2]}, tmp_path / "model.joblib")
    assert run(tmp_path / "model.joblib", tmp_path / "coef.npy", "-k", "model.coef_", "--quiet").returncode == 0
    same(np.load(tmp_path / "coef.npy"), np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize("compress", [0, 3])
def test_frames_in_dumps_come_out_as_pandas_wrote_them(tmp_path, compress):
    frame = pd.DataFrame(
        {
            "n": np.arange(5),
            "x": np.arange(5) / 3,
            "day": pd.date_range("2024-01-01", periods=5),
            "zone": pd.date_range("2024-01-01", periods=5, tz="Europe/Paris"),
            "text": ["a", "é", None, "d", "e"],
            "kind": pd.Categorical(["u", "v", "u", None, "v"]),
            "maybe": pd.array([1, None, 3, 4, 5], "Int64"),
        },
        index=pd.Index(list("vwxyz"), name="key"),
    )
    joblib.dump(frame, tmp_path / "frame.joblib", compress=compress)
    done = run(tmp_path / "frame.joblib", tmp_path / "frame.parquet", "--quiet")
    assert done.returncode == 0, done.stderr.decode()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "frame.parquet"), frame)


def test_a_cut_dump_says_which_array_is_cut(tmp_path):
    joblib.dump({"a": np.arange(1000.0)}, tmp_path / "dump.joblib")
    whole = (tmp_path / "dump.joblib").read_bytes()
    (tmp_path / "cut.joblib").write_bytes(whole[:5000])
    done = run(tmp_path / "cut.joblib", tmp_path / "out.npz")
    assert done.returncode == 2
    assert b"of shape (1000,) and 8 bytes an element, of which the file has" in done.stderr
