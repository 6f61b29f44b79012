"""The atlas: what each scenario changes in each outcome that matters, as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.errors import UserError, check_names
from tajsim.inputs import toml
from tajsim.results import answer, effect, numbers, select, window

#: Statistic -> what it takes of the values ``(..., run)``.
STATISTICS = {
    "median": lambda values: effect.quantiles(values, (0.5,))[0],
    "mean": lambda values: np.nanmean(values, axis=-1),
    "p05": lambda values: effect.quantiles(values, (0.05,))[0],
    "p95": lambda values: effect.quantiles(values, (0.95,))[0],
}
BY = ("year", "month")


def yearly_table(
    dataset: xr.Dataset,
    outcome: select.Names = None,
    *,
    by: str = "year",
    stat: str = "median",
    places: Mapping[str, Any] | select.Names = None,
    chosen: select.Names = None,
    each: str | None = None,
) -> pd.DataFrame:
    """Return outcomes over time, a row a year or month, a column an outcome in each scenario.

    Args:
        outcome: names of outcomes; by default the headline ones.
        by: ``year`` (each calendar year brought to one number as the outcome says) or ``month``.
        stat: one of `STATISTICS`, or ``spread``: median and 90 % of the runs as text.
        places: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``; what is left of the
            own dimensions is added or averaged.
        chosen: scenarios; by default all.
        each: a dimension, such as ``agency``: a column for each of its places.

    Raises:
        UserError: for unknown names.
    """
    check_names("statistic", [stat], [*STATISTICS, "spread"])
    check_names("period", [by], BY)
    dataset = select.scenarios(dataset, select.as_names(chosen))
    names, where = select.chosen(dataset, outcome, select.headline(dataset), places)
    own = [d for name in names for d in select.own_dimensions(dataset[name])]
    check_names("dimension", () if each is None else [each], own)
    spans = window.periods(dataset, by)
    several, columns = dataset.sizes["scenario"] > 1, dict[str, Sequence[Any]]()
    for name in names:
        shown: list[dict[str, list[str]]] = [where]
        if each is not None and each in select.own_dimensions(dataset[name]):
            given = where.get(each) or map(str, dataset[each].values)
            shown = [{**where, each: [one]} for one in given]
        for place in shown:
            series = window.at_places(dataset, name, place)
            values = np.stack([window.over(series, span).values for span in spans])
            unit = window.unit_of(series, windowed=True)
            head = f"{window.titled(dataset, name, place)} ({unit})"
            for i, scenario in enumerate(select.names_of(dataset)):
                said = f"{scenario}: {head}" if several else head
                columns[said] = _statistic(values[:, i], stat, series.attrs.get("unit") == "date")
    labels = [span[0] if by == "month" else span[0][:4] for span in spans]
    return pd.DataFrame(columns, index=pd.Index(labels, name=by))


def _statistic(values: effect.Values, stat: str, date: bool = False) -> Sequence[Any]:
    """Return one statistic of ``(span, run)``; ``spread`` and dates as text."""
    if stat != "spread":
        found = [float(value) for value in STATISTICS[stat](values)]
        return [_month(value) for value in found] if date else found
    rows = effect.quantiles(values).T
    if date:
        return [f"{_month(m)} ({_month(a)} to {_month(b)})" if m == m else "" for a, m, b in rows]
    return [f"{numbers.table_number(m)} ({numbers.interval(a, b)})" for a, m, b in rows]


def _month(value: float) -> str:
    """Return a date of one's own, months since year 0, as ``2005-08``; "" where it never came."""
    return toml.month_text(round(value)) if np.isfinite(value) else ""


def printed(table: pd.DataFrame, form: str) -> str:
    """Return a table as ``csv`` (numbers of six digits) or ``md`` (three)."""
    if form == "csv":
        return str(table.to_csv(float_format="%.6g"))
    cells = table.map(lambda c: c if isinstance(c, str) else numbers.table_number(float(c)))
    rows = [[str(label), *row] for label, row in zip(cells.index, cells.to_numpy(), strict=True)]
    return numbers.markdown_table([str(cells.index.name), *map(str, cells.columns)], rows) + "\n"


#: Group -> outcome -> how the head of its column reads.
GROUPS: dict[str, dict[str, str]] = {
    "Trade": {
        "heroin_entering": "Heroin coming in",
        "heroin_seized": "Heroin seized",
        "drug_income": "Drug income",
        "collusion": "Collusion",
    },
    "Outsiders": {
        "outside_provision": "Work left to outsiders",
        "alignment": "Lean to Moscow",
        "aid_delivered": "Security aid",
    },
    "Power": {
        "mutinies": "Mutinies",
        "loyalty_in_place": "Loyalty at the top",
        "country_control": "Country held",
    },
    "Society": {
        "grievance": "Grievance",
        "violent_members": "In violent groups",
        "fighters_abroad": "Fighters abroad",
    },
    "End": {"state_failed": "State failed"},
}
#: Beyond so many standard deviations of the reference a change counts as no larger.
LARGEST = 2.0
#: Units whose changes are told in hundredths, ``points``; of these and of counts none is in %.
_POINTS, _COUNTS = ("share", "index", "ratio", "0 or 1"), ("number",)
#: What stands in a cell of what the scenario sets itself.
SET_HERE = "set"


