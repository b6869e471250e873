"""Lesson 07: subclass a model, find the layer in the wrong place, the trick with the 1, a gradient to send."""

import keras
import numpy as np
import tensorflow as tf

from helpers.exercises.engine import Exercise, Mistake
from helpers.models import cross_entropy
from helpers.quiz import Option, Question, Quiz

TITLE = "Feed a layer the number 1, and out come its weights"


# ---- TwoLayers


def _observe_two_layers(answer, x):
    model = answer()
    if model(tf.constant(x)) is None:
        return None
    shapes = sorted(tuple(weight.shape) for weight in model.weights)
    for weight in model.weights:  # the seed, the initializer and the order of the layers are the learner's choice
        weight.assign(np.random.default_rng(sum(weight.shape)).normal(size=weight.shape))
    return {"weights in the books": str(shapes), "output": np.asarray(model(tf.constant(x)))}


def _two_layers(first, second, call=lambda hidden, out, x: out(hidden(x)), made_in_call=False):
    class Answer(keras.Model):
        def __init__(self):
            super().__init__()
            if not made_in_call:
                self.hidden, self.out = first(), second()

        def call(self, x):
            if made_in_call:
                return call(first(), second(), x)
            return call(self.hidden, self.out, x)

    return Answer


def _dense(units, activation=None):
    return lambda: keras.layers.Dense(units, activation=activation)


TwoLayers = Exercise(
    "07",
    "TwoLayers",
    kind="class",
    inputs={
        "one row of three numbers": (np.array([[1.0, 2.0, 3.0]], "float32"),),
        "five rows": (np.linspace(-2, 2, 15, dtype="float32").reshape(5, 3),),
    },
    observe=_observe_two_layers,
    hints=[
        "Look at `Tiny` above: two lines make the layers, one line says how `x` runs through them.",
        'In `__init__`: `self.hidden = keras.layers.Dense(8, activation="relu")`, and likewise `self.out`.',
        "In `call`: first `self.hidden(x)`, then `self.out(...)` of that, and `return` it.",
    ],
    mistakes=[
        Mistake(
            _two_layers(_dense(8, "relu"), _dense(3), made_in_call=True),
            "The layers are made inside `call`, so they are new at each call and not in Keras' books. Make them in "
            "`__init__`, as `self.hidden` and `self.out`.",
            key="weights in the books",
        ),
        Mistake(
            _two_layers(_dense(3, "relu"), _dense(8)),
            "The sizes are swapped: first 8 units, then 3. The last layer decides how many numbers come out.",
        ),
        Mistake(
            _two_layers(_dense(8), _dense(3)),
            'The first layer has no activation. Add `activation="relu"`; without it two layers do no more than one.',
        ),
        Mistake(
            _two_layers(_dense(8, "relu"), _dense(3, "relu")),
            "The last layer has an activation too. Leave it out: a raw output may be negative.",
        ),
        Mistake(
            _two_layers(_dense(8, "relu"), _dense(3), lambda hidden, out, x: out(x)),
            "`call` leaves the first layer out. Give `self.out` what `self.hidden(x)` returns.",
        ),
        Mistake(
            _two_layers(_dense(8, "relu"), _dense(3), lambda hidden, out, x: hidden(x)),
            "`call` stops after the first layer. Its result must go through a second one, which `__init__` makes.",
        ),
        Mistake(
            _two_layers(_dense(8, "sigmoid"), _dense(3)),
            'The first layer has a sigmoid. Here it shall be `activation="relu"`.',
        ),
        Mistake(
            _two_layers(_dense(8, "relu"), _dense(3, "softmax")),
            "The last layer has a softmax. Leave it out: the raw numbers are asked for.",
        ),
        Mistake(
            _two_layers(_dense(8), _dense(3, "relu")),
            "The relu stands in the wrong layer. It belongs to the first one.",
        ),
    ],
)


# ---- letter


def _observe_letter(answer):
    letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
    return letter if letter in list("abcde") else "no letter from a to e"


