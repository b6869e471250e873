"""The bank turned round: every reference is accepted, every known mistake is met with its own sentence."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from helpers import exercises, progress
from helpers.exercises.engine import Exercise, Mistake, Text

ALL = {f"{e.lesson}.{e.name}": e for lesson in exercises.lessons().values() for e in exercises.of(lesson)}
KNOWN = [pytest.param(e, m, id=f"{name}-{n}") for name, e in ALL.items() for n, m in enumerate(e.mistakes)]
each = pytest.mark.parametrize("exercise", ALL.values(), ids=ALL)


@each
def test_the_reference_is_accepted(exercise):
    verdict = exercise.check(exercise.reference)
    assert verdict.ok and verdict.message.startswith("✓"), verdict


@pytest.mark.parametrize("exercise, mistake", KNOWN)
def test_each_known_mistake_is_met_with_its_own_sentence(exercise, mistake):
    verdict = exercise.check(mistake.answer)
    assert not verdict.ok and verdict.message == f"✗ Not yet. {mistake.says}"


@each
def test_three_hints_and_four_mistakes(exercise):
    assert len(exercise.hints) == 3 and len(set(exercise.hints)) == 3
    assert len(exercise.mistakes) >= 4
    assert len({mistake.says for mistake in exercise.mistakes}) == len(exercise.mistakes)


@each
@pytest.mark.parametrize("answer", [None, ...], ids=["None", "Ellipsis"])
def test_nothing_is_not_answered_yet(exercise, answer):
    verdict = exercise.check(answer)
    assert not verdict.ok and not verdict.answered and "Not answered yet" in verdict.message


def raises(*args):
    raise RuntimeError("a bug of mine")


WRONG = {
    "an exception": raises,
    "a wrong type": lambda *args: object(),
    "a str": lambda *args: "7",
    "a wrong shape": lambda *args: np.zeros((2, 2, 2, 2)),
    "NaN": lambda *args: np.nan,
    "no arguments taken": lambda: 1,
    "words": "nonsense",
    "a number": 3.5,
    "a mixed list": [1, "a"],
    "NaN itself": np.nan,
}


@each
@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_wrong_answers_are_met_with_a_sentence(exercise, answer):
    verdict = exercise.check(answer)
    assert not verdict.ok and verdict.message.startswith("✗") and len(verdict.message) > 20


@each
def test_the_learners_stub_is_not_answered_yet(exercise):
    """What the learner's edition holds, run as it stands."""
    from helpers.editions import NOTEBOOKS

    notebook = json.loads(next(NOTEBOOKS.glob(f"{exercise.lesson}_*.ipynb")).read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if "# your turn" in "".join(cell["source"])]
    stub = next(text for text in code if exercise.name in text)
    namespace = dict(vars(exercises.lessons()[exercise.lesson]))
    exec(stub, namespace)
    assert "Not answered yet" in exercise.check(namespace[exercise.name]).message


def doubled(**kwargs):
    """An exercise for the tests of the engine: double the numbers. Its reference needs no lesson."""

    class Doubled(Exercise):
        reference = staticmethod(lambda values: 2 * values)
        solution_text = "def doubled(values):\n    return 2 * values"

    settings = {
        "inputs": {"two numbers": (np.array([1.0, 2.0]),), "one number": (np.array([3.0]),)},
        "hints": ["one", "two", "three"],
        "mistakes": [
            Mistake(lambda values: values**2, "You squared."),
            Mistake(lambda values: values[0], "You took one of them."),
            Mistake(lambda values: {}["x"], "You looked up what is not there."),
            Mistake(lambda values: values.__imul__(2), "You changed what was handed in."),
        ],
    }
    return Doubled("99", "doubled", **{**settings, **kwargs})


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda v: v * 3, "a value is off: got 6, expected 4 (entry 1)"),
        (lambda v: 2 * v[:1], "the shape is (1,), expected (2,)"),
        (lambda v: 2 * v + np.nan, "NaN"),
        (lambda v: v > 1, "got an array of True and False, of shape (2,)"),
        (lambda v: "2", "expected an array of shape (2,), got a str"),
        (lambda v: undefined_name, "NameError"),  # noqa: F821
        (lambda v: None if len(v) == 1 else 2 * v, "returned None"),
        (lambda v: v**2, "You squared."),
        (lambda v: {}["y"], "KeyError"),
        (lambda v: {}["x"], "You looked up"),
        (lambda: 1, "TypeError"),
        (7, "shall be a function"),
    ],
)
def test_shape_before_value_and_known_before_unknown(answer, words):
    assert words in doubled().check(answer).message


def test_a_known_mistake_that_hands_back_rows_is_no_stumbling_block():
    known = [Mistake(lambda values: [{"row": value} for value in values], "Those are the rows.")]
    assert "Those are the rows." in doubled(mistakes=known).check(known[0].answer).message
    assert "a value is off" in doubled(mistakes=known).check(lambda values: list(3 * values)).message


def test_a_list_of_equal_numbers_is_as_good_as_an_array():
    assert doubled().check(lambda values: [2 * value for value in values]).ok


def test_a_forgotten_return_is_not_an_unanswered_exercise():
    def forgot(values):
        doubled = 2 * values  # noqa: F841

    def stub(values): ...

    assert "Does it end with `return`?" in doubled().check(forgot).message
    assert "Not answered yet" in doubled().check(stub).message
    assert "Not answered yet" in doubled().check(lambda values: None).message


def test_a_check_that_cannot_run_accepts_nothing():
    class Broken(type(doubled())):
        reference = staticmethod(raises)

    broken = Broken("99", "broken", [], [], {"one": (1,)})
    for answer in (raises, lambda n: 1):
        verdict = broken.check(answer)
        assert not verdict.ok and "not your fault" in verdict.message


