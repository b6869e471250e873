"""Lesson 04: one unit, softmax, cross entropy of a batch, a stamp by hand, steal the input of a layer."""

import numpy as np

from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "One layer by hand"


# ---- one_unit


def _layer(inputs, units, unit):
    rng = np.random.default_rng(inputs + units)
    numbers = [rng.integers(-4, 5, size=shape) + 0.5 for shape in (inputs, (inputs, units), units)]
    return (*numbers, unit)


one_unit = Exercise(
    "04",
    "one_unit",
    inputs={
        "3 inputs and 3 units, unit 1": _layer(3, 3, 1),
        "3 inputs and 2 units, unit 1": _layer(3, 2, 1),
        "2 inputs and 4 units, unit 0": _layer(2, 4, 0),
    },
    hints=[
        "Which numbers of the table belong to one unit: a row or a column?",
        "The column is `W[:, unit]`. Multiply it with `x`, number by number, and add up.",
        "`sum(x * W[:, unit])` is the sum of the products. One number is still missing: `b[unit]`.",
    ],
    mistakes=[
        Mistake(
            lambda x, W, b, unit: np.sum(x * W[unit]) + b[unit],
            "`W[unit]` is a row, and a row belongs to an input. What belongs to a unit is a column: `W[:, unit]`.",
        ),
        Mistake(
            lambda x, W, b, unit: x @ W[unit] + b[unit],
            "`W[unit]` is a row of the table. The weights of a unit stand in a column, and the colon goes first: "
            "`W[:, unit]`.",
        ),
        Mistake(
            lambda x, W, b, unit: sum(x[i] * W[unit, i] for i in range(len(x))) + b[unit],
            "The row comes first: write `W[number, unit]`. A row belongs to an input, a column to a unit.",
        ),
        Mistake(
            lambda x, W, b, unit: sum(x[i] * W[unit][i] for i in range(len(x))) + b[unit],
            "The row comes first: write `W[number][unit]`. A row belongs to an input, a column to a unit.",
        ),
        Mistake(
            lambda x, W, b, unit: b[unit] + x[0] * W[0, unit],
            "Only the first input was counted. Does `return` stand inside the loop?",
        ),
        Mistake(
            lambda x, W, b, unit: x @ W[:, unit],
            "The bias is missing. Add `b[unit]` at the end.",
        ),
        Mistake(
            lambda x, W, b, unit: x @ W + b,
            "That is the output of all units. Return the one that `unit` asks for.",
        ),
        Mistake(
            lambda x, W, b, unit: np.sum(x * W[:, unit] + b[unit]),
            "The bias is added once for each input. Add it once, after the sum.",
        ),
        Mistake(
            lambda x, W, b, unit: x * W[:, unit] + b[unit],
            "These are the products, one for each input. Add them up before the bias is added.",
        ),
        Mistake(
            lambda x, W, b, unit: x @ W[:, unit] + b,
            "You added the biases of all units. This unit has one of its own, `b[unit]`.",
        ),
        Mistake(
            lambda x, W, b, unit: x @ W[:, unit - 1] + b[unit - 1],
            "That is the unit before. `unit` counts from 0, as Python does, so take it as it is.",
        ),
        Mistake(
            lambda x, W, b, unit: np.maximum(x @ W[:, unit] + b[unit], 0),
            "You bent the result with a ReLU. Here it is asked for as it is, and it may be negative.",
        ),
    ],
)


# ---- softmax


def _logits(rows, columns):
    return (np.random.default_rng(rows + columns).integers(-2, 4, size=(rows, columns)) + 0.25,)


def _softmax(logits, axis=1, powers=np.exp):
    return powers(logits) / np.sum(powers(logits), axis=axis, keepdims=True)


