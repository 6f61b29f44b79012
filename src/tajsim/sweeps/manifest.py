"""What a folder says about its sweep: the manifest, the table of points, the table of rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from tajsim.inputs.experiment_parts import Experiment
from tajsim.inputs.outcomes import load_outcomes
from tajsim.sweeps.design import Design
from tajsim.sweeps.folder import DESIGN, POINTS, parts_of, scenario_digest
from tajsim.sweeps.points import Points


def manifest_of(experiment: Experiment, model: str, runs: int) -> dict[str, Any]:
    """Return everything that describes the sweep, as plain lists and tables."""
    return {
        "tajsim_sweep": 1,
        "about": {
            "experiment": experiment.name,
            "title": experiment.title,
            "question": experiment.question,
            "model": model,
            "seed": experiment.seed,
            "runs": runs,
            "parameters": experiment.parameters,
            "start": experiment.start,
            "end": experiment.end,
        },
        "parts": parts_of(experiment, model),
        "scenarios": {s.name: scenario_digest(s) for s in experiment.scenarios},
        "design": {"kind": experiment.design.kind, "options": dict(experiment.design.options)},
        "factors": [
            {
                "factor": f.name,
                "parameter": f.parameter or "",
                "unit": f.unit,
                "low": f.low,
                "high": f.high,
                "values": list(f.values),
                "spread": f.spread,
                "role": f.role,
                "basis": f.basis,
            }
            for f in experiment.factors
        ],
        "columns": [_column(experiment, i) for i in range(len(experiment.keep))],
        "series": list(experiment.series),
        "experiment_text": experiment.text,
        "scenario_text": {s.name: s.text for s in experiment.scenarios},
    }


def _column(experiment: Experiment, position: int) -> dict[str, Any]:
    keep = experiment.keep[position]
    outcome = load_outcomes()[keep.outcome]
    return {
        "column": keep.column,
        "outcome": keep.outcome,
        "where": ";".join(f"{d}={n}" for d, n in keep.where.items()),
        "window_start": keep.window[0],
        "window_end": keep.window[1],
        "unit": outcome.window_unit,
        "label": outcome.label,
        "aggregate": outcome.aggregate,
        "meaning": outcome.meaning,
    }


def tables_of(experiment: Experiment, points: Points, design: Design) -> dict[str, str]:
    """Return the table of points and the table of rows, as text by file name."""
    names = [factor.name for factor in experiment.factors]
    listed = ([p.id, p.scenario, *(p.values[n] for n in names)] for p in points.points)
    units = design.units.tolist()
    rows = (
        [scenario, point, *units[i % len(units)]] for i, (scenario, point) in enumerate(points.rows)
    )
    return {
        POINTS: _csv(["point", "scenario", *names], listed),
        DESIGN: _csv(["scenario", "point", *names], rows),
    }


def _csv(header: list[str], rows: Iterable[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
