"""Lesson 09: grey values on paper, recover a layer's input, read the label, find the units that saw one picture."""

import numpy as np

from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "A leak by division gives the picture back"


def _numbers(result):
    """What came back as an array of float64, or None where it holds something else than real numbers."""
    if isinstance(result, dict):
        return None
    if isinstance(result, (set, range, map, filter)) or hasattr(result, "__next__"):
        result = list(result)
    try:
        numbers = np.asarray(result)
        return numbers.astype("float64") if numbers.dtype.kind in "iuf" else None
    except (TypeError, ValueError):
        return None


# ---- grey_values


def _observe_grey_values(answer):
    if isinstance(answer, dict) or isinstance(answer, (str, bool)):
        return "no list of four numbers"
    numbers = _numbers(answer)
    if numbers is None:
        return "no list of four numbers"
    return numbers.ravel() if numbers.size == 4 else Told("one number" if numbers.size == 1 else "another count")


grey_values = Exercise(
    "09",
    "grey_values",
    kind="value",
    observe=_observe_grey_values,
    hints=[
        "It is the table of section 1 with one unit. What did you do there with each entry of the column?",
        "Divide each slope of a wire by the slope of the bias. Minus divided by minus is plus.",
        "The first one is −0.1 / −0.5 = 0.2. Go on like this with 0, with −0.4 and with −0.2.",
    ],
    mistakes=[
        Mistake(
            [-0.2, 0, -0.8, -0.4],
            "The sizes are right, the signs are not: minus divided by minus is plus. Grey values are never below 0.",
        ),
        Mistake(
            [0.05, 0, 0.2, 0.1],
            "You multiplied. The column *is* the picture times the slope of the bias, so undo the times: divide.",
        ),
        Mistake(
            [-0.1, 0, -0.4, -0.2],
            "Those are the slopes themselves. Divide each of them by the slope of the bias, −0.5.",
        ),
        Mistake(
            [0.1, 0, 0.4, 0.2],
            "Those are the slopes without their sign. Divide each of them by the slope of the bias, −0.5.",
        ),
        Mistake(
            [5, 0, 1.25, 2.5],
            "The fraction stands on its head. The wire's slope is above, the bias slope is below.",
        ),
        Mistake(
            [0.25, 0, 1, 0.5],
            "You divided by the largest slope of a wire, so that the brightest is 1. Divide by the slope of the bias.",
        ),
        Mistake(
            [0.4, 0.5, 0.1, 0.3],
            "You subtracted the slope of the bias. The column is the picture *times* that number: divide.",
        ),
        Mistake(
            [0.8, 1, 0.2, 0.6],
            "That is the negative of the picture, white for black. The division alone gives the right one.",
        ),
        Mistake(
            [0.4, 0.8, 0, 0.2],
            "The right numbers from the last wire to the first. Keep the order of the slopes.",
        ),
        Mistake(
            [20, 0, 80, 40],
            "The right numbers as per cent. Grey values lie between 0 and 1: divide them by 100.",
        ),
        Mistake(
            0.2,
            "One number is not enough: four wires, four grey values. Write a list, as in `[1, 2, 3, 4]`.",
        ),
        Mistake(
            [0.2, 0.8, 0.4],
            "Four wires, four grey values: one for each, in the same order. The wire with the slope 0 counts, too.",
        ),
        Mistake(
            "0.2",
            "Write a list of four numbers without quotes, as in `grey_values = [1, 2, 3, 4]`.",
        ),
    ],
)


# ---- recover


PER_UNIT = "A number for each *unit* came back. Asked is one for each input: take a whole column, `[:, unit]`."


def _stranger(picture, matters):
    return np.outer(np.array(picture, "float64"), matters), np.array(matters, "float64")


