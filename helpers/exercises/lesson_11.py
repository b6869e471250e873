"""Lesson 11: build the two layers, write `call`, freeze what must not move, recover a stranger's secret."""

import keras
import numpy as np
import tensorflow as tf

import helpers
from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "The model whose layers are the secret"


# ---- two_layers


def _observe_two_layers(answer, pixels, classes):
    keras.utils.set_random_seed(11)
    result = answer(pixels, classes)
    if result is None:
        return None
    picture, label = result
    one = tf.ones((1, 1))
    x, y = np.asarray(picture(one)), np.asarray(label(one))
    return {
        "shape of the picture": str(x.shape),
        "shape of the label": str(y.shape),
        "biases": sum(layer.bias is not None for layer in (picture, label)),
        "smallest number of the picture is 0 or more": bool(x.min() >= 0),
        "the picture's numbers are probabilities": bool(np.isclose(x.sum(), 1, atol=1e-3)),
        "the picture's numbers are spread between 0 and 1": bool(x.min() < 0.1 and 0.9 < x.max() <= 1),
        "the label": y,
    }


def _picture(pixels, **kwargs):
    uniform = keras.initializers.RandomUniform(0, 1)
    return keras.layers.Dense(pixels, **{"use_bias": False, "kernel_initializer": uniform, **kwargs})


def _label(classes, **kwargs):
    settings = {"use_bias": False, "activation": "softmax", "kernel_initializer": "ones"}
    return keras.layers.Dense(classes, **{**settings, **kwargs})


two_layers = Exercise(
    "11",
    "two_layers",
    inputs=[(300, 5), (3072, 100)],
    observe=_observe_two_layers,
    hints=[
        "Each layer is one line above: the green one and the red one. Which numbers in them must change?",
        "The picture's layer has `pixels` units, the label's `classes` units. The rest stays as it is.",
        "`keras.layers.Dense(pixels, use_bias=False, kernel_initializer=keras.initializers.RandomUniform(0, 1))`, and "
        'for the label `Dense(classes, use_bias=False, activation="softmax", kernel_initializer="ones")`.',
    ],
    mistakes=[
        Mistake(
            lambda pixels, classes: (_label(classes), _picture(pixels)),
            "The two are swapped. The picture's layer comes first.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(784), _label(10)),
            "These are the sizes of our digits. This victim has other ones: use `pixels` and `classes`.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, use_bias=True), _label(classes, use_bias=True)),
            "The layers have a bias, which would be added to the picture. Write `use_bias=False` in both.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, kernel_initializer="glorot_uniform"), _label(classes)),
            "The dummy picture has negative numbers: Keras' usual starting weights lie around 0. Grey values lie "
            "between 0 and 1, so use `keras.initializers.RandomUniform(0, 1)`.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, kernel_initializer="ones"), _label(classes)),
            "The dummy picture is all white. Start from noise: `keras.initializers.RandomUniform(0, 1)`.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels), _label(classes, activation=None)),
            "The label has no softmax, so its numbers do not sum to 1 and are no probabilities.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, activation="softmax"), _label(classes)),
            "The softmax stands in the picture's layer as well. Grey values need none; take it out there.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels), _label(classes, kernel_initializer="glorot_uniform")),
            'The dummy label prefers some classes already. Start with all of them equal: `kernel_initializer="ones"`.',
        ),
    ],
)


# ---- call


def _small_base_model():
    keras.utils.set_random_seed(11)
    layers = [keras.Input((6,)), keras.layers.Dense(4, "sigmoid"), keras.layers.Dense(3)]
    return helpers.models.GradientModel(keras.Sequential(layers))


def _observe_call(answer):
    base_model = _small_base_model()
    result = answer(_picture(6), _label(3, kernel_initializer="normal"), base_model, tf.ones((1, 1)))
    if isinstance(result, (list, tuple)):
        return [None if tensor is None else np.asarray(tensor) for tensor in result]
    return result


