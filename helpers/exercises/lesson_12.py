"""Lesson 12: check claimed slopes by numbers, find the innocent of three snippets, write the test that was missing."""

import functools
import logging
import re

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake, is_stub
from helpers.quiz import Option, Question, Quiz

TITLE = "The label that never moved"


# ---- what the lesson defines in the open, for the solutions and for the wrong answers below


def by_numbers(function, values, step=1e-5):
    """The slopes of `function` at `values`, (n,) float64, each from its two neighbours: (n,) array."""
    slopes = np.zeros(len(values))
    for number in range(len(values)):
        up, down = values.copy(), values.copy()
        up[number] += step
        down[number] -= step
        slopes[number] = (function(up) - function(down)) / (2 * step)
    return slopes


def by_tape(function, values):
    """The slopes of `function` at `values`, (n,), as the tape says: (n,) array."""
    values = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(values)
        result = function(values)
    return tape.gradient(result, values).numpy()


def slope_in_logits(loss, y, logits):
    """The slope of loss(y, logits) in the logits: a tensor of their shape."""
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(y, logits)
    return tape.gradient(value, logits)


def push(loss, y, logits):
    """The sum of the squares of that slope: one number, which depends on y."""
    return tf.reduce_sum(slope_in_logits(loss, y, logits) ** 2)


# ---- trust


def _bowl(v):
    return v[0] ** 2 + 3 * v[0] * v[1] - v[2]


def _four(v):
    return 2 * v[0] ** 2 - v[1] ** 3 + v[2] * v[3] + 4 * v[3]


def _tiny(v):
    return 1e-6 * (v[0] ** 2 + 3 * v[1])


def _steep(v):
    return 1000 * v[0] * v[1] + 5000 * v[2] ** 2


_TRUTH = {  # each function, where it is looked at, and its slopes there, worked out by hand
    _bowl: ([1.0, 2.0, 0.5], [8.0, 3.0, -1.0]),
    _four: ([1.5, -2.0, 0.5, 1.0], [6.0, -12.0, 1.0, 4.5]),
    _tiny: ([1.0, 2.0], [2e-6, 3e-6]),
    _steep: ([1.7, 2.3, 0.91], [2300.0, 1700.0, 9100.0]),
}


def _claimed(function, change=lambda slopes: slopes):
    values, slopes = (np.array(numbers) for numbers in _TRUTH[function])
    return function, values, change(slopes)


def _without_middle(v):
    return v[0] ** 2 + 5 * v[2]


_TRUTH[_without_middle] = ([3.0, 1.0, 2.0], [6.0, 0.0, 5.0])


def _uneven(v):
    return 1000 * v[0] + 0.1 * v[1] ** 2


_TRUTH[_uneven] = ([1.0, 2.0], [1000.0, 0.4])

_CLAIMS = {
    "three right slopes": _claimed(_bowl),
    "four right slopes": _claimed(_four),
    "right slopes that are tiny": _claimed(_tiny),
    "right slopes in the thousands, with 7 digits": _claimed(_steep, lambda slopes: slopes * (1 + 3e-7)),
    "right slopes, one of which is 0": _claimed(_without_middle),
    "zeros instead of slopes": _claimed(_bowl, lambda slopes: 0 * slopes),
    "slopes with the wrong sign": _claimed(_four, lambda slopes: -slopes),
    "four slopes, the first of them wrong": _claimed(_four, lambda slopes: slopes * [1.5, 1, 1, 1]),
    "four slopes, the last of them wrong": _claimed(_four, lambda slopes: slopes * [1, 1, 1, 0.5]),
    "three slopes, half as large as they are": _claimed(_bowl, lambda slopes: 0.5 * slopes),
    "two slopes that have changed places": _claimed(_tiny, lambda slopes: slopes[::-1].copy()),
    "tiny slopes, twice as large as they are": _claimed(_tiny, lambda slopes: 2 * slopes),
    "three slopes that are 2 % too large": _claimed(_bowl, lambda slopes: 1.02 * slopes),
    "a small slope beside a large one, twice as large as it is": _claimed(_uneven, lambda slopes: slopes * [1, 2]),
    "a slope claimed where there is none": _claimed(_without_middle, lambda slopes: slopes + [0, 1, 0]),
}


