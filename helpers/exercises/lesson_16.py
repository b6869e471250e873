"""Lesson 16: undo an activation, carry an error signal down, solve one layer, count before solving."""

import numpy as np

from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "No search at all"


def slide(picture, table):
    """What the lesson builds in section 5: `table` laid on each place of `picture`, multiplied and added up."""
    high, wide = np.shape(table)
    rows, columns = picture.shape[0] - high + 1, picture.shape[1] - wide + 1
    return np.array(
        [[np.sum(picture[r : r + high, c : c + wide] * table) for c in range(columns)] for r in range(rows)]
    )


# ---- undo

undo = Exercise(
    "16",
    "undo",
    inputs={
        "numbers of both signs": (np.array([3.0, -1.0, 0.0, -0.3, 0.5, -4.0, 0.1]),),
        "a table of 2×3 numbers": (np.array([[-2.0, 1.5, -0.1], [0.25, -7.0, 6.0]]),),
        "negative numbers alone": (np.array([-0.2, -0.02, -5.0]),),
    },
    hints=[
        "Two cases. Which outputs of a leaky ReLU are negative? What was done to them on the way?",
        "A number of 0 or more came through unchanged. A negative one was multiplied by 0.2. What takes that back?",
        "`np.where(a < 0, …, a)` chooses for each entry. What was multiplied by 0.2 is divided by 0.2.",
    ],
    mistakes=[
        Mistake(
            lambda a: np.where(a < 0, 0.2 * a, a),
            "That is the leaky ReLU once more. Undo it: what was multiplied by 0.2 must be divided by 0.2.",
        ),
        Mistake(
            lambda a: a / 0.2, "All numbers are divided. Those of 0 or more came through unchanged; leave them alone."
        ),
        Mistake(
            lambda a: a.copy(), "Nothing was undone. The negative outputs were larger, five times, before the ReLU."
        ),
        Mistake(
            lambda a: np.where(a > 0, a / 0.2, a),
            "The two cases are swapped: the negative numbers were multiplied by 0.2, not the positive ones.",
        ),
        Mistake(
            lambda a: np.where(a < 0, 0, a),
            "The negative numbers became 0. They are known here: a leaky ReLU lets a fifth of them through.",
        ),
        Mistake(
            lambda a: np.abs(np.where(a < 0, a / 0.2, a)),
            "The sizes are right, but the minus signs are gone. What went in was negative.",
        ),
        Mistake(
            lambda a: np.where(a < -1, a / 0.2, a),
            "Some negative numbers were left as they came: those between −1 and 0 were multiplied by 0.2 as well.",
        ),
        Mistake(
            lambda a: np.where(a < 0, a - 0.2, a),
            "0.2 was taken away. The ReLU multiplied by 0.2, so divide by it.",
        ),
        Mistake(
            lambda a: np.where(a < 0, a + 0.2, a),
            "0.2 was added. The ReLU multiplied by 0.2, so divide by it.",
        ),
        Mistake(
            lambda a: np.log(np.abs(a) + 1e-9),
            "That looks like a logarithm, which belongs to the sigmoid. A leaky ReLU needs one division.",
        ),
        Mistake(
            lambda a: a / 0.2 if a < 0 else a,
            "`if` wants one yes or no, and `a < 0` has one for each entry. `np.where` chooses for each entry.",
        ),
        Mistake(
            lambda a: np.array([x / 0.2 if x < 0 else x for x in a]),
            "Right for one row, but `a` may be a table. `np.where` takes any shape.",
        ),
        Mistake(
            lambda a: np.where(a < 0, a / 0.2, 0),
            "The numbers of 0 or more became 0. They came through unchanged, so put `a` in that place.",
        ),
        Mistake(
            lambda a: np.where(a < 0, a * 0.8, a),
            "Was 0.2 taken away from 1? The ReLU multiplied by 0.2, so divide by 0.2.",
        ),
        Mistake(
            lambda a: a[a < 0] / 0.2,
            "The entries of 0 or more are missing. Keep the shape: `np.where` chooses for each entry.",
        ),
    ],
)


# ---- carry_down

_RNG = np.random.default_rng(16)


def _layer(features, scores):
    return (
        _RNG.normal(size=(features, scores)).round(2),
        _RNG.normal(size=scores).round(2),
        _RNG.uniform(-0.95, 0.95, features).round(2),
    )


