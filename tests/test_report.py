"""The benchmark's report: what is kept of the measurements, and that the README's tables follow from what is kept."""

import json

import numpy as np
import pytest

from tests.benchmarks import report


def run_of(error, first, second, label=True):
    return {"label": label, "error": error, "seconds": 2.0, "0.001": first, "0.0001": second}


def raw():
    """As pytest-benchmark writes it: seconds, a hundred of them where `per` says so."""
    entries = []

    def add(median, **info):
        entries.append({"stats": {"median": median, "min": median, "mean": median}, "extra_info": info})

    runs = [run_of(1e-5, 0.2, 0.4), run_of(5e-4, 0.4, None), run_of(2e-2, None, None, label=False)]
    add(2.0, kind="attack", network="LeNet", attack="fit_lbfgs", compiled=1.25, runs=runs, timed=2)
    add(1.0, kind="attack", network="LeNet", attack="peel", compiled=None, runs=runs[:1], timed=2)
    for network in ("MLP", "LeNet"):
        add(0.001, kind="step", network=network, what="plain gradient", per=1)
        add(0.002, kind="step", network=network, what="attack step", per=1)
        add(0.3, kind="step", network=network, what="evaluation", per=100.0, inside=0.0021)
        add(0.1, kind="loop", network=network, what="plain gradient", per=100)
        add(0.25, kind="loop", network=network, what="attack step", per=100)
    for axis, values in {"side": (14, 28, 56), "channels": (1, 3), "batch": (1, 2), "width": (6, 12)}.items():
        for value in values:
            seconds = [0.01 * value, 0.02 * value, None if axis == "batch" else 0.03 * value]
            add(0.001 * value**2, kind="growth", axis=axis, value=value, seconds=seconds, unknowns=value)
    return {"benchmarks": entries, "machine_info": {"cpu": {"brand_raw": "Test CPU"}, "node": "somebodys-laptop"}}


def test_medians_and_counts():
    first, second = report.summary(raw())["attacks"]
    assert (first["label"], first["pictures"], first["timed"]) == (2, 3, 2)
    assert first["0.001"] == {"below": 2, "seconds": [0.3, 0.4]}
    assert first["0.0001"] == {"below": 1, "seconds": [None, None]}
    assert (first["median error"], first["worst error"], first["compiled"]) == (5e-4, 2e-2, 1.25)
    assert second["compiled"] is None and second["0.0001"]["seconds"] == [0.4, 0.4]


def test_steps_are_milliseconds_of_one():
    row = report.summary(raw())["steps"][1]
    assert row["called"] == {"plain gradient": 1.0, "attack step": 2.0, "evaluation": 3.0}
    assert row["loop"] == {"plain gradient": 1.0, "attack step": 2.5} and row["around"] == 0.3


def test_slopes_are_powers():
    side, _, batch, _ = report.summary(raw())["growth"]
    np.testing.assert_allclose(side["slopes"], [2, 1], atol=0.01)
    assert side["seconds"] == [0.28, 0.56, 1.12]
    assert batch["seconds"] == [None, None] and batch["slopes"][1] is None


def test_tables_say_it():
    text = report.tables(report.summary(raw()))
    for words in (
        "| `fit_lbfgs`, LeNet | 2 of 3 | 2 of 3 | 1 of 3 | 5e-04 (2e-02) | 0.30 (0.40) | not reached | 2.00 | 1.2 |",
        "| `peel`, LeNet | 1 of 1 |",
        "2.00 ms, 2.0 gradients | 1.00 and 2.50 ms, 2.5 gradients | 3.00 ms, 1.5 steps; 30 % of it",
        "| picture's side, LeNet | 14, 28, 56 | 196.00, 784.00, 3140.00 | side^2.0 | 0.28, 0.56, 1.12 | side^1.0 |",
        "Test CPU",
    ):
        assert words in text
    assert "somebodys-laptop" not in text + json.dumps(report.summary(raw()))


def test_what_is_written(tmp_path, monkeypatch):
    for name in ("README", "RESULTS", "CHART"):
        monkeypatch.setattr(report, name, tmp_path / f"{name}.png")  # savefig wants the ending
    (tmp_path / "README.png").write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n", encoding="utf-8")
    for _ in range(2):  # the second time finds what the first has written
        report.write(kept := report.summary(raw()))
        text = (tmp_path / "README.png").read_text(encoding="utf-8")
        assert text == f"before\n<!-- bench -->\n{report.tables(kept)}<!-- /bench -->\nafter\n"
    assert json.loads((tmp_path / "RESULTS.png").read_text(encoding="utf-8")) == kept
    assert (tmp_path / "CHART.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("pictures, written", [("5", 0), (None, 1)])
def test_a_first_look_overwrites_nothing(monkeypatch, capsys, pictures, written):
    writes = []
    monkeypatch.setattr(report, "measure", lambda number: raw())
    monkeypatch.setattr(report, "write", writes.append)
    assert report.main([pictures] if pictures else []) == 0
    assert len(writes) == written and "| attack | label right |" in capsys.readouterr().out


def test_the_readme_shows_what_was_measured():
    kept = json.loads(report.RESULTS.read_text(encoding="utf-8"))
    assert report.MARKS.search(report.README.read_text(encoding="utf-8"))[0] == report.tables(kept)
