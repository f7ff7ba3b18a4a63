"""What a user would call a table is one, whatever the protocol; the rest is named, and its parts can be asked for."""
import collections
import dataclasses
import datetime
import decimal
import json
import pickle
import sys
import types

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import run

Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class User:
    name: str
    age: int
    tags: list


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    name: str
    age: int


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Other(Plain):
    pass


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Row(dict):
    pass


# The command knows none of these, as it would know none of a stranger's.
for own in (Point, User, Frozen, Plain, Other, Slotted, Row):
    own.__module__ = "app"
    setattr(sys.modules.setdefault("app", types.ModuleType("app")), own.__name__, own)

STUDENTS = {
    "Student 1": {"Name": "Alice", "Age": 10, "Grade": 4},
    "Student 2": {"Name": "Bob", "Age": 11, "Grade": 5},
    "Student 3": {"Name": "Elena", "Age": 14, "Grade": 8},
}
FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
PEOPLE = [{"name": "Ann", "age": 1, "tags": ["x"]}, {"name": "Ben", "age": 2, "tags": []}]

# (object, the frame that it is)
TABLES = {
    "names": (["alice", "bob", "carol", "dan", "eve"], {"0": ["alice", "bob", "carol", "dan", "eve"]}),
    "students": (STUDENTS, pd.DataFrame.from_dict(STUDENTS, orient="index")),
    "ones": (np.ones((10, 10)), {str(i): [1.0] * 10 for i in range(10)}),
    "frame": (FRAME, FRAME),
    "numbers": ((1, 2, None, 3), {"0": [1, 2, None, 3]}),
    "set": ({3}, {"0": [3]}),
    "deque": (collections.deque(["a", None]), {"0": ["a", None]}),
    "empty list": ([], {}),
    "empty dict": ({}, {}),
    "dicts": ([{"a": 1, "b": "x"}, None, {"a": 3, "c": 1.5}], {"a": [1, None, 3], "b": ["x", None, None], "c": [None, None, 1.5]}),
    "dict subclasses": ([Row(a=1), collections.OrderedDict(a=2)], {"a": [1, 2]}),
    "tuples": ([(1, "a"), (2, "b")], {"0": [1, 2], "1": ["a", "b"]}),
    "tuples of several lengths": ([(1, "a"), (2,)], {"0": [1, 2], "1": ["a", None]}),
    "lists": ([[1, 2], [3, 4]], {"0": [1, 3], "1": [2, 4]}),
    "lists of several lengths": ([[1, 2], [3], None], {"0": [[1, 2], [3], None]}),
    "lists of lists": ([[(1, 2)], [(3, 4), (5, 6)]], {"0": [[[1, 2]], [[3, 4], [5, 6]]]}),
    "sets": ([{1}, {2}], {"0": [[1], [2]]}),
    "arrays": ([np.arange(2), np.arange(3)], {"0": [[0, 1], [0, 1, 2]]}),
    "namedtuples": ([Point(1, "a"), Point(2, "b")], {"0": [1, 2], "1": ["a", "b"]}),
    "dataclasses": ([User(**person) for person in PEOPLE], {key: [person[key] for person in PEOPLE] for key in PEOPLE[0]}),
    "objects": ([Plain(a=1), None, Plain(a=2, b="x")], {"a": [1, None, 2], "b": [None, None, "x"]}),
    "objects of two classes": ((Plain(a=1), Other(a=2)), {"a": [1, 2]}),
    "columns": ({"a": [1, 2], "b": ("x", None), "c": np.array([0.5, np.nan])}, {"a": [1, 2], "b": ["x", None], "c": [0.5, None]}),
    "columns of series": ({"a": FRAME["a"], "b": FRAME["b"]}, FRAME),
    "dicts by key": ({1: {"a": 1}, 2: {"b": 2}}, pd.DataFrame({"a": [1, None], "b": [None, 2]}, index=[1, 2])),
    "dicts by tuple": (
        {(1, "x"): {"a": 1}, (2, "y"): {"a": 2}},
        pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([(1, "x"), (2, "y")])),
    ),
    "objects by key": ({"k": Plain(a=1), "l": Plain(a=2)}, pd.DataFrame({"a": [1, 2]}, index=["k", "l"])),
    "nested": ([{"a": {"b": [1, 2]}}, {"a": {"b": []}}], {"a": [{"b": [1, 2]}, {"b": []}]}),
    "values by key": (collections.Counter("hello"), pd.DataFrame({"0": [1, 1, 2, 1]}, index=list("helo"))),
    "structured": (np.array([(1, "a")], dtype=[("i", "i4"), ("s", "U3")]), {"i": [1], "s": ["a"]}),
    "masked": (np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]), {"0": [1, 3], "1": [None, 4]}),
    "cube": (np.arange(8).reshape(2, 2, 2), {"0": [[0, 1, 2, 3], [4, 5, 6, 7]]}),
    "arrays": (
        (np.ones((1, 2)), {"a": np.arange(3)}),
        {"name": ["[0]", "[1].a"], "dtype": ["float64", "int64"], "shape": [[1, 2], [3]], "values": [[1.0, 1.0], [0.0, 1.0, 2.0]]},
    ),
    "series": (pd.Series([1, 2], name="s"), {"s": [1, 2]}),
    "index": (pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["n", None]), {"n": [1, 2], "1": ["a", "b"]}),
}
# What needs protocol 2.
SLOTS = {
    "slots": ([Slotted(1, "x"), Slotted(2, "y")], {"a": [1, 2], "b": ["x", "y"]}),
    "frozen dataclasses": ([Frozen("Ann", 1), Frozen("Ben", 2)], {"0": ["Ann", "Ben"], "1": [1, 2]}),
}
CASES = [(name, protocol) for name in TABLES for protocol in range(6)] + [(name, protocol) for name in SLOTS for protocol in range(2, 6)]


