"""How many pictures come out of a LeNet by equations alone: `python3 start.py sweep peeling` (lesson 16).

Each fresh network meets one digit. Each trained one, of four for each number of epochs, meets five digits that it has
not learned. Lesson 16 counts the result, which is helpers/stored/peeling.json.
"""

import keras
import numpy as np
import tensorflow as tf

from helpers import analytic, data, metrics, models
from helpers.sweep_failures import chosen, rounded, train

# activation, weights, epochs of training, how many networks
KINDS = (
    ("sigmoid", 0.5, 0, 100),
    ("sigmoid", "glorot", 0, 100),
    ("tanh", "glorot", 0, 100),
    ("tanh", 0.5, 0, 50),
    ("relu", "glorot", 0, 60),
    ("relu", 0.5, 0, 40),
    *((*kind, epochs, 4) for kind in (("sigmoid", 0.5), ("tanh", "glorot")) for epochs in (1, 5)),
)
DIGITS = 5  # for each trained network


def settings():
    """All settings, a dict for each network."""
    return [
        {"activation": activation, "weights": weights, "epochs": epochs, "number": number}
        for activation, weights, epochs, networks in KINDS
        for number in range(networks)
    ]


def one_run(activation, weights, epochs, number):
    """Make one network, train it if asked, and peel the gradients of its digits.

    Args:
        activation, weights: as for `models.lenet`.
        epochs: of training, int; 0 for a fresh network.
        number: the network's seed, int; it chooses the digits, too.

    Returns:
        A list of dict, a row for each digit: picture, its place in `load_digits`; mse, None where `peel` refused.
    """
    images, labels = data.load_digits()
    keras.utils.set_random_seed(number)
    network = models.lenet(activation, weights=weights)
    places = np.random.default_rng(1600 + number).integers(len(images), size=1)
    if epochs:
        train(network, epochs)
        places = chosen()[number * DIGITS : (number + 1) * DIGITS]
    base_model, rows = models.GradientModel(network), []
    for place in places:
        gradient = base_model.gradient(images[[place]].reshape(1, -1), tf.one_hot(labels[[place]], 10))
        try:
            mse = rounded(metrics.mse(analytic.peel(base_model, gradient), images[place]))
        except ValueError:  # too few equations
            mse = None
        rows.append({"picture": int(place), "mse": mse})
    return rows


def counts(rows, activation, weights, trained=False):
    """Of one row of lesson 16's table: (digits, error below 1e-8, below 1e-3), ints."""
    errors = [
        row["mse"]
        for row in rows
        if (row["activation"], row["weights"], row["epochs"] > 0) == (activation, weights, trained)
    ]
    return len(errors), *(sum(error is not None and error < bound for error in errors) for bound in (1e-8, 1e-3))
