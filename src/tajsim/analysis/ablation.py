"""What mechanisms carry: outcomes, signs, claims and targets with and without each of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import tajsim.analysis.verdicts as verdicts
from tajsim.analysis.claims import claims
from tajsim.analysis.signs import signs
from tajsim.analysis.validation import validate
from tajsim.display.html import rows_of
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.plan import argument_errors
from tajsim.ensemble.run import Progress, prepare, simulate
from tajsim.errors import UserError
from tajsim.files import csv_text, exists, read_text, write_whole
from tajsim.inputs.ledger import load_mechanisms
from tajsim.inputs.outcomes import load_outcomes, with_weight
from tajsim.inputs.registry import DEFAULT_MODE
from tajsim.inputs.switches import held_rules, listed, switchable, themes
from tajsim.results.effect import effect
from tajsim.results.numbers import text_table
from tajsim.results.select import gap
from tajsim.results.window import at_places, over, whole_period

#: The scenario of which the outcomes are compared.
PLAIN = "status-quo"
#: What a claim says of the mechanism that it cites.
NEEDS, HOLDS_WITHOUT, RESTATES = "needs its mechanism", "holds without it", "restates one rule"
#: An effect that differs by less than this share of it is the same.
FIFTH = 0.2


@dataclass(frozen=True)
class Carried:
    """What is otherwise without a mechanism; lists are texts with blanks or semicolons between.

    Attributes:
        name: of a theme, of a rule, or of the mechanisms that the same rules carry.
        rules: which are held.
        outcomes: headline outcomes of the plain scenario that move, by how much of their level.
        signs, claims, targets: whose verdict changes, and how.
        runs, seed, parameters, model: what the row was made with.
    """

    name: str
    rules: str
    outcomes: str
    signs: str
    claims: str
    targets: str
    runs: int
    seed: int
    parameters: str
    model: str


def units(only: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return what is held one after another: name -> rules; by default themes, then mechanisms.

    Mechanisms that the same rules carry stand together, ``M47 M48``.

    Raises:
        UserError: for each name in ``only`` that cannot be held.
    """
    held_rules(only)
    named = listed(only) or [*themes(), *load_mechanisms()]
    found: dict[tuple[str, ...], list[str]] = {}
    for name in named:
        if rules := switchable()[name]:
            found.setdefault(rules, []).append(name)
    return {" ".join(names): rules for rules, names in found.items()}


@dataclass(frozen=True)
class _Look:
    """What is looked at, with nothing or something taken out: all as ``{name: ...}``."""

    outcomes: dict[str, np.ndarray]
    signs: dict[str, str]
    claims: dict[str, str]
    targets: dict[str, str]


def ablate(
    *only: str,
    runs: int = 50,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
    out: str | Path | None = None,
    scenarios: Sequence[str] = (),
    changes: Sequence[str] = (),
) -> pd.DataFrame:
    """Hold each theme and each mechanism in turn, and tell what that changes.

    Args:
        only: names of mechanisms, themes or rules; by default all themes and mechanisms.
        runs: of every scenario and sign; the other arguments are those of
            `tajsim.ensemble.run_many`.
        out: a CSV file that is written after each of them; what it holds is not made again.
        scenarios, changes: whose claims and whose signs are looked at; by default all.

    Returns:
        One row each, see `Carried`.

    Raises:
        UserError: for anything the caller can mend, such as a file with rows made otherwise.
    """
    if wrong := argument_errors(runs, seed, parameters, None, workers, 1000):
        raise UserError(wrong)
    made = (runs, seed, parameters, model_version())
    wanted = units(only)
    rows = {row.name: row for row in _kept(out, made)}
    left = [name for name in wanted if name not in rows]
    total, done = 1 + len(left), 0
    draws = {"runs": runs, "seed": seed, "parameters": parameters, "workers": workers}
    look = partial(_look, draws=draws, scenarios=scenarios, changes=changes)
    plain: _Look | None = None
    for name in ["", *left] if left else ():
        found = look(wanted.get(name, ()), _share(progress, done, total))
        done += 1
        if plain is None:
            plain = found
            continue
        rows[name] = Carried(name, " ".join(wanted[name]), *_differences(plain, found), *made)
        if out is not None:
            names = [field.name for field in fields(Carried)]
            write_whole(Path(out), csv_text(names, map(_cells, rows.values())).encode())
    return pd.DataFrame([asdict(rows[name]) for name in wanted])