def plain(cell):
    """A cell as JSON has it: lists for tuples and arrays, None for every kind of gap."""
    if isinstance(cell, (list, tuple, np.ndarray)):
        return [plain(item) for item in cell]
    if isinstance(cell, dict):
        return {key: plain(item) for key, item in cell.items()}
    if cell is None or cell is pd.NA or cell != cell:
        return None
    return cell.item() if isinstance(cell, np.generic) else cell


def columns(frame):
    return {str(name): [plain(cell) for cell in frame.iloc[:, i]] for i, name in enumerate(frame.columns)}


def write(tmp_path, value, protocol):
    source = tmp_path / "value.pkl"
    source.write_bytes(pickle.dumps(value, protocol=protocol))
    return source


@pytest.mark.parametrize("name, protocol", CASES)
def test_a_table_is_one(name, protocol, tmp_path):
    value, want = {**TABLES, **SLOTS}[name]
    want = want if isinstance(want, pd.DataFrame) else pd.DataFrame({key: pd.Series(cells, dtype=object) for key, cells in want.items()})
    source, out = write(tmp_path, value, protocol), tmp_path / "out.parquet"
    done = run(source, out)
    assert done.returncode == 0, done.stderr.decode()
    got = pd.read_parquet(out)
    assert columns(got) == columns(want)
    assert [plain(label) for label in got.index] == [plain(label) for label in want.index]


@pytest.mark.parametrize("protocol", range(6))
def test_the_frame_of_the_tutorial(protocol, tmp_path):
    rng = np.random.default_rng(7)
    letters = np.array(list("abcdefghij"))
    frame = pd.DataFrame({"n": rng.integers(0, 1000, 100_000), "name": letters[rng.integers(0, 10, 100_000)], "x": rng.random(100_000)})
    source, out = write(tmp_path, frame, protocol), tmp_path / "out.parquet"
    assert run(source, out).returncode == 0
    pd.testing.assert_frame_equal(pd.read_parquet(out), frame, check_exact=True)


# What is dumped one after the other, and the frame that it is.
ROWS = {
    "dicts": ([{"a": 1}, {"a": 2, "b": "x"}], {"a": [1, 2], "b": [None, "x"]}),
    "tuples": ([(1, "a"), (2, "b")], {"0": [1, 2], "1": ["a", "b"]}),
    "numbers": ([1, 2.5, None], {"0": [1.0, 2.5, None]}),
    "objects": ([Plain(a=1), Plain(a=2)], {"a": [1, 2]}),
    "namedtuples": ([Point(1, 2), Point(3, 4)], {"0": [1, 3], "1": [2, 4]}),
}


@pytest.mark.parametrize("name, protocol", [(name, protocol) for name in ROWS for protocol in range(6)])
def test_pickles_in_a_row_are_rows(name, protocol, tmp_path):
    values, want = ROWS[name]
    source, out = tmp_path / "value.pkl", tmp_path / "out.parquet"
    source.write_bytes(b"".join(pickle.dumps(value, protocol=protocol) for value in values))
    done = run(source, out)
    assert done.returncode == 0, done.stderr.decode()
    assert columns(pd.read_parquet(out)) == want


