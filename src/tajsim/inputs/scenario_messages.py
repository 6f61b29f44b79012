"""Turn what is wrong with a scenario file into lines: ``path:line: key: what, what expected``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tajsim.errors import unknown
from tajsim.inputs.event_kinds import EVENT_KINDS
from tajsim.inputs.toml_lines import Key, Lines
from tajsim.inputs.units_text import shown

_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list [...]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


class Problems:
    """The messages about one file, in the order of its lines."""

    def __init__(self, shown_path: str, lines: Lines) -> None:
        self.shown_path = shown_path
        self._lines = lines
        self._found: list[tuple[int, str, str]] = []

    def add(self, key: Key, text: str, line: int | None = None) -> None:
        """Add one message about a key; its line is looked up unless it is given."""
        name = ".".join(part for part in key if isinstance(part, str))
        self._found.append((line or self._lines.of(key), name, text))

    def add_invalid(
        self, base: Key, error: ValidationError, model: type[BaseModel], kind: str = ""
    ) -> None:
        """Add every error that pydantic found in the table at ``base``, an event of a ``kind``."""
        details = error.errors()
        hints = "".join(_text(d, model) for d in details if d["type"] == "extra_forbidden")
        for detail in details:
            # pydantic names the kind of an event in the path of a key, the file does not.
            loc = detail["loc"][1:] if detail["loc"][:1] == (kind,) else detail["loc"]
            key = (*base, *loc)
            if detail["type"] == "missing" and f"'{key[-1]}'?" in hints:
                continue  # misspelt, not missing: the other message says so
            if detail["type"] in ("union_tag_not_found", "union_tag_invalid"):
                key = (*key, "kind")
            self.add(key, _text(detail, model))

    def where(self, key: Key) -> str:
        """Return ``path:line`` of a key."""
        return f"{self.shown_path}:{self._lines.of(key)}"

    def messages(self) -> list[str]:
        """Return the lines, each once, in the order of the file."""
        found = sorted(dict.fromkeys(self._found), key=lambda row: row[0])
        return [
            _one_line(f"{self.shown_path}:{line}: {f'{name}: ' if name else ''}{text}")
            for line, name, text in found
        ]


def _one_line(text: str) -> str:
    """Return a text without line ends and control characters, which names in a file may hold."""
    return "".join(c if c.isprintable() else "?" for c in text)


def key_names(model: type[BaseModel]) -> list[str]:
    """Return the keys of a table as they are written in a file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _text(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one error of pydantic in the words of a user."""
    kind, got, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown("key", str(detail["loc"][-1]), key_names(model))
    if kind == "union_tag_not_found":
        return f"missing; expected one of {', '.join(EVENT_KINDS)}"
    if kind == "union_tag_invalid":
        return unknown("event kind", str(context["tag"]), EVENT_KINDS)
    if kind == "missing":
        return f"missing; expected {_wanted(str(detail['loc'][-1]), model)}"
    if kind in _EXPECTED:
        return f"{shown(got)} is not valid here; expected {_EXPECTED[kind]}"
    return _limits(kind, got, context) or str(detail["msg"])


def _wanted(key: str, model: type[BaseModel]) -> str:
    field = model.model_fields.get(key)
    hint = f" ({field.description})" if field is not None and field.description else ""
    return f"the key '{key}'{hint}"


def _limits(kind: str, got: Any, context: dict[str, Any]) -> str:
    """Return the text for a value or a length outside its limits, or an empty text."""
    if kind == "string_too_short":
        return "is empty; expected a text"
    if kind == "string_too_long":
        return f"is too long; expected at most {context['max_length']} characters"
    if kind in ("too_short", "too_long"):
        need = context.get("min_length", context.get("max_length"))
        return f"has {context['actual_length']} entries; expected {need}"
    for name, words in (("ge", "at least"), ("le", "at most")):
        if name in context:
            return f"{shown(got)} is out of range; expected {words} {context[name]:g}"
    return ""
