"""The pictures of lesson 09: what a colour means, which units are shown, and that a slider's picture keeps its size."""

import numpy as np
import pytest

from helpers import divisions
from helpers.plots import ORANGE


def texts(picture):
    return [text.get_text() for axes in picture.figure.axes for text in axes.texts]


def colors(axes):
    return [patch.get_facecolor() for patch in axes.patches]


def test_signed_puts_zero_in_the_middle_and_the_largest_size_at_an_end():
    assert divisions.signed([0, -4, 2, 1]) == pytest.approx([0.5, 0, 0.75, 0.625])
    assert divisions.signed(np.zeros((2, 2))).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert divisions.signed(np.ones((2, 3, 3))).shape == (2, 3, 3)


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 3)])
def test_one_division_draws_column_and_quotient_in_grey_and_in_colour(shape):
    image = np.linspace(0, 1, np.prod(shape)).reshape(shape)
    picture = divisions.one_division(-0.25 * image, -0.25, "title")
    column, _, quotient = picture.figure.axes
    assert np.allclose(quotient.images[0].get_array(), image)
    assert np.allclose(column.images[0].get_array(), 0.5 - 0.5 * image)
    assert any("-0.25" in text for text in texts(picture)) and "-0.25" not in picture.description


def test_label_bars_marks_the_smallest_alone():
    picture = divisions.label_bars([0.2, -0.9, 0.3, 0.4], "title")
    filled = colors(picture.figure.axes[0])
    assert len(filled) == 4 and len({filled[0], filled[2], filled[3]}) == 1 and filled[1] != filled[0]
    assert "unit 1" in picture.description


def frames(picture):
    return [patch.get_edgecolor() for patch in picture.figure.axes[0].patches]


def test_returned_frames_exact_ones_and_keeps_its_size():
    sizes = set()
    for count in (1, 8, 16):
        pictures, exact = np.full((count, 4), 0.5), np.arange(count) % 2 == 0
        picture = divisions.returned(pictures, pictures, exact, "title", rows=2)
        sizes.add(tuple(picture.figure.get_size_inches()))
        framed = frames(picture)
        assert len(framed) == count and len(set(framed[::2])) == 1
        assert framed[0] not in framed[1::2]
        assert f"{exact.sum()} of them" in picture.description
        assert len(picture.figure.axes[0].images) == 2 * count
    assert len(sizes) == 1
    with pytest.raises(ValueError, match="room for 8 pictures, and there are 9"):
        divisions.returned(np.ones((9, 4)), np.ones((9, 4)), np.ones(9, bool), "title")


def test_who_wakes_shows_units_that_saw_one_picture_in_orange():
    from matplotlib.colors import to_rgba

    sums = np.array([[1, 2, -1, -1, 0], [-1, 3, -2, 1, -1]])  # unit 0 and 3 saw one, 1 saw two, 2 and 4 none
    axes = divisions.who_wakes(np.ones((2, 4)), sums, "title").figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "1", "3"]
    assert [color == to_rgba(ORANGE) for color in colors(axes)] == [True, False, False, False, False, True]


def test_wake_shares_count_every_unit_once_and_sleepers_apart():
    picture = divisions.wake_shares({"a": [0, 0, 0.05, 1.0], "b": [0.5, 0.5, 0.5, 0.5]}, "title")
    for axes, never in zip(picture.figure.axes, (50, 0)):
        heights = [patch.get_height() for patch in axes.patches]
        assert len(heights) == 11 and sum(heights) == pytest.approx(100) and heights[-1] == never
    assert "a, b" in picture.description


def test_counts_by_size_has_a_curve_for_each_network_and_one_for_all():
    axes = divisions.counts_by_size([1, 2, 4], {"a": [1, 2, 3], "b": [1, 1, 0]}, "title").figure.axes[0]
    assert [line.get_label() for line in axes.lines] == ["all of the batch", "a", "b"]
    assert list(axes.lines[0].get_ydata()) == [1, 2, 4] and list(axes.lines[2].get_ydata()) == [1, 1, 0]
