"""The labelled Dataset of an ensemble; it and states in files: NetCDF, and arrays of numpy."""

import json
import platform
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import tajsim.files as files
from tajsim.axes import DIMENSIONS
from tajsim.compiled.engine import used
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.job import Job, Record
from tajsim.ensemble.plan import Plan, SavedState, StatePart, check_fits
from tajsim.errors import UserError
from tajsim.inputs import ledger, outcomes, toml
from tajsim.inputs.registry import load_parameters, names
from tajsim.inputs.scenario_parts import COMMAND_LINE, Event, Scenario
from tajsim.results import chronicle
from tajsim.results.window import with_own
from tajsim.version import __version__, source_state

Columns = Mapping[str, NDArray[Any]]

#: Column of codes -> the string table that it points into.
TABLES = {f"event_{column}": table for column, table in chronicle.TABLES.items()}
_LABELS = {
    "scenario": "Scenario", "run": "Run", "month": "Month", "kind": "Kind of event",
    "actor": "Who acts", "target": "Who or what is affected", "cause": "The main cause",
}  # fmt: skip


def chronicle_variables(
    columns: Columns, scenarios: Sequence[str], months: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the size of every event as a variable, and the other columns as its coordinates."""
    dates = toml.month_dates(list(months))
    coordinates: dict[str, Any] = {}
    for column, values in {**columns, "month": dates[columns["month"]]}.items():
        if column != "size":
            name = f"event_{column}"
            rows = f", as a row of {TABLES[name]}" if name in TABLES else ""
            coordinates[name] = ("event", values, {"label": f"{_LABELS[column]}{rows}"})
    kinds = ledger.load_kinds()
    coordinates |= {
        "event_scenarios": list(scenarios),
        "event_kinds": list(kinds),
        "event_unit": ("event_kinds", [kind.unit for kind in kinds.values()]),
        "event_text": ("event_kinds", [kind.text for kind in kinds.values()]),
        "event_causes": list(ledger.load_causes()),
        "event_names": list(names()),
    }
    size = {"label": "Size of the event", "unit": "see event_unit of its kind"}
    return {"event_size": ("event", columns["size"], size)}, coordinates


_FILE = re.compile(r"^# (\S+\.toml)$", re.MULTILINE)
_LIBRARIES = ("mesa", "numpy", "scipy", "pandas", "xarray", "netCDF4")


def provenance(plan: Plan) -> dict[str, Any]:
    """Return the attributes of the Dataset: text and numbers only, lists and tables as JSON."""
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}
    names = list(scenarios)

    def each(part: Callable[[Scenario], Any], some: bool = False) -> str:
        found = {name: part(scenario) for name, scenario in scenarios.items()}
        return json.dumps({name: told for name, told in found.items() if told or not some})

    continued = ""
    if plan.resume is not None:
        kept = {name: plan.resume.head[name] for name in ("scenario", "until", "model")}
        continued = json.dumps({"file": Path(plan.resume.path).name, **kept})
    return {
        "title": " against ".join([", ".join(names[1:]), names[0]]) if names[1:] else names[0],
        "Conventions": "CF-1.11",
        "tajsim_version": __version__,
        "model": model_version(),
        "engine": used(plan.engine, any(scenario.without for scenario in plan.scenarios)),
        "versions": json.dumps(_versions()),
        "source": source_state(),
        "command": python_call(plan),
        "window": "",
        "continued_from": continued,
        **{name: getattr(plan, name) for name in ("seed", "runs")},
        "parameters_mode": plan.parameters,
        "redraw": ", ".join(plan.redraw),
        "reference": names[0] if names[1:] else "",
        "questions": each(lambda s: s.question),
        "titles": each(lambda s: s.title),
        "labels": each(lambda s: s.label, some=True),
        "asks": each(lambda s: s.asks, some=True),
        "settings": each(lambda s: dict(s.settings)),
        # What the registry gives is not repeated.
        "origins": each(lambda s: {k: o for k, o in s.origins.items() if o != "registry"}),
        "events": each(lambda s: [_told(e) for e in s.events if e.month <= plan.end]),
        "claims": each(lambda s: [c.model_dump() for c in s.claims]),
        "extends": each(lambda s: s.parent),
        "without": each(lambda s: s.without),
        "scenario_text": each(lambda s: s.text),
    }


def _told(event: Event) -> dict[str, Any]:
    """Return what is scheduled, with its place and sources: files and ledger may change."""
    found = {name: getattr(event, name) for name in ("month", "kind", "label", "figures")}
    sources = {"sources": ledger.printed_in(event.figures), "where": event.where}
    return {**found, **sources, "arguments": dict(event.arguments)}


@cache
def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "machine": platform.machine()}
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            versions[library] = version(library)
    return versions


def python_call(plan: Plan, window: tuple[str, str] | None = None, compared: bool = False) -> str:
    """Return the call in Python; the command line puts its own command in this place."""
    first, last = plan.scenarios[0], plan.scenarios[-1]
    held = [n for n in last.without if last.origins.get(f"without {n}") == COMMAND_LINE]
    chosen = {n: v for n, v in first.settings.items() if first.origins.get(n) == COMMAND_LINE}
    options = [f"runs={plan.runs}, seed={plan.seed}", f"parameters='{plan.parameters}'"]
    options += [f"until='{plan.end}'", *([f"overrides={chosen}"] if chosen else [])]
    options += [f"without={held}"] if held else []
    if len(plan.outcomes) < len(outcomes.load_outcomes()):
        options.append(f"outcomes={list(plan.outcomes)}")
    given = list(dict.fromkeys(_given(scenario) for scenario in plan.scenarios))
    if not compared:
        return f"tajsim.ensemble.run_many({given}, {', '.join(options)})"
    options += [f"window={window}"] if window else []
    return f"tajsim.compare({', '.join([*map(repr, given), *options])})"


def _given(scenario: Scenario) -> str:
    """Return the name of a shipped scenario, or the path of the last file of its chain."""
    paths = _FILE.findall(scenario.text)
    name = Path(paths[-1]).stem if paths else scenario.name
    shipped = not paths or paths[-1] == f"scenarios/{name}.toml"
    return name if shipped else str(paths[-1])


def chain_texts(text: str) -> list[tuple[str, str]]:
    """Return path and text of each file in the text of a scenario, parents first."""
    parts = _FILE.split(text)
    return [(name, part.lstrip("\n")) for name, part in zip(parts[1::2], parts[2::2], strict=True)]


class Store:
    """Arrays ``(scenario, own dims..., month, run)``; a record goes to the place of its runs."""

    def __init__(self, plan: Plan) -> None:
        scenarios, months = len(plan.scenarios), len(plan.months)
        self.outcomes: dict[str, NDArray[np.float32]] = {}
        for name in plan.outcomes:
            own = tuple(len(DIMENSIONS[d]) for d in outcomes.load_outcomes()[name].dimensions)
            self.outcomes[name] = np.empty((scenarios, *own, months, plan.runs), dtype=np.float32)
        self.parameter_names: list[str] = []
        self.parameter_values = np.empty((scenarios, 0, plan.runs))
        self.states: list[StatePart] = []
        self._events: list[tuple[int, int, Columns]] = []

    @property
    def events(self) -> dict[str, NDArray[Any]]:
        """The chronicle of all runs as columns, by scenario, run, month and order."""
        parts = sorted(self._events, key=lambda part: part[:2])
        shown = [
            {"scenario": np.full(len(columns["run"]), position, np.int16), **columns}
            | {"run": columns["run"] + np.asarray(first, columns["run"].dtype)}
            for position, first, columns in parts
        ]
        return {name: np.concatenate([part[name] for part in shown]) for name in shown[0]}

    def put(self, job: Job, record: Record) -> None:
        """Copy a record to the runs of its job.

        Raises:
            ValueError: if a series is not of the shape that the registry of outcomes announces.
        """
        if not self.parameter_names:
            scenarios, _, runs = self.parameter_values.shape
            self.parameter_names = record.parameter_names
            self.parameter_values = np.empty((scenarios, len(record.parameter_names), runs))
        self.parameter_values[job.position, :, job.first : job.stop] = record.parameter_values
        if record.state:
            self.states.append(StatePart(job.first, job.stop, record.state))
        self._events.append((job.position, job.first, record.events))
        for name, values in record.outcomes.items():
            target = self.outcomes[name][job.position, ..., job.first : job.stop]
            if target.shape != values.shape:
                raise ValueError(f"outcome {name} is {values.shape}, expected {target.shape}")
            target[...] = values


#: Units without a dimension, which the climate and forecast (CF) conventions write as 1.
_PLAIN = ("share", "index", "number", "ratio", "persons", "0 or 1")


def build_dataset(plan: Plan, store: Store) -> xr.Dataset:
    """Label the arrays of a finished ensemble; nothing is copied."""
    variables: dict[str, Any] = {}
    used: dict[str, None] = {}
    for name, values in store.outcomes.items():
        row = outcomes.load_outcomes()[name]
        # Names of the CF conventions are what other tools look for.
        conventions = {
            "long_name": row.label,
            "units": "1" if row.unit in _PLAIN else row.unit,
            "cell_methods": "month: sum" if "/month" in row.unit else "month: point",
        }
        dimensions = ("scenario", *row.dimensions, "month", "run")
        variables[name] = (dimensions, values, {**row.attributes, **conventions})
        used |= dict.fromkeys(row.dimensions)
    variables["parameter_value"] = (
        ("scenario", "parameter", "run"),
        store.parameter_values,
        {"label": "Parameters in force at the start", "unit": "see the coordinate 'unit'"},
    )
    names = [scenario.name for scenario in plan.scenarios]
    parameters = [load_parameters()[name] for name in store.parameter_names]
    events, columns = chronicle_variables(store.events, names, plan.months)
    coordinates: dict[str, Any] = {
        "scenario": names,
        "month": toml.month_dates(plan.months),
        "run": np.arange(plan.runs),
        "parameter": store.parameter_names,
        "unit": ("parameter", [p.unit for p in parameters]),
        "role": ("parameter", [p.role for p in parameters]),
        "basis": ("parameter", [p.basis.kind for p in parameters]),
        **{dimension: list(DIMENSIONS[dimension]) for dimension in used},
        **columns,
    }
    return with_own(xr.Dataset({**variables, **events}, coordinates, provenance(plan)))


#: The name of the results in a folder made by the command line.
FILE_NAME = "results.nc"
_ORDER = "variable_order"


def save(dataset: xr.Dataset, path: str | Path, overwrite: bool = False) -> Path:
    """Write a Dataset as NetCDF (compressed HDF5) and return its path.

    The file appears complete or not at all. HDF5 writes into memory: where it meets a full disk
    it raises errors of many kinds and crashes when the process ends.

    Raises:
        UserError: if the file exists and ``overwrite`` is false, or it cannot be written.
    """
    path = Path(path)
    files.check_file(path, overwrite, "overwrite=True")
    # In memory the library sorts variables by name: their order is kept beside them.
    ordered = _with_bounds(dataset).assign_attrs({_ORDER: " ".join(map(str, dataset.data_vars))})
    for attrs in (ordered.attrs, *(variable.attrs for variable in ordered.variables.values())):
        # Few tools read attributes of 64 bits.
        small = {n: v for n, v in attrs.items() if isinstance(v, int) and abs(v) < 1 << 31}
        attrs.update({n: np.int32(v) for n, v in small.items()})
    data = bytearray(ordered.to_netcdf(engine="netcdf4", encoding=_encoding(ordered)))
    del data[files.end_of_hdf5(data[:64]) :]  # what it had in reserve
    files.write_whole(path, *files.sealed(files.timeless(data)))
    return path


#: The first day of each month and of the next, which files hold and memory does not.
_BOUNDS = "month_bounds"


def _with_bounds(dataset: xr.Dataset) -> xr.Dataset:
    found = dataset.copy()  # what is added is not for who saves
    months = dataset["month"].values.astype("datetime64[M]")
    if not months.size:
        return found
    both = np.stack([months, months + np.timedelta64(1, "M")], axis=-1).astype("datetime64[ns]")
    found = found.assign_coords({_BOUNDS: (("month", "bound"), both)})
    found["month"].attrs |= {"bounds": _BOUNDS, "long_name": "Month", "axis": "T"}
    return found


_SECONDS = 120.0
#: Bytes in which HDF5 asks for memory; versions before 0.2 wrote all that it had.
_RESERVE = 1 << 16


def _check_unsealed(path: Path) -> None:
    """Refuse results of another tool, or of before 0.2, that the library might crash on."""
    with path.open("rb") as file:
        end, size = files.end_of_hdf5(file.read(64)), path.stat().st_size
        file.seek(end)
        rest = file.read(_RESERVE) if end else b""
    reserve = size % _RESERVE == 0 and end < size < end + _RESERVE and not any(rest)
    whole = end > 0 and (size == end or reserve)
    code = f"import xarray; xarray.load_dataset({str(path)!r}, engine='netcdf4')"
    try:
        if not whole:
            raise ValueError
        command = [sys.executable, "-c", code]
        subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
    except (ValueError, subprocess.SubprocessError):
        raise UserError(f"{path}: not a results file, or a damaged one") from None
    text = f"{path}: was not written by this version of tajsim; its numbers cannot be checked"
    warnings.warn(text, UserWarning, stacklevel=3)


def load_results(path: str | Path) -> xr.Dataset:
    """Read results into memory from a file, or from ``results.nc`` of a folder.

    Raises:
        UserError: if there is no such file, or it is damaged, incomplete or not made by tajsim.
    """
    path = Path(path)
    if files.exists(path) and path.is_dir():
        if not (path / FILE_NAME).is_file():
            what = "a sweep and no" if (path / "sweep.json").is_file() else "no"
            raise UserError(f"{path}: the folder holds {what} {FILE_NAME}")
        path = path / FILE_NAME
    if not files.exists(path):
        raise UserError(f"{path}: no such file or folder")
    if not files.check_seal(path, "a results file"):
        _check_unsealed(path)
    try:
        with xr.open_dataset(path, engine="netcdf4") as file:
            check_fits(file.nbytes, f"{path}: its contents")
            dataset = file.load()
    except UserError:
        raise
    except Exception:  # netCDF4 and xarray raise many kinds for a file that is cut or foreign
        raise UserError(f"{path}: not a results file, or a damaged one") from None
    if "tajsim_version" not in dataset.attrs:
        raise UserError(f"{path}: not a results file of tajsim")
    dataset = dataset.drop_vars(_BOUNDS, errors="ignore")
    if "month" in dataset.variables:
        dataset["month"].attrs.clear()
    dataset = _in_order(dataset, str(dataset.attrs.pop(_ORDER, "")).split())
    needed = {"scenario", "month", "run"}
    if "event_kind" in dataset.variables:  # old versions kept no events: all of them or none
        needed |= {*TABLES, *TABLES.values(), "event_run", "event_month", "event_size"}
    if missing := sorted(needed - set(map(str, dataset.variables))):
        raise UserError(f"{path}: incomplete, it holds no '{missing[0]}'; simulate again")
    return dataset


def _in_order(dataset: xr.Dataset, order: Sequence[str]) -> xr.Dataset:
    """Return a Dataset with its variables in this order; those not named come last."""
    names = dict.fromkeys([*order, *map(str, dataset.data_vars)])
    variables = {name: dataset.variables[name] for name in names if name in dataset.data_vars}
    found = xr.Dataset(variables, dataset.coords, dataset.attrs)
    found.encoding = dataset.encoding
    return found


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Compress the arrays lightly: level 1 is nearly as small as level 9 and much faster."""
    light = {"zlib": True, "complevel": 1, "shuffle": True}
    large = {name: v for name, v in dataset.variables.items() if v.size > 1000}
    found = {str(name): light for name, v in large.items() if v.dtype.kind in "fiuM"}
    days = {"units": "days since 1970-01-01", "dtype": "int32"}
    return {**found, **{n: dict(days) for n in (_BOUNDS, "month") if n in dataset.variables}}


#: Of files of states; another is refused.
STATE_FORMAT = 2


def save_state(path: str | Path, plan: Plan, states: Sequence[StatePart]) -> Path:
    """Write the states of all chunks of one scenario; the file appears whole or not at all.

    Raises:
        UserError: if it cannot be written.
    """
    from tajsim.model.snapshot import packed

    path, (scenario,) = Path(path), plan.scenarios
    states = sorted(states, key=lambda part: part.first)
    past = (event for event in scenario.events if event.month <= plan.end)
    head = {
        "format": STATE_FORMAT,
        "model": model_version(),
        "source": source_state(),
        "scenario": scenario.name,
        "set": dict(scenario.settings),
        "without": list(scenario.without),
        "events": [(e.month, e.kind, dict(e.arguments)) for e in past],
        "start": plan.start,
        "until": plan.end,
        **{name: getattr(plan, name) for name in ("runs", "seed", "parameters")},
        **{name: list(getattr(plan, name)) for name in ("redraw", "outcomes")},
        "parts": [(part.first, part.stop) for part in states],
    }
    arrays: dict[str, Any] = {"head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)}
    for number, part in enumerate(states):
        arrays.update({f"{number}/{name}": array for name, array in packed(part.snapshot).items()})
    file = BytesIO()
    np.savez(file, **arrays)
    files.write_whole(path, *files.sealed(file.getbuffer()))
    return path


def load_state(path: str | Path) -> SavedState:
    """Read a saved state.

    Raises:
        UserError: if there is no such file, it is damaged or no state, or of another model.
    """
    path = Path(path)
    wrong = UserError(f"{path}: not a saved state of tajsim, or a damaged one")
    if not files.check_seal(path, "a saved state"):
        raise wrong
    try:
        with ZipFile(path) as zipped:  # nothing in it is compressed
            if sum(part.file_size for part in zipped.infolist()) > path.stat().st_size:
                raise wrong
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        head = json.loads(arrays["head"].tobytes())
        parts = tuple(_part(arrays, i, *span) for i, span in enumerate(head["parts"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, MemoryError):
        raise wrong from None
    if head.get("format") != STATE_FORMAT or head.get("model") != model_version():
        raise UserError(
            f"{path}: a state of model {head.get('model', 'unknown')}, and this is "
            f"{model_version()}; only the model that saved a state can continue it: save it again"
        )
    return SavedState(str(path), head, parts)


def _part(arrays: Mapping[str, Any], number: int, first: int, stop: int) -> StatePart:
    from tajsim.model.snapshot import unpacked

    own = f"{number}/"
    named = {n.removeprefix(own): array for n, array in arrays.items() if n.startswith(own)}
    return StatePart(first, stop, unpacked(named))
