"""How names of the axes and texts are written for a reader, and how wide they are on paper."""

from __future__ import annotations

from functools import lru_cache
from math import floor, isfinite, log10

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from tajsim.axes import COMMANDERS, SECTIONS

#: Names whose reading cannot be had by putting spaces for underscores.
SPELLED = {
    "early_transfer": "73 km Tajik-held",
    "murghab": "Murghab (China)",
    "gbao": "Badakhshan (GBAO)",
    "united_states": "United States",
    "european_union": "European Union",
    "united_kingdom": "United Kingdom",
    "osce_un": "OSCE and UN",
    "irpt": "IRPT",
    "hizb_ut_tahrir": "Hizb-ut-Tahrir",
    "former_uto": "Former UTO",
    "sughd_rail_road": "Sughd rail and road",
    "air_migrants": "Air and migrants",
    "russian_border_troops": "Russian Border Troops",
    "northern_afghanistan": "Northern Afghanistan",
}

#: Own names that stand in the names of claims and targets.
_OWN_NAMES = {
    *COMMANDERS, *SECTIONS, "moscow", "russian", "russia", "tajik", "uzbek", "afghan", "western",
    "west", "kulyab", "khorog", "rasht", "sughd", "syria", "chinese", "china", "european",
}  # fmt: skip

_MOST_DECIMALS = 6
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def spoken(name: str) -> str:
    """Return a coordinate name as a reader wants it: ``elite_control`` -> ``Elite control``."""
    return SPELLED.get(name, name.replace("_", " ").capitalize())


def words(name: str) -> str:
    """Return a hyphened name as words: ``mirzoev-bargains`` -> ``Mirzoev bargains``."""
    first, *rest = name.split("-")
    return " ".join([first.capitalize(), *(w.capitalize() if w in _OWN_NAMES else w for w in rest)])


def month_text(month: str) -> str:
    """Return ``2004-11`` as ``Nov 2004``."""
    return f"{_MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def number(value: float, signed: bool = False, decimals: int | None = None) -> str:
    """Return a value without exponent, to three significant digits or so many decimals.

    Decimals below 0 round to tens, hundreds and so on.
    """
    if not isfinite(value):
        return "not defined"
    if decimals is None:
        decimals = decimals_for(value, 3)
    value = round(value, decimals) + 0.0  # no minus before a zero
    shown = max(decimals, 0)
    text = f"{value:+,.{shown}f}" if signed and value != 0.0 else f"{value:,.{shown}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def plain(value: float) -> str:
    """Return a value to three significant digits without trailing zeros: ``0.045``."""
    return _bare(number(value))


def short(value: float) -> str:
    """Return a value to three significant digits, large ones too: ``199,000``, ``0.045``, ``1``."""
    return _bare(number(value, decimals=decimals_for(value, 3, least=-6)))


def _bare(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals_for(value: float, digits: int, least: int = 0) -> int:
    """Return the decimals that show so many significant digits of a value, ``least`` to 6.

    None of one that so many decimals would show as nothing but zeros.
    """
    if not isfinite(value) or abs(value) < 0.5 * 10.0**-_MOST_DECIMALS:
        return 0
    return min(_MOST_DECIMALS, max(least, digits - 1 - floor(log10(abs(value)))))


def with_interval(mean: float, low: float, high: float) -> str:
    """Return ``+1.8 [+1.6, +2.1]``, to the digits that the interval warrants."""
    half = (high - low) / 2
    if not isfinite(half) or (decimals_for(half, 1) == 0 and half < 0.5):
        return number(mean, signed=True)
    decimals = min(decimals_for(half, 2), max(decimals_for(half, 1), decimals_for(mean, 3)))
    mean_text, low_text, high_text = (number(v, True, decimals) for v in (mean, low, high))
    return f"{mean_text} [{low_text}, {high_text}]"


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
            for piece, gap in _pieces(word, room, size, bold):
                longer = f"{line}{gap}{piece}" if line else piece
                if line and width(longer, size, bold) > room:
                    lines.append(line)
                    line = piece
                else:
                    line = longer
        lines.append(line)
    return lines


def _pieces(word: str, room: float, size: float, bold: bool) -> list[tuple[str, str]]:
    """Return a word, or the parts of one too long for a line, each with what stands before it."""
    if "-" not in word or width(word, size, bold) <= room:
        return [(word, " ")]
    parts = word.split("-")
    pieces = [f"{part}-" for part in parts[:-1]] + parts[-1:]
    return [(piece, "" if i else " ") for i, piece in enumerate(pieces)]
