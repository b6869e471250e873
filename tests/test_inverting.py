"""The loss of lesson 15: roughness, direction, and the two models that use them; and the sweep of its counts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import helpers
from helpers import metrics, optimizers, sweep_inverting
from helpers.inverting import InvertingGradients, SmoothLeakage, direction_distance, roughness, size


def slow_roughness(picture):
    across = [abs(picture[r, c + 1] - picture[r, c]) for r in range(len(picture)) for c in range(picture.shape[1] - 1)]
    down = [abs(picture[r + 1, c] - picture[r, c]) for r in range(len(picture) - 1) for c in range(picture.shape[1])]
    return np.mean(across) + np.mean(down)


@pytest.mark.parametrize("shape", [(3, 5), (4, 3, 3)])
def test_roughness_is_the_average_step_across_plus_the_average_step_down(shape):
    pictures = np.random.default_rng(0).random((2, *shape))
    expected = np.mean([slow_roughness(picture) for picture in pictures])
    assert float(roughness(tf.constant(pictures))) == pytest.approx(expected)
    assert float(roughness(tf.ones((1, *shape)))) == 0


def test_the_direction_distance_is_one_minus_the_cosine():
    random = np.random.default_rng(0)
    one, other = ([tf.constant(random.normal(size=shape)) for shape in ((3, 2), (2,))] for _ in range(2))
    a, b = (np.concatenate([np.ravel(tensor) for tensor in tensors]) for tensors in (one, other))
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert float(direction_distance(one, other)) == pytest.approx(1 - cosine)
    assert float(direction_distance(one, [-7 * tensor for tensor in one])) == pytest.approx(2)
    assert float(direction_distance(one, [0.01 * tensor for tensor in one])) == pytest.approx(0, abs=1e-12)


def test_in_float32_it_sees_what_one_minus_the_cosine_rounds_away():
    one = [tf.ones(1000)]
    other = [tf.ones(1000) + tf.constant(np.resize([1e-4, -1e-4], 1000).astype("float32"))]
    assert float(direction_distance(one, other)) == pytest.approx(0.5e-8, rel=0.01)


@pytest.fixture(scope="module")
def small():
    keras.utils.set_random_seed(0)
    layers = [keras.Input((48,)), keras.layers.Dense(40, "sigmoid"), keras.layers.Dense(4)]
    base_model = helpers.models.GradientModel(keras.Sequential(layers))
    picture = helpers.data.load_face(4)
    return base_model, picture, base_model.gradient(picture.reshape(1, 48), tf.one_hot([2], 4))


SHAPE = {"image_shape": (4, 4, 3), "classes": 4}


def test_the_loss_is_distance_plus_share_of_size_times_roughness(small):
    base_model, _, captured = small
    attack = SmoothLeakage(base_model, 0.25, **SHAPE)
    dummy = attack(attack.one)
    plain = float(size([a - b for a, b in zip(dummy, captured)]))
    costs = float(size(captured) * roughness(attack.images))
    assert float(attack.compute_loss(y=captured, y_pred=dummy)) == pytest.approx(plain + 0.25 * costs, rel=1e-5)
    attack.share.assign(0.0)
    expected = float(helpers.leakage.DeepLeakage(base_model, **SHAPE).compute_loss(y=captured, y_pred=dummy))
    assert float(attack.compute_loss(y=captured, y_pred=dummy)) == pytest.approx(expected, rel=1e-5)


def test_the_share_is_not_trained_and_counts_at_once_in_a_search_that_is_compiled(small):
    base_model, _, captured = small
    attack = SmoothLeakage(base_model, 0.0, **SHAPE)
    assert len(attack.trainable_variables) == 2
    optimizers.fit_lbfgs(attack, captured, max_steps=30, starts=1)
    sharp = float(roughness(attack.images))
    attack.share.assign(10.0)
    optimizers.fit_lbfgs(attack, captured, max_steps=30, starts=1)
    assert float(roughness(attack.images)) < 0.1 * sharp
    assert float(attack.share.numpy()) == 10


def test_by_fit_and_in_float64(small):
    with helpers.models.float64():
        layers = [keras.Input((48,)), keras.layers.Dense(40, "sigmoid"), keras.layers.Dense(4)]
        base_model = helpers.models.GradientModel(keras.Sequential(layers))
    picture = small[1].astype("float64")
    captured = base_model.gradient(picture.reshape(1, 48), tf.one_hot([2], 4, dtype="float64"))
    attack = InvertingGradients(base_model, 1e-9, **SHAPE)
    attack.compile(optimizer=keras.optimizers.Adam(0.05))
    record = optimizers.Record()
    attack.fit(attack.dataset(captured, steps=300), shuffle=False, verbose=0, callbacks=[record])
    assert record.distances[-1] < 1e-2 * record.distances[0]
    assert attack.images.dtype == np.float64 and attack.label == 2


def test_the_direction_finds_what_was_clipped_and_the_distance_does_not(small):
    base_model, picture, captured = small
    shorter = [0.02 * tensor for tensor in captured]
    errors = []
    for attack in (helpers.leakage.DeepLeakage(base_model, **SHAPE), InvertingGradients(base_model, 0.0, **SHAPE)):
        attack.fix_labels([2])
        optimizers.fit_lbfgs(attack, shorter, max_steps=100, starts=1)
        errors.append(metrics.mse(attack.image, picture))
    assert errors[0] > 0.05 and errors[1] < 1e-4


def test_a_copy_from_its_settings_has_its_share(small):
    attack = InvertingGradients(small[0], 0.5, **SHAPE)
    copy = InvertingGradients.from_config(attack.get_config())
    assert float(copy.share.numpy()) == 0.5 and copy.images_shape == (1, 4, 4, 3)


def test_the_sweep_has_ten_runs_of_each_setting_and_one_of_them_runs():
    settings = sweep_inverting.settings()
    assert len(settings) == 14 * sweep_inverting.RUNS and len({str(sorted(s.items())) for s in settings}) == len(
        settings
    )
    result = sweep_inverting.one_run(**settings[0])
    assert result["labels"] == 1 and result["worst"] < 1e-4 and 10 < result["steps"] <= 200


def test_the_stored_counts_are_those_of_the_sweep():
    rows, made = helpers.sweeps.load("inverting")
    assert made["command"] == "python3 start.py sweep inverting"
    keys = sweep_inverting.settings()[0].keys()
    assert [{key: row[key] for key in keys} for row in rows] == sweep_inverting.settings()
