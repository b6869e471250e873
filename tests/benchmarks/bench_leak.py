"""How fast and how surely a picture comes back: the measurements of `python3 start.py bench`, by pytest-benchmark.

pytest collects this file only when it is named. What the numbers become, a table and a chart, is report.py's.
"""

import itertools
import os
import time
from unittest import mock

import helpers

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.optimize import linear_sum_assignment
from skimage.data import astronaut
from skimage.transform import resize

from helpers import analytic, leakage, models, optimizers

PICTURES = int(os.environ.get("COURSE_BENCH_PICTURES", 100))
TIMED = 20  # of these the seconds are reported; the successes are of all. `fit`, which is slow, has these alone.
COLOURED = max(1, PICTURES // 20)
BOUNDS = (1e-3, 1e-4)
ADAM_STEPS = 400
PATIENCE = 20  # seconds of one search for the growth chart
LOOP = 100

IMAGES, LABELS = helpers.data.load_digits()
CHOSEN = np.random.default_rng(0).permutation(len(IMAGES))
FACE = resize(astronaut()[10:190, 135:315] / 255, (32, 32), anti_aliasing=True).astype("float32")


def lenet(activation="sigmoid", image_shape=(28, 28), weights=0.5, width=12):
    """The paper's LeNet, but with `width` filters in each convolution."""
    config = models.lenet(activation, image_shape, weights).get_config()
    config.pop("build_input_shape")
    for layer in config["layers"]:
        layer.pop("build_config", None)
        if "filters" in layer["config"]:
            layer["config"]["filters"] = width
    return keras.Sequential.from_config(config)


NETWORKS = {
    "MLP": models.mlp,
    "LeNet": lenet,
    "LeNet, tanh, Glorot": lambda: lenet("tanh", weights="glorot"),
    "LeNet, 32×32 colour": lambda: lenet(image_shape=(32, 32, 3)),
}


class Watch:
    """Notes when the dummy pictures of a search first came near the true ones, whichever start they belong to.

    Args:
        truth: (batch, *image_shape) array.
        until: the mean squared error at which the search is stopped; 0 for never.
        patience: seconds after which it is stopped.
    """

    def __init__(self, truth, until=0.0, patience=np.inf):
        self.truth, self.until, self.patience, self.hits = truth, until, patience, {}

    def __enter__(self):
        add = optimizers.Record.add

        def watched(record, images, probabilities, distance):
            add(record, images, probabilities, distance)
            seconds, error = time.perf_counter() - self.began, error_of(images, self.truth)
            for bound in BOUNDS:
                if error < bound:
                    self.hits.setdefault(bound, seconds)
            if error < self.until or seconds > self.patience:
                raise KeyboardInterrupt  # as a person would: it ends `fit` and `fit_lbfgs` alike

        self.patch = mock.patch.object(optimizers.Record, "add", watched)
        self.patch.start()
        self.began = time.perf_counter()
        return self

    def __exit__(self, kind, *rest):
        self.patch.stop()
        return kind is KeyboardInterrupt


def error_of(images, truth):
    """The mean squared error, pictures paired as they fit best."""
    if len(truth) == 1:
        return float(np.mean((images - truth) ** 2))
    costs = np.array([[np.mean((image - true) ** 2) for true in truth] for image in images])
    return float(costs[linear_sum_assignment(costs)].mean())


def fit(attack, captured, seed):
    size = sum(float(tf.reduce_sum(tensor**2)) for tensor in captured)
    for start in range(3):
        attack.reset(seed + start)
        record = optimizers.Record()
        attack.fit(attack.dataset(captured, ADAM_STEPS), shuffle=False, verbose=0, callbacks=[record])
        if record.distances[-1] < optimizers.FAILED * size:
            break
    return attack.images, attack.label


def fit_lbfgs(attack, captured, seed):
    optimizers.fit_lbfgs(attack, captured, seed=seed)
    return attack.images, attack.label


def peel(attack, captured, seed):
    picture = np.asarray(analytic.peel(attack.base_model, captured))
    return picture.reshape(attack.images_shape), analytic.label_from_bias(captured[-1])


CASES = [(network, attack) for network in ("MLP", "LeNet") for attack in (fit, fit_lbfgs, peel)]
CASES += [(network, attack) for network in list(NETWORKS)[2:] for attack in (fit_lbfgs, peel)]


@pytest.mark.parametrize("network, search", CASES, ids=lambda part: getattr(part, "__name__", part))
def test_attack(benchmark, network, search):
    """Each picture has a freshly made network of its own, and one compilation serves them all."""
    colour = "colour" in network
    base_model = models.GradientModel(NETWORKS[network]())
    attack = leakage.DeepLeakage(base_model, (32, 32, 3) if colour else (28, 28))
    attack.compile(optimizer=keras.optimizers.Adam(0.1))
    numbers, runs = itertools.count(), []

    def prepare():
        number = next(numbers)
        keras.utils.set_random_seed(number)
        base_model.set_weights(NETWORKS[network]().get_weights())
        place = CHOSEN[number]
        truth = (FACE if colour else IMAGES[place])[None]
        label = number % 10 if colour else LABELS[place]
        captured = base_model.gradient(truth.reshape(1, -1), tf.one_hot([label], 10))
        return (attack, captured, number, truth, label), {}

    def run(attack, captured, number, truth, label):
        # `fit` has no end of its own, so it is ended where the second bound is met.
        with Watch(truth, until=BOUNDS[-1] if search is fit else 0) as watch:
            images, guess = search(attack, captured, seed=number)
        seconds = time.perf_counter() - watch.began
        if search is fit:
            images, guess = attack.images, attack.label
        error = error_of(images, truth)
        runs.append(
            {
                "label": bool(guess == label),
                "error": error,
                "seconds": seconds,
                **{str(b): watch.hits.get(b, seconds if error < b else None) for b in BOUNDS},
            }
        )

    compiled = None
    if search is not peel:
        once = [time_of(lambda: one_step(attack, prepare()[0][1], search)) for _ in range(2)]
        compiled = once[0] - once[1]
    function = getattr(attack, "_lbfgs_function", None)
    numbers = itertools.count()
    rounds = COLOURED if colour else min(PICTURES, TIMED) if search is fit else PICTURES
    benchmark.pedantic(run, setup=prepare, rounds=rounds, iterations=1)
    assert getattr(attack, "_lbfgs_function", None) is function
    benchmark.extra_info.update(
        kind="attack", network=network, attack=search.__name__, compiled=compiled, runs=runs, timed=TIMED
    )


def time_of(function):
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def one_step(attack, captured, search):
    if search is fit:
        attack.fit(attack.dataset(captured, 1), shuffle=False, verbose=0, callbacks=[optimizers.Record()])
    else:
        optimizers.fit_lbfgs(attack, captured, max_steps=1, starts=1)


def prepared(image_shape=(28, 28), batch=1, make=None, number=0):
    """An attack, its captured gradient, and the pictures and labels that it was taken from."""
    keras.utils.set_random_seed(number)
    base_model = models.GradientModel(make() if make else lenet(image_shape=image_shape))
    places = CHOSEN[number * batch : (number + 1) * batch]
    truth = np.stack([resize(image, image_shape[:2], order=3, mode="edge") for image in IMAGES[places]])
    if len(image_shape) == 3:  # a digit on coloured paper
        truth = truth[..., None] * np.random.default_rng(number).uniform(0.3, 1, (batch, 1, 1, image_shape[2]))
    truth = np.clip(truth, 0, 1).astype("float32")
    x, y = tf.constant(truth.reshape(batch, -1)), tf.one_hot(LABELS[places], 10)
    attack = leakage.DeepLeakage(base_model, image_shape, batch=batch)
    return attack, base_model.gradient(x, y), truth, x, y


@pytest.mark.parametrize("network", ["MLP", "LeNet"])
@pytest.mark.parametrize("what", ["plain gradient", "attack step", "evaluation"])
def test_step(benchmark, network, what):
    """What one step costs when Python calls it; an evaluation is what fit_lbfgs needs around it too."""
    attack, captured, _, x, y = prepared(make=NETWORKS[network])
    step = optimizers._distance_function(attack)
    flat, target = optimizers._flatten(attack.trainable_variables), optimizers._flatten(captured)
    info = {"kind": "step", "network": network, "what": what, "per": 1}
    if what == "plain gradient":
        gradient = tf.function(attack.base_model.gradient).get_concrete_function(x, y)
        benchmark(lambda: gradient(x, y)[0].numpy())
    elif what == "attack step":
        benchmark(lambda: step(flat, target)[1].numpy())
    else:
        inside, evaluations, seeds = [], [], itertools.count()

        def timed(*arguments):
            began = time.perf_counter()
            result = step(*arguments)
            inside.append(time.perf_counter() - began)
            return result

        attack._lbfgs_function = timed
        benchmark.pedantic(
            lambda seed: evaluations.append(optimizers.fit_lbfgs(attack, captured, seed=seed).evaluations),
            setup=lambda: ((next(seeds),), {}),
            rounds=10,
            warmup_rounds=1,
        )
        info.update(per=float(np.mean(evaluations[1:])), inside=float(np.mean(inside)))
    benchmark.extra_info.update(info)


@pytest.mark.parametrize("network", ["MLP", "LeNet"])
@pytest.mark.parametrize("what", ["plain gradient", "attack step"])
def test_step_in_a_loop(benchmark, network, what):
    """The same without Python in between: a hundred of them in one compiled loop, each needing the one before."""
    attack, captured, _, x, y = prepared(make=NETWORKS[network])
    step = optimizers._distance_function(attack)
    target = optimizers._flatten(captured)

    def gradient(x):
        return x + 1e-9 * tf.add_n([tf.reduce_sum(tensor) for tensor in attack.base_model.gradient(x, y)])

    def walk(flat):
        return flat - 1e-9 * step(flat, target)[1]

    body, begin = (gradient, x) if what == "plain gradient" else (walk, optimizers._flatten(attack.trainable_variables))

    @tf.function
    def loop(begin):
        return tf.while_loop(lambda i, _: i < LOOP, lambda i, now: (i + 1, body(now)), (0, begin))[1]

    benchmark.pedantic(lambda: loop(begin).numpy(), rounds=20, warmup_rounds=2)
    benchmark.extra_info.update(kind="loop", network=network, what=what, per=LOOP)


GROWTH = {
    "side": (14, 28, 56, 112),
    "channels": (1, 3),
    "batch": (1, 2, 4, 8),
    "width": (6, 12, 24, 48),
}


@pytest.mark.parametrize("axis, value", [(axis, value) for axis, values in GROWTH.items() for value in values])
def test_growth(benchmark, axis, value):
    """The time of a step, and the seconds to the first bound from a random dummy, as one thing grows. LeNet, but for
    the batch."""
    side, channels = value if axis == "side" else 28, value if axis == "channels" else 1
    shape = (side, side, channels) if channels > 1 else (side, side)
    setting = {"image_shape": shape, "batch": value if axis == "batch" else 1}
    if axis == "width":
        setting["make"] = lambda: lenet(width=value)
    if axis == "batch":  # in the LeNet two pictures mix for longer than anybody would wait
        setting["make"] = models.mlp
    seconds, unknowns = [], 0
    for number in range(3 if PICTURES >= TIMED else 1):
        attack, captured, truth, *_ = prepared(**setting, number=number)
        step = optimizers._distance_function(attack)
        flat, target = optimizers._flatten(attack.trainable_variables), optimizers._flatten(captured)
        step(flat, target)
        # A batch may match the gradient to the usual bound before its pictures are near: here only they count.
        patience = Watch(truth, until=BOUNDS[0], patience=PATIENCE)
        with patience as watch:
            optimizers.fit_lbfgs(attack, captured, max_steps=1000, seed=number, reached=0)
        seconds.append(watch.hits.get(BOUNDS[0]))
        unknowns = len(flat)
        if seconds[-1] is None:
            break
    benchmark.pedantic(lambda: step(flat, target)[1].numpy(), rounds=100, warmup_rounds=5)
    benchmark.extra_info.update(kind="growth", axis=axis, value=value, seconds=seconds, unknowns=unknowns)
