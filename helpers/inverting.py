"""The attack of *Inverting Gradients*: compare directions, and prefer pictures that are not rough (lesson 15)."""

import keras
import tensorflow as tf

from helpers.leakage import DeepLeakage


def roughness(images):
    """Total variation: the average step to the next pixel on the right, plus the average step to the next one below.

    Args:
        images: (batch, height, width) or (batch, height, width, channels) tensor.

    Returns:
        A scalar tensor: 0 for one colour everywhere, about 0.67 for uniform noise in [0, 1].
    """
    across = tf.reduce_mean(tf.abs(images[:, :, 1:] - images[:, :, :-1]))
    down = tf.reduce_mean(tf.abs(images[:, 1:] - images[:, :-1]))
    return across + down


def size(gradient):
    """The sum of the squares of all numbers in a list of tensors, a scalar tensor."""
    return tf.add_n([tf.reduce_sum(tensor**2) for tensor in gradient])


def direction_distance(dummy, captured):
    """One minus the cosine of the angle between two lists of tensors: 0 for one direction, 2 for opposite ones.

    Computed as half the squared distance after both were scaled to length 1. That is the same number, but
    1 − 0.99999999 is 0 in float32, and this is not.
    """
    ours, theirs = tf.sqrt(size(dummy)), tf.sqrt(size(captured))
    return size([a / ours - b / theirs for a, b in zip(dummy, captured)]) / 2


@keras.saving.register_keras_serializable("helpers")
class SmoothLeakage(DeepLeakage):
    """`DeepLeakage` whose loss adds the roughness of the dummy pictures.

    Args:
        base_model: the model attacked.
        share: how much one unit of roughness counts, as a share of the captured gradient's size. It may be changed
            by `attack.share.assign(...)`, and nothing is compiled anew.
        **kwargs: what DeepLeakage takes.
    """

    def __init__(self, base_model, share=1e-6, **kwargs):
        super().__init__(base_model, **kwargs)
        # A tf.Variable, which Keras does not count among the weights: this number is not trained.
        self.share = tf.Variable(share, trainable=False, dtype=self.dense1.kernel.dtype)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The distance between the two gradients plus what the roughness costs, a scalar."""
        images = tf.reshape(self.dense1.kernel, self.images_shape)
        loss = self.compare(y_pred, y) + self.share * size(y) * roughness(images)
        self.distance.reset_state()
        self.distance.update_state(loss)
        return loss

    def compare(self, dummy, captured):
        """The squared distance between two gradients, a scalar."""
        return size([a - b for a, b in zip(dummy, captured)])

    def get_config(self):
        return {**super().get_config(), "share": float(self.share.numpy())}


@keras.saving.register_keras_serializable("helpers")
class InvertingGradients(SmoothLeakage):
    """The loss of *Inverting Gradients* (Geiping and others 2020, section 4): direction and roughness.

    The length of the captured gradient does not matter. The loss is given in units of its size, as the squared
    distance is, so that the stops of `fit_lbfgs` mean the same.
    """

    def compare(self, dummy, captured):
        """One minus the cosine between two gradients, times the size of the captured one, a scalar."""
        return size(captured) * direction_distance(dummy, captured)
