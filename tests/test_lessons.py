"""The rules of CONTRIBUTING.md, on every lesson's source and on both editions."""

import ast
import json
import re
import statistics

import pytest

from helpers import editions, exercises
from tests.reading import grade, prose

SOURCES = editions.sources()
FORBIDDEN = r"\b(simply|just|easy|easily|obviously|trivially|of course|clearly|as you know)\b"
SYMBOLS = editions.read_symbols()
PARTS = [
    "**You will**",
    "**You need**",
    "**It takes**",
    "## Say it in one sentence",
    "| lesson | what is fixed | what is trained | what the loss compares |",
    "## Three questions",
    "## In practice",
    "## Sources",
]
each_lesson = pytest.mark.parametrize("source", SOURCES, ids=[path.stem for path in SOURCES])


def cells(source, kind=None):
    return [cell for cell in editions.read(source).cells if kind in (None, cell.cell_type)]


def learners_text(source):
    return [cell.source for cell in cells(source, "markdown") if "instructor" not in editions.tags(cell)]


def stored(source, solved):
    folder = editions.NOTEBOOKS / "solutions" if solved else editions.NOTEBOOKS
    return json.loads((folder / f"{source.stem}.ipynb").read_text(encoding="utf-8"))


def test_there_are_lessons():
    assert [path.name[:2] for path in SOURCES][0] == "00" and len(SOURCES) >= 3


@each_lesson
def test_header_and_closing_parts_in_order(source):
    text = "\n\n".join(learners_text(source))
    places = [text.find(part) for part in PARTS]
    assert -1 not in places, f"missing: {[part for part, place in zip(PARTS, places) if place < 0]}"
    assert places == sorted(places)
    lesson = editions.read(source).metadata["lesson"]
    assert re.match(rf"# {source.name[:2]} · {re.escape(lesson['title'])}\n", text)
    assert exercises.lessons()[source.name[:2]].TITLE == lesson["title"]
    assert 2 <= text[places[0] : places[1]].count("\n- ") <= 4
    assert "{{alone}} minutes" in text and "{{seconds}} seconds" in text


@each_lesson
def test_three_times_and_instructors_notes(source):
    lesson = editions.read(source).metadata["lesson"]
    assert lesson["alone"] >= lesson["workshop"] >= lesson["stage"] > 0
    notes = [cell.source for cell in cells(source, "markdown") if "instructor" in editions.tags(cell)]
    assert len(notes) >= 2
    together = "\n".join(notes)
    for word in ("minutes", "question", "late"):
        assert word in together, f"no note says: {word}"


@each_lesson
def test_you_need_names_earlier_lessons_alone(source):
    line = next(text for text in learners_text(source) if "**You need**" in text)
    named = re.findall(r"\b\d\d\b", line.split("**You need**")[1].split("**It takes**")[0])
    assert all(number < source.name[:2] for number in named)
    assert named == list(editions.read(source).metadata["lesson"]["needs"])


@each_lesson
def test_cells_are_short(source):
    lengths = [len(cell.source.splitlines()) for cell in cells(source, "code")]
    assert max(lengths) <= 20
    plain = [len(c.source.splitlines()) for c in cells(source, "code") if not editions.tags(c) & {"claim", "check"}]
    assert 1 <= statistics.median(plain) <= 8


@each_lesson
def test_no_cell_ends_with_a_semicolon(source):
    """It hides a result in JupyterLab, but not under nbval. Give the result a name."""
    assert not any(cell.source.endswith(";") for cell in cells(source, "code"))


@each_lesson
def test_first_cell_imports_helpers_first_and_seeds(source):
    code = cells(source, "code")[0].source
    third_party = [line for line in code.splitlines() if re.match(r"(import|from) (?!warnings)", line)]
    assert third_party[0] == "import helpers" and "helpers.set_seed(" in code


@each_lesson
def test_no_forbidden_word(source):
    module = exercises.lessons()[source.name[:2]]
    quiz = [part for q in module.QUIZ.questions for o in q.options for part in (q.text, o.text, o.why)]
    sentences = [says for e in exercises.of(module) for says in (*e.hints, *(m.says for m in e.mistakes))]
    for text in [cell.source for cell in cells(source)] + quiz + sentences:
        assert not re.search(FORBIDDEN, text, re.I), re.search(f".*{FORBIDDEN}.*", text, re.I)[0]


@each_lesson
def test_reading_grade(source):
    assert grade(prose("\n\n".join(learners_text(source)))) <= 10


def test_the_reading_grade_is_pinned():
    assert grade("The cat sat on the mat. The dog ran to the cat.") == pytest.approx(-1.45, abs=0.01)
    hard = "Differentiability of multivariate functionals necessitates considerable mathematical sophistication."
    assert grade(hard) > 25
    assert prose("A `code` and $x$.\n# Head\n| a | b |").split()[:4] == ["A", "it", "and", "it."]


@each_lesson
def test_symbols_are_declared_before_use(source):
    known = {entry["symbol"] for entry in SYMBOLS if entry["lesson"] <= source.name[:2]}
    for text in learners_text(source):
        for formula in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", text, re.S):
            used = set(re.findall(r"\\[a-z]+|[A-Za-z]", "".join(formula)))
            assert used <= known, f"{used - known} in {formula} has no entry in symbols.yml up to this lesson"


def test_symbols_have_words_a_number_code_and_a_lesson_that_uses_them():
    assert len({entry["symbol"] for entry in SYMBOLS}) == len(SYMBOLS)
    for entry in SYMBOLS:
        assert all(entry[key] for key in ("symbol", "words", "number", "code", "lesson"))
        for source in SOURCES:
            if source.name[:2] == entry["lesson"]:
                text = "\n".join(learners_text(source))
                assert re.search(rf"\$[^$]*{re.escape(entry['symbol'])}[^$]*\$", text), entry["symbol"]


