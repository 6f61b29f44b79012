"""Scenarios simulated once each, only as far and with only the outcomes that tests look at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import xarray as xr

from tajsim.ensemble.run import Progress, part_of, prepare, simulate
from tajsim.inputs.outcomes import with_weight
from tajsim.inputs.scenario_parts import Scenario
from tajsim.inputs.toml import month_names

#: Scenarios simulated in one go for each worker.
_BATCH = 4


@dataclass
class Need:
    """What is looked at of a scenario: ``outcomes`` to the month ``until``, in so many runs."""

    scenario: Scenario
    runs: int
    until: str = ""
    outcomes: set[str] = field(default_factory=set)

    def add(self, outcomes: Iterable[str], until: str) -> None:
        """Ask for more outcomes, perhaps further."""
        self.outcomes |= {*with_weight(outcomes)}
        self.until = max(self.until, until)


def simulated(
    needs: Iterable[Need],
    seed: int,
    parameters: str,
    workers: int = 1,
    progress: Progress | None = None,
) -> Iterator[tuple[Need, xr.Dataset]]:
    """Simulate what is needed in their order, a few at a time; yield the results of each.

    Those that follow one another with one period and number of runs are simulated together.
    """
    listed = list(needs)
    sizes = [need.runs * len(month_names(need.scenario.start, need.until)) for need in listed]
    done, size_of = 0, dict(zip(map(id, listed), sizes, strict=True))
    for _, part in groupby(listed, lambda n: (n.runs, n.scenario.start, n.scenario.end)):
        alike = list(part)
        for first in range(0, len(alike), _BATCH * workers):
            batch = alike[first : first + _BATCH * workers]
            plan = prepare(
                [need.scenario for need in batch],
                batch[0].runs,
                seed,
                parameters,
                until=max(need.until for need in batch),
                outcomes=sorted(set().union(*(need.outcomes for need in batch))),
                workers=workers,
            )
            size = sum(size_of[id(need)] for need in batch)
            results = simulate(plan, part_of(progress, done, size, sum(sizes)))
            done += size
            for need in batch:
                one = results.sel(scenario=[need.scenario.name])
                yield need, one[[n for n in results.data_vars if n in need.outcomes]]
