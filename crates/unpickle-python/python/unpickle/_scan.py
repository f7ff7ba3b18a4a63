"""Pickled tables as lazy frames of polars."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from ._read import Index, Table, failure, table_in

if TYPE_CHECKING:
    import polars as pl

# Rows given to polars at a time.
BATCH = 1 << 20
# Files that are opened to learn their columns stay open for their rows, as long as they are not larger than this together.
KEPT = 256 << 20
# Files opened at once.
AHEAD = 16


def scan_pickle(
    source: Any,
    key: str | None = None,
    n_rows: int | None = None,
    index: Index = "columns",
    include_file_paths: str | None = None,
) -> pl.LazyFrame:
    """Reads pickled tables as one lazy frame of polars.

    Only the columns that a query needs are read, and only as many rows; batch by batch, so that ``sink_parquet`` of a large file
    takes little memory.

    Parameters
    ----------
    source
        A path, a pattern such as ``"exports/*.pkl"``, or a list of them. Several files are one frame: columns are matched by name,
        those that a file has not are null.
    key, index
        As in `read_pickle`.
    n_rows
        At most so many rows in all.
    include_file_paths
        The name of a column to add, with the path that a row is from.

    Raises
    ------
    PickleError
        A file is no pickle, or holds no table, or several; or one column is of different types in two files. Files are opened
        at once, to learn their columns; what is wrong with a cell is raised when it is collected.

    Examples
    --------
    >>> import pickle, polars as pl, tempfile, unpickle
    >>> with tempfile.NamedTemporaryFile(suffix=".pkl") as file:
    ...     pickle.dump([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], file)
    ...     file.flush()
    ...     unpickle.scan_pickle(file.name).filter(pl.col("a") > 1).select("b").collect().item()
    'y'
    """
    from polars.io.plugins import register_io_source

    scan = Scan(paths_of(source), key, index, include_file_paths, n_rows)

    # polars calls this interface unstable: it is used here and nowhere else.
    def rows(
        with_columns: list[str] | None, predicate: pl.Expr | None, limit: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        return scan.frames(with_columns, predicate, limit)

    return register_io_source(rows, schema=scan.schema(), is_pure=True)


def paths_of(source: Any) -> list[str]:
    """The files that ``source`` names, patterns in it replaced by what they match."""
    if isinstance(source, (str, os.PathLike)):
        source = [source]
    if not isinstance(source, Iterable) or isinstance(source, (bytes, bytearray)):
        raise TypeError("expected a path, a pattern or a list of them; read_pickle takes bytes and files")
    paths: list[str] = []
    for one in source:
        path = os.fspath(one)
        if os.path.exists(path) or not glob.has_magic(path):
            paths.append(path)
        else:
            matched = sorted(glob.glob(path, recursive=True))
            if not matched:
                raise FileNotFoundError(f"no file matches {path!r}")
            paths.extend(matched)
    if not paths:
        raise ValueError("no file to read")
    return paths


class Scan:
    """Files that are one frame."""

    def __init__(
        self, paths: list[str], key: str | None, index: Index, path_column: str | None, n_rows: int | None
    ) -> None:
        self.paths, self.key, self.index, self.path_column, self.n_rows = paths, key, index, path_column, n_rows
        self.known: pl.Schema | None = None
        self.opened: dict[str, Table] = {}
        self.kept = 0

    def table(self, path: str) -> Table:
        """The table of one file."""
        return self.opened.get(path) or table_in(path, self.key, self.index)

    def keep(self, path: str, table: Table) -> None:
        """Keeps a file open, if it is the only one, or small."""
        size = os.path.getsize(path)
        if len(self.paths) == 1 or self.kept + size <= KEPT:
            self.kept += size
            self.opened[path] = table

    def tables(self) -> Iterator[tuple[str, Table]]:
        """The table of each file, of which some are opened side by side."""
        if len(self.paths) == 1:
            yield self.paths[0], self.table(self.paths[0])
            return
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(self.paths), AHEAD):
                some = self.paths[start : start + AHEAD]
                yield from zip(some, pool.map(self.table, some), strict=True)

    def schema(self) -> pl.Schema:
        """The columns of all files, by name, in the order in which they are met."""
        import polars as pl

        if self.known is not None:
            return self.known
        known: dict[str, pl.DataType] = {}
        where: dict[str, str] = {}
        for path, table in self.tables():
            self.keep(path, table)
            for name, dtype in pl.DataFrame(table.select(n_rows=0)).schema.items():
                if name not in known or known[name] == pl.Null:
                    known[name], where[name] = dtype, path
                elif dtype not in (known[name], pl.Null):
                    was = f"{known[name]} in {where[name]}"
                    raise failure(f"column {name!r} is {dtype}, and {was}; scan the files apart and cast", path)
        if self.path_column is not None:
            if self.path_column in known:
                raise failure(f"there is a column {self.path_column!r} already, which include_file_paths asks for")
            known[self.path_column] = pl.String()
        self.known = pl.Schema(known)
        return self.known

    def frames(self, columns: list[str] | None, predicate: pl.Expr | None, limit: int | None) -> Iterator[pl.DataFrame]:
        """The rows, batch by batch."""
        import polars as pl

        schema = self.schema()
        wanted = list(schema) if columns is None else columns
        left = min((most for most in (limit, self.n_rows) if most is not None), default=None)
        for path in self.paths:
            if left is not None and left <= 0:
                return
            table = self.table(path)
            names = set(table.column_names)
            there = [name for name in wanted if name in names]
            some = table.select(there, n_rows=left)
            for start in range(0, len(some), BATCH):
                part = some.select(offset=start, n_rows=BATCH)
                rows = pl.DataFrame(part._batches()) if there else pl.DataFrame(height=len(part))
                rows = rows.select(self.column(rows, len(part), name, path, schema) for name in wanted)
                yield rows if predicate is None else rows.filter(predicate)
            if left is not None:
                left -= len(some)

    def column(self, rows: pl.DataFrame, height: int, name: str, path: str, schema: pl.Schema) -> pl.Series:
        """A column of the frame, whether this file has it or not."""
        import polars as pl

        if name not in rows.columns:
            value = path if name == self.path_column else None
            return pl.repeat(value, height, dtype=schema[name], eager=True).alias(name)
        column = rows[name]
        return column.cast(schema[name]) if column.dtype == pl.Null else column
