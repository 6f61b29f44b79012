"""Simulates models by compiled code: spans of months without events, tile after tile of runs.

Numpy is the reference, and what is used where there is no compiler or a model cannot be traced.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from math import prod
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from tajsim.compiled import program as programs
from tajsim.compiled.kernel import ASKED, COUNT, NOTE_HEAD, NOTE_PARTS, PLACE
from tajsim.compiled.program import Program, tell_once
from tajsim.compiled.traced import RUNS, TraceError
from tajsim.errors import UserError, unknown

if TYPE_CHECKING:
    from tajsim.model.chronicle import Chronicle, Watch
    from tajsim.model.model import TajikistanModel

COMPILED, NUMPY = "compiled", "numpy"
ENGINES = (COMPILED, NUMPY)
#: The engine of whoever names none.
VARIABLE = "TAJSIM_ENGINE"
#: The least that a draw is where nothing short of certain happens.
_QUIET = 1.0 - 0.5 * 2.0**-52


def chosen(engine: str | None = None) -> str:
    """Return the engine that is meant: the one named, that of the environment, or the faster one.

    Raises:
        UserError: for a name that is none, or if the compiler that is asked for is missing.
    """
    named = engine or os.environ.get(VARIABLE) or ""
    if named not in ("", *ENGINES):
        raise UserError(unknown("engine", named, ENGINES))
    lacking = "" if named == NUMPY else _lacking()
    if lacking and named:
        raise UserError(f"{lacking}; try pip install 'tajsim[fast]', or use the engine numpy")
    if lacking and "cannot" in lacking:
        tell_once(f"{lacking}; numpy simulates")
    return NUMPY if lacking else named or COMPILED


@cache
def _lacking() -> str:
    """Return why there is no compiler; nothing where there is one."""
    try:
        import llvmlite.binding  # noqa: F401
    except ModuleNotFoundError:
        return "llvmlite is not installed"
    except Exception as error:  # as its library is another system's, or damaged
        return f"llvmlite cannot be loaded ({_said(error)})"
    return ""


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__} {error}".split())[:200]


def used(engine: str, held: bool) -> str:
    """Return what simulated the package's model, perhaps with rules held, for an engine meant."""
    from tajsim.model.model import TajikistanModel

    known = _KNOWN.get(TajikistanModel, {})
    return NUMPY if None in [known.get((way, ()), engine) for way in {False, held}] else engine


@contextmanager
def using(engine: str | None) -> Iterator[None]:
    """Let an engine be that of whoever names none, in worker processes begun meanwhile too."""
    before = os.environ.get(VARIABLE)
    if engine:
        os.environ[VARIABLE] = chosen(engine)
    try:
        yield
    finally:
        if engine:
            os.environ.pop(VARIABLE)
            if before is not None:
                os.environ[VARIABLE] = before


# The program of a model.

#: Programs by class (two may have one name), rules held and outcomes; None where there is none.
_KNOWN: WeakKeyDictionary[Any, dict[Any, Program | None]] = WeakKeyDictionary()


def compile_once(held: bool = False) -> None:
    """See to it that the program of the model is in the cache, the one that holds rules too."""
    from tajsim.model.model import TajikistanModel

    if chosen() == COMPILED:
        _or_none(TajikistanModel, held=held)


def program_for(model: TajikistanModel, engine: str) -> Program | None:
    """Return the program of a model; None if numpy simulates it.

    That is said where it is not meant.
    """
    if engine == NUMPY:
        return None
    held = model.values.switches
    found = _or_none(type(model), model, held=held is not None)
    return found if found is None or held is None or _can_hold(found.about, model) else None


def _can_hold(about: programs.About, model: TajikistanModel) -> bool:
    """Tell whether compiled code holds the rules that are held in a model."""
    from tajsim.compiled.tracer import rule_name
    from tajsim.inputs.switches import load_rules

    switches = model.values.switches
    names = {rule_name(rule) for rule in switches.rules}
    asked = [_question(a, model.run_count) for a in _asked(about, names)]
    if switches.holding and not switches.answers.keys() >= {*asked}:
        return False
    return bool(switches.rules <= {*load_rules().values()})


