"""Leaks that need no search: by division or by a sign (lesson 09), and a whole network peeled (lesson 16)."""

import numpy as np

from helpers.peeling import count, minimum_norm, peel

__all__ = ["count", "dense_input", "label_from_bias", "minimum_norm", "peel"]


def dense_input(weight_gradient, bias_gradient):
    """The input of a Dense layer, from one picture's gradient of that layer.

    A unit's column of the weight gradient is the input times that unit's entry of the bias gradient. The column
    with the largest entry is divided by it. With more than one picture the result is a blend.

    Args:
        weight_gradient: (inputs, units) float.
        bias_gradient: (units,) float.

    Returns:
        (inputs,) array of the same dtype.

    Raises:
        ValueError: the shapes do not belong together, a value is not finite, or the bias gradient is all zero.

    Source: Phong and others 2017; Geiping and others 2020, Proposition 3.1.
    """
    weight_gradient, bias_gradient = np.asarray(weight_gradient), np.asarray(bias_gradient)
    if weight_gradient.ndim != 2 or weight_gradient.shape[1:] != bias_gradient.shape:
        raise ValueError(
            f"weight_gradient has the shape {weight_gradient.shape} and bias_gradient {bias_gradient.shape}; expected "
            "(inputs, units) and (units,). Take both from the same Dense layer."
        )
    _check_finite(weight_gradient, bias_gradient)
    unit = np.argmax(np.abs(bias_gradient))
    if bias_gradient[unit] == 0:
        raise ValueError(
            "Every entry of the bias gradient is zero, so there is nothing to divide by: no unit of this layer took "
            "part in the answer. Try another layer, or search."
        )
    return weight_gradient[:, unit] / bias_gradient[unit]


def label_from_bias(bias_gradient):
    """The label of one picture, from the last layer's bias gradient: its smallest entry.

    That gradient is softmax(logits) − one-hot(label): only the true class has something subtracted.

    Args:
        bias_gradient: (classes,) float, of the last Dense layer under softmax and cross entropy.

    Returns:
        The class, int.

    Raises:
        ValueError: not one row of classes, a value is not finite, or all entries are zero.

    Source: the sign rule of Zhao, Mopuri, Bilen 2020 (iDLG), on the bias.
    """
    bias_gradient = np.asarray(bias_gradient)
    if bias_gradient.ndim != 1:
        raise ValueError(f"bias_gradient has the shape {bias_gradient.shape}; expected (classes,), one row of numbers.")
    _check_finite(bias_gradient)
    if not np.any(bias_gradient):
        raise ValueError(
            "Every entry of the bias gradient is zero: the network was so sure of its answer that the gradient "
            "rounded away, and the label with it."
        )
    return int(np.argmin(bias_gradient))


def _check_finite(*arrays):
    if not all(np.all(np.isfinite(array)) for array in arrays):
        raise ValueError("The gradient holds NaN or infinity. Capture it again.")
