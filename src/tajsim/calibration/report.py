"""What a calibration leaves: the sample, and tables of what it learnt and how well it fits."""

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tajsim.calibration import calibrate, smc
from tajsim.files import csv_text, write_whole
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.values import prior_quantile

Values = NDArray[np.float64]

#: Rows of the sample that ships.
ROWS = 500
#: A parameter is told apart from its prior if its spread shrank, or its middle moved, by so much.
#: About three times what chance does at some hundred independent particles.
CONTRACTION, SHIFT = 0.15, 0.25

_QUANTILES = (0.05, 0.5, 0.95)
SAMPLE, PARAMETERS, TARGETS, ORIGIN = (
    "posterior.csv",
    "posterior_report.csv",
    "posterior_targets.csv",
    "posterior.toml",
)


def write_results(found: calibrate.Calibration, folder: str | Path) -> None:
    """Write the sample, the two tables and where they come from into a folder."""
    texts = {
        SAMPLE: sample_text(found),
        PARAMETERS: parameter_text(found),
        TARGETS: fit_text(found),
        ORIGIN: origin_text(found),
    }
    for name, text in texts.items():
        write_whole(Path(folder, name), text)


def sample_text(found: calibrate.Calibration) -> str:
    """Return the sample as CSV: a column for each fitted parameter, a row for each particle."""
    count = found.state.scores.shape[1]
    chosen = np.arange(min(ROWS, count)) * count // min(ROWS, count)
    values = smc.to_values(found.fitted, found.state.scores[:, chosen])
    registry = load_parameters()
    columns = [
        [_inside(float(v), registry[name].low, registry[name].high) for v in row]
        for name, row in values.items()
    ]
    return csv_text(found.fitted, zip(*columns, strict=True))


def _inside(value: float, low: float, high: float) -> str:
    """Return a value with four digits that do not leave the range of the prior."""
    text = f"{value:.4g}"
    return text if low <= float(text) <= high else repr(value)


def parameter_text(found: calibrate.Calibration) -> str:
    """Return a row for every parameter that could be fitted: what it is tied to and what changed.

    ``contraction`` is the share of the prior variance that is gone and ``shift`` the move of the
    mean in prior standard deviations, both on the scale where the prior is normal.
    """
    head = ["parameter", "fitted", "informed", "target", "rank_correlation", "gain"]
    head += ["contraction", "shift", "prior_low", "prior_median", "prior_high"]
    head += ["low", "median", "high"]
    targets = [t.id for t in found.targets if t.use == "fitted"]
    rows = [_parameter(found, place, targets) for place in range(len(found.names))]
    return csv_text(head, rows)


def _parameter(found: calibrate.Calibration, place: int, targets: Sequence[str]) -> list[Any]:
    name, row = found.names[place], load_parameters()[found.names[place]]
    best = int(found.screening.gains[place].argmax())
    tie = found.screening.correlations[place, best]
    gain = found.screening.gains[place, best]
    prior = _short(prior_quantile(row, np.array(_QUANTILES)))
    start = [name, int(name in found.fitted)]
    middle = [targets[best], f"{tie:.2f}", f"{gain:.3f}"]
    if name not in found.fitted:
        return [*start, 0, *middle, "", "", *prior, "", "", ""]
    scores = found.state.scores[found.fitted.index(name)]
    contraction, shift = 1.0 - float(scores.var()), float(scores.mean())
    informed = int(contraction >= CONTRACTION or abs(shift) >= SHIFT)
    now = _short(prior_quantile(row, ndtr(np.quantile(scores, _QUANTILES))))
    return [*start, informed, *middle, f"{contraction:.2f}", f"{shift:.2f}", *prior, *now]


def fit_text(found: calibrate.Calibration) -> str:
    """Return a row for every target: observed, and simulated before and after the fit.

    ``low``, ``median``, ``high`` are quantiles at 5, 50 and 95 %, ``mean`` is the share of runs
    for an event, and ``near`` the share of runs within two standard errors of the observed value.
    """
    head = ["target", "use", "unit", "observed"]
    head += [f"prior_{name}" for name in ("low", "median", "high", "mean", "near")]
    head += ["low", "median", "high", "mean", "near"]
    rows = [[t.id, t.use, t.unit, f"{t.observed:.5g}"] for t in found.targets]
    for values in (found.prior, found.posterior):
        # An event that a run misses is two standard errors off, and not near.
        near = (np.abs(calibrate.errors_of(found.targets, values)) < 2.0).mean(axis=1)
        for i, row in enumerate(rows):
            row += _summary(values[i], near[i])
    return csv_text(head, rows)


def _summary(values: Values, near: float) -> list[str]:
    known = values[np.isfinite(values)]
    return [*_short(np.quantile(known, _QUANTILES)), f"{known.mean():.4g}", f"{near:.3f}"]


def origin_text(found: calibrate.Calibration) -> str:
    """Return where the sample comes from, as TOML."""
    lines = [
        "# Made by: python -m tajsim.calibration",
        *(f"{k} = {v!r}".replace("'", '"') for k, v in found.provenance.items()),
        f"candidates = {len(found.names)}",
        f"fitted = {len(found.fitted)}",
    ]
    return "\n".join(lines) + "\n"


def _short(values: Iterable[float]) -> list[str]:
    return [f"{value:.4g}" for value in values]


Rows = list[dict[str, str]]


def rows_of(text: str) -> Rows:
    """Return the rows of a table of a calibration."""
    return list(csv.DictReader(text.splitlines()))


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def parameter_table(rows: Rows) -> str:
    """Return the parameters that the data inform, the most contracted first."""
    told = [row for row in rows if row["informed"] == "1"]
    told.sort(key=lambda row: (-float(row["contraction"]), row["parameter"]))
    head = ("parameter", "unit", "most tied to", "prior", "posterior", "contraction", "shift")
    cells = []
    for row in told:
        unit, ranges = load_parameters()[row["parameter"]].unit, _ranges(row, _range)
        found = (row["target"], *ranges, row["contraction"], row["shift"])
        cells.append((f"`{row['parameter']}`", unit, *found))
    return markdown(head, cells)


def target_table(rows: Rows) -> str:
    """Return observed against simulated, before and after the fit, the fitted targets first."""
    heads = ("target", "use", "observed", "unit", "prior", "posterior", "near: prior", "posterior")
    told = []
    for row in sorted(rows, key=lambda row: row["use"] != "fitted"):
        near = (f"{float(row[name]):.0%}" for name in ("prior_near", "near"))
        found = (plain(row["observed"]), row["unit"], *_ranges(row, _simulated), *near)
        told.append((row["target"], row["use"], *found))
    return markdown(heads, told)


def _ranges(row: dict[str, str], told: Callable[[dict[str, str], str], str]) -> tuple[str, str]:
    """Return what is told of the prior and of the posterior."""
    return told(row, "prior_"), told(row, "")


def _range(row: dict[str, str], prefix: str) -> str:
    low, median, high = (plain(row[f"{prefix}{name}"]) for name in ("low", "median", "high"))
    return f"{median} ({low} to {high})"


def plain(number: str) -> str:
    """Return a number of the tables without an exponent where it is at least one thousand."""
    value = float(number)
    return f"{value:,.0f}" if abs(value) >= 1000.0 else number


def _simulated(row: dict[str, str], prefix: str) -> str:
    """Return median and 90 % interval; for an event the share of runs in which it is seen."""
    if row["unit"] == "0 or 1":
        return f"in {float(row[prefix + 'mean']):.0%} of runs"
    return _range(row, prefix)