def _observe_trust(answer, function, values, claimed):
    with np.errstate(all="ignore"):
        result = answer(function, values, claimed)
    if result is None:
        return result
    if isinstance(result, str):
        return Told("a text came back. Say True or False, without quotes.")
    if np.size(result) == 1 and np.asarray(result).dtype == bool:
        return bool(np.asarray(result).reshape(()))
    if np.asarray(result).dtype == bool:
        return Told("there came one True or False for each slope. One verdict is asked for, on all of them together.")
    if np.asarray(result).dtype.kind in "iuf":
        if np.size(result) == 1 and np.asarray(result).dtype.kind in "iu":
            return Told("a whole number came back. Say True or False, for example with `bool(…)`.")
        many = "numbers" if np.size(result) > 1 else "a number"
        return Told(f"{many} came back. Say True or False: compare with what still counts as right.")
    return result


def _trust(verdict, numbers=by_numbers):
    return lambda function, values, claimed: bool(verdict(numbers(function, values), claimed))


def _close(numbers, claimed, bound=1e-3):
    return np.all(np.abs(numbers - claimed) <= bound * np.abs(numbers))


def _forward_half(function, values):
    return by_numbers(function, values) / 2


def _no_half(function, values):
    return by_numbers(function, values) * 2


def _moves_for_good(function, values, claimed):
    slopes = []
    for number in range(len(values)):
        values[number] += 1e-5
        up = function(values)
        values[number] -= 2e-5
        slopes.append((up - function(values)) / 2e-5)
    return bool(_close(np.array(slopes), claimed))


