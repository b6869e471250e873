"""The sweep of lesson 18: its plan, its runs in small, the attacker's answers, and what is stored."""

import json
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

import helpers
from helpers import adaptive, defence_drawings, defences, sweep_defences, sweeps
from helpers.sweep_failures import from_text
from tests.conftest import capture


@pytest.fixture(scope="module")
def leaky():
    """The paper's LeNet, a digit and its gradient."""
    helpers.set_seed(18)
    base_model = helpers.models.GradientModel(helpers.models.lenet("sigmoid", weights=0.5))
    images, labels = helpers.data.load_digits()
    return base_model, images[7], int(labels[7]), capture(base_model, images[7:8], labels[7:8])


def test_the_plan_tries_every_strength_on_20_pictures_and_no_run_twice():
    settings = sweep_defences.settings()
    assert len({json.dumps(setting, sort_keys=True) for setting in settings}) == len(settings)
    blocks = Counter((s["part"], s["defence"], s["strength"], s["answer"]) for s in settings)
    for defence, strengths in sweep_defences.STRENGTHS.items():
        for strength in strengths:
            assert blocks["picture", defence, strength, ""] * sweep_defences.BLOCK == 20
            assert blocks["training", defence, strength, ""] == sweep_defences.SEEDS >= 2
    assert all(strength in sweep_defences.STRENGTHS[defence] for _, defence, strength, _ in blocks)


@pytest.mark.parametrize("defence, strengths", sweep_defences.STRENGTHS.items())
def test_each_defence_is_the_one_of_its_name(defence, strengths):
    gradient = [np.random.default_rng(0).normal(0, 5, (40, 30)).astype("float32"), np.ones(3, "float32")]
    for strength in strengths:
        sent = sweep_defences.defend(gradient, defence, strength, 0)
        changed = not all(np.array_equal(a, b) for a, b in zip(sent, gradient))
        assert changed == (defence not in ("none", "batch"))
        if defence == "clip":
            assert defences.length(sent) == pytest.approx(strength, rel=1e-5)
        if defence == "clip+noise":
            again = sweep_defences.defend(gradient, defence, strength, 0)
            assert np.array_equal(sent[0], again[0])
            assert np.std(sent[0] - defences.clip(gradient, 1)[0]) == pytest.approx(strength, rel=0.1)
        if defence == "prune":
            assert np.mean(sent[0] == 0) == pytest.approx(strength, abs=1e-3)


def test_skipping_zeros_measures_what_was_kept_and_nothing_else(leaky):
    base_model, _, _, captured = leaky
    attack = adaptive.MaskedLeakage(base_model)
    pruned = [tf.constant(table) for table in defences.prune(captured, 0.7)]
    plain = helpers.leakage.DeepLeakage(base_model)
    assert float(attack.compute_loss(y=pruned, y_pred=captured)) == 0
    assert float(plain.compute_loss(y=pruned, y_pred=captured)) > 1e-3
    ones = [tf.ones_like(table) for table in captured]
    by_hand = sum(np.sum((1 - table) ** 2 * (table != 0)) for table in map(np.asarray, pruned))
    assert float(attack.compute_loss(y=pruned, y_pred=ones)) == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("largest", [10, 1, 1e-3])
def test_a_clipped_gradient_gets_its_length_back(leaky, largest):
    base_model, _, _, captured = leaky
    found = adaptive.unclip(base_model.network, defences.clip(captured, largest))
    assert [table.dtype for table in found] == ["float32"] * len(found)
    assert defences.length(found) == pytest.approx(defences.length(captured), rel=1e-3)


def test_a_bias_gradient_of_zeros_cannot_be_unclipped(leaky):
    base_model, _, _, captured = leaky
    with pytest.raises(ValueError, match="zero everywhere"):
        adaptive.unclip(base_model.network, [np.zeros_like(table) for table in captured])


