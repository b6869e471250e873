"""Routes and their sums, the instructor's overview, the notes, and the workshop's folder as a learner would use it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers import editions
from helpers.teaching import digest, overview, routes, workshop
from helpers.teaching.routes import DIGEST, HOME, ROUTES

THERE = routes.lessons()
TALK, SHORT, FULL, ALONE = ROUTES
PLANS = {kind: routes.plans(THERE, kind) for kind in ("workshop", "stage")}


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_each_route_keeps_its_promise(route):
    assert routes.broken(route, THERE) is None
    assert routes.total(route, THERE) <= route.promise[1]
    if not routes.missing(route, THERE):
        assert routes.total(route, THERE) >= route.promise[0]


def test_the_promises_are_the_syllabus():
    assert [(route.lessons, route.promise[1]) for route in (TALK, SHORT)] == [
        (("00", "05", "06", "11", "12"), 45),
        (("00", DIGEST, "05", "06", "07", "09", "11"), 4 * 60),
    ]
    assert SHORT.reading == ("10",) and FULL.reading == ("16", "17", "19") and FULL.promise[1] == 9 * 60
    assert set(routes.ALL) - set(FULL.lessons) == set(FULL.reading) and FULL.days == 2
    assert ALONE.promise == (12 * 60, 14 * 60) and ALONE.lessons == tuple(f"{n:02}" for n in range(21))


def test_a_route_that_is_too_long_or_too_short_is_named():
    long = {number: {**lesson, "stage": 60} for number, lesson in THERE.items()}
    assert "the talk takes 300 minutes, and 45 are promised" in routes.broken(TALK, long)
    short = {number: {**lesson, "stage": 2} for number, lesson in THERE.items()}
    assert "at least 40" in routes.broken(TALK, short)
    del short["12"]
    assert routes.broken(TALK, short) is None and routes.missing(TALK, short) == ["12"]


@pytest.mark.parametrize("route", [SHORT, FULL], ids=["short", "full"])
def test_nobody_sits_long_and_nothing_is_lost(route):
    plans = routes.days(route, THERE)
    assert len(plans) == route.days
    taught = [what for plan in plans for _, _, what in plan if what != "break"]
    assert taught == [number for number in route.lessons if number == DIGEST or number in THERE]
    for plan in plans:
        now = sitting = 0
        for start, minutes, what in plan:
            assert start == now
            now, sitting = now + minutes, 0 if what == "break" else sitting + minutes
            assert sitting <= routes.STRETCH
        assert plan[0][2] != "break" != plan[-1][2]


def test_words_of_times_and_numbers():
    assert [routes.span(n) for n in (45, 60, 200)] == ["45 min", "1 h", "3 h 20 min"]
    assert routes.clock(95) == "10:35"
    assert routes.numbers(["00", "01", "02", "05", "06"]) == "00 to 02, 05, 06"
    assert routes.numbers(["00", DIGEST, "05"]) == "00, the digest of 01 to 04, 05"


def test_the_digest_has_its_minutes_where_it_has_its_cells():
    for source in editions.sources():
        lesson = editions.read(source)
        tagged = any("digest" in editions.tags(cell) for cell in lesson.cells)
        assert tagged == ("digest" in lesson.metadata["lesson"]), source.name
    assert [number for number, lesson in THERE.items() if "digest" in lesson] == ["01", "02", "03", "04"]


# The overview


def test_the_overview_and_the_readme_follow_from_the_lessons():
    assert overview.problems() == []


def test_what_the_overview_says():
    page = (HOME / "notebooks" / "instructors.md").read_text(encoding="utf-8")
    assert "{{" not in page
    measured = overview.memory()
    for number, lesson in THERE.items():
        times = " | ".join(f"{lesson[kind]} min" for kind in ("alone", "workshop", "stage"))
        assert f"| {number} | {lesson['title']} | {times} | {measured['lessons'][number]:.2f} GB" in page
    for words in ("What to print", "The room", "The day before", "JupyterHub", "Binder", "environment.yml"):
        assert words in page
    assert re.search(r"^\| \d\d:\d\d \| 15 \| break \|$", page, re.M)
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        assert (HOME / "notebooks" / target).exists(), target


def test_the_check_finds_an_overview_that_is_out_of_date(tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(HOME / "notebooks" / "source", tmp_path / "notebooks" / "source")
    shutil.copytree(HOME / "notebooks" / "solutions", tmp_path / "notebooks" / "solutions")
    for path in [*(HOME / "notebooks").glob("*.ipynb"), HOME / "notebooks" / "instructors.md"]:
        shutil.copy(path, tmp_path / "notebooks")
    shutil.copy(HOME / "README.md", tmp_path)
    assert overview.problems(tmp_path) == []
    path = tmp_path / "notebooks" / THERE["11"]["file"]
    path.write_text(path.read_text(encoding="utf-8").replace('"stage": 15', '"stage": 55'), encoding="utf-8")
    said = "\n".join(overview.problems(tmp_path))
    assert "instructors.md does not hold" in said and "README.md does not hold" in said and "the talk takes 85" in said


@pytest.mark.parametrize("number", list(THERE))
def test_memory_was_measured_and_is_small(number):
    assert 0.3 < overview.memory()["lessons"][number] < 1.2
    assert overview.memory()["together"].get(number, 0) < 2.5


def test_the_peak_of_a_kernel_is_measured():
    from tests.benchmarks import memory

    small, large = (
        memory.peak(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"_ = b'x' * {size}")]), HOME)[0]
        for size in (1, 300_000_000)
    )
    assert 2.9e8 < large - small < 3.3e8
    code = "import time; x = b'x' * 300_000_000; time.sleep(1)"
    child = f"import subprocess, sys; done = subprocess.run([sys.executable, '-c', {code!r}])"
    kernel, both = memory.peak(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(child)]), HOME)
    assert both - kernel > 2.5e8


# The notes


@pytest.mark.parametrize("number", list(THERE))
def test_each_lessons_notes_have_all_they_need(number):
    notebook = json.loads((HOME / "notebooks" / "solutions" / THERE[number]["file"]).read_text(encoding="utf-8"))
    notes = " ".join("".join(c["source"]) for c in notebook["cells"] if "instructor" in c["metadata"].get("tags", []))
    notes = " ".join(notes.split())
    for words in (r"\d minutes", r"question", r"wrong answers? (that people give |to expect)", r"[Ll]ive", r"late"):
        assert re.search(words, notes), f"no note of lesson {number} has: {words}"
    for kind in ("workshop", "stage"):
        said = re.search(rf"Plan, {kind} \((\d+) minutes\)", notes)
        assert said and int(said[1]) == THERE[number][kind], f"lesson {number} has no plan for {kind} of its minutes"


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("number", THERE)
def test_a_plan_adds_up(number, kind):
    parts = [int(minutes) for minutes in re.findall(r": (\d+)(?=[,.;]|$)", PLANS[kind][number])]
    assert sum(parts) == THERE[number][kind], parts


# The workshop's folder


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """The short workshop's folder, copied elsewhere, as from a stick."""
    folder = workshop.write(["00", "05", "06", "07", "09", "11"], tmp_path_factory.mktemp("made") / "workshop")
    return Path(shutil.copytree(folder, tmp_path_factory.mktemp("elsewhere") / "from a stick"))


