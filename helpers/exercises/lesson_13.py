"""Lesson 13: count what came back, predict what leaks, rescue a run by another start, find the false stops."""

import re

import numpy as np

from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "When the attack fails, and why"


# ---- count_back


def _row(mse, right, mse_1=0.5, right_1=False):
    stopped = "stuck" if mse is None else "steps" if mse == 0.0004 else "reached"
    row = {"network": "LeNet", "activation": "sigmoid", "weights": 0.5, "picture": 7, "starts": 2, "stopped": stopped}
    return {**row, "mse": mse, "right": right, "mse_1": mse_1, "right_1": right_1}


_ROWS = {
    "eight rows": (
        [
            _row(None, None, None, None),
            _row(0.00001, True, 0.00001, True),
            _row(None, True, None, True),
            _row(0.0004, True),
            _row(0.3, True, 0.3, True),
            _row(0.0002, False),
            _row(0.0003, False),
            _row(0.02, True),
        ],
    ),
    "four rows": ([_row(0.2, False), _row(0.0009, True), _row(0.0011, True), _row(0.001, True)],),
    "rows of which none came back": ([_row(0.25, True), _row(None, False, None, False)],),
    "rows that all came back": ([_row(0.0001, True, 0.0001, True)] * 4,),
}


def _count(rows, back=lambda row: row["mse"] < 0.001 and row["right"]):
    return sum(row["mse"] is not None and bool(back(row)) for row in rows)


def _count_to_the_first_none(rows):
    return _count(rows[: next((number for number, row in enumerate(rows) if row["mse"] is None), len(rows))])


count_back = Exercise(
    "13",
    "count_back",
    inputs=_ROWS,
    hints=[
        "Go through the rows one by one. A row counts when two things hold, and one of its numbers may be missing.",
        'Ask first whether `row["mse"] is not None`. Only then compare it with 0.001, and look at `row["right"]`.',
        'Inside the loop: `if row["mse"] is not None and row["mse"] < 0.001 and row["right"]: back += 1`.',
    ],
    mistakes=[
        Mistake(
            lambda rows: sum(row["mse"] < 0.001 and row["right"] for row in rows),
            "Some rows have no number: their `mse` is None, and None cannot be compared. Ask "
            '`row["mse"] is not None` first.',
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["mse"] < 0.001),
            'A picture with a wrong label does not count here. Ask for `row["right"]` as well.',
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["right"]),
            "The right label alone is not enough. The mse must be below 0.001, too.",
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["mse"] < 0.001 or row["right"]),
            "Both must hold, so it is `and`, not `or`.",
        ),
        Mistake(
            lambda rows: sum((row["mse"] or 0) < 0.001 and bool(row["right"]) for row in rows),
            "A row without a number was counted. Where the mse is None, nothing came back, even if the label is right.",
        ),
        Mistake(
            lambda rows: len(rows) - _count(rows),
            "That is the number of rows that failed. Count those that came back.",
        ),
        Mistake(
            lambda rows: _count(rows) / len(rows),
            "That is the share. Return how many, a whole number.",
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["mse"] > 0.001 and row["right"]),
            "The sign is the wrong way round: a small mse is a good one.",
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["mse"] < 0.01 and row["right"]),
            "The bound is 0.001, with three places. A row with more than that was counted, or one with less was not.",
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["mse"] < 0.0001 and row["right"]),
            "The bound is 0.001, one thousandth. Rows between 0.0001 and 0.001 were left out.",
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["mse"] <= 0.001 and row["right"]),
            "A row of exactly 0.001 was counted, and it is not *below* 0.001. Write `<` instead of `<=`.",
        ),
        Mistake(
            lambda rows: sum(row["stopped"] == "reached" for row in rows),
            "“reached” says only that the search thinks it has arrived. Look at the mse and at the label.",
        ),
        Mistake(
            lambda rows: sum(row["stopped"] == "reached" and row["right"] for row in rows),
            "“reached” says only that the search thinks it has arrived. The label is looked at; the mse is missing.",
        ),
        Mistake(
            _count_to_the_first_none,
            "The counting ended at the first row without a number. Skip such a row, and go on with the next.",
        ),
        Mistake(
            lambda rows: any(row["mse"] is not None and row["mse"] < 0.001 and row["right"] for row in rows),
            "That is True or False: did any row come back at all? Return how many did.",
        ),
        Mistake(
            lambda rows: sum(row["mse"] for row in rows if row["mse"] is not None and row["mse"] < 0.001),
            "The mses themselves were added up. Add 1 for each row that came back.",
        ),
        Mistake(
            lambda rows: _count(rows, lambda row: row["mse_1"] < 0.001 and row["right_1"]),
            "`mse_1` and `right_1` belong to the first start alone. Use `mse` and `right`.",
        ),
        Mistake(
            lambda rows: [row for row in rows if row["mse"] is not None and row["mse"] < 0.001 and row["right"]],
            "These are the rows themselves. Return how many they are.",
        ),
        Mistake(
            lambda rows: int(bool(_count(rows[:1]))),
            "Only the first row was looked at. Is the `return` inside the loop?",
        ),
    ],
)


