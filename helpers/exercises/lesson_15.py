"""Lesson 15: the roughness of nine pixels and of any picture, a loss with two terms, a batch that is matched."""

import numpy as np
import tensorflow as tf
from scipy.optimize import linear_sum_assignment

from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "A face comes back in colour, and four digits at once"


# ---- by_hand


def _observe_by_hand(answer):
    try:
        number = float(np.reshape(answer, ()))
    except (TypeError, ValueError):
        return "no number"
    known = (0.75, 4.5, 0.5, 0.375, 1 / 3, 2.5 / 6, 0.625, -0.25, 2.0, 2.5, 1.5, 1.125, 0.35)
    return next((f"{value:.3g}" for value in known if abs(number - value) < 0.004), "another number")


by_hand = Exercise(
    "15",
    "by_hand",
    kind="value",
    observe=_observe_by_hand,
    hints=[
        "Copy the nine numbers onto paper, with room between them. Write the step between each two neighbours.",
        "Across, row by row: 1 and 0, then 0 and 1, then 0 and 0. Divide their sum by 6. Now the six steps down.",
        "Across: 2 / 6. Down, column by column: 0 and 0.5, then 1 and 0.5, then 0 and 0.5. Add the two averages.",
    ],
    mistakes=[
        Mistake(
            4.5,
            "That is the sum of all steps. Roughness takes averages: divide the steps across by 6, the steps "
            "down by 6, and add the two.",
        ),
        Mistake(0.5, "You divided by the nine pixels. There are six steps across and six down: divide by 6."),
        Mistake(
            0.375,
            "That is the average of all twelve steps. Take the average across and the average down, and add them.",
        ),
        Mistake(1 / 3, "Those are the steps across alone. The steps down are missing."),
        Mistake(2.5 / 6, "Those are the steps down alone. The steps across are missing."),
        Mistake(0.625, "You squared the steps. Here a step of 0.5 counts as 0.5."),
        Mistake(-0.25, "A step has no sign here: from 1 to 0 is a step of 1, as is from 0 to 1."),
        Mistake(2.0, "That is the sum of the steps across. Divide it by 6, and do the same with the steps down."),
        Mistake(2.5, "That is the sum of the steps down. Divide it by 6, and do the same with the steps across."),
        Mistake(1.5, "You divided by 3. There are six steps across, two in each of the three rows, and six down."),
        Mistake(1.125, "You divided by 4. There are six steps across, two in each of the three rows, and six down."),
        Mistake(0.35, "That is the roughness of the nine pixels in the picture above. Take those in the table."),
        Mistake("a", "Write one number, for example `by_hand = 0.2`."),
    ],
)


# ---- roughness_of


def _steps(picture, axis, step=np.abs):
    return step(np.diff(np.asarray(picture, "float64"), axis=axis))


def _rough(across=True, down=True, step=np.abs, average=np.mean):
    def answer(picture):
        parts = ([_steps(picture, 1, step)] if across else []) + ([_steps(picture, 0, step)] if down else [])
        return sum(average(part) for part in parts)

    return answer


_RANDOM = np.random.default_rng(15)
_PICTURES = {
    "a grey picture of 3 rows and 5 columns": _RANDOM.integers(0, 11, (3, 5)) / 10,
    "a colour picture of 4 rows and 3 columns": _RANDOM.integers(0, 11, (4, 3, 3)) / 10,
    "a grey picture of 6 rows and 3 columns": _RANDOM.integers(0, 11, (6, 3)) / 10,
    "one grey everywhere": np.full((4, 4), 0.5),
}


def _observe_rough(answer, picture):
    result = answer(picture)
    if isinstance(result, (tuple, list)) and len(result) == 2:
        return Told("two numbers came back. One is asked for: add the average across and the average down.")
    if np.ndim(result) and np.size(result) == 3:
        return Told("three numbers came back, one for each colour. The averages go over all colours: one number.")
    return result


