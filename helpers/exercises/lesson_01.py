"""Lesson 01: a slope from a watch, two slopes at once, which arrow belongs where, steal a place."""

import numpy as np

from helpers.curves import hill
from helpers.exercises.engine import Exercise, Mistake, is_stub
from helpers.quiz import Option, Question, Quiz

TITLE = "A slope says which way, and how fast"


def slope(function, x, step=0.01):
    """The lesson's own, which its solutions use."""
    rise = function(x + step) - function(x - step)
    run = 2 * step
    return rise / run


# ---- watch_slope


def _number(answer, *args):
    """What the answer returned, as a plain number where it is one in disguise."""
    result = answer(*args)
    if isinstance(result, (list, tuple, np.ndarray)) and np.size(result) == 1 and np.ndim(result):
        return np.ravel(result)[0]
    return result


watch_slope = Exercise(
    "01",
    "watch_slope",
    inputs={
        "[4, 5, 7, 10], step 2, number 1": ([4, 5, 7, 10], 2, 1),
        "[4, 5, 7, 10], step 2, number 2": ([4, 5, 7, 10], 2, 2),
        "[9, 8, 4.5, 3, 3, 6], step 0.5, number 3": ([9, 8, 4.5, 3, 3, 6], 0.5, 3),
        "[9, 8, 4.5, 3, 3, 6], step 0.5, number 1": ([9, 8, 4.5, 3, 3, 6], 0.5, 1),
    },
    observe=_number,
    hints=[
        "Which two heights do you compare, and how far apart are these two places?",
        "The neighbours are `heights[number - 1]` and `heights[number + 1]`. Between them lie two steps.",
        "`rise = heights[number + 1] - heights[number - 1]`, then divide it by `2 * step`. The brackets matter.",
    ],
    mistakes=[
        Mistake(
            lambda heights, step, number: (heights[number + 1] - heights[number - 1]) / step,
            "The rise is right, the run is too short: from the left neighbour to the right one it is two steps.",
        ),
        Mistake(
            lambda heights, step, number: (heights[number + 1] - heights[number]) / step,
            "This goes from the place itself to its right neighbour. Use both neighbours, the left and the right one.",
        ),
        Mistake(
            lambda heights, step, number: (heights[number] - heights[number - 1]) / step,
            "This goes from the left neighbour to the place itself. Use both neighbours, the left and the right one.",
        ),
        Mistake(
            lambda heights, step, number: (heights[number - 1] - heights[number + 1]) / (2 * step),
            "The sign is turned round: uphill comes out negative. Take the right height minus the left one.",
        ),
        Mistake(
            lambda heights, step, number: heights[number + 1] - heights[number - 1],
            "That is the rise. The slope is the rise divided by the run, and the run is two steps.",
        ),
        Mistake(
            lambda heights, step, number: (heights[number + 1] - heights[number - 1]) / 2,
            "Divided by 2, but the steps of this watch are not 1 metre. The run is `2 * step`.",
        ),
        Mistake(
            lambda heights, step, number: (heights[number + 1] - heights[number - 1]) / 2 * step,
            "Python reads `/ 2 * step` as: divide by 2, then multiply. Put the run in brackets: `/ (2 * step)`.",
        ),
        Mistake(
            lambda heights, step, number: heights[number + 1] - heights[number - 1] / (2 * step),
            "Python divides before it subtracts, so only the left height is divided. Put the rise in brackets.",
        ),
        Mistake(
            lambda heights, step, number: 2 * step / (heights[number + 1] - heights[number - 1]),
            "This is run over rise. A slope is rise over run: the difference of the heights stands on top.",
        ),
        Mistake(
            lambda heights, step, number: abs(heights[number + 1] - heights[number - 1]) / (2 * step),
            "The size is right, but a way down must have a negative slope. Leave the sign as it comes out.",
        ),
        Mistake(
            lambda heights, step, number: (heights[number] - heights[number - 2]) / (2 * step),
            "The two heights lie one place too far left. Python counts from 0: the place itself is `heights[number]`.",
        ),
        Mistake(
            lambda heights, step, number: (heights[number + step] - heights[number - step]) / (2 * step),
            "`number + step` counts in metres, but a list counts entries. The neighbours are `number + 1` and "
            "`number - 1`, however long a step is.",
        ),
        Mistake(
            lambda heights, step, number: heights(number),
            "`heights` is a list and no recipe, so it cannot be called. Take an entry with square brackets: "
            "`heights[number + 1]`.",
        ),
        Mistake(
            lambda heights, step, number: [(b - a) / (2 * step) for a, b in zip(heights, heights[2:])],
            "These are the slopes at all entries. Return one number, the slope at `number`.",
        ),
    ],
)


