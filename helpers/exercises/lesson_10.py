"""Lesson 10: the other number with the same slope, the distance, one step of the search, when to stop."""

import keras
import numpy as np
import tensorflow as tf

import helpers
from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "The attack of the paper"


# ---- twin


def _observe_twin(answer):
    try:
        number = float(np.asarray(answer).reshape(()))
    except (TypeError, ValueError):
        return "no number"
    return f"{number:.3g}" if np.isfinite(number) else "no number"


twin = Exercise(
    "10",
    "twin",
    kind="value",
    observe=_observe_twin,
    hints=[
        "Which slope does 3 send? Put it into 2 · (x − 2) · x. Then look for another x that sends as much.",
        "3 sends 6. Try whole numbers from −3 to 3. Two minus signs make a plus.",
        "Try −1: 2 · (−1 − 2) · (−1) is 2 · (−3) · (−1).",
    ],
    mistakes=[
        Mistake(
            -3,
            "With the target 0, the other number was the negative. With the target 2 it is not: −3 sends "
            "2 · (−5) · (−3) = 30, and 3 sends 6.",
        ),
        Mistake(3, "That is the participant's own number. Which other number sends the slope 6?"),
        Mistake(6, "6 is the slope that 3 sends. Asked is the other x that sends 6, too."),
        Mistake(1, "1 lies as far below the target as 3 lies above it, but it sends 2 · (−1) · 1 = −2, and not 6."),
        Mistake(-2, "−2 sends 2 · (−4) · (−2) = 16. The slope must be 6."),
        Mistake(2, "2 hits the target, so it sends 0. The slope must be 6."),
        Mistake(0, "0 sends 2 · (−2) · 0 = 0. The slope must be 6."),
        Mistake(30, "30 is the slope that −3 sends. Asked is an x, and it must send 6."),
        Mistake("a", "Write one number, for example `twin = 5`."),
    ],
)


# ---- apart

_GRADIENTS = {
    "one tensor": ([[1.0, 2.0, 3.0]], [[1.0, 0.0, 4.0]]),
    "two tensors, a table and a row": (
        [[[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]], [2.0, -0.5, 4.0]],
        [[[0.5, 1.0, 0.5], [-1.0, 2.0, 0.0]], [2.5, 1.5, 1.0]],
    ),
    "four tensors of different sizes": (
        [[[0.2], [-0.4]], [1.5], [[3.0, -1.0]], [0.0, 0.7]],
        [[[0.1], [0.6]], [-0.5], [[1.0, 1.0]], [2.0, -0.3]],
    ),
    "two equal gradients": ([[1.0, -1.0], [2.0]], [[1.0, -1.0], [2.0]]),
}


def _tensors(*gradients):
    return tuple([tf.constant(tensor, tf.float32) for tensor in gradient] for gradient in gradients)


def _parts(each, together=sum):
    return lambda dummy, captured: together([each(np.asarray(a), np.asarray(b)) for a, b in zip(dummy, captured)])