letter = Exercise(
    "07",
    "letter",
    kind="value",
    observe=_observe_letter,
    hints=[
        "Compare `hidden` and `out`. Where is each of them made?",
        "`__init__` runs once. How often does `call` run?",
        "The books hold 2 entries, a kernel and a bias. A second layer should have added two more.",
    ],
    mistakes=[
        Mistake(
            "a", "A sigmoid gives the same result for the same input, each time. Look at where the weights are made."
        ),
        Mistake("c", "It stands where it should, as the first line of `__init__`. Look at `call` instead."),
        Mistake("d", "A name may be given a new value, and Python does not mind. Look at what else `call` makes anew."),
        Mistake("x", "Write one of the letters a to e, in quotes."),
        Mistake("e", "True, but an untrained model still gives the same answer twice. Here something is made anew."),
    ],
)


# ---- holding


def _observe_holding(answer, values):
    keras.utils.set_random_seed(7)
    layer = answer(values)
    if layer is None:
        return None
    if not isinstance(layer, keras.layers.Dense):
        other = "another layer or model" if isinstance(layer, keras.layers.Layer) else "numbers"
        return {"what is returned": other, "what comes out for [[1.0]]": "not tried", "has a bias": "not tried"}
    return {
        "what is returned": "a Dense layer",
        "what comes out for [[1.0]]": np.asarray(layer(tf.constant([[1.0]]))),
        "has a bias": layer.bias is not None,
    }


def _holding(
    values,
    assign=lambda layer, values: layer.kernel.assign([values]),
    returns=lambda layer: layer,
    units=0,
    inputs=1,
    **kwargs,
):
    layer = keras.layers.Dense(units or len(values), **{"use_bias": False, **kwargs})
    layer.build((None, inputs))
    assign(layer, values)
    return returns(layer)


holding = Exercise(
    "07",
    "holding",
    inputs={"[1, 0, 0.5, 0.25]": ([1.0, 0.0, 0.5, 0.25],), "[3, -2]": ([3.0, -2.0],)},
    observe=_observe_holding,
    tolerance=1e-3,
    hints=[
        "How many units does the layer need? One for each number that shall come out.",
        "Make the layer, then `layer.build((None, 1))`. Now `layer.kernel` exists, with the shape (1, units).",
        "`layer.kernel.assign([values])`: the extra brackets make one row of the list. Then `return layer`.",
    ],
    mistakes=[
        Mistake(
            lambda values: _holding(values, use_bias=True),
            "The numbers are right, but the layer has a bias. It would be trained as well, and then kernel and output "
            "differ. Add `use_bias=False`.",
        ),
        Mistake(
            lambda values: _holding(values, returns=lambda layer: layer.kernel),
            "Those are the numbers themselves. Return the layer that holds them.",
        ),
        Mistake(
            lambda values: keras.Sequential([keras.Input((1,)), _holding(values)]),
            "A layer is asked for, a `Dense` one, and nothing around it.",
        ),
        Mistake(
            lambda values: _holding(values, units=1),
            "The layer has one unit, but each number needs a unit of its own: `Dense(len(values), ...)`.",
        ),
        Mistake(
            lambda values: _holding(values, inputs=len(values)),
            "The kernel was built for as many inputs as there are numbers. One number comes in: `build((None, 1))`.",
        ),
        Mistake(
            lambda values: _holding(values, assign=lambda layer, values: None),
            "The layer has its random starting weights. Fill it: `layer.kernel.assign([values])`.",
        ),
        Mistake(
            lambda values: _holding(values, assign=lambda layer, values: layer.kernel.assign(values)),
            "The kernel has the shape (1, units): one row. Put brackets round the list: `assign([values])`.",
        ),
        Mistake(
            lambda values: _holding(values, activation="softmax"),
            "The layer has an activation, which bends the numbers. Here they shall come out as they are.",
        ),
    ],
)


# ---- gradient


def _observe_gradient(answer, batch, frozen):
    keras.utils.set_random_seed(7)
    logits = keras.initializers.Constant([2.0, 3.0, 4.0])  # positive, so that taking them for probabilities shows
    network = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(4, "sigmoid"), keras.layers.Dense(3, bias_initializer=logits)]
    )
    network.trainable = not frozen
    x = tf.random.uniform((batch, 6), seed=7)
    y = tf.one_hot(np.arange(batch) % 3, 3)
    result = answer(network, x, y)
    if result is None or not isinstance(result, (list, tuple)):
        return result
    return [None if tensor is None else np.asarray(tensor) for tensor in result]


