"""Inputs for tests of rules: all rules, states and parameters in their documented ranges."""

import inspect
import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import tajsim.rules
from tajsim.axes import AGENCIES, DIMENSIONS, PARTS, POWERS, REGIONS, SECTIONS, TASKS, Array
from tajsim.draws import Draws
from tajsim.inputs.registry import Family, load_families, load_parameters
from tajsim.inputs.values import ParameterValues, parameters_of

Rule = Callable[..., Any]
DATA = Path(__file__).with_name("data") / "rule-ranges.txt"


def ranges(text: str) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest value of each name that stands behind them."""
    rows = [line.split(":") for line in text.strip().splitlines()]
    ends = [(*map(float, row[0].split()), row[1].split()) for row in rows]
    return {name: (low, high) for low, high, names in ends for name in names}


#: The paragraphs of the file: shares from 0 to 1, then other states, then those of single rules.
_, _shares, _, _others, _, _special = DATA.read_text(encoding="utf-8").strip().split("\n\n")
SHARES, RANGES, SPECIAL = frozenset(_shares.split()), ranges(_others), ranges(_special)
#: Own dimensions of states; all others are ``(run,)``.
TASK, SECTION, AGENCY = (len(TASKS),), (len(SECTIONS),), (len(AGENCIES),)
REGION = (len(REGIONS),)
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "alignment": {"by_power": (len(POWERS),), "west": (len(POWERS),), "moscow": (len(POWERS),)},
    "concentration": {"by_power": (len(POWERS),)},
    "cover": dict.fromkeys(("on_the_spot", "aid"), (5,)),
    "expected_harm": dict.fromkeys(("chance", "bite", "pulled"), (5,)),
    "repetition": {"amounts": (5,)},
    "dependence": {"provision": TASK, "own": TASK},
    "grievance_aim": dict.fromkeys(("ratios", "rank"), (6,)),
    "fear_aim": dict.fromkeys(("ratios", "rank"), (4,)),
    "threat_parts": dict.fromkeys(("ratios", "rank"), (4,)),
    "radicalised": dict.fromkeys(("people", "idle", "grievance", "creed_ratio"), REGION),
    "inside_step": dict.fromkeys(("inside", "passes"), (len(DIMENSIONS["militant_group"]),)),
    "deploy": {"length_guarded": SECTION, "traffic": SECTION},
    "effort_aim": {"weight": TASK, "provision": TASK},
    "reliance": dict.fromkeys(("by_power", "patron"), (len(POWERS),)),
    "survival_weights": {"perceived": TASK},
    "used_step": dict.fromkeys(("used", "taken"), (len(PARTS["way"]),)),
    "way_taken": dict.fromkeys(("price", "used", "closed", "draw"), (len(PARTS["way"]),)),
    "place_of_tries": dict.fromkeys(("guard", "distance", "length", "terrain"), SECTION),
    "exit_shares": {"old": (4,), "closed": (4,)},
    "way_shares": dict.fromkeys(("old", "length", "terrain", "belief", "tolled"), (6,)),
    "within_crop": {"wanted": (5,)},
    "weapons_seized": {"weapons": SECTION, "guard": SECTION},
    "where_inside": {"control": REGION},
}
#: Dimensions of actors: a rule is asked for one of them at a time.
ACTORS = ("power", "agency", "commander", "movement", "militant_group", "region", "network")


def all_rules() -> dict[str, Rule]:
    """Return every function of the rules by ``module.name``."""
    found: dict[str, Rule] = {}
    for info in pkgutil.walk_packages(tajsim.rules.__path__, "tajsim.rules."):
        for name, rule in vars(import_module(info.name)).items():
            if inspect.isfunction(rule) and rule.__module__ == info.name:
                found[f"{info.name.removeprefix('tajsim.rules.')}.{name}"] = rule
    return found


def state_names(rule: Rule) -> list[str]:
    """Return the names of a rule's state arguments: all that are not parameters."""
    parameters = parameters_of(rule)
    return [name for name in inspect.signature(rule).parameters if name not in parameters]


