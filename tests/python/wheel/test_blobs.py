"""`pl.col(…).pickle`: columns of blobs, against what Python makes of each."""
import collections
import dataclasses
import datetime
import pickle

import numpy as np
import polars as pl
import pytest
import unpickle

BLOB = pl.col("blob").pickle


def blobs(*values, protocol=5):
    return pl.DataFrame({"blob": [None if value is ... else pickle.dumps(value, protocol) for value in values]})


def decoded(dtype, *values, strict=True):
    return blobs(*values).select(BLOB.decode(dtype, strict=strict)).to_series()


KINDS = [
    (pl.Int8, [1, -128, None, np.int8(5)]),
    (pl.Int64, [2**63 - 1, -(2**63), 0]),
    (pl.UInt64, [2**64 - 1, 0]),
    (pl.Float64, [1.5, float("inf"), 3, None]),
    (pl.Float32, [1.5, None]),
    (pl.Boolean, [True, False, None]),
    (pl.String, ["", "é", "long enough that it is no longer inside the view", None]),
    (pl.Binary, [b"", b"\xff" * 20, None]),
    (pl.Date, [datetime.date(2024, 2, 29), datetime.date(1, 1, 1)]),
    (pl.Datetime("us"), [datetime.datetime(2024, 2, 29, 1, 2, 3, 4), None]),
    (pl.Duration("us"), [datetime.timedelta(-1, 5, 7)]),
    (pl.Time, [datetime.time(23, 59, 59, 999999)]),
    (pl.List(pl.Int64), [[1, 2], [], None, [None, 3], (4,)]),
    (pl.Array(pl.Int64, 2), [[1, 2], None]),
    (pl.List(pl.List(pl.String)), [[["a"], []], [None]]),
    (pl.Struct({"a": pl.Int64, "b": pl.String}), [{"a": 1, "b": "x"}, {"b": "y", "c": 0}, {}, None]),
    (pl.Struct({"a": pl.List(pl.Struct({"b": pl.Float64}))}), [{"a": [{"b": 1.5}, None]}]),
    (pl.Enum(["x", "y"]), ["x", "y", None]),
    (pl.Categorical, ["x", "y", None]),
]


@pytest.mark.parametrize(("dtype", "values"), KINDS, ids=lambda kind: str(kind) if not isinstance(kind, list) else "")
def test_each_type(dtype, values):
    want = [list(value) if isinstance(value, tuple) else value for value in values]
    if isinstance(dtype, pl.Struct):
        want = [None if value is None else {field.name: value.get(field.name) for field in dtype.fields} for value in values]
    for protocol in range(6):
        got = blobs(*values, protocol=protocol).select(BLOB.decode(dtype)).to_series()
        assert got.dtype == dtype
        assert got.to_list() == want


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (pl.Int8, 128), (pl.UInt8, -1), (pl.Int64, 2**63), (pl.Int64, 1.0), (pl.Int64, True), (pl.Int64, "1"), (pl.Float64, 2**53 + 1),
        (pl.Float64, "1.5"), (pl.Boolean, 1), (pl.String, b"x"), (pl.String, 1), (pl.Binary, "x"), (pl.List(pl.Int64), {"a": 1}),
        (pl.List(pl.Int64), ["a"]), (pl.Struct({"a": pl.Int64}), [1]), (pl.Struct({"a": pl.Int64}), {"a": "x"}),
        (pl.Datetime("ms"), datetime.datetime(2024, 1, 1, 0, 0, 0, 1)), (pl.Date, datetime.datetime(2024, 1, 1)), (pl.Enum(["a"]), "b"),
        (pl.Datetime("us"), datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)),
    ],
    ids=repr,
)  # fmt: skip
def test_what_does_not_fit_is_an_error_or_null(dtype, value):
    with pytest.raises(Exception, match="row 1|conversion"):
        decoded(dtype, None, value)
    got = decoded(dtype, None, value, strict=False).to_list()
    inner = {"a": None} if isinstance(value, dict) and isinstance(dtype, pl.Struct) else [None] if value == ["a"] else None
    assert got == [None, inner]


