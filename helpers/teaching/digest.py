"""The digest of lessons 01 to 04, one notebook: their cells tagged `digest`, with the text that leads to each."""

import json
import re
from pathlib import Path

from helpers.teaching.routes import HOME, lessons

NAME = "01_to_04_digest.ipynb"
OPENING = """# 01 to 04 · The digest

Four lessons in {minutes} minutes: what the rest of the day needs. Each has its picture or two, and its one sentence.
Run all cells first (*Run → Run All Cells*), then look. The whole lessons, with their exercises, are for afterwards.
"""


def build(home=HOME):
    """The digest as a notebook, a dict of nbformat 4, with the outputs that the lessons have stored."""
    there = {number: lesson for number, lesson in lessons(home).items() if lesson.get("digest")}
    minutes = sum(lesson["digest"] for lesson in there.values())
    cells = [_text("digest-opening", OPENING.format(minutes=minutes))]
    for lesson in there.values():
        path = Path(home) / "notebooks" / lesson["file"]
        cells += _of_lesson(json.loads(path.read_text(encoding="utf-8"))["cells"])
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    metadata.pop("lesson")
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _of_lesson(cells):
    """Of one lesson: its title, its import, the tagged cells with their text, and its sentence."""
    title, story = re.match(r"# ([^\n]+)\n+(.+)", _source(cells[0]), re.S).groups()
    imports = next(place for place, cell in enumerate(cells) if cell["cell_type"] == "code")
    made = [_text(cells[0]["id"], f"## {title}\n\n{story}"), _code(cells[imports])]
    heading = said = ""
    for place, cell in enumerate(cells[imports + 1 :], imports + 1):
        source = _source(cell)
        if cell["cell_type"] == "markdown":
            heading = (re.findall(r"^##+ .+$", source, re.M) or [heading])[-1]
        elif "digest" in cell["metadata"].get("tags", []):
            before = _source(cells[place - 1]) if cells[place - 1]["cell_type"] == "markdown" else ""
            before = before.split(heading)[-1] if heading else before
            lead = re.sub(r"^\*What you see: .*?\*(?=\s|$)", "", before, flags=re.S).strip()
            if heading != said:
                lead, said = f"#{heading}\n\n{lead}", heading
            if lead:
                made.append(_text(f"{cell['id']}-before", lead))
            made.append(_code(cell))
            after = _source(cells[place + 1]) if cells[place + 1]["cell_type"] == "markdown" else ""
            seen = re.match(r"\*What you see: .*?\*(?=\s|$)", after, re.S)
            if seen:
                made.append(_text(f"{cell['id']}-after", seen[0]))
    words = "\n\n".join(_source(cell) for cell in cells if cell["cell_type"] == "markdown")
    sentence = re.search(r"^## Say it in one sentence\n+(.+?)\n\n", words, re.M | re.S)[1]
    made.append(_text(f"{cells[0]['id']}-sentence", f"**In one sentence:** {sentence}"))
    return made


def _source(cell):
    return "".join(cell["source"])


def _text(name, source):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _code(cell):
    return {**cell, "metadata": {}}
