"""The month as a graph: nodes are operations of numpy on arrays whose last axis is the run.

A node holds no numbers but constants, and no number of runs.
What goes in is named (`Input`): states, the date among them, flows of the month before, parameters
and keyed draws. What comes out are states, flows and outcomes after the month.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from tajsim.axes import total

#: Stands for the number of runs in the shape of a node.
RUNS = -1

Value = Any  # an array, or a number of numpy's
Shape = tuple[int, ...]


class Input(NamedTuple):
    """What a graph is given for a month.

    ``kind`` is "state", "flow" (of the month before), "watch", "parameter" or "draw"; "dated" is
    what is put back in the spin-up, "holds" 1 where a rule is held, "held" its answer. ``name`` is
    a path ("commanders.loyalty", "calendar.term_ends"), for a draw its process; ``actors`` draw.
    """

    kind: str
    name: str
    actors: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Operation:
    """One operation on earlier nodes.

    ``op`` is a name of `OPERATIONS`, or "input", "constant", "spread"; ``static`` are its arguments
    that are no arrays of runs: axes, places, the axes before the run that "spread" adds.
    ``shape`` has `RUNS` for the run axis; ``place`` is the line of the model that wrote it.
    """

    op: str
    args: "tuple[Operation, ...]"
    static: Mapping[str, Any]
    shape: Shape
    dtype: np.dtype[Any]
    place: str


def _getitem(x: Value, *, index: Any) -> Value:
    return x[index]


def _setitem(x: Value, value: Value, *, index: Any) -> Value:
    changed = np.array(x)
    changed[index] = value
    return changed


def _add(x: Value, *, axis: int) -> Value:
    return total(x, axis)


def _folded(ufunc: np.ufunc, method: str) -> Callable[..., Value]:
    return lambda x, *, axis: getattr(ufunc, method)(x, axis=axis)


#: Universal functions of numpy by name, element by element.
ELEMENTWISE = (
    *("add", "subtract", "multiply", "divide", "remainder", "negative", "absolute", "sign"),
    *("maximum", "minimum", "square", "sqrt", "exp", "expm1", "log", "log1p", "tanh", "floor"),
    *("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"),
    *("logical_and", "logical_or", "logical_not", "bitwise_and", "bitwise_or", "invert"),
)

#: Every operation besides "input", "constant" and "spread", by name; a generator of code needs
#: these and no other.
OPERATIONS: dict[str, Callable[..., Value]] = {
    **{name: getattr(np, name) for name in ELEMENTWISE},
    "getitem": _getitem,
    "setitem": _setitem,
    "take_along_axis": np.take_along_axis,
    "power": lambda x, y: x**y,  # to the bit as the operator: squares are products
    "astype": lambda x, *, dtype: x.astype(dtype),
    "where": np.where,
    "stack": lambda *xs, axis: np.stack(xs, axis),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis),
    "swapaxes": np.swapaxes,
    "take": np.take,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "ndtri": ndtri,
    "add.reduce": _add,
    "add.accumulate": _folded(np.add, "accumulate"),
    "multiply.reduce": _folded(np.multiply, "reduce"),
    "multiply.accumulate": _folded(np.multiply, "accumulate"),
    "maximum.reduce": _folded(np.maximum, "reduce"),
    "minimum.reduce": _folded(np.minimum, "reduce"),
    "logical_and.reduce": _folded(np.logical_and, "reduce"),
    "logical_or.reduce": _folded(np.logical_or, "reduce"),
}


class Named(NamedTuple):
    """A name: one of ``names``, by the numbers of a node if there are several."""

    names: tuple[str, ...]
    which: Operation | None = None


@dataclass(frozen=True, eq=False)
class Note:
    """What the chronicle is told of the runs in which ``where`` is not zero."""

    kind: str
    where: Operation
    size: Operation
    actor: Named
    target: Named
    cause: Named

    def details(self) -> list[Operation]:
        """Return what is worked out only where there is something to note."""
        names = (self.actor, self.target, self.cause)
        return [self.size, *(name.which for name in names if name.which is not None)]


class HeldAnswer(NamedTuple):
    """What a rule answered to its ``number``-th question with these shapes in a month.

    ``parts`` are the names of what is held of it, an input and an output each.
    """

    rule: str
    shapes: tuple[Shape, ...]
    number: int
    parts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Graph:
    """One month. ``states``, ``flows`` and ``outcomes`` are nodes by name.

    ``watch`` is what the chronicle has seen last, ``notes`` what it is told, if it is traced;
    ``held`` are the ``answers`` of rules, if they can be held.

    ``guards`` are, by place, the conditions of blocks that were traced as entered though the model
    enters them only if some run needs them.
    """

    states: dict[str, Operation]
    flows: dict[str, Operation]
    outcomes: dict[str, Operation]
    guards: dict[str, list[Operation]] = field(default_factory=dict)
    watch: dict[str, Operation] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    held: dict[str, Operation] = field(default_factory=dict)
    answers: list[HeldAnswer] = field(default_factory=list)

    def outputs(self) -> dict[tuple[str, str], Operation]:
        """Return all that comes out, by kind and name."""
        kinds = {"state": self.states, "flow": self.flows, "outcome": self.outcomes}
        kinds |= {"watch": self.watch, "held": self.held}
        return {(kind, name): node for kind, of in kinds.items() for name, node in of.items()}

    def nodes(
        self, roots: Iterable[Operation] | None = None, known: Container[int] = ()
    ) -> list[Operation]:
        """Return the nodes that some roots need, each after what it needs.

        Args:
            roots: all outputs, if none are given.
            known: ids of nodes that are left out, with what only they need.
        """
        order: dict[int, Operation] = {}
        todo = [(node, False) for node in (self.outputs().values() if roots is None else roots)]
        while todo:
            node, ready = todo.pop()
            if ready:
                order.setdefault(id(node), node)
            elif id(node) not in order and id(node) not in known:
                todo.append((node, True))
                todo.extend((arg, False) for arg in node.args)
        return list(order.values())

    def inputs(self) -> list[Input]:
        """Return what the outputs and notes depend on."""
        roots = [*self.outputs().values(), *(note.where for note in self.notes)]
        roots += [node for note in self.notes for node in note.details()]
        return [node.static["input"] for node in self.nodes(roots) if node.op == "input"]
