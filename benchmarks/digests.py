"""``python -m benchmarks.digests``: whether the numbers of the model are the same to the bit.

Prints digests of the state arrays at the end and of the recorded series of three scenarios.
``--json`` keeps them by array and place; ``--against`` lists those that differ from kept ones.
"""

import argparse
import json
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from tajsim import TajikistanModel, load_scenario, run

RUNS = 20
#: Scenario -> its last month: long enough for its own events to act.
ENDS = {"status-quo": "2008-12", "russian-border-withdrawal": "2008-12", "irpt-ban": "2016-12"}
#: Attributes that hold no state: arguments and what is told by the series.
SKIPPED = {"draws", "values", "parameter_values", "record", "chronicle", "events_by_month"}


def states(value: Any, path: str, seen: set[int]) -> Iterator[tuple[str, bytes]]:
    """Yield every array below a value, named by its path of attributes; objects only once."""
    parts = dict(enumerate(value)) if isinstance(value, list | tuple) else value
    if type(value).__module__.split(".")[0] in ("tajsim", "types") and hasattr(value, "__dict__"):
        parts = {} if id(value) in seen else vars(value)
        seen.add(id(value))
    if isinstance(value, np.ndarray):
        yield path, value.tobytes()
    for key, part in parts.items() if isinstance(parts, dict) else ():
        if isinstance(key, str | int) and key not in SKIPPED:
            yield from states(part, f"{path}.{key}".lstrip("."), seen)


def digests(name: str, end: str) -> dict[str, dict[str, str]]:
    """Return the digests of one scenario, ``states`` and ``series``, each by name and place."""
    found, scenario = {}, load_scenario(name)
    events = [event for event in scenario.events if event.month <= end]
    model = TajikistanModel(runs=RUNS, seed=1, end=end, settings=scenario.settings, events=events)
    model.run_to_end()
    results = run(name, runs=RUNS, seed=1, until=end)
    noted = {name: column for name, column in results.coords.items() if column.dims == ("event",)}
    for outcome, whole in {**noted, **results.data_vars}.items():
        own = [d for d in whole.dims if d not in ("month", "run", "event")]
        for place in product(*(whole[d].values if d in whole.coords else [0] for d in own)):
            series = whole.sel(dict(zip(own, place, strict=True))).values.astype(float)
            found[f"{outcome}[{', '.join(map(str, place[1:]))}]"] = series.tobytes()
    both = {"states": dict(states(model, "", set())), "series": found}
    return {k: {n: sha256(b).hexdigest()[:16] for n, b in v.items()} for k, v in both.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file to keep every digest in")
    parser.add_argument("--against", type=Path, help="file of digests to compare with")
    options = parser.parse_args()
    now = {name: digests(name, end) for name, end in ENDS.items()}
    old = json.loads(options.against.read_text()) if options.against else now
    for name, kind in product(ENDS, ("states", "series")):
        new, then = now[name][kind], old[name][kind]
        whole = sha256(json.dumps(new, sort_keys=True).encode()).hexdigest()
        print(f"{name:28}{kind:8}{len(new):6} {whole}")
        for key in sorted(key for key in {*new, *then} if new.get(key) != then.get(key)):
            print(f"    {'differs' if key in new and key in then else 'in one only'}: {key}")
    if options.json:
        options.json.write_text(json.dumps(now, indent=1))