carry_down = Exercise(
    "16",
    "carry_down",
    inputs={
        "4 features and 3 scores": _layer(4, 3),
        "2 features and 5 scores": _layer(2, 5),
        "3 features and 3 scores": _layer(3, 3),
    },
    hints=[
        "Two steps: first along the wires from the scores to the features, then through the tanh.",
        "Each feature adds up weight times signal over its row of `kernel`. That is `kernel @ signal`.",
        "Then multiply by the slope of the tanh, entry by entry: `(kernel @ signal) * (1 - a**2)`.",
    ],
    mistakes=[
        Mistake(
            lambda kernel, signal, a: kernel @ signal,
            "That is the signal behind the tanh. Take it through: multiply by the slope of the tanh, `1 - a**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * a * (1 - a),
            "`a * (1 - a)` is the slope of the sigmoid. This network has a tanh: `1 - a**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * (1 - np.tanh(a) ** 2),
            "`a` is what came out of the tanh already. Do not take the tanh again: the slope is `1 - a**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * (1 - a) ** 2,
            "The square belongs to `a` alone: `1 - a**2`, not `(1 - a)**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * (1 - 2 * a),
            "The small 2 is a square, not a factor: `a**2` is `a` times `a`.",
        ),
        Mistake(
            lambda kernel, signal, a: 1 - a**2,
            "That is the slope of the tanh. The signal that comes down the wires is missing: `kernel @ signal`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) / (1 - a**2),
            "You divided by the slope. A flat tanh lets little through, so multiply by it.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * np.arctanh(a),
            "You undid the tanh. Here its slope is needed: how much of a small change it lets through, `1 - a**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * a,
            "Multiplied by the output itself. What a tanh lets through is its slope, `1 - a**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel.T @ signal) * (1 - a**2),
            "`kernel.T` has rows and columns exchanged. A row of `kernel` belongs to a feature: `kernel @ signal`.",
        ),
        Mistake(
            lambda kernel, signal, a: (signal @ kernel) * (1 - a**2),
            "`signal @ kernel` adds up over the features. Each feature adds up over its row: `kernel @ signal`.",
        ),
        Mistake(
            lambda kernel, signal, a: -(kernel @ signal) * (1 - a**2),
            "All the signs are turned round. Nothing is subtracted on the way down.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * 1 - a**2,
            "Python multiplies before it subtracts. Put the slope in parentheses: `* (1 - a**2)`.",
        ),
        Mistake(
            lambda kernel, signal, a: kernel @ signal + (1 - a**2),
            "The slope was added. What a tanh lets through is the signal *times* its slope.",
        ),
        Mistake(
            lambda kernel, signal, a: np.cumsum(kernel @ signal) * (1 - a**2),
            "The sum ran on from feature to feature. Begin it anew with 0 for each of them.",
        ),
        Mistake(
            lambda kernel, signal, a: np.tanh(kernel @ signal),
            "The signal was put into the tanh, as on the way forth. On the way back multiply by the slope, `1 - a**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * a**2,
            "`a**2` is what the slope lacks of 1. The slope itself is `1 - a**2`.",
        ),
        Mistake(
            lambda kernel, signal, a: np.sum(kernel * signal) * (1 - a**2),
            "All products of all features were added into one number. Each feature adds up over its own row.",
        ),
        Mistake(
            lambda kernel, signal, a: kernel @ (signal * (1 - a**2)),
            "The slope belongs to the features, so it comes after the sum: `(kernel @ signal) * (1 - a**2)`.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel @ signal) * (1 - signal**2),
            "The slope of the tanh is taken where the features are: `1 - a**2`, not at the scores' signals.",
        ),
        Mistake(
            lambda kernel, signal, a: (kernel * signal) * (1 - a**2)[:, None],
            "These are the products, one for each wire. Add them up for each feature: `@` in place of `*`.",
        ),
        Mistake(
            lambda kernel, signal, a: kernel.mean(axis=1) * signal.sum() * (1 - a**2),
            "Weight times signal comes first, for each wire, and the sum after it: `kernel @ signal`.",
        ),
    ],
)


# ---- solve


def _slid(shape, *sizes):
    """A picture of this shape, tables of these sizes, and what comes out of each: what `solve` gets, and the truth."""
    picture = _RNG.uniform(size=shape).round(2)
    tables = [_RNG.normal(size=size).round(2) for size in sizes]
    return shape, tables, [slide(picture, table) for table in tables]


def _as_it_is(answer, shape):
    return answer.reshape(shape)


def _solve(shape, tables, results, keep=slice(None), how=_as_it_is, square=None, turn=np.transpose):
    high, wide = (square, square) if square else shape
    pixels = np.eye(high * wide).reshape(-1, high, wide)
    rows = [turn(np.array([slide(pixel, table).ravel() for pixel in pixels])) for table in tables[keep]]
    right = np.concatenate([result.ravel() for result in results[keep]])
    return how(np.linalg.lstsq(np.vstack(rows), right, rcond=None)[0], shape)


