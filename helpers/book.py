"""The lessons as a web book: `python3 start.py book`, or `python -m helpers.book [FOLDER]`. Nothing is executed.

Sphinx reads notebooks/ as it stands there; notebooks/conf.py names what it needs. This module is the Sphinx extension
that hands it each page as a book wants it:

    a lesson     *What you see: …* becomes the alternative text of the picture above it; under each exercise its
                 solution is folded; a widget's place has its static twin; “lesson 05” is a link; terms can be linked to
    glossary.md, symbols.md, references.md
                 are filled from source/glossary.yml, source/symbols.yml and the lessons' Sources

MathJax and its fonts come from a package, so that the book opens from a folder without a network.
"""

import base64
import importlib.util
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import yaml
from sphinx.cmd.build import main as sphinx_build

from helpers import symbols
from helpers.editions import NOTEBOOKS, SOLUTIONS, defined_name, read_symbols, tags

BOOK = NOTEBOOKS.parent / "build" / "book"
SEEN = re.compile(r"\*What you see: (.+?)\*(?!\*)", re.S)
WIDGET = re.compile(r"need(s)? a running notebook\.")
CODE = r"```.*?```|`[^`\n]*`|^#.*?$|^<.*?$"  # where no link may be put: code, headings, HTML
MATHJAX = "tex-chtml.js", "output/chtml/fonts"


def lessons():
    """The lessons that are there: a dict from the number, such as "05", to the page's name."""
    return {path.name[:2]: path.stem for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}


def between(first, last):
    """The pages' names of the lessons from one number to another, as far as they are there: a list of str."""
    return [name for number, name in lessons().items() if first <= number <= last]


def read_glossary():
    """The entries of source/glossary.yml whose lesson is there: a list of dict with term, bold, lesson, meaning."""
    entries = yaml.safe_load((NOTEBOOKS / "source" / "glossary.yml").read_text(encoding="utf-8"))
    return [{"bold": entry["term"], **entry} for entry in entries if entry["lesson"] in lessons()]


def anchor(term):
    """The name by which the place that defines a term is linked to."""
    return "defined-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def lesson_page(name, text):
    """A stored lesson as the book shows it.

    Args:
        name: the page's name, such as "05_a_network_that_reads_digits".
        text: the notebook, a str of JSON.

    Returns:
        The changed notebook, a str of JSON.
    """
    notebook = nbformat.reads(text, as_version=4)
    solutions = json.loads(SOLUTIONS.read_text(encoding="utf-8")).get(name[:2], {})
    terms = [entry for entry in read_glossary() if entry["lesson"] == name[:2]]
    cells, answer, widget = [], None, False
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], None]):
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = with_links(with_anchors(cell.source, terms))
            continue
        image = picture_options(cell, following)
        if image:
            cell.metadata["mystnb"] = {"image": image}
            if widget:  # the twin: its picture stands in the widget's place, its code is folded
                cell.metadata["tags"] = [*tags(cell), "hide-input"]
            widget = False
        for output in cell.outputs:
            sentence = output.get("data", {}).get("text/plain", "")
            if WIDGET.search(sentence):
                widget = True
                cell.outputs = []
                note = f":::{{admonition}} In the notebook, this can be dragged\n{sentence}\n:::"
                cells.append(nbformat.v4.new_markdown_cell(note))
        if "exercise" in tags(cell):
            answer = defined_name(cell.source)
        if "check" in tags(cell):
            cell.outputs = []  # "not answered yet" makes no sense where nothing runs
            folded = (
                f"<details class='solution'><summary>A solution</summary>\n\n```python\n{solutions[answer]}\n```\n\n"
            )
            cells.append(nbformat.v4.new_markdown_cell(folded + "</details>"))
    notebook.cells = cells
    return nbformat.writes(notebook)


def picture_options(cell, following):
    """Width and alternative text of a code cell's picture: a dict, empty when the cell shows none."""
    for output in cell.outputs:
        for kind in output.get("data", {}):
            if kind.startswith("image/"):
                sentence = SEEN.match(following.source)[1]
                alt = re.sub(r"[`$*\\]", "", " ".join(sentence.split()))
                return {"alt": alt, "width": f"{output.metadata[kind]['width']}px"}
    return {}


def with_anchors(text, terms):
    """A text in which each term that it defines, in bold, can be linked to."""
    for entry in terms:
        bold = f"**{entry['bold']}**"
        if bold in text and not entry.get("found"):
            entry["found"] = True
            text = text.replace(bold, f"[{bold}]{{#{anchor(entry['term'])}}}", 1)
    return text