@each_lesson
@pytest.mark.parametrize("solved", [False, True])
def test_every_picture_has_its_sentence_and_no_two_the_same(source, solved):
    notebook = stored(source, solved)["cells"]
    sentences = []
    for cell, following in zip(notebook, notebook[1:] + [None]):
        kinds = {kind for output in cell.get("outputs", []) for kind in output.get("data", {})}
        if kinds & {"image/png", "image/gif", "image/jpeg"}:
            text = "".join(following["source"]) if following else ""
            assert text.startswith("*What you see: "), "".join(cell["source"])
            sentences.append(text[: text.index(".*")] if ".*" in text else text)
            assert len(sentences[-1]) > 60
    assert sentences and len(set(sentences)) == len(sentences)


@each_lesson
def test_claims_and_bands_match(source):
    said = re.findall(r"<!-- claim:([\w-]+) -->", "\n".join(learners_text(source)))
    asserted = []
    for cell in cells(source, "code"):
        found = re.findall(r"\bclaim\(\s*\"([\w-]+)\"", cell.source)
        assert bool(found) == ("claim" in editions.tags(cell)), cell.source
        asserted += found
    assert sorted(said) == sorted(asserted) and len(set(said)) == len(said) and said


@each_lesson
def test_no_line_begins_with_a_comment(source):
    """JupyterLab takes it for the start of a block of HTML, and the paragraph breaks there."""
    assert not any(re.search(r"^<!--", text, re.M) for text in learners_text(source))


def names_read(code):
    """All names that a piece of code reads: a set of str."""
    return {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


@each_lesson
def test_no_later_cell_needs_an_exercise(source):
    code = cells(source, "code")
    for index, cell in enumerate(code):
        if "exercise" not in editions.tags(cell):
            assert "### BEGIN SOLUTION" not in cell.source
            continue
        answer = editions.defined_name(editions.without_markers(cell.source))
        check = code[index + 1]
        assert "check" in editions.tags(check) and check.source == f"exercises.{answer}.check({answer})"
        for later in code[index + 2 :]:
            assert answer not in names_read(later.source), f"{answer} is used again in: {later.source}"


@each_lesson
def test_exercises_stand_in_the_text_with_price_and_check(source):
    number = source.name[:2]
    in_text = [c for c in cells(source, "code") if "exercise" in editions.tags(c)]
    declared = [exercise.name for exercise in exercises.of(exercises.lessons()[number])]
    assert [editions.defined_name(editions.without_markers(cell.source)) for cell in in_text] == declared
    assert number == "00" or 3 <= len(declared) <= 5
    text = "\n".join(learners_text(source))
    assert len(re.findall(r"^### Exercise \d: .+$", text, re.M)) == len(declared)
    prices = re.findall(r"^(●{1,3}○{0,2}) difficulty · (●{1,3}○{0,2}) importance · \d+ minutes$", text, re.M)
    assert len(prices) == len(declared) and all(len(dots) == 3 for price in prices for dots in price)


@each_lesson
def test_the_learners_edition_holds_no_solution(source):
    notebook = stored(source, solved=False)
    for solution in editions.extract_solutions().get(source.name[:2], {}).values():
        stub_lines = None
        for cell in cells(source, "code"):
            if editions.without_markers(cell.source) == solution:
                stub_lines = set(editions.without_solutions(cell.source).splitlines())
        secret = [line for line in solution.splitlines() if line not in stub_lines and len(line.strip()) > 3]
        assert secret
        for cell in notebook["cells"]:
            if "exercise" in cell["metadata"].get("tags", []):
                assert not any(line in "".join(cell["source"]).splitlines() for line in secret)
            shown = json.dumps(cell.get("outputs", []))
            assert not any(json.dumps(line.strip())[1:-1] in shown for line in secret)
    for cell in notebook["cells"]:
        assert not set(cell["metadata"].get("tags", [])) & editions.ONLY_SOLVED
        assert "SOLUTION" not in "".join(cell["source"]) and "For the instructor" not in "".join(cell["source"])


@each_lesson
@pytest.mark.parametrize("solved", [False, True])
def test_stored_outputs_are_clean(source, solved):
    folder = editions.NOTEBOOKS / "solutions" if solved else editions.NOTEBOOKS
    assert (folder / f"{source.stem}.ipynb").stat().st_size < 3_000_000
    notebook = stored(source, solved)
    assert "widgets" not in notebook["metadata"]
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error" and output.get("name") != "stderr"
            assert editions.WIDGET not in output.get("data", {})
            assert "application/javascript" not in output.get("data", {})
            text = json.dumps(output.get("data", output.get("text")))
            assert "/home/" not in text and "site-packages" not in text and "Traceback" not in text
    if solved:
        answers = [c for c in notebook["cells"] if "check" in c["metadata"].get("tags", [])]
        assert all("✓" in json.dumps(cell["outputs"], ensure_ascii=False) for cell in answers)


@pytest.mark.parametrize("solved", [False, True])
def test_the_stored_table_of_progress_lists_every_lesson(solved):
    """Lesson 00 shows it, and an output of its own is not compared: it can be stale after a new lesson."""
    first = json.dumps(stored(SOURCES[0], solved)["cells"], ensure_ascii=False)
    assert all(editions.read(source).metadata["lesson"]["title"] in first for source in SOURCES)


@each_lesson
def test_text_cells_hold_no_directive(source):
    for text in learners_text(source):
        assert not re.search(r"^(```|:::)\{|\{\w+\}`", text, re.M)