def _observe_recover(answer, weight_gradient, bias_gradient):
    with np.errstate(all="ignore"):
        result = answer(weight_gradient, bias_gradient)
    if isinstance(result, (tuple, list)) and len(result) == 1:
        result = result[0]
    numbers = _numbers(result)
    if numbers is None or isinstance(result, (str, bool)):
        return result
    inputs, units = weight_gradient.shape
    if numbers.ndim == 0 or numbers.shape == (1,):
        return Told("One number came back. Asked is the whole input, one number for each row of the table.")
    if numbers.shape == (units,) and np.all(np.isfinite(numbers)):
        return Told(
            "A number for each *unit* came back. Asked is one for each input: take a whole column, `[:, unit]`."
        )
    if not np.all(np.isfinite(numbers)):
        return Told(
            "`nan` or `inf` came back: something was divided by a slope that is 0. Choose a unit whose bias slope is "
            "not 0."
        )
    return numbers[0] if numbers.shape == (1, inputs) else numbers


def _recover(unit, divide=lambda weights, biases, unit: weights[:, unit] / biases[unit]):
    return lambda weights, biases: divide(weights, biases, unit(weights, biases))


def _strongest(weights, biases):
    return np.argmax(np.abs(biases))


recover = Exercise(
    "09",
    "recover",
    inputs={
        "a stranger whose units matter with a plus": _stranger([0.2, 0.9, 0.5, 0.0], [0, 0.25, 0, 0.5, 0.05]),
        "a stranger whose units matter with a minus": _stranger(
            [0.3, 0.7, 0, 0.6, 0.45, 0.9, 0.15], [0, -0.2, 0, 0, -0.8, 0]
        ),
        "a stranger whose units matter with both signs": _stranger(
            [0.0, 0.8, 0.2, 0.4, 0.95], [0, 0, -0.6, 0.3, 0, 0.1, 0]
        ),
        "a stranger whose units matter very little": _stranger([0.55, 0.25, 0.85], [0, 0, 2e-9, -7e-9, 0, 0, 0, 0]),
    },
    observe=_observe_recover,
    hints=[
        "It is the division of section 2. First find a unit whose bias slope is not 0, then divide its column.",
        "The unit that matters most: its bias slope has the largest *size*. `np.abs` takes the sign away.",
        "`unit = np.argmax(np.abs(bias_gradient))`, then `weight_gradient[:, unit] / bias_gradient[unit]`.",
    ],
    mistakes=[
        Mistake(
            _recover(lambda weights, biases: 0),
            "`nan` or `inf` came back: something was divided by a slope that is 0. Choose a unit whose bias slope is "
            "not 0.",
        ),
        Mistake(
            _recover(lambda weights, biases: np.argmax(biases)),
            "When all units matter with a minus, the largest bias slope is 0: a unit that is asleep. Take the size "
            "without the sign, `np.abs`.",
        ),
        Mistake(
            _recover(lambda weights, biases: np.flatnonzero(biases > 0)[0]),
            "One stranger's units all matter with a minus, so no bias slope is above 0. Any that is not 0 will do.",
        ),
        Mistake(
            _recover(lambda weights, biases: np.argmin(biases)),
            "When all units matter with a plus, the smallest bias slope is 0: a unit that is asleep. Look for the one "
            "that is furthest from 0.",
        ),
        Mistake(
            _recover(lambda weights, biases: np.argmax(np.abs(weights[0]))),
            "You look for a unit in the first row. When that pixel is black its row is all 0, and a sleeping unit may "
            "be taken. Look at the bias slopes.",
        ),
        Mistake(
            _recover(lambda weights, biases: np.flatnonzero(np.abs(biases) > 1e-6)[0]),
            "One stranger's units matter very little, and none passes your bound. Any slope that is not 0 will do; "
            "the largest size is the safest.",
        ),
        Mistake(
            _recover(_strongest, lambda weights, biases, unit: weights[:, unit]),
            "That is the column: the input times how much the unit matters. Divide it by the unit's bias slope.",
        ),
        Mistake(
            _recover(_strongest, lambda weights, biases, unit: -weights[:, unit] / biases[unit]),
            "The sign is turned round. The division gives the right one by itself: minus divided by minus is plus.",
        ),
        Mistake(
            _recover(_strongest, lambda weights, biases, unit: weights[:, unit] * biases[unit]),
            "You multiplied. The column is the input times the bias slope already; undo that by a division.",
        ),
        Mistake(
            _recover(_strongest, lambda weights, biases, unit: weights[:, unit] / np.abs(biases[unit])),
            "The sign is lost: where the unit matters with a minus, the negative came back. Use `np.abs` to choose "
            "the unit, not to divide.",
        ),
        Mistake(
            _recover(_strongest, lambda weights, biases, unit: weights[:, unit] / np.max(np.abs(weights[:, unit]))),
            "You divided by the column's largest entry, so the brightest pixel became 1. Divide by the bias slope.",
        ),
        Mistake(
            _recover(_strongest, lambda weights, biases, unit: weights[0, unit] / biases[unit]),
            "One number came back. Asked is the whole input, one number for each row of the table.",
        ),
        Mistake(
            _recover(_strongest, lambda weights, biases, unit: biases[unit] / (weights[:, unit] + 1e-30)),
            "The fraction stands on its head. The column is above, the bias slope is below.",
        ),
        Mistake(
            lambda weights, biases: weights[0] / (biases + 1e-30),
            PER_UNIT,
        ),
        Mistake(
            lambda weights, biases: (weights[:, biases != 0] / biases[biases != 0]).T,
            "That is the input once for each unit that is awake. They are all the same: return one of them.",
        ),
        Mistake(
            lambda weights, biases: weights[:, biases != 0] / biases[biases != 0],
            "That has a column for each unit that is awake, and each column is the input. Return one of them.",
        ),
    ],
)