apart = Exercise(
    "10",
    "apart",
    inputs={tried: _tensors(*gradients) for tried, gradients in _GRADIENTS.items()},
    hints=[
        "Both gradients are lists of tensors. Which two tensors belong together? `zip` gives you the pairs.",
        "For each pair: subtract, square each entry, add them all up with `tf.reduce_sum`. Then add up the pairs.",
        "`sum(tf.reduce_sum((a - b) ** 2) for a, b in zip(dummy, captured))`",
    ],
    mistakes=[
        Mistake(
            _parts(lambda a, b: np.sum(a - b)),
            "The square is missing. Without it, a difference of +2 and one of −2 cancel each other.",
        ),
        Mistake(
            _parts(lambda a, b: np.sum(np.abs(a - b))),
            "You added up the differences without their sign. The distance squares them: `(a - b) ** 2`.",
        ),
        Mistake(
            _parts(lambda a, b: np.mean((a - b) ** 2)),
            "That is an average in each tensor. The distance adds up: `tf.reduce_sum`.",
        ),
        Mistake(
            _parts(lambda a, b: np.mean((a - b) ** 2), np.mean),
            "That is an average of averages. The distance adds up all squares, in each tensor and over all tensors.",
        ),
        Mistake(
            lambda dummy, captured: np.sum((np.asarray(dummy[0]) - np.asarray(captured[0])) ** 2),
            "You compared the first tensors alone. Go through the whole list with `zip(dummy, captured)`.",
        ),
        Mistake(
            lambda dummy, captured: np.sum((np.asarray(dummy[-1]) - np.asarray(captured[-1])) ** 2),
            "Only the last pair of tensors is in the result. Is the `return` inside the loop, or is the total "
            "overwritten each time?",
        ),
        Mistake(
            lambda dummy, captured: np.sqrt(_parts(lambda a, b: np.sum((a - b) ** 2))(dummy, captured)),
            "You took a square root at the end. That is another common distance; ours, and the paper's, has no root.",
        ),
        Mistake(
            _parts(lambda a, b: np.sqrt(np.sum((a - b) ** 2))),
            "There is a square root for each tensor. Leave the roots out: add up all squares, and that is it.",
        ),
        Mistake(
            _parts(lambda a, b: np.sum(a - b) ** 2),
            "The order matters: first square each difference, then add up. You added up first.",
        ),
        Mistake(
            _parts(lambda a, b: np.sum((a + b) ** 2)),
            "There is a plus between the two gradients. Equal gradients must have the distance 0: subtract.",
        ),
        Mistake(
            _parts(lambda a, b: np.sum((a - b) ** 2), list),
            "That is one number for each tensor. Add these up as well, so that one number comes back.",
        ),
        Mistake(
            _parts(lambda a, b: np.sum(a**2) - np.sum(b**2)),
            "First subtract, then square. The difference of two sums of squares is something else.",
        ),
        Mistake(
            _parts(lambda a, b: np.sum((a - b) ** 2) / 2),
            "Half of it: there is no ½ in this distance.",
        ),
        Mistake(
            lambda dummy, captured: tf.reduce_sum((dummy - captured) ** 2),
            "Python cannot subtract a list from a list. Take the tensors pair by pair, with `zip(dummy, captured)`.",
        ),
    ],
)


# ---- one_step


def _situation(pixels, classes, seed):
    """A small base model, a captured gradient, and a dummy as two variables."""
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((pixels,)), keras.layers.Dense(5, "sigmoid"), keras.layers.Dense(classes)]
    base_model = helpers.models.GradientModel(keras.Sequential(layers))
    numbers = np.random.default_rng(seed)
    private = numbers.uniform(size=(1, pixels)).astype("float32")
    captured = base_model.gradient(private, tf.one_hot([classes - 1], classes))
    x = tf.Variable(numbers.uniform(size=(1, pixels)).astype("float32"))
    return base_model, captured, x, tf.Variable(numbers.normal(size=(1, classes)).astype("float32"))


def _observe_one_step(answer, pixels, classes, rate):
    base_model, captured, x, y_raw = _situation(pixels, classes, pixels)
    result = answer(base_model, captured, x, y_raw, rate)
    if result is None:
        return None
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        return Told("Two things are to be returned, the picture and the raw label: `return x, y_raw`.")
    shapes = [tuple(np.shape(part)) for part in result]
    if shapes != [(1, pixels), (1, classes)]:
        return {"shapes": f"{shapes[0]} and {shapes[1]}", "the picture": np.nan, "the raw label": np.nan}
    entries = [np.asarray(part, "float64") for part in result]
    return {
        "shapes": f"{shapes[0]} and {shapes[1]}",
        "the picture": entries[0],
        "the raw label": entries[1],
    }


def _far(dummy, captured):
    return sum(tf.reduce_sum((a - b) ** 2) for a, b in zip(dummy, captured))


def _step(distance=_far, sign=-1, moves=(1, 1), label=tf.nn.softmax, rated=True, gives=lambda x, y: (x, y)):
    def answer(base_model, captured, x, y_raw, rate):
        with tf.GradientTape() as outer:
            D = distance(base_model.gradient(x, label(y_raw)), captured)
        slopes = outer.gradient(D, [x, y_raw])
        turn = sign * (rate if rated else 1)
        return gives(x + moves[0] * turn * slopes[0], y_raw + moves[1] * turn * slopes[1])

    return answer


