"""Is this machine ready? `python -m helpers.doctor`, or `helpers.doctor.report()` in a notebook.

Each check is a function that returns None when all is well, or one sentence: what is wrong and what to do.
"""

import errno
import importlib.metadata
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
MEMORY_NEEDED = 2e9
PORTS = range(8888, 8939)  # JupyterLab tries the first five, then some near by
SLIDERS = "@jupyter-widgets/jupyterlab-manager"  # the part of JupyterLab that draws what ipywidgets sends
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def check_python():
    """Python is one of the versions that the course supports."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return f"this is Python {sys.version.split()[0]}, but the course needs 3.11, 3.12 or 3.13; install one of them."


def check_packages():
    """Every package that the course needs is here, in a version that it supports."""
    from packaging.requirements import Requirement

    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wrong = []
    for requirement in map(Requirement, project["dependencies"]):
        try:
            found = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            found = None
        if found is None or not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} {found or 'missing'}, expected {requirement.specifier}")
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        return f"{'; '.join(wrong[:3])}{more}. Run: {sys.executable} -m pip install -r requirements.txt"


def check_import():
    """`import helpers` finds this course from any folder."""
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


def check_widgets():
    """Sliders can be drawn: JupyterLab has their other half, of the right version and not switched off."""
    found = subprocess.run([sys.executable, "-m", "jupyter", "--paths", "--json"], capture_output=True, text=True)
    if found.returncode:
        return f"Jupyter does not start. Run: {sys.executable} -m pip install -r requirements.txt"
    paths = json.loads(found.stdout)
    for folder in paths["config"]:
        switches = Path(folder, "labconfig", "page_config.json")
        settings = json.loads(switches.read_text(encoding="utf-8")) if switches.exists() else {}
        if settings.get("disabledExtensions", {}).get(SLIDERS):
            return f"sliders are switched off. Run: {sys.executable} -m jupyter labextension enable {SLIDERS}"
    packages = [Path(folder, "labextensions", SLIDERS, "package.json") for folder in paths["data"]]
    first = next((package for package in packages if package.exists()), None)
    if first is None:
        again = "-m pip install --force-reinstall --no-deps jupyterlab-widgets"
        return f"JupyterLab cannot draw sliders, its part for them is missing. Run: {sys.executable} {again}"
    version = json.loads(first.read_text(encoding="utf-8"))["version"]
    if int(version.split(".")[0]) != 5:  # ipywidgets 8 speaks with version 5
        return f"an old part for sliders ({version}) comes before the right one. Delete the folder {first.parent}"


def check_port():
    """JupyterLab can open a port for your browser on this computer."""
    forbidden = None
    for port in PORTS:
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
                door.listen()
                return None
            except OSError as error:
                forbidden = error if error.errno != errno.EADDRINUSE else forbidden
    if forbidden:
        return f"no port can be opened ({forbidden.strerror}); ask who looks after this computer's firewall."
    return (f"the ports {PORTS[0]} to {PORTS[-1]} are all taken; close other JupyterLabs, "
            f"or run: python3 start.py lab --port={PORTS[-1] + 1000}")  # fmt: skip


def check_chromium():
    """Chromium is here, for the tests in a browser."""
    if not any(map(shutil.which, CHROMIUM)):
        return "not found, so the tests in a browser are skipped; lessons need none. Run: sudo apt install chromium"


CHECKS = {
    "Python": check_python,
    "packages": check_packages,
    "import": check_import,
    "TensorFlow": check_tensorflow,
    "widgets": check_widgets,
    "memory": check_memory,
    "writing": check_writing,
    "port": check_port,
}
FOR_TESTS = {"Chromium": check_chromium}  # said by the command alone: a learner needs none of it


def report(checks=CHECKS):
    """Print one line for each check. Returns True when the machine is ready."""
    ready = True
    for name, check in checks.items():
        try:
            problem = check()
        except ImportError as error:
            problem = f"{error.name} is missing. Run: {sys.executable} -m pip install -r requirements.txt"
        ready = ready and not problem
        print(f"✗ {name}: {problem}" if problem else f"✓ {name}: {check.__doc__}")
    return ready


if __name__ == "__main__":
    os.chdir(HOME)
    ready = report()
    report(FOR_TESTS)
    sys.exit(not ready)
