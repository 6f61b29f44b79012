"""The whole state of a model as arrays, to be put back into another model of the same runs.

Draws are keyed, so no state of a generator belongs to it. The state is found by going through the
attributes of the country and of everything it holds, so that a new attribute of an actor is part
of it without being listed anywhere. What a model is built from is not part of it: events, draws,
the record of outcomes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel


#: What a model gets from its arguments, or can make again.
_BUILT = {
    "draws",
    "events_by_month",
    "month_count",
    "record",
    "running",
    "_cache",
    "agent_id_counter",
}
_PLAIN = (bool, int, float, str, type(None))


@dataclass
class Snapshot:
    """A state: arrays by number, and the tree (JSON) that says where each of them belongs."""

    tree: Any
    arrays: list[NDArray[Any]]
    record: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    months: int = 0


def packed(snapshot: Snapshot) -> dict[str, NDArray[Any]]:
    """Return a state as arrays by name, for a file that holds nothing else."""
    head = json.dumps({"months": snapshot.months, "tree": snapshot.tree}).encode()
    return {
        "tree": np.frombuffer(head, dtype=np.uint8),
        **{f"state:{i}": array for i, array in enumerate(snapshot.arrays)},
        **{f"record:{name}": series for name, series in snapshot.record.items()},
    }


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> Snapshot:
    """Return the state that was `packed`."""
    head = json.loads(arrays["tree"].tobytes())
    count = sum(name.startswith("state:") for name in arrays)
    record = {n.partition(":")[2]: a for n, a in arrays.items() if n.startswith("record:")}
    return Snapshot(
        head["tree"], [arrays[f"state:{i}"] for i in range(count)], record, head["months"]
    )


def take(model: TajikistanModel) -> Snapshot:
    """Return the state after the months run so far, with the outcomes recorded in them."""
    walk = _Taking(_of_mesa())
    tree = walk.tree(model)
    done = model.months_run
    record = {name: series[..., :done, :].copy() for name, series in model.record.items()}
    return Snapshot(tree, [array.copy() for array in walk.arrays], record, done)


def put_back(model: TajikistanModel, snapshot: Snapshot) -> None:
    """Give a new model the state; it goes on with the month after the last one of the state.

    Raises:
        KeyError: if the model records an outcome that the state does not hold.
        ValueError: if the model is not built as the one that the state was taken from.
    """
    _PuttingBack(snapshot.arrays, _of_mesa()).onto(model, snapshot.tree)
    model.values.forget()
    for name, series in model.record.items():
        series[..., : snapshot.months, :] = snapshot.record[name]


def _of_mesa() -> set[str]:
    """Return the attributes that Mesa itself keeps in a model or an agent."""
    model = mesa.Model(rng=0)
    agent = mesa.Agent(model)
    return {*vars(model), *vars(agent)} | {"_cached_properties"}


class _Taking:
    """One walk through a model. An object or array met again is not taken twice."""

    def __init__(self, skipped: set[str]) -> None:
        self.skipped = skipped | _BUILT
        self.arrays: list[NDArray[Any]] = []
        self._known: dict[int, int] = {}
        self._seen: set[int] = set()

    def tree(self, value: Any) -> Any:
        """Return what JSON holds of a value; None stands for what is left as it is built."""
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return {"plain": value.item()}
        if isinstance(value, _PLAIN):
            return {"plain": value}
        if isinstance(value, list | tuple):
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [self.tree(item) for item in value]}
        if isinstance(value, dict):
            if all(isinstance(key, str) for key in value):
                return {"dict": {key: self.tree(item) for key, item in value.items()}}
            return None
        if _has_state(value) and id(value) not in self._seen:
            self._seen.add(id(value))
            named = {k: self.tree(v) for k, v in vars(value).items() if k not in self.skipped}
            return {"object": {name: part for name, part in named.items() if part is not None}}
        return None

    def _array(self, value: NDArray[Any]) -> Any:
        if value.dtype.kind not in "fiub":
            return None
        if id(value) not in self._known:
            self._known[id(value)] = len(self.arrays)
            self.arrays.append(value)
        return {"array": self._known[id(value)]}


class _PuttingBack:
    """The walk back, over the attributes of a model built anew."""

    def __init__(self, arrays: list[NDArray[Any]], skipped: set[str]) -> None:
        # One copy each: what was one array in two places is one again.
        self._arrays = [np.array(array) for array in arrays]
        self._skipped = skipped

    def onto(self, target: Any, tree: Any) -> None:
        """Set the attributes of an object."""
        for name, part in tree["object"].items():
            setattr(target, name, self.value(getattr(target, name, None), part))

    def value(self, there: Any, tree: Any) -> Any:
        """Return a value, made of what is ``there`` where that has identity."""
        if tree is None:
            return there
        ((kind, content),) = tree.items()
        if kind == "array":
            return self._arrays[content]
        if kind == "plain":
            return content
        if kind == "dict":
            old = there if isinstance(there, dict) else {}
            return {k: self.value(old.get(k), part) for k, part in content.items()}
        if kind in ("list", "tuple"):
            olds = [*there] if isinstance(there, list | tuple) else []
            olds += [None] * (len(content) - len(olds))
            items = [self.value(o, part) for o, part in zip(olds, content, strict=False)]
            return items if kind == "list" else tuple(items)
        if there is None:
            raise ValueError(f"the model has no object for {sorted(content)[:3]}")
        self.onto(there, tree)
        return there


def _has_state(value: Any) -> bool:
    """Tell whether an object can change: one of ours that is not frozen."""
    ours = type(value).__module__.startswith("tajsim.") and hasattr(value, "__dict__")
    frozen = getattr(getattr(type(value), "__dataclass_params__", None), "frozen", False)
    return ours and not isinstance(value, type) and not callable(value) and not frozen
