"""The command ``pkl2parquet``; also ``python -m pkl2parquet``."""

import signal
import sys

from ._native import run


def main() -> int:
    # The command ends at Ctrl-C and at a closed pipe as programs do, not by an exception of Python.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run(["pkl2parquet", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
