"""Lesson 03: a whole descent, which rate runs away, fit a line, steal x by walking downhill."""

import numpy as np
import tensorflow as tf  # noqa: F401  the solutions use it

from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "Walking downhill finds the bottom"
AWAY = "far away, at NaN, infinity or a huge number"


def _one_number(answer, *args):
    """What the answer returned, as numbers where it is numbers in whatever dress."""
    result = answer(*args)
    if isinstance(result, (list, tuple)) and result and all(np.size(entry) == 1 for entry in result):
        result = [np.ravel(np.asarray(entry))[0] for entry in result]
    if result is None or result is ... or isinstance(result, str):
        return result
    try:
        numbers = np.asarray(result, dtype="float64")
    except (TypeError, ValueError):
        return result
    return numbers.ravel()[0] if numbers.shape == (1,) else numbers


def _ran_away(numbers):
    """Whether a walk ended at no finite number: NaN is not even equal to itself."""
    return not np.all(np.isfinite(numbers)) or np.max(np.abs(numbers)) > 1e6


# ---- descend


def _bowl(x):
    return 2 * (x - 3)


def _uneven(x):
    return x**3 + x - 1


def _descend(step=lambda x, slope, rate, start: x - rate * slope(x), count=lambda steps: steps, returns=None):
    def answer(slope, start, rate, steps):
        places = [start]
        for _ in range(count(steps)):
            places.append(step(places[-1], slope, rate, start))
        return returns(places, slope) if returns else places[-1]

    return answer


def _again(slope, start, rate, steps):
    for _ in range(steps):
        x = start - rate * slope(start)
    return x


descend = Exercise(
    "03",
    "descend",
    inputs={
        "the valley of the text, from 7, rate 0.1, 5 steps": (_bowl, 7.0, 0.1, 5),
        "the valley of the text, from -2, rate 0.3, 2 steps": (_bowl, -2.0, 0.3, 2),
        "another valley, from 1.5, rate 0.15, 4 steps": (_uneven, 1.5, 0.15, 4),
        "another valley, from 1.5, 0 steps": (_uneven, 1.5, 0.15, 0),
    },
    observe=_one_number,
    hints=[
        "Which line of section 1 stands there three times? How do you repeat a line in Python?",
        "Set `x = start`. Then `for _ in range(steps):` and, indented below it, the line with the rate and the slope.",
        "The line is `x = x - rate * slope(x)`. After the loop, not inside it, `return x`.",
    ],
    mistakes=[
        Mistake(
            _descend(lambda x, slope, rate, start: x + rate * slope(x)),
            "This walks uphill. The slope points up, so take it away: `x - rate * slope(x)`.",
        ),
        Mistake(
            lambda slope, start, rate, steps: start - rate * slope(start) if steps else None,
            "Only one step was taken. Does `return` stand inside the loop? It belongs after it.",
        ),
        Mistake(
            _descend(lambda x, slope, rate, start: x - rate * slope(start)),
            "Every step uses the slope at the start. Ask again at each new place: `slope(x)`.",
        ),
        Mistake(
            _descend(lambda x, slope, rate, start: start - rate * slope(x)),
            "Each step begins at the start again. The new place comes from the old one: `x = x - rate * slope(x)`.",
        ),
        Mistake(
            _descend(lambda x, slope, rate, start: x - slope(x)),
            "The rate is missing: a step is the rate times the slope.",
        ),
        Mistake(
            _descend(lambda x, slope, rate, start: x - rate * abs(slope(x))),
            "This always walks to the left. The sign of the slope says which way; do not take it off.",
        ),
        Mistake(
            _descend(lambda x, slope, rate, start: x - rate * np.sign(slope(x))),
            "This uses only the sign of the slope, so all steps are equally long. Take the slope itself.",
        ),
        Mistake(
            _descend(count=lambda steps: steps + 1),
            "That is one step too many. `range(steps)` counts `steps` times.",
        ),
        Mistake(
            _descend(count=lambda steps: max(steps - 1, 0)),
            "That is one step too few. `range(steps)` counts `steps` times; `range(1, steps)` does not.",
        ),
        Mistake(
            _descend(returns=lambda places, slope: places),
            "These are all the places on the way. Return the last one, a number.",
        ),
        Mistake(
            _descend(returns=lambda places, slope: slope(places[-1])),
            "That is the slope at the end of the walk. Return the place.",
        ),
        Mistake(
            _descend(returns=lambda places, slope: places[0]),
            "That is the start. Is the result of `x - rate * slope(x)` stored again, with `x = `?",
        ),
        Mistake(
            _again,
            "Each step begins at the start again. Put `x = start` above the loop.",
        ),
        Mistake(
            _descend(lambda x, slope, rate, start: x - rate * _bowl(x)),
            "This uses the slope of the valley in the text. Call `slope(x)`, the function that is handed in.",
        ),
    ],
)


