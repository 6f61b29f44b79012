"""The program of a month: made from a model, compiled, and kept in the cache of the user."""

from __future__ import annotations

import ctypes
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tajsim.compiled.layout import MOVES, RowLayout, resolved
from tajsim.compiled.traced import Graph, Input

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel

#: Where programs are kept, in place of the cache folder of the user.
FOLDER_VARIABLE = "TAJSIM_CACHE"
#: Runs side by side: one vector with AVX-512, two with AVX2. With more one run takes longer, and
#: many no less.
LANES = 8
#: What a model keeps from month to month.
KEPT = ("state", "flow", "watch", "held")
#: So many programs are kept; those made first go first.
_MOST_KEPT = 8
_MAGIC = b"tajsim program 1\n"


@dataclass(frozen=True)
class About:
    """What is known of a program besides its code.

    Attributes:
        lanes: how many runs it simulates side by side.
        rows: size of the arena in rows of that many numbers.
        leaves: kind and name of what is kept there -> its first row and its shape but for the run.
        constants: rows that never change, and their numbers.
        slots: the draws of a month, process and actor; those in ``normals`` are asked for as
            normal draws.
        outcomes: the rows of each after the stages of a whole month, and of one between.
        dates: the states of the calendar, in the order of their rows.
        notes: of the chronicle: kind, and the names of actor, target and cause, one of each or
            several.
        answers: of rules that can be held, see `tajsim.compiled.traced.HeldAnswer`.
    """

    lanes: int
    rows: int
    leaves: dict[str, dict[str, tuple[int, tuple[int, ...]]]]
    constants: list[tuple[int, str]]
    slots: list[tuple[str, str]]
    normals: list[str]
    outcomes: list[dict[str, list[int]]]
    dates: list[str]
    notes: list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]
    answers: list[tuple[str, tuple[tuple[int, ...], ...], str, int, tuple[str, ...]]]

    __hash__ = object.__hash__  # tables are kept of a program

    @cached_property
    def kept(self) -> int:
        """How many rows, the first, hold what a model keeps from month to month."""
        return self._rows_of(KEPT)

    @cached_property
    def given(self) -> int:
        """How many rows, the first, hold what a month is given."""
        return self._rows_of(self.leaves)

    def _rows_of(self, kinds: Iterable[str]) -> int:
        found = (place for kind in kinds for place in self.leaves[kind].values())
        return max(base + prod(shape) for base, shape in found)


@dataclass(frozen=True)
class Program:
    """Compiled code of a month; `fixed` and `months` are its functions (see `kernel`)."""

    about: About
    fixed: Any
    months: Any
    engine: Any = field(repr=False)  # keeps the code in memory


# Made from a model.


def traces_of(model: TajikistanModel, held: bool) -> dict[str, Graph]:
    """Return the month of a model.

    "month" is a whole one, "between" one without what is done on certain dates alone, "settle" what
    follows one of the spin-up. With ``held`` the rules of the month can be held.
    """
    from tajsim.compiled import tracer
    from tajsim.compiled.traced import Recorder

    def traced(**skip: Any) -> Graph:
        rules = tracer.Holding(Recorder(model.run_count)) if held else None
        recorder = rules.recorder if rules else None
        return tracer.trace(model, recorder, chronicle=True, holding=rules, **skip)

    kept = {owner: dict(vars(owner)) for _, owner, _ in tracer.states(model)}
    try:
        # Arrays that two states share now may be two in another month.
        for _, owner, name in tracer.states(model):
            vars(owner)[name] = vars(owner)[name].copy()
        month = traced()
        between = traced(skip=dated_guards(month))
        return {"month": month, "between": between, "settle": tracer.trace_settling(model)}
    finally:
        for owner, attributes in kept.items():
            tracer.put_back(owner, attributes)


def dated_guards(month: Graph) -> dict[str, list[Input]]:
    """Return the guards that the calendar alone decides, by place, with the dates in question."""
    found = {}
    for place, conditions in month.guards.items():
        given = [condition.static.get("input") for condition in conditions]
        if all(one and one.name.startswith("calendar.") for one in given):
            found[place] = [one for one in given if one]
    return found


