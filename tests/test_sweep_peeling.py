"""The sweep of lesson 16: its plan, and that a run repeats what is stored."""

import pytest

from helpers import sweep_peeling, sweeps

ROWS, MADE = sweeps.load("peeling")


def of(setting):
    return [row for row in ROWS if all(row[key] == value for key, value in setting.items())]


def test_the_stored_sweep_has_every_setting():
    settings = sweep_peeling.settings()
    assert [len(of(setting)) for setting in settings] == [5 if setting["epochs"] else 1 for setting in settings]
    assert len(ROWS) == 530 and MADE["command"] == "python3 start.py sweep peeling"
    assert sum(sweep_peeling.counts(ROWS, *kind)[0] for kind in (("sigmoid", 0.5), ("relu", 0.5))) == 140


@pytest.mark.parametrize("refused", [False, True])
def test_a_run_repeats_what_is_stored(refused):
    wanted = next(row for row in ROWS if row["activation"] == "relu" and (row["mse"] is None) == refused)
    setting = {key: wanted[key] for key in ("activation", "weights", "epochs", "number")}
    (row,) = sweep_peeling.one_run(**setting)
    assert row["picture"] == wanted["picture"]
    assert row["mse"] is None if refused else row["mse"] < 1e-3


def test_a_trained_network_meets_five_digits_that_it_has_not_learned(monkeypatch):
    trained = []
    monkeypatch.setattr(sweep_peeling, "train", lambda network, epochs: trained.append(epochs))
    rows = sweep_peeling.one_run("sigmoid", 0.5, epochs=5, number=1)
    assert trained == [5]
    assert [row["picture"] for row in rows] == list(sweep_peeling.chosen()[5:10])
    assert all(row["mse"] < 1e-8 for row in rows)
