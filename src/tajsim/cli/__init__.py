"""The command line ``tajsim``: verbs in groups, one file each, started by ``main``."""

import gc
import signal
import threading

# Most of what loads and is tabled stays: to look for garbage as often as usual takes a twentieth.
gc.set_threshold(20_000)

# Ctrl-C while this loads ends the process as the system does, without a trace.
_before = signal.getsignal(signal.SIGINT)
if _main := threading.current_thread() is threading.main_thread() and _before is not None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from tajsim.cli.main import main  # noqa: E402

if _main:
    signal.signal(signal.SIGINT, _before)

__all__ = ["main"]