# ---- comes_back: letters, as in false_stops


def _observe_letters(answer):
    if isinstance(answer, (list, tuple, set, np.ndarray)):
        answer = " ".join(part for part in answer if isinstance(part, str))
    if not isinstance(answer, str):
        return "no letters"
    letters = set(re.sub(r"\band\b|[^a-z]", "", answer.lower()))  # "a, d" and "a and d" are as good as "ad"
    return "".join(sorted(letters)) if letters and letters <= set("abcde") else "no letters"


_NO_CORNER = "There is a ReLU among them. Its slope jumps at the corner; look at the orange curves once more."
_NARROW = (
    "One is missing. Which of the four curves has a corner? And in which setting are the weights so wide that a curve "
    "with flat ends is pushed out to them? The other two come back."
)

comes_back = Exercise(
    "13",
    "comes_back",
    kind="value",
    observe=_observe_letters,
    hints=[
        "Two things keep a search from walking downhill: a corner, where slopes jump, and a flat end, which has none.",
        "Corner: look at the four curves in the picture. Flat ends: tanh has them, and wide weights push units there.",
        "One has a corner, one has wide weights with flat ends. The other two come back, so write two letters.",
    ],
    mistakes=[
        Mistake(
            "bc", "It is the other way round: these two fail. Corners and flat ends are bad for a search by slopes."
        ),
        Mistake("abcd", "Not all four. Look for a corner in one, and for wide weights in another."),
        Mistake("acd", _NO_CORNER),
        Mistake("ac", _NO_CORNER + " And swish, which is round where ReLU has its corner, is missing."),
        Mistake("cd", "ReLU and swish look alike from afar. But one of them has a corner, and the search feels it."),
        Mistake("c", "ReLU trains well, but a search by slopes of slopes needs a curve without a corner."),
        Mistake("abd", "The corner is found. But tanh with ±0.5 has flat ends, and its weights are wide."),
        Mistake("ab", "Both are tanh. With one of them the weights are so wide that its units sit on the flat ends."),
        Mistake("bd", "±0.5 is good for the paper's sigmoid. tanh is steeper, and with these weights it ends up flat."),
        Mistake("b", "±0.5 is good for the paper's sigmoid, not for tanh. It ends up on its flat ends."),
        Mistake("bcd", "One of these three has a corner, and another one is flat: tanh with wide weights."),
        Mistake(
            "abc", "One of these three has a corner, and another one is flat: tanh with wide weights. One is missing."
        ),
        Mistake("a", _NARROW + " Has swish a corner?"),
        Mistake("d", _NARROW + " Is Glorot wide?"),
        Mistake("xx", 'Write letters from a to d in quotes, for example "ab".'),
    ],
)


# ---- rescue

_NAN = float("nan")


_STARTS = {  # not among the inputs themselves: a NaN there would look as if the answer had changed it
    "three": [0.3, 0.00002, 0.1],
    "NaN first": [_NAN, 5.0, 2.0, 4.0],
    "NaN second": [0.1, _NAN, 7.0, 0.4],
    "five": [9.0, 8.0, _NAN, 8.5, 3.0],
    "one": [0.2],
}


def _observe_rescue(answer, name):
    asked, distances, starts = [], _STARTS[name], len(_STARTS[name])

    def search(seed):
        asked.append(int(seed))
        if not 0 <= int(seed) < len(distances):
            raise ValueError(f"the seed {seed} was asked for, but there are the seeds 0 to {starts - 1}")
        return distances[int(seed)], np.full((2, 3), 10.0 * int(seed) + 1)

    result = answer(search, starts)
    if result is None and not asked:
        return None
    return {
        "the seeds that were run": ", ".join(map(str, sorted(set(asked)))) or "none",
        "what came back": _said(result, distances),
    }


