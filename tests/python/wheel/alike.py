"""What a frame of the wheel must be, told by ``pl.from_pandas``; and the rules by which docs/mapping.md has it otherwise."""

import pandas as pd
import polars as pl
from oracle import physical_names
from polars.testing import assert_series_equal


def as_frame(value):
    """A pickled object as the frame that it is a table of."""
    if isinstance(value, pd.Series):
        return value.to_frame("0" if value.name is None else value.name)
    return value if isinstance(value, pd.DataFrame) else None


def from_pandas(frame):
    """The columns without the index as polars makes them; a failure for each that it cannot."""
    made = []
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place].reset_index(drop=True)
        try:
            made.append(pl.from_pandas(pd.DataFrame({"0": column})).to_series())
        except (Exception, pl.exceptions.PanicException) as error:
            made.append(error)
    return made


def check(got, frame, index):
    """Every column of `got` against what polars makes of the frame itself; gives the rules that were needed."""
    assert got.columns == physical_names(frame if index else frame.reset_index(drop=True))
    assert got.height == len(frame) or not got.width
    used = set()
    for ours, theirs in zip(got.get_columns(), from_pandas(frame)):
        if isinstance(theirs, BaseException):
            used.add("polars cannot")
        else:
            used.add(column(ours, theirs.alias(ours.name)))
    return used


def column(ours, theirs):
    """The rule by which `ours` is what `theirs` is; an assertion where there is none."""
    kinds = ours.dtype, theirs.dtype
    if ours.null_count() == theirs.null_count() == len(ours):
        return "equal" if kinds[0] == kinds[1] else "nothing in it"
    if kinds[0] == kinds[1]:
        if kinds[0].is_float() and ours.null_count() > theirs.null_count():
            same(ours, theirs.fill_nan(None))
            return "a nan among objects is null"
        same(ours, theirs)
        return "equal"
    if kinds == (pl.Date, pl.Datetime("ms")):
        same(ours, theirs.cast(pl.Date))
        return "date64 is a date"
    if all(kind.is_temporal() for kind in kinds) and kinds[0].base_type() == kinds[1].base_type():
        same(counts(ours, theirs.dtype.time_unit), counts(theirs, theirs.dtype.time_unit))
        return "nanoseconds are kept, and zones that differ are UTC"
    if kinds[0] == pl.String and kinds[1].is_temporal():
        assert (ours.is_null() == theirs.is_null()).all()
        return "moments that no int64 of nanoseconds holds are text"
    if kinds == (pl.String, pl.Struct({})):
        assert set(ours.drop_nulls()) == {"{}"}
        return "dicts without keys are JSON text"
    if kinds == (pl.Binary, pl.String):
        same(ours.cast(pl.String), theirs)
        return "text beside bytes is bytes"
    if kinds[0] == pl.String and kinds[1].is_decimal():
        assert ours.to_list() == [None if cell is None else str(cell) for cell in theirs]
        return "more than 38 digits are text"
    storages = [series.ext.storage() if isinstance(series.dtype, pl.BaseExtension) else series for series in (ours, theirs)]
    if [storages[0].dtype, storages[1].dtype] != list(kinds):
        same(storages[0].cast(storages[1].dtype), storages[1])
        return "ends of intervals that are categories are float64"
    raise AssertionError(f"{ours.name}: {kinds[0]} for {kinds[1]}")


def same(ours, theirs):
    assert_series_equal(ours, theirs, categorical_as_str=True, check_exact=True, check_names=False)


def counts(series, unit):
    """Moments and spans as counts of `unit`, whichever they were counted in."""
    per = {"ms": 10**3, "us": 10**6, "ns": 10**9}
    return series.to_physical() // (per[series.dtype.time_unit] // per[unit])
