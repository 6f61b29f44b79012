"""Checks that a built site needs no network: ``python -m docs.generate.offline out/docs``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

#: What a browser loads by itself when it opens a page; links are not among it.
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|embed|audio|video)\b[^>]*\bsrc\s*=\s*["']?(?:https?:)?//[^"'\s>]+"""
    r"""|<link\b[^>]*\bhref\s*=\s*["']?(?:https?:)?//[^"'\s>]+"""
    r"""|(?:url\(|@import\s)\s*["']?(?:https?:)?//[^"')\s]+""",
    re.IGNORECASE,
)


def loaded(site: Path) -> list[str]:
    """Return what the pages and style sheets of a site would fetch, as ``file: what``."""
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    return [
        f"{path.relative_to(site)}: {found[0]}"
        for path in sorted(files)
        for found in _LOADED.finditer(path.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    if wanted := loaded(Path(sys.argv[1])):
        sys.exit("\n".join(["the site would fetch:", *wanted]))
    print(f"{sys.argv[1]}/index.html needs no network")
