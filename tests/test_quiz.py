import re

import pytest

from helpers import exercises
from helpers.quiz import Option, Question, Quiz

QUIZZES = {number: module.QUIZ for number, module in exercises.lessons().items()}


@pytest.mark.parametrize("quiz", QUIZZES.values(), ids=QUIZZES)
def test_three_questions_each_answer_explained(quiz):
    assert len(quiz.questions) == 3
    for question in quiz.questions:
        assert len(question.options) >= 3
        assert all(len(option.why) > 20 for option in question.options)


@pytest.mark.parametrize("quiz", QUIZZES.values(), ids=QUIZZES)
def test_the_right_answer_is_not_always_in_the_same_place(quiz):
    places = [[option.right for option in question.options].index(True) for question in quiz.questions]
    assert len(set(places)) > 1


def test_a_quiz_needs_no_kernel_and_no_pictures():
    quiz = Quiz([Question("Is `a < b`?", [Option("yes", True, "It is <so>."), Option("no", False, "It is not no.")])])
    html = quiz._repr_html_()
    assert html.count("<details>") == 2 and "<script" not in html
    assert "<code>a &lt; b</code>" in html and "&lt;so&gt;" in html
    assert re.search(r"a\) yes\n.*b\) no\nAnswers:\n1\. a\) It is", repr(quiz), re.S)


@pytest.mark.parametrize("right", [0, 2])
def test_one_right_answer(right):
    options = [Option("a", right > 0, "because of a"), Option("b", right > 1, "because of b")]
    with pytest.raises(ValueError, match="exactly one right"):
        Quiz([Question("?", options)])
