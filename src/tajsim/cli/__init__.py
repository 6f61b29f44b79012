"""The command line ``tajsim``: one file per verb in ``verbs``, started by ``main``."""

from tajsim.cli.program import main

__all__ = ["main"]
