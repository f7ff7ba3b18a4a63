"""``pl.col("payload").pickle``: columns of pickled blobs."""

from __future__ import annotations

from typing import Any

import polars as pl

from pkl2parquet._native import decode_blobs


@pl.api.register_expr_namespace("pickle")
class PickleExpr:
    """What is in blobs of pickles, as databases, caches and queues keep them. Nothing of them is executed.

    >>> import pickle, polars as pl, unpickle
    >>> rows = [{"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": []}]
    >>> frame = pl.DataFrame({"payload": [pickle.dumps(row) for row in rows]})
    >>> frame.select(pl.col("payload").pickle.get("tags[0]", pl.String)).to_series().to_list()
    ['a', None]
    """

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    def decode(self, dtype: Any, *, strict: bool = True) -> pl.Expr:
        """The values as ``dtype``.

        A dict is a struct: of its keys those that are fields are taken, fields that it has not are null. So are the attributes of
        an object. Numbers of numpy are numbers; no int becomes another number, no text is parsed.

        Parameters
        ----------
        dtype
            Numbers, `Boolean`, `String`, `Binary`, `Date`, `Time`, `Duration`, `Datetime` without a zone, `List`, `Array`,
            `Struct`, `Categorical` or `Enum`.
        strict
            Whether a blob that is no pickle, or a value that is not of the type, is an error that names the row; else it is null.

        >>> import pickle, polars as pl, unpickle
        >>> frame = pl.DataFrame({"payload": [pickle.dumps({"id": 7, "name": "Ada"}), b"no pickle"]})
        >>> dtype = pl.Struct({"id": pl.Int64, "name": pl.String})
        >>> frame.select(pl.col("payload").pickle.decode(dtype, strict=False)).to_series().to_list()
        [{'id': 7, 'name': 'Ada'}, None]
        """
        return self.get("", dtype, strict=strict)

    def get(self, path: str, dtype: Any, *, strict: bool = True) -> pl.Expr:
        """The value that ``path`` leads to, as ``dtype``; null where it leads nowhere.

        Names of keys and attributes are parted by dots, numbers and quoted names stand in brackets:
        ``"path.to[0].field"``, ``"items[-1]['any text']"``.
        """
        to = dtype() if isinstance(dtype, type) else dtype
        made = plain(to)

        def work(blobs: pl.Series) -> pl.Series:
            like = pl.DataFrame(schema={"": made})
            decoded = decode_blobs(framed(blobs), "typed", like, path, strict)
            return pl.DataFrame(decoded).to_series().cast(to, strict=strict).alias(blobs.name)

        return self._expr.map_batches(work, return_dtype=to, is_elementwise=True)

    def decode_json(self, *, strict: bool = True) -> pl.Expr:
        """The values as JSON text, whatever they are: what JSON has no form for is ``{"$type": …}``.

        >>> import datetime, pickle, polars as pl, unpickle
        >>> frame = pl.DataFrame({"payload": [pickle.dumps({"day": datetime.date(2024, 1, 1), "n": [1, None]})]})
        >>> frame.select(pl.col("payload").pickle.decode_json()).item()
        '{"day": {"$type": "datetime.date", "value": "2024-01-01"}, "n": [1, null]}'
        """
        return self._text("json", strict)

    def kind(self, *, strict: bool = True) -> pl.Expr:
        """What the values are: ``"dict"``, ``"list"``, ``"int"``, or the class of an object.

        >>> import pickle, polars as pl, unpickle
        >>> frame = pl.DataFrame({"payload": [pickle.dumps({}), pickle.dumps(1)]})
        >>> frame.select(pl.col("payload").pickle.kind()).to_series().to_list()
        ['dict', 'int']
        """
        return self._text("kind", strict)

    def _text(self, what: str, strict: bool) -> pl.Expr:
        def work(blobs: pl.Series) -> pl.Series:
            decoded = decode_blobs(framed(blobs), what, strict=strict)
            return pl.DataFrame(decoded).to_series().alias(blobs.name)

        return self._expr.map_batches(work, return_dtype=pl.String(), is_elementwise=True)


def framed(blobs: pl.Series) -> pl.DataFrame:
    """What is handed over; a column of nothing is of no type."""
    return (blobs.cast(pl.Binary) if blobs.dtype == pl.Null else blobs).to_frame()


def plain(dtype: pl.DataType) -> pl.DataType:
    """What is decoded and then cast by polars, which knows its categories."""
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        return pl.String()
    if isinstance(dtype, pl.Array):
        return pl.List(plain(dtype.inner))
    if isinstance(dtype, pl.List):
        return pl.List(plain(dtype.inner))
    if isinstance(dtype, pl.Struct):
        return pl.Struct([pl.Field(field.name, plain(field.dtype)) for field in dtype.fields])
    return dtype
