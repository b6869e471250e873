"""Lesson 14: what the network thought, features that break the rule, a rule that holds, a model with one layer less."""

import functools

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.engine import Exercise, Mistake
from helpers.models import GradientModel
from helpers.quiz import Option, Question, Quiz

TITLE = "Knowing the label first: iDLG"


# ---- label_and_chance


def _observe_pair(answer):
    try:
        numbers = np.asarray(answer)
        return numbers.reshape(2) if numbers.dtype.kind in "iuf" else answer
    except Exception:
        return answer


label_and_chance = Exercise(
    "14",
    "label_and_chance",
    kind="value",
    observe=_observe_pair,
    tolerance=0.01,
    hints=[
        "One of the four slopes is the odd one out. At which place does it stand, when you count from 0?",
        "A slope is the chance minus the label. For the true class that is the chance minus 1.",
        "For the true class: chance − 1 = −0.65. Add 1 on both sides.",
    ],
    mistakes=[
        Mistake(
            [2, 0.65],
            "The class is right. But 0.65 is what is missing to 1: the chance minus 1 is −0.65. Which chance is that?",
        ),
        Mistake(
            [2, -0.65],
            "The class is right. But −0.65 is the slope, and no chance is below 0. The slope is the chance minus 1.",
        ),
        Mistake(
            [3, 0.35],
            "The chance is right. But the first class is 0, so the third one is not 3.",
        ),
        Mistake(
            [2, 0.3],
            "The class is right. But 0.3 is the chance of the last class. For the label, the chance minus 1 is −0.65.",
        ),
        Mistake(
            [3, 0.3],
            "That is the largest slope, of the last class. The label is the odd one out: the only one below zero.",
        ),
        Mistake(
            [3, 0.65],
            "Count the classes from 0, and look again at the chance: the chance minus 1 is −0.65.",
        ),
        Mistake(
            [0, 0.1],
            "The slope of the first class is above zero. The label is the odd one out: the only one below zero.",
        ),
        Mistake(
            [1, 0.25],
            "That is the example of the text. Look for the only slope below zero.",
        ),
        Mistake(
            [0.35, 2],
            "Both are right, in the other order: first the class, then the chance.",
        ),
        Mistake(
            [2, 35],
            "Those are per cent. They are right, but a chance here is a number between 0 and 1: divide by 100.",
        ),
        Mistake(
            [2, 1.65],
            "The class is right. But no chance is above 1. The chance minus 1 is −0.65.",
        ),
        Mistake(
            [2],
            "The class is right. Add the chance behind it: two numbers in one list.",
        ),
        Mistake(
            2,
            "The class is right. Add the chance: two numbers in one list, such as `[2, 0.5]`.",
        ),
    ],
)


# ---- breaking_features


SLOPES = np.array([0.2, 0.5, -0.7])
SHOWN = [[0.5, 1, 0.2], [0.5, -0.5, 0.2], [0.5, -0.7, 0.2], [0.5, -1, 0.2]]


def _observe_features(answer):
    try:
        numbers = np.asarray(answer)
        numbers = numbers.reshape(3).astype("float64") if numbers.dtype.kind in "iuf" else None
    except Exception:
        numbers = None
    if numbers is None or not np.all(np.isfinite(numbers)):
        return {"given": "not three numbers", "below zero": -1, "the rule names": "nothing"}
    sums = np.outer(numbers, SLOPES).sum(axis=0)
    silent = np.max(np.abs(sums)) < 1e-9
    given = "three numbers from −1 to 1"
    if np.max(np.abs(numbers)) > 1:
        given = "a number outside −1 to 1"
    elif any(np.allclose(numbers, shown) for shown in SHOWN):
        given = "the features of the pictures"
    rule = "nothing" if silent else "the true class" if np.argmin(sums) == 2 else "a wrong class"
    return {"given": given, "below zero": int(np.sum(numbers < 0)), "the rule names": rule}


