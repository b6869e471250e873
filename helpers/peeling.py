"""A network peeled layer by layer: the picture from its gradient, by equations and without a search (lesson 16).

Called as `helpers.analytic.peel`. In the spirit of R-GAP (Zhu and Blaschko, ICLR 2021).
"""

import math
from dataclasses import dataclass

import keras
import numpy as np
from scipy.special import logit, softmax

from helpers import equations
from helpers.equations import norm
from helpers.models import check_captured

# From what a layer put out, a: what went into its activation, and the activation's slope there. An output whose
# slope is 0 (a ReLU that is off, a sigmoid at its end) tells nothing of what went in: it gives no equation.
_UNDO = {
    "linear": (lambda a: a, np.ones_like),
    "sigmoid": (lambda a: logit(np.clip(a, 1e-12, 1 - 1e-12)), lambda a: np.clip(a * (1 - a), 0, None)),
    "tanh": (lambda a: np.arctanh(np.clip(a, -1 + 1e-12, 1 - 1e-12)), lambda a: np.clip(1 - a**2, 0, None)),
    "relu": (lambda a: a, lambda a: (a > 4 * max(0, -np.min(a))).astype(float)),  # below 0 there is rounding alone
}
_TURNS = ("silu", "gelu", "mish", "hard_silu")
# float32 keeps about 7 digits. An equation is worth as many as its slope leaves over; below this one, none.
_SATURATED = 1e-6
# How far apart, relative to their size, what must be equal may be. One picture's Dense gradient is a product of two
# numbers in each entry, rounded once: 6e-8 at most in float32, and 2e-8 as measured. Two pictures of one class in a
# fresh network come as near as 1e-7. The last bias gradient was within 6e-4, and two classes or another network are
# beyond 0.1. A weight's gradient, computed again, was within 2e-6 (ReLU: 0.1).
_ONE_PICTURE, _OWN_LABEL, _SAME_GRADIENT = {"float32": 6e-8, "float64": 1e-13}, 2e-2, 0.5


@dataclass(frozen=True)
class LayerCount:
    """One layer's balance: `layer` (str), `unknowns` and `equations` (int), `solvable` (bool), `reason` (str)."""

    layer: str
    unknowns: int
    equations: int
    solvable: bool
    reason: str


def count(base_model):
    """What can be peeled, said before anything is solved: each layer's unknowns and equations.

    The unknowns are the numbers that went into the layer. A Dense layer with a bias gives its input away by a
    division. A convolution has one equation for each number that it put out, and one for each entry of its filters'
    gradient; with fewer equations than unknowns, many inputs fit and the layers below cannot be reached.

    Args:
        base_model: a GradientModel around a keras.Sequential of Dense, Conv2D, Reshape and Flatten.

    Returns:
        A list of LayerCount, from the last layer to the first, as they are peeled.

    Raises:
        TypeError, ValueError: when a layer is of another kind, and what to do.
    """
    counts = []
    for layer in reversed(_layers(base_model)):
        unknowns, above = math.prod(layer.input.shape[1:]), math.prod(layer.output.shape[1:])
        weights, name = math.prod(layer.kernel.shape), _activation(layer)
        dense = isinstance(layer, keras.layers.Dense)
        if dense and layer.use_bias:
            left, reason = weights, "its kernel's gradient is divided by its bias gradient"
        elif name not in _UNDO:
            turns = " it falls and rises again, so two inputs give the same output;" * (name in _TURNS)
            left, reason = 0, f"its activation {name} cannot be undone:{turns} sigmoid, tanh and relu can"
        elif dense:
            left, reason = weights, "its kernel's gradient is divided by the error signal"
        else:
            left, reason = above + weights, f"{above} from its outputs and {weights} from its kernel's gradient"
        counts.append(LayerCount(layer.name, unknowns, left, left >= unknowns, reason))
    return counts


