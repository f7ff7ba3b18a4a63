"""Every pandas object in a corpus of real pickles, at any depth, is written, and every cell is as pandas sees it.

Skipped where the corpus does not lie beside the project. Truth is today's pandas where it loads the file; what it no longer
can was listed once by an old one (legacy/README.md).
"""
import bz2
import collections
import gzip
import importlib
import io
import json
import lzma
import pickletools
import re
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import walk
from conftest import ROOT, run
from pandas.compat import pickle_compat
from test_shared import SHARED

CORPUS, CHECK, LEGACY = SHARED / "corpus", SHARED / "check", ROOT / "tests" / "python" / "legacy"
KINDS = {"DataFrame", "Series", "Index", "Panel", "extension array"}
OPENERS = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
# A class or function of pandas that makes an object with cells.
MAKERS = re.compile(r"DataFrame|GeoDataFrame|GeoSeries|(Sparse)?(Time)?Series|SparseDataFrame|\w*Index|_new_\w*Index|DateRange|Panel|Categorical")
UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def unpacked(path):
    data = path.read_bytes()
    for magic, opener in OPENERS.items():
        if data.startswith(magic):
            return opener(data)
    return data


def traced(data):
    """How many objects of pandas a tracer sees that knows opcodes only; what is inside one is not counted."""
    tracer = importlib.import_module("tracer")
    todo, seen, count = [tracer.run(data)], set(), 0

    def made_by(node):
        known = [part for part in (node.fn, *(node.args[:1] if isinstance(node.args, tuple) else ())) if isinstance(part, tracer.G)]
        return any(part.m.split(".")[0] in ("pandas", "geopandas") and MAKERS.fullmatch(part.n) for part in known)

    while todo:
        node = todo.pop()
        if isinstance(node, (tracer.N, tracer.D, tracer.S, list, tuple)):
            if id(node) in seen:
                continue
            seen.add(id(node))
        if isinstance(node, (list, tuple)):
            todo += node
        elif isinstance(node, tracer.D):
            todo += [part for pair in node.kv for part in pair]
        elif isinstance(node, tracer.S):
            todo += node.items
        elif isinstance(node, tracer.N):
            if made_by(node):
                count += 1
            elif not (isinstance(node.fn, tracer.G) and node.fn.m.startswith("numpy")):
                todo += [node.args, node.items, node.states, *(part for pair in node.dictitems for part in pair)]
    return count


class Geometries(pd.arrays.NumpyExtensionArray):
    """In place of geopandas' array: what it is stored as."""

    def __new__(cls, values=np.array([], object), dtype=np.dtype(object)):
        return super().__new__(cls, values, dtype)

    def __init__(self, values=np.array([], object)):
        super().__init__(values)

    def __setstate__(self, state):
        stored = state["data"] if isinstance(state, dict) else state[0]
        self.__init__(stored)


class Unknown:
    """In place of any class that is not here."""

    def __new__(cls, *_, **__):
        return object.__new__(cls)

    def __setstate__(self, state):
        self.__dict__.update(state if isinstance(state, dict) else {"state": state})


class Geometry(Unknown):
    """In place of shapely's classes, whose state is bytes."""

    def __bytes__(self):
        return self.state


class Loader(pickle_compat.Unpickler):
    """Loads what today's pandas can, with stand-ins for classes of libraries that are not here."""

    def find_class(self, module, name):
        if module.startswith("geopandas"):
            if name == "GeometryArray":
                return Geometries
            module, name = "pandas", name.replace("Geo", "")
        if module.startswith("shapely"):
            return Geometry
        try:
            return super().find_class(module, name)
        except (ImportError, AttributeError):
            if module.split(".")[0] in ("pandas", "numpy"):
                raise
            return type(name, (Unknown,), {})


def truth(path):
    """The objects in a file and who saw them."""
    told = LEGACY / walk.truth_name(str(path.relative_to(CORPUS)))
    if told.is_file():
        told = json.loads(told.read_text(encoding="utf-8"))
        return told["objects"], told["seen_by"]
    for encoding in ("ASCII", "latin1"):
        try:
            return walk.listings(Loader(io.BytesIO(unpacked(path)), encoding=encoding).load()), f"pandas {pd.__version__}"
        except UnicodeDecodeError:
            continue


