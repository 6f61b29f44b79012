"""Fixtures that several test files share: small ensembles, made once, and datasets by hand."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import synthetic
import xarray as xr
from hypothesis import settings

import tajsim
from tajsim.compiled.engine import advance, chosen, compile_once, program_for, settle
from tajsim.compiled.program import FOLDER_VARIABLE
from tajsim.ensemble import run_many
from tajsim.errors import UserError
from tajsim.model import setup
from tajsim.model.country import Country
from tajsim.model.model import TajikistanModel

#: The same examples each time, and no clock: a busy machine fails no test.
settings.register_profile("timeless", deadline=None, derandomize=True)
settings.load_profile("timeless")

REFERENCE, SCENARIO = "status-quo", "russian-border-withdrawal"
#: How a model begins where no test shortens that.
BEGIN = setup.begin_spin_up
#: Programs that the tests have compiled; they are made anew where the model has changed.
os.environ.setdefault(FOLDER_VARIABLE, str(Path(__file__).parents[1] / ".pytest_cache/programs"))


def pytest_configure(config: pytest.Config) -> None:
    """Compile the model before the workers need it, which would do so each."""
    if not hasattr(config, "workerinput"):
        compile_once()


@pytest.fixture(scope="session")
def pair() -> xr.Dataset:
    """Six paired runs of two shipped scenarios, 18 months.

    They begin as always, though the module that asks first may shorten that (`all_soon`).
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "begin_spin_up", BEGIN)
        return run_many([REFERENCE, SCENARIO], runs=6, seed=1, until="2005-06")


def refused(said: str, call: Callable[..., Any], *given: Any, **options: Any) -> list[str]:
    """Hold that a call is refused with these words; return the lines that are said."""
    with pytest.raises(UserError, match=said) as told:
        call(*given, **options)
    return told.value.messages


@contextmanager
def little_before() -> Iterator[None]:
    """Shorten the months before the start, which are most of a short run, to one.

    For tests of what carries and keeps models; models in processes of their own are as always.
    """
    begin = setup.begin_spin_up

    def soon(model: Country) -> Any:
        model.values.set("spin_up_months", 1.0)
        return begin(model)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "begin_spin_up", soon)
        yield


@contextmanager
def compiled_months() -> Iterator[None]:
    """Let compiled code do the months before the start, and those of ``run_to_end``.

    For tests that ask what a model ends with. Single steps, kinds of model that a test makes and
    models that rules are taken out of go on in numpy; so do jobs that name it.
    """
    begin, finish = TajikistanModel.__init__, TajikistanModel.run_to_end

    def build(self: TajikistanModel, *, settled: bool = True, **given: Any) -> None:
        plain = type(self) is TajikistanModel and not given.get("without")
        begin(self, settled=settled and not plain, **given)
        if settled and plain:
            settle(self, program_for(self, chosen()))

    def run(self: TajikistanModel, progress: Callable[[int], None] | None = None) -> None:
        own = type(self) is not TajikistanModel or "month" in vars(self)
        if own or self.values.switches or progress:
            finish(self, progress)
        else:
            advance(self, program_for(self, chosen()), self.month_count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TajikistanModel, "__init__", build)
        patch.setattr(TajikistanModel, "run_to_end", run)
        yield


def finished(**options: Any) -> TajikistanModel:
    """Return a model that was simulated to its end."""
    model = TajikistanModel(**options)
    model.run_to_end()
    return model


def steps(model: TajikistanModel, months: int) -> None:
    """Simulate so many months, one after the other."""
    for _ in range(months):
        model.step()


def same_record(one: TajikistanModel, other: TajikistanModel, runs: Any = slice(None)) -> None:
    """Hold every recorded series of some runs of a model, and of the other, equal to the bit."""
    for name, series in one.record.items():
        np.testing.assert_array_equal(series[..., runs], other.record[name], err_msg=name)


@pytest.fixture(scope="module")
def compiled_runs() -> Iterator[None]:
    """Let models of a module be simulated by compiled code."""
    with compiled_months():
        yield


@pytest.fixture
def soon() -> Iterator[None]:
    """Let models begin with one month before the start."""
    with little_before():
        yield


@pytest.fixture(scope="module")
def all_soon() -> Iterator[None]:
    """Let all models of a module begin with one month before the start."""
    with little_before():
        yield


@pytest.fixture(scope="session")
def one() -> xr.Dataset:
    """Six made-up runs of one scenario, for tests of pictures."""
    return synthetic.results(runs=6)


@pytest.fixture(scope="session")
def two() -> xr.Dataset:
    """Six made-up runs of two scenarios, for tests of pictures."""
    return synthetic.two()


@pytest.fixture(scope="session")
def report_page(pair: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a report on the pair."""
    from tajsim.report import write_report

    return write_report(pair, tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture(scope="session")
def dashboard() -> Iterator[Any]:
    """One dashboard (`app_server.Dashboard`) for all tests that do not end it."""
    from app_server import Dashboard

    served = Dashboard()
    yield served
    assert served.end() == 0


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from app_browser import Chromium

    browser = Chromium(tmp_path_factory.mktemp("browser"))
    yield browser
    hosts = {urlsplit(url).hostname or "" for url in browser.close()}
    # What the browser asks its maker for on its own account is not the page's doing.
    own = {host for host in hosts if host.endswith(("google.com", "googleapis.com", "gvt1.com"))}
    assert hosts - own <= {"", "127.0.0.1", "newtab", "new-tab-page"}


@pytest.fixture
def chromium(_chromium: Any) -> Iterator[Any]:
    """One browser (`app_browser.Chromium`) for all tests of pages; no tab of a test is left."""
    yield _chromium
    _chromium.close_tabs()


@pytest.fixture
def by_hand() -> Callable[..., xr.Dataset]:
    """Return a maker of results: one number per scenario and run, the same in every month."""

    def make(
        values: Sequence[Sequence[float]],
        aggregate: str = "mean",
        claims: Sequence[dict[str, Any]] = (),
        months: int = 24,
        event_month: str = "2004-01",
    ) -> xr.Dataset:
        numbers = np.asarray(values, dtype=np.float32)
        names = ["before", "after", "third"][: len(numbers)]
        series = np.repeat(numbers[:, np.newaxis, :], months, axis=1)
        dates = (np.arange(months) + np.datetime64("2004-01", "M")).astype("datetime64[ns]")
        event = {"month": event_month, "kind": "dismiss", "label": "x", "arguments": {"who": "y"}}
        told = {
            "events": json.dumps({names[0]: [], **{name: [event] for name in names[1:]}}),
            "claims": json.dumps({names[-1]: list(claims)}),
        }
        said = {"label": "Level", "unit": "kg/month", "aggregate": aggregate, "headline": 1}
        return xr.Dataset(
            {"level": (("scenario", "month", "run"), series, said)},
            {"scenario": names, "month": dates, "run": np.arange(numbers.shape[1])},
            {"tajsim_version": "0", "model": "0+0", "seed": 1, **told},
        )

    return make


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment of a subprocess that imports the same package."""
    source = str(Path(tajsim.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": source, "MPLBACKEND": "Agg"}


@pytest.fixture
def command(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that calls the command line in a process of its own."""

    def call(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "tajsim", *arguments]
        options |= {"env": environment, "timeout": 120, "check": False}
        return subprocess.run(words, capture_output=True, text=True, **options)

    return call
