#!/usr/bin/env python3
"""Whole-process time, processor, memory and size of `pkl2parquet` against pandas, polars and pyarrow, in one run.

usage: compare.py [--command target/release/pkl2parquet] [--runs 5] [--rows 5000000] [--only NAME]... [--scaling] [--write]

Makes its own data. Runs take turns (ours, pandas, polars, pyarrow, ours, ..), so that a busy machine slows all; each writes
a new file. Figures are medians, factors medians of the factors of each turn. `--scaling` measures instead how the time grows
with threads, rows and columns. `--write` puts the tables into README.md and docs/speed.md, and draws docs/speed.svg. Needs
pandas, polars, pyarrow, and Linux.
"""
import argparse
import itertools
import pathlib
import statistics
import sys
import tempfile

import pandas as pd
import polars
import pyarrow

import workloads
from measure import COMMAND, machine, run
from picture import bars

ROOT = pathlib.Path(__file__).resolve().parents[3]
READ = "import sys, pandas as pd; value = pd.read_pickle(sys.argv[1]); "
PEERS = {
    "pandas": READ + "pd.DataFrame(value).to_parquet(sys.argv[2])",
    "polars": READ + "import polars as pl; frame = pl.from_dicts(value) if isinstance(value, list) else pl.from_pandas(value); frame.write_parquet(sys.argv[2])",
    "pyarrow": READ + "import pyarrow as pa, pyarrow.parquet as pq; t = pa.Table; pq.write_table(t.from_pylist(value) if isinstance(value, list) else t.from_pandas(value), sys.argv[2])",
}


def turns(commands, out, count):
    """The costs of each command, by turns; a command that fails has none."""
    costs = {name: [] for name in commands}
    for _, (name, command) in itertools.product(range(count), commands.items()):
        costs[name].append(run([*command, out], out))
    return {name: taken for name, taken in costs.items() if all(taken)}


def median(costs, what):
    return statistics.median(getattr(cost, what) for cost in costs)


def factor(costs, name, what):
    """How many times ours the other's is; None where it failed, or where ours was over before anything was seen of it."""
    pairs = [(getattr(peer, what), getattr(ours, what)) for peer, ours in zip(costs.get(name, ()), costs["ours"])]
    if not pairs or any(ours == 0 for _, ours in pairs):
        return None
    return statistics.median(peer / ours for peer, ours in pairs)


def compare(args, folder):
    """The costs of each workload."""
    for name, (_, made, ending) in workloads.WORKLOADS.items():
        if args.only and name not in args.only:
            continue
        source, out = folder / ("in" + ending), folder / "out.parquet"
        workloads.make(made(args.rows), source)
        commands = {"ours": [args.command, "--quiet", source]}
        commands |= {peer: [sys.executable, "-c", code, source] for peer, code in PEERS.items()}
        costs = turns(commands, out, args.runs)
        source_size = source.stat().st_size / 1e6
        source.unlink()
        print(f"{name}: " + ", ".join(f"{peer} {median(costs[peer], 'wall'):.3f} s" for peer in costs), file=sys.stderr)
        yield name, source_size, costs


def seconds(value):
    return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"


def times(value):
    """A factor for people: 5.1 ×, 120 ×."""
    return "–" if value is None else f"{value:.1f} ×" if value < 99.5 else f"{value:.0f} ×"


def megabytes(value):
    return f"{value:.0f} MB" if value >= 1 else "< 1 MB"


