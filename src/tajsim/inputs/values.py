"""The parameter values in force in one chunk of runs, and how rules are handed theirs."""

import csv
import inspect
import tomllib
from collections.abc import Callable, Collection, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

import numpy as np

from tajsim.axes import DIMENSIONS, Array
from tajsim.draws import AT_START, Draws
from tajsim.errors import UserError, unknown
from tajsim.files import data_text
from tajsim.inputs import families, registry

FILE_NAME = "posterior.csv"


@cache
def load_posterior() -> dict[str, Array]:
    """Return the sample: full parameter name -> ``(row,)`` values, all rows of equal weight.

    Raises:
        UserError: if there is no sample, or it names what the registry does not have as an
            uncertain assumption.
    """
    source = files("tajsim") / "data" / FILE_NAME
    if not source.is_file():
        raise UserError(
            f"{FILE_NAME} is missing; make it with: python -m docs.generate.sample FOLDER"
        )
    header, *rows = csv.reader(source.read_text(encoding="utf-8").splitlines())
    known = registry.load_parameters()
    wrong = [
        f"{FILE_NAME}: '{name}' is no uncertain parameter with an assumption as its basis"
        for name in header
        if name not in known
        or known[name].role != "uncertainty"
        or known[name].basis.kind != "assumption"
    ]
    if wrong:
        raise UserError(wrong)
    values = np.array(rows, dtype=float)
    return {name: values[:, column] for column, name in enumerate(header)}


def about_posterior() -> dict[str, Any]:
    """Return how the sample was made: model, targets, seed, numbers of particles and runs."""
    return tomllib.loads(data_text("posterior.toml"))


#: A value for all runs, or one for each.
Setting = float | Array


def prior_quantile(parameter: registry.Parameter, u: Array) -> Array:
    """Return the quantile ``u`` ``(run,)`` of the prior of an uncertain parameter, in its unit.

    ``triangular`` has its mode at the value; ``log`` is triangular in the logarithm;
    ``uniform`` is flat between low and high.
    """
    low, mode, high = parameter.low, parameter.value, parameter.high
    if high <= low:
        return np.full_like(u, mode)
    if parameter.spread == "uniform":
        return low + (high - low) * u
    if parameter.spread == "log":
        low, mode, high = np.log(low), np.log(mode), np.log(high)
    cut = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    result: Array = np.where(u < cut, rising, falling)
    return np.exp(result) if parameter.spread == "log" else result


