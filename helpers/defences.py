"""What a participant can do to its gradient before it sends it: noise, clipping, pruning, fewer bits (lesson 18).

Each function takes a list of tensors or arrays and returns a new list of NumPy arrays with the same shapes and dtypes.
What was handed in stays as it was. Larger batches are a defence as well, but a setting and no function.

Sources: Zhu, Liu, Han 2019, section 5 (noise, fewer bits, pruning); clipping: Abadi and others 2016, as lesson 19 uses
it with a proof.
"""

import numbers

import numpy as np

_LARGEST_HALF = float(np.finfo("float16").max)


def gaussian_noise(gradients, spread, seed):
    """Add to each entry a random number of the normal distribution.

    Args:
        gradients: a list of float tensors or arrays.
        spread: the standard deviation of the noise, at least 0; about two thirds of it lie within ±spread.
        seed: an int, or a numpy.random.Generator where several calls shall draw different noise.

    Returns:
        A list of arrays, the same shapes and dtypes.

    Raises:
        TypeError, ValueError: not a list of finite floats, or a spread that is no number from 0 on.
    """
    arrays, random = _checked(gradients), np.random.default_rng(seed)
    _check_strength("spread", spread, 0, np.finfo("float32").max)
    return [(array + random.normal(0, spread, array.shape)).astype(array.dtype) for array in arrays]


def laplacian_noise(gradients, spread, seed):
    """Add to each entry a random number of the Laplace distribution: more often tiny, and more often large.

    Args, returns and raises as `gaussian_noise`. `spread` is the standard deviation here too, so that equal numbers
    mean equal amounts of noise; NumPy's `scale` is that divided by the square root of 2.
    """
    arrays, random = _checked(gradients), np.random.default_rng(seed)
    _check_strength("spread", spread, 0, np.finfo("float32").max)
    return [(array + random.laplace(0, spread / np.sqrt(2), array.shape)).astype(array.dtype) for array in arrays]


def length(gradients):
    """The length of a list of tensors or arrays, taken as one long list: the root of the sum of squares, a float."""
    arrays = [array.astype("float64") for array in _checked(gradients)]
    largest = max(np.max(np.abs(array), initial=0) for array in arrays)  # taken out first: its square may be infinite
    if largest == 0:
        return 0.0
    return float(largest * np.sqrt(sum(np.sum((array / largest) ** 2) for array in arrays)))


def clip(gradients, largest):
    """Shorten the whole list to the length `largest` if it is longer. All entries shrink by the same factor.

    Args:
        gradients: a list of float tensors or arrays.
        largest: the length allowed, above 0 (numpy.inf leaves all as it is). It is one length for all tensors together.

    Returns:
        A list of arrays, the same shapes and dtypes; `length` of it is at most `largest`, up to rounding.

    Raises:
        TypeError, ValueError: not a list of finite floats, or a length that is no number above 0.
    """
    arrays = _checked(gradients)
    _check_strength("largest", largest, 0, np.inf)
    if largest == 0:
        raise ValueError("largest is 0; a gradient of the length 0 says nothing and trains nothing. Take more than 0.")
    now = length(arrays)
    factor = largest / now if now > largest else 1.0
    return [(array * factor).astype(array.dtype) for array in arrays]


def prune(gradients, fraction):
    """Set the smallest entries of each tensor to 0: those nearest to zero, whatever their sign.

    Of a tensor with n entries, round(fraction · n) go; of equal ones the first. Each tensor is pruned on its own
    ("per tensor"), so no tensor vanishes because its numbers are small throughout. Zeros that were there count.

    Args:
        gradients: a list of float tensors or arrays.
        fraction: from 0 to 1; 0.7 sets 70 % of the entries to 0.

    Returns:
        A list of arrays, the same shapes and dtypes.

    Raises:
        TypeError, ValueError: not a list of finite floats, or a fraction that is no number from 0 to 1.
    """
    arrays = [array.copy() for array in _checked(gradients)]
    _check_strength("fraction", fraction, 0, 1)
    for array in arrays:
        count = int(np.floor(fraction * array.size + 0.5))
        array.flat[np.argsort(np.abs(array), axis=None, kind="stable")[:count]] = 0
    return arrays


def quantise(gradients, bits):
    """Keep fewer bits of each entry, and turn what is left back into the old dtype.

    16 bits: a half-precision float, about 3 digits. 8 bits: each tensor is cut into 255 equal steps, from minus its
    largest size to plus it, and each entry goes to the nearest step.

    Args:
        gradients: a list of float tensors or arrays.
        bits: 16 or 8.

    Returns:
        A list of arrays, the same shapes and dtypes.

    Raises:
        TypeError, ValueError: not a list of finite floats, other bits, or an entry that is too large for 16 bits.
    """
    arrays = _checked(gradients)
    if isinstance(bits, bool) or bits not in (8, 16):
        raise ValueError(f"bits is {bits!r}; expected 16 or 8.")
    if bits == 8:
        return [_in_steps(array) for array in arrays]
    if any(np.any(np.abs(array) > _LARGEST_HALF) for array in arrays):
        raise ValueError(
            f"An entry lies beyond ±{_LARGEST_HALF:g}, which 16 bits cannot hold. Clip the gradient first."
        )
    return [array.astype("float16").astype(array.dtype) for array in arrays]


def _in_steps(array):
    largest = np.max(np.abs(array), initial=0)
    step = largest / 127
    if step == 0:  # nothing but zeros, or numbers so small that 1/127 of them rounds to zero
        return array.copy()
    return np.clip(np.round(array / step), -127, 127).astype(array.dtype) * step


def _checked(gradients):
    """The list as NumPy arrays, or a sentence that says what is wrong with it."""
    if not isinstance(gradients, (list, tuple)):
        raise TypeError(
            f"A defence takes a list with one tensor for each weight, but this is a {type(gradients).__name__}. Pass "
            "on what base_model.gradient(x, y) returned."
        )
    if not gradients:
        raise ValueError("The list of gradients is empty. Pass on what base_model.gradient(x, y) returned.")
    arrays = []
    for number, entry in enumerate(gradients):
        if entry is None:
            raise TypeError(f"Entry {number} of the list is None; expected a tensor or an array of floats.")
        array = np.asarray(entry)
        if array.dtype.kind != "f":
            raise TypeError(f"Entry {number} of the list has dtype {array.dtype}; expected floats.")
        if not np.all(np.isfinite(array)):
            raise ValueError(f"Entry {number} of the list holds NaN or infinity. A defence would only hide that.")
        arrays.append(array)
    return arrays


def _check_strength(name, value, least, most):
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not least <= value <= most:
        upper = f"from {least} to {most}" if most == 1 else f"from {least} on"
        raise ValueError(f"{name} is {value!r}; expected a number {upper}.")
