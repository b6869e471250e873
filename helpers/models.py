"""The networks that are attacked, and `GradientModel`, which hands out its gradient (built in lesson 07)."""

import contextlib
import math

import keras
import numpy as np
import tensorflow as tf


@contextlib.contextmanager
def float64():
    """Networks made inside `with float64():` compute in float64, and so does an attack on them (lesson 13)."""
    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(before[0])
        keras.config.set_dtype_policy(before[1])


def mlp(activation="sigmoid"):
    """A small dense network, 784 → 128 → 10 logits, with Keras' default weights (Glorot, zero bias).

    Takes pictures as rows, (batch, 784) float in [0, 1]; returns (batch, 10) logits.
    """
    return keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(128, activation), keras.layers.Dense(10)], name="mlp"
    )


def lenet(activation="sigmoid", image_shape=(28, 28), weights="glorot"):
    """The convolutional network of Zhu, Liu, Han 2019: three 5×5 convolutions of 12 filters, one Dense layer.

    Args:
        activation: a Keras activation, used after each convolution. Lesson 13 shows what it decides.
        image_shape: (height, width) or (height, width, channels) of one picture.
        weights: "glorot" for Keras' default, or a number r for weights and biases uniform in [-r, r];
            the paper's own code uses 0.5.

    Takes pictures as rows, (batch, height·width·channels) float in [0, 1]; returns (batch, 10) logits.
    """
    if weights == "glorot":
        kernel, bias = "glorot_uniform", "zeros"
    else:
        kernel = bias = keras.initializers.RandomUniform(-weights, weights)
    if len(image_shape) not in (2, 3):
        raise ValueError(f"image_shape is {image_shape}; expected (height, width) or (height, width, channels).")
    channels = (*image_shape, 1)[:3]

    def fresh(initializer):  # one instance twice would draw the same numbers twice
        return initializer if isinstance(initializer, str) else initializer.clone()

    layers = [keras.Input((math.prod(channels),)), keras.layers.Reshape(channels)]
    for strides in (2, 2, 1):
        layers.append(
            keras.layers.Conv2D(
                12,
                5,
                strides,
                "same",
                activation=activation,
                kernel_initializer=fresh(kernel),
                bias_initializer=fresh(bias),
            )
        )
    layers.append(keras.layers.Flatten())
    layers.append(keras.layers.Dense(10, kernel_initializer=fresh(kernel), bias_initializer=fresh(bias)))
    return keras.Sequential(layers, name="lenet")


def cross_entropy(y, logits):
    """The mean cross entropy of a batch: y (batch, classes) probabilities, logits (batch, classes) → a scalar.

    Written out on purpose. The library's own has a second derivative in y that is silently zero (tensorflow issue
    26495; lesson 12, tests/test_second_derivative.py), and with it the dummy label of an attack never moves.
    """
    return -tf.reduce_mean(tf.reduce_sum(y * tf.nn.log_softmax(logits), axis=1))


