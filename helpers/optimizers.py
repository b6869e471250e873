"""L-BFGS for an attack model, and `Record`, which keeps what happened at every step of a search."""

import os
import time

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize
from scipy.special import softmax
from tqdm.auto import tqdm

from helpers.models import check_captured

# Both are distances divided by the captured gradient's own size (its sum of squares). An absolute bound would
# stop too early on a gradient that is small because the network is nearly sure of its answer.
REACHED = 3e-8
FAILED = 1e-4


class Record(keras.callbacks.Callback):
    """What happened in a search, step by step: give it to `fit` as a callback, or get it from `fit_lbfgs`.

    Attributes:
        images: the dummy pictures at each step, arrays (batch, *image_shape); the first is the starting point.
        probabilities: the dummy labels at each step, arrays (batch, classes).
        distances: the true distance of each of these dummies, floats (Keras itself reports the epoch's mean).
        seconds: the time since this dummy's search began, at each step, floats.
        evaluations: how often the distance and its slope were computed for this dummy, int.
        starts: how often the search was started, int.
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


def fit_lbfgs(attack, captured, max_steps=300, starts=3, seed=0, images=None):
    """Train the picture and the label of `attack` by L-BFGS, the optimiser that the paper uses.

    SciPy's L-BFGS-B works on one flat vector; one function, compiled once for an attack, gives it the distance
    and its slope for every captured gradient. Where a start ends far from the captured gradient, the next one
    tries another dummy; where it ends close, the next one goes on from there with a fresh memory. Ctrl-C ends
    the search; the best dummy so far stays in the layers.

    Args:
        attack: a DeepLeakage model. It need not be compiled.
        captured: what it shall match, a list of tensors, one for each weight of the base model.
        max_steps: steps of one start, at most.
        starts: how often it is started, at most.
        seed: of the first dummy; another one has seed + 1 or seed + 2.
        images: where the first start begins, (batch, *image_shape) floats, instead of a random dummy.

    Returns:
        The Record of the best start. `attack` holds its last dummy.

    Raises:
        TypeError, ValueError: when `captured` cannot come from the base model (models.check_captured).
        ValueError: when `max_steps` or `starts` is below 1, or `images` has another shape or is not finite.
    """
    if max_steps < 1 or starts < 1:
        raise ValueError(f"max_steps is {max_steps} and starts is {starts}; both must be at least 1.")
    if images is not None and (np.shape(images) != attack.images_shape or not np.all(np.isfinite(images))):
        raise ValueError(
            f"images has the shape {np.shape(images)}; expected {attack.images_shape}, with no NaN and no infinity."
        )
    captured = check_captured(attack.base_model, captured)
    size = float(tf.add_n([tf.reduce_sum(tensor**2) for tensor in captured]))
    best = None
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # tqdm's own switch, which its notebook form overlooks
    with tqdm(total=starts * max_steps, unit="step", leave=False, delay=2, disable=quiet) as bar:
        for start in range(starts):
            if best is None or _end(best) >= FAILED * size:
                attack.reset(seed + start)
                if best is None and images is not None:
                    attack.dense1.kernel.assign(np.reshape(images, attack.dense1.kernel.shape))
                record = Record()
            else:
                record = best
                _put_back(attack, best)
            _search(attack, captured, size, max_steps, bar, record)
            if best is None or _end(record) < _end(best):
                best = record
            if record.stopped in ("reached", "interrupted"):
                break
    best.starts = start + 1
    if record.stopped == "interrupted":
        best.stopped = "interrupted"
    _put_back(attack, best)  # the layers still hold the last point that the line search tried
    return best


def _end(record):
    return np.nan_to_num(record.distances[-1], nan=np.inf)


def _put_back(attack, record):
    attack.dense1.kernel.assign(record.images[-1].reshape(attack.dense1.kernel.shape))
    if attack.dense2.trainable:
        attack.dense2.kernel.assign(np.log(record.probabilities[-1] + 1e-30))


def _search(attack, captured, size, max_steps, bar, record):
    """At most `max_steps` steps of L-BFGS-B from the dummy that `attack` holds, noted in `record`."""
    function, dtype = _distance_function(attack), attack.dense1.kernel.dtype
    pixels, fixed = attack.images.size, None if attack.dense2.trainable else attack.probabilities
    flat = np.concatenate([np.ravel(weight) for weight in attack.trainable_variables]).astype("float64")

    def distance_and_slope(flat):
        record.evaluations += 1
        distance, slope = function(tf.constant(flat, dtype), captured)
        return float(distance) / size, slope.numpy().astype("float64") / size

    def note(flat, distance):
        images = flat[:pixels].reshape(attack.images_shape).astype(dtype)
        labels = softmax(flat[pixels:].reshape(attack.batch, -1), axis=1) if fixed is None else fixed
        record.add(images, labels, distance)

    def after_step(intermediate_result):
        note(intermediate_result.x, intermediate_result.fun * size)
        bar.update()
        if intermediate_result.fun < REACHED:
            record.stopped = "reached"
            raise StopIteration

    record.stopped = "steps"
    if not record.distances:  # before Ctrl-C is caught: there must be a dummy to keep
        note(flat, distance_and_slope(flat)[0] * size)
    try:
        options = {"maxiter": max_steps, "maxfun": 20 * max_steps, "maxcor": 100, "ftol": 0, "gtol": 0}
        result = minimize(distance_and_slope, flat, jac=True, method="L-BFGS-B", callback=after_step, options=options)
        if result.status == 2:  # SciPy's number for a line search that found nothing lower
            record.stopped = "stuck"
    except KeyboardInterrupt:
        record.stopped = "interrupted"


def _distance_function(attack):
    """The compiled function behind all searches of this attack: flat vector, captured → distance, flat slope."""
    if getattr(attack, "_lbfgs_trains", None) != len(attack.trainable_variables):
        weights, one = attack.trainable_variables, attack.one

        @tf.function(jit_compile=True)
        def distance_and_slope(flat, captured):
            _assign(attack, flat)
            with tf.GradientTape() as tape:
                distance = attack.compute_loss(y=captured, y_pred=attack(one))
            slope = tape.gradient(distance, weights)
            return distance, tf.concat([tf.reshape(part, [-1]) for part in slope], 0)

        attack._lbfgs_function, attack._lbfgs_trains = distance_and_slope, len(weights)
    return attack._lbfgs_function


def _assign(attack, flat):
    begin = 0
    for weight in attack.trainable_variables:
        end = begin + int(np.prod(weight.shape))
        weight.assign(tf.reshape(flat[begin:end], weight.shape))
        begin = end