def test_frames_in_a_row_are_tables_of_their_own(tmp_path):
    source = tmp_path / "value.pkl"
    source.write_bytes(pickle.dumps(FRAME) + pickle.dumps({"inner": FRAME}))
    assert run(source, "-d", tmp_path / "out").returncode == 0
    for name in ("0", "1.inner"):
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "value" / f"{name}.parquet"), FRAME)


HOLDERS = {
    "dict of frames": ({"one": FRAME, "two": FRAME.copy(), "n": 3}, ["one", "two"]),
    "deep dict": ({"a": {"b": {"c": FRAME}}, "d": {"b": {"c": FRAME["a"]}}}, ["a.b.c", "d.b.c"]),
    "object": (Plain(table=FRAME, name="x", arr=np.arange(3)), ["table", "arr"]),
    "list of frames": ([FRAME, FRAME.copy()], ["[0]", "[1]"]),
    "frames in dicts": ([{"id": 1, "frame": FRAME}, {"id": 2, "frame": FRAME.copy()}], ["[0].frame", "[1].frame"]),
    "frames in columns": ({"id": [1, 2], "frame": [FRAME, FRAME.copy()]}, ["frame[0]", "frame[1]"]),
    "frames in tuples": ([(1, FRAME), (2, FRAME.copy())], ["[0][1]", "[1][1]"]),
    "lists of dicts": ({"train": [{"a": 1}], "test": [{"a": 2}, {"a": 3}]}, ["train", "test"]),
}


@pytest.mark.parametrize("name", HOLDERS)
def test_what_holds_tables_lists_them(name, tmp_path):
    value, paths = HOLDERS[name]
    source = write(tmp_path, value, 4)
    listed = run(source, "--list").stdout.decode().splitlines()[1:]
    assert [line.split("  ")[1].strip() for line in listed] == paths
    refused = run(source, tmp_path / "out.parquet")
    assert refused.returncode == 2 and f"it holds {len(paths)} tables" in refused.stderr.decode()
    assert run(source, "-d", tmp_path / "out").returncode == 0
    assert len(list((tmp_path / "out" / "value").iterdir())) == len(paths)
    for path in paths:
        assert run(source, tmp_path / "one.parquet", "-k", path).returncode == 0


LONE = {
    "int": (7, "the int 7"),
    "text": ("hi", "the str 'hi'"),
    "none": (None, "it holds None"),
    "function": (json.dumps, "the name json.dumps, a function or a class"),
    "class": (Plain, "the name app.Plain, a function or a class"),
    "object": (Plain(lr=0.1, steps=3), "an app.Plain object with the attributes lr, steps"),
    "scalar": (np.float64(2.5), "the numpy scalar 2.5"),
    "zero dimensions": (np.array(5), "an array of int64 and shape ()"),
    "moment": (pd.Timestamp("2020-01-01"), "the pandas Timestamp 2020-01-01 00:00:00"),
    "day": (datetime.date(2020, 1, 2), "the datetime.date 2020-01-02"),
    "number": (decimal.Decimal("1.10"), "the decimal.Decimal 1.10"),
    "settings": ({"lr": 0.1, "layers": [1, 2, 3]}, "a dict of 2 with the keys 'lr', 'layers'"),
}


@pytest.mark.parametrize("name, protocol", [(name, protocol) for name in LONE for protocol in (2, 5)])
def test_what_is_no_table_is_named_in_one_line(name, protocol, tmp_path):
    value, text = LONE[name]
    source, out = write(tmp_path, value, protocol), tmp_path / "out.parquet"
    done = run(source, out)
    error = done.stderr.decode()
    assert done.returncode == 2 and not out.exists()
    assert len(error.splitlines()) == 1 and text in error and "--list" in error and "--tree" in error
    assert run(source, "--list").returncode == 0


def test_what_was_done_is_told_of_each_table_by_its_path(tmp_path):
    value = {"one": FRAME, "two": pd.DataFrame({"z": [1j]})}
    notes = [line for line in run(write(tmp_path, value, 5), "-d", tmp_path / "out").stderr.decode().splitlines() if ": note: " in line]
    assert len(notes) == 1 and "note: at `two`: column `z`: complex128" in notes[0]


def test_what_was_done_to_columns_is_told_once(tmp_path):
    frame = pd.DataFrame({f"c{i}": np.ones(3) * 1j for i in range(10)})
    source, out = write(tmp_path, frame, 5), tmp_path / "out.parquet"
    notes = [line for line in run(source, out).stderr.decode().splitlines() if ": note: " in line]
    assert len(notes) == 1 and "columns `c0`, `c1`, `c2` and 7 more: complex128" in notes[0]
    assert pq.read_table(out).num_columns == 10
