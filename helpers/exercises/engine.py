"""What checks a learner's answer, and knows the mistakes that people make.

An `Exercise` tries the answer on inputs and compares what it observes with what it observes of the reference.
Where the answer behaves like a known mistake, the learner reads the sentence written for that mistake.
"""

import copy
import html
import importlib
import json
from dataclasses import dataclass
from pathlib import Path

import helpers
from helpers import progress
from helpers.exercises.compare import Raised, cut, describe, difference, quoted_numbers

_QUOTED = "In quotes it is a text, and nobody can count with it. Write numbers without quotes."
SOLUTIONS = Path(__file__).with_name("solutions.json")  # written by helpers.editions from the lessons' sources


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give, and the sentence that helps someone who gave it.

    With a `key`, an answer counts as this mistake when that one entry of what is observed is equal.
    """

    answer: object
    says: str
    key: str | None = None


class Exercise:
    """One exercise: `check(answer)`, `hint()`, `solution()`. Its name is the name that the learner defines.

    Args:
        lesson: two digits, str.
        name: the name of the function, class or value that the learner writes.
        hints: three str, from gentle to nearly the answer.
        mistakes: a list of Mistake, at least four.
        inputs: a dict from what is tried, as the learner reads it, to a tuple of arguments. A value has none.
        observe: a function from the answer and one input to what is compared: a number, an array, a str, or a
            dict of these. Without it, a function is called and a value is taken as it is.
        kind: what the learner shall hand in: "function", "class" or "value".
        tolerance: how far numbers may lie apart, relative to the reference and absolute.
    """

    def __init__(self, lesson, name, hints, mistakes, inputs=None, observe=None, kind="function", tolerance=1e-4):
        self.lesson, self.name, self.hints, self.mistakes = lesson, name, hints, mistakes
        self.inputs, self.kind, self.tolerance = inputs or {"": ()}, kind, tolerance
        self._observe = observe or (lambda answer, *args: answer if kind == "value" else answer(*args))
        self._hints_seen = 0

    @property
    def solution_text(self):
        """The solution as it stands in the lesson's source, str."""
        return json.loads(SOLUTIONS.read_text(encoding="utf-8"))[self.lesson][self.name]

    @property
    def reference(self):
        """The solution, run."""
        namespace = dict(vars(importlib.import_module(f"helpers.exercises.lesson_{self.lesson}")))
        exec(compile(self.solution_text, f"solution of {self.name}", "exec"), namespace)
        return namespace[self.name]

    def check(self, answer):
        """Try `answer` and say ✓ or what to look at. Returns a Verdict, which shows itself. Never raises."""
        try:
            verdict = self._judge(answer)
        except Exception as error:  # an answer may be stranger than anything foreseen here
            verdict = self._wrong(
                f"This answer could not be looked at ({type(error).__name__}). Compare it with the hints."
            )
        if verdict.ok:
            progress.mark_solved(self.lesson, self.name)
        helpers.set_seed(int(self.lesson))  # what comes after is the same for every answer
        return verdict

    def hint(self, number=None):
        """The next hint, or hint `number` (1 to 3), as a str that prints itself."""
        if number is None:
            number = min(self._hints_seen + 1, len(self.hints))
        self._hints_seen = number = max(1, min(int(number), len(self.hints)))
        return Text(f"Hint {number} of {len(self.hints)}: {self.hints[number - 1]}")

    def solution(self):
        """The solution, as a str that prints itself."""
        return Text(self.solution_text)

    def _judge(self, answer):
        if answer is None or answer is ...:
            return self._unanswered()
        made = {"function": callable(answer), "class": isinstance(answer, type), "value": not callable(answer)}[
            self.kind
        ]
        if not made or (self.kind == "function" and hasattr(answer, "weights")):
            return self._wrong(
                f"`{self.name}` shall be a {self.kind}, but this is {describe(answer)}. "
                + (f"Hand in the {self.kind} itself, without calling it." if self.kind != "value" else "")
            )
        if self.kind == "value" and quoted_numbers(answer) and not isinstance(self.reference, str):
            own = [mistake.says for mistake in self.mistakes if quoted_numbers(mistake.answer)]
            return self._wrong([*own, _QUOTED][0])
        seen, changed = self._outcomes(answer)
        if all(outcome is None or outcome is ... for outcome in seen):
            if self.kind == "value" or is_stub(answer):
                return self._unanswered()
            return self._wrong("Nothing came back: the answer returned None. Does it end with `return`?")
        expected, _ = self._outcomes(self.reference)
        if any(isinstance(outcome, Raised) for outcome in expected):
            return self._wrong(f"The check itself could not run, which is not your fault: {expected[0]}")
        differences = [difference(wanted, got, self.tolerance) for wanted, got in zip(expected, seen)]
        if not any(differences) and not changed:
            return Verdict(self, True, f"✓ Right. `{self.name}` does what it should.")
        for mistake in self.mistakes:
            if self._is_mistake(mistake, seen, changed, expected):
                return self._wrong(mistake.says)
        if not any(differences):
            return self._wrong("The result is right, but the answer changed what was handed in. Work on a copy of it.")
        if self.kind == "value":  # the difference would say what the answer is
            told = f"“{cut(answer)}”" if isinstance(answer, str) else _sentence(describe(answer))
            return self._wrong(f"{told} is not the answer. The first hint is one click away.")
        number = next(number for number, difference in enumerate(differences) if difference)
        tried = list(self.inputs)[number]
        return self._wrong(f"Tried with {tried}: {differences[number]}" if tried else _sentence(differences[number]))

    def _is_mistake(self, mistake, seen, changed, expected):
        known, known_changed = self._outcomes(mistake.answer)
        if mistake.key:
            if not all(isinstance(outcome, dict) and mistake.key in outcome for outcome in [*known, *seen]):
                return False
            known, seen, expected = ([outcome[mistake.key] for outcome in all_] for all_ in (known, seen, expected))
            if not any(difference(wanted, got, self.tolerance) for wanted, got in zip(expected, seen)):
                return False
        elif changed != known_changed:
            return False
        return not any(difference(one, other, self.tolerance) for one, other in zip(known, seen))

    def _outcomes(self, answer):
        """What is observed for each input (an exception counts as an outcome), and whether an input was changed."""
        outcomes, changed = [], False
        for given in self.inputs.values():
            mine = copy.deepcopy(given)
            try:
                outcomes.append(self._observe(answer, *mine))
            except (Exception, SystemExit) as error:
                outcomes.append(Raised(error))
            changed = changed or any(difference(a, b, 0) for a, b in zip(given, mine))
        return outcomes, changed

    def _unanswered(self):
        return Verdict(self, False, "Not answered yet. Replace the `...`, run that cell, then run this one.", False)

    def _wrong(self, message):
        return Verdict(self, False, f"✗ Not yet. {message}")


