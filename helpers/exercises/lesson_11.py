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
    if not isinstance(result, (tuple, list)) or [isinstance(part, keras.layers.Layer) for part in result] != [True] * 2:
        return {"what is returned": "not two layers"}
    x, y = (np.asarray(layer(tf.ones((1, 1)))) for layer in result)
    return {
        "what is returned": "two layers",
        "shapes": f"{x.shape} and {y.shape}",
        "biases": any(getattr(layer, "bias", None) is not None for layer in result),
        "the picture": _looks_like(x),
        "the label": "all classes equal" if np.allclose(y, 1 / classes) else f"sums to {y.sum():.2f}",
    }


def _looks_like(x):
    kinds = {
        "NaN": not np.all(np.isfinite(x)),
        "one number everywhere": np.ptp(x) < 1e-6,
        "negative numbers": x.min() < 0,
        "numbers above 1": x.max() > 1,
        "probabilities": np.isclose(x.sum(), 1, atol=1e-3),
        "only a part of 0 to 1": x.min() > 0.1 or x.max() < 0.9,
    }
    return next((kind for kind, holds in kinds.items() if holds), "noise between 0 and 1")


def _picture(pixels, **kwargs):
    uniform = keras.initializers.RandomUniform(0, 1)
    return keras.layers.Dense(pixels, **{"use_bias": False, "kernel_initializer": uniform, **kwargs})


def _label(classes, **kwargs):
    settings = {"use_bias": False, "activation": "softmax", "kernel_initializer": "ones"}
    return keras.layers.Dense(classes, **{**settings, **kwargs})


two_layers = Exercise(
    "11",
    "two_layers",
    inputs={"300 pixels and 5 classes": (300, 5), "3072 pixels and 100 classes": (3072, 100)},
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
            key="shapes",
        ),
        Mistake(
            lambda pixels, classes: _picture(pixels),
            "Two layers are to be returned, the picture's and the label's: `return picture, label`.",
        ),
        Mistake(
            lambda pixels, classes: (_picture(784), _label(10)),
            "These are the sizes of our digits. This victim has other ones: use `pixels` and `classes`.",
            key="shapes",
        ),
        Mistake(
            lambda pixels, classes: (_picture(3072), _label(100)),
            "The sizes are fixed to one victim. Use `pixels` and `classes`, so that the function serves any.",
            key="shapes",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, use_bias=True), _label(classes, use_bias=True)),
            "There is a bias, which would be added on top and trained as well. Write `use_bias=False` in both layers.",
            key="biases",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, kernel_initializer="glorot_uniform"), _label(classes)),
            "The dummy picture has negative numbers: Keras' usual starting weights lie around 0. Grey values lie "
            "between 0 and 1, so use `keras.initializers.RandomUniform(0, 1)`.",
            key="the picture",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, kernel_initializer="ones"), _label(classes)),
            "The dummy picture has one number everywhere. Start from noise: `keras.initializers.RandomUniform(0, 1)`.",
            key="the picture",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels), _label(classes, activation=None)),
            "The label has no softmax, so its numbers do not sum to 1 and are no probabilities.",
            key="the label",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels, activation="softmax"), _label(classes)),
            "The softmax stands in the picture's layer as well. Grey values need none; take it out there.",
            key="the picture",
        ),
        Mistake(
            lambda pixels, classes: (_picture(pixels), _label(classes, kernel_initializer="glorot_uniform")),
            'The dummy label prefers some classes already. Start with all of them equal: `kernel_initializer="ones"`.',
            key="the label",
        ),
    ],
)


# ---- call


def _small_base_model(pixels=6, classes=3):
    keras.utils.set_random_seed(11)
    layers = [keras.Input((pixels,)), keras.layers.Dense(4, "sigmoid"), keras.layers.Dense(classes)]
    return helpers.models.GradientModel(keras.Sequential(layers))