breaking_features = Exercise(
    "14",
    "breaking_features",
    kind="value",
    observe=_observe_features,
    hints=[
        "The column sums are the slopes times one number. Which number is it, and which sign must it have?",
        "The three features must sum to less than zero, with only one of them below zero.",
        "One large negative feature and two small positive ones, such as −0.8 and twice 0.1.",
    ],
    mistakes=[
        Mistake(
            [0.5, -1],
            "Three features are asked for, as three finite numbers in one list.",
            key="given",
        ),
        Mistake(
            [0.5, -3, 0.5],
            "One of these is outside −1 to 1. A tanh never gives that.",
            key="given",
        ),
        Mistake(
            [0.5, -1, 0.2],
            "These features stand in the pictures above. Find three of your own.",
            key="given",
        ),
        Mistake(
            [0.5, 1, 0.5],
            "None of these is below zero, so they sum to more than zero and the rule is right. One may be negative.",
            key="below zero",
        ),
        Mistake(
            [-0.5, -0.5, 0.2],
            "Two of these are below zero. It can be done with one.",
            key="below zero",
        ),
        Mistake(
            [-0.5, -0.2, -1],
            "All three are below zero. It can be done with one.",
            key="below zero",
        ),
        Mistake(
            [0.5, -0.9, 0.4],
            "These features sum to 0, so all column sums are 0 and the rule names nothing. Move the negative one away "
            "from 0.",
            key="the rule names",
        ),
        Mistake(
            [0.5, -0.2, 0.5],
            "The rule is still right: these sum to more than zero. The negative one must outweigh the others.",
            key="the rule names",
        ),
    ],
)


# ---- label_without_bias


def _table(features, chances, label):
    slopes = np.array(chances, "float32")
    slopes[label] = -(np.sum(slopes) - slopes[label])
    return np.outer(np.array(features, "float32"), slopes)


def _observe_label(answer, table):
    label = answer(table)
    array = np.asarray(label)
    if label is not None and array.dtype.kind in "iuf" and array.size == 1:
        return array.reshape(()).item()
    return label


def _rule(function):
    return lambda weight_gradient: int(function(np.asarray(weight_gradient)))


label_without_bias = Exercise(
    "14",
    "label_without_bias",
    tolerance=1e-6,
    inputs={
        "features above zero": (_table([0.5, 0.25, 1], [0.25, 0.125, 0.5, 0.0625, 0.0625], 1),),
        "features that sum to less than zero": (_table([-1, 0.5, -0.25, 0.125], [0.125, 0.5, 0.25], 0),),
        "a first feature that is 0": (_table([0, -0.75, 0.5, -1, 0.25, -0.5], [0.25, 0.25, 0.125, 0.5], 3),),
        "features that sum to exactly 0": (_table([1, 0, -1, -0.5, 0.5, 0], [0.5, 0.25, 0.125, 0.125], 2),),
        "a network that is sure of a wrong class": (_table([-0.5, 1, -0.75], [0.875, 0.0625, 0.03125, 0, 0.03125], 4),),
        "a tiny gradient": (_table([0.25, -1], [1e-6, 2e-6, 0, 1e-6, 3e-6, 1e-6], 2),),
        "features of which the first are above zero": (
            _table([1, 0.5, 0.25, -1, -1, -1, -1], [0.25, 0, 0.125, 0.25, 0.125], 1),
        ),
    },
    observe=_observe_label,
    hints=[
        "The odd one out has the other sign, but which sign that is you cannot know. What do you know of its size?",
        "Section 1: the odd one out is as large as all the others together. So drop the signs *before* you add up.",
        "`np.abs` of the table, then the sum of each column, then the place of the largest sum.",
    ],
    mistakes=[
        Mistake(
            _rule(lambda table: np.argmin(table.sum(axis=0))),
            "That is the rule which you have broken: it is wrong as soon as the features sum to less than zero.",
        ),
        Mistake(
            _rule(lambda table: np.argmax(table.sum(axis=0))),
            "Now it is right where the features sum to less than zero, and wrong where they sum to more. The rule must "
            "not depend on that sign.",
        ),
        Mistake(
            _rule(lambda table: np.argmax(np.abs(table.sum(axis=0)))),
            "So close: you add first and drop the signs then. Where the features sum to exactly 0, nothing is left to "
            "compare. Drop the signs first: `np.abs` before `np.sum`.",
        ),
        Mistake(
            _rule(lambda table: np.argmin(np.abs(table).sum(axis=0))),
            "The signs are gone, as they should be. But the odd one out is the *largest*: as large as all the others "
            "together.",
        ),
        Mistake(
            _rule(lambda table: np.argmax(np.abs(table).sum(axis=1))),
            "You added up the rows, and a row belongs to a feature. A class is a column: `axis=0`.",
        ),
        Mistake(
            _rule(lambda table: np.argmin(table.sum(axis=1))),
            "These are sums of rows, and a row belongs to a feature. A class is a column: `axis=0`. Mind the signs.",
        ),
        Mistake(
            _rule(lambda table: np.argmin(table[0])),
            "You look at the first feature alone, and trust its sign. It can be below zero, or 0. Look at all rows.",
        ),
        Mistake(
            _rule(lambda table: np.argmax(np.abs(table[0]))),
            "You look at the first feature alone. It can be 0, and then its row tells nothing. Look at all rows.",
        ),
        Mistake(
            _rule(lambda table: np.argmin(table) % table.shape[1]),
            "You take the column of the smallest single number. Where the largest feature is negative, that number "
            "belongs to a wrong class. Look at sizes.",
        ),
        Mistake(
            _rule(lambda table: np.argmax(np.abs(table))),
            "That is the place in the whole table, counted through all rows. The column is asked for: add up each "
            "column first, with `axis=0`.",
        ),
        Mistake(
            lambda weight_gradient: np.sum(np.abs(weight_gradient), axis=0),
            "These are the sizes of all columns. Now return the place of the largest: `np.argmax`.",
        ),
        Mistake(
            lambda weight_gradient: np.max(np.sum(np.abs(weight_gradient), axis=0)),
            "That is the size of the largest column. Its place is asked for: `np.argmax` instead of `np.max`.",
        ),
        Mistake(
            _rule(lambda table: 1 + np.argmax(np.abs(table).sum(axis=0))),
            "One too many: the first class is 0.",
        ),
    ],
)


