"""Lesson 05: read a confusion table, recognise a picture in a column, count dead units, steal a grey value."""

import numpy as np

from helpers import data
from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "A network that reads digits shows what it has read"


# ---- share_of_nines


def _observe_share(answer):
    try:
        number = float(answer)
    except (TypeError, ValueError):
        return "no number"
    known = (0.8, 40 / 42, 0.4, 0.85, 40, 80, 0.2, 0.14)
    return next((f"{value:.3g}" for value in known if abs(number - value) < 0.003), "another number")


share_of_nines = Exercise(
    "05",
    "share_of_nines",
    kind="value",
    observe=_observe_share,
    hints=[
        "Rows are the truth. Which row holds all the pictures that are a 9?",
        "How many pictures stand in that row together? How many of them lie on the diagonal?",
        "The row of the 9 is 3, 7, 40. Divide the right ones by all of them.",
    ],
    mistakes=[
        Mistake(
            40 / 42,
            "You divided by the column. That is the share of the answers “9” that were right. Asked is the row: all "
            "pictures that are a 9.",
        ),
        Mistake(0.4, "You divided by all 100 pictures. Take the pictures that are a 9 alone: the sum of their row."),
        Mistake(0.85, "That is the accuracy over all three digits. Here the row of the 9 alone counts."),
        Mistake(40, "That is how many. A share is this number divided by the sum of its row."),
        Mistake(80, "The right idea, as a percentage. A number from 0 to 1 is asked for: divide it by 100."),
        Mistake(0.2, "That is the share that it read wrong. Asked is the share that it read right."),
        Mistake(0.14, "That is how often a 9 was called a 4. Look at the diagonal: 9 called a 9."),
        Mistake("a", "Write a number from 0 to 1, for example `share_of_nines = 0.5`."),
        Mistake(0.123, "Add up the row of the 9, and divide its entry on the diagonal by that sum."),
    ],
)


# ---- two_letters


def riddle():
    """Five nines, and a column from a gradient of one of them, twice: what exercise 2 asks about.

    Returns:
        candidates: (5, 28, 28) array in [0, 1].
        columns: two arrays of 784 signed numbers, what a unit that matters this much has as its slopes.
    """
    images, _ = data.load_digits()
    candidates = images[[275, 265, 37, 92, 285]]
    made_by, matters = (3, 1), (-0.021, 0.004)
    return candidates, [number * candidates[place].ravel() for place, number in zip(made_by, matters)]


def _observe_two_letters(answer):
    if isinstance(answer, (list, tuple)):
        answer = "".join(part for part in answer if isinstance(part, str))
    letters = [letter for letter in answer.lower() if letter.isalpha()] if isinstance(answer, str) else []
    if len(letters) != 2 or not set(letters) <= set("abcde"):
        letters = ["no letter"] * 2
    return {"left": letters[0], "right": letters[1]}


two_letters = Exercise(
    "05",
    "two_letters",
    kind="value",
    observe=_observe_two_letters,
    hints=[
        "White or black does not matter. Compare the shapes: where is the loop, how does the tail end?",
        "Left: the tail ends in a hook that points to the left and up. Two of the five have one; compare their loops.",
        "Right: a large loop and a straight tail. Two of the five have one; in one of them the tail leans.",
    ],
    mistakes=[
        Mistake("bd", "These two, in the other order. The left column's picture comes first."),
        Mistake("xx", 'Write two of the letters a to e, in quotes, for example "ab".'),
        Mistake("ab", "Left: the tail of a runs straight down. The column's tail ends in a hook.", key="left"),
        Mistake("bb", "Left: the tail of b has no hook at its end, and the column's tail has one.", key="left"),
        Mistake("cb", "Left: c swings far out to the right. The black tail goes straight down first.", key="left"),
        Mistake(
            "eb",
            "Left: e has a hook, too, but its loop has a dark hole far to the left. Here it is filled.",
            key="left",
        ),
        Mistake("da", "Right: a is close, but its tail leans to the left. The white tail does not.", key="right"),
        Mistake("dc", "Right: the tail of c swings to the right. The white tail goes straight down.", key="right"),
        Mistake("dd", "Right: d ends in a hook, and the white tail has none.", key="right"),
        Mistake("de", "Right: e ends in a hook, and the white tail has none. Compare the loops, too.", key="right"),
    ],
)


# ---- count_dead

