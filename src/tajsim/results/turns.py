"""What would turn a difference, and which inputs lie where the model was never checked.

The runs are divided by the value that an assumption has in them. If the mean paired difference has
one sign in all runs and the other in the lowest or highest third, beyond what chance gives among so
many pairs tried (Bonferroni's bound), the conclusion depends on that assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.stats import rankdata
from scipy.stats import t as student

from tajsim.errors import UserError
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.values import load_posterior
from tajsim.results import numbers, select
from tajsim.results.effect import LEVEL, Effect, Values, effect

#: So many assumptions are tried for each difference.
ASSUMED = 5
#: A third with fewer runs than this says nothing.
FEWEST = 10
#: Chance that any pair at all is told to reverse where none does.
FALSE = 0.10


@dataclass(frozen=True)
class Reversal:
    """One difference in the lowest and highest third of one assumption.

    ``opposite`` if the interval of one of them lies on the other side of zero than the whole's;
    ``fades`` if the interval of one covers zero.
    """

    outcome: str
    unit: str
    parameter: str
    cuts: tuple[float, float]
    whole: Effect
    low: Effect
    high: Effect

    @property
    def opposite(self) -> bool:
        """Whether a third has the opposite sign, clear of zero at 90 %."""
        return any(found.direction == self._other for found in (self.low, self.high))

    def reverses(self, pairs: int) -> bool:
        """Whether a third has the opposite sign beyond chance, so many pairs having been tried."""
        thirds = [f for f in (self.low, self.high) if f.direction == self._other]
        return any(_p(found) * 2 * pairs < FALSE for found in thirds)

    @property
    def _other(self) -> str:
        return {"rises": "falls", "falls": "rises"}.get(self.whole.direction, "none")

    @property
    def fades(self) -> bool:
        """Whether the interval of a third covers zero."""
        return not self.opposite and not (self.low.direction and self.high.direction)


def _p(found: Effect) -> float:
    """Return how often chance alone takes a mean that far to its side of zero."""
    error = (found.mean - found.low) / float(student.ppf(0.5 + LEVEL / 2.0, found.runs - 1))
    return float(student.sf(abs(found.mean) / error, found.runs - 1)) if error > 0.0 else 0.0


def reversals(
    dataset: xr.Dataset,
    reference: Values,
    scenario: Values,
    outcome: str = "",
    unit: str = "",
    named: Sequence[str] = (),
) -> list[Reversal]:
    """Return a difference ``(run,)`` with each of the assumptions that matter most for it.

    Args:
        dataset: the results, which hold the drawn parameters.
        reference, scenario: the outcome in both.
        outcome, unit: what it is called.
        named: the assumptions to try; by default those whose ranks go with the difference most.
    """
    if len(reference) < 3 * FEWEST or "parameter_value" not in dataset:
        return []
    values = dataset["parameter_value"].isel(scenario=0)
    differences = select.gap(reference, scenario)
    found = []
    for name in named or _by_rank(values, differences):
        own = values.sel(parameter=name).values
        low_cut, high_cut = (float(cut) for cut in np.quantile(own, (1 / 3, 2 / 3)))
        low, high = own <= low_cut, own >= high_cut
        if min(low.sum(), high.sum()) < FEWEST or low_cut >= high_cut:
            continue
        parts = effect(differences), effect(differences[low]), effect(differences[high])
        found.append(Reversal(outcome, unit, name, (low_cut, high_cut), *parts))
    return found


def _by_rank(values: xr.DataArray, differences: Values) -> list[str]:
    """Return the drawn assumptions whose ranks go with the difference most, the strongest first."""
    registry, known = load_parameters(), np.isfinite(differences)
    table = values.values[:, known]
    names = [
        (place, str(name))
        for place, name in enumerate(values["parameter"].values)
        if str(name) in registry
        and registry[str(name)].basis.kind == "assumption"
        and np.ptp(table[place]) > 0.0
    ]
    if not names or known.sum() < 3 or np.ptp(differences[known]) == 0.0:
        return []
    ours = rankdata(differences[known])
    tied = [abs(float(np.corrcoef(rankdata(table[place]), ours)[0, 1])) for place, _ in names]
    order = np.argsort(-np.array(tied), kind="stable")[:ASSUMED]
    return [names[place][1] for place in order]


def turning(dataset: xr.Dataset, reference: Values, scenario: Values) -> str:
    """Return what would turn a difference, as part of a sentence; "" where nothing can be tried."""
    tried = reversals(dataset, reference, scenario)
    if not tried:
        return ""
    turns = [numbers.parameter_name(r.parameter) for r in tried if r.reverses(len(tried))]
    if turns:
        return f"it would turn with another value of {numbers.listed(turns[:2])}"
    faded = [numbers.parameter_name(r.parameter) for r in tried if r.fades]
    if faded:
        return f"it may vanish with another value of {numbers.listed(faded[:2])}"
    return f"none of {len(tried)} assumptions tried would turn it"


def inputs_set(dataset: xr.Dataset) -> Iterator[tuple[list[str], str, float]]:
    """Yield scenarios, parameter and value of every setting and every event that sets one."""
    found: dict[tuple[str, float], list[str]] = {}
    for scenario in select.names_of(dataset):
        for name, value in select.attribute(dataset, "settings").get(scenario, {}).items():
            found.setdefault((name, float(value)), []).append(scenario)
        for event in select.attribute(dataset, "events").get(scenario, ()):
            given = event.get("arguments", {})
            if event["kind"] == "set" and {"parameter", "value"} <= set(given):
                key = str(given["parameter"]), float(given["value"])
                found.setdefault(key, []).append(scenario)
    for (name, value), scenarios in found.items():
        yield list(dict.fromkeys(scenarios)), name, value


def outside_sample(dataset: xr.Dataset) -> list[tuple[list[str], str, float, float, float]]:
    """Return scenarios, parameter, value and range of what is set outside the calibrated sample."""
    try:
        sample = load_posterior()
    except UserError:
        return []
    found = []
    for scenarios, name, value in inputs_set(dataset):
        if name in sample:
            low, high = float(sample[name].min()), float(sample[name].max())
            if not low <= value <= high:
                found.append((scenarios, name, value, low, high))
    return found


def calibrated_note(dataset: xr.Dataset, scenario: str) -> str:
    """Return whether the inputs of a scenario lie in the calibrated range, as part of a sentence.

    Nothing of results that do not say where their parameters come from.
    """
    mode = str(dataset.attrs.get("parameters_mode", ""))
    if mode == "posterior":
        outside = [name for who, name, *_ in outside_sample(dataset) if scenario in who]
        if outside:
            labels = [numbers.parameter_name(name) for name in dict.fromkeys(outside)]
            return f"{numbers.listed(labels)} is set outside the calibrated range"
        return "what is set lies in the calibrated range"
    return {"prior": "parameters are not calibrated", "fixed": "parameters are held"}.get(mode, "")