call = Exercise(
    "11",
    "call",
    observe=_observe_call,
    hints=[
        "Follow the arrows in the drawing, from the 1 to the right.",
        "Each layer is used like a function: `x = dense1(one)`. What does `dense2(one)` give?",
        "The last arrow: `return base_model.gradient(x, y)`.",
    ],
    mistakes=[
        Mistake(
            lambda dense1, dense2, base_model, one: base_model(dense1(one)),
            "That is the prediction of the base model, as in usual training. Here its gradient is asked for: "
            "`base_model.gradient(x, y)`.",
        ),
        Mistake(
            lambda dense1, dense2, base_model, one: (dense1(one), dense2(one)),
            "These are the dummy picture and the dummy label. Go one arrow further: which gradient do they have?",
        ),
        Mistake(
            lambda dense1, dense2, base_model, one: base_model.gradient(dense2(one), dense1(one)),
            "Picture and label are swapped: `gradient` takes the picture first.",
        ),
        Mistake(
            lambda dense1, dense2, base_model, one: base_model.gradient(one, one),
            "The number 1 goes into the two layers, and what comes out of them goes into the base model.",
        ),
        Mistake(
            lambda dense1, dense2, base_model, one: base_model.gradient(dense1(one), dense2(dense1(one))),
            "The label does not depend on the picture. Both layers are fed with `one`.",
        ),
        Mistake(
            lambda dense1, dense2, base_model, one: base_model.gradient(dense1(one), dense2.kernel),
            "`dense2.kernel` has not gone through the softmax yet. Use what `dense2(one)` returns.",
        ),
    ],
)


# ---- freeze


