"""The one way in, with nothing but Python itself.

    python3 start.py lab       install what is missing, copy the lessons to notebooks/my, open lesson 00
    python3 start.py test      install what the tests need too, run everything; `test --oldest` or `test --newest`
                               with the oldest or newest packages that pyproject.toml admits
    python3 start.py book      the lessons as a web book in build/book, to be read without a network and without running
    python3 start.py bench     how fast and how surely it leaks; a quarter of an hour, or `bench 5` for a first look
    python3 start.py claims    how far what the lessons say stays from its bounds, on other seeds
    python3 start.py sweep     repeat a stored sweep, e.g. `start.py sweep failures`
    python3 start.py slides    each lesson as slides in the folder slides, or `slides 00 11`; they need no network
    python3 start.py workshop  a folder to hand out, e.g. `workshop 00 05 06 07 09 11`; `--wheels linux` for no network
    python3 start.py memory    how much memory each lesson needs

On Windows: `py start.py lab`. What stands behind the command is handed on, e.g. `start.py lab --no-browser`.
"""

import functools
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NEEDED_GB = 5
# Without bytecode TensorFlow takes more than twice as long to import, each time.
WITH_BYTECODE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENDS = {"--oldest": "lowest-direct", "--newest": "highest"}  # and what uv calls them
WITH_TENSORFLOW = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "amd64")}


def stop(sentence):
    """Say what is wrong and what to do, and leave."""
    sys.exit(f"start.py: {sentence}")


def run(*command, **kwargs):
    return subprocess.run([str(part) for part in command], cwd=HOME, **kwargs).returncode


def check_machine(version=sys.version_info[:2], system=None, machine=None, free=None):
    """Stop where the course cannot be installed: Python's version, the machine, the disk."""
    system, machine = system or platform.system(), (machine or platform.machine()).lower()
    free = shutil.disk_usage(HOME).free if free is None else free
    have = ".".join(map(str, version))
    if version < (3, 11):
        stop(f"this is Python {have}, but the course needs 3.11, 3.12 or 3.13. Install one: https://www.python.org")
    if version > (3, 13):
        stop(f"this is Python {have}, and TensorFlow has no package for it yet. Use 3.13: python3.13 start.py lab")
    if (system, machine) == ("Darwin", "x86_64"):
        stop(
            "TensorFlow has no package for Macs with an Intel processor. Use another computer, or Binder or JupyterHub."
        )
    if (system, machine) not in WITH_TENSORFLOW:
        stop(f"TensorFlow has no package for {system} on {machine}. Use another computer, or Binder or JupyterHub.")
    if sys.maxsize < 2**32:
        stop("this Python is a 32-bit one, for which TensorFlow has no package. Install the 64-bit Python.")
    if free < NEEDED_GB * 1e9 and not VENV.exists():
        stop(f"the disk has {free / 1e9:.1f} GB left, and the installation needs {NEEDED_GB} GB. Free some space.")


def make_venv():
    """Make .venv with this Python. An unfinished one is made anew."""
    if PYTHON.exists() and run(PYTHON, "-m", "pip", "--version", stdout=subprocess.DEVNULL) == 0:
        return
    print(f"Making the folder {VENV.name}", flush=True)
    try:
        import ensurepip  # noqa: F401
        import venv

        venv.create(VENV, clear=True, with_pip=True)
    except ImportError:
        stop(f"Python's venv is missing. Install it: sudo apt install python{sys.version_info[0]}."
             f"{sys.version_info[1]}-venv (Debian, Ubuntu), or Python from https://www.python.org")  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        stop(f"the folder .venv could not be made ({error}). Is the disk full, or the folder not yours?")


def stamp(requirements):
    """The file that says what was installed from a requirements file, and what it says when that is up to date."""
    parts = [(HOME / requirements).read_bytes(), (HOME / "pyproject.toml").read_bytes()]
    parts.append(str(VENV.resolve()).encode())  # a moved folder is installed anew: the course is known by its path
    return VENV / f"{requirements}.installed", hashlib.sha256(b"".join(parts)).hexdigest()


def install(requirements):
    """Install a requirements file and the course itself into .venv, unless that has been done."""
    check_machine()
    if not (HOME / requirements).exists():
        stop(f"there is no {requirements} here. A workshop's folder has `lab` alone; the whole course has the rest.")
    file, wanted = stamp(requirements)
    if PYTHON.exists() and file.exists() and file.read_text() == wanted:
        return
    make_venv()
    packed = (HOME / "wheels").is_dir()  # a workshop's folder that carries its packages
    source = "from the folder wheels" if packed else "about 0.8 GB to download the first time"
    print(f"Installing {requirements}: {source}. This takes some minutes.", flush=True)
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--compile"]
    if packed:
        pip += ["--no-index", f"--find-links={HOME / 'wheels'}"]
    if run(*pip, "-r", requirements, env=WITH_BYTECODE) or run(*pip, "--no-deps", "-e", ".", env=WITH_BYTECODE):
        if shutil.disk_usage(HOME).free < 1e8:
            stop("the disk is full. Free some space and type the same command again.")
        if packed:
            stop("the folder wheels has not all packages for this computer and this Python. Move it away, and with a "
                 "network type the same command again.")  # fmt: skip
        stop("pip could not install a package; its last lines above say which. With a network, type it again.")
    for name in {requirements, "requirements.txt"}:  # what the tests need holds what a learner needs
        file, text = stamp(name)
        file.write_text(text)