class ParameterValues(families.Families):
    """Every parameter as ``(run,)`` values, and the arguments that a rule asks for.

    ``values.agency_pay`` is a whole family, ``values["agency_pay.army"]`` one parameter.

    A rule's keyword-only arguments are the parameters it reads, named as in the registry; so the
    signature is the only list of what a rule reads.

    Args:
        draws: the keyed draws of the chunk; a draw depends on the run number alone, so that two
            scenarios share every parameter.
        settings: full parameter name -> what replaces the draw: a number, or ``(run,)`` values.
        mode: ``posterior`` gives each run one row of the calibrated sample and draws the other
            uncertain parameters from their prior, ``wide`` draws the fixed assumptions too,
            ``prior`` draws all uncertain ones from their prior, ``fixed`` holds all at their value.
        redraw: the bases whose parameters are drawn anew, with all others as they were; a row of
            the calibrated sample counts as assumption, for only assumptions are calibrated.

    Raises:
        UserError: for an unknown name, mode or group.
    """

    def __init__(
        self,
        draws: Draws,
        settings: Mapping[str, Setting] | None = None,
        mode: str = "prior",
        redraw: Collection[str] = (),
    ) -> None:
        settings = settings or {}
        _check(settings, mode, redraw)
        self._runs = len(draws.runs)
        fitted = mode in ("posterior", "wide")
        drawn = _posterior_rows(draws, "assumption" in redraw) if fitted else {}
        roles = {"fixed": (), "wide": ("uncertainty", "fixed")}.get(mode, ("uncertainty",))
        self._values: dict[str, Array] = {}
        for name, row in registry.load_parameters().items():
            if name in settings:
                value = np.broadcast_to(np.asarray(settings[name], float), (self._runs,)).copy()
            elif name in drawn:
                value = drawn[name]
            elif row.role in roles:
                process = "parameter again" if row.basis.kind in redraw else "parameter"
                value = prior_quantile(row, draws.uniform(process, name, AT_START))
            else:
                value = np.full(self._runs, row.value)
            self._values[name] = value
        self._cache: dict[tuple[Any, ...], dict[str, Array]] = {}
        #: The `Switches` (`tajsim.inputs.switches`) that hold answers of rules; None without any.
        self.switches: Any = None

    def __getitem__(self, name: str) -> Array:
        """Return the ``(run,)`` values of one parameter by its full name."""
        return self._values[name]

    def family(self, name: str) -> Array:
        """Return ``(index, run)`` values of an indexed family, ``(run,)`` of a plain one.

        An index of the dimension that the family does not list has the value zero.
        """
        key = (name,)
        if key not in self._cache:
            family = registry.load_families()[name]
            rows = [self._row(f"{name}.{index}") for index in registry.dimension_names(family)]
            whole = np.stack(rows) if rows else self._values[name]
            # Every rule is handed this array.
            whole.flags.writeable = False
            self._cache[key] = {name: whole}
        return self._cache[key][name]

    def set(self, name: str, value: Array | float) -> None:
        """Put a value in force from now on (a scenario event)."""
        self._values[name] = np.broadcast_to(np.asarray(value, dtype=float), (self._runs,)).copy()
        family = name.split(".")[0]
        for key in [k for k in self._cache if family in self._cache[k]]:
            del self._cache[key]

    def forget(self) -> None:
        """Drop what was looked up for rules: the values have been replaced from outside."""
        self._cache.clear()

    def of(self, rule: Callable[..., Any], **index: str) -> dict[str, Array]:
        """Return the parameters that a rule reads, ready to be passed as keyword arguments.

        ``index`` names the actor for families of that dimension (``agency="army"``); a family
        whose dimension is not named is passed whole, ``(index, run)``.
        """
        key = (rule, *index.items())
        if key not in self._cache:
            self._cache[key] = {n: self._lookup(n, index) for n in _asked_by(rule)}
        return self._cache[key]

    def of_all(self, rule: Callable[..., Any], dimension: str) -> dict[str, Array]:
        """Return the parameters that a rule reads, for all actors of a dimension at once.

        A family of the dimension is passed as ``(actor, run)``, with a second dimension as
        ``(second, actor, run)``; a family of another dimension as ``(index, 1, run)``.
        """
        key = (rule, dimension)
        if key not in self._cache:
            self._cache[key] = {n: self._beside(n, dimension) for n in _asked_by(rule)}
        return self._cache[key]

    def _beside(self, name: str, dimension: str) -> Array:
        first, _, second = (registry.load_families()[name].dimension or "").partition(".")
        if first != dimension:
            return self.family(name)[:, None] if first else self.family(name)
        if not second:
            return self.family(name)
        rows = [[f"{name}.{a}.{b}" for a in DIMENSIONS[first]] for b in DIMENSIONS[second]]
        return np.stack([np.stack([self._row(full) for full in row]) for row in rows])

    def _lookup(self, name: str, index: Mapping[str, str]) -> Array:
        first, _, second = (registry.load_families()[name].dimension or "").partition(".")
        if first not in index:
            return self.family(name)
        if second:
            return np.stack([self._row(f"{name}.{index[first]}.{n}") for n in DIMENSIONS[second]])
        return self._row(f"{name}.{index[first]}")

    def _row(self, name: str) -> Array:
        """Return the values of one parameter, zeros where the registry has no such row."""
        found = self._values.get(name)
        return np.zeros(self._runs) if found is None else found

    def table(self) -> tuple[list[str], Array]:
        """Return the full names and their values ``(parameter, run)``."""
        return list(self._values), np.stack(list(self._values.values()))


for _name in families.Families.__annotations__:
    setattr(ParameterValues, _name, property(partial(ParameterValues.family, name=_name)))


def _check(settings: Mapping[str, Setting], mode: str, redraw: Collection[str]) -> None:
    known = registry.load_parameters()
    bad = [unknown("parameter", name, known) for name in settings if name not in known]
    if mode not in registry.MODES:
        bad.append(unknown("mode of the parameters", mode, registry.MODES))
    bad += [
        unknown("group of draws", group, registry.REDRAWN)
        for group in redraw
        if group not in registry.REDRAWN
    ]
    if bad:
        raise UserError(bad)


def _posterior_rows(draws: Draws, again: bool) -> dict[str, Array]:
    """Return the calibrated parameters, each run those of one row of the sample."""
    sample = load_posterior()
    process = "parameter again" if again else "parameter"
    rows = len(next(iter(sample.values())))
    # No parameter has this name, so the key is the row's own.
    row = (draws.uniform(process, "row of the posterior", AT_START) * rows).astype(np.intp)
    return {name: values[row] for name, values in sample.items()}


def _asked_by(rule: Callable[..., Any]) -> tuple[str, ...]:
    # A bound method would keep its actor, and so the whole model, in the cache.
    return parameters_of(getattr(rule, "__func__", rule))


@cache
def parameters_of(rule: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters that a rule reads: its keyword-only arguments."""
    return tuple(
        name
        for name, argument in inspect.signature(rule).parameters.items()
        if argument.kind is inspect.Parameter.KEYWORD_ONLY
    )
