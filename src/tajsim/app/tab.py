"""One tab of the browser: its latest state, and what has been sent of it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

from tajsim.app.figures import (
    PARTS,
    Side,
    dataset_of,
    fans_of,
    months_of,
    part_of_view,
    sides_so_far,
)
from tajsim.app.sessions import Hub
from tajsim.app.state import State, command, plan_of, read_state, scenario_text
from tajsim.app.workers import SMOOTH, Task, tasks_of
from tajsim.ensemble.executor import Record
from tajsim.ensemble.plan import Plan
from tajsim.errors import UserError


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


class Told:
    """Follows the simulation of a state: the fans grow month by month, then all parts are told.

    Attributes:
        number: of the move that asked for the state.
    """

    def __init__(self, number: int, asked: Asked, hub: Hub) -> None:
        self.number, self.asked, self._hub = number, asked, hub
        self._months = (0, 0)  # of reference and scenario
        self._chunks = 0
        self._parts: list[str] = []  # of these chunks, not told yet
        self._dataset: xr.Dataset | None = None

    async def next(self) -> dict[str, Any] | None:
        """Return the next message; None if nothing is new."""
        chunks = self.asked.complete(self._hub)
        if chunks > self._chunks:
            self._chunks, self._parts, self._dataset = chunks, list(PARTS), None
        if self._parts:
            return await self._part(self._parts.pop(0))
        return None if chunks else await self._so_far()

    async def _so_far(self) -> dict[str, Any] | None:
        """Return the fans up to the months that are done of the first chunks."""
        sides = self.asked.sides(self._hub, self.asked.first)
        months = (months_of(sides[0]), months_of(sides[1]))
        # The page keeps the last fans of the scenario until there is a month to draw of the new.
        waits = months[0] == len(self.asked.plan.months) and months[1] < SMOOTH
        if months == self._months or waits:
            return None
        self._months = months
        fans = await self._drawn(lambda: fans_of(sides, self.asked.state))
        runs = self.asked.pairs[self.asked.first - 1][0].job.stop
        return {"kind": "so far", "runs": runs, "months": months[1], "fans": fans}

    async def _part(self, part: str) -> dict[str, Any]:
        """Return one part of what is shown of the complete chunks."""
        asked, chunks = self.asked, self._chunks
        if part == "fans":
            sides = asked.sides(self._hub, chunks)
            found: dict[str, Any] = {"fans": await self._drawn(lambda: fans_of(sides, asked.state))}
        else:
            if self._dataset is None:
                records = asked.records(self._hub, chunks)
                self._dataset = await self._drawn(lambda: asked.dataset(records))
            dataset = self._dataset
            found = await self._drawn(lambda: part_of_view(part, dataset, asked.state))
        whole = chunks == len(asked.pairs) and part == PARTS[-1]
        runs = asked.pairs[chunks - 1][0].job.stop
        return {"kind": "view", "part": part, "runs": runs, "complete": whole, **found}

    async def _drawn(self, make: Callable[[], Any]) -> Any:
        """Return what a function makes in the thread for drawing."""
        return await asyncio.get_running_loop().run_in_executor(self._hub.drawing, make)


#: Seconds to wait for a later move before the work of one begins.
_SETTLE = 0.03


class Tab:
    """Answers the states that a page sends; only the latest counts.

    Args:
        hub: where the results come from.
        send: sends an object to the page.
    """

    def __init__(self, hub: Hub, send: Callable[[dict[str, Any]], None]) -> None:
        self.hub, self._send = hub, send
        self.needed, self.keys = 0, set[str]()
        self._latest: tuple[int, str] | None = None
        self._number = 0
        self._told: Told | None = None
        self._drawing = False
        self._open = True

    def move(self, number: int, query: str) -> None:
        """Take a new state; what came before it and was not begun is forgotten."""
        waiting = self._latest is not None
        self._latest = (number, query)
        if not waiting:
            asyncio.get_running_loop().call_later(_SETTLE, self._begin)

    def close(self) -> None:
        """Forget everything: the page is gone."""
        self._open, self._told = False, None
        self.hub.leave(self)

    def news(self) -> None:
        """Draw what has come, unless a drawing is under way, which looks again when it is done."""
        if self._told and not self._drawing:
            self._drawing = True
            asyncio.get_running_loop().create_task(self._draw())

    def failed(self, lines: Sequence[str]) -> None:
        """Tell the page that there is no result."""
        self._told = None
        self._say("errors", messages=list(lines))

    def _begin(self) -> None:
        if self._latest is None or not self._open:
            return
        (self._number, query), self._latest = self._latest, None
        try:
            state = read_state(query, self.hub.offered)
            asked = ask(self.hub, state)
            self.hub.want(self, asked.tasks, asked.plan.bytes_needed())
        except UserError as error:
            self.keys, self.needed = set(), 0
            self.hub.withdraw(self)
            self.failed(error.messages)
            return
        self._told = Told(self._number, asked, self.hub)
        self._say(
            "asked",
            query=state.query(),
            scenario=scenario_text(state),
            command=command(state),
            names=[scenario.name for scenario in asked.plan.scenarios],
            start=asked.plan.start,
            end=asked.plan.end,
            runs=asked.plan.runs,
        )
        self.news()

    async def _draw(self) -> None:
        """Draw until the page has all that is there."""
        try:
            while self._open and (told := self._told):
                message = await told.next()
                if message and told is self._told:
                    self._send({"number": told.number, **message})
                elif told is self._told:
                    return
        except Exception as error:  # the page must not wait for ever
            traceback.print_exc()
            self.failed([f"internal error: {type(error).__name__}: {error}"])
        finally:
            self._drawing = False

    def _say(self, kind: str, **more: Any) -> None:
        if self._open:
            self._send({"number": self._number, "kind": kind, **more})