def peel(base_model, captured):
    """The picture behind the captured gradient of one picture, layer by layer from the last, without a search.

    The last layer's input comes by division. Then, for each layer below: undo the activation, carry the error
    signal down, and solve one linear least-squares problem whose unknown is the layer's input. All in float64.

    Args:
        base_model: a GradientModel around a keras.Sequential of Dense, Conv2D, Reshape and Flatten, whose
            activations are linear, sigmoid, tanh or relu.
        captured: its gradient of one picture with one class as its label, a list of tensors.

    Returns:
        The picture, an array (height, width) or (height, width, channels); (pixels,) where the network has no
        Reshape. float64.

    Raises:
        TypeError, ValueError: `captured` has wrong shapes or NaN (models.check_captured), cannot come from one
            picture in this network, or a layer cannot be recovered: before it is solved, and why.

    Measured on trained LeNets (1 and 5 epochs; sigmoid ±0.5 and tanh with Glorot weights; 20 digits in each of the
    four settings): 80 of 80 with a mean squared error below 1e-9, none refused.

    Source: Zhu and Blaschko 2021 (R-GAP), in its spirit; lesson 16. Speed: equations.least_squares.
    """
    for layer in count(base_model):
        if not layer.solvable:
            raise ValueError(
                f"The layer {layer.layer!r} cannot be recovered: {layer.unknowns} unknowns and {layer.equations} "
                f"equations ({layer.reason}). Search instead."
            )
    label = _check_one_picture(base_model, captured)
    picture = _peel(base_model, captured, _least_squares)
    again = base_model.gradient(picture.reshape(1, -1), np.eye(len(captured[-1]))[[label]])
    captured = [np.asarray(tensor, "float64") for tensor in captured]
    least = 1e-6 * norm(*captured)
    apart = max(norm(a - b) / max(norm(a), least) for a, b in zip(captured, again))
    if not apart < _SAME_GRADIENT:
        raise ValueError(
            f"The picture that came out has another gradient: one weight's differs by {apart:.2g} of its size. Either "
            "captured is not this network's gradient of one picture, or too much of it was rounded away."
        )
    return picture


def minimum_norm(base_model, captured):
    """As `peel`, but nothing is refused that can be computed: what fits best, and where many fit, the smallest.

    From a noisy gradient, a picture with some noise. From a batch, a blend. Where equations are missing, not the
    picture. For 64×64 colour it is worse than one grey: its mean squared error, clipped to [0, 1], is 0.23 to 0.36
    where grey has 0.08 to 0.12 (n = 3; 10 s by LSMR). For 44×44 grey, which lacks 13 % of the equations, it is worse
    with Glorot weights and as a start for fit_lbfgs, better with ±0.5 and a better start (4 of 4 each).
    """
    if unknown := [layer for layer in count(base_model) if not layer.equations]:
        raise ValueError(f"The layer {unknown[0].layer!r} cannot be peeled: {unknown[0].reason}.")
    return _peel(base_model, captured, equations.smallest)


def _by_path(base_model, captured):
    captured = [np.asarray(tensor, "float64") for tensor in check_captured(base_model, captured)]
    return {weight.path: tensor for weight, tensor in zip(base_model.weights, captured)}


def _peel(base_model, captured, solve):
    """The picture, where `solve` finds each convolution's input."""
    gradient = _by_path(base_model, captured)
    found = signal = None  # what the layer put out, and the loss's slope there
    for layer in reversed(_layers(base_model)):
        bias = np.asarray(layer.bias, "float64") if layer.use_bias else 0.0
        kernel_slopes = gradient[layer.kernel.path]
        if isinstance(layer, keras.layers.Dense):
            if layer.use_bias:  # the slope behind the activation is the bias gradient itself
                signal = gradient[layer.bias.path]
            else:
                signal = signal * _UNDO[_activation(layer)][1](found)
            found = _divide(layer, kernel_slopes, signal)
            signal = np.asarray(layer.kernel, "float64") @ signal
            continue
        undo, slope = _UNDO[_activation(layer)]
        found, signal = (part.reshape(layer.output.shape[1:]) for part in (found, signal))
        steep = slope(found)
        signal = signal * steep
        table, stamps = equations.convolution(layer, signal)
        found = solve(layer, table, stamps, (undo(found) - bias).ravel(), kernel_slopes, steep.ravel())
        signal = table.T @ signal.ravel()
    return found.reshape(_image_shape(base_model))


def _least_squares(layer, table, stamps, outputs, kernel_slopes, steep):
    _count_again(layer, stamps, steep)
    return equations.least_squares(layer, table, stamps, outputs, kernel_slopes, steep)


