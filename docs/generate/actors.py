"""Actors and the month: tables from the agent classes, their ``start``, and the stages."""

from __future__ import annotations

from typing import Any

from docs.generate.basis import SHORT_HEAD, in_short
from docs.generate.docstrings import first_sentence, parsed
from docs.generate.markdown import code, plain, prose, table
from tajsim.agents.actors import Actors, states_of
from tajsim.axes import DIMENSIONS
from tajsim.inputs.registry import load_families
from tajsim.inputs.values import parameters_of
from tajsim.model.country import Country, OutsideWorld, readers
from tajsim.model.model import MONTH
from tajsim.results.numbers import display_name


def kinds() -> dict[str, type[Any]]:
    """Return the kinds of actors by the name that their class gives them."""
    return {(kind.__doc__ or "").partition(":")[0]: kind for kind in Country.kinds.values()}


def actors_table() -> str:
    """Return kinds of actor: how many, who, what they decide."""
    rows = []
    for kind, holder in kinds().items():
        together = issubclass(holder, Actors)
        names = DIMENSIONS[holder.dimension] if together else (kind,)
        actor = holder.member if together else holder
        decides = first_sentence(holder.__doc__ or "").partition(": ")[2]
        shown = names if len(names) < 20 else (names[0], "...", names[-1])
        who = ", ".join(display_name(name) for name in shown)
        rows.append(
            [plain(kind), str(len(names)), plain(who), plain(decides), code(actor.__name__)]
        )
    return table(("actors", "number", "who", "what they do", "class"), rows)


def states_table() -> str:
    """Return the state variables of every kind of actor and of the country, as declared."""
    holders: dict[str, type[Any]] = kinds()
    holders |= {"The country": Country, "The world outside": OutsideWorld}
    blocks = []
    for kind, holder in holders.items():
        rows = []
        for name, told in states_of(holder).items():
            shape = ", ".join([*told.dimensions(holder.dimension), "run"]).replace("_", " ")
            outcome = code(told.outcome) if told.outcome else ""
            rows.append([code(name), shape, plain(told.unit), plain(told.meaning), outcome])
        head = ("state", "shape", "unit", "meaning", "recorded as")
        blocks += [f"### States: {kind}", table(head, rows)]
    return "\n\n".join(blocks)


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
    for kind, holder in kinds().items():
        blocks += [f"### {kind}", _start_text(holder)]
    read_in_setup = [
        family
        for family, places in readers().items()
        if any(p.startswith(("model.setup.", "model.country.Country")) for p in places)
    ]
    rows = [in_short(load_families()[name]) for name in read_in_setup]
    blocks += ["### The country", "Ledgers, guards and the country as a whole (`model.setup`)."]
    return "\n\n".join([*blocks, table(SHORT_HEAD, rows, "basis")])


def _start_text(holder: type[Any]) -> str:
    about = " ".join(prose(part) for part in parsed(holder).prose)
    computed = prose(parsed(holder.start).summary) if "start" in vars(holder) else ""
    declared = [told.start for told in states_of(holder).values() if isinstance(told.start, str)]
    names = dict.fromkeys([*declared, *parameters_of(holder.start)])
    rows = [in_short(load_families()[name]) for name in names]
    return "\n\n".join(filter(None, [about, computed, table(SHORT_HEAD, rows, "basis")]))


def month_table() -> str:
    """Return the stages of a month: what happens, what is written."""
    rows = []
    for i, (name, stage) in enumerate(MONTH, start=1):
        happens, _, writes = prose(stage.__doc__ or "").partition("Writes: ")
        told = plain(happens.strip().rstrip(".")), writes.rstrip(".")
        rows.append([str(i), name, *told, _file(stage.__module__)])
    return table(("stage", "name", "what happens", "writes", "file"), rows)


def _file(module: str) -> str:
    return code(f"stages/{module.rpartition('.')[2]}.py")
