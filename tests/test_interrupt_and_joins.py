"""A Ctrl-C that got lost is answered all the same; joined results are told apart."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
import xarray as xr

import tajsim.cli.lists as lists
from tajsim.analysis.explain import explain
from tajsim.cli import main
from tajsim.cli.verb import interrupt, progress_bar
from tajsim.ensemble import load_results, run, save
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.plots import draw, figure
from tajsim.report.facts import gather


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


def test_results_of_two_models_or_of_an_unknown_one_are_not_put_side_by_side(
    pair: xr.Dataset, tmp_path: Path
) -> None:
    one, two = (pair.sel(scenario=[name]) for name in pair["scenario"].values)
    assert one.attrs["model"] == model_version()
    other, old = two.assign_attrs(model="0.1.0+other"), two.copy()
    del old.attrs["model"]
    save(old, tmp_path / "old.nc")
    old = load_results(tmp_path / "old.nc")
    assert figure("fan", old) and "2005" in explain(old, run=0).text  # alone it is shown
    for side, said in (
        (other, rf"different models \({re.escape(model_version())} and 0\.1\.0\+other\)"),
        (old, r"/old\.nc: holds no fingerprint of the model"),
    ):
        for beside in (
            lambda side: figure("fan", [one, side]),
            lambda side: gather([one, side]),
            lambda side: explain(one, side),
        ):
            with pytest.raises(UserError, match=said) as caught:
                beside(side)
            assert len(caught.value.messages) == 1


def test_outcomes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes"]) == 0
    assert "heroin_seized" in capsys.readouterr().out
    assert main(["outcomes", "heroin_sei"]) == 0
    lines = capsys.readouterr().out.splitlines()[2:]
    assert lines
    assert all(line.startswith("heroin_sei") for line in lines)
    assert main(["outcomes", "heroin_seizd"]) == 2
    assert "did you mean 'heroin_seized'" in capsys.readouterr().err
