"""The axes of every array in the model, and the one way to add along them.

Axis order is fixed here, once: own dimensions first, ``run`` last. Only months are looped over.
The tuples below are closed lists: they name the coordinates of the arrays and of the results,
and the actors of those kinds. Sources of the lists: matveeva-2004 lines 31-171, icg-2016 lines
17-125, edm-2007-03 line 13.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TASKS = ("internal_order", "elite_control", "border", "drugs", "militancy", "external_defence")

# Afghan border from east to west, then the Chinese border.
SECTIONS = (
    "ishkashim",
    "khorog",
    "kalaikhumb",
    "moskovskii",
    "pianj",
    "early_transfer",  # the 73 km already under Tajik command in 2004
    "murghab",
)
AFGHAN_SECTIONS = SECTIONS[:6]

EXITS = ("uzbek_border", "kyrgyz_border", "sughd_rail_road", "air_migrants")

REGIONS = ("dushanbe", "khatlon", "sughd", "rasht", "gbao")

AGENCIES = (
    "interior_ministry",
    "security_ministry",
    "border_troops",
    "russian_border_troops",
    "army",
    "customs",
    "drug_control_agency",
    "presidential_guard",
)

POWERS = (
    "russia",
    "united_states",
    "european_union",
    "china",
    "uzbekistan",
    "united_kingdom",
    "france",
    "india",
    "japan",
    "poland",
    "osce_un",
    "azerbaijan",
)

#: Posts of those in command: the head of each agency, in the order of the agencies (a foreign-run
#: one has none), then posts below or beside them (matveeva-2004:31, 45, icg-2016:35-125).
POSTS = (
    *AGENCIES,
    "emergencies",
    "rapid_reaction",
    "special_police",
    "deputy_defence",
    "badakhshan_border",
)

#: What one who refuses to go may be given besides a post, and what he does who takes nothing.
WAYS_OUT = ("embassy", "business", "amnesty", "exile", "fight")

#: The people of early 2004 whom the documents name, then whoever else holds a post, unnamed.
NAMED = ("mirzoev", "kasymov", "ziyoyev", "khalimov", "nazarzoda", "khorog_commander")
COMMANDERS = (*NAMED, *(f"head_of_{post}" for post in POSTS if not post.startswith("russian")))

MOVEMENTS = ("irpt", "hizb_ut_tahrir")

MILITANT_GROUPS = ("imu", "islamic_state", "taliban", "khudaiberdiev")

NETWORKS = tuple(f"network_{i:02d}" for i in range(1, 41))

#: Deals between powers and the regime, of one task and one form each (``data/deals.toml``).
DEALS = (
    "russian_border_guards",
    "russian_base",
    "russian_rapid_reaction",
    "russian_backing",
    "russian_crisis_help",
    "russian_extradition",
    "russian_police_exchange",
    "russian_drug_work",
    "russian_border_advisers",
    "russian_arms",
    "us_army_training",
    "us_drug_agency",
    "us_border_equipment",
    "us_vehicles",
    "us_special_units",
    "us_reform",
    "nato_transit",
    "eu_border_management",
    "eu_customs",
    "eu_budget_support",
    "uk_drugs",
    "french_airfield",
    "un_drug_agency",
    "un_border_projects",
    "osce_police_reform",
    "osce_border",
    "chinese_border",
    "chinese_loans",
    "indian_air_mobility",
    "japanese_aid",
    "polish_academies",
    "azerbaijani_ties",
)

#: Deals that their power offers as a whole (matveeva-2004:257, ``data/deals.toml``).
PACKAGES = ("base_for_debt",)

#: What the patron can do to a regime that refuses it (matveeva-2004:201, 249-253, icg-2016:241).
PRESSURES = ("migrants", "debt", "investment", "opponents", "backing")

#: Steps of the repression ladder above 'tolerated', in order (icg-2016 lines 57-89).
REPRESSION_STEPS = (
    "restricted",
    "seats_lost",
    "status_lost",
    "designated_terrorist",
    "leaders_arrested",
    "lawyers_arrested",
)

#: How the legal party answers repression (icg-2016:55, 59, 69, 75).
ANSWERS = ("obeys", "splits", "leaders_abroad", "boycotts")

#: Who pays for what a scenario changes, and who can move its levers.
PAYERS = ("regime", "moscow", "donors", "neighbours")

#: Dimension name -> coordinate names, as they stand in the results.
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "task": TASKS,
    "section": SECTIONS,
    "exit": EXITS,
    "region": REGIONS,
    "agency": AGENCIES,
    "power": POWERS,
    "commander": COMMANDERS,
    "movement": MOVEMENTS,
    "militant_group": MILITANT_GROUPS,
    "network": NETWORKS,
    "deal": DEALS,
    "pressure": PRESSURES,
    "answer": ANSWERS,
    "payer": PAYERS,
}

#: The same for dimensions that states alone have.
PARTS = {"afghan_section": AFGHAN_SECTIONS, "way": (*POSTS, *WAYS_OUT), "package": PACKAGES}


def column(facts: Iterable[float]) -> Array:
    """Return a fact of each name in a list as ``(name, 1)``, to stand beside ``(name, run)``.

    It cannot be changed in place: it holds for all runs of all models.
    """
    found = np.array([*facts], dtype=float)[:, None]
    found.flags.writeable = False
    return found


def total(values: Array, axis: int = 0) -> Array:
    """Add over one axis, never the last: ``(n, ..., run) -> (..., run)``.

    With two runs or more numpy adds slice after slice. With one run it merges axes and adds
    pairwise, so that run *i* alone would differ in the last bit from run *i* of a thousand: a
    running sum keeps the order there.
    """
    if values.shape[-1] > 1:
        result: Array = np.add.reduce(values, axis=axis)
        return result
    last: Array = np.add.accumulate(values, axis=axis).take(-1, axis)
    return last


def shares(weights: Array) -> Array:
    """Scale non-negative weights ``(n, run)`` to shares that add to 1 over the first axis.

    Where all weights of a run are zero the shares are equal.
    """
    whole = total(weights)
    empty = whole <= 0.0
    if not empty.any():
        return weights / whole
    safe = np.where(empty, 1.0, whole)
    return np.where(empty, 1.0 / len(weights), weights / safe)


def ranks(values: Array) -> Array:
    """Return the places 0, 1, 2 ... of the first axis, to stand beside ``(n, ..., run)``."""
    return np.arange(len(values), dtype=float).reshape(-1, *[1] * (values.ndim - 1))
