"""Where the attack works and where it fails, one setting after the other: `python3 start.py sweep failures`.

In the middle stands the paper's setting: LeNet, sigmoid, weights and biases uniform in ±0.5, a fresh network,
float32, L-BFGS. Each other setting changes one thing about it, or the activation and the weights together. Each is
tried on 20 digits, and each of them meets a fresh network of its own. Lesson 13 draws what came out, which is
helpers/stored/failures.json.
"""

import base64
import contextlib

import keras
import numpy as np
import tensorflow as tf

from helpers import data, leakage, metrics, models, optimizers

PAPER = {
    "network": "LeNet",
    "activation": "sigmoid",
    "weights": 0.5,
    "dtype": "float32",
    "epochs": 0,
    "search": "L-BFGS",
    "stop": 3e-8,
}
ACTIVATIONS, WEIGHTS = ("sigmoid", "tanh", "relu", "swish"), (0.1, 0.5, 1, "glorot")
PICTURES, BLOCK = 20, 5
STEPS, STARTS, ADAM_STEPS = 300, 3, 400
SOLVED = 1e-3


def changes():
    """The settings, without the pictures: a list of dict with the keys of PAPER."""
    glorot = {"weights": "glorot"}
    different = [{"activation": activation, "weights": weights} for activation in ACTIVATIONS for weights in WEIGHTS]
    different += [{"stop": 1e-12, "weights": weights} for weights in (0.1, "glorot")]
    different += [{"network": "MLP", "activation": activation, **glorot} for activation in ACTIVATIONS]
    different += [{"dtype": "float64", **change} for change in ({}, {"activation": "tanh"}, {"activation": "relu"})]
    different += [
        {"epochs": 5},
        {"epochs": 5, "activation": "tanh", **glorot},
        {"epochs": 5, "network": "MLP", **glorot},
        {"epochs": 5, "network": "MLP", "activation": "relu", **glorot},
        {"search": "Adam"},
        {"search": "Adam", "network": "MLP", **glorot},
    ]
    return [{**PAPER, **change} for change in different]


def settings():
    """All runs: each setting with a block of 5 pictures, the first block of all settings first."""
    return [{**change, "first": first} for first in range(0, PICTURES, BLOCK) for change in changes()]


def one_run(network, activation, weights, dtype, epochs, search, stop, first):
    """Attack five digits in one setting, by one attack model, so that it is compiled once.

    Args:
        network: "LeNet" or "MLP".
        activation: a Keras activation.
        weights: "glorot" for Keras' default, or r for weights and biases uniform in [−r, r] (LeNet alone).
        dtype: "float32" or "float64".
        epochs: how long the network was trained, on digits that are not attacked; 0 for a fresh one. Each of the
            five digits meets another fresh network, but all five the same trained one.
        search: "L-BFGS", at most 3 starts of 300 steps, or "Adam", which is `fit`, 400 steps at a rate of 0.1.
        stop: the distance, relative to the captured gradient's size, at which L-BFGS stops.
        first: the digits are number first to first + 4 of `chosen`.

    Returns:
        A list of dict, one for each digit; see `attack_one`.
    """
    with models.float64() if dtype == "float64" else contextlib.nullcontext():
        keras.utils.set_random_seed(1000 + first)
        base_model = models.GradientModel(make_network(network, activation, weights))
        if epochs:
            train(base_model.network, epochs)
        attack = leakage.DeepLeakage(base_model)
        attack.compile(optimizer=keras.optimizers.Adam(0.1))
        rows = []
        for number in range(first, first + BLOCK):
            if not epochs:
                keras.utils.set_random_seed(number)
                base_model.set_weights(make_network(network, activation, weights).get_weights())
            rows.append(attack_one(attack, number, search, stop, thumbnail=first == 0))
        return rows


def chosen():
    """Which digits of `load_digits` are attacked: 20 of different writers' hands, an int array."""
    return np.random.default_rng(13).choice(1797, PICTURES, replace=False)


def make_network(network, activation, weights):
    """A fresh network: "LeNet" or "MLP", a Keras activation, "glorot" or (LeNet alone) a range."""
    if network == "LeNet":
        return models.lenet(activation, weights=weights)
    if weights != "glorot":
        raise ValueError(f"The MLP of this sweep has Glorot weights, but weights is {weights!r}.")
    return models.mlp(activation)


