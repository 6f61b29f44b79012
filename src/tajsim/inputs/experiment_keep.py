"""What an experiment keeps of every run: columns, each an outcome at a place over a window."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from tajsim.axes import DIMENSIONS
from tajsim.errors import nearest, unknown
from tajsim.inputs.experiment_format import KeepRow
from tajsim.inputs.experiment_parts import Keep
from tajsim.inputs.experiment_source import ExperimentSource
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.toml_lines import Key

#: What aggregates by adding may also be added over sections, agencies, ...
ADDITIVE = ("yearly", "total")
#: The place that stands for the sum over a dimension.
ALL = "all"


def file_keep(source: ExperimentSource, start: str, end: str) -> list[Keep]:
    """Return the columns of a file; errors go to the source's problems.

    ``start`` and ``end`` are the months in force, empty where unknown. A dimension that ``where``
    does not name gives a column for each of its names; where an outcome that adds up has one
    dimension, also one for their sum.
    """
    columns: dict[str, Keep] = {}
    for row in source.keep:
        if row.model is None:
            continue
        key: Key = ("keep", row.index)
        window = _window(source, (*key, "window"), row.model.window, start, end)
        if not _where_fits(source, (*key, "where"), row.model):
            continue
        for keep in _columns(row.model, window):
            if keep.column in columns:
                text = f"the column '{keep.column}' stands twice; expected another key 'name'"
                source.problems.add(key, text)
            columns.setdefault(keep.column, keep)
    return list(columns.values())


def _columns(row: KeepRow, window: tuple[str, str]) -> list[Keep]:
    outcome = load_outcomes()[row.outcome]
    free = [d for d in outcome.dimensions if d not in row.where]
    places = [
        dict(zip(free, names, strict=True)) for names in product(*(DIMENSIONS[d] for d in free))
    ]
    if len(outcome.dimensions) == len(free) == 1 and outcome.aggregate in ADDITIVE:
        places.insert(0, {free[0]: ALL})
    columns = []
    for place in places:
        where = {d: {**row.where, **place}[d] for d in outcome.dimensions}
        column = column_name(row.name or row.outcome, place if row.name else where)
        columns.append(Keep(column, row.outcome, where, window))
    return columns


def column_name(name: str, where: Mapping[str, str]) -> str:
    """Return the name of a column, such as ``heroin_seized[section=pianj]``."""
    if not where:
        return name
    return f"{name}[{';'.join(f'{d}={n}' for d, n in where.items())}]"


def _window(
    source: ExperimentSource, key: Key, window: list[str] | None, start: str, end: str
) -> tuple[str, str]:
    if window is None:
        return start, end
    first, last = window
    if first > last:
        source.problems.add(key, f"{first} is after {last}; expected the first month first")
    elif (start and first < start) or (end and last > end):
        within = f"expected within {start or '...'} to {end or '...'}"
        source.problems.add(key, f"{first} to {last} is outside the experiment; {within}")
    return first, last


def _where_fits(source: ExperimentSource, key: Key, row: KeepRow) -> bool:
    outcome = load_outcomes()[row.outcome]
    fits = True
    for dimension, name in row.where.items():
        place, text = (*key, dimension), ""
        if dimension not in outcome.dimensions:
            have = ", ".join(outcome.dimensions) or "none"
            hint = nearest(dimension, outcome.dimensions)
            text = f"unknown dimension '{dimension}'; '{row.outcome}' has: {have}{hint}"
        elif name == ALL and outcome.aggregate not in ADDITIVE:
            text = f"'{row.outcome}' does not add up over {dimension}; expected one of its names"
        elif name != ALL and name not in DIMENSIONS[dimension]:
            text = unknown(dimension, name, (*DIMENSIONS[dimension], ALL))
        if text:
            source.problems.add(place, text)
            fits = False
    return fits
