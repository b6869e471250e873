"""L-BFGS for an attack model, and `Record`, which keeps what happened at every step of a search."""

import math
import os
import time

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize
from scipy.special import softmax
from threadpoolctl import ThreadpoolController
from tqdm.auto import tqdm

from helpers.models import check_captured

# Both are distances divided by the captured gradient's own size (its sum of squares). An absolute bound would
# stop too early on a gradient that is small because the network is nearly sure of its answer.
REACHED = 3e-8
FAILED = 1e-4
# The label's numbers travel much further than the pixels, so the search counts them in larger units. Measured: a
# tenth fewer evaluations for most digits, a quarter fewer for those that take longest. But in a batch the labels must
# first be told apart, and there large units tear them away before that (lesson 15).
LABEL_UNIT = 16.0

# SciPy's L-BFGS-B multiplies matrices so small that waking the BLAS library's threads costs ten times the work.
_THREADS = ThreadpoolController()


class Record(keras.callbacks.Callback):
    """What happened in a search, step by step: give it to `fit` as a callback, or get it from `fit_lbfgs`.

    Attributes:
        images: the dummy pictures at each step, arrays (batch, *image_shape); the first is the starting point.
        probabilities: the dummy labels at each step, arrays (batch, classes).
        distances: the true distance of each of these dummies, floats (Keras itself reports the epoch's mean).
        seconds: the time since this dummy's search began, at each step, floats.
        evaluations: how often the distance and its slope were computed for this dummy, int.
        starts: how many starts were used, int; going on from a good dummy uses one up as well.
        stopped: why the search ended: "reached" (the distance is small enough), "steps" (there were no more),
            "stuck" (no step led downhill) or "interrupted" (Ctrl-C, or the kernel's stop button).
    """

    def __init__(self):
        super().__init__()
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.distances, self.seconds, self.images, self.probabilities = [], [], [], []
        self.evaluations, self.starts, self.stopped = 0, 1, "steps"
        self._began = time.perf_counter()

    def on_train_batch_begin(self, batch, logs=None):
        self.stopped = "interrupted"  # unless the end is reached
        self._dummy = self.model.images, self.model.probabilities  # the step that follows moves on from it

    def on_train_batch_end(self, batch, logs=None):
        self.evaluations += 1
        self.add(*self._dummy, logs["distance"])

    def on_train_end(self, logs=None):
        self.stopped = "steps"

    def add(self, images, probabilities, distance):
        """Note a step: the dummy pictures and labels, and their distance."""
        self.images.append(images)
        self.probabilities.append(probabilities)
        self.distances.append(float(distance))
        self.seconds.append(time.perf_counter() - self._began)


def fit_lbfgs(attack, captured, max_steps=300, starts=3, seed=0, images=None, reached=REACHED):
    """Train the picture and the label of `attack` by L-BFGS, the optimiser that the paper uses.

    SciPy's L-BFGS-B works on one flat vector; one function, compiled once for an attack, gives it the distance
    and its slope for every captured gradient. Where a start ends far from the captured gradient, the next one
    tries another dummy; where it ends close, the next one goes on from there. A frozen layer keeps what it holds.
    Ctrl-C ends the search; the best dummy so far stays in the layers.

    Args:
        attack: a DeepLeakage model. It need not be compiled.
        captured: what it shall match, a list of tensors, one for each weight of the base model.
        max_steps: steps of one start, at most.
        starts: how often it is started, at most.
        seed: of the first dummy; a later one has seed + the starts used before it.
        images: where the first start begins, (batch, *image_shape) floats, instead of a random dummy.
        reached: the distance, divided by the captured gradient's own size, below which it stops as "reached"; 0 never
            stops it. Lesson 13 shows where the usual one is too large.

    Returns:
        The Record of the best start. `attack` holds its last dummy.

    Raises:
        TypeError, ValueError: when `captured` cannot come from the base model (models.check_captured).
        ValueError: when `max_steps` or `starts` is below 1, `reached` below 0, `images` has another shape or is not
            finite, or both layers are frozen.
    """
    if max_steps < 1 or starts < 1:
        raise ValueError(f"max_steps is {max_steps} and starts is {starts}; both must be at least 1.")
    if not reached >= 0:
        raise ValueError(f"reached is {reached}; expected a small number such as {REACHED}, or 0 for no such stop.")
    if images is not None and (np.shape(images) != attack.images_shape or not np.all(np.isfinite(images))):
        raise ValueError(
            f"images has the shape {np.shape(images)}; expected {attack.images_shape}, with no NaN and no infinity."
        )
    if not attack.trainable_variables:
        raise ValueError(
            "dense1 and dense2 are both frozen, so nothing is left to search. Set one's trainable to True."
        )
    captured = check_captured(attack.base_model, captured)
    size = float(tf.add_n([tf.reduce_sum(tensor**2) for tensor in captured]))
    best, used = None, 0
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # tqdm's own switch, which its notebook form overlooks
    with tqdm(total=starts * max_steps, unit="step", leave=False, delay=2, disable=quiet) as bar:
        while used < starts and (best is None or _end(best) >= max(FAILED, reached) * size):
            attack.reset(seed + used)
            if best is None and images is not None:
                attack.dense1.kernel.assign(np.reshape(images, attack.dense1.kernel.shape))
            record = Record()
            used += _search(attack, captured, size, max_steps, starts - used, reached, bar, record)
            if best is None or _end(record) < _end(best):
                best = record
            if record.stopped == "interrupted":
                best.stopped = "interrupted"
                break
    best.starts = used
    attack.dense1.kernel.assign(best.images[-1].reshape(attack.dense1.kernel.shape))
    if attack.dense2.trainable:
        attack.dense2.kernel.assign(np.log(best.probabilities[-1] + 1e-30))
    return best


