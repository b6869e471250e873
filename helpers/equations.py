"""The linear equations that a convolution's input obeys, and how they are solved (lesson 16; used by `peeling`)."""

import math

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import LinearOperator, lsmr

# Float32 keeps about 7 digits, and a condition number of 10 to the 6 uses up 6 of them.
_WORST_CONDITION = 1e6


def convolution(layer, signal):
    """Both groups of equations of one convolution, whose unknown is its input.

    Args:
        layer: a Conv2D with channels last, without groups and dilation.
        signal: (height, width, filters) float, the loss's slope at the layer's output, before its activation.

    Returns:
        table: sparse (outputs, inputs) float64; table @ input + bias is the output before the activation.
        stamps: (kernel height · kernel width · filters, pixels) float64; stamps @ input, with the input as
            (pixels, channels), is the kernel's gradient, with its filters before its channels.
    """
    height, width, channels = layer.input.shape[1:]
    rows, columns = (
        _windows(size, *shape, layer.padding)
        for size, shape in zip((height, width), zip(layer.kernel_size, layer.strides))
    )
    rows, columns = rows[:, None, :, None], columns[None, :, None, :]
    pixels = np.where((rows >= 0) & (columns >= 0), rows * width + columns, -1)
    pixels = pixels.reshape(math.prod(pixels.shape[:2]), -1)
    place, stamp = np.nonzero(pixels >= 0)
    pixel, filters = pixels[place, stamp], layer.filters
    kernel = np.asarray(layer.kernel, "float64").reshape(-1, channels, filters)[stamp]
    outputs = place[:, None, None] * filters + np.arange(filters)
    inputs = pixel[:, None, None] * channels + np.arange(channels)[:, None]
    values, outputs, inputs = (entry.ravel() for entry in np.broadcast_arrays(kernel, outputs, inputs))
    table = sparse.csr_matrix((values, (outputs, inputs)), (len(pixels) * filters, height * width * channels))
    stamps = np.zeros((pixels.shape[1], filters, height * width))
    stamps[stamp, :, pixel] = np.reshape(signal, (-1, filters))[place]
    return table, stamps.reshape(-1, height * width)


