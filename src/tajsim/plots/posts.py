"""Where each commander stands, run by run: the post he holds, or how he fell."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tajsim.axes import AGENCIES, COMMANDERS
from tajsim.plots.noted import noted
from tajsim.world import COMMANDER_FACTS, FIRST_COMMANDERS

#: What a commander without a post is, by the number of his state.
FATES = {
    2: "dismissed or arrested",
    3: "in mutiny",
    4: "gone over to the enemy",
    5: "killed",
    6: "not called yet",
}
#: Every place, in the order of their numbers in `standing`.
PLACES = (*AGENCIES, *FATES.values())


def standing(dataset: xr.Dataset, scenario: str, month: int) -> np.ndarray:
    """Return the place of each commander at a month, ``(commander, run)`` of rows of `PLACES`.

    The post is that of early 2004, or the last one that the chronicle notes as given.

    Raises:
        UserError: for results without events.
    """
    runs = [int(run) for run in dataset["run"].values]
    place = np.full((len(COMMANDERS), len(runs)), -1)
    for name in FIRST_COMMANDERS:
        place[COMMANDERS.index(name)] = AGENCIES.index(COMMANDER_FACTS[name].post)
    events = noted(dataset)
    given = np.isin(events.kind, ("post_given", "bargain")) & np.isin(events.target, AGENCIES)
    mine = (events.scenario == scenario) & (events.month <= month)
    events = events.where(given & mine & np.isin(events.actor, COMMANDERS))
    for i in range(len(events)):
        row, column = COMMANDERS.index(events.actor[i]), runs.index(int(events.run[i]))
        place[row, column] = AGENCIES.index(events.target[i])
    state = dataset["commander_state"].sel(scenario=scenario, commander=list(COMMANDERS))
    states = np.round(state.transpose("commander", "month", "run").values[:, month]).astype(int)
    for number, fate in FATES.items():
        place[states == number] = PLACES.index(fate)
    # Who serves without a post that is noted holds that of his facts.
    home = np.array([AGENCIES.index(COMMANDER_FACTS[name].post) for name in COMMANDERS])
    return np.where(place < 0, home[:, np.newaxis], place)
