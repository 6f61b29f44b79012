"""Equations in LaTeX: states as words in italics, parameters as upright words."""

from __future__ import annotations

import ast
from collections.abc import Collection

from docs.generate.equation import EquationError, Line

#: Visible characters after which a row is broken, and those that the page has room for.
WIDTH, ROOM = 74, 82

_SUM, _PRODUCT, _UNARY, _POWER, _ATOM = range(1, 6)
_COMPARED = {ast.Gt: ">", ast.Lt: "<", ast.GtE: r"\ge", ast.LtE: r"\le"}
_BIG = {"sum": r"\sum", "product": r"\prod"}


def formula(lines: list[Line], parameters: Collection[str]) -> str:
    """Return an equation as a LaTeX ``aligned`` block: answers first, then what they use."""
    setter = Setter(parameters)
    ordered = sorted(lines, key=lambda line: not line.answer)
    rows = [row for line in ordered for row in setter.rows(line)]
    return "\n".join([r"\begin{aligned}", " \\\\\n".join(rows), r"\end{aligned}"])


class Setter:
    """Sets expressions; knows which names are parameters."""

    def __init__(self, parameters: Collection[str]) -> None:
        self.parameters = parameters

    def rows(self, line: Line) -> list[str]:
        """Return the rows of one line, broken before a term or factor where it is too wide."""
        pieces = self.pieces(line.expression, WIDTH - len(line.name))
        first = f"{self.name(line.name)} &= {pieces[0]}"
        return [first, *(rf"&\quad {piece}" for piece in pieces[1:])]

    def pieces(self, node: ast.expr, room: int) -> list[str]:
        """Return an expression in pieces of at most ``room`` visible characters, if it can be."""
        parts = terms(node) if is_sum(node) else factors(node)
        if width(node) <= room or len(parts) == 1:
            return [self.set(node)]
        found: list[list[tuple[str, ast.expr]]] = [[]]
        for sign, part in parts:
            used = sum(width(p) + 3 for _, p in found[-1])
            if found[-1] and used + width(part) > room:
                found.append([])
            found[-1].append((sign, part))
        level = _SUM if is_sum(node) else _PRODUCT
        text = [" ".join(f"{s} {self.set(p, level)}" for s, p in piece) for piece in found]
        return [text[0].removeprefix("+ ").removeprefix(r"\cdot "), *text[1:]]

    def name(self, name: str) -> str:
        """Return a name as words: a parameter upright, a state as text."""
        words = name.replace("_", " ")
        return rf"\operatorname{{{words}}}" if name in self.parameters else rf"\text{{{words}}}"

    def set(self, node: ast.expr, level: int = 0) -> str:
        """Return an expression, in parentheses where it binds less than ``level`` asks."""
        text, own = self._set(node)
        return rf"\left({text}\right)" if own < level else text

    def _set(self, node: ast.expr) -> tuple[str, int]:
        if isinstance(node, ast.Name):
            return self.name(node.id), _ATOM
        if isinstance(node, ast.Constant):
            return _number(float(str(node.value))), _ATOM
        if isinstance(node, ast.UnaryOp):
            return f"-{self.set(node.operand, _PRODUCT)}", _UNARY
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.Compare):
            sign = _COMPARED[type(node.ops[0])]
            sides = self.set(node.left), self.set(node.comparators[0])
            return rf"\left[{sides[0]} {sign} {sides[1]}\right]", _ATOM
        if isinstance(node, ast.IfExp):
            return self._cases(node), _ATOM
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node, node.func.id)
        raise EquationError(f"cannot set '{ast.unparse(node)}'")

    def _operation(self, node: ast.BinOp) -> tuple[str, int]:
        if isinstance(node.op, ast.Add):
            return f"{self.set(node.left, _SUM)} + {self.set(node.right, _SUM)}", _SUM
        if isinstance(node.op, ast.Sub):
            return f"{self.set(node.left, _SUM)} - {self.set(node.right, _PRODUCT)}", _SUM
        if isinstance(node.op, ast.Mult):
            left, right = self.set(node.left, _PRODUCT), self.set(node.right, _PRODUCT)
            return rf"{left} \cdot {right}", _PRODUCT
        if isinstance(node.op, ast.Div):
            return rf"\frac{{{self.set(node.left)}}}{{{self.set(node.right)}}}", _POWER
        return f"{self.set(node.left, _ATOM)}^{{{self.set(node.right)}}}", _POWER

    def _cases(self, node: ast.IfExp) -> str:
        rows, rest = [], ast.expr()
        rest = node
        while isinstance(rest, ast.IfExp):
            test = self.set(rest.test).removeprefix(r"\left[").removesuffix(r"\right]")
            rows.append(rf"{self.set(rest.body)} & \operatorname{{where}}\; {test}")
            rest = rest.orelse
        rows.append(rf"{self.set(rest)} & \operatorname{{otherwise}}")
        return r"\begin{cases}" + r" \\ ".join(rows) + r"\end{cases}"

    def _call(self, node: ast.Call, name: str) -> tuple[str, int]:
        arguments = [a for a in node.args if not _is_word(a)]
        axis = "".join(
            str(a.value) for a in node.args if isinstance(a, ast.Constant) and _is_word(a)
        )
        if name in _BIG:
            return (
                rf"{_BIG[name]}_{{\operatorname{{{axis}}}}} {self.set(arguments[0], _PRODUCT)}",
                _PRODUCT,
            )
        if name == "sqrt":
            return rf"\sqrt{{{self.set(arguments[0])}}}", _ATOM
        head = rf"\{name}" if name in ("exp", "ln") else rf"\operatorname{{{name}}}"
        if axis:
            head += rf"_{{\operatorname{{{axis}}}}}"
        return rf"{head}\left({', '.join(self.set(a) for a in arguments)}\right)", _ATOM


