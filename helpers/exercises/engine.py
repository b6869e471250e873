"""What checks a learner's answer, and knows the mistakes that people make.

An `Exercise` tries the answer on inputs and compares what it observes with what it observes of the reference.
Where the answer behaves like a known mistake, the learner reads the sentence written for that mistake.
"""

import copy
import html
import importlib
import json
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers import progress

SOLUTIONS = Path(__file__).with_name("solutions.json")  # written by helpers.editions from the lessons' sources


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give, and the sentence that helps someone who gave it."""

    answer: object
    says: str


class Exercise:
    """One exercise: `check(answer)`, `hint()`, `solution()`. Its name is the name that the learner defines.

    Args:
        lesson: two digits, str.
        name: the name of the function, class or value that the learner writes.
        hints: three str, from gentle to nearly the answer.
        mistakes: a list of Mistake, at least four.
        inputs: a list of tuples; the answer is tried on each. A value has none.
        observe: a function from the answer and one input to what is compared: a number, an array, a str, or a
            dict of these. Without it, a function is called and a value is taken as it is.
        kind: what the learner shall hand in: "function", "class" or "value".
        tolerance: how far numbers may lie apart, relative to the reference and absolute.
    """

    def __init__(self, lesson, name, hints, mistakes, inputs=((),), observe=None, kind="function", tolerance=1e-4):
        self.lesson, self.name, self.hints, self.mistakes = lesson, name, hints, mistakes
        self.inputs, self.kind, self.tolerance = list(inputs), kind, tolerance
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
        verdict = self._judge(answer)
        if verdict.ok:
            progress.mark_solved(self.lesson, self.name)
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
        if self.kind != "value" and not callable(answer):
            return self._wrong(
                f"`{self.name}` shall be a {self.kind}, but this is {_describe(answer)}. "
                f"Hand in the {self.kind} itself, without calling it: check({self.name})."
            )
        if self.kind == "value" and callable(answer):
            return self._wrong(f"`{self.name}` shall be a value, but this is {_describe(answer)}.")
        seen, changed = self._outcomes(answer)
        if all(outcome is None or outcome is ... for outcome in seen):
            return self._unanswered()
        expected, _ = self._outcomes(self.reference)
        differences = [_difference(wanted, got, self.tolerance) for wanted, got in zip(expected, seen)]
        if not any(differences) and not changed:
            return Verdict(self, True, f"✓ Right. `{self.name}` does what it should.")
        for mistake in self.mistakes:
            shown, shown_changed = self._outcomes(mistake.answer)
            if changed == shown_changed and not any(
                _difference(known, got, self.tolerance) for known, got in zip(shown, seen)
            ):
                return self._wrong(mistake.says)
        if not any(differences):
            return self._wrong("The result is right, but the answer changed what was handed in. Work on a copy of it.")
        first = next(number for number, difference in enumerate(differences) if difference)
        tried = f"Tried with {_describe_inputs(self.inputs[first])}: " if self.inputs[first] else ""
        return self._wrong(tried + differences[first])

    def _outcomes(self, answer):
        """What is observed for each input (an exception counts as an outcome), and whether an input was changed."""
        outcomes, changed = [], False
        for given in self.inputs:
            mine = copy.deepcopy(given)
            try:
                outcomes.append(self._observe(answer, *mine))
            except Exception as error:
                outcomes.append(Raised(error))
            changed = changed or any(_difference(a, b, 0) for a, b in zip(given, mine))
        return outcomes, changed

    def _unanswered(self):
        return Verdict(self, False, "Not answered yet. Replace the `...`, run that cell, then run this one.", False)

    def _wrong(self, message):
        return Verdict(self, False, f"✗ Not yet. {message}")


class Text(str):
    """A str that a notebook shows as it reads, without quotes."""

    def __repr__(self):
        return str(self)


class Raised:
    """An outcome: the answer raised this error."""

    def __init__(self, error):
        self.error = error
        self.kind = (type(error), str(error).strip()[:30])  # two mistakes may raise the same type
        frames = traceback.extract_tb(error.__traceback__)
        # The last line that is the learner's own: a notebook's cells are not files with a folder.
        self.line = next((f.line for f in reversed(frames) if "ipykernel" in f.filename or "<" in f.filename), None)

    def __str__(self):
        message = str(self.error).strip().split("\n")[0][:200]
        at = f" in the line `{self.line.strip()}`" if self.line else ""
        return f"the answer raised {type(self.error).__name__}{at}: {message}"


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


def _difference(expected, got, tolerance):
    """None where `got` equals `expected`, else a sentence: kind before shape before value."""
    if isinstance(expected, Raised) or isinstance(got, Raised):
        if isinstance(expected, Raised) and isinstance(got, Raised):
            return None if expected.kind == got.kind else str(got)
        return str(got) if isinstance(got, Raised) else "an error was expected, but the answer returned a result."
    if got is None or got is ...:
        return None if expected is got else "the answer returned None. Does it end with `return`?"
    if isinstance(expected, dict):
        if not isinstance(got, dict) or expected.keys() != got.keys():
            return f"expected the entries {', '.join(expected)}, but this is {_describe(got)}."
        for key in expected:
            if difference := _difference(expected[key], got[key], tolerance):
                return f"{key}: {difference}"
        return None
    if expected is None or isinstance(expected, (str, bool)):
        same = type(got) is type(expected) and got == expected
        return None if same else f"expected {expected!r}, got {_describe(got)}."
    if isinstance(expected, (list, tuple)) and _is_ragged(expected):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            return f"expected a list with {len(expected)} entries, but this is {_describe(got)}."
        for number, (wanted, entry) in enumerate(zip(expected, got)):
            if difference := _difference(wanted, entry, tolerance):
                return f"entry {number}: {difference}"
        return None
    wanted = np.asarray(expected)
    try:
        numbers = np.asarray(got)
        assert numbers.dtype.kind in "iufb" and not (numbers.dtype.kind == "b" and wanted.dtype.kind != "b")
    except Exception:
        return f"expected {_describe(expected)}, got {_describe(got)}."
    if numbers.shape != wanted.shape:
        return f"the shape is {numbers.shape}, expected {wanted.shape}."
    if np.array_equal(wanted, numbers):
        return None
    if not np.all(np.isfinite(numbers)):
        return "the answer holds NaN or infinity. Is something divided by zero, or the logarithm of zero taken?"
    apart = np.abs(numbers.astype("float64") - wanted)
    if np.all(apart <= tolerance * (np.abs(wanted) + 1e-2)):
        return None
    worst = np.unravel_index(np.argmax(apart), apart.shape)
    where = f" (entry {', '.join(map(str, worst))})" if apart.ndim else ""
    return f"the shape fits, but a value is off: got {numbers[worst]:.4g}, expected {wanted[worst]:.4g}{where}."


def _is_ragged(values):
    return len({np.shape(value) for value in values}) > 1 or any(np.ndim(value) > 0 for value in values)


def _describe(value):
    if value is None:
        return "None"
    if hasattr(value, "shape") and not callable(value):
        kind = "an array" if isinstance(value, np.ndarray) else "a tensor"
        return f"{kind} of shape {tuple(value.shape)}" if np.ndim(value) else f"{kind} that holds {str(value)[:40]}"
    if isinstance(value, (bool, int, float)):
        return repr(value)
    name = type(value).__name__
    shown = f" {value!r:.40}" if isinstance(value, (str, list, tuple, dict)) else ""
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}{shown}"


def _describe_inputs(inputs):
    return ", ".join(_describe(value) for value in inputs)
