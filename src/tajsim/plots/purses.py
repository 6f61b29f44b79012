"""Who pays whom over a window, from the first hands to the top: nodes and flows that balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

import tajsim.plots.style as style
from tajsim.plots.labels import spoken
from tajsim.plots.ribbons import Flow, Node, amount
from tajsim.plots.series import Floats

#: What the picture reads, each summed over the window by year.
NEEDED = (
    "network_margin", "tolls", "resale", "extortion", "fees_commander", "fees_regime",
    "rents_to_commander", "rents_to_regime", "rents_kept", "rents_commander", "patronage",
    "aid_delivered", "aid_diverted", "aid_freed",
)  # fmt: skip
#: Part of all payments below which a power, an agency or a commander joins the others.
SMALL = 0.02
_NOTHING = 1e-6  # million USD a year: what rounding leaves of nothing
_BY = {"agency": "agencies", "power": "powers", "commander": "commanders"}

Parts = dict[str, Floats]


class Book:
    """The payments of one scenario: four columns of nodes, and the flows between each two.

    What comes into a node of the second or third column goes on to the next one or ends there.
    Amounts are in million USD a year, ``(run,)``; the size of a flow is the mean over runs.

    Args:
        values: the outcomes of `NEEDED` over the window, ``(own dimension, run)``.
        large: by dimension, who is told apart.
    """

    def __init__(
        self, values: Mapping[str, xr.DataArray], large: Mapping[str, Sequence[str]]
    ) -> None:
        self._values, self._large = values, large
        self.columns: tuple[list[Node], ...] = ([], [], [], [])
        self.flows: tuple[list[Flow], ...] = ([], [], [])
        self._to_agencies()
        self._from_networks()
        self._aid()
        self._from_agencies()
        self._circle()
        self.columns = tuple([n for n in c if n.mean > _NOTHING] for c in self.columns)
        drawn = {node.name for column in self.columns for node in column}
        self.flows = tuple(
            [f for f in flows if f.size > _NOTHING and {f.source, f.target} <= drawn]
            for flows in self.flows
        )

    @property
    def largest(self) -> float:
        """Return the sum of the largest column, million USD a year."""
        return max(sum(node.mean for node in column) for column in self.columns)

    def _parts(self, name: str) -> Parts:
        """Return an outcome by name along its dimension, the small ones together."""
        values = self._values[name]
        (dimension,) = (str(d) for d in values.dims if d != "run")
        large = self._large[dimension]
        parts = {n: np.asarray(values.sel({dimension: n})) for n in large}
        rest = [n for n in map(str, values[dimension].values) if n not in large]
        if rest:
            parts[f"Other {_BY[dimension]}"] = np.asarray(
                values.sel({dimension: rest}).sum(dimension)
            )
        return parts

    def _whole(self, name: str) -> Floats:
        values = self._values[name]
        return np.asarray(values.sum([d for d in values.dims if d != "run"]))

    def _flow(self, gap: int, source: str, target: str, values: Floats, colour: str) -> None:
        self.flows[gap].append(Flow(source, target, float(np.mean(values)), colour))

    def _to_agencies(self) -> None:
        """People, buyers of seized drugs and networks pay the agencies."""
        for source, outcome, colour in _PAYERS:
            for agency, paid in self._parts(outcome).items():
                self._flow(0, source, agency, paid, colour)
        illicit = _added([self._parts(outcome) for _, outcome, _ in _PAYERS])
        for agency, taken in illicit.items():
            self.columns[1].append(Node(agency, spoken(agency), taken, _colour("agency", agency)))
        self.columns[0].append(
            Node("people", "People, extorted", self._whole("extortion"), style.PEOPLE)
        )
        self.columns[0].append(
            Node("buyers", "Buyers of drugs\nthat officers seized", self._whole("resale"), _RESOLD)
        )

    def _from_networks(self) -> None:
        """Networks pay fees for protection and keep most of their margin."""
        to_commanders, to_circle = self._whole("fees_commander"), self._whole("fees_regime")
        fees = to_commanders + to_circle
        paid = self._whole("tolls") + fees
        kept = self._whole("network_margin") - paid
        more = f"and keep {amount(kept)}"
        self.columns[0].append(
            Node("networks", "Drug networks pay", paid, style.DRUGS, kept=kept, more=more)
        )
        self._flow(0, "networks", "fees", fees, style.DRUGS)
        self.columns[1].append(Node("fees", "Protection fees", fees, style.DRUGS))
        self._flow(1, "fees", "takings", to_commanders, style.DRUGS)
        self._flow(1, "fees", "circle", to_circle, style.DRUGS)

    def _aid(self) -> None:
        """Powers give aid: part is diverted, and civilian aid frees own money."""
        freed, lost = self._whole("aid_freed"), self._parts("aid_diverted")
        self.columns[0].append(Node("civilian", "Civilian aid, in part", freed, style.QUIET))
        self._flow(0, "civilian", "freed", freed, style.QUIET)
        self._flow(1, "freed", "circle", freed, style.QUIET)
        for power, given in self._parts("aid_delivered").items():
            colour = _colour("power", power)
            self.columns[0].append(Node(power, f"{spoken(power)}, aid", given, colour))
            self._flow(0, power, "diverted", lost[power], colour)
            self._flow(0, power, "used", given - lost[power], colour)
        diverted = self._whole("aid_diverted")
        used = self._whole("aid_delivered") - diverted
        self._flow(1, "diverted", "circle", diverted, style.LOST)
        self.columns[1].append(Node("freed", "Own money it frees", freed, style.QUIET))
        self.columns[1].append(Node("diverted", "Aid diverted", diverted, style.LOST))
        self.columns[1].append(Node("used", "Aid put to use", used, style.QUIET))

    def _from_agencies(self) -> None:
        """What agencies take is kept, or climbs."""
        for target, outcome in _CLIMBS:
            for agency, paid in self._parts(outcome).items():
                self._flow(1, agency, target, paid, _colour("agency", agency))
        kept, patronage = self._whole("rents_kept"), self._parts("patronage")
        takings = self._whole("rents_commander") - self._whole("patronage")
        self.columns[2].append(Node("kept", "Kept by officers", kept, style.OTHERS))
        self.columns[2].append(
            Node("takings", "Taken in by\ncommanders", takings, style.COMMANDERS)
        )
        for commander, received in self._parts("rents_commander").items():
            given = patronage[commander]
            self.columns[3].append(Node(commander, spoken(commander), received, style.COMMANDERS))
            self._flow(2, "takings", commander, received - given, style.COMMANDERS)
            self._flow(2, "circle", commander, given, style.INK)

    def _circle(self) -> None:
        """The ruling circle pays its clients; the rest it keeps, or it lives on what it saved."""
        paid, income = self._whole("patronage"), np.zeros(1)
        for name in ("rents_to_regime", "fees_regime", "aid_diverted", "aid_freed"):
            income = income + self._whole(name)
        rest = income - paid
        if rest.mean() >= 0.0:
            self.columns[3].append(Node("rest", "Kept by the\nruling circle", rest, style.INK))
            self._flow(2, "circle", "rest", rest, style.INK)
        else:
            income = paid
            self.columns[1].append(Node("saved", "Saved by the circle", -rest, style.INK))
            self._flow(1, "saved", "circle", -rest, style.INK)
        more = f"pays patronage\n{amount(paid)}"
        self.columns[2].append(Node("circle", "Ruling circle", income, style.INK, more=more))


_RESOLD = style.lighter(style.DRUGS, 0.35)
#: Who pays agencies -> the outcome, and the colour of the ribbons.
_PAYERS = (
    ("people", "extortion", style.PEOPLE),
    ("buyers", "resale", _RESOLD),
    ("networks", "tolls", style.DRUGS),
)
#: What becomes of it -> the outcome.
_CLIMBS = (("kept", "rents_kept"), ("takings", "rents_to_commander"), ("circle", "rents_to_regime"))


def told_apart(values: Mapping[str, xr.DataArray]) -> dict[str, list[str]]:
    """Return, by dimension, who has more than a small part in some scenario.

    Args:
        values: the outcomes of `NEEDED` over the window, ``(scenario, own dimension, run)``.
    """
    sizes = {
        "agency": values["tolls"] + values["extortion"] + values["resale"],
        "power": values["aid_delivered"],
        "commander": values["rents_commander"],
    }
    means = {d: v.mean("run").max("scenario") for d, v in sizes.items()}
    least = SMALL * sum(float(mean.sum()) for mean in means.values())
    found = {}
    for dimension, mean in means.items():
        names = [str(n) for n in mean[dimension].values]
        small = [n for n in names if 0.0 < float(mean.sel({dimension: n})) < least]
        # One alone needs no other name.
        joined = small if len(small) > 1 else []
        some = [n for n in names if float(mean.sel({dimension: n})) > 0.0]
        found[dimension] = [n for n in some if n not in joined]
    return found


def _added(parts: Sequence[Parts]) -> Parts:
    return {name: np.asarray(sum(part[name] for part in parts)) for name in parts[0]}


def _colour(dimension: str, name: str) -> str:
    if name.startswith("Other "):
        return style.OTHERS
    return style.actor_look(dimension, name).colour