# ---- gradient


def _saddle(east, north):
    return east**2 * north - 3 * north**3


def _dome(east, north):
    return 20 - 2 * (east - 1) ** 2 - 0.5 * (north + 2) ** 4


def _bowl(east, north):
    return 3 * east**2 + east * north + 0.25 * north**3 + 7


def _observe_gradient(answer, function, east, north):
    result = answer(function, east, north)
    if isinstance(result, (list, tuple)) and all(np.ndim(entry) == 0 or np.size(entry) == 1 for entry in result):
        return np.array([float(np.ravel(entry)[0]) for entry in result])
    if isinstance(result, dict):
        return np.array([float(entry) for entry in result.values()])
    return result


def _gradient(east_of, north_of=None, step=0.001, join=lambda a, b: [a, b]):
    def answer(function, east, north):
        return join(east_of(function, east, north, step), (north_of or _to_north)(function, east, north, step))

    return answer


def _to_east(f, e, n, s):
    return (f(e + s, n) - f(e - s, n)) / (2 * s)


def _to_north(f, e, n, s):
    return (f(e, n + s) - f(e, n - s)) / (2 * s)


gradient = Exercise(
    "01",
    "gradient",
    inputs={
        "a saddle at (2, 1)": (_saddle, 2.0, 1.0),
        "a dome at (3, -1)": (_dome, 3.0, -1.0),
        "a bowl at (-1, 2)": (_bowl, -1.0, 2.0),
    },
    observe=_observe_gradient,
    tolerance=2e-4,
    hints=[
        "Each slope is found as in section 3. Which of the two numbers moves, and which one stays still?",
        "To the east: `function(east + step, north)` minus `function(east - step, north)`, divided by the run.",
        "To the north, the same with `north + step` and `north - step`. Then `return [to_east, to_north]`.",
    ],
    mistakes=[
        Mistake(
            _gradient(_to_east, join=lambda a, b: [b, a]),
            "The two slopes are right, but swapped: east comes first, then north.",
        ),
        Mistake(
            _gradient(lambda f, e, n, s: 2 * _to_east(f, e, n, s), lambda f, e, n, s: 2 * _to_north(f, e, n, s)),
            "Both are twice too large. From one side to the other it is two steps: divide by `2 * step`.",
        ),
        Mistake(
            _gradient(
                lambda f, e, n, s: (f(e + s, n + s) - f(e - s, n - s)) / (2 * s),
                lambda f, e, n, s: (f(e + s, n + s) - f(e - s, n - s)) / (2 * s),
            ),
            "Here east and north move together, so both entries are the same. Move one, keep the other still.",
        ),
        Mistake(
            _gradient(_to_east, join=lambda a, b: [-a, -b]),
            "Both signs are turned round, so this arrow points downhill. Take the plus side minus the minus side.",
        ),
        Mistake(
            _gradient(_to_east, join=lambda a, b: a + b),
            "The two slopes are added up to one number. Keep them apart: return a list of both.",
        ),
        Mistake(
            _gradient(_to_east, join=lambda a, b: float(np.hypot(a, b))),
            "That is the length of the arrow, one number. The arrow itself is asked for: a list of both slopes.",
        ),
        Mistake(
            _gradient(_to_east, _to_east),
            "Both entries are the slope to the east. In the second one, `north` must move and `east` stay.",
        ),
        Mistake(
            _gradient(lambda f, e, n, s: f(e + s, n) - f(e - s, n), lambda f, e, n, s: f(e, n + s) - f(e, n - s)),
            "These are the two rises. Divide each by its run, `2 * step`.",
        ),
        Mistake(
            _gradient(
                lambda f, e, n, s: (f(e + s, n) - f(e - s, n)) / 2 * s,
                lambda f, e, n, s: (f(e, n + s) - f(e, n - s)) / 2 * s,
            ),
            "Python reads `/ 2 * step` as: divide by 2, then multiply by the step. Put brackets round `2 * step`.",
        ),
        Mistake(
            _gradient(lambda f, e, n, s: f(e, n), lambda f, e, n, s: f(e, n), join=lambda a, b: a),
            "That is the height at the place. The slopes come from the heights beside it.",
        ),
        Mistake(
            _gradient(_to_east, join=lambda a, b: [a]),
            "One slope is missing. Two numbers can be turned, so the gradient has two entries.",
        ),
        Mistake(
            _gradient(_to_east, step=1.0),
            "The step is too large: with a whole step to each side, the bend of the ground disturbs. Take 0.001.",
        ),
        Mistake(
            _gradient(
                lambda f, e, n, s: (f(e + s, n) - f(e, n)) / s,
                lambda f, e, n, s: (f(e, n + s) - f(e, n)) / s,
            ),
            "Each slope looks to one side. Take a step to each side: the plus side minus the minus side, divided by "
            "`2 * step`.",
        ),
        Mistake(
            _gradient(_to_east, lambda f, e, n, s: _to_north(f, _to_east(f, e, n, s), n, s)),
            "The first slope is right. Was it stored under the name `east`? Then the second one starts from a wrong "
            "place. Give it another name, such as `to_east`.",
        ),
        Mistake(
            _gradient(_to_east, join=lambda a, b: a),
            "One number came back. Python stops at the first `return`. Return both slopes in one list.",
        ),
    ],
)


