"""What a calibration leaves: the sample, and tables of what it learnt and how well it fits."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

from tajsim.analysis.targets import standard_errors
from tajsim.calibration import calibrate, smc
from tajsim.files import csv_text, write_whole
from tajsim.inputs.registry import Parameter, load_parameters
from tajsim.inputs.values import prior_quantile
from tajsim.results.numbers import frame_text, intervals, table_number

#: Rows of the sample that ships.
ROWS = 500
#: A parameter is told apart from its prior if its spread shrank, or its middle moved, by so much.
#: About three times what chance does at some hundred independent particles.
CONTRACTION, SHIFT = 0.15, 0.25

_QUANTILES = (0.05, 0.5, 0.95)
_NAMES = ("low", "median", "high")
SAMPLE, ORIGIN = "posterior.csv", "posterior.toml"
PARAMETERS, TARGETS = "posterior_report.csv", "posterior_targets.csv"


def write_results(found: calibrate.Calibration, folder: str | Path) -> None:
    """Write the sample, the two tables and where they come from into a folder."""
    texts = sample_text(found), parameter_text(found), fit_text(found), origin_text(found)
    for name, text in zip((SAMPLE, PARAMETERS, TARGETS, ORIGIN), texts, strict=True):
        write_whole(Path(folder, name), text)


def sample_text(found: calibrate.Calibration) -> str:
    """Return the sample as CSV: a column for each fitted parameter, a row for each particle."""
    count = found.state.scores.shape[1]
    chosen = np.arange(min(ROWS, count)) * count // min(ROWS, count)
    values = smc.to_values(found.fitted, found.state.scores[:, chosen])
    columns = [[_inside(float(v), load_parameters()[n]) for v in row] for n, row in values.items()]
    return csv_text(found.fitted, zip(*columns, strict=True))


def _inside(value: float, p: Parameter) -> str:
    """Return a value with four digits that do not leave the range of the prior."""
    text = f"{value:.4g}"
    return text if p.low <= float(text) <= p.high else repr(value)


def parameter_text(found: calibrate.Calibration) -> str:
    """Return a row for every parameter that could be fitted: what it is tied to and what changed.

    ``contraction`` is the share of the prior variance that is gone and ``shift`` the move of the
    mean in prior standard deviations, both on the scale where the prior is normal.
    """
    targets = [t.id for t in found.targets if t.use == "fitted"]
    rows = []
    for place, name in enumerate(found.names):
        best = int(found.screening.gains[place].argmax())
        tie, gain = found.screening.correlations[place, best], found.screening.gains[place, best]
        row, fitted = load_parameters()[name], name in found.fitted
        values = {"parameter": name, "fitted": int(fitted), "informed": 0, "target": targets[best]}
        values |= {"rank_correlation": f"{tie:.2f}", "gain": f"{gain:.3f}"}
        values |= {"contraction": "", "shift": ""}
        values |= _ends("prior_", prior_quantile(row, np.array(_QUANTILES)))
        values |= dict.fromkeys(_NAMES, "")
        if fitted:
            scores = found.state.scores[found.fitted.index(name)]
            contraction, shift = 1.0 - float(scores.var()), float(scores.mean())
            values["informed"] = int(contraction >= CONTRACTION or abs(shift) >= SHIFT)
            values |= {"contraction": f"{contraction:.2f}", "shift": f"{shift:.2f}"}
            values |= _ends("", prior_quantile(row, ndtr(np.quantile(scores, _QUANTILES))))
        rows.append(values)
    return csv_text(rows[0], (row.values() for row in rows))


def fit_text(found: calibrate.Calibration) -> str:
    """Return a row for every target: observed, and simulated before and after the fit.

    ``low``, ``median``, ``high`` are quantiles at 5, 50 and 95 %, ``mean`` is the share of runs
    for an event, and ``near`` the share of runs within two standard errors of the observed value.
    """
    rows = []
    for i, t in enumerate(found.targets):
        row = {"target": t.id, "use": t.use, "unit": t.unit, "observed": f"{t.observed:.5g}"}
        for prefix, values in (("prior_", found.prior[i]), ("", found.posterior[i])):
            known = values[np.isfinite(values)]
            row |= _ends(prefix, np.quantile(known, _QUANTILES))
            # An event that a run misses is two standard errors off, and not near.
            near = (np.abs(standard_errors(t, values)) < 2.0).mean()
            row |= {f"{prefix}mean": f"{known.mean():.4g}", f"{prefix}near": f"{near:.3f}"}
        rows.append(row)
    return csv_text(rows[0], (row.values() for row in rows))


def _ends(prefix: str, values: calibrate.Values) -> dict[str, str]:
    return {f"{prefix}{n}": f"{v:.4g}" for n, v in zip(_NAMES, values, strict=True)}


def origin_text(found: calibrate.Calibration) -> str:
    """Return where the sample comes from, as TOML."""
    lines = [
        "# Made by a calibration of tajsim",
        *(f"{k} = {v!r}".replace("'", '"') for k, v in found.provenance.items()),
        f"candidates = {len(found.names)}",
        f"fitted = {len(found.fitted)}",
    ]
    return "\n".join(lines) + "\n"


def tables_text(folder: str | Path) -> str:
    """Return the parameters that the data inform, and the fit of every target, as text."""
    found, fit = (pd.read_csv(Path(folder, name)) for name in (PARAMETERS, TARGETS))
    told = found[found["informed"] == 1].sort_values("contraction", ascending=False)
    head = ("parameter", "most tied to=target", "contraction", "+shift")
    parameters = told.assign(prior=_range(told, "prior_"), posterior=_range(told, ""))
    columns = "target", "use", "observed", "unit", "prior", "posterior", "%near"
    targets = fit.assign(prior=_range(fit, "prior_"), posterior=_range(fit, ""))
    texts = frame_text(parameters, *head, "prior", "posterior"), frame_text(targets, *columns)
    return "\n\n".join(texts)


def _range(table: pd.DataFrame, prefix: str) -> list[str]:
    ends = intervals(table[f"{prefix}low"], table[f"{prefix}high"])
    middles = map(table_number, table[f"{prefix}median"])
    return [f"{middle} ({both})" for middle, both in zip(middles, ends, strict=True)]
