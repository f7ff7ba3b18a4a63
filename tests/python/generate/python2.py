"""Frames of Python 2: text and bytes side by side, in cells and in labels. Runs under Python 2.7 with any pandas.

usage: python2.py FOLDER SEED CASES     writes N.pkl and N.json, the cells as ["text" or "bytes", their bytes in hex]
"""
from __future__ import print_function

import json
import os
import random
import sys

import numpy as np
import pandas as pd

TEXT = [u"", u"a", u"\xe9", u"\u4e2d\U0001f600", u"a\0b"]
ASCII = ["", "a", "plain", "a\0b"]
UTF8 = ["\xc3\xa9", "\xe4\xb8\xad"]
BYTES = ["\xff", "\x80a", "\xe9"]
POOLS = {"text": TEXT, "ascii": ASCII, "utf8": ASCII + UTF8, "bytes": ASCII + BYTES, "mixed": TEXT + ASCII, "both": TEXT + UTF8, "all": TEXT + BYTES}


def told(cell):
    if isinstance(cell, unicode):  # noqa: F821
        return ["text", cell.encode("utf-8").encode("hex")]
    return ["bytes", cell.encode("hex")] if isinstance(cell, str) else None


def main(folder, seed, cases):
    for number in range(cases):
        r = random.Random(seed * 1000003 + number)
        rows, data, labels = r.choice([1, 3, 20]), [], []
        for place in range(3):
            pool = POOLS[r.choice(sorted(POOLS))]
            cells = np.empty(rows, dtype=object)
            for row in range(rows):
                cells[row] = r.choice([None, float("nan")]) if r.random() < 0.2 else r.choice(pool)
            data.append(cells)
            labels.append(r.choice([u"t%d", "b%d"]) % place)
        frame = pd.DataFrame(dict(zip(labels, data)), columns=labels)
        if r.random() < 0.5:
            frame.index = pd.Index([r.choice(TEXT[1:] + UTF8) for _ in range(rows)], dtype=object)
        name = os.path.join(folder, str(number))
        frame.to_pickle(name + ".pkl")
        columns = [[told(cell) for cell in cells] for cells in data]
        if not isinstance(frame.index, pd.RangeIndex) and frame.index.dtype == object:
            columns.append([told(cell) for cell in frame.index])
        with open(name + ".json", "w") as out:
            json.dump({"labels": labels, "columns": columns}, out)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