def _end(record):
    return np.nan_to_num(record.distances[-1], nan=np.inf)


def _search(attack, captured, size, max_steps, starts, reached, bar, record):
    """L-BFGS-B from the dummy that `attack` holds, noted in `record`. It goes on for as many steps as `starts` starts
    have, but stops at the end of any of them where it is far from the captured gradient. Returns how many it used."""
    function, dtype = distance_function(attack, captured), attack.dense1.kernel.dtype
    kept, pixels = (attack.images, attack.probabilities), attack.images.size if attack.dense1.trainable else 0
    flat = _flatten(attack.trainable_variables).numpy().astype("float64")
    units = np.where(np.arange(len(flat)) < pixels, 1.0, LABEL_UNIT if attack.batch == 1 else 1.0)
    here, steps, before = flat / units, 0, np.inf

    def distance_and_slope(flat):
        record.evaluations += 1
        distance, slope = function(flat * units)
        return distance / size, slope * (units / size)

    def note(flat, distance):
        flat = flat * units
        images = flat[:pixels].reshape(attack.images_shape).astype(dtype) if pixels else kept[0]
        labels = softmax(flat[pixels:].reshape(attack.batch, -1), axis=1) if len(flat) > pixels else kept[1]
        record.add(images, labels, distance)

    def after_step(intermediate_result):
        nonlocal here, steps
        if not np.isfinite(intermediate_result.fun):
            raise StopIteration  # it ran away; the step before is kept
        here, distance = intermediate_result.x.copy(), intermediate_result.fun
        steps += 1
        note(here, distance * size)
        bar.update()
        if distance < reached:
            record.stopped = "reached"
        elif steps == starts * max_steps or steps % max_steps == 0 and not distance < FAILED:
            record.stopped = "steps"
        if record.stopped != "stuck":
            raise StopIteration

    note(here, distance_and_slope(here)[0] * size)  # before Ctrl-C is caught: there must be a dummy to keep
    record.stopped = "stuck"
    options = {"maxiter": starts * max_steps, "maxfun": 20 * starts * max_steps, "maxcor": 100, "ftol": 0, "gtol": 0}
    try:
        with _THREADS.limit(limits=1, user_api="blas"):
            # Where SciPy finds nothing lower, its memory of other slopes may mislead it: as long as that helps, go on
            # without one.
            while record.stopped == "stuck" and record.distances[-1] < before / 2:
                before = record.distances[-1]
                minimize(distance_and_slope, here, jac=True, method="L-BFGS-B", callback=after_step, options=options)
    except KeyboardInterrupt:
        record.stopped = "interrupted"
    return max(1, math.ceil(steps / max_steps))


def distance_function(attack, captured):
    """What a search by slopes asks for: the distance of a dummy, and its slope there, by one compiled function.

    Args:
        attack: a DeepLeakage model. What its layers hold stays as it is.
        captured: a list of tensors, one for each weight of the base model.

    Returns:
        A function from a dummy, the entries of `attack.trainable_variables` as one flat array, to the distance, a
        float, and its slope, a flat float64 array of the same length.
    """
    function, target, dtype = _distance_function(attack), _flatten(captured), attack.dense1.kernel.dtype

    def distance_and_slope(flat):
        distance, slope = function(tf.constant(flat.astype(dtype)), target)
        return float(distance), slope.numpy().astype("float64")

    return distance_and_slope


def _distance_function(attack):
    """The compiled function behind all searches of this attack: two flat vectors, the dummy and the captured
    gradient → the distance, and its slope as a flat vector. Flat, since each argument costs a call some time."""
    trains = attack.dense1.trainable, attack.dense2.trainable
    if getattr(attack, "_lbfgs_trains", None) != trains:
        weights, targets, one = attack.trainable_variables, attack.base_model.weights, attack.one

        @tf.function
        def distance_and_slope(flat, captured):
            with tf.GradientTape() as tape:
                tape.watch(flat)
                # Inside this scope the layers hold these numbers; nothing is written to their variables.
                with keras.StatelessScope(list(zip(weights, _unflatten(flat, weights)))):
                    distance = attack.compute_loss(y=_unflatten(captured, targets), y_pred=attack(one))
            return distance, tape.gradient(distance, flat)

        # No jit_compile: XLA's convolutions are slower here than TensorFlow's own, and it compiles for longer.
        flat, captured = (tf.TensorSpec([sum(_sizes(like))], one.dtype) for like in (weights, targets))
        attack._lbfgs_function = distance_and_slope.get_concrete_function(flat, captured)
        attack._lbfgs_trains = trains
    return attack._lbfgs_function


def _sizes(tensors):
    return [math.prod(tensor.shape) for tensor in tensors]


def _flatten(tensors):
    return tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], 0)


def _unflatten(flat, like):
    return [tf.reshape(part, tensor.shape) for part, tensor in zip(tf.split(flat, _sizes(like)), like)]
