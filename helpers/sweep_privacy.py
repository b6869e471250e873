"""The counts of lesson 19: what noise costs, and what it hides. `python3 start.py sweep privacy` repeats them.

A training is DP-SGD on 1,500 digits, and its accuracy is read on the other 297. A leak is one clipped and noisy
gradient of one digit, from a fresh network, attacked three ways.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from helpers import analytic, data, leakage, metrics, models, optimizers, privacy

RUNS = {"training": 5, "leak": 10}
TRAININGS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
LEAKS = (1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)


def settings():
    """The runs: a list of dict."""
    cases = [("training", noise) for noise in TRAININGS] + [("leak", noise) for noise in LEAKS]
    return [{"kind": kind, "noise": noise, "number": number} for kind, noise in cases for number in range(RUNS[kind])]


def one_run(kind, noise, number):
    """One training or one leak.

    Args:
        kind: "training" or "leak".
        noise: the noise multiplier.
        number: seed of the network, the choice of pictures, the noise and the start.

    Returns:
        For a training: accuracy. For a leak: the mean squared error of the search, of the nearest single picture and
        of the division by the bias, and whether the smallest bias slope names the label (1 or 0).
    """
    keras.utils.set_random_seed(number)
    random = np.random.default_rng(1900 + number)
    return _training(noise, random) if kind == "training" else _leak(noise, number, random)


def split(random):
    """1,500 digits to train on and 297 to read: x, y, x to read, their labels."""
    images, labels = data.load_digits()
    order = random.permutation(len(images))
    x, y = images[order].reshape(-1, 784), np.eye(10, dtype="float32")[labels[order]]
    return x[:1500], y[:1500], x[1500:], labels[order][1500:]


def _training(noise, random):
    x, y, x_read, labels = split(random)
    weights = privacy.train(models.mlp().get_weights(), x, y, noise, random)
    return {"accuracy": round(privacy.accuracy(weights, x_read, labels), 3)}


@functools.cache
def _attack():
    return leakage.DeepLeakage(models.GradientModel(models.mlp()))


def _leak(noise, number, random):
    attack = _attack()
    weights = models.mlp().get_weights()
    attack.base_model.network.set_weights(weights)
    images, labels = data.load_digits()
    place = random.integers(len(images))
    x, y = images[place].reshape(1, 784), np.eye(10, dtype="float32")[labels[place : place + 1]]
    sent = [
        (tensor + noise * privacy.CLIP * random.standard_normal(tensor.shape)).astype("float32")
        for tensor in privacy.clipped_sum(weights, x, y)
    ]
    optimizers.fit_lbfgs(attack, [tf.constant(tensor) for tensor in sent], max_steps=100, starts=1, seed=number)
    found = {
        "search": attack.image,
        "nearest": privacy.single_picture(sent[0]).reshape(28, 28),
        "division": analytic.dense_input(sent[0], sent[1]).reshape(28, 28),
    }
    errors = {name: _rounded(metrics.mse(np.clip(picture, 0, 1), images[place])) for name, picture in found.items()}
    return {**errors, "label": int(analytic.label_from_bias(sent[3]) == labels[place])}


def _rounded(number):
    return float(f"{number:.3g}") if np.isfinite(number) else None
