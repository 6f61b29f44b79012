"""From the layout of a month to LLVM code that simulates a span of months for a tile of runs.

A tile is as many runs as a vector has lanes. Its numbers are rows of an arena; the code goes
through the statements of a month, stores the outcomes asked for, and moves the new states to the
rows of the old ones.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.compiled.layout import EACH, NoteBlock, RowLayout, Rows, Statement, resolved, shape_of
from tajsim.compiled.traced import Operation
from tajsim.compiled.vectors import Writer, functions

_ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_COMPARISONS = {
    **{"greater": "ogt", "less": "olt", "greater_equal": "oge", "less_equal": "ole"},
    **{"equal": "oeq", "not_equal": "une"},
}
_LOGIC = {
    **{"logical_and": "and", "logical_or": "or", "bitwise_and": "and", "bitwise_or": "or"},
    # What numpy makes of two truths.
    **{"multiply": "and", "add": "or", "minimum": "and", "maximum": "or"},
}
_CALLS = {"exp", "log", "log1p", "expm1", "tanh", "ndtri", "remainder"}
_INTRINSICS = {"sqrt": "sqrt", "floor": "floor", "absolute": "fabs"}
#: Sections of the layout that are months.
MONTHS = ("month", "between")
#: Statements in one function: the compiler takes longer than in proportion for larger ones.
_TOGETHER = 24
#: Folds of so few terms are written out.
_SHORT = 12

#: A value in registers, and whether it is a truth.
Value = tuple[str, bool]
_GIVEN = "ptr %S, ptr %K, ptr %C, ptr %Q, ptr %N"
_ARGS = _GIVEN.replace("ptr", "ptr noalias")
#: Of a note: its number, the month and the runs concerned (a bit each), 8 bytes each, and a fourth
#: for the alignment; then size, actor, target and cause, a number for each run.
NOTE_HEAD, NOTE_PARTS = 4, 4
#: What %N holds, 8 bytes each: how many notes there are, whether there are to be any, the month,
#: where they go.
COUNT, ASKED, MONTH, PLACE = range(4)


class KernelCode:
    """The text of the code.

    Args:
        layout: of the rows.
        lanes: runs in a tile.
        dates: the first row of what the calendar gives for a month, and how many there are.
        seldom: those of its rows that call for a whole month.
    """

    def __init__(
        self, layout: RowLayout, lanes: int, dates: tuple[int, int], seldom: Sequence[int]
    ) -> None:
        self.layout, self.lanes, self.w = layout, lanes, Writer(lanes)
        self.width = 8 * lanes
        self._tables: dict[str, str] = {}
        self._parts: list[str] = [functions(self.w)]
        self._loaded: dict[object, str] = {}
        #: What has been worked out before in the same turn of a loop, by node.
        self._worked_out: dict[int, Value] = {}
        self.notes: list[NoteBlock] = []
        for name in layout.sections:
            self._section(name)
        self.notes.sort(key=lambda block: block.number)
        for block in self.notes:
            self._note(block)
        self._noted()
        self._main(dates, seldom)
        tables = [f"{name} = internal constant {text}" for text, name in self._tables.items()]
        self.text = "\n".join([*tables, *self._parts])

    # Functions.

    @contextmanager
    def _function(self, name: str, args: str = _ARGS, how: str = "internal ") -> Iterator[None]:
        self.w.begin()
        self._loaded = {}
        yield
        lines = "\n".join(self.w.lines)
        self._parts.append(f"define {how}void @{name}({args}) {{\nentry:\n{lines}\n  ret void\n}}")

    def _section(self, name: str) -> None:
        section, parts = self.layout.sections[name], list[str]()
        for first in range(0, len(section.statements), _TOGETHER):
            parts.append(f"{name}_{len(parts)}")
            with self._function(parts[-1]):
                for statement in section.statements[first : first + _TOGETHER]:
                    if isinstance(statement, NoteBlock):
                        self._if_noted(statement)
                    else:
                        self._statement(statement)
        with self._function(name):
            for part in parts:
                self.w.line(f"call void @{part}({_GIVEN}) noinline")
        for part, moves in (("moves", section.moves), ("last", section.last)):
            with self._function(f"{name}_{part}", "ptr noalias %S"):
                self._move(moves)

    def _main(self, dates: tuple[int, int], seldom: Sequence[int]) -> None:
        """Write the functions that are called from outside."""
        w, (date, count) = self.w, dates
        with self._function("fixed_rows", "ptr %S", how=""):
            w.line(f"call void @fixed(ptr %S{', ptr null' * 4})")
        args = (
            f"{_GIVEN}, ptr %D, i64 %first, i64 %n, i1 zeroext %settle, "
            "i64 %rows, ptr %from, ptr %to, i64 %stride, i64 %lanes"
        )
        with self._function("months", args, how=""), w.loop("%n") as month:
            w.store(w.let(f"add i64 %first, {month}"), w.at("%N", MONTH, "i64"))
            size = count * self.width
            source = w.at("%D", w.let(f"mul i64 {month}, {size}"))
            moved = f"ptr {w.at('%S', date * self.width)}, ptr {source}, i64 {size}, i1 0"
            w.line(f"call void @llvm.memcpy.p0.p0.i64({moved})")
            at = w.let(f"mul i64 {month}, {len(self.layout.slots)}")
            given = _GIVEN.replace("%C", w.at("%C", at, "i64"))
            whole = self._any(seldom) if "between" in self.layout.sections else "true"
            ends = w.let(f"icmp eq i64 {month}, {w.let('sub i64 %n, 1')}")
            for name in filter(self.layout.sections.__contains__, MONTHS):
                with w.when(whole):
                    w.line(f"call void @{name}({given})")
                    with w.when(w.let("icmp ugt i64 %rows, 0")):
                        self._outcomes(month, MONTHS.index(name))
                    w.line(f"call void @{name}_moves(ptr %S)")
                    with w.when(ends):
                        w.line(f"call void @{name}_last(ptr %S)")
                whole = w.let(f"xor i1 {whole}, true")
            with w.when("%settle"):
                w.line(f"call void @settle({_GIVEN})")
                w.line("call void @settle_moves(ptr %S)")
        single = f"<{self.lanes} x float>, ptr, i32, {w.truth}"
        self._parts += [
            f"declare void @llvm.masked.store.v{self.lanes}f32.p0({single})",
            "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)",
        ]

    def _any(self, rows: Sequence[int]) -> str:
        """Return whether one of some rows is other than zero in any lane."""
        w, found = self.w, "false"
        for row in rows:
            there = w.compare("une", self._row(np.array([row]), "0"), w.number(0.0))
            some = w.let(f"icmp ne i{self.lanes} {self._bits(there)}, 0")
            found = w.let(f"or i1 {found}, {some}")
        return found

    def _bits(self, truth: str) -> str:
        return self.w.let(f"bitcast {self.w.truth} {truth} to i{self.lanes}")

    def _outcomes(self, month: str, kind: int) -> None:
        """Store outcomes in single precision where they are recorded, of ``kind`` in the table."""
        w, n = self.w, self.lanes
        lanes = ", ".join(f"i64 {lane}" for lane in range(n))
        mask = w.let(f"icmp ult {w.whole} <{lanes}>, {w.spread('%lanes', 'i64')}")
        shift = w.let(f"mul i64 {month}, %stride")
        with w.loop("%rows") as row:
            place = w.let(f"add i64 {row}, {w.let(f'mul i64 %rows, {kind}')}")
            value = w.load(w.at("%S", w.load(w.at("%from", place, "i64"))), w.real)
            single = w.let(f"fptrunc {w.real} {value} to <{n} x float>")
            to = w.at(w.load(w.at("%to", row, "ptr"), "ptr"), shift)
            stored = f"<{n} x float> {single}, ptr {to}, i32 4, {w.truth} {mask}"
            w.line(f"call void @llvm.masked.store.v{n}f32.p0({stored})")

    # Notes of the chronicle.

    def _if_noted(self, block: NoteBlock) -> None:
        """Write the call of a note, if it concerns any run."""
        self.notes.append(block)
        self._loaded = {}
        some = self.w.let(f"icmp ne i{self.lanes} {self._concerned(block)}, 0")
        with self.w.when(some):
            self.w.line(f"call void @note_{block.number}({_GIVEN})")
        self._loaded = {}

    def _concerned(self, block: NoteBlock) -> str:
        """Return the runs in which something is noted, a bit each."""
        return self._bits(self._truth(self._operand(block.note.where, (1,), _same, "0")))

    def _note(self, block: NoteBlock) -> None:
        """Write the function that writes a note down, if notes are asked for."""
        w, note = self.w, block.note
        with self._function(f"note_{block.number}"), self.layout.beside(block):
            asked = w.let(f"icmp ne i64 {w.load(w.at('%N', ASKED, 'i64'))}, 0")
            with w.when(asked):
                for statement in block.statements:
                    self._statement(statement)
                self._loaded = {}
                parts = [note.size, note.actor.which, note.target.which, note.cause.which]
                told = [
                    part and self._number(self._operand(part, (1,), _same, "0")) for part in parts
                ]
                given = ", ".join(f"{w.real} {number or w.number(0.0)}" for number in told)
                here = f"i{self.lanes} {self._concerned(block)}"
                w.line(f"call void @noted(ptr %N, i64 {block.number}, {here}, {given})")

    def _noted(self) -> None:
        """Write the function that writes one note down."""
        w = self.w
        parts = ", ".join(f"{w.real} %p{i}" for i in range(NOTE_PARTS))
        with self._function("noted", f"ptr %N, i64 %number, i{self.lanes} %here, {parts}"):
            count, place = (w.load(w.at("%N", what, "i64")) for what in (COUNT, PLACE))
            shift = w.let(f"mul i64 {count}, {8 * (NOTE_HEAD + NOTE_PARTS * self.lanes)}")
            entry = w.let(f"inttoptr i64 {w.let(f'add i64 {place}, {shift}')} to ptr")
            month = w.load(w.at("%N", MONTH, "i64"))
            bits = w.let(f"zext i{self.lanes} %here to i64")
            for i, value in enumerate(("%number", month, bits)):
                w.store(value, w.at(entry, i, "i64"))
            for i in range(NOTE_PARTS):
                to = w.at(entry, 8 * (NOTE_HEAD + i * self.lanes))
                w.line(f"store {w.real} %p{i}, ptr {to}, align 8")
            w.store(w.let(f"add i64 {count}, 1"), w.at("%N", COUNT, "i64"))

    def _move(self, moves: Sequence[tuple[int, int]]) -> None:
        """Move rows in an order in which nothing is lost: what is put aside comes first."""
        if moves:
            to, source = map(np.array, zip(*moves, strict=True))
            self._each(len(to), lambda i: self._store(self._row(source, i), to, i))

    # Statements.

    def _each(self, count: int, body: Callable[[str], None]) -> None:
        """Write a body for each of so many rows: a loop, or straight code for one."""
        self._loaded = {}
        if count == 1:
            body("0")
            return
        with self.w.loop(count) as index:
            body(index)

    def _table(self, kind: str, numbers: list[Any], index: str) -> str:
        """Return the number at an index of a list that does not change."""
        text = f"[{len(numbers)} x {kind}] [{', '.join(f'{kind} {n}' for n in numbers)}]"
        name = self._tables.setdefault(text, f"@t{len(self._tables)}")
        return self.w.load(self.w.at(name, index, kind), kind)

    def _pointer(self, rows: Rows, index: str) -> str:
        """Return the address of the row that stands at an index of a list of rows."""
        w, first = self.w, int(rows[0])
        if (rows == first).all() or _known(index):
            row = first if (rows == first).all() else int(rows[int(index)])
            return w.at("%S", row * self.width)
        if (rows == first + np.arange(len(rows))).all():
            return w.at("%S", w.let(f"mul i64 {w.let(f'add i64 {index}, {first}')}, {self.width}"))
        place = self._table("i32", (rows * self.width).tolist(), index)
        return w.at("%S", w.let(f"zext i32 {place} to i64"))

    def _row(self, rows: Rows, index: str) -> str:
        key = (rows.tobytes(), index)
        if key not in self._loaded:
            self._loaded[key] = self.w.load(self._pointer(rows, index), self.w.real)
        return self._loaded[key]

    def _store(self, value: str, rows: Rows, index: str) -> None:
        self.w.store(value, self._pointer(rows, index), self.w.real)

    def _constants(
        self, value: NDArray[np.float64], shape: tuple[int, ...], order: "Order", index: str
    ) -> str:
        listed = order(np.broadcast_to(value, shape)).reshape(-1)
        bits = listed.view(np.uint64)
        if (bits == bits[:1]).all() or _known(index):
            return self.w.number(float(listed[0 if (bits == bits[:1]).all() else int(index)]))
        key = ("constant", listed.tobytes(), index)
        if key not in self._loaded:
            numbers = [f"0x{number:016X}" for number in bits.tolist()]
            self._loaded[key] = self.w.spread(self._table("double", numbers, index), "double")
        return self._loaded[key]

    def _statement(self, statement: Statement) -> None:
        node, count = statement.nodes[0], statement.count
        rows = np.arange(count) + (statement.bases[0] or 0)
        shape = shape_of(node)
        if node.op in EACH:

            def body(i: str) -> None:
                for each, base in zip(statement.nodes, statement.bases, strict=True):
                    found = self._operation(each, shape, _same, i)
                    self._worked_out[id(each)] = found
                    if base is not None:
                        self._store(self._number(found), np.arange(base, base + count), i)
                self._worked_out = {}

            self._each(count, body)
        elif node.op == "input":
            self._draw(self.layout.draws[id(node)], rows)
        elif node.op == "take_along_axis":
            self._taken(node, rows)
        elif node.op.endswith(".accumulate"):
            self._accumulated(node, rows.reshape(shape))
        else:
            self._folded(node, rows)

    def _operand(
        self, node: Operation, shape: tuple[int, ...], order: "Order", index: str
    ) -> Value:
        """Return a value in a loop over the places of a shape, taken in some order."""
        node = resolved(node)
        if id(node) in self._worked_out:
            return self._worked_out[id(node)]
        if id(node) in self.layout.fused:
            return self._operation(node, shape, order, index)
        if node.op == "constant":
            value = np.asarray(node.static["value"], float)
            return self._constants(value, shape, order, index), False
        rows = order(np.broadcast_to(self.layout.address(node), shape))
        return self._row(rows.reshape(-1), index), False

    def _number(self, value: Value) -> str:
        name, truth = value
        one, zero = self.w.number(1.0), self.w.number(0.0)
        return self.w.select(name, one, zero) if truth else name

    def _truth(self, value: Value) -> str:
        name, truth = value
        return name if truth else self.w.compare("une", name, self.w.number(0.0))

    def _operation(
        self, node: Operation, shape: tuple[int, ...], order: "Order", index: str
    ) -> Value:
        w, op = self.w, node.op
        args = [self._operand(arg, shape, order, index) for arg in node.args]
        if op in _LOGIC and node.dtype.kind == "b":
            a, b = map(self._truth, args)
            return w.let(f"{_LOGIC[op]} {w.truth} {a}, {b}"), True
        if op in ("invert", "logical_not"):
            return w.let(f"xor {w.truth} {self._truth(args[0])}, splat (i1 true)"), True
        if op == "where":
            return w.select(self._truth(args[0]), *map(self._number, args[1:])), False
        if op == "astype" and node.dtype.kind == "b":
            return self._truth(args[0]), True
        x, *others = map(self._number, args)
        if op == "divide":
            return self._divided(node, shape, order, index, x, others[0]), False
        if op == "quotient":
            return self._quotient(x, *others), False
        if op == "reciprocal":
            return w.op("fdiv", w.number(1.0), x), False
        if op in _ARITHMETIC:
            return w.op(_ARITHMETIC[op], x, others[0]), False
        if op in _COMPARISONS:
            return w.compare(_COMPARISONS[op], x, others[0]), True
        if op in ("maximum", "minimum"):
            return self._extreme(op, x, others[0]), False
        if op in _INTRINSICS:
            return w.intrinsic(_INTRINSICS[op], x), False
        if op in _CALLS:
            return w.call(op, x, *others), False
        if op == "power":
            return self._power(node, x, others[0]), False
        if op == "astype":
            return w.intrinsic("trunc", x), False
        if op == "negative":
            return w.let(f"fneg {w.real} {x}"), False
        if op == "square":
            return w.op("fmul", x, x), False
        if op == "sign":
            found = w.select(w.compare("ogt", x, w.number(0.0)), w.number(1.0), w.number(0.0))
            return w.select(w.compare("olt", x, w.number(0.0)), w.number(-1.0), found), False
        raise KeyError(op)

    def _divided(
        self, node: Operation, shape: tuple[int, ...], order: "Order", index: str, x: str, y: str
    ) -> str:
        """Return a quotient; by a constant, without a division."""
        w, divisor = self.w, resolved(node.args[1])
        if divisor.op != "constant":
            return w.op("fdiv", x, y)
        value = np.asarray(divisor.static["value"], float)
        if not (np.isfinite(value) & (np.abs(value) > 1e-290) & (np.abs(value) < 1e290)).all():
            return w.op("fdiv", x, y)
        inverse = self._constants(1.0 / value, shape, order, index)
        if (np.frexp(value)[0] == 0.5).all():
            return w.op("fmul", x, inverse)
        return self._quotient(x, y, inverse)

    def _quotient(self, x: str, y: str, inverse: str) -> str:
        """Return a quotient as a product with the reciprocal and what that misses.

        A correctly rounded reciprocal and one correction give the correctly rounded quotient
        (Markstein 1990); where it is not finite the product is what it is to be.
        """
        w = self.w
        product = w.op("fmul", x, inverse)
        found = w.fma(w.less(product, y, x), inverse, product)
        return w.select(w.compare("ord", found, found), found, product)

    def _extreme(self, op: str, a: str, b: str) -> str:
        # Written so that it is one instruction; a number wins over none.
        return self.w.select(self.w.compare("ogt" if op == "maximum" else "olt", a, b), a, b)

    def _power(self, node: Operation, x: str, y: str) -> str:
        exponent = node.args[1].static.get("value") if node.args[1].op == "constant" else None
        known = float(exponent) if exponent is not None and np.ndim(exponent) == 0 else None
        if known == 2.0:
            return self.w.op("fmul", x, x)
        if known == 0.5:
            return self.w.intrinsic("sqrt", x)
        if exponent is not None and not np.isin(exponent, (0.0, 1.0, 2.0)).any():
            return self.w.call("exp", self.w.op("fmul", y, self.w.call("log", x)))
        return self.w.call("power", x, y)

    def _draw(self, slot: int, rows: Rows) -> None:
        """Write uniform draws; at least %Q, where nothing happens in the spin-up."""
        w = self.w

        def body(i: str) -> None:
            at = w.let(f"add i64 {i}, {slot}")
            key = f"{w.whole} {w.load('%K', w.whole)}"
            counter = f"{w.whole} {w.spread(w.load(w.at('%C', at, 'i64')), 'i64')}"
            drawn = w.let(f"call {w.real} @uniform({key}, {counter}, ptr @numbers)")
            least = w.spread(w.load(w.at("%Q", at, "double"), "double"), "double")
            self._store(self._extreme("maximum", drawn, least), rows, i)

        self._each(len(rows), body)

    def _taken(self, node: Operation, rows: Rows) -> None:
        """Write one row of an axis for each run: the choice goes through all of them."""
        w, axis = self.w, node.static["axis"]
        table, chosen = self.layout.address(node.args[0]), self.layout.address(node.args[1])
        count = table.shape[axis]
        wide = [*np.broadcast_shapes(shape_of(node), chosen.shape)]
        wide[axis] = count
        table = np.moveaxis(np.broadcast_to(table, wide), axis, -1).reshape(-1, count)
        chosen = np.broadcast_to(chosen, shape_of(node)).reshape(-1)

        def body(i: str) -> None:
            index = self._row(chosen, i)
            found = self._row(table[:, 0], i)
            for j in range(1, count):
                here = w.compare("oeq", index, w.number(float(j)))
                found = w.select(here, self._row(table[:, j], i), found)
            self._store(found, rows, i)

        if chosen.size * count != table.size:
            raise NotImplementedError("several places of an axis for one")
        self._each(len(rows), body)

    def _accumulated(self, node: Operation, rows: Rows) -> None:
        w, axis = self.w, node.static["axis"]
        op = _ARITHMETIC[node.op.partition(".")[0]]
        source = np.moveaxis(self.layout.address(node.args[0]), axis, -1)
        target = np.moveaxis(rows, axis, -1)
        pairs = (rows.reshape(-1, source.shape[-1]) for rows in (source, target))
        for given, to in zip(*pairs, strict=True):
            self._loaded = {}
            found = self._row(given[:1], "0")
            self._store(found, to[:1], "0")
            for j in range(1, len(given)):
                found = w.op(op, found, self._row(given[j : j + 1], "0"))
                self._store(found, to[j : j + 1], "0")

    def _folded(self, node: Operation, rows: Rows) -> None:
        """Write a fold along an axis, term after term, as numpy goes."""
        axis, arg = node.static["axis"], resolved(node.args[0])
        shape = shape_of(arg)
        length = shape[axis]
        w, kind = self.w, node.op.removesuffix(".reduce")

        def order(places: Rows) -> Rows:
            return np.moveaxis(places, axis, -1)

        def term(index: str) -> str:
            return self._number(self._operand(arg, shape, order, index))

        def join(held: list[str], value: str, place: str) -> list[str]:
            if kind in ("argmax", "argmin"):
                better = w.compare("ogt" if kind == "argmax" else "olt", value, held[0])
                return [w.select(better, value, held[0]), w.select(better, place, held[1])]
            if kind in ("add", "multiply"):
                return [w.op(_ARITHMETIC[kind], held[0], value)]
            largest = kind in ("maximum", "logical_or")
            return [self._extreme("maximum" if largest else "minimum", held[0], value)]

        def body(i: str) -> None:
            at = i if _known(i) else w.let(f"mul i64 {i}, {length}")
            held = [term(at)] + ([w.number(0.0)] if kind.startswith("arg") else [])
            if length <= _SHORT:
                for j in range(1, length):
                    place = str(j) if _known(i) else w.let(f"add i64 {at}, {j}")
                    held = join(held, term(place), w.number(float(j)))
            else:
                outside, self._loaded = self._loaded, {}
                with w.loop(length, 1, held) as index:
                    value, place = term(w.let(f"add i64 {at}, {index}")), ""
                    if len(held) > 1:
                        place = w.spread(w.let(f"sitofp i64 {index} to double"), "double")
                    held[:] = join(held, value, place)
                self._loaded = outside
            self._store(held[-1], rows, i)

        self._each(len(rows), body)


#: Puts the places of a shape in another order.
Order = Callable[[Rows], Rows]


def _same(rows: Rows) -> Rows:
    return rows


def _known(index: str) -> bool:
    """Tell whether an index is a number, and not a value that the code works out."""
    return not index.startswith("%")
