"""Golden numbers and texts: what scenarios gave and verbs printed when last looked at.

A change that moves them is a change of results: say so in CHANGELOG.md (RESULTS) and renew with

    python tests/test_golden.py

which leaves a file as it is while its numbers, or words and numbers, agree.
"""

from __future__ import annotations

import json
from pathlib import Path

import golden_texts
import numpy as np
import pytest

from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import TajikistanModel

FOLDER = Path(__file__).with_name("golden")
#: The reference, everything documented, and one scenario for each of the large mechanisms.
NAMES = ("status-quo", "history", "withdrawal-with-border-pay", "irpt-ban", "russian-base-leaves")


def numbers(name: str) -> dict[str, list[float]]:
    """Return the mean over coordinates and runs of every outcome, every second December."""
    scenario = load_scenario(name)
    model = TajikistanModel(
        runs=3,
        seed=11,
        start=scenario.start,
        end=scenario.end,
        settings=scenario.settings,
        events=scenario.events,
        parameters="prior",
    )
    model.run_to_end()
    months = slice(11, None, 24)
    return {
        key: [
            float(np.nanmean(series[..., m, :], dtype=np.float64))
            for m in range(*months.indices(model.month_count))
        ]
        for key, series in model.record.items()
    }


def check(name: str) -> None:
    """Hold the numbers of today against those of the file."""
    known, now = json.loads((FOLDER / f"{name}.json").read_text()), numbers(name)
    assert known.keys() == now.keys()
    for key, series in known.items():
        # Processors differ in the last bit of exp and log; a changed rule differs in the first.
        np.testing.assert_allclose(now[key], series, rtol=2e-4, atol=1e-7, err_msg=key)


@pytest.mark.parametrize("name", NAMES)
def test_golden_numbers(name: str) -> None:
    path = FOLDER / f"{name}.json"
    assert path.exists(), f"no golden numbers for {name}: python tests/test_golden.py"
    check(name)


def check_text(name: str) -> None:
    """Hold what verbs print today against the file."""
    known = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    golden_texts.compare(golden_texts.printed(name), known)


@pytest.mark.parametrize("name", golden_texts.COMMANDS)
def test_golden_texts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    check_text(name)


def test_a_changed_word_or_number_is_seen() -> None:
    known = "Heroin  1,234  2004-01 to 2005-02\n------\nmatveeva-2004:163"
    golden_texts.compare(known.replace("1,234  ", "1,235 "), known)
    for old, new in (("Heroin", "Opium"), ("1,234", "1,334"), ("05-02", "05-03"), (":163", ":164")):
        with pytest.raises(AssertionError):
            golden_texts.compare(known.replace(old, new), known)


def renew() -> None:
    """Write the files that no longer agree."""
    FOLDER.mkdir(exist_ok=True)
    for name in (*NAMES, *golden_texts.COMMANDS):
        known = name in NAMES
        try:
            (check if known else check_text)(name)
        except (OSError, ValueError, AssertionError):
            text = json.dumps(numbers(name), indent=0) + "\n" if known else ""
            file = FOLDER / f"{name}{'.json' if known else '.txt'}"
            file.write_text(text or golden_texts.printed(name), encoding="utf-8")
            print(f"renewed {file.name}")


if __name__ == "__main__":
    renew()
