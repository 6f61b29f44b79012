"""Parts of the package's month, recorded: what the rest gave them, and what they made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, ClassVar
from unittest import mock

import mesa
import numpy as np

from benchmarks.plain_draws import KeyedDraws, OneRunDraws, StreamDraws
from tajsim import load_scenario
from tajsim.axes import Array
from tajsim.model.model import TajikistanModel


@dataclass(frozen=True)
class Place:
    """A function of the month that a twin writes again.

    Args:
        holder: module or class that has it.
        function: its name there.
        given: what it reads of the rest of the month, see `read`.
        made: what it writes for others and does not read again.
    """

    holder: Any
    function: str
    given: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@dataclass
class Moment:
    """A place in one month: what is given, what others changed of its own, what it came to."""

    given: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    def of(self, row: int) -> Moment:
        """Return the same of one run, in floats and lists; of what changed only what did in it."""
        here = Moment()
        for name in ("given", "changed", "after"):
            values = {path: value[..., row] for path, value in getattr(self, name).items()}
            if name == "changed" and self.known:
                known = {path: value[..., row] for path, value in self.known.items()}
                values = {k: v for k, v in values.items() if not np.array_equal(v, known[k])}
            getattr(here, name).update({path: value.tolist() for path, value in values.items()})
        return here


@dataclass
class OneRun:
    """One run of a recording: its draws, and for each month the parameters and the moments."""

    draws: OneRunDraws
    months: Sequence[tuple[Mapping[str, float], dict[str, Moment]]]


def read(model: TajikistanModel, path: str) -> Array:
    """Return what is at ``holder.name``: of a kind, an agency or flows, or of the model itself."""
    holder, _, name = path.rpartition(".")
    if not holder:
        found = getattr(model, name)
    elif holder in ("now", "last"):
        found = getattr(model, holder)[name]
    else:
        found = getattr(model.agency.get(holder) or getattr(model, holder), name)
    return np.array(found, float)


class Recording:
    """Some runs of a scenario, in which the places of a twin are recorded month by month.

    Calling it with a run number returns the `OneRun` that the twin is made from.

    Args:
        twin: class of the twin, whose `PLACES` and `KEPT` are recorded.
        scenario, months, seed: of the model.
        runs: how many.
        keyed: draw by key, as the package does; otherwise from an ordinary stream.
    """

    def __init__(
        self,
        twin: type[ScalarPart],
        scenario: str,
        months: int,
        runs: int,
        seed: int,
        keyed: bool = True,
    ) -> None:
        self.places, self.kept = twin.PLACES, twin.KEPT
        self.seed, self.draws = seed, KeyedDraws if keyed else StreamDraws
        self.months: list[tuple[tuple[list[str], Array], dict[str, Moment]]] = []
        self.known: dict[str, Array] = {}
        self.model = model = scenario_model(scenario, months, runs, seed)
        with instead(self.places, self.recorded):
            model.month = month_now(model)
            for _ in range(months):
                self.months.append((([], np.zeros(0)), {}))
                model.step()

    def recorded(self, place: str, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Call a function of the month and keep what was before and after it."""
        moment, about = Moment(), self.places[place]
        moment.given = {path: read(self.model, path) for path in about.given}
        before = {path: read(self.model, path) for path in self.kept}
        for path, value in before.items():
            if path not in self.known or not np.array_equal(self.known[path], value):
                moment.changed[path] = value
        moment.known = self.known
        answer = function(*args, **named)
        self.known = {path: read(self.model, path) for path in self.kept}
        moment.after = self.known | {path: read(self.model, path) for path in about.made}
        values = self.model.values.table()
        last = self.months[-2][0] if len(self.months) > 1 else values
        same = np.array_equal(last[1], values[1])
        moments = self.months[-1][1]
        self.months[-1] = (last if same else values, moments)
        moments[place] = moment
        return answer

    def __call__(self, run: int) -> OneRun:
        """Return what a twin of one run is made from."""
        row = int(np.flatnonzero(self.model.draws.runs == run)[0])
        found, tables = [], {}
        for (names, values), moments in self.months:
            if id(values) not in tables:
                tables[id(values)] = dict(zip(names, values[:, row].tolist(), strict=True))
            here = {place: moment.of(row) for place, moment in moments.items()}
            found.append((tables[id(values)], here))
        return OneRun(self.draws(self.seed, run), found)


