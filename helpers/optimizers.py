"""L-BFGS for an attack model, and `Record`, which keeps what happened at every step of a search."""

import os
import time

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize
from tqdm.auto import tqdm

from helpers.models import check_captured

# Both are distances divided by the captured gradient's own size (its sum of squares). An absolute bound would
# stop too early on a gradient that is small because the network is nearly sure of its answer.
REACHED = 1e-7
FAILED = 1e-5


class Record(keras.callbacks.Callback):
    """What happened in a search, step by step: give it to `fit` as a callback, or get it from `fit_lbfgs`.

    Attributes:
        images: the dummy pictures at each step, arrays (batch, *image_shape); the first is the starting point.
        probabilities: the dummy labels at each step, arrays (batch, classes).
        distances: the true distance of each of these dummies, floats (Keras itself reports the epoch's mean).
        seconds: the time since the search began, at each step, floats.
        evaluations: how often the distance and its slope were computed, over all starts, int.
        starts: how many starting points were tried, int.
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
        self.images.append(self.model.images)  # here, because the step that follows moves on from this dummy
        self.probabilities.append(self.model.probabilities)

    def on_train_batch_end(self, batch, logs=None):
        self.evaluations += 1
        self.distances.append(float(logs["distance"]))
        self.seconds.append(time.perf_counter() - self._began)

    def add(self, attack, distance):
        """Note the dummy that `attack` holds now, and its distance."""
        self.distances.append(float(distance))
        self.seconds.append(time.perf_counter() - self._began)
        self.images.append(attack.images)
        self.probabilities.append(attack.probabilities)


def fit_lbfgs(attack, captured, max_steps=300, starts=3, seed=0):
    """Train the picture and the label of `attack` by L-BFGS, the optimiser that the paper uses.

    SciPy's L-BFGS-B works on one flat vector; one function, compiled once for an attack, gives it the distance
    and its slope for every captured gradient. A search that ends far from the captured gradient is tried again
    from another dummy. Ctrl-C ends the search; the best dummy so far stays in the layers.

    Args:
        attack: a DeepLeakage model. It need not be compiled.
        captured: what it shall match, a list of tensors, one for each weight of the base model.
        max_steps: steps of one start, at most.
        starts: dummies that are tried, at most.
        seed: of the first dummy; the next have seed + 1, seed + 2, …

    Returns:
        The Record of the best start. `attack` holds its last dummy.

    Raises:
        TypeError, ValueError: when `captured` cannot come from the base model (models.check_captured).
    """
    captured = check_captured(attack.base_model, captured)
    size = float(tf.add_n([tf.reduce_sum(tensor**2) for tensor in captured]))
    best, evaluations = None, 0
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # tqdm's own switch, which its notebook form overlooks
    with tqdm(total=starts * max_steps, unit="step", leave=False, delay=2, disable=quiet) as bar:
        for start in range(starts):
            attack.reset(seed + start)
            record = _search(attack, captured, size, max_steps, bar)
            evaluations += record.evaluations
            if best is None or not best.distances[-1] <= record.distances[-1]:  # also where the best is NaN
                best = record
            if record.stopped == "interrupted" or best.distances[-1] < FAILED * size:
                break
    best.starts, best.evaluations = start + 1, evaluations
    if record.stopped == "interrupted":
        best.stopped = "interrupted"
    # The layers still hold the last point that the line search tried.
    attack.dense1.kernel.assign(best.images[-1].reshape(attack.dense1.kernel.shape))
    attack.dense2.kernel.assign(np.log(best.probabilities[-1] + 1e-30))
    return best


def _search(attack, captured, size, max_steps, bar):
    function, record = _distance_function(attack), Record()
    dtype = attack.dense1.kernel.dtype
    record.add(attack, attack.compute_loss(y=captured, y_pred=attack(attack.one)))

    def distance_and_slope(flat):
        record.evaluations += 1
        distance, slope = function(tf.constant(flat, dtype), captured)
        return float(distance) / size, slope.numpy().astype("float64") / size

    def after_step(intermediate_result):
        _assign(attack, intermediate_result.x)
        record.add(attack, intermediate_result.fun * size)
        bar.update()
        if intermediate_result.fun < REACHED:
            record.stopped = "reached"
            raise StopIteration

    try:
        result = minimize(
            distance_and_slope,
            np.concatenate([np.ravel(weight) for weight in attack.trainable_variables]),
            jac=True,
            method="L-BFGS-B",
            callback=after_step,
            options={"maxiter": max_steps, "maxfun": 20 * max_steps, "maxcor": 100, "ftol": 0, "gtol": 0},
        )
        if result.status == 2:  # SciPy's number for a line search that found nothing lower
            record.stopped = "stuck"
    except KeyboardInterrupt:
        record.stopped = "interrupted"
    return record


def _distance_function(attack):
    """The compiled function behind all searches of this attack: flat vector, captured → distance, flat slope."""
    if not hasattr(attack, "_lbfgs_function"):
        weights, one = attack.trainable_variables, attack.one

        @tf.function(jit_compile=True)
        def distance_and_slope(flat, captured):
            _assign(attack, flat)
            with tf.GradientTape() as tape:
                distance = attack.compute_loss(y=captured, y_pred=attack(one))
            slope = tape.gradient(distance, weights)
            return distance, tf.concat([tf.reshape(part, [-1]) for part in slope], 0)

        attack._lbfgs_function = distance_and_slope
    return attack._lbfgs_function


def _assign(attack, flat):
    begin = 0
    for weight in attack.trainable_variables:
        end = begin + int(np.prod(weight.shape))
        weight.assign(tf.reshape(flat[begin:end], weight.shape))
        begin = end
