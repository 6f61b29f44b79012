"""Where the numbers of a month stand: an arena of rows, one row for each number of a run.

Every array of a graph is a table of the rows that hold it, so that views, stacks and changes of
single places cost nothing. Operations element by element that serve one other are worked out with
it, and rows that are needed no more are used again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.compiled.graph import ELEMENTWISE, OPERATIONS, RUNS, Graph, Input, Operation

Rows = NDArray[np.intp]

#: What only says where numbers stand.
MOVES = {"getitem", "setitem", "spread", "stack", "concatenate", "take", "swapaxes"}
#: What is worked out element by element.
EACH = {*ELEMENTWISE, "power", "where", "ndtri", "astype"}
#: What goes along an axis and leaves one number of it.
FOLDS = {
    *("add.reduce", "multiply.reduce", "maximum.reduce", "minimum.reduce"),
    *("logical_and.reduce", "logical_or.reduce", "argmax", "argmin"),
}
#: Into these an argument may be worked out on the way.
_TAKES_IN = EACH | FOLDS
#: So many operations at most are worked out in one.
_MOST = 40


def shape_of(node: Operation) -> tuple[int, ...]:
    """Return the shape of the rows of a node: of its run axis one is left."""
    return tuple(1 if size == RUNS else size for size in node.shape)


@dataclass
class Statement:
    """A node whose numbers are worked out and stored, in the rows from ``base`` on."""

    node: Operation
    base: int
    count: int


@dataclass
class Section:
    """What is done each month, or each month of the spin-up: statements, then moves of rows.

    ``moves`` are pairs (to, from) after the statements; ``last`` those after the last month only.
    """

    statements: list[Statement] = field(default_factory=list)
    moves: list[tuple[int, int]] = field(default_factory=list)
    last: list[tuple[int, int]] = field(default_factory=list)


def resolved(node: Operation) -> Operation:
    """Return the node whose numbers a node has: a truth is 0 or 1, a whole number a real one."""
    while node.op == "astype" and not (node.dtype.kind in "iu" and node.args[0].dtype.kind == "f"):
        if node.dtype.kind == "b" and node.args[0].dtype.kind != "b":
            break
        (node,) = node.args
    return node


class Layout:
    """The rows of all inputs and nodes.

    Args:
        graphs: of the month ("month") and of what follows a month of the spin-up ("settle").
        inputs: what is kept in the arena from month to month, in this order, with its shape but
            for the run.

    Attributes:
        leaves: the first row of each input.
        sections: by name; "fixed" is what depends on parameters alone.
        slots: the draws of a month, process and actor.
        rows: how many there are.
    """

    def __init__(
        self, graphs: Mapping[str, Graph], inputs: Mapping[Input, tuple[int, ...]]
    ) -> None:
        self.rows = 0
        self.leaves = {given: self._take(prod(shape)) for given, shape in inputs.items()}
        self.shapes = dict(inputs)
        #: Row of each different number, by `float.hex`.
        self.constants: dict[str, int] = {}
        self.slots: list[tuple[str, str]] = []
        self.draws: dict[int, int] = {}
        self.address_of: dict[int, Rows] = {}
        self.fused: set[int] = set()
        self.fixed: set[int] = set()
        self._free: list[tuple[int, int]] = []
        self.sections = {"fixed": Section(), **{name: Section() for name in graphs}}
        #: Name of an outcome -> its rows after the statements of the month.
        self.outcomes: dict[str, Rows] = {}
        plans = {name: self._plan(graph) for name, graph in graphs.items()}
        given = [given for graph in graphs.values() for given in graph.inputs()]
        self._read = {name for kind, name, _ in given if kind == "flow"}
        for name, graph in graphs.items():
            self._place(name, graph, *plans[name])

    def _take(self, count: int) -> int:
        self.rows += count
        return self.rows - count

    # What is stored, and what is worked out on the way.

    def _plan(self, graph: Graph) -> tuple[list[Operation], list[Operation]]:
        roots = list(graph.outputs().values())
        nodes = [node for node in graph.nodes(roots) if resolved(node) is node]
        uses = Counter(id(resolved(arg)) for node in nodes for arg in node.args)
        uses.update(id(resolved(root)) for root in roots)
        user = {id(resolved(arg)): node for node in nodes for arg in node.args}
        for node in nodes:
            parameter = node.op == "input" and node.static["input"].kind == "parameter"
            known = node.args and all(id(resolved(arg)) in self.fixed for arg in node.args)
            if node.op == "constant" or parameter or known:
                self.fixed.add(id(node))
        outputs, size = {id(resolved(root)) for root in roots}, dict[int, int]()
        for node in nodes:
            args = [resolved(arg) for arg in node.args]
            size[id(node)] = 1 + sum(size[id(arg)] for arg in args if id(arg) in self.fused)
            if node.op not in EACH or uses[id(node)] != 1 or id(node) in outputs:
                continue
            taker = user[id(node)]
            alike = taker.op in FOLDS or shape_of(taker) == shape_of(node)
            together = (id(node) in self.fixed) == (id(taker) in self.fixed)
            if taker.op in _TAKES_IN and alike and together and size[id(node)] < _MOST:
                self.fused.add(id(node))
        return nodes, roots

    def _place(
        self, section: str, graph: Graph, nodes: list[Operation], roots: list[Operation]
    ) -> None:
        stored = [
            node
            for node in nodes
            if node.op not in MOVES | {"constant"}
            and id(node) not in self.fused
            and not (node.op == "input" and node.static["input"].kind != "draw")
        ]
        for node in nodes:
            if node.op == "input" and node.static["input"].kind != "draw":
                base = self.leaves[node.static["input"]]
                self._set(node, base)
        last = self._last_uses(stored, roots)
        for place, node in enumerate(stored):
            count = prod(shape_of(node))
            fixed = id(node) in self.fixed
            base = self._take(count) if fixed else self._allocate(count)
            self._set(node, base)
            if node.op == "input":
                self.draws[id(node)] = len(self.slots)
                given = node.static["input"]
                self.slots += [(given.name, actor) for actor in given.actors]
            where = self.sections["fixed" if fixed else section]
            where.statements.append(Statement(node, base, count))
            for found in last.get(place, ()):
                self._release(int(self.address_of[id(found)].flat[0]), prod(shape_of(found)))
        # Of the flows those are carried from month to month that are read.
        carried = {name: node for name, node in graph.flows.items() if name in self._read}
        others = {name: node for name, node in graph.flows.items() if name not in self._read}
        moves = self._moves("state", graph.states) + self._moves("flow", carried)
        last = self._moves("flow", others)
        self._in_order(self.sections[section], moves, last)
        self.outcomes.update(
            {name: self.address(node).reshape(-1) for name, node in graph.outcomes.items()}
        )

    def _moves(self, kind: str, found: Mapping[str, Operation]) -> list[tuple[int, int]]:
        moves = []
        for name, node in found.items():
            shape = self.shapes[Input(kind, name)]
            rows = np.broadcast_to(self.address(node), (*shape, 1)).reshape(-1)
            base = self.leaves[Input(kind, name)]
            moves += [(base + i, int(row)) for i, row in enumerate(rows) if row != base + i]
        return moves

    def _in_order(
        self, section: Section, moves: list[tuple[int, int]], last: list[tuple[int, int]]
    ) -> None:
        """Keep moves such that none overwrites what another has yet to move."""
        targets = {to for to, _ in moves}
        risky = dict.fromkeys(source for _, source in [*moves, *last] if source in targets)
        kept = {source: self._take(1) for source in risky}
        aside = [(to, source) for source, to in kept.items()]
        section.moves = aside + [(to, kept.get(source, source)) for to, source in moves]
        section.last = [(to, kept.get(source, source)) for to, source in last]

    def _set(self, node: Operation, base: int) -> None:
        shape = shape_of(node)
        self.address_of[id(node)] = np.arange(base, base + prod(shape)).reshape(shape)

    # When rows are free again.

    def _last_uses(
        self, stored: list[Operation], roots: list[Operation]
    ) -> dict[int, list[Operation]]:
        """Return by the place of a statement the nodes whose rows are needed no more after it."""
        held: dict[int, dict[int, Operation]] = {}

        def under(node: Operation) -> dict[int, Operation]:
            """Return the stored nodes whose rows a node names."""
            node = resolved(node)
            if id(node) not in held:
                held[id(node)] = (
                    {key: x for arg in node.args for key, x in under(arg).items()}
                    if node.op in MOVES
                    else {id(node): node}
                )
            return held[id(node)]

        def read(node: Operation) -> dict[int, Operation]:
            found: dict[int, Operation] = {}
            for arg in map(resolved, node.args):
                found |= read(arg) if id(arg) in self.fused else under(arg)
            return found

        last: dict[int, int] = {id(node): place for place, node in enumerate(stored)}
        mine = {id(node): node for node in stored if id(node) not in self.fixed}
        for place, node in enumerate(stored):
            last |= dict.fromkeys(read(node), place)
        kept = {key for root in roots for key in under(root)}
        ends: dict[int, list[Operation]] = {}
        for key, node in mine.items():
            if key not in kept:
                ends.setdefault(last[key], []).append(node)
        return ends

    def _allocate(self, count: int) -> int:
        for place, (base, size) in enumerate(self._free):
            if size == count:
                del self._free[place]
                return base
            if size > count:
                self._free[place] = (base + count, size - count)
                return base
        return self._take(count)

    def _release(self, base: int, count: int) -> None:
        self._free = sorted([*self._free, (base, count)])
        joined: list[tuple[int, int]] = []
        for base, size in self._free:
            if joined and sum(joined[-1]) == base:
                joined[-1] = (joined[-1][0], joined[-1][1] + size)
            else:
                joined.append((base, size))
        self._free = joined

    # Where numbers stand.

    def address(self, node: Operation) -> Rows:
        """Return the rows of a node, in its shape with one run."""
        node = resolved(node)
        if id(node) not in self.address_of:
            if node.op == "constant":
                found = self._constant(node)
            elif node.op == "spread":
                found = np.broadcast_to(self.address(node.args[0]), (*node.static["over"], 1))
            else:
                args = [self.address(arg) for arg in node.args]
                if node.op in ("stack", "concatenate"):
                    args = self._alike(node, args)
                found = OPERATIONS[node.op](*args, **node.static)
            self.address_of[id(node)] = np.asarray(found, np.intp)
        return self.address_of[id(node)]

    def _alike(self, node: Operation, args: list[Rows]) -> list[Rows]:
        return [np.broadcast_to(arg, (*arg.shape[:-1], 1)) for arg in args]

    def _constant(self, node: Operation) -> Rows:
        """Return the rows of a constant, one for each different number."""
        value = np.asarray(node.static["value"], float)
        keys = [number.hex() for number in value.reshape(-1).tolist()]
        for key in keys:
            if key not in self.constants:
                self.constants[key] = self._take(1)
        return np.array([self.constants[key] for key in keys], np.intp).reshape(value.shape)


def places(rows: Any) -> Rows:
    """Return rows as one list."""
    return np.ascontiguousarray(rows, np.intp).reshape(-1)