def _asked(about: programs.About, names: set[str]) -> list[Any]:
    return [answer for answer in about.answers if answer[0] in names]


def _question(answer: Any, runs: int) -> str:
    """Return the key under which `Switches` keeps an answer."""
    rule, shapes, part, number, _ = answer
    wide = [str(tuple(runs if size == RUNS else size for size in shape)) for shape in shapes]
    return " ".join([rule, *wide, part, str(number)])


def _or_none(
    kind: type[TajikistanModel], model: TajikistanModel | None = None, held: bool = False
) -> Program | None:
    from tajsim.model.model import TajikistanModel

    if kind is TajikistanModel:  # of which all models have one program
        model = None
    known, way = _KNOWN.setdefault(kind, {}), (held, tuple(sorted(model.record)) if model else ())
    if way not in known and model and model.run_count < 2:
        tell_once(f"{kind.__name__}: one run alone is not traced; numpy simulates it")
        return None
    if way not in known:
        known[way] = None
        try:
            known[way] = _program(kind, model, held)
        except TraceError as error:
            tell_once(f"{error}; numpy simulates {kind.__name__}")
        except Exception as error:  # of the compiler, or what it cannot do
            tell_once(f"{kind.__name__} cannot be compiled ({_said(error)}); numpy simulates it")
    return known[way]


def _program(kind: type[TajikistanModel], model: TajikistanModel | None, held: bool) -> Program:
    """Return the program of a kind of model, of this one if it is not the package's own."""
    written = programs.written(model, held) if model else None
    key = programs.key_of(programs.sources(), repr(written or held))  # not all is in the text
    path = programs.cache_folder() / f"{key}.month"
    found = programs.read(path, key)
    if found is None:
        if sys.stderr.isatty():  # as progress is shown
            how = ", so that rules can be held" if held else ""
            tell_once(f"compiling the model{how}, once for this version and machine ...")
        if written is None:
            written = programs.written(kind(runs=2, settled=False), held)
        found = written[0], programs.compiled_apart(written[1])
        programs.keep(path, key, *found)
    return programs.linked(*found)


# Months.


def settle(model: TajikistanModel, program: Program | None) -> None:
    """Simulate the months before the start, as `TajikistanModel.settle` does."""
    from tajsim.model import setup

    if program is None:
        model.settle()
        return
    dated, months = setup.begin_spin_up(model)
    MonthSpan(model, program, -months, 0, dated).simulate()
    setup.end_spin_up(model)


def advance(
    model: TajikistanModel,
    program: Program | None,
    stop: int,
    progress: Callable[[int], None] = lambda _months: None,
) -> None:
    """Simulate until so many months are done; ``progress`` is told of as many as are worked off.

    Without a program numpy does it.
    """
    from tajsim.model.events import apply_events

    while program is None and model.months_run < stop:
        model.step()
        progress(model.months_run)
    while (first := model.months_run) < stop:
        assert program
        # The date of a month is read before its events.
        world = model.values["constant_world"]
        model.calendar.turn(model.calendar_month, first)
        apply_events(model)
        span = MonthSpan(model, program, first, _next_deed(model, stop), world=world)
        for month in range(first + 1, span.stop):
            if model.values["constant_world"] is not world:
                span.stop = month
                break
            model.months_run = month
            if not (model.ramps or model.first_month + month in model.events_by_month):
                continue
            before = dict(model.values._values)
            apply_events(model)
            now = model.values._values
            changed = {name: now[name] for name in now if now[name] is not before[name]}
            if changed:
                span.changes[month] = changed
        model.months_run = first
        span.simulate(progress)
        model.months_run = span.stop
    model.running = model.months_run < model.month_count


def _next_deed(model: TajikistanModel, stop: int) -> int:
    """Return the next month with an event that sets more than parameters."""
    for month in range(model.months_run + 1, stop):
        events = model.events_by_month.get(model.first_month + month, ())
        if any(event.kind != "set" for event in events):
            return month
    return stop


