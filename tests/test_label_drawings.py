"""The pictures of lesson 14 and its sweep: what a colour means, what keeps its size, and which search is which."""

import types

import numpy as np
import pytest

from helpers import label_drawings, plots, sweep_labels, sweeps

SLOPES = np.array([0.2, 0.5, -0.7])


def record(steps, seed=0):
    random = np.random.default_rng(seed)
    return types.SimpleNamespace(
        images=[random.uniform(size=(1, 28, 28)) for _ in range(steps)],
        probabilities=[np.full((1, 10), 0.1)] * steps,
        distances=list(np.geomspace(1, 1e-6, steps)),
    )


def colors(axes):
    return [patch.get_facecolor() for patch in axes.patches]


def test_a_slope_below_zero_is_orange_and_named():
    picture = label_drawings.odd_one_out(SLOPES, "title")
    blue, same, orange = colors(picture.figure.axes[0])
    assert blue == same != orange
    assert picture.description.endswith("Below zero: 2.")


def test_the_weight_table_shows_the_table_and_its_column_sums():
    table = np.outer([1.0, 0.5], SLOPES)
    picture = label_drawings.weight_table(table, "title")
    above, below = picture.figure.axes
    assert np.array_equal(above.images[0].get_array(), table)
    assert above.images[0].get_clim() == (-0.7, 0.7)
    assert [patch.get_height() for patch in below.patches] == pytest.approx([0.3, 0.75, -1.05])


@pytest.mark.parametrize(
    "feature, words", [(1, "names class 2, which is right"), (-1, "names class 1, which is wrong"), (-0.7, "is silent")]
)
def test_flip_says_what_the_rule_names_and_keeps_its_size(feature, words):
    picture = label_drawings.flip([0.5, feature, 0.2], SLOPES, 2)
    assert words in picture.description
    assert plots.Picture(picture.figure, "").png[16:24] == label_drawings.flip([0.5, 0, 0.2], SLOPES, 2).png[16:24]
    assert "−0.00" not in [text.get_text() for axes in picture.figure.axes for text in axes.texts]


def test_a_search_that_has_ended_stays_at_its_last_step():
    records = {"DLG": record(12), "iDLG": record(5, seed=1)}
    axes = label_drawings.race(records, 8).figure.axes
    assert [axes[0].get_title(), axes[3].get_title()] == ["DLG, step 8", "iDLG, step 4 (its last)"]
    assert np.array_equal(axes[3].images[0].get_array(), records["iDLG"].images[-1][0])
    stills = label_drawings.race_stills(records, [0, 3, 11], "title").figure.axes
    assert [axis.get_title() for axis in stills] == ["step 0", "step 3", "at its end"] * 2


def test_counts_are_written_on_their_bars():
    groups = {"one\nsetting": {"DLG": 60, "iDLG": 100}, "another": {"DLG": 7, "iDLG": 8}}
    picture = label_drawings.counts(groups, 100, "title", "right")
    assert [text.get_text() for text in picture.figure.axes[0].texts] == ["60", "7", "100", "8"]
    assert "one setting: {DLG: 60, iDLG: 100}" in picture.description


def test_plain_lbfgs_finds_the_bottom_of_a_bowl_and_gives_up_where_it_runs_away():
    steep = np.array([1.0, 30.0, 5.0])
    bowl = sweep_labels.plain_lbfgs(lambda x: (float(steep @ x**2), 2 * steep * x), np.ones(3), 100, stop=1e-12)
    assert np.max(np.abs(bowl)) < 1e-5
    calls = []

    def cliff(x):
        calls.append(x)
        return float("nan"), x

    sweep_labels.plain_lbfgs(cliff, np.ones(3), 100)
    assert len(calls) == 2


def test_the_stored_sweep_holds_every_setting_once():
    rows, made = sweeps.load("labels")
    names = ["network", "epochs", "search", "method", "picture"]
    assert [{name: row[name] for name in names} for row in rows] == sweep_labels.settings()
    assert all(row["right"] == 1 for row in rows if row["method"] == "iDLG")
    assert made["command"] == "python3 start.py sweep labels"


@pytest.mark.parametrize("search", ["ours", "ours, black start", "the paper's code"])
def test_a_run_says_what_came_out(monkeypatch, search):
    monkeypatch.setattr(sweep_labels, "STEPS", 3)
    monkeypatch.setattr(sweep_labels, "EVALUATIONS", 3)
    picture = int(sweep_labels.pictures()[0])
    for method in ("DLG", "iDLG"):
        row = sweep_labels.one_run("MLP", 0, search, method, picture)
        assert set(row) == {"right", "mse", "steps", "sure"} and 0 < row["sure"] < 1
    assert row["right"] == 1