# ---- read_label


def _slopes(*numbers):
    return (np.array(numbers, "float32"),)


def _observe_read_label(answer, bias_gradient):
    result = answer(bias_gradient)
    if isinstance(result, tuple) and len(result) == 1:
        result = result[0]
    if isinstance(result, float) and result == int(result):
        return int(result)
    return result


read_label = Exercise(
    "09",
    "read_label",
    inputs={
        "five classes, none of them sure": _slopes(0.21, 0.18, -0.79, 0.25, 0.15),
        "ten classes, the first is true": _slopes(-0.97, 0.01, 0.02, 0.1, 0.2, 0.3, 0.15, 0.12, 0.05, 0.02),
        "three classes, the last is true": _slopes(0.4, 0.05, -0.45),
        "four classes, almost sure": _slopes(1e-8, -4e-7, 3e-7, 9e-8),
        "six classes, so sure that no entry is negative": _slopes(2e-9, 5e-12, 3e-8, 7e-10, 0, 1e-13),
    },
    observe=_observe_read_label,
    hints=[
        "Look at the bars of section 4. Which one is the label's, and what is special about it?",
        "It is the smallest entry, also where no entry is negative. You want its place, not its size.",
        "`np.argmin` takes the place of the smallest number.",
    ],
    mistakes=[
        Mistake(
            lambda slopes: np.argmax(slopes),
            "That is the largest entry: the wrong class that the network believes in most. The label is at the "
            "smallest one.",
        ),
        Mistake(
            lambda slopes: np.flatnonzero(slopes < 0)[0],
            "Right as long as some entry is negative. In the last try it has rounded to 0, and there is none. It is "
            "still the smallest.",
        ),
        Mistake(
            lambda slopes: next((place for place, slope in enumerate(slopes) if slope < 0), None),
            "Right as long as some entry is negative. In the last try none is, and nothing came back. Take the "
            "smallest one.",
        ),
        Mistake(
            lambda slopes: next((place for place, slope in enumerate(slopes) if slope < 0), 0),
            "Right as long as some entry is negative. In the last try none is, and class 0 came back. Take the "
            "smallest one.",
        ),
        Mistake(
            lambda slopes: next((place for place, slope in enumerate(slopes) if slope < 0), -1),
            "Right as long as some entry is negative. In the last try none is, and −1 came back. Take the smallest.",
        ),
        Mistake(
            lambda slopes: np.argmax(np.abs(slopes)),
            "The label's entry has the largest size as long as it is negative. In the last try it is 0. Take the "
            "smallest entry, with its sign.",
        ),
        Mistake(
            lambda slopes: np.argmin(np.abs(slopes)),
            "That is the entry closest to 0, without its sign. The smallest one *with* its sign is the label's.",
        ),
        Mistake(
            lambda slopes: np.min(slopes),
            "That is the smallest entry itself. The label is its place: `np.argmin`.",
        ),
        Mistake(
            lambda slopes: np.argmin(slopes) + 1,
            "One too many: the first class is 0, as places in Python begin with 0.",
        ),
        Mistake(
            lambda slopes: np.argsort(slopes),
            "That is the order of all classes. The label is the first of them.",
        ),
        Mistake(
            lambda slopes: (slopes == np.min(slopes)).astype(int),
            "That is the one-hot label. The class as one number is asked for, which is the place of the 1.",
        ),
        Mistake(
            lambda slopes: slopes == np.min(slopes),
            "That says for each class whether it is the label. The class as one number is asked for.",
        ),
        Mistake(
            lambda slopes: [place for place, slope in enumerate(slopes) if slope < 0],
            "That is a list of the negative ones, and in the last try it is empty. Return one number: the place of the "
            "smallest entry.",
        ),
    ],
)


