import numpy as np
import pytest

from helpers.metrics import match, mse, psnr, ssim


def test_equal_pictures(digits):
    a = digits[0][0]
    assert mse(a, a) == 0 and psnr(a, a) == np.inf and ssim(a, a) == pytest.approx(1)


def test_known_values(digits):
    zeros, ones = np.zeros((8, 8)), np.ones((8, 8))
    assert mse(zeros, ones) == 1 and psnr(zeros, ones) == 0
    assert psnr(zeros, 0.1 * ones) == pytest.approx(20)
    assert ssim(digits[0][0], 1 - digits[0][0]) < 0.1
    assert ssim(np.zeros((8, 8, 3)), np.zeros((8, 8, 3))) == pytest.approx(1)


def test_float32_rounding_does_not_enter():
    a = np.full((10, 10), 1e-6, "float32")
    assert mse(a, np.zeros_like(a)) == pytest.approx(1e-12, rel=1e-5)


@pytest.mark.parametrize("metric", [mse, psnr, ssim])
def test_unequal_shapes_are_refused(metric):
    with pytest.raises(ValueError, match="\\(28, 28\\) and \\(784,\\)"):
        metric(np.zeros((28, 28)), np.zeros(784))


def test_match_puts_what_was_found_in_the_order_of_the_truth(digits):
    truth = digits[0][:5]
    shuffled = np.array([3, 0, 4, 2, 1])
    found = truth[shuffled] + 0.01
    order = match(found, truth)
    assert np.allclose(found[order], truth + 0.01)
    assert order.tolist() == np.argsort(shuffled).tolist() != shuffled.tolist()
    assert match(found.reshape(5, 784), truth.reshape(5, 784)).tolist() == order.tolist()


def test_match_uses_each_picture_once_where_two_are_nearest_to_the_same():
    truth, found = np.array([[0.5], [0.0]]), np.array([[0.2], [1.0]])
    assert [int(np.argmin((found - one) ** 2)) for one in truth] == [0, 0]
    assert match(found, truth).tolist() == [1, 0]


def test_match_refuses_what_it_cannot_pair_off():
    with pytest.raises(ValueError, match="must be equal"):
        match(np.zeros((2, 4)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="NaN"):
        match(np.full((2, 4), np.nan), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="batches"):
        match(np.zeros(4), np.zeros(4))
