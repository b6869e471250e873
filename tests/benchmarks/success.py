"""How surely and how fast a digit comes back: `python3 start.py bench`. Prints a table; see the README."""

import os
import platform
import time

import helpers

import keras
import numpy as np
import tensorflow as tf

DIGITS = 20


def attack_all(name, network, search, bound):
    """Attack 20 different digits with `search`; print one row of the table."""
    images, labels = helpers.data.load_digits()
    base_model = helpers.models.GradientModel(network)
    attack = helpers.leakage.DeepLeakage(base_model)
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    errors, right, seconds = [], [], []
    chosen = np.random.default_rng(0).choice(len(images), DIGITS, replace=False)
    for number in [0, *chosen]:  # the first compiles, and does not count
        captured = base_model.gradient(images[[number]].reshape(1, 784), tf.one_hot(labels[[number]], 10))
        attack.reset(int(number))
        began = time.perf_counter()
        search(attack, captured, int(number))
        seconds.append(time.perf_counter() - began)
        errors.append(helpers.metrics.mse(attack.image, images[number]))
        right.append(attack.label == labels[number])
    errors, right, seconds = errors[1:], right[1:], seconds[1:]
    print(
        f"| {name} | {sum(right)} of {DIGITS} | {sum(error < bound for error in errors)} of {DIGITS} below {bound:g} | "
        f"{np.median(errors):.1e} | {np.max(errors):.1e} | {np.median(seconds):.2f} s | {np.max(seconds):.2f} s |"
    )


def by_fit(attack, captured, seed):
    attack.fit(attack.dataset(captured, steps=400), shuffle=False, verbose=0)


def by_lbfgs(attack, captured, seed):
    helpers.optimizers.fit_lbfgs(attack, captured, starts=3, seed=seed)


def main():
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ",
        end="",
    )
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}. 20 digits, each from its own random start.\n")
    print("| attack | label right | mean squared error | median | worst | median time | worst time |")
    print("|---|---|---|---|---|---|---|")
    for seed in (0, 1, 2):
        keras.utils.set_random_seed(seed)
        mlp, lenet = helpers.models.mlp(), helpers.models.lenet(weights=0.5)
        attack_all(f"`fit`, Adam, 400 steps, MLP, network {seed}", mlp, by_fit, 1e-3)
        attack_all(f"`fit_lbfgs`, MLP, network {seed}", mlp, by_lbfgs, 1e-4)
        attack_all(f"`fit_lbfgs`, LeNet ±0.5, network {seed}", lenet, by_lbfgs, 1e-4)


if __name__ == "__main__":
    main()
