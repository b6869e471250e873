"""The web book, built once and opened from its folder in headless Chromium without a network.

Screenshots: tests/screenshots/book-*.
"""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers import book, editions
from tests.conftest import SCREENSHOTS

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"], "preload": False}
STILL = """addEventListener('DOMContentLoaded', () => {  // nothing fades: what is measured is what stays
    const style = document.createElement('style');
    style.textContent = '* { transition: none !important }';
    document.head.append(style);
})"""
LESSONS = list(book.lessons().values())
PAGES = ["index", *LESSONS, *book.PAGES, "search", "genindex"]
each_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the book, and what its build said."""
    folder = tmp_path_factory.mktemp("book") / "html"
    command = [sys.executable, "-m", "helpers.book", str(folder)]
    return folder, subprocess.run(command, cwd=editions.NOTEBOOKS.parent, capture_output=True, text=True)


@pytest.fixture
def page(browser):
    """A page without a network; page.strangers are the requests to other hosts, page.errors what went wrong."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script(STILL)
    page.strangers, page.errors = [], []

    def look(route):
        if route.request.url.startswith("file:"):
            return route.continue_()
        page.strangers.append(route.request.url)
        route.abort()

    page.route(re.compile("^(?!data:|blob:)"), look)
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("requestfailed", lambda request: page.errors.append(f"{request.url}: {request.failure}"))
    yield page
    assert (page.strangers, page.errors) == ([], [])
    page.close()


def open_page(page, built, name, query=""):
    page.goto(f"{(built[0] / name).as_uri()}.html{query}")
    page.wait_for_load_state("load")
    page.wait_for_function("() => !window.MathJax?.startup || MathJax.startup.promise.then(() => true)")


def test_it_is_built_without_a_warning(built):
    folder, done = built
    assert (done.returncode, done.stderr) == (0, "")
    assert "WARNING" not in done.stdout and str(folder / "index.html") in done.stdout
    assert {f"{name}.html" for name in PAGES} <= {path.name for path in folder.iterdir()}
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 60e6


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    assert "holds something else than a book" in book.main([str(tmp_path)])
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.filterwarnings("ignore")  # Sphinx' own words about its future versions
def test_a_warning_fails_the_build(tmp_path, monkeypatch, capsys):
    (tmp_path / "conf.py").write_text("extensions = ['myst_nb']")
    (tmp_path / "index.md").write_text("# Here\n\n[nowhere](missing.md)\n")
    monkeypatch.setattr(book, "NOTEBOOKS", tmp_path)
    assert book.main([str(tmp_path / "out" / "html")]) != 0
    assert "missing" in capsys.readouterr().err


def test_nothing_in_it_asks_another_host(built):
    """Also what no browser has asked for yet: sources of scripts, styles, fonts, pictures."""
    pages = list(built[0].glob("*.html"))
    assert len(pages) >= len(PAGES)
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(script|img|iframe|source)[^>]*\ssrc=\"(https?:)?//", text), path.name
        assert not re.search(r"<link[^>]*rel=\"(?!canonical)[^>]*href=\"(https?:)?//", text), path.name


@each_page
def test_a_page_opens_from_the_folder(page, built, name):
    open_page(page, built, name)
    assert page.locator("h1:visible").count() == 1
    assert page.locator(".math").count() == page.locator(".math mjx-container").count()
    assert page.locator(".math").count() == page.locator("mjx-assistive-mml").count(), "for screen readers"
    assert page.locator("merror, mjx-merror").count() == 0
    broken = page.evaluate("[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)")
    assert broken == []
    assert page.locator("details[open]").count() == 0, "solutions and answers are folded"
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert violations(page) == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, "the page moves sideways"
    assert too_wide(page) == []


def violations(page):
    """What axe finds against WCAG 2.1 A and AA: a list of sentences."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def too_wide(page):
    """What is cut off at the window's right side and cannot be scrolled to: a list of HTML."""
    return page.evaluate("""() => [...document.querySelectorAll('main article *')].filter(part => {
        if (part.getBoundingClientRect().right <= innerWidth + 1 || part.closest('mjx-assistive-mml')) return false;
        for (let box = part; box; box = box.parentElement)
            if (['auto', 'scroll'].includes(getComputedStyle(box).overflowX)) return false;
        return part.getClientRects().length > 0;
    }).map(part => part.outerHTML.slice(0, 200))""")


