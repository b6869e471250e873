"""How an attacker answers a defence that it knows (lesson 18): skip the zeros, undo the clipping, average the rounds.

The lesson builds each of them in the open first.
"""

import keras
import numpy as np
import tensorflow as tf
from scipy.special import softmax

from helpers.leakage import DeepLeakage


@keras.saving.register_keras_serializable("helpers")
class MaskedLeakage(DeepLeakage):
    """`DeepLeakage` that leaves out of the distance what arrived as exactly 0: pruning shows which entries it took."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The sum of squared differences over the entries that were not pruned, a scalar."""
        kept = [tf.where(real == 0, real, dummy) for dummy, real in zip(y_pred, y)]
        return super().compute_loss(y=y, y_pred=kept)


def unclip(network, clipped):
    """Undo the clipping of one picture's gradient: a clipped gradient has lost its length, and this finds it.

    A common factor cancels in the division of lesson 09, so the last layer's input comes out right. From it follow the
    probabilities, and from these what the last bias gradient must have been: probabilities minus one-hot label.

    Args:
        network: a keras.Sequential that ends in a Dense layer with a bias that returns logits.
        clipped: the clipped gradient of one picture, a list of tensors, the last layer's kernel and bias at its end.

    Returns:
        A list of arrays, the same shapes and dtypes: the gradient as it was before it was clipped.

    Raises:
        ValueError: the last bias gradient is zero everywhere.

    Source: lesson 18; the division as in Phong and others 2017.
    """
    kernel_slopes, bias_slopes = (np.asarray(tensor, "float64") for tensor in clipped[-2:])
    if not np.any(bias_slopes):
        raise ValueError("The last bias gradient is zero everywhere, so there is nothing to divide by.")
    features = kernel_slopes @ bias_slopes / (bias_slopes @ bias_slopes)
    kernel, bias = (np.asarray(weight, "float64") for weight in network.get_weights()[-2:])
    true = softmax(features @ kernel + bias)
    true[np.argmin(bias_slopes)] -= 1
    factor = np.linalg.norm(true) / np.linalg.norm(bias_slopes)
    return [(np.asarray(tensor) * factor).astype(np.asarray(tensor).dtype) for tensor in clipped]


def average(received):
    """The average of several received gradients of the same picture in the same network: noise cancels, it stays.

    Args:
        received: a list of lists of arrays, all with the same shapes.

    Returns:
        A list of arrays, the same shapes and dtypes.
    """
    return [np.mean(entries, axis=0, dtype="float64").astype(entries[0].dtype) for entries in zip(*received)]


def divide_noisy(weight_gradient, bias_gradient):
    """A Dense layer's input by least squares over all units, which stands noise better than dividing one column.

    Args:
        weight_gradient: (inputs, units) float.
        bias_gradient: (units,) float, not all zero.

    Returns:
        (inputs,) array.
    """
    weight_gradient, bias_gradient = np.asarray(weight_gradient), np.asarray(bias_gradient)
    return weight_gradient @ bias_gradient / (bias_gradient @ bias_gradient)
