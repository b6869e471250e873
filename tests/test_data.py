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


def test_the_face_is_in_colour_and_needs_no_network(monkeypatch):
    import socket

    monkeypatch.setattr(socket, "socket", lambda *args, **kwargs: pytest.fail("the network was asked"))
    face = data.load_face()
    assert face.shape == (32, 32, 3) and face.dtype == np.float32
    assert 0 <= face.min() < 0.1 and 0.8 < face.max() <= 1
    red, green, blue = face[12:24, 8:20].reshape(-1, 3).mean(axis=0)  # skin
    assert red > green > blue and red - blue > 0.15
    assert data.load_face(8).shape == (8, 8, 3)
    assert np.abs(data.load_face(8) - face.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))).mean() < 0.05


@pytest.mark.parametrize("side", [0, -3, 200, 3.5, None])
def test_a_face_of_no_side_is_refused(side):
    with pytest.raises(ValueError, match="from 1 to 128"):
        data.load_face(side)