class _Attack(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense1, self.dense2, self.base_model = (
            _picture(6, name="dense1"),
            _label(3, name="dense2"),
            _small_base_model(),
        )
        self.dense1.build((None, 1))
        self.dense2.build((None, 1))


def _numbers(attack):
    return sum(int(np.prod(weight.shape)) for weight in attack.trainable_weights)


def _observe_freeze(answer):
    attack = _Attack()
    everything = len(attack.trainable_weights)
    returned = answer(attack)
    if returned is None and len(attack.trainable_weights) == everything:
        return None
    parts = [name for name in ("dense1", "dense2", "base_model") if getattr(attack, name).trainable_weights]
    if not attack.trainable:
        parts = []
    return {"trained": ", ".join(parts) or "nothing", "the number returned": returned}


def _freeze(*names, counts=_numbers):
    def answer(attack):
        for name in names:
            (attack if name == "all" else getattr(attack, name)).trainable = False
        return counts(attack)

    return answer


freeze = Exercise(
    "11",
    "freeze",
    observe=_observe_freeze,
    hints=[
        "Every layer and every model has a switch called `trainable`.",
        "Which part must not move? It is `attack.base_model`.",
        "`attack.base_model.trainable = False`; then add up the sizes of `attack.trainable_weights`, e.g. with "
        "`np.prod(weight.shape)`.",
    ],
    mistakes=[
        Mistake(
            _freeze("all"),
            "Now nothing is trained at all, the dummy neither. Switch off the base model alone.",
        ),
        Mistake(
            _freeze("dense1", "dense2"),
            "That is the wrong way round: picture and label are frozen and the victim's weights move.",
        ),
        Mistake(
            _freeze(),
            "The base model is still trained. Switch it off: `attack.base_model.trainable = False`.",
        ),
        Mistake(
            _freeze("base_model", counts=lambda attack: len(attack.trainable_weights)),
            "Frozen as it should be. But that is the number of weights; each of them holds many numbers. Add up their "
            "sizes.",
        ),
        Mistake(
            _freeze("base_model", counts=lambda attack: _numbers(attack.base_model)),
            "Frozen as it should be. Now count what `attack` will train, not what the base model will.",
        ),
        Mistake(
            _freeze("base_model", counts=lambda attack: None),
            "Frozen as it should be. Now `return` how many numbers will be trained.",
        ),
    ],
)


# ---- steal


def _observe_steal(answer, number):
    images, labels = helpers.data.load_digits()
    keras.utils.set_random_seed(number)
    base_model = helpers.models.GradientModel(helpers.models.mlp())
    truth = images[number]
    captured = base_model.gradient(truth.reshape(1, 784), tf.one_hot(labels[number : number + 1], 10))
    result = answer(base_model, captured)
    if result is None:
        return None
    if isinstance(result, keras.Model):
        return {"shape": "that of a Keras model", "picture": "not looked at"}
    picture = np.asarray(result)
    if picture.shape != (28, 28):
        return {"shape": str(picture.shape), "picture": "not looked at"}
    return {"shape": "(28, 28)", "picture": _recognise(picture, truth)}


def _recognise(picture, truth):
    looks = {
        "the secret": picture,
        "the negative of the secret": 1 - picture,
        "the secret turned on its side": picture.T,
        "the secret with values up to 255": picture / 255,
    }
    for name, look in looks.items():
        if helpers.metrics.mse(look, truth) < 0.001:
            return name
    if not np.all(np.isfinite(picture)):
        return "NaN"
    return "one grey" if np.ptp(picture) < 1e-3 else "something else"


def _picture_in(captured):
    return helpers.analytic.dense_input(captured[0], captured[1]).reshape(28, 28)


steal = Exercise(
    "11",
    "steal",
    inputs=[(1107,)],
    observe=_observe_steal,
    hints=[
        "Three things: make the attack model, let it search, return its picture.",
        "The model: `attack = helpers.leakage.DeepLeakage(base_model)`. The search: section 7 or section 9.",
        "After `helpers.optimizers.fit_lbfgs(attack, captured)` the picture is `attack.image`.",
    ],
    mistakes=[
        Mistake(
            lambda base_model, captured: helpers.leakage.DeepLeakage(base_model).image,
            "This picture is not the secret. If it is the noise of the start, the search is missing; if the search has "
            "run, give it more steps, and look at the last distance.",
        ),
        Mistake(
            lambda base_model, captured: _picture_in(captured).reshape(1, 784),
            "The numbers may be right, but they lie in one row. Return `attack.image`, or use `.reshape(28, 28)`.",
        ),
        Mistake(
            lambda base_model, captured: helpers.analytic.label_from_bias(captured[-1]),
            "That is the label. The picture is asked for: `attack.image`.",
        ),
        Mistake(
            lambda base_model, captured: helpers.leakage.DeepLeakage(base_model),
            "That is the attack model. Return the picture that it holds: `attack.image`.",
        ),
        Mistake(
            lambda base_model, captured: 1 - _picture_in(captured),
            "So close: black and white are exchanged. Return the picture as the layer holds it.",
        ),
        Mistake(
            lambda base_model, captured: _picture_in(captured).T,
            "So close: rows and columns are exchanged. The picture needs no `.T`.",
        ),
        Mistake(
            lambda base_model, captured: 255 * _picture_in(captured),
            "The right picture, with values up to 255. In this course pictures lie between 0 and 1.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "Why is the model fed with the number 1?",
            [
                Option(
                    "Because there is one picture, and 1 is its label.",
                    False,
                    "The label is not known. It is one of the two things that are searched for.",
                ),
                Option(
                    "A layer without bias multiplies its weights by the input; by 1, they come out unchanged.",
                    True,
                    "So the output of `dense1` is its kernel, and its kernel is the picture.",
                ),
                Option(
                    "Because probabilities sum to 1.",
                    False,
                    "The softmax takes care of that, whatever goes in.",
                ),
            ],
        ),
        Question(
            "After the attack, `fit` reports a loss above 1, and yet the picture is perfect. Why?",
            [
                Option(
                    "The loss is the mean over all steps, and the first ones were bad.",
                    True,
                    "The last step's distance is far smaller. Record each step.",
                ),
                Option(
                    "The picture is right by chance.",
                    False,
                    "784 numbers do not come out right by chance.",
                ),
                Option(
                    "The loss compares labels, and those are hard to find.",
                    False,
                    "It compares gradients. The label was found long before the end.",
                ),
            ],
        ),
        Question(
            "What happens if the base model's weights may move as well?",
            [
                Option(
                    "The attack gets better, since there is more to train.",
                    False,
                    "More unknowns do not help: you saw specks instead of a digit.",
                ),
                Option(
                    "Nothing: they have the right values already.",
                    False,
                    "`fit` does not know that. It moves whatever brings the distance down.",
                ),
                Option(
                    "The picture does not come.",
                    True,
                    "The captured gradient was taken from the network as it was. From another network, it means "
                    "something else.",
                ),
            ],
        ),
    ]
)