def test_a_mistake_with_a_key_is_known_by_that_entry_alone():
    class Keyed(Exercise):
        reference = staticmethod(lambda: {"color": "blue", "size": 1})

    mistakes = [Mistake(lambda: {"color": "red", "size": 1}, "Not red.", key="color")]
    keyed = Keyed("99", "keyed", [], mistakes)
    assert keyed.check(lambda: {"color": "red", "size": 7}).message == "✗ Not yet. Not red."
    assert "Size: a value is off" in keyed.check(lambda: {"color": "blue", "size": 7}).message


NUMBERS = [e for e in ALL.values() if e.kind == "value" and not isinstance(e.reference, str)]


@pytest.mark.parametrize("exercise", NUMBERS, ids=[f"{e.lesson}.{e.name}" for e in NUMBERS])
def test_a_number_in_quotes_is_not_a_number(exercise):
    numbers = exercise.reference
    as_text = [str(number) for number in numbers] if np.ndim(numbers) else str(numbers)
    for answer in (as_text, str(numbers), "75 %"):
        verdict = exercise.check(answer)
        assert not verdict.ok and "numbers without quotes" in verdict.message, verdict


def test_a_letter_may_stand_beside_a_digit():
    class Letter(type(doubled())):
        reference = "b"

    letter = Letter("99", "letter", [], [Mistake("a", "Not a.")], kind="value")
    assert letter.check("b").ok and letter.check("a").message == "✗ Not yet. Not a."
    assert "“2” is not the answer" in letter.check("2").message


def test_stranger_answers_never_raise():
    class Sullen(Exception):
        def __str__(self):
            raise RuntimeError

    class Odd:
        shape = 3

        def __repr__(self):
            raise RuntimeError

    def leaves(values):
        raise SystemExit

    def sulks(values):
        raise Sullen

    for answer in (leaves, sulks, lambda values: Odd(), Odd(), lambda values: iter(values), doubled):
        assert not doubled().check(answer).ok


def test_what_follows_a_check_does_not_depend_on_the_answer():
    import keras

    after = []
    for answer in (None, lambda values: keras.random.uniform((2,)), lambda values: 2 * values):
        keras.utils.set_random_seed(0)
        doubled().check(answer)
        after.append((float(keras.random.uniform(())), np.random.uniform()))  # noqa: NPY002
    assert after[0] == after[1] == after[2]


def test_an_answer_that_changes_its_input_is_refused():
    def changes(values):
        values *= 2
        return values

    assert doubled().check(changes).message == "✗ Not yet. You changed what was handed in."
    assert "changed what was handed in" in doubled(mistakes=[]).check(changes).message


def test_inputs_may_mix_lists_of_different_lengths():
    inputs = {"a list of lists": (np.array([1.0, 2.0]), [[1.0], [2.0, 3.0], "word"])}
    exercise = doubled(inputs=inputs, mistakes=[], observe=lambda answer, values, rest: answer(values))
    assert exercise.check(lambda values: 2 * values).ok
    assert "a value is off" in exercise.check(lambda values: 3 * values).message


def test_hints_come_one_by_one_and_the_solution_on_request():
    exercise = doubled()
    assert [str(exercise.hint()) for _ in range(4)] == [
        "Hint 1 of 3: one", "Hint 2 of 3: two", "Hint 3 of 3: three", "Hint 3 of 3: three"
    ]  # fmt: skip
    assert exercise.hint(1) == "Hint 1 of 3: one" and repr(Text("a")) == "a"
    assert "return 2 * values" in exercise.solution()


def test_a_verdict_reads_as_well_without_widgets():
    verdict = doubled().check(lambda v: v**2)
    bundle = verdict._repr_mimebundle_()
    assert "You squared." in bundle["text/plain"] and "lesson_99.doubled.hint()" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "2 * values" not in bundle["text/plain"]


def test_the_buttons_show_hint_by_hint_and_the_solution():
    from helpers.exercises.engine import _panel

    message, buttons, more = _panel(doubled().check(lambda v: "<b>")).children
    hint, solution = buttons.children
    assert "&lt;b&gt;" in message.value and "<b>" not in message.value
    hint.click()
    assert "Hint 1 of 3" in more.value
    hint.click()
    assert "Hint 2 of 3" in more.value
    solution.click()
    assert "return 2 * values" in more.value


def test_progress_survives_a_killed_kernel(tmp_path, monkeypatch):
    code = (
        "import os, signal\n"
        "from helpers.exercises import lesson_07\n"
        "assert lesson_07.letter.check('b').ok and not lesson_07.holding.check(None).ok\n"
        "os.kill(os.getpid(), signal.SIGKILL if os.name != 'nt' else signal.SIGTERM)\n"
    )
    folder = tmp_path / "not yet made"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "COURSE_PROGRESS": str(folder)})
    monkeypatch.setenv("COURSE_PROGRESS", str(folder))
    assert progress.solved() == {("07", "letter")}
    line = next(line for line in repr(exercises.CourseMap()).splitlines() if line.startswith("07"))
    assert "○●○○" in line
    assert "○●○○" in exercises.CourseMap()._repr_html_()
    progress.forget()
    assert progress.solved() == set()


def test_progress_is_kept_in_the_users_data_folder_and_never_required(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    assert "gradient-leakage-course" in str(progress.folder())
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "below"))
    assert doubled().check(lambda v: 2 * v).ok
    monkeypatch.setenv("COURSE_PROGRESS", "")
    progress.mark_solved("07", "letter")
    assert progress.solved() == set()
