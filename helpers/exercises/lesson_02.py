"""Lesson 02: a slope by tape, three reasons for None, a second derivative, steal x from a slope in w."""

import numpy as np
import tensorflow as tf

from helpers.exercises.engine import Exercise, Mistake, is_stub
from helpers.quiz import Option, Question, Quiz

TITLE = "The machine takes the gradient"


def _observe_slope(answer, *args, name="the slope", unpack=False):
    """What came back; a None that is no stub's, often the tape's, is met with a sentence of its own."""
    result = answer(*args)
    if result is ... or (result is None and is_stub(answer)):
        return result
    if unpack and np.ndim(result) and np.size(result) == 1:
        result = np.ravel(result)[0]
    return {"what came back": "`None`" if result is None else "a number", name: 0.0 if result is None else result}


def _observe_one(answer, *args):
    """The same, and one number in a list or an array is as good as the number."""
    return _observe_slope(answer, *args, unpack=True)


def _tape(function, x):
    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = function(x)
    return tape.gradient(y, x)


def _unwatched(function, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        y = function(x)
    return tape.gradient(y, x)


def _plain(target):
    """The function is called with the plain number, and the tape is asked for the slope in `target` of these."""

    def answer(function, x):
        v = tf.Variable(x)
        with tf.GradientTape() as tape:
            y = function(x)
        return tape.gradient(y, v if target == "v" else x)

    return answer


# ---- tape_slope

_FUNCTIONS = {
    "x * x": lambda x: x * x,
    "x * x * x - 2 * x": lambda x: x * x * x - 2 * x,
    "1 / x": lambda x: 1 / x,
    "tf.sin(x)": lambda x: tf.sin(x),
    "tf.sqrt(x)": lambda x: tf.sqrt(x),
}

tape_slope = Exercise(
    "02",
    "tape_slope",
    inputs={
        **{f"`{name}` at 2": (function, 2.0) for name, function in _FUNCTIONS.items()},
        "`x * x` at −1.5": (_FUNCTIONS["x * x"], -1.5),
        "`x * x * x - 2 * x` at 0.8": (_FUNCTIONS["x * x * x - 2 * x"], 0.8),
    },
    observe=_observe_slope,
    hints=[
        "Go back to the cell with `tf.Variable(3.0)`. Two things are different here: the place and the function.",
        "Put the place in a box: `x = tf.Variable(x)`. Then call `function(x)` inside the `with`.",
        "After the `with`: `return tape.gradient(y, x)`, where `y` is what `function(x)` gave.",
    ],
    mistakes=[
        Mistake(
            _unwatched,
            "`None` came back. Is there a `return`? If so, the tape saw no way from x to y: x must be a `tf.Variable`, "
            "`function(x)` must run inside the `with`, and y comes first in `tape.gradient(y, x)`.",
        ),
        Mistake(
            lambda function, x: function(tf.Variable(x)),
            "That is the height of the function, y. The slope is what `tape.gradient(y, x)` returns.",
        ),
        Mistake(
            lambda function, x: _tape(function, 3.0),
            "That is the slope at 3, wherever the check asks. Use the `x` that arrives: `tf.Variable(x)`.",
        ),
        Mistake(
            lambda function, x: _tape(_FUNCTIONS["x * x"], x),
            "That is the slope of `x * x`, whatever function the check hands in. Call `function(x)` inside the `with`.",
        ),
        Mistake(
            lambda function, x: function(x + 1.0) - function(x),
            "That is the rise over one whole step. No tape is in it; the exercise asks for the tape's slope.",
        ),
        Mistake(
            lambda function, x: (function(x + 0.01) - function(x)) / 0.01,
            "That is a numeric slope, with a step to one side. Close, but a tape is exact: use `tf.GradientTape`.",
        ),
        Mistake(
            lambda function, x: (function(x + 0.01) - function(x - 0.01)) / 0.02,
            "That is the numeric slope. Close, but the tape is exact: use `tf.GradientTape`.",
        ),
        Mistake(
            _plain("v"),
            "The function was called with a plain number, so the tape heard nothing. Put the place in a box and call "
            "the function with the box.",
        ),
        Mistake(
            _plain("x"),
            "The `x` here is a plain number, and the tape hears nothing of it. Put the place in a box, "
            "`x = tf.Variable(x)`, and call the function with the box.",
        ),
        Mistake(
            lambda function, x: _tape(function, 2.0),
            "That is the slope at 2, wherever the check asks. Use the `x` that arrives.",
        ),
    ],
)


# ---- letters


def _observe_letters(answer):
    text = "".join(answer) if isinstance(answer, (list, tuple)) and all(isinstance(a, str) for a in answer) else answer
    text = "".join(c for c in text.lower() if c.isalpha()) if isinstance(text, str) else ""
    return text if sorted(text) == list("abc") else "not each letter once"


letters = Exercise(
    "02",
    "letters",
    kind="value",
    observe=_observe_letters,
    hints=[
        "For each snippet, ask three things. Is there a point in the number? Is every line TensorFlow's? Is the whole "
        "way inside the `with`?",
        "Snippet 3 has a line that uses the variable and stands above the `with`.",
        "In snippet 1, look at the number in the box. In snippet 2, what kind of number does `float(...)` make?",
    ],
    mistakes=[
        Mistake(
            "abc",
            "None of the three yet. Begin with snippet 3: everything there is TensorFlow's, but look at which line "
            "stands above the `with`.",
        ),
        Mistake(
            "acb",
            "You found the snippet that leaves TensorFlow. The other two are swapped: compare `20` with `20.0`.",
        ),
        Mistake(
            "bac",
            "You found the whole number. Now snippet 2: all of it is inside the `with`, but one word there turns "
            "TensorFlow's number into one of Python's.",
        ),
        Mistake(
            "cab",
            "None of the three yet. Begin with snippet 1: nothing there leaves TensorFlow. Look at how its number is "
            "written.",
        ),
        Mistake(
            "cba",
            "You found the one that starts too early. The other two are swapped: which of them holds a number without "
            "a point?",
        ),
        Mistake("x", "Write three letters in quotes, each of a, b and c once. The first letter is for snippet 1."),
    ],
)


# ---- mended


def _mended(w=float, target="w", loss=lambda prediction, t: tf.square(prediction - t)):
    def answer(weight, x, t):
        box, x = tf.Variable(w(weight)), tf.Variable(float(x)) if target == "x" else x
        with tf.GradientTape() as tape:
            value = loss(box * x, t)
        return value if target == "loss" else tape.gradient(value, x if target == "x" else box)

    return answer


mended = Exercise(
    "02",
    "mended",
    inputs={
        "w = 3, x = 2, t = 10": (3, 2, 10),
        "w = 1.5, x = 4.0, t = 1.0": (1.5, 4.0, 1.0),
        "w = -2, x = 3, t = 1": (-2, 3, 1),
    },
    observe=_observe_one,
    hints=[
        "Go through the three reasons of section 5, and find each one in `broken`.",
        "Whole numbers: `tf.Variable(float(w))`. NumPy: write `w * x`. Too early: move the prediction into the `with`.",
        "Inside the `with` stand two lines, `prediction = w * x` and `loss = tf.square(prediction - t)`. The first "
        "line of the function is `w = tf.Variable(float(w))`, the last one stays.",
    ],
    mistakes=[
        Mistake(
            lambda w, x, t: _unwatched(lambda w: (w * x - t) ** 2, float(w)),
            "Still `None`, for whole numbers and for others. There are three faults, and each of them alone is enough. "
            "Is NumPy gone? Does the prediction stand inside the `with`? Is there a `return`?",
        ),
        Mistake(
            _mended(w=lambda w: w),
            "Right for numbers with a point, but `None` for whole ones. Make the box hold a number with a point: "
            "`tf.Variable(float(w))`.",
        ),
        Mistake(
            _mended(loss=lambda prediction, t: np.square(prediction - t)),
            "The last step is NumPy's, and `tape.gradient` cannot find its result in the notes. Use `tf.square`.",
        ),
        Mistake(
            _mended(target="x"),
            "That is the slope in x. Here the slope in w is asked for: `tape.gradient(loss, w)`.",
        ),
        Mistake(
            _mended(target="loss"),
            "That is the loss itself. Return what `tape.gradient(loss, w)` gives.",
        ),
        Mistake(
            _mended(loss=lambda prediction, t: prediction - t),
            "The square is missing, the third leg of the relay: the loss is `tf.square(prediction - t)`.",
        ),
        Mistake(
            lambda w, x, t: 2.0 * (w * x - t),
            "The first leg of the relay is missing: multiply by x as well. Or mend the tape, and it does so for you.",
        ),
    ],
)


# ---- second_slope


def _line(x):
    return 3 * x - 1


def _second(function, x, or_zero=True):
    x = tf.Variable(x)
    with tf.GradientTape() as outer:
        slope = _tape_of(function, x)
    bend = outer.gradient(slope, x)
    return 0.0 if bend is None and or_zero else bend


def _tape_of(function, x):
    with tf.GradientTape() as inner:
        y = function(x)
    return inner.gradient(y, x)


second_slope = Exercise(
    "02",
    "second_slope",
    inputs={
        "`x * x * x` at 2.5": (lambda x: x * x * x, 2.5),
        "`tf.sin(x)` at 1": (lambda x: tf.sin(x), 1.0),
        "`x * x` at −1.5": (lambda x: x * x, -1.5),
        "the line `3 * x - 1` at 2": (_line, 2.0),
    },
    observe=_observe_slope,
    hints=[
        "Start from the cell with `outer` and `inner`. Put `function(x)` where the curve was.",
        "`slope = inner.gradient(y, x)` stands inside the outer `with`, but outside the inner one.",
        "At the end, the line: `bend = outer.gradient(slope, x)`, then `return 0.0 if bend is None else bend`.",
    ],
    mistakes=[
        Mistake(
            lambda function, x: _second(function, x, or_zero=False),
            "Right for the curves. For the straight line you return `None`: its slope is 3 everywhere, so the tape "
            "sees no way from x to the slope. The slope of the slope is 0 there. Return `0.0` when you meet `None`.",
        ),
        Mistake(
            _unwatched,
            "`None` came back each time. Is there a `return`? If so, the outer tape did not hear the inner one: "
            "`inner.gradient(...)` must stand inside the outer `with`.",
        ),
        Mistake(
            lambda function, x: 0.0,
            "You return 0 each time. Perhaps `None` was turned into 0 everywhere: put `inner.gradient(...)` inside the "
            "outer `with`.",
        ),
        Mistake(
            _tape,
            "That is the slope, once. The outer tape must take the slope of it: `outer.gradient(slope, x)`.",
        ),
        Mistake(
            lambda function, x: _tape(function, x) ** 2,
            "That is the slope times itself. The slope of the slope is something else: how fast the slope changes.",
        ),
        Mistake(
            lambda function, x: _second(function, 2.0),
            "That is the answer at 2, wherever the check asks. Use the `x` that arrives: `tf.Variable(x)`.",
        ),
        Mistake(
            lambda function, x: function(tf.Variable(x)),
            "That is the height of the function. Return what the outer tape says.",
        ),
    ],
)


# ---- steal


def _sent(x, w, t):
    return 2 * (w * x - t) * x


def _closest(miss, places=None, gives=lambda places, best: places[best]):
    places = np.linspace(1, 5, 401) if places is None else places

    def answer(slope, w, t):
        return gives(places, int(np.argmin(miss(places, slope, w, t))))

    return answer


def _miss(x, slope, w, t):
    return np.abs(_sent(x, w, t) - slope)


def _observe_x(answer, *args):
    return _observe_slope(answer, *args, name="the x", unpack=True)


def _fits_exactly(slope, w, t):
    for x in np.linspace(1, 5, 401):
        if float(np.float32(_sent(x, w, t))) == slope:
            return x


def _watches_another(slope, w, t):
    weight = tf.Variable(float(w))
    places = np.linspace(1, 5, 401)
    misses = []
    for x in places:
        with tf.GradientTape() as tape:
            loss = (w * x - t) ** 2
        misses.append(abs(float(tape.gradient(loss, weight)) - slope))
    return places[np.argmin(misses)]


steal = Exercise(
    "02",
    "steal",
    inputs={
        f"w = {w}, t = {t} and the slope {_sent(x, w, t):g}": (_sent(x, w, t), w, t)
        for x, w, t in ((3.27, 2.0, 1.0), (1.85, 3.0, 2.0), (4.4, -1.0, 2.0), (2.6, 2.0, 3.0))
    },
    observe=_observe_x,
    tolerance=1.5e-3,
    hints=[
        "`np.linspace(1, 5, 401)` is a list of all numbers from 1 to 5 with two decimals. Go through it with a `for`.",
        "For each x: take the slope of `(weight * x - t) ** 2` in `weight` by a tape, where `weight` is "
        "`tf.Variable(float(w))`. Note how far it is from the slope that was sent, `abs(... - slope)`.",
        "Keep these differences in a list `misses`. The x you want is `places[np.argmin(misses)]`: `argmin` says where "
        "the smallest one stands.",
    ],
    mistakes=[
        Mistake(
            _closest(lambda x, slope, w, t: np.abs(2 * (w * x - t) * w - slope)),
            "You compare with the slope in x. The slope that was sent is the one in w, so the variable is the weight.",
        ),
        Mistake(
            _closest(lambda x, slope, w, t: (w * x - t) ** 2),
            "That x has the smallest loss. Nobody said that the loss is small. Look for the x whose *slope* is closest "
            "to the slope that was sent.",
        ),
        Mistake(
            _closest(lambda x, slope, w, t: _sent(x, w, t) - slope),
            "The smallest difference is a very negative one, far away. Closest means: the smallest `abs(...)`.",
        ),
        Mistake(
            _closest(_miss, gives=lambda places, best: best),
            "That is the place in your list, a whole number. Return the x that stands there: `places[best]`.",
        ),
        Mistake(
            _closest(_miss, places=np.arange(1.0, 6.0)),
            "You tried the whole numbers alone. The private number has up to two decimals: `np.linspace(1, 5, 401)`.",
        ),
        Mistake(
            _closest(_miss, places=np.linspace(1, 5, 41)),
            "You are close. You tried numbers with one decimal, and the private number may have two.",
        ),
        Mistake(
            _closest(lambda x, slope, w, t: np.abs((w * x - t) ** 2 - slope)),
            "You compare the loss with the slope that was sent. Compare slope with slope.",
        ),
        Mistake(
            lambda slope, w, t: slope,
            "That is the slope that was sent. The x that sends it is asked for.",
        ),
        Mistake(
            lambda slope, w, t: 0.0,
            "That is how far the best slope is from the one that was sent, nearly 0. Return the x that stands there: "
            "`places[np.argmin(misses)]`.",
        ),
        Mistake(
            lambda slope, w, t: 1.0,
            "The answer is 1 each time. Does `return` stand inside the loop?",
        ),
        Mistake(
            _watches_another,
            "The loss is made from `w`, but the tape watches `weight`. Write `(weight * x - t) ** 2`.",
        ),
        Mistake(
            _fits_exactly,
            "`None` came back. Is there a `return`? If so, no x fits exactly, as the tape rounds, and `==` does not "
            "hold. Keep the closest one.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "Along a relay of three steps the rates are 2, 1 and −8. What is the slope from start to end?",
            [
                Option(
                    "−5, their sum.",
                    False,
                    "Litres per kilometre and euros per litre are not added. Each runner hands over to the next.",
                ),
                Option("−16, their product.", True, "That is the chain rule, and it is what the tape does."),
                Option(
                    "−8, the last one.",
                    False,
                    "The last rate tells how the loss follows the error. The earlier legs stretch the way before that.",
                ),
            ],
        ),
        Question(
            "`tape.gradient(loss, w)` returns `None`. What does that mean?",
            [
                Option(
                    "The slope is zero.",
                    False,
                    "Then the tape would say 0. It would know the way, and the loss would not change along it.",
                ),
                Option(
                    "The loss is already as small as it gets.",
                    False,
                    "There the slope is 0, a number. `None` is not a number.",
                ),
                Option(
                    "The tape's notes hold no way from w to the loss.",
                    True,
                    "NumPy in the middle, a whole number, a step outside the `with`, or a constant nobody watched.",
                ),
            ],
        ),
        Question(
            "In (w · x − t)², in which numbers can a tape take a slope?",
            [
                Option(
                    "In w and in x, and in t as well, if it watches them.",
                    True,
                    "The tape does not care what you call a weight. What has a derivative can be trained.",
                ),
                Option(
                    "In w alone, because it is the weight.",
                    False,
                    "The word weight is ours. To the tape it is a number in a calculation, like x.",
                ),
                Option(
                    "In w, but in x only when it is a whole number.",
                    False,
                    "The other way round: in a whole number there is no slope at all.",
                ),
            ],
        ),
    ]
)