def _gradient(loss=lambda y, logits: cross_entropy(y, logits), weights=None, target=None, sign=1, watch=None):
    def answer(network, x, y):
        watched = weights(network) if weights else [weight.value for weight in network.weights]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watch(network) if watch else [x, *watched])
            value = loss(y, network(x))
        if target == "loss":
            return value
        slopes = tape.gradient(value, x if target == "x" else watched)
        return slopes if target == "x" else [sign * slope for slope in slopes]

    return answer


gradient = Exercise(
    "07",
    "gradient",
    inputs={"one picture": (1, False), "four pictures": (4, False), "a frozen network": (1, True)},
    observe=_observe_gradient,
    hints=[
        "Three steps: list the weights, compute the loss under a tape that watches them, ask the tape.",
        "The list: `[weight.value for weight in network.weights]`. The loss: `cross_entropy(y, network(x))`.",
        "`with tf.GradientTape() as tape:` then `tape.watch(weights)` and the loss; after it "
        "`return tape.gradient(loss, weights)`.",
    ],
    mistakes=[
        Mistake(
            _gradient(weights=lambda network: [weight.value for weight in network.trainable_weights]),
            "Right for a fresh network, but a frozen one sends an empty list: `trainable_weights` is empty then. "
            "Use `[weight.value for weight in network.weights]`.",
        ),
        Mistake(
            _gradient(target="x"),
            "That is the slope in the picture. A participant sends the slopes in the weights: ask the tape for those.",
        ),
        Mistake(
            _gradient(target="loss"),
            "That is the loss, one number. The gradient is what `tape.gradient(loss, weights)` returns.",
        ),
        Mistake(
            _gradient(loss=lambda y, logits: cross_entropy(y, logits) * len(y)),
            "Right for one picture, too large for a batch: take the mean over the batch, as `cross_entropy` does.",
        ),
        Mistake(
            _gradient(loss=lambda y, logits: keras.losses.categorical_crossentropy(y, logits)),
            "This loss takes the network's outputs for probabilities, but they are logits. Use `cross_entropy`.",
        ),
        Mistake(
            _gradient(sign=-1),
            "Every sign is turned round. Is the minus of the cross entropy missing, or is there one too many?",
        ),
        Mistake(
            _gradient(watch=lambda network: network.weights),
            "The tape cannot watch Keras' weights, but it can watch what is inside them: "
            "`[weight.value for weight in network.weights]`.",
        ),
        Mistake(
            _gradient(loss=lambda y, logits: keras.losses.CategoricalCrossentropy()(y, logits)),
            "`CategoricalCrossentropy()` takes the network's outputs for probabilities, but they are logits. Use "
            "`cross_entropy` from above.",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "Which of these will `fit` train?",
            [
                Option(
                    "A `tf.Variable` stored as an attribute of the model.",
                    False,
                    "Today's Keras does not put it in its books. It is used, and never moved, without a warning.",
                ),
                Option(
                    "A weight made by `self.add_weight`.",
                    True,
                    "Layers, `add_weight` and `keras.Variable` are the ways into the books.",
                ),
                Option(
                    "A layer that `call` makes.",
                    False,
                    "It is new at each call, and forgotten after it. Make layers in `__init__`.",
                ),
            ],
        ),
        Question(
            "Why is there no bias in the layer that holds 2, 5, 7?",
            [
                Option(
                    "Then what comes out is the kernel and nothing else.",
                    True,
                    "With a bias, output = kernel + bias. `fit` could split the 2 between the two in any way.",
                ),
                Option(
                    "A bias cannot be trained.",
                    False,
                    "It can; it is a weight like the others. That is the trouble here.",
                ),
                Option(
                    "Because the input is not a picture.",
                    False,
                    "What goes in does not matter for this. Ask what comes out.",
                ),
            ],
        ),
        Question(
            "Why does `GradientModel.gradient` name its weights in a list?",
            [
                Option(
                    "It is faster than `trainable_weights`.",
                    False,
                    "There is no difference in speed.",
                ),
                Option(
                    "A tape can watch only lists.",
                    False,
                    "A tape watches whatever it is told to, and trainable variables by itself.",
                ),
                Option(
                    "A frozen network has no trainable weights, and would send an empty list.",
                    True,
                    "And the attack will freeze the network, so that `fit` leaves it alone.",
                ),
            ],
        ),
    ]
)