solve = Exercise(
    "16",
    "solve",
    inputs={
        "a picture of 3×4, two stamps and two signals": _slid((3, 4), (2, 2), (2, 2), (2, 3), (2, 3)),
        "a picture of 5×3, three tables of three sizes": _slid((5, 3), (2, 2), (3, 1), (1, 2)),
        "a picture of 4×4, a stamp and a signal, twice": _slid((4, 4), (3, 3), (3, 3), (2, 2), (2, 2)),
    },
    hints=[
        "It is section 5, with `shape` in place of (4, 4). How many pixels does such a picture have?",
        "`np.eye(pixels).reshape(-1, *shape)` holds a picture for each pixel. For each table, `slide` them all, lay "
        "each result out with `.ravel()`, and make columns of them with `.T`.",
        "Stack the rows of all tables with `np.vstack`, the results with `np.concatenate`, and reshape what "
        "`np.linalg.lstsq(system, right_side, rcond=None)[0]` returns.",
    ],
    mistakes=[
        Mistake(
            lambda *given: _solve(*given, how=lambda answer, shape: answer),
            "The numbers are right, but they stand in one row. Give them the picture's shape: `.reshape(shape)`.",
        ),
        Mistake(
            lambda *given: _solve(*given, how=lambda answer, shape: answer.reshape(shape[::-1])),
            "Rows and columns are exchanged in the picture. `shape` is (rows, columns), as in `.reshape(shape)`.",
        ),
        Mistake(
            lambda *given: _solve(*given, how=lambda answer, shape: answer.reshape(shape[::-1]).T),
            "The numbers are right, but laid out down the columns. `.reshape(shape)` alone goes along the rows.",
        ),
        Mistake(
            lambda *given: _solve(*given, keep=slice(0, 1)),
            "Only the first table was used, so there are too few equations. Stack the rows of all tables.",
        ),
        Mistake(
            lambda *given: _solve(*given, keep=slice(-1, None)),
            "Only the last table was used, so there are too few equations. Is the list of rows made anew in each turn?",
        ),
        Mistake(
            lambda *given: _solve(*given, keep=slice(0, 2)),
            "Only the first two tables were used. The list may be longer: stack the rows of all of them.",
        ),
        Mistake(
            lambda *given: _solve(*given, how=lambda answer, shape: (answer.reshape(shape), 0)),
            "`lstsq` returns several things. The answer is the first: `[0]`.",
        ),
        Mistake(
            lambda *given: _solve(*given, how=lambda answer, shape: np.clip(answer.reshape(shape) * 255, 0, 255)),
            "The right picture with values up to 255. In this course pictures lie between 0 and 1.",
        ),
        Mistake(
            lambda *given: _solve(*given, how=lambda answer, shape: np.round(answer.reshape(shape))),
            "The picture was rounded to 0 and 1. Return the grey values as they come.",
        ),
        Mistake(
            lambda shape, tables, results: np.linalg.solve(np.zeros((3, 2)), np.zeros(3)),
            "`np.linalg.solve` wants as many equations as unknowns. Here there are more: use `np.linalg.lstsq`.",
        ),
        Mistake(
            lambda *given: _solve(*given, turn=np.copy),
            "The tables do not fit below each other: each has a row for a pixel. A row shall be an equation: `.T`.",
        ),
        Mistake(
            lambda *given: _solve(*given, square=4),
            "A picture has `shape[0] * shape[1]` pixels. It need not be 4×4 as in section 5, nor square.",
        ),
        Mistake(
            lambda shape, tables, results: _solve(shape, [table[::-1, ::-1] for table in tables], results),
            "The tables were turned round, as `convolve` does it. In this course they slide as they are: `slide`, or "
            "`correlate2d`.",
        ),
        Mistake(
            lambda shape, tables, results: _solve(shape, tables, results[::-1]),
            "The results stand in another order than the tables. Result 0 belongs to table 0.",
        ),
        Mistake(
            lambda shape, tables, results: _solve(shape, tables, [0 * result for result in results]),
            "A black picture came back. Is the right side filled with the results?",
        ),
    ],
)


# ---- balance


def _observe_balance(answer):
    try:
        numbers = [float(number) for number in np.ravel(np.asarray(answer))]
    except (TypeError, ValueError):
        return {"unknowns": "no number", "equations": "no number", "both": "no number"}
    if len(numbers) != 2:
        numbers = [-1.0, -1.0]
    return {"unknowns": numbers[0], "equations": numbers[1], "both": numbers}


_UNKNOWNS, _EQUATIONS = 6912, 5328