_TABLES = {
    "a table with 3 inputs and 4 units": ([[0, 1, -2, 0], [0, 0, -1, 0], [0, -1, 0, 0]],),
    "a table with 4 inputs and 3 units": ([[-1, 0, -1], [-2, 0, -1], [0, 0, 0], [-3, 0, -4]],),
    "a table with 2 inputs and 5 units": ([[1, 0.5, 0, 3, 2], [2, -0.5, 1, -1, 0]],),
}

count_dead = Exercise(
    "05",
    "count_dead",
    inputs={tried: (np.array(table, "float32"),) for tried, (table,) in _TABLES.items()},
    hints=[
        "A unit is a column. It is dead when all entries of its column are 0.",
        "`weight_gradient == 0` says for each entry whether it is 0. `np.all(..., axis=0)` goes down each column.",
        "`np.all(weight_gradient == 0, axis=0)` has one True for each dead unit. `np.sum` counts them.",
    ],
    mistakes=[
        Mistake(
            lambda table: np.sum(np.all(table == 0, axis=1)),
            "You counted rows. A row belongs to an input, a column to a unit: go down the columns with `axis=0`.",
        ),
        Mistake(
            lambda table: np.sum(table == 0),
            "You counted single zeros. A unit that is alive may have some, where a pixel is black. Its column must "
            "hold nothing else.",
        ),
        Mistake(
            lambda table: np.sum(np.any(table != 0, axis=0)),
            "Those are the units that are alive. Count the others.",
        ),
        Mistake(
            lambda table: np.sum(np.any(table == 0, axis=0)),
            "One zero in a column is not enough. All its entries must be 0: `np.all` instead of `np.any`.",
        ),
        Mistake(
            lambda table: np.sum(np.sum(table, axis=0) == 0),
            "A sum of 0 can come from +1 and −1, and such a unit is alive. Look at each entry.",
        ),
        Mistake(
            lambda table: np.sum(np.max(table, axis=0) <= 0),
            "A negative column counts as dead here, but it holds the picture's negative. Dead means 0, not below 0.",
        ),
        Mistake(
            lambda table: np.sum(table[0] == 0),
            "You looked at the first row alone. That input may be a black pixel; look down the whole column.",
        ),
        Mistake(
            lambda table: np.flatnonzero(np.all(table == 0, axis=0)),
            "These are the numbers of the dead units. How many are there?",
        ),
        Mistake(
            lambda table: sum(not table[:, unit].any() for unit in range(len(table))),
            "`len` of a table counts its rows. The number of units is `weight_gradient.shape[1]`.",
        ),
        Mistake(
            lambda table: np.all(table == 0, axis=0),
            "That says for each unit whether it is dead. How many is asked: `np.sum` counts the True.",
        ),
    ],
)


# ---- steal


def _stranger(picture, matters, pixel):
    matters = np.array(matters, "float64")
    return np.outer(picture, matters), matters, pixel


def _observe_steal(answer, weight_gradient, bias_gradient, pixel):
    with np.errstate(all="ignore"):
        result = answer(weight_gradient, bias_gradient, pixel)
    try:
        numbers = np.asarray(result, "float64")
    except (TypeError, ValueError):
        return result
    if result is None or isinstance(result, (str, bool)):
        return result
    if not np.all(np.isfinite(numbers)):
        return Told("`nan` or `inf` came back, which is no grey value. Was something divided by a slope that is 0?")
    return numbers


def _steal(unit, number=lambda weights, biases, pixel, unit: weights[pixel, unit] / biases[unit]):
    return lambda weights, biases, pixel: number(weights, biases, pixel, unit(weights, biases, pixel))


def _strongest(weights, biases, pixel):
    return np.argmax(np.abs(biases))


