"""The verbs of the command line, one module each.

A module has ``HELP``, ``DESCRIPTION`` and ``EXAMPLE``, a function ``add_arguments(parser)`` and a
function ``call(options)`` that returns the exit status.
"""
