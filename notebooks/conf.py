"""How Sphinx makes the lessons a web book; `python3 start.py book` calls it. What happens to a page: helpers/book.py."""

project = "Gradients are not private"
author = "the course's authors"
language = "en"
extensions = ["myst_nb", "helpers.book"]
exclude_patterns = ["my", "source", "solutions", "**/.ipynb_checkpoints"]

nb_execution_mode = "off"
nb_mime_priority_overrides = [("html", "image/gif", 1)]
myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
mathjax_path = "mathjax/tex-chtml.js"  # put there by helpers/book.py

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_copy_source = False
html_theme_options = {
    "use_download_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
}
