"""How close two pictures are. All take arrays of equal shape with values meant to lie in [0, 1]."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from skimage import metrics


def mse(a, b):
    """Mean squared error: the average over all pixels of (a − b)². Float; 0 means equal. Any equal shapes."""
    a, b = _pair(a, b)
    return float(np.mean((a - b) ** 2))


def psnr(a, b):
    """Peak signal-to-noise ratio in decibels, for pixels in [0, 1]: −10·log10(mse). Float; higher is closer."""
    with np.errstate(divide="ignore"):  # equal pictures: infinity, which is the right answer
        return float(metrics.peak_signal_noise_ratio(*_pair(a, b), data_range=1))


def ssim(a, b):
    """Structural similarity (Wang and others 2004): float, 1 means equal, about 0 means unrelated.

    Args:
        a, b: (height, width) or (height, width, channels), at least 7×7.
    """
    a, b = _pair(a, b)
    if a.ndim not in (2, 3) or (a.ndim == 3 and a.shape[2] not in (1, 3, 4)):
        raise ValueError(f"ssim compares two pictures, (height, width) or (height, width, channels); got {a.shape}.")
    return float(metrics.structural_similarity(a, b, data_range=1, channel_axis=2 if a.ndim == 3 else None))


def match(found, truth):
    """Which picture that was found belongs to which true one: `found[order]` stands in the order of `truth`.

    Of all ways to pair them off, the one with the smallest sum of mean squared errors (lesson 15).

    Args:
        found, truth: two batches of equal shape, (n, ...) arrays or tensors.

    Returns:
        order: (n,) int64 array, in which each of 0 … n − 1 stands once.

    Raises:
        ValueError: unequal shapes, or NaN or infinity in one of the pictures.
    """
    found, truth = _pair(found, truth)
    if found.ndim < 2 or not (np.all(np.isfinite(found)) and np.all(np.isfinite(truth))):
        raise ValueError(
            f"match pairs off two batches of pictures, (n, ...), without NaN or infinity; got {found.shape}."
        )
    errors = [[np.mean((one - other) ** 2) for other in found] for one in truth]
    return linear_sum_assignment(errors)[1]


def _pair(a, b):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.shape != b.shape:
        raise ValueError(
            f"The two pictures have the shapes {a.shape} and {b.shape}; they must be equal. Use .reshape first."
        )
    return a, b