def state_range(rule: Rule, name: str) -> tuple[float, float]:
    """Return the documented range of a state argument.

    Raises:
        KeyError: for an argument that the file does not know yet: add it there.
    """
    special = SPECIAL.get(f"{rule.__name__}.{name}")
    return special or ((0.0, 1.0) if name in SHARES else RANGES[name])


def states(rule: Rule, runs: int, random: np.random.Generator) -> dict[str, Array]:
    """Return states of a rule: a third at the low end, a third at the high end, a third between."""
    found = {}
    for name in state_names(rule):
        low, high = state_range(rule, name)
        shape = (*SHAPES.get(rule.__name__, {}).get(name, ()), runs)
        place = random.uniform(size=shape) * random.integers(0, 2, size=shape)
        place = np.where(random.uniform(size=shape) < 1 / 3, 1.0, place)
        found[name] = low + (high - low) * place
    if rule.__name__ == "learn":  # nobody loses more than he sent
        found["lost"] = found["lost"] * found["load"]
    if rule.__name__ in ("way_shares", "exit_shares"):  # shares add to 1
        found["old"] = (found["old"] + 1e-3) / (found["old"] + 1e-3).sum(axis=0)
    return found


def corners(rule: Rule, runs: int, random: np.random.Generator) -> dict[str, Array]:
    """Return the parameters of a rule with every corner of their ranges among the runs.

    Bit *j* of the run number puts the *j*-th family at its low or high end. Of a family of
    actors, each run takes the row of one of them.
    """
    found = {}
    for j, name in enumerate(parameters_of(rule)):
        high = (np.arange(runs) >> j) & 1 == 1
        ends = [np.where(high, row[1], row[0]) for row in rows_of(load_families()[name], random)]
        found[name] = as_rows(ends)
    return found


def between(rule: Rule, runs: int, random: np.random.Generator) -> dict[str, Array]:
    """Return parameters of a rule anywhere in their ranges, those of one actor."""

    def drawn(name: str) -> list[Array]:
        rows = rows_of(load_families()[name], random)
        return [low + (high - low) * random.uniform(size=runs) for low, high in rows]

    return {name: as_rows(drawn(name)) for name in parameters_of(rule)}


def as_rows(values: list[Array]) -> Array:
    """Return the values of a family, of each index of its dimension if it has one."""
    return values[0] if len(values) == 1 else np.stack(values)


@cache
def documented() -> ParameterValues:
    """Return every parameter at its value, for one run."""
    return ParameterValues(Draws(1, [0]), mode="fixed")


def as_documented(rule: Rule, **changed: float) -> dict[str, Array]:
    """Return a rule's parameters at their values, some changed."""
    assert set(parameters_of(rule)) >= set(changed)
    found = {name: documented().family(name) for name in parameters_of(rule)}
    return found | {name: np.array([value]) for name, value in changed.items()}


def at(*numbers: float) -> list[Array]:
    """Return states of one run."""
    return [np.array([number]) for number in numbers]


def answer(rule: Rule, *state: float, **given: float) -> Any:
    """Return what a rule answers for one run, at the values of its parameters, some changed."""
    named = {name: np.array([given.pop(name)]) for name in state_names(rule) if name in given}
    return rule(*at(*state), **named, **as_documented(rule, **given))


def rows_of(
    family: Family, random: np.random.Generator
) -> list[tuple[float | Array, float | Array]]:
    """Return (low, high) of a plain family, of one actor's, or of each index of a dimension."""
    parameters = load_parameters()

    def ends(name: str) -> tuple[float, float]:
        row = parameters.get(name)
        return (row.low, row.high) if row else (0.0, 0.0)

    if family.dimension is None:
        return [ends(family.name)]
    first, _, second = family.dimension.partition(".")
    if first not in ACTORS:
        return [ends(f"{family.name}.{index}") for index in DIMENSIONS[first]]
    listed = sorted({(row.index or "").split(".")[0] for row in family.parameters})
    actor = listed[random.integers(len(listed))]
    if second:
        return [ends(f"{family.name}.{actor}.{index}") for index in DIMENSIONS[second]]
    return [ends(f"{family.name}.{actor}")]