# ---- letters


def _observe_letters(answer):
    if isinstance(answer, (list, tuple)) and all(isinstance(entry, str) for entry in answer):
        answer = "".join(answer)
    letters = "".join(c for c in answer.lower() if c.isalpha()) if isinstance(answer, str) else ""
    return letters if len(letters) == 3 and set(letters) <= set("abcde") else "not three letters from a to e"


letters = Exercise(
    "01",
    "letters",
    kind="value",
    observe=_observe_letters,
    hints=[
        "At no place is uphill the way of two of the five arrows. Which two?",
        "The arrow crosses the ring at a right angle, and it is long where the rings are close together.",
        "Places 2 and 3 have the same direction, down and to the left. The rings are closer together at place 2.",
    ],
    mistakes=[
        Mistake(
            "cae",
            "The directions are right. Now compare lengths: at which of the places 2 and 3 do the rings lie closer "
            "together? The longer arrow belongs there.",
        ),
        Mistake(
            "bea", "Two are right. The arrow at place 1 leads downhill, out of the rings. The gradient points uphill."
        ),
        Mistake(
            "cda", "Two are right. The arrow at place 2 leads downhill, out of the rings. The gradient points uphill."
        ),
        Mistake(
            "ced", "Two are right. The arrow at place 3 leads downhill, out of the rings. The gradient points uphill."
        ),
        Mistake("bda", "At the places 1 and 2 these arrows lead downhill. The gradient points uphill, into the rings."),
        Mistake(
            "eca",
            "Place 3 is right. Places 1 and 2 are swapped: place 1 is on the left, so uphill is to its right.",
        ),
        Mistake(
            "ace",
            "The letters may stand in the wrong order: first the arrow of place 1, which lies on the left. From there, "
            "uphill is to the right.",
        ),
        Mistake(
            "aec",
            "Place 2 is right. Places 1 and 3 are swapped: from place 3, far out on the right, uphill is to the left.",
        ),
        Mistake("xyz", "Write three letters from a to e in quotes: for place 1, place 2 and place 3."),
    ],
)


# ---- steal_place


def _closest(places, distance, returns=lambda places, number, told: places[number]):
    return lambda told: returns(places, int(np.argmin([distance(place, told) for place in places])), told)


def _apart(place, told):
    return abs(slope(hill, place) - told)


_PLACES = np.linspace(2, 6, 4001)


def _observe_place(answer, told):
    """The place; a None that is no stub's is met with a sentence of its own."""
    place = _number(answer, told)
    if place is ... or (place is None and is_stub(answer)):
        return place
    return {"what came back": "`None`" if place is None else "a number", "the place": 0.0 if place is None else place}


def _fits_exactly(told):
    for place in np.linspace(2, 6, 401):
        if slope(hill, place) == told:
            return place


