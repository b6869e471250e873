"""`DeepLeakage`: the model whose Dense layers are the picture and the label (lesson 11)."""

import math

import keras
import numpy as np
import tensorflow as tf

from helpers.models import check_captured


@keras.saving.register_keras_serializable("helpers")
class DeepLeakage(keras.Model):
    """The attack of *Deep Leakage from Gradients* (Zhu, Liu, Han 2019, Algorithm 1) as a Keras model.

    `dense1` holds the dummy pictures as its kernel, (batch, pixels), and `dense2` the dummy labels before their
    softmax, (batch, classes). Fed with the number 1 (a batch of n pictures: with the n×n unit matrix, whose row i
    picks picture i) the model returns the gradient that its pictures and labels have in `base_model`. Plain
    `compile` and `fit` then train the pictures and the labels; the base model stays as it is.

    Args:
        base_model: the model attacked; it has a method gradient(x, y), as GradientModel does.
        image_shape: (height, width) or (height, width, channels) of one picture.
        classes: number of classes of the base model.
        batch: number of pictures that the captured gradient was taken from.
    """

    def __init__(self, base_model, image_shape=(28, 28), classes=10, batch=1, **kwargs):
        if not callable(getattr(base_model, "gradient", None)):
            raise TypeError(
                f"DeepLeakage needs a base model with a method gradient(x, y), but {type(base_model).__name__} has "
                "none. Wrap the network: helpers.models.GradientModel(network)."
            )
        if not isinstance(image_shape, (tuple, list)) or len(image_shape) not in (2, 3) or batch < 1:
            raise ValueError(
                f"image_shape is {image_shape} and batch is {batch}; expected (height, width) or (height, width, "
                "channels), and at least one picture."
            )
        if not base_model.weights:
            raise ValueError("The base model has no weights yet. Call it once on a picture, then attack it.")
        pixels = math.prod(image_shape)
        dtype = base_model.weights[0].dtype
        try:
            base_model.gradient(tf.zeros((1, pixels), dtype), tf.one_hot([0], classes, dtype=dtype))
        except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
            raise ValueError(
                f"image_shape {tuple(image_shape)} means {pixels} pixels and classes is {classes}, but the base "
                f"model does not take such a picture and label. It says: {error}"
            ) from error
        super().__init__(**kwargs)
        self.image_shape, self.classes, self.batch = tuple(image_shape), classes, batch
        self.images_shape = (batch, *image_shape)
        self.dense1 = keras.layers.Dense(
            pixels,
            use_bias=False,
            kernel_initializer=keras.initializers.RandomUniform(0, 1),
            dtype=dtype,
        )
        self.dense2 = keras.layers.Dense(
            classes, use_bias=False, activation="softmax", kernel_initializer="ones", dtype=dtype
        )
        self.base_model = base_model
        self.distance = keras.metrics.Mean(name="distance")
        self.build((None, batch))

    def build(self, input_shape):
        self.dense1.build(input_shape)
        self.dense2.build(input_shape)
        self.built = True

    def call(self, one):
        x = self.dense1(one)
        y = self.dense2(one)
        return self.base_model.gradient(x, y)

    @property
    def trainable_weights(self):
        # Not base_model.trainable = False: that flag belongs to whoever passed the model in.
        return self.dense1.trainable_weights + self.dense2.trainable_weights

    @property
    def non_trainable_weights(self):
        return [weight for weight in self.weights if not any(weight is ours for ours in self.trainable_weights)]

    trainable_variables, non_trainable_variables = trainable_weights, non_trainable_weights

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The distance between two gradients: the sum over all tensors of squared differences, a scalar."""
        distance = tf.add_n([tf.reduce_sum((dummy - real) ** 2) for dummy, real in zip(y_pred, y)])
        # Keras reports the epoch's mean loss. The last step's distance is the one that matters.
        self.distance.reset_state()
        self.distance.update_state(distance)
        return distance

    def dataset(self, captured, steps):
        """What `fit` is fed with: `steps` times the unit matrix, and the captured gradient as the target.

        Raises TypeError or ValueError when `captured` cannot come from the base model (models.check_captured).
        """
        captured = check_captured(self.base_model, captured)
        return tf.data.Dataset.from_tensors((self.one, tuple(captured))).repeat(steps)

    @property
    def one(self):
        """The input: [[1.]], or for a batch of n pictures the n×n unit matrix."""
        return tf.eye(self.batch, dtype=self.dense1.kernel.dtype)

    def reset(self, seed=None):
        """Draw a new dummy and forget the optimizer's memory, without compiling anything again.

        Equal seeds give equal dummies; without one, each call draws another. A frozen layer keeps what it holds.
        """
        if self.dense1.trainable:
            shape, dtype = self.dense1.kernel.shape, self.dense1.kernel.dtype
            self.dense1.kernel.assign(keras.random.uniform(shape, 0, 1, dtype, seed))
        if self.dense2.trainable:
            self.dense2.kernel.assign(tf.ones_like(self.dense2.kernel))
        if self.compiled and self.optimizer.built:
            fresh = type(self.optimizer).from_config(self.optimizer.get_config())
            fresh.build(self.trainable_variables)
            for variable, start in zip(self.optimizer.variables, fresh.variables):
                variable.assign(start)

    def fix_labels(self, labels):
        """Put known labels into `dense2` and freeze it, so that the pictures alone are searched (iDLG, lesson 14).

        Args:
            labels: one int from 0 to classes − 1 for each picture. Call this before `compile`.
        """
        labels = np.ravel(labels)
        known = labels.dtype.kind in "iu" and np.all(np.isin(labels, range(self.classes)))
        if labels.shape != (self.batch,) or not known:
            raise ValueError(
                f"labels is {labels.tolist()}, but {self.batch} whole numbers from 0 to {self.classes - 1} are "
                "expected, one for each picture."
            )
        # The softmax of 100 beside zeros is 1 beside 4e-44, which is one-hot to the last digit of a float.
        self.dense2.kernel.assign(100 * tf.one_hot(labels, self.classes, dtype=self.dense2.kernel.dtype))
        self.dense2.trainable = False

    @property
    def images(self):
        """The dummy pictures now: (batch, *image_shape) array."""
        return self.dense1.kernel.numpy().reshape(self.images_shape)

    @property
    def probabilities(self):
        """The dummy labels now: (batch, classes) array, each row sums to 1."""
        return tf.nn.softmax(self.dense2.kernel).numpy()

    @property
    def labels(self):
        """The likeliest class of each dummy label now: (batch,) int64 array."""
        return np.argmax(self.probabilities, axis=1)

    @property
    def image(self):
        """The dummy picture now: image_shape array. For a batch use `images`."""
        self._one_picture("image")
        return self.images[0]

    @property
    def label(self):
        """The likeliest class of the dummy label now: int. For a batch use `labels`."""
        self._one_picture("label")
        return int(self.labels[0])

    def _one_picture(self, name):
        if self.batch != 1:
            raise ValueError(f"This attack holds {self.batch} pictures; use {name}s instead of {name}.")

    def get_config(self):
        return {
            **super().get_config(),
            "base_model": keras.saving.serialize_keras_object(self.base_model),
            "image_shape": self.image_shape,
            "classes": self.classes,
            "batch": self.batch,
        }

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("base_model")), **config)
