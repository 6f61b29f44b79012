"""What mechanisms carry: outcomes, signs, claims and targets with and without each of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd

import tajsim.analysis.verdicts as verdicts
from tajsim.analysis.claims import claims, tested, tests_of
from tajsim.analysis.signs import signs
from tajsim.analysis.validation import validate
from tajsim.display import rows_of
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.run import Progress, Sampling, draw_errors, part_of, prepare, simulate
from tajsim.errors import UserError
from tajsim.files import exists, write_whole
from tajsim.inputs import ledger, outcomes, registry, switches
from tajsim.results import numbers, select
from tajsim.results.effect import effect
from tajsim.results.window import at_places, over, whole_period

#: The scenario of which the outcomes are compared.
PLAIN = "status-quo"
#: What is looked at: headline outcomes, by name ``(run,)``; and verdicts, by name.
PARTS = ("outcomes", "signs", "claims", "targets")
Look = dict[str, dict[str, Any]]
#: What a claim says of the mechanisms that it cites; a check says nothing of them.
NEEDS, HOLDS_WITHOUT, RESTATES = "needs its mechanism", "holds without it", "restates one rule"
CHECK = "holds by construction"
#: The rules by which deals in force carry a task: where these begin or end they write it down.
CARRY_OUT = ("ramp_step", "built_step", "fate_of_aid", "cover", "grievance")
#: An effect that differs by less than this share of it is the same.
FIFTH = 0.2


def units(only: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return what is held one after another: name -> rules; by default themes, then mechanisms.

    Mechanisms that the same rules carry stand together, ``M47 M48``.

    Raises:
        UserError: for each name in ``only`` that cannot be held.
    """
    switches.held_rules(only)
    found: dict[tuple[str, ...], list[str]] = {}
    for name in switches.listed(only) or [*switches.themes(), *ledger.load_mechanisms()]:
        if rules := switches.switchable()[name]:
            found.setdefault(rules, []).append(name)
    return {" ".join(names): rules for rules, names in found.items()}


def ablate(
    *only: str, runs: int = 50, out: str | Path | None = None, **draws: Unpack[Sampling]
) -> pd.DataFrame:
    """Hold each theme and each mechanism in turn, and tell what that changes.

    Args:
        only: names of mechanisms, themes or rules; by default all themes and mechanisms.
        runs: of every scenario and sign.
        out: a CSV file that is written after each of them; what it holds is not made again.
        draws: further options of `tajsim.run`.

    Returns:
        One row each: ``name``, the ``rules`` held, and, as texts with semicolons between,
        ``outcomes`` of `PLAIN` that move, ``signs``, ``claims`` and ``targets`` whose verdict
        changes; ``runs``, ``seed``, ``parameters`` and ``model`` that it was made with.

    Raises:
        UserError: for anything the caller can mend, such as a file with rows made otherwise.
    """
    if wrong := draw_errors(runs, draws):
        raise UserError(wrong)
    progress = draws.pop("progress", None)
    usual = {"seed": 1, "parameters": registry.DEFAULT_MODE}
    made = {"runs": runs, **{n: draws.get(n, usual[n]) for n in usual}, "model": model_version()}
    wanted, table = units(only), _kept(out, made)
    left = [name for name in wanted if name not in [*table["name"]]]
    look = partial(_look, draws={"runs": runs, **draws})
    plain = look((), part_of(progress, 0, 1 + len(left))) if left else {}
    for done, name in enumerate(left, start=1):
        held = look(wanted[name], part_of(progress, done, 1 + len(left)))
        row = {"name": name, "rules": " ".join(wanted[name]), **_differences(plain, held), **made}
        table = pd.DataFrame([*table.to_dict("records"), row])
        if out is not None:
            write_whole(Path(out), table.to_csv(index=False))
    return table.set_index("name", drop=False).loc[[*wanted]].reset_index(drop=True)


def _kept(out: str | Path | None, made: Mapping[str, object]) -> pd.DataFrame:
    """Return the rows that a file holds; refuse another table, and rows made otherwise."""
    columns = ["name", "rules", *PARTS, *made]
    if out is None or not exists(Path(out)):
        return pd.DataFrame(columns=columns)
    try:
        table = pd.read_csv(out, keep_default_na=False)
    except (OSError, ValueError):
        table = pd.DataFrame()
    if list(table) != columns:
        raise UserError(f"{out}: is no table of 'tajsim mechanisms --ablate'")
    for name, value in made.items():
        if other := [kept for kept in table[name] if kept != value]:
            held = f"holds rows of {name} {other[0]}, not {value}"
            raise UserError(f"{out}: {held}; --overwrite begins anew")
    return table