def _said(result, distances):
    try:
        numbers = np.asarray(result, "float64")
    except (TypeError, ValueError):
        return "two things" if isinstance(result, (tuple, list)) else f"a {type(result).__name__}"
    if numbers.shape == (2, 3):
        return f"the picture of seed {round((float(numbers[0, 0]) - 1) / 10)}" if np.ptp(numbers) == 0 else "a mixture"
    if numbers.ndim == 0:
        if result is None or np.isnan(numbers):
            return "nothing"
        return "a distance" if float(numbers) in distances else "one number"
    return f"an array of shape {numbers.shape}"


def _rescue(choose, what=1, first=0, stop=0):
    def answer(search, starts):
        runs = [search(seed) for seed in range(first, starts + stop)]
        best = choose([distance for distance, _ in runs])
        return runs[best] if what is None else runs[best][what]

    return answer


def _plain_min(distances):
    return distances.index(min(distances))


def _first_good(search, starts):
    for seed in range(starts):
        distance, picture = search(seed)
        if not np.isnan(distance):
            return picture


def _from_zero(search, starts):
    for seed in range(starts):
        search(seed)


def _last_better(search, starts):
    before, kept = np.inf, None
    for seed in range(starts):
        distance, picture = search(seed)
        if distance < before:
            kept = picture
        before = distance
    return kept


def _stops_at_nan(search, starts):
    best, kept = np.inf, None
    for seed in range(starts):
        distance, picture = search(seed)
        if np.isnan(distance):
            break
        if distance < best:
            best, kept = distance, picture
    return kept


def _counts_without_nan(search, starts):
    runs = [search(seed) for seed in range(starts)]
    good = [distance for distance, _ in runs if not np.isnan(distance)]
    return runs[good.index(min(good))][1]


def _number_of_the_start(search, starts):
    return int(np.nanargmin([search(seed)[0] for seed in range(starts)]))


def _average(search, starts):
    return np.mean([search(seed)[1] for seed in range(starts)], axis=0)


def _all_but_the_last(search, starts):
    runs = [search(seed) for seed in range(max(1, starts - 1))]
    return runs[int(np.nanargmin([distance for distance, _ in runs]))][1]


rescue = Exercise(
    "13",
    "rescue",
    inputs={
        "the distances 0.3, 0.00002, 0.1": ("three",),
        "the distances NaN, 5, 2, 4": ("NaN first",),
        "the distances 0.1, NaN, 7, 0.4": ("NaN second",),
        "the distances 9, 8, NaN, 8.5, 3": ("five",),
        "one start": ("one",),
    },
    observe=_observe_rescue,
    hints=[
        "Keep two things while you loop: the smallest distance so far, and its picture.",
        "Begin with `best_distance = np.inf`, larger than any number. Skip a start where `np.isnan(distance)`.",
        "In the loop: `distance, picture = search(seed)`, then `if distance < best_distance:` keep both. NaN is never "
        "smaller, so this leaves it out.",
    ],
    mistakes=[
        Mistake(
            _rescue(_plain_min),
            "A NaN that came first was kept, as nothing is smaller than NaN. Take the NaN out before you compare.",
        ),
        Mistake(
            _rescue(lambda distances: int(np.argmin(distances))),
            "NumPy takes NaN for the smallest. Use `np.nanargmin`, or leave out starts where `np.isnan(distance)`.",
        ),
        Mistake(
            _rescue(lambda distances: -1),
            "That is the picture of the last start. The best one is asked for. If you keep the best picture, keep its "
            "distance as well.",
        ),
        Mistake(
            lambda search, starts: [search(0) for _ in range(starts)][0][1],
            "Only the seed 0 was run. Give `seed` to `search`, and put the `return` behind the loop, not inside.",
            key="the seeds that were run",
        ),
        Mistake(
            _stops_at_nan,
            "A NaN ended the loop. Skip that start and go on to the next one: `continue`, not `break`.",
        ),
        Mistake(
            _counts_without_nan,
            "The NaN was taken out of the distances, but not out of the pictures. So the places no longer match.",
        ),
        Mistake(
            _number_of_the_start,
            "That is the number of the best start. Return its picture.",
        ),
        Mistake(
            _average,
            "These are all pictures mixed into one. Return a single picture, that of the smallest distance.",
        ),
        Mistake(
            _rescue(lambda distances: 0),
            "That is always the picture of the first start, whatever came of it.",
        ),
        Mistake(
            _rescue(lambda distances: int(np.nanargmax(distances))),
            "That is the worst start. The smallest distance wins.",
        ),
        Mistake(
            _rescue(lambda distances: int(np.nanargmin(distances)), what=0),
            "That is the smallest distance. Return its picture.",
        ),
        Mistake(
            _rescue(lambda distances: int(np.nanargmin(distances)), what=None),
            "Two things came back, or a pair. Return the picture alone.",
        ),
        Mistake(
            _rescue(lambda distances: int(np.nanargmin(distances)), first=1, stop=1),
            "The seeds begin at 0: `range(starts)` gives 0, 1, 2 …, as many as `starts` says.",
        ),
        Mistake(
            _all_but_the_last,
            "The last start was left out. `range(starts)` ends before `starts` by itself.",
            key="the seeds that were run",
        ),
        Mistake(
            _from_zero,
            "No distance is below 0, so nothing was kept. Begin with `best_distance = np.inf`.",
        ),
        Mistake(
            _first_good,
            "That is the first start without NaN. A later one may be better: run them all.",
        ),
        Mistake(
            _last_better,
            "Each start was compared with the one before it. Compare it with the best so far.",
        ),
    ],
)