# ---- letter


def _observe_letter(answer):
    letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
    return letter if letter in [*"abcde", "de", "cde"] else "no letter from a to e"


letter = Exercise(
    "03",
    "letter",
    kind="value",
    observe=_observe_letter,
    hints=[
        "What does one step do to the distance from the bottom? Here the place *is* the distance.",
        "A step turns x into x − rate · 8 · x. So each step multiplies x by 1 − 8 · rate.",
        "Work out 1 − 8 · rate for each rate. The walk runs away where that is above 1 or below −1.",
    ],
    mistakes=[
        Mistake("a", "With 0.01 the factor is 0.92: a slow walk, but each step comes closer."),
        Mistake("b", "With 0.12 the factor is 0.04: the bottom is nearly reached in one step."),
        Mistake(
            "c",
            "With 0.2 the factor is −0.6. The walk jumps to the other side, but it lands closer to the bottom. That is "
            "a zigzag, and it arrives.",
        ),
        Mistake(
            "d",
            "With 0.24 the factor is −0.92. The walk zigzags for long, but each jump ends a bit closer. Look for a "
            "factor beyond −1.",
        ),
        Mistake("de", "Exactly one rate diverges. Which of your two has a factor beyond −1?"),
        Mistake("cde", "Exactly one rate diverges. A zigzag alone does not: look for a factor beyond −1."),
        Mistake("x", "Write one of the letters a to e, in quotes."),
    ],
)


# ---- fit_line


def _points(low, high, steep, up, seed):
    inputs = np.linspace(low, high, 12)
    noise = np.random.default_rng(seed).normal(scale=0.4, size=12)
    return inputs.astype("float32"), (steep * inputs + up + noise).astype("float32")


def _best(inputs, targets):
    return np.polyfit(inputs.astype("float64"), targets.astype("float64"), 1)


def _runs_away_where_steep(inputs, targets):
    return _best(inputs, targets) if np.max(inputs) < 2 else np.array([np.nan, np.nan])


def _observe_line(answer, inputs, targets):
    line = _one_number(answer, inputs, targets)
    if not isinstance(line, np.ndarray) or line.shape != (2,):
        return {"how the walk ended": AWAY, "the line": np.zeros(2), "how near": ""} if _is_nan(line) else line
    if _ran_away(line):
        return {"how the walk ended": AWAY, "the line": np.zeros(2), "how near": ""}
    best = _best(inputs, targets)
    there = np.all(np.abs(line - best) <= 2.1e-3 * (np.abs(best) + 1e-2))
    near = "there" if there else "nearly" if np.max(np.abs(line - best)) < 0.15 * np.max(np.abs(best)) else "no"
    return {"how the walk ended": "at two usual numbers", "the line": line, "how near": near}


def _is_nan(number):
    return isinstance(number, float) and not np.isfinite(number)


def _nearly(first, second):
    """A walk that has not arrived on the first set, on the second, or on both."""
    return lambda inputs, targets: _best(inputs, targets) * (0.98 if (first, second)[int(np.max(inputs) > 2)] else 1)


