# ruff: noqa: E402 - the lists are longer before the model is read
"""Run by `test_states.py`: one more of each kind, first in its list, with the facts it needs alone.

A region without people is none.
"""

import tajsim.axes as axes

for names, kind, new in (
    ("AGENCIES", "agency", "tax_police"),
    ("COMMANDERS", "commander", "head_of_tax_police"),
    ("POWERS", "power", "turkey"),
    ("MOVEMENTS", "movement", "another"),
    ("MILITANT_GROUPS", "militant_group", "others"),
):
    # Whoever holds a post unnamed stands after those named.
    before = (new,) if kind != "commander" else ()
    axes.DIMENSIONS[kind] = (*before, *axes.DIMENSIONS[kind], *(() if before else (new,)))
    setattr(axes, names, axes.DIMENSIONS[kind])
axes.POSTS = ("tax_police", *axes.POSTS)
axes.PARTS["way"] = (*axes.POSTS, *axes.WAYS_OUT)

import tajsim.world as world

world.AGENCY_TASKS["tax_police"] = ("drugs",)

import numpy as np

from tajsim.model.model import TajikistanModel

model = TajikistanModel(runs=2, end="2004-12", parameters="fixed")
model.run_to_end()
from tajsim.inputs.outcomes import load_outcomes

empty = {name for name, one in load_outcomes().items() if one.missing or one.places == "people"}
missing = {name for name, series in model.record.items() if not np.isfinite(series).all()}
assert missing <= empty, "only what says so may be missing"
print(model.agency["customs"].strength[0], model.commander["head_of_tax_police"].status[0])
