"""The folder that a workshop hands out: `python3 start.py workshop 00 05 06 07 09 11`.

    python -m helpers.teaching.workshop NN ... [--to FOLDER] [--wheels PLATFORM ...] [--python 3.12 ...]

It holds the learner's editions of these lessons, the digest of 01 to 04 when they are not among them, what the lessons
need as reading, `helpers`, `start.py` with the lists of packages, and an agenda. With --wheels (linux, windows, macos,
linux-arm) also the packages themselves, so that `start.py lab` installs them without a network. Nothing is sent
anywhere: pip downloads, that is all.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.teaching import digest, routes
from helpers.teaching.routes import DIGEST, HOME

FILES = ("start.py", "pyproject.toml", "requirements.txt", "environment.yml", "LICENSE")
SYSTEMS = {  # of each platform: sys_platform, platform_system, platform_machine
    "linux": ("linux", "Linux", "x86_64"),
    "linux-arm": ("linux", "Linux", "aarch64"),
    "windows": ("win32", "Windows", "AMD64"),
    "macos": ("darwin", "Darwin", "arm64"),
}
THIS_PYTHON = "{}.{}".format(*sys.version_info)
README = """# The workshop

## Today

{agenda}

{reading}Come half an hour earlier and start, as follows: the installation takes its time.

## Start

1. Copy this folder to your own disk.
2. Open a terminal in it, and type `python3 start.py lab` (on Windows `py start.py lab`). You need Python {python}.
   {network}
3. JupyterLab opens with the first lesson. Your copies are in `notebooks/my`; nothing ever writes over them.

When something does not work, `.venv/bin/python -m helpers.doctor` (on
Windows `.venv\\Scripts\\python -m helpers.doctor`) says in a line what it is, and what to do.

## If you fall behind

Each lesson runs on its own. Open the one that the room is at, choose *Run → Run All Cells*, and go on from there. You
need no earlier lesson to have run, and no exercise to be solved. Some lessons are not in this folder. Where a lesson
points to one of them, read on without it.

Everything runs on your own machine. Nothing is sent anywhere.
"""


def route(chosen, there):
    """The workshop's route: the lessons chosen, with the digest where 01 to 04 are left out, and the reading."""
    unknown = [number for number in chosen if number not in there]
    if unknown or not chosen:
        raise ValueError(f"There is no lesson {', '.join(unknown) or 'chosen'}; there are {' '.join(there)}.")
    digested = [number for number, lesson in there.items() if lesson.get("digest")]
    order = sorted(set(chosen))
    for known in routes.ROUTES:  # it may take two days, and name its reading itself
        if known.kind == "workshop" and [number for number in known.lessons if number != DIGEST] == order:
            return known
    with_digest = not set(order) & set(digested) and any(number > digested[-1] for number in order)
    parts = [DIGEST] if with_digest else []
    place = sum(number < digested[0] for number in order)
    taught = {*order, *(digested if with_digest else ())}
    reading = sorted({need for number in order for need in there[number]["needs"]} - taught)
    return routes.Route("this workshop", "workshop", (*order[:place], *parts, *order[place:]), (0, 24 * 60), "",
                        reading=tuple(reading))  # fmt: skip