trust = Exercise(
    "12",
    "trust",
    inputs=_CLAIMS,
    observe=_observe_trust,
    hints=[
        "`by_numbers(function, values)` gives slopes that you can rely on. What is left is to compare two lists.",
        "Compare the size of each difference with a thousandth of the slope itself, and ask whether *all* are small. "
        "Mind the slope that is 0: do not divide by it.",
        "`np.allclose(claimed, numbers, rtol=1e-3)` compares all entries, relative to their size. Its `atol`, the part "
        "that does not depend on size, is 1e-8 unless you say otherwise; leave it.",
    ],
    mistakes=[
        Mistake(
            _trust(lambda numbers, claimed: np.array_equal(numbers, claimed)),
            "You trust nobody, not even right slopes. Two ways to compute a slope never agree to the last digit, so "
            "`==` is too strict. Ask whether they are close.",
        ),
        Mistake(
            lambda function, values, claimed: True,
            "You trust everybody, whatever they claim. Work the slopes out by numbers, and compare.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: not _close(numbers, claimed)),
            "It is the wrong way round: True shall mean that the slopes are right.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.all(np.abs(numbers - claimed) < 1e-3)),
            "A fixed bound. Tiny slopes that are twice too large, or have changed places, lie within it. Compare the "
            "difference with the size of the slope.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.allclose(numbers, claimed, rtol=1e-3, atol=1e-3)),
            "`atol` is a fixed bound. Tiny slopes that are twice too large, or have changed places, lie within it. "
            "Set `rtol` alone.",
        ),
        Mistake(
            _trust(
                lambda numbers, claimed: np.linalg.norm(numbers - claimed) <= 1e-3 * np.linalg.norm(numbers),
            ),
            "A small slope that is twice too large came through, because a large one stands beside it. Compare each "
            "difference with its own slope, not with the largest or with all of them together.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.all(np.abs(numbers - claimed) <= 1e-3 * numbers)),
            "You blame right slopes that are negative: a thousandth of a negative slope is negative, and no size is "
            "below that. Take `np.abs` of the slope as well.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.all(numbers - claimed <= 1e-3 * numbers)),
            "Signs get in the way here: of the difference, and of the slope in the bound. Take `np.abs` of both.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.all(np.abs(numbers - claimed) < 1e-8)),
            "A fixed bound, and a narrow one: right slopes in the thousands, written with 7 digits, lie outside. "
            "Compare the difference with the size of the slope.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: _close(np.abs(numbers), np.abs(claimed))),
            "Slopes with the wrong sign came through. Compare the slopes as they are, and take `np.abs` of the "
            "difference alone.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.all(numbers - claimed <= 1e-3 * np.abs(numbers))),
            "A claimed slope that is too *large* comes through: the difference is negative then, and every negative "
            "number is below the bound. Take `np.abs` of the difference.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.all(claimed - numbers <= 1e-3 * np.abs(numbers))),
            "A claimed slope that is too *small* comes through: the difference is negative then, and every negative "
            "number is below the bound. Take `np.abs` of the difference.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: _close(numbers[:1], claimed[:1])),
            "You looked at the first slope alone. In one case only the last of four is wrong.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: _close(numbers[-1:], claimed[-1:])),
            "You looked at the last slope alone. In one case only the first of four is wrong. Does a loop overwrite "
            "its verdict?",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.isclose(numbers.sum(), claimed.sum(), rtol=1e-3)),
            "Two slopes that have changed places came through. Compare one by one; a sum or an average hides that.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.any(np.isclose(numbers, claimed, rtol=1e-3))),
            "One right slope is enough for you. All of them must be right: `np.all`.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: np.all(np.abs(numbers / claimed - 1) < 1e-3)),
            "You blame right slopes when one of them is 0. Do you divide by it? 0 / 0 is not a number. Or do you ask "
            "with `<`? 0 is not below a thousandth of 0. Write `<=` and multiply, or use `np.allclose` with `rtol`.",
        ),
        Mistake(
            _trust(lambda numbers, claimed: _close(numbers, claimed, 0.1)),
            "Slopes that are 2 % too large came through. A thousandth is the bound.",
        ),
        Mistake(
            lambda function, values, claimed: np.isclose(claimed, by_numbers(function, values), rtol=1e-3),
            "There is one True or False for each slope. One verdict is asked for, on all together: `np.all`.",
        ),
        Mistake(
            lambda function, values, claimed: float(np.max(np.abs(claimed - by_numbers(function, values)))),
            "That is how far they lie apart. Say whether it is little enough: compare it with a thousandth of the "
            "slopes.",
        ),
        Mistake(
            _trust(_close, _no_half),
            "Your own slopes are twice too large. From one neighbour to the other the run is *two* steps.",
        ),
        Mistake(
            _trust(_close, _forward_half),
            "Your own slopes are half as large as they are. Is the rise taken over one step, and divided by two?",
        ),
        Mistake(
            _moves_for_good,
            "`values` is not put back after a nudge, so the next slope is taken elsewhere, and the caller's numbers "
            "are spoiled. Nudge a copy: `values.copy()`.",
        ),
    ],
)


# ---- innocent


def _observe_innocent(answer):
    if isinstance(answer, (list, tuple, set)) and all(isinstance(part, str) for part in answer):
        answer = "".join(sorted(answer))
    if isinstance(answer, (int, np.integer)) and not isinstance(answer, bool):
        return "a number"
    text = answer.lower().strip() if isinstance(answer, str) else ""
    letters = re.findall(r"(?<![a-z])[abc](?![a-z])", text) or re.findall(r"^[abc]+$", text)
    letters = "".join(sorted(set("".join(letters))))
    return letters or "no letter"


