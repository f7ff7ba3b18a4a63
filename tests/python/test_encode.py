"""What the encoder writes is what CPython writes, byte by byte: of random values, at each protocol.

A value is pickled by CPython's C pickler at each protocol, decoded by us, and encoded at each protocol. CPython loads the same
pickle and pickles that: the bytes must be equal. Where a set is inside, the order of its items is up to CPython's hash table, which
may change when the set is loaded: then ours must be equal to the pickle of the value that was not loaded.
"""

import os
import pickle
import pickletools
import random
import struct
import subprocess

PROTOCOLS = range(6)
VALUES = int(os.environ.get("ENCODE_VALUES", "5000"))
SEED = int(os.environ.get("ENCODE_SEED", "1"))
EXAMPLE = os.environ.get(
    "ENCODE_EXAMPLE",
    os.path.join(os.path.dirname(os.environ.get("PKL2PARQUET", "target/debug/pkl2parquet")), "examples", "encode"),
)


def encode(pickles, *arguments):
    """Each pickle as the encoder writes it, at protocols 0 to 5."""
    data = b"".join(struct.pack("<I", len(p)) + p for p in pickles)
    run = subprocess.run([EXAMPLE, *arguments], input=data, stdout=subprocess.PIPE, check=True)
    out, at, found = run.stdout, 0, []
    while at < len(out):
        (size,) = struct.unpack_from("<I", out, at)
        found.append(out[at + 4 : at + 4 + size])
        at += 4 + size
    assert len(found) == 6 * len(pickles)
    return [found[i : i + 6] for i in range(0, len(found), 6)]


