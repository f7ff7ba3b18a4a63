"""What we decode is what CPython makes of the same bytes, see differential.py."""
import os
import pathlib

import differential
import pytest
from conftest import FIXTURES, ROOT

STRUCTURE = os.environ.get("STRUCTURE", str(ROOT / "target" / "debug" / "examples" / "structure"))


@pytest.mark.parametrize("encoding", ["bytes", "latin1"])
def test_what_cpython_reads_we_read_alike(encoding):
    counts, differ = differential.compare(STRUCTURE, 4000, 1, differential.fixtures(FIXTURES), encoding)
    assert not differ, differ[:3]
    assert counts["agree"] > 1000, counts


def test_the_unpickler_of_the_comparison_calls_nothing(tmp_path):
    made = tmp_path / "made"
    for code in (f"cos\nsystem\n(Vtouch {made}\ntR.", f"cbuiltins\nopen\n(V{made}\nVw\ntR.", f"(Vtouch {made}\nios\nsystem\n."):
        assert differential.python_says(code.encode()).startswith("< g")
    assert not pathlib.Path(made).exists()
