import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import metrics, models, optimizers
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
    attack, compiled = attack_on_lenet, set()
    for number in (3, 500, 1500):
        record = fit_lbfgs(attack, capture(attack.base_model, images[[number]], labels[[number]]))
        assert attack.label == labels[number]
        assert metrics.mse(attack.image, images[number]) < 1e-4
        assert len(record.distances) == len(record.images) == len(record.seconds) <= 301
        assert record.distances[-1] < 1e-5 * record.distances[0]
        assert np.all(np.diff(record.seconds) >= 0)
        compiled.add(id(attack._lbfgs_function))
    assert len(compiled) == 1


def test_a_batch_of_four_comes_back(digits):
    """The labels' larger units, which help with one picture, lost three of ten batches (lesson 15)."""
    images, labels = digits
    chosen = [int(np.flatnonzero(labels == digit)[7]) for digit in (1, 4, 6, 9)]
    for seed in (0, 1, 2):
        keras.utils.set_random_seed(seed)
        attack = DeepLeakage(GradientModel(models.mlp()), batch=4)
        fit_lbfgs(attack, capture(attack.base_model, images[chosen], labels[chosen]), seed=seed)
        order = metrics.match(attack.images, images[chosen])
        np.testing.assert_array_equal(attack.labels[order], labels[chosen])
        assert metrics.mse(attack.images[order], images[chosen]) < 1e-4


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("frozen", [None, "dense1", "dense2"])
def test_what_is_searched_is_the_distance_of_the_model(batch, frozen):
    """The compiled function, which writes to no layer, against the model called with what its layers hold."""
    base_model = small_base_model()
    attack = small_attack(base_model, batch)
    captured = base_model.gradient(*small_batch(batch))
    if frozen:
        getattr(attack, frozen).trainable = False
    function, flatten = optimizers.distance_function(attack, captured), optimizers._flatten
    for seed in (1, 2):
        attack.reset(seed)
        attack.dense2.kernel.assign(np.random.default_rng(seed).normal(size=attack.dense2.kernel.shape))
        weights = attack.trainable_variables
        with tf.GradientTape() as tape:
            expected = attack.compute_loss(y=captured, y_pred=attack(attack.one))
        slope = tape.gradient(expected, [weight.value for weight in weights])
        flat = flatten(weights).numpy()
        for weight in weights:
            weight.assign(tf.zeros_like(weight))  # the function must use what it is given
        distance, found = function(flat)
        assert isinstance(distance, float) and found.dtype == "float64"
        np.testing.assert_allclose(distance, expected, rtol=1e-5)
        np.testing.assert_allclose(found, flatten(slope), rtol=1e-4, atol=1e-7)
        assert all(not np.any(weight) for weight in weights)


def test_an_attack_with_a_distance_of_its_own_is_searched_by_it():
    """As in lesson 15: what compute_loss reads from the layers counts, and its slope too."""

    class Darker(DeepLeakage):
        def compute_loss(self, **kwargs):
            return super().compute_loss(**kwargs) + tf.reduce_sum(self.dense1.kernel**2)

    base_model = small_base_model()
    attack = Darker(base_model, image_shape=(2, 3), classes=3)
    captured = base_model.gradient(*small_batch())
    fit_lbfgs(attack, captured, max_steps=60)
    assert metrics.mse(attack.image, np.zeros((2, 3))) < metrics.mse(small_batch()[0], np.zeros((1, 6))) / 100


def test_known_labels_stay_and_the_pictures_come(attack_on_lenet, digits):
    images, labels = digits
    attack = DeepLeakage(attack_on_lenet.base_model)
    captured = capture(attack.base_model, images[[3]], labels[[3]])
    fit_lbfgs(attack, captured, max_steps=2, starts=1)  # the label is frozen after a search as well
    attack.fix_labels([labels[3]])
    record = fit_lbfgs(attack, captured)
    assert metrics.mse(attack.image, images[3]) < 1e-4
    for probabilities in (attack.probabilities, record.probabilities[0], record.probabilities[-1]):
        np.testing.assert_allclose(probabilities, np.eye(10)[labels[[3]]], atol=1e-12)


def test_a_frozen_picture_stays_and_the_label_comes():
    base_model = small_base_model()
    x, y = small_batch()
    attack = small_attack(base_model)
    attack.dense1.kernel.assign(x)
    attack.dense1.trainable = False
    record = fit_lbfgs(attack, base_model.gradient(x, y))
    np.testing.assert_array_equal(attack.images.reshape(1, 6), x)
    np.testing.assert_array_equal(record.images[-1].reshape(1, 6), x)
    np.testing.assert_allclose(attack.probabilities, y, atol=1e-3)
    attack.dense2.trainable = False
    with pytest.raises(ValueError, match="both frozen"):
        fit_lbfgs(attack, base_model.gradient(x, y))


