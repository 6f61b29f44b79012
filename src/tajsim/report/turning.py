"""Which assumptions would turn a conclusion: the paired difference in thirds of a parameter.

The runs are divided by the value that an assumption has in them. If the mean paired difference has
one sign in all runs and the other sign in the lowest or highest third, beyond what chance gives
among so many pairs tried (Bonferroni's bound), the conclusion depends on that assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from tajsim.analysis.assumptions import TOGETHER
from tajsim.analysis.influence import influence, ranked
from tajsim.analysis.paired import LEVEL, Effect, effect
from tajsim.inputs.parameters import load_parameters
from tajsim.report.answer import leading
from tajsim.report.facts import Facts, rows
from tajsim.report.tables import Table
from tajsim.report.wording import capital, in_runs, plain, told

#: So many of the differences told first are looked at, and so many assumptions for each.
DIFFERENCES, ASSUMED = 8, 5
#: So many pairs stand in the table.
SHOWN = 8
#: A third with fewer runs than this says nothing.
FEWEST = 10
#: Chance that any pair at all is said to turn where none does.
FALSE = 0.10


@dataclass(frozen=True)
class Turn:
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

    def turns(self, pairs: int) -> bool:
        """Whether a third has the opposite sign beyond chance, so many pairs having been tried."""
        thirds = [f for f in (self.low, self.high) if f.direction == self._other]
        return any(_p(found) * 2 * pairs < FALSE for found in thirds)

    @property
    def _other(self) -> str:
        return {"rises": "falls", "falls": "rises"}[self.whole.direction]

    @property
    def fades(self) -> bool:
        """Whether the interval of a third covers zero."""
        return not self.opposite and not (self.low.direction and self.high.direction)


def _p(found: Effect) -> float:
    """Return how often chance alone takes a mean that far to its side of zero."""
    error = (found.mean - found.low) / float(student.ppf(0.5 + LEVEL / 2.0, found.runs - 1))
    return float(student.sf(abs(found.mean) / error, found.runs - 1)) if error > 0.0 else 0.0


def turns(facts: Facts, scenario: str) -> list[Turn]:
    """Return every difference told first with each of the assumptions that matter most for it."""
    if facts.runs < 3 * FEWEST or "parameter_value" not in facts.dataset:
        return []
    values = facts.dataset["parameter_value"].sel(scenario=facts.reference)
    found = []
    for outcome, where in leading(facts, scenario)[:DIFFERENCES]:
        cell = facts.cell(scenario, outcome, where)
        differences = cell.values[1] - cell.values[0]
        for name in _influential(facts, scenario, outcome, where, differences):
            own = values.sel(parameter=name).values
            cuts = tuple(float(cut) for cut in np.quantile(own, (1 / 3, 2 / 3)))
            low, high = own <= cuts[0], own >= cuts[1]
            if min(low.sum(), high.sum()) < FEWEST or cuts[0] >= cuts[1]:
                continue
            found.append(
                Turn(
                    facts.spoken(outcome, where),
                    cell.unit,
                    name,
                    (cuts[0], cuts[1]),
                    effect(differences),
                    effect(differences[low]),
                    effect(differences[high]),
                )
            )
    return found


def _influential(
    facts: Facts, scenario: str, outcome: str, where: str, differences: np.ndarray
) -> list[str]:
    """Return the assumptions that matter most for a difference.

    Those that the results name for it and for all together; where the results name none, those
    whose ranks go with the difference most.
    """
    known = facts.assumptions
    if len(known):
        own = known[known["scenario"] == scenario]
        same = (own["outcome"] == outcome) & (own["where"] == where)
        chosen = own[same | (own["outcome"] == TOGETHER)]
        named = [row.parameter for row in rows(chosen.sort_values("share", ascending=False))]
        if named:
            return list(dict.fromkeys(named))[: 2 * ASSUMED]
    return _by_rank(facts, differences)


def _by_rank(facts: Facts, differences: np.ndarray) -> list[str]:
    values = facts.dataset["parameter_value"].sel(scenario=facts.reference)
    registry = load_parameters()
    table = values.values
    names = [
        str(name)
        for name, row in zip(values["parameter"].values, table, strict=True)
        if str(name) in registry
        and registry[str(name)].basis.kind == "assumption"
        and np.ptp(row) > 0.0
    ]
    if not names:
        return []
    seed = int(facts.dataset.attrs.get("seed", 0))
    found = influence(
        ranked(values.sel(parameter=names).values),
        ranked(differences[np.newaxis]),
        np.ones(1),
        np.arange(facts.runs),
        seed,
        ASSUMED,
    )
    order = np.argsort(-found.share, kind="stable")[:ASSUMED]
    return [names[place] for place in order]


def turning_sentences(facts: Facts, scenario: str) -> list[str]:
    """Say which assumptions would turn a conclusion, with numbers, or that none was found."""
    if facts.runs < 3 * FEWEST:
        return [f"Whether an assumption would turn a conclusion is told from {3 * FEWEST} runs on."]
    found = turns(facts, scenario)
    if not found:
        return ["No difference has a direction and varies with an assumption: nothing to turn."]
    outcomes = len({turn.outcome for turn in found})
    pairs = f"{len(found)} pair{'s' if len(found) > 1 else ''}"
    many = f"{outcomes} difference{'s' if outcomes > 1 else ''}"
    tried = f"{pairs} of a difference and an assumption ({many})"
    sure = [turn for turn in found if turn.turns(len(found))]
    said = [_turned(turn, facts.runs) for turn in sure]
    if sure:
        said.insert(0, f"{len(sure)} of {tried} would turn beyond chance:")
    else:
        said = [
            f"None found at this number of runs: in none of {tried} does the mean paired "
            "difference have the opposite sign, beyond chance, in the lowest or the highest third "
            f"of the assumption's values ({facts.runs // 3} runs in a third)."
        ]
    hints = [turn for turn in found if turn.opposite and turn not in sure]
    if hints:
        said.append(
            f"In {len(hints)} the 90 % interval of a third lies on the other side of zero, which "
            f"chance can give among {pairs}: more runs would tell."
        )
    faded = sum(turn.fades for turn in found)
    if faded:
        said.append(
            f"For {faded} of these pairs the interval covers zero in one of the thirds, which have "
            "fewer runs than the whole: there the conclusion leans on the assumption, or the runs "
            "are too few."
        )
    return said


def turning_table(facts: Facts, scenario: str) -> Table | None:
    """Return the pairs that turn, and those whose interval covers zero in a third."""
    found = turns(facts, scenario)
    shown = [turn for turn in found if turn.opposite] + [turn for turn in found if turn.fades]
    if not shown:
        return None
    body = [
        [
            capital(turn.outcome),
            turn.parameter,
            told(turn.whole.mean, turn.whole.low, turn.whole.high, turn.unit)[0],
            f"at most {plain(turn.cuts[0])}: {_third(turn.low, turn.unit)}",
            f"at least {plain(turn.cuts[1])}: {_third(turn.high, turn.unit)}",
        ]
        for turn in shown[:SHOWN]
    ]
    left = len(shown) - len(body)
    return Table(
        f"{scenario}: mean paired difference where an assumption is low, and where it is high",
        ["Outcome", "Assumption", "All runs", "Lowest third", "Highest third"],
        body,
        ["fails" if turn.opposite else "" for turn in shown[:SHOWN]],
        f"{left} more pairs are not shown." if left else "",
    )


def _turned(turn: Turn, runs: int) -> str:
    low, high = turn.low, turn.high
    whole = told(turn.whole.mean, turn.whole.low, turn.whole.high, turn.unit)[0]
    return (
        f"{capital(turn.outcome)}: over all runs {whole}, but "
        f"where {turn.parameter} is at most {plain(turn.cuts[0])} (lowest third, "
        f"{in_runs(low.runs, runs).removeprefix('in ')}) it is {_third(low, turn.unit)}, and where "
        f"it is at least {plain(turn.cuts[1])} (highest third) {_third(high, turn.unit)}."
    )


def _third(found: Effect, unit: str) -> str:
    size, ends = told(found.mean, found.low, found.high, unit)
    return f"{size} (90 % interval {ends})"