def _wraps(picture):
    return sum(np.mean(np.abs(picture - np.roll(picture, 1, axis))) for axis in (0, 1))


def _one_column(picture):
    return np.mean(np.abs(picture[:, 1] - picture[:, 0])) + np.mean(np.abs(picture[1] - picture[0]))


roughness_of = Exercise(
    "15",
    "roughness_of",
    inputs={tried: (picture,) for tried, picture in _PICTURES.items()},
    observe=_observe_rough,
    hints=[
        "Across first: `picture[:, 1:]` is all but the first column, `picture[:, :-1]` all but the last one.",
        "`np.abs(picture[:, 1:] - picture[:, :-1])` holds all steps across. Down, cut rows: `picture[1:]`.",
        "`np.mean(...)` of the steps across, plus `np.mean(...)` of the steps down. Colour needs nothing more.",
    ],
    mistakes=[
        Mistake(_rough(average=np.sum), "You added the steps up. Roughness takes their averages: `np.mean`."),
        Mistake(
            _rough(step=lambda steps: steps),
            "A step counts without its sign, and here up and down cancel. Take `np.abs` of each difference.",
        ),
        Mistake(
            lambda picture: sum(abs(np.mean(_steps(picture, axis, lambda steps: steps))) for axis in (0, 1)),
            "`np.abs` comes too late: inside the average, up and down have cancelled. First `abs`, then `mean`.",
        ),
        Mistake(_rough(step=np.square), "You squared the steps. Here a step of 0.5 counts as 0.5: `np.abs`."),
        Mistake(
            lambda picture: sum(np.sqrt(np.mean(_steps(picture, axis, np.square))) for axis in (0, 1)),
            "You took the root of averaged squares. Roughness is the average of the steps themselves: `np.abs`.",
        ),
        Mistake(_rough(down=False), "These are the steps across alone. Add the average step down."),
        Mistake(_rough(across=False), "These are the steps down alone. Add the average step across."),
        Mistake(
            lambda picture: np.mean(np.concatenate([_steps(picture, axis).ravel() for axis in (0, 1)])),
            "That is one average over all steps together. Take two averages, across and down, and add them.",
        ),
        Mistake(
            lambda picture: _rough()(picture) / 2,
            "That is half of it. Add the two averages; do not average them again.",
        ),
        Mistake(
            lambda picture: sum(np.sum(_steps(picture, axis)) for axis in (0, 1)) / picture.size,
            "You divided by the number of pixels. There are fewer steps than pixels: take `np.mean` of the steps.",
        ),
        Mistake(
            lambda picture: np.mean(_steps(picture, -1)) + np.mean(_steps(picture, -2)),
            "Right for grey. In colour the last axis is the colours, and red to green is no step. Count the axes from "
            "the front.",
        ),
        Mistake(
            _wraps,
            "`np.roll` goes around: it counts a step from the last column to the first one. Those are no neighbours.",
        ),
        Mistake(
            lambda picture: (
                sum(_rough()(table) for table in np.moveaxis(picture, 2, 0)) if picture.ndim == 3 else _rough()(picture)
            ),
            "Right for grey. In colour you added up the three tables; the average goes over all of their steps.",
        ),
        Mistake(
            lambda picture: _rough()(picture[..., 0] if picture.ndim == 3 else picture),
            "Right for grey. In colour you looked at the red table alone.",
        ),
        Mistake(
            lambda picture: np.mean(np.abs(picture[:, 1:] - picture[:, :-1]) + np.abs(picture[1:] - picture[:-1])),
            "The steps across and the steps down are two tables of different shapes, which cannot be added. Take the "
            "average of each first, and add the two numbers.",
        ),
        Mistake(
            lambda picture: sum(
                np.mean(np.abs(picture[2:] - picture[:-2])) for picture in (picture, np.swapaxes(picture, 0, 1))
            ),
            "These pixels lie two apart. Neighbours lie one apart: `1:` and `:-1`.",
        ),
        Mistake(
            _one_column, "That is the first step of each row and column alone. Use `1:` and `:-1` for all of them."
        ),
        Mistake(
            lambda picture: sum(np.max(_steps(picture, axis)) for axis in (0, 1)),
            "You took the largest steps. Roughness is the average step.",
        ),
        Mistake(
            lambda picture: float(np.std(picture)),
            "That says how much the pixels differ from their average, wherever they stand. Compare neighbours.",
        ),
        Mistake(
            lambda picture: 0.35,
            "That is the number of the nine pixels above. The check brings its own: compute it from `picture`.",
        ),
    ],
)