class Maker:
    """Makes random values: plain data, shared and recursive."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = []
        self.open = []
        self.sets = False

    def integer(self):
        r = self.random
        edge = 1 << r.choice([0, 4, 7, 8, 15, 16, 31, 32, 62, 63, 64, 65, 127, 128, 1016, 2040, 5000])
        return r.choice([1, -1]) * (edge + r.choice([-2, -1, 0, 1, 2]))

    def text(self):
        r = self.random
        kind = r.randrange(8)
        if kind == 0:
            return ""
        if kind == 1:
            return chr(r.randrange(256))
        if kind == 2:
            return chr(r.choice([0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF, 0x100, 0x7FF, 0x800])) + r.choice(["", "a"])
        if kind == 3:
            return "".join(chr(r.choice([0, 9, 10, 13, 26, 39, 92, 127, 128, 255, 256])) for _ in range(r.randrange(1, 8)))
        if kind == 4:
            return r.choice(["latin1", "builtins", "set", "x" * 255, "x" * 256, "é" * 127, "é" * 128])
        return "".join(r.choice("abcdefgh €😀") for _ in range(r.randrange(1, 30)))

    def data(self):
        r = self.random
        return bytes(r.randrange(256) for _ in range(r.choice([0, 1, 2, 5, 255, 256])))

    def leaf(self):
        r = self.random
        kind = r.randrange(12)
        if kind < 2:
            return r.choice([None, True, False])
        if kind < 4:
            return self.integer()
        if kind < 5:
            return r.choice([0.0, -0.0, 1.5, -1e300, 5e-324, 1e16, 1e-5, 123456.789, float("inf"), float("-inf"), float("nan"), r.random()])
        if kind < 9:
            return self.text()
        if kind < 11:
            return self.data()
        return bytearray(self.data())

    def key(self, depth):
        r = self.random
        while True:
            kind = r.randrange(8)
            if kind == 0 and depth > 0:
                value = tuple(self.key(depth - 1) for _ in range(r.randrange(5)))
            elif kind == 1 and depth > 0:
                self.sets = True
                value = frozenset(self.key(depth - 1) for _ in range(r.randrange(4)))
            elif kind == 2 and self.made:
                value = r.choice(self.made)
            else:
                value = self.leaf()
            try:
                hash(value)
            except TypeError:
                continue
            return value

    def count(self):
        r = self.random
        return r.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 8, 20])

    def value(self, depth):
        r = self.random
        if self.made and r.random() < 0.15:
            return r.choice(self.made)
        if self.open and r.random() < 0.05:
            return r.choice(self.open)
        if depth == 0 or r.random() < 0.3:
            value = self.leaf()
            self.made.append(value)
            return value
        kind = r.randrange(7)
        if kind < 2:
            value = []
            self.open.append(value)
            value.extend(self.value(depth - 1) for _ in range(self.count()))
        elif kind < 4:
            value = {}
            self.open.append(value)
            for _ in range(self.count()):
                value[self.key(1)] = self.value(depth - 1)
        elif kind < 5:
            value = tuple(self.value(depth - 1) for _ in range(self.count()))
            # A list in it may hold it.
            lists = [item for item in value if type(item) is list]
            if lists and r.random() < 0.3:
                r.choice(lists).append(value)
        else:
            self.sets = True
            value = {self.key(2) for _ in range(self.count())}
            if kind == 6:
                value = frozenset(value)
        self.made.append(value)
        return value


def batches():
    """Sizes around the thousand of a batch, and large data outside of frames."""
    for size in (0, 1, 2, 999, 1000, 1001, 1999, 2000, 2001, 3000):
        yield list(range(size)), False
        yield {i: None for i in range(size)}, False
        yield set(range(size)), True
        yield frozenset(range(size)), True
        yield tuple(range(size)), False
        yield ["x" * 70] * size, False
        yield [str(i) + "y" * 90 for i in range(size)], False
    for size in (65534, 65535, 65536, 65537, 200000):
        text, data = "x" * size, b"x" * size
        yield text, False
        yield [text, "a", data, "b", bytearray(data), text, data], False
        yield [1, "z" * (size - 20), 2, "z" * (size - 21), 3], False
        yield [list(range(i, i + 9)) for i in range(size // 10)], False
        yield [bytearray(b"abc") for _ in range(size // 50)], False


def values():
    yield from batches()
    for i in range(VALUES):
        maker = Maker(SEED * 1_000_000 + i)
        value = maker.value(maker.random.choice([1, 2, 3, 4, 5]))
        yield value, maker.sets


def test_bytes_are_those_of_cpython():
    # What is loaded has the identities that a pickle can have: what was one object in memory by chance is not.
    all_values = [(pickle.loads(pickle.dumps(value, 4)), sets) for value, sets in values()]
    kinds, wrong, total = {}, [], 0
    for p in PROTOCOLS:
        pickles = [pickle.dumps(value, p) for value, _ in all_values]
        for (value, sets), data, ours in zip(all_values, pickles, encode(pickles)):
            loaded = pickle.loads(data)
            for q in PROTOCOLS:
                total += 1
                if ours[q] == pickle.dumps(loaded, q):
                    continue
                if sets and ours[q] == pickle.dumps(value, q):
                    kinds["order of a set"] = kinds.get("order of a set", 0) + 1
                    continue
                wrong.append((value, p, q, ours[q]))
    print(f"{len(all_values)} values, {total} pickles, exceptions: {kinds}, wrong: {len(wrong)}")
    for value, p, q, ours in sorted(wrong, key=lambda w: len(w[3]))[:5]:
        print(p, "to", q, repr(value)[:300])
        print("  ours  ", ours[:300])
        print("  python", pickle.dumps(pickle.loads(pickle.dumps(value, p)), q)[:300])
    assert not wrong


def test_optimized_bytes_are_those_of_pickletools():
    count = 0
    some = [pickle.loads(pickle.dumps(value, 4)) for value, _ in values()][:800]
    for p in PROTOCOLS:
        pickles = [pickle.dumps(value, p) for value in some]
        for plain, ours in zip(encode(pickles), encode(pickles, "optimized"), strict=True):
            for q in PROTOCOLS:
                count += 1
                assert ours[q] == pickletools.optimize(plain[q]), (p, q, plain[q][:200])
    print(f"{count} pickles")


class Point:
    """An object with a state."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    class Inner:
        """A name with a dot."""


class Pairs(dict):
    """Set by key, and a state."""


class Items(list):
    """Appended to."""


