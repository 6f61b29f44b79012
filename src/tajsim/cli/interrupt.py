"""Ctrl-C that cannot get lost.

Python raises KeyboardInterrupt wherever the program happens to be; raised inside a clean-up of the
interpreter it is printed and forgotten. So the handler also leaves a note, which long work reads.
"""

from __future__ import annotations

from types import FrameType
from typing import NoReturn

_asked = False


def note_and_raise(number: int, frame: FrameType | None) -> NoReturn:
    """Handle SIGINT: remember it and raise KeyboardInterrupt."""
    global _asked
    _asked = True
    raise KeyboardInterrupt


def forget() -> None:
    """Begin a new command."""
    global _asked
    _asked = False


def asked() -> bool:
    """Tell whether Ctrl-C was pressed since the command began."""
    return _asked


def check() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed since the command began."""
    if _asked:
        raise KeyboardInterrupt