class Text(str):
    """A str that a notebook shows as it reads, without quotes."""

    def __repr__(self):
        return str(self)


def is_stub(answer):
    """Whether a function, or a method of a class, has a body of nothing but `...`."""
    if isinstance(answer, type):
        return any(is_stub(part) for part in vars(answer).values() if hasattr(part, "__code__"))
    code = getattr(answer, "__code__", None)
    return code is not None and code.co_code == _stub.__code__.co_code and not code.co_names


def _stub(): ...


def _sentence(text):
    return text[0].upper() + text[1:]


class Verdict:
    """What a check says. In a notebook it shows itself, with buttons for hints and the solution.

    Attributes: ok (bool), message (str), answered (bool).
    """

    def __init__(self, exercise, ok, message, answered=True):
        self.exercise, self.ok, self.message, self.answered = exercise, ok, message, answered

    def __repr__(self):
        if self.ok:
            return self.message
        module = f"lesson_{self.exercise.lesson}.{self.exercise.name}"
        return f"{self.message}\nHelp: {module}.hint() or {module}.solution()"

    def _repr_mimebundle_(self, **kwargs):
        return {**_panel(self)._repr_mimebundle_(**kwargs), "text/plain": repr(self)}


def _panel(verdict):
    import ipywidgets

    color = "#007A5A" if verdict.ok else "#7A4B00" if verdict.answered else "#595959"
    style = f"border-left: 4px solid {color}; padding: 2px 10px; line-height: 1.5; white-space: pre-wrap"
    message = ipywidgets.HTML(f'<div role="status" style="{style}">{_with_code(verdict.message)}</div>')
    if verdict.ok:
        return message
    more = ipywidgets.HTML()
    hint = ipywidgets.Button(description="Hint", icon="lightbulb-o", tooltip="Show the next of three hints")
    solution = ipywidgets.Button(description="Solution", icon="key", tooltip="Show a solution")
    exercise = verdict.exercise

    def show_hint(_):
        more.value = f'<div role="status" style="{style}">{_with_code(exercise.hint())}</div>'
        left = len(exercise.hints) - exercise._hints_seen
        hint.description = "Next hint" if left else "Last hint"

    def show_solution(_):
        more.value = f"<pre>{html.escape(exercise.solution_text)}</pre>"

    hint.on_click(show_hint)
    solution.on_click(show_solution)
    return ipywidgets.VBox([message, ipywidgets.HBox([hint, solution]), more])


def _with_code(text):
    pieces = html.escape(str(text)).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))