# ---- weigh


def _square(*lists):
    return float(sum(np.sum((np.asarray(parts[0], "float64") - sum(parts[1:])) ** 2) for parts in zip(*lists)))


def _gradients(*shapes, scale=1.0):
    return [(scale * _RANDOM.normal(size=shape)).round(2).astype("float32") for shape in shapes]


_CASES = {
    "two tensors and a share of 0.01": (_gradients((3, 2), (2,)), _gradients((3, 2), (2,), scale=2.0), 0.25, 0.01),
    "three tensors and a share of 0.5": (_gradients((4,), (2, 2), (5,)), _gradients((4,), (2, 2), (5,)), 0.4, 0.5),
    "a share of 0": (_gradients((2, 3), (3,)), _gradients((2, 3), (3,)), 0.7, 0.0),
}


def _observe_weigh(answer, dummy, captured, rough, share):
    result = answer(
        [tf.constant(tensor) for tensor in dummy], [tf.constant(tensor) for tensor in captured], rough, share
    )
    if isinstance(result, (tuple, list)) and len(result) > 1:
        return Told("several numbers came back. Add them up: a search can follow one number alone.")
    return result


weigh = Exercise(
    "15",
    "weigh",
    inputs=_CASES,
    observe=_observe_weigh,
    hints=[
        "Two terms: the distance of lesson 11, and what the roughness costs. Write one line for each.",
        "The size is `sum(tf.reduce_sum(b**2) for b in captured)`. The cost is share · size · roughness.",
        "The distance is `sum(tf.reduce_sum((a - b) ** 2) for a, b in zip(dummy, captured))`. Return the sum of both.",
    ],
    mistakes=[
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured),
            "That is the distance alone. Add what the roughness costs: share · size · roughness.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: share * _square(captured) * rough,
            "That is the cost of the roughness alone. Add the distance between the two gradients.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) + share * rough,
            "The size is missing: `share` is a share *of the size* of the captured gradient.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) + share * _square(dummy) * rough,
            "You took the size of the dummy's gradient, which changes with every step. Take the captured one's.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) + share * np.sqrt(_square(captured)) * rough,
            "You took the length. The size is the sum of the squares, without a root.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) - share * _square(captured) * rough,
            "With a minus, a rough picture would be a gain. Roughness costs: add it.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) + _square(captured) * rough,
            "`share` is not used: the roughness counts in full. Multiply its cost by the share.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: (
                (1 - share) * _square(dummy, captured) + share * _square(captured) * rough
            ),
            "The distance counts in full. Only the second term has a factor.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: share * (_square(dummy, captured) + _square(captured) * rough),
            "The share stands before both terms. The distance counts in full; multiply the second term alone.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: (
                sum(np.mean((a - b) ** 2) for a, b in zip(dummy, captured)) + share * _square(captured) * rough
            ),
            "The distance adds all squares up; you took their average in each tensor. Use `tf.reduce_sum`.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: (
                sum(np.mean((a - b) ** 2) for a, b in zip(dummy, captured))
                + share * sum(np.mean(b**2) for b in captured) * rough
            ),
            "Distance and size are sums; you took averages in each tensor. Use `tf.reduce_sum`.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: (
                float(sum(np.sum(np.abs(a - b)) for a, b in zip(dummy, captured))) + share * _square(captured) * rough
            ),
            "The square is missing: each difference is squared before it is added.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: (
                _square(dummy[:1], captured[:1]) + share * _square(captured[:1]) * rough
            ),
            "That is the first tensor alone. Add up over all tensors of the lists, with `zip`.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: np.sqrt(_square(dummy, captured)) + share * _square(captured) * rough,
            "You took a root of the distance. It is the sum of the squares, without a root.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) / _square(captured) + share * rough,
            "You divided everything by the size. Here the distance counts in full, and the second term is multiplied "
            "by the size.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: (
                _square(dummy, captured) + share * sum(b.numpy().size for b in captured) * rough
            ),
            "You took how many numbers the gradient has. The size is the sum of their squares.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) + share * _square(captured) / rough,
            "You divided by the roughness, so that rough pictures are cheap. Multiply by it.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: _square(dummy, captured) * share * _square(captured) * rough,
            "The two terms are added, not multiplied.",
        ),
        Mistake(
            lambda dummy, captured, rough, share: 0.7,
            "That is the result on paper. Compute it from the four things that are handed in.",
        ),
    ],
)


