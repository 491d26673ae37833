"""Configuration of Sphinx; ``build.py`` beside this file runs it."""

import inspect

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
# names in backticks become links where they are names of the same room or full ones, and stay code elsewhere
default_role = "py:obj"

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


def fields_of(_app, what, _name, thing, _options, signature, returned):
    """Parameters of a class: those of its constructor, which declarations hide behind ``__new__``."""
    if what != "class":
        return signature, returned
    try:
        found = inspect.signature(thing)
    except ValueError:  # exceptions of Python have none
        return signature, returned
    plain = [each.replace(annotation=each.empty) for each in found.parameters.values()]
    return str(found.replace(parameters=plain, return_annotation=found.empty)), returned


def setup(app):
    app.connect("autodoc-process-signature", fields_of)
