"""numpy's own files, through the command to .npz: every array as numpy itself loads it, bit for bit."""
import io

import numpy as np
import pytest
from conftest import run

KINDS = ["?", "i1", "<i2", ">i4", "<i8", "u1", ">u2", "<u8", "<f2", "<f4", ">f8", "<c8", "<c16", "<M8[us]", "<m8[s]", "S3", "<U4", "V3"]


def made(kind):
    cells = np.arange(24, dtype="u1").reshape(2, 3, 4)
    if kind == "V3":
        return np.frombuffer(bytes(range(72)), "V3").reshape(2, 3, 4)
    return cells.astype(kind)


def same(found, expected):
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_arrays_go_through(tmp_path, kind, version):
    for array in (made(kind), np.asfortranarray(made(kind)), made(kind)[:, ::2], made(kind)[:0], made(kind)[0, 0, 0]):
        with open(tmp_path / "in.npy", "wb") as out:
            np.lib.format.write_array(out, np.asanyarray(array), version=version)
        done = run(tmp_path / "in.npy", tmp_path / "out.npy", "--quiet", "--force")
        assert done.returncode == 0, done.stderr.decode()
        same(np.load(tmp_path / "out.npy"), np.asanyarray(array))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_archives_go_through(tmp_path, save):
    arrays = {kind.strip("<>").replace("?", "bool"): made(kind) for kind in KINDS}
    arrays["fortran"], arrays["zeros"] = np.asfortranarray(made("<f8")), np.zeros((300, 400))
    save(tmp_path / "in.npz", **arrays)
    done = run(tmp_path / "in.npz", tmp_path / "out.npz", "--quiet")
    assert done.returncode == 0, done.stderr.decode()
    found = np.load(tmp_path / "out.npz")
    assert set(found.files) == set(arrays)
    for name in arrays:
        same(found[name], arrays[name])


def test_several_arrays_in_one_file_are_told_apart(tmp_path):
    arrays = [np.arange(3), np.array([[1.5]]), np.zeros((0, 2)), np.array(["a", "bc"])]
    with open(tmp_path / "in.npy", "wb") as out:
        for array in arrays:
            np.save(out, array)
    done = run(tmp_path / "in.npy", tmp_path / "out.npz", "--quiet")
    assert done.returncode == 0, done.stderr.decode()
    found = np.load(tmp_path / "out.npz")
    for array, name in zip(arrays, found.files, strict=True):
        same(found[name], array)


def test_an_archive_may_come_from_a_pipe(tmp_path):
    memory = io.BytesIO()
    np.savez(memory, a=np.arange(3))
    (tmp_path / "renamed.bin").write_bytes(memory.getvalue())
    assert run(tmp_path / "renamed.bin", tmp_path / "a.npy", "-k", "a", "--quiet").returncode == 0
    same(np.load(tmp_path / "a.npy"), np.arange(3))


class Pipe(io.RawIOBase):
    """Takes bytes and cannot go back: the writer says the sizes of members behind them."""

    def __init__(self):
        self.parts = []

    def writable(self):
        return True

    def write(self, part):
        self.parts.append(bytes(part))
        return len(part)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_may_have_been_written_into_a_pipe(tmp_path, save):
    pipe = Pipe()
    save(pipe, a=np.arange(3), b=np.zeros((40, 50)))
    (tmp_path / "in.npz").write_bytes(b"".join(pipe.parts))
    done = run(tmp_path / "in.npz", tmp_path / "out.npz", "--quiet")
    assert done.returncode == 0, done.stderr.decode()
    same(np.load(tmp_path / "out.npz")["a"], np.arange(3))
    same(np.load(tmp_path / "out.npz")["b"], np.zeros((40, 50)))


def test_a_damaged_member_is_named(tmp_path):
    np.savez(tmp_path / "in.npz", good=np.arange(3), bad=np.full(1000, 7, "u1"))
    whole = (tmp_path / "in.npz").read_bytes()
    at = whole.index(bytes([7]) * 1000)
    (tmp_path / "in.npz").write_bytes(whole[:at] + b"x" + whole[at + 1 :])
    done = run(tmp_path / "in.npz", tmp_path / "out.npz")
    assert done.returncode == 2
    assert b"bad.npy" in done.stderr and b"checksum" in done.stderr