# ---- match


def _table(found, truth):
    return np.array([[np.mean((one - other) ** 2) for other in found] for one in truth])


def _batches():
    two = _RANDOM.random((2, 3, 4))
    three = _RANDOM.random((3, 2, 2))
    # 0.45 is nearest to 0.5 for both of the first two; who takes it decides the sum
    grey = np.array([0.5, 0.0, 0.9, 0.7])[:, None, None] * np.ones((4, 2, 3))
    taken = np.array([0.8, 0.3, 1.0, 0.6])[:, None, None] * np.ones((4, 2, 3))
    # Compared by absolute differences, these two would be paired off the other way round.
    pixels = np.array([[[0.7, 0.2, 0.0, 0.0]], [[1.0, 0.2, 0.5, 0.1]]])
    other = np.array([[[0.7, 0.1, 1.0, 0.0]], [[0.3, 0.0, 0.5, 0.1]]])
    return {
        "a batch of 2": (two[::-1] + 0.02, two),
        "a batch of 3": (three[[2, 0, 1]] - 0.03, three),
        "a batch of 4, where two are nearest to the same": (taken, grey),
        "a batch of 2 in the right order": (two + 0.01, two),
        "a batch of 2 that is hard to tell apart": (other, pixels),
    }


def _observe_match(answer, found, truth):
    result = answer(found, truth)
    if result is None:
        return None
    if np.shape(result) == found.shape:
        return Told("pictures came back. The order is asked for: whole numbers, one for each true picture.")
    if np.shape(result) == (len(found), len(found)) and np.asarray(result).dtype.kind == "f":
        return Told("a whole table came back. Which pairs have the smallest sum? Give it to `linear_sum_assignment`.")
    if np.shape(result) == (2, len(found)):
        return Told(
            "both rows and columns came back. `linear_sum_assignment` returns two lists; the second one is the order."
        )
    if np.shape(result) == () and np.asarray(result).dtype.kind == "f":
        return Told("one number came back. The order is asked for: whole numbers, one for each true picture.")
    return result


def _greedy(found, truth):
    table, order = _table(found, truth), []
    for row in table:
        row = [np.inf if place in order else error for place, error in enumerate(row)]
        order.append(int(np.argmin(row)))
    return order