def _step_on_the_loss(base_model, captured, x, y_raw, rate):
    with tf.GradientTape() as tape:
        loss = helpers.models.cross_entropy(tf.nn.softmax(y_raw), base_model(x))
    slopes = tape.gradient(loss, [x, y_raw])
    return x - rate * slopes[0], y_raw - rate * slopes[1]


def _step_from_a_late_tape(base_model, captured, x, y_raw, rate):
    dummy = base_model.gradient(x, tf.nn.softmax(y_raw))
    with tf.GradientTape() as outer:
        D = _far(dummy, captured)
    slopes = outer.gradient(D, [x, y_raw])
    return x - rate * slopes[0], y_raw - rate * slopes[1]


def _slopes_alone(base_model, captured, x, y_raw, rate):
    with tf.GradientTape() as outer:
        D = _far(base_model.gradient(x, tf.nn.softmax(y_raw)), captured)
    return outer.gradient(D, [x, y_raw])


def _step_in_probabilities(base_model, captured, x, y_raw, rate):
    with tf.GradientTape() as outer:
        y = tf.nn.softmax(y_raw)
        D = _far(base_model.gradient(x, y), captured)
    slopes = outer.gradient(D, [x, y])
    return x - rate * slopes[0], y_raw - rate * slopes[1]


def _step_one_after_the_other(base_model, captured, x, y_raw, rate):
    x, _ = _step()(base_model, captured, x, y_raw, rate)
    x = tf.Variable(x)
    return x, _step()(base_model, captured, x, y_raw, rate)[1]


one_step = Exercise(
    "10",
    "one_step",
    inputs={
        "a picture of 6 pixels, 3 classes, rate 0.5": (6, 3, 0.5),
        "a picture of 9 pixels, 4 classes, rate 0.2": (9, 4, 0.2),
    },
    observe=_observe_one_step,
    hints=[
        "Three things, as in section 4: the gradient of the dummy, the distance, its slopes. The first two stand "
        "inside a tape.",
        "Inside the tape: `dummy = base_model.gradient(x, tf.nn.softmax(y_raw))` and `D = distance(dummy, captured)`.",
        "After the tape: `slopes = outer.gradient(D, [x, y_raw])`, and then "
        "`return x - rate * slopes[0], y_raw - rate * slopes[1]`.",
    ],
    mistakes=[
        Mistake(
            _step(sign=1),
            "You walk uphill, the distance grows. There is a minus in front of the rate: `x - rate * slopes[0]`.",
        ),
        Mistake(
            _step(moves=(1, 0)),
            "The label has not moved. Change `y_raw` by its own slopes as well.",
            key="the raw label",
        ),
        Mistake(
            _step(moves=(0, 1)),
            "The picture has not moved. Change `x` by its own slopes as well.",
            key="the picture",
        ),
        Mistake(
            _step(rated=False),
            "The rate is missing: that step is the whole slope. Multiply the slopes by `rate`.",
        ),
        Mistake(
            _step(label=lambda y_raw: y_raw),
            "`y_raw` holds ten raw scores, which need not sum to 1. The label is `tf.nn.softmax(y_raw)`.",
        ),
        Mistake(
            _step_on_the_loss,
            "That is a step on the loss, which lesson 06 took: the picture is pushed towards a label. Here the "
            "distance between two gradients must fall.",
        ),
        Mistake(
            _step_from_a_late_tape,
            "The tape answers `None`: it heard no way from `x` and `y_raw` to the distance. Take the dummy's gradient "
            "inside the `with`, from these two variables themselves, and the label by a softmax.",
        ),
        Mistake(
            _slopes_alone,
            "Those are the two slopes. One step more: return `x` minus `rate` times its slopes, and `y_raw` likewise.",
        ),
        Mistake(
            _step_in_probabilities,
            "You took the slopes in the softmax's result and applied them to the raw scores. Ask for the slopes in "
            "`y_raw` itself: `outer.gradient(D, [x, y_raw])`.",
            key="the raw label",
        ),
        Mistake(
            _step(gives=lambda x, y: (y, x)),
            "The two are swapped. The picture comes first.",
            key="shapes",
        ),
        Mistake(
            _step(gives=lambda x, y: (x, tf.nn.softmax(y))),
            "The picture is right. Return the raw scores, without a softmax: the next step starts from them.",
            key="the raw label",
        ),
        Mistake(
            _step(gives=lambda x, y: (tf.clip_by_value(x, 0, 1), y)),
            "You kept the grey values between 0 and 1. A plain step does not: the paper lets them run free.",
            key="the picture",
        ),
        Mistake(
            _step(distance=lambda dummy, captured: _far(dummy, [0.0] * len(captured))),
            "The captured gradient plays no part in your step. Compare the dummy's gradient with it.",
        ),
        Mistake(
            _step(distance=lambda dummy, captured: _far(dummy[:1], captured)),
            "You compared the first tensors alone. The distance goes through the whole list.",
        ),
        Mistake(
            _step(distance=lambda d, c: sum(tf.reduce_mean((a - b) ** 2) for a, b in zip(d, c))),
            "You took averages. The distance adds up the squares of all entries: `tf.reduce_sum`.",
        ),
        Mistake(
            _step(distance=lambda dummy, captured: tf.sqrt(_far(dummy, captured))),
            "There is a square root in your distance. Ours has none.",
        ),
        Mistake(
            _step_one_after_the_other,
            "The picture is right. But the slopes of the label were taken after the picture had moved. Take both at "
            "the same place, then move both.",
            key="the raw label",
        ),
        Mistake(
            lambda base_model, captured, x, y_raw, rate: (
                x - rate * captured[0].numpy().sum(axis=1)[None],
                y_raw - rate * captured[-1][None],
            ),
            "You walked along the captured gradient. It says how the *weights* should change. Walk along the slopes "
            "of the distance, in `x` and in `y_raw`.",
        ),
    ],
)