def atlas_table(dataset: xr.Dataset, outcomes: Sequence[str] = ()) -> pd.DataFrame:
    """Return one row for each scenario but the first and each outcome, these in groups.

    Scenarios that change most come first. A direction is told as on the card of the answer.

    Args:
        dataset: results of two scenarios or more; the first is the reference.
        outcomes: names of outcomes; by default those of `GROUPS` that the results hold.

    Returns:
        ``scenario``, ``title``, ``group``, ``outcome``, ``label``, ``unit``; the means
        ``reference`` and ``difference``; ``low`` and ``high``, the ends of 90 % of the histories'
        differences; ``size``, the difference in standard deviations of the reference's histories;
        ``direction`` (``rises``, ``falls`` or ``""`` where nothing can be told); ``set``, whether
        the scenario sets it itself, so that nothing is told; ``shown``, as the atlas prints it;
        ``window``, ``runs`` and ``model``.

    Raises:
        UserError: for one scenario, runs that are no pairs, or an outcome that is not held.
    """
    others = select.names_of(dataset)[1:]
    if not others:
        raise UserError("an atlas needs a reference and other scenarios; these results hold one")
    usual = [name for group in GROUPS.values() for name in group if name in dataset]
    order = [*GROUPS, ""]
    wanted = select.outcomes(dataset, list(outcomes), usual)
    names = sorted(wanted, key=lambda name: order.index(_group(name)))
    rows = []
    for scenario in others:
        months = window.window_of(dataset, None, scenario)
        pair, ours = select.pair_of(dataset, scenario), answer.set_by(dataset, scenario)
        about = {"scenario": scenario, "title": select.title_of(dataset, scenario)}
        made = {"runs": dataset.sizes["run"], "model": str(dataset.attrs.get("model", ""))}
        for name in names:
            found = answer.change(pair, name, {}, months, False, ours)
            rows.append({**about, **_row(found), "window": ":".join(months), **made})
    table = pd.DataFrame(rows)
    told = table["size"].abs().clip(upper=LARGEST).where(table["direction"] != "", 0.0)
    weight = told.groupby(table["scenario"]).sum()
    rank = table["scenario"].map(weight).sort_values(ascending=False, kind="stable").index
    return table.loc[rank].reset_index(drop=True)


def _group(outcome: str) -> str:
    return next((group for group, labels in GROUPS.items() if outcome in labels), "")


def _row(found: answer.OutcomeChange) -> dict[str, Any]:
    group = _group(found.outcome)
    change, ours = found.found.mean, found.verdict == "set"
    shown = _shown(change, found.before, found.unit) if found.told else SET_HERE * ours
    return {
        "group": group,
        "outcome": found.outcome,
        "label": GROUPS.get(group, {}).get(found.outcome) or found.label,
        "unit": found.unit,
        "reference": found.before,
        "difference": change,
        **{name: getattr(found, name) for name in ("low", "high")},
        "size": float(np.copysign(found.size, change)),
        "direction": found.verdict if found.told else "",
        "set": ours,
        "shown": shown,
    }


def _shown(change: float, level: float, unit: str) -> str:
    """Return a change as the atlas prints it, to two digits: per cent, points or a number."""
    end = ""
    if unit in _POINTS:
        change *= 100.0
    elif unit not in _COUNTS and level > 0.0:
        change, end = 100.0 * change / level, " %"
    change = float(f"{change:.{2 if abs(change) < 99.5 else 3}g}")
    decimals = 0 if abs(change) >= 10.0 else 1 if abs(change) >= 0.1 else 2
    return numbers.number(change, signed=True, decimals=decimals) + end


def wide_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return an atlas as printed: a row a scenario, columns by group and outcome."""
    wide = table.pivot(index="scenario", columns=["group", "label"], values="shown")
    keys = table[["group", "label"]].drop_duplicates().apply(tuple, axis=1)
    titles = table.drop_duplicates("scenario").set_index("scenario")["title"]
    found = wide.loc[list(titles.index), list(keys)].set_axis(list(titles), axis="index")
    return found.rename_axis("Scenario").rename_axis(columns=["", ""])


def markdown(table: pd.DataFrame) -> str:
    """Return an atlas as a table of Markdown."""
    return printed(wide_table(table).droplevel(0, axis="columns"), "md").rstrip("\n")


def latex(table: pd.DataFrame) -> str:
    """Return an atlas as a table of LaTeX, for the package booktabs."""
    wide, first = wide_table(table), table.iloc[0]
    style = wide.style.format(escape="latex")
    for axis in (0, 1):
        style = style.format_index(escape="latex", axis=axis)
    told = f"{units_text()} {first['runs']} paired histories; model {first['model']}."
    form: Any = {"column_format": "l" + "r" * wide.shape[1], "multicol_align": "c"}
    text = style.to_latex(hrules=True, label="tab:atlas", caption=told, **form)
    return str(text).replace(numbers.MINUS, "$-$")


def units_text() -> str:
    """Say in what the changes are told."""
    return (
        "Mean paired change from the first own event to the end: per cent where it says so, else "
        f"percentage points (mutinies: number); “{SET_HERE}”: the scenario sets it itself; empty: "
        "nothing can be told."
    )
