"""The slides: what is on them, and, in a real browser without a network, that nothing overflows."""

import json
import re

import pytest

from helpers.teaching import routes, slides
from helpers.teaching.routes import HOME
from tests.conftest import SCREENSHOTS

THERE = routes.lessons()
FOLDED = "For the instructor"
each_lesson = pytest.mark.parametrize("number", list(THERE))


def solved(number):
    return json.loads((HOME / "notebooks" / "solutions" / THERE[number]["file"]).read_text(encoding="utf-8"))


@each_lesson
def test_what_is_on_the_slides(number):
    made = slides.slides(solved(number))
    assert made[0]["html"].startswith("<h1>" + number) and "You will" not in made[0]["html"]
    assert "In one sentence" in made[-2]["html"] and "<h2>Sources</h2>" in made[-1]["html"]
    pictures = [slide for slide in made if slide["kind"] == "picture"]
    assert len(pictures) >= 2
    for slide in pictures:
        caption = re.search(r"<figcaption>(.+)</figcaption>", slide["html"], re.S)[1]
        assert re.search(r'alt="[^"]{20,}"', slide["html"]) and "What you see" not in caption
    text = "".join(slide["html"] for slide in made)
    assert "claim(" not in text and ".check(" not in text and FOLDED not in text
    notes = "".join(slide["notes"] for slide in made)
    assert notes.count("minutes") >= 1 and "<details>" not in notes


@each_lesson
def test_there_are_not_more_slides_than_the_minutes_allow(number):
    shown = len(slides.slides(solved(number))) - 3  # without title, sentence and sources
    assert shown <= 1.5 * THERE[number]["stage"], f"{shown} slides in {THERE[number]['stage']} minutes"


def test_tagged_cells_alone_are_shown_and_code_with_what_it_printed():
    def cell(kind, source, *tags, **more):
        return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}, **more}

    image = {"outputs": [{"data": {"image/png": "AAAA"}}]}
    cells = [
        cell("markdown", "# 07 · A *title*\n\nA story of $x$.\n\n**You will**\n\n- x\n"),
        cell("code", "hidden()", **image),
        cell("markdown", "*What you see: not shown.*"),
        cell("markdown", f"<details><summary>{FOLDED}</summary>\n\n**5 minutes.**\n\n</details>", "instructor"),
        cell("markdown", "words\n\n## 2 · A section\n\nmore"),
        cell("code", "print(1 < 2)", "stage", outputs=[{"text": ["True\n"]}]),
        cell("code", "draw()", "stage", **image),
        cell("markdown", "*What you see: a `4` <b>.* Then words."),
        cell("markdown", "## Say it in one sentence\n\nOne.\n\n## Sources\n\n- A paper."),
    ]
    title, code, picture, sentence, sources = slides.slides({"cells": cells})
    assert "<em>title</em>" in title["html"] and "<math" in title["html"]
    assert "<strong>5 minutes.</strong>" in title["notes"] and FOLDED not in title["notes"]
    assert "<h2>A section</h2>" in code["html"] and '<pre class="output">True</pre>' in code["html"]
    assert "<figcaption>A <code>4</code>" in picture["html"] and "Then words" not in picture["html"]
    assert "One." in sentence["html"] and "A paper." in sources["html"]
    del cells[5]["metadata"]["tags"][:], cells[6]["metadata"]["tags"][:]
    kinds = [slide["kind"] for slide in slides.slides({"cells": cells})]
    assert kinds == ["words", "picture", "picture", "words", "sources"]


def test_who_comes_directly_has_the_lines_to_remember_on_a_slide():
    there = [number for number in THERE if "To remember" in str(slides.slides(solved(number)))]
    assert {"05", "06", "11", "12"} <= set(there)
    (slide,) = [slide for slide in slides.slides(solved("05")) if "To remember" in slide["html"]]
    assert slide["html"].count("<li>") == 5


OVERFLOW = """() => {
  const slide = document.querySelector("section.present .slide"), box = slide.getBoundingClientRect(), found = [];
  if (slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1)
    found.push(`the slide is ${slide.scrollWidth}×${slide.scrollHeight}`);
  for (const part of slide.querySelectorAll("*")) {
    const its = part.getBoundingClientRect();
    if (!its.width) continue;
    if (its.left < box.left - 1 || its.right > box.right + 1 || its.top < box.top - 1 || its.bottom > box.bottom + 1)
      found.push(`${part.tagName} leaves it`);
    const hidden = part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1;
    if (part.tagName === "PRE" && hidden) found.push("code is cut off");
  }
  const footer = slide.querySelector("footer")?.getBoundingClientRect();
  for (const part of slide.querySelectorAll(":scope > :not(footer)"))
    if (footer && part.getBoundingClientRect().bottom > footer.top + 1) found.push(`${part.tagName} covers the foot`);
  const picture = slide.querySelector("img");
  if (picture && (!picture.naturalWidth || picture.getBoundingClientRect().height < 200)) found.push("tiny picture");
  return found;
}"""


@each_lesson
def test_nothing_overflows_and_nothing_is_fetched(number, browser, tmp_path):
    (file,) = slides.write([number], tmp_path)
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    SCREENSHOTS.mkdir(exist_ok=True)
    for old in SCREENSHOTS.glob(f"slide-{number}-*"):
        old.unlink()
    count = page.evaluate("() => Reveal.getTotalSlides()")
    assert count == len(slides.slides(solved(number)))
    bad = {}
    for place in range(count):
        page.evaluate(f"() => Reveal.slide({place})")
        page.wait_for_timeout(50)
        page.wait_for_function("() => [...document.querySelectorAll('section.present img')].every(i => i.complete)")
        bad[place] = page.evaluate(OVERFLOW)
        page.screenshot(path=SCREENSHOTS / f"slide-{number}-{place:02}.jpg", type="jpeg", quality=80)
    assert {place: found for place, found in bad.items() if found} == {}
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == [] and errors == []
    page.close()


def test_the_notes_open_with_a_key(browser, tmp_path):
    (file,) = slides.write(["11"], tmp_path)
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    page.evaluate("() => Reveal.slide(2)")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    notes = popup.value
    notes.wait_for_load_state()
    notes.wait_for_function("() => document.body.innerText.includes('Let the room')", timeout=30_000)
    page.close()