@pytest.mark.parametrize("name", ["index", *LESSONS, *book.PAGES])
def test_screenshots_to_look_at(page, built, name):
    """At 1280×720, at phone width, dark, and as printed in grey."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for old in SCREENSHOTS.glob(f"book-{name[:2]}-*"):
        old.unlink()
    open_page(page, built, name)
    print_grey = "@media print { html { filter: grayscale(1) } }"
    page.add_style_tag(content=print_grey)
    for look, theme, width, media in [
        ("light", "light", 1280, "screen"),
        ("dark", "dark", 1280, "screen"),
        ("phone", "light", 390, "screen"),
        ("print", "light", 800, "print"),
    ]:
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.set_viewport_size({"width": width, "height": 720})
        page.emulate_media(media=media)
        page.wait_for_timeout(100)
        page.screenshot(path=SCREENSHOTS / f"book-{name[:2]}-{look}.jpg", type="jpeg", quality=80)
        page.set_viewport_size({"width": width, "height": 4000})  # faster than a picture of the whole page
        height = page.evaluate("document.scrollingElement.scrollHeight")
        for number, top in enumerate(range(0, height, 4000)):
            page.evaluate("top => scrollTo(0, top)", top)
            path = SCREENSHOTS / f"book-{name[:2]}-{look}-{number}.jpg"
            page.screenshot(path=path, type="jpeg", quality=80)


def test_search_finds_softmax(page, built):
    open_page(page, built, "search", "?q=softmax")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a", has_text="04 · One layer by hand").count()


def test_the_menu_works_at_phone_width(page, built):
    page.set_viewport_size({"width": 390, "height": 720})
    open_page(page, built, "index")
    lesson = page.locator(".bd-sidebar-primary nav a", has_text="04 · ").first
    assert not lesson.is_visible()
    page.locator("button.primary-toggle:visible").first.click()
    lesson.wait_for(state="visible")
    lesson.click()
    page.wait_for_url("**/04_*.html")
    assert page.locator("article h1").inner_text().startswith("04 · ")


def test_the_reader_can_make_it_dark(page, built):
    open_page(page, built, "index")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("button.theme-switch-button:visible").click()
    page.locator(".dropdown-menu:visible").get_by_text("Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_as_the_book_wants_it(name):
    stored = (editions.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    before, after = nbformat.reads(stored, 4), nbformat.reads(book.lesson_page(name, stored), 4)
    pictures = [cell.metadata["mystnb"]["image"] for cell in after.cells if "mystnb" in cell.metadata]
    shown = [o for cell in before.cells for o in cell.get("outputs", []) if re.search("image/", str(o.get("data", "")))]
    assert len(pictures) == len(shown) and len({picture["alt"] for picture in pictures}) == len(pictures)
    assert all(len(picture["alt"]) > 40 and not re.search(r"[*`$]", picture["alt"]) for picture in pictures)
    text = "\n".join(cell.source for cell in after.cells)
    solutions = editions.extract_solutions().get(name[:2], {})
    assert text.count("<details class='solution'>") == len(solutions)
    assert all(f"```python\n{solution}\n```" in text for solution in solutions.values())
    widgets = sum("needs a running" in str(c) or "need a running" in str(c) for c in before.cells)
    assert text.count("this can be dragged") == widgets
    assert sum("hide-input" in editions.tags(cell) for cell in after.cells) == widgets
    assert "Not answered yet" not in str(after.cells)


def test_links_between_lessons():
    one, two = "01_slopes.ipynb", "02_the_machine_takes_the_gradient.ipynb"
    assert book.with_links("See lesson 01.") == f"See [lesson 01]({one})."
    assert book.with_links("lesson 02, 01 step") == f"[lesson 02]({two}), 01 step"
    assert book.with_links("Lessons 01, 02 and 99") == f"Lessons [01]({one}), [02]({two}) and 99"
    for text in ("# From lesson 01", "`lesson 01`", "<summary>lesson 01</summary>", "```\nlesson 01\n```", "Lesson 99"):
        assert book.with_links(text) == text


def test_each_term_stands_in_bold_in_its_lesson():
    entries = book.read_glossary()
    assert len({entry["term"].lower() for entry in entries}) == len(entries) > 90
    assert {entry["lesson"] for entry in entries} == set(book.lessons())
    texts, glossary = {}, book.glossary_page()
    for number, name in book.lessons().items():
        cells = nbformat.read(editions.NOTEBOOKS / f"{name}.ipynb", 4).cells
        texts[number] = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for entry in entries:
        assert f"**{entry['bold']}**" in texts[entry["lesson"]], entry
        assert entry["meaning"][-1] == "." and f"(#{book.anchor(entry['term'])})" in glossary


def test_each_symbol_and_each_source_is_listed():
    assert book.symbols_page().count("data:image/png") == len(editions.read_symbols())
    references = book.references_page()
    for source in editions.sources():
        for number in re.findall(r"arXiv (\d{4}\.\d{4,5})", source.read_text(encoding="utf-8")):
            assert references.count(f"https://arxiv.org/abs/{number}") == 1, number
    assert len(re.findall(r"^- L. Zhu.*Deep Leakage from Gradients", references, re.M)) == 1
    assert all(f"]({name}.ipynb)" in references for name in LESSONS)


def test_conf_says_what_is_left_out():
    conf = Path(editions.NOTEBOOKS, "conf.py").read_text(encoding="utf-8")
    assert all(f'"{folder}"' in conf for folder in ("my", "source", "solutions"))