def _look(rules: Sequence[str], progress: Progress | None, draws: Mapping[str, Any]) -> Look:
    shares = [part_of(progress, part, 4) for part in range(4)]
    headline = [n for n, o in outcomes.load_outcomes().items() if o.headline and not o.adds_up]
    plan = prepare([PLAIN], outcomes=outcomes.with_weight(headline), without=rules, **draws)
    dataset = simulate(plan, shares[0])
    window = whole_period(dataset)
    tested = claims(progress=shares[1], without=rules, **draws)
    mark = plan.scenarios[0].name.removeprefix(PLAIN)
    named = tested["scenario"].str.removesuffix(mark) + ":" + tested["claim"]
    seen = signs(progress=shares[2], without=rules, **draws)
    scores = validate(progress=shares[3], without=rules, **draws).table
    # A number is met by 90 %, all else by half of the runs.
    number = scores["kind"] == "number"
    met = np.where(number, scores["covered"] == 1.0, scores["percentile"] >= 0.5)
    return {
        "outcomes": {n: np.asarray(over(at_places(dataset, n), window)[0]) for n in headline},
        "signs": dict(zip(seen["sign"], seen["verdict"], strict=True)),
        "claims": dict(zip(named, tested["verdict"], strict=True)),
        "targets": dict(zip(scores["target"], np.where(met, "met", "missed"), strict=True)),
    }


def _differences(plain: Look, held: Look) -> dict[str, str]:
    moved = []
    for name, level in plain["outcomes"].items():
        change = effect(select.gap(level, held["outcomes"][name]))
        if change.direction and abs(change.mean) >= verdicts.smallest_effect(level):
            mean = float(np.nanmean(np.abs(level)))
            moved.append(f"{name} {100.0 * change.mean / mean if mean else np.inf:+.3g} %")
    found = {"outcomes": "; ".join(moved)}
    for part in PARTS[1:]:
        both = [(name, old, held[part][name]) for name, old in plain[part].items()]
        found[part] = "; ".join(f"{name} {old} > {new}" for name, old, new in both if old != new)
    return found


def ablation_text(table: pd.DataFrame) -> str:
    """Return a line for each that was held, and which of them carry nothing."""
    lists = {part: [list(filter(None, t.split("; "))) for t in table[part]] for part in PARTS}
    most = [sorted(o, key=lambda t: -abs(float(t.split()[1])))[:2] for o in lists["outcomes"]]
    told = table.assign(
        rules=[len(text.split()) for text in table["rules"]],
        most=[", ".join(texts) for texts in most],
        **{part: [len(texts) for texts in found] for part, found in lists.items()},
    )
    nothing = told["name"][told[list(PARTS)].sum(axis=1) == 0]
    said = f"{len(table)} held in turn: {len(nothing)} carry nothing"
    said += f": {', '.join(nothing)}." if len(nothing) else "."
    return f"{numbers.frame_text(told, 'held=name', 'rules', *PARTS, 'most moved=most')}\n\n{said}"


def needed(
    table: pd.DataFrame, scenarios: Sequence[str | Path] = (), runs: int = 200, **draws: Any
) -> pd.DataFrame:
    """Return a table of claims with what each says of the mechanisms that it cites.

    The scenario of each claim is simulated once more with all rules held that carry them and, if it
    needs them, once with all others held that compiled code can hold, with their references.

    Args:
        table: of `tajsim.claims`, made with the same ``scenarios``, ``runs`` and ``draws``.

    Returns:
        The table with ``mechanism``: `CHECK` for a direction that stays with all rules held but
        `CARRY_OUT`; of others, `HOLDS_WITHOUT` if it holds without what it cites, `RESTATES` if not
        and its mean effect with all else held is the same to a fifth, or else `NEEDS`; "" where it
        does not hold or no rule carries what it cites. ``effect_without``, ``effect_alone``.
    """
    every, rules = {*switches.load_rules()}, switches.switchable()
    cited = {c: [*chain(*(rules.get(n, ()) for n in c.split()))] for c in table["mechanisms"]}
    tests = {test.scenario.name: test for test in tests_of(scenarios)[0]}
    rest = {c: sorted(every.difference(own)) for c, own in cited.items()}
    bare = dict.fromkeys(cited, sorted(every - {f"deals.{name}" for name in CARRY_OUT}))

    def again(rows: pd.DataFrame, held: Mapping[str, list[str]], part: int) -> pd.DataFrame:
        asked = [tests[r.scenario].holding(held[r.mechanisms], r.claim) for r in rows_of(rows)]
        told: Any = {**draws, "progress": part_of(draws.get("progress"), part, 3)}
        found = pd.concat([pd.DataFrame(), *tested(asked, runs, told)])
        return found.reindex(columns=["verdict", "effect"]).set_axis(rows.index)

    known = (table["verdict"] == verdicts.HOLDS) & table["mechanisms"].map(cited).map(bool)
    holding = table[known].sort_values("mechanisms")  # those that cite the same share references
    checks = again(holding[holding["expect"].str.startswith(("rises", "falls"))], bare, 0)
    checks = checks[checks["verdict"] == verdicts.HOLDS]
    without = again(holding.drop(checks.index), cited, 1)
    stands = without["verdict"] == verdicts.HOLDS
    effect = holding["effect"].reindex(stands.index[~stands])
    alone = again(holding.loc[effect.index], rest, 2)
    said = pd.Series(CHECK, holding.index)
    said[stands.index] = np.where(stands, HOLDS_WITHOUT, NEEDS)
    said[effect.index[(alone["effect"] - effect).abs() < FIFTH * effect.abs()]] = RESTATES
    effects = {"effect_without": without["effect"], "effect_alone": alone["effect"]}
    return table.assign(mechanism=said, **effects).fillna({"mechanism": ""})
