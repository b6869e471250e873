import numpy as np
import pytest

from helpers.metrics import mse, psnr, ssim


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
