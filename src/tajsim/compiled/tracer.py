"""Traces a month: the stages as they are run once on arrays that record, in place of numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import ndtri

from tajsim.agents.actors import Stated
from tajsim.axes import DIMENSIONS, Array
from tajsim.compiled.graph import Graph, Input
from tajsim.compiled.traced import MonthNumber, Recorder, Traced, joined, refused
from tajsim.draws import Draws
from tajsim.inputs.outcomes import load_outcomes
from tajsim.model.calendar import Calendar
from tajsim.model.chronicle import Watch
from tajsim.model.country import Country
from tajsim.model.ledger import Flows
from tajsim.model.model import TajikistanModel

#: Packages whose modules compute with numpy within a month.
PACKAGES = ("tajsim.rules.", "tajsim.agents.", "tajsim.model.", "tajsim.axes.")


class Numpy:
    """Stands for numpy while a month is traced: new arrays record; the rest is numpy's own."""

    ndarray = (np.ndarray, Traced)

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        found, recorder = getattr(np, name), self._recorder
        if name not in ("zeros", "ones"):
            return found
        return lambda *args: Traced(recorder, recorder.constant(found(*args)))

    def full(self, shape: Any, value: Any) -> Traced:
        """Return an array of one value, or of one for each run."""
        whole: Any = (shape,) if isinstance(shape, int | np.integer) else shape
        return self._recorder.spread(value, whole)

    def array(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Return an array of its own, put together from parts where some are traced."""
        if isinstance(value, Traced):
            return value.copy()
        if isinstance(value, list | tuple) and any(isinstance(part, Traced) for part in value):
            return joined(self._recorder, "stack", value)
        return np.array(value, *args, **kwargs)

    def asarray(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Return an array as it is, or one put together."""
        return value if isinstance(value, Traced) else self.array(value, *args, **kwargs)


class TracedDraws(Draws):
    """Draws that are inputs, keyed by process and names; the month is that of the evaluation."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def uniform_each(self, process: str, actors: Sequence[str], month: int) -> Array:
        """Return the input for draws of the month."""
        if type(month) is not MonthNumber:
            raise refused("a draw is keyed by `country.calendar_month` alone")
        found: Array = self.recorder.input(Input("draw", process, tuple(actors)), len(actors))
        return found

    def normal_each(self, process: str, actors: Sequence[str], month: int) -> Array:
        """Return the quantiles of the same."""
        found: Array = ndtri(self.uniform_each(process, actors, month))
        return found


def flows_before(recorder: Recorder) -> Flows:
    """Return the flows of the month before, inputs each."""
    flows = Flows(recorder.runs)
    for name, outcome in load_outcomes().items():
        shape = (len(DIMENSIONS[dimension]) for dimension in outcome.dimensions)
        flows._arrays[name] = recorder.input(Input("flow", name), *shape)
    return flows


class Written:
    """Takes the place of a recorded series: keeps what the month writes."""

    value: Any = None

    def __setitem__(self, index: Any, value: Any) -> None:
        self.value = value


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


def trace(model: TajikistanModel, recorder: Recorder | None = None, skip: str = "") -> Graph:
    """Return the coming month of a model as a graph; the model is left as it was.

    Args:
        model: of two runs or more.
        recorder: of another trace, so that the nodes in common are the same.
        skip: the place of a guard that is traced as not entered, though all others are.

    Raises:
        TraceError: where the month is no static graph; it names the line.
    """
    recorder = recorder or Recorder(model.run_count)
    recorder.skip, recorder.guards = skip, {}
    places = [*states(model)]
    with ExitStack() as stack:
        for owner in {id(o): o for o in (model, model.values, *(h for _, h, _ in places))}.values():
            stack.callback(put_back, owner, dict(vars(owner)))
        # One array under two names is one array here as well.
        made: dict[int, Traced] = {}
        for path, owner, name in places:
            array = vars(owner)[name]
            if id(array) not in made:
                made[id(array)] = recorder.input(Input("state", path), *array.shape[:-1])
            vars(owner)[name] = made[id(array)]
        for name, value in vars(model.calendar).items():
            # A date that is no state would be a branch on the month.
            if isinstance(value, bool | float) and name != "complete":
                vars(model.calendar)[name] = recorder.input(Input("state", f"calendar.{name}"))
        known = {name: recorder.input(Input("parameter", name)) for name in model.values._values}
        values, series = model.values, {name: Written() for name in model.record}
        values.__dict__.update(_values=known, _cache={})
        model.__dict__.update(
            now=flows_before(recorder),
            draws=TracedDraws(recorder),
            months_run=MonthNumber(model.months_run),
            record=series,
            events_by_month={},
            ramps={},
        )
        for owner, name, value in replacements(model, recorder):
            stack.callback(setattr, owner, name, vars(owner)[name])
            setattr(owner, name, value)
        model.begin_month()
        for _, stage in model.month:
            stage(model)
        return Graph(
            {path: recorder.node(vars(owner)[name]) for path, owner, name in places},
            {name: recorder.node(value) for name, value in model.now._arrays.items()},
            {name: recorder.node(written.value) for name, written in series.items()},
            recorder.guards,
        )


def modules(model: TajikistanModel) -> list[ModuleType]:
    """Return the modules of the package, and those of subclasses, whose code a month runs."""
    own = [name for name in sys.modules if f"{name}.".startswith(PACKAGES)]
    classes = [kind for holder in holders(model).values() for kind in type(holder).__mro__]
    others = [part.__module__ for part in (*classes, *(stage for _, stage in model.month))]
    return [sys.modules[name] for name in {*own, *others} if not name.startswith("mesa.")]


def replacements(model: TajikistanModel, recorder: Recorder) -> Iterator[tuple[Any, str, Any]]:
    """Yield what is another thing while a month is traced: owner, name, value."""
    stand_in, nothing = Numpy(recorder), lambda *args, **kwargs: None
    for module in modules(model):
        for name, value in list(vars(module).items()):
            if value is np:
                yield module, name, stand_in
            elif name.startswith("note_") and callable(value):
                yield module, name, nothing
    # Which month it is does not matter: draws are inputs.
    number = MonthNumber(model.first_month)
    yield Country, "calendar_month", property(lambda country: number)
    # The chronicle is told by the model itself.
    yield Country, "note", nothing
    yield Watch, "crossings", nothing
    yield Watch, "moves", nothing
    yield Watch, "changes", lambda self, name, values: (values != values, values)
    # What the date decides is an input like other states.
    yield Calendar, "turn", nothing


def put_back(owner: Any, before: dict[str, Any]) -> None:
    """Give an object the attributes that it had."""
    vars(owner).clear()
    vars(owner).update(before)
