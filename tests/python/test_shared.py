"""The shared measure of correctness, on one pandas version, where it lies beside the project."""
import os
import pathlib
import re
import subprocess
import sys

import pytest
from conftest import COMMAND, ROOT

SHARED = pathlib.Path(os.environ.get("UNPICKLE_SHARED", ROOT.parent / "shared"))
VERSIONS = SHARED / "check" / "versions.py"


@pytest.mark.skipif(not VERSIONS.is_file(), reason="the shared measures are not beside the project")
def test_frames_of_pandas_3_are_as_pandas_saw_them():
    done = subprocess.run(
        [sys.executable, VERSIONS, "--bin", COMMAND, "--only", "pd_main"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900
    )
    last = (done.stdout.strip().splitlines() or [done.stderr])[-1]
    found = re.match(r"equal (\d+)/(\d+)  mapped (\d+)  differs (\d+)  refused (\d+)  crashed (\d+)  strict (\d+)/(\d+)", last)
    assert found, last
    equal, every, mapped, _, _, crashed, strict, judged = map(int, found.groups())
    assert crashed == 0, done.stdout
    assert equal + mapped >= 0.99 * every, done.stdout
    assert strict >= 0.99 * judged, done.stdout
