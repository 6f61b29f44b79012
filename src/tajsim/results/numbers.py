"""Numbers, names and months as text, and tables and lines of text, for tables and pictures."""

from __future__ import annotations

import math
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Container, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from tajsim.axes import COMMANDERS, DIMENSIONS, SECTIONS
from tajsim.files import data_tables
from tajsim.inputs import deals, ledger

if TYPE_CHECKING:
    import pandas as pd

#: Columns of text that tables and sentences are folded to, and characters of a label in a picture.
WIDTH, LABEL = 100, 28

_MOST_DECIMALS = 6
_ENDLESS = 10_000  # characters in a line of a file or a pipe
#: A true minus sign.
MINUS = "\N{MINUS SIGN}"
#: A smaller number is what rounding leaves of nothing; the least of the registry is larger.
NOTHING = 1e-9


def fixed(value: float, decimals: int, signed: bool = False) -> str:
    """Return a value to so many decimals; below 0 they round to tens, hundreds and so on."""
    value = round(value, decimals) + 0.0  # no minus before a zero
    text = f"{value:{'+' if signed and value else ''},.{max(decimals, 0)}f}"
    return text.replace("-", MINUS)


def _bare(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: float, signed: bool = False, decimals: int | None = None) -> str:
    """Return a value without exponent, to three significant digits or so many decimals.

    Decimals below 0 round to tens, hundreds and so on.
    """
    if not math.isfinite(value):
        return "not defined"
    return fixed(value, decimals_for(value, 3) if decimals is None else decimals, signed)


def plain(value: float) -> str:
    """Return a value to three significant digits without trailing zeros: ``0.045``."""
    return _bare(number(value))


def short(value: float, digits: int = 3) -> str:
    """Return a value to so many significant digits, large ones too: ``199,000``, ``0.045``."""
    return _bare(number(value, decimals=decimals_for(value, digits, least=-12)))


def table_number(value: float, signed: bool = False) -> str:
    """Return a number as tables of text have it, whole ones in full: 12,345, 0.0321, 1.2e-05.

    Three significant digits, with a plain hyphen. Below `NOTHING` it is 0. From a million on four
    digits, in millions or billions: 12.35 m, 1.2 bn. ``-`` for what is undefined.
    """
    if math.isnan(value):
        return "-"
    size, sign = abs(value), "+" if signed else ""
    if size < NOTHING:
        return "0"
    if size < 0.0005 or size >= 1e12:
        return f"{value:{sign}.2g}"
    for scale, word in ((1e9, "bn"), (1e6, "m")):
        if size >= scale:
            return f"{value / scale:{sign}.4g} {word}"
    return _bare(fixed(value, decimals_for(value, 3), signed)).replace(MINUS, "-")


def decimals_for(value: float, digits: int, least: int = 0) -> int:
    """Return the decimals that show so many significant digits of a value, ``least`` to 6.

    None of one that so many decimals would show as nothing but zeros.
    """
    if not math.isfinite(value) or abs(value) < 0.5 * 10.0**-_MOST_DECIMALS:
        return 0
    first = math.floor(math.log10(abs(value)))  # the place of its first digit: -2 of 0.024
    return min(_MOST_DECIMALS, max(least, digits - 1 - first))


def with_interval(mean: float, low: float, high: float, signed: bool = True) -> str:
    """Return ``+1.8 [+1.6, +2.1]``, to the digits that the interval warrants."""
    half = (high - low) / 2
    if not math.isfinite(half) or (decimals_for(half, 1) == 0 and half < 0.5):
        return number(mean, signed)
    decimals = min(decimals_for(half, 2), max(decimals_for(half, 1), decimals_for(mean, 3)))
    mean_text, low_text, high_text = (number(v, signed, decimals) for v in (mean, low, high))
    return f"{mean_text} [{low_text}, {high_text}]"


def interval(low: float, high: float, signed: bool = False) -> str:
    """Return ``low to high``, or ``-`` if it is undefined."""
    if math.isnan(low) or math.isnan(high):
        return "-"
    return f"{table_number(low, signed)} to {table_number(high, signed)}"


