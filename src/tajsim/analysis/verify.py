"""Whether results are what this model gives; all that a reviewer needs for it, in one file."""

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.ensemble import dataset as saved, plan as planned
from tajsim.ensemble.run import Progress, simulate
from tajsim.errors import UserError, refuse
from tajsim.files import check_file, csv_text, exists, write_whole
from tajsim.inputs import ledger, scenario_parts
from tajsim.results import numbers as say, select, window

#: A difference of at most this share of the largest value of an outcome is rounding, as another
#: machine, library or engine has it.
TOLERANCE = 1e-4
EQUAL, CLOSE, DIFFERENT = "equal to the bit", "equal within tolerance", "not equal"


@dataclass(frozen=True)
class Verification:
    """The verdict on some runs; the largest difference, as a share, and in which outcome.

    ``reasons`` say what is otherwise than when the results were made.
    """

    verdict: str
    runs: tuple[int, ...]
    largest: float
    outcome: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """Return the verdict as text."""
        count, which = say.counted(len(self.runs), "run"), f"{self.runs[0]} to {self.runs[-1]}"
        lines = [f"{self.verdict}: {count} simulated again, {which}."]
        if self.outcome:
            lines.append(f"Largest difference: {self.largest:.2g} of its size, in {self.outcome}.")
        return "\n".join([*lines, *(f"Otherwise than then: {r}." for r in self.reasons)])


def verify(
    results: xr.Dataset | str | Path,
    runs: int = 8,
    workers: int = 1,
    progress: Progress | None = None,
) -> Verification:
    """Simulate a sample of the runs again, spread evenly, and compare all outcomes.

    Args:
        results: results, their file or folder, or an archive of them (see `archive`).
        runs: how many.
        workers, progress: see `tajsim.ensemble.run_many`.

    Raises:
        UserError: if the results cannot be read, or do not say all that they were made from.
    """
    refuse(planned.count_errors(runs=runs, workers=workers))
    dataset = results if isinstance(results, xr.Dataset) else _load(Path(results))
    attrs = dataset.attrs
    if attrs.get("continued_from"):
        raise UserError("these results go on from a saved state; only whole runs can be verified")
    if missing := [n for n in ("model", "seed", "settings", "events") if n not in attrs]:
        raise UserError(f"the results do not say with what {missing[0]} they were made")
    numbers = dataset["run"].values
    chosen = np.unique(np.linspace(0, len(numbers) - 1, runs).round().astype(int))
    sample = tuple(int(number) for number in numbers[chosen])
    start, end = window.whole_period(dataset)
    plan = planned.Plan(
        scenarios=tuple(_scenarios(dataset, start, end)),
        runs=len(sample),
        seed=int(attrs["seed"]),
        parameters=str(attrs["parameters_mode"]),
        start=start,
        end=end,
        outcomes=tuple(select.outcome_names(dataset)),
        workers=workers,
        redraw=tuple(filter(None, str(attrs.get("redraw", "")).split(", "))),
        numbers=sample,
    )
    again, old = simulate(plan, progress), dataset.isel(run=chosen)
    apart = {name: _apart(again[name].values, old[name].values) for name in plan.outcomes}
    worst = max(apart, key=apart.__getitem__)
    largest, reasons = apart[worst], tuple(_reasons(attrs, again.attrs))
    if not largest:
        return Verification(EQUAL, sample, 0.0, "", reasons)
    verdict = CLOSE if largest <= TOLERANCE else DIFFERENT
    return Verification(verdict, sample, largest, worst, reasons)


