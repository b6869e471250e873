"""Differential privacy: what has been spent, a training that spends it, and the best attack on one noisy message.

Each is built in the open in lesson 19. The neighbouring relation is add or remove one picture throughout.
"""

import dp_accounting
import numpy as np
from scipy.special import expit, softmax

CLIP = 1.0  # how long one picture's gradient may be
SHARE = 0.1  # the chance of each picture to take part in a step
STEPS = 150
RATE = 2.0
DELTA = 1e-4  # the course's digits are 1,500, and delta should be well below 1 / 1,500


def epsilon(noise, share, steps, delta):
    """The epsilon of a Gaussian mechanism that is used `steps` times, each time on a random share of the pictures.

    Args:
        noise: the noise multiplier, float above 0: the noise's standard deviation in units of the clipping length.
        share: the chance of each picture to take part in a step, float in (0, 1], each by a coin of its own (Poisson
            sampling). With a share of 1 all take part and the closed form of Balle and Wang is used.
        steps: how often, int from 1 on.
        delta: the chance that is set aside, float in (0, 1).

    Returns:
        Float; the guarantee is for adding or removing one picture. From below 1 it is an upper bound, tight to about
        0.001 (privacy loss distributions).

    Raises:
        ValueError: a number outside its range, or so little noise that the count would need more memory than there is.

    Source: B. Balle, Y.-X. Wang 2018, Theorem 8, for all pictures; else the dp-accounting library's PLDAccountant.
    """
    if not (noise > 0 and 0 < share <= 1 and steps >= 1 and steps == int(steps) and 0 < delta < 1):
        raise ValueError(
            f"noise is {noise}, share is {share}, steps is {steps} and delta is {delta}; expected noise above 0, share "
            "above 0 and at most 1, a whole number of steps from 1 on, and delta between 0 and 1."
        )
    if share == 1:  # many equal Gaussian releases are one release with less noise
        return float(dp_accounting.get_epsilon_gaussian(noise / np.sqrt(steps), delta))
    if noise < 0.2:
        raise ValueError(
            f"noise is {noise}. With so little of it epsilon is in the hundreds, and the table that counts it would "
            "not fit into memory. Use at least 0.2, or a share of 1, for which there is a closed form."
        )
    event = dp_accounting.PoissonSampledDpEvent(share, dp_accounting.GaussianDpEvent(noise))
    accountant = dp_accounting.pld.PLDAccountant(value_discretization_interval=1e-3)
    return float(accountant.compose(event, int(steps)).get_epsilon(delta))


def clipped_sum(weights, x, y, clip=CLIP):
    """The sum over pictures of each one's own gradient, none of them longer than `clip`.

    For a dense network with one sigmoid layer (models.mlp) it needs no loop: a picture's gradient of a layer is what
    came in times how much each unit matters, so its length is known before it is written out.

    Args:
        weights: kernel (784, units), bias (units,), kernel (units, 10), bias (10,), arrays.
        x, y: (pictures, 784) floats in [0, 1] and (pictures, 10) probabilities.
        clip: the greatest length.

    Returns:
        A list of four arrays, shaped like `weights`. With no picture, zeros.
    """
    kernel, bias, last_kernel, last_bias = weights
    hidden = expit(x @ kernel + bias)
    top = softmax(hidden @ last_kernel + last_bias, axis=1) - y
    signal = (top @ last_kernel.T) * hidden * (1 - hidden)
    squares = (np.sum(x**2, 1) + 1) * np.sum(signal**2, 1) + (np.sum(hidden**2, 1) + 1) * np.sum(top**2, 1)
    factor = np.minimum(1, clip / np.maximum(np.sqrt(squares), 1e-12))[:, None]
    top, signal = factor * top, factor * signal
    return [x.T @ signal, signal.sum(0), hidden.T @ top, top.sum(0)]


def train(weights, x, y, noise, random):
    """Train a dense network by DP-SGD (Abadi and others 2016, Algorithm 1): sample, clip, add noise, step.

    Args:
        weights: as for `clipped_sum`; they stay as they are.
        x, y: (pictures, 784) float32 in [0, 1] and (pictures, 10) one-hot.
        noise: the noise multiplier, float from 0 on.
        random: a numpy Generator.

    Returns:
        The weights after STEPS steps, a list of four float32 arrays.
    """
    expected = SHARE * len(x)  # how many really took part is itself private, so the server does not divide by it
    for _ in range(STEPS):
        present = random.uniform(size=len(x)) < SHARE
        total = clipped_sum(weights, x[present], y[present])
        weights = [
            w - RATE / expected * (t + noise * CLIP * random.standard_normal(w.shape, "float32"))
            for w, t in zip(weights, total)
        ]
    return [w.astype("float32") for w in weights]


def accuracy(weights, x, labels):
    """The share of pictures that a dense network with one sigmoid layer names right, float."""
    kernel, bias, last_kernel, last_bias = weights
    guesses = np.argmax(expit(x @ kernel + bias) @ last_kernel + last_bias, axis=1)
    return float(np.mean(guesses == labels))


def single_picture(weight_gradient):
    """The picture whose table of slopes is nearest to a noisy one (a singular value decomposition).

    All columns of the first layer's table are the same picture, each times a number. Of all tables of this kind the
    nearest is taken, which uses every column at once, where a division uses one.

    Args:
        weight_gradient: (pixels, units) floats, the first layer's, of one picture.

    Returns:
        (pixels,) array in [0, 1], its brightest pixel 1: the brightness is not in the table.

    Raises:
        ValueError: not a table, or not finite.
    """
    table = np.asarray(weight_gradient, "float64")
    if table.ndim != 2 or not np.all(np.isfinite(table)):
        raise ValueError(f"weight_gradient has the shape {table.shape}; expected a finite table, (pixels, units).")
    _, directions = np.linalg.eigh(table.T @ table)  # the small side: fast enough to drag
    picture = table @ directions[:, -1]
    picture = picture * np.sign(picture[np.argmax(np.abs(picture))])
    return np.clip(picture / max(np.max(picture), 1e-12), 0, 1)
