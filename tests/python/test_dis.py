"""`--dis` is `pickletools.dis`: the same opcodes, arguments and offsets.

On the fixtures, and on the shared corpus and samples where they lie beside the project.
"""
import codecs
import io
import os
import pathlib
import pickletools

import pytest
from conftest import ROOT, fixtures, run

SHARED = pathlib.Path(os.environ.get("UNPICKLE_SHARED", ROOT.parent / "shared"))


def py2_string(file):
    """The argument of STRING: pickletools takes only ASCII, Python 2 wrote any byte."""
    line = file.readline()
    if not line.endswith(b"\n"):
        raise ValueError("no newline")
    line = line[:-1]
    if len(line) < 2 or line[:1] not in (b'"', b"'") or line[-1:] != line[:1]:
        raise ValueError("no quotes")
    return codecs.escape_decode(line[1:-1])[0].decode("latin-1")


for opcode in pickletools.opcodes:
    if opcode.name == "STRING":
        opcode.arg.reader = py2_string


def listing(data):
    """pickletools' lines for the first pickle of the bytes, and what stopped it, if anything did."""
    out = io.StringIO()
    try:
        pickletools.dis(io.BytesIO(data), out)
        stopped = None
    except Exception as error:
        stopped = error
    lines = [line for line in out.getvalue().splitlines() if not line.startswith("highest protocol")]
    return lines, stopped


def opcodes(data):
    """(offset, opcode) of all opcodes of the first pickle"""
    try:
        return [(offset, opcode.name) for opcode, _, offset in pickletools.genops(io.BytesIO(data))]
    except Exception:
        return None


def words(line):
    """Offset, opcode and arguments of a line, whatever its indentation."""
    offset, rest = line.split(":", 1)
    code, name, *arguments = rest.split(None, 2)
    return int(offset), name, arguments


def compare(path):
    data = path.read_bytes()
    done = run(path, "--dis")
    found = done.stdout.decode("utf-8", "surrogateescape").splitlines()
    wanted, stopped = listing(data)
    if stopped is None:
        assert done.returncode == 0, done.stderr.decode()
    # Where pickletools stops half-way (it checks a memo that CPython does not), what it listed must agree.
    for left, right in zip(found, wanted):
        if words(left) != words(right):
            assert (path.name, left) == (path.name, right)
    assert len(found) >= len(wanted)
    every = opcodes(data)
    if every is not None:
        assert [words(line)[:2] for line in found[: len(every)]] == every


@pytest.mark.parametrize("folder", ["builtins", "library", "numpy", "pandas"])
def test_lists_what_pickletools_lists(folder):
    for path in fixtures(folder):
        compare(path)


def shared_files():
    samples = [path for pattern in ("std_*", "np_*") for path in sorted((SHARED / "samples").glob(pattern + "/*.p*"))]
    return [path for path in samples if path.is_file() and path.suffix == ".pkl"][:: max(1, len(samples) // 400)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not beside the project")
def test_lists_what_pickletools_lists_of_the_shared_samples():
    files = shared_files()
    assert len(files) > 100
    for path in files:
        compare(path)
