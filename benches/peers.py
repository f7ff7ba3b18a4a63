#!/usr/bin/env python3
"""Whole-process time of `pkl2parquet` against `pandas.read_pickle(..).to_parquet(..)`, in one run.

usage: peers.py [--command target/release/pkl2parquet] [--runs 5] [--rows 2000000] [--only NAME]...

Runs take turns (ours, pandas, ours, ..), so that a busy machine slows both; figures are medians. Needs pandas, pyarrow.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

PANDAS = "import sys, pandas; pandas.read_pickle(sys.argv[1]).to_parquet(sys.argv[2])"


def workloads(rows):
    random = np.random.default_rng(0)
    keys = random.choice(["alpha", "beta", "gamma"], rows)
    yield "numbers", lambda: pd.DataFrame({"c%d" % i: random.standard_normal(rows) for i in range(6)})
    yield "moments", lambda: pd.DataFrame({"t": pd.date_range("2020", periods=rows, freq="s", tz="UTC"), "i": np.arange(rows)})
    yield "text-objects", lambda: pd.DataFrame({"s": pd.Series(["user_%d" % i for i in range(rows)], dtype=object), "k": pd.Series(keys, dtype=object)})
    yield "text-arrow", lambda: pd.DataFrame({"s": pd.Series(["user_%d" % i for i in range(rows)], dtype="str"), "k": pd.Series(keys, dtype="str")})
    yield "categories", lambda: pd.DataFrame({"c": pd.Categorical(keys), "n": pd.array(random.integers(0, 99, rows), dtype="Int32")})
    yield "gaps", lambda: pd.DataFrame({"s": pd.Series([None if i % 7 == 0 else "u%d" % (i % 1000) for i in range(rows)], dtype=object)})
    yield "lists", lambda: pd.DataFrame({"l": pd.Series([[i, i + 1] for i in range(rows // 5)], dtype=object)})


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--command", default=str(pathlib.Path(__file__).resolve().parents[1] / "target/release/pkl2parquet"))
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--rows", type=int, default=2_000_000)
    options.add_argument("--only", action="append")
    args = options.parse_args()
    print(f"pandas {pd.__version__}, {args.rows:,} rows, median of {args.runs}")
    print(f"{'workload':14} {'MB':>7} {'pandas s':>9} {'ours s':>8} {'times':>6}")
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for name, make in workloads(args.rows):
            if args.only and name not in args.only:
                continue
            source = pathlib.Path(folder, name + ".pkl")
            make().to_pickle(source)
            ours, theirs = [], []
            for _ in range(args.runs):
                ours.append(timed([args.command, source, pathlib.Path(folder, "ours.parquet"), "--quiet"]))
                theirs.append(timed([sys.executable, "-c", PANDAS, source, pathlib.Path(folder, "theirs.parquet")]))
            left, right = statistics.median(theirs), statistics.median(ours)
            ratios.append(left / right)
            print(f"{name:14} {source.stat().st_size / 1e6:7.1f} {left:9.3f} {right:8.3f} {left / right:6.1f}", flush=True)
            source.unlink()
    print(f"geometric mean {statistics.geometric_mean(ratios):.1f}")


main()