class MonthSpan:
    """Months in which no event sets a state.

    Args:
        model: as it is before the first of them, the events of that month applied.
        program: of the model.
        first, stop: months since the recorded start.
        dated: what is put back after each month of the spin-up; None after it.
        world: the parameter that the calendar reads, where it is not that of the model now.

    Attributes:
        changes: month -> the parameters that are others from it on, ``(run,)``.
    """

    def __init__(
        self,
        model: TajikistanModel,
        program: Program,
        first: int,
        stop: int,
        dated: Any = None,
        world: Any = None,
    ) -> None:
        from tajsim.compiled import tracer

        self.model, self.program, self.about = model, program, program.about
        self.first, self.stop, self.dated = first, stop, dated
        self.changes: dict[int, dict[str, NDArray[np.float64]]] = {}
        self.values = dict(model.values._values)
        self.world = self.values["constant_world"] if world is None else world
        self.places = list(tracer.states(model))
        self.runs = model.run_count
        self.tiles = range(0, self.runs, self.about.lanes)
        self.held: list[tuple[str, tuple[str, ...]]] = []
        self.holds: list[str] = []
        if (switches := model.values.switches) is not None:
            names = {tracer.rule_name(rule) for rule in switches.rules}
            self.held = [(_question(a, self.runs), a[-1]) for a in _asked(self.about, names)]
            if switches.holding:
                self.holds = [name for name in self.about.leaves["holds"] if name in names]

    def simulate(self, progress: Callable[[int], None] = lambda _months: None) -> None:
        """Simulate the months, tile after tile, and give the model the state after them."""
        given, (source, target, stride) = self._given(), self._record()
        still, which = np.unique(self.world, return_inverse=True)
        worlds, start = tuple(still.tolist()), self.model.first_month
        dates = _dates_of(tuple(self.about.dates), start, self.first, self.stop, worlds)
        counters, quiet = self._counters(), self._quiet()
        notes = Notes(self.about, self.stop - self.first)
        notes.control[ASKED] = self.dated is None
        kept, leaves, spare = self.about.kept, self.about.leaves["parameter"], _spare(self.about)
        arena = spare.pop() if spare else _arena(self.about)
        for begin in self.tiles:
            here = slice(begin, begin + self.about.lanes)
            count = min(self.about.lanes, self.runs - begin)
            arena[: len(given)] = given[:, here]
            arena[-1] = self._full(self.model.draws._run_key[here]).view(np.float64)
            days = np.ascontiguousarray(dates[..., self._full(which[here])])
            # From the parameters of the first month to those of the last.
            for first, stop in pairwise(sorted({self.first, *self.changes, self.stop})):
                for name, values in self.changes.get(first, {}).items():
                    if name in leaves:
                        arena[leaves[name][0]] = self._full(values[here])
                self.program.fixed(arena.ctypes.data)
                at, to = first - self.first, target + (first * stride + 4 * begin)
                taken = arena, arena[-1], counters[at:], quiet, notes.control, days[at:]
                span = first, stop - first, self.dated is not None
                rows = len(source[0]), source.ctypes.data, to.ctypes.data
                places = [array.ctypes.data for array in taken]
                self.program.months(*places, *span, *rows, stride, count)
            given[:kept, here] = arena[:kept]
            notes.take(begin, count)
            share = (begin + count) / self.runs
            progress(self.first + int(share * (self.stop - self.first)))
        spare.append(arena)
        self._put_back(given)
        notes.hand_to(self.model.chronicle)

    def _full(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of runs with the last one repeated until a tile is full."""
        return np.concatenate([values, values[-1:].repeat(-len(values) % self.about.lanes)])

    def _given(self) -> NDArray[np.float64]:
        """Return what a month is given, ``(row, run)``, the last tile full."""
        leaves, model = self.about.leaves, self.model
        values: dict[tuple[str, str], Any] = {
            **{("state", path): vars(owner)[name] for path, owner, name in self.places},
            **{("flow", name): model.now[name] for name in leaves["flow"]},
            **{("watch", name): _seen(model.watch, name) for name in leaves["watch"]},
            **{("parameter", name): self.values[name] for name in leaves["parameter"]},
            **{("holds", name): 1.0 for name in self.holds},
        }
        for question, parts in self.held:
            known = model.values.switches.answers.get(question, [0.0] * len(parts))
            values |= {("held", part): array for part, array in zip(parts, known, strict=True)}
        paths = {(id(owner), name): path for path, owner, name in self.places}
        values |= {("dated", paths[id(o), name]): value for o, name, value in self.dated or ()}
        found = np.zeros((self.about.given, len(self.tiles) * self.about.lanes))
        for (kind, name), array in values.items():
            base, shape = leaves[kind][name]
            whole = np.ndim(array) > 0 and array.shape[-1] == self.runs
            each = array.reshape(-1, self.runs) if whole else np.reshape(array, (-1, 1))
            found[base : base + prod(shape), : self.runs] = each
        found[:, self.runs :] = found[:, self.runs - 1 : self.runs]
        return found

    def _counters(self) -> NDArray[np.uint64]:
        """Return the counters of the draws, ``(month, slot)``."""
        start, slots = self.model.first_month, tuple(map(tuple, self.about.slots))
        return np.stack([_counters_of(start + m, slots) for m in range(self.first, self.stop)])

    def _quiet(self) -> NDArray[np.float64]:
        """Return the least value of each draw: in the spin-up most processes have no events."""
        lively = self.model.draws.lively
        if lively is None:
            return np.zeros(len(self.about.slots))
        spared = lively.union(self.about.normals)
        return np.array([0.0 if name in spared else _QUIET for name, _ in self.about.slots])

    def _record(self) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """Return which rows are recorded, as bytes from the start of the arena, where, and how."""
        record = self.model.record if self.dated is None else {}
        target: list[int] = []
        stride = 0
        for series in record.values():
            flat = series.reshape(-1, *series.shape[-2:])
            assert np.may_share_memory(flat, series)  # it is no copy
            first, (apart, stride, _) = flat.ctypes.data, flat.strides
            target += [first + apart * place for place in range(len(flat))]
        return _sources(self.about, tuple(record)), np.array(target, np.int64), stride

    def _put_back(self, given: NDArray[np.float64]) -> None:
        """Give the model the state after the last month."""
        from tajsim.model.ledger import Flows

        def found(kind: str, name: str) -> NDArray[np.float64]:
            base, shape = self.about.leaves[kind][name]
            rows = np.array(given[base : base + prod(shape), : self.runs])
            return rows.reshape(*shape, self.runs)

        model, leaves = self.model, self.about.leaves
        for path, owner, name in self.places:
            vars(owner)[name] = found("state", path)
        if model.values.switches is not None and not model.values.switches.holding:
            for question, parts in self.held:
                model.values.switches.answers[question] = [found("held", part) for part in parts]
        model.last, model.now = model.now, Flows(self.runs)
        for name in leaves["flow"]:
            model.now._arrays[name] = found("flow", name)
        for name in leaves["watch"]:
            _see(model.watch, name, found("watch", name))


def _seen(watch: Watch, name: str) -> Any:
    """Return what a watch has seen last, as `tracer.Told` holds it."""
    kind, _, what = name.partition(" ")
    found: Any = (watch._above if kind == "above" else watch._last).get(what)
    return found if found is not None else np.nan if kind == "last" else -1.0


def _see(watch: Watch, name: str, rows: NDArray[np.float64]) -> None:
    """Let a watch have seen what stands in rows; a look is one at all runs."""
    kind, _, what = name.partition(" ")
    if kind == "last" and not np.isnan(rows).any():
        watch._last[what] = rows
    elif kind == "way" and (rows >= 0.0).all():
        watch._last[what] = rows.astype(np.intp)
    elif kind == "above" and (rows >= 0.0).all():
        watch._stand(what, rows > 0.5)


class Notes:
    """Takes what the code notes in so many months, tile by tile, and hands it to a chronicle."""

    def __init__(self, about: programs.About, months: int) -> None:
        self.about = about
        # Memory is the system's until something is written there.
        room = months * len(about.notes), NOTE_HEAD + NOTE_PARTS * about.lanes
        self._buffer = np.empty(room, np.int64)
        self.control = np.zeros(4, np.int64)
        self.control[PLACE] = self._buffer.ctypes.data
        self._found: list[tuple[NDArray[Any], ...]] = []

    def take(self, begin: int, count: int) -> None:
        """Take the notes that there are on the runs of a tile, ``begin`` being its first."""
        entries = self._buffer[: self.control[COUNT]]
        self.control[COUNT] = 0
        entry, lane = ((entries[:, 2, None] >> np.arange(count)) & 1).nonzero()
        numbers = entries.view(np.float64)
        at = (NOTE_HEAD + part * self.about.lanes + lane for part in range(NOTE_PARTS))
        parts = [numbers[entry, column] for column in at]
        self._found.append((begin + lane, entries[entry, 1], entries[entry, 0], *parts))

    def hand_to(self, chronicle: Chronicle) -> None:
        """Tell a chronicle, in the order in which the model itself would."""
        columns = [np.concatenate(part) for part in zip(*self._found, strict=True)]
        order = np.lexsort((columns[2], columns[1], columns[0]))
        if not len(order):  # as in a month that notes nothing
            return
        run, month, note, size, *indices = (column[order] for column in columns)
        kinds, *tables = _codes_of(self.about)
        names = (t[note, i.astype(np.intp)] for t, i in zip(tables, indices, strict=True))
        chronicle.keep(np.array([run, month, kinds[note], *names, size], float))


@cache
def _codes_of(about: programs.About) -> list[NDArray[np.float64]]:
    """Return the codes of notes: of the kind of each, and of its actors, targets and causes."""
    from tajsim.model.chronicle import Chronicle

    known, (kinds, *names) = Chronicle(0), zip(*about.notes, strict=True)
    found = [np.array([known._kinds[kind] for kind in kinds], float)]
    for given, codes in zip(names, (known._names, known._names, known._causes), strict=True):
        found.append(np.zeros((len(given), max(map(len, given)))))
        for row, some in zip(found[-1], given, strict=True):
            row[: len(some)] = [codes[name] for name in some]
    return found


@cache
def _counters_of(month: int, slots: tuple[tuple[str, str], ...]) -> NDArray[np.uint64]:
    """Return the counters of `tajsim.draws`, of all slots at once: a third of the time."""
    keys = [key + str(month).encode() for key in _keys_of(slots)]
    hashed = b"".join([blake2b(key, digest_size=8).digest() for key in keys])
    return np.frombuffer(hashed, "<u8").astype(np.uint64)


@cache
def _keys_of(slots: tuple[tuple[str, str], ...]) -> list[bytes]:
    return [f"{process}\x1f{actor}\x1f".encode() for process, actor in slots]


@cache
def _dates_of(
    names: tuple[str, ...], start: int, first: int, stop: int, worlds: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return the states of the calendar ``(month, date, world)``."""
    from tajsim.model.calendar import Calendar

    values: Any = SimpleNamespace(constant_world=np.array(worlds))
    calendar = Calendar(values, len(worlds))
    found = np.empty((stop - first, len(names), len(worlds)))
    for month in range(first, stop):
        calendar.turn(start + month, month)
        found[month - first] = [vars(calendar)[name] for name in names]
    return found


@cache
def _sources(about: programs.About, names: tuple[str, ...]) -> NDArray[np.int64]:
    """Return where outcomes stand in the arena, as bytes, after a whole month and after others."""
    rows = [[row for name in names for row in outcomes[name]] for outcomes in about.outcomes]
    return np.array(rows, np.int64) * 8 * about.lanes


@cache
def _spare(about: programs.About) -> list[NDArray[np.float64]]:
    """Return the arenas of a program that no span uses now."""
    return []


def _arena(about: programs.About) -> NDArray[np.float64]:
    """Return the arena of a program with its constants; the last row is for the keys of runs."""
    size = 8 * about.lanes * (about.rows + 1)
    # So much that numpy asks the system for large pages, and one of them begins in it.
    raw = np.zeros(size + (4 << 20), np.uint8)
    shift = -raw.ctypes.data % (2 << 20)
    arena = raw[shift : shift + size].view(np.float64).reshape(-1, about.lanes)
    for row, number in about.constants:
        arena[row] = float.fromhex(number)
    return arena
