import keras
import numpy as np
import pytest

from helpers import data


def test_digits_are_as_promised(digits):
    images, labels = digits
    assert images.shape == (1797, 28, 28) and images.dtype == np.float32
    assert labels.shape == (1797,) and labels.dtype == np.int64
    assert images.min() == 0 and images.max() == 1
    assert set(labels) == set(range(10))


def test_a_caller_cannot_spoil_the_digits_of_the_next():
    data.load_digits()[0][:] = 7
    assert data.load_digits()[0].max() == 1


def test_digits_differ_and_show_ink_in_the_middle(digits):
    images, _ = digits
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) > 1700
    assert images[:, 8:20, 8:20].mean() > 2 * images[:, :, [0, 1, 26, 27]].mean()


def test_mnist_without_network_says_what_to_do(monkeypatch):
    def fails():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fails)
    with pytest.raises(ConnectionError, match="load_digits"):
        data.load_mnist()


def test_mnist_has_the_form_of_the_digits(monkeypatch):
    pixels = np.full((2, 28, 28), 255, "uint8")
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((pixels, np.array([3, 4], "uint8")), None))
    images, labels = data.load_mnist()
    assert images.dtype == np.float32 and images.max() == 1 and labels.dtype == np.int64
