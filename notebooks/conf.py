"""How `start.py book` makes the lessons a web book. What becomes of a page: helpers/book.py."""

project = "Gradients are not private"
copyright = "2026. Text and pictures: CC BY 4.0. Code: MIT"
language = "en"
extensions = ["myst_nb", "helpers.book"]
exclude_patterns = ["my", "source", "solutions", "**/.ipynb_checkpoints"]

nb_execution_mode = "off"
nb_mime_priority_overrides = [("html", "image/gif", 1)]
nb_code_prompt_show = "Show the code of this picture"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
mathjax_path = "mathjax/tex-chtml.js"  # put there by helpers/book.py
mathjax3_config = {
    "options": {"enableMenu": False}
}  # the menu would make each formula a stop of the Tab key

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_search_summary = False  # would fetch the pages, which no browser does from a folder
html_context = {"default_mode": "auto"}  # light or dark as the reader's system
html_theme_options = {
    "use_download_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "navbar_persistent": [],  # the search stands in the menu
    "footer_content_items": ["copyright.html"],
}