def _cells(row: Carried) -> list[object]:
    return list(asdict(row).values())


def _share(progress: Progress | None, done: int, total: int) -> Progress | None:
    """Return a progress that tells the part that one of several makes up."""
    if progress is None:
        return None
    return lambda part, whole: progress(1000 * done + 1000 * part // whole, 1000 * total)


def _kept(out: str | Path | None, made: tuple[int, int, str, str]) -> Iterator[Carried]:
    """Yield the rows that a file holds.

    Raises:
        UserError: if they were made with other runs or by another model.
    """
    if out is None or not exists(Path(out)):
        return
    for row in csv.DictReader(read_text(Path(out), str(out)).splitlines()):
        try:
            values: dict[str, object] = {**row, "runs": int(row["runs"]), "seed": int(row["seed"])}
            kept = Carried(**values)  # type: ignore[arg-type]
        except (KeyError, TypeError, ValueError):
            raise UserError(f"{out}: is no table of 'tajsim mechanisms --ablate'") from None
        if (kept.runs, kept.seed, kept.parameters, kept.model) != made:
            raise UserError(
                f"{out}: holds rows of {kept.runs} runs, seed {kept.seed}, {kept.parameters}, "
                f"model {kept.model}; --overwrite begins anew"
            )
        yield kept


def _look(
    rules: Sequence[str],
    progress: Progress | None,
    draws: Mapping[str, Any],
    scenarios: Sequence[str],
    changes: Sequence[str],
) -> _Look:
    """Simulate with some rules held, and return all that is looked at."""
    shares = [_share(progress, part, 4) for part in range(4)]
    headline = with_weight(name for name, row in load_outcomes().items() if row.headline)
    plan = prepare([PLAIN], outcomes=headline, without=rules, **draws)
    dataset = simulate(plan, shares[0])
    window = whole_period(dataset)
    tested = claims(*scenarios, progress=shares[1], without=rules, **draws)
    mark = plan.scenarios[0].name.removeprefix(PLAIN)
    named = tested["scenario"].str.removesuffix(mark) + ":" + tested["claim"]
    seen = signs(*changes, progress=shares[2], without=rules, **draws)
    scores = validate(progress=shares[3], without=rules, **draws)
    return _Look(
        {
            name: np.asarray(over(at_places(dataset, name), window).values[0])
            for name, row in load_outcomes().items()
            if row.headline
        },
        dict(zip(seen["sign"], seen["verdict"], strict=True)),
        dict(zip(named, tested["verdict"], strict=True)),
        {row.target: _met(row) for row in rows_of(scores.table)},
    )


def _met(row: object) -> str:
    """Return whether a target is met: a number by 90 %, all else by half of the runs."""
    kind, covered, place = (getattr(row, name) for name in ("kind", "covered", "percentile"))
    return "met" if (covered == 1.0 if kind == "number" else place >= 0.5) else "missed"


def _differences(plain: _Look, held: _Look) -> tuple[str, str, str, str]:
    """Return the outcomes that move and the verdicts that change, as texts."""
    moved = []
    for name, level in plain.outcomes.items():
        found, least = effect(gap(level, held.outcomes[name])), verdicts.smallest_effect(level)
        if found.direction and abs(found.mean) >= max(least, 1e-300):
            mean = float(np.nanmean(np.abs(level)))
            moved.append(f"{name} {100.0 * found.mean / mean if mean else np.inf:+.3g} %")
    pairs = ((plain.signs, held.signs), (plain.claims, held.claims), (plain.targets, held.targets))
    changed = [
        "; ".join(f"{n} {old} > {new[n]}" for n, old in before.items() if new[n] != old)
        for before, new in pairs
    ]
    return "; ".join(moved), changed[0], changed[1], changed[2]


HEADER = ("held", "rules", "outcomes", "signs", "claims", "targets", "most moved")


def ablation_text(table: pd.DataFrame) -> str:
    """Return a line for each that was held, and which of them carry nothing."""
    rows, nothing = [], []
    for row in rows_of(table):
        parts = [_listed(row, name) for name in ("outcomes", "signs", "claims", "targets")]
        if not any(parts):
            nothing.append(row.name)
        counted = [str(len(part)) for part in parts]
        most = sorted(parts[0], key=lambda text: -abs(float(text.split()[1])))[:2]
        rows.append([row.name, str(len(row.rules.split())), *counted, ", ".join(most)])
    said = f"{len(table)} held in turn: {len(nothing)} carry nothing"
    said += f": {', '.join(nothing)}." if nothing else "."
    return f"{text_table(HEADER, rows, (0, 6))}\n\n{said}"


def _listed(row: object, name: str) -> list[str]:
    text = getattr(row, name)
    return text.split("; ") if isinstance(text, str) and text else []


def needed(
    table: pd.DataFrame,
    scenarios: Iterable[str | Path] = (),
    progress: Progress | None = None,
    **draws: Any,
) -> pd.DataFrame:
    """Return a table of claims with what each says of the mechanisms that it cites.

    The scenario of each claim is simulated once more with all rules held that carry them, and once
    with all others held, with their references.

    Args:
        table: of `tajsim.claims`, made with the same ``scenarios`` and ``draws``: runs, seed,
            parameters, workers.

    Returns:
        The table with ``mechanism``: `NEEDS` if the claim no longer holds without them,
        `HOLDS_WITHOUT` if it does, `RESTATES` if with all others held its mean effect is the same
        to a fifth; "" where it does not hold, or no rule carries what it cites. ``effect_without``
        and ``effect_alone`` are the mean effects.
    """
    found = table.assign(mechanism="", effect_without=np.nan, effect_alone=np.nan)
    groups = [
        (str(scenario), rules, part)
        for (scenario, cited), part in table.groupby(["scenario", "mechanisms"], sort=False)
        if (rules := _carrying(str(cited).split())) and (part["verdict"] == verdicts.HOLDS).any()
    ]
    paths: dict[str, str | Path] = {Path(name).stem: name for name in scenarios}
    everything = {full for theme in themes() for full in switchable()[theme]}
    for i, (scenario, rules, part) in enumerate(groups):
        one, other = (
            claims(
                paths.get(scenario, scenario),
                without=held,
                progress=_share(progress, 2 * i + j, 2 * len(groups)),
                **draws,
            ).set_index("claim")
            for j, held in enumerate((rules, sorted(everything - {*rules})))
        )
        for place, row in part[part["verdict"] == verdicts.HOLDS].iterrows():
            without, alone = one.loc[row["claim"]], other.loc[row["claim"]]
            same = abs(alone["effect"] - row["effect"]) < FIFTH * abs(row["effect"])
            holds = without["verdict"] == verdicts.HOLDS
            said = RESTATES if same else HOLDS_WITHOUT if holds else NEEDS
            found.loc[place, "mechanism"] = said
            found.loc[place, "effect_without"] = without["effect"]
            found.loc[place, "effect_alone"] = alone["effect"]
    return found


def _carrying(cited: Iterable[str]) -> list[str]:
    """Return the rules that carry any of the mechanisms."""
    return sorted({full for name in cited for full in switchable().get(name, ())})
