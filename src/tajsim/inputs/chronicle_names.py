"""The names that an event can carry, and how a human writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from tajsim.axes import DIMENSIONS, REPRESSION_STEPS
from tajsim.inputs.parameters import load_parameters

#: Names that stand in no closed list of the axes.
OTHERS = (
    "regime",
    *("stable", "strained", "failing", "failed"),
    *("kept", "orderly", "bargained", "contested"),
    *("migrants", "afghanistan"),
)

#: Kind of a scenario's event -> the kind under which it is noted, and the argument that is then
#: its target or, without a target, its actor.
NOTED_AS = {
    "set": ("setting", "parameter"),
    "handover": ("handover", "section"),
    "appoint": ("post_given", "commander"),
    "dismiss": ("dismissal_order", "commander"),
    "arrest": ("arrest_order", "commander"),
    "repression_step": ("repression_step", "step"),
    "seats": ("seats", "movement"),
    "withdraw_agency": ("withdrawal", "agency"),
}

#: Names whose reading cannot be had by putting spaces for underscores and a capital in front.
SPOKEN = {
    "regime": "the regime",
    "internal_order": "internal order",
    "elite_control": "control of the elite",
    "border": "the border",
    "drugs": "the fight against drugs",
    "militancy": "the fight against militants",
    "external_defence": "external defence",
    "early_transfer": "the 73 km under Tajik command",
    "murghab": "Murghab on the Chinese border",
    "uzbek_border": "the Uzbek border",
    "kyrgyz_border": "the Kyrgyz border",
    "sughd_rail_road": "rail and road through Sughd",
    "air_migrants": "air and migrants",
    "dushanbe": "Dushanbe and the centre",
    "gbao": "Badakhshan",
    "rasht": "the Rasht valley",
    "interior_ministry": "the Interior Ministry",
    "security_ministry": "the Security Ministry",
    "border_troops": "the Tajik border troops",
    "russian_border_troops": "the Russian border troops",
    "army": "the army",
    "customs": "customs",
    "drug_control_agency": "the Drug Control Agency",
    "presidential_guard": "the Presidential Guard",
    "united_states": "the United States",
    "european_union": "the European Union",
    "united_kingdom": "the United Kingdom",
    "osce_un": "the OSCE and UN",
    "khorog_commander": "the commander at Khorog",
    "first_successor": "the first successor",
    "second_successor": "the second successor",
    "irpt": "the IRPT",
    "hizb_ut_tahrir": "Hizb-ut-Tahrir",
    "former_uto": "the former UTO",
    "northern_afghanistan": "fighters from northern Afghanistan",
    "khudaiberdiev": "Khudaiberdiev's men",
    "restricted": "it is restricted",
    "seats_lost": "it loses its seats",
    "status_lost": "it loses its status",
    "designated_terrorist": "it is named a terrorist group",
    "leaders_arrested": "its leaders are arrested",
    "lawyers_arrested": "their lawyers are arrested",
    "kept": "the ruler stays",
    "orderly": "he leaves in good order",
    "bargained": "a bargain holds it together",
    "contested": "it is contested",
}


@lru_cache
def names() -> tuple[str, ...]:
    """Return every name an event can carry, in a fixed order; the first is no name."""
    axes = [name for listed in DIMENSIONS.values() for name in listed]
    return tuple(dict.fromkeys(["", *OTHERS, *axes, *REPRESSION_STEPS, *load_parameters()]))


@lru_cache
def name_codes() -> dict[str, int]:
    """Return the position of every name in `names`."""
    return {name: i for i, name in enumerate(names())}


@lru_cache
def _axis_names() -> frozenset[str]:
    return frozenset(name for listed in DIMENSIONS.values() for name in listed)


def spoken(name: str) -> str:
    """Return a name as a human writes it: ``network_07`` is network 7, ``mirzoev`` Mirzoev."""
    if name in SPOKEN:
        return SPOKEN[name]
    if name.startswith("network_"):
        return f"network {int(name.removeprefix('network_'))}"
    return name.replace("_", " ").title() if name in _axis_names() else name


def labels_of(events: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], str]:
    """Return the labels of a scenario's events by month, kind and name as the chronicle notes them.

    Events that agree in all three share their labels, in their order.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for event in events:
        kind, named = NOTED_AS.get(event["kind"], ("", ""))
        name = str(event.get("arguments", {}).get(named, ""))
        if name and event.get("label"):
            found.setdefault((event["month"], kind, name), []).append(event["label"])
    return {key: "; ".join(dict.fromkeys(labels)) for key, labels in found.items()}
