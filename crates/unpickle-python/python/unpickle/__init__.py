"""Python pickles as polars, Arrow and numpy, without running a byte of them.

>>> import pickle, unpickle
>>> blob = pickle.dumps([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])
>>> unpickle.read_pickle(blob).rows()
[(1, 'x'), (2, 'y')]
"""

import os

from pkl2parquet._native import File, PickleError, Table, Value, after_fork, open, scan

from ._read import read_pickle, to_parquet
from ._scan import scan_pickle

__all__ = [
    "File",
    "PickleError",
    "Table",
    "Value",
    "open",
    "read_pickle",
    "scan",
    "scan_pickle",
    "to_parquet",
]

try:
    # Gives `pl.Expr` its namespace `pickle`.
    from . import _expr as _expr
except ImportError:
    # Without polars there are no expressions.
    pass

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork)
del os, after_fork