balance = Exercise(
    "16",
    "balance",
    kind="value",
    observe=_observe_balance,
    tolerance=1e-9,
    hints=[
        "The unknowns are what goes into layer 2. What does 48×48 become in layer 1, whose stamps move two pixels "
        "at a time?",
        "In: 24 · 24 places with twelve numbers each. Out: 12 · 12 places with twelve numbers each. A stamp of layer 2 "
        "has 5 · 5 · 12 weights, and there are twelve stamps.",
        "Unknowns: 24 · 24 · 12. Equations: 12 · 12 · 12 from the outputs, and 5 · 5 · 12 · 12 from the slopes.",
    ],
    mistakes=[
        Mistake(
            [_EQUATIONS, _UNKNOWNS], "The right two numbers, in the other order. The unknowns come first.", key="both"
        ),
        Mistake(
            [2304, _EQUATIONS],
            "2304 is the picture itself, the input of layer 1. Layer 2 gets what layer 1 puts out.",
            key="unknowns",
        ),
        Mistake([576, _EQUATIONS], "24 · 24 is the number of places. Each place holds twelve numbers.", key="unknowns"),
        Mistake([2352, _EQUATIONS], "2352 belongs to a picture of 28×28. This one has 48×48.", key="unknowns"),
        Mistake(
            [27648, _EQUATIONS],
            "Layer 1 moves its stamps two pixels at a time, so 48×48 becomes 24×24 before layer 2.",
            key="unknowns",
        ),
        Mistake(
            [1728, _EQUATIONS],
            "12 · 12 · 12 is what comes out of layer 2. The unknowns are what goes in.",
            key="unknowns",
        ),
        Mistake([_UNKNOWNS, 1728], "These are the outputs alone. The slopes are equations, too.", key="equations"),
        Mistake([_UNKNOWNS, 3600], "These are the slopes alone. The outputs are equations, too.", key="equations"),
        Mistake(
            [_UNKNOWNS, 2028],
            "A stamp of layer 2 has 5 · 5 · 12 weights, one for each of the twelve numbers at a place. And "
            "there are twelve stamps.",
            key="equations",
        ),
        Mistake(
            [_UNKNOWNS, 3744],
            "12 · 12 is the number of places in the output. Each place holds twelve numbers.",
            key="equations",
        ),
        Mistake(
            [_UNKNOWNS, 6220800],
            "You multiplied outputs by slopes. They are two groups of equations: add them.",
            key="equations",
        ),
        Mistake(
            [_UNKNOWNS, 4188], "4188 belongs to a picture of 28×28. The outputs grow with the picture.", key="equations"
        ),
        Mistake(
            [_UNKNOWNS, 5340],
            "You counted the twelve bias slopes, too. They are sums of the error signal, in which the input does not "
            "occur, so they say nothing of it.",
            key="equations",
        ),
        Mistake(
            [_UNKNOWNS, 10512],
            "Layer 2 moves its stamps two pixels at a time as well: 24×24 goes in, and 12×12 places come out.",
            key="equations",
        ),
        Mistake(
            [_UNKNOWNS, 7212],
            "The outputs of layer 2 are 12 · 12 places with twelve numbers, and its slopes 5 · 5 · 12 · 12. Your sum "
            "belongs to layer 1.",
            key="equations",
        ),
        Mistake(
            [_UNKNOWNS - _EQUATIONS],
            "Write two whole numbers in a list, unknowns first, for example `[784, 2652]`.",
            key="both",
        ),
        Mistake("a", "Write two whole numbers in a list, for example `balance = [784, 2652]`."),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "A layer has 500 unknowns and 600 equations. What follows?",
            [
                Option(
                    "It can be solved.",
                    False,
                    "Some of the 600 may say the same. A count can refuse; it cannot promise.",
                ),
                Option(
                    "It may be solved, if at least 500 of the equations say something new.",
                    True,
                    "With 400 of them it could not, whatever they say.",
                ),
                Option(
                    "It cannot be solved, since no input fits 600 equations.",
                    False,
                    "The true input fits them all, up to rounding. Least squares finds it.",
                ),
            ],
        ),
        Question(
            "Why can a ReLU network be peeled, although half of its outputs are 0?",
            [
                Option(
                    "A 0 says that a 0 went in.",
                    False,
                    "It may have been any number below 0. Such an output gives no equation.",
                ),
                Option(
                    "The search helps out.",
                    False,
                    "Nothing is searched. A search does badly on this network.",
                ),
                Option(
                    "The other outputs and the slopes still give enough equations.",
                    True,
                    "There were more than needed, so some can be missing.",
                ),
            ],
        ),
        Question(
            "Why does a larger picture make layer 2 unsolvable?",
            [
                Option(
                    "Its unknowns grow with the picture, and its slopes do not.",
                    True,
                    "A stamp has as many weights for a stamp-sized picture as for a poster.",
                ),
                Option(
                    "The computer runs out of memory.",
                    False,
                    "It would not help to have more. Many inputs fit the same equations.",
                ),
                Option(
                    "Rounding errors grow.",
                    False,
                    "They do a little. But with too few equations even exact numbers leave many answers.",
                ),
            ],
        ),
    ]
)