def _number(value: float) -> str:
    digits, _, power = f"{value:g}".partition("e")
    times = "" if digits == "1" else rf"{digits} \cdot "
    return rf"{times}10^{{{int(power)}}}" if power else digits


def is_sum(node: ast.expr) -> bool:
    """Tell whether an expression is a sum or difference."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))


def terms(node: ast.expr) -> list[tuple[str, ast.expr]]:
    """Return the terms of a sum, each with its sign."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        right = node.right
        if isinstance(node.op, ast.Add):
            return [*terms(node.left), *terms(right)]
        return [*terms(node.left), ("-", right)]
    return [("+", node)]


def factors(node: ast.expr) -> list[tuple[str, ast.expr]]:
    """Return the factors of a product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors(node.left), *factors(node.right)]
    return [(r"\cdot", node)]


def width(node: ast.expr) -> int:
    """Return about how many characters an expression takes side by side."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return max(width(node.left), width(node.right))
    if isinstance(node, ast.BinOp):
        gap = 1 if isinstance(node.op, ast.Mult) else 3
        return width(node.left) + width(node.right) + (0 if isinstance(node.op, ast.Pow) else gap)
    if isinstance(node, ast.IfExp):
        return max(width(node.body) + width(node.test) + 7, width(node.orelse) + 10)
    if isinstance(node, ast.Call):
        return 5 + sum(width(a) + 2 for a in node.args)
    if isinstance(node, (ast.Compare, ast.UnaryOp)):
        inner = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
        return 3 + sum(width(n) for n in inner)
    return len(ast.unparse(node)) if isinstance(node, (ast.Name, ast.Constant)) else 0


def widest(lines: list[Line]) -> int:
    """Return the widest row of an equation in visible characters, after breaking."""
    found = 0
    for line in lines:
        node = line.expression
        parts = terms(node) if is_sum(node) else factors(node)
        one = max(width(part) for _, part in parts)
        found = max(found, len(line.name) + min(width(node), max(WIDTH - len(line.name), one)))
    return found


def _is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
