"""Compares what we decode with what CPython makes of the same bytes: pickles of the fixtures, changed at random.

usage: differential.py STRUCTURE [COUNT [SEED [ENCODING [FILE OR FOLDER...]]]]     STRUCTURE is target/debug/examples/structure

CPython's own unpickler runs, but of every global it gets a class of ours that keeps what is done to it and does nothing: no
module is imported and nothing of the pickle is called. Both sides print the values in one form, see `structure`. What CPython
refuses we may read; what it reads we must read, and as the same values with the same sharing.
"""
import collections
import io
import os
import pathlib
import pickle
import pickletools
import random
import resource
import signal
import struct
import subprocess
import sys

# Pickles in one process: one that takes CPython too long (to hash a tuple is exponential in its depth) ends it.
BATCH = 200
SECONDS = 3
MEMORY = 2 << 30
# Longer pickles are left out, so that many are compared in little time.
LARGEST = 1500
FRAME = b"\x95"
# Changed pickles have none: where one ends in the middle of an opcode, CPython's C loses bytes, and its Python refuses.
PROTOCOL_OPCODES = [op.code.encode("latin1") for op in pickletools.opcodes]
OTHERS = [code for code in PROTOCOL_OPCODES if code != FRAME]
EDGES = [b"", b"\0", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"0\n", b"-1\n", b"01\n", b"1L\n", b"nan\n", b"'a'\n", b"\n"]


class Meta(type):
    """Of a class that stands for a global: being called is kept, too."""

    def __call__(cls, *args, **kwargs):
        return Inert.make(cls, args, kwargs)


class Inert:
    """What a call would have made: the callable, its arguments, and what was done to it."""

    def __new__(cls, *args, **kwargs):
        return Inert.make(cls, args, kwargs, called=False)

    @staticmethod
    def make(cls, args, kwargs, called=True):
        made = object.__new__(cls)
        vars(made).update(callable=cls, args=args, kwargs=kwargs, called=called, states=[], items=[], pairs=[])
        vars(made)["plain"] = plain(made)
        return made

    def __call__(self, *args, **kwargs):
        # What is no class may be called too: the method that `getattr` gives.
        made = Inert.make(Inert, args, kwargs)
        vars(made).update(callable=self, plain=None)
        return made

    def __setstate__(self, state):
        if self.plain is None or state is not None:
            self.unfold().states.append(state)

    def append(self, item):
        self.extend([item])

    def add(self, item):
        self.unfold().items.append(item)

    def extend(self, items):
        if type(self.plain) is Folded and type(self.plain.value) is bytearray:
            self.plain.value.extend(items)
        else:
            self.unfold().items.extend(items)

    def __setitem__(self, key, value):
        self.unfold().pairs.append((key, value))

    def unfold(self):
        """What is done to a plain value is told of the call that spells it."""
        vars(self)["plain"] = None
        return self

    def __reduce_ex__(self, protocol):
        raise TypeError("never pickled")


class Persistent:
    def __init__(self, id):
        self.id = id


class Restricted:
    """Imports nothing."""

    def find_class(self, module, name):
        # A name is text. A Python 2 `str` that is not ASCII is one, too, under `latin1`: on our side it is not.
        (module + name).encode("ascii")
        return Meta("Global", (Inert,), {"path": (module, name)})

    def persistent_load(self, id):
        return Persistent(id)


class InC(Restricted, pickle.Unpickler):
    pass


class InPython(Restricted, pickle._Unpickler):
    pass


def text(value):
    return value.encode("utf-8", "surrogatepass").hex()


def leaf(value):
    """The text of a value that holds no others and has no identity; None of any other."""
    if value is None or value is True or value is False:
        return {None: "None ", True: "true ", False: "false "}[value]
    kind = type(value)
    if kind is int:
        return f"i{value} " if -(2**63) <= value < 2**63 else "n" + value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True).hex() + " "
    if kind is float:
        return "f" + struct.pack(">d", value).hex() + " "
    if kind is str:
        return "s" + text(value) + " "
    if kind is bytes:
        return "b" + value.hex() + " "
    if kind is tuple and not value:
        return "( ) "
    if isinstance(value, Meta):
        return f"g{text(value.path[0])} .{text(value.path[1])} "
    return None


class Text(str):
    """What is printed as it is."""


def pairs(found):
    return [part for pair in found for part in pair]


