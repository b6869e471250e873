"""The exercises, one module a lesson, and the map of the course: which of them are solved."""

import importlib
import pkgutil

from helpers import progress
from helpers.exercises.engine import Exercise


def lessons():
    """All lessons that have exercises or a quiz: a dict from the two digits to the module."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name.startswith("lesson_"))
    return {name.removeprefix("lesson_"): importlib.import_module(f"helpers.exercises.{name}") for name in names}


def of(lesson):
    """The exercises of one lesson's module: a list of Exercise, in the order of the lesson."""
    return [value for value in vars(lesson).values() if isinstance(value, Exercise)]


class CourseMap:
    """The lessons with a mark for each exercise: ● solved, ○ open. Shows itself in a notebook."""

    def __init__(self):
        solved = progress.solved()
        self.rows = [
            (number, module.TITLE, "".join("●" if (number, e.name) in solved else "○" for e in of(module)))
            for number, module in lessons().items()
        ]

    def __repr__(self):
        return "\n".join(f"{number}  {marks or '–':5} {title}" for number, title, marks in self.rows)

    def _repr_html_(self):
        left = 'style="text-align:left"'
        rows = "".join(
            f"<tr><td>{number}</td><td {left}>{title}</td><td {left}>{marks or 'no exercises'}</td></tr>"
            for number, title, marks in self.rows
        )
        head = f"<tr><th>lesson</th><th {left}>title</th><th {left}>exercises: ● solved, ○ open</th></tr>"
        return f"<table>{head}{rows}</table>"
