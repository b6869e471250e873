"""Pictures and labels. All but `load_mnist` are embedded in the installed packages and need no network."""

import functools

import numpy as np


@functools.cache
def _digits():
    from skimage.transform import resize
    from sklearn.datasets import load_digits as load_small_digits

    small = load_small_digits()
    images = resize(small.images / 16, (len(small.images), 28, 28), order=3, mode="edge")
    return np.clip(images, 0, 1).astype("float32"), small.target.astype("int64")


def load_digits():
    """Real handwritten digits, scikit-learn's 8×8 set enlarged to 28×28.

    Returns:
        images: (1797, 28, 28) float32 in [0, 1], white ink on black.
        labels: (1797,) int64 from 0 to 9.

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998.
    """
    images, labels = _digits()
    return images.copy(), labels.copy()


def load_mnist():
    """The MNIST training digits, by Keras' own loader: from its cache, or else from the network.

    Returns:
        images: (60000, 28, 28) float32 in [0, 1].
        labels: (60000,) int64 from 0 to 9.

    Raises:
        ConnectionError: when MNIST is neither cached nor can be fetched.
    """
    import keras

    try:
        (images, labels), _ = keras.datasets.mnist.load_data()
    except Exception as error:  # the loader raises a plain Exception when it cannot fetch
        raise ConnectionError(
            "MNIST is not on this machine and could not be downloaded: connect to the network once and call "
            "load_mnist() again, or use load_digits(), which needs no network and has the same shape."
        ) from error
    return images.astype("float32") / 255, labels.astype("int64")


def load_face(side=32):
    """A face in colour: the astronaut Eileen Collins, cropped from scikit-image's photograph. Needs no network.

    Args:
        side: of the square picture, in pixels; the crop itself has 128.

    Returns:
        (side, side, 3) float32 in [0, 1]: red, green, blue.

    Raises:
        ValueError: `side` is not a whole number from 1 to 128.

    Source: NASA, public domain. Attacked in lesson 15.
    """
    from skimage.data import astronaut
    from skimage.transform import resize

    if side not in range(1, 129):
        raise ValueError(f"side is {side!r}; expected a whole number from 1 to 128, the crop's own side.")
    crop = astronaut()[40:168, 165:293] / 255
    return np.clip(resize(crop, (side, side), anti_aliasing=True), 0, 1).astype("float32")
