"""The pictures of lesson 12: what they draw, and that nothing in them is cut off or covered."""

import io

import numpy as np
import pytest
from PIL import Image

from helpers import suspects
from helpers.optimizers import Record
from tests.test_plots_and_widgets import test_no_text_is_cut_off_or_overlaps as texts_lie_apart

PLACES = np.linspace(-2, 2, 41)


def search(seed):
    rng = np.random.default_rng(seed)
    record = Record()
    for _ in range(60):
        record.images.append(rng.uniform(size=(1, 28, 28)))
        record.probabilities.append(rng.dirichlet(np.ones(10), 1))
    return record


@pytest.fixture(scope="module")
def records():
    return {"Keras' loss": search(0), "written out": search(1)}


def pictures(records):
    slopes = {"tape, graph": 0.0, "by numbers": 4.0}
    return {
        "line_up": suspects.line_up(),
        "crossroads": suspects.crossroads(),
        "tangents": suspects.tangents(PLACES, PLACES**2, 1.0, slopes, "Level or not", "number of the true class"),
        "ten_slopes": suspects.ten_slopes({"eager": np.arange(10) - 4, "graph": np.zeros(10)}, "Ten slopes"),
        "pair": suspects.pair(records, 40),
        "pair_stills": suspects.pair_stills(records, [0, 10, 20, 50, 59], "Two searches"),
    }


def test_pictures_are_reproducible_and_described(records):
    first, second = pictures(records), pictures(records)
    descriptions = [picture.description for picture in first.values()]
    assert len(set(descriptions)) == len(descriptions) and all(len(text) > 20 for text in descriptions)
    for name, picture in first.items():
        assert picture.png == second[name].png, name


def test_no_text_is_cut_off_or_overlaps(records, monkeypatch):
    monkeypatch.setattr("tests.test_plots_and_widgets.pictures", pictures)
    texts_lie_apart(records)


def test_each_claimed_slope_is_a_line_through_the_point_with_that_slope():
    picture = suspects.tangents(PLACES, PLACES**2, 1.0, {"a": 0.0, "b": 2.0}, "title", "place")
    curve, *lines, point = picture.figure.axes[0].lines
    assert point.get_xydata().tolist() == [[1.0, 1.0]] or np.allclose(point.get_xydata(), 1)
    for line, slope in zip(lines, (0.0, 2.0)):
        (left, low), (right, high) = line.get_xydata()
        assert (high - low) / (right - left) == pytest.approx(slope)
        assert (low + high) / 2 == pytest.approx(1.0) and (left + right) / 2 == pytest.approx(1.0)


def test_the_slopes_of_all_panels_share_one_scale():
    axes = suspects.ten_slopes({"a": np.full(10, 5.0), "b": np.zeros(10)}, "title").figure.axes
    assert axes[0].get_ylim() == axes[1].get_ylim() and axes[0].get_ylim()[1] > 5
    assert [bar.get_height() for bar in axes[1].patches] == [0.0] * 10


def test_the_pair_keeps_its_size_and_shows_each_search_with_its_own_bars(records):
    sizes = {Image.open(io.BytesIO(suspects.pair(records, step).png)).size for step in (0, 9, 59)}
    assert len(sizes) == 1
    axes = suspects.pair(records, 9).figure.axes
    for axis, record in zip((axes[1], axes[3]), records.values()):
        assert [bar.get_height() for bar in axis.patches] == pytest.approx(record.probabilities[9][0].tolist())
    assert [axis.get_title() for axis in axes[::2]] == list(records)