def test_bad_blobs():
    frame = pl.DataFrame({"blob": [pickle.dumps(1), b"", b"\x80\x04K", b"no pickle", None]})
    for made in (BLOB.decode(pl.Int64), BLOB.kind(), BLOB.decode_json()):
        # The text says where it is: polars makes the exception anew, of the text alone.
        with pytest.raises(unpickle.PickleError, match=r"at byte 0 \(row 1\)"):
            frame.select(made)
    assert frame.select(BLOB.decode(pl.Int64, strict=False)).to_series().to_list() == [1, None, None, None, None]
    assert frame.select(BLOB.kind(strict=False)).to_series().to_list() == ["int", None, None, None, None]
    with pytest.raises(unpickle.PickleError, match="plainer type"):
        frame.select(BLOB.decode(pl.Decimal(10, 2)))
    with pytest.raises(unpickle.PickleError, match="column of binary"):
        pl.DataFrame({"blob": [1]}).select(BLOB.kind())
    nothing = pl.DataFrame({"blob": [None, None]})
    assert nothing.select(BLOB.get("a", pl.Int64)).to_series().to_list() == [None, None]
    # Nothing is run.
    evil = pl.DataFrame({"blob": [b"cos\nsystem\n(S'exit 1'\ntR."]})
    assert evil.select(BLOB.kind()).item() == "os.system object"


@dataclasses.dataclass
class Point:
    x: int
    y: int


Pair = collections.namedtuple("Pair", "left right")


def test_paths_lead_to_items_keys_and_attributes():
    value = {"path": {"to": [{"field": 5}, {"field": 6}]}, "any text": 7, "point": Point(1, 2), 3: "three"}
    for path, want in [
        ("path.to[0].field", 5), ("path.to[-1].field", 6), ("['any text']", 7), ("point.y", 2), ("path.none", None),
        ("path.to[2].field", None), ("path.to[-3]", None), ("path.to.field", None),
    ]:  # fmt: skip
        assert blobs(value, ...).select(BLOB.get(path, pl.Int64)).to_series().to_list() == [want, None]
    assert blobs(value).select(BLOB.get("[3]", pl.String)).item() == "three"
    assert decoded(pl.Struct({"y": pl.Int64}), Point(1, 2)).to_list() == [{"y": 2}]
    for wrong in (".a", "a..b", "a[", "a[x]", "a['b]", "a]"):
        with pytest.raises(unpickle.PickleError, match="expected a path"):
            blobs(value).select(BLOB.get(wrong, pl.Int64))


def test_json_and_kinds():
    values = [{"a": [1, None, 2.5, "é"]}, (1,), {1}, b"x", Point(1, 2), datetime.date(2024, 1, 1), 2**80]
    frame = blobs(*values)
    texts = frame.select(BLOB.decode_json()).to_series().to_list()
    assert texts[0] == '{"a": [1, null, 2.5, "é"]}' and texts[6] == str(2**80)
    kinds = frame.select(BLOB.kind()).to_series().to_list()
    assert kinds[:4] == ["dict", "tuple", "set", "bytes"] and kinds[4].endswith("Point object") and kinds[6] == "int"


def test_lazy_streaming_and_groups():
    count = 50_000
    frame = pl.DataFrame({
        "group": [number % 7 for number in range(count)],
        "blob": [pickle.dumps({"id": number, "name": f"n{number}"}) for number in range(count)],
    }).lazy()
    ids = BLOB.get("id", pl.Int64)
    assert frame.select(ids).collect_schema() == {"blob": pl.Int64}
    for engine in ("in-memory", "streaming"):
        got = frame.with_columns(id=ids).filter(pl.col("id") % 2 == 0).select(pl.col("id").sum()).collect(engine=engine)
        assert got.item() == sum(range(0, count, 2))
    sums = frame.group_by("group").agg(ids.sum()).sort("group").collect()["blob"].to_list()
    assert sums == [sum(range(group, count, 7)) for group in range(7)]
    decoded = frame.select(BLOB.decode(pl.Struct({"id": pl.Int64, "name": pl.String}))).unnest("blob").collect()
    assert decoded["id"].to_list() == list(range(count)) and decoded["name"][-1] == f"n{count - 1}"
    assert frame.head(0).select(ids).collect().height == 0


def test_what_is_shared_does_not_grow_without_bound():
    """Ten lists, each of a thousand times the one before: as a column, 10 to the 30th numbers."""
    value = [1]
    for _ in range(10):
        value = [value] * 1000
    dtype = pl.Int64
    for _ in range(11):
        dtype = pl.List(dtype)
    with pytest.raises(unpickle.PickleError, match=r"a list that fits.*\(row 0\)"):
        decoded(dtype, value)
    # 64 bytes for each byte of the blobs, and 64 MiB: 131 texts of a million letters.
    assert decoded(pl.List(pl.String), ["x" * 1_000_000] * 1000, strict=False).to_list()[0].count(None) == 1000 - 131
