"""Each mistake in a file, a link or a call is told in a clear line: golden cases as last read.

A case of ``tests/golden/mistakes-*.txt`` is lines of the right text (``-``), what stands in their
place (``+``) and what is said. ``python tests/test_golden.py`` renews what is said.
"""

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import synthetic
from conftest import refused
from small_registry import small_registry
from sweep_helpers import EXPERIMENT
from test_app_state import wrong
from test_exploration import grid, swept
from test_scenario_errors import RIGHT
from test_sweep_pictures import spread

import tajsim.inputs.ledger as ledger
import tajsim.plots as plots
from tajsim.analysis import summarise
from tajsim.analysis.explain import explain
from tajsim.analysis.validation import read_observations
from tajsim.ensemble import run, run_many
from tajsim.errors import messages_of
from tajsim.exploration import discover, robust, sensitivity
from tajsim.inputs.experiment import load_experiment
from tajsim.inputs.scenario_parts import Event, load_scenario
from tajsim.inputs.signs import read_signs
from tajsim.inputs.targets import read_targets
from tajsim.model.model import TajikistanModel
from tajsim.plots.sweep import sweep_figure

FOLDER = Path(__file__).with_name("golden")
#: How the lines of an edit begin.
EDIT = ("- ", "+ ", "-", "+")


def data(name: str) -> str:
    """Return a right file of the folder ``data``."""
    return Path(__file__).with_name("data").joinpath(name).read_text(encoding="utf-8")


def checked(load: Callable[[str], object], text: str) -> list[str]:
    """Return what is said of a file in the working folder."""
    Path("x.toml").write_text(text, encoding="utf-8")
    return messages_of(load, "x.toml")


#: What a call in Python may name.
NAMES = {
    **{"figure": plots.figure, "two": synthetic.two(), "summarise": summarise, "Event": Event},
    **{"sweep_figure": sweep_figure, "spread": spread, "robust": robust, "grid": grid},
    **{"discover": discover, "swept": swept, "TajikistanModel": TajikistanModel},
    **{"explain": explain, "sensitivity": sensitivity, "load_experiment": load_experiment},
    **{"run": run, "run_many": run_many, "select": ledger.select, "figure_of": ledger.figure},
}
#: What a file of cases is about -> the right text, and what is said of another.
KINDS: dict[str, tuple[str, Callable[[str], list[str]]]] = {
    "scenario": ("\n".join(RIGHT.values()) + "\n", lambda text: checked(load_scenario, text)),
    "experiment": (EXPERIMENT, lambda text: checked(load_experiment, text)),
    "targets": (data("targets.toml"), lambda text: refused(".", read_targets, text)),
    "signs": (data("signs.toml"), lambda text: refused(".", read_signs, text)),
    "series": (
        "outcome,place,year,value,unit,source\nstrain,,2004,0.1,share,\n",
        lambda text: checked(read_observations, text),
    ),
    "call": ("", lambda text: refused(".", eval, text, NAMES)),
    "link": ("", lambda text: wrong(text.strip(), Path())),
}


def told(kind: str, folder: Path) -> str:
    """Return the cases of a kind with what is said of each today."""
    right, say = KINDS[kind]
    known = (FOLDER / f"mistakes-{kind}.txt").read_text(encoding="utf-8")
    cases = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(folder))
        if kind == "scenario":
            stack.enter_context(small_registry())
        for case in known.strip().split("\n\n"):
            edits = [line for line in case.splitlines() if line[:2] in EDIT]
            cases.append("\n".join([*edits, *say(edited(right, edits))]))
    return "\n\n".join(cases) + "\n"


def edited(text: str, edits: list[str]) -> str:
    """Return a text with lines replaced by others, from its beginning on."""
    at = 0
    for sign, lines in itertools.groupby(edits, key=lambda line: line[0]):
        block = "".join(line[2:] + "\n" for line in lines)
        if sign == "-":
            at = f"\n{text}".index(f"\n{block}", at)
            text = text[:at] + text[at + len(block) :]
        else:
            text = text[:at] + block + text[at:]
            at += len(block)
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_of_each_mistake(kind: str, tmp_path: Path) -> None:
    now = told(kind, tmp_path)
    assert now == (FOLDER / f"mistakes-{kind}.txt").read_text(encoding="utf-8")
    cases = now.strip().split("\n\n")  # the last scenario has many mistakes at once
    for case in cases:
        said = [line for line in case.splitlines() if line[:2] not in EDIT]
        assert len(said) == 1 or kind != "scenario" or case == cases[-1], case
