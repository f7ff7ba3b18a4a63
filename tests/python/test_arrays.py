"""Arrays by their names, from the command to .npy, .npz and .safetensors: what numpy and safetensors write and read."""
import io
import json
import pickle
import struct
import sys
import time
import warnings
import zipfile
from unittest import mock

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import FIXTURES, ROOT, run
from safetensors import safe_open
from safetensors.numpy import load_file, save

sys.path.insert(0, str(ROOT / "crates/cli/benches"))
import checkpoint as bench  # noqa: E402

warnings.simplefilter("ignore")
RANDOM = np.random.default_rng(7)
KINDS = {
    "bool": np.array([True, False]),
    "u1": np.arange(256, dtype="u1"),
    "i2": np.arange(-3, 3, dtype="i2"),
    "u8": np.array([2**64 - 1], "u8"),
    "f2": np.array([1.5, np.nan], "f2"),
    "f4": RANDOM.normal(size=(2, 3)).astype("f4"),
    "f8": RANDOM.normal(size=(2, 3, 4)),
    "c8": np.array([[1 + 2j]], "c8"),
    "none": np.array(2.5),
    "empty": np.zeros((0, 3), "i4"),
    "fortran": np.asfortranarray(RANDOM.normal(size=(30, 4))),
    "turned": RANDOM.normal(size=(5, 6, 7)).transpose(1, 2, 0),
    "sliced": np.arange(40, dtype="i8").reshape(5, 8)[::-2, 1::3],
}
MORE = {
    "c16": np.array([1 - 2j]),
    "long": np.array([1.5, -2.25], np.longdouble),
    "bytes": np.array([b"a", b"bcd"]),
    "text": np.array([["a", "é€𝄞"]]),
    "day": np.array(["2020-02-29", "NaT"], "M8[D]"),
    "span": np.array([1, 2], "m8[25s]"),
    "raw": np.array([b"ab", b"c"], "V3"),
    "fields": np.array([(1, 2.5, "x")], [("a", "i4"), ("b", "f8"), ("c", "U3")]),
    "gaps": np.array([(1, 2.5, [1, 2])], np.dtype([("a", "i1"), ("b", "f8"), ("c", "i2", (2,))], align=True)),
    "beyond": np.zeros(1, [("€", "i4")]),
    "wide": np.zeros(1, [("field%05d" % i, "i4") for i in range(4000)]),
}


def converted(folder, value, name, *flags, protocol=5):
    (folder / "in.pkl").write_bytes(pickle.dumps(value, protocol))
    done = run(folder / "in.pkl", folder / name, *flags)
    assert done.returncode == 0, done.stderr.decode()
    return folder / name, done.stderr.decode()


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("kind", [*KINDS, *MORE])
def test_npy_is_numpys_own_file(tmp_path, kind, protocol):
    array = (KINDS | MORE)[kind]
    out, _ = converted(tmp_path, array, "out.npy", protocol=protocol)
    expected = io.BytesIO()
    # numpy pickles strided arrays in C order; saved before, they would be copied into that, too.
    np.save(expected, pickle.loads(pickle.dumps(array, protocol)))
    assert out.read_bytes() == expected.getvalue()


@pytest.mark.parametrize("flags", [[], ["--compression", "gzip"]], ids=["stored", "deflated"])
def test_npz_holds_every_kind_by_name(tmp_path, flags):
    arrays = KINDS | MORE
    out, _ = converted(tmp_path, arrays, "out.npz", *flags)
    with np.load(out, max_header_size=10**6) as found:
        assert found.files == list(arrays)
        for name, array in arrays.items():
            assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape), name
            if name == "gaps":  # numpy leaves out what is in them
                assert str(found[name].tolist()) == str(array.tolist())
            else:
                assert found[name].tobytes() == np.ascontiguousarray(array).tobytes(), name


def test_safetensors_is_the_librarys_own_file(tmp_path):
    out, _ = converted(tmp_path, KINDS, "out.safetensors")
    contiguous = {name: array.copy(order="C") for name, array in KINDS.items()}
    assert out.read_bytes() == save(contiguous, metadata={"format": "np"})
    for name, array in load_file(out).items():
        assert array.tobytes() == contiguous[name].tobytes(), name


