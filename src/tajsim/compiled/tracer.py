"""Traces a month: the stages as they are run once on arrays that record, in place of numbers."""

import sys
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import ndtri

from tajsim.agents.actors import Stated
from tajsim.axes import DIMENSIONS, Array
from tajsim.compiled import traced
from tajsim.draws import Draws
from tajsim.inputs import ledger, outcomes, switches
from tajsim.model.calendar import Calendar
from tajsim.model.chronicle import Watch
from tajsim.model.country import Country
from tajsim.model.ledger import Flows
from tajsim.model.model import TajikistanModel
from tajsim.model.setup import end_spin_up_month

#: Packages whose modules compute with numpy within a month.
PACKAGES = ("tajsim.rules.", "tajsim.agents.", "tajsim.model.", "tajsim.axes.")


class Numpy:
    """Stands for numpy while a month is traced: new arrays record; the rest is numpy's own."""

    ndarray = (np.ndarray, traced.Traced)

    def __init__(self, recorder: traced.Recorder) -> None:
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        found, recorder = getattr(np, name), self._recorder
        if name not in ("zeros", "ones"):
            return found
        return lambda *args: traced.Traced(recorder, recorder.constant(found(*args)))

    def full(self, shape: Any, value: Any) -> traced.Traced:
        """Return an array of one value, or of one for each run."""
        whole: Any = (shape,) if isinstance(shape, int | np.integer) else shape
        return self._recorder.spread(value, whole)

    def array(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Return an array of its own, put together from parts where some are traced."""
        if isinstance(value, traced.Traced):
            return value.copy()
        if isinstance(value, list | tuple) and any(
            isinstance(part, traced.Traced) for part in value
        ):
            return traced.joined(self._recorder, "stack", value)
        return np.array(value, *args, **kwargs)

    def asarray(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Return an array as it is, or one put together."""
        return value if isinstance(value, traced.Traced) else self.array(value, *args, **kwargs)


class TracedDraws(Draws):
    """Draws that are inputs, keyed by process and names; the month is that of the evaluation."""

    def __init__(self, recorder: traced.Recorder) -> None:
        self.recorder = recorder

    def uniform_each(self, process: str, actors: Sequence[str], month: int) -> Array:
        """Return the input for draws of the month."""
        if type(month) is not traced.MonthNumber:
            raise traced.refused("a draw is keyed by `country.calendar_month` alone")
        found: Array = self.recorder.input(
            traced.Input("draw", process, tuple(actors)), len(actors)
        )
        return found

    def normal_each(self, process: str, actors: Sequence[str], month: int) -> Array:
        """Return the quantiles of the same."""
        found: Array = ndtri(self.uniform_each(process, actors, month))
        return found


def flows_before(recorder: traced.Recorder) -> Flows:
    """Return the flows of the month before, inputs each."""
    flows = Flows(recorder.runs)
    for name in outcomes.load_outcomes():
        flows._arrays[name] = recorder.input(traced.Input("flow", name), *shape_of_flow(name))
    return flows


def shape_of_flow(name: str) -> tuple[int, ...]:
    """Return the shape of a flow but for the run."""
    return tuple(
        len(DIMENSIONS[dimension]) for dimension in outcomes.load_outcomes()[name].dimensions
    )


class Written:
    """Takes the place of a recorded series: keeps what the month writes."""

    value: Any = None

    def __setitem__(self, index: Any, value: Any) -> None:
        self.value = value


class Told:
    """Takes the place of the watch, and of the chronicle: keeps what they are asked and told.

    What was seen last is an input and an output: whether it was above (-1: it was never looked at),
    which way was the main one (-1 likewise), the last value (nan likewise).
    """

    def __init__(self, recorder: traced.Recorder) -> None:
        self.recorder = recorder
        self.watch: dict[str, traced.Operation] = {}
        self.notes: list[traced.Note] = []
        # A method of the class whose place it takes.
        self.note = lambda country, *told, **named: self._note(*told, **named)

    def _last(self, name: str, shape: tuple[int, ...]) -> Any:
        return self.recorder.input(traced.Input("watch", name), *shape[:-1])

    def _keep(self, name: str, now: Any) -> None:
        self.watch[name] = self.recorder.node(now)

    def crossings(self, name: str, values: Any, look: Any = None) -> tuple[Any, Any]:
        """Return where a quantity has risen past its upper threshold, and fallen to its lower."""
        up, down = ledger.THRESHOLDS[name]
        above = self._last(f"above {name}", values.shape)
        known = above >= 0.0
        limit = np.where(known, np.where(above > 0.5, down, up), 0.5 * (up + down))
        now = values > limit
        changed = known & (now != (above > 0.5))
        if look is not None:
            now, changed = np.where(look > 0.5, now * 1.0, above), changed & (look > 0.5)
        self._keep(f"above {name}", now * 1.0)
        return changed & (above < 0.5), changed & (above > 0.5)

    def changes(self, name: str, values: Any) -> tuple[Any, Any]:
        """Return where a value is not what it was at the last look, and what it was."""
        last = self._last(f"last {name}", values.shape)
        self._keep(f"last {name}", values)
        return (last == last) & (values != last), last

    def moves(self, name: str, shares: Any, ratio: float, look: Any) -> tuple[Any, Any]:
        """Return the main ways, ``(actor, run)``."""
        old = self._last(f"way {name}", shares.shape[1:])
        place = np.maximum(old, 0.0).astype(np.intp)
        main = np.take_along_axis(shares, place[None], axis=0)[0]
        best = np.argmax(shares, axis=0) * 1.0
        new = np.where((old < 0.0) | (shares.max(axis=0) > ratio * main), best, old)
        new = np.where(look > 0.5, new, old)
        self._keep(f"way {name}", new)
        return np.where(old < 0.0, new, old).astype(np.intp), new.astype(np.intp)

    def _note(
        self,
        kind: str,
        where: Any,
        *,
        actor: Any = "",
        target: Any = "",
        size: Any = np.nan,
        cause: Any = "",
    ) -> None:
        here = slice(None)
        names = [self._named(given) for given in (actor, target, cause)]
        found = self.recorder.node(size(here) if callable(size) else size)
        note = traced.Note(kind, self.recorder.node(where), found, *names)
        if note.where.op != "constant" or np.any(note.where.static["value"]):
            self.notes.append(note)

    def _named(self, given: Any) -> traced.Named:
        found = given(slice(None)) if callable(given) else given
        if isinstance(found, str):
            return traced.Named((found,))
        return traced.Named(tuple(found.names), self.recorder.node(found.index))


class Holding:
    """Takes the place of the switches: each rule may be held, in each run.

    Attributes:
        answers, held: see `Graph`.
        part: of the month that asks, see `Switches`.
    """

    part = ""

    def __init__(self, recorder: traced.Recorder) -> None:
        self.recorder = recorder
        self.answers: list[traced.HeldAnswer] = []
        self.held: dict[str, traced.Operation] = {}
        self._rules = frozenset(switches.load_rules().values())
        self._questions: Counter[Any] = Counter()

    def new_month(self) -> None:
        """A trace is one month."""

    def answer(self, rule: Any, found: Any) -> Any:
        """Return what a rule has ``found``, or what is held in its place."""
        if rule not in self._rules or self.part in switches.FREE:
            return found
        name = rule_name(rule)
        parts: list[Any] = list(switches._parts(found))
        shapes = tuple(self.recorder.node(part).shape for part in parts)
        self._questions[name, shapes, self.part] += 1
        number = self._questions[name, shapes, self.part]
        holds = self.recorder.input(traced.Input("holds", name)) > 0.5
        names = tuple(f"{name} {shapes} {self.part} {number} {i}" for i in range(len(parts)))
        kept = []
        for leaf, part in zip(names, parts, strict=True):
            held = self.recorder.input(traced.Input("held", leaf), *part.shape[:-1])
            kept.append(np.where(holds, held.astype(part.dtype), part))
            # What is asked in a review is not asked in other months, where it is worked out too.
            asked = self.recorder.input(traced.Input("state", "calendar.quarter_ends")) > 0.5
            told = np.where(asked, kept[-1], held) if self.part == switches.REVIEW else kept[-1]
            self.held[leaf] = told.node
        self.answers.append(traced.HeldAnswer(name, shapes, self.part, number, names))
        return switches._filled(found, iter(kept))


def rule_name(rule: Any) -> str:
    """Return the name by which the answers of a rule are kept."""
    return f"{rule.__module__} {rule.__qualname__}"


def holders(model: TajikistanModel) -> dict[str, Any]:
    """Return who holds states, by the beginning of their paths."""
    kinds = {f"{name}.": getattr(model, name) for name in model.kinds}
    return {"": model, "calendar.": model.calendar, "outside.": model.outside, **kinds}


def states(model: TajikistanModel) -> Iterator[tuple[str, Any, str]]:
    """Yield path, holder and attribute of every array of state, those of the ledgers too."""
    for path, holder in holders(model).items():
        assert isinstance(holder, Stated)
        yield from ((path + name, holder, name) for name in holder.declared)
    for name in ("money", "people"):
        yield name, getattr(model, name), "balance"


def trace(
    model: TajikistanModel,
    recorder: traced.Recorder | None = None,
    skip: Container[str] = (),
    chronicle: bool = False,
    holding: Holding | None = None,
) -> traced.Graph:
    """Return the coming month of a model as a graph; the model is left as it was.

    Args:
        model: of two runs or more.
        recorder: of another trace, so that the nodes in common are the same.
        skip: the places of guards that are traced as not entered, though all others are.
        chronicle: whether what it is told is traced too.
        holding: takes in the answers of rules, so that they can be held.

    Raises:
        TraceError: where the month is no static graph; it names the line.
    """
    recorder = recorder or traced.Recorder(model.run_count)
    recorder.skip, recorder.guards = skip, {}
    told = Told(recorder) if chronicle else None
    with recording(model, recorder, told) as places:
        model.values.switches = holding
        model.begin_month()
        for _, stage in model.month:
            stage(model)
        series: dict[str, Any] = model.record
        return traced.Graph(
            {path: recorder.node(vars(owner)[name]) for path, owner, name in places},
            {name: recorder.node(value) for name, value in model.now._arrays.items()},
            {name: recorder.node(written.value) for name, written in series.items()},
            recorder.guards,
            told.watch if told else {},
            told.notes if told else [],
            holding.held if holding else {},
            holding.answers if holding else [],
        )


def trace_settling(model: TajikistanModel) -> traced.Graph:
    """Return what follows each month of the spin-up, as a graph; inputs "dated" are put back."""
    recorder = traced.Recorder(model.run_count)
    with recording(model, recorder) as places:
        dated = []
        for path, owner, name in places:
            if owner is model.people or (isinstance(owner, Stated) and owner.declared[name].pinned):
                shape = vars(owner)[name].shape[:-1]
                dated.append((owner, name, recorder.input(traced.Input("dated", path), *shape)))
        model.values.switches = None
        end_spin_up_month(model, dated)
        return traced.Graph(
            {path: recorder.node(vars(owner)[name]) for path, owner, name in places}, {}, {}
        )


@contextmanager
def recording(
    model: TajikistanModel, recorder: traced.Recorder, told: Told | None = None
) -> Iterator[list[tuple[str, Any, str]]]:
    """Let a model hold arrays that record, and give its places of state; then put all back."""
    places = [*states(model)]
    with ExitStack() as stack:
        for owner in {id(o): o for o in (model, model.values, *(h for _, h, _ in places))}.values():
            stack.callback(put_back, owner, dict(vars(owner)))
        # One array under two names is one array here as well.
        made: dict[int, traced.Traced] = {}
        for path, owner, name in places:
            array = vars(owner)[name]
            if id(array) not in made:
                made[id(array)] = recorder.input(traced.Input("state", path), *array.shape[:-1])
            vars(owner)[name] = made[id(array)]
        for name, value in vars(model.calendar).items():
            # A date that is no state would be a branch on the month.
            if isinstance(value, bool | float) and name != "complete":
                vars(model.calendar)[name] = recorder.input(
                    traced.Input("state", f"calendar.{name}")
                )
        known = {
            name: recorder.input(traced.Input("parameter", name)) for name in model.values._values
        }
        values, series = model.values, {name: Written() for name in model.record}
        values.__dict__.update(_values=known, _cache={})
        model.__dict__.update(
            now=flows_before(recorder),
            draws=TracedDraws(recorder),
            months_run=traced.MonthNumber(model.months_run),
            record=series,
            events_by_month={},
            ramps={},
        )
        if told:
            model.__dict__["watch"] = told
        for owner, name, value in replacements(model, recorder, told):
            stack.callback(setattr, owner, name, vars(owner)[name])
            setattr(owner, name, value)
        yield places


def modules(model: TajikistanModel) -> list[ModuleType]:
    """Return the modules of the package, and those of subclasses, whose code a month runs."""
    own = [name for name in sys.modules if f"{name}.".startswith(PACKAGES)]
    classes = [kind for holder in holders(model).values() for kind in type(holder).__mro__]
    others = [part.__module__ for part in (*classes, *(stage for _, stage in model.month))]
    return [sys.modules[name] for name in {*own, *others} if not name.startswith("mesa.")]


def replacements(
    model: TajikistanModel, recorder: traced.Recorder, told: Told | None
) -> Iterator[tuple[Any, str, Any]]:
    """Yield what is another thing while a month is traced: owner, name, value."""
    stand_in, nothing = Numpy(recorder), lambda *args, **kwargs: None
    for module in modules(model):
        for name, value in list(vars(module).items()):
            if value is np:
                yield module, name, stand_in
            elif name.startswith("note_") and callable(value) and not told:
                yield module, name, nothing
    # Which month it is does not matter: draws are inputs.
    number = traced.MonthNumber(model.first_month)
    yield Country, "calendar_month", property(lambda country: number)
    # The chronicle is told by the model itself, if it is not traced.
    yield Country, "note", told.note if told else nothing
    yield Watch, "crossings", nothing
    yield Watch, "moves", nothing
    yield Watch, "changes", lambda self, name, values: (values != values, values)
    # What the date decides is an input like other states.
    yield Calendar, "turn", nothing


def put_back(owner: Any, before: dict[str, Any]) -> None:
    """Give an object the attributes that it had."""
    vars(owner).clear()
    vars(owner).update(before)
