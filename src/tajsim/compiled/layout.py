"""Where the numbers of a month stand: an arena of rows, one row for each number of a run.

Every array of a graph is a table of the rows that hold it, so that views, stacks and changes of
single places cost nothing. Operations element by element are worked out with those that they serve
where they serve one, or are cheap; of what is left, neighbours of one shape share a loop; and rows
that are needed no more are used again.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tajsim.compiled.traced import ELEMENTWISE, OPERATIONS, RUNS, Graph, Input, Note, Operation
from tajsim.inputs.switches import REVIEW

Rows = NDArray[np.intp]

#: What only says where numbers stand.
MOVES = {"getitem", "setitem", "spread", "stack", "concatenate", "take", "swapaxes"}
#: What is worked out element by element.
EACH = {*ELEMENTWISE, "power", "where", "ndtri", "astype", "reciprocal", "quotient"}
#: What goes along an axis and leaves one number of it.
FOLDS = {
    *("add.reduce", "multiply.reduce", "maximum.reduce", "minimum.reduce"),
    *("logical_and.reduce", "logical_or.reduce", "argmax", "argmin"),
}
#: Into these an argument may be worked out on the way.
_TAKES_IN = EACH | FOLDS
#: So many operations at most are worked out in one, and in one loop.
_MOST = 40
#: So many are worked out twice rather than stored for two, unless one of them takes long.
_CHEAP = 2
_DEAR = {"divide", "reciprocal", "power", "exp", "expm1", "log", "log1p", "tanh", "sqrt", "ndtri"}


def shape_of(node: Operation) -> tuple[int, ...]:
    """Return the shape of the rows of a node: of its run axis one is left."""
    return tuple(1 if size == RUNS else size for size in node.shape)


@dataclass
class Statement:
    """Nodes of ``count`` numbers each, worked out together.

    ``bases`` are the rows from which on each is stored; None if only the others need it.
    """

    nodes: list[Operation]
    bases: list[int | None]
    count: int


class NoteBlock(NamedTuple):
    """A note of the chronicle, and the statements for its details, whose rows are its own.

    ``number`` is its place among the notes of a month.
    """

    number: int
    note: Note
    statements: list[Statement]
    address_of: dict[int, Rows]


@dataclass
class Section:
    """What is done each month, or each month of the spin-up: statements, then moves of rows.

    ``moves`` are pairs (to, from) after the statements; ``last`` those after the last month only;
    ``outcomes`` the rows of each, by name; ``notes`` are how many the sections before have.
    """

    statements: list[Statement | NoteBlock] = field(default_factory=list)
    moves: list[tuple[int, int]] = field(default_factory=list)
    last: list[tuple[int, int]] = field(default_factory=list)
    outcomes: dict[str, Rows] = field(default_factory=dict)
    notes: int = 0


def resolved(node: Operation) -> Operation:
    """Return the node whose numbers a node has: a truth is 0 or 1, a whole number a real one."""
    while node.op == "astype" and not (node.dtype.kind in "iu" and node.args[0].dtype.kind == "f"):
        if node.dtype.kind == "b" and node.args[0].dtype.kind != "b":
            break
        (node,) = node.args
    return node


#: Nodes that are worked out together, or a note with the nodes of its details.
Item = list[Operation] | tuple[Note, list[Operation]]


def _count(node: Operation) -> int:
    return prod(shape_of(node))


class RowLayout:
    """The rows of all inputs and nodes.

    Args:
        graphs: of a whole month ("month"), of one without what is done on certain dates alone
            ("between"), and of what follows a month of the spin-up ("settle").
        inputs: what is kept in the arena from month to month, in this order, with its shape but
            for the run.
        most: so many operations at most are worked out together.

    Attributes:
        leaves: the first row of each input.
        sections: by name; "fixed" is what depends on parameters alone.
        slots: the draws of a month, process and actor.
        rows: how many there are.
    """

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        inputs: Mapping[Input, tuple[int, ...]],
        most: int = _MOST,
    ) -> None:
        self.rows, self._most = 0, most
        self.leaves = {given: self._take(prod(shape)) for given, shape in inputs.items()}
        self.shapes = dict(inputs)
        #: Row of each different number, by `float.hex`.
        self.constants: dict[str, int] = {}
        self.slots: list[tuple[str, str]] = []
        self._slot_of: dict[Input, int] = {}
        self.draws: dict[int, int] = {}
        self.address_of: dict[int, Rows] = {}
        self.fused: set[int] = set()
        self.fixed: set[int] = set()
        self._free: list[tuple[int, int]] = []
        self.sections = {"fixed": Section(), **{name: Section() for name in graphs}}
        #: Where rows are kept: for all, or for a note alone.
        self._kept = self.address_of
        self._names: dict[int, dict[int, Operation]] = {}
        plans = {name: self._plan(graph) for name, graph in graphs.items()}
        given = [given for graph in graphs.values() for given in graph.inputs()]
        self._read = {name for kind, name, _ in given if kind == "flow"}
        notes = 0
        for name, graph in graphs.items():
            self.sections[name].notes = notes
            self._place(name, graph, *plans[name])
            notes += len(graph.notes)

    def _take(self, count: int) -> int:
        self.rows += count
        return self.rows - count

    # What is stored, and what is worked out on the way.

    def _plan(self, graph: Graph) -> tuple[list[Operation], list[list[Operation]]]:
        """Return the nodes of a graph in order, and those of the details of each note."""
        roots = [*graph.outputs().values(), *(note.where for note in graph.notes)]
        whole = graph.nodes(roots)
        nodes = [node for node in whole if resolved(node) is node]
        for node in nodes:
            parameter = node.op == "input" and node.static["input"].kind == "parameter"
            known = node.args and all(id(resolved(arg)) in self.fixed for arg in node.args)
            if node.op == "constant" or parameter or known:
                self.fixed.add(id(node))
        main = set(map(id, whole))
        details = [
            [node for node in graph.nodes(note.details(), main) if resolved(node) is node]
            for note in graph.notes
        ]
        # What a note reads is stored.
        read = [resolved(arg) for found in details for node in found for arg in node.args]
        read += [resolved(node) for note in graph.notes for node in note.details()]
        self._fuse(nodes, [*roots, *(node for node in read if id(node) in main)])
        for note, found in zip(graph.notes, details, strict=True):
            self._fuse(found, note.details())
        return nodes, details

    def _fuse(self, nodes: list[Operation], roots: list[Operation]) -> None:
        """Find the nodes that are worked out with the one that they serve."""
        users: dict[int, list[Operation]] = {}
        for node in nodes:
            for arg in node.args:
                users.setdefault(id(resolved(arg)), []).append(node)
        outputs = {id(resolved(root)) for root in roots}
        for node in nodes:
            takers, size = users.get(id(node), []), self._size(node)
            cheap = size <= _CHEAP and node.op not in _DEAR and len(takers) == 2
            if node.op not in EACH or id(node) in outputs or not (len(takers) == 1 or cheap):
                continue
            if size < _MOST and all(self._takes_in(taker, node) for taker in takers):
                self.fused.add(id(node))

    def _takes_in(self, taker: Operation, node: Operation) -> bool:
        alike = taker.op in FOLDS or shape_of(taker) == shape_of(node)
        together = (id(node) in self.fixed) == (id(taker) in self.fixed)
        return taker.op in _TAKES_IN and alike and together

    def _size(self, node: Operation) -> int:
        """Return how many operations are worked out with a node, itself among them."""
        args = map(resolved, node.args)
        return 1 + sum(self._size(arg) for arg in args if id(arg) in self.fused)

    def _together(self, stored: list[Operation]) -> list[list[Operation]]:
        """Return the nodes such that those that can share a loop stand together.

        What one of them reads of the others stands at the place that it works out itself.
        """
        found: list[list[Operation]] = []
        place: dict[int, int] = {}
        latest: dict[tuple[int, ...], int] = {}
        for node in stored:
            shape = shape_of(node)
            alone = node.op not in EACH or id(node) in self.fixed or prod(shape) == 1
            here = -1 if alone else latest.get(shape, -1)
            reads = {key: place.get(key, -1) for key in self._read_by([node])}
            own = {key for key, at in reads.items() if at == here}
            if (
                here < 0
                or max(reads.values(), default=-1) > here
                or sum(map(self._size, [*found[here], node])) > self._most
                or own & self._elsewhere(node)
            ):
                here = len(found)
                found.append([])
            if not alone:
                latest[shape] = here
            found[here].append(node)
            place[id(node)] = here
        return found

    def _elsewhere(self, node: Operation) -> set[int]:
        """Return the stored nodes of which a node reads other places than its own."""
        found: set[int] = set()
        for arg in map(resolved, node.args):
            if id(arg) in self.fused:
                found |= self._elsewhere(arg)
            elif arg.op in MOVES or shape_of(arg) != shape_of(node):
                found.update(self._under(arg))
        return found

    def _place(
        self, section: str, graph: Graph, nodes: list[Operation], details: list[list[Operation]]
    ) -> None:
        for node in [*nodes, *(node for found in details for node in found)]:
            if node.op == "input" and node.static["input"].kind != "draw":
                self._set(node, self.leaves[node.static["input"]])
        stored = self._together(list(filter(self._stored, nodes)))
        order = self._with_notes(stored, list(zip(graph.notes, details, strict=True)))
        last = self._last_uses(order, [*graph.outputs().values()])
        scratch = self._take(max((sum(map(_count, found)) for found in details), default=0))
        for place, item in enumerate(order):
            ended = last.get(place, [])
            if isinstance(item, tuple):
                number = self.sections[section].notes + graph.notes.index(item[0])
                self.sections[section].statements.append(self._note_block(number, *item, scratch))
            else:
                self._statement(section, item, {id(node) for node in ended})
            self._release(ended)
        # Of the flows those are carried from month to month that are read.
        carried = {name: node for name, node in graph.flows.items() if name in self._read}
        others = {name: node for name, node in graph.flows.items() if name not in self._read}
        moves = self._moves("state", graph.states) + self._moves("flow", carried)
        moves += self._moves("watch", graph.watch)
        # The last review of the spin-up may come before its last month.
        often = {name: node for name, node in graph.held.items() if f" {REVIEW} " in name}
        moves += self._moves("held", often)
        held = {name: node for name, node in graph.held.items() if name not in often}
        last_moves = self._moves("flow", others) + self._moves("held", held)
        self._in_order(self.sections[section], moves, last_moves)
        self._release(last.get(len(order), ()))
        self.sections[section].outcomes = {
            outcome: self.address(node).reshape(-1) for outcome, node in graph.outcomes.items()
        }

    def _stored(self, node: Operation) -> bool:
        """Tell whether a node has rows of its own that a statement fills."""
        given = node.op == "input" and node.static["input"].kind != "draw"
        return not (node.op in MOVES | {"constant"} or id(node) in self.fused or given)

    def _statement(self, section: str, nodes: list[Operation], ended: set[int]) -> None:
        """Write nodes that are worked out together; those that have ``ended`` are not stored."""
        node, count = nodes[0], _count(nodes[0])
        fixed, bases = id(node) in self.fixed, list[int | None]()
        for one in nodes:
            inner = id(one) in ended
            bases.append(None if inner else (self._take if fixed else self._allocate)(count))
            if bases[-1] is not None:
                self._set(one, bases[-1])
        if node.op == "input":
            given = node.static["input"]
            if given not in self._slot_of:
                self._slot_of[given] = len(self.slots)
                self.slots += [(given.name, actor) for actor in given.actors]
            self.draws[id(node)] = self._slot_of[given]
        where = self.sections["fixed" if fixed else section]
        where.statements.append(Statement(nodes, bases, count))

    # Notes of the chronicle: each comes after what it reads.

    def _with_notes(
        self, stored: list[list[Operation]], notes: list[tuple[Note, list[Operation]]]
    ) -> list[Item]:
        place = {id(node): i for i, nodes in enumerate(stored) for node in nodes}
        after: dict[int, list[Item]] = {}
        for item in notes:
            latest = max((place.get(key, -1) for key in self._read_by(item)), default=-1)
            after.setdefault(latest, []).append(item)
        order: list[Item] = list(after.get(-1, ()))
        for i, nodes in enumerate(stored):
            order += [nodes, *after.get(i, ())]
        return order

    def _note_block(
        self, number: int, note: Note, details: list[Operation], scratch: int
    ) -> NoteBlock:
        block = NoteBlock(number, note, [], {})
        with self.beside(block):
            for node in filter(self._stored, details):
                self._set(node, scratch)
                block.statements.append(Statement([node], [scratch], _count(node)))
                scratch += _count(node)
        return block

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
        self._kept[id(node)] = np.arange(base, base + prod(shape)).reshape(shape)

    # When rows are free again.

    def _under(self, node: Operation) -> dict[int, Operation]:
        """Return the stored nodes whose rows a node names."""
        node = resolved(node)
        if id(node) not in self._names:
            moved = node.args if node.op in MOVES else ()
            under = {key: x for arg in moved for key, x in self._under(arg).items()}
            self._names[id(node)] = under if node.op in MOVES else {id(node): node}
        return self._names[id(node)]

    def _read_by(self, item: Item) -> dict[int, Operation]:
        """Return the stored nodes that a statement or a note reads."""
        found: dict[int, Operation] = {}
        if isinstance(item, tuple):
            note, details = item
            for node in (note.where, *note.details()):
                found |= self._under(node)
            item = details
        for arg in (resolved(arg) for node in item for arg in node.args):
            found |= self._read_by([arg]) if id(arg) in self.fused else self._under(arg)
        return found

    def _last_uses(self, order: list[Item], roots: list[Operation]) -> dict[int, list[Operation]]:
        """Return by place of a statement the nodes not needed after it, ``roots`` at the end."""
        made = [item if isinstance(item, list) else [] for item in order]
        last = {id(node): i for i, nodes in enumerate(made) for node in nodes}
        for place, item in enumerate(order):
            last |= {key: place for key in self._read_by(item) if key in last}
        last |= {key: len(order) for root in roots for key in self._under(root) if key in last}
        ends: dict[int, list[Operation]] = {}
        for node in chain(*made):
            if id(node) not in self.fixed:
                ends.setdefault(last[id(node)], []).append(node)
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

    def _release(self, nodes: Iterable[Operation]) -> None:
        stored = [node for node in nodes if id(node) in self.address_of]
        ends = [(int(self.address_of[id(node)].flat[0]), _count(node)) for node in stored]
        self._free = sorted([*self._free, *ends])
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
        found = self._kept.get(id(node), self.address_of.get(id(node)))
        if found is None:
            if node.op == "constant":
                found = self._constant(node)
            elif node.op == "spread":
                found = np.broadcast_to(self.address(node.args[0]), (*node.static["over"], 1))
            else:
                assert node.op in MOVES, f"{node.op}: it has no rows"
                args = [self.address(arg) for arg in node.args]
                if node.op in ("stack", "concatenate"):
                    args = [np.broadcast_to(arg, (*arg.shape[:-1], 1)) for arg in args]
                found = OPERATIONS[node.op](*args, **node.static)
            found = self._kept[id(node)] = np.asarray(found, np.intp)
        return found

    @contextmanager
    def beside(self, block: NoteBlock) -> Iterator[None]:
        """Let the rows be those that a note sees."""
        self._kept = block.address_of
        yield
        self._kept = self.address_of

    def _constant(self, node: Operation) -> Rows:
        """Return the rows of a constant, one for each different number."""
        value = np.asarray(node.static["value"], float)
        keys = [number.hex() for number in value.reshape(-1).tolist()]
        for key in keys:
            if key not in self.constants:
                self.constants[key] = self._take(1)
        return np.array([self.constants[key] for key in keys], np.intp).reshape(value.shape)