steal_place = Exercise(
    "01",
    "steal_place",
    inputs={
        "a told slope of -1.0": (-1.0,),
        "a told slope of 0.6": (0.6,),
        "a told slope of -3.3": (-3.3,),
        "a told slope of 1.3": (1.3,),
        "a told slope of 0.9": (0.9,),
        "a told slope of 1.0": (1.0,),
    },
    observe=_observe_place,
    tolerance=4e-3,
    hints=[
        "Go through the places one by one. For each: how far is its slope from the told one? Keep the best so far.",
        "How far apart two numbers are is `abs(slope(hill, place) - told)`. Smaller is better.",
        "Start with `best = 2.0`. In `for place in np.linspace(2, 6, 401):` replace `best` where `place` is closer. "
        "Then `return best`.",
    ],
    mistakes=[
        Mistake(
            _closest(_PLACES, _apart, lambda places, number, told: slope(hill, places[number])),
            "That is the slope of the best place, which is the told slope again. Return the place.",
        ),
        Mistake(
            _closest(_PLACES, _apart, lambda places, number, told: _apart(places[number], told)),
            "That is how far the best slope is from the told one. Return the place where it was.",
        ),
        Mistake(
            _closest(np.linspace(2, 6, 401), _apart, lambda places, number, told: _apart(places[number], told)),
            "This says how close the best slope came to the told one. Return the place that has this slope.",
        ),
        Mistake(
            _fits_exactly,
            "`None` came back. No place fits exactly, so `==` never holds. Keep the closest one.",
        ),
        Mistake(
            _closest(np.linspace(2, 6, 401), _apart, lambda places, number, told: number),
            "That is the number of the place in the list. Return the place itself.",
        ),
        Mistake(
            _closest(_PLACES, lambda place, told: slope(hill, place) - told),
            "The answer is 6 for every told slope. Is the last place returned, and not the best? Or is the difference "
            "compared without `abs(...)`? Then a very negative one always wins. Or is the distance compared with "
            "`best`, which is a place?",
        ),
        Mistake(
            _closest(_PLACES, lambda place, told: abs(hill(place) - told)),
            "This compares the *height* with the told slope. Ask for `slope(hill, place)` at each place.",
        ),
        Mistake(
            _closest(_PLACES, lambda place, told: -_apart(place, told)),
            "This keeps the place whose slope is *farthest* from the told one. Turn the comparison round.",
        ),
        Mistake(
            _closest(np.arange(2, 7), _apart),
            "Only whole places are tried. Try places that lie closer together: `np.linspace(2, 6, 401)`.",
        ),
        Mistake(
            _closest(np.linspace(2, 6, 41), _apart),
            "Nearly. The places lie 0.1 apart, which is too coarse. Take `np.linspace(2, 6, 401)`.",
        ),
        Mistake(
            _closest(np.linspace(0, 2, 2001), _apart),
            "These places are on the left part of the hill. The person stands between 2 and 6.",
        ),
        Mistake(
            _closest(np.linspace(0, 6, 601), _apart),
            "Places below 2 are tried as well, and most upward slopes appear there, too. The person stands between 2 "
            "and 6: `np.linspace(2, 6, 401)`.",
        ),
        Mistake(
            _closest(np.linspace(0, 6, 6001), _apart),
            "Some answers lie below 2, where the same slopes appear a second time. Try places from 2 to 6 alone.",
        ),
        Mistake(
            lambda told: slope(hill, told),
            "This asks for the slope at the place `told`. But `told` is a slope; the place is what you look for.",
        ),
        Mistake(
            lambda told: _PLACES[0],
            "The answer is 2 for every told slope. Does `best` ever change, or does `return` come too early?",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "A hill has the slope −2 at the place where you stand. What does that tell you?",
            [
                Option(
                    "You are 2 metres below the top.",
                    False,
                    "A slope knows nothing of the height. It compares two heights close by.",
                ),
                Option(
                    "A small step to the right takes you down by about twice that step.",
                    True,
                    "The minus says which way, the 2 says how fast.",
                ),
                Option(
                    "The whole hill goes down.",
                    False,
                    "A curve has a slope at each place. Somewhere else on it, it may go up.",
                ),
            ],
        ),
        Question(
            "A numeric slope is off by too much. You make the step a million times smaller. What happens?",
            [
                Option(
                    "It gets better, if the step was far too large before.",
                    True,
                    "From 0.1 to 10⁻⁷ it does. But below about 10⁻⁵ it gets worse again: rounding takes over.",
                ),
                Option(
                    "It gets better in any case.",
                    False,
                    "From 10⁻⁵ to 10⁻¹¹ it gets worse: two nearly equal heights share nearly all of their 16 digits.",
                ),
                Option(
                    "Nothing, because the slope is what it is.",
                    False,
                    "The true slope stays. The numeric one is a guess, and the guess depends on the step.",
                ),
            ],
        ),
        Question(
            "What is the gradient of a landscape?",
            [
                Option(
                    "The place of the top.",
                    False,
                    "It is not a place. It belongs to the place where you stand, and does not know where the top is.",
                ),
                Option(
                    "The line from you to the top.",
                    False,
                    "The arrow need not point at the top. It points where the very next step gains most.",
                ),
                Option(
                    "At each place, the slopes to the east and to the north.",
                    True,
                    "Drawn as an arrow, they point the steepest way up. With a minus, the steepest way down.",
                ),
            ],
        ),
    ]
)
