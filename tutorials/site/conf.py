"""Configuration of Sphinx; ``build.py`` beside this file runs it."""

import neurosim

project = "neurosim"
author = "the neurosim authors"
release = version = neurosim.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx-mathjax-offline", "numpydoc"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
autosummary_generate = False
exclude_patterns = ["**/*.ipynb"]

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
autodoc_typehints = "none"
toc_object_entries = False
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
# names in backticks are names in the same room as often as full ones
default_role = "code"

html_theme = "pydata_sphinx_theme"
html_title = "neurosim"
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {name: [] for name in ("index", "start", "papers", "tasks", "field", "changes")}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
