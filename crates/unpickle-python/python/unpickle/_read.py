"""Pickled tables as frames of polars, or as Parquet, at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from pkl2parquet._native import File, PickleError, Table
from pkl2parquet._native import open as open_file

if TYPE_CHECKING:
    import polars as pl

Index = Literal["columns", "drop"]


def failure(message: str, path: Any = None) -> PickleError:
    """An error of the file ``path``."""
    error = PickleError(f"{os.fspath(path)}: {message}" if isinstance(path, (str, os.PathLike)) else message)
    if isinstance(path, (str, os.PathLike)):
        error.path = os.fspath(path)
    return error


def table_in(source: Any, key: str | None, index: Index) -> Table:
    """The one table that is meant by ``key`` in the pickle ``source``."""
    if index not in ("columns", "drop"):
        raise ValueError(f'expected index="columns" or index="drop", found {index!r}')
    file = source if isinstance(source, File) else open_file(source)
    tables = file.tables(key)
    if not tables:
        raise failure("no table in it; unpickle.open(…).tree() shows what there is", source)
    if len(tables) > 1:
        keys = ", ".join(repr(table.path) for table in tables[:20])
        more = f" and {len(tables) - 20} more" if len(tables) > 20 else ""
        raise failure(f"{len(tables)} tables in it; say which by key=…: {keys}{more}", source)
    return tables[0].select(index=index == "columns")


def read_pickle(
    source: Any,
    key: str | None = None,
    columns: Sequence[str] | None = None,
    n_rows: int | None = None,
    index: Index = "columns",
) -> pl.DataFrame:
    """Reads a pickled table as a polars frame.

    Parameters
    ----------
    source
        A path, bytes, a file opened in binary mode, or what `open` gave; compressed or not.
    key
        Which table, where there are several, or any value inside: ``"model.coef_"``, ``"rows[3]"``.
    columns
        Only these, in this order; the others are not looked at.
    n_rows
        At most so many rows.
    index
        ``"columns"`` keeps the index of a DataFrame as columns behind the others (a RangeIndex is none), ``"drop"``
        leaves it out.

    Raises
    ------
    PickleError
        It is no pickle, or there is no table, or several.

    Examples
    --------
    >>> import pickle, unpickle
    >>> unpickle.read_pickle(pickle.dumps([{"a": 1}, {"a": 2}]))["a"].to_list()
    [1, 2]
    """
    import polars as pl

    table = table_in(source, key, index).select(columns, n_rows=n_rows)
    return pl.DataFrame(table._batches())


def to_parquet(
    source: Any,
    path: str | os.PathLike[str],
    key: str | None = None,
    columns: Sequence[str] | None = None,
    n_rows: int | None = None,
    index: Index = "columns",
    compression: str = "auto",
) -> None:
    """Writes a pickled table as the Parquet file that ``pandas.read_parquet`` reads as the same frame.

    The file appears when it is complete: an error, or Ctrl-C, leaves what was there.

    Parameters
    ----------
    source, key, columns, n_rows, index
        As in `read_pickle`.
    path
        The file to write.
    compression
        ``"snappy"``, ``"zstd"``, ``"zstd:9"``, ``"gzip"``, ``"lz4"``, ``"brotli"`` or ``"none"``.

    Examples
    --------
    >>> import pandas, pickle, tempfile, unpickle
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     unpickle.to_parquet(pickle.dumps({"a": [1, 2]}), folder + "/a.parquet")
    ...     pandas.read_parquet(folder + "/a.parquet")["a"].sum()
    np.int64(3)
    """
    table_in(source, key, index).select(columns, n_rows=n_rows).write_parquet(path, compression)