def _apart(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Return the largest difference, as a share of the largest value; 0 if none."""
    if np.array_equal(ours, theirs, equal_nan=True):
        return 0.0
    if (np.isnan(ours) != np.isnan(theirs)).any():
        return np.inf
    return float(np.nanmax(np.abs(ours - theirs))) / max(float(np.nanmax(np.abs(theirs))), 1e-30)


def _scenarios(dataset: xr.Dataset, start: str, end: str) -> Iterator[scenario_parts.Scenario]:
    """Yield the scenarios as the results keep them; their files may have changed or be gone."""
    tables = {n: select.attribute(dataset, n) for n in ("settings", "events", "without")}
    for name in select.names_of(dataset):
        rows = tables["events"].get(name, [])
        events = tuple(
            scenario_parts.Event(e["month"], e["kind"], e["arguments"], e["label"]) for e in rows
        )
        settings, held = tables["settings"].get(name, {}), tables["without"].get(name, ())
        about = {"settings": settings, "events": events, "without": tuple(held)}
        yield scenario_parts.Scenario(name, name, "", None, start, end, **about)


def _reasons(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    before, after = (
        {n: attrs.get(n) or "not told" for n in ("model", "engine", "source")}
        | json.loads(attrs.get("versions") or "{}")
        for attrs in (then, now)
    )
    for name in dict.fromkeys([*before, *after]):
        was, is_now = before.get(name, "absent"), after.get(name, "absent")
        if was != is_now:
            yield f"{name} {was}, now {is_now}"


def _load(path: Path) -> xr.Dataset:
    """Read results, also out of an archive, whose files must be those that its list names."""
    if not (exists(path) and path.is_file() and zipfile.is_zipfile(path)):
        return saved.load_results(path)
    try:
        with zipfile.ZipFile(path) as zipped, TemporaryDirectory(prefix="tajsim-") as folder:
            crate = json.loads(zipped.read(CRATE))
            size = sum(part.file_size for part in zipped.infolist())
            planned.check_fits(size, f"{path}: its contents")
            for part in (part for part in crate["@graph"] if "sha256" in part):
                if sha256(zipped.read(part["@id"])).hexdigest() != part["sha256"]:
                    raise UserError(f"{path}: {part['@id']} is not what was archived")
            write_whole(Path(folder, saved.FILE_NAME), zipped.read(f"results/{saved.FILE_NAME}"))
            return saved.load_results(folder)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile):
        raise UserError(f"{path}: not an archive of tajsim, or a damaged one") from None


#: The list of an archive, see https://w3id.org/ro/crate/1.1.
CRATE = "ro-crate-metadata.json"
_README = """\
Results of tajsim {version}, model {model}: {title}

Made by:   {command}
Verify by: pip install tajsim=={version}; tajsim verify ARCHIVE.zip

results/          results.nc, and the tables and pictures that were made with it
scenarios/        the scenarios with all that they extend
figures.csv       rows of the ledger that their events are documented by
citations.txt     the documents that these rows and the claims cite
environment.txt   Python, machine and libraries that the results were made with
model.md          the description of the model (ODD)
"""


def archive(results: str | Path, out: str | Path, overwrite: bool = False) -> Path:
    """Write all that belongs to results into one ZIP file, an RO-Crate; return its path.

    The same results give the same bytes; ``SOURCE_DATE_EPOCH`` is its date.

    Raises:
        UserError: if they cannot be read or it cannot be written.
    """
    place, source = check_file(out, overwrite, endings=(".zip",)), Path(results)
    dataset = saved.load_results(source)
    held = [p for p in sorted(source.iterdir()) if p.is_file()] if source.is_dir() else [source]
    names = [path.name for path in held] if source.is_dir() else [saved.FILE_NAME]
    files = {f"results/{n}": path.read_bytes() for n, path in zip(names, held, strict=True)}
    files |= {name: text.encode() for name, text in _texts(dataset).items()}
    date = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))
    files[CRATE] = json.dumps(_crate(dataset, files, date), indent=1).encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(zipfile.ZipInfo(name, date[:6]), data, zipfile.ZIP_DEFLATED)
    write_whole(place, content.getbuffer())
    return place


def _texts(dataset: xr.Dataset) -> dict[str, str]:
    attrs = dataset.attrs
    found = {}
    for text in select.attribute(dataset, "scenario_text").values():
        for name, part in saved.chain_texts(text):
            found[f"scenarios/{Path(name).name}"] = part
    events = [e for rows in select.attribute(dataset, "events").values() for e in rows]
    claims = [c for rows in select.attribute(dataset, "claims").values() for c in rows]
    known = ledger.load_figures()
    used = [asdict(known[f]) for f in sorted({f for e in events for f in e["figures"]} & {*known})]
    cited = {row["document"] for row in [*used, *claims]} & {*ledger.load_documents()}
    header = list(asdict(next(iter(known.values()))))
    found["figures.csv"] = csv_text(header, ([row[name] for name in header] for row in used))
    citations = sorted(ledger.load_documents()[document].citation for document in cited)
    found["citations.txt"] = "\n".join(citations) + "\n"
    made_with = json.loads(attrs.get("versions") or "{}")
    found["environment.txt"] = "".join(f"{name} {which}\n" for name, which in made_with.items())
    here = Path(__file__).parents[1]
    for odd in (here / "model.md", here.parents[1] / "docs/model.md"):
        found |= {"model.md": odd.read_text(encoding="utf-8")} if exists(odd) else {}
    about = {"title": attrs.get("title", ""), "command": attrs.get("command", "not kept")}
    version = attrs["tajsim_version"]
    found["README.txt"] = _README.format(version=version, model=attrs.get("model"), **about)
    return found


def _crate(
    dataset: xr.Dataset, files: Mapping[str, bytes], date: time.struct_time
) -> dict[str, object]:
    """Return the description of an archive as JSON-LD."""
    attrs = dataset.attrs
    version, model = attrs["tajsim_version"], str(attrs.get("model", "unknown"))
    listed = [
        {"@id": name, "@type": "File", "contentSize": len(data), "sha256": sha256(data).hexdigest()}
        for name, data in files.items()
    ]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Results of tajsim: {attrs.get('title', '')}",
        "description": "; ".join(filter(None, select.attribute(dataset, "questions").values())),
        "datePublished": time.strftime("%Y-%m-%d", date),
        "license": {"@id": "https://spdx.org/licenses/MIT"},
        "hasPart": [{"@id": name} for name in files],
    }
    made = {
        "@id": "#made",
        "@type": "CreateAction",
        "name": str(attrs.get("command", "")),
        "instrument": {"@id": "#tajsim"},
        "result": {"@id": f"results/{saved.FILE_NAME}"},
    }
    tool = {"@id": "#tajsim", "@type": "SoftwareApplication", "name": "tajsim"}
    tool |= {"version": str(version), "softwareVersion": model}
    about = {"@id": CRATE, "@type": "CreativeWork", "about": {"@id": "./"}}
    about |= {"conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}}
    graph = [about, root, made, tool, *listed]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