def test_the_average_of_rounds_loses_noise_like_the_root_of_their_number():
    zeros, random = [np.zeros(2000, "float32")], np.random.default_rng(0)
    for count in (4, 100):
        mean = adaptive.average([defences.gaussian_noise(zeros, 1, random) for _ in range(count)])
        assert np.std(mean[0]) == pytest.approx(1 / np.sqrt(count), rel=0.1) and mean[0].dtype == "float32"


def test_all_columns_together_stand_more_noise_than_the_best_one(digits):
    base_model = helpers.models.GradientModel(helpers.models.mlp())
    sent = defences.gaussian_noise(capture(base_model, digits[0][:1], digits[1][:1]), 3e-3, 0)
    one, every = helpers.analytic.dense_input(*sent[:2]), adaptive.divide_noisy(*sent[:2])
    errors = [helpers.metrics.mse(found, digits[0][0].ravel()) for found in (one, every)]
    assert errors[1] < errors[0]


def test_one_small_run_of_each_kind(monkeypatch):
    for name, value in {"BLOCK": 2, "STEPS": 3, "STARTS": 1, "DIVISIONS": 2, "LABELS": 3, "ROUNDS": 2}.items():
        monkeypatch.setattr(sweep_defences, name, value)
    keys = {"picture", "mse", "ssim", "right", "steps", "thumbnail"}
    for defence, strength, answer in (
        ("none", 0, ""),
        ("batch", 2, ""),
        ("prune", 0.7, "skip zeros"),
        ("clip", 1, "unclip"),
        ("gaussian", 0.01, "average 10"),
        ("gaussian", 0.001, "closed form"),
    ):
        rows = sweep_defences.one_run("picture", defence, strength, answer, 0)
        assert len(rows) == 2 and all(keys <= set(row) for row in rows)
        assert all(0 <= row["mse"] <= 1 for row in rows)
        assert from_text(rows[0]["thumbnail"]).shape == (28, 28)
        json.dumps(rows, allow_nan=False, default=sweeps._plain)
    assert len(sweep_defences.one_run("division", "prune", 0.7, "", 0)) == 2
    assert sweep_defences.one_run("label", "none", 0, "fresh", 0) == {"labels": 3, "labels_all": 3, "tried": 3}
    assert 0 <= sweep_defences.one_run("training", "batch", 2, "", 0)["accuracy"] <= 1


def test_what_is_stored_is_complete_and_small_and_every_figure_has_its_n():
    rows, made = sweeps.load("defences")
    assert made["command"] == "python3 start.py sweep defences"
    assert (sweeps.STORED / "defences.json").stat().st_size < 300_000
    for defence, strengths in sweep_defences.STRENGTHS.items():
        for strength in strengths:
            one = defence_drawings.results(rows, defence, strength)
            assert one["n"] >= 10 and one["runs"] >= 2
            assert 0 <= one["read"] <= one["n"] and one["clear"] <= one["read"]
    table = defence_drawings.table(rows)
    lines = table.splitlines()
    assert len(lines) == 2 + sum(map(len, sweep_defences.STRENGTHS.values()))
    assert all(line.count("/") >= 3 and line.endswith(" %") for line in lines[2:]) and lines[1].endswith("n = 3")
    assert max(map(len, lines)) <= 104  # what the book has room for


def test_the_drawings_say_what_they_show():
    rows, _ = sweeps.load("defences")
    places = [("prune", 0.3), ("prune", 0.9)]
    drawn = [
        defence_drawings.strip(rows, "gaussian", (1e-4, 1e-1), "Less comes back"),
        defence_drawings.chart(rows, "Leak and accuracy"),
        defence_drawings.dials(rows, places, "Pruning"),
        defence_drawings.dial(rows, "prune", 0.3),
        defence_drawings.dial(rows, "prune", 0.9),
        defence_drawings.before_and_after([1, -2], {"noise": [1.1, -1.9]}, "Changed"),
    ]
    assert len({picture.description for picture in drawn}) == len(drawn)
    assert all(picture.png.startswith(b"\x89PNG") for picture in drawn)
    assert drawn[3].png != drawn[4].png