def table(measured):
    """Markdown: a line for each workload, and the geometric means of those that are not about starting."""
    lines = [
        "| | file | time | pandas takes | polars | pyarrow | processor | memory | pandas takes | size |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, source, costs in measured:
        wall = [times(factor(costs, peer, "wall")) for peer in PEERS]
        cells = [workloads.WORKLOADS[name][0], f"{source:.0f} MB" if source >= 1 else f"{source * 1000:.0f} kB", seconds(median(costs["ours"], "wall")), *wall,
                 times(factor(costs, "pandas", "cpu")), megabytes(median(costs["ours"], "memory")), times(factor(costs, "pandas", "memory")),
                 f"{1 / factor(costs, 'pandas', 'size'):.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    large = [costs for name, _, costs in measured if name != "three rows"]
    if large:
        def mean(peer, what):
            found = [each for costs in large if (each := factor(costs, peer, what)) is not None]
            return statistics.geometric_mean(found) if found else None
        wall = [times(mean(peer, "wall")) for peer in PEERS]
        cells = ["**geometric mean**, starting apart", "", "", *wall, times(mean("pandas", "cpu")), "", times(mean("pandas", "memory")), f"{1 / mean('pandas', 'size'):.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def ours(args, folder, value, *flags):
    """What converting `value` takes."""
    source, out = folder / "in.pkl", folder / "out.parquet"
    workloads.make(value, source)
    return median(turns({"ours": [args.command, "--quiet", *flags, source]}, out, args.runs)["ours"], "wall")


def scaling(args, folder):
    """Markdown: the time by threads, by rows and by columns."""
    kinds = ["numbers", "strings", "gaps", "records"]
    made = {kind: workloads.WORKLOADS[kind][1] for kind in kinds}
    lines = ["| threads | " + " | ".join(kinds) + " |", "|---:|" + "---:|" * len(kinds)]
    values = {kind: made[kind](args.rows) for kind in kinds}
    for threads in (1, 2):
        taken = [ours(args, folder, values[kind], "--threads", str(threads)) for kind in kinds]
        lines.append(f"| {threads} | " + " | ".join(map(seconds, taken)) + " |")
    values.clear()
    lines += ["", "| rows | " + " | ".join(kinds) + " |", "|---:|" + "---:|" * len(kinds)]
    for rows in (100_000, 1_000_000, 10_000_000):
        # Of these there is one for each five rows.
        taken = [ours(args, folder, made[kind](rows * 5 if kind == "records" else rows)) for kind in kinds]
        each = [f"{seconds(t)} ({t / rows * 1e9:.0f} ns each)" for t in taken]
        lines.append(f"| {rows:,} | " + " | ".join(each) + " |")
    lines += ["", "| columns of 1,000 floats | |", "|---:|---:|"]
    for columns in (10, 100, 1_000, 10_000):
        taken = ours(args, folder, pd.DataFrame(workloads.random.standard_normal((1_000, columns)), columns=["c%d" % i for i in range(columns)]))
        lines.append(f"| {columns:,} | {taken * 1000:.1f} ms ({taken / columns * 1e6:.0f} µs each) |")
    return "\n".join(lines)


def put(path, mark, text):
    """Replaces what stands between the marks."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- /{mark} -->")
    assert end, f"{path} has no place for {mark}"
    path.write_text(f"{before}<!-- {mark} -->\n{text}\n{end}{after}", encoding="utf-8")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--command", default=COMMAND)
    options.add_argument("--folder", help="where the files are made; a temporary folder by default")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--only", action="append", choices=workloads.WORKLOADS)
    options.add_argument("--scaling", action="store_true")
    options.add_argument("--write", action="store_true")
    args = options.parse_args()
    where = f"{machine()}; Python {sys.version.split()[0]}, pandas {pd.__version__}, polars {polars.__version__}, pyarrow {pyarrow.__version__}; median of {args.runs}"
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        if args.scaling:
            text = scaling(args, pathlib.Path(folder))
            print(where, text, sep="\n\n")
            if args.write:
                put(ROOT / "docs/speed.md", "scaling", f"{machine()}; median of {args.runs}.\n\n{text}")
            return
        measured = list(compare(args, pathlib.Path(folder)))
    text = table(measured)
    print(where, text, sep="\n\n")
    if args.write:
        for page in "README.md", "docs/speed.md":
            put(ROOT / page, "speed", f"{where}.\n\n{text}")
        groups = [(name, {peer: median(taken, "wall") for peer, taken in costs.items()}) for name, _, costs in measured]
        (ROOT / "docs/speed.svg").write_text(bars(groups, ["ours", *PEERS], "Pickle to Parquet, whole process"), encoding="utf-8")


if __name__ == "__main__":
    main()
