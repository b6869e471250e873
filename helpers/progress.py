"""Which exercises have been solved: one empty file for each, in the user's data folder.

A file for each survives a killed kernel and two notebooks that write at once. The environment variable
COURSE_PROGRESS names another folder; set to nothing, it keeps no progress.
"""

import os
import shutil
from pathlib import Path

from platformdirs import user_data_path


def folder():
    """Where progress is kept: a Path, or None when COURSE_PROGRESS is set to nothing."""
    if "COURSE_PROGRESS" in os.environ:
        return Path(os.environ["COURSE_PROGRESS"]) if os.environ["COURSE_PROGRESS"] else None
    return user_data_path("gradient-leakage-course", appauthor=False) / "solved"


def mark_solved(lesson, exercise):
    """Remember that `exercise` of `lesson` is solved. A folder that cannot be written is passed over."""
    if folder() is None:
        return
    try:
        folder().mkdir(parents=True, exist_ok=True)
        (folder() / f"{lesson}.{exercise}").touch()
    except OSError:
        pass  # progress is a comfort; helpers.doctor names the folder when it cannot be written


def solved():
    """What has been solved: a set of (lesson, exercise), both str."""
    try:
        return {tuple(path.name.split(".", 1)) for path in folder().iterdir() if "." in path.name}
    except (AttributeError, OSError):  # no folder is kept, or it cannot be read
        return set()


def forget():
    """Begin again: every exercise counts as unsolved."""
    if folder() is not None:
        shutil.rmtree(folder(), ignore_errors=True)