innocent = Exercise(
    "12",
    "innocent",
    kind="value",
    observe=_observe_innocent,
    hints=[
        "Do not read, measure: compare `by_tape` and `by_numbers` for each of the three.",
        "Use a place with no special numbers, for example `v = np.array([0.5, -1.0, 2.0])`, and print both lists.",
        "Two of the three give other slopes by tape than by numbers. The one where both lists agree is innocent, "
        "whatever names stand in its code.",
    ],
    mistakes=[
        Mistake(
            "b",
            "Snippet b has no cross entropy in it, but its author wrote a derivative by hand. At 2.0, what does the "
            "tape say, and what do the numbers?",
        ),
        Mistake(
            "c",
            "The slopes of snippet c are not 0, so it looks alive. But what the tape sees is the part with 0.1 in it, "
            "and no more. Compare with the numbers.",
        ),
        Mistake("bc", "These are the two guilty ones. The innocent one is asked for."),
        Mistake("ab", "One of these two is guilty, the one with a slope that its author wrote by hand. Which is it?"),
        Mistake("ac", "One of these two is guilty. Both name a cross entropy, so names do not help: compare numbers."),
        Mistake("abc", "Two of the three are guilty. For which one do tape and numbers agree?"),
        Mistake(1, 'The snippets have letters. Write one in quotes, for example `innocent = "b"`.'),
        Mistake("?", 'Write one of the letters a, b and c in quotes, for example `innocent = "b"`.'),
    ],
)


# ---- test_label_slope


def _written_out(y, logits):
    return -tf.reduce_sum(y * tf.nn.log_softmax(logits))


def _from_probabilities(y, logits):
    return -tf.reduce_sum(y * tf.math.log(tf.nn.softmax(logits)))


def _smoothed(y, logits):
    return _written_out(0.9 * y + 0.1 / logits.shape[-1], logits)


def _fused(y, logits):
    return tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(y, logits))


def _keras(y, logits):
    return tf.reduce_sum(keras.losses.categorical_crossentropy(y, tf.nn.softmax(logits)))


def _spoiled(factor, weight=1.0):
    """A loss whose value and first slopes are right; only how its slope in the logits depends on y is off.

    Args:
        factor: what that dependence is multiplied by, one number, or a function from a vector of ones to a vector.
        weight: what the whole loss is multiplied by.
    """

    def loss(y, logits):
        logs = tf.nn.log_softmax(logits)
        held = tf.stop_gradient(logs)
        factors = tf.cast(factor(np.ones(y.shape[-1])) if callable(factor) else factor, logs.dtype)
        turned = tf.stop_gradient(y) + factors * (y - tf.stop_gradient(y))
        return -weight * tf.reduce_sum(y * held + turned * (logs - held))

    return loss


def _turned_sign(y, logits):
    return _written_out(2 * tf.stop_gradient(y) - y, logits)


def _last_class_off(ones):
    return np.append(ones[:-1], 0.0)


_LOSSES = {
    "a right loss, written out": (_written_out, True),
    "a right loss that takes the logarithm of probabilities": (_from_probabilities, True),
    "a right loss with smoothed labels": (_smoothed, True),
    "TensorFlow's fused loss": (_fused, False),
    "Keras' loss after `tf.nn.softmax`": (_keras, False),
    "a loss whose label slopes have the wrong sign": (_turned_sign, False),
    "a loss whose label slopes are twice too large": (_spoiled(2.0), False),
    "a loss whose label slopes are 1 % too large": (_spoiled(1.01), False),
    "a loss that is wrong for the last class alone": (_spoiled(_last_class_off), False),
    "a loss weighted with 0.001, whose label slopes have the wrong sign": (_spoiled(-1.0, 0.001), False),
}
_RIGHT, _BLAMED, _PASSED = (
    Told("as it should be."),
    Told("your test blames it, but its label slopes are right."),
    Told("your test lets it through, but its label slopes are wrong."),
)


def _observe_test(answer, tried):
    if is_stub(answer):
        return None
    logger = tf.get_logger()  # many small functions are compiled here, which TensorFlow would remark upon
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        result = answer(_loss(tried))
        passed = result is None or bool(result)
        if result is not None and np.asarray(result).dtype != bool:
            return Told("something came back. A test returns nothing: it complains by `assert`, or it is quiet.")
    except AssertionError:
        passed = False
    finally:
        logger.setLevel(level)
    right = _LOSSES[tried][1]
    return _RIGHT if passed == right else _PASSED if passed else _BLAMED


