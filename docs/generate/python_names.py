"""The reference of the public Python names, left to Sphinx's autodoc."""

from __future__ import annotations

import inspect

import tajsim
from docs.generate.markdown import page


def python_page() -> str:
    """Return a page with every public name of the package."""
    blocks = [
        "Everything below is imported from the package itself, `import tajsim`. Errors that a user"
        " can mend are a `UserError`."
    ]
    for name in tajsim.__all__:
        thing = getattr(tajsim, name)
        if name.startswith("_"):
            continue
        kind = "autoclass" if inspect.isclass(thing) else "autofunction"
        own = [m for m in ("step", "state") if m in vars(thing)] if kind == "autoclass" else []
        members = f"\n   :members: {', '.join(own)}" if own else ""
        directive = f".. {kind}:: tajsim.{name}\n   :no-index-entry:{members}"
        blocks.append(f"## {name}\n\n```{{eval-rst}}\n{directive}\n```")
    return page("Python", *blocks)
