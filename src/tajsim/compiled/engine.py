"""Simulates models by compiled code: spans of months without events, tile after tile of runs.

Numpy is the reference, and what is used where there is no compiler or a model cannot be traced.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from math import prod
from threading import local
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tajsim.compiled import program as programs
from tajsim.compiled.graph import RUNS
from tajsim.compiled.kernel import COUNT, NOTE_HEAD, NOTE_PARTS, PLACE, ROOM
from tajsim.compiled.program import Program
from tajsim.compiled.traced import TraceError
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
    there = find_spec("llvmlite") is not None
    if not named:
        return COMPILED if there else NUMPY
    if named not in ENGINES:
        raise UserError(unknown("engine", named, ENGINES))
    if named == COMPILED and not there:
        raise UserError(
            "llvmlite is not installed; install it with: pip install 'tajsim[fast]', or use the "
            "engine numpy"
        )
    return named


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

#: Programs by kind of model; None where there can be none.
_KNOWN: dict[str, Program | None] = {}
_TOLD: set[str] = set()


def tell_once(line: str) -> None:
    """Print a line to stderr, once in this process."""
    if line not in _TOLD:
        _TOLD.add(line)
        print(f"tajsim: {line}", file=sys.stderr, flush=True)


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
    if not switches.rules <= {*load_rules().values()} or names.intersection(about.not_held):
        return False
    if switches.holding:  # what is not known yet is held from its first question
        return all(_question(a, model.run_count) in switches.answers for a in _asked(about, names))
    return model.first_month % 3 == 0 or not names.intersection(about.quarterly)


def _asked(about: programs.About, names: set[str]) -> list[Any]:
    return [answer for answer in about.answers if answer[0] in names]


def _question(answer: Any, runs: int) -> str:
    """Return the key under which `Switches` keeps an answer."""
    rule, shapes, number, _ = answer
    wide = [str(tuple(runs if size == RUNS else size for size in shape)) for shape in shapes]
    return " ".join([rule, *wide, str(number)])


def _or_none(
    kind: type[TajikistanModel], model: TajikistanModel | None = None, held: bool = False
) -> Program | None:
    from tajsim.model.model import TajikistanModel

    shipped = kind is TajikistanModel
    known = f"{kind.__module__}.{kind.__qualname__} {held}"
    if not shipped and model:
        known = f"{known} {sorted(model.record)}"
    if known not in _KNOWN and not shipped and model and model.run_count < 2:
        tell_once(f"{kind.__name__}: one run alone is not traced; numpy simulates it")
        return None
    if known not in _KNOWN:
        _KNOWN[known] = None
        try:
            _KNOWN[known] = _program(kind, None if shipped else model, held)
        except TraceError as error:
            tell_once(f"{error}; numpy simulates {kind.__name__}")
        except Exception as error:  # of the compiler, or what it cannot do
            said = " ".join(f"{type(error).__name__} {error}".split())[:200]
            tell_once(f"{kind.__name__} cannot be compiled ({said}); numpy simulates it")
    return _KNOWN[known]


def _program(kind: type[TajikistanModel], model: TajikistanModel | None, held: bool) -> Program:
    """Return the program of a kind of model, of this one if it is not the package's own."""
    written = None
    if model is None:
        key = programs.key_of(programs.sources(), str(held))
    else:
        written = programs.written(model, programs.lanes_here(), held)
        key = programs.key_of(programs.sources(), written[1])
    path = programs.cache_folder() / f"{key}.month"
    found = programs.read(path, key)
    if found is None:
        if sys.stderr.isatty():  # as progress is shown
            how = ", so that rules can be held" if held else ""
            tell_once(f"compiling the model{how}, once for this version and machine ...")
        if written is None:
            source = kind(runs=2, settled=False)
            written = programs.written(source, programs.lanes_here(), held)
        found = written[0], programs.compiled(written[1])
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
        self.notes = Notes(self.about, wanted=dated is None)
        switches, self.held = model.values.switches, list[tuple[str, tuple[str, ...]]]()
        self.holds: list[int] = []  # rows that are 1
        if switches is not None:
            names = {tracer.rule_name(rule) for rule in switches.rules}
            self.held = [(_question(a, self.runs), a[3]) for a in _asked(self.about, names)]
            leaves = self.about.leaves["holds"]
            names = names & leaves.keys() if switches.holding else set()
            self.holds = [leaves[name][0] for name in names]

    def simulate(self, progress: Callable[[int], None] = lambda _months: None) -> None:
        """Simulate the months, and give the model the state after them."""
        kept, parameters = self._kept(), self._parameters()
        counters, dates = self._counters(), self._dates()
        spans, record = self._parts(), self._record()
        for tile in self.tiles:
            self._tile(tile, kept, parameters, counters, dates, spans, record)
            share = min(tile + self.about.lanes, self.runs) / self.runs
            progress(self.first + int(share * (self.stop - self.first)))
        self._put_back(kept)
        self.notes.hand_to(self.model.chronicle)

    def _kept(self) -> NDArray[np.float64]:
        """Return states and flows, what is dated after them, ``(row, run)``, the last tile full."""
        about, now = self.about, self.model.now
        kinds = (*programs.KEPT, "dated")
        rows = max(b + prod(s) for kind in kinds for b, s in about.leaves[kind].values())
        found = self._wide(rows)
        for base, shape in about.leaves["held"].values():
            found[base : base + prod(shape)] = 0.0
        arrays: dict[tuple[str, str], Any] = {
            ("state", path): vars(owner)[name] for path, owner, name in self.places
        }
        arrays |= {("flow", name): now[name] for name in about.leaves["flow"]}
        for name in about.leaves["watch"]:
            arrays["watch", name] = _seen(self.model.watch, name)
        for question, parts in self.held:
            known = self.model.values.switches.answers.get(question, [0.0] * len(parts))
            arrays |= {("held", part): array for part, array in zip(parts, known, strict=True)}
        if self.dated is not None:
            paths = {(id(owner), name): path for path, owner, name in self.places}
            arrays |= {
                ("dated", paths[id(owner), name]): value for owner, name, value in self.dated
            }
        for (kind, name), array in arrays.items():
            base, shape = about.leaves[kind][name]
            whole = np.ndim(array) > 0 and array.shape[-1] == self.runs
            each = array.reshape(-1, self.runs) if whole else np.reshape(array, (-1, 1))
            found[base : base + prod(shape), : self.runs] = each
        found[:, self.runs :] = found[:, self.runs - 1 : self.runs]
        return found

    def _wide(self, rows: int) -> NDArray[np.float64]:
        return np.empty((rows, len(self.tiles) * self.about.lanes))

    def _parameters(self) -> NDArray[np.float64]:
        leaves = self.about.leaves["parameter"]
        found = self._wide(len(leaves))
        for row, name in enumerate(leaves):
            found[row, : self.runs] = self.values[name]
        found[:, self.runs :] = found[:, self.runs - 1 : self.runs]
        return found

    def _counters(self) -> NDArray[np.uint64]:
        months = range(self.model.first_month + self.first, self.model.first_month + self.stop)
        return programs.counters(self.about, months)

    def _quiet(self) -> NDArray[np.float64]:
        """Return the least value of each draw: in the spin-up most processes have no events."""
        lively = self.model.draws.lively
        if lively is None:
            return np.zeros(len(self.about.slots))
        spared = lively.union(self.about.normals)
        return np.array([0.0 if name in spared else _QUIET for name, _ in self.about.slots])

    def _dates(self) -> Callable[[int], NDArray[np.float64]]:
        """Return what gives the dates of a tile, ``(month, date, lane)``."""
        first, stop = self.first, self.stop
        still, which = np.unique(self.world, return_inverse=True)
        table = _dates_of(
            tuple(self.about.dates), self.model.first_month, first, stop, tuple(still.tolist())
        )
        which = np.concatenate([which, which[-1:].repeat(-self.runs % self.about.lanes)])
        whole: dict[bytes, NDArray[np.float64]] = {}

        def tile(begin: int) -> NDArray[np.float64]:
            mine = which[begin : begin + self.about.lanes]
            key = mine.tobytes()
            if key not in whole:
                whole.clear()
                whole[key] = np.ascontiguousarray(table[..., mine])
            return whole[key]

        return tile

    def _parts(self) -> list[tuple[int, int]]:
        edges = sorted({self.first, *self.changes, self.stop})
        return list(pairwise(edges))

    def _record(self) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """Return which rows are recorded, as bytes from the start of the arena, where, and how."""
        if self.dated is not None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), 0
        source: list[int] = []
        target: list[int] = []
        stride = 0
        for name, series in self.model.record.items():
            rows = self.about.outcomes[name]
            stride = series.strides[-2]
            each = series.strides[-3] if series.ndim > 2 else 0
            flat = series.reshape(-1, *series.shape[-2:])
            assert flat.base is series or flat is series
            source += [row * 8 * self.about.lanes for row in rows]
            each = flat.strides[0]
            target += [flat.ctypes.data + each * place for place in range(len(rows))]
        return np.array(source, np.int64), np.array(target, np.int64), stride

    def _tile(
        self,
        begin: int,
        kept: NDArray[np.float64],
        parameters: NDArray[np.float64],
        counters: NDArray[np.uint64],
        dates: Callable[[int], NDArray[np.float64]],
        spans: list[tuple[int, int]],
        record: tuple[NDArray[np.int64], NDArray[np.int64], int],
    ) -> None:
        about, program, lanes = self.about, self.program, self.about.lanes
        arena, keys = _arena(about)
        here = slice(begin, begin + lanes)
        arena[: len(kept)] = kept[:, here]
        leaves = about.leaves["parameter"]
        base = next(iter(leaves.values()))[0]
        arena[base : base + len(leaves)] = parameters[:, here]
        for row, _ in about.leaves["holds"].values():
            arena[row] = 0.0
        arena[self.holds] = 1.0
        run_key = self.model.draws._run_key[here]
        keys[: len(run_key)], keys[len(run_key) :] = run_key, run_key[-1]
        quiet, when = self._quiet(), dates(begin)
        source, target, stride = record
        for first, stop in spans:
            for name, values in self.changes.get(first, {}).items():
                if name in leaves:
                    mine = values[here]
                    row = arena[leaves[name][0]]
                    row[: len(mine)], row[len(mine) :] = mine, mine[-1]
            program.fixed(arena.ctypes.data)
            to = target + (first * stride + 4 * begin)
            while first < stop:
                first += program.months(
                    arena.ctypes.data,
                    keys.ctypes.data,
                    counters[first - self.first :].ctypes.data,
                    quiet.ctypes.data,
                    self.notes.control.ctypes.data,
                    when[first - self.first :].ctypes.data,
                    first,
                    stop - first,
                    self.dated is not None,
                    len(source),
                    source.ctypes.data,
                    to.ctypes.data,
                    stride,
                    len(run_key),
                )
                self.notes.take(begin, len(run_key))
                to = target + (first * stride + 4 * begin)
        kept[: about.kept, here] = arena[: about.kept]

    def _put_back(self, kept: NDArray[np.float64]) -> None:
        """Give the model the state after the last month."""
        from tajsim.model.ledger import Flows

        model, leaves = self.model, self.about.leaves
        for path, owner, name in self.places:
            base, shape = leaves["state"][path]
            rows = kept[base : base + prod(shape), : self.runs]
            vars(owner)[name] = np.array(rows).reshape(*shape, self.runs)
        if model.values.switches is not None and not model.values.switches.holding:
            for question, parts in self.held:
                found = [leaves["held"][part] for part in parts]
                model.values.switches.answers[question] = [
                    np.array(kept[base : base + prod(shape), : self.runs]).reshape(*shape, -1)
                    for base, shape in found
                ]
        model.last, model.now = model.now, Flows(self.runs)
        for name, (base, shape) in leaves["flow"].items():
            rows = kept[base : base + prod(shape), : self.runs]
            model.now._arrays[name] = np.array(rows).reshape(*shape, self.runs)
        for name, (base, shape) in leaves["watch"].items():
            rows = kept[base : base + prod(shape), : self.runs].reshape(*shape, self.runs)
            _see(model.watch, name, np.array(rows))


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
    """Takes what the code notes, tile by tile, and hands it to a chronicle.

    Args:
        about: of the program.
        wanted: whether there are to be any.
    """

    def __init__(self, about: programs.About, wanted: bool) -> None:
        self.about = about
        room = 8 * max(len(about.notes), 256) if wanted else 0
        self._buffer = np.zeros((room, NOTE_HEAD + NOTE_PARTS * about.lanes), np.int64)
        self.control = np.zeros(4, np.int64)
        self.control[ROOM], self.control[PLACE] = room, self._buffer.ctypes.data
        self._found: list[tuple[NDArray[Any], ...]] = []

    def take(self, begin: int, count: int) -> None:
        """Take the notes that there are on the runs of a tile, ``begin`` being its first."""
        lanes, noted = self.about.lanes, int(self.control[COUNT])
        self.control[COUNT] = 0
        if not noted:
            return
        entries = self._buffer[:noted]
        bits = (entries[:, 2, None] >> np.arange(count)) & 1
        entry, lane = bits.nonzero()
        numbers = entries.view(np.float64)
        parts = [numbers[entry, NOTE_HEAD + part * lanes + lane] for part in range(NOTE_PARTS)]
        self._found.append((begin + lane, entries[entry, 1], entries[entry, 0], *parts))

    def hand_to(self, chronicle: Chronicle) -> None:
        """Tell a chronicle, in the order in which the model itself would."""
        if not self._found:
            return
        run, month, note, size, *indices = (
            np.concatenate(part) for part in zip(*self._found, strict=True)
        )
        order = np.lexsort((note, month, run))
        run, month, note, size = run[order], month[order], note[order], size[order]
        rows = np.empty((7, len(run)))
        rows[0], rows[1], rows[6] = run, month, size
        kinds, *names = zip(*self.about.notes, strict=True)
        rows[2] = np.array([chronicle._kinds[kind] for kind in kinds])[note]
        for row, (index, given, codes) in enumerate(
            zip(
                indices, names, (chronicle._names, chronicle._names, chronicle._causes), strict=True
            ),
            start=3,
        ):
            table = np.zeros((len(given), max(map(len, given))))
            for place, some in enumerate(given):
                table[place, : len(some)] = [codes[name] for name in some]
            rows[row] = table[note, index[order].astype(np.intp)]
        chronicle.keep(rows)


