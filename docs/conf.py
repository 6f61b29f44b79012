"""Settings of Sphinx. ``python3 dev.py docs`` builds the site; it needs no network."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.generate.pages import write  # noqa: E402
from docs.generate.registry import counts  # noqa: E402
from tajsim.version import __version__  # noqa: E402

project = "tajsim"
author = "the tajsim developers"
project_copyright = author
version = release = __version__
language = "en_GB"
highlight_language = "none"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "docs.generate.mathml"]
exclude_patterns = ["generate/**", "tables/**", "**/*.inc"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["attrs_inline", "dollarmath", "substitution"]
myst_substitutions = {"basis": counts()}
myst_heading_anchors = 3

autodoc_typehints = "none"
autodoc_class_signature = "mixed"
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"tajsim {release}"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False

write()
