"""Is this machine ready? `python -m helpers.doctor`, or `helpers.doctor.report()` in a notebook.

Each check is a function that returns None when all is well, or one sentence: what is wrong and what to do.
"""

import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
MEMORY_NEEDED = 2e9


def check_python():
    """Python is one of the versions that the course supports."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return f"this is Python {sys.version.split()[0]}, but the course needs 3.11, 3.12 or 3.13; install one of them."


def check_packages():
    """Every package that `requirements.txt` pins is here, at that version."""
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)\s*$", (HOME / "requirements.txt").read_text(encoding="utf-8"), re.M)
    wrong = []
    for name, version in pins:
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found != version:
            wrong.append(f"{name} {found}, expected {version}")
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        return f"{'; '.join(wrong[:3])}{more}. Run: {sys.executable} -m pip install -r requirements.txt"


def check_import():
    """`import helpers` finds this course from any folder."""
    import subprocess

    found = subprocess.run(
        [sys.executable, "-c", "import importlib.util as u; print(u.find_spec('helpers').origin)"],
        cwd=tempfile.gettempdir(), capture_output=True, text=True
    )  # fmt: skip
    if Path(found.stdout.strip() or ".").resolve() != HOME / "helpers" / "__init__.py":
        return f"`import helpers` works only from this folder. Run: {sys.executable} -m pip install -e {HOME}"


def check_tensorflow():
    """TensorFlow starts and Keras uses it."""
    try:
        from helpers import _import_tensorflow_quietly

        _import_tensorflow_quietly()
        import keras
    except Exception as error:
        return f"TensorFlow does not start ({error}). Delete the folder .venv and run: python3 start.py lab"
    if keras.backend.backend() != "tensorflow":
        return f"Keras runs on {keras.backend.backend()!r}. Restart the kernel and import helpers before keras."


def check_memory():
    """There is memory enough for a lesson."""
    import psutil

    free = psutil.virtual_memory().available
    if free < MEMORY_NEEDED:
        return f"only {free / 1e9:.1f} GB of memory are free, 2 GB are needed; close other programs or kernels."


def check_writing():
    """Your copies of the lessons and your progress can be saved."""
    from helpers import progress

    for folder in filter(None, (HOME / "notebooks", progress.folder())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            return f"the folder {folder} cannot be written ({error.strerror}); change its owner or its rights."
    if shutil.disk_usage(HOME).free < 2e8:
        return f"the disk of {HOME} is nearly full; free at least 200 MB, or notebooks cannot be saved."


CHECKS = {
    "Python": check_python,
    "packages": check_packages,
    "import": check_import,
    "TensorFlow": check_tensorflow,
    "memory": check_memory,
    "writing": check_writing,
}


def report():
    """Print one line for each check. Returns True when the machine is ready."""
    ready = True
    for name, check in CHECKS.items():
        problem = check()
        ready = ready and not problem
        print(f"✗ {name}: {problem}" if problem else f"✓ {name}: {check.__doc__}")
    return ready


if __name__ == "__main__":
    os.chdir(HOME)
    sys.exit(not report())
