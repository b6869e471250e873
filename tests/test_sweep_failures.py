"""The sweep of lesson 13: its plan, one of its runs, and what is stored of it."""

import json
from collections import Counter

import numpy as np
import pytest

from helpers import optimizers, sweep_failures, sweeps


def test_the_plan_has_enough_settings_and_enough_pictures_and_the_paper_in_the_middle():
    changes, settings = sweep_failures.changes(), sweep_failures.settings()
    assert len(changes) >= 16 and sweep_failures.PAPER in changes
    assert len({json.dumps(change) for change in changes}) == len(changes)
    assert len({json.dumps(setting, sort_keys=True) for setting in settings}) == len(settings)
    blocks = Counter(json.dumps({k: v for k, v in setting.items() if k != "first"}) for setting in settings)
    assert {count * sweep_failures.BLOCK for count in blocks.values()} == {20}
    assert len(set(sweep_failures.chosen())) == 20
    for key, values in (("network", 2), ("activation", 4), ("weights", 4), ("dtype", 2), ("epochs", 2), ("search", 2)):
        assert len({change[key] for change in changes}) == values


def test_one_run_gives_a_row_for_each_digit_and_they_come_back(digits):
    change = {**sweep_failures.PAPER, "network": "MLP", "weights": "glorot"}
    rows = sweep_failures.one_run(**change, first=0)
    assert [row["picture"] for row in rows] == sweep_failures.chosen()[:5].tolist()
    assert sweep_failures.count(rows) == 5 and all(row["stopped"] == "reached" for row in rows)
    assert all(row["starts"] == 1 and row["mse"] == row["mse_1"] and row["distance"] < 3e-8 for row in rows)
    came = sweep_failures.from_text(rows[0]["thumbnail"])
    assert np.abs(came - digits[0][rows[0]["picture"]]).max() < 0.04
    json.dumps(rows, allow_nan=False)


def test_a_gradient_that_is_zero_everywhere_is_a_row_as_well(monkeypatch):
    from tests.conftest import small_base_model

    class Silent(type(small_base_model())):
        def gradient(self, x, y):
            return [0 * tensor for tensor in super().gradient(x, y)]

    import helpers

    attack = helpers.leakage.DeepLeakage(Silent(helpers.models.mlp()))
    row = sweep_failures.attack_one(attack, 0, "L-BFGS", 3e-8, thumbnail=True)
    assert row == {"picture": int(sweep_failures.chosen()[0]), "stopped": "nothing sent"}


def test_the_stop_of_a_setting_reaches_every_start_and_the_papers_is_the_usual_one(monkeypatch):
    import helpers

    assert sweep_failures.PAPER["stop"] == optimizers.REACHED
    stops, search = [], optimizers.fit_lbfgs

    def noted(*arguments, reached, **others):
        stops.append(reached)
        return search(*arguments, reached=reached, **others)

    monkeypatch.setattr(optimizers, "fit_lbfgs", noted)
    monkeypatch.setattr(sweep_failures, "STEPS", 3)
    attack = helpers.leakage.DeepLeakage(helpers.models.GradientModel(helpers.models.mlp()))
    for failed in (0.0, np.inf):  # the first start ends far away, or close
        monkeypatch.setattr(optimizers, "FAILED", failed)
        row = sweep_failures.attack_one(attack, 0, "L-BFGS", 1e-12, thumbnail=False)
        assert row["starts"] == 3 and row["stopped"] == "steps"
    assert stops == [1e-12] * 4


def test_a_picture_survives_as_a_text_and_nan_is_black():
    image = np.linspace(-0.5, 1.5, 784).reshape(28, 28)
    text = sweep_failures.as_text(image)
    assert len(text) == 524
    assert np.abs(sweep_failures.from_text(text) - np.clip(image, 0, 1)).max() <= 1 / 30 + 1e-9
    assert not sweep_failures.from_text(sweep_failures.as_text(np.full((28, 28), np.nan))).any()


def test_pick_and_count():
    paper = sweep_failures.PAPER
    rows = [
        {**paper, "mse": 1e-5, "right": True},
        {**paper, "mse": 1e-5, "right": False},
        {**paper, "mse": None, "right": None},
        {**paper, "activation": "relu", "mse": 1e-5, "right": True},
    ]
    assert len(sweep_failures.pick(rows)) == 3 and sweep_failures.pick(rows, activation="relu") == rows[3:]
    assert sweep_failures.count(rows) == 2
    with pytest.raises(ValueError, match="Glorot"):
        sweep_failures.make_network("MLP", "relu", 0.5)


def test_the_stored_sweep_has_20_digits_of_every_setting_and_is_small():
    rows, made = sweeps.load("failures")
    assert {len(sweep_failures.pick(rows, **change)) for change in sweep_failures.changes()} == {20}
    assert len(rows) == 20 * len(sweep_failures.changes())
    assert (sweeps.STORED / "failures.json").stat().st_size < 300_000
    assert made["command"] == "python3 start.py sweep failures"
    drawn = [row for row in rows if row["first"] == 0 and row["stopped"] != "nothing sent"]
    assert all(sweep_failures.from_text(row["thumbnail"]).shape == (28, 28) for row in drawn)
