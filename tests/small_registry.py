"""A small registry of parameters and outcomes, so that tests of the format name no real ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tomllib import loads

import pytest

import tajsim.inputs.outcomes as outcomes
import tajsim.inputs.registry as registry

FOLDER = Path(__file__).with_name("data") / "small"


@contextmanager
def small_registry() -> Iterator[None]:
    """Put the small registry in force, and the real one back afterwards."""
    loaders = (registry.load_families, registry.load_parameters, outcomes.load_outcomes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "files", lambda _: FOLDER)
        patch.setattr(outcomes, "data_tables", lambda n: loads((FOLDER / "data" / n).read_text()))
        for loader in loaders:
            loader.cache_clear()
        yield
    for loader in loaders:
        loader.cache_clear()
