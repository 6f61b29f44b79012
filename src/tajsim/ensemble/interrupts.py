"""Ctrl-C and worker processes: the parent alone answers it, and asks the workers to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class StopRequestedError(Exception):
    """The parent asked the workers to stop."""


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Start processes that ignore an interrupt from their first instruction (they inherit it)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
