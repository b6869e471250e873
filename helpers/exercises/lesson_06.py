"""Lesson 06: the slopes of a picture, what the loss compares, a bound on the change, a push away from a class."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake, is_stub
from helpers.quiz import Option, Question, Quiz

TITLE = "Hold the network still and train the picture"


def _frozen(*tables):
    """A frozen network from kernels and biases, with a ReLU between its layers."""
    layers = [keras.layers.Dense(len(bias), "relu") for bias in tables[1::2]]
    layers[-1].activation = keras.activations.linear
    network = keras.Sequential([keras.Input((len(tables[0]),)), *layers])
    network.set_weights([np.array(table, "float32") for table in tables])
    network.trainable = False
    return network


# ---- picture_slopes

_ONE_LAYER = ([[1, -2, 0.5], [0, 1, -1], [2, 0, 1], [-1, 0.5, 0]], [0.1, 0, -0.2])
_TWO_LAYERS = ([[1, -1], [2, 0.5], [-1, 1], [0.5, 1]], [0.2, 0.1], [[1, -1, 0.5], [-2, 1, 0]], [0, 0.3, 0])


def _observe_slopes(answer, tables, x, y):
    result = answer(_frozen(*tables), tf.constant(x), tf.constant(y))
    if result is None:
        return None if is_stub(answer) else Told("None came back. Does the tape watch `x` from the start?")
    return list(result) if isinstance(result, (list, tuple)) else np.asarray(result)


def _slopes(
    loss=lambda y, logits: -tf.reduce_sum(y * tf.nn.log_softmax(logits)),
    watch=True,
    returns=lambda tape, loss, x, network: tape.gradient(loss, x),
):
    def answer(network, x, y):
        with tf.GradientTape() as tape:
            if watch:
                tape.watch(x)
            value = loss(y, network(x))
        return returns(tape, value, x, network)

    return answer


picture_slopes = Exercise(
    "06",
    "picture_slopes",
    inputs={
        "a network of one layer": (
            _ONE_LAYER,
            np.array([[0.2, 0.9, 0.5, 0.1]], "float32"),
            np.eye(3, dtype="float32")[[0]],
        ),
        "a network of two layers": (
            _TWO_LAYERS,
            np.array([[0.7, 0.3, 0.1, 0.8]], "float32"),
            np.eye(3, dtype="float32")[[1]],
        ),
    },
    observe=_observe_slopes,
    hints=[
        "The last line says what the slopes are taken of. What stands there instead of the weights?",
        "`return tape.gradient(loss, x)`. And the tape must know about `x` before the loss is computed.",
        "First line inside the `with`: `tape.watch(x)`. The loss stays. Last line: `return tape.gradient(loss, x)`.",
    ],
    mistakes=[
        Mistake(
            _slopes(watch=False),
            "None came back. The tape does not watch `x` by itself: write `tape.watch(x)` in the `with`, before the "
            "loss. If you did: is the loss inside the `with`, and does `loss` come first in `tape.gradient(loss, x)`? "
            "(Or is the `return` missing?)",
        ),
        Mistake(
            _slopes(returns=lambda tape, loss, x, network: tape.gradient(loss, network.trainable_weights)),
            "An empty list: you asked for the slopes of the weights, and a frozen network has none to train. Ask for "
            "the slopes of `x`.",
        ),
        Mistake(
            _slopes(returns=lambda tape, loss, x, network: tape.gradient(loss, network.weights)),
            "These are the slopes of the weights. Ask for those of `x`.",
        ),
        Mistake(
            _slopes(returns=lambda tape, loss, x, network: [tape.gradient(loss, x)]),
            "The slopes are right, but they lie in a list. Ask for `x`, without brackets round it.",
        ),
        Mistake(
            _slopes(returns=lambda tape, loss, x, network: loss),
            "That is the loss, one number. Its slopes in the picture are `tape.gradient(loss, x)`.",
        ),
        Mistake(
            _slopes(loss=lambda y, logits: tf.reduce_sum(y * tf.nn.log_softmax(logits))),
            "Every sign is turned round. Is the minus in front of the loss missing?",
        ),
        Mistake(
            _slopes(loss=lambda y, logits: -tf.reduce_mean(y * tf.nn.log_softmax(logits))),
            "All slopes are too small by the number of classes: `reduce_mean` averages over them. Use `reduce_sum`.",
        ),
        Mistake(
            _slopes(loss=lambda y, logits: -tf.reduce_sum(y * tf.nn.softmax(logits))),
            "The logarithm is missing: `log_softmax`, not `softmax`.",
        ),
        Mistake(
            _slopes(returns=lambda tape, loss, x, network: x - tape.gradient(loss, x)),
            "You took a step already. The slopes themselves are asked for.",
        ),
    ],
)


# ---- letter


def _observe_letter(answer):
    letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
    return letter if letter in list("abcde") else "no letter from a to e"


letter = Exercise(
    "06",
    "letter",
    kind="value",
    observe=_observe_letter,
    hints=[
        "Read the line of `wrongness` from the inside out. Which two things meet there?",
        "`network(picture)` is the prediction. `want` is a one-hot row: of which digit?",
        "`want = tf.one_hot([8], 10)`. No picture stands in that line but the one that goes into the network.",
    ],
    mistakes=[
        Mistake("a", "No two pictures are compared: `wrongness` knows one picture, and it goes into the network."),
        Mistake("b", "That was lesson 05. Look at `want`: which digit is it? Nobody wrote that one."),
        Mistake("d", "There is no average 8 anywhere in the line. The network compares no pictures."),
        Mistake("e", "The weights do not move, so there is nothing to compare. They are frozen."),
        Mistake("x", "Write one of the letters a to e, in quotes."),
    ],
)


# ---- bounded


def _array(values):
    return np.array(values, "float64")


bounded = Exercise(
    "06",
    "bounded",
    inputs={
        "six pixels and the bound 0.15": (
            _array([0.38, 0.6, 1.07, -0.1, 0.02, 0.5]),
            _array([0.3, 0.3, 0.95, 0.05, 0.2, 0.5]),
            0.15,
        ),
        "2×2 pixels and the bound 0.5": (_array([[0.9, -0.4], [1.3, 0.25]]), _array([[0.3, 0.2], [0.7, 0.6]]), 0.5),
        "two pixels and the bound 0": (_array([0.4, 0.9]), _array([0.5, 1.0]), 0.0),
    },
    hints=[
        "Each pixel has a lowest and a highest value of its own. What are they for the last row of the table?",
        "`np.maximum(a, b)` takes the larger of two, pixel by pixel. The lowest is `np.maximum(original - bound, 0)`.",
        "The highest is `np.minimum(original + bound, 1)`. Then `return np.clip(x, lowest, highest)`.",
    ],
    mistakes=[
        Mistake(
            lambda x, original, bound: np.clip(x, 0, 1),
            "The grey values are kept from 0 to 1, but some pixel moved further than the bound. Look at `original`.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(x, original - bound, original + bound),
            "The bound is kept, but some value is below 0 or above 1, which is no grey. Look at the last row of the "
            "table.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(x - original, -bound, bound),
            "That is the change. Add it to `original`, and keep the sum from 0 to 1.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(np.clip(x - original, -bound, bound), 0, 1),
            "That is the change. Add it to `original` before you clip to 0 and 1.",
        ),
        Mistake(
            lambda x, original, bound: np.where(np.abs(x - original) > bound, original, np.clip(x, 0, 1)),
            "A pixel that went too far is set back to where it was. Set it to the limit: `bound` away from `original`.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(np.minimum(x, original + bound), 0, 1),
            "Only the upper limit is kept. A pixel may not fall below `original - bound` either.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(x, -bound, bound),
            "You bound the pixel itself. What is bounded is how far it moved from `original`.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(np.clip(x, original * (1 - bound), original * (1 + bound)), 0, 1),
            "You took the bound as a share of the pixel. It is a number of grey steps: `original - bound` to "
            "`original + bound`.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(original + bound * np.sign(x - original), 0, 1),
            "Every pixel went to its limit. One that did not move too far stays where it is.",
        ),
        Mistake(
            lambda x, original, bound: np.clip(
                x, np.maximum(original - bound, 0), np.minimum(original + bound, 1), out=x
            ),
            "The numbers are right, but `x` itself was changed. Return a new array.",
        ),
    ],
)


# ---- push_away

_FIRST = np.array([2, -1, 1, -3, 3, -2], "float32")
_SECOND = np.array([-1, 2, -2, 1, 3, -1], "float32")
_AWAY_FROM_0 = (np.stack([_FIRST, -_FIRST, 0 * _FIRST], axis=1), np.array([8.0, 0, 0]))
_AWAY_FROM_1 = (np.stack([-_SECOND, _SECOND, 0 * _SECOND], axis=1), np.array([0, 4.46, 0]))
_NEAR_0 = (np.stack([_FIRST, -_FIRST, 0 * _FIRST], axis=1), np.array([4.0, 0, 0]))


def _observe_push(answer, tables, x, y, bound):
    network = _frozen(*tables)
    result = answer(network, x, y, bound)
    if result is None:
        return None
    try:
        pushed = np.asarray(result, "float32")
    except (TypeError, ValueError):
        return result
    if pushed.shape != x.shape:
        return pushed
    before, after = (tf.nn.softmax(_frozen(*tables)(picture)).numpy()[0] for picture in (x, pushed))
    true = int(np.argmax(y))
    return {
        "the picture that came back is a changed one": bool(np.abs(pushed - x).max() > 1e-5),
        "all grey values lie from 0 to 1": bool(pushed.min() > -1e-4 and pushed.max() < 1 + 1e-4),
        "no pixel moved further than the bound": bool(np.abs(pushed - x).max() < bound + 1e-4),
        "the belief in the true label fell": bool(after[true] < before[true] - 1e-5),
        "the network still reads the true label": bool(np.argmax(after) == true),
    }


def _push(
    sign=1,
    steps=20,
    rate=1.0,
    near=True,
    grey=True,
    returns=lambda picture, x: picture,
    variable=True,
    added=True,
    fixed=None,
):
    def answer(network, x, y, bound):
        picture = tf.Variable(x) if variable else tf.constant(x)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                loss = -tf.reduce_sum(y * tf.nn.log_softmax(network(picture)))
            moved = picture + sign * rate * tape.gradient(loss, picture)
            limit = fixed or bound
            moved = (x if added else 0) + tf.clip_by_value(moved - x, -limit, limit) if near else moved
            picture.assign(tf.clip_by_value(moved, 0, 1) if grey else moved)
        return returns(picture.numpy(), x)

    return answer


push_away = Exercise(
    "06",
    "push_away",
    inputs={
        "a picture of class 0, bound 0.2": (
            _AWAY_FROM_0,
            np.array([[0.2, 0.8, 0.5, 0.95, 0.05, 0.4]], "float32"),
            np.eye(3, dtype="float32")[[0]],
            0.2,
        ),
        "a picture of class 1, bound 0.2": (
            _AWAY_FROM_1,
            np.array([[0.5, 0.1, 0.97, 0.6, 0.02, 0.3]], "float32"),
            np.eye(3, dtype="float32")[[1]],
            0.2,
        ),
        "a picture of class 0, bound 0.1": (
            _NEAR_0,
            np.array([[0.45, 0.7, 0.6, 0.97, 0.3, 0.15]], "float32"),
            np.eye(3, dtype="float32")[[0]],
            0.1,
        ),
    },
    observe=_observe_push,
    hints=[
        "Take `push` as it stands, and ask of each line: does it change when I want away instead of towards?",
        "The loss is taken with `y`, and the step goes uphill: plus the slope. The two clips stay as they are.",
        "`moved = picture + tape.gradient(wrongness, picture)`, then clip `moved - x` to the bound, add it to `x`, "
        "and clip the sum to 0 and 1.",
    ],
    mistakes=[
        Mistake(
            _push(sign=-1),
            "The network believes in the true label more than before. The step goes downhill; here the loss must grow, "
            "so add the slope. Or is the loss not that of `y`?",
        ),
        Mistake(
            _push(near=False),
            "The class changes, but some pixel moved further than the bound. Clip the change from `x`, the original, "
            "after each step. To clip each single step is not enough.",
        ),
        Mistake(
            _push(grey=False),
            "The class changes within the bound, but some value is below 0 or above 1. Clip to 0 and 1 as well.",
        ),
        Mistake(
            _push(added=False),
            "Some pixel moved further than the bound. Was the change added to `x` again, before the clip to 0 and 1?",
        ),
        Mistake(
            _push(fixed=0.15),
            "Right for a wide bound. For a narrow one some pixel moves too far: use `bound`, which is handed in.",
        ),
        Mistake(
            _push(near=False, grey=False),
            "The class changes, but neither rule is kept. After each step clip the change to the bound, then the "
            "picture to 0 and 1.",
        ),
        Mistake(
            _push(returns=lambda picture, x: picture - x),
            "That is the change alone. Return the changed picture.",
        ),
        Mistake(
            _push(steps=1, rate=0.01),
            "The right direction, but not far enough: the network still reads the true label. Take more steps, in a "
            "loop, or larger ones.",
        ),
        Mistake(
            _push(steps=0),
            "The picture came back unchanged. Is it assigned inside the loop, and is the changed one returned?",
        ),
        Mistake(
            _push(variable=False),
            "The tape did not watch the picture, so its slope is None. Make it a `tf.Variable`, or call "
            "`tape.watch(picture)`. Is the loss taken of `network(picture)`? And is the picture changed with "
            "`picture.assign(...)`?",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "What moves while the picture is trained?",
            [
                Option(
                    "The weights, a little.",
                    False,
                    "They are frozen, and the tape is not asked for their slopes.",
                ),
                Option(
                    "The grey values, each against its slope.",
                    True,
                    "The same loop as before, with pixels in the place of weights.",
                ),
                Option(
                    "The label.",
                    False,
                    "The label is the one that we want, chosen once. In Part C a label is trained, too.",
                ),
            ],
        ),
        Question(
            "What does the bound of 0.15 mean?",
            [
                Option(
                    "No more than 15 % of the pixels may change.",
                    False,
                    "All of them may change. Each one only by a little.",
                ),
                Option(
                    "Each single step may move a pixel by at most 0.15.",
                    False,
                    "Then 30 steps could add up to much more. It is counted from the original.",
                ),
                Option(
                    "No pixel may end further than 0.15 from where it was.",
                    True,
                    "Measured from the original picture, after all steps.",
                ),
            ],
        ),
        Question(
            "The network is over 99 % sure that grey clouds are a 7. What follows?",
            [
                Option(
                    "A low loss does not make a picture look right.",
                    True,
                    "Many pictures satisfy one label. Only one of them is what you hoped for.",
                ),
                Option(
                    "The training failed.",
                    False,
                    "It reads more than 88 % of new digits. It was never asked what to say about clouds.",
                ),
                Option(
                    "The picture needs more steps to become a real 7.",
                    False,
                    "The loss is near 0 already, so its slopes are as well. More steps change little.",
                ),
            ],
        ),
    ]
)