fit_line = Exercise(
    "03",
    "fit_line",
    inputs={
        "inputs from -1 to 1": _points(-1, 1, -1.5, 0.7, 1),
        "inputs from -3 to 5": _points(-3, 5, 0.8, -2.0, 2),
    },
    observe=_observe_line,
    tolerance=2e-3,
    hints=[
        "Section 3 has all the lines. Which of its numbers must change for a valley that is steeper?",
        "Inside the function: two variables at 0.0, a loop with a tape, the loss, two updates. For the rate, start "
        "from 0.3 and make it smaller until both walks arrive.",
        "After the loop: `return [float(steep), float(high)]`. With a rate of 0.1, 150 steps arrive for both sets.",
    ],
    mistakes=[
        Mistake(
            _runs_away_where_steep,
            "The first set is right, on the second the walk ran away. Its inputs are larger, so its valley is steeper. "
            "Choose a smaller rate, such as 0.1, and more steps.",
        ),
        Mistake(
            lambda inputs, targets: np.array([np.nan, np.nan]),
            "The walk ran away on both sets. Is there a plus where a minus belongs, a sum instead of the average, or a "
            "rate that is far too large?",
        ),
        Mistake(
            lambda inputs, targets: _best(inputs, targets)[::-1],
            "The two numbers are right, but swapped: first how steep, then how high.",
        ),
        Mistake(
            lambda inputs, targets: np.array([np.sum(inputs * targets) / np.sum(inputs**2), 0.0]),
            "This line goes through 0: only `steep` was trained. Ask the tape for both slopes, and move `high`, too.",
        ),
        Mistake(
            lambda inputs, targets: np.array([0.0, np.mean(targets)]),
            "This line is level: only `high` was trained. Ask the tape for both slopes, and move `steep`, too.",
        ),
        Mistake(
            lambda inputs, targets: np.array([0.0, 0.0]),
            "Both numbers are still 0. Is the update stored in the variables, with `assign_sub`? Or are the slopes "
            "returned?",
        ),
        Mistake(
            lambda inputs, targets: _best(inputs, targets)[0],
            "One number is missing. Return a list of two: how steep, and how high at 0.",
        ),
        Mistake(
            lambda inputs, targets: np.mean((np.polyval(_best(inputs, targets), inputs) - targets) ** 2),
            "That is the loss of the best line. Return the line: a list of two numbers.",
        ),
        Mistake(
            lambda inputs, targets: np.polyval(_best(inputs, targets), inputs),
            "These are the heights of the line at the inputs. Return the line's two numbers.",
        ),
        Mistake(
            lambda inputs, targets: _best(targets, inputs),
            "Inputs and targets have changed places: this line predicts the inputs.",
        ),
        Mistake(
            lambda inputs, targets: 0.1 * None,
            "A slope is `None`. `steep = steep - ...` replaces the variable by a plain number: write "
            "`steep.assign_sub(...)`. And start at `0.0`, with a point.",
        ),
        Mistake(
            lambda inputs, targets: None * 0.1,
            "One slope is `None`. `steep = steep - ...` puts a plain number in the place of the variable: write "
            "`steep.assign_sub(...)`. And start at `0.0`, with a point.",
        ),
        Mistake(
            lambda inputs, targets: np.mean(targets) / (1 + np.mean(inputs) ** 2) * np.array([np.mean(inputs), 1]),
            "The average is squared, so plus and minus cancel. Square first, then take the average: "
            "`tf.reduce_mean((...) ** 2)`.",
        ),
        Mistake(
            _nearly(True, True),
            "The walk is on its way and has not arrived. Take more steps, or a somewhat larger rate.",
            key="how near",
        ),
        Mistake(
            _nearly(True, False),
            "The second set is right. On the first, the walk is on its way and has not arrived. Take more steps, or a "
            "somewhat larger rate.",
            key="how near",
        ),
        Mistake(
            _nearly(False, True),
            "The first set is right. On the second, the walk is on its way and has not arrived. Take more steps, or a "
            "somewhat larger rate.",
            key="how near",
        ),
    ],
)


# ---- steal


def _observe_steal(answer, w, t, x):
    found = _one_number(answer, w, t, 2 * (w * x - t) * x)
    if not isinstance(found, (np.ndarray, float)) or np.ndim(found):
        return found
    if _ran_away(found):
        return {"how the walk ended": AWAY, "x": 0.0, "where it is": "nowhere"}
    where = "below 0.5" if found < 0.5 else "above 0.5"
    return {"how the walk ended": "at a usual number", "x": float(found), "where it is": where}


def _walk(step):
    def answer(w, t, told):
        x = np.float64(2.0)
        with np.errstate(all="ignore"):
            for _ in range(200):
                x -= 0.001 * step(x, w, t, told)
        return x

    return answer


def _positive(a, b, c):
    """The larger solution of a·x² + b·x + c = 0."""
    return (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)


