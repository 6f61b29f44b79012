"""Actors and the month: tables from the agent classes, their ``start``, and the stages."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from docs.generate.basis import SHORT_HEAD, in_short
from docs.generate.docstrings import first_sentence, parsed
from docs.generate.markdown import code, folded, plain, prose, table
from tajsim.agents.actors import Actors
from tajsim.agents.agency import SecurityAgencies
from tajsim.agents.commander import Commanders
from tajsim.agents.network import MilitantGroups, Movements, Networks
from tajsim.agents.power import ExternalPowers
from tajsim.agents.regime import Regime
from tajsim.agents.region import Regions
from tajsim.axes import DIMENSIONS
from tajsim.inputs.registry import load_families
from tajsim.inputs.values import parameters_of
from tajsim.model.country import readers
from tajsim.model.model import MONTH
from tajsim.results.numbers import display_name

#: Kind of actor -> the class that holds its states.
KINDS: dict[str, type[Any]] = {
    "regime": Regime,
    "security agencies": SecurityAgencies,
    "external powers": ExternalPowers,
    "trafficking networks": Networks,
    "commanders": Commanders,
    "movements": Movements,
    "militant groups": MilitantGroups,
    "regions": Regions,
}


def actors_table() -> str:
    """Return kinds of actor: how many, who, what they decide."""
    rows = []
    for kind, holder in KINDS.items():
        together = issubclass(holder, Actors)
        names = DIMENSIONS[holder.dimension] if together else ("The President and his circle",)
        actor = holder.member if together else holder
        about = (sys.modules[actor.__module__].__doc__ or "").partition(":")[2]
        decides = first_sentence(about.strip())
        shown = names if len(names) < 20 else (names[0], "...", names[-1])
        who = ", ".join(display_name(name) for name in shown)
        rows.append([kind, str(len(names)), plain(who), plain(decides), code(actor.__name__)])
    return table(("actors", "number", "who", "what they do", "class"), rows)


def state_of(holder: type) -> str:
    """Return the state variables of a kind of actor from its class's docstring."""
    paragraphs = inspect.cleandoc(holder.__doc__ or "").split("\n\n")
    told = [p for p in paragraphs if "``" in p and ("(run,)" in p or "run)" in p)]
    return " ".join(prose(p.removeprefix("State: ").removeprefix("State, ")) for p in told)


def states_table() -> str:
    """Return the state variables of every kind of actor."""
    rows = [[kind, state_of(holder)] for kind, holder in KINDS.items()]
    return table(("actors", "state variables, units and shapes"), rows)


def scales_table() -> str:
    """Return the dimensions along which states and outcomes are given."""
    rows = []
    for dimension, names in DIMENSIONS.items():
        shown = names if len(names) < 20 else (names[0], "...", names[-1])
        who = ", ".join(display_name(name) for name in shown)
        rows.append([dimension.replace("_", " "), str(len(names)), plain(who)])
    return table(("dimension", "number", "names"), rows)


def starts() -> str:
    """Return how each kind of actor begins, and the parameters read for it."""
    blocks = []
    for kind, holder in KINDS.items():
        blocks += [f"### {kind.capitalize()}", _start_text(holder.start)]
    read_in_setup = [
        family
        for family, places in readers().items()
        if any(place.startswith("model.setup.") for place in places)
    ]
    rows = [in_short(load_families()[name]) for name in read_in_setup]
    blocks += ["### The country", "Ledgers, guards and the country as a whole (`model.setup`)."]
    return "\n\n".join([*blocks, table(SHORT_HEAD, rows, "basis")])


def _start_text(start: Callable[..., Any]) -> str:
    names = parameters_of(start)
    told = prose(parsed(start).summary)
    if not names:
        return told
    rows = [in_short(load_families()[name]) for name in names]
    return "\n\n".join([told, table(SHORT_HEAD, rows, "basis")])


def month_table() -> str:
    """Return the stages of a month: what happens, what is written."""
    rows = []
    for i, (name, stage) in enumerate(MONTH, start=1):
        module = sys.modules[stage.__module__]
        about = first_sentence(module.__doc__ or "").partition(", ")[2]
        told, _, writes = prose(stage.__doc__ or "").partition("Writes: ")
        happens = about.partition(": ")[2] or told.strip()
        rows.append(
            [str(i), name, plain(happens.rstrip(".")), writes.rstrip("."), _file(module.__name__)]
        )
    return table(("stage", "name", "what happens", "writes", "file"), rows)


def _file(module: str) -> str:
    return code(f"stages/{module.rpartition('.')[2]}.py")


def drivers() -> str:
    """Return the stage docstrings in full, folded."""
    told = [f"- {name}: {prose(stage.__doc__ or '')}" for name, stage in MONTH]
    return folded("The stages in their own words", "\n".join(told))