@cache
def _dates_of(
    names: tuple[str, ...], start: int, first: int, stop: int, still: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return the states of the calendar ``(month, date, world)``."""
    from tajsim.model.calendar import Calendar

    values: Any = SimpleNamespace(constant_world=np.array(still))
    calendar = Calendar(values, len(still))
    found = np.empty((stop - first, len(names), len(still)))
    for month in range(first, stop):
        calendar.turn(start + month, month)
        found[month - first] = [vars(calendar)[name] for name in names]
    return found


#: The arenas of a thread: id of what is known of a program -> arena, place of the keys of runs.
_own = local()


def _arena(about: programs.About) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """Return the arena of a program that is in use, and the place of the keys of its runs."""
    arenas: dict[int, Any] = _own.__dict__.setdefault("arenas", {})
    if id(about) not in arenas:
        lanes = about.lanes
        raw = np.zeros(8 * lanes * (about.rows + 1) + 64, np.uint8)
        shift = -raw.ctypes.data % 64
        whole = raw[shift : shift + 8 * lanes * (about.rows + 1)]
        arena = whole[: 8 * lanes * about.rows].view(np.float64).reshape(-1, lanes)
        for row, number in about.constants:
            arena[row] = float.fromhex(number)
        arenas[id(about)] = arena, whole[8 * lanes * about.rows :].view(np.uint64)
    arena, keys = arenas[id(about)]
    return arena, keys
