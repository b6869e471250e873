"""GradientModel is right to second order, in pictures and labels, wherever it runs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import models
from helpers.models import GradientModel, check_captured, lenet, mlp
from tests.conftest import small_attack, small_base_model, small_batch

STEP = 1e-6


def loss_of(base_model, x, y):
    return float(tf.reduce_mean(tf.reduce_sum(-y * tf.math.log(tf.nn.softmax(base_model(x))), axis=1)))


def numeric_slope(function, array):
    slope = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        ends = []
        for move in (STEP, -STEP):
            moved = array.copy()
            moved[place] += move
            ends.append(function(moved))
        slope[place] = (ends[0] - ends[1]) / (2 * STEP)
    return slope


def distance(base_model, x, y, captured):
    return tf.add_n([tf.reduce_sum((a - b) ** 2) for a, b in zip(base_model.gradient(x, y), captured)])


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_gradient_equals_finite_differences(float64, batch, activation):
    base_model, (x, y) = small_base_model(activation=activation), small_batch(batch)
    for tensor, weight in zip(base_model.gradient(x, y), base_model.weights):
        values = weight.numpy()

        def loss(changed, weight=weight):
            weight.assign(changed)
            return loss_of(base_model, x, y)

        np.testing.assert_allclose(tensor, numeric_slope(loss, values), atol=1e-8)
        weight.assign(values)


@pytest.mark.parametrize("how", ["eager", "tf.function", "jit_compile"])
@pytest.mark.parametrize("batch", [1, 2])
def test_second_order_in_pictures_and_labels(float64, how, batch):
    base_model, (x, y) = small_base_model(), small_batch(batch)
    captured = base_model.gradient(*small_batch(batch, seed=1))

    def slopes(x, y):
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            value = distance(base_model, x, y, captured)
        return tape.gradient(value, [x, y])

    if how != "eager":
        slopes = tf.function(slopes, jit_compile=how == "jit_compile")
    in_x, in_y = slopes(tf.constant(x), tf.constant(y))
    np.testing.assert_allclose(
        in_x, numeric_slope(lambda x: float(distance(base_model, x, y, captured)), x), rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(
        in_y, numeric_slope(lambda y: float(distance(base_model, x, y, captured)), y), rtol=1e-6, atol=1e-9
    )
    assert np.abs(in_y).max() > 1e-3  # a slope of zero would agree with a numeric zero


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("batch", [1, 2])
def test_second_order_inside_fit(float64, jit_compile, batch):
    """One step of gradient descent by `fit` moves both kernels by the numeric slope of the distance."""
    base_model = small_base_model()
    attack = small_attack(base_model, batch)
    captured = base_model.gradient(*small_batch(batch, seed=1))
    before = [kernel.numpy() for kernel in attack.trainable_weights]

    def distance_at(picture, label):
        return float(distance(base_model, picture, tf.nn.softmax(label), captured))

    expected = [
        numeric_slope(lambda picture: distance_at(picture, before[1]), before[0]),
        numeric_slope(lambda label: distance_at(before[0], label), before[1]),
    ]
    attack.compile(optimizer=keras.optimizers.SGD(1.0), jit_compile=jit_compile)
    attack.fit(attack.dataset(captured, steps=1), shuffle=False, verbose=0)
    for kernel, old, slope in zip(attack.trainable_weights, before, expected):
        np.testing.assert_allclose(old - kernel.numpy(), slope, rtol=1e-6, atol=1e-9)
        assert np.abs(slope).max() > 1e-4


def test_gradient_of_a_frozen_network_is_complete():
    base_model, (x, y) = small_base_model(), small_batch()
    before = base_model.gradient(x, y)
    base_model.trainable = False
    after = base_model.gradient(x, y)
    assert len(after) == 4
    for a, b in zip(before, after):
        np.testing.assert_array_equal(a, b)


def test_gradient_has_shapes_and_dtypes_of_the_weights(digits):
    base_model = GradientModel(lenet())
    gradient = base_model.gradient(digits[0][:2].reshape(2, 784), tf.one_hot(digits[1][:2], 10))
    assert [t.shape for t in gradient] == [w.shape for w in base_model.weights]
    assert {t.dtype.name for t in gradient} == {"float32"}


def test_networks_are_as_described():
    assert [tuple(w.shape) for w in mlp().weights] == [(784, 128), (128,), (128, 10), (10,)]
    assert mlp().count_params() == 101_770
    colour = lenet(image_shape=(32, 32, 3), weights=0.5)
    assert colour.input_shape == (None, 3072) and colour.layers[-1].kernel.shape == (768, 10)
    assert lenet().layers[-1].kernel.shape == (588, 10)
    for weight in colour.weights:
        assert 0.3 < np.abs(weight).max() <= 0.5
    first, second = (layer.kernel.numpy().ravel()[:100] for layer in colour.layers[2:4])
    assert not np.array_equal(first, second)


def test_float64_is_for_what_is_made_inside_and_ends_with_an_error_too():
    with models.float64():
        base_model = small_base_model()
    assert {weight.dtype for weight in base_model.weights} == {"float64"}
    assert {weight.dtype for weight in small_base_model().weights} == {"float32"}
    x, y = small_batch()
    assert {tensor.dtype.name for tensor in base_model.gradient(x, y)} == {"float64"}
    attack = small_attack(base_model)
    assert attack.images.dtype == attack.probabilities.dtype == "float64"
    with pytest.raises(RuntimeError), models.float64():
        raise RuntimeError
    assert keras.config.floatx() == "float32" and keras.config.dtype_policy().name == "float32"


def test_base_model_trains_saves_and_loads_as_any_keras_model(tmp_path):
    base_model, (x, y) = small_base_model(), small_batch(4)
    base_model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    base_model.fit(x, y, verbose=0)
    base_model.save(tmp_path / "base.keras")
    loaded = keras.models.load_model(tmp_path / "base.keras")
    for a, b in zip(base_model.gradient(x, y), loaded.gradient(x, y)):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "change, error, words",
    [
        (lambda x, y: (x.reshape(1, 2, 3), y), ValueError, "expects \\(batch, 6\\).*one row"),
        (lambda x, y: (x[:, :5], y), ValueError, "shape \\(1, 5\\)"),
        (lambda x, y: (x, np.array([1])), TypeError, "one_hot"),
        (lambda x, y: (x, y[0]), ValueError, "one_hot"),
        (lambda x, y: (x, 2 * y), ValueError, "sum to 1"),
        (lambda x, y: (x, np.array([[-1.0, 2.0, 0.0]])), ValueError, "none below 0"),
        (lambda x, y: (x * np.nan, y), ValueError, "x holds NaN"),
        (lambda x, y: (np.repeat(x, 2, 0), y), ValueError, "2 pictures and y 1"),
        (lambda x, y: ((255 * x).astype("uint8"), y), TypeError, "uint8"),
    ],
)
def test_pictures_and_labels_that_do_not_fit_are_refused(change, error, words):
    with pytest.raises(error, match=words):
        small_base_model().gradient(*change(*small_batch()))


def test_networks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="keras.Input"):
        GradientModel(keras.Sequential([keras.layers.Dense(3)]))
    for layers in ([keras.layers.Dense(3, "softmax")], [keras.layers.Dense(3), keras.layers.Softmax()]):
        with pytest.raises(ValueError, match="softmax"):
            GradientModel(keras.Sequential([keras.Input((6,)), *layers]))
    with pytest.raises(ValueError, match="height, width"):
        lenet(image_shape=(784,))
    with pytest.raises(ValueError, match="softmax"):
        GradientModel(keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, "softmax")]))


def with_entry(number, change):
    def changed(captured):
        captured = list(captured)
        captured[number] = change(captured[number])
        return captured

    return changed


BAD_CAPTURES = [
    (lambda c: c[:3], ValueError, "3 entries.*4 weights"),
    (lambda c: c[0], TypeError, "list"),
    (lambda c: dict(enumerate(c)), TypeError, "dict"),
    (with_entry(2, tf.transpose), ValueError, "Entry 2.*shape \\(3, 4\\)"),
    (with_entry(1, lambda t: tf.cast(t, "float64")), TypeError, "Entry 1.*float64"),
    (with_entry(1, lambda t: tf.cast(t, "int32")), TypeError, "Entry 1.*int32"),
    (with_entry(0, lambda t: t * np.nan), ValueError, "Entry 0.*NaN"),
    (with_entry(3, lambda t: t / 0.0), ValueError, "Entry 3.*infinity"),
    (with_entry(3, lambda t: None), TypeError, "Entry 3.*None"),
    (lambda c: [0 * t for t in c], ValueError, "zero everywhere"),
]


@pytest.mark.parametrize("change, error, words", BAD_CAPTURES)
def test_captured_gradients_that_do_not_fit_are_refused(change, error, words):
    base_model = small_base_model()
    captured = base_model.gradient(*small_batch())
    with pytest.raises(error, match=words):
        check_captured(base_model, change(captured))


def test_captured_gradients_may_be_arrays():
    base_model = small_base_model()
    captured = [tensor.numpy() for tensor in base_model.gradient(*small_batch())]
    assert all(tf.is_tensor(tensor) for tensor in check_captured(base_model, captured))