steal = Exercise(
    "05",
    "steal",
    inputs={
        "a stranger whose live units have positive slopes, pixel 1": _stranger(
            [0.2, 0.9, 0.5, 0.1], [0, 0.5, 0, 0.25], 1
        ),
        "a stranger whose live units have negative slopes, pixel 4": _stranger(
            [0.3, 0.7, 0.1, 0.6, 0.45], [0, -0.2, 0, -0.8], 4
        ),
        "a stranger with both signs, pixel 2, which is black": _stranger(
            [0.6, 0.8, 0.0, 0.4, 1.0, 0.35, 0.15], [0, 0.3, -0.6, 0, 1.5, 0.05], 2
        ),
        "a stranger with two live units of six, pixel 0": _stranger([0.55, 0.25, 0.85], [0, 0, 0.7, 0, -0.4, 0], 0),
    },
    observe=_observe_steal,
    hints=[
        "A wire's slope is the pixel times how much the unit matters. The bias slope is how much the unit matters.",
        "Divide the one by the other. But 0 / 0 tells nothing: choose a unit whose bias slope is not 0.",
        "`unit = np.argmax(np.abs(bias_gradient))` is the unit that matters most. Divide "
        "`weight_gradient[pixel, unit]` by its bias slope.",
    ],
    mistakes=[
        Mistake(
            _steal(lambda weights, biases, pixel: 0),
            "`nan` came back: a dead unit took part, and 0 / 0 is not a number. Unit 0 is dead in all tries. Choose a "
            "unit whose bias slope is not 0.",
        ),
        Mistake(
            _steal(lambda weights, biases, pixel: 1),
            "Right for most strangers, but the unit that you chose is dead in one of them. No unit is alive in all: "
            "look for one whose bias slope is not 0.",
        ),
        Mistake(
            _steal(lambda weights, biases, pixel: np.argmax(weights[pixel])),
            "When all slopes in this row are negative or 0, the largest is 0, which may be a dead unit. Look at the "
            "size of the bias slopes.",
        ),
        Mistake(
            lambda weights, biases, pixel: weights[pixel][biases != 0] / biases[biases != 0],
            "These are the grey value once for each live unit. They are all the same: return one.",
        ),
        Mistake(
            _steal(lambda weights, biases, pixel: np.argmax(biases)),
            "Right as long as some slope is positive. When all live ones are negative, the largest is 0, a dead unit. "
            "Take the size without the sign: `np.abs`.",
        ),
        Mistake(
            _steal(lambda weights, biases, pixel: np.argmin(biases)),
            "Right as long as some slope is negative. When all live ones are positive, the smallest is 0, a dead unit. "
            "Look for the one furthest from 0.",
        ),
        Mistake(
            _steal(lambda weights, biases, pixel: np.argmax(np.abs(weights[pixel]))),
            "You look for a live unit in the pixel's own row. A black pixel has a row of zeros, so a dead unit may be "
            "picked. Look at the bias slopes.",
        ),
        Mistake(
            _steal(_strongest, lambda weights, biases, pixel, unit: weights[pixel, unit]),
            "That is the slope of one wire: the pixel times how much the unit matters. Divide by the latter.",
        ),
        Mistake(
            _steal(_strongest, lambda weights, biases, pixel, unit: biases[unit] / weights[pixel, unit]),
            "The division is upside down. Weight slope divided by bias slope.",
        ),
        Mistake(
            _steal(_strongest, lambda weights, biases, pixel, unit: weights[unit, pixel] / biases[unit]),
            "Row and column are swapped. The row is the pixel, the column is the unit: `weight_gradient[pixel, unit]`.",
        ),
        Mistake(
            _steal(_strongest, lambda weights, biases, pixel, unit: weights[:, unit] / biases[unit]),
            "That is more than was asked for: the whole picture. Return the one pixel.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "Why do we keep 297 pictures away from the training?",
            [
                Option(
                    "So that the training is faster.",
                    False,
                    "It is a little faster, but that is not why. Ask what the accuracy shall tell you.",
                ),
                Option(
                    "To see whether the network reads, or has learned its pictures by heart.",
                    True,
                    "Only pictures that it has never met can tell the two apart.",
                ),
                Option(
                    "Because their labels are wrong.",
                    False,
                    "They are as good as the others. They were chosen by a shuffle.",
                ),
            ],
        ),
        Question(
            "A column of the first weight gradient of one picture is the negative of that picture. What does it say?",
            [
                Option(
                    "This unit matters with a minus: if its sum grows, the loss falls.",
                    True,
                    "The column is the picture times one number, and here that number is below 0.",
                ),
                Option(
                    "The unit is dead.",
                    False,
                    "A dead unit has an empty column: only zeros.",
                ),
                Option(
                    "The picture was shown as a negative.",
                    False,
                    "The picture is the same for all units. What differs is one number for each unit.",
                ),
            ],
        ),
        Question(
            "What is in the first layer's gradient of one picture?",
            [
                Option(
                    "Noise that no one can read.",
                    False,
                    "It looks like noise only while it lies there in one long row. Laid out as 28×28 it is readable.",
                ),
                Option(
                    "What the network has learned so far.",
                    False,
                    "That is in the weights. The gradient says how to turn them, because of this picture.",
                ),
                Option(
                    "The picture, many times over, each time multiplied by another number.",
                    True,
                    "One number for each unit, and 0 for the dead ones.",
                ),
            ],
        ),
    ]
)