def write(chosen, folder, wheels=(), pythons=(), home=HOME):
    """Write the workshop's folder. ValueError where a lesson or a platform is unknown, or the folder is not empty."""
    there = routes.lessons(home)
    plan = route(chosen, there)
    unknown = [name for name in wheels if name not in SYSTEMS]
    if unknown:
        raise ValueError(f"There is no platform {', '.join(unknown)}; there are {', '.join(SYSTEMS)}.")
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"The folder {folder} is not empty. Delete it, or name another one with --to.")
    (folder / "notebooks").mkdir(parents=True)
    for name in FILES:
        shutil.copy(home / name, folder)
    shutil.copytree(home / "helpers", folder / "helpers", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for number in plan.lessons + plan.reading:
        if number == DIGEST:
            text = json.dumps(digest.build(home), indent=1, ensure_ascii=False) + "\n"
            (folder / "notebooks" / digest.NAME).write_text(text, encoding="utf-8", newline="\n")
        else:
            shutil.copy(home / "notebooks" / there[number]["file"], folder / "notebooks")
    if "20" in plan.lessons + plan.reading:  # the files that it opens
        shutil.copytree(home / "notebooks" / "captured", folder / "notebooks" / "captured")
    (folder / "README.md").write_text(readme(plan, there, wheels, pythons), encoding="utf-8", newline="\n")
    requirements = (home / "requirements.txt").read_text(encoding="utf-8")
    for platform in wheels:
        for python in pythons or [THIS_PYTHON]:
            download(folder / "wheels", platform, python, requirements)
    return folder


def readme(plan, there, wheels, pythons):
    """What lies on top of the folder: the agenda, how to start, and what to do when behind."""
    reading = ", ".join(f"{number} · {there[number]['title']}" for number in plan.reading)
    network = "The first time it needs a network, and downloads about 0.8 GB."
    if wheels:
        network = f"It needs no network: the packages for {', '.join(wheels)} are in this folder."
    return README.format(
        agenda=routes.agenda(routes.days(plan, there), there),
        reading=f"To read on the way home: {reading}.\n\n" if reading else "",
        python=" or ".join(pythons or [THIS_PYTHON]) if wheels else "3.11, 3.12 or 3.13",
        network=network,
    )


def pinned(requirements, platform, python):
    """The lines of a requirements file that hold for a platform, without their conditions: a list of str."""
    from packaging.requirements import Requirement

    system, name, machine = SYSTEMS[platform]
    where = {"sys_platform": system, "platform_system": name, "platform_machine": machine, "python_version": python}
    where |= {"python_full_version": f"{python}.0", "os_name": "nt" if system == "win32" else "posix"}
    lines = []
    for line in requirements.splitlines():
        if line.strip() and not line.startswith("#"):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(where):
                lines.append(f"{requirement.name}{requirement.specifier}")
    return lines


def tags(platform):
    """The platform tags that pip accepts for a platform: a list of str."""
    from packaging.tags import mac_platforms

    machine = SYSTEMS[platform][2].lower()
    if platform == "windows":
        return ["win_amd64"]
    if platform == "macos":
        return list(mac_platforms((14, 0), machine))
    old = ["manylinux1", "manylinux2010", "manylinux2014"] if platform == "linux" else ["manylinux2014"]
    return [f"manylinux_2_{minor}_{machine}" for minor in range(31, 4, -1)] + [f"{tag}_{machine}" for tag in old]


def download(folder, platform, python, requirements):
    """Download the wheels for a platform by pip, also the one that installs the course itself."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "requirements.txt"
        file.write_text("\n".join([*pinned(requirements, platform, python), "flit_core>=3.11,<4"]) + "\n")
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}", "-r", str(file)]
        command += [f"--platform={tag}" for tag in tags(platform)] + ["-d", str(folder)]
        if subprocess.run(command).returncode:
            raise RuntimeError(f"pip could not download the packages for {platform}; its last lines above say which.")


def main(arguments):
    parser = argparse.ArgumentParser(prog="start.py workshop", description="Write a workshop's folder to hand out.")
    parser.add_argument("lessons", nargs="+", metavar="NN")
    parser.add_argument("--to", default=HOME / "workshop", type=Path, metavar="FOLDER")
    parser.add_argument("--wheels", nargs="+", default=[], metavar="PLATFORM", help=", ".join(SYSTEMS))
    parser.add_argument("--python", nargs="+", default=[], choices=["3.11", "3.12", "3.13"],
                        help="for --wheels; else the one that runs this")  # fmt: skip
    given = parser.parse_args(arguments)
    try:
        folder = write(given.lessons, given.to, given.wheels, given.python)
    except (ValueError, RuntimeError) as error:
        return f"start.py: {error}"
    print(f"Written: {folder}. Try it from a copy on another computer.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
