"""The ``[set]`` table and ``--set key=value``: parameters that a scenario gives other values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tajsim.errors import unknown
from tajsim.inputs.parameters import load_families, load_parameters
from tajsim.inputs.scenario_source import Source
from tajsim.inputs.toml_lines import Key
from tajsim.inputs.units_text import read_quantity

COMMAND_LINE = "command line"


def check_value(name: str, value: Any) -> float:
    """Return the value of a parameter in its unit.

    Raises:
        ValueError: for an unknown parameter, a constant, a wrong type or unit, or a value outside
            the range; the text of the error says what was expected.
    """
    if name not in load_parameters():
        family = load_families().get(name)
        if family is not None:
            names = ", ".join(p.name for p in family.parameters[:4])
            raise ValueError(f"'{name}' is set for each {family.dimension}; expected e.g. {names}")
        raise ValueError(unknown("parameter", name, load_parameters()))
    row = load_parameters()[name]
    if row.role == "constant":
        raise ValueError(f"'{name}' is a constant; expected a lever or an uncertain parameter")
    number = read_quantity(value, row.unit)
    if not row.low <= number <= row.high:
        allowed = f"{row.low:.10g} to {row.high:.10g} {row.unit}"
        raise ValueError(f"{number:.10g} is out of range; expected {allowed}")
    return number


def _leaves(table: Mapping[str, Any], above: Key) -> Iterator[tuple[Key, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def file_settings(source: Source) -> dict[str, tuple[float, str]]:
    """Return name -> (value, ``path:line``) of one file; errors go to the source's problems."""
    found: dict[str, tuple[float, str]] = {}
    for key, value in _leaves(source.top.get("set", {}), ("set",)):
        name = ".".join(str(part) for part in key[1:])
        try:
            number = check_value(name, value)
        except ValueError as error:
            source.problems.add(key, str(error))
        else:
            found.setdefault(name, (number, source.problems.where(key)))
    return found


def _example(name: str) -> str:
    row = load_parameters().get(name)
    return f", e.g. {name}={row.value:.10g}" if row else ""


def command_settings(
    overrides: Mapping[str, float | str] | Sequence[str],
) -> tuple[dict[str, float], list[str]]:
    """Return the values of ``key=value`` overrides, and the messages about wrong ones."""
    pairs: list[tuple[str, str, Any]] = []
    if isinstance(overrides, Mapping):
        pairs = [(f"{key}={value}", key, value) for key, value in overrides.items()]
    else:
        for text in overrides:
            key, _, value = text.partition("=")
            pairs.append((text, key.strip(), value.strip()))
    found: dict[str, float] = {}
    messages = []
    for text, key, value in pairs:
        where = f"--set {text}: {key}: "
        if "=" not in text or not key:
            messages.append(f"--set {text}: expected key=value{_example(key)}")
        elif key in found:
            messages.append(f"{where}the key stands twice; expected once")
        else:
            try:
                found[key] = check_value(key, value)
            except ValueError as error:
                messages.append(f"{where}{error}")
    return found, messages