def test_what_safetensors_cannot_hold_is_named(tmp_path):
    (tmp_path / "in.pkl").write_bytes(pickle.dumps(KINDS | MORE))
    done = run(tmp_path / "in.pkl", tmp_path / "out.safetensors")
    text = done.stderr.decode()
    assert done.returncode == 2 and not (tmp_path / "out.safetensors").exists()
    assert all("`%s`" % name in text for name in MORE), text
    assert not any("`%s`" % name in text for name in KINDS), text


@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csc_array, sp.coo_matrix, sp.coo_array, sp.dia_array, sp.bsr_matrix])
def test_scipy_reads_the_npz_file_of_a_sparse_matrix(tmp_path, make):
    matrix = make(sp.random(20, 30, 0.1, random_state=4))
    out, _ = converted(tmp_path, matrix, "out.npz")
    found = sp.load_npz(out)
    assert type(found) is type(matrix) and found.dtype == matrix.dtype and (found != matrix).nnz == 0


def test_objects_are_told_or_refused(tmp_path):
    value = {"names": np.array(["a", "bcd"], object), "counts": np.array([1, 2], object)}
    out, said = converted(tmp_path, value, "out.npz")
    with np.load(out) as found:
        assert found["names"].tolist() == ["a", "bcd"] and found["names"].dtype == "<U3"
        assert found["counts"].tolist() == [1, 2] and found["counts"].dtype == "int64"
    assert "objects, written as <U3" in said and "objects, written as int64" in said
    (tmp_path / "in.pkl").write_bytes(pickle.dumps({"mixed": np.array([1, None], object)}))
    done = run(tmp_path / "in.pkl", tmp_path / "mixed.npz")
    assert done.returncode == 2 and "`mixed` (objects" in done.stderr.decode()


