"""What a reader must know before the answer: inputs out of range, few runs, projection."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tajsim.analysis.tables import interval, number
from tajsim.analysis.windows import attribute
from tajsim.axes import Array
from tajsim.errors import UserError
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.posterior import load_posterior
from tajsim.report.facts import DOCUMENTED_UNTIL, Facts
from tajsim.report.wording import listed, month
from tajsim.version import __version__

#: With fewer runs than this the reader is told that they are few.
FEW = 100


def cautions(facts: Facts) -> list[str]:
    """Return a sentence for each thing that limits what the results can be used for."""
    return [
        *out_of_registry(facts),
        *out_of_calibration(facts),
        *_mode(facts),
        *_continued(facts),
        *_runs(facts),
        *_projection(facts),
        *_version(facts),
    ]


def inputs_set(facts: Facts) -> Iterator[tuple[str, str, float]]:
    """Yield scenarios, parameter and value of every setting and every event that sets one."""
    found: dict[tuple[str, float], list[str]] = {}
    for scenario in facts.names:
        for name, value in attribute(facts.dataset, "settings").get(scenario, {}).items():
            found.setdefault((name, float(value)), []).append(scenario)
        for event in attribute(facts.dataset, "events").get(scenario, ()):
            given = event.get("arguments", {})
            if event["kind"] == "set" and {"parameter", "value"} <= set(given):
                key = str(given["parameter"]), float(given["value"])
                found.setdefault(key, []).append(scenario)
    for (name, value), scenarios in found.items():
        who = listed(list(dict.fromkeys(scenarios)), 3)
        yield f"{who} set{'s' if len(set(scenarios)) == 1 else ''}", name, value


def out_of_registry(facts: Facts) -> list[str]:
    """Say which inputs lie outside the range that the registry gives the parameter."""
    known = load_parameters()
    said = []
    for scenario, name, value in inputs_set(facts):
        row = known.get(name)
        if row and not row.low <= value <= row.high:
            said.append(
                f"{scenario} {name} to {number(value)}, outside its documented or assumed "
                f"range of {interval(row.low, row.high)}: the rules were not made for that."
            )
    if "parameter_value" in facts.dataset:
        values = facts.dataset["parameter_value"]
        ends = values.min(("scenario", "run")).values, values.max(("scenario", "run")).values
        chosen = {name for _, name, _ in inputs_set(facts)}
        for name, low, high in zip(values["parameter"].values, *ends, strict=True):
            row = known.get(str(name))
            slack = 1e-9 * max(abs(row.low), abs(row.high)) if row else 0.0
            outside = row and (low < row.low - slack or high > row.high + slack)
            if outside and row and str(name) not in chosen:
                said.append(
                    f"Runs have {name} from {interval(low, high)}, outside its range of "
                    f"{interval(row.low, row.high)}."
                )
    return list(dict.fromkeys(said))


def out_of_calibration(facts: Facts) -> list[str]:
    """Say which inputs lie outside what the calibrated sample holds of the parameter."""
    sample = _sample()
    said = []
    for scenario, name, value in inputs_set(facts):
        if name in sample:
            low, high = (float(end) for end in (sample[name].min(), sample[name].max()))
            if not low <= value <= high:
                said.append(
                    f"{scenario} {name} to {number(value)}, outside the calibrated range of "
                    f"{interval(low, high)}: nothing there was held against the documents."
                )
    return list(dict.fromkeys(said))


def _sample() -> dict[str, Array]:
    """Return the calibrated sample, empty where there is none."""
    try:
        return load_posterior()
    except UserError:
        return {}


def _mode(facts: Facts) -> list[str]:
    mode = str(facts.dataset.attrs.get("parameters_mode", ""))
    if mode == "prior":
        said = "The uncertain parameters were drawn from their whole ranges, not from the "
        return [said + "calibrated sample: these runs were not fitted to the documents."]
    if mode == "fixed":
        said = "All parameters were held at their values: the intervals hold chance alone, and "
        return [said + "nothing of what the assumptions leave open."]
    return []


def _continued(facts: Facts) -> list[str]:
    return [
        f"The months up to {month(one['until'])} are those of a saved history of "
        f"{one['scenario']}: what a scenario has otherwise counts from the month after on."
        for one in facts.continued
    ]


def _runs(facts: Facts) -> list[str]:
    if facts.runs >= FEW:
        return []
    if facts.runs == 1:
        return ["There is only one run: it is one possible history, and no interval can be told."]
    return [
        f"There are only {facts.runs} runs: what is rare may not have shown, and intervals are "
        "wide."
    ]


def _projection(facts: Facts) -> list[str]:
    windows = [facts.window(name) for name in (facts.others or [facts.reference])]
    ends = [w for w in windows if w[1] > DOCUMENTED_UNTIL]
    if not ends:
        return []
    months = int(np.datetime64(max(w[1] for w in ends), "M") - np.datetime64(DOCUMENTED_UNTIL, "M"))
    first, last = max(min(w[0] for w in ends), "2016-01"), max(w[1] for w in ends)
    return [
        f"The months from {month(first)} to {month(last)} ({months} of them) are projection: "
        "no document speaks of them, and outside pressures go on as scheduled."
    ]


def _version(facts: Facts) -> list[str]:
    made = str(facts.dataset.attrs.get("tajsim_version", "unknown"))
    if made == __version__:
        return []
    return [
        f"The results were made by version {made}, this report by {__version__}: names and "
        "ranges are those of the report's version."
    ]
