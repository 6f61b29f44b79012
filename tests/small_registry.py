"""A small registry of parameters and outcomes, so that tests of the format name no real ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import tajsim.inputs.outcomes as outcomes
import tajsim.inputs.registry as registry

PARAMETERS = """
[pay]
unit = "USD/month"
role = "lever"
index = "agency"
meaning = "pay of a soldier or officer"
assumption = "for tests"
[pay.of]
army = { value = 2, low = 1, high = 100 }
border_troops = { value = 1, low = 1, high = 100 }

[demand]
unit = "index"
role = "lever"
meaning = "demand for migrants"
value = 1
low = 0
high = 3
assumption = "for tests"

[patience]
unit = "share"
role = "uncertainty"
meaning = "weight of the future"
value = 0.3
low = 0.1
high = 0.6
assumption = "for tests"

[length]
unit = "km"
role = "constant"
index = "section"
meaning = "length of a section"
assumption = "for tests"
[length.of]
khorog = { value = 300 }
"""

OUTCOMES = """
[seized]
label = "seized"
unit = "kg/month"
dimensions = ["section"]
aggregate = "yearly"
places = "sum"
meaning = "seized"

[collusion]
label = "collusion"
unit = "share"
dimensions = ["agency"]
aggregate = "mean"
places = "mean"
meaning = "collusion"

[failed]
label = "failed"
unit = "0 or 1"
aggregate = "last"
meaning = "failed"
"""


@contextmanager
def small_registry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the small registry in force, and the real one back afterwards."""
    (folder / "data/parameters").mkdir(parents=True)
    (folder / "data/parameters/all.toml").write_text(PARAMETERS)
    (folder / "data/outcomes.toml").write_text(OUTCOMES)
    loaders = (registry.load_families, registry.load_parameters, outcomes.load_outcomes)
    with monkeypatch.context() as patch:
        patch.setattr(registry, "files", lambda _: folder)
        patch.setattr(outcomes, "data_text", lambda name: (folder / "data" / name).read_text())
        for loader in loaders:
            loader.cache_clear()
        yield
    for loader in loaders:
        loader.cache_clear()
