"""Honest files that look like attacks: shared values, deep and wide ones, huge counts. None may be refused.

Each function below makes one: the value to pickle (or the bytes of a file), the arguments of the command, and a check of what
came out in the folder. `test_honest.py` runs them all; run as a script this page measures them and writes docs/honest.md:

    python tests/python/honest.py target/release/pkl2parquet
"""
import datetime as dt
import gzip
import inspect
import io
import json
import os
import pathlib
import pickle
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zoneinfo

import numpy as np
import pandas as pd
import pyarrow.feather as feather
import pyarrow.parquet as pq
from safetensors.numpy import load_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "honest.md"
FILES = []


def honest(make):
    FILES.append(make)
    return make


def table(folder, name="out.parquet"):
    return pq.read_table(folder / name)


@honest
def one_value_many_times():
    """`[x] * 20_000`: a dict, that is held twenty thousand times"""
    x = {"name": "ann", "text": "x" * 500, "tags": [1, 2, 3]}

    def check(folder):
        assert table(folder).to_pylist() == [x] * 20_000

    return [x] * 20_000, ["out.parquet"], check


@honest
def one_text_in_every_cell():
    """a text of 1,000 letters in 200,000 cells"""
    frame = pd.DataFrame({"a": pd.Series(["x" * 1000] * 200_000, dtype=object)})

    def check(folder):
        column = table(folder).column("a")
        assert len(column) == 200_000 and column.unique().to_pylist() == ["x" * 1000]

    return frame, ["out.parquet"], check


@honest
def one_table_twice():
    """`{"p": d, "q": d}`: one dict under two names"""
    d = {"id": list(range(100_000)), "text": ["row %d" % i for i in range(100_000)]}

    def check(folder):
        assert table(folder).to_pylist() == [dict(d, __index_level_0__=name) for name in "pq"]

    return {"p": d, "q": d}, ["out.parquet"], check


def tensor(name, place):
    """A tensor of 64 by 64 floats, as PyTorch pickles it, under its name"""
    text = lambda string: b"X" + struct.pack("<I", len(string)) + string.encode()  # noqa: E731
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(str(place)) + text("cpu") + b"M\x00\x10tQ"
    return text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00K@K@\x86K@K\x01\x86\x89ccollections\nOrderedDict\n)RtR"


