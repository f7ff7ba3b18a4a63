"""`open`: looking inside, arrays for numpy, plain data for Python, Parquet; and what becomes of errors and of Ctrl-C."""
import collections
import datetime
import gc
import gzip
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import unpickle
from conftest import FIXTURES, run


def dumps(value, protocol=5):
    return pickle.dumps(value, protocol)


# ---- Sources


def test_paths_bytes_and_files_are_read_alike(tmp_path):
    rows = [{"a": 1}, {"a": 2}]
    blob = dumps(rows)
    path = tmp_path / "a.pkl"
    path.write_bytes(blob)
    (tmp_path / "a.pkl.gz").write_bytes(gzip.compress(blob))
    sources = [path, str(path), blob, bytearray(blob), memoryview(blob), io.BytesIO(blob), tmp_path / "a.pkl.gz"]
    sources += [gzip.compress(blob), unpickle.open(blob)]
    for source in sources:
        assert unpickle.read_pickle(source)["a"].to_list() == [1, 2], source
    with path.open("rb") as file:
        assert unpickle.read_pickle(file).height == 2
    with path.open(encoding="latin1") as file, pytest.raises(TypeError, match="binary mode"):
        unpickle.open(file)
    with pytest.raises(TypeError, match="expected a path, bytes or a file"):
        unpickle.open(7)


def test_what_a_file_object_raises_comes_back():
    class Broken:
        def read(self, size):
            raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        unpickle.open(Broken())


def test_options():
    python2 = b"U\x02\xc3\xa9."
    assert unpickle.open(python2)["."].to_python() == "é"
    assert unpickle.open(python2, encoding="latin1")["."].to_python() == "Ã©"
    assert unpickle.open(python2, encoding="bytes")["."].to_python() == b"\xc3\xa9"
    bomb = gzip.compress(dumps(bytes(1 << 22)))
    with pytest.raises(unpickle.PickleError):
        unpickle.open(bomb, max_bytes=1 << 20)
    with pytest.raises(ValueError, match="encoding"):
        unpickle.open(b"N.", encoding="ascii")


# ---- Errors


def test_errors_know_byte_and_file(tmp_path):
    path = tmp_path / "cut.pkl"
    path.write_bytes(b"\x80\x04]\x94(K")
    with pytest.raises(unpickle.PickleError, match="cut.pkl: .* at byte 5") as raised:
        unpickle.read_pickle(path)
    assert isinstance(raised.value, ValueError)
    assert (raised.value.offset, raised.value.path) == (5, str(path))
    with pytest.raises(unpickle.PickleError, match="3 tables|2 tables") as raised:
        unpickle.read_pickle(dumps({"x": pd.DataFrame({"a": [1]}), "y": pd.DataFrame({"b": [1]})}))
    assert raised.value.offset is None and raised.value.path is None
    with pytest.raises(unpickle.PickleError, match="no table in it"):
        unpickle.read_pickle(dumps(5))
    with pytest.raises(FileNotFoundError) as raised:
        unpickle.open(tmp_path / "none.pkl")
    assert raised.value.filename == str(tmp_path / "none.pkl") and raised.value.errno == 2
    with pytest.raises(ValueError, match="it is a directory"):
        unpickle.open(tmp_path)


def test_a_cell_that_cannot_be_read_is_our_error_and_not_that_of_polars():
    frame = pd.DataFrame({"a": pd.Categorical.from_codes([0, 1], ["x", "y"])})
    blob = dumps(frame)
    # The codes of the rows, of which one is of no category now.
    assert blob.count(b"\x00\x01\x94") == 1
    blob = blob.replace(b"\x00\x01\x94", b"\x00\x07\x94")
    with pytest.raises(unpickle.PickleError):
        unpickle.open(blob).tables()[0]._batches()


@pytest.mark.parametrize("path", sorted((FIXTURES / "hostile").glob("*.pkl")), ids=lambda path: path.stem)
def test_hostile(path):
    """Nothing is run, and nothing but our errors is raised."""
    try:
        file = unpickle.open(path)
        file.tree()
        unpickle.scan(path)
        for table in file.tables():
            table._batches()
        file["."].to_python()
    except unpickle.PickleError:
        pass