def wrapped(text: str) -> str:
    """Return a text in lines of at most `WIDTH` characters; words with hyphens stay whole."""
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def intervals(lows: Iterable[float], highs: Iterable[float], signed: bool = False) -> list[str]:
    """Return the `interval` of each row of a table."""
    return [interval(*ends, signed) for ends in zip(lows, highs, strict=True)]


def percent(share: float) -> str:
    """Return a share as whole per cent; never 0 % or 100 % unless it is exactly that."""
    if math.isnan(share):
        return "-"
    if 0.0 < share < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < share < 1.0 else f"{100.0 * share:.0f} %"


def factor(value: float) -> str:
    """Return a factor with two digits; beyond a million it is rounding, and said to be so."""
    return ">1e6" if value > 1e6 else f"{value:.2g}" if 1.0 <= value < 10.0 else table_number(value)


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Return names as a sentence lists them, ``a, b and c``; beyond ``most`` they are counted."""
    if most is not None and len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def counted(count: int, what: str) -> str:
    """Return a count of things: ``1 scenario``, ``2 scenarios``."""
    return f"{count} {what}{'s' * (count != 1)}"


def against(names: Sequence[str], reference: str) -> str:
    """Return a heading for scenarios held against another: ``“A” and “B” against “C”``."""
    return f"{listed([f'“{name}”' for name in names])} against “{reference}”"


def hanging(begin: str, text: str, room: int = WIDTH) -> list[str]:
    """Return a text folded to a width: ``begin`` before its first line, blanks before others."""
    return textwrap.wrap(text, room, initial_indent=begin, subsequent_indent=" " * len(begin))


def text_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], left: Container[int] = (0,)
) -> str:
    """Lay out rows under a header; the columns in ``left`` are aligned left, others right.

    In a terminal too narrow for the table its widest columns of text stand on a line of their own:
    above the row if the first column is one of them, else below. Files and pipes get whole rows.
    """
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    inside = list(range(len(header)))
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else _ENDLESS
    for column in sorted((i for i in inside if i in left), key=lambda i: -widths[i]):
        if len(inside) < 3 or sum(widths[i] + 2 for i in inside) - 2 <= room:
            break
        inside.remove(column)
    apart = [i for i in range(len(header)) if i not in inside]

    def lines(row: Sequence[str]) -> list[str]:
        cells = (row[i].ljust(widths[i]) if i in left else row[i].rjust(widths[i]) for i in inside)
        inner, text = "  ".join(cells).rstrip(), ", ".join(row[i] for i in apart if row[i])
        if not text:
            return [inner]
        return [text, inner] if 0 in apart else [inner, f"    {text}"]

    rule = "  ".join("-" * widths[i] for i in inside)
    return "\n".join([*lines(header), rule, *(line for row in rows for line in lines(row))])


#: How texts begin that are numbers, or nothing.
_NUMBER = re.compile(r"[-+<>0-9]|$")
_CELLS: dict[str, Callable[[float], str]] = {
    "%": percent,
    "+": lambda value: table_number(value, signed=True),
    "": table_number,
}


def frame_text(table: pd.DataFrame, *columns: str) -> str:
    """Lay out columns of a table as text, see `text_table`; those of words are aligned left.

    Args:
        table: what is told, one line a row.
        columns: names, or ``head=name``; ``%`` before a name is for shares, ``+`` for signs.
    """
    heads, cells, left = [], [], []
    for place, column in enumerate(columns):
        head, _, name = column.rpartition("=")
        name, way = name.lstrip("%+"), name[: len(name) - len(name.lstrip("%+"))]
        values = table[name].tolist()
        if all(isinstance(value, str) for value in values):
            left += [] if all(_NUMBER.match(value) for value in values) else [place]
            cells.append(values)
        else:
            cells.append([_CELLS[way](value) for value in values])
        heads.append(head or name)
    return text_table(heads, list(zip(*cells, strict=True)), left)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown; its first column is aligned left, the others right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    cells = ([cell.replace("|", "\\|") for cell in row] for row in (header, rule, *rows))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


#: Own names that stand in the names of claims and targets.
_OWN_NAMES = {
    *COMMANDERS, *SECTIONS, "moscow", "russian", "russia", "tajik", "uzbek", "afghan", "western",
    "west", "kulyab", "khorog", "rasht", "sughd", "syria", "chinese", "china", "european",
}  # fmt: skip

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
MONTHS = tuple(month[:3] for month in _MONTHS)

#: Names in the closed lists of the axes.
_AXIS_NAMES = frozenset(name for listed in DIMENSIONS.values() for name in listed)


def actor_name(name: str) -> str:
    """Return a name as in a sentence: ``network_07`` is network 7, ``mirzoev`` Mirzoev."""
    if spoken := ledger.load_display_names().get(name):
        return spoken
    if name.startswith("network_"):
        return f"network {int(name.removeprefix('network_'))}"
    return name.replace("_", " ").title() if name in _AXIS_NAMES else name


def display_name(name: str) -> str:
    """Return a coordinate name as a reader wants it: ``elite_control`` -> ``Elite control``."""
    if deal := deals.load_deals().get(name):
        return deal.label
    spelled = data_tables("chronicle.toml")["labels"].get(name)
    return str(spelled or name.replace("_", " ").capitalize())


def place_name(name: str) -> str:
    """Return a coordinate as it stands within a sentence: ``Tajik border troops``, ``border``."""
    spoken = ledger.load_display_names().get(name)
    return spoken.removeprefix("the ") if spoken else display_name(name)


def parameter_name(name: str) -> str:
    """Return a parameter as words: ``agency_pay.army`` -> ``agency pay, army``.

    Parts of one that would be longer than `LABEL` are told in their short forms.
    """
    family, *places = name.split(".")
    said = " ".join(w.capitalize() if w in _OWN_NAMES else w for w in family.split("_"))
    words, forms = [said, *map(place_name, places)], data_tables("chronicle.toml")["short"]
    if len(", ".join(words)) > LABEL:
        words = [forms.get(family, said), *(forms.get(p, p.replace("_", " ")) for p in places)]
    return ", ".join(words)


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """Return a label as it stands within a sentence: its first letter small, save in names."""
    first = text.split(" ")[0].rstrip(",")
    name = first[1:2].isupper() or first in ("Moscow's", "Uzbekistan", "Afghan", "Russian")
    return text if name else text[:1].lower() + text[1:]


def words(name: str) -> str:
    """Return a hyphened name as words: ``mirzoev-bargains`` -> ``Mirzoev bargains``."""
    first, *rest = [w.upper() if w in ("us", "eu") else w for w in name.split("-")]
    rest = [w.capitalize() if w in _OWN_NAMES else w for w in rest]
    return " ".join([first[:1].upper() + first[1:], *rest])


def month_text(month: str, full: bool = False) -> str:
    """Return ``2004-11`` as ``Nov 2004``, or in full as ``November 2004``."""
    return f"{(_MONTHS if full else MONTHS)[int(month[5:7]) - 1]} {month[:4]}"


@lru_cache(maxsize=4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width in inches of one line of text at ``size`` points."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    return float(points) / 72.0


def wrap(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """Break ``text`` at spaces into lines no wider than ``room`` inches.

    A word too long for a line is broken after its hyphens, if it has any.
    """
    lines: list[str] = []
    text = text.replace(" %", "\N{NO-BREAK SPACE}%")
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            long = "-" in word and width(word, size, bold) > room
            pieces = re.split("(?<=-)", word) if long else [word]
            for i, piece in enumerate(pieces):
                longer = f"{line}{'' if i else ' '}{piece}" if line else piece
                # Measuring takes long; no text has letters wider than this on average.
                wide = len(longer) * 1.1 * size / 72.0 > room
                if line and wide and width(longer, size, bold) > room:
                    lines.append(line)
                    longer = piece
                line = longer
        lines.append(line)
    return lines