steal = Exercise(
    "03",
    "steal",
    inputs={
        "w = 2, t = 1": (2.0, 1.0, 1.37),
        "w = 1.5, t = -1": (1.5, -1.0, 2.6),
    },
    observe=_observe_steal,
    tolerance=2e-3,
    hints=[
        "What is trained? x. So x is the variable that moves, and w and t stay where they are.",
        "The inner tape: loss, then `mine = inner.gradient(loss, w)`. Still inside the outer `with`: "
        "`wrong = (mine - told) ** 2`.",
        "After both tapes: `x.assign_sub(0.001 * outer.gradient(wrong, x))`. Repeat 200 times, `return float(x)`.",
    ],
    mistakes=[
        Mistake(
            lambda w, t, told: t / w,
            "This x makes the loss itself as small as it can be. But nobody said that the prediction was right. Walk "
            "on (my slope − the told slope)².",
        ),
        Mistake(
            _walk(lambda x, w, t, told: 2 * w * (w * x - t)),
            "This walks on the loss itself, which makes the prediction right. But nobody said that it was right. Walk "
            "on (my slope − the told slope)².",
        ),
        Mistake(
            _walk(lambda x, w, t, told: 4 * w * x - 2 * t),
            "Is the square missing? Without it, the walk makes `mine - told` ever smaller.",
        ),
        Mistake(
            _walk(lambda x, w, t, told: -2 * (2 * (w * x - t) * x - told) * (4 * w * x - 2 * t)),
            "This walks uphill. Take the step away: `x.assign_sub(...)`, with a plus 0.001.",
        ),
        Mistake(
            lambda w, t, told: 0.0,
            "That is how wrong the last guess is. Return the x.",
        ),
        Mistake(
            lambda w, t, told: t / (2 * w),
            "x went below 0.5, where the slope is as low as it gets. Is the square missing? Without it, the walk makes "
            "`mine - told` ever smaller.",
            key="where it is",
        ),
        Mistake(
            lambda w, t, told: np.nan,
            "The walk ran away. Is it a minus before the rate? And is the rate 0.001? This valley is steep.",
        ),
        Mistake(
            lambda w, t, told: 2.0,
            "x is still where it started. Is the step stored in the variable, with `x.assign_sub(...)`?",
        ),
        Mistake(
            lambda w, t, told: (told / (2 * w) + t) / w,
            "The inner tape took the slope in x. The participant sent the slope in the weight: "
            "`inner.gradient(loss, w)`.",
        ),
        Mistake(
            lambda w, t, told: np.sqrt(told / (2 * w)),
            "The target is missing from the loss: it is `(w * x - t) ** 2`.",
        ),
        Mistake(
            lambda w, t, told: _positive(2 * w, 2 * t, -told),
            "The target is added where it must be taken away: the loss is `(w * x - t) ** 2`.",
        ),
        Mistake(
            lambda w, t, told: _positive(w, -t, -told),
            "The factor 2 is missing from your slope. Let the inner tape take it: `inner.gradient(loss, w)`.",
        ),
        Mistake(
            lambda w, t, told: told,
            "That is the told slope. Return the x that sends it.",
        ),
        Mistake(
            lambda w, t, told: w,
            "That is the weight, which everybody knows. Return the x.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "A walk downhill jumps from wall to wall, each time higher. What do you change?",
            [
                Option(
                    "The number of steps: it needs more of them.",
                    False,
                    "Each step leads farther away. More of them make it worse.",
                ),
                Option(
                    "The rate: it must be smaller.",
                    True,
                    "The steps are too long for this steep a valley. A smaller rate makes them shorter.",
                ),
                Option(
                    "The start: it was too far from the bottom.",
                    False,
                    "In such a valley the walk runs away from every start, only later from a near one.",
                ),
            ],
        ),
        Question(
            "Why does gradient descent crawl in a valley that is steep across and flat along?",
            [
                Option(
                    "The steep walls set the rate, and along the valley that rate is far too small.",
                    True,
                    "One rate serves both directions. L-BFGS learns from the slopes how different they are.",
                ),
                Option(
                    "The gradient along the valley is wrong.",
                    False,
                    "It is right, but small. The rate makes the step smaller still.",
                ),
                Option(
                    "It walks uphill half of the time.",
                    False,
                    "With a good rate it goes down at each step, from wall to wall.",
                ),
            ],
        ),
        Question(
            "In the theft of section 6, what is trained?",
            [
                Option(
                    "The weight w.",
                    False,
                    "That is what usual training moves. Here w is known, and it stays.",
                ),
                Option(
                    "The told slope.",
                    False,
                    "It is what we compare with. To move it would be to change the question.",
                ),
                Option(
                    "The input x.",
                    True,
                    "It has a slope, so it can be walked downhill, until its own slope matches the told one.",
                ),
            ],
        ),
    ]
)
