"""start.py: each thing that can be wrong is met with a sentence, and nothing of the learner's is overwritten."""

import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

import start

HOME = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "machine, words",
    [
        ({"version": (3, 10)}, "Python 3.10.*needs 3.11"),
        ({"version": (3, 14)}, "Python 3.14.*Use 3.13"),
        ({"version": (3, 12), "system": "Darwin", "machine": "x86_64"}, "Intel"),
        ({"version": (3, 12), "system": "Windows", "machine": "ARM64"}, "no package for Windows on arm64"),
        ({"version": (3, 12), "system": "Linux", "machine": "armv7l"}, "no package for Linux on armv7l"),
    ],
)
def test_machines_that_cannot_are_told_so(machine, words):
    with pytest.raises(SystemExit, match=words):
        start.check_machine(**machine)


@pytest.mark.parametrize(
    "system, machine", [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")]
)
@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_machines_that_can_are_let_through(version, system, machine):
    start.check_machine(version, system, machine, free=6e9)


def test_a_full_disk(monkeypatch, tmp_path):
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    with pytest.raises(SystemExit, match="1.0 GB left.*needs 5 GB"):
        start.check_machine((3, 12), "Linux", "x86_64", free=1e9)


def test_a_32_bit_python(monkeypatch):
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    with pytest.raises(SystemExit, match="32-bit"):
        start.check_machine((3, 12), "Windows", "AMD64", free=6e9)


def test_missing_venv(monkeypatch, tmp_path):
    monkeypatch.setattr(start, "PYTHON", tmp_path / "python")
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="venv is missing.*apt install python3"):
        start.make_venv()


def test_a_folder_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(start, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(start, "VENV", tmp_path / "file" / ".venv")
    with pytest.raises(SystemExit, match="could not be made"):
        start.make_venv()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    for lesson in (HOME / "notebooks").glob("[0-9][0-9]_*.ipynb"):
        shutil.copy(lesson, tmp_path / "notebooks")
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(HOME / name, tmp_path)
    monkeypatch.setattr(start, "HOME", tmp_path)
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start, "PYTHON", Path(sys.executable))
    return tmp_path


def test_lessons_are_copied_and_never_over_one(copy):
    start.copy_lessons()
    mine = copy / "notebooks" / "my" / "00_start_here.ipynb"
    assert mine.read_bytes() == (copy / "notebooks" / "00_start_here.ipynb").read_bytes()
    mine.write_text("my work")
    (copy / "notebooks" / "my" / "11_mine_alone.ipynb").write_text("notes")
    start.copy_lessons()
    assert mine.read_text() == "my work"
    assert (copy / "notebooks" / "my" / "11_mine_alone.ipynb").read_text() == "notes"


def test_what_is_installed_is_not_installed_again(copy, monkeypatch):
    calls = []
    monkeypatch.setattr(start, "run", lambda *command, **kwargs: calls.append(list(map(str, command))) or 0)
    (copy / ".venv").mkdir()
    start.install("requirements.txt")
    assert any("requirements.txt" in command for command in calls)
    assert all("--compile" in command for command in calls if "install" in command)
    calls.clear()
    start.install("requirements.txt")
    assert calls == []
    (copy / "requirements.txt").write_text("numpy==9.9\n")
    start.install("requirements.txt")
    assert calls


def test_a_workshops_folder_says_that_it_has_only_lab(copy):
    (copy / "requirements-dev.txt").unlink()
    with pytest.raises(SystemExit, match="no requirements-dev.txt here. A workshop's folder has `lab` alone"):
        start.install("requirements-dev.txt")


def test_a_failed_installation_is_said_and_tried_again(copy, monkeypatch):
    (copy / ".venv").mkdir()
    monkeypatch.setattr(start, "run", lambda *command, **kwargs: int("install" in command))
    for _ in range(2):
        with pytest.raises(SystemExit, match="pip could not install"):
            start.install("requirements.txt")
    full = namedtuple("usage", "free")(1e6)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    with pytest.raises(SystemExit, match="the disk is full"):
        start.install("requirements.txt")


def test_a_moved_course_is_installed_anew(copy, monkeypatch):
    before = start.stamp("requirements.txt")[1]
    monkeypatch.setattr(start, "VENV", copy / "elsewhere" / ".venv")
    assert start.stamp("requirements.txt")[1] != before


