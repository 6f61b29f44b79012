"""The month as a graph, and the arrays that record it: what is done to them becomes its nodes.

A `Traced` behaves as an array of numpy does: universal functions and functions of numpy come to
it by numpy's own protocols, a view writes through to what it is a view of. It has a shape but no
numbers, so that whatever asks for one is refused, with the line that asked.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from linecache import getline
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
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
    args: tuple[Operation, ...]
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


def _folded(name: str, method: str) -> Callable[..., Value]:
    return lambda x, *, axis: getattr(getattr(np, name), method)(x, axis=axis)


#: More quotients than so many by one divisor are worked out with its reciprocal.
_MANY = 2
#: Universal functions of numpy by name, element by element.
ELEMENTWISE = (
    *("add", "subtract", "multiply", "divide", "remainder", "negative", "absolute", "sign"),
    *("maximum", "minimum", "square", "sqrt", "exp", "expm1", "log", "log1p", "tanh", "floor"),
    *("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"),
    *("logical_and", "logical_or", "logical_not", "bitwise_and", "bitwise_or", "invert"),
)

_REDUCED = ("multiply", "maximum", "minimum", "logical_and", "logical_or")
#: Every operation besides "input", "constant" and "spread", by name; a generator of code needs
#: these and no other.
OPERATIONS: dict[str, Callable[..., Value]] = {
    **{name: getattr(np, name) for name in ELEMENTWISE},
    "getitem": _getitem,
    "setitem": _setitem,
    "take_along_axis": np.take_along_axis,
    "power": lambda x, y: x**y,  # to the bit as the operator: squares are products
    # Of many numbers by few: code needs a division for each divisor alone.
    "reciprocal": lambda y: 1.0 / y,
    "quotient": lambda x, y, reciprocal: x / y,
    "astype": lambda x, *, dtype: x.astype(dtype),
    "where": np.where,
    "stack": lambda *xs, axis: np.stack(xs, axis),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis),
    "swapaxes": np.swapaxes,
    "take": np.take,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "ndtri": ndtri,
    "add.reduce": lambda x, *, axis: total(x, axis),
    **{f"{name}.accumulate": _folded(name, "accumulate") for name in ("add", "multiply")},
    **{f"{name}.reduce": _folded(name, "reduce") for name in _REDUCED},
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
    """What a rule answered to its ``number``-th question with these shapes in a part of a month.

    ``parts`` are the names of what is held of it, an input and an output each.
    """

    rule: str
    shapes: tuple[Shape, ...]
    asked_in: str
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


_OWN = str(Path(__file__).parent)
_NUMPY = str(Path(np.__file__).parent)


class TraceError(RuntimeError):
    """The month is no static graph: the line of the model, and what it does."""


def here() -> str:
    """Return the line of the model that is at work, ``file:line``."""
    frame: FrameType | None = sys._getframe(1)
    while frame and frame.f_code.co_filename.startswith((_OWN, _NUMPY)):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"


def refused(what: str, place: str = "") -> TraceError:
    """Return the error of a line of the model, the present one if none is given."""
    place = place or here()
    file, _, line = place.rpartition(":")
    code, path = getline(file, int(line or 0)).strip(), Path(file)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return TraceError(
        f"{shown}:{line}: {what}: `{code}`; a month must be the same operations on arrays in every "
        "run and month (docs/speed.md, 'A month that stays traceable')"
    )


class Recorder:
    """Makes the nodes of graphs, each operation on the same operands once.

    Args:
        runs: length of the run axis while tracing, two or more.
    """

    def __init__(self, runs: int) -> None:
        self.runs = runs
        #: Guards that are traced as not entered, by place, and the conditions of all that were met.
        self.skip: Container[str] = ()
        self.guards: dict[str, list[Operation]] = {}
        self._known: dict[Any, Operation] = {}
        self._samples: dict[int, Any] = {}
        self.labels = np.arange(runs)
        self._whole: set[Any] = set()

    def sample(self, node: Operation) -> Any:
        """Return an array as the node's would be, of no meaning: numpy tells shapes by it."""
        return self._samples[id(node)]

    def _new(
        self, key: Any, sample: Any, op: str, args: tuple[Operation, ...], static: Mapping[str, Any]
    ) -> Operation:
        if key not in self._known:
            shape, place = np.shape(sample), here()
            if len(shape) and shape[-1] == self.runs:
                shape = (*shape[:-1], RUNS)
            elif len(shape) and shape[-1] != 1 and op != "constant":
                raise refused("the run axis is lost", place)
            node = Operation(op, args, static, shape, np.asarray(sample).dtype, place)
            self._known[key], self._samples[id(node)] = node, sample
        return self._known[key]

    def input(self, given: Input, *shape: int) -> Any:
        """Return an input, its run axis besides the others."""
        sample = np.ones((*shape, self.runs))
        return Traced(self, self._new(given, sample, "input", (), {"input": given}))

    def constant(self, value: Any) -> Operation:
        """Return a constant; one with a run axis must be the same in every run."""
        if type(value) is MonthNumber:
            raise refused("the number of the month is worked with; `country.calendar` has it")
        array = kept = np.asarray(value)
        if array.ndim and array.shape[-1] == self.runs:
            kept = array[..., :1]
            if not ((array == kept) | (array != array)).all():
                raise refused("numbers of runs that are no state, flow, parameter or draw")
        key = (type(value), array.dtype, array.shape, kept.tobytes())
        static = {"value": kept if array.ndim else value}
        return self._new(key, value, "constant", (), static)

    def node(self, value: Any) -> Operation:
        """Return the node of an operand."""
        return value.node if isinstance(value, Traced) else self.constant(value)

    def record(self, op: str, *operands: Any, **static: Any) -> Operation:
        """Return the node of an operation; one on constants alone is carried out."""
        args = tuple(self.node(operand) for operand in operands)
        if op == "divide" and args[1].op != "constant":
            many, few = (np.size(self.sample(arg)) for arg in args)
            if many > _MANY * few:
                op, args = "quotient", (*args, self.record("reciprocal", operands[1]))
        key = (op, *map(id, args), _key(static))
        if key not in self._known:
            samples = [self.sample(arg) for arg in args]
            with np.errstate(all="ignore"):
                if op == "spread":
                    found = np.broadcast_to(samples[0], (*static["over"], self.runs))
                else:
                    found = OPERATIONS[op](*samples, **static)
            if all(arg.op == "constant" for arg in args):
                self._known[key] = self.constant(found)
            else:
                self._new(key, found, op, args, static)
        return self._known[key]

    def check_index(self, shape: tuple[int, ...], index: Any) -> None:
        """Refuse an index of an array of that shape which does not take all runs as they are."""
        key = (shape, _key(index))
        if key in self._whole:
            return
        if shape[-1:] == (self.runs,):
            found = np.broadcast_to(self.labels, shape)[index]
            if np.shape(found)[-1:] != (self.runs,) or (found != self.labels).any():
                raise refused("some runs are singled out")
        self._whole.add(key)

    def spread(self, value: Any, shape: Sequence[int]) -> Traced:
        """Return a value spread over a shape whose last axis is that of the runs."""
        return Traced(self, self.record("spread", value, over=tuple(shape)[:-1]))