@honest
def one_state_twice():
    """`{"model": sd, "ema": sd}`: a checkpoint of PyTorch whose averaged weights are the weights"""
    names = ["layers.%d.weight" % place for place in range(200)]
    weights = np.random.default_rng(0).random((len(names), 64, 64), dtype=np.float32)
    state = b"}q\x00(" + b"".join(tensor(name, place) for place, name in enumerate(names)) + b"u"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}(X\x05\0\0\0model" + state + b"X\x03\0\0\0emah\x00u.")
        archive.writestr("archive/version", "3\n")
        for place, weight in enumerate(weights):
            archive.writestr("archive/data/%d" % place, weight.tobytes())

    def check(folder):
        found = load_file(folder / "out.safetensors")
        assert set(found) == {"%s.%s" % (copy, name) for copy in ("model", "ema") for name in names}
        for copy in ("model", "ema"):
            assert all((found["%s.%s" % (copy, name)] == weight).all() for name, weight in zip(names, weights))

    return file.getvalue(), ["out.safetensors", "--copies"], check


@honest
def many_arrays():
    """a list of 200,000 arrays that share their dtype"""
    arrays = list(np.arange(600_000, dtype=float).reshape(200_000, 3))

    def check(folder):
        found = table(folder)
        assert found.num_rows == 200_000
        flat = found.column(0).combine_chunks().flatten() if found.num_columns == 1 else None
        flat = flat.to_numpy() if flat is not None else np.stack([column.to_numpy() for column in found.columns], axis=1).ravel()
        assert (flat == np.arange(600_000)).all()

    return [array.copy() for array in arrays], ["out.parquet"], check


@honest
def many_words():
    """the 1,100,000 words of a `CountVectorizer`"""
    from sklearn.feature_extraction.text import CountVectorizer

    model = CountVectorizer()
    model.vocabulary_ = {"word%d" % i: i for i in range(1_100_000)}

    def check(folder):
        places, words = table(folder).columns
        assert words.to_pylist() == list(model.vocabulary_) and (places.to_numpy() == np.arange(1_100_000)).all()

    return model, ["-k", "vocabulary_", "out.parquet"], check


@honest
def zones():
    """a frame of times in zones of `zoneinfo`, pytz and dateutil, which are pickled as calls of `getattr` and the like"""
    import dateutil.tz
    import pytz

    moments = pd.date_range("2024-01-01", periods=20_000, freq="h", tz="UTC")
    zones = [zoneinfo.ZoneInfo("Europe/Paris"), pytz.timezone("America/New_York"), dateutil.tz.gettz("Asia/Tokyo"), dt.timezone(dt.timedelta(hours=5, minutes=45))]
    frame = pd.DataFrame({str(place): moments.tz_convert(zone) for place, zone in enumerate(zones)})
    frame["object"] = pd.Series([moment.to_pydatetime() for moment in moments.tz_convert(zones[0])], dtype=object)

    def check(folder):
        found = pd.read_parquet(folder / "out.parquet")
        for name in frame:
            assert (pd.to_datetime(found[name], utc=True) == pd.to_datetime(frame[name], utc=True)).all(), name

    return frame, ["out.parquet"], check


@honest
def arrays_that_hold_themselves():
    """an array of objects that holds itself, and a list that does"""
    array, cells = np.empty(3, object), [1]
    cells.append(cells)
    array[:] = [7, cells, None]
    array[2] = array

    def check(folder):
        assert "an array of object and shape (3,)" in (folder / "stdout").read_text()

    return {"array": array, "list": cells}, ["--tree"], check


@honest
def wide():
    """a frame of 10,000 columns"""
    frame = pd.DataFrame({"c%d" % i: [i, i + 0.5, 3] if i % 2 else ["a", "b", "c"] for i in range(10_000)})

    def check(folder):
        assert table(folder).to_pydict() == frame.to_dict("list")

    return frame, ["out.parquet"], check


@honest
def forest():
    """a forest of scikit-learn: 100 trees, grown to the end"""
    from sklearn.ensemble import RandomForestClassifier

    random = np.random.default_rng(0)
    model = RandomForestClassifier(100, random_state=0).fit(random.random((3000, 8)), random.integers(0, 2, 3000))
    nodes = model.estimators_[99].tree_.__getstate__()["nodes"]

    def check(folder):
        found = feather.read_table(folder / "out.arrow")
        for name in nodes.dtype.names:
            assert (found.column(name).to_numpy() == nodes[name]).all(), name

    return model, ["-k", "estimators_[99].tree_.nodes", "out.arrow"], check


@honest
def zeros():
    """an array of 64 MB of zeros, gzipped: a thousandth of that"""
    data = gzip.compress(pickle.dumps(np.zeros((1_000_000, 8))))

    def check(folder):
        found = np.load(folder / "out.npy")
        assert found.shape == (1_000_000, 8) and not found.any()

    return data, ["out.npy"], check


@honest
def many_pickles():
    """a log of 100,000 pickles, one appended after the other"""
    records = [{"id": i, "text": "record %d" % i} for i in range(100_000)]

    def check(folder):
        assert table(folder).to_pylist() == records

    return b"".join(map(pickle.dumps, records)), ["out.parquet"], check


@honest
def many_frames():
    """a dict of 300 frames"""
    frames = {"share %d" % i: pd.DataFrame({"day": range(i, i + 50), "price": np.arange(50) / 4}) for i in range(300)}

    def check(folder):
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(pd.read_parquet(folder / "out" / "in" / (name + ".parquet")), frame)

    return frames, ["-d", "out"], check


@honest
def great_numbers():
    """integers of up to 30,000 digits"""
    numbers = [2**100_000, -(10**20_000), 0, 7]

    def check(folder):
        cells = [json.loads(json.loads(line)["n"]) for line in (folder / "out.jsonl").read_text().splitlines()]
        assert [int(cell["value"], 16) if isinstance(cell, dict) else cell for cell in cells] == numbers

    return {"n": numbers}, ["out.jsonl"], check


@honest
def deep():
    """a list of 400 nodes, each of which holds the next"""
    nodes = None
    for i in reversed(range(400)):
        nodes = {"i": i, "next": nodes}

    def check(folder):
        assert (folder / "stdout").read_text().count("'next': dict of 2") == 8

    return nodes, ["--tree"], check


def run(command, make, folder):
    """Makes the file in `folder`, lets the command read it, and checks what came out. Gives the arguments."""
    value, arguments, check = make()
    path = folder / "in.pkl"
    path.write_bytes(value if isinstance(value, bytes) else pickle.dumps(value, protocol=4))
    with open(folder / "stdout", "wb") as out:
        done = subprocess.run([command, path.name, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    check(folder)
    return arguments


def main(command):
    sys.path.append(str(ROOT / "crates" / "cli" / "benches"))
    import measure

    lines = [measure.machine() + ".", "", "| a file that holds | size | `pkl2parquet in.pkl` | time | memory |", "|---|---:|---|---:|---:|"]
    for make in FILES:
        with tempfile.TemporaryDirectory() as folder:
            arguments = run(command, make, pathlib.Path(folder))
            os.chdir(folder)
            again = ["-f"] if "-d" in arguments else []
            costs = [measure.run([command, "in.pkl", *arguments, *again]) for _ in range(5)]
            costs.sort(key=lambda cost: cost.wall)
            cells = [inspect.getdoc(make), spelled(os.path.getsize("in.pkl")), "`%s`" % " ".join(arguments)]
            os.chdir(ROOT)
        memory = "%.0f MB" % costs[2].memory if costs[2].memory >= 0.5 else "< 1 MB"
        lines.append("| %s | %.0f ms | %s |" % (" | ".join(cells), costs[2].wall * 1000, memory))
    page = PAGE.read_text(encoding="utf-8")
    made = "<!-- honest -->\n" + "\n".join(lines) + "\n<!-- /honest -->"
    PAGE.write_text(re.sub("<!-- honest -->.*<!-- /honest -->", lambda _: made, page, flags=re.DOTALL), encoding="utf-8")
    print("\n".join(lines))


def spelled(size):
    for unit, factor in ("MB", 1e6), ("kB", 1e3):
        if size >= factor:
            return "%.3g %s" % (size / factor, unit)
    return "%d B" % size


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
