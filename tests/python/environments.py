"""Loads our pickles in other pandas: run by hand, as `environments.py PYTHON...` with the interpreters of their environments.

Each of a number of random frames is written as Parquet, and pickled for each pandas; whatever pandas a pickle is for, and all later
ones, must load it with the cells that today's pandas reads in the Parquet file.
"""
import inspect
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from conftest import run
from generate import written
from oracle import pickled_cells

CASES = 60

CHECK = """
import json, pathlib, sys, warnings
import numpy as np
import pandas as pd
warnings.simplefilter("ignore")
{oracle}
version = tuple(map(int, pd.__version__.split(".")[:2]))
good, bad = 0, []
for expected in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    case = json.loads(expected.read_text())
    for target, least in [("pandas-1.5", (1, 5)), ("pandas-2", (2, 0)), ("pandas-3", (3, 0))]:
        if version < least:
            continue
        try:
            frame = pd.read_pickle(expected.with_name(expected.stem + "-" + target + ".pkl"))
            assert [str(label) for label in frame.columns] == case["labels"], list(frame.columns)
            assert json.loads(json.dumps(frame.attrs)) == case["attrs"]
            for i, cells in enumerate(case["columns"]):
                assert pickled_cells(frame.iloc[:, i]) == cells, (i, frame.dtypes.iloc[i])
            for level, cells in enumerate(case["index"]):
                assert pickled_cells(frame.index.get_level_values(level)) == cells, frame.index
            repr(frame), frame.copy(), frame.isna().sum(), frame.reset_index(drop=True), frame.iloc[::2]
            good += 1
        except Exception as error:
            bad.append(f"{{expected.stem}} {{target}}: {{type(error).__name__}} {{str(error)[:300]}}")
print(f"pandas {{pd.__version__}}, numpy {{np.__version__}}: {{good}} pickles loaded and equal, {{len(bad)}} not")
print("\\n".join(bad[:20]))
sys.exit(bool(bad))
"""


def main(pythons):
    script = CHECK.format(oracle=inspect.getsource(pickled_cells))
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for case in range(CASES):
            frame = written.frame(np.random.default_rng([7, case]))
            source = folder / f"{case:03}.parquet"
            frame.to_parquet(source)
            expected = pd.read_parquet(source)
            for target in ["pandas-1.5", "pandas-2", "pandas-3"]:
                out = folder / f"{case:03}-{target}.pkl"
                done = run(source, out, "-q", "--for", target, "--protocol", 2 + case % 4)
                assert done.returncode == 0, done.stderr.decode()
            levels = range(expected.index.nlevels)
            source.with_suffix(".json").write_text(json.dumps({
                "labels": [str(label) for label in expected.columns],
                "attrs": expected.attrs,
                "columns": [pickled_cells(expected.iloc[:, i]) for i in range(expected.shape[1])],
                "index": [pickled_cells(expected.index.get_level_values(level)) for level in levels],
            }))
        for python in pythons:
            failed |= subprocess.run([python, "-c", script, folder]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
