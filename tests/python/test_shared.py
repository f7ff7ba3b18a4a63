"""The shared measure of correctness, on every pandas it has samples of, where it lies beside the project."""
import os
import pathlib
import re
import subprocess
import sys

import pytest
from conftest import COMMAND, ROOT

SHARED = pathlib.Path(os.environ.get("UNPICKLE_SHARED", ROOT.parent / "shared"))
VERSIONS = SHARED / "check" / "versions.py"
# Its truth spells these moments as text, in pandas 1.5 and 2.0 only.
SPELLED_OTHERWISE = "df_arrowts."


@pytest.mark.skipif(not VERSIONS.is_file(), reason="the shared measures are not beside the project")
def test_frames_of_every_pandas_are_as_that_pandas_saw_them():
    done = subprocess.run(
        [sys.executable, VERSIONS, "--bin", COMMAND, "--all"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900
    )
    *cases, last = done.stdout.strip().splitlines() or [done.stderr]
    found = re.match(r"equal (\d+)/(\d+)  mapped (\d+)  differs (\d+)  refused (\d+)  crashed (\d+)  strict (\d+)/(\d+)", last)
    assert found, last
    equal, every, mapped, differs, refused, crashed, strict, judged = map(int, found.groups())
    print(last)
    assert [case for case in cases if SPELLED_OTHERWISE not in case] == []
    assert (equal + mapped + differs, refused, crashed) == (every, 0, 0)
    assert strict == judged > 1000
