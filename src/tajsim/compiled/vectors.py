"""LLVM code on vectors of runs: a writer of instructions, and the functions that numpy has.

Every lane is worked out by the same IEEE operations in the same order, fused multiply-add among
them where it is written, so that a run is the same to the bit in any lane and on any processor.
Logarithm and quantile are the usual series and rational functions (fdlibm; Cephes), the exponential
a polynomial after reduction (Cody and Waite 1980), within about one unit in the last place.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_LOG2E = 1.4426950408889634
#: The logarithm of 2 in two parts: of full length, and such that multiples of the first are exact.
_LN2, _LN2_REST = 0.6931471805599453, 2.3190468138462996e-17
_LN2_HIGH, _LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
#: Added to a number below 2**51 it leaves the nearest whole number in the last bits.
_ROUND = 6755399441055744.0
_EXPONENT, _MANTISSA, _ONE = 0x4330000000000000, 0x000FFFFFFFFFFFFF, 0x3FF0000000000000
#: ``(exp(r) - 1 - r) / r**2`` for r from -0.347 to 0.347, within 2e-17 of the exponential: the
#: Chebyshev economy of the series, even and odd powers apart, the highest first.
_EXP_EVEN = [
    *(2.7620231608750013e-07, 2.4801520994318236e-05, 0.0013888888917408333),
    *(0.04166666666662374, 0.5000000000000001),
]
_EXP_ODD = [
    *(2.5105337938760716e-08, 2.7557255109098465e-06, 0.00019841269875050602),
    *(0.00833333333332607, 0.1666666666666667),
]
_LOG = [
    *(1.479819860510658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01),
    *(2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01),
    6.666666666666735130e-01,
]
_P0 = [
    *(-5.99633501014107895267e1, 9.80010754185999661536e1, -5.66762857469070293439e1),
    *(1.39312609387279679503e1, -1.23916583867381258016e0),
]
_Q0 = [
    *(1.0, 1.95448858338141759834e0, 4.67627912898881538453e0, 8.63602421390890590575e1),
    *(-2.25462687854119370527e2, 2.00260212380060660359e2, -8.20372256168333339912e1),
    *(1.59056225126211695515e1, -1.18331621121330003142e0),
]
_P1 = [
    *(4.05544892305962419923e0, 3.15251094599893866154e1, 5.71628192246421288162e1),
    *(4.40805073893200834700e1, 1.46849561928858024014e1, 2.18663306850790267539e0),
    *(-1.40256079171354495875e-1, -3.50424626827848203418e-2, -8.57456785154685413611e-4),
]
_Q1 = [
    *(1.0, 1.57799883256466749731e1, 4.53907635128879210584e1, 4.13172038254672030440e1),
    *(1.50425385692907503408e1, 2.50464946208309415979e0, -1.42182922854787788574e-1),
    *(-3.80806407691578277194e-2, -9.33259480895457427372e-4),
]
_P2 = [
    *(3.23774891776946035970e0, 6.91522889068984211695e0, 3.93881025292474443415e0),
    *(1.33303460815807542389e0, 2.01485389549179081538e-1, 1.23716634817820021358e-2),
    *(3.01581553508235416007e-4, 2.65806974686737550832e-6, 6.23974539184983293730e-9),
]
_Q2 = [
    *(1.0, 6.02427039364742014255e0, 3.67983563856160859403e0, 1.37702099489081330271e0),
    *(2.16236993594496635890e-1, 1.34204006088543189037e-2, 3.28014464682127739104e-4),
    *(2.89247864745380683936e-6, 6.79019408009981274425e-9),
]
_E2, _SQRT_2PI = 0.13533528323661269189, 2.50662827463100050242
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 0))
_GOLDEN = 0x9E3779B97F4A7C15


class Writer:
    """Writes instructions of LLVM on vectors of ``lanes`` runs, for one function at a time."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.real, self.truth = f"<{lanes} x double>", f"<{lanes} x i1>"
        self.whole = f"<{lanes} x i64>"
        self.lines: list[str] = []
        self._values = self._labels = 0
        self.block = "entry"
        #: Numbers that functions take from a table, of which they are given the address: on
        #: processors of 64 bits the code for each address is as long as the work.
        self.table: list[str] = []
        self._base = "@numbers"

    def begin(self) -> None:
        """Begin a function."""
        self.lines, self._values, self.block = [], 0, "entry"

    def line(self, text: str) -> None:
        """Write an instruction without a value."""
        self.lines.append(f"  {text}")

    def let(self, text: str) -> str:
        """Write an instruction and return its value."""
        self._values += 1
        self.lines.append(f"  %v{self._values} = {text}")
        return f"%v{self._values}"

    def label(self) -> str:
        """Return the name of a new block."""
        self._labels += 1
        return f"B{self._labels}"

    def start(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")
        self.block = label

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Write a block that is entered where a condition holds."""
        then, after = self.label(), self.label()
        self.line(f"br i1 {condition}, label %{then}, label %{after}")
        self.start(then)
        yield
        self.line(f"br label %{after}")
        self.start(after)

    @contextmanager
    def loop(self, count: object, first: int = 0, held: list[str] | None = None) -> Iterator[str]:
        """Write a loop from ``first`` to before ``count``, at least once; give its index.

        ``held`` are vectors handed from turn to turn: the body replaces them by the next ones.
        """
        head, before, begun = self.label(), self.block, [*(held or ())]
        self.line(f"br label %{head}")
        self.start(head)
        at, index = len(self.lines), f"%{head}i"
        if held:
            held[:] = [f"%{head}h{k}" for k in range(len(held))]
        yield index
        more = self.let(f"add i64 {index}, 1")
        again, after = self.let(f"icmp ult i64 {more}, {count}"), self.label()
        self.line(f"br i1 {again}, label %{head}, label %{after}")
        carried = [(index, "i64", str(first), more)]
        carried += [
            (f"%{head}h{k}", self.real, was, now)
            for k, (was, now) in enumerate(zip(begun, held or (), strict=True))
        ]
        self.lines[at:at] = [
            f"  {name} = phi {kind} [ {was}, %{before} ], [ {now}, %{self.block} ]"
            for name, kind, was, now in carried
        ]
        self.start(after)

    def at(self, base: str, place: object, kind: str = "i8") -> str:
        """Return the address of a place, counted in numbers of a kind."""
        return self.let(f"getelementptr {kind}, ptr {base}, i64 {place}")

    def load(self, at: str, kind: str = "i64") -> str:
        """Return what stands at an address."""
        return self.let(f"load {kind}, ptr {at}{self._aligned(kind)}")

    def store(self, value: str, at: str, kind: str = "i64") -> None:
        """Put a value at an address."""
        self.line(f"store {kind} {value}, ptr {at}{self._aligned(kind)}")

    def _aligned(self, kind: str) -> str:
        return ", align 64" if kind in (self.real, self.whole) else ""

    def spread(self, value: str, kind: str) -> str:
        """Return one number in every lane."""
        many = f"<{self.lanes} x {kind}>"
        one = self.let(f"insertelement {many} poison, {kind} {value}, i32 0")
        lanes = f"<{self.lanes} x i32> zeroinitializer"
        return self.let(f"shufflevector {many} {one}, {many} poison, {lanes}")

    def number(self, value: float) -> str:
        """Return a number in every lane."""
        bits = f"double 0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
        if self._base == "@numbers":
            return f"splat ({bits})"
        if bits not in self.table:
            self.table.append(bits)
        at = self.at(self._base, self.table.index(bits), "double")
        return self.spread(self.load(at, "double"), "double")

    def bits(self, value: int) -> str:
        """Return 64 bits in every lane."""
        return f"splat (i64 {value})"

    def op(self, name: str, a: str, b: str) -> str:
        """Return ``fadd``, ``fsub``, ``fmul`` or ``fdiv`` of two vectors."""
        return self.let(f"{name} {self.real} {a}, {b}")

    def whole_op(self, name: str, a: str, b: str) -> str:
        """Return an operation on 64 bits."""
        return self.let(f"{name} {self.whole} {a}, {b}")

    def cast(self, value: str, to_bits: bool = False) -> str:
        """Return the same bits as a number, or as bits."""
        source, target = (self.real, self.whole) if to_bits else (self.whole, self.real)
        return self.let(f"bitcast {source} {value} to {target}")

    def compare(self, how: str, a: str, b: str) -> str:
        """Return where a comparison holds."""
        return self.let(f"fcmp {how} {self.real} {a}, {b}")

    def select(self, where: str, a: str, b: str) -> str:
        """Return ``a`` where it holds, else ``b``."""
        return self.let(f"select {self.truth} {where}, {self.real} {a}, {self.real} {b}")

    def call(self, function: str, *args: str) -> str:
        """Return a function of vectors."""
        given = ", ".join(f"{self.real} {arg}" for arg in args)
        if not function.startswith("llvm."):
            given += f", ptr {self._base}"
        return self.let(f"call {self.real} @{function}({given})")

    def function(self, name: str, body: Callable[..., str], how: str, kind: str = "") -> list[str]:
        """Return the lines of a function of one or two vectors, of real numbers or of a kind."""
        given = [f"%{letter}" for letter in "ab"[: body.__code__.co_argcount - 1]]
        typed = ", ".join(f"{kind or self.real} {letter}" for letter in given)
        self.begin()
        self._base, before = "%c", self._base
        value = body(self, *given)
        self._base = before
        head = f"define internal {self.real} @{name}({typed}, ptr %c) {how} {{\nentry:"
        return [head, *self.lines, f"  ret {self.real} {value}\n}}"]

    def intrinsic(self, name: str, value: str) -> str:
        """Return ``sqrt``, ``floor``, ``trunc`` or ``fabs``."""
        return self.call(f"llvm.{name}.v{self.lanes}f64", value)

    def fma(self, a: str, b: str, c: str) -> str:
        """Return ``a * b + c``, rounded once."""
        return self.call(f"llvm.fma.v{self.lanes}f64", a, b, c)

    def less(self, a: str, b: str, c: str) -> str:
        """Return ``c - a * b``, rounded once."""
        return self.fma(self.let(f"fneg {self.real} {a}"), b, c)

    def polynomial(self, x: str, coefficients: Sequence[float]) -> str:
        """Return a polynomial, the highest power first; a leading 1 costs no multiplication."""
        first, second, *rest = coefficients
        if first == 1.0:
            found = self.op("fadd", x, self.number(second))
        else:
            found = self.fma(self.number(first), x, self.number(second))
        for coefficient in rest:
            found = self.fma(found, x, self.number(coefficient))
        return found


def functions(w: Writer) -> str:
    """Return the text of the functions that `Writer.call` may name, besides those of LLVM."""
    found = []
    for body in (_exp, _log, _log1p, _expm1, _tanh, _ndtri, _power, _remainder):
        found += w.function(body.__name__[1:], body, "noinline")
    found += w.function("uniform", _uniform, "alwaysinline", w.whole)
    found.append(f"@numbers = internal constant [{len(w.table)} x double] [{', '.join(w.table)}]")
    found += [
        f"declare {w.real} @llvm.{name}.v{w.lanes}f64({w.real})"
        for name in ("sqrt", "floor", "trunc", "fabs")
    ]
    found.append(f"declare {w.real} @llvm.fma.v{w.lanes}f64({', '.join([w.real] * 3)})")
    return "\n".join(found)


def _exp(w: Writer, x: str) -> str:
    # At the bounds, and beyond them, the power of two below is infinite or zero.
    x = w.select(w.compare("ogt", x, w.number(710.0)), w.number(710.0), x)
    x = w.select(w.compare("olt", x, w.number(-709.2)), w.number(-709.2), x)
    bias = _ROUND + 1023.0
    shifted = w.fma(x, w.number(_LOG2E), w.number(bias))
    n = w.op("fsub", shifted, w.number(bias))
    r = w.less(n, w.number(_LN2), x)
    r = w.less(n, w.number(_LN2_REST), r)
    found = w.op("fadd", _exp_less_one(w, r), w.number(1.0))
    scale = w.cast(w.whole_op("shl", w.cast(shifted, to_bits=True), w.bits(52)))
    return w.op("fmul", found, scale)


def _exp_less_one(w: Writer, r: str) -> str:
    """Return the exponential less one near zero."""
    r2 = w.op("fmul", r, r)
    rest = w.fma(w.polynomial(r2, _EXP_ODD), r, w.polynomial(r2, _EXP_EVEN))
    return w.fma(rest, r2, r)


def _log(w: Writer, x: str) -> str:
    bits = w.cast(x, to_bits=True)
    power = w.whole_op("or", w.whole_op("lshr", bits, w.bits(52)), w.bits(_EXPONENT))
    e = w.op("fsub", w.cast(power), w.number(4503599627371519.0))
    m = w.cast(w.whole_op("or", w.whole_op("and", bits, w.bits(_MANTISSA)), w.bits(_ONE)))
    big = w.compare("ogt", m, w.number(1.4142135623730951))
    m = w.select(big, w.op("fmul", m, w.number(0.5)), m)
    e = w.select(big, w.op("fadd", e, w.number(1.0)), e)
    f = w.op("fsub", m, w.number(1.0))
    s = w.op("fdiv", f, w.op("fadd", f, w.number(2.0)))
    z = w.op("fmul", s, s)
    r = w.op("fmul", z, w.polynomial(z, _LOG))
    half = w.op("fmul", w.op("fmul", f, f), w.number(0.5))
    low = w.fma(s, w.op("fadd", half, r), w.op("fmul", e, w.number(_LN2_LOW)))
    low = w.op("fsub", w.op("fsub", half, low), f)
    found = w.op("fsub", w.op("fmul", e, w.number(_LN2_HIGH)), low)
    zero = w.compare("oeq", x, w.number(0.0))
    odd = w.select(zero, w.number(float("-inf")), w.number(float("nan")))
    found = w.select(w.compare("ogt", x, w.number(0.0)), found, odd)
    infinite = w.compare("oeq", x, w.number(float("inf")))
    return w.select(infinite, x, found)


def _log1p(w: Writer, x: str) -> str:
    # What is lost in 1 + x is put back (Kahan).
    u = w.op("fadd", x, w.number(1.0))
    lost = w.op("fsub", x, w.op("fsub", u, w.number(1.0)))
    log = w.call("log", u)
    found = w.op("fadd", log, w.op("fdiv", lost, u))
    plain = w.compare("oeq", u, w.number(1.0))
    odd = w.compare("uno", found, found)  # what is lost of zero or infinity
    return w.select(plain, x, w.select(odd, log, found))


def _expm1(w: Writer, x: str) -> str:
    # Near zero the series, elsewhere the difference.
    near = w.compare("olt", w.intrinsic("fabs", x), w.number(0.3))
    return w.select(near, _exp_less_one(w, x), w.op("fsub", w.call("exp", x), w.number(1.0)))


def _tanh(w: Writer, x: str) -> str:
    size = w.intrinsic("fabs", x)
    size = w.select(w.compare("ogt", size, w.number(22.0)), w.number(22.0), size)
    t = w.call("expm1", w.op("fmul", size, w.number(2.0)))
    found = w.op("fdiv", t, w.op("fadd", t, w.number(2.0)))
    negative = w.compare("olt", x, w.number(0.0))
    return w.select(negative, w.let(f"fneg {w.real} {found}"), found)


def _power(w: Writer, x: str, y: str) -> str:
    found = w.call("exp", w.op("fmul", y, w.call("log", x)))
    found = w.select(w.compare("oeq", y, w.number(1.0)), x, found)
    found = w.select(w.compare("oeq", y, w.number(2.0)), w.op("fmul", x, x), found)
    return w.select(w.compare("oeq", y, w.number(0.0)), w.number(1.0), found)


def _ndtri(w: Writer, given: str) -> str:
    flip = w.compare("ogt", given, w.number(1.0 - _E2))
    y = w.select(flip, w.op("fsub", w.number(1.0), given), given)
    c = w.op("fsub", y, w.number(0.5))
    c2 = w.op("fmul", c, c)
    part = w.op("fmul", c2, w.polynomial(c2, _P0))
    middle = w.op("fadd", c, w.op("fmul", c, w.op("fdiv", part, w.polynomial(c2, _Q0))))
    middle = w.op("fmul", middle, w.number(_SQRT_2PI))
    x = w.intrinsic("sqrt", w.op("fmul", w.number(-2.0), w.call("log", y)))
    x0 = w.op("fsub", x, w.op("fdiv", w.call("log", x), x))
    z = w.op("fdiv", w.number(1.0), x)

    def tail(p: Sequence[float], q: Sequence[float]) -> str:
        part = w.op("fdiv", w.polynomial(z, p), w.polynomial(z, q))
        return w.less(z, part, x0)

    usual, before = tail(_P1, _Q1), w.block
    far = w.compare("oge", x, w.number(8.0))
    some = w.let(f"icmp ne i{w.lanes} {w.let(f'bitcast {w.truth} {far} to i{w.lanes}')}, 0")
    with w.when(some):
        rare = w.select(far, tail(_P2, _Q2), usual)
        inside = w.block
    found = w.let(f"phi {w.real} [ {usual}, %{before} ], [ {rare}, %{inside} ]")
    found = w.select(flip, found, w.let(f"fneg {w.real} {found}"))
    return w.select(w.compare("ogt", y, w.number(_E2)), middle, found)


def _remainder(w: Writer, x: str, y: str) -> str:
    q = w.intrinsic("floor", w.op("fdiv", x, y))
    return w.op("fsub", x, w.op("fmul", q, y))


def _uniform(w: Writer, key: str, counter: str) -> str:
    """Return the uniform draw of `tajsim.draws`, from the key of a run and a counter."""
    x = w.whole_op("xor", key, counter)
    for _ in range(2):
        x = w.whole_op("add", x, w.bits(_GOLDEN))
        for shift, factor in _MIX:
            x = w.whole_op("xor", x, w.whole_op("lshr", x, w.bits(shift)))
            x = w.whole_op("mul", x, w.bits(factor)) if factor else x
    x = w.whole_op("or", w.whole_op("lshr", x, w.bits(12)), w.bits(_EXPONENT))
    found = w.op("fsub", w.cast(x), w.number(4503599627370496.0))
    return w.op("fmul", w.op("fadd", found, w.number(0.5)), w.number(2.0**-52))