@functools.cache
def _loss(tried):
    """The loss as a test gets it: a list, an array or float32 is as good as a tensor."""

    def loss(y, logits):
        logits = tf.convert_to_tensor(logits)
        return _LOSSES[tried][0](tf.cast(y, logits.dtype), logits)

    loss.tried = tried
    return loss


_Y, _LOGITS = np.array([0.2, 0.3, 0.5]), tf.constant([[0.3, -0.2, 0.5]], "float64")


@functools.cache
def _measured(tried):
    """The label slopes of the push of one loss: by tape in eager mode, in a graph, and by numbers."""

    def push_at(y):
        return push(_loss(tried), y[None], _LOGITS)

    return by_tape(push_at, _Y), by_tape(tf.function(push_at), _Y), by_numbers(push_at, _Y)


def _wrong_test(close=np.allclose, graph=True, known=None):
    """The reference with one thing changed, so that it lets a wrong loss through or blames a right one.

    Args:
        close: how tape and numbers are compared.
        graph: whether the slopes in a graph are compared as well.
        known: of which loss the slopes are taken to be the right ones, instead of working them out.
    """

    def answer(loss):
        eager, in_graph, numbers = _measured(loss.tried)
        if known:
            numbers = _measured(known)[2]
        assert close(eager, numbers)
        assert not graph or close(in_graph, numbers)

    return answer


def _tape_against_tape(loss):
    eager, in_graph, _ = _measured(loss.tried)
    assert np.allclose(eager, in_graph)


def _first_slopes(loss):
    def value(y):
        return loss(y[None], _LOGITS)

    assert np.allclose(by_tape(value, _Y), by_numbers(value, _Y), rtol=1e-3)


def _slopes_in_logits(loss):
    assert np.allclose(slope_in_logits(loss, _Y[None], _LOGITS), tf.nn.softmax(_LOGITS) - _Y)


def _asserts_nothing(loss):
    np.allclose(slope_in_logits(loss, _Y[None], _LOGITS), 0)


