"""The lessons in a real JupyterLab in headless Chromium, served by `start.py lab`. Screenshots: tests/screenshots/."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from helpers import exercises
from tests.conftest import CHROMIUM, SCREENSHOTS

HOME = Path(__file__).resolve().parent.parent
LESSONS = sorted(path.name for path in (HOME / "notebooks").glob("[0-9][0-9]_*.ipynb"))
WRONG_THEN_RIGHT = {  # of each lesson the first exercise that asks for a value
    lesson: next((exercise for exercise in exercises.of(module) if exercise.kind == "value"), None)
    for number, module in exercises.lessons().items()
    for lesson in LESSONS
    if lesson.startswith(number) and exercises.of(module)
}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt install chromium")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def up_to_date():
    sys.path.insert(0, str(HOME))
    import start

    start.VENV = Path(sys.prefix)
    file, wanted = start.stamp("requirements.txt")
    return file.exists() and file.read_text() == wanted


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """`start.py lab` in a fresh copy of the course that borrows this environment. Gives (address, folder)."""
    if not up_to_date():
        pytest.skip("this environment was not made by start.py, which would install into it")
    folder = tmp_path_factory.mktemp("course")
    for name in ("start.py", "requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(HOME / name, folder)
    shutil.copytree(HOME / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("my", ".ipynb_checkpoints"))
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    address = f"http://127.0.0.1:{(port := free_port())}"
    options = [
        "--no-browser",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--allow-root",
        "--LabApp.expose_app_in_browser=True",  # lets a test wait for a command to end
    ]
    environment = {
        **os.environ,
        "COURSE_PROGRESS": str(folder / "solved"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
    command = [sys.executable, folder / "start.py", "lab", *options]
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=1)
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("JupyterLab did not start:\n" + (folder / "server.log").read_text()[-3000:])
        yield address, folder
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def open_lesson(browser, lab, lesson, height=900):
    """A page with the lesson open and its kernel ready; page.errors collects what the console reports as errors."""
    page = browser.new_page(viewport={"width": 1280, "height": height})
    page.set_default_timeout(30_000)
    page.errors = []
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(f"{lab[0]}/lab/workspaces/{time.time_ns()}/tree/notebooks/my/{lesson}")  # no tabs of the page before
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    wait_until(
        page, "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status == 'idle'", 60
    )
    return page


def command(page, name):
    """What a menu entry does. It is not awaited: a page that waits for ever could not be given up."""
    page.evaluate("name => { window.jupyterapp.commands.execute(name); }", name)


def wait_until(page, script, seconds, told=None):
    """Ask every half second, from outside: what a page waits for inside can wait for ever."""
    for _ in range(2 * seconds):
        if page.evaluate(script):
            return
        page.wait_for_timeout(500)
    pytest.fail(f"after {seconds} s still not: {script}\n{page.evaluate(told) if told else ''}")


def run_all(page, lab, lesson):
    """Run All Cells, wait, save; the notebook as it then lies on the disk."""
    command(page, "notebook:run-all-cells")
    cells = "window.jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"
    wait_until(page, f"() => {cells}.some(cell => cell.model.executionState === 'running')", 20)
    done = f"() => {cells}.every(cell => cell.model.executionCount && cell.model.executionState === 'idle')"
    wait_until(page, done, 300, f"() => {cells}.map(cell => [cell.model.executionCount, cell.model.executionState])")
    command(page, "docmanager:save")
    page.wait_for_timeout(1500)
    return json.loads((lab[1] / "notebooks" / "my" / lesson).read_text(encoding="utf-8"))


def screenshots(page, name):
    """The whole lesson, in pieces as high as the window, so that a person can look."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for old in SCREENSHOTS.glob(f"{name}-[0-9]*"):
        old.unlink()
    viewer = page.locator(".jp-WindowedPanel-outer")
    height = viewer.evaluate("box => box.scrollHeight")
    step = viewer.evaluate("box => box.clientHeight")
    for number in range(-(-height // step)):
        viewer.evaluate(f"box => box.scrollTo(0, {number * step})")
        page.wait_for_timeout(250)
        page.screenshot(path=SCREENSHOTS / f"{name}-{number:02}.jpg", type="jpeg", quality=80)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_in_jupyterlab(browser, lab, lesson):
    """Run All, each slider moved once, an exercise by the keyboard alone; nothing goes wrong."""
    page = open_lesson(browser, lab, lesson, height=1400)
    assert page.locator("text=Error displaying widget").count() == 0
    assert page.locator("text=Jupyter news").count() == 0
    code = [cell for cell in run_all(page, lab, lesson)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    screenshots(page, lesson[:2])
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert page.locator("text=Error displaying widget").count() == 0
    drag_every_slider(page, sum("widgets." in "".join(cell["source"]) for cell in code))
    if lesson.startswith("00"):
        said = "".join("".join(output.get("text", [])) for output in outputs)
        secret, found = (line.split(":")[1].strip() for line in said.splitlines() if line.startswith("label "))
        assert secret == found
    if WRONG_THEN_RIGHT.get(lesson):
        answer_by_keyboard(page, lab, lesson, WRONG_THEN_RIGHT[lesson])
    assert page.errors == []
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")  # or 21 kernels stay
    page.close()


def drag_every_slider(page, expected):
    """Each widget is one picture with its sliders; each slider alone changes the picture and not its size."""
    boxes = page.locator(".jp-OutputArea .widget-vbox", has=page.locator('[role="slider"]')).all()
    assert len(boxes) == expected
    for box in boxes:
        image = box.locator("img")
        for slider in box.locator('[role="slider"]').all():
            slider.scroll_into_view_if_needed()
            before, size = image.get_attribute("src"), image.bounding_box()
            slider.focus()
            for _ in range(5):
                page.keyboard.press("ArrowRight")
            for _ in range(30):
                page.wait_for_timeout(500)
                if image.get_attribute("src") != before:
                    break
            assert image.get_attribute("src") != before, "the slider moved, the picture did not change"
            assert image.bounding_box()["width"] == size["width"] and image.bounding_box()["height"] == size["height"]
        box.screenshot(path=SCREENSHOTS / f"widget-{time.time_ns()}.png")


def answer_by_keyboard(page, lab, lesson, exercise):
    """Wrong, a hint, the solution, then right."""
    name, wrong, right = exercise.name, repr(exercise.mistakes[0].answer), repr(exercise.reference)
    check = page.locator(".jp-CodeCell", has_text=f"exercises.{name}.check({name})").first
    for text, verdict in ((wrong, "Not yet"), (right, "Right")):
        answer = page.locator(".jp-CodeCell", has_text=f"{name} = ").first
        answer.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.type(f"{name} = {text}")
        page.keyboard.press("Escape")
        command(page, "notebook:run-cell")
        run(page, check)
        wait_until(page, f"() => document.body.innerText.includes({verdict!r})", 60)
        if verdict == "Not yet":
            hint = check.locator("button", has_text="Hint")
            hint.focus()
            page.keyboard.press("Enter")
            page.wait_for_selector("text=Hint 1 of 3", timeout=10_000)
            solution = check.locator("button", has_text="Solution")
            solution.focus()
            page.keyboard.press("Enter")
            page.wait_for_selector(f"pre:has-text('{name} = ')", timeout=10_000)
            check.screenshot(path=SCREENSHOTS / f"{lesson[:2]}-check-wrong.png")
    assert (lab[1] / "solved" / f"{lesson[:2]}.{name}").exists()


def run(page, cell):
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Escape")
    command(page, "notebook:run-cell")
