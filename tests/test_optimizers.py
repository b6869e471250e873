import keras
import numpy as np
import pytest

from helpers import metrics, optimizers
from helpers.leakage import DeepLeakage
from helpers.models import GradientModel, lenet
from helpers.optimizers import fit_lbfgs
from tests.conftest import capture, small_attack, small_base_model, small_batch
from tests.test_models import BAD_CAPTURES


@pytest.fixture(scope="module")
def attack_on_lenet():
    keras.utils.set_random_seed(0)
    return DeepLeakage(GradientModel(lenet(weights=0.5)))


def test_lbfgs_brings_digits_back_with_one_compilation(attack_on_lenet, digits):
    images, labels = digits
    attack = attack_on_lenet
    for number in (3, 500, 1500):
        record = fit_lbfgs(attack, capture(attack.base_model, images[[number]], labels[[number]]))
        assert attack.label == labels[number]
        assert metrics.mse(attack.image, images[number]) < 1e-4
        assert len(record.distances) == len(record.images) == len(record.seconds) <= 301
        assert record.distances[-1] < 1e-5 * record.distances[0]
        assert np.all(np.diff(record.seconds) >= 0)
    assert attack._lbfgs_function.experimental_get_tracing_count() == 1


def test_stop_is_relative_to_the_captured_gradient():
    """The same search on a gradient a thousand times smaller stops at a distance a million times smaller."""
    base_model = small_base_model()
    x, y = small_batch()
    attack = small_attack(base_model)
    record = fit_lbfgs(attack, base_model.gradient(x, y))
    size = sum(float(np.sum(np.square(t))) for t in base_model.gradient(x, y))
    assert record.stopped == "reached" and record.distances[-1] < optimizers.REACHED * size
    assert record.distances[-2] >= optimizers.REACHED * size

    sure = np.array(base_model(x))[0]
    base_model.network.layers[-1].bias.assign(12.0 * np.eye(3)[np.argmax(sure)])
    y = np.eye(3, dtype="float32")[[np.argmax(sure)]]
    captured = base_model.gradient(x, y)
    tiny = sum(float(np.sum(np.square(t))) for t in captured)
    assert tiny < 1e-6
    record = fit_lbfgs(attack, captured)
    assert record.distances[-1] < 0.01 * tiny


def test_a_failed_start_is_followed_by_another_and_the_best_is_kept(monkeypatch):
    base_model = small_base_model()
    attack = small_attack(base_model)
    monkeypatch.setattr(optimizers, "FAILED", 0.0)
    record = fit_lbfgs(attack, base_model.gradient(*small_batch()), max_steps=3, starts=3, seed=4)
    assert record.starts == 3
    single = [
        fit_lbfgs(attack, base_model.gradient(*small_batch()), max_steps=3, starts=1, seed=4 + start).distances[-1]
        for start in range(3)
    ]
    assert record.distances[-1] == pytest.approx(min(single))


def test_the_layers_hold_what_the_record_ends_with():
    base_model = small_base_model()
    attack = small_attack(base_model)
    record = fit_lbfgs(attack, base_model.gradient(*small_batch()), max_steps=5, starts=1)
    np.testing.assert_allclose(attack.images, record.images[-1], rtol=1e-6)
    np.testing.assert_allclose(attack.probabilities, record.probabilities[-1], rtol=1e-5)


def test_ctrl_c_keeps_the_best_so_far(monkeypatch):
    base_model = small_base_model()
    attack = small_attack(base_model)
    captured = base_model.gradient(*small_batch())
    whole = optimizers._distance_function(attack)
    calls = []

    def interrupted(flat, captured):
        calls.append(1)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return whole(flat, captured)

    monkeypatch.setattr(attack, "_lbfgs_function", interrupted)
    record = fit_lbfgs(attack, captured)
    assert record.stopped == "interrupted" and record.starts == 1
    assert 1 < len(record.distances) < 9
    np.testing.assert_allclose(attack.images, record.images[-1], rtol=1e-6)
    assert record.distances[-1] < record.distances[0]


def test_a_search_that_ran_away_is_not_kept(monkeypatch):
    base_model = small_base_model()
    attack = small_attack(base_model)
    captured = base_model.gradient(*small_batch())
    whole, calls = optimizers._distance_function(attack), []

    def runs_away(flat, captured):
        calls.append(1)
        distance, slope = whole(flat, captured)
        return (distance, slope) if len(calls) < 4 else (distance * np.nan, slope * np.nan)

    monkeypatch.setattr(attack, "_lbfgs_function", runs_away)
    record = fit_lbfgs(attack, captured, max_steps=5, starts=3)
    assert np.isfinite(record.distances[-1]) and np.all(np.isfinite(attack.images))


def test_a_search_needs_a_step():
    base_model = small_base_model()
    for wrong in ({"max_steps": 0}, {"starts": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            fit_lbfgs(small_attack(base_model), base_model.gradient(*small_batch()), **wrong)


def test_a_progress_bar_counts_the_steps(monkeypatch):
    steps = []

    class Bar:
        def __init__(self, total, **settings):
            assert total == 12 and settings["unit"] == "step" and not settings["leave"]

        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda self, *error: None  # noqa: E731
        update = lambda self: steps.append(1)  # noqa: E731

    monkeypatch.setattr(optimizers, "tqdm", Bar)
    base_model = small_base_model()
    record = fit_lbfgs(small_attack(base_model), base_model.gradient(*small_batch()), max_steps=12, starts=1)
    assert len(steps) == len(record.distances) - 1


def test_base_model_stays(attack_on_lenet, digits):
    before = attack_on_lenet.base_model.get_weights()
    captured = capture(attack_on_lenet.base_model, digits[0][:1], digits[1][:1])
    fit_lbfgs(attack_on_lenet, captured, max_steps=5, starts=1)
    for a, b in zip(before, attack_on_lenet.base_model.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("change, error, words", BAD_CAPTURES)
def test_lbfgs_refuses_before_any_search(change, error, words):
    base_model = small_base_model()
    attack = small_attack(base_model)
    with pytest.raises(error, match=words):
        fit_lbfgs(attack, change(base_model.gradient(*small_batch())))
    assert not hasattr(attack, "_lbfgs_function")
