"""A calibration on disk: every finished round is kept, so that one that was ended can go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from tajsim.calibration.smc import State
from tajsim.errors import UserError
from tajsim.files import telling, whole, write_whole

SETTINGS = "settings.json"
_FIRST, _MADE_BY = "prior.npz", "settings"
_ARRAYS = ("scores", "runs", "errors")
_NUMBERS = ("power", "moves_left", "round", "steps", "accepted")


class Folder:
    """The folder of one calibration.

    Raises:
        UserError: if it holds a calibration with other settings, or cannot be written.
    """

    def __init__(self, path: str | Path, settings: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self._settings = dict(settings)
        text = json.dumps(self._settings, indent=1)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = self.path / SETTINGS
            if file.exists():
                _same(self.path, json.loads(file.read_text(encoding="utf-8")), settings)
            else:
                self._check_empty()
                write_whole(file, text)
        except (OSError, ValueError) as error:
            raise UserError(f"{self.path}: cannot be used ({error})") from None

    def _check_empty(self) -> None:
        """Refuse a folder of something else, such as results."""
        held = sorted(each.name for each in self.path.iterdir() if each.name[0] != ".")
        if held:
            raise UserError(f"{self.path}: holds '{held[0]}' and no calibration; name another")

    def save_prior(self, **arrays: Any) -> None:
        """Keep the ensemble that was drawn from the prior."""
        self._write_arrays(_FIRST, arrays)

    def load_prior(self) -> dict[str, Any] | None:
        """Return the arrays of `save_prior`, or None if there are none yet."""
        return self._read(self.path / _FIRST)

    def save(self, state: State) -> None:
        """Keep a round; the one before it is no longer needed and goes."""
        arrays = {name: getattr(state, name) for name in (*_ARRAYS, *_NUMBERS)}
        self._write_arrays(_name(state.round), arrays)
        (self.path / _name(state.round - 1)).unlink(missing_ok=True)

    def load(self) -> State | None:
        """Return the last round that was kept, or None."""
        files = sorted(self.path.glob("round-*.npz"))
        found = self._read(files[-1]) if files else None
        if found is None:
            return None
        return State(
            scores=found["scores"],
            runs=found["runs"],
            errors=found["errors"],
            power=float(found["power"]),
            moves_left=int(found["moves_left"]),
            round=int(found["round"]),
            steps=(float(found["steps"][0]), float(found["steps"][1])),
            accepted=float(found["accepted"]),
        )

    def _read(self, path: Path) -> dict[str, Any] | None:
        """Return arrays that were kept, None if there are none; refuse those of another folder."""
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = dict(file)
            settings = json.loads(str(arrays.pop(_MADE_BY)))
        except KeyError:
            raise UserError(f"{path}: does not say which calibration it is of; remove it") from None
        except (OSError, ValueError, EOFError, BadZipFile):
            raise UserError(f"{path}: damaged; remove it") from None
        _same(path, settings, self._settings)
        return arrays

    def _write_arrays(self, name: str, arrays: Mapping[str, Any]) -> None:
        path, made_by = self.path / name, {_MADE_BY: json.dumps(self._settings)}
        with telling(path), whole(path) as begun, begun.open("wb") as file:
            np.savez_compressed(file, **arrays, **made_by)  # type: ignore[arg-type]


def _name(number: int) -> str:
    return f"round-{number:04d}.npz"


def _same(place: Path, kept: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with a calibration of other settings."""
    other = [key for key in wanted if kept.get(key) != wanted[key]]
    if other:
        raise UserError(
            f"{place}: holds a calibration with another {' and '.join(other)}; "
            "name a new folder, or remove this"
        )