# ---- saw_one


def _observe_saw_one(answer, sums):
    result = answer(sums)
    if result is None or isinstance(result, (str, dict)):
        return result
    if isinstance(result, tuple) and len(result) == 1 and np.ndim(result[0]):  # np.where, np.nonzero
        result = result[0]
    if getattr(getattr(result, "dtype", None), "kind", "") == "b" or (
        isinstance(result, list) and result and all(isinstance(entry, (bool, np.bool_)) for entry in result)
    ):
        kind = "for each unit" if np.shape(result) == sums.shape[1:] else "for each entry"
        return Told(f"Yes or no {kind} came back. The numbers of the units are asked for: `np.flatnonzero`.")
    numbers = _numbers(result)
    if numbers is None:
        return result
    if numbers.ndim == 0:
        return Told("One number came back. Return the numbers of *all* units that saw one picture, as a list.")
    if numbers.ndim == 2 and 1 in numbers.shape:  # np.argwhere
        numbers = numbers.ravel()
    return np.sort(numbers) if isinstance(result, set) else numbers


def _saw(which):
    return lambda sums: np.flatnonzero(which(sums))


saw_one = Exercise(
    "09",
    "saw_one",
    inputs={
        "three pictures and six units": (
            np.array([[1.2, -0.5, -0.3, 0.4, 0.9, -1], [-2, -0.1, -0.6, 0.7, -0.2, 1], [-1, -0.9, 2, 0.1, 0.3, 0]]),
        ),
        "four pictures and five units": (
            np.array(
                [[0.1, 2, 0, 0.9, -1], [-3, 1.5, 0, -2, -0.4], [0.2, -0.7, -1.2, 0.4, 0.6], [-1, 0.8, 0, -3, -0.1]]
            ),
        ),
        "two pictures and five units, of which none saw one alone": (
            np.array([[1, -1, 0.3, 0, 2.5], [0.5, -2, 0.7, 0, 0.1]]),
        ),
    },
    observe=_observe_saw_one,
    hints=[
        "`sums > 0` says for each picture and each unit whether the unit is awake. What do you count then, and along "
        "which direction?",
        "A unit is a column. `np.sum(sums > 0, axis=0)` counts for each unit how many pictures wake it.",
        "`np.flatnonzero(... == 1)` gives the places where the count is 1.",
    ],
    mistakes=[
        Mistake(
            _saw(lambda sums: np.sum(sums > 0, axis=1) == 1),
            "You counted along the rows: those are pictures that wake one unit only. A unit is a column: `axis=0`.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums > 0, axis=0) >= 1),
            "Those are the units that were awake for at least one picture. Exactly one is asked for: `== 1`.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums > 0, axis=0) == 0),
            "Those are the units that slept all the time. Count 1, not 0.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums > 0, axis=0) <= 1),
            "Units that slept all the time are among them: they saw no picture. Exactly one is asked for: `== 1`.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums > 0, axis=0) > 1),
            "Those are the units that make blends, awake for two pictures or more. The others are asked for.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums < 0, axis=0) == 1),
            "Those are the units that *slept* for exactly one picture. Awake means a sum above 0.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums >= 0, axis=0) == 1),
            "A sum of exactly 0 does not wake a unit: what comes out is 0. Write `> 0`.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums != 0, axis=0) == 1),
            "A negative sum is not 0, but the ReLU turns it into 0. Awake means above 0.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums > 0) == 1),
            "You counted over the whole table at once. Count for each unit on its own, down its column: `axis=0`.",
        ),
        Mistake(
            lambda sums: np.flatnonzero(np.sum(sums > 0, axis=0) == 1)[::-1],
            "The right units, from the last to the first. Rising order is asked for.",
        ),
        Mistake(
            lambda sums: np.argwhere((sums > 0) & (np.sum(sums > 0, axis=0) == 1)),
            "Those are pairs, a picture and its unit. The unit's number alone is asked for.",
        ),
        Mistake(
            _saw(lambda sums: sums[0] > 0),
            "Those are the units that the first picture wakes. Look at all pictures, and count.",
        ),
        Mistake(
            _saw(lambda sums: np.sum(sums, axis=0) > 0),
            "You added up the sums themselves, so a minus can hide a plus. Ask first which are above 0, then count.",
        ),
        Mistake(
            lambda sums: np.sum(sums > 0, axis=0) == 1,
            "Yes or no for each unit came back. The numbers of the units are asked for: `np.flatnonzero`.",
        ),
        Mistake(
            lambda sums: sums > 0,
            "Yes or no for each entry came back. The numbers of the units are asked for: `np.flatnonzero`.",
        ),
        Mistake(
            lambda sums: np.sum(np.sum(sums > 0, axis=0) == 1),
            "One number came back. Return the numbers of *all* units that saw one picture, as a list.",
        ),
        Mistake(
            lambda sums: np.sum(sums > 0, axis=0),
            "That is for each unit how many pictures wake it. Now find the places where this is 1.",
        ),
        Mistake(
            lambda sums: np.flatnonzero(np.sum(sums > 0, axis=0) == 1) + 1,
            "One too many: the first unit is 0, as places in Python begin with 0.",
        ),
        Mistake(
            lambda sums: [unit for unit in range(len(sums)) if np.sum(sums[:, unit] > 0) == 1],
            "`len` of a table counts its rows, the pictures. The number of units is `sums.shape[1]`.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "Why is a column, divided by its unit's bias slope, the picture?",
            [
                Option(
                    "Because the unit has learned the picture by heart.",
                    False,
                    "It works on a network that has learned nothing. The slopes hold the picture, not the weights.",
                ),
                Option(
                    "The column is the picture times how much the unit matters, and the bias slope is that number.",
                    True,
                    "Dividing undoes the times, for each of the pixels at once.",
                ),
                Option(
                    "Because there are more weights than pixels.",
                    False,
                    "One unit is enough: 784 slopes and the slope of its bias, for 784 pixels.",
                ),
            ],
        ),
        Question(
            "A batch of eight goes through a fresh layer of 256 ReLU units. Why do single pictures come out?",
            [
                Option(
                    "Some unit was asleep for seven of them, so its slopes come from one picture alone.",
                    True,
                    "The average over the batch makes them eight times fainter. The division takes that out again.",
                ),
                Option(
                    "The ReLU sorts the pictures by their brightness.",
                    False,
                    "It sorts nothing. It turns negative sums into 0, and that leaves a picture alone in a unit.",
                ),
                Option(
                    "Eight is less than ten, the number of classes.",
                    False,
                    "The classes play no part in it. With a sigmoid, eight pictures of the same digits stay a blend.",
                ),
            ],
        ),
        Question(
            "The entries of a last bias gradient are 3e-9, 1e-8, 0 and 2e-12. Which class is the label?",
            [
                Option(
                    "None: there is no negative entry.",
                    False,
                    "The network was so sure that the negative one has rounded to 0. It is still the smallest.",
                ),
                Option(
                    "The second, with the largest entry.",
                    False,
                    "That is the wrong class that the network believes in most.",
                ),
                Option(
                    "The third, with the smallest entry.",
                    True,
                    "Only the label's entry has 1 taken away, so none lies lower.",
                ),
            ],
        ),
    ]
)