def test_the_folder_holds_what_a_learner_needs_and_nothing_else(handed_out):
    assert {path.name for path in handed_out.iterdir()} == {*workshop.FILES, "README.md", "helpers", "notebooks"}
    names = sorted(path.name for path in (handed_out / "notebooks").iterdir())
    assert [name[:2] for name in names] == ["00", "01", "05", "06", "07", "09", "10", "11"] and digest.NAME in names
    for number in ("00", "05", "06", "07", "09", "10", "11"):
        name = THERE[number]["file"]
        assert (handed_out / "notebooks" / name).read_bytes() == (HOME / "notebooks" / name).read_bytes()
    assert not list(handed_out.rglob("__pycache__"))


def test_the_folders_agenda_has_its_times(handed_out):
    readme = (handed_out / "README.md").read_text(encoding="utf-8")
    assert "| 09:00 | 15 | 00 · " in readme and "| 09:15 | 22 | The digest of lessons 01 to 04 |" in readme
    assert "To read on the way home: 10 · " in readme and "start.py lab" in readme and "{" not in readme
    assert routes.agenda(routes.days(SHORT, THERE), THERE) in readme


def execute(notebook, folder):
    """Run a notebook of the folder with the folder's own `helpers`, as Jupyter there does; returns the notebook."""
    code = f"""
import nbformat, nbclient
notebook = nbformat.read({notebook!r}, as_version=4)
notebook.cells.append(nbformat.v4.new_code_cell("print('HELPERS', helpers.__file__)"))
nbclient.NotebookClient(notebook, timeout=300, resources={{"metadata": {{"path": "notebooks"}}}}).execute()
nbformat.write(notebook, "done.ipynb")
"""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COURSE_PROGRESS": "", "TQDM_DISABLE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return nbformat.read(folder / "done.ipynb", as_version=4)


def printed(notebook):
    return "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", []))


