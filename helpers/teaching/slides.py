"""Each lesson's stage version: `python3 start.py slides [NN ...]` writes slides/NN_name.html, which needs nothing else.

    python -m helpers.teaching.slides [NN ...]

A slide is made of a cell of the stored lesson: a picture with its sentence *What you see*, or code with what it
printed. Which cells: those tagged `stage`; in a lesson without that tag, each that shows a picture. Before them stands
the title with its story, after them the one sentence and the sources. The notes for the instructor go with the slide
before them. reveal.js is taken from the package sphinx-revealjs and written into the file. Formulas become MathML,
which browsers draw by themselves.
"""

import html
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from helpers import editions
from helpers.teaching.routes import HOME

OUT = HOME / "slides"
LONG = 10  # lines of code that are set smaller
PICTURES = ("image/gif", "image/png", "image/jpeg")


def write(chosen=(), folder=OUT):
    """Write the slides of the chosen lessons, all by default. Returns the files, a list of Path."""
    chosen = editions.numbers(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted((HOME / "notebooks" / "solutions").glob("[0-9][0-9]_*.ipynb")):
        if path.name[:2] not in chosen:
            continue
        notebook = json.loads(path.read_text(encoding="utf-8"))
        file = folder / f"{path.stem}.html"
        file.write_text(document(path.name[:2], notebook), encoding="utf-8", newline="\n")
        written.append(file)
    return written


def slides(notebook):
    """The slides of a solved lesson: a list of dict with `kind`, `html` and `notes`, HTML both."""
    cells = [(cell, _text(cell["source"]), set(cell["metadata"].get("tags", []))) for cell in notebook["cells"]]
    tagged = any("stage" in tags for _, _, tags in cells)
    made = [_title(cells[0][1])]
    heading = ""
    for place, (cell, source, tags) in enumerate(cells):
        if "instructor" in tags:
            made[-1]["notes"] += markdown(re.sub(r"</?details>|<summary>.*?</summary>", "", source))
        elif cell["cell_type"] == "markdown":
            made[1:1] = _reminder(source)
            # what follows an exercise belongs to the section again
            heading = (re.findall(r"^##+ (?:\d+ · )?(?!Exercise)(.+)$", source, re.M) or [heading])[-1]
        elif "stage" in tags if tagged else _picture(cell):
            following = next((text for cell, text, _ in cells[place + 1 :] if cell["cell_type"] == "markdown"), "")
            before = cells[place - 1]
            lead = before[1] if before[0]["cell_type"] == "markdown" and not before[2] else ""
            made.append(_of_code(cell, source, heading, lead, following))
    words = "\n\n".join(text for cell, text, tags in cells if cell["cell_type"] == "markdown")
    sentence = re.search(r"^## Say it in one sentence\n+(.+?)\n\n", words, re.M | re.S)[1]
    made.append(_slide("words", f'<h2>In one sentence</h2><div class="say">{markdown(sentence)}</div>'))
    sources = re.search(r"^## Sources\n+(.+?)\s*(?=^## |\Z)", words, re.M | re.S)[1]
    made.append(_slide("sources", f"<h2>Sources</h2>{markdown(sources)}"))
    return made


def _slide(kind, body):
    return {"kind": kind, "html": body, "notes": ""}


def _title(text):
    story = text.split("\n**You will**")[0]
    title, rest = re.match(r"# ([^\n]+)\n+(.*)", story, re.S).groups()
    return _slide("words", f"<h1>{markdown(title, inline=True)}</h1>{markdown(rest.strip())}")


def _reminder(text):
    """The slide for whoever comes to a lesson directly: the lines to remember. A list of one slide or none."""
    lines = re.search(r"^\*\*If you come .+?:\n\n((?:\d\. .+\n?(?:   .+\n?)*)+)", text, re.M)
    return [_slide("words", f"<h2>To remember</h2>{markdown(lines[1])}")] if lines else []


def _of_code(cell, source, heading, lead, following):
    """The slide of a code cell: its picture with the sentence under it; or the words before, the code, the output."""
    top = f"<h2>{markdown(heading, inline=True)}</h2>" if heading else ""
    picture = _picture(cell)
    if picture:
        kind, data = picture
        match = re.match(r"\*(What you see: .*?)\*(?=\s|$)", following, re.S)
        sentence = re.sub(r"^What you see: (.)", lambda m: m[1].upper(), match[1]) if match else ""
        caption = markdown(sentence, inline=True)
        alt = html.escape(re.sub(r"<[^>]+>", "", caption), quote=True)
        image = f'<img alt="{alt}" src="data:{kind};base64,{data}">'
        return _slide("picture", f"{top}<figure><div>{image}</div><figcaption>{caption}</figcaption></figure>")
    long = " long" if len(source.splitlines()) > LONG else ""
    said = markdown(_last_words(lead)) if not long else ""
    body = f'{top}{said}<pre class="code{long}"><code>{_highlighted(source)}</code></pre>'
    printed = "".join(
        _text(output.get("text") or output.get("data", {}).get("text/plain", ""))
        for output in cell["outputs"]
        if "text/html" not in output.get("data", {})
    ).rstrip()
    return _slide("code", body + (f'<pre class="output">{html.escape(printed)}</pre>' if printed else ""))


def _last_words(text):
    """The paragraph that leads to a cell; nothing where a heading, a table, a list or a picture's sentence stands."""
    last = re.split(r"\n\s*\n", text.strip())[-1]
    return "" if re.match(r"#|\||- |\d\. |<|\*What you see", last) else last


def _picture(cell):
    """The (kind, base64) of a cell's picture, or None."""
    for output in cell.get("outputs", []):
        for kind in PICTURES:
            if kind in output.get("data", {}):
                return kind, _text(output["data"][kind]).replace("\n", "")


def _text(lines):
    return lines if isinstance(lines, str) else "".join(lines)


def markdown(text, inline=False):
    """CommonMark with tables and $formulas$ as HTML."""
    from latex2mathml.converter import convert
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def formula(content, options):
        return convert(content, display="block" if options.get("display_mode") else "inline")

    reader = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, renderer=formula)
    text = re.sub(r"<!--.*?-->", "", text)
    return reader.renderInline(text) if inline else reader.render(text)