def json_cell(text):
    value = json.loads(text) if text is not None else None
    if isinstance(value, dict) and str(value.get("$type", "")).endswith("datetime"):
        value = pd.Timestamp(value["value"])
    return walk.cell(value)


def cells(column, field):
    """The cells of a column of Parquet, spelled as the truth is."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    known = array.type.extension_name if isinstance(array.type, pa.BaseExtensionType) else (field.metadata or {}).get(b"ARROW:extension:name", b"").decode()
    period = known == "pandas.period"
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if (field.metadata or {}).get(b"pickle.encoding") == b"json":
        return [json_cell(text) for text in array.to_pylist()]
    if pa.types.is_timestamp(array.type) or pa.types.is_duration(array.type):
        kind, unit = "TS" if pa.types.is_timestamp(array.type) else "TD", UNITS[array.type.unit]
        return [None if value is None else f"{kind}{value * unit}" for value in array.view(pa.int64()).to_pylist()]
    if pa.types.is_struct(array.type) and [part.name for part in array.type] == ["left", "right"]:
        sides = [cells(array.field(i), array.type.field(i)) for i in range(2)]
        return [f"I({left},{right})" if ok else None for left, right, ok in zip(*sides, array.is_valid().to_pylist())]
    return [f"P{value}" if period and value is not None else walk.cell(value) for value in array.to_pylist()]


def suits(dtype, kind, told, field):
    """Whether a column of Parquet is of the type that a dtype of pandas becomes; `told` is what the metadata calls it."""
    text = str(kind)
    zone = re.fullmatch(r"datetime64\[\w+, (.+)\]", dtype)
    if zone:
        named = re.search(r"/zoneinfo/(.+)'\)", zone[1]) or re.search(r"(?:pytz\.FixedOffset\()?([^()]+)", zone[1])
        return pa.types.is_timestamp(kind) and kind.tz == named[1], text
    if dtype.startswith("datetime64"):
        return pa.types.is_timestamp(kind) and kind.tz is None, text
    if dtype.startswith("timedelta64"):
        return pa.types.is_duration(kind), text
    if dtype.startswith("period"):
        known = json.loads((field.metadata or {}).get(b"ARROW:extension:metadata", b"{}")).get("freq") or getattr(kind, "freq", None)
        return dtype == f"period[{known}]", str(known)
    if dtype == "category":
        return told == "categorical", told
    plain = {"float64": "double", "float32": "float", "float16": "halffloat", "bool": "bool", "Int64": "int64"}
    number = re.fullmatch(r"u?int\d+|float\d+|bool|Int64", dtype)
    return not number or text == plain.get(dtype, dtype), text


def unique(names, unnamed):
    """The names of columns, which must differ in Parquet."""
    names, made, seen = [unnamed(i) if name is None else name for i, name in enumerate(names)], [], collections.Counter()
    for name in names:
        made.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return made


def compare(want, file, count):
    """What differs between an object of pandas and the file it was written to."""
    table = pq.read_table(file)
    meta = json.loads(table.schema.metadata[b"pandas"])
    index, inside = meta["index_columns"], [name for name in meta["index_columns"] if isinstance(name, str)]
    if table.num_rows != want["rows"]:
        yield f"{table.num_rows} rows for {want['rows']}"
        return
    unnamed = str if want["kind"] in ("Index", "Series", "array") else lambda _: "nan"
    labels = unique([one["name"] for one in want["columns"]], unnamed)
    names = [name for name in table.column_names if name not in inside]
    if names != labels:
        yield f"columns {names} for {labels}"
        return
    pairs = [(one, name) for one, name in zip(want["columns"], names)]
    if want["kind"] not in ("Index", "array"):
        if len(index) != len(want["index"]):
            yield f"index {index} for {want['index']}"
            return
        pairs += list(zip(want["index"], index))
        fields = {entry["field_name"]: entry["name"] for entry in meta["columns"]}
        told = [one["name"] if isinstance(one, dict) else fields[one] for one in index]
        if told != [one["name"] for one in want["index"]]:
            yield f"names of the index {told} for {[one['name'] for one in want['index']]}"
    types = {entry["field_name"]: entry["pandas_type"] for entry in meta["columns"]}
    for one, name in pairs:
        if isinstance(name, dict):
            found = [str(i) for i in range(name["start"], name["stop"], name["step"])]
        else:
            field = table.schema.field(name)
            found = cells(table[name], field)
            good, text = suits(one["dtype"], field.type, types[name], field)
            if not good:
                yield f"column {name}: type {text} for {one['dtype']}"
        count["cells"] += len(found)
        if "cells" in one:
            wrong = [i for i, (a, b) in enumerate(zip(one["cells"], found)) if a != b and not (b and a and a[0] == "<")]
            if wrong or len(found) != len(one["cells"]):
                count["differing"] += max(len(wrong), 1)
                yield f"column {name}: cells {[found[i] for i in wrong[:3]]} for {[one['cells'][i] for i in wrong[:3]]}"
        elif (len(found), walk.digest(found)) != (one["count"], one["sha256"]):
            count["differing"] += 1
            yield f"column {name}: other cells than were listed, {found[:3]} …"


@pytest.mark.skipif(not CORPUS.is_dir() or not CHECK.is_dir(), reason="the corpus is not beside the project")
def test_every_object_of_the_corpus_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(CHECK))
    # The tracer teaches pickletools text that is not ASCII; other tests compare with pickletools as it is.
    monkeypatch.setattr(pickletools.stringnl, "reader", pickletools.stringnl.reader)
    count, wrong, lines, judges = collections.Counter(), [], [], collections.Counter()
    for row in sorted((CORPUS / "index.tsv").read_text(encoding="utf-8").splitlines()[1:]):
        path = CORPUS / row.split("\t")[0]
        if "_malicious" in path.parts or not path.is_file():
            continue
        data = unpacked(path)
        if b"pandas" not in data:
            continue
        name = str(path.relative_to(CORPUS))
        try:
            seen = traced(data)
        except Exception as error:  # the tracer knows plain pickles only
            count["untraced"] += 1
            lines.append(f"not traced: {name}: {type(error).__name__}")
            continue
        if seen == 0:
            continue
        objects, judge = truth(path)
        judges[judge] += 1
        count["files"] += 1
        count["expected"] += len(objects)
        if len(objects) != seen:
            wrong.append(f"{name}: the tracer sees {seen} objects, pandas {len(objects)}")
        out = tmp_path / str(count["files"])
        out.mkdir()
        done, listed = run(path, "-d", out, "--quiet"), run(path, "--list")
        if done.returncode or listed.returncode:
            wrong.append(f"{name}: {done.stderr.decode()}{listed.stderr.decode()}")
            continue
        found = re.findall(r"^  (.*?) *\b(%s) +[\d,]+ x [\d,]+$" % "|".join(KINDS), listed.stdout.decode(), re.M)
        kinds = {"" if where == "." else where: kind for where, kind in found}
        count["written"] += len(kinds)
        if set(kinds) != {one["path"] for one in objects}:
            wrong.append(f"{name}: objects {sorted(set(kinds) ^ {one['path'] for one in objects})} are on one side only")
        files = {str(file.relative_to(out).with_suffix("")): file for file in out.rglob("*.parquet")}
        shapes = []
        for one in objects:
            stem = re.sub(r"\.(gz|bz2|xz)$", "", path.name).rsplit(".", 1)[0]
            inside = re.sub(r"[^\w.\- ]", "_", one["path"]).strip("_. ")
            file = files.get(f"{stem}/{inside}" if len(files) > 1 else stem)
            shapes.append(f"{one['path'] or '.'} {one['kind']} {one['rows']} x {len(one['columns'])}")
            if file is None:
                wrong.append(f"{name}: {one['path']} is not written ({sorted(files)[:5]})")
                continue
            wrong += [f"{name}: {one['path']}: {what}" for what in compare(one, file, count)]
        lines.append(f"{name}: {judge}: " + ", ".join(shapes))
    with capsys.disabled():
        print("\n" + "\n".join(lines + wrong))
        print(f"judged by {dict(judges)}")
        print(
            f"{count['files']} files, {count['expected']} objects expected, {count['written']} written, "
            f"{count['cells']} cells compared, {count['differing']} differing; {count['untraced']} files not traced"
        )
    assert not wrong
    assert count["files"] > 50 and count["expected"] == count["written"] > 900
