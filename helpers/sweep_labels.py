"""The comparison of the iDLG paper, repeated on this course's digits: `python3 start.py sweep labels` (lesson 14).

100 digits that no network has been trained on. Of each, the captured gradient is attacked twice: by DLG, which
searches the label too, and by iDLG, which reads it off the last bias gradient and searches the picture alone. One
start each, as in the authors' code. Lesson 14 draws the result, which is helpers/stored/labels.json.
"""

import collections
import functools
import math

import keras
import numpy as np
import tensorflow as tf

from helpers import analytic, data, leakage, metrics, models, optimizers

PICTURES, TRAINED = 100, 2
STEPS, EVALUATIONS = 300, 600
RUNS = [  # network, epochs of training, search
    ("LeNet ±0.5", 0, "ours"),
    ("MLP", 0, "ours"),
    ("MLP", 10, "ours"),
    ("MLP", 10, "ours, black start"),
    ("LeNet ±0.5", 0, "the paper's code"),
]


def settings():
    """All settings, a dict for each network, search, method and picture.

    The paper's search is run as DLG alone: what iDLG reads off does not depend on a search.
    """
    return [
        {"network": network, "epochs": epochs, "search": search, "method": method, "picture": int(picture)}
        for network, epochs, search in RUNS
        for method in ("DLG", "iDLG")
        for picture in pictures()
        if (method, search) != ("iDLG", "the paper's code")
    ]


def pictures():
    """The numbers of the digits that are attacked, in `load_digits`: (100,) ints, the same for all settings."""
    return np.random.default_rng(14).permutation(1797)[:PICTURES]


def one_run(network, epochs, search, method, picture):
    """Attack one picture. A fresh network is another one for each picture; of the trained ones there are two.

    Args:
        network: "LeNet ±0.5", the paper's, or "MLP", with Keras' default weights. Both have sigmoids.
        epochs: how long it was trained; 0 for a fresh one.
        search: "ours" is fit_lbfgs from its uniform noise; "ours, black start" the same from a black picture;
            "the paper's code" is `paper_search`.
        method: "DLG" searches picture and label, "iDLG" the picture alone.
        picture: which of `load_digits`.

    Returns:
        A dict: right, 1 where the label was found, else 0; mse, float, None where the search ran away; steps until
        the mse was below 0.001, int, None where it never was; sure, the probability that the network gave the label.
    """
    images, labels = data.load_digits()
    x, y = images[[picture]].reshape(1, -1), tf.one_hot(labels[[picture]], 10)
    attack = _attack(network, method == "iDLG")
    attack.base_model.set_weights(_weights(network, epochs, picture % TRAINED if epochs else picture))
    captured = attack.base_model.gradient(x, y)
    if method == "iDLG":
        attack.fix_labels([analytic.label_from_bias(captured[-1])])
    if search == "the paper's code":
        seen, label = paper_search(attack, captured, picture)
    else:
        start = np.zeros((1, 28, 28)) if search == "ours, black start" else None
        seen = optimizers.fit_lbfgs(attack, captured, STEPS, starts=1, seed=picture, images=start).images
        label = attack.label
    errors = [metrics.mse(image[0], images[picture]) for image in seen]
    return {
        "right": int(label == labels[picture]),
        "mse": float(f"{errors[-1]:.3g}") if np.isfinite(errors[-1]) else None,
        "steps": next((step for step, error in enumerate(errors) if error < 0.001), None),
        "sure": float(f"{tf.nn.softmax(attack.base_model(x))[0, labels[picture]]:.4g}"),
    }


def paper_search(attack, captured, seed):
    """The search of the iDLG authors' code (iDLG.py): L-BFGS with steps of full length and no line search.

    Picture and label begin as normal noise. It stops where the distance itself, not relative to the captured
    gradient's size, is below 1e-6. At most 600 evaluations here (there 300 times 20), and no more once it is not
    finite.

    Args:
        attack: a DeepLeakage model.
        captured: a list of tensors.
        seed: of the noise, int.

    Returns:
        images: the dummy picture after each evaluation, a list of (1, height, width) arrays.
        label: int, or -1 where the search ran away to numbers that are not finite.
    """
    function, seen = optimizers.distance_function(attack, captured), []

    def distance_and_slope(flat):
        seen.append(flat[: attack.images.size].reshape(attack.images_shape))
        return function(flat)

    unknowns = sum(math.prod(weight.shape) for weight in attack.trainable_variables)
    start = np.random.default_rng(seed).normal(size=unknowns)
    end = plain_lbfgs(distance_and_slope, start, EVALUATIONS)
    if not np.all(np.isfinite(end)):
        return seen, -1
    return seen, attack.label if not attack.dense2.trainable else int(np.argmax(end[attack.images.size :]))


def plain_lbfgs(distance_and_slope, flat, evaluations, stop=1e-6, memory=100):
    """L-BFGS with steps of full length, as torch.optim.LBFGS(lr=1) does it; returns the last point, (n,) float64.

    Args:
        distance_and_slope: a function from a point, (n,) float64, to a float and its slope, (n,) float64.
        flat: where to begin, (n,) float64.
        evaluations: how often the function is called, at most.
        stop: it ends where the distance is below this, or not finite.
        memory: how many steps are remembered.
    """
    remembered = collections.deque(maxlen=memory)
    distance, slope = distance_and_slope(flat)
    step = -slope * min(1, 1 / np.sum(np.abs(slope)))
    for _ in range(evaluations - 1):
        flat, before = flat + step, slope
        distance, slope = distance_and_slope(flat)
        if not np.isfinite(distance) or not np.all(np.isfinite(slope)) or distance < stop:
            break
        if step @ (slope - before) > 1e-10:  # a valley; what bends the other way is not remembered
            remembered.append((step, slope - before))
        step = -_toward_the_bottom(slope, remembered)
    return flat


def _toward_the_bottom(slope, remembered):
    """The slope, corrected by how it changed along the remembered steps (Nocedal and Wright, Algorithm 7.4)."""
    direction, shares = slope.copy(), []
    for step, change in reversed(remembered):
        shares.append(step @ direction / (step @ change))
        direction -= shares[-1] * change
    if remembered:
        step, change = remembered[-1]
        direction *= step @ change / (change @ change)
    for (step, change), share in zip(remembered, reversed(shares)):
        direction += step * (share - change @ direction / (step @ change))
    return direction


@functools.cache
def _attack(network, known):
    """One model for each network and method, so that it is compiled once for all pictures."""
    return leakage.DeepLeakage(models.GradientModel(_fresh(network)))


def _fresh(network):
    return models.mlp() if network == "MLP" else models.lenet(weights=0.5)


@functools.lru_cache(maxsize=2 * TRAINED)
def _weights(network, epochs, seed):
    keras.utils.set_random_seed(seed)
    made = _fresh(network)
    if epochs:
        images, labels = data.load_digits()
        seen = np.setdiff1d(np.arange(1797), pictures())
        made.compile(keras.optimizers.Adam(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        made.fit(images[seen].reshape(len(seen), -1), labels[seen], epochs=epochs, verbose=0)
    return made.get_weights()