def with_links(text):
    """A text in which “lesson 05” and the numbers of “lessons 05 and 06” are links, outside code, headings and HTML."""
    known = lessons()

    def page(match):
        number = match[0][-2:]
        return f"[{match[0]}]({known[number]}.ipynb)" if number in known else match[0]

    def link(match):
        if re.match("[Ll]essons", match[0]):
            return re.sub(r"\d\d", page, match[0])
        return page(match) if re.match("[Ll]esson", match[0]) else match[0]

    several = r"\b[Ll]essons \d\d(?:(?:,? and |, | to )\d\d)*\b"
    return re.sub(rf"{CODE}|\b[Ll]esson \d\d\b|{several}", link, text, flags=re.M | re.S)


def glossary_page():
    """The list of terms, each with the place that defines it: MyST Markdown."""
    lines = []
    for entry in read_glossary():
        where = f"[Lesson {entry['lesson']}](#{anchor(entry['term'])})"
        lines.append(f"{entry['term']}\n  {entry['meaning']} {where}.\n")
    return "\n".join(["```{glossary}", ":sorted:", "", *lines, "```"])


def symbols_page():
    """The table of symbols with their small pictures: MyST Markdown."""
    rows = ["| symbol | picture | in words | for example | in code | lesson |", "|---|---|---|---|---|---|"]
    for entry in read_symbols():
        if entry["lesson"] in lessons():
            image = symbols.picture(entry["name"])
            shown = f"![{image.description}](data:image/png;base64,{base64.b64encode(image.png).decode()})"
            lesson = f"[{entry['lesson']}]({lessons()[entry['lesson']]}.ipynb)"
            words = f"{entry['words']} | {entry['number']} | `{entry['code']}` | {lesson}"
            rows.append(f"| ${entry['symbol']}$ | {shown} | {words} |")
    return "\n".join(rows)


def references_page():
    """What the lessons name under Sources, and lesson 20's map in its table's last column, each work once: Markdown."""
    works = {}
    for number, name in lessons().items():
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        body, _, text = "\n".join(cell.source for cell in notebook.cells).partition("## Sources")
        rows = re.findall(r"^\| .*\| ([^|]*\*[^|]*arXiv[^|]*) \|$", body, re.M)
        for entry in re.split(r"^- ", text, flags=re.M)[1:] + rows:
            work, _, note = " ".join(entry.split()).partition(": ")
            while work.count("*") % 2:  # the colon stood inside a title
                more, _, note = note.partition(": ")
                work += f": {more}"
            work, *place = re.split(r", (?=(?:section|Proposition|Algorithm|chapter)\b)", work, maxsplit=1)
            note = ": ".join(filter(None, [*place, note]))
            title = re.search(r"\*(.+?)\*", work)
            found = works.setdefault((title[1] if title else work).lower(), {"work": "", "notes": []})
            found["work"] = max(found["work"], work.rstrip("."), key=lambda text: ("arXiv" in text, len(text)))
            found["notes"].append(f"  - [Lesson {number}]({name}.ipynb)" + (f": {note}" if note else ""))
    lines = []
    for found in sorted(works.values(), key=lambda found: re.sub(r"^([A-Z]\. ?)+", "", found["work"]).lower()):
        linked = re.sub(r"arXiv (\d{4}\.\d{4,5})", r"[arXiv \1](https://arxiv.org/abs/\1)", found["work"])
        lines += [f"- {linked}", *found["notes"]]
    return "\n".join(lines)


PAGES = {"glossary": glossary_page, "symbols": symbols_page, "references": references_page}


def read_page(app, name, content):
    """Sphinx asks for each page as it reads it: content[0] is the file's text, and is replaced."""
    if re.match(r"\d\d_", name):
        content[0] = lesson_page(name, content[0])
    elif name == "index":
        content[0] = re.sub(
            r"\{\{lessons (\d\d) (\d\d)\}\}", lambda part: "\n".join(between(*part.groups())), content[0]
        )
    elif name in PAGES:
        content[0] += PAGES[name]()


def carry_mathjax(app, error):
    """Copy MathJax into the finished book: one script and its fonts, of the package's 24 MB."""
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    for part in MATHJAX:
        target = Path(app.outdir, "_static", "mathjax", part)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (package / part).is_dir() else shutil.copy)(package / part, target)


def setup(app):
    app.connect("source-read", read_page)
    app.connect("build-finished", carry_mathjax)
    return {"parallel_read_safe": True}


def main(arguments):
    folder = Path(arguments[0]) if arguments else BOOK
    if folder.exists() and any(folder.iterdir()) and not (folder / ".buildinfo").exists():  # which Sphinx writes
        return f"The folder {folder} holds something else than a book. Delete it, or name another one."
    shutil.rmtree(folder, ignore_errors=True)
    strict = ["--fail-on-warning", "--keep-going", "--nitpicky", "--fresh-env", "--quiet"]
    failed = sphinx_build([*strict, "--doctree-dir", str(folder.with_name("doctrees")), str(NOTEBOOKS), str(folder)])
    print("The book has warnings, see above." if failed else f"The book: open {folder / 'index.html'} in a browser.")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
