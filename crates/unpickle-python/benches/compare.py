"""The wheel against pandas: frames of polars from pickles, and columns of blobs.

    python crates/unpickle-python/benches/compare.py [--dir DIR] [--rounds 5] [--rows 5000000] [--only strings]

Each way is a process of its own, one after the other in every round; what is timed in it is the reading, imports apart. The medians
are told, as a table of Markdown, with the peak of anonymous memory of the whole process.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "cli/benches"))

WAYS = {
    "read_pickle": """
import polars as pl, unpickle
begin()
made = unpickle.read_pickle(path, index="drop")
""",
    "scan_pickle, a column": """
import polars as pl, unpickle
begin()
frame = unpickle.scan_pickle(path, index="drop")
made = frame.select(frame.collect_schema().names()[0]).collect()
""",
    "from_pandas": """
import pandas as pd, polars as pl, pickle, pyarrow
begin()
value = pd.read_pickle(path)
made = pl.from_pandas(value) if isinstance(value, pd.DataFrame) else pl.DataFrame(value)
""",
}
BLOBS = {
    "decode": "import unpickle\nbegin()\nmade = blobs.select(pl.col('blob').pickle.decode(dtype))",
    "map_elements": "begin()\nmade = blobs.select(pl.col('blob').map_elements(pickle.loads, return_dtype=dtype))",
}
FRAME = """
import sys, threading, time
path = sys.argv[1]
peak, start = 0, 0.0
def anonymous():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
def watch():
    global peak
    while True:
        peak = max(peak, anonymous())
        time.sleep(0.005)
def begin():
    global start
    threading.Thread(target=watch, daemon=True).start()
    start = time.perf_counter()
{work}
print(time.perf_counter() - start, max(peak, anonymous()) / 1000)
"""
MAKE_BLOBS = """
import pickle, polars as pl
blobs = pl.read_parquet(path)
dtype = pl.Struct({"id": pl.Int64, "name": pl.String, "score": pl.Float64})
"""


def once(work, path):
    """Seconds, and MB at the peak."""
    done = subprocess.run([sys.executable, "-c", FRAME.format(work=work), path], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return [float(number) for number in done.stdout.split()]


def compare(name, path, ways, rounds):
    """One row: the medians of each way, and how many times as much the last takes."""
    costs = {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            costs[way].append(once(work, path))
    medians = {way: [statistics.median(numbers) for numbers in zip(*of)] for way, of in costs.items()}
    *ours, theirs = medians
    cells = [f"{medians[way][0]:.3f} s ({medians[way][1]:.0f} MB)" for way in medians]
    cells += [f"{medians[theirs][0] / medians[way][0]:.1f} ×" for way in ours]
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def make_blobs(path, count):
    import pickle

    import polars as pl

    rows = ({"id": i, "name": f"customer {i}", "score": i / 4} for i in range(count))
    pl.DataFrame({"blob": [pickle.dumps(row) for row in rows]}).write_parquet(path)


def main():
    import workloads

    parser = argparse.ArgumentParser()
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("/tmp/unpickle-bench"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--only", default="")
    told = parser.parse_args()
    told.dir.mkdir(exist_ok=True)
    print("| | " + " | ".join(WAYS) + " | read | scan |\n|---|" + "---:|" * (len(WAYS) + 2))
    for name, (what, build, ending) in workloads.WORKLOADS.items():
        if told.only in name:
            path = told.dir / f"{name}-{told.rows}{ending}"
            if not path.exists():
                workloads.make(build(told.rows), path)
            compare(what, str(path), WAYS, told.rounds)
    if told.only in "blobs":
        path = told.dir / f"blobs-{told.rows}.parquet"
        if not path.exists():
            make_blobs(path, told.rows // 5)
        print("\n| | " + " | ".join(BLOBS) + " | |\n|---|" + "---:|" * (len(BLOBS) + 1))
        compare("blobs of small dicts", str(path), {way: MAKE_BLOBS + work for way, work in BLOBS.items()}, told.rounds)


if __name__ == "__main__":
    main()
