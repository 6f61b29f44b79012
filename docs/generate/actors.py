"""Actors and the month: tables from the agent classes, their ``start``, and the stages."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from docs.generate.basis import SHORT_HEAD, in_short
from docs.generate.docstrings import first_sentence, parsed
from docs.generate.markdown import code, folded, plain, prose, table
from tajsim.agents.actor import Actor
from tajsim.agents.actors import Actors
from tajsim.agents.agency import SecurityAgency
from tajsim.agents.commander import Commander
from tajsim.agents.militants import MilitantGroup
from tajsim.agents.movement import Movement
from tajsim.agents.network import TraffickingNetwork
from tajsim.agents.power import ExternalPower
from tajsim.agents.regime import Regime
from tajsim.agents.region import Region
from tajsim.axes import (
    AGENCIES,
    COMMANDERS,
    DIMENSIONS,
    MILITANT_GROUPS,
    MOVEMENTS,
    NETWORKS,
    POWERS,
    REGIONS,
)
from tajsim.inputs.parameters import load_families
from tajsim.inputs.values import parameters_of
from tajsim.model.model import MONTH
from tajsim.model.readers import readers
from tajsim.plots.labels import spoken

#: Kind of actor -> its class and its closed list.
KINDS: dict[str, tuple[type[Actor], tuple[str, ...]]] = {
    "regime": (Regime, ("The President and his circle",)),
    "security agencies": (SecurityAgency, AGENCIES),
    "external powers": (ExternalPower, POWERS),
    "trafficking networks": (TraffickingNetwork, NETWORKS),
    "commanders": (Commander, COMMANDERS),
    "movements": (Movement, MOVEMENTS),
    "militant groups": (MilitantGroup, MILITANT_GROUPS),
    "regions": (Region, REGIONS),
}


def actors_table() -> str:
    """Return kinds of actor: how many, who, what they decide."""
    rows = []
    for kind, (actor, names) in KINDS.items():
        about = (sys.modules[actor.__module__].__doc__ or "").partition(":")[2]
        decides = first_sentence(about.strip())
        shown = names if len(names) < 20 else (names[0], "...", names[-1])
        who = ", ".join(spoken(name) for name in shown)
        rows.append([kind, str(len(names)), plain(who), plain(decides), code(actor.__name__)])
    return table(("actors", "number", "who", "what they do", "class"), rows)


def state_of(actor: type) -> str:
    """Return the state variables of an actor from its class's docstring."""
    paragraphs = inspect.cleandoc(actor.__doc__ or "").split("\n\n")
    told = [p for p in paragraphs if "``" in p and ("(run,)" in p or "run)" in p)]
    return " ".join(prose(p.removeprefix("State: ").removeprefix("State, ")) for p in told)


def holder_of(actor: type) -> type[Any]:
    """Return the class that holds a kind's states: of all at once, where its module has one."""
    classes = [c for c in vars(sys.modules[actor.__module__]).values() if isinstance(c, type)]
    together = [c for c in classes if issubclass(c, Actors) and c is not Actors]
    return together[0] if together else actor


def states_table() -> str:
    """Return the state variables of every kind of actor."""
    rows = [[kind, state_of(holder_of(actor))] for kind, (actor, _) in KINDS.items()]
    return table(("actors", "state variables, units and shapes"), rows)


def scales_table() -> str:
    """Return the dimensions along which states and outcomes are given."""
    rows = []
    for dimension, names in DIMENSIONS.items():
        shown = names if len(names) < 20 else (names[0], "...", names[-1])
        who = ", ".join(spoken(name) for name in shown)
        rows.append([dimension.replace("_", " "), str(len(names)), plain(who)])
    return table(("dimension", "number", "names"), rows)


def starts() -> str:
    """Return how each kind of actor begins, and the parameters read for it."""
    blocks = []
    for kind, (actor, _) in KINDS.items():
        blocks += [f"### {kind.capitalize()}", _start_text(holder_of(actor).start)]
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
