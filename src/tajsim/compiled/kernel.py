"""From the layout of a month to LLVM code that simulates a span of months for a tile of runs.

A tile is as many runs as a vector has lanes. Its numbers are rows of an arena; the code goes
through the statements of a month, stores the outcomes asked for, and moves the new states to the
rows of the old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tajsim.compiled.graph import Operation
from tajsim.compiled.layout import (
    EACH,
    NoteBlock,
    RowLayout,
    Rows,
    Section,
    Statement,
    places,
    resolved,
    shape_of,
)
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
#: Statements in one function: the compiler takes longer than in proportion for larger ones.
_TOGETHER = 24
#: Folds of so few terms are written out.
_SHORT = 4

#: A value in registers, and whether it is a truth.
Value = tuple[str, bool]
_ARGS = "ptr noalias %S, ptr noalias %K, ptr noalias %C, ptr noalias %Q, ptr noalias %N"
_GIVEN = "ptr %S, ptr %K, ptr %C, ptr %Q, ptr %N"
#: Of a note: its number, the month and the runs concerned (a bit each), 8 bytes each, and a fourth
#: for the alignment; then size, actor, target and cause, a number for each run.
NOTE_HEAD, NOTE_PARTS = 4, 4
#: What %N holds, 8 bytes each: how many notes there are and may be, the month, where they go.
COUNT, ROOM, MONTH, PLACE = range(4)


class KernelCode:
    """The text of the code.

    Args:
        layout: of the rows.
        lanes: runs in a tile.
        dates: the first row of what the calendar gives for a month, and how many there are.
    """

    def __init__(self, layout: RowLayout, lanes: int, dates: tuple[int, int]) -> None:
        self.layout, self.lanes, self.w = layout, lanes, Writer(lanes)
        self.width = 8 * lanes
        self._tables: dict[bytes, int] = {}
        self._parts: list[str] = [functions(self.w)]
        self._loaded: dict[object, str] = {}
        self.notes: list[NoteBlock] = []
        for name, section in layout.sections.items():
            self._section(name, section)
        self._noted()
        self._main(dates)
        tables = [
            f"@t{number} = internal constant {key.decode()}" for key, number in self._tables.items()
        ]
        self.text = "\n".join([*tables, *self._parts])

    # Functions.

    def _section(self, name: str, section: Section) -> None:
        calls = []
        for first in range(0, len(section.statements), _TOGETHER):
            self.w.begin()
            for statement in section.statements[first : first + _TOGETHER]:
                if isinstance(statement, NoteBlock):
                    self._if_noted(statement)
                else:
                    self._statement(statement)
            part = f"{name}_{first // _TOGETHER}"
            self._define(f"define internal void @{part}({_ARGS}) noinline")
            calls.append(f"  call void @{part}({_GIVEN})")
        self.w.begin()
        self.w.lines = calls
        self._define(f"define internal void @{name}({_ARGS}) noinline")
        if name == "month":
            self.notes.sort(key=lambda block: block.number)
            for block in self.notes:
                self._note(block)
        for part, moves in (("moves", section.moves), ("last", section.last)):
            self.w.begin()
            self._move(moves)
            self._define(f"define internal void @{name}_{part}(ptr noalias %S) noinline")

    def _define(self, head: str, end: str = "ret void") -> None:
        body = "\n".join(self.w.lines)
        self._parts.append(f"{head} {{\nentry:\n{body}\n  {end}\n}}")

    def _main(self, dates: tuple[int, int]) -> None:
        """Write the functions that are called from outside."""
        w, (date, count) = self.w, dates
        self._parts.append(
            "define void @fixed_rows(ptr %S) {\nentry:\n"
            "  call void @fixed(ptr %S, ptr null, ptr null, ptr null, ptr null)\n  ret void\n}"
        )
        w.begin()
        month = self._loop_head("%n")
        # Where there may be no room left for the notes of a month, the caller takes them first.
        noted, room = self._control(COUNT), self._control(ROOM)
        left = w.let(f"sub i64 {room}, {noted}")
        short = w.let(f"icmp slt i64 {left}, {len(self.notes)}")
        asked = w.let(f"icmp ne i64 {room}, 0")
        short = w.let(f"and i1 {short}, {asked}")
        stop, go = w.label(), w.label()
        w.line(f"br i1 {short}, label %{stop}, label %{go}")
        w.lines += [f"{stop}:", f"  ret i64 {month}", f"{go}:"]
        w.block = go
        number = w.let(f"add i64 %first, {month}")
        w.line(f"store i64 {number}, ptr {self._at_control(MONTH)}")
        at = w.let(f"mul i64 {month}, {count * self.width}")
        source = w.let(f"getelementptr i8, ptr %D, i64 {at}")
        target = w.let(f"getelementptr i8, ptr %S, i64 {date * self.width}")
        size = count * self.width
        w.line(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 0)")
        at = w.let(f"mul i64 {month}, {8 * len(self.layout.slots)}")
        counters = w.let(f"getelementptr i8, ptr %C, i64 {at}")
        w.line(f"call void @month(ptr %S, ptr %K, ptr {counters}, ptr %Q, ptr %N)")
        self._outcomes(month)
        w.line("call void @month_moves(ptr %S)")
        final = w.let("sub i64 %n, 1")
        final = w.let(f"icmp eq i64 {month}, {final}")
        self._if(final, "call void @month_last(ptr %S)")
        if "settle" in self.layout.sections:
            self._if("%settle", f"call void @settle({_GIVEN})", "call void @settle_moves(ptr %S)")
        self._loop_end(month, "%n")
        self._define(
            f"define i64 @months({_GIVEN}, ptr %D, i64 %first, i64 %n, i1 zeroext %settle, "
            "i64 %rows, ptr %from, ptr %to, i64 %stride, i64 %lanes)",
            "ret i64 %n",
        )
        v = f"v{self.lanes}f32"
        self._parts.append(
            f"declare void @llvm.masked.store.{v}.p0(<{self.lanes} x float>, ptr, i32, {w.truth})\n"
            "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"
        )

    def _at_control(self, what: int) -> str:
        return self.w.let(f"getelementptr i64, ptr %N, i64 {what}")

    def _control(self, what: int) -> str:
        return self.w.let(f"load i64, ptr {self._at_control(what)}")

    # Notes of the chronicle.

    def _if_noted(self, block: NoteBlock) -> None:
        """Write the call of a note, if it concerns any run."""
        w = self.w
        self.notes.append(block)
        self._loaded = {}
        here = self._concerned(block)
        some = w.let(f"icmp ne i{self.lanes} {here}, 0")
        self._if(some, f"call void @note_{block.number}({_GIVEN})")
        self._loaded = {}

    def _concerned(self, block: NoteBlock) -> str:
        """Return the runs in which something is noted, a bit each."""
        where = self._truth(self._operand(block.note.where, (1,), _same, "0"))
        return self.w.let(f"bitcast {self.w.truth} {where} to i{self.lanes}")

    def _note(self, block: NoteBlock) -> None:
        """Write the function that writes a note down, if notes are asked for."""
        w = self.w
        w.begin()
        asked = w.let(f"icmp ne i64 {self._control(ROOM)}, 0")
        w.line(f"br i1 {asked}, label %asked, label %out")
        w.lines.append("asked:")
        w.block = "asked"
        with self.layout.beside(block):
            for statement in block.statements:
                self._statement(statement)
            self._loaded = {}
            note, nowhere = block.note, w.number(0.0)
            indices = [part.which for part in (note.actor, note.target, note.cause)]
            values = [
                self._number(self._operand(node, (1,), _same, "0")) if node else nowhere
                for node in (note.size, *indices)
            ]
            here = self._concerned(block)
        given = ", ".join(f"{w.real} {value}" for value in values)
        w.line(f"call void @noted(ptr %N, i64 {block.number}, i{self.lanes} {here}, {given})")
        w.line("br label %out")
        w.lines.append("out:")
        self._define(f"define internal void @note_{block.number}({_ARGS}) noinline")

    def _noted(self) -> None:
        """Write the function that writes one note down."""
        w = self.w
        w.begin()
        count, place = self._control(COUNT), self._control(PLACE)
        shift = w.let(f"mul i64 {count}, {8 * (NOTE_HEAD + NOTE_PARTS * self.lanes)}")
        entry = w.let(f"inttoptr i64 {w.let(f'add i64 {place}, {shift}')} to ptr")
        bits = w.let(f"zext i{self.lanes} %here to i64")
        for i, value in enumerate(("%number", self._control(MONTH), bits)):
            w.line(f"store i64 {value}, ptr {w.let(f'getelementptr i64, ptr {entry}, i64 {i}')}")
        for i in range(NOTE_PARTS):
            at = 8 * (NOTE_HEAD + i * self.lanes)
            to = w.let(f"getelementptr i8, ptr {entry}, i64 {at}")
            w.line(f"store {w.real} %p{i}, ptr {to}, align 8")
        more = w.let(f"add i64 {count}, 1")
        w.line(f"store i64 {more}, ptr {self._at_control(COUNT)}")
        parts = ", ".join(f"{w.real} %p{i}" for i in range(NOTE_PARTS))
        head = f"ptr %N, i64 %number, i{self.lanes} %here, {parts}"
        self._define(f"define internal void @noted({head}) noinline")

    def _outcomes(self, month: str) -> None:
        """Store the outcomes of a month in single precision where they are recorded."""
        w, n = self.w, self.lanes
        number = w.let(f"insertelement {w.whole} poison, i64 %lanes, i32 0")
        number = w.let(
            f"shufflevector {w.whole} {number}, {w.whole} poison, <{n} x i32> zeroinitializer"
        )
        lanes = ", ".join(f"i64 {lane}" for lane in range(n))
        mask = w.let(f"icmp ult {w.whole} <{lanes}>, {number}")
        shift = w.let(f"mul i64 {month}, %stride")
        some = w.let("icmp ugt i64 %rows, 0")
        inner, after = w.label(), w.label()
        w.line(f"br i1 {some}, label %{inner}, label %{after}")
        before, w.block = w.block, inner
        w.lines.append(f"{inner}:")
        row = f"%{inner}i"
        w.line(f"{row} = phi i64 [ 0, %{before} ], [ {row}n, %{inner} ]")
        at = w.let(f"getelementptr i64, ptr %from, i64 {row}")
        offset = w.let(f"load i64, ptr {at}")
        at = w.let(f"getelementptr i8, ptr %S, i64 {offset}")
        value = w.let(f"load {w.real}, ptr {at}, align 64")
        single = w.let(f"fptrunc {w.real} {value} to <{n} x float>")
        at = w.let(f"getelementptr ptr, ptr %to, i64 {row}")
        to = w.let(f"load ptr, ptr {at}")
        to = w.let(f"getelementptr i8, ptr {to}, i64 {shift}")
        w.line(
            f"call void @llvm.masked.store.v{n}f32.p0(<{n} x float> {single}, ptr {to}, i32 4, "
            f"{w.truth} {mask})"
        )
        w.line(f"{row}n = add i64 {row}, 1")
        again = w.let(f"icmp ult i64 {row}n, %rows")
        w.line(f"br i1 {again}, label %{inner}, label %{after}")
        w.lines.append(f"{after}:")
        w.block = after

    def _if(self, condition: str, *lines: str) -> None:
        w = self.w
        then, after = w.label(), w.label()
        w.line(f"br i1 {condition}, label %{then}, label %{after}")
        w.lines.append(f"{then}:")
        for line in lines:
            w.line(line)
        w.line(f"br label %{after}")
        w.lines.append(f"{after}:")
        w.block = after

    def _loop_head(self, _count: str) -> str:
        w = self.w
        head, before = w.label(), w.block
        w.line(f"br label %{head}")
        w.lines.append(f"{head}:")
        w.line(f"%{head}i = phi i64 [ 0, %{before} ], [ %{head}n, %{head}END ]")
        w.block = head
        return f"%{head}i"

    def _loop_end(self, index: str, count: str) -> None:
        w, head = self.w, index[1:-1]
        w.line(f"br label %{head}END")
        w.lines.append(f"{head}END:")
        w.line(f"%{head}n = add i64 {index}, 1")
        again = w.let(f"icmp ult i64 %{head}n, {count}")
        w.line(f"br i1 {again}, label %{head}, label %{head}X")
        w.lines.append(f"{head}X:")
        w.block = f"{head}X"

    def _move(self, moves: Sequence[tuple[int, int]]) -> None:
        """Move rows; those that stand side by side in both places go together."""
        runs: list[list[int]] = []
        for to, source in moves:
            if runs and runs[-1][0] + runs[-1][2] == to and runs[-1][1] + runs[-1][2] == source:
                runs[-1][2] += 1
            else:
                runs.append([to, source, 1])
        long = [run for run in runs if run[2] >= _SHORT]
        single = [(to + i, source + i) for to, source, n in runs if n < _SHORT for i in range(n)]
        # The order is that in which nothing is lost: what is put aside comes first.
        if single:
            targets, sources = (np.array(part) for part in zip(*single, strict=True))
            self._copy(targets, sources)
        for to, source, count in long:
            self._copy(np.arange(to, to + count), np.arange(source, source + count))

    def _copy(self, targets: Rows, sources: Rows) -> None:
        self._each(len(targets), lambda i: self._store(self._row(sources, i), targets, i))

    # Statements.

    def _each(self, count: int, body: Callable[[str], None]) -> None:
        """Write a body for each of so many rows: a loop, or straight code for one."""
        if count == 1:
            self._loaded = {}
            body("0")
            return
        index = self._loop_head(str(count))
        self._loaded = {}
        body(index)
        self._loop_end(index, str(count))

    def _table(self, numbers: Sequence[int] | Rows, kind: str = "i32") -> str:
        listed = [int(number) for number in numbers]
        text = f"[{len(listed)} x {kind}] [{', '.join(f'{kind} {n}' for n in listed)}]"
        return self._kept(text)

    def _kept(self, text: str) -> str:
        return f"@t{self._tables.setdefault(text.encode(), len(self._tables))}"

    def _pointer(self, rows: Rows, index: str) -> str:
        """Return the address of the row that stands at an index of a list of rows."""
        w, first = self.w, int(rows[0])
        if (rows == first).all():
            return w.let(f"getelementptr i8, ptr %S, i64 {first * self.width}")
        if _known(index):
            return w.let(f"getelementptr i8, ptr %S, i64 {int(rows[int(index)]) * self.width}")
        if (rows == first + np.arange(len(rows))).all():
            at = w.let(f"add i64 {index}, {first}")
            at = w.let(f"mul i64 {at}, {self.width}")
        else:
            table = self._table(rows * self.width)
            at = w.let(f"getelementptr i32, ptr {table}, i64 {index}")
            at = w.let(f"load i32, ptr {at}")
            at = w.let(f"zext i32 {at} to i64")
        return w.let(f"getelementptr i8, ptr %S, i64 {at}")

    def _row(self, rows: Rows, index: str) -> str:
        key = (rows.tobytes(), index)
        if key not in self._loaded:
            at = self._pointer(rows, index)
            self._loaded[key] = self.w.let(f"load {self.w.real}, ptr {at}, align 64")
        return self._loaded[key]

    def _store(self, value: str, rows: Rows, index: str) -> None:
        at = self._pointer(rows, index)
        self.w.line(f"store {self.w.real} {value}, ptr {at}, align 64")

    def _constant(self, node: Operation, shape: tuple[int, ...], order: Order, index: str) -> str:
        value = np.asarray(node.static["value"], float)
        listed = order(np.broadcast_to(value, shape)).reshape(-1)
        first = listed[:1].view(np.int64)
        if (listed.view(np.int64) == first).all():
            return self.w.number(float(listed[0]))
        if _known(index):
            return self.w.number(float(listed[int(index)]))
        key = ("constant", listed.tobytes(), index)
        if key not in self._loaded:
            w = self.w
            bits = listed.view(np.uint64).tolist()
            numbers = ", ".join(f"double 0x{number:016X}" for number in bits)
            table = self._kept(f"[{len(listed)} x double] [{numbers}]")
            at = w.let(f"getelementptr double, ptr {table}, i64 {index}")
            self._loaded[key] = self._spread(w.let(f"load double, ptr {at}"), "double", w.real)
        return self._loaded[key]

    def _spread(self, value: str, kind: str, vector: str) -> str:
        """Return one number in every lane."""
        one = self.w.let(f"insertelement {vector} poison, {kind} {value}, i32 0")
        return self.w.let(
            f"shufflevector {vector} {one}, {vector} poison, <{self.lanes} x i32> zeroinitializer"
        )

    def _statement(self, statement: Statement) -> None:
        node, count = statement.node, statement.count
        rows = np.arange(statement.base, statement.base + count)
        shape = shape_of(node)
        if node.op in EACH:

            def body(i: str) -> None:
                self._store(self._number(self._operation(node, shape, _same, i)), rows, i)

            self._each(count, body)
        elif node.op == "input":
            self._draw(self.layout.draws[id(node)], rows)
        elif node.op == "take_along_axis":
            self._taken(node, rows)
        elif node.op.endswith(".accumulate"):
            self._accumulated(node, rows.reshape(shape))
        else:
            self._folded(node, rows)

    def _operand(self, node: Operation, shape: tuple[int, ...], order: Order, index: str) -> Value:
        """Return a value in a loop over the places of a shape, taken in some order."""
        node = resolved(node)
        if id(node) in self.layout.fused:
            return self._operation(node, shape, order, index)
        if node.op == "constant":
            return self._constant(node, shape, order, index), False
        rows = order(np.broadcast_to(self.layout.address(node), shape))
        return self._row(places(rows), index), False

    def _number(self, value: Value) -> str:
        name, truth = value
        one, zero = self.w.number(1.0), self.w.number(0.0)
        return self.w.select(name, one, zero) if truth else name

    def _truth(self, value: Value) -> str:
        name, truth = value
        return name if truth else self.w.compare("une", name, self.w.number(0.0))

    def _operation(
        self, node: Operation, shape: tuple[int, ...], order: Order, index: str
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
        return self.w.call("power", x, y)

    def _draw(self, slot: int, rows: Rows) -> None:
        """Write uniform draws; at least %Q, where nothing happens in the spin-up."""

        def body(i: str) -> None:
            w = self.w
            at = w.let(f"add i64 {i}, {slot}")
            counter = w.let(f"load i64, ptr {w.let(f'getelementptr i64, ptr %C, i64 {at}')}")
            least = w.let(f"load double, ptr {w.let(f'getelementptr double, ptr %Q, i64 {at}')}")
            key = w.let(f"load {w.whole}, ptr %K, align 64")
            counters = self._spread(counter, "i64", w.whole)
            drawn = w.let(f"call {w.real} @uniform({w.whole} {key}, {w.whole} {counters})")
            least = self._spread(least, "double", w.real)
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
        chosen = places(np.broadcast_to(chosen, shape_of(node)))

        def body(i: str) -> None:
            index = self._row(chosen, i)
            found = self._row(places(table[:, 0]), i)
            for j in range(1, count):
                here = w.compare("oeq", index, w.number(float(j)))
                found = w.select(here, self._row(places(table[:, j]), i), found)
            self._store(found, rows, i)

        if chosen.size * count != table.size:
            raise NotImplementedError("several places of an axis for one")
        self._each(len(rows), body)

    def _accumulated(self, node: Operation, rows: Rows) -> None:
        w, axis = self.w, node.static["axis"]
        op = _ARITHMETIC[node.op.partition(".")[0]]
        source = np.moveaxis(self.layout.address(node.args[0]), axis, -1)
        target = np.moveaxis(rows, axis, -1)
        for given, to in zip(
            source.reshape(-1, source.shape[-1]), target.reshape(-1, source.shape[-1]), strict=True
        ):
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
                held = self._inner(length, held, at, term, join)
            self._store(held[-1], rows, i)

        self._each(len(rows), body)

    def _inner(
        self,
        length: int,
        held: list[str],
        at: str,
        term: Callable[[str], str],
        join: Callable[[list[str], str, str], list[str]],
    ) -> list[str]:
        """Write the loop of a fold from its second term on."""
        w = self.w
        head, before = w.label(), w.block
        w.line(f"br label %{head}")
        w.lines.append(f"{head}:")
        index = f"%{head}i"
        w.line(f"{index} = phi i64 [ 1, %{before} ], [ {index}n, %{head} ]")
        carried = [f"%{head}h{k}" for k in range(len(held))]
        for name, first in zip(carried, held, strict=True):
            w.line(f"{name} = phi {w.real} [ {first}, %{before} ], [ {name}n, %{head} ]")
        w.block, outside, self._loaded = head, self._loaded, {}
        place = w.let(f"add i64 {at}, {index}")
        value = term(place)
        number = w.let(f"sitofp i64 {index} to double") if len(held) > 1 else ""
        number = self._spread(number, "double", w.real) if number else ""
        for name, found in zip(carried, join(carried, value, number), strict=True):
            w.line(f"{name}n = select i1 true, {w.real} {found}, {w.real} {found}")
        w.line(f"{index}n = add i64 {index}, 1")
        again = w.let(f"icmp ult i64 {index}n, {length}")
        w.line(f"br i1 {again}, label %{head}, label %{head}X")
        w.lines.append(f"{head}X:")
        w.block, self._loaded = f"{head}X", outside
        return [f"{name}n" for name in carried]


#: Puts the places of a shape in another order.
Order = Callable[[Rows], Rows]


def _same(rows: Rows) -> Rows:
    return rows


def _known(index: str) -> bool:
    """Tell whether an index is a number, and not a value that the code works out."""
    return not index.startswith("%")
