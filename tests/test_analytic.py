import numpy as np
import pytest
import tensorflow as tf

from helpers import metrics
from helpers.analytic import dense_input, label_from_bias
from helpers.models import GradientModel, lenet, mlp
from tests.conftest import capture


def test_the_input_of_a_dense_layer_is_found_by_division(digits):
    images, labels = digits
    base_model = GradientModel(mlp())
    for number in (0, 7, 900):
        captured = capture(base_model, images[[number]], labels[[number]])
        assert metrics.mse(dense_input(captured[0], captured[1]).reshape(28, 28), images[number]) < 1e-10


def test_label_is_the_smallest_entry(digits):
    images, labels = digits
    for network in (mlp(), mlp("relu"), lenet(weights=0.5)):
        base_model = GradientModel(network)
        for number in range(20):
            captured = capture(base_model, images[[number]], labels[[number]])
            assert label_from_bias(captured[-1]) == labels[number]


@pytest.mark.parametrize(
    "weight, bias, words",
    [
        (np.ones((4, 3)), np.ones(4), "\\(inputs, units\\)"),
        (np.ones(3), np.ones(3), "\\(inputs, units\\)"),
        (np.ones((4, 3)), np.zeros(3), "zero"),
        (np.ones((4, 3)), np.array([1, np.nan, 1]), "NaN"),
        (np.full((4, 3), np.inf), np.ones(3), "infinity"),
    ],
)
def test_what_cannot_be_divided_is_refused(weight, bias, words):
    with pytest.raises(ValueError, match=words):
        dense_input(weight, bias)


@pytest.mark.parametrize(
    "bias, words", [(np.ones((1, 3)), "\\(classes,\\)"), (np.zeros(3), "zero"), (tf.constant([1.0, np.nan]), "NaN")]
)
def test_labels_that_cannot_be_read_are_refused(bias, words):
    with pytest.raises(ValueError, match=words):
        label_from_bias(bias)
