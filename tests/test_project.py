"""The files around the code: pins, ranges, environment, style, and that `import helpers` works anywhere."""

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tests.benchmarks import versions

HOME = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LEARNER, DEV = "requirements.txt", "requirements-dev.txt"


def pins(name):
    lines = [line for line in (HOME / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    found = [re.fullmatch(r"([\w.-]+)==([\w.+!]+)( ; .+)?", line) for line in lines]
    assert all(found), f"not a pin of one exact version: {[line for line, f in zip(lines, found) if not f]}"
    assert len({match[1] for match in found}) == len(found), "a package with two versions"
    return {match[1]: match[2] for match in found}


@pytest.mark.parametrize(
    "name, direct",
    [
        (LEARNER, PROJECT["dependencies"]),
        (DEV, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_every_direct_dependency_is_pinned_within_its_range(name, direct):
    pinned = pins(name)
    for text in direct:
        requirement = Requirement(text)
        assert requirement.specifier.contains(Version(pinned[requirement.name])), requirement
        assert {clause.operator for clause in requirement.specifier} >= {">=", "<"}, f"{text} is no range"


def test_tests_run_on_the_learners_versions():
    assert pins(LEARNER).items() <= pins(DEV).items()


def test_pins_are_free_of_addresses_and_paths():
    for name in (LEARNER, DEV, "environment.yml", "pyproject.toml"):
        text = (HOME / name).read_text(encoding="utf-8")
        assert "://" not in text and "@" not in text and "--index" not in text and "--find-links" not in text, name


@pytest.mark.skipif(not versions.FILE.exists(), reason="neither end was run yet")
@pytest.mark.skipif(Path(sys.prefix).name.startswith(".venv-"), reason="this run makes the table")
def test_the_ends_of_the_ranges_that_were_run_have_their_tables():
    runs = json.loads(versions.FILE.read_text(encoding="utf-8"))
    guide = (HOME / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert guide == versions.write(runs, guide)
    for requirement in versions.direct():
        pinned = Version(pins(DEV)[requirement.name])
        used = {end: Version(run["packages"][requirement.name]) for end, run in runs.items()}
        assert all(requirement.specifier.contains(version) for version in used.values()), requirement
        assert used.get("oldest", pinned) <= pinned <= used.get("newest", pinned), requirement
        (lower,) = (Version(part.version) for part in requirement.specifier if part.operator == ">=")
        assert used.get("oldest", lower) == lower, f"{requirement} was run at {used['oldest']}"
    for run in runs.values():
        (cells, cells_bad, _), (passed, bad, _) = run["lessons"], run["tests"]
        assert cells > 1000 and passed > 1000 and cells_bad == bad == 0


def test_a_run_at_one_end_is_counted(tmp_path, monkeypatch, capsys):
    counts = tmp_path / "counts.xml"
    counts.write_text('<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>')
    (tmp_path / "CONTRIBUTING.md").write_text("before\n<!-- versions -->\nold\n<!-- end -->\nafter\n")
    shutil.copy(HOME / "pyproject.toml", tmp_path)
    monkeypatch.setattr(versions, "HOME", tmp_path)
    monkeypatch.setattr(versions, "FILE", tmp_path / "versions.json")
    assert "did not get to its end" in versions.main("newest", "counts.xml", "nothing.xml")
    versions.main("newest", "counts.xml", "counts.xml")
    versions.main("oldest", "counts.xml", "counts.xml")
    text = (tmp_path / "CONTRIBUTING.md").read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old\n" not in text
    assert text.index("| `--oldest` |") < text.index("| `--newest` |")
    assert "| 5 | 5 | 4 | 4 |" in text and f"| {importlib.metadata.version('keras')} |" in text


def test_environment_installs_from_the_pins_and_makes_helpers_importable():
    *conda, pip = yaml.safe_load((HOME / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert pip == {"pip": ["-r requirements.txt", "-e ."]}
    python = next(entry.split("=")[1] for entry in conda if entry.startswith("python="))
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(Version(python))


def test_what_helpers_import_is_declared():
    declared = {Requirement(text).name.replace("-", "_") for text in PROJECT["dependencies"]}
    names = {"sklearn": "scikit_learn", "skimage": "scikit_image", "PIL": "pillow"}
    for file in (HOME / "helpers").rglob("*.py"):
        # tools for authors and teachers; their packages are in requirements-dev.txt
        if file.name in ("editions.py", "book.py") or file.parent.name == "teaching":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module] if isinstance(node, ast.ImportFrom) else []
            # distributed: only for `start.py sweep --dask`, which installs requirements-dev.txt
            allowed = {"helpers", "distributed"} if file.name == "sweeps.py" else {"helpers"}
            for package in {name.split(".")[0] for name in named} - sys.stdlib_module_names - allowed:
                assert names.get(package, package) in declared, f"{file.name} imports {package}"


def test_arrows_go_one_way():
    for file in (HOME / "helpers").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) (notebooks|tests)", text, re.M), file
        if file.parent.name == "helpers" and file.name != "__init__.py":
            assert not re.search(r"^\s*(import|from) helpers[. ](import )?exercises", text, re.M), file
    lower = (HOME / "helpers" / "plots.py").read_text(encoding="utf-8")
    assert "import widgets" not in lower and "helpers.widgets" not in lower


def test_modules_are_short():
    for file in (HOME / "helpers").rglob("*.py"):
        if not file.name.startswith("lesson_"):  # a bank of mistakes is as long as people are inventive
            assert len(file.read_text(encoding="utf-8").splitlines()) <= 260, file.name


def ruff(*arguments):
    done = subprocess.run([sys.executable, "-m", "ruff", *arguments], cwd=HOME, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_ruff_lint():
    ruff("check", ".")


def test_ruff_format():
    # Not the learner's edition: a stub `...  # your turn` keeps the line of its own that a solution needs.
    ruff("format", "--check", "helpers", "tests", "start.py", "notebooks/source", "notebooks/solutions")


FOLDERS = ["notebooks", "notebooks/my", "notebooks/solutions", "tests", None]


@pytest.mark.parametrize("folder", FOLDERS)
def test_helpers_import_from_anywhere_in_silence(folder, tmp_path):
    """Two of these start TensorFlow for real; the rest look for the module alone, which is what can differ."""
    path = HOME / folder if folder else tmp_path
    path.mkdir(exist_ok=True)
    if folder in ("notebooks", None):
        code = (
            "import helpers, keras, sys; assert 'tensorflow' in sys.modules and keras.backend.backend() == 'tensorflow'"
        )
        code += "; import tensorflow as tf; tf.function(lambda x: x @ x, jit_compile=True)(tf.ones((2, 2)))"
    else:
        code = "import importlib.util as util; assert util.find_spec('helpers')"
    done = subprocess.run([sys.executable, "-c", code], cwd=path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_real_failure_of_tensorflow_is_shown(tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        "import os; os.write(2, b'broken library'); raise ImportError('no such symbol')"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import helpers"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode and "broken library" in done.stderr and "no such symbol" in done.stderr


def test_helpers_say_what_they_have():
    import helpers

    with pytest.raises(AttributeError, match="nonsense.*leakage"):
        _ = helpers.nonsense
    files = {file.stem for file in (HOME / "helpers").glob("*.py")} - {"__init__"}
    packages = {file.parent.name for file in (HOME / "helpers").glob("*/__init__.py")}
    assert files | packages == set(helpers._MODULES)


def test_course_seed_replaces_the_lessons_seed(monkeypatch):
    import helpers

    assert helpers.set_seed(3) == 3
    monkeypatch.setenv("COURSE_SEED", "8")
    assert helpers.set_seed(3) == 8


def test_readme_names_every_lesson_with_its_minutes_and_a_small_movie():
    from helpers import editions

    readme = (HOME / "README.md").read_text(encoding="utf-8")
    for source in editions.sources():
        lesson = editions.read(source).metadata["lesson"]
        row = f"| {source.name[:2]} | [{lesson['title']}](notebooks/{source.stem}.ipynb) | {lesson['alone']} min |"
        assert row in readme
    assert (HOME / "notebooks" / "leak.gif").stat().st_size < 2_000_000
    assert "| attack | label right |" in readme
    for command in ("python3 start.py lab", "python3 start.py book", "python3 start.py test", "python3 start.py bench"):
        assert command in readme
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        assert "://" in target or (HOME / target).exists(), target


@pytest.mark.skipif(not shutil.which("git") or not (HOME / ".git").exists(), reason="not a git checkout")
def test_nothing_of_one_machine_is_committed():
    done = subprocess.run(
        ["git", "grep", "-nIE", r"/home/[a-z]|/root/|/tmp/|C:\\\\Users", "--", ".", ":!tests/test_project.py"],
        cwd=HOME, capture_output=True, text=True
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")  # 1: git searched and found nothing