# ---- PictureSearch


@functools.cache
def _made(pixels, classes):
    keras.utils.set_random_seed(14)
    layers = [keras.Input((pixels,)), keras.layers.Dense(4, "sigmoid"), keras.layers.Dense(classes)]
    base_model = GradientModel(keras.Sequential(layers))
    return base_model, base_model.get_weights()


def _base_model(pixels, classes):
    base_model, weights = _made(pixels, classes)
    base_model.trainable = True  # an answer before may have frozen it, or changed its weights
    base_model.set_weights(weights)
    return base_model


def _observe_search(answer, label, pixels, classes):
    base_model = _base_model(pixels, classes)
    model = answer(base_model, label, pixels, classes)
    result = model(tf.ones((1, 1)))
    if result is None:
        return None
    own = [weight for weight in model.weights if not any(weight is theirs for theirs in base_model.weights)]
    shapes = [tuple(weight.shape) for weight in own]
    start = own[0].numpy() if shapes == [(1, pixels)] else np.zeros(1)
    noise = start.min() >= 0 and start.max() <= 1 and np.ptp(start) > 0.2
    for weight in own:
        weight.assign(np.linspace(0.9, 0.1, weight.shape.num_elements()).reshape(weight.shape))
    result = model(tf.ones((1, 1)))
    gradient = isinstance(result, (list, tuple)) and len(result) == 4
    shape = None if gradient else np.shape(result)
    one = {(1, pixels): "the picture", (1, classes): "the prediction"}.get(shape, "something else")
    return {
        "the weights of its own": f"the shapes {', '.join(map(str, shapes))}" if shapes else "none",
        "its picture begins as noise between 0 and 1": bool(noise),
        "what comes out": "a list of four tensors" if gradient else one,
        "the gradient": np.concatenate([np.ravel(part) for part in result]) if gradient else np.zeros(1),
    }


def _search(
    y=lambda label, classes: tf.one_hot([label], classes),
    call=lambda base_model, x, y: base_model.gradient(x, y),
    pixels=None,
    layers=1,
    **settings,
):
    """A class like the solution, with one thing about it changed."""
    dense = {"use_bias": False, "kernel_initializer": keras.initializers.RandomUniform(0, 1), **settings}

    class Answer(keras.Model):
        def __init__(self, base_model, label, given_pixels, classes):
            super().__init__()
            self.dense1 = keras.layers.Dense(pixels or given_pixels, **dense)
            self.dense2 = None
            if layers == 2:
                self.dense2 = keras.layers.Dense(classes, "softmax", use_bias=False, kernel_initializer="ones")
            self.base_model = base_model
            self.y = y(label, classes)

        def call(self, one):
            return call(self.base_model, self.dense1(one), self.dense2(one) if self.dense2 else self.y)

    return Answer


