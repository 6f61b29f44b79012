"""The traced month against the model's own: equal to the bit, and each run for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import numpy as np

from tajsim import TajikistanModel
from tajsim.compiled.traced import OPERATIONS, RUNS, Input, Operation, Recorder, refused
from tajsim.compiled.tracer import states, trace
from tajsim.model.events import apply_events

Values = dict[int, Any]


def evaluate(
    nodes: Iterable[Operation],
    given: Callable[[Input], Any],
    runs: int,
    known: Values | None = None,
) -> Values:
    """Return the values of nodes, which come in order, by ``id``, with those that are known.

    An input is answered with its values, ``(..., run)``, or a number of the month.
    """
    found = {} if known is None else known
    with np.errstate(all="ignore"):
        for node in nodes:
            if id(node) in found:
                continue
            args = [found[id(arg)] for arg in node.args]
            if node.op == "input":
                value = given(node.static["input"])
            elif node.op == "constant":
                value = node.static["value"]
                if isinstance(value, np.ndarray) and node.shape[-1:] == (RUNS,):
                    value = np.repeat(value, runs, axis=-1)
            elif node.op == "spread":
                value = np.broadcast_to(args[0], (*node.static["over"], runs))
            else:
                value = OPERATIONS[node.op](*args, **node.static)
            found[id(node)] = value
    return found


def given(model: TajikistanModel) -> Callable[[Input], Any]:
    """Return what answers the inputs of the coming month, as they are now.

    Events of the month must have been applied (`apply_events`): they set states and parameters.
    """
    places = {path: vars(owner)[name].copy() for path, owner, name in states(model)}
    draws, month = copy(model.draws), model.calendar_month
    # These draws are the model's own, which it has yet to make.
    draws._last_month = {}

    def answer(asked: Input) -> Any:
        if asked.kind == "draw":
            return draws.uniform_each(asked.name, asked.actors, month)
        if asked.kind == "flow":
            return model.now[asked.name]
        return model.values[asked.name] if asked.kind == "parameter" else places[asked.name]

    return answer


def events_first(model: TajikistanModel) -> dict[str, list[Any]]:
    """Turn to the coming month and apply its events; return the ramps to be put back."""
    model.calendar.turn(model.calendar_month, model.months_run)
    apply_events(model)
    model.events_by_month.pop(model.calendar_month, None)
    ramps, model.ramps = model.ramps, {}
    return ramps


class MonthCheck:
    """Traces the month of a model of two runs or more, and holds it against months of any like it.

    Raises:
        TraceError: where the month is no static graph; it names the line.
    """

    def __init__(self, model: TajikistanModel) -> None:
        recorder = Recorder(model.run_count)
        self.graph = trace(model, recorder)
        outputs, guards = self.graph.outputs(), self.graph.guards
        conditions = [node for nodes in guards.values() for node in nodes]
        self._nodes = self.graph.nodes([*outputs.values(), *conditions])
        self._blocks = [Block(self, place, model, recorder) for place in guards]
        #: Guards that have held in every run of every month so far, so that nothing was tried.
        self.untried = set(guards)

    def step(self, model: TajikistanModel) -> list[str]:
        """Step a model by a month; return which states, flows and outcomes the graph misses.

        Raises:
            TraceError: for a guarded block that changes a run it does not concern.
        """
        ramps, runs, month = events_first(model), model.run_count, model.months_run
        ask = given(model)
        known = evaluate(self._nodes, ask, runs)
        for block in self._blocks:
            if block.check(ask, known, runs):
                self.untried.discard(block.place)
        model.step()
        model.ramps = ramps
        real: dict[tuple[str, str], Any] = {
            **{("state", path): vars(o)[name] for path, o, name in states(model)},
            **{("flow", name): array for name, array in model.now._arrays.items()},
            **{("outcome", name): row[..., month, :] for name, row in model.record.items()},
        }
        found = {key: known[id(node)] for key, node in self.graph.outputs().items()}
        return [" ".join(key) for key in real if not same(found[key], real[key])]


class Block:
    """What the month is without a guarded block, which must change no run that it is not for."""

    def __init__(
        self, gate: MonthCheck, place: str, model: TajikistanModel, recorder: Recorder
    ) -> None:
        self.place, self.conditions = place, gate.graph.guards[place]
        without, with_it = trace(model, recorder, skip=[place]), gate.graph.outputs()
        # What is worked out either way is the same node.
        self.moved = {
            key: (with_it[key], node)
            for key, node in without.outputs().items()
            if key in with_it and with_it[key] is not node
        }
        there = set(map(id, gate._nodes))
        nodes = without.nodes(node for _, node in self.moved.values())
        self.nodes = [node for node in nodes if id(node) not in there]

    def check(self, ask: Callable[[Input], Any], known: Values, runs: int) -> bool:
        """Return whether there was a run for which the condition does not hold.

        Raises:
            TraceError: if the block changes such a run.
        """
        idle = np.ones(runs, bool)
        for node in self.conditions:
            held = np.broadcast_to(known[id(node)] != 0.0, (*node.shape[:-1], runs))
            idle &= ~held.any(axis=tuple(range(held.ndim - 1)))
        if not idle.any():
            return False
        found = evaluate(self.nodes, ask, runs, dict(known))
        for (kind, name), (with_it, without) in self.moved.items():
            if not same(found[id(with_it)][..., idle], found[id(without)][..., idle]):
                what = "this block changes runs in which the condition does not hold"
                raise refused(f"{what} ({kind} {name})", self.place)
        return True


def same(found: Any, real: Any) -> bool:
    """Return whether an array is the real one to the bit; outcomes are kept in float32."""
    whole = np.broadcast_to(found, real.shape)
    return bool(whole.astype(real.dtype).tobytes() == real.tobytes())
