"""What local steps leave of the picture: `python3 start.py sweep localsteps` (lesson 17).

Ten digits. A participant takes 1, 2, 5 or 10 steps on its own digit and sends the weights, as FedAvg does. The
attacker divides the difference by rate and steps. Then it either takes the result for a gradient, or it lets its dummy
take the same steps. Lesson 17 draws the result, which is helpers/stored/localsteps.json.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from helpers import data, leakage, metrics, models, optimizers
from helpers.federation import participants

PICTURES, COUNTS, RATES = 10, (1, 2, 5, 10), (0.01, 0.1, 1.0)


class SameSteps(models.GradientModel):
    """A GradientModel whose `gradient` is the average slope over some steps of plain descent. Built in lesson 17.

    Args:
        network: as for GradientModel.
        steps: int from 1 on.
        rate: the learning rate, float.

    Source: the idea of Dimitrov and others 2022, that an attacker simulates the participant's steps.
    """

    def __init__(self, network, steps, rate):
        super().__init__(network)
        self.steps, self.rate = steps, rate

    def gradient(self, x, y):
        """As GradientModel.gradient, but the average over the steps that x and y would have made."""
        weights = before = [weight.value for weight in self.weights]
        for _ in range(self.steps):
            with keras.StatelessScope(list(zip(self.weights, weights))):
                slopes = super().gradient(x, y)
            weights = [weight - self.rate * slope for weight, slope in zip(weights, slopes)]
        return [(old - new) / (self.rate * self.steps) for old, new in zip(before, weights)]


def settings():
    """All settings, a dict for each attack, rate, number of steps and picture."""
    return [
        {"attack": attack, "rate": rate, "steps": steps, "picture": int(picture)}
        for attack in ("naive", "repeats")
        for rate in RATES
        for steps in COUNTS
        for picture in pictures()
    ]


def pictures():
    """The numbers of the digits that are attacked, in `load_digits`: (10,) ints, the same for all settings."""
    return np.random.default_rng(17).permutation(1797)[:PICTURES]


def one_run(attack, rate, steps, picture):
    """Attack the weights that one participant sends. Each picture has a fresh LeNet ±0.5 of its own.

    Args:
        attack: "naive" takes the average slope for a gradient, "repeats" lets the dummy take the same steps.
        rate: the participant's learning rate, float.
        steps: how many steps the participant takes, int.
        picture: which of `load_digits`.

    Returns:
        A dict: mse of the clipped picture, float, None where the search ran away; right, 1 where the label was found.
    """
    images, labels = data.load_digits()
    x, y = images[[picture]].reshape(1, -1), tf.one_hot(labels[[picture]], 10)
    searcher = _searcher(attack, steps if attack == "repeats" else 1, rate)
    keras.utils.set_random_seed(int(picture))
    searcher.base_model.set_weights(models.lenet(weights=0.5).get_weights())
    plain = models.GradientModel(searcher.base_model.network)
    before, after = plain.get_weights(), participants.weights_after(plain, x, y, steps, rate)
    slopes = [tf.constant((old - new) / (rate * steps), "float32") for old, new in zip(before, after)]
    optimizers.fit_lbfgs(searcher, slopes, 300, starts=3, seed=int(picture))
    error = metrics.mse(np.clip(searcher.image, 0, 1), images[picture])
    return {
        "mse": float(f"{error:.3g}") if np.isfinite(error) else None,
        "right": int(searcher.label == labels[picture]),
    }


@functools.cache
def _searcher(attack, steps, rate):
    """One attack model for a kind of run, so that it is compiled once."""
    network = models.lenet(weights=0.5)
    base = models.GradientModel(network) if attack == "naive" else SameSteps(network, steps, rate)
    return leakage.DeepLeakage(base, image_shape=(28, 28), classes=10, batch=1)
