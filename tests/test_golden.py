"""Golden numbers and texts: what scenarios gave and verbs printed when last looked at.

A change that moves them is a change of results: say so in CHANGELOG.md (RESULTS) and renew with

    python tests/test_golden.py

which leaves a file as it is while its numbers, or words and numbers, agree.
"""

import contextlib
import io
import json
import re
import shlex
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tajsim.cli.main import main
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import TajikistanModel

FOLDER = Path(__file__).with_name("golden")
#: Everything documented, and scenarios of the border and of the base on top of the reference.
NAMES = ("history", "withdrawal-with-border-pay", "russian-base-leaves")


def numbers(name: str) -> dict[str, list[float]]:
    """Return the mean over coordinates and runs of every outcome, every second December."""
    scenario = load_scenario(name)
    own = {name: getattr(scenario, name) for name in ("start", "end", "settings", "events")}
    model = TajikistanModel(runs=3, seed=11, parameters="prior", **own)
    model.run_to_end()
    months = range(11, model.month_count, 24)
    return {
        key: [float(np.nanmean(series[..., m, :], dtype=np.float64)) for m in months]
        for key, series in model.record.items()
    }


def check(name: str) -> None:
    """Hold the numbers of today against those of the file."""
    known, now = json.loads((FOLDER / f"{name}.json").read_text()), numbers(name)
    assert known.keys() == now.keys()
    for key, series in known.items():
        # Processors differ in the last bit of exp and log; a changed rule differs in the first.
        np.testing.assert_allclose(now[key], series, rtol=2e-4, atol=1e-7, err_msg=key)


@pytest.mark.usefixtures("compiled_runs")
@pytest.mark.parametrize("name", NAMES)
def test_golden_numbers(name: str) -> None:
    path = FOLDER / f"{name}.json"
    assert path.exists(), f"no golden numbers for {name}: python tests/test_golden.py"
    check(name)


# What the verbs print for tiny inputs: the commands, and how their texts are compared.


#: What stands in the folder in which verbs are called.
FILES = {path.name: path.read_text("utf-8") for path in (FOLDER / "inputs").glob("*.toml")}
FILES["grid.toml"] = (
    FILES["pay.toml"]
    .replace('kind = "latin-hypercube"\npoints = 60', 'kind = "grid"')
    .replace('border_troops"\n\n[[', 'border_troops"\nsteps = 2\n\n[[')
    .replace('detection_limit"\n', 'detection_limit"\nsteps = 3\n')
)
#: Files of golden texts. The commands are those that a file shows, in order, in one folder: write
#: another line ``$ tajsim ...`` into it and renew.
TEXTS = ("lists", "simulations", "explorations", "refusals")
_NUMBER = re.compile(r"(?<![\w.])[+-]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?!\w)")
#: Years, months and lines of documents are words, no measurements.
_WORD = re.compile(r"(?:\d{4}-\d\d|\b(?:19|20)\d\d\b|\w+-\d{4}:\d+)")


def printed(name: str) -> str:
    """Return the commands of a file of golden texts, each with what it prints, error and all."""
    told = io.StringIO()
    known = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(told),
        contextlib.redirect_stderr(told),
    ):
        for file, text in FILES.items():
            Path(file).write_text(text, encoding="utf-8")
        for line in re.findall(r"^\$ (tajsim.*)", known, re.M):
            print(f"$ {line}")
            status = main(shlex.split(line)[1:])
            print(f"[{status}]\n" if status else "")
        left = {path.name for path in Path().iterdir()}
    assert name != "refusals" or left == set(FILES), "what is refused leaves nothing behind"
    return re.sub(r"computed in [\d.]+ s", "computed in a moment", told.getvalue())


def compare(now: str, known: str) -> None:
    """Hold words exactly, numbers to their last digit but one, and neither rules nor spaces.

    Processors differ in the last bit of exp and log, which may turn a rounding.
    """
    for one, other in zip(_lines(now), _lines(known), strict=True):
        assert _bare(one) == _bare(other)
        numbers = [[float(n.replace(",", "")) for n in _measured(text)] for text in (one, other)]
        assert numbers[0] == pytest.approx(numbers[1], rel=0.01, abs=1e-3), other


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip("- ")]


def _measured(line: str) -> list[str]:
    return _NUMBER.findall(_WORD.sub("", line))


def _bare(line: str) -> str:
    """Return the line with a mark for every number that is measured."""
    return " ".join([_NUMBER.sub("#", _WORD.sub("@", line)), *_WORD.findall(line)])


def check_text(name: str) -> None:
    """Hold what verbs print today against the file."""
    known = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    compare(printed(name), known)


@pytest.mark.parametrize("name", TEXTS)
def test_golden_texts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    check_text(name)


def test_a_changed_word_or_number_is_seen() -> None:
    known = "Heroin  1,234  2004-01 to 2005-02\n------\nmatveeva-2004:163"
    compare(known.replace("1,234  ", "1,235 "), known)
    for old, new in (("Heroin", "Opium"), ("1,234", "1,334"), ("05-02", "05-03"), (":163", ":164")):
        with pytest.raises(AssertionError):
            compare(known.replace(old, new), known)


def test_what_is_refused_is_told_in_one_line() -> None:
    for case in (FOLDER / "refusals.txt").read_text(encoding="utf-8").strip().split("\n\n"):
        _, said, status = case.splitlines()
        assert said.startswith("tajsim: ") and status == "[2]"


def renew() -> None:
    """Write the files that no longer agree."""
    from test_mistakes import KINDS, told

    for name in (*NAMES, *TEXTS):
        known = name in NAMES
        try:
            (check if known else check_text)(name)
        except (OSError, ValueError, AssertionError):
            text = json.dumps(numbers(name), indent=0) + "\n" if known else printed(name)
            write(f"{name}{'.json' if known else '.txt'}", text)
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            write(f"mistakes-{kind}.txt", told(kind, Path(folder)))


def write(name: str, text: str) -> None:
    """Write a golden file, if it is another than before."""
    path = FOLDER / name
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"renewed {name}")


if __name__ == "__main__":
    renew()
