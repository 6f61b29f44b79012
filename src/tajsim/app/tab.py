"""One tab of the browser: its latest state, and what has been sent of it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from tajsim.app.asked import ask
from tajsim.app.hub import Hub
from tajsim.app.scenario_file import command, scenario_text
from tajsim.app.state import read_state
from tajsim.app.told import Told
from tajsim.errors import UserError

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