def _key(static: Any) -> Any:
    if isinstance(static, Mapping):
        return tuple((name, _key(value)) for name, value in static.items())
    if isinstance(static, tuple | list):
        return tuple(map(_key, static))
    if isinstance(static, np.ndarray):
        return static.shape, static.dtype, static.tobytes()
    return repr(static)


def _compared(how: str) -> Any:
    def compare(self: MonthNumber, other: int) -> bool:
        found: bool = getattr(int, how)(self, other)
        return found if other < 2 else self._refuse()

    return compare


class MonthNumber(int):
    """The number of the month: it keys draws, and is neither worked with nor a condition.

    Only the first two months may be told apart, being the start: a month that is traced is later.
    """

    def _refuse(self, *args: Any) -> Any:
        raise refused("a branch on the month, whose values `country.calendar` has")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _refuse
    __mod__ = __floordiv__ = __truediv__ = __divmod__ = __float__ = _refuse
    __eq__, __ne__, __lt__ = _compared("__eq__"), _compared("__ne__"), _compared("__lt__")
    __le__, __gt__, __ge__ = _compared("__le__"), _compared("__gt__"), _compared("__ge__")
    __hash__ = int.__hash__


def _over(op: str) -> Any:
    """Return a method that puts together what stands on one axis, never on that of the runs."""
    return lambda self, axis=None: self._record(op, self, axis=self._axis(axis))


