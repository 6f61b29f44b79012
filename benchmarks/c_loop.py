"""The month as a loop in C, of the same traced graph, against the package's own code.

The C is what a programmer would write by hand from the graph, if patient: fused loops over rows and
eight runs side by side, vector functions of the C library, ``gcc -O3 -march=native -ffast-math``.
It needs gcc, which nothing else does; without it nothing is measured.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import time
from collections.abc import Callable
from math import prod
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import tajsim
from benchmarks.ratio import one_core
from tajsim.compiled import engine, program, tracer
from tajsim.compiled.kernel import KernelCode
from tajsim.compiled.layout import EACH, NoteBlock, RowLayout, Rows, Statement, resolved, shape_of
from tajsim.compiled.traced import Operation

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-shared", "-fPIC")
_SIGNS = {
    **{"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "equal": "=="},
    **{"greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "not_equal": "!="},
    **{"logical_and": "&", "logical_or": "|", "bitwise_and": "&", "bitwise_or": "|"},
}
_FUNCTIONS = {
    **{"exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1", "tanh": "tanh"},
    **{"sqrt": "sqrt", "floor": "floor", "absolute": "fabs", "power": "pow", "ndtri": "ndtri"},
}
_HEAD = """
#include <math.h>
#include <stdint.h>
#define W 8
#define EACH _Pragma("omp simd") for (long l = 0; l < W; l++)
static inline uint64_t mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u; x ^= x >> 30; x *= 0xBF58476D1CE4E5B9u;
  x ^= x >> 27; x *= 0x94D049BB133111EBu; return x ^ x >> 31;
}
static inline double polynomial(double x, const double *c, int n) {
  double found = c[0];
  for (int k = 1; k < n; k++) found = found * x + c[k];
  return found;
}
"""


class CLoop:
    """The text of the loop for a layout of rows; ``month(S, K, C)`` does a month."""

    def __init__(self, layout: RowLayout) -> None:
        self.layout = layout
        self._tables: dict[str, str] = {}
        parts: list[str] = []
        for name in ("fixed", "month"):
            section = layout.sections[name]
            lines = [self._statement(s) for s in section.statements if isinstance(s, Statement)]
            lines += [f"EACH S[{to * 8} + l] = S[{row * 8} + l];" for to, row in section.moves]
            for first in range(0, len(lines), 24):
                body = "\n".join(lines[first : first + 24])
                parts.append(f"static void {name}{first}({_ARGS}) {{\n{body}\n}}")
            calls = " ".join(f"{name}{first}(S, K, C);" for first in range(0, len(lines), 24))
            parts.append(f"void {name}({_ARGS}) {{ {calls} }}")
        tables = [f"static const {text.replace('@', name)};" for text, name in self._tables.items()]
        self.text = "\n".join([_HEAD, *tables, _NDTRI, *parts])

    def _table(self, kind: str, values: list[Any]) -> str:
        text = f"{kind} @[] = {{{', '.join(map(str, values))}}}"
        return self._tables.setdefault(text, f"t{len(self._tables)}")

    def _row(self, rows: Rows, i: str) -> str:
        first = int(rows[0])
        if (rows == first).all():
            return f"S[{8 * first} + l]"
        if (rows == first + np.arange(len(rows))).all():
            return f"S[8 * ({first} + {i}) + l]"
        return f"S[{self._table('int', (8 * rows).tolist())}[{i}] + l]"

    def _value(
        self, node: Operation, shape: tuple[int, ...], order: Callable[[Any], Any], i: str
    ) -> str:
        node = resolved(node)
        if id(node) in self.layout.fused:
            return self._operation(node, shape, order, i)
        if node.op != "constant":
            rows = order(np.broadcast_to(self.layout.address(node), shape))
            return self._row(rows.reshape(-1), i)
        value = np.asarray(node.static["value"], float)
        listed = order(np.broadcast_to(value, shape)).reshape(-1)
        if (listed == listed[0]).all() or np.isnan(listed).all():
            return _number(listed[0])
        return f"{self._table('double', [_number(x) for x in listed])}[{i}]"

    def _operation(
        self, node: Operation, shape: tuple[int, ...], order: Callable[[Any], Any], i: str
    ) -> str:
        op, args = node.op, [self._value(arg, shape, order, i) for arg in node.args]
        if op in _SIGNS:
            if _SIGNS[op] in "&|":
                args = [f"({arg} != 0)" for arg in args]
            return f"({args[0]} {_SIGNS[op]} {args[1]})"
        if op in _FUNCTIONS:
            return f"{_FUNCTIONS[op]}({', '.join(args)})"
        if op in ("maximum", "minimum"):
            return f"f{op[:3]}({args[0]}, {args[1]})"
        written = {
            "where": "({0} != 0 ? (double)({1}) : (double)({2}))",
            "negative": "(-({0}))",
            "square": "(({0}) * ({0}))",
            "invert": "(({0}) == 0)",
            "logical_not": "(({0}) == 0)",
            "sign": "((double)(({0}) > 0) - (double)(({0}) < 0))",
            "remainder": "({0} - floor({0} / {1}) * {1})",
            "reciprocal": "(1 / ({0}))",
            "quotient": "(({0}) / ({1}))",
            "astype": "(({0}) != 0)" if node.dtype.kind == "b" else "trunc({0})",
        }[op]
        return written.format(*args)

    def _statement(self, statement: Statement) -> str:
        (node,), (base,), n = statement.nodes, statement.bases, statement.count
        assert base is not None  # as no two nodes share a loop
        shape, to = shape_of(node), f"S[8 * ({base} + i) + l]"
        loop = f"for (long i = 0; i < {n}; i++) "
        if node.op in EACH:
            return f"{loop}EACH {to} = {self._operation(node, shape, _same, 'i')};"
        if node.op == "input":
            slot = self.layout.draws[id(node)]
            bits = f"(mix(mix(K[l] ^ C[{slot} + i])) >> 12)"
            return f"{loop}EACH {to} = ((double)(int64_t){bits} + 0.5) * 0x1p-52;"
        axis = node.static["axis"]
        if node.op == "take_along_axis":
            table, chosen = (self.layout.address(arg) for arg in node.args)
            wide = [*np.broadcast_shapes(shape, chosen.shape)]
            wide[axis] = count = table.shape[axis]
            table = np.moveaxis(np.broadcast_to(table, wide), axis, -1).reshape(-1)
            place = self._row(np.broadcast_to(chosen, shape).reshape(-1), "i")
            found = self._row(table, f"(i * {count} + j)")
            return (
                f"{loop}for (long j = 0; j < {count}; j++) EACH if ({place} == j) {to} = {found};"
            )
        if node.op.endswith(".accumulate"):
            sign = "+" if node.op.startswith("add") else "*"
            given = np.moveaxis(self.layout.address(node.args[0]), axis, -1)
            own = np.moveaxis(np.arange(base, base + n).reshape(shape), axis, -1)
            length = given.shape[-1]
            one, all_ = own.reshape(-1), given.reshape(-1)
            step = f"{self._row(one, 'k')} = {self._row(all_, 'k')}"
            before = self._row(np.roll(one, 1), "k")
            return f"for (long k = 0; k < {n}; k++) EACH {step} {sign} " + (
                f"(k % {length} ? {before} : {'0' if sign == '+' else '1'});"
            )
        return self._fold(node, axis, loop, to)

    def _fold(self, node: Operation, axis: int, loop: str, to: str) -> str:
        arg, kind = resolved(node.args[0]), node.op.removesuffix(".reduce")
        length = shape_of(arg)[axis]
        term = self._value(
            arg, shape_of(arg), lambda rows: np.moveaxis(rows, axis, -1), f"(i * {length} + j)"
        )
        sign = ">" if kind == "argmax" else "<"
        join = {
            "add": "a[l] += t",
            "multiply": "a[l] *= t",
            "maximum": "a[l] = fmax(a[l], t)",
            "logical_or": "a[l] = fmax(a[l], t)",
            "minimum": "a[l] = fmin(a[l], t)",
            "logical_and": "a[l] = fmin(a[l], t)",
        }.get(kind, f"int w = t {sign} a[l]; a[l] = w ? t : a[l]; b[l] = w ? j : b[l]")
        first = "a[l] = t; b[l] = 0"
        return (
            f"{loop}{{ double a[W], b[W]; {{ long j = 0; EACH {{ double t = {term}; {first}; }} }} "
            f"for (long j = 1; j < {length}; j++) EACH {{ double t = {term}; {join}; }} "
            f"EACH {to} = {'b' if kind.startswith('arg') else 'a'}[l]; }}"
        )


_ARGS = "double *restrict S, const uint64_t *restrict K, const uint64_t *restrict C"


def _same(rows: Any) -> Any:
    return rows


def _number(value: float) -> str:
    value = float(value)
    if np.isfinite(value):
        return value.hex()
    return "NAN" if np.isnan(value) else "INFINITY" if value > 0 else "(-INFINITY)"


def _quantile() -> str:
    """Return the normal quantile (Cephes), with the coefficients that the package has."""
    from tajsim.compiled import vectors

    tables, sizes = [], {}
    for name in ("P0", "Q0", "P1", "Q1", "P2", "Q2"):
        values = getattr(vectors, f"_{name}")
        sizes[name] = len(values)
        tables.append(f"static const double {name}[] = {{{', '.join(map(repr, values))}}};")

    def ratio(x: str, n: str) -> str:
        top, low = f"P{n}", f"Q{n}"
        return f"polynomial({x}, {top}, {sizes[top]}) / polynomial({x}, {low}, {sizes[low]})"

    return "\n".join(tables) + (
        "\nstatic inline double ndtri(double p) {\n"
        f"  int up = p > 1 - {vectors._E2!r}; double y = up ? 1 - p : p;\n"
        "  double c = y - 0.5, q = c * c;\n"
        f"  double middle = (c + c * (q * {ratio('q', '0')})) * {vectors._SQRT_2PI!r};\n"
        "  double x = sqrt(-2 * log(y)), z = 1 / x;\n"
        f"  double tail = x - log(x) / x - z * (x < 8 ? {ratio('z', '1')} : {ratio('z', '2')});\n"
        f"  return y > {vectors._E2!r} ? middle : up ? tail : -tail;\n}}"
    )


_NDTRI = _quantile()
_MONTHS = 60


def report(rounds: int = 30) -> None:
    """Print microseconds for a month of a run both ways, in turn, and their ratio."""
    if not shutil.which("gcc") or engine.chosen() != engine.COMPILED:
        print("\nLoop in C: not measured (it needs gcc, and llvmlite to compare with)")
        return
    model = tajsim.TajikistanModel(runs=program.LANES)
    month, settle = tracer.trace(model), tracer.trace_settling(model)
    graphs = {"month": month, "settle": settle}
    inputs = program.inputs_of(model, graphs)
    layout, plain = RowLayout(graphs, inputs), RowLayout(graphs, inputs, most=1)
    assert not any(isinstance(s, NoteBlock) for s in layout.sections["month"].statements)
    date = min(base for given, base in layout.leaves.items() if "calendar." in given.name)
    text = KernelCode(layout, program.LANES, (date, 0), []).text
    ours = program.linked(None, program.compiled(text))  # type: ignore[arg-type]
    written = CLoop(plain).text
    arena, keys, counters = _filled(layout, model)
    other, _, drawn = _filled(plain, model)
    control = np.zeros(4, np.int64)
    quiet, nothing = np.zeros(len(layout.slots)), np.zeros(1, np.int64)

    def by_llvm(given: Any) -> None:
        at = [a.ctypes.data for a in (given, keys, counters, quiet, control, nothing)]
        none = nothing.ctypes.data
        ours.months(*at, 0, _MONTHS, False, 0, none, none, 0, program.LANES)

    with TemporaryDirectory() as folder:
        source, shared = Path(folder, "month.c"), Path(folder, "month.so")
        source.write_text(written)
        begun = time.perf_counter()
        subprocess.run(["gcc", *FLAGS, "-o", shared, source, "-lm", "-lmvec"], check=True)
        built = time.perf_counter() - begun
        theirs = ctypes.CDLL(str(shared))
        for function in (theirs.month, theirs.fixed):
            function.argtypes, function.restype = [ctypes.c_void_p] * 3, None

        def by_c(given: Any) -> None:
            for k in range(_MONTHS):
                theirs.month(given.ctypes.data, keys.ctypes.data, drawn[k:].ctypes.data)

        both, times = {by_llvm: arena, by_c: other}, {by_llvm: list[float](), by_c: list[float]()}
        ours.fixed(arena.ctypes.data)
        theirs.fixed(other.ctypes.data, None, None)
        with one_core():
            for _ in range(rounds):
                ends = [_timed(way, given, times[way]) for way, given in both.items()]
    states = sum(prod(layout.shapes[g]) for g in layout.leaves if g.kind == "state")
    apart = np.abs(ends[0][:states] - ends[1][:states]).max(axis=1)
    scale = np.maximum(np.abs(ends[0][:states]).max(axis=1), 1.0)
    fast, slow = (1e6 * min(times[way]) / (_MONTHS * program.LANES) for way in both)
    ratio = median(c / llvm for llvm, c in zip(times[by_llvm], times[by_c], strict=True))
    print("\nThe month without its chronicle, microseconds for one of a run, best of", rounds)
    print(f"  package, by LLVM        {fast:6.2f}")
    print(f"  C, gcc {' '.join(FLAGS[:3])}  {slow:6.2f}  (built in {built:.0f} s)")
    print(f"  ratio {ratio:.2f}; states apart after {_MONTHS} months: {max(apart / scale):.1e}")


def _timed(way: Callable[[Any], None], arena: Any, times: list[float]) -> Any:
    given = _aligned(len(arena))
    given[:] = arena
    begun = time.perf_counter()
    way(given)
    times.append(time.perf_counter() - begun)
    return given


def _aligned(rows: int) -> Any:
    raw = np.zeros(8 * program.LANES * rows + 64, np.uint8)
    shift = -raw.ctypes.data % 64
    return raw[shift : shift + 8 * program.LANES * rows].view(float).reshape(rows, program.LANES)


def _filled(layout: RowLayout, model: Any) -> tuple[Any, Any, Any]:
    """Return arena, keys of the runs and counters of the draws, as they are at the start."""
    arena = _aligned(layout.rows)
    for number, row in layout.constants.items():
        arena[row] = float.fromhex(number)
    owners = {path: vars(owner)[name] for path, owner, name in tracer.states(model)}
    for given, base in layout.leaves.items():
        size = prod(layout.shapes[given])
        if given.kind == "state":
            arena[base : base + size] = owners[given.name].reshape(size, -1)
        elif given.kind == "parameter":
            arena[base] = model.values[given.name]
    keys = _aligned(1)[0]
    keys[:] = model.draws._run_key.view(float)
    start, slots = model.first_month, tuple(map(tuple, layout.slots))
    return arena, keys, np.stack([engine._counters_of(start + k, slots) for k in range(_MONTHS)])


if __name__ == "__main__":
    report()