test_label_slope = Exercise(
    "12",
    "test_label_slope",
    inputs={tried: (tried,) for tried in _LOSSES},
    observe=_observe_test,
    hints=[
        "The question is the one of section 4: how does the tape's answer compare with numbers? The function of y to "
        "ask about is `push(loss, y[None], logits)`.",
        "Choose three label numbers and three logits in float64. Make a small function of y alone, take its slopes "
        "`by_numbers` and `by_tape`, and write `assert np.allclose(…)`.",
        "Run it twice, on the function as it is and on `tf.function` of it: one loss is wrong in a graph alone. And "
        "choose a y that is not the softmax of your logits.",
    ],
    mistakes=[
        Mistake(
            _asserts_nothing,
            "Your test lets every wrong loss through. Is something asserted at the end? Is it about `push`, and not "
            "about the loss alone? And is y another one than the softmax of your logits? There all slopes are 0, "
            "right or wrong.",
        ),
        Mistake(
            _wrong_test(graph=False),
            "So close. One loss came through: Keras' own. It is right in eager mode and wrong in a graph, as in the "
            "story. Test `tf.function(…)` of your function as well.",
        ),
        Mistake(
            _wrong_test(close=lambda tape, numbers: np.any(tape != 0)),
            "Your test asks whether the slopes are 0. A slope can be wrong without being 0: compare with numbers.",
        ),
        Mistake(
            _tape_against_tape,
            "You compare the tape with the tape, eager against graph. Where both are wrong they agree. Compare with "
            "numbers, which need no tape.",
        ),
        Mistake(
            _first_slopes,
            "You test the slope of the loss itself at the label. It is right nearly everywhere. Wrong is how the slope "
            "in the *logits* depends on the label: take `push` instead of the loss.",
        ),
        Mistake(
            _slopes_in_logits,
            "You test the slopes in the logits themselves, against p − y. The wrong losses have these right. Ask how "
            "they change with the *label*: take `push`, and its slopes at y.",
        ),
        Mistake(
            _wrong_test(close=lambda tape, numbers: np.allclose(np.abs(tape), np.abs(numbers))),
            "Slopes with the wrong sign came through. Compare them as they are, without `np.abs`.",
        ),
        Mistake(
            _wrong_test(close=lambda tape, numbers: np.allclose(tape, numbers, rtol=0.1)),
            "One loss came through whose slopes are 1 % too large. Your bound is too wide: in float64 a thousandth is "
            "plenty.",
        ),
        Mistake(
            _wrong_test(close=lambda tape, numbers: np.allclose(tape, numbers, rtol=1e-3, atol=1e-3)),
            "The loss that is weighted with 0.001 came through. Its slopes are so small that a fixed bound (`atol`) "
            "hides them. Use `rtol`, and leave `atol` as it is.",
        ),
        Mistake(
            _wrong_test(close=lambda tape, numbers: np.allclose(tape[:1], numbers[:1])),
            "The loss that is wrong for the last class alone came through. Compare the slopes of all classes.",
        ),
        Mistake(
            _wrong_test(close=lambda tape, numbers: not np.allclose(tape, numbers)),
            "It is the wrong way round: right losses are blamed and wrong ones come through. What stands behind "
            "`assert` must be true for a *right* loss.",
        ),
        Mistake(
            _wrong_test(close=np.array_equal),
            "Your test blames every loss, right ones too. Tape and numbers never agree to the last digit: take "
            "`np.allclose` instead of `==`. Or are your numbers too coarse: float32, a large step, a single neighbour? "
            "Or is y a row of a table? `by_numbers` takes a list of three numbers.",
        ),
        Mistake(
            _wrong_test(known="a right loss, written out"),
            "Your test knows the slopes of the plain cross entropy by heart, and blames a right loss that smooths its "
            "labels. Work the slopes out by numbers, for the loss that you are given.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "The label bars stay exactly level for 400 steps. What does “exactly” tell you?",
            [
                Option(
                    "The rate is too small.",
                    False,
                    "A small rate moves the label slowly. But Adam's first step has the size of the rate, whatever the "
                    "slope, unless the slope is 0.",
                ),
                Option(
                    "The slope that arrives at the label is exactly 0.",
                    True,
                    "Any other number would move it a little. An exact 0, step after step, is hardly bad "
                    "luck; look into the code.",
                ),
                Option(
                    "The search is stuck in a bad valley.",
                    False,
                    "In a valley the slopes get small. They do not become 0 in all ten numbers from the first step on.",
                ),
            ],
        ),
        Question(
            "Why did the slopes by numbers find what the tape did not?",
            [
                Option(
                    "They need nothing but values of the loss, and those are right.",
                    True,
                    "They never ask for TensorFlow's recipe for a slope. That recipe is what is wrong.",
                ),
                Option(
                    "They are more exact than a tape.",
                    False,
                    "A right tape is more exact: numbers have a step, and rounding. But they cannot forget a part.",
                ),
                Option(
                    "They run in eager mode.",
                    False,
                    "They give the same in a graph. The values are right in both; the slopes are not.",
                ),
            ],
        ),
        Question(
            "May you use TensorFlow's fused loss to train a network on fixed labels?",
            [
                Option(
                    "No, its slopes are wrong.",
                    False,
                    "Its slopes in the logits are right, and training takes no others. Lesson 05 trained with a "
                    "sister of it.",
                ),
                Option(
                    "Yes. Only who takes the slope of a slope, at the label, gets a wrong answer.",
                    True,
                    "It is faster, and safer for extreme numbers. Usual training never asks the question that it "
                    "answers wrongly.",
                ),
                Option(
                    "Only in eager mode.",
                    False,
                    "Training asks for first slopes alone, and these are right in both modes.",
                ),
            ],
        ),
    ]
)
