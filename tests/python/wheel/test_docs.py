"""What is documented runs."""
import doctest
import importlib
import pathlib
import re
import shutil

import pkl2parquet._native
import pytest
import unpickle
from conftest import FIXTURES, ROOT

README = ROOT / "crates" / "unpickle-python" / "README.md"


@pytest.mark.parametrize("name", ["unpickle", "unpickle._read", "unpickle._scan", "unpickle._expr"])
def test_docstrings(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed


@pytest.mark.parametrize("name", ["open", "scan", "File", "Table", "Value"])
def test_docstrings_of_the_native_half(name):
    made = getattr(pkl2parquet._native, name)
    assert ">>> " in made.__doc__
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder(recurse=False).find(made, name, globs={}):
        runner.run(test)
    assert runner.tries and not runner.failures


def test_all_that_is_public_is_documented_and_typed():
    stubs = pathlib.Path(pkl2parquet._native.__file__).with_name("_native.pyi").read_text()
    for name in unpickle.__all__:
        made = getattr(unpickle, name)
        assert made.__doc__, name
        if getattr(made, "__module__", "").startswith("unpickle._"):
            continue
        assert re.search(rf"(def|class) {name}\b", stubs), name
        for method, what in vars(made).items() if isinstance(made, type) else ():
            if not method.startswith("_") and name != "PickleError":
                assert f"def {method}(" in stubs and what.__doc__, f"{name}.{method}"


def test_readme(tmp_path, monkeypatch, capsys):
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    shutil.copy(FIXTURES / "pandas" / "weather.pkl", "weather.pkl")
    shutil.copy(FIXTURES / "sklearn" / "tutorial-1.9.1.pkl", "model.pkl")
    examples = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 5
    for example in examples:
        exec(example, {})
    assert (tmp_path / "wet.parquet").exists() and (tmp_path / "weather.parquet").exists()
    assert "sklearn.linear_model" in capsys.readouterr().out


def test_page_on_polars(tmp_path, monkeypatch, capsys):
    """Each example says what is printed below it."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(FIXTURES / "pandas" / "weather.pkl", "weather.pkl")
    text = (ROOT / "docs" / "polars.md").read_text(encoding="utf-8")
    known = {}
    told = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert len(told) >= 2
    for example, printed in told:
        exec(example, known)
        assert capsys.readouterr().out == printed