def inputs_of(model: TajikistanModel, graphs: Mapping[str, Graph]) -> dict[Input, tuple[int, ...]]:
    """Return what is kept in the arena with its shape: states and flows first."""
    from tajsim.compiled import tracer

    month = graphs["month"]
    found = {Input("state", p): vars(o)[n].shape[:-1] for p, o, n in tracer.states(model)}
    found |= {Input("flow", name): tracer.shape_of_flow(name) for name in month.flows}
    for kind, nodes in (("watch", month.watch), ("held", month.held)):
        found |= {Input(kind, name): tuple(node.shape[:-1]) for name, node in nodes.items()}
    for graph in graphs.values():
        for given in graph.inputs():
            if given.kind == "flow":
                found.setdefault(given, tracer.shape_of_flow(given.name))
            elif given.kind == "dated":
                found[given] = found[Input("state", given.name)]
            elif given.kind in ("parameter", "holds"):
                found[given] = ()
    order = (*KEPT, "dated", "parameter", "holds")
    return dict(sorted(found.items(), key=lambda item: order.index(item[0].kind)))


def normals_of(graph: Graph) -> list[str]:
    """Return the processes whose draws are asked for as normal ones."""
    named: dict[int, frozenset[str]] = {}
    found: set[str] = set()
    for node in graph.nodes():  # notes ask for no draws
        given, through = node.static.get("input"), [named[id(resolved(arg))] for arg in node.args]
        drawn = [given.name] if given and given.kind == "draw" else ()
        named[id(node)] = frozenset(drawn).union(*(through if node.op in MOVES else ()))
        if node.op == "ndtri":
            found |= through[0]
    return sorted(found)


def written(model: TajikistanModel, held: bool = False, lanes: int = LANES) -> tuple[About, str]:
    """Return the program of a model's month as text for LLVM, with what is to be known of it.

    Raises:
        TraceError: where the month is no static graph; it names the line.
    """
    from tajsim.compiled.kernel import MONTHS, KernelCode

    graphs = traces_of(model, held)
    month, layout = graphs["month"], RowLayout(graphs, inputs_of(model, graphs))
    dates = [given for given in layout.leaves if given.name.startswith("calendar.")]
    leaves: dict[str, dict[str, tuple[int, tuple[int, ...]]]] = {
        kind: {} for kind in (*KEPT, "dated", "parameter", "holds")
    }
    for given, base in layout.leaves.items():
        leaves[given.kind][given.name] = base, layout.shapes[given]
    seldom = {layout.leaves[given] for some in dated_guards(month).values() for given in some}
    code = KernelCode(layout, lanes, (layout.leaves[dates[0]], len(dates)), sorted(seldom))
    about = About(
        lanes=lanes,
        rows=layout.rows,
        leaves=leaves,
        constants=[(row, number) for number, row in layout.constants.items()],
        slots=layout.slots,
        normals=normals_of(month),
        outcomes=[
            {outcome: rows.tolist() for outcome, rows in layout.sections[name].outcomes.items()}
            for name in MONTHS
        ],
        dates=[given.name.partition(".")[2] for given in dates],
        notes=[
            (note.kind, note.actor.names, note.target.names, note.cause.names)
            for note in (block.note for block in code.notes)
        ],
        answers=[(*answer,) for answer in month.answers],
    )
    return about, code.text


# Compiled.


#: What the other process does.
_APART = (
    "from tajsim.compiled.program import *; sys.stdout.buffer.write(compiled(sys.stdin.read()))"
)


def compiled_apart(text: str) -> bytes:
    """Return what `compiled` does, from a process of its own: LLVM does not heed Ctrl-C."""
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    given: Any = {"input": text.encode(), "capture_output": True, "env": {**os.environ, **paths}}
    with suppress(OSError):  # it cannot be started
        found = subprocess.run([sys.executable, "-P", "-c", _APART], **given)
        if not found.returncode:
            return bytes(found.stdout)
    return compiled(text)


def compiled(text: str) -> bytes:
    """Return the object file of a program for this processor.

    Raises:
        RuntimeError: if the processor multiplies and adds in two steps alone.
    """
    import llvmlite.binding as llvm

    if llvm.get_host_cpu_features().get("fma") is False:
        raise RuntimeError("the processor has no fused multiply-add")

    # The passes of LLVM find nothing to improve and double the time.
    module = llvm.parse_assembly(text)
    module.verify()
    return bytes(_machine().emit_object(module))


def _machine() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        jit=True,
    )


