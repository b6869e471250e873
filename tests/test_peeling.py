"""The equations against TensorFlow's own convolution and gradient, and their solution."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import equations, metrics
from helpers.analytic import count, minimum_norm, peel
from helpers.models import GradientModel, lenet, mlp
from tests.conftest import capture


def convolution(side=(6, 5), channels=2, filters=3, kernel=(3, 2), strides=1, padding="same", seed=0):
    """A small Conv2D whose height and width differ, an input for it and an error signal behind it."""
    keras.utils.set_random_seed(seed)
    layer = keras.layers.Conv2D(filters, kernel, strides, padding, use_bias=False)
    network = keras.Sequential([keras.Input((*side, channels)), layer])
    rng = np.random.default_rng(seed)
    return layer, rng.uniform(size=(*side, channels)), rng.normal(size=network.output_shape[1:])


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [1, 2, (2, 1)])
def test_the_equations_are_those_of_the_convolution_and_of_its_gradient(padding, strides):
    layer, x, signal = convolution(strides=strides, padding=padding)
    table, stamps = equations.convolution(layer, signal)
    with tf.GradientTape() as tape:
        output = layer(x[None].astype("float32"))
        value = tf.reduce_sum(output * signal[None].astype("float32"))
    np.testing.assert_allclose(table @ x.ravel(), np.ravel(output), atol=1e-5)
    slopes = (stamps @ x.reshape(-1, 2)).reshape(3, 2, 3, 2).transpose(0, 1, 3, 2)
    np.testing.assert_allclose(slopes, tape.gradient(value, layer.kernel), atol=1e-5)


@pytest.mark.parametrize("filters, how", [(3, "one large factorisation"), (8, "two small ones")])
def test_both_ways_to_solve_find_the_input(filters, how):
    layer, x, signal = convolution(filters=filters, kernel=(3, 3))
    table, stamps = equations.convolution(layer, signal)
    assert (len(stamps) >= 30) == (how == "two small ones")
    slopes = (stamps @ x.reshape(-1, 2)).reshape(3, 3, filters, 2).transpose(0, 1, 3, 2)
    steep = np.random.default_rng(1).uniform(0.1, 1, table.shape[0])
    found = equations.least_squares(layer, table, stamps, table @ x.ravel(), slopes, steep)
    np.testing.assert_allclose(found, x.ravel(), atol=1e-8)


def test_equations_that_say_the_same_are_refused():
    layer, x, signal = convolution(filters=4, kernel=(1, 1), strides=2)
    layer.kernel.assign(tf.ones_like(layer.kernel))
    table, stamps = equations.convolution(layer, signal)
    slopes = (stamps @ x.reshape(-1, 2)).reshape(1, 1, 4, 2).transpose(0, 1, 3, 2)
    with pytest.raises(ValueError, match="leave some of its 60 unknowns open"):
        equations.least_squares(layer, table, stamps, table @ x.ravel(), slopes, np.ones(table.shape[0]))


def test_the_smallest_solution_fits_and_is_smaller_than_the_input():
    layer, x, signal = convolution(filters=1, strides=2)
    table, stamps = equations.convolution(layer, signal)
    slopes = (stamps @ x.reshape(-1, 2)).reshape(3, 2, 1, 2).transpose(0, 1, 3, 2)
    found = equations.smallest(layer, table, stamps, table @ x.ravel(), slopes, np.ones(table.shape[0]))
    np.testing.assert_allclose(table @ found, table @ x.ravel(), atol=1e-5)
    assert equations.norm(found) < 0.9 * equations.norm(x)


@pytest.mark.parametrize(
    "activation, weights",
    [("sigmoid", 0.5), ("sigmoid", "glorot"), ("tanh", "glorot"), ("tanh", 0.5), ("relu", "glorot"), ("relu", 0.5)],
)
def test_the_digit_of_a_lenet_comes_without_a_search(digits, activation, weights):
    images, labels = digits
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        base_model = GradientModel(lenet(activation, weights=weights))
        number = 37 * seed
        picture = peel(base_model, capture(base_model, images[[number]], labels[[number]]))
        assert picture.shape == (28, 28) and picture.dtype == "float64"
        assert metrics.mse(picture, images[number]) < (1e-3 if activation == "relu" else 1e-8)


def test_colour_comes_as_well():
    keras.utils.set_random_seed(0)
    base_model = GradientModel(lenet(image_shape=(32, 32, 3)))
    image = np.random.default_rng(0).uniform(size=(32, 32, 3)).astype("float32")
    picture = peel(base_model, base_model.gradient(image.reshape(1, -1), tf.one_hot([3], 10)))
    assert picture.shape == (32, 32, 3) and metrics.mse(picture, image) < 1e-5


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "swish"])
def test_a_dense_first_layer_needs_no_activation_undone(digits, activation):
    images, labels = digits
    base_model = GradientModel(mlp(activation))
    picture = peel(base_model, capture(base_model, images[[5]], labels[[5]]))
    assert picture.shape == (784,) and metrics.mse(picture.reshape(28, 28), images[5]) < 1e-10


def test_a_layer_without_bias_and_one_without_padding():
    keras.utils.set_random_seed(1)
    layers = [
        keras.Input((144,)),
        keras.layers.Reshape((9, 8, 2)),
        keras.layers.Conv2D(6, (3, 4), 2, "valid", activation="tanh"),
        keras.layers.Flatten(),
        keras.layers.Dense(20, "sigmoid", use_bias=False),
        keras.layers.Dense(5),
    ]

    base_model = GradientModel(keras.Sequential(layers))
    image = np.random.default_rng(0).uniform(size=(9, 8, 2)).astype("float32")
    picture = peel(base_model, base_model.gradient(image.reshape(1, -1), tf.one_hot([2], 5)))
    assert metrics.mse(picture, image) < 1e-8


def test_the_count_says_beforehand_what_can_be_solved():
    counts = count(GradientModel(lenet(image_shape=(64, 64, 3))))
    assert [(layer.unknowns, layer.equations, layer.solvable) for layer in counts] == [
        (3072, 30720, True), (3072, 6672, True), (12288, 6672, False), (12288, 13188, True)
    ]  # fmt: skip
    assert "3072 from its outputs and 3600 from its kernel's gradient" in counts[2].reason
    counts = count(GradientModel(lenet()))
    assert [(layer.unknowns, layer.equations) for layer in counts] == [
        (588, 5880), (588, 4188), (2352, 4188), (784, 2652)
    ]  # fmt: skip
    assert all(layer.solvable for layer in counts)


def test_too_many_unknowns_are_refused_before_anything_is_solved(monkeypatch):
    base_model = GradientModel(lenet(image_shape=(64, 64, 3)))
    captured = base_model.gradient(np.full((1, 12288), 0.5, "float32"), tf.one_hot([3], 10))
    monkeypatch.setattr(equations, "least_squares", None)
    with pytest.raises(ValueError, match="12288 unknowns and 6672 equations"):
        peel(base_model, captured)


def test_the_minimum_norm_answer_is_worth_less_than_grey(digits):
    from skimage.transform import resize

    images, labels = digits
    image = resize(images[7], (44, 44)).astype("float32")
    base_model = GradientModel(lenet(image_shape=(44, 44)))
    captured = capture(base_model, image[None], labels[[7]])
    with pytest.raises(ValueError, match="5808 unknowns and 5052 equations"):
        peel(base_model, captured)
    guess = np.clip(minimum_norm(base_model, captured), 0, 1)
    assert guess.shape == (44, 44) and metrics.mse(guess, image) > metrics.mse(np.full((44, 44), 0.5), image)


def test_activations_that_cannot_be_undone_are_named():
    base_model = GradientModel(lenet("swish"))
    captured = base_model.gradient(np.full((1, 784), 0.5, "float32"), tf.one_hot([3], 10))
    for function in (peel, minimum_norm):
        with pytest.raises(ValueError, match="silu cannot be undone: it falls and rises again"):
            function(base_model, captured)
    assert "elu cannot be undone: sigmoid, tanh and relu can" in count(GradientModel(lenet("elu")))[1].reason


def test_saturated_outputs_are_said(digits):
    images, labels = digits
    keras.utils.set_random_seed(0)
    base_model = GradientModel(lenet("tanh", weights=2))
    with pytest.raises(ValueError, match="end of their activation's range|rounded away"):
        peel(base_model, capture(base_model, images[[0]], labels[[0]]))


@pytest.fixture(scope="module")
def honest(digits):
    images, labels = digits
    keras.utils.set_random_seed(3)
    base_model = GradientModel(lenet())
    return base_model, capture(base_model, images[[9]], labels[[9]])


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda captured: captured[:-1], "7 entries, but this network has 8"),
        (lambda captured: [*captured[:-1], captured[-1][None]], "has the shape \\(1, 10\\)"),
        (lambda captured: [captured[0] * np.nan, *captured[1:]], "NaN"),
        (lambda captured: [tensor * 0 for tensor in captured], "zero everywhere"),
        (lambda captured: [*captured[:-1], captured[-1] * 0], "zero everywhere, so there is nothing to divide"),
        (lambda captured: [tensor + 1e-2 * tf.random.normal(tensor.shape) for tensor in captured], "noise was added"),
        (lambda captured: [*captured[:6], 2 * captured[6], 2 * captured[7]], "softmax of this network"),
        (lambda captured: [-captured[0], *captured[1:]], "has another gradient"),
        (
            lambda captured: [captured[0], captured[1], -captured[2], *captured[3:]],
            "another gradient|unknowns open|cannot be recovered",
        ),
    ],
)
def test_what_cannot_be_this_networks_gradient_of_one_picture_is_refused(honest, spoil, words):
    base_model, captured = honest
    keras.utils.set_random_seed(4)
    with pytest.raises(ValueError, match=words):
        peel(base_model, spoil(captured))


def test_a_batch_and_another_networks_gradient_are_refused(digits, honest):
    images, labels = digits
    base_model, captured = honest
    for pair in ([1, 2], [10, 20], [3, 13]):  # of one class, the last two: their gradient is nearly the average's
        with pytest.raises(ValueError, match="batch"):
            peel(base_model, capture(base_model, images[pair], labels[pair]))
    with pytest.raises(ValueError, match="another network"):
        peel(GradientModel(lenet()), captured)


def test_networks_that_are_no_plain_chain_are_refused():
    with pytest.raises(TypeError, match="keras.Sequential"):
        peel(lenet(), [])
    layers = [keras.Input((4, 4, 1)), keras.layers.MaxPooling2D(), keras.layers.Flatten(), keras.layers.Dense(3)]
    with pytest.raises(TypeError, match="MaxPooling2D"):
        count(GradientModel(keras.Sequential(layers)))
    with pytest.raises(ValueError, match="must be a Dense layer with a bias"):
        count(GradientModel(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, use_bias=False)])))
