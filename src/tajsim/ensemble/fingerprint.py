"""Which model made something: the version of the package and a hash of what decides its numbers.

The code that simulates is hashed, and the numbers and units of the registries as they are loaded,
so that files may be moved, merged or split. Comments, docstrings and labels do not count: mending
a text does not turn away what was saved.
"""

import re
import sys
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from tajsim import agents, axes, draws, model, rules, world
from tajsim.inputs import deals, ledger, registry, switches
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.values import ParameterValues, load_posterior
from tajsim.version import __version__

_GAP, _LONG = rb"(?:[ \t]*(?:\#[^\n]*)?\n)", rb'"""(?:[^\\]|\\.)*?"""'
_DOCSTRING = rb"(?:\A|(?P<colon>:))" + _GAP + rb"*[ \t]*[rR]?" + _LONG + rb"(?=" + _GAP + rb")"
_TEXT = _LONG + rb"|'''(?:[^\\]|\\.)*?'''" + rb"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_PARTS = rb"(?P<docstring>%b)|(?P<text>%b)|(?P<gap>%b+)" % (_DOCSTRING, _TEXT, _GAP)
_DROPPED = re.compile(_PARTS, re.DOTALL)

#: The module beside this one that simulates; it is not imported, so that Mesa need not be.
_SIMULATES = "job.py"
#: The documents whose yearly series drive the model.
DRIVERS = ("unodc-opium-survey", "unodc-opium-revised", "world-bank-wdi")


@cache
def model_version() -> str:
    """Return the version of the package and eight digits of a hash of what decides its numbers."""
    sample = {name: values.tobytes().hex() for name, values in load_posterior().items()}
    return f"{__version__}+{_digest(uncalibrated_version(), sorted(sample.items()))[:8]}"


@cache
def uncalibrated_version() -> str:
    """Return twelve digits of a hash of what decides the numbers but for the calibrated sample."""
    parameters = sorted(
        (p.name, p.value, p.low, p.high, p.unit, p.role, p.spread, p.basis.kind)
        for p in registry.load_parameters().values()
    )
    known = load_outcomes().values()
    outcomes = sorted((o.name, o.unit, o.dimensions, o.aggregate, o.places) for o in known)
    listed = (
        [replace(d, label="", note="", document="", line=0) for d in deals.load_deals().values()],
        [*deals.load_forms().items()],
        [(name, lever.cost) for name, lever in deals.load_pressures().items()],
    )
    drivers = [(f.id, f.value) for f in ledger.load_figures().values() if f.document in DRIVERS]
    return _digest(sorted(map(code_of, sources())), parameters, outcomes, listed, drivers)[:12]


def sources() -> list[Path]:
    """Return the files of the code that simulates: whole packages, and modules by what they do."""
    parts = [agents, model, rules, axes, draws, world]
    decide = (ParameterValues, ledger.load_kinds, switches.Switches)
    parts += [sys.modules[made.__module__] for made in decide]
    found = [Path(__file__).with_name(_SIMULATES)]
    for path in (Path(str(part.__file__)) for part in parts):
        found += path.parent.rglob("*.py") if path.name == "__init__.py" else [path]
    return found


def _digest(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()


def code_of(source: Path | bytes) -> bytes:
    """Return what a Python file does: without its comments, docstrings and blank lines.

    It is told by pattern, as parsing all files takes ten times as long and differs by version of
    Python. A string of three quotes alone after a line that ends in a colon is a docstring.
    """
    text = source.read_bytes() if isinstance(source, Path) else source
    return _DROPPED.sub(_kept, text.replace(b"\r\n", b"\n") + b"\n").strip()


def _kept(found: re.Match[bytes]) -> bytes:
    return found["colon"] or b"" if found["docstring"] is not None else found["text"] or b"\n"