# ---- stop_now


def _observe_stop_now(answer, distance, captured, part):
    result = answer(distance, captured, part)
    if result is None:
        return None
    result = np.asarray(result)
    if result.size != 1:
        return Told("One answer is asked for, True or False, for the whole gradient together.")
    result = result.reshape(())
    if result.dtype == bool:
        return bool(result)
    return f"the number {float(result):.4g}" if result.dtype.kind in "iuf" else "neither True nor False"


# The size of this gradient, its sum of squares, is 169. Other sums that people take: the last tensor alone 144, the
# first 25, the mean 24.1, the sum without signs 19, the roots of both tensors 17, the root of all 13, the largest
# entry 12, the plain sum 11, the count 7.
_LARGE = [[[3.0, -4.0, 0.0], [0.0, 0.0, 0.0]], [12.0]]
_FAINT = [[[0.003, -0.004, 0.0], [0.0, 0.0, 0.0]], [0.012]]


def _stop_inputs():
    tried = {}
    for bound in (200.0, 160.0, 100.0, 50.0, 24.5, 22.0, 18.7, 18.0, 15.0, 12.5, 11.5, 9.0, 6.5, 0.02):
        tried[f"a distance of {bound / 2:g}, a gradient of size 169, part 0.5"] = (bound / 2, _LARGE, 0.5)
    for far, told in ((1e-5, "0.00001"), (1.5e-6, "0.0000015"), (5e-7, "0.0000005")):
        tried[f"a distance of {told}, a gradient of size 0.000169, part 0.01"] = (far, _FAINT, 0.01)
    return {name: (far, *_tensors(captured), part) for name, (far, captured, part) in tried.items()}


def _stop(measure):
    return lambda distance, captured, part: bool(distance < part * measure([np.asarray(c) for c in captured]))


def _squares(captured):
    return sum(float(np.sum(tensor**2)) for tensor in captured)