# ---- false_stops

_FALSE = "Divide: what is left over the distance of noise. Honest is at most 0.0001, a ten-thousandth. "

false_stops = Exercise(
    "13",
    "false_stops",
    kind="value",
    observe=_observe_letters,
    hints=[
        "How much is left? Divide the last column by the one before it, row by row.",
        "A ten-thousandth is 0.0001. In row a it is 0.0000009 / 400, which is far less: an honest stop.",
        "c: 0.0000009 / 0.02 = 0.000045, honest. e: 0.0000003 / 0.005 = 0.00006, honest. Two rows are left to do.",
    ],
    mistakes=[
        Mistake("ace", "These three are the honest ones. The false ones are asked for."),
        Mistake("b", _FALSE + "In b a quarter is left, which is right. But another one is false as well."),
        Mistake("d", _FALSE + "d is right. But look at b, where even noise is nearly below the bound."),
        Mistake("bcde", _FALSE + "In two of these four rows less than that is left: 0.000045 and 0.00006."),
        Mistake("bde", _FALSE + "In e: 0.0000003 / 0.005 = 0.00006."),
        Mistake("bcd", _FALSE + "In c: 0.0000009 / 0.02 = 0.000045."),
        Mistake("e", "e has the smallest last number, but what counts is the last number against that of noise."),
        Mistake("a", "In a the distance fell from 400 to less than a millionth. No stop here is more honest."),
        Mistake("abc", "These share the last number, 0.0000009. What differs is the noise; compare with that."),
        Mistake("de", _FALSE + "These two have the smallest last numbers. Compare each with its own noise."),
        Mistake("abd", _FALSE + "b and d are false. In a, 0.0000009 of 400 are left, and no stop here is more honest."),
        Mistake("bc", _FALSE + "In b it is a quarter. In c it is 0.000045, so c is honest, and one is missing."),
        Mistake("c", _FALSE + "In c it is 0.0000009 / 0.02 = 0.000045, which is less: an honest stop."),
        Mistake("abcde", "Not all. They used a poor rule, but three of them stopped late enough all the same."),
        Mistake("xx", 'Write letters from a to e in quotes, for example "ab".'),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "The attack failed on a ReLU network, from 3 starts. Is that network safe?",
            [
                Option(
                    "Yes: three starts failed, so nothing can be found.",
                    False,
                    "Only this search failed. Other attacks do not walk by slopes.",
                ),
                Option(
                    "No: this search stumbles over the corners, and other attacks do not search at all.",
                    True,
                    "Lesson 09 divides, and lesson 16 solves equations. Corners do not disturb them.",
                ),
                Option(
                    "It is, if float64 fails as well.",
                    False,
                    "More places do not make a staircase smooth. But the network is not safe either way.",
                ),
            ],
        ),
        Question(
            "A search ends with “reached”, and its picture is grainy. What do you try first?",
            [
                Option(
                    "Another start.",
                    False,
                    "The start was good: the search came close. It stopped too early.",
                ),
                Option(
                    "A later stop, measured against the distance of noise.",
                    True,
                    "Noise may be close already. Then the usual stop is a false one.",
                ),
                Option(
                    "Another activation.",
                    False,
                    "The attacker cannot choose the network. It belongs to the victim.",
                ),
            ],
        ),
        Question(
            "Somebody reports: “The attack does not work on our model.” What do you ask?",
            [
                Option(
                    "Whether they are sure.",
                    False,
                    "They are. Ask for something that can be checked.",
                ),
                Option(
                    "Which computer they used.",
                    False,
                    "That changes the seconds, and seldom the outcome.",
                ),
                Option(
                    "Of how many pictures, from how many starts, and why it failed.",
                    True,
                    "Without n it is an anecdote, and a failure without a reason may be a false stop.",
                ),
            ],
        ),
    ]
)
