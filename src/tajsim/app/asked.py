"""What a state asks for: its plan and tasks, and how much of them is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from tajsim.app.gather import dataset_of, series_so_far
from tajsim.app.hub import Hub
from tajsim.app.maps import LEAVING
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

    def complete(self, hub: Hub) -> int:
        """Return how many chunks, from the first on, are there for both scenarios."""
        count = 0
        for pair in self.pairs:
            if not all(task.key in hub.shelf for task in pair):
                break
            count += 1
        return count

    def records(self, hub: Hub, chunks: int) -> list[Record]:
        """Return the records of so many chunks."""
        return [hub.shelf.get(task.key) for pair in self.pairs[:chunks] for task in pair]

    def dataset(self, records: Sequence[Record]) -> xr.Dataset:
        """Return the labelled results of the first records, and the command that makes them."""
        pairs = self.pairs[: len(records) // 2]
        found = dataset_of(self.plan, pairs, records)
        return found.assign_attrs(command=command(self.state, outcomes=True))

    def so_far(self, hub: Hub) -> dict[str, xr.DataArray]:
        """Return the watched series of the first chunk, as far as both scenarios have them."""
        pair = self.pairs[0]
        records = {task.key: hub.shelf.get(task.key) for task in pair if task.key in hub.shelf}
        return series_so_far(self.plan, pair, records, hub.partial)


def ask(hub: Hub, state: State) -> Asked:
    """Check a state and return what it asks for.

    Raises:
        UserError: all mistakes at once.
    """
    plan = plan_of(state, hub.folder)
    shown = [spec.partition("@")[0] for spec in state.show]
    watch = tuple(dict.fromkeys([*shown, state.border, state.land, LEAVING]))
    reference, own = tasks_of(plan, state, watch, hub.workers)
    return Asked(state, plan, tuple(zip(reference, own, strict=True)))