def _divide(layer, kernel_slopes, signal):
    """A Dense layer's input: each column of its kernel's gradient is that input times one entry of `signal`."""
    if not np.any(signal):
        raise ValueError(
            f"The error signal of the layer {layer.name!r} is zero everywhere, so there is nothing to divide by: the "
            "network was so sure of its answer that the gradient rounded away."
        )
    return kernel_slopes @ signal / (signal @ signal)


def _check_one_picture(base_model, captured):
    """The label, if `captured` can be this network's gradient of one picture; else ValueError."""
    gradient, layers = _by_path(base_model, captured), _layers(base_model)
    for layer in reversed(layers):
        if not (isinstance(layer, keras.layers.Dense) and layer.use_bias):
            continue
        kernel_slopes, signal = gradient[layer.kernel.path], gradient[layer.bias.path]
        found = _divide(layer, kernel_slopes, signal)
        apart = norm(kernel_slopes - np.outer(found, signal)) / (norm(kernel_slopes) or 1)
        if apart > _ONE_PICTURE[layer.kernel.dtype]:
            raise ValueError(
                f"The gradient of the layer {layer.name!r} is not one list of numbers times its bias gradient, as "
                f"one picture's is: off by {apart:.2g} of its size, more than rounding. It is a batch's, or noise was"
                " added or something left out. helpers.analytic.minimum_norm solves the equations all the same."
            )
        if layer is layers[-1]:
            label = int(np.argmin(signal))
            logits = found @ np.asarray(layer.kernel, "float64") + np.asarray(layer.bias, "float64")
            off = np.max(np.abs(signal - softmax(logits) + np.eye(len(logits))[label]))
            if off > _OWN_LABEL * np.max(np.abs(signal)) + 1e-6:
                raise ValueError(
                    "The last bias gradient is not the softmax of this network's logits minus a one-hot label: off by "
                    f"{off:.2g}. It comes from another network, from a batch, or it was changed."
                )
    return label


def _count_again(layer, stamps, steep):
    """Refuse a layer whose equations are too few, now that it is known which outputs tell nothing."""
    unknowns, usable = math.prod(layer.input.shape[1:]), int(np.count_nonzero(steep > _SATURATED))
    slopes = int(np.count_nonzero(np.any(stamps, axis=1))) * layer.kernel.shape[2]
    if usable == 0 or usable + slopes < unknowns:
        raise ValueError(
            f"The layer {layer.name!r} cannot be recovered: {steep.size - usable} of its {steep.size} outputs stand at "
            "the end of their activation's range or are off, and say nothing of what went in. With "
            f"{slopes} from its kernel's gradient that leaves {usable + slopes} equations for {unknowns} unknowns. "
            "Search instead."
        )


def _layers(base_model):
    network = getattr(base_model, "network", None)
    if not isinstance(network, keras.Sequential):
        raise TypeError(
            f"Only a GradientModel around a keras.Sequential can be peeled, but this is a {type(base_model).__name__}"
            + ("." if network is None else f" around a {type(network).__name__}.")
        )
    layers = [layer for layer in network.layers if not isinstance(layer, keras.layers.Reshape | keras.layers.Flatten)]
    for layer in layers:
        known = type(layer) in (keras.layers.Dense, keras.layers.Conv2D)
        if not known or getattr(layer, "groups", 1) != 1 or getattr(layer, "dilation_rate", (1, 1)) != (1, 1):
            raise TypeError(
                f"The layer {layer.name!r}, a {type(layer).__name__}, cannot be peeled. Known are Dense, Conv2D without"
                " groups and dilation, Reshape and Flatten. Search instead."
            )
    if not isinstance(layers[-1], keras.layers.Dense) or not layers[-1].use_bias or _activation(layers[-1]) != "linear":
        raise ValueError(
            f"The last layer {layers[-1].name!r} must be a Dense layer with a bias that returns logits: peeling begins "
            "with a division by its bias gradient."
        )
    return layers


def _activation(layer):
    return getattr(layer.activation, "__name__", type(layer.activation).__name__)


def _image_shape(base_model):
    first = base_model.network.layers[0]
    shape = first.output.shape[1:] if isinstance(first, keras.layers.Reshape) else first.input.shape[1:]
    return shape[:2] if shape[2:] == (1,) else shape