@keras.saving.register_keras_serializable("helpers")
class GradientModel(keras.Model):
    """A network that can say what it would send: `gradient(x, y)`. Built step by step in lesson 07.

    Args:
        network: a Keras model from pictures, (batch, pixels), to logits, (batch, classes).
    """

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        if not getattr(network, "built", False) or not network.weights:
            raise ValueError(
                "GradientModel needs a network whose weights exist; this one has none yet. "
                "Give it a keras.Input as its first entry, or call it once on a picture."
            )
        last = network.layers[-1] if getattr(network, "layers", None) else network
        if getattr(last, "activation", None) is keras.activations.softmax or isinstance(last, keras.layers.Softmax):
            raise ValueError(
                f"GradientModel needs a network that returns logits, but its last layer {last.name!r} has a softmax. "
                "Leave the softmax out: the loss takes it itself."
            )
        self.network = network
        self.build(network.input_shape)

    def build(self, input_shape):
        self.built = True

    def call(self, x):
        return self.network(x)

    def gradient(self, x, y):
        """What a participant with the pictures x and the labels y would send.

        Args:
            x: (batch, pixels) float, the pictures as rows.
            y: (batch, classes) float, each row probabilities that sum to 1.

        Returns:
            A list of tensors, one for each weight, with that weight's shape and dtype: the slope of the
            mean cross entropy. It can be differentiated again, in x and in y.

        Raises:
            TypeError, ValueError: when x or y does not fit the network, or a row of y does not sum to 1.
        """
        x, y = self._checked(x, "x", self.network.input_shape), self._checked(y, "y", self.network.output_shape)
        if not x.shape[:1].is_compatible_with(y.shape[:1]):
            raise ValueError(f"x holds {x.shape[0]} pictures and y {y.shape[0]} labels; give each picture one label.")
        if not tf.is_symbolic_tensor(y):
            sums = np.sum(y, axis=1)
            if not np.allclose(sums, 1, atol=1e-3) or np.min(y) < -1e-3:
                raise ValueError(
                    "Each row of y must be probabilities, none below 0, that sum to 1, but the smallest is "
                    f"{np.min(y):.3g} and the sums are {sums.round(3).tolist()}. "
                    "For a known label use tf.one_hot(label, classes); for a trained one, a softmax."
                )
        # tf.Variable or, inside stateless_call, the tensor that stands for it. Listed here and not taken from
        # trainable_weights, which is empty once somebody has frozen the network.
        weights = [weight.value for weight in self.network.weights]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            loss = cross_entropy(y, self.network(x, training=False))
        return tape.gradient(loss, weights)

    def _checked(self, value, name, shape):
        dtype = self.network.weights[0].dtype
        value = tf.convert_to_tensor(value)
        if value.dtype != dtype:
            if not value.dtype.is_floating:
                raise TypeError(
                    f"{name} has dtype {value.dtype.name}, but the network computes in {dtype}. Use tf.cast("
                    f"{name}, {dtype!r})" + (", after tf.one_hot if these are labels." if name == "y" else ".")
                )
            value = tf.cast(value, dtype)
        if value.shape.rank != 2 or value.shape[1] != shape[1]:
            raise ValueError(
                f"{name} has the shape {tuple(value.shape)}, but this network expects (batch, {shape[1]}). "
                + (
                    "Use tf.reshape(x, (len(x), -1)) to lay each picture out as one row."
                    if name == "x"
                    else f"Use tf.one_hot(labels, {shape[1]}) for labels that are numbers."
                )
            )
        if not tf.is_symbolic_tensor(value) and not np.all(np.isfinite(value)):
            raise ValueError(f"{name} holds NaN or infinity.")
        return value

    def get_config(self):
        return {**super().get_config(), "network": keras.saving.serialize_keras_object(self.network)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("network")), **config)


def check_captured(base_model, captured):
    """Refuse a captured gradient that cannot come from `base_model`, before any search starts.

    Args:
        base_model: the model that was attacked, with a method gradient(x, y).
        captured: a list of tensors or arrays, one for each of its weights.

    Returns:
        The same as a list of tensors.

    Raises:
        TypeError: not a list, or a wrong dtype.
        ValueError: a wrong number of entries, a wrong shape, NaN, infinity, or nothing but zeros.
    """
    weights = base_model.weights
    if not isinstance(captured, (list, tuple)):
        raise TypeError(
            f"A captured gradient is a list with one tensor for each weight, but this is a {type(captured).__name__}. "
            "Pass on what base_model.gradient(x, y) returned."
        )
    if len(captured) != len(weights):
        raise ValueError(
            f"The captured gradient has {len(captured)} entries, but this network has {len(weights)} weights. "
            "Was it taken from another network?"
        )
    tensors = []
    for number, (entry, weight) in enumerate(zip(captured, weights)):
        where = f"Entry {number} of the captured gradient (for {weight.path})"
        if entry is None:
            raise TypeError(f"{where} is None: the loss it was taken from does not depend on that weight.")
        entry = tf.convert_to_tensor(entry)
        if entry.dtype != weight.dtype:
            raise TypeError(
                f"{where} has dtype {entry.dtype.name}, but the weight has {weight.dtype}. "
                f"Use tf.cast(entry, {weight.dtype!r})."
            )
        if entry.shape != weight.shape:
            raise ValueError(
                f"{where} has the shape {tuple(entry.shape)}, but the weight has {tuple(weight.shape)}. "
                "Was it taken from another network, or put in another order?"
            )
        if not np.all(np.isfinite(entry)):
            raise ValueError(f"{where} holds NaN or infinity. Capture it again; no search can match it.")
        tensors.append(entry)
    if not any(np.any(tensor) for tensor in tensors):
        raise ValueError(
            "The captured gradient is zero everywhere, so there is nothing to match. "
            "A network that is certain of the right answer sends this."
        )
    return tensors
