"""The test of lesson 12, exercise 3: how a loss's slope in the logits depends on the label, by tape against numbers.

A cross entropy that is wrong here raises no error, and no dummy label of an attack ever moves.
"""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from helpers.exercises.lesson_12 import by_numbers, by_tape, push
from helpers.exercises.lesson_12 import test_label_slope as exercise
from helpers.models import cross_entropy

MENDED = (
    "TensorFlow {version} gives {found} as the label slopes of its fused cross entropy{where}, and no longer 0. If "
    "they equal the numbers, {numbers}, then issue 26495 is mended: tell lesson 12 as history (its claims spread, "
    "burst and fused-zero no longer hold). helpers.models.cross_entropy may stay as it is, written out."
)


def fused(y, logits):
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, logits))


def push_of(loss, batch, classes):
    """The push as a function of all label numbers in one row, and a place to look at it."""
    rng = np.random.default_rng(10 * batch + classes)
    logits = tf.constant(rng.normal(size=(batch, classes)))

    def push_at(y):
        return push(loss, tf.reshape(y, (batch, classes)), logits)

    return push_at, rng.dirichlet(np.ones(classes), batch).ravel()


@pytest.mark.parametrize("batch, classes", [(1, 3), (1, 10), (4, 3)])
@pytest.mark.parametrize("how", ["eager", "tf.function", "jit_compile"])
def test_the_course_loss_depends_on_the_label_as_numbers_say(how, batch, classes):
    push_at, y = push_of(cross_entropy, batch, classes)
    numbers = by_numbers(push_at, y)
    function = push_at if how == "eager" else tf.function(push_at, jit_compile=how == "jit_compile")
    np.testing.assert_allclose(by_tape(function, y), numbers, rtol=1e-6, atol=1e-9 * np.abs(numbers).max())
    assert np.abs(numbers).min() > 1e-6  # where all slopes are 0, a wrong loss would agree as well


@pytest.mark.parametrize("how", ["eager", "tf.function"])
def test_the_fused_loss_still_fails(how):
    push_at, y = push_of(fused, 1, 3)
    found = by_tape(push_at if how == "eager" else tf.function(push_at), y)
    where = " in a graph" if how == "tf.function" else ""
    told = MENDED.format(version=tf.__version__, found=found, where=where, numbers=by_numbers(push_at, y))
    assert np.all(found == 0), told


def test_the_lessons_own_test_tells_the_two_apart():
    exercise.reference(cross_entropy)
    with pytest.raises(AssertionError):
        exercise.reference(fused)


def test_the_fault_hides_when_operations_are_deterministic():
    """TensorFlow then writes the sum out. The switch cannot be turned back, so it gets a process of its own."""
    code = (
        "import keras, helpers, tensorflow as tf\n"
        "from tests.test_second_derivative import *\n"
        "keras.utils.set_random_seed(0)\n"
        "tf.config.experimental.enable_op_determinism()\n"
        "push_at, y = push_of(fused, 1, 3)\n"
        "np.testing.assert_allclose(by_tape(tf.function(push_at), y), by_numbers(push_at, y), rtol=1e-6)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
