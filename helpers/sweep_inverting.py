"""The counts of lesson 15: batches, roughness, directions. `python3 start.py sweep inverting` repeats them.

Each run is one start of at most 200 steps of L-BFGS against a freshly made network with Keras' default weights.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from helpers import data, inverting, metrics, models, optimizers

RUNS = 10
ATTACKS = {"distance": inverting.SmoothLeakage, "direction": inverting.InvertingGradients}


def settings():
    """The runs: a list of dict."""
    plain = {"activation": "sigmoid", "compares": "distance", "share": 0.0, "noise": 0.0, "pictures": 1, "same": 0}
    cases = [{"network": "mlp", "pictures": n} for n in (2, 4, 8)]
    cases += [{"network": "mlp", "pictures": n, "same": 1} for n in (2, 4)]
    cases += [{"network": "lenet", "pictures": n, "share": share} for n in (2, 4) for share in (0.0, 1e-5)]
    cases += [{"network": "lenet", "activation": "relu", "share": share} for share in (0.0, 1e-5)]
    cases += [{"network": "lenet", "activation": "relu", "share": 1e-5, "compares": "direction"}]
    cases += [{"network": "face", "noise": 0.01, "share": share} for share in (0.0, 1e-4)]
    return [{**plain, **case, "number": number} for case in cases for number in range(RUNS)]


@functools.cache
def _attack(network, activation, compares, pictures):
    shape = (32, 32, 3) if network == "face" else (28, 28)
    made = models.mlp(activation) if network == "mlp" else models.lenet(activation, shape)
    return ATTACKS[compares](models.GradientModel(made), 0.0, image_shape=shape, batch=pictures)


def one_run(network, activation, compares, share, noise, pictures, same, number):
    """One attack.

    Args:
        network: "mlp" or "lenet" on digits, or "face", a LeNet on the colour face.
        activation, compares, share: the network's, and what the loss compares and adds.
        noise: what is added to the captured gradient, in units of its own typical number (root mean square).
        pictures: in the batch; all of one class where `same` is 1, else of different ones.
        number: seed of the network, the choice of pictures, the noise and the start.

    Returns:
        worst: the mean squared error of the worst picture, after matching.
        labels: 1 where all labels are right, else 0.
        steps: of the search.
    """
    attack = _attack(network, activation, compares, pictures)
    keras.utils.set_random_seed(number)
    fresh = keras.models.clone_model(attack.base_model.network)
    attack.base_model.network.set_weights(fresh.get_weights())
    random = np.random.default_rng(1500 + number)
    x, y = _pictures(network, pictures, same, random)
    captured = attack.base_model.gradient(x.reshape(pictures, -1), tf.one_hot(y, 10))
    count = sum(int(tf.size(tensor)) for tensor in captured)
    spread = noise * float(tf.sqrt(inverting.size(captured) / count))
    captured = [tensor + random.normal(0, spread, tensor.shape).astype("float32") for tensor in captured]
    attack.share.assign(share)
    record = optimizers.fit_lbfgs(attack, captured, max_steps=200, starts=1, seed=number)
    order = metrics.match(attack.images, x)
    worst = max(metrics.mse(one, other) for one, other in zip(attack.images[order], x))
    labels = int(np.array_equal(attack.labels[order], y))
    return {"worst": float(f"{worst:.3g}"), "labels": labels, "steps": len(record.distances) - 1}


def _pictures(network, pictures, same, random):
    if network == "face":
        return data.load_face()[None], np.array([7])
    images, labels = data.load_digits()
    if same:
        chosen = random.choice(np.flatnonzero(labels == random.integers(10)), pictures, replace=False)
    else:
        digits = random.permutation(10)[:pictures]
        chosen = np.array([random.choice(np.flatnonzero(labels == digit)) for digit in digits])
    return images[chosen], labels[chosen]
