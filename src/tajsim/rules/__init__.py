"""The rules of the model: pure functions on arrays, a file for each theme.

A rule knows numpy and nothing else: no Mesa, no file, no scenario. Positional arguments are
state, with the last axis ``run``; keyword-only arguments are parameters, named as in the
registry. That signature is the only list of what a rule reads. The line ``Mechanisms:`` of a
docstring names the causal claims that the rule carries.
"""
