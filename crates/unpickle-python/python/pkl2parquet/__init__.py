"""The command ``pkl2parquet``, and the native half of the package ``unpickle``.

It stands apart from ``unpickle``, which imports polars where it is installed: the command has no use for it.
"""