#: Functions of numpy that are methods of an array as well.
_METHODS = {"max", "min", "any", "all", "sum", "prod", "argmax", "argmin", "take", "swapaxes"}


class Traced(NDArrayOperatorsMixin):
    """An array that records what is done to it; a view of ``base`` where one is given."""

    def __init__(
        self, recorder: Recorder, node: Operation | None = None, base: Any = None, index: Any = None
    ) -> None:
        self.recorder, self._node, self._base, self._index = recorder, node, base, index
        self.flags = SimpleNamespace(writeable=True)

    @property
    def node(self) -> Operation:
        """The node that holds its present numbers."""
        if self._base is None:
            assert self._node
            return self._node
        return self.recorder.record("getitem", self._base, index=self._index)

    @property
    def _sample(self) -> Any:
        return self.recorder.sample(self.node)

    shape = property(lambda self: np.shape(self._sample))
    ndim = property(lambda self: np.ndim(self._sample))
    size = property(lambda self: np.size(self._sample))
    dtype = property(lambda self: self.node.dtype)

    def __len__(self) -> int:
        return len(self._sample)

    def __iter__(self) -> Iterator[Traced]:
        if self.ndim < 2:
            raise refused("a loop over runs")
        return (self[i] for i in range(len(self)))

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise refused("one number is taken from an array of all runs")

    __float__ = __int__ = __index__ = __complex__ = _refuse
    item = tolist = nonzero = _refuse

    def __bool__(self) -> bool:
        raise refused("a branch on the value of an array")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise refused("an array of the month is put into, or indexes, one made outside it")

    def __hash__(self) -> int:
        return id(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise refused(f"`{name}` of an array cannot be traced")

    def _record(self, op: str, *operands: Any, **static: Any) -> Traced:
        return Traced(self.recorder, self.recorder.record(op, *operands, **static))

    def _assign(self, value: Any) -> None:
        """Take new numbers, in the shape and type that it has."""
        node = self.recorder.node(value)
        if node.shape != self.node.shape or node.dtype != self.dtype or node.op == "spread":
            node = self.recorder.record("setitem", self, value, index=...)
        if self._base is None:
            self._node = node
        else:
            self._base[self._index] = Traced(self.recorder, node)

    def _static(self, index: Any) -> tuple[Any, ...]:
        """Return an index all of whose parts are the same in every run."""
        parts = index if isinstance(index, tuple) else (index,)
        for part in parts:
            if isinstance(part, Traced):
                by = "a mask" if part.dtype == bool else "numbers"
                raise refused(f"rows are chosen by {by} that may differ by run")
        self.recorder.check_index(self.shape, parts)
        return parts

    def __getitem__(self, index: Any) -> Traced:
        parts = index if isinstance(index, tuple) else (index,)
        if self.ndim == len(parts) > 1 and np.array_equal(parts[-1], self.recorder.labels):
            return self._chosen(parts[:-1])
        parts = self._static(index)
        if any(isinstance(part, np.ndarray | list) for part in parts):
            return self._record("getitem", self, index=parts)
        return Traced(self.recorder, None, self, parts)

    def _chosen(self, parts: tuple[Any, ...]) -> Traced:
        """Return one row in each run; the places in the other axes are the same in all."""
        by_run = [part for part in parts if not isinstance(part, int | np.integer)]
        if len(by_run) != 1:
            raise refused("rows are chosen in several axes at once")
        ways = self[tuple(slice(None) if part is by_run[0] else part for part in parts)]
        return ways._record("take_along_axis", ways, by_run[0][None], axis=0)[0]

    def __setitem__(self, index: Any, value: Any) -> None:
        parts = self._static(index)
        if isinstance(value, Traced):
            # What is left of ``x[i] += 1``, whose view has written through already.
            same = value._base is self and _key(value._index) == _key(parts)
            if value is self or same:
                return
        whole = len(parts) == 1 and parts[0] is ...
        self._assign(value if whole else self._record("setitem", self, value, index=parts))

    def copy(self) -> Traced:
        """Return an array of its own with the same numbers."""
        return Traced(self.recorder, self.node)

    def astype(self, dtype: Any) -> Traced:
        """Return its numbers in another type."""
        same = np.dtype(dtype) == self.dtype
        return self.copy() if same else self._record("astype", self, dtype=np.dtype(dtype))

    def any(self, axis: int | None = None) -> Any:
        """Return for all runs the guard of a block, which is traced as entered; else a fold."""
        if axis is not None and axis % self.ndim != self.ndim - 1:
            return self._record("logical_or.reduce", self, axis=self._axis(axis))
        place = here()
        self.recorder.guards.setdefault(place, []).append(self.node)
        entered = place not in self.recorder.skip
        return entered if axis is None else np.full(self.shape[:-1], entered)

    def _axis(self, axis: Any) -> int:
        if not isinstance(axis, int | np.integer) or axis % (self.ndim or 1) == self.ndim - 1:
            raise refused("runs are put together, or several axes at once")
        return int(axis) % int(self.ndim)

    max, min, all = _over("maximum.reduce"), _over("minimum.reduce"), _over("logical_and.reduce")
    sum, prod = _over("add.reduce"), _over("multiply.reduce")
    argmax, argmin = _over("argmax"), _over("argmin")

    def take(self, indices: Any, axis: Any = None) -> Traced:
        """Return static places of an axis."""
        return self._record("take", self, indices=indices, axis=self._axis(axis))

    def swapaxes(self, axis1: int, axis2: int) -> Traced:
        """Return it with two axes changed over, neither of them that of the runs."""
        return self._record("swapaxes", self, axis1=self._axis(axis1), axis2=self._axis(axis2))

    def __pow__(self, other: Any) -> Traced:
        return self._record("power", self, other)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *operands: Any, out: Any = None, **options: Any
    ) -> Any:
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        if name not in OPERATIONS or options.keys() - {"axis"}:
            raise refused(f"`{name}` cannot be traced")
        if method != "__call__":
            return _over(name)(operands[0], **options)
        found = self._record(name, *operands)
        if out is None:
            return found
        if not isinstance(out[0], Traced):
            raise refused("an array made outside the month is changed in it")
        out[0]._assign(found)
        return out[0]

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name = func.__name__
        if name in ("ndim", "shape", "size"):
            return getattr(args[0], name)
        if name in ("zeros_like", "ones_like"):
            return self.recorder.spread(float(name == "ones_like"), args[0].shape)
        if name in ("stack", "concatenate"):
            return joined(self.recorder, name, args[0], *args[1:], **kwargs)
        if name == "where" and len(args) == 3:
            return self._record("where", *args)
        if name == "clip" and len(args) == 3:
            return np.minimum(np.maximum(args[0], args[1]), args[2])
        if name == "cumsum":
            return np.add.accumulate(args[0], **kwargs)
        if name == "repeat":
            places = np.repeat(np.arange(args[0].shape[kwargs["axis"]]), args[1])
            return args[0].take(places, **kwargs)
        if name == "take_along_axis":
            x, places, axis = args[0], args[1], args[2] if len(args) > 2 else kwargs["axis"]
            return self._record(name, x, places, axis=x._axis(axis))
        if name == "broadcast_to":
            return self.recorder.spread(*args, **kwargs)
        if name == "broadcast_arrays":
            shape = np.broadcast_shapes(*(np.shape(part) for part in args))
            return tuple(self.recorder.spread(part, shape) for part in args)
        if name in _METHODS:
            return getattr(args[0], name)(*args[1:], **kwargs)
        raise refused(f"`np.{name}` cannot be traced")


def joined(recorder: Recorder, op: str, parts: Any, axis: int = 0) -> Traced:
    """Return parts stacked or put one after another, along any axis but that of the runs."""
    parts = [*parts]
    count = np.ndim(parts[0]) + (op == "stack")
    if axis % count == count - 1:
        raise refused("runs are put together")
    return Traced(recorder, recorder.record(op, *parts, axis=axis))