# ---- Values


def test_paths_lead_inside():
    file = unpickle.open(dumps({"rows": [[1, 2], [3, 4]], "n": {"m": (5,)}}))
    assert file["rows[1]"].to_python() == [3, 4]
    assert file["rows"][0][1].to_python() == 2
    assert len(file["rows"]) == 2 and bool(file["rows"])
    assert file["rows"].tables()[0].num_rows == 2
    assert repr(file["rows"]) == "<unpickle.Value at rows: a list of 2>"
    assert file["."]["n"]["['m']"][0].to_python() == 5
    with pytest.raises(TypeError):
        iter(file)
    with pytest.raises(unpickle.PickleError):
        file["none"]
    with pytest.raises(TypeError, match="expected a path"):
        file[1.5]
    with pytest.raises(TypeError):
        iter(file["rows"])
    assert "'rows': list of 2" in file.tree()
    assert unpickle.open(dumps([{"a": 1}])).schema() == {"": {"a": "Int64"}}


def test_plain_data_is_what_pickle_makes_of_it():
    shared = [1]
    values = [
        None, True, 0, -5, 2**63, -(2**70), 1.5, float("inf"), "é", "\ud800", b"\xff", bytearray(b"x"), (), (1, (2,)),
        {1, 2}, frozenset({3}), {"k": [1, {"l": None}], (1, 2): 3, None: {}}, [shared, shared],
    ]
    for value in [*values, values]:
        for protocol in range(6):
            got = unpickle.open(dumps(value, protocol))["."].to_python()
            assert got == value and repr(got) == repr(value)
    one, other = unpickle.open(dumps([shared, shared]))["."].to_python()
    assert one is other
    cycle = []
    cycle.append(cycle)
    got = unpickle.open(dumps(cycle))["."].to_python()
    assert got[0] is got
    with pytest.raises(unpickle.PickleError, match="plain data"):
        unpickle.open(dumps([datetime.date(2024, 1, 1)]))["."].to_python()


def test_what_is_deep_neither_fills_the_stack_nor_hashes_for_ever():
    deep = b"]" * 100_000 + b"a" * 99_999 + b"."
    made = unpickle.open(deep)["."].to_python()
    for _ in range(99_999):
        [made] = made
    # A tuple in a tuple in a tuple, as a key.
    nested = b"}" + b")" + b"\x85" * 1_000_000 + b"K\x01s."
    # A tuple of one tuple twice, which is one of one twice.
    doubled = b"}" + b")" + b"2\x86" * 60 + b"K\x01s."
    for key in (nested, doubled):
        with pytest.raises(unpickle.PickleError, match="hash"):
            unpickle.open(key)["."].to_python()
        unpickle.open(key.replace(b"}", b"]").replace(b"K\x01s", b"a"))["."].to_python()


# ---- Arrays


ARRAYS = {
    "float": np.array([[1.5, 2.5], [3.5, 4.5]]),
    "order": np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
    "strided": np.arange(20, dtype="i2").reshape(4, 5),
    "bool": np.array([True, False]),
    "text": np.array(["a", "bcd"]),
    "bytes": np.array([b"a", b"bcd"]),
    "time": np.array(["2024-01-01", "NaT"], dtype="M8[ms]"),
    "complex": np.array([1 + 2j]),
    "half": np.array([1.5], dtype="f2"),
    "empty": np.zeros((0, 3)),
    "none": np.array(5),
    "records": np.array([(1, 2.5, "x")], dtype=[("a", "<i4"), ("b", "<f8"), ("c", "<U1")]),
}


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("protocol", [2, 5])
def test_arrays_are_numpys(name, protocol):
    want = ARRAYS[name]
    got = unpickle.open(dumps({"x": want}, protocol))["x"].to_numpy()
    assert got.dtype == want.dtype and got.shape == want.shape
    np.testing.assert_array_equal(got, want)
    if want.size:
        assert not got.flags.writeable
        with pytest.raises(ValueError):
            got.flags.writeable = True


def test_an_array_outlives_its_file_and_is_not_copied(tmp_path):
    path = tmp_path / "a.npy"
    want = np.arange(100_000.0)
    np.save(path, want)
    got = unpickle.open(path)["."].to_numpy()
    gc.collect()
    junk = [bytes(1 << 20) for _ in range(20)]
    np.testing.assert_array_equal(got, want)
    assert len(junk) == 20 and not got.flags.owndata