class Slots:
    """A state of two parts."""

    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Named:
    """Made with keyword arguments."""

    def __new__(cls, *, name):
        self = object.__new__(cls)
        self.name = name
        return self

    def __getnewargs_ex__(self):
        return (), {"name": self.name}


def set_state(made, state):
    made.__dict__.update(state, by="set_state")


class Setter:
    """A state that a function sets."""

    def __init__(self, a):
        self.a = a

    def __reduce__(self):
        return Setter, (None,), {"a": self.a}, None, None, set_state


def describe(value, seen=None):
    """All that a value holds, in a form that can be compared."""
    seen = {} if seen is None else seen
    if id(value) in seen:
        return f"@{seen[id(value)]}"
    if isinstance(value, (list, dict, set, frozenset, tuple, bytearray)) or hasattr(value, "__dict__") or hasattr(value, "__slots__"):
        seen[id(value)] = len(seen)
    if isinstance(value, type) or callable(value):
        return f"{value.__module__}.{value.__qualname__}"
    parts = [type(value).__name__]
    if isinstance(value, dict):
        parts.append([(describe(k, seen), describe(v, seen)) for k, v in value.items()])
    elif isinstance(value, (set, frozenset)):
        parts.append(sorted(map(repr, value)))
    elif isinstance(value, (list, tuple)):
        parts.append([describe(item, seen) for item in value])
    elif not hasattr(value, "__dict__"):
        parts.append(repr(value) if not hasattr(value, "__slots__") else None)
    if hasattr(value, "__dict__"):
        parts.append(describe(value.__dict__, seen))
    for slot in getattr(type(value), "__slots__", ()):
        if type(value).__module__ == __name__:
            parts.append(describe(getattr(value, slot), seen))
    return parts


def objects():
    import collections
    import datetime
    import decimal
    import fractions
    import pathlib
    import re
    import uuid

    point = Point(1, [2, "three"])
    point.y.append(point)
    pairs = Pairs(a=1, b=point)
    pairs.more = pairs
    items = Items(range(1200))
    items.x = 1
    yield from (point, pairs, items, Slots(1, [2]), Named(name="n"), Setter([1]), Point.Inner, [Point.Inner, Point, Point.Inner()])
    yield collections.OrderedDict(a=1, b=[2])
    yield collections.defaultdict(list, {"a": [1]})
    yield collections.Counter("hello")
    yield collections.deque([1, 2, 3], 5)
    yield [datetime.datetime(2024, 2, 29, 12, 30, 1, 5, datetime.timezone.utc), datetime.date(1, 1, 1), datetime.timedelta(1, 2, 3)]
    yield [decimal.Decimal("1.50"), fractions.Fraction(1, 3), uuid.UUID(int=5), pathlib.PurePosixPath("a/b"), re.compile("a+")]
    yield [range(5), slice(1, None, 2), complex(1, -0.0), Ellipsis, NotImplemented, int, str, len, ValueError("a", 1)]
    yield {point: [point, pairs], "setters": [Setter(pairs), Setter(pairs)]}
    shared = Setter(1)
    yield [shared, shared, (shared,)]


def test_objects_load_as_the_same():
    count = 0
    for p in PROTOCOLS:
        kept = []
        for value in objects():
            try:
                kept.append((value, pickle.dumps(value, p)))
            except (TypeError, pickle.PicklingError):
                pass  # slots need protocol 2, and so on
        for (value, data), ours in zip(kept, encode([data for _, data in kept])):
            for q in PROTOCOLS:
                count += 1
                assert ours[q], (p, q, value)
                assert describe(pickle.loads(ours[q])) == describe(pickle.loads(data)), (p, q, value)
    print(f"{count} pickles")


def test_hostile_bytes_are_no_danger():
    """Cut, changed and random pickles: whatever is decoded can be encoded, and is the same when CPython loads both."""
    r = random.Random(SEED)
    pool = [pickle.dumps(Maker(i).value(3), i % 6) for i in range(300)]
    changed = []
    for _ in range(3000):
        data = bytearray(r.choice(pool))
        for _ in range(r.randrange(1, 4)):
            data[r.randrange(len(data))] = r.randrange(256)
        changed.append(bytes(data))
    assert len(encode(changed)) == len(changed)