def raw(path):
    """The tensors of a .safetensors file as dtype, shape, bytes; its metadata."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    body = data[8 + length :]
    return {name: (it["dtype"], it["shape"], body[slice(*it["data_offsets"])]) for name, it in header.items()}, metadata


def name_of(steps):
    path = ""
    for step in steps:
        path += "[%d]" % step if isinstance(step, int) else ("." if path else "") + step
    return path


TORCH = sorted((FIXTURES / "torch").glob("*.pt"))
HELD = {"bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "bfloat16", "float32", "float64", "complex64"}
HELD |= {"float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"}


@pytest.mark.parametrize("path", TORCH, ids=lambda path: path.stem)
def test_tensors_have_the_bytes_that_torch_saw(tmp_path, path):
    """Each alone, by its name, as torch itself loads it."""
    tensors = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["tensors"]
    plain = [(name_of(steps), tensor) for steps, tensor in tensors if tensor.get("hex") and tensor["dtype"] in HELD]
    for name, tensor in plain:
        out = tmp_path / "out.safetensors"
        done = run(path, "-k", name or ".", out, "--quiet")
        assert done.returncode == 0, (name, done.stderr.decode())
        [(_, shape, data)], metadata = raw(out)[0].values(), raw(out)[1]
        assert (shape, data.hex(), metadata["format"]) == (tensor["shape"], tensor["hex"], "pt"), name


def test_tied_tensors_are_written_once(tmp_path):
    done = run(FIXTURES / "torch" / "module.pt", tmp_path / "out.safetensors")
    assert done.returncode == 0 and "tied to a tensor of another name" in done.stderr.decode()
    with safe_open(tmp_path / "out.safetensors", framework="np") as file:
        assert file.metadata()["head.weight"] == "embed.weight" and file.metadata()["format"] == "pt"
        assert "embed.weight" in file.keys() and "head.weight" not in file.keys()


def checkpoint(path, shape, strides, numbers):
    """A file of torch with one tensor, whatever may be said of it."""
    data = io.BytesIO()
    # Other libraries look whether torch is there, and are not to find it.
    with mock.patch.dict(sys.modules):
        tensor = bench.Tensor(bench.Storage(bench.fake_torch().FloatStorage, "0", len(numbers)), shape)
        tensor.strides = strides
        bench.Pickler(data, 2).dump({"w": tensor})
    with zipfile.ZipFile(path, "w") as archive:
        bench.member(archive, "a/data.pkl", data.getvalue())
        bench.member(archive, "a/data/0", np.array(numbers, "f4").tobytes())
        bench.member(archive, "a/version", b"3\n")


def test_an_expanded_tensor_is_written_whole(tmp_path):
    checkpoint(tmp_path / "in.pt", (3, 2), (0, 1), [1, 2])
    for name in "out.npz", "out.safetensors":
        done = run(tmp_path / "in.pt", tmp_path / name)
        assert done.returncode == 0, done.stderr.decode()
        found = load_file(tmp_path / name) if name.endswith("safetensors") else np.load(tmp_path / name)
        assert found["w"].tolist() == [[1, 2]] * 3


def test_a_tensor_expanded_beyond_all_measure_fills_no_disk(tmp_path):
    checkpoint(tmp_path / "in.pt", (2**20, 2**20), (0, 0), [1])
    for name in "out.npz", "out.npy", "out.safetensors":
        done = run(tmp_path / "in.pt", tmp_path / name)
        assert done.returncode == 2 and "4398046511104 bytes to be written" in done.stderr.decode()


# ---- what breaks other readers


def test_two_names_of_one_dict_are_both_there(tmp_path):
    state = {"w": np.arange(4.0), "b": np.zeros(2)}
    out, _ = converted(tmp_path, {"model": state, "ema": state}, "out.npz")
    with np.load(out) as found:
        assert found.files == ["model.w", "model.b", "ema.w", "ema.b"]
        assert found["ema.w"].tolist() == state["w"].tolist()


@pytest.mark.parametrize("protocol", [2, 5])
def test_big_endian_arrays_that_share_a_dtype_are_both_right(tmp_path, protocol):
    dtype = np.dtype(">f8")
    value = {"one": np.array([1.0, 2.0], dtype), "two": np.array([3.0, 4.0], dtype)}
    for name in "out.npz", "out.safetensors":
        out, _ = converted(tmp_path, value, name, protocol=protocol)
        found = load_file(out) if name.endswith("safetensors") else np.load(out)
        assert found["one"].tolist() == [1.0, 2.0] and found["two"].tolist() == [3.0, 4.0]


def test_many_small_arrays_of_one_dtype_are_quick(tmp_path):
    value = [np.arange(i % 5, dtype="f4") for i in range(200_000)]
    start = time.perf_counter()
    out, _ = converted(tmp_path, value, "out.safetensors", "--quiet")
    # This is a build without optimisation, on a machine that may be busy.
    assert time.perf_counter() - start < 30
    tensors, _ = raw(out)
    assert len(tensors) == 200_000 and tensors["[199999]"][2] == value[-1].tobytes()


def test_a_large_vocabulary_beside_arrays_is_no_matter(tmp_path):
    value = {"vocabulary": {"word%d" % i: i for i in range(1_100_000)}, "w": np.arange(3)}
    out, _ = converted(tmp_path, value, "out.npz")
    with np.load(out) as found:
        assert found.files == ["w"] and found["w"].tolist() == [0, 1, 2]


def test_names_are_kept_or_refused(tmp_path):
    names = ["/absolute", "../up", "a\\b", "folder/", "€", "two\nlines", ".", "a.npy", "", "[0]"]
    arrays = {name: np.arange(i) for i, name in enumerate(names)}
    for name in "out.npz", "out.safetensors":
        out, _ = converted(tmp_path, arrays, name)
        found = load_file(out) if name.endswith("safetensors") else np.load(out)
        assert {key: len(found[key]) for key in found} == {key or "['']": i for i, key in enumerate(names)}
    # Python's zipfile would cut it.
    (tmp_path / "in.pkl").write_bytes(pickle.dumps({"a\0b": np.arange(3)}))
    done = run(tmp_path / "in.pkl", tmp_path / "nul.npz")
    assert done.returncode == 2 and "a name with NUL in it" in done.stderr.decode()


def test_members_are_whole(tmp_path):
    """Checksums and sizes, as any reader of zip checks them."""
    out, _ = converted(tmp_path, KINDS | MORE, "out.npz")
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
