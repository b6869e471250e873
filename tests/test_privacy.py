import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import norm

from helpers import data, metrics, models, privacy


@pytest.mark.parametrize("noise", [0.5, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("delta", [1e-3, 1e-6])
def test_one_release_is_the_closed_form(noise, delta):
    """Balle and Wang 2018, Theorem 8, written out here: the delta that belongs to the epsilon returned."""
    found = privacy.epsilon(noise, 1, 1, delta)
    back = norm.cdf(0.5 / noise - found * noise) - np.exp(found) * norm.cdf(-0.5 / noise - found * noise)
    assert back == pytest.approx(delta, rel=1e-6)


@pytest.mark.parametrize(
    "noise, share, steps, delta, published",
    [
        (1.0, 64 / 10000, 782, 1e-6, 1.199),  # 5 epochs of 10,000 in batches of 64; microbatches halve the noise of 2
        (0.7, 0.01, 120, 1e-5, 2.4612),
    ],
)
def test_sampled_steps_agree_with_the_published_figures(noise, share, steps, delta, published):
    """The figures of TensorFlow Privacy's own tests (compute_dp_sgd_privacy_test.py, with the PLD accountant)."""
    assert privacy.epsilon(noise, share, steps, delta) == pytest.approx(published, abs=0.01)


def test_it_is_below_the_mnist_figure_of_the_looser_accountant_and_above_a_lower_bound():
    """MNIST, batches of 150, noise 1.3, 15 epochs, delta 1e-5: 0.7242 by Rényi accounting (the same tests).

    The lower bound is that of the central limit theorem (Dong, Roth, Su 2019): one release with as much noise.
    """
    share, steps = 150 / 60000, 6000
    found = privacy.epsilon(1.3, share, steps, 1e-5)
    limit = privacy.epsilon(1.3 / share / np.sqrt(steps), 1, 1, 1e-5)
    assert limit < found < 0.7242


def test_all_pictures_are_the_limit_of_a_share():
    exact, sampled = privacy.epsilon(3.0, 1, 10, 1e-5), privacy.epsilon(3.0, 0.9999999, 10, 1e-5)
    assert sampled == pytest.approx(exact, abs=0.02)


def test_more_noise_costs_less_and_more_steps_cost_more():
    spent = [privacy.epsilon(noise, 0.1, 50, 1e-4) for noise in (0.5, 1, 2, 4)]
    assert spent == sorted(spent, reverse=True)
    assert privacy.epsilon(1, 0.1, 10, 1e-4) < privacy.epsilon(1, 0.1, 100, 1e-4)
    assert privacy.epsilon(1, 0.05, 50, 1e-4) < privacy.epsilon(1, 0.1, 50, 1e-4)


@pytest.mark.parametrize(
    "numbers", [(0, 1, 1, 0.1), (-1, 1, 1, 0.1), (1, 0, 1, 0.1), (1, 1.5, 1, 0.1), (1, 1, 0, 0.1), (1, 1, 1.5, 0.1),
                (1, 1, 1, 0), (1, 1, 1, 1), (np.nan, 1, 1, 0.1)]
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(numbers):
    with pytest.raises(ValueError, match="expected noise above 0"):
        privacy.epsilon(*numbers)


def test_so_little_noise_that_nothing_could_count_it_is_refused():
    with pytest.raises(ValueError, match="memory"):
        privacy.epsilon(0.01, 0.1, 100, 1e-4)
    assert privacy.epsilon(0.01, 1, 1, 1e-4) > 5000  # the closed form can


@pytest.fixture(scope="module")
def digits():
    images, labels = data.load_digits()
    return images[:6].reshape(6, 784), np.eye(10, dtype="float32")[labels[:6]]


@pytest.mark.parametrize("clip", [0.3, 1.0, 100.0])
def test_the_clipped_sum_is_that_of_the_slow_loop(digits, clip):
    base_model = models.GradientModel(models.mlp())
    total = [np.zeros(weight.shape) for weight in base_model.weights]
    for x, y in zip(*digits):
        gradient = [tensor.numpy() for tensor in base_model.gradient(x[None], y[None])]
        length = np.sqrt(sum(np.sum(tensor**2) for tensor in gradient))
        total = [t + tensor * min(1, clip / length) for t, tensor in zip(total, gradient)]
    fast = privacy.clipped_sum(base_model.get_weights(), *digits, clip)
    assert all(np.allclose(one, other, atol=1e-5) for one, other in zip(total, fast))


@pytest.mark.parametrize("pictures", [0, 1, 6])
def test_one_picture_changes_the_sum_by_at_most_the_clip(digits, pictures):
    weights = models.mlp().get_weights()
    x, y = digits
    with_all, without = (privacy.clipped_sum(weights, x[:n], y[:n]) for n in (pictures, max(0, pictures - 1)))
    apart = np.sqrt(sum(np.sum((a - b) ** 2) for a, b in zip(with_all, without)))
    assert apart <= privacy.CLIP * (1 + 1e-5)
    assert pictures or not any(map(np.any, with_all))


def test_training_leaves_its_weights_alone_learns_without_noise_and_follows_its_dice(digits):
    weights = models.mlp().get_weights()
    kept = [w.copy() for w in weights]
    x, y = digits
    many = np.repeat(x, 50, axis=0), np.repeat(y, 50, axis=0)  # with six alone, most steps have nobody taking part
    one, other = (privacy.train(weights, *many, 0.0, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(weights, kept))
    assert all(np.array_equal(a, b) and a.dtype == np.float32 for a, b in zip(one, other))
    assert privacy.accuracy(weights, x, np.argmax(y, 1)) < privacy.accuracy(one, x, np.argmax(y, 1)) == 1
    noisy = privacy.train(weights, *many, 30.0, np.random.default_rng(3))
    assert np.std(noisy[0]) > 2 * np.std(one[0])


def test_the_nearest_single_picture_is_exact_without_noise_and_better_than_a_division_with_it(digits):
    x, y = digits
    gradient = models.GradientModel(models.mlp()).gradient(x[:1], tf.constant(y[:1]))
    assert metrics.mse(privacy.single_picture(gradient[0]), x[0] / x[0].max()) < 1e-9
    random = np.random.default_rng(0)
    noisy = [tensor.numpy() + random.normal(0, 0.002, tensor.shape) for tensor in gradient[:2]]
    unit = np.argmax(np.abs(noisy[1]))
    divided = np.clip(noisy[0][:, unit] / noisy[1][unit], 0, 1)
    assert metrics.mse(privacy.single_picture(noisy[0]), x[0]) < metrics.mse(divided, x[0]) / 2


@pytest.mark.parametrize("table", [np.zeros(3), np.full((3, 2), np.nan)])
def test_no_table_no_picture(table):
    with pytest.raises(ValueError, match="finite table"):
        privacy.single_picture(table)
