"""What the checks share: the command, the fixtures, and one conversion of each fixture to each format."""
import json
import os
import pathlib
import subprocess
import warnings

import pandas as pd
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
COMMAND = os.environ.get("PKL2PARQUET", str(ROOT / "target" / "debug" / "pkl2parquet"))
warnings.simplefilter("ignore")


def fixtures(folder):
    found = sorted((FIXTURES / folder).glob("*.pkl"))
    assert len(found) > 20, f"only {len(found)} fixtures in {folder}"
    return found


def tables(folder):
    """(id, path, key) of each table that the fixtures of a folder hold"""
    cases = []
    for path in fixtures(folder):
        for table in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")).get("tables", []):
            key = table.get("path", "")
            cases.append(pytest.param(path, key, id=path.stem + ("-" + key if key else "")))
    return cases


def run(*arguments):
    return subprocess.run([COMMAND, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


class Converter:
    """Converts a fixture once for each format."""

    def __init__(self, folder):
        self.folder, self.done = folder, {}

    def __call__(self, path, key, ending, *flags):
        which = (path, key, ending, flags)
        if which not in self.done:
            out = self.folder / f"{path.stem}-{key}-{len(self.done)}.{ending}"
            done = run(path, out, "--quiet", *flags, *(["-k", key] if key else []))
            assert done.returncode == 0, done.stderr.decode()
            self.done[which] = out
        return self.done[which]


@pytest.fixture(scope="session")
def convert(tmp_path_factory):
    return Converter(tmp_path_factory.mktemp("converted"))


def load(path, key):
    """The frame that today's pandas sees in a fixture; skips where it cannot read what an older one wrote."""
    try:
        value = pd.read_pickle(path)
        # Some old dtypes load and then lack what today's pandas looks for in them.
        str(value), getattr(value, "copy", dict)()
        if isinstance(value, pd.DataFrame):
            str(value.dtypes), value.isna()
    except Exception as error:
        pytest.skip(f"pandas {pd.__version__} cannot read it: {type(error).__name__}")
    value = value[key] if key else value
    if isinstance(value, pd.Index):
        frame = value.to_frame(index=False)
        return frame.set_axis([str(name) for name in frame.columns], axis="columns")
    if isinstance(value, pd.Series):
        return value.to_frame("0" if value.name is None else value.name)
    return value
