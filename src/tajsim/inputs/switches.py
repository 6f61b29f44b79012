"""What can be taken out of the model: the rules that a mechanism, a theme or a rule stands for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import tajsim.rules
from tajsim.errors import UserError, unknown
from tajsim.inputs.ledger import ids_in, load_mechanisms

Rule = Callable[..., Any]


@cache
def load_rules() -> Mapping[str, Rule]:
    """Return the rules, ``theme.name``: the public functions of the modules of `tajsim.rules`."""
    modules = [f"tajsim.rules.{info.name}" for info in iter_modules(tajsim.rules.__path__)]
    return {
        f"{module.removeprefix('tajsim.rules.')}.{name}": rule
        for module in modules
        for name, rule in inspect.getmembers(import_module(module), inspect.isfunction)
        if rule.__module__ == module and not name.startswith("_")
    }


@cache
def switchable() -> Mapping[str, tuple[str, ...]]:
    """Return what may be named, with the rules that it stands for; () where it is not to be held.

    These are ids of mechanisms (the rules whose docstring names them), themes (``militants``),
    rules (``drug_market.volume``), and their bare names, which may belong to several.
    """
    known: dict[str, list[str]] = {identity: [] for identity in load_mechanisms()}
    bare: dict[str, list[str]] = {}
    for full, rule in load_rules().items():
        theme, name = full.split(".")
        bare.setdefault(name, []).append(full)
        for identity in (*ids_in(rule.__doc__ or ""), theme, full):
            known.setdefault(identity, []).append(full)
    return {name: tuple(rules) for name, rules in {**bare, **known}.items()}


def themes() -> list[str]:
    """Return the themes of the rules."""
    return list(dict.fromkeys(full.partition(".")[0] for full in load_rules()))


def why_not(name: str) -> str:
    """Return why a name cannot be held, in a line; "" if it can."""
    rules = switchable().get(name)
    if rules is None:
        text = unknown("mechanism, rule or theme", name, switchable())
        return text if ";" in text else f"{text}; expected one such as M47, militants or volume"
    if not rules:
        return f"no rule carries {name}, so that there is nothing to hold"
    if len(rules) > 1 and all(full.endswith(f".{name}") for full in rules):
        return f"'{name}' is the name of several rules; expected one of {', '.join(rules)}"
    return ""


def listed(without: str | Sequence[str]) -> list[str]:
    """Return one name, several, or lists of names with commas between them, each name once."""
    given = [without] if isinstance(without, str) else without
    names = [name.strip() for part in given for name in part.split(",")]
    return [name for name in dict.fromkeys(names) if name]


def held_rules(without: str | Sequence[str | Rule]) -> frozenset[Rule]:
    """Return the rules that names stand for; a rule of one's own stands for itself.

    Raises:
        UserError: a line for each name that cannot be held.
    """
    given = [without] if isinstance(without, str) else without
    names = listed([name for name in given if isinstance(name, str)])
    if wrong := [text for name in names if (text := why_not(name))]:
        raise UserError(wrong)
    shipped = {load_rules()[full] for name in names for full in switchable()[name]}
    return frozenset(shipped | {rule for rule in given if not isinstance(rule, str)})
