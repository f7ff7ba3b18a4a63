"""One case: a pandas object, and how it is laid out in memory."""
import random

import numpy as np
import pandas as pd
import pyarrow as pa

from . import columns, labels

COLUMNS = sorted(columns.kinds().items())
INDEXES = sorted(labels.KINDS)


class Ledger(pd.DataFrame):
    """A subclass, as many libraries have theirs."""

    _metadata = ["owner"]

    @property
    def _constructor(self):
        return Ledger


def layouts(r, n):
    """Frames of one block that is laid out oddly."""
    base = np.arange(60 * max(n, 1)).astype(r.choice(["i8", "f4", "?", "i2", "u8", "c16"])).reshape(-1, 6 * max(n, 1))
    wide = [base[:, :n].T, base[::2, :n].T, base[::-1, n : 2 * n].T, np.asfortranarray(base[:4, :n]).T, base[:3, : 2 * n : 2].T]
    made = r.choice(wide)
    if r.random() < 0.3:
        made = made.astype(object)
        made = np.asfortranarray(made) if r.random() < 0.5 else made
    made.flags.writeable = r.random() < 0.5
    return pd.DataFrame(made, copy=False)


def frame(r, number):
    """Kinds go round with the number, so that each comes up."""
    n = r.choice([0, 1, 2, 3, 7, 7, 30, 30, 150])
    if number % 40 == 39:
        made, names = layouts(r, n), ["layout"]
    else:
        names = [COLUMNS[(number * 3 + place) % len(COLUMNS)][0] for place in range(r.choice([3, 3, 3, 0]) if number % 11 == 10 else 3)]
        makers = dict(COLUMNS)
        made = [pd.Series(makers[name](r, n)).reset_index(drop=True) for name in names]
        if made and r.random() < 0.15:
            # One array, and one list of cells, twice.
            made.append(made[0])
            names.append(names[0])
        made = pd.concat(made, axis=1, keys=range(len(made))) if made else pd.DataFrame(index=range(n))
        made.columns = pd.Index([f"c{place}" for place in range(len(names))], dtype="str")
    kind = INDEXES[number % len(INDEXES)] if r.random() < 0.7 else "range"
    made.index = labels.index(r, len(made), kind)
    names.append("rows:" + kind)
    if r.random() < 0.4:
        kind = r.choice(INDEXES)
        made.columns = labels.index(r, made.shape[1], kind)
        names.append("columns:" + kind)
    return shape(r, made, names), names


def shape(r, made, names):
    try:
        return shaped(r, made, names)
    except pa.ArrowNotImplementedError:  # pyarrow takes no rows of some of its types
        return made


def shaped(r, made, names):
    chance = r.random()
    if chance < 0.08:
        made, name = made.iloc[::-1], "reversed"
    elif chance < 0.16:
        made, name = made.iloc[::2], "every other"
    elif chance < 0.22:
        made, name = made.iloc[:, ::-1], "columns reversed"
    elif chance < 0.26:
        made, name = made.iloc[1:-1], "sliced"
    elif chance < 0.30:
        made, name = made.iloc[:0], "no rows"
    elif chance < 0.36:
        made, name = Ledger(made), "subclass"
        made.owner = "me"
    elif chance < 0.42 and made.columns.is_unique and made.index.is_unique:
        made, name = made.set_flags(allows_duplicate_labels=False), "unique labels"
    elif chance < 0.50:
        made.attrs, name = r.choice([{"unit": "m", "n": [1, 2.5, None]}, {"when": pd.Timestamp("2020")}, {1: "a"}, {"deep": {"a": {"b": []}}}]), "attributes"
    else:
        return made
    names.append(name)
    return made


def case(number, seed):
    """(object, protocol, what it is made of)"""
    r = random.Random(seed * 1_000_003 + number)
    made, names = frame(r, number)
    protocol = r.choice([0, 1, 2, 3, 4, 5, 5, 5])
    chance = r.random()
    if chance < 0.06 and made.shape[1]:
        made, name = made.iloc[:, 0], "series"
        made.name = r.choice([None, "s", ("a", "b"), 5, 2.5])
        names.append(name)
    elif chance < 0.10:
        made, name = made.index, "index"
        names.append(name)
    return made, protocol, names
