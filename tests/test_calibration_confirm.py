"""The sample that ships belongs to the model that ships."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

import tajsim.calibration.__main__ as command
import tajsim.calibration.__main__ as module
from tajsim.calibration.__main__ import main
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.errors import UserError
from tajsim.inputs.values import about_posterior


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with as_file(files("tajsim") / "data") as folder:
        for name in (module.TRACE, module.ORIGIN):
            shutil.copy(folder / name, tmp_path / name)
    return tmp_path


def test_the_sample_was_fitted_to_or_confirmed_for_this_model() -> None:
    assert about_posterior()["model"] == uncalibrated_version(), (
        "the code of the model has changed; if no number moved, "
        "run: python -m tajsim.calibration --confirm"
    )


def test_the_model_gives_the_traced_numbers(data: Path) -> None:
    assert module.differing(data, count=8) == []


def test_another_number_is_found_and_named(data: Path) -> None:
    file = data / module.TRACE
    head, first, *rest = file.read_text(encoding="utf-8").splitlines()
    values = first.split(",")
    values[1] = f"{float(values[1]) * 1.0001:.8g}"
    file.write_text("\n".join([head, ",".join(values), *rest]) + "\n", encoding="utf-8")
    assert module.differing(data, count=3) == ["heroin-reported-2014: 1 of 3 runs differ"]


def test_the_origin_is_rewritten_only_when_the_numbers_agree(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "uncalibrated_version", lambda: "0123456789ab")
    monkeypatch.setattr(module, "differing", lambda folder: ["a target: 1 of 100 runs differ"])
    before = (data / module.ORIGIN).read_text(encoding="utf-8")
    with pytest.raises(UserError, match="fit the sample anew"):
        module.confirm(data)
    assert (data / module.ORIGIN).read_text(encoding="utf-8") == before

    monkeypatch.setattr(module, "differing", lambda folder: [])
    module.confirm(data)
    after = (data / module.ORIGIN).read_text(encoding="utf-8")
    assert 'model = "0123456789ab"' in after and "fitted_with = " in after


def test_other_targets_cannot_be_confirmed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "current_settings", lambda: {"history": "?", "targets": "?"})
    with pytest.raises(UserError, match="another history and targets"):
        module.confirm(data)


@pytest.mark.parametrize("wrong", [[], ["--help"], ["--confirmed"], ["x", "two"], ["x", "2", "3"]])
def test_wrong_arguments_of_the_command_say_how_to_use_it(
    wrong: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "calibrate", lambda *args, **options: pytest.fail("it began"))
    assert main(wrong) == 2
    assert "--confirm" in capsys.readouterr().err