def install_end(end):
    """Make an environment of its own with the oldest or newest packages that pyproject.toml admits, and use it."""
    global VENV, PYTHON
    install("requirements-dev.txt")  # it has uv; pip cannot look for the oldest
    uv = [PYTHON, "-m", "uv", "pip", "install", "--compile-bytecode", "--upgrade", "--resolution", ENDS[end]]
    VENV, python = HOME / f".venv{end[1:]}", PYTHON.relative_to(VENV)
    PYTHON = VENV / python
    make_venv()
    if run(*uv, "--python", PYTHON, "-e", ".[dev]", env=WITH_BYTECODE):
        stop("uv could not install a package; its last lines above say which. With a network, type it again.")
    for name in ("requirements.txt", "requirements-dev.txt"):  # these packages stand in for the pinned ones
        file, text = stamp(name)
        file.write_text(text)


def copy_lessons():
    """Copy each lesson to notebooks/my, where it is yours. A copy that is there is never touched."""
    my = HOME / "notebooks" / "my"
    my.mkdir(exist_ok=True)
    for lesson in sorted((HOME / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        if not (my / lesson.name).exists():
            shutil.copy(lesson, my / lesson.name)
            (my / lesson.name).chmod(0o644)


def lab(arguments):
    install("requirements.txt")
    try:
        copy_lessons()
        # No question about news and no look for updates: nothing here asks the network.
        settings = VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
        quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
        if not settings.exists():
            settings.parent.mkdir(parents=True, exist_ok=True)
            settings.write_text(json.dumps(quiet))
    except OSError as error:
        stop(f"the course's folder cannot be written ({error}). Is the disk full, or the folder not yours?")
    print("Opening JupyterLab. Stop it with Ctrl-C, twice.", flush=True)
    first = min(path.name for path in (HOME / "notebooks").glob("[0-9][0-9]_*.ipynb"))  # a workshop may begin later
    options = [f"--ServerApp.root_dir={HOME}", f"--LabApp.default_url=/lab/tree/notebooks/my/{first}"]
    # Not `-m jupyter lab`: that may find another JupyterLab on the PATH.
    server = subprocess.Popen([str(PYTHON), "-m", "jupyterlab", *options, *arguments], cwd=HOME)
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            pass  # JupyterLab got it too, and asks before it stops


def test(arguments):
    end = next((word for word in arguments if word in ENDS), None)
    arguments = [word for word in arguments if word != end]
    install_end(end) if end else install("requirements-dev.txt")
    lessons = sorted((HOME / "notebooks").glob("*.ipynb")) + sorted((HOME / "notebooks/solutions").glob("*.ipynb"))
    nbval = ["--nbval", "--nbval-sanitize-with=tests/nbval.cfg", "--nbval-cell-timeout=300", "-p", "no:cacheprovider"]
    nbval += ["-n2", "--dist=loadscope", "-q"]
    tests = ["tests", "-n2", "--dist=loadgroup", "--no-loadscope-reorder"]
    environment = {**os.environ, "COURSE_PROGRESS": "", "TQDM_DISABLE": "1"}
    # Two processes at a time: with one thread each they end in two thirds of the time.
    environment |= {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
    counts = [f"build/{end[2:]}-{part}.xml" for part in ("lessons", "tests")] if end else []
    for file in counts:
        (HOME / file).unlink(missing_ok=True)
    lessons += [f"--junitxml={counts[0]}"] if end else []
    arguments += [f"--junitxml={counts[1]}"] if end else []
    results = [
        run(PYTHON, "-m", "helpers.editions", "check"),
        run(PYTHON, "-m", "pytest", *nbval, *lessons, env=environment),
        run(PYTHON, "-m", "pytest", *tests, *arguments, env=environment),
    ]
    if end:
        results.append(run(PYTHON, "-m", "tests.benchmarks.versions", end[2:], *counts))
    print("All is well." if not any(results) else "Something failed; see above.")
    return int(any(results))


# Commands that only install what they need and run a module: its name, and the requirements file.
MODULES = {
    "book": ("helpers.book", "requirements-dev.txt"),
    "bench": ("tests.benchmarks.report", "requirements-dev.txt"),
    "claims": ("tests.benchmarks.claims", "requirements-dev.txt"),
    "sweep": ("helpers.sweeps", "requirements-dev.txt"),
    "slides": ("helpers.teaching.slides", "requirements-dev.txt"),
    "workshop": ("helpers.teaching.workshop", "requirements.txt"),
    "memory": ("tests.benchmarks.memory", "requirements-dev.txt"),
}


def run_module(name, arguments):
    module, requirements = MODULES[name]
    install(requirements)
    return run(PYTHON, "-m", module, *arguments)


COMMANDS = {"lab": lab, "test": test} | {name: functools.partial(run_module, name) for name in MODULES}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    try:
        sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
    except KeyboardInterrupt:
        stop("stopped. Type the same command to go on.")