def structure(root):
    """As `examples/structure.rs`."""
    out, met, todo = [], {}, [root]
    keep = []
    while todo:
        value = todo.pop()
        if type(value) is Text:
            out.append(value)
            continue
        value = folded(value)
        plain = leaf(value)
        if plain is not None:
            out.append(plain)
            continue
        if type(value) is bytes:
            out.append("b" + value.hex() + " ")
            continue
        key = value.key if type(value) is Folded else id(value)
        if key in met:
            out.append(f"@{met[key]} ")
            continue
        met[key] = len(met)
        keep.append(value)
        todo += reversed(list(parts(value)))
    return "".join(out)


def parts(value):
    kind = type(value)
    if kind is Folded:
        kind, value = type(value.value), value.value
    if kind is list:
        return [Text("[ "), *value, Text("] ")]
    if kind is tuple:
        return [Text("( "), *value, Text(") ")]
    if kind is dict:
        return [Text("{ "), *pairs(value.items()), Text("} ")]
    if kind is bytearray:
        return [Text("a" + value.hex() + " ")]
    if kind in (set, frozenset):
        texts = sorted({item.encode("utf-8", "surrogatepass") for item in value if type(item) is str})
        return [Text(kind.__name__ + " "), *[Text("s" + one.hex() + " ") for one in texts], Text("; ")]
    if kind is Persistent:
        return [Text("P "), value.id]
    if isinstance(value, Inert):
        found = vars(value)
        called = [Text("< "), found["callable"], Text("( "), *found["args"], Text(") "), *pairs(found["kwargs"].items())]
        done = [Text("states "), *found["states"], Text("items "), *found["items"], Text("pairs "), *pairs(found["pairs"])]
        return called + done + [Text("> ")]
    raise TypeError(f"a {kind}")


class Folded:
    """A plain value that a call spells, with the identity of the call."""

    def __init__(self, made, value):
        self.key, self.value = id(made), value


CODECS = {"latin1", "latin-1", "latin_1", "iso-8859-1", "iso8859-1", "L1", "ascii", "us-ascii", "utf-8", "utf8", "utf_8", "UTF-8"}


def folded(value):
    """The calls that spell bytes and sets are those values on our side."""
    found = vars(value)["plain"] if isinstance(value, Inert) else None
    return value if found is None else found


def plain(made):
    """What a call spells when it is made: what its arguments are later is another matter."""
    called, args = vars(made)["callable"], vars(made)["args"]
    if not isinstance(called, Meta) or not vars(made)["called"]:
        return None
    module, name = called.path
    if (module, name) == ("_codecs", "encode"):
        return encoded(args)
    if module not in ("builtins", "__builtin__"):
        return None
    if name == "bytes" and not args:
        return b""
    if name == "bytearray":
        given = folded(args[0]) if args else b""
        given = given.value if type(given) is Folded else given
        if len(args) < 2 and type(given) in (bytes, bytearray):
            return Folded(made, bytearray(given))
        text = encoded(args)
        return None if text is None else Folded(made, bytearray(text))
    if name in ("set", "frozenset") and len(args) == 1 and type(args[0]) in (list, tuple):
        texts = {item for item in args[0] if type(item) is str}
        return Folded(made, set(texts) if name == "set" else frozenset(texts))
    return None


def encoded(args):
    if len(args) < 2 or type(args[0]) is not str or type(args[1]) is not str or args[1] not in CODECS:
        return None
    try:
        return args[0].encode(args[1])
    except UnicodeError:
        return None


def python_says(data, encoding="bytes", unpickler=InC):
    try:
        return structure(unpickler(io.BytesIO(data), fix_imports=False, encoding=encoding).load())
    except RecursionError:
        return "gave up"
    except Exception as error:  # whatever it says, it refuses
        return f"error {type(error).__name__}"


def all_of_python(cases, encoding):
    """What CPython says of each, in processes that may be ended."""
    said = []
    while len(said) < len(cases):
        said += batch_of_python(cases[len(said) : len(said) + BATCH], encoding)
    return said


def batch_of_python(cases, encoding):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        # A memo index of 2^31 is a table of 32 GB.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with open(write, "w") as out:
            for case in cases:
                signal.alarm(SECONDS)  # no handler: it ends the process, also while C is at work
                out.write(python_says(case, encoding) + "\n")
                out.flush()
        os._exit(0)
    os.close(write)
    with open(read) as lines:
        # The last line has an end, too, unless the process was ended in it.
        said = lines.read().split("\n")[:-1]
    os.waitpid(child, 0)
    # The one that it ended at; those behind it are tried anew.
    return said if len(said) == len(cases) else [*said, "gave up"]


