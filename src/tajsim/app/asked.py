"""What a state asks for: its plan and tasks, and how much of them is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from tajsim.app.gather import Side, dataset_of, sides_so_far
from tajsim.app.hub import Hub
from tajsim.app.scenario_file import command, plan_of
from tajsim.app.state import State
from tajsim.app.task import Task, tasks_of
from tajsim.ensemble.chunk import Record
from tajsim.ensemble.plan import Plan


@dataclass(frozen=True)
class Asked:
    """A checked state with its plan; ``pairs``: the tasks of both scenarios, by chunk."""

    state: State
    plan: Plan
    pairs: tuple[tuple[Task, ...], ...]

    @property
    def tasks(self) -> list[Task]:
        """All tasks, the first chunk first."""
        return [task for pair in self.pairs for task in pair]

    @property
    def first(self) -> int:
        """How many chunks are simulated first, all at once."""
        return sum(pair[0].stage == 0 for pair in self.pairs)

    def complete(self, hub: Hub) -> int:
        """Return how many chunks, from the first on, are there, in whole stages."""
        missing = {
            pair[0].stage for pair in self.pairs if not all(t.key in hub.shelf for t in pair)
        }
        begun = min(missing, default=len(self.pairs))
        return sum(pair[0].stage < begun for pair in self.pairs)

    def records(self, hub: Hub, chunks: int) -> list[Record]:
        """Return the records of so many chunks."""
        return [hub.shelf.get(task.key) for pair in self.pairs[:chunks] for task in pair]

    def dataset(self, records: Sequence[Record]) -> xr.Dataset:
        """Return the labelled results of the first records, and the command that makes them."""
        pairs = self.pairs[: len(records) // 2]
        found = dataset_of(self.plan, pairs, records)
        return found.assign_attrs(command=command(self.state, outcomes=True))

    def sides(self, hub: Hub, chunks: int) -> tuple[Side, Side]:
        """Return what is shown over time, of so many chunks, as far as it is there."""
        pairs = self.pairs[:chunks]
        keys = [task.key for pair in pairs for task in pair]
        records = {key: hub.shelf.get(key) for key in keys if key in hub.shelf}
        shown = [spec.partition("@")[0] for spec in self.state.show]
        return sides_so_far(self.plan, pairs, records, hub.partial, list(dict.fromkeys(shown)))


def ask(hub: Hub, state: State) -> Asked:
    """Check a state and return what it asks for.

    Raises:
        UserError: all mistakes at once.
    """
    plan = plan_of(state, hub.folder)
    shown = [spec.partition("@")[0] for spec in state.show]
    reference, own = tasks_of(plan, state, tuple(dict.fromkeys(shown)), hub.workers)
    return Asked(state, plan, tuple(zip(reference, own, strict=True)))