def scenario_model(scenario: str, months: int, runs: int, seed: int) -> TajikistanModel:
    """Return a model of a scenario that records nothing."""
    what, year = load_scenario(scenario), 2004 + (months - 1) // 12
    end = f"{year}-{(months - 1) % 12 + 1:02d}"
    return TajikistanModel(
        runs=runs,
        seed=seed,
        end=end,
        settings=what.settings,
        events=[event for event in what.events if event.month <= end],
        outcomes=(),
    )


def instead(places: Mapping[str, Place], call: Callable[..., Any]) -> ExitStack:
    """Let ``call(name, function, ...)`` stand where the functions of the month do.

    Where another function of the same module calls one by its name, that calls it too.
    """
    with ExitStack() as stack:
        for name, place in places.items():
            new: Callable[..., Any] = partial(call, name, getattr(place.holder, place.function))
            if isinstance(place.holder, type):
                new = _method(new)
            stack.enter_context(mock.patch.object(place.holder, place.function, new))
        return stack.pop_all()


def month_now(model: TajikistanModel) -> tuple[tuple[str, Callable[..., None]], ...]:
    """Return the table of the month with what stands in the modules now."""
    return tuple(
        (name, getattr(import_module(stage.__module__), stage.__name__))
        for name, stage in model.month
    )


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **named: Any) -> Any:
        return function(self, *args, **named)

    return method


class ScalarPart(mesa.Model):  # type: ignore[misc]
    """A part of the month in one run, the rest of which is given: the ordinary Mesa way.

    Args:
        source: gives draws, parameters and the rest of each month for a run number.
        run: the run number.
        months: how many months to simulate, from January 2004.
        collect: gather the series of ``COLLECTED`` in ``datacollector``.
    """

    #: Methods of the twin, in the order of the month, and what they are in the package.
    PLACES: ClassVar[dict[str, Place]]
    #: States that the twin carries from month to month, as `read` names them.
    KEPT: ClassVar[tuple[str, ...]]
    #: What is collected every month.
    COLLECTED: ClassVar[tuple[str, ...]]

    def __init__(
        self, source: Callable[[int], OneRun], run: int = 0, months: int = 204, collect: bool = True
    ) -> None:
        super().__init__(rng=0)
        history = source(run)
        self.draws, self.history, self.months = history.draws, history.months, months
        self.collect, self.month, self.since = collect, 2004 * 12, 0
        self.kinds: dict[str, list[mesa.Agent]] = {}
        self.p: Mapping[str, float] = history.months[0][0]
        self.given: Mapping[str, Any] = {}
        self.people()
        reporters = {name: partial(ScalarPart.look, path=name) for name in self.COLLECTED}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def people(self) -> None:
        """Make the agents."""

    def step(self) -> None:
        """Simulate a month."""
        for _ in self.advance():
            pass

    def advance(self) -> Iterator[str]:
        """Simulate a month; yield the name of each place when it is done."""
        self.p, moments = self.history[self.since]
        for place in self.PLACES:
            moment = moments[place]
            self.given = moment.given
            for path, value in moment.changed.items():
                self.put(path, value)
            getattr(self, place)()
            yield place
        if self.collect:
            self.datacollector.collect(self)
        self.month, self.since = self.month + 1, self.since + 1
        self.running = self.since < self.months

    def put(self, path: str, value: Any) -> None:
        """Take over what others changed."""
        holder, _, name = path.rpartition(".")
        if holder in self.kinds:
            for agent, own in zip(self.kinds[holder], value, strict=True):
                setattr(agent, name, own)
        else:
            setattr(self, path.replace(".", "_"), copied(value))

    def look(self, path: str) -> Any:
        """Return what is at a path, lists over the agents of a kind."""
        holder, _, name = path.rpartition(".")
        if holder in self.kinds:
            return [getattr(agent, name) for agent in self.kinds[holder]]
        return copied(getattr(self, path.replace(".", "_")))


def copied(value: Any) -> Any:
    """Return a list as one of its own, a number as it is."""
    return list(value) if isinstance(value, list) else value