def train(network, epochs):
    """Train a network in place, on the digits that are not attacked: Adam, rate 0.003, batches of 32."""
    images, labels = data.load_digits()
    others = np.setdiff1d(np.arange(len(images)), chosen())
    network.compile(keras.optimizers.Adam(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(images[others].reshape(-1, 784), labels[others], batch_size=32, epochs=epochs, verbose=0)


def attack_one(attack, number, search, stop, thumbnail):
    """Attack digit `number` of `chosen`, with that number as its seed.

    Returns:
        A dict: picture (its place in `load_digits`), mse and right (is the label right?) of the best of three starts
        and mse_1 and right_1 of the first, distance (relative to the captured gradient's size), steps and evaluations
        of the start that was kept, starts, stopped (as Record has it, or "nothing sent" where the captured gradient
        is zero everywhere) and, if asked for, the picture that came as a text (see `as_text`). A number that is not
        finite is None.
    """
    images, labels = data.load_digits()
    place = int(chosen()[number])
    dtype = attack.dense1.kernel.dtype
    x, y = images[place].reshape(1, 784).astype(dtype), tf.one_hot(labels[place : place + 1], 10, dtype=dtype)
    captured = attack.base_model.gradient(x, y)
    size = float(sum(tf.reduce_sum(tensor**2) for tensor in captured))
    if size == 0:
        return {"picture": place, "stopped": "nothing sent"}
    best = first = by_adam(attack, captured, number) if search == "Adam" else lbfgs(attack, captured, 1, number, stop)
    starts = 1
    if search != "Adam" and first.stopped != "reached":
        if first.distances[-1] < optimizers.FAILED * size:  # then the next start goes on from where this one ended
            best = lbfgs(attack, captured, STARTS, number, stop)
            starts = best.starts
        else:
            other = lbfgs(attack, captured, STARTS - 1, number + 1, stop)
            starts += other.starts
            best = other if other.distances[-1] < first.distances[-1] else first
    mse, right = compare(best, images[place], labels[place])
    mse_1, right_1 = compare(first, images[place], labels[place])
    return {
        "picture": place,
        "mse": mse,
        "right": right,
        "mse_1": mse_1,
        "right_1": right_1,
        "distance": rounded(best.distances[-1] / size),
        "steps": len(best.distances) - 1,
        "evaluations": best.evaluations,
        "starts": starts,
        "stopped": best.stopped,
        "thumbnail": as_text(best.images[-1][0]) if thumbnail else None,
    }


def lbfgs(attack, captured, starts, seed, stop):
    return optimizers.fit_lbfgs(attack, captured, STEPS, starts, seed, reached=stop)


def by_adam(attack, captured, seed):
    attack.reset(seed)
    record = optimizers.Record()
    attack.fit(attack.dataset(captured, ADAM_STEPS), shuffle=False, verbose=0, callbacks=[record])
    return record


def compare(record, image, label):
    """The mean squared error of a record's last picture, and whether its label is right."""
    return rounded(metrics.mse(record.images[-1][0], image)), bool(np.argmax(record.probabilities[-1]) == label)


def rounded(number):
    return float(f"{number:.3g}") if np.isfinite(number) else None


def as_text(image):
    """A (28, 28) picture as a text of 524 characters: 16 greys, two pixels in a byte, base64."""
    greys = np.round(15 * np.clip(np.nan_to_num(image), 0, 1)).astype("uint8").ravel()
    return base64.b64encode(16 * greys[::2] + greys[1::2]).decode()


def from_text(text):
    """The (28, 28) picture in [0, 1] that `as_text` made this text of."""
    both = np.frombuffer(base64.b64decode(text), "uint8")
    return np.stack([both // 16, both % 16], axis=1).reshape(28, 28) / 15


def pick(rows, **change):
    """The rows of one setting: the paper's, with these changes. Rows as `sweeps.load` gives them."""
    setting = {**PAPER, **change}
    return [row for row in rows if all(row[key] == value for key, value in setting.items())]


def count(rows, mse="mse", right="right"):
    """How many rows are solved: mse below SOLVED, and the label right. Lesson 13 lets you write it."""
    return sum(row[mse] is not None and row[mse] < SOLVED and bool(row[right]) for row in rows)