def test_a_search_begins_at_the_picture_that_is_given(monkeypatch):
    base_model = small_base_model()
    x, y = small_batch(2)
    attack = small_attack(base_model, batch=2)
    begin = np.full((2, 2, 3), 0.25, "float32")
    captured = base_model.gradient(x, y)
    near = fit_lbfgs(attack, captured, max_steps=5, starts=1, images=begin)
    np.testing.assert_array_equal(near.images[0], begin)
    np.testing.assert_allclose(near.probabilities[0], np.full((2, 3), 1 / 3), rtol=1e-6)
    monkeypatch.setattr(optimizers, "FAILED", 0.0)
    begun, add = [], optimizers.Record.add

    def noted(record, images, *rest):
        begun.extend([] if record.images else [images])
        add(record, images, *rest)

    monkeypatch.setattr(optimizers.Record, "add", noted)
    fit_lbfgs(attack, captured, max_steps=2, starts=2, seed=7, images=begin)
    attack.reset(8)
    np.testing.assert_array_equal(begun[0], begin)
    np.testing.assert_array_equal(begun[1], attack.images)  # the second start is random again


@pytest.mark.parametrize("wrong", [np.zeros((2, 3)), np.zeros((1, 3, 2)), np.full((1, 2, 3), np.nan)])
def test_beginnings_that_do_not_fit_are_refused(wrong):
    base_model = small_base_model()
    with pytest.raises(ValueError, match=r"images has the shape .* expected \(1, 2, 3\), with no NaN"):
        fit_lbfgs(small_attack(base_model), base_model.gradient(*small_batch()), images=wrong)


def test_float64_gets_nearer():
    ends = {}
    for name in ("float32", "float64"):
        with models.float64() if name == "float64" else contextlib.nullcontext():
            base_model, (x, y) = small_base_model(), small_batch()
        attack = small_attack(base_model)
        captured = [tf.cast(tensor, name) for tensor in base_model.gradient(x, y)]
        record = fit_lbfgs(attack, captured, reached=0)
        assert record.images[-1].dtype == name
        ends[name] = min(record.distances)
        assert metrics.mse(attack.image.reshape(1, 6), x) < 1e-3
    assert ends["float64"] < 1e-6 * ends["float32"]


def test_a_good_start_goes_on_with_its_memory_and_uses_up_another(monkeypatch):
    base_model = small_base_model()
    attack = small_attack(base_model)
    captured = base_model.gradient(*small_batch())
    monkeypatch.setattr(optimizers, "FAILED", np.inf)
    record = fit_lbfgs(attack, captured, max_steps=4, starts=3, reached=0)
    assert record.starts == 3 and len(record.distances) == 13
    whole = fit_lbfgs(attack, captured, max_steps=12, starts=1, reached=0)
    np.testing.assert_array_equal(record.distances, whole.distances)


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


def test_reached_moves_the_stop_and_nothing_else():
    base_model = small_base_model()
    attack = small_attack(base_model)
    captured = base_model.gradient(*small_batch())
    size = sum(float(np.sum(np.square(tensor))) for tensor in captured)
    usual, named = fit_lbfgs(attack, captured), fit_lbfgs(attack, captured, reached=optimizers.REACHED)
    assert usual.distances == named.distances
    later = fit_lbfgs(attack, captured, reached=1e-10)
    assert later.distances[: len(usual.distances)] == usual.distances and later.distances[-1] < 1e-10 * size
    rough = fit_lbfgs(attack, captured, reached=0.01)  # beyond what counts as failed: no other start all the same
    assert rough.stopped == "reached" and rough.starts == 1
    assert rough.distances == usual.distances[: len(rough.distances)]
    assert rough.distances[-1] < 0.01 * size <= rough.distances[-2]
    assert fit_lbfgs(attack, captured, max_steps=400, starts=1, reached=0).stopped != "reached"


@pytest.mark.parametrize("wrong", [-1e-9, np.nan])
def test_a_stop_that_is_no_distance_is_refused(wrong):
    base_model = small_base_model()
    with pytest.raises(ValueError, match="reached is .* expected a small number such as 3e-08"):
        fit_lbfgs(small_attack(base_model), base_model.gradient(*small_batch()), reached=wrong)


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