stop_now = Exercise(
    "10",
    "stop_now",
    inputs=_stop_inputs(),
    observe=_observe_stop_now,
    hints=[
        "The distance alone cannot decide. What must it be compared with?",
        "The size of the captured gradient is the sum of the squares of all its entries, over all its tensors.",
        "`size = sum(tf.reduce_sum(tensor ** 2) for tensor in captured)`; then `return distance < part * size`.",
    ],
    mistakes=[
        Mistake(
            lambda distance, captured, part: distance < part,
            "That bound is the same for every gradient. A faint gradient then stops the search too early: make the "
            "bound a part of the captured gradient's size.",
        ),
        Mistake(
            lambda distance, captured, part: distance < _squares([np.asarray(c) for c in captured]),
            "That says True each time. Is `part` in your bound? The distance must be below `part` times the size.",
        ),
        Mistake(
            lambda distance, captured, part: distance < 1e-6,
            "A fixed bound again. It must grow and shrink with the captured gradient: `part` times its size.",
        ),
        Mistake(
            lambda distance, captured, part: bool(distance > part * _squares([np.asarray(c) for c in captured])),
            "The other way round: the search shall stop when the distance is *small*.",
        ),
        Mistake(
            lambda distance, captured, part: distance / _squares([np.asarray(c) for c in captured]),
            "That is the share, a number. Compare it with `part`, so that True or False comes back.",
        ),
        Mistake(
            _stop(lambda captured: np.sqrt(_squares(captured))),
            "You took a square root of the size. The distance is a sum of squares without a root, so compare it with "
            "one.",
        ),
        Mistake(
            _stop(lambda captured: sum(float(np.sqrt(np.sum(tensor**2))) for tensor in captured)),
            "You took the root of each tensor's size, and then added up. Leave the roots out: the distance has none.",
        ),
        Mistake(
            _stop(lambda captured: float(np.sum(captured[0] ** 2))),
            "That is the size of the first tensor alone. Add up all tensors of the list.",
        ),
        Mistake(
            _stop(lambda captured: float(np.sum(captured[-1] ** 2))),
            "That is the size of the last tensor alone. Add up all tensors of the list.",
        ),
        Mistake(
            _stop(lambda captured: float(sum(np.sum(tensor) for tensor in captured))),
            "You added up the entries without squaring them, so +3 and −4 nearly cancel. Square each one first.",
        ),
        Mistake(
            _stop(lambda captured: float(sum(np.sum(np.abs(tensor)) for tensor in captured))),
            "You added up the entries without their signs. The distance has squares, so the size must have squares, "
            "too.",
        ),
        Mistake(
            _stop(lambda captured: max(float(np.max(np.abs(tensor))) for tensor in captured)),
            "You took the largest entry. The distance adds up squares over all entries; so must the size.",
        ),
        Mistake(
            _stop(lambda captured: _squares(captured) / sum(tensor.size for tensor in captured)),
            "You took the average of the squares. The distance is a sum, so compare it with a sum.",
        ),
        Mistake(
            _stop(lambda captured: sum(tensor.size for tensor in captured)),
            "That counts the entries. Their size is asked for: square each one, and add them all up.",
        ),
        Mistake(
            lambda distance, captured, part: bool(distance * _squares([np.asarray(c) for c in captured]) < part),
            "You multiplied the distance by the size. Multiply `part` by it, or divide the distance by it.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "The distance is exactly 0. What do you know about the dummy?",
            [
                Option(
                    "It is the secret.",
                    False,
                    "Not for certain. With one weight and the target 0, 2 and −2 both have the distance 0.",
                ),
                Option(
                    "It sends the same gradient as the secret does.",
                    True,
                    "That is all the distance says. The more slopes there are, the fewer pictures share them all.",
                ),
                Option(
                    "The network reads it as the right digit.",
                    False,
                    "The distance compares two gradients. What the network reads plays no part in it.",
                ),
            ],
        ),
        Question(
            "What is the outer tape for?",
            [
                Option(
                    "For the slopes of the distance, in the dummy picture and the dummy label.",
                    True,
                    "They say which way to change the dummy, so that the distance falls.",
                ),
                Option(
                    "For the slopes of the loss in the weights.",
                    False,
                    "The inner tape takes those. They are the gradient that a participant would send.",
                ),
                Option(
                    "For changing the network a little.",
                    False,
                    "The network stays as it is, or the captured gradient would mean something else.",
                ),
            ],
        ),
        Question(
            "A search ends, and the distance is still large. What now?",
            [
                Option(
                    "The secret cannot be found.",
                    False,
                    "Too early. It may be a hollow whose floor does not reach 0, as in section 2.",
                ),
                Option(
                    "The dummy is the secret, but the network is noisy.",
                    False,
                    "There is no noise here. The secret itself would have the distance 0.",
                ),
                Option(
                    "Start again from another dummy.",
                    True,
                    "The distance tells you that you are in the wrong valley. Here most starts lead to the right one.",
                ),
            ],
        ),
    ]
)
