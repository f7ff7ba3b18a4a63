"""Columns that pyarrow holds: every type, whole, sliced and in chunks."""
import datetime as dt
import decimal

import pandas as pd
import pyarrow as pa

I64 = pa.int64()


def types():
    """Name to (type, values)."""
    big = 2**63 - 1
    made = {
        "null": (pa.null(), [None]),
        "bool": (pa.bool_(), [True, False]),
        "string": (pa.string(), ["", "a", "é\0"]),
        "large_string": (pa.large_string(), ["", "a"]),
        "string_view": (pa.string_view(), ["", "a", "longer than twelve bytes"]),
        "binary": (pa.binary(), [b"", b"\0\xff"]),
        "large_binary": (pa.large_binary(), [b"a"]),
        "binary_view": (pa.binary_view(), [b"a", b"longer than twelve bytes"]),
        "fixed_binary": (pa.binary(3), [b"abc", b"\0\0\0"]),
        "date32": (pa.date32(), [dt.date(2020, 1, 1), dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
        "date64": (pa.date64(), [dt.date(2020, 1, 1), dt.date(1, 1, 1)]),
        "time32_s": (pa.time32("s"), [dt.time(1, 2, 3)]),
        "time32_ms": (pa.time32("ms"), [dt.time(1, 2, 3, 4000)]),
        "time64_us": (pa.time64("us"), [dt.time(23, 59, 59, 999999)]),
        "time64_ns": (pa.time64("ns"), [dt.time(1, 2, 3, 4)]),
        "decimal32": (pa.decimal32(7, 2), [decimal.Decimal("1.25"), decimal.Decimal("-99999.99")]),
        "decimal64": (pa.decimal64(15, 3), [decimal.Decimal("1.250")]),
        "decimal128": (pa.decimal128(38, 10), [decimal.Decimal("1.25"), decimal.Decimal("-3")]),
        "decimal256": (pa.decimal256(76, 2), [decimal.Decimal("1.25")]),
        "list": (pa.list_(I64), [[1, None], []]),
        "list_view": (pa.list_view(I64), [[1, None], []]),
        "large_list": (pa.large_list(pa.string()), [["a"], []]),
        "fixed_list": (pa.list_(pa.float32(), 2), [[1.5, None], [0.0, -0.0]]),
        "list_list": (pa.list_(pa.list_(I64)), [[[1], []], []]),
        "struct": (pa.struct([("a", I64), ("b", pa.string())]), [{"a": 1, "b": None}, {"a": None, "b": "x"}]),
        "struct_deep": (pa.struct([("a", pa.list_(pa.struct([("b", pa.bool_())])))]), [{"a": [{"b": True}, None]}, {"a": None}]),
        "map": (pa.map_(pa.string(), I64), [[("a", 1)], [], [("b", None), ("c", 2)]]),
        "dictionary": (pa.dictionary(pa.int8(), pa.string()), ["a", "b"]),
        "dictionary_int": (pa.dictionary(pa.int32(), I64), [1, 2]),
        "uuid": (pa.uuid(), [b"\0" * 16]),
    }
    for bits in (8, 16, 32, 64):
        made[f"int{bits}"] = (getattr(pa, f"int{bits}")(), [0, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1])
        made[f"uint{bits}"] = (getattr(pa, f"uint{bits}")(), [0, 2**bits - 1])
    for name in ("float16", "float32", "float64"):
        made[name] = (getattr(pa, name)(), [0.5, -0.0, float("inf"), float("nan")])
    for unit in ("s", "ms", "us", "ns"):
        ends = [0, -1, big, -big] if unit == "ns" else [0, -1, 10**10]
        made["timestamp_" + unit] = (pa.timestamp(unit), ends)
        made["timestamp_zone_" + unit] = (pa.timestamp(unit, "Europe/Paris"), [0, -1, 1635638400])
        made["duration_" + unit] = (pa.duration(unit), ends)
    return made


def build(r, kind, values, n):
    """Cells in up to three chunks, each of them maybe a slice of something longer."""
    chunks, left = [], n
    while left or not chunks:
        size = left if len(chunks) > 1 else r.randrange(left + 1)
        before, after = r.randrange(3), r.randrange(3)
        cells = [None if r.random() < 0.2 else r.choice(values) for _ in range(before + size + after)]
        chunks.append(pa.array(cells, kind).slice(before, size))
        left -= size
    return pa.chunked_array(chunks, kind)


def column(r, n, kind, values):
    return pd.arrays.ArrowExtensionArray(build(r, kind, values, n))


def kinds():
    return {name: lambda r, n, kind=kind, values=values: column(r, n, kind, values) for name, (kind, values) in types().items()}
