"""What of the results is shown: scenarios, outcomes, places, rows; and which runs are pairs."""

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.axes import Array
from tajsim.errors import UserError, check_names, refuse, unknown
from tajsim.results.numbers import words

Names = str | Sequence[str] | None


def attribute(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    """Return an attribute of results that holds a table, by scenario; empty where there is none."""
    found: dict[str, Any] = json.loads(dataset.attrs.get(name) or "{}")
    return found


def names_of(dataset: xr.Dataset | xr.DataArray) -> list[str]:
    """Return the names of the scenarios; with more than one the first is the reference."""
    return [str(name) for name in dataset["scenario"].values]


def title_of(dataset: xr.Dataset, scenario: str) -> str:
    """Return the title of a scenario; of results that hold none, its name in words."""
    return str(attribute(dataset, "titles").get(scenario) or words(scenario))


def label_of(dataset: xr.Dataset, scenario: str) -> str:
    """Return what a scenario is called beside a line."""
    label = str(attribute(dataset, "labels").get(scenario) or "")
    title = title_of(dataset, scenario)
    return label or (title if len(title) <= 28 else words(scenario))


def labels_of(dataset: xr.Dataset) -> dict[str, str]:
    """Return what each scenario is called in pictures, by name; two of one label by name."""
    said = {name: label_of(dataset, name) for name in names_of(dataset)}
    return {n: s if [*said.values()].count(s) == 1 else words(n) for n, s in said.items()}


def as_names(names: Names) -> list[str]:
    """Return one name, several or none as a list."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else [str(name) for name in names]


def scenarios(dataset: xr.Dataset, names: Names) -> xr.Dataset:
    """Keep the named scenarios in the order given; without names keep all.

    Raises:
        UserError: for each name that the results do not hold.
    """
    wanted = as_names(names)
    if not wanted:
        return dataset
    check_names("scenario", wanted, names_of(dataset))
    return dataset.sel(scenario=wanted)


def pair_of(dataset: xr.Dataset, scenario: str) -> xr.Dataset:
    """Return the reference and a scenario of results as views; a list of places would copy."""
    position = names_of(dataset).index(scenario)
    return dataset.isel(scenario=slice(0, position + 1, position) if position else [0, 0])


def outcome_names(dataset: xr.Dataset) -> list[str]:
    """Return every outcome of the results: the variables that have months and runs."""
    held = dataset.variables  # a DataArray of each would take a tenth of a second
    needed = {"scenario", "month", "run"}
    return [str(name) for name in dataset.data_vars if needed <= set(map(str, held[name].dims))]


def headline(dataset: xr.Dataset) -> list[str]:
    """Return the headline outcomes of the results, or the first six where none is marked."""
    names = outcome_names(dataset)
    return [n for n in names if int(dataset[n].attrs.get("headline", 0)) > 0] or names[:6]


def outcomes(dataset: xr.Dataset, names: Names, default: Sequence[str]) -> list[str]:
    """Return the outcomes to draw.

    Raises:
        UserError: for each name that the results do not hold, or if nothing is left to draw.
    """
    there = outcome_names(dataset)
    wanted = as_names(names)
    check_names("outcome", wanted, there)
    chosen = wanted or [name for name in default if name in there]
    if not chosen:
        raise UserError("the results hold none of the outcomes that this picture shows")
    return chosen


def chosen(
    dataset: xr.Dataset, names: Names, default: Sequence[str], select: Mapping[str, Any] | Names
) -> tuple[list[str], dict[str, list[str]]]:
    """Return the outcomes to draw and the coordinates selected of them.

    Args:
        names, default: see `outcomes`.
        select: ``{"section": ["khorog"]}``, or texts such as ``"section=khorog"``; each must stand
            in at least one of the outcomes.

    Raises:
        UserError: as `outcomes`; for a text without an equals sign; for each dimension or name
            that is not there, with the nearest one.
    """
    found = outcomes(dataset, names, default)
    where: dict[str, list[str]] = {}
    if isinstance(select, Mapping):
        where, select = {str(key): as_names(value) for key, value in select.items()}, None
    for text in as_names(select):
        dimension, equals, name = text.partition("=")
        if not equals:
            raise UserError(f"selection '{text}': expected dimension=name, such as section=khorog")
        where.setdefault(dimension.strip(), []).append(name.strip())
    drawn = [dataset[name] for name in found]
    there = {d: list(map(str, v[d].values)) for v in drawn for d in own_dimensions(v)}
    if where and not there:
        raise UserError(
            f"'{next(iter(where))}': the outcomes drawn have no dimension to select from"
        )
    check_names("dimension", where, there)
    pairs = [(d, name) for d, own in where.items() for name in own]
    refuse(unknown(d, name, there[d]) for d, name in pairs if name not in there[d])
    return found, where


def kept_columns(kept: Mapping[str, str], names: Sequence[str] | None) -> list[str]:
    """Return the columns of a sweep that are meant, by their names or all of an outcome; or refuse.

    ``kept`` are the outcomes of all columns, by column.
    """
    check_names("outcome", names or (), dict.fromkeys([*kept, *kept.values()]))
    found = dict[str, None]()
    for name in names or kept:
        own = [name] if name in kept else [c for c, outcome in kept.items() if outcome == name]
        found |= dict.fromkeys(own)
    return list(found)


def kept_column(kept: Mapping[str, str], name: str) -> str:
    """Return the one column that is meant; none, or more than one, are refused."""
    found = kept_columns(kept, [name])
    if len(found) > 1:
        raise UserError(f"'{name}' is kept as {', '.join(found)}; name one of these columns")
    return found[0]


def own_dimensions(variable: xr.DataArray) -> list[str]:
    """Return the dimensions of an outcome besides scenario, month and run."""
    return [str(d) for d in variable.dims if d not in ("scenario", "month", "run")]


#: What runs of one number must share to be pairs: attribute and what it is called.
_SAME = {"seed": "seed", "parameters_mode": "mode of the parameters", "redraw": "redrawn groups"}


#: Whether results of different models are put side by side all the same.
mixed: ContextVar[bool] = ContextVar("mixed", default=False)


def mixture(dataset: xr.Dataset) -> str:
    """Return a sentence that results are of different models or engines; "" if they are not."""
    held = {name: str(dataset.attrs.get(name, "")) for name in ("model", "engine")}
    said = (f"Made by different {n}s: {found}." for n, found in held.items() if ", " in found)
    return next(said, "")


def check_models(datasets: Sequence[xr.Dataset]) -> None:
    """Refuse to put results of different models, or of a model that is not known, side by side.

    Raises:
        UserError: one line that names two of the results, unless `mixed` is set.
    """
    if mixed.get():
        return
    models = [str(dataset.attrs.get("model", "")) for dataset in datasets]
    if len(datasets) > 1 and "" in models:
        raise UserError(
            f"{_called(datasets, models.index(''))}: holds no fingerprint of the model that made "
            "it, as versions before kept none; it is shown alone, or simulated again"
        )
    other = next((i for i, model in enumerate(models) if model != models[0]), None)
    if other is not None:
        raise UserError(
            f"{_called(datasets, 0)} and {_called(datasets, other)} were made by different models "
            f"({models[0]} and {models[other]}); simulate one of them again, or insist with --mixed"
        )


def check_pairs(datasets: Sequence[xr.Dataset]) -> None:
    """Refuse results in which runs of one number are no pairs.

    They are if model, seed, mode of the parameters, redrawn groups, first month and what the
    command line set are the same, and so are the uncertain parameters that no scenario sets.

    Raises:
        UserError: one line on the first that differs, see `check_models` too.
    """
    check_models(datasets)
    first = datasets[0]
    for place, other in enumerate(datasets[1:], start=1):
        lead = f"{_called(datasets, 0)} and {_called(datasets, place)} are no pairs: "
        for name, said in _SAME.items():
            ours, theirs = (str(d.attrs.get(name, "")) for d in (first, other))
            if ours != theirs:
                told = f"the {said} of the one is {ours or 'none'}, of the other {theirs or 'none'}"
                raise UserError(lead + told)
        if first["month"].values[0] != other["month"].values[0]:
            raise UserError(f"{lead}they begin in different months")
        if name := _drawn_apart(first, other):
            raise UserError(f"{lead}they drew different values of {name} for the same run")
        ours, theirs = map(_overrides, (first, other))
        if ours != theirs:
            raise UserError(
                f"{lead}they need the same --set, found {ours} and {theirs}: the settings would be "
                "taken for effects"
            )


def gap(reference: Array, other: Array) -> Array:
    """Return ``other - reference`` of paired runs ``(..., run)``, 0 where it is rounding alone.

    Outcomes are kept in float32; adding them up leaves errors besides, of the largest of the runs.
    """
    found = np.asarray(other - reference)
    size = np.maximum(np.abs(reference), np.abs(other))
    largest = float(np.max(size, where=np.isfinite(size), initial=0.0))
    noise = np.finfo(np.float32).eps * size + 1e-12 * largest
    return np.where(np.abs(found) <= noise, 0.0, found)


def spread_over_runs(*sides: Array) -> float:
    """Return the standard deviation over runs, that of several sides pooled; 0 of no values."""
    known = [side[np.isfinite(side)] for side in sides]
    return float(np.sqrt(np.mean([part.var() if part.size else 0.0 for part in known])))


def over_spread(difference: float, *sides: Array) -> float:
    """Return the size of a difference in standard deviations of the runs of some sides, pooled.

    It is ``nan`` where they do not vary.
    """
    spread = spread_over_runs(*sides)
    return abs(difference) / spread if spread > 0.0 else np.nan


def _called(datasets: Sequence[xr.Dataset], place: int) -> str:
    """Return the file that results were read from, the folder before it; else their number."""
    source = datasets[place].encoding.get("source")
    return "/".join(Path(source).parts[-2:]) if source else f"results {place + 1}"


def _drawn_apart(first: xr.Dataset, other: xr.Dataset) -> str:
    """Return the first uncertain parameter, set by no scenario, that differs in a run; or ""."""
    if any("parameter_value" not in dataset or "role" not in dataset for dataset in (first, other)):
        return ""
    tables = [attribute(d, "settings") for d in (first, other)]
    chosen = {name for table in tables for settings in table.values() for name in settings}
    one, two = (d["parameter_value"].isel(scenario=0, drop=True) for d in (first, other))
    ours, theirs = xr.align(one, two, join="inner")
    differ = (ours["role"] == "uncertainty").values & (ours != theirs).any("run").values
    names = (str(name) for name in ours["parameter"].values[differ])
    return next((name for name in names if name not in chosen), "")


#: Attributes of results that hold a table (JSON) with an entry per scenario.
_BY_SCENARIO = (
    "questions", "settings", "origins", "events", "claims", "extends", "without",
    "scenario_text", "titles", "labels", "asks",
)  # fmt: skip
#: Attributes of which all values are kept, each once.
_JOINED = ("seed", "parameters_mode", "tajsim_version", "model", "engine", "source")


def join(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put several results side by side along ``scenario``.

    Runs, months and outcomes that all of them have are kept, but no chronicle. A scenario that
    several hold with equal values stands once.

    Raises:
        UserError: if there is no dataset, they are no pairs, have no run, month or outcome in
            common, or hold other values for one scenario.
    """
    if not datasets:
        raise UserError("no results to draw; give at least one")
    if len(datasets) == 1:
        return datasets[0]
    check_pairs(datasets)
    shared = [str(n) for n in datasets[0].data_vars if all(n in d for d in datasets)]
    shared = [name for name in shared if "scenario" in datasets[0][name].dims]
    aligned = list(xr.align(*(d[shared] for d in datasets), join="inner", exclude=["scenario"]))
    if any(0 in (d.sizes.get("month", 0), d.sizes.get("run", 0)) for d in aligned):
        raise UserError("the results have no outcome, month or run in common")
    parts: dict[str, xr.Dataset] = {}
    holder: dict[str, int] = {}
    for place, part in enumerate(aligned):
        for name in names_of(part):
            one = part.sel(scenario=[name])
            if name not in parts:
                parts[name], holder[name] = one, place
            elif not _outcomes(parts[name]).equals(_outcomes(one)):
                own = _called(datasets, place)
                raise UserError(f"{own}: holds other values for {name} than a file before it")
    each = list(parts.values())
    joined = xr.concat(each, "scenario", join="override", combine_attrs="override")[shared]
    attrs = {
        **datasets[0].attrs,
        **{name: _all(datasets, name) for name in _JOINED if name in datasets[0].attrs},
        "runs": joined.sizes["run"],
        "reference": str(joined["scenario"].values[0]),
        "command": _all(datasets, "command", "\n", ""),
        "continued_from": _all(datasets, "continued_from", "\n", "").strip("\n"),
    }
    windows = {str(dataset.attrs.get("window", "")) for dataset in datasets}
    attrs["window"] = windows.pop() if len(windows) == 1 else ""
    for table in _BY_SCENARIO:
        held = [attribute(dataset, table) for dataset in datasets]
        rows = {name: held[i][name] for name, i in holder.items() if name in held[i]}
        attrs[table] = json.dumps(rows)
    return joined.assign_attrs(attrs)


def _all(
    datasets: Sequence[xr.Dataset], name: str, between: str = ", ", without: str = "not stated"
) -> str:
    """Return the values of an attribute, each once; one value where all agree."""
    return between.join(dict.fromkeys(str(d.attrs.get(name, without)) for d in datasets))


def _overrides(dataset: xr.Dataset) -> str:
    """Return what the command line set for all scenarios of some results."""
    origins, settings = attribute(dataset, "origins"), attribute(dataset, "settings")
    said = {
        f"{key}={value:g}"
        for name, row in settings.items()
        for key, value in row.items()
        if str(origins.get(name, {}).get(key, "")).startswith("command line")
    }
    return ", ".join(sorted(said)) or "nothing"


def _outcomes(dataset: xr.Dataset) -> xr.Dataset:
    return dataset[outcome_names(dataset)]


def keep_table(dataset: xr.Dataset, name: str, table: pd.DataFrame) -> xr.Dataset:
    """Return the Dataset with the columns of a table as variables; nothing for an empty one."""
    if table.empty:
        return dataset
    whole = table.astype(dict.fromkeys(table.select_dtypes("bool"), np.int8))
    return dataset.assign({f"{name}_{c}": ((f"{name}_row",), whole[c].to_numpy()) for c in whole})


#: How many coordinates of one outcome stand in a comparison.
MOST = 3
#: A difference of less than this share of the medians is not among the rows shown first.
NOTICEABLE = 0.01


def is_whole(table: pd.DataFrame) -> pd.Series:
    """Tell which rows stand for an outcome as a whole: without dimensions, or added over them."""
    return (table["where"] == "") | table["where"].str.endswith("=all")


def first_of_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the headline outcomes as a whole."""
    return summary[summary["headline"] & is_whole(summary)]


def first_of_comparison(part: pd.DataFrame) -> pd.DataFrame:
    """Return the headline outcomes as a whole, and the coordinates that differ most clearly.

    Of the coordinates of one outcome, those whose interval is clear of zero are shown, at most
    `MOST`, the ones with the largest difference against the width of its interval first. Pairing
    finds effects far too small to matter; those below `NOTICEABLE` are left out.
    """
    size = part[["reference_median", "median"]].abs().max(axis=1)
    shown = part[part["headline"] & ~(part["difference"].abs() < NOTICEABLE * size)]
    clear = shown[~is_whole(shown) & (shown["direction"] != "")]
    width = (clear["high"] - clear["low"]).clip(lower=1e-300)
    order = (clear["difference"].abs() / width).sort_values(ascending=False, kind="stable").index
    best = clear.loc[order].groupby("outcome", sort=False).head(MOST)
    return shown[is_whole(shown) | shown.index.isin(best.index)]
