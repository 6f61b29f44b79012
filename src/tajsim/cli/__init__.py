"""The command line ``tajsim``: verbs in groups, one file each, started by ``main``."""

from tajsim.cli.main import main

__all__ = ["main"]
