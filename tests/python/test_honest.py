"""Honest files that look like attacks are read."""
import inspect

import honest
import pytest
from conftest import COMMAND


@pytest.mark.parametrize("make", honest.FILES, ids=lambda make: make.__name__)
def test_an_honest_file_is_read(make, tmp_path):
    assert inspect.getdoc(make)
    honest.run(COMMAND, make, tmp_path)
