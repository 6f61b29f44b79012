"""A Ctrl-C that got lost is answered all the same; joined results are told apart."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tajsim.cli import lists, main
from tajsim.cli.progress import interrupt, progress_bar
from tajsim.ensemble import run
from tajsim.errors import UserError
from tajsim.plots import draw, figure


def test_a_swallowed_interrupt_ends_the_work_at_the_next_month() -> None:
    interrupt.asked = False
    with pytest.raises(KeyboardInterrupt):
        interrupt.note_and_raise(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt), progress_bar("simulating") as progress:
        progress(1, 10)
    interrupt.asked = False
    with progress_bar("simulating") as progress:
        progress(1, 10)


def test_an_interrupt_that_a_library_turned_into_an_error_is_an_interrupt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def loading(options: object) -> int:
        try:
            interrupt.note_and_raise(signal.SIGINT, None)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr(lists.outcomes, "call", loading)
    assert main(["outcomes"]) == 130
    assert "interrupted" in capsys.readouterr().err
    interrupt.asked = False


def test_results_of_different_settings_are_no_pairs(tmp_path: Path) -> None:
    plain = run("status-quo", runs=4, until="2004-06")
    paid = run("irpt-ban", runs=3, until="2004-06", overrides=["agency_pay.border_troops=60"])
    with pytest.raises(UserError, match=r"same --set; found nothing and agency_pay"):
        draw("difference", [plain, paid], tmp_path / "no.png")
    assert not list(tmp_path.iterdir())
    foot = " ".join(text.get_text() for text in figure("fan", [plain, paid]).texts)
    assert "3 runs per scenario (those that all results hold; given were 4, 3)" in foot.replace(
        "\n", " "
    )


def test_outcomes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes"]) == 0
    assert "heroin_seized" in capsys.readouterr().out
    assert main(["outcomes", "heroin_sei"]) == 0
    lines = capsys.readouterr().out.splitlines()[2:]
    assert lines
    assert all(line.startswith("heroin_sei") for line in lines)
    assert main(["outcomes", "heroin_seizd"]) == 2
    assert "did you mean 'heroin_seized'" in capsys.readouterr().err