softmax = Exercise(
    "04",
    "softmax",
    inputs={
        "one row of three logits": (np.array([[2.0, 1.0, -0.5]]),),
        "three rows of four": _logits(3, 4),
        "three rows of three": _logits(3, 3),
    },
    hints=[
        "For one row you have the two steps above. Only the sum must change: one sum for each row.",
        "`np.sum(powers, axis=1)` adds along each row. It gives a list, though, and a column is needed to divide by.",
        "`keepdims=True` keeps it a column: `np.sum(powers, axis=1, keepdims=True)`. Divide `powers` by it.",
    ],
    mistakes=[
        Mistake(
            lambda logits: np.exp(logits) / np.sum(np.exp(logits)),
            "Right for one row. For more, you divide by the sum of the whole table. Each row has its own: `axis=1`.",
        ),
        Mistake(
            lambda logits: _softmax(logits, axis=0),
            "The columns sum to 1 here. A picture is a row, so add along the rows: `axis=1`.",
        ),
        Mistake(
            lambda logits: np.exp(logits) / np.sum(np.exp(logits), axis=1),
            "The sums are right, but they came as a list, and NumPy lays a list along the rows. Keep it a column: "
            "`keepdims=True`.",
        ),
        Mistake(
            lambda logits: _softmax(logits, powers=lambda values: values),
            "You divided the logits themselves. They may be negative, so first make them positive: `np.exp`.",
        ),
        Mistake(
            lambda logits: np.exp(logits) / np.sum(logits, axis=1, keepdims=True),
            "You divided by the sum of the logits. Divide by the sum of the powers.",
        ),
        Mistake(
            lambda logits: np.exp(logits[0]) / np.sum(np.exp(logits[0])),
            "That is the first row. Return a table with all rows.",
        ),
        Mistake(
            np.exp,
            "Step 2 is missing. These numbers are positive, but a row does not sum to 1 yet: divide by its sum.",
        ),
        Mistake(
            lambda logits: np.eye(logits.shape[1])[np.argmax(logits, axis=1)],
            "You gave everything to the largest logit. A softmax gives the others their share as well.",
        ),
        Mistake(
            lambda logits: 1 / (1 + np.exp(-logits)),
            "That is a sigmoid. It bends each number alone, and the rows do not sum to 1.",
        ),
        Mistake(
            lambda logits: np.sum(np.exp(logits), axis=1, keepdims=True),
            "These are the sums. Divide the powers by them.",
        ),
        Mistake(
            lambda logits: np.log(_softmax(logits)),
            "You took the logarithm as well. Stop at the probabilities.",
        ),
    ],
)


# ---- batch_loss


def _batch(pictures):
    rng = np.random.default_rng(pictures)
    return rng.dirichlet(np.ones(3), size=pictures), np.eye(3)[rng.integers(3, size=pictures)]


def _true(p, y):
    return np.sum(p * y, axis=1)


batch_loss = Exercise(
    "04",
    "batch_loss",
    inputs={"one picture": _batch(1), "two pictures": _batch(2), "four pictures": _batch(4)},
    hints=[
        "For one picture it is `-np.sum(y * np.log(p))`. For a batch, you first need that number for each row.",
        "`np.sum(..., axis=1)` adds along each row: one loss for each picture.",
        "Then the average of these losses: `np.mean(...)`. Do not forget the minus.",
    ],
    mistakes=[
        Mistake(
            lambda p, y: -np.sum(y * np.log(p)),
            "Right for one picture. For a batch you return the sum: take the average over the pictures.",
        ),
        Mistake(
            lambda p, y: -np.mean(y * np.log(p)),
            "You divided by all entries of the table, the zeros too. Sum along each row first, then take the average "
            "of the rows.",
        ),
        Mistake(
            lambda p, y: np.mean(np.sum(y * np.log(p), axis=1)),
            "The minus is missing. The logarithm of a probability is negative, and a loss shall be positive.",
        ),
        Mistake(
            lambda p, y: -np.mean(np.sum(np.log(p), axis=1)),
            "All classes are counted. Multiply by `y`, so that only the true class remains.",
        ),
        Mistake(
            lambda p, y: -np.sum(y * np.log(p), axis=1),
            "These are the losses of the single pictures. One number is asked for: their average.",
        ),
        Mistake(
            lambda p, y: -np.sum(y * np.log(p)) / p.shape[1],
            "You divided by the number of classes. Divide by the number of pictures, which are the rows.",
        ),
        Mistake(
            lambda p, y: -np.sum(y[0] * np.log(p[0])),
            "That is the loss of the first picture. Take the average over all rows.",
        ),
        Mistake(
            lambda p, y: np.mean(1 - _true(p, y)),
            "That is one minus the probability of the true class. The loss is minus its logarithm.",
        ),
        Mistake(
            lambda p, y: -np.log(np.mean(_true(p, y))),
            "Right for one picture. For more, the order matters: first the loss of each picture, then the average.",
        ),
        Mistake(
            lambda p, y: -np.mean(np.log10(_true(p, y))),
            "You used `np.log10`, another logarithm. `np.log` is the one in the table: 0.5 → 0.69.",
        ),
        Mistake(
            lambda p, y: np.mean(np.sum((p - y) ** 2, axis=1)),
            "That is a sum of squared differences. The cross entropy looks at the true class alone, and takes −log.",
        ),
    ],
)


# ---- corner

_NUMBERS = (19, 23, 20, 12, 22, 10, 3, 1, 13)


def _observe_corner(answer):
    try:
        number = float(np.asarray(answer, dtype="float64").reshape(()))
    except (TypeError, ValueError):
        return "no number"
    if not np.isfinite(number):
        return "no number"
    return f"{number:g}" if number in _NUMBERS else "another number"