def _observe_call(answer):
    base_model = _small_base_model()
    dense1, dense2 = _picture(6, name="dense1"), _label(3, kernel_initializer="normal", name="dense2")
    dense1.build((None, 1))
    dense2.build((None, 1))
    result = answer(dense1, dense2, base_model, tf.ones((1, 1)))
    if isinstance(result, (list, tuple)) and len(result) == 4:
        result = [np.asarray(tensor) for tensor in result]
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
            "The first thing that `gradient` takes is the picture, `dense1(one)`. Is it swapped with the label?",
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
    def __init__(self, pixels, classes):
        super().__init__()
        self.base_model = _small_base_model(pixels, classes)
        self.dense1, self.dense2 = _picture(pixels, name="dense1"), _label(classes, name="dense2")
        self.dense1.build((None, 2))
        self.dense2.build((None, 2))
        self.built = True


def _numbers(attack):
    return sum(int(np.prod(weight.shape)) for weight in attack.trainable_weights)


def _observe_freeze(answer, pixels, classes):
    attack = _Attack(pixels, classes)
    everything = len(attack.trainable_weights)
    returned = answer(attack)
    if returned is None and len(attack.trainable_weights) == everything:
        return None
    parts = [name for name in ("dense1", "dense2", "base_model") if getattr(attack, name).trainable_weights]
    if not attack.trainable:
        parts = []
    return {"what fit will train": " and ".join(parts) or "nothing", "the number returned": returned}


def _freeze(*names, counts=_numbers):
    def answer(attack):
        for name in names:
            (attack if name == "all" else getattr(attack, name)).trainable = False
        return counts(attack)

    return answer


freeze = Exercise(
    "11",
    "freeze",
    inputs={"a small attack": (6, 3), "a larger one": (20, 4)},
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
            key="what fit will train",
        ),
        Mistake(
            _freeze("dense1", "dense2"),
            "That is the wrong way round: picture and label are frozen and the victim's weights move.",
            key="what fit will train",
        ),
        Mistake(
            _freeze(),
            "The base model is still trained. Switch it off: `attack.base_model.trainable = False`.",
            key="what fit will train",
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
            _freeze("base_model", counts=lambda attack: 794),
            "Frozen as it should be. But 794 belongs to our attack, and the check's is smaller: count the numbers.",
        ),
        Mistake(
            _freeze("base_model", counts=lambda attack: sum(int(np.prod(w.shape)) for w in attack.weights)),
            "Frozen as it should be. But the frozen weights are counted too: count `attack.trainable_weights`.",
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
    return {"what came back": _recognise(result, truth, labels[number])}


def _recognise(result, truth, label):
    if isinstance(result, keras.Model):
        return "a model"
    if hasattr(result, "distances") or hasattr(result, "history"):
        return "the record of a search"
    if isinstance(result, (tuple, list)) and len(result) == 2:
        return "two things"
    try:
        picture = np.asarray(result).astype("float64")
    except (TypeError, ValueError):
        return f"a {type(result).__name__}"
    if picture.ndim == 0:
        return "the label" if picture == label else "one number"
    if picture.shape != (28, 28):
        return "784 numbers in another shape" if picture.size == 784 else f"an array of shape {picture.shape}"
    if not np.all(np.isfinite(picture)):
        return "a picture with NaN or infinity"
    looks = {
        "the secret": picture,
        "the negative of the secret": 1 - picture,
        "the secret turned on its side": picture.T,
        "the secret with values up to 255": picture / 255,
    }
    for name, look in looks.items():
        if helpers.metrics.mse(look, truth) < 0.001:
            return name
    return "one grey" if np.ptp(picture) < 1e-3 else "another picture"


def _picture_in(captured):
    return helpers.analytic.dense_input(captured[0], captured[1]).reshape(28, 28)


steal = Exercise(
    "11",
    "steal",
    inputs={"a stranger's gradient": (1107,)},
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
            "The numbers may be right, but the shape is not. Return `attack.image`, or use `.reshape(28, 28)`.",
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
            lambda base_model, captured: helpers.optimizers.Record(),
            "That is the record of the search. The picture that it found is in `attack.image`.",
        ),
        Mistake(
            lambda base_model, captured: (_picture_in(captured), 3),
            "Two things came back. The picture alone is asked for: `return attack.image`.",
        ),
        Mistake(
            lambda base_model, captured: np.zeros((28, 28)),
            "That picture has one grey value everywhere. Return what the search found: `attack.image`.",
        ),
        Mistake(
            lambda base_model, captured: np.full((28, 28), np.nan),
            "The picture holds NaN or infinity: the search ran away. A smaller learning rate helps, or L-BFGS.",
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
