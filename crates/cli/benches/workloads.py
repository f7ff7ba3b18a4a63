"""The pickles that are converted, each made once into a folder."""
import gzip
import pickle

import numpy as np
import pandas as pd

random = np.random.default_rng(1)


def floats(rows, columns=6):
    return {"f%d" % i: random.standard_normal(rows) for i in range(columns)}


def numbers(rows):
    return pd.DataFrame(floats(rows) | {"n": random.integers(0, 1000, rows), "t": pd.date_range("2024", periods=rows, freq="s")})


def categories(rows):
    return pd.DataFrame({
        "small": random.integers(0, 60, rows),
        "flag": random.integers(0, 2, rows).astype(bool),
        "kind": pd.Categorical.from_codes(random.integers(0, 12, rows), ["kind %d" % i for i in range(12)]),
        "price": random.integers(0, 10_000, rows) / 100,
        "count": pd.array(random.integers(0, 100, rows), dtype="Int32"),
    })


def wide(rows):
    return pd.DataFrame(random.standard_normal((rows // 100, 1000)).astype("f4"), columns=["w%d" % i for i in range(1000)])


def words(rows):
    return ["customer %d" % i for i in range(rows)], random.choice(["red", "green", "blue"], rows)


def strings(rows, dtype=object):
    names, colours = words(rows)
    return pd.DataFrame({"name": pd.Series(names, dtype=dtype), "colour": pd.Series(colours, dtype=dtype), "x": random.random(rows)})


def gaps(rows):
    names = [None if i % 8 == 0 else "place %d" % (i % 90_000) for i in range(rows)]
    return pd.DataFrame({"place": pd.Series(names, dtype=object), "n": pd.Series([None if i % 6 == 0 else i for i in range(rows)], dtype=object)})


def nested(rows):
    pairs = pd.Series([[i, -i] for i in range(rows // 5)], dtype=object)
    return pd.DataFrame({"pair": pairs, "dict": pd.Series([{"n": i, "s": "y"} for i in range(rows // 5)], dtype=object)})


def records(rows):
    return [{"id": i, "name": "customer %d" % i, "score": i / 4, "tags": ["new", "paid"]} for i in range(rows // 5)]


def few(_rows):
    return pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [0.5, 1.0, 2.0]})


# name: what it is, how it is made, its ending
WORKLOADS = {
    "numbers": ("floats, integers, times", numbers, ".pkl"),
    "categories": ("small integers, flags, categories", categories, ".pkl"),
    "wide": ("1,000 columns of float32", wide, ".pkl"),
    "strings": ("strings as Python objects", strings, ".pkl"),
    "arrow strings": ("strings of pandas 3", lambda rows: strings(rows, "str"), ".pkl"),
    "gaps": ("strings and integers with None", gaps, ".pkl"),
    "nested": ("lists and dicts in cells", nested, ".pkl"),
    "records": ("a list of dicts", records, ".pkl"),
    "gzip": ("four columns of floats, gzipped", lambda rows: pd.DataFrame(floats(rows // 5, 4)).round(3), ".pkl.gz"),
    "three rows": ("what starting costs", few, ".pkl"),
}


def make(value, path):
    """Pickles `value` as pandas would, compressed if the name says so."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "wb") as file:
        pickle.dump(value, file, protocol=5)