match = Exercise(
    "15",
    "match",
    inputs=_batches(),
    observe=_observe_match,
    hints=[
        "First the table: a row for each true picture, a column for each found one, and in it the error.",
        "`[[np.mean((one - other) ** 2) for other in found] for one in truth]` is the table.",
        "`linear_sum_assignment(table)` returns rows and columns. The columns, `[1]`, are the order.",
    ],
    mistakes=[
        Mistake(
            lambda found, truth: linear_sum_assignment(_table(found, truth).T)[1],
            "That says where each found picture goes. Asked is the reverse: for each *true* picture, which found one. "
            "Rows of the table are the true ones.",
        ),
        Mistake(
            lambda found, truth: np.argmin(_table(found, truth), axis=1),
            "Each true picture took the nearest one, and in one batch two took the same. Each may be used once: "
            "`linear_sum_assignment`.",
        ),
        Mistake(
            lambda found, truth: np.argmin(_table(found, truth), axis=0),
            "`np.argmin` down the columns: each found picture took its nearest true one, and some are used twice. Use "
            "`linear_sum_assignment`.",
        ),
        Mistake(
            _greedy,
            "First come, first served: the first true picture takes the best one, and the last one gets the rest. Look "
            "at all ways to pair them off: `linear_sum_assignment`.",
        ),
        Mistake(
            lambda found, truth: linear_sum_assignment(_table(found, truth))[0],
            "That is 0, 1, 2 and so on for every batch. The order is the second list, the columns, of a table of "
            "`truth` against `found`.",
        ),
        Mistake(
            lambda found, truth: linear_sum_assignment(-_table(found, truth))[1],
            "These pairs have the largest sum of errors. Leave the minus and `maximize` out.",
        ),
        Mistake(
            lambda found, truth: list(range(len(found)))[::-1],
            "That turns the order round, whatever came. Compare the pictures.",
        ),
        Mistake(
            lambda found, truth: linear_sum_assignment(_table(found, truth))[1] + 1,
            "The right pairs, counted from 1. Python counts from 0.",
        ),
        Mistake(
            lambda found, truth: np.argsort([picture.mean() for picture in found]),
            "You sorted the found pictures by brightness. Compare each with each true one.",
        ),
        Mistake(
            lambda found, truth: linear_sum_assignment([[np.mean(a - b) for a in found] for b in truth])[1],
            "The square is missing: without it a picture that is too dark counts as a small error.",
        ),
        Mistake(
            lambda found, truth: linear_sum_assignment([[np.mean(np.abs(a - b)) for a in found] for b in truth])[1],
            "These are mean absolute errors. Take mean *squared* errors: they may pair off otherwise.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "The distance has fallen to a millionth, and the picture is still full of grain. What helps most?",
            [
                Option(
                    "A second term in the loss that says: faces are not grainy.",
                    True,
                    "Many pictures send nearly this gradient. The term chooses a smooth one among them.",
                ),
                Option(
                    "A larger gradient.",
                    False,
                    "Its length is not the trouble. What it does not say about grain, it does not say louder either.",
                ),
                Option(
                    "Nothing: with such a distance the picture must be right.",
                    False,
                    "You saw otherwise. A small distance means that the gradients agree, and no more.",
                ),
            ],
        ),
        Question(
            "A participant divides the gradient by 20 and sends it. The label is known. Which loss finds the picture?",
            [
                Option(
                    "The sum of squared differences.",
                    False,
                    "No ordinary picture has such a short gradient with this label, so the search breaks the picture.",
                ),
                Option(
                    "The roughness alone.",
                    False,
                    "It would give one flat grey: it does not look at the gradient at all.",
                ),
                Option(
                    "One minus the cosine.",
                    True,
                    "It compares directions, and a gradient divided by 20 still points the same way.",
                ),
            ],
        ),
        Question(
            "Two pictures come back from a batch, in the wrong order. What went wrong?",
            [
                Option(
                    "The search should have had more steps.",
                    False,
                    "No number of steps brings the order back.",
                ),
                Option(
                    "Nothing. An average does not hold the order.",
                    True,
                    "Swapped pictures send the same gradient, so any order is as good as another.",
                ),
                Option(
                    "The input should have been `[[1.0]]` and not `tf.eye(2)`.",
                    False,
                    "`tf.eye(2)` is what brings out both rows of the kernel.",
                ),
            ],
        ),
    ]
)