def linked(about: About, code: bytes) -> Program:
    """Return a program that can be called."""
    import llvmlite.binding as llvm

    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    at, number = ctypes.c_void_p, ctypes.c_int64
    fixed = ctypes.CFUNCTYPE(None, at)
    months = ctypes.CFUNCTYPE(
        None, *[at] * 6, number, number, ctypes.c_bool, number, at, at, number, number
    )
    return Program(
        about,
        fixed(engine.get_function_address("fixed_rows")),
        months(engine.get_function_address("months")),
        engine,
    )


# Kept.

_TOLD: set[str] = set()


def tell_once(line: str) -> None:
    """Print a line to stderr, once in this process."""
    if line not in _TOLD:
        _TOLD.add(line)
        print(f"tajsim: {line}", file=sys.stderr, flush=True)


def _tell_unkept(folder: Path, why: str) -> None:
    other = f"{FOLDER_VARIABLE} names another folder"
    tell_once(f"{folder} {why}, so that the model is compiled at each start; {other}")


def cache_folder() -> Path:
    """Return the folder in which programs are kept."""
    if chosen := os.environ.get(FOLDER_VARIABLE):
        return Path(chosen)
    home, windows = Path.home(), sys.platform == "win32"
    usual = {"win32": home / "AppData" / "Local", "darwin": home / "Library" / "Caches"}
    base = os.environ.get("LOCALAPPDATA" if windows else "XDG_CACHE_HOME")
    return Path(base or usual.get(sys.platform, home / ".cache")) / "tajsim"


def key_of(*parts: str) -> str:
    """Return the name of a program: of its source, this processor and the compiler."""
    import llvmlite.binding as llvm

    here = (
        version("llvmlite"),
        *map(str, llvm.llvm_version_info),
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
    )
    return sha256("\n".join([*parts, *here]).encode()).hexdigest()[:32]


#: What programs are made from and by: parts of the package. The calibrated sample is none.
_SOURCES = ("agents", "compiled", "data", "inputs", "model", "rules")


@cache
def sources() -> str:
    """Return a hash of the files that programs are made from and by."""
    package, found = Path(__file__).parents[1], sha256()
    paths = [path for part in _SOURCES for path in (package / part).rglob("*.*")]
    for path in sorted([*paths, *package.glob("*.py")]):
        if path.suffix in (".py", ".toml", ".csv") and path.stem != "posterior":
            found.update(path.read_bytes())
    return found.hexdigest()


def read(path: Path, key: str) -> tuple[About, bytes] | None:
    """Return a kept program; None if there is none, or none that may be executed.

    What is damaged, belongs to another user or can be written by others is left alone; where it is
    the whole folder that is said.
    """
    try:
        if not _own(path.parent.stat()):
            _tell_unkept(path.parent, "belongs to others or can be written by them")
            return None
        if not _own(path.lstat()):
            return None
        whole = path.read_bytes()
    except OSError:
        return None
    head, _, rest = whole.removeprefix(_MAGIC).partition(b"\n")
    if not whole.startswith(_MAGIC) or head != _mark(key, rest):
        return None
    size, _, rest = rest.partition(b"\n")
    return About(**json.loads(rest[: int(size)])), rest[int(size) :]


def _mark(key: str, content: bytes) -> bytes:
    return sha256(key.encode() + content).hexdigest().encode()


def _own(found: os.stat_result) -> bool:
    """Tell whether only this user, and the system, can have written something."""
    if os.name == "nt":
        return True
    kind = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    return kind and found.st_uid == os.getuid() and not found.st_mode & 0o022


def keep(path: Path, key: str, about: About, code: bytes) -> None:
    """Keep a program, whole or not at all; where that cannot be, it is made again next time."""
    told = json.dumps(asdict(about)).encode()
    content = b"%d\n" % len(told) + told + code
    begun = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            file_number = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file_number, "wb") as file:
                file.write(_MAGIC + _mark(key, content) + b"\n" + content)
            begun.replace(path)
            kept = sorted(path.parent.glob("*.month"), key=lambda file: file.stat().st_mtime)
            for old in kept[:-_MOST_KEPT]:
                old.unlink(missing_ok=True)
        finally:
            begun.unlink(missing_ok=True)
    except OSError as error:
        _tell_unkept(path.parent, f"cannot be written ({error.strerror})")