def _highlighted(code):
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")


def document(number, notebook):
    """A lesson's slides as one HTML file, a str: styles, scripts and pictures inside."""
    from pygments.formatters import HtmlFormatter

    title = f"{number} · {notebook['metadata']['lesson']['title']}"
    sections = []
    for slide in slides(notebook):
        notes = f'<aside class="notes">{slide["notes"]}</aside>' if slide["notes"] else ""
        footer = "" if slide["html"].startswith("<h1>") else f"<footer>{html.escape(title)}</footer>"
        sections.append(f'<section><div class="slide {slide["kind"]}">{slide["html"]}{footer}</div>{notes}</section>')
    styles = [_carried("dist/reveal.css"), HtmlFormatter(style="default").get_style_defs("pre.code")]
    styles.append(Path(__file__).with_name("slides.css").read_text(encoding="utf-8"))
    scripts = [_carried("dist/reveal.js"), _carried("plugin/notes/notes.js"), START]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f"<title>{html.escape(title)}</title>",
            *[f"<style>\n{style}\n</style>" for style in styles],
            '</head>\n<body>\n<div class="reveal"><div class="slides">',
            *sections,
            "</div></div>",
            *["<script>\n" + script.replace("</script", r"<\/script") + "\n</script>" for script in scripts],
            "</body>\n</html>\n",
        ]
    )


# A movie plays once: it begins anew when its slide is shown, not while it waits unseen.
START = """
const settings = {width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: "c/t",
  transition: "none", controls: false};
Reveal.initialize({...settings, plugins: [RevealNotes]});
Reveal.on("slidechanged", event => {
  for (const movie of event.currentSlide.querySelectorAll('img[src^="data:image/gif"]'))
    movie.src = movie.src.split("#")[0] + "#" + Date.now();
});
"""


def _carried(name):
    """A file of reveal.js, as the package sphinx-revealjs carries it."""
    package = find_spec("sphinx_revealjs")
    if package is None:
        raise ModuleNotFoundError("The slides need the package sphinx-revealjs; use `python3 start.py slides`.")
    folder = Path(package.origin).parent / "_static" / "revealjs"
    return (folder / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    for written in write(sys.argv[1:]):
        print(written)