def test_arrays_of_objects_and_other_things_are_refused():
    with pytest.raises(unpickle.PickleError):
        unpickle.open(dumps(np.array([None, "x"], dtype=object)))["."].to_numpy()
    with pytest.raises(unpickle.PickleError):
        unpickle.open(dumps(collections.OrderedDict()))["."].to_numpy()


def test_models_and_tensors():
    file = unpickle.open(FIXTURES / "sklearn" / "tutorial-1.9.1.pkl")
    assert file["coef_"].to_numpy().ndim == 1
    state = unpickle.open(FIXTURES / "torch" / "checkpoint.pt")
    told = json.loads((FIXTURES / "torch" / "checkpoint.json").read_text())["tensors"]
    weight = next(tensor for path, tensor in told if path == ["model", "0.weight"])
    got = state["model"]["['0.weight']"].to_numpy()
    assert got.shape == (4, 3) and got.dtype == np.float32 and got.tobytes().hex() == weight["hex"]
    # Of bfloat16, which numpy lacks, float32 holds all numbers.
    assert state["half"].to_numpy().dtype == np.float32


def test_scan_tells_what_would_be_imported():
    assert unpickle.scan(b"cos\nsystem\n(S'true'\ntR.") == [{"module": "os", "name": "system", "offset": 0}]


# ---- Parquet and the command


def test_parquet_is_that_of_the_command(tmp_path):
    source = FIXTURES / "pandas" / "weather.pkl"
    unpickle.to_parquet(source, tmp_path / "a.parquet", compression="zstd")
    assert run(source, tmp_path / "b.parquet", "--compression", "zstd", "-q").returncode == 0
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "a.parquet"), pd.read_pickle(source))
    unpickle.to_parquet(source, tmp_path / "c.parquet", columns=["rain"], n_rows=3)
    assert pq.read_table(tmp_path / "c.parquet").to_pydict().keys() == {"rain"}
    with pytest.raises(OSError):
        unpickle.to_parquet(source, tmp_path / "no" / "a.parquet")
    with pytest.raises(ValueError, match="snappy"):
        unpickle.to_parquet(source, tmp_path / "d.parquet", compression="rar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet", "c.parquet"]


def test_no_input_is_replaced(tmp_path):
    source = tmp_path / "a.pkl"
    source.write_bytes(dumps([{"a": 1}]))
    with pytest.raises(OSError, match="the input itself"):
        unpickle.to_parquet(source, source)
    assert unpickle.read_pickle(source).height == 1


def test_the_command_comes_with_it(tmp_path):
    source = FIXTURES / "pandas" / "weather.pkl"
    command = os.path.join(os.path.dirname(sys.executable), "pkl2parquet")
    for start in ([command], [sys.executable, "-m", "pkl2parquet"]):
        out = tmp_path / f"{len(start)}.parquet"
        done = subprocess.run([*start, source, out], capture_output=True, text=True)
        assert done.returncode == 0 and "366 rows" in done.stderr, done
        assert pq.read_table(out).num_rows == 366
    done = subprocess.run([command, tmp_path / "none.pkl", tmp_path / "x.parquet"], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("pkl2parquet: ")
    version = subprocess.run([command, "--version"], capture_output=True, text=True).stdout
    assert version == run("--version").stdout.decode()


# ---- Signals and threads


SLOW = """
import io, signal, sys, time, unpickle, pickle
blob = pickle.dumps([{"a": i, "b": str(i)} for i in range(400_000)])
print("ready", flush=True)
try:
    while True:
        unpickle.open(blob).tables()[0]._batches()
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_is_heard():
    child = subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    assert out == "interrupted\n" and child.returncode == 0


def test_other_threads_run_meanwhile():
    blob = dumps([{"a": i, "b": str(i)} for i in range(300_000)])
    reader = threading.Thread(target=lambda: unpickle.read_pickle(blob))
    ticks = 0
    reader.start()
    while reader.is_alive():
        ticks += 1
        time.sleep(0.001)
    assert ticks > 3
