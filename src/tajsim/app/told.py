"""What the page has been told of one state, and what it is told next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import xarray as xr

from tajsim.app.asked import Asked
from tajsim.app.gather import months_of
from tajsim.app.hub import Hub
from tajsim.app.task import SMOOTH
from tajsim.app.view import PARTS, fans_of, part_of_view


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