def _windows(size, kernel, stride, padding):
    """Along one side: which input each output sees, (outputs, kernel) int; −1 where the kernel hangs over the edge."""
    outputs = -(-size // stride) if padding == "same" else (size - kernel) // stride + 1
    over = max((outputs - 1) * stride + kernel - size, 0) // 2 if padding == "same" else 0
    places = np.arange(outputs)[:, None] * stride + np.arange(kernel) - over
    return np.where((places >= 0) & (places < size), places, -1)


def least_squares(layer, table, stamps, outputs, kernel_gradient, steep):
    """The input that fits a convolution's equations best.

    The system's condition number is mostly between 4 and 200, so the normal equations in float64 lose nothing that
    a float32 gradient had. Measured on one core, all layers of a LeNet: 28×28 in 0.15 s by the two small matrices
    of `_by_channel`, 0.4 s by one large Cholesky factorisation, 0.25 s by conjugate gradients, 0.6 s by LSMR;
    32×32 colour 0.95 s, 1.2 s, 1.2 s and 2.2 s.

    Args:
        layer: the Conv2D.
        table, stamps: from `convolution`.
        outputs: its outputs before the activation, without the bias, flat.
        kernel_gradient: captured, with the kernel's shape.
        steep: the activation's slope at each output, flat: how much an output still says about what went in.

    Returns:
        The input, flat, float64.

    Raises:
        ValueError: too many of the equations say the same, so that some unknowns stay open.
    """
    table, stamps, outputs, slopes = _weighed(layer, table, stamps, outputs, kernel_gradient, steep)
    unknowns, pixels = table.shape[1], stamps.shape[1]
    gram, turned = stamps.T @ stamps, table.T.tocsr()

    def normal(x):
        return turned @ (table @ x) + (gram @ x.reshape(pixels, -1)).ravel()

    right = turned @ outputs + (stamps.T @ slopes).ravel()
    for factorise in [_by_channel, _whole] if len(stamps) >= pixels else [_whole]:
        try:
            inverse = factorise(table, gram)
        except linalg.LinAlgError:
            continue
        found = inverse(right)
        for _ in range(2):  # mends what the factorisation has rounded
            found = found + inverse(right - normal(found))
        mended = norm(right - normal(found)) < 1e-9 * norm(right)
        if mended and _condition(normal, inverse, unknowns) < _WORST_CONDITION:
            return found
    raise ValueError(
        f"The equations of the layer {layer.name!r} leave some of its {unknowns} unknowns open. There are enough of "
        "them, but too many say the same, or float32 has rounded away what they said: look for outputs at the end of "
        "their activation's range. Search instead."
    )


def smallest(layer, table, stamps, outputs, kernel_gradient, steep):
    """Of all inputs that fit a convolution's equations, the one of the smallest norm; arguments as `least_squares`.

    LSMR started at zero ends there by itself.
    """
    table, stamps, outputs, slopes = _weighed(layer, table, stamps, outputs, kernel_gradient, steep)
    rows, pixels, first = len(stamps), stamps.shape[1], len(outputs)
    turned = table.T.tocsr()

    def forward(x):
        return np.concatenate([table @ x.ravel(), (stamps @ x.reshape(pixels, -1)).ravel()])

    def backward(y):
        return turned @ y.ravel()[:first] + (stamps.T @ y.ravel()[first:].reshape(rows, -1)).ravel()

    operator = LinearOperator((first + slopes.size, table.shape[1]), matvec=forward, rmatvec=backward)
    return lsmr(operator, np.concatenate([outputs, slopes.ravel()]), atol=1e-8, btol=1e-8, maxiter=2000)[0]


def norm(*arrays):
    """The root of the sum of all squares, a float."""
    return math.sqrt(sum(float(np.sum(np.square(array))) for array in arrays))


def _weighed(layer, table, stamps, outputs, kernel_gradient, steep):
    """Each output's equation counts as much as float32 left of it, and both groups alike."""
    channels, filters = layer.kernel.shape[2:]
    trust = steep / np.max(steep)
    slopes = np.reshape(kernel_gradient, (-1, channels, filters)).transpose(0, 2, 1).reshape(-1, channels)
    scale = norm(table.data) / norm(stamps) / math.sqrt(channels)
    return (sparse.diags(trust) @ table).tocsr(), scale * stamps, trust * outputs, scale * slopes


def _whole(table, gram):
    """The inverse of the normal matrix, a function, by one Cholesky factorisation."""
    unknowns, pixels = table.shape[1], len(gram)
    matrix = (table.T @ table).toarray().reshape(pixels, -1, pixels, unknowns // pixels)
    for channel in range(unknowns // pixels):
        matrix[:, channel, :, channel] += gram
    factor = linalg.cho_factor(matrix.reshape(unknowns, unknowns), overwrite_a=True, check_finite=False)
    return lambda right: linalg.cho_solve(factor, right, check_finite=False)


def _by_channel(table, gram):
    """The same inverse from two small factorisations, where the kernel's gradient reaches each pixel.

    The normal matrix is `gram` in each channel, plus table.T @ table, whose rank is the number of outputs. So one
    matrix as large as the pixels and one as large as the outputs are enough (Woodbury's identity).
    """
    pixels, outputs = len(gram), table.shape[0]
    ridge = 1e-12 * np.trace(gram) / pixels
    lower = linalg.cholesky(gram + ridge * np.eye(pixels), lower=True, check_finite=False)
    half = table.toarray().reshape(outputs, pixels, -1).transpose(1, 0, 2).reshape(pixels, -1)
    half = linalg.solve_triangular(lower, half, lower=True, check_finite=False)
    half = half.reshape(pixels, outputs, -1).transpose(1, 0, 2).reshape(outputs, -1)
    middle = linalg.cho_factor(half @ half.T + np.eye(outputs), overwrite_a=True, check_finite=False)
    turned = table.T.tocsr()

    def inner(right):
        return linalg.cho_solve((lower, True), right.reshape(pixels, -1), check_finite=False).ravel()

    def inverse(right):
        first = inner(right)
        return first - inner(turned @ linalg.cho_solve(middle, table @ first, check_finite=False))

    return inverse


def _condition(normal, inverse, unknowns):
    """The condition number of the system, about: its largest and its smallest stretch by a few power steps."""
    stretches = []
    for function in (normal, inverse):
        vector = np.random.default_rng(0).standard_normal(unknowns)
        for _ in range(6):
            vector = function(vector / norm(vector))
        stretches.append(norm(vector))
    return math.sqrt(stretches[0] * stretches[1])