def ours(structure, cases, encoding):
    stream = b"".join(struct.pack("<I", len(case)) + case for case in cases)
    done = subprocess.run([structure, encoding], input=stream, capture_output=True, check=True)
    return done.stdout.decode().split("\n")[:-1]


def opcodes(data):
    """The pickle, cut into its opcodes; what is no opcode in one piece."""
    places = []
    try:
        places = [place for _, _, place in pickletools.genops(data)]
    except Exception:
        pass
    cuts = [*places, len(data)]
    return [data[start:end] for start, end in zip(cuts, cuts[1:])] or [data]


def effect(part):
    """What an opcode takes from the stack and puts there."""
    op = pickletools.code2op.get(part[:1].decode("latin1"))
    return None if op is None else ([kind.name for kind in op.stack_before], len(op.stack_after), op.name in ("MARK", "STOP"))


def change(parts, other, rng):
    parts = list(parts)
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(parts) + 1)
        block = slice(at, at + rng.randrange(1, 6))
        if rng.random() < 0.6 and at < len(parts):
            # One that does the same to the stack: what comes behind it is likely to go on.
            alike = [part for part in other if effect(part) == effect(parts[at])]
            parts[at] = rng.choice(alike or [parts[at]])
            continue
        match rng.randrange(8):
            case 0:
                del parts[block]
            case 1:
                parts[at:at] = parts[block]
            case 2:
                parts[at:at] = [rng.choice(other)]
            case 3:
                parts[at:at] = [rng.choice(OTHERS) + rng.choice(EDGES)]
            case 4:
                start = rng.randrange(len(other))
                parts[block] = other[start : start + rng.randrange(1, 8)]
            case 5 if parts:
                one, two = rng.randrange(len(parts)), rng.randrange(len(parts))
                parts[one], parts[two] = parts[two], parts[one]
            case 6 if parts:
                whole = bytearray(b"".join(parts))
                whole[rng.randrange(len(whole))] = rng.randrange(256)
                return bytes(whole)
            case _ if parts:
                place = rng.randrange(len(parts))
                parts[place] = parts[place][:1] + rng.choice(EDGES)
    return b"".join(parts)


def compare(structure, count, seed, seeds, encoding="bytes"):
    """With a Python 2 `str` as `encoding` says: how often the two agree, and the cases where they differ: (what, bytes, Python's, ours)."""
    rng = random.Random(seed)
    cut = [[part for part in opcodes(data) if part[:1] != FRAME] for data in seeds]
    cases = list(seeds) + [change(rng.choice(cut), rng.choice(cut), rng) for _ in range(count)]
    counts, differ = collections.Counter(), []
    for case, python, mine in zip(cases, all_of_python(cases, encoding), ours(structure, cases, encoding), strict=True):
        refused, we_refused = python.startswith("error "), mine.startswith("error ")
        if python == "gave up":
            what = "CPython gave up"
        elif refused:
            what = "both refuse" if we_refused else "CPython alone refuses"
        elif we_refused:
            # C takes a NUL for the end of a number, say.
            alone = not python_says(case, encoding, InPython).startswith("error ")
            what = "we alone refuse" if alone else "CPython's C alone reads"
        else:
            what = "agree" if python == mine else "differ"
        counts[what] += 1
        if what in ("differ", "we alone refuse"):
            differ.append((what, case, python, mine))
    return counts, differ


def fixtures(root):
    """Small pickles of every folder; hostile ones too, for CPython gets nothing that acts."""
    paths = sorted(path for path in pathlib.Path(root).rglob("*") if path.is_file() and path.suffix not in (".json", ".py", ".md"))
    found = [path.read_bytes() for path in paths if path.stat().st_size <= LARGEST]
    # What begins with no opcode is no pickle.
    return [data for data in found if data[:1] in PROTOCOL_OPCODES]


def main(structure, count=100_000, seed=1, encoding="bytes", *places):
    root = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
    counts, differ = compare(structure, int(count), int(seed), [data for place in places or [root] for data in fixtures(place)], encoding)
    print(", ".join(f"{what}: {number}" for what, number in sorted(counts.items())))
    for what, case, python, mine in differ[:20]:
        start = max(len(os.path.commonprefix([python, mine])) - 40, 0)
        print(f"\n{what}: {case!r}\n  CPython  {python[start : start + 200]}\n  ours     {mine[start : start + 200]}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
