#!/usr/bin/env python3
"""Time and memory to list a large PyTorch checkpoint and to convert it to safetensors, against `cp` of the same bytes.

usage: checkpoint.py [--command target/release/pkl2parquet] [--folder DIR] [--size 2000] [--tensors 400] [--runs 3]

The checkpoint is made by hand, so torch is not needed: `{'model': state dict, 'epoch': 3}` of float32 and bfloat16 matrices,
in the zip that `torch.save` writes. Runs take turns (`cp`, ours, `cp`, ..), and each writes a new file on the same disk and
waits until it is there (`sync`); figures are medians. Anonymous memory is the peak of RssAnon, looked at every 2 ms.
Needs numpy, and Linux.
"""
import argparse
import collections
import io
import json
import os
import pathlib
import pickle
import shutil
import statistics
import struct
import sys
import tempfile
import time
import types
import zipfile

import numpy as np

from measure import COMMAND, run

COLUMNS = 1024


class Storage:
    """What stands for a storage: pickled as a persistent id."""

    def __init__(self, kind, key, count):
        self.id = ("storage", kind, key, "cpu", count)


class Tensor:
    """Pickled as torch pickles a tensor."""

    def __init__(self, storage, shape):
        self.storage, self.shape, self.strides = storage, shape, (shape[1], 1)

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (self.storage, 0, self.shape, self.strides, False, collections.OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.id if isinstance(value, Storage) else None


def fake_torch():
    """The names that a checkpoint refers to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in "FloatStorage", "BFloat16Storage":
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2():
        pass

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    sys.modules["torch"], sys.modules["torch._utils"] = torch, utils
    return torch


def member(archive, name, data):
    """A stored member whose bytes begin at a multiple of 64, as `torch.save` pads them."""
    info = zipfile.ZipInfo(name)
    header = archive.fp.tell() + 30 + len(name.encode()) + 4
    padding = -header % 64
    info.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    with archive.open(info, "w") as out:
        out.write(data)


def make(path, megabytes, tensors):
    """Writes the checkpoint; gives the bytes of its tensors."""
    torch = fake_torch()
    rows = megabytes * 1_000_000 // tensors // COLUMNS // 4
    state, sizes = collections.OrderedDict(), []
    for i in range(tensors):
        half = i % 4 == 3
        kind = torch.BFloat16Storage if half else torch.FloatStorage
        count = rows * COLUMNS * (2 if half else 1)
        state["layers.%d.weight" % i] = Tensor(Storage(kind, str(i), count), (count // COLUMNS, COLUMNS))
        sizes.append(rows * COLUMNS * 4)
    data = io.BytesIO()
    Pickler(data, 2).dump({"model": state, "epoch": 3})
    random = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        member(archive, "checkpoint/data.pkl", data.getvalue())
        member(archive, "checkpoint/byteorder", b"little")
        for i, size in enumerate(sizes):
            member(archive, "checkpoint/data/%d" % i, random.bytes(size))
        member(archive, "checkpoint/version", b"3\n")
    return sum(sizes)


def checked(command):
    """Seconds, and the peak of anonymous memory in MB, of a command that must succeed."""
    cost = run(command)
    assert cost is not None, command
    return cost.wall, cost.memory


def written(command, out):
    """As `checked`, with the time until the bytes are on the disk."""
    out.unlink(missing_ok=True)
    start = time.perf_counter()
    peak = checked(command)[1]
    with open(out, "rb+") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - start, peak


def check(path, tensors, size):
    """Whether the file holds all of it."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
    assert len(header) - 1 == tensors and os.path.getsize(path) == 8 + length + size, path


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--command", default=COMMAND)
    options.add_argument("--folder", help="where the files are made; a temporary folder by default")
    options.add_argument("--size", type=int, default=2000, help="megabytes")
    options.add_argument("--tensors", type=int, default=400)
    options.add_argument("--runs", type=int, default=3)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        source, copy, out = (pathlib.Path(folder, name) for name in ("checkpoint.pt", "copy.pt", "checkpoint.safetensors"))
        size = make(source, args.size, args.tensors)
        assert shutil.disk_usage(folder).free > 2 * size, "too little room on the disk"
        print(f"{size / 1e6:,.0f} MB in {args.tensors} tensors, median of {args.runs}")
        lists, copies, ours = [], [], []
        for _ in range(args.runs):
            lists.append(checked([args.command, source, "--list"]))
            copies.append(written(["cp", "--reflink=never", source, copy], copy))
            copy.unlink()
            ours.append(written([args.command, source, out, "--quiet"], out))
        check(out, args.tensors, size)
    seconds = lambda runs: statistics.median(run[0] for run in runs)
    memory = lambda runs: max(run[1] for run in runs)
    print(f"list     {seconds(lists) * 1000:8.0f} ms  {memory(lists):6.1f} MB anonymous")
    print(f"cp       {seconds(copies):8.2f} s")
    print(f"convert  {seconds(ours):8.2f} s   {memory(ours):6.1f} MB anonymous, {seconds(ours) / seconds(copies):.2f} times cp")


if __name__ == "__main__":
    main()