@pytest.mark.parametrize("codes, result", [([0, 0, 0], 0), ([0, 1, 0], 1), ([0, -9, 0], 1)])
def test_a_killed_test_run_is_a_failure(copy, monkeypatch, codes, result):
    monkeypatch.setattr(start, "install", lambda requirements: None)
    results = iter(codes)
    monkeypatch.setattr(start, "run", lambda *command, **kwargs: next(results))
    assert start.test([]) == result


@pytest.mark.parametrize("option, resolution", [("--oldest", "lowest-direct"), ("--newest", "highest")])
def test_an_end_of_the_ranges_has_an_environment_of_its_own(copy, monkeypatch, option, resolution):
    calls = []
    monkeypatch.setattr(start, "PYTHON", copy / ".venv" / "bin" / "python")
    monkeypatch.setattr(start, "make_venv", lambda: (start.PYTHON.parent.mkdir(parents=True), start.PYTHON.touch()))
    monkeypatch.setattr(start, "run", lambda *command, **kwargs: calls.append(list(map(str, command))) or 0)
    assert start.test(["-k", "peel", option]) == 0
    own = copy / f".venv{option[1:]}" / "bin" / "python"
    uv, *rest = [command for command in calls if "pip" not in command or "uv" in command]
    assert uv[0] == str(copy / ".venv" / "bin" / "python") and uv[uv.index("--python") + 1] == str(own)
    assert uv[uv.index("--resolution") + 1] == resolution and uv[-1] == ".[dev]"
    check, lessons, tests, versions = rest
    assert all(command[0] == str(own) for command in rest)
    assert f"--junitxml={versions[-2]}" in lessons and f"--junitxml={versions[-1]}" in tests
    assert tests[-3:-1] == ["-k", "peel"] and option not in tests
    calls.clear()
    start.install("requirements.txt")  # these packages stand in for the pinned ones
    assert calls == []


def test_without_a_command_it_explains_itself():
    done = subprocess.run([sys.executable, HOME / "start.py"], capture_output=True, text=True)
    assert done.returncode and "start.py lab" in done.stderr and "start.py test" in done.stderr


def test_every_command_is_explained():
    assert all(f"start.py {name} " in start.__doc__ for name in start.COMMANDS)


def test_it_needs_nothing_but_python():
    code = f"import sys; sys.path.insert(0, {str(HOME)!r}); import start"
    done = subprocess.run([sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_folder_with_wheels_installs_from_them_alone(copy, monkeypatch):
    calls = []
    monkeypatch.setattr(start, "run", lambda *command, **kwargs: calls.append(list(map(str, command))) or 0)
    (copy / ".venv").mkdir()
    (copy / "wheels").mkdir()
    start.install("requirements.txt")
    installs = [command for command in calls if "install" in command]
    assert len(installs) == 2
    assert all("--no-index" in command and f"--find-links={copy / 'wheels'}" in command for command in installs)
    monkeypatch.setattr(start, "run", lambda *command, **kwargs: int("install" in command))
    (copy / "requirements.txt").write_text("numpy==9.9\n")
    with pytest.raises(SystemExit, match="the folder wheels has not all packages"):
        start.install("requirements.txt")


@pytest.mark.parametrize("command, module", [("slides", "helpers.teaching.slides"),
                                             ("workshop", "helpers.teaching.workshop"),
                                             ("memory", "tests.benchmarks.memory")])  # fmt: skip
def test_a_command_hands_on_what_stands_behind_it(monkeypatch, command, module):
    calls = []
    monkeypatch.setattr(start, "install", lambda requirements: None)
    monkeypatch.setattr(start, "run", lambda *command: calls.append(command) or 3)
    assert start.COMMANDS[command](["00", "11"]) == 3
    assert calls == [(start.PYTHON, "-m", module, "00", "11")]
    assert f"start.py {command}" in start.__doc__


@pytest.mark.parametrize("names, first", [(["00_a", "05_b"], "00_a"), (["05_b", "06_c"], "05_b")])
def test_lab_opens_the_first_lesson_that_is_there(copy, monkeypatch, names, first):
    for lesson in (copy / "notebooks").glob("*.ipynb"):
        lesson.unlink()
    for name in names:
        (copy / "notebooks" / f"{name}.ipynb").write_text("{}")
    asked = []
    monkeypatch.setattr(start, "install", lambda requirements: None)
    server = namedtuple("server", "wait")(lambda: 0)
    monkeypatch.setattr(subprocess, "Popen", lambda command, cwd: asked.extend(command) or server)
    assert start.lab([]) == 0
    assert f"--LabApp.default_url=/lab/tree/notebooks/my/{first}.ipynb" in asked
