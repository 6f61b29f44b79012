"""The files that the page offers: results and tables as the command line writes them, figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xarray as xr

from tajsim.analysis.comparison import compare_dataset
from tajsim.app.asked import ask
from tajsim.app.hub import Hub
from tajsim.app.scenario_file import file_name, scenario_text
from tajsim.app.state import State, read_state
from tajsim.ensemble import save
from tajsim.errors import UserError, unknown
from tajsim.plots import SUFFIXES, draw

#: Name of a table -> the attribute of a comparison that holds it, as ``tajsim compare`` writes.
TABLES = {"summary.csv": "summary", "comparison.csv": "table", "claims.csv": "claims"}
RESULTS = "results.nc"
FIGURES = ("fan", "difference", "distribution", "map")


class Waiting:
    """A download that waits for all runs of its state."""

    def __init__(self) -> None:
        self.needed, self.keys = 0, set[str]()
        self._news = asyncio.Event()
        self._lines: Sequence[str] = ()

    def news(self) -> None:
        """Look again whether all is there."""
        self._news.set()

    def failed(self, lines: Sequence[str]) -> None:
        """Give up."""
        self._lines = lines
        self._news.set()

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait.

        Raises:
            UserError: if a task cannot be simulated.
        """
        while not there():
            await self._news.wait()
            self._news.clear()
            if self._lines:
                raise UserError(self._lines)


def names() -> list[str]:
    """Return the names of all files but the scenario, whose name is its own."""
    figures = [f"{kind}{suffix}" for kind in FIGURES for suffix in SUFFIXES]
    return [RESULTS, *TABLES, *figures]


async def file_of(hub: Hub, name: str, query: str) -> tuple[str, bytes]:
    """Return the name to save under and the bytes of one file of a state.

    Raises:
        UserError: for an unknown file, and for anything wrong with the state.
    """
    state = read_state(query, hub.offered)
    if name == "scenario.toml":
        ask(hub, state)  # only what `tajsim check` accepts is handed out
        return file_name(state), scenario_text(state).encode()
    if name not in names():
        raise UserError(unknown("file", name, ["scenario.toml", *names()]))
    waiting = Waiting()
    hub.enter(waiting)
    try:
        asked = ask(hub, state)
        hub.want(waiting, asked.tasks, asked.plan.bytes_needed())
        await waiting.until(lambda: asked.complete(hub) == len(asked.pairs))
        dataset = asked.dataset(asked.records(hub, len(asked.pairs)))
    finally:
        hub.leave(waiting)
    loop = asyncio.get_running_loop()
    content = await loop.run_in_executor(hub.drawing, _written, name, dataset, state)
    return f"{state.name}-{name}" if name != RESULTS else name, content


def _written(name: str, dataset: xr.Dataset, state: State) -> bytes:
    """Return the bytes of a file, made where the command line would write it."""
    with TemporaryDirectory(prefix="tajsim-") as folder:
        path = Path(folder, name)
        if name == RESULTS:
            save(dataset, path)
        elif name in TABLES:
            table = getattr(compare_dataset(dataset), TABLES[name])
            if table.empty:  # the command line does not write it either
                raise UserError(f"{name}: there is nothing in it; neither scenario states a claim")
            table.to_csv(path, index=False, float_format="%.6g")
        else:
            draw(path.stem, dataset, path, **_options(path.stem, state))
        return path.read_bytes()


def _options(kind: str, state: State) -> dict[str, Any]:
    """Return what a figure shows: what the page shows."""
    outcomes = list(dict.fromkeys(spec.partition("@")[0] for spec in state.show))
    if kind == "map":
        at = [state.month] if state.month else []
        return {"outcome": [state.border, state.land], **({"at": at} if at else {})}
    if kind == "fan":
        return {"outcome": outcomes, "smooth": 12}
    return {"outcome": outcomes}
