"""HTML that shows results in a notebook. Every text is escaped unless it was made here.

There are no scripts and nothing is loaded. Colours are inherited, lines are half transparent, so
that it reads on a light and on a dark page.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_STYLE = """\
.tajsim-display { color: inherit; line-height: 1.4; }
.tajsim-display h3, .tajsim-display h4 { color: inherit; margin: 0.7em 0 0.2em; }
.tajsim-display p { margin: 0.2em 0; max-width: 60em; }
.tajsim-display .quiet { opacity: 0.7; }
.tajsim-display .wide { overflow-x: auto; }
.tajsim-display table { border-collapse: collapse; color: inherit; margin: 0.4em 0; }
.tajsim-display tr { background: transparent !important; }
.tajsim-display th, .tajsim-display td { border: 0; color: inherit; padding: 0.15em 0.7em;
  border-bottom: 1px solid rgba(128, 128, 128, 0.4); text-align: left; vertical-align: top; }
.tajsim-display .number { font-variant-numeric: tabular-nums; text-align: right;
  white-space: nowrap; }
.tajsim-display pre { background: transparent; color: inherit; overflow-x: auto; white-space: pre; }
.tajsim-display summary { cursor: pointer; }
"""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> Html:
    """Return a value as HTML: escaped, unless it is HTML already."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def element(tag: str, *content: object, look: str = "") -> Html:
    """Return an element with its content; ``look`` is a class of the style."""
    marked = f' class="{escape(look)}"' if look else ""
    return Html(f"<{tag}{marked}>{''.join(text(part) for part in content)}</{tag}>")


def table(
    header: Sequence[str], rows: Sequence[Sequence[object]], numbers: Container[int] = ()
) -> Html:
    """Return a table; the columns in ``numbers`` are aligned right."""

    def cells(tag: str, row: Sequence[object]) -> list[Html]:
        return [element(tag, c, look="number" * (i in numbers)) for i, c in enumerate(row)]

    body = [element("tr", *cells("td", row)) for row in rows]
    head = element("thead", element("tr", *cells("th", header)))
    return element("div", element("table", head, element("tbody", *body)), look="wide")


def whole(*content: object) -> str:
    """Return what a notebook shows: the content with its style."""
    return element("div", Html(f"<style>\n{_STYLE}</style>"), *content, look="tajsim-display")


def table_csv(table: pd.DataFrame, model: str = "") -> str:
    """Return a table as CSV that pandas, polars, duckdb and R read alike, with the model it is of.

    Numbers have six digits; one that is not a count has a point or an exponent, so that no reader
    takes a column for whole numbers by its first rows; booleans are ``true`` and ``false``.
    """
    found = table.assign(model=table.get("model", model)) if model else table
    truths = found.select_dtypes("bool").columns
    found = found.assign(**{n: found[n].map({True: "true", False: "false"}) for n in truths})

    def number(value: Any) -> str:
        text = f"{value:.6g}"
        return text if set(text) & set(".en") else f"{text}.0"

    return found.to_csv(index=False, float_format=number, lineterminator="\n")


class Printed:
    """What was found: prints as text (``__str__``) and shows as HTML."""

    def _repr_html_(self) -> str:
        """Return the text with its layout, as a notebook shows it."""
        return whole(element("pre", str(self)))


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (of types that pandas does not know)."""
    return list(table.itertuples())