PictureSearch = Exercise(
    "14",
    "PictureSearch",
    kind="class",
    inputs={"six pixels and three classes": (2, 6, 3), "nine pixels and five classes": (1, 9, 5)},
    observe=_observe_search,
    hints=[
        "Begin with the class of lesson 11. What of it can go, now that the label is known?",
        "`self.dense1` stays as it was, with `pixels` units. For the label, `tf.one_hot([label], classes)` is one row.",
        "In `__init__`: `self.dense1 = keras.layers.Dense(pixels, use_bias=False, kernel_initializer=uniform)`, "
        "`self.base_model = base_model`, `self.y = tf.one_hot([label], classes)`. In `call`: "
        "`return self.base_model.gradient(self.dense1(one), self.y)`.",
    ],
    mistakes=[
        Mistake(
            _search(layers=2),
            "There is still a second layer, for the label. Take it out: the label is known, so it is no weight.",
            key="the weights of its own",
        ),
        Mistake(
            _search(use_bias=True),
            "The layer has a bias, which would be searched as well. Write `use_bias=False`.",
            key="the weights of its own",
        ),
        Mistake(
            _search(kernel_initializer="glorot_uniform"),
            "The picture begins with numbers outside 0 to 1, or all alike. Give `dense1` the initializer `uniform`.",
            key="its picture begins as noise between 0 and 1",
        ),
        Mistake(
            _search(call=lambda base_model, x, y: base_model(x)),
            "That is the prediction of the base model. Its gradient is asked for: `self.base_model.gradient(x, y)`.",
            key="what comes out",
        ),
        Mistake(
            _search(call=lambda base_model, x, y: x),
            "That is the picture. Go one arrow further: which gradient does it have, with the known label?",
            key="what comes out",
        ),
        Mistake(
            _search(call=lambda base_model, x, y: base_model.gradient(y, x)),
            "Picture and label are swapped: `gradient` takes the picture first.",
        ),
        Mistake(
            _search(y=lambda label, classes: tf.one_hot(label, classes)),
            "`tf.one_hot(label, classes)` is one list. A batch of one picture needs one *row*: `tf.one_hot([label], "
            "classes)`.",
        ),
        Mistake(
            _search(y=lambda label, classes: label),
            "`gradient` wants the label as probabilities, and got the number of the class: use `tf.one_hot([label], "
            "classes)`.",
        ),
        Mistake(
            _search(y=lambda label, classes: tf.one_hot([label], 10)),
            "Ten classes are ours. This network has another number of them: use `classes`.",
        ),
        Mistake(
            _search(pixels=784),
            "784 pixels are ours. This network takes another number of them: use `pixels`.",
        ),
        Mistake(
            _search(y=lambda label, classes: tf.fill((1, classes), 1 / classes)),
            "The label is the same for all classes, as at the start of lesson 11. It is known now: use `label`.",
            key="the gradient",
        ),
        Mistake(
            _search(y=lambda label, classes: tf.nn.softmax(tf.one_hot([label], classes))),
            "There is a softmax around the label. A one-hot row is probabilities already: leave the softmax out.",
            key="the gradient",
        ),
        Mistake(
            _search(activation="sigmoid"),
            "The picture's layer has an activation, so what goes on is not its kernel. Leave it out.",
            key="the gradient",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "A last layer has no bias and follows a ReLU. Can the label be read off?",
            [
                Option(
                    "No: without a bias gradient there is nothing to read.",
                    False,
                    "The weights of the layer are sent, and each column of their slopes belongs to a class.",
                ),
                Option(
                    "Yes: the smallest column sum of the weight gradient is the label.",
                    True,
                    "A ReLU's features are never below zero, so their sum keeps the sign of the slopes.",
                ),
                Option(
                    "Only with a search.",
                    False,
                    "One sum for each class is enough. Nothing is searched.",
                ),
            ],
        ),
        Question(
            "Why does tanh break the rule of the column sums?",
            [
                Option(
                    "Its features can sum to less than zero, and then every sign turns.",
                    True,
                    "The true class has then the largest column sum.",
                ),
                Option(
                    "A tanh network sends no label.",
                    False,
                    "It does. The bias gradient shows it, 100 times of 100.",
                ),
                Option(
                    "A tanh is not smooth enough.",
                    False,
                    "It is as smooth as a sigmoid. The sign of its features is what matters.",
                ),
            ],
        ),
        Question(
            "On fresh networks our DLG found every label, and on trained ones it did not. What follows?",
            [
                Option(
                    "The paper is wrong.",
                    False,
                    "It reports what its own search did. A count belongs to a search, a network and a start.",
                ),
                Option(
                    "Training protects the label.",
                    False,
                    "The label is read off without a search from the trained network too.",
                ),
                Option(
                    "Reading the label off pays most where the network is already sure of its answer.",
                    True,
                    "There the search for the label goes wrong, while the sign is as plain as before.",
                ),
            ],
        ),
    ]
)