@pytest.mark.parametrize("name", [digest.NAME, THERE["06"]["file"]])
def test_a_lesson_runs_from_the_folder_alone(handed_out, name):
    """Whoever was left behind rejoins here: a new kernel, and no earlier lesson has run. nbval runs all lessons so."""
    ran = execute(f"notebooks/{name}", handed_out)
    assert f"HELPERS {handed_out / 'helpers'}" in printed(ran)
    stored = nbformat.read(handed_out / "notebooks" / name, as_version=4)
    kinds = [[kind for o in cell.get("outputs", []) for kind in o.get("data", {}) if kind.startswith("image/")]
             for cell in stored.cells]  # fmt: skip
    again = [[kind for o in cell.get("outputs", []) for kind in o.get("data", {}) if kind.startswith("image/")]
             for cell in ran.cells[:-1]]  # fmt: skip
    assert kinds == again and sum(map(len, kinds)) >= 4


def test_the_digest_reads_as_a_lesson():
    notebook = digest.build()
    nbformat.validate(nbformat.from_dict(notebook))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    assert re.findall(r"^## (\d\d) · ", text, re.M) == ["01", "02", "03", "04"]
    assert text.count("**In one sentence:**") == 4 and "in 22 minutes" in text and "Exercise" not in text
    pictures = 0
    for cell, following in zip(notebook["cells"], notebook["cells"][1:]):
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            pictures += 1
            assert "".join(following["source"]).startswith("*What you see: ")
    assert pictures >= 8


def test_other_choices_of_lessons():
    def chosen(*numbers):
        return workshop.route(numbers, THERE)

    assert chosen("00", "01", "02").lessons == ("00", "01", "02")
    assert chosen("12", "11").lessons == (DIGEST, "11", "12") and chosen("12", "11").reading == ("07", "10")
    assert chosen("01", "05").lessons == ("01", "05") and chosen("01", "05").reading == ("02", "03", "04")
    assert chosen("00").lessons == ("00",) and chosen("00").reading == ()
    with pytest.raises(ValueError, match="no lesson 77"):
        chosen("00", "77")


def test_the_full_workshops_folder_has_two_days_and_the_files_of_lesson_20(tmp_path):
    full = next(route for route in routes.ROUTES if route.days == 2)
    folder = workshop.write(full.lessons, tmp_path / "workshop")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "**Day 2**" in readme and "16 · " in readme and "17 · " in readme and "19 · " in readme
    kept = {path.name for path in (HOME / "notebooks" / "captured").iterdir()}
    assert kept and {path.name for path in (folder / "notebooks" / "captured").iterdir()} == kept
    code = "import helpers; print(helpers.capstone.FOLDER)"
    found = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True).stdout.strip()
    assert Path(found) == (folder / "notebooks" / "captured").resolve()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("my work")
    said = workshop.main(["00", "--to", str(tmp_path)])
    assert "is not empty" in said and [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert "no platform amiga" in workshop.main(["00", "--to", str(tmp_path / "new"), "--wheels", "amiga"])
    assert not (tmp_path / "new").exists()


# The wheels


def test_what_a_platform_needs():
    text = "a==1\nb==2 ; sys_platform == 'darwin'\nc==3 ; os_name == 'nt'\nd==4 ; python_full_version < '3.12'\n"
    assert workshop.pinned(text, "linux", "3.11") == ["a==1", "d==4"]
    assert workshop.pinned(text, "macos", "3.12") == ["a==1", "b==2"]
    assert workshop.pinned(text, "windows", "3.13") == ["a==1", "c==3"]
    assert "win_amd64" in workshop.tags("windows") and "macosx_12_0_arm64" in workshop.tags("macos")
    assert "manylinux_2_28_x86_64" in workshop.tags("linux") and "manylinux_2_28_aarch64" in workshop.tags("linux-arm")


def test_the_wheels_are_asked_of_pip_and_start_installs_from_them(tmp_path, monkeypatch):
    calls = []
    done = subprocess.CompletedProcess([], 0)
    monkeypatch.setattr(workshop.subprocess, "run", lambda command: calls.append(command) or done)
    folder = workshop.write(["00"], tmp_path / "workshop", ["linux", "windows"], ["3.12"])
    assert len(calls) == 2 and all("--only-binary=:all:" in call and "--no-deps" in call for call in calls)
    assert "--platform=win_amd64" in calls[1] and "--python-version=3.12" in calls[1]
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "It needs no network: the packages for linux, windows" in readme and "You need Python 3.12." in readme
    done.returncode = 1
    assert "could not download" in workshop.main(["00", "--to", str(tmp_path / "b"), "--wheels", "linux"])