corner = Exercise(
    "04",
    "corner",
    kind="value",
    observe=_observe_corner,
    hints=[
        "Which four numbers of the picture lie under the stamp when it is as low and as far left as it goes?",
        "The stamp lies on the two lowest rows and the two columns on the left.",
        "Multiply what lies on top of each other: 4 · 1, then 2 · (−1), then 1 · 2, then 5 · 3. Add the four.",
    ],
    mistakes=[
        Mistake(23, "The minus was lost. The 2 above on the right counts as 2 · (−1) = −2."),
        Mistake(20, "You turned the stamp round before you laid it down. In a network it lies as it is written."),
        Mistake(12, "That is the sum of the four numbers under the stamp. Multiply each by the stamp's number first."),
        Mistake(22, "Rows and columns of the stamp are swapped: −1 lies at the top right, and 2 at the lower left."),
        Mistake(10, "That is the upper left corner of the result. Slide the stamp down as far as it goes."),
        Mistake(3, "That is the upper right corner of the result. The lower left one is asked for."),
        Mistake(1, "That is the lower right corner of the result. The lower left one is asked for."),
        Mistake(13, "That is the left column, but one row too high. The stamp can slide down once more."),
        Mistake("x", "One number is asked for. Write it as it is, for example `corner = 7`."),
        Mistake(
            7,
            "This number comes from none of the usual slips. Multiply the four numbers under the stamp, each by the "
            "stamp's number on top of it, and add up.",
        ),
    ],
)


# ---- steal


def _sent(x, w, b, t):
    rate = 2 * (np.dot(x, w) + b - t)
    return rate * np.array(x), float(rate)


steal = Exercise(
    "04",
    "steal",
    inputs={
        "a list of three": _sent([3.0, -1.0, 0.5], [1.0, 2.0, -1.0], 0.5, 2.0),
        "a list of five": _sent([0.2, 0.1, 0.9, -0.4, 1.0], [0.3, -0.7, 1.1, 0.4, -0.2], -0.1, -1.5),
        "a list of two": _sent([-2.0, 7.0], [0.5, 0.25], 1.0, 6.0),
    },
    hints=[
        "Take the first example and write each slope below its private number. By what was each one multiplied?",
        "By the same number all along. And you hold that number, because it was sent as well.",
        "The slope in a weight is the private number times the slope in the bias. Undo the multiplication.",
    ],
    mistakes=[
        Mistake(
            lambda in_weights, in_bias: in_weights * in_bias,
            "You multiplied. Try it on the first example: the private numbers were smaller than the slopes.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_bias / in_weights,
            "The other way round. Try it on the first example: its second slope belongs to the private number 1, its "
            "first to 2.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_weights - in_bias,
            "You subtracted. In the relay the legs multiply, so look for a factor and not for a difference.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_weights,
            "That is what was sent. It has the right proportions, but not the right size.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_weights / np.sum(in_weights),
            "Now the numbers sum to 1. The private ones need not. Something else that was sent tells the size.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_weights / np.linalg.norm(in_weights),
            "The proportions are right, the size is not. Use the slope in the bias as well.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_weights / (2 * in_bias),
            "Each number is half of what it should be. The 2 of the square is in both slopes, so it cancels.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_weights / abs(in_bias),
            "The sizes are right, but in some tries all signs are turned. The slope in the bias may be negative: keep "
            "its sign.",
        ),
        Mistake(
            lambda in_weights, in_bias: [in_weights[i] / in_bias for i in range(3)],
            "Right for a list of three. The list may have any length: divide the whole array.",
        ),
        Mistake(
            lambda in_weights, in_bias: in_weights[0] / in_bias,
            "That is the first private number, and it is right. Return all of them, as a list or an array.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "A layer has 784 inputs and 128 units. Where in its kernel are the weights of one unit?",
            [
                Option(
                    "In a row: 128 numbers.",
                    False,
                    "A row belongs to one input. It holds the weight that each of the 128 units gives to this input.",
                ),
                Option("In a column: 784 numbers.", True, "One weight for each input. A column is a unit."),
                Option(
                    "In the bias: 128 numbers.",
                    False,
                    "The bias is a list of its own. It holds a single number for each unit.",
                ),
            ],
        ),
        Question(
            "All three logits grow by 5. What happens to the probabilities?",
            [
                Option(
                    "They grow as well.",
                    False,
                    "They cannot all grow: they always sum to 1.",
                ),
                Option(
                    "They come closer to each other.",
                    False,
                    "That happens when the logits come closer to each other. Their differences are what they were.",
                ),
                Option(
                    "Nothing.",
                    True,
                    "Each power grows by the same factor, and so does their sum. Only differences count.",
                ),
            ],
        ),
        Question(
            "A ReLU unit gets a negative sum. What does the tape say about the slopes of its weights?",
            [
                Option(
                    "They are 0: the unit lies on the flat part.",
                    True,
                    "One leg of the relay has rate 0, so the product is 0. The unit learns nothing, and tells nothing.",
                ),
                Option(
                    "They are negative, like the sum.",
                    False,
                    "The sign of the sum is not the slope. To the left of 0 the ReLU is flat.",
                ),
                Option(
                    "They are `None`.",
                    False,
                    "The tape knows the way, and the loss does not change along it. That is 0, a number (lesson 02).",
                ),
            ],
        ),
    ]
)
