"""The pictures of lesson 15: which number stands where, and which pairs are marked."""

import numpy as np
import pytest

from helpers import colour_gallery, data
from helpers.optimizers import Record
from helpers.plots import BLUE


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_the_three_tables_are_red_green_and_blue_in_this_order():
    face = data.load_face(8)
    picture = colour_gallery.three_tables(face, "title")
    shown = [np.asarray(axes.images[0].get_array()) for axes in picture.figure.axes]
    assert np.allclose(shown[0], face)
    assert all(np.allclose(table, face[:, :, number]) for number, table in enumerate(shown[1:]))
    assert [axes.get_title() for axes in picture.figure.axes[1:]] == ["red", "green", "blue"]


def test_every_step_stands_between_its_two_pixels():
    axes = colour_gallery.steps_between([[0, 0.5, 1], [1, 0.25, 1]], "title").figure.axes[0]
    placed = {text.get_text(): text.get_position() for text in axes.texts}
    assert [text for text in texts(axes) if "→" in text] == ["→ 0.5", "→ 0.5", "→ 0.75", "→ 0.75"]
    assert [text for text in texts(axes) if "↓" in text] == ["↓ 1", "↓ 0.25", "↓ 0"]
    assert placed["↓ 1"] == (0.5, -1.5) and placed["↓ 0"] == (4.5, -1.5)


def test_arrows_begin_at_one_point_and_end_at_their_numbers():
    axes = colour_gallery.directions({"one": (4, 3), "two": (-1, 2)}, "title").figure.axes[0]
    ends = [text.xy for text in axes.texts if not text.get_text()]
    assert ends == [(4, 3), (-1, 2)] and "one\n4, 3" in texts(axes)
    low, high = axes.get_xlim()
    assert low < -1 and high > 4


@pytest.fixture()
def searches():
    face, records = data.load_face(8), {}
    for share, lengths in ((0.0, (0.5, 0.2, 0.1)), (0.1, (0.5, 0.01))):
        records[share] = Record()
        for length in lengths:
            records[share].add((face + length)[None], np.full((1, 10), 0.1), length)
    return records, face


def test_weighing_shows_the_step_its_error_and_keeps_its_size(searches):
    records, face = searches
    picture = colour_gallery.weighing(records, face, 0.0, 2)
    found, truth, curve = picture.figure.axes
    assert np.allclose(found.images[0].get_array(), np.clip(face + 0.1, 0, 1)) and found.get_title() == "found, step 2"
    assert np.allclose(truth.images[0].get_array(), face)
    assert curve.get_title() == "share 0: error 0.0100"
    blue = [line for line in curve.lines if line.get_color() == BLUE]
    assert len(blue) == 1 and np.allclose(blue[0].get_ydata(), [0.25, 0.04, 0.01])
    other = colour_gallery.weighing(records, face, 0.1, 2)
    assert other.figure.axes[0].get_title() == "found, step 1"
    assert tuple(other.figure.get_size_inches()) == tuple(picture.figure.get_size_inches())
    assert other.figure.axes[2].get_ylim() == curve.get_ylim() and other.figure.axes[2].get_xlim() == curve.get_xlim()


def test_the_table_of_a_batch_marks_one_field_in_each_row_and_column():
    truth = np.linspace(0, 1, 3)[:, None, None] * np.ones((3, 4, 4))
    order = [2, 0, 1]
    picture = colour_gallery.matching(truth[[1, 2, 0]], truth, order, "title")
    fields = np.array(picture.figure.axes).reshape(4, 4)[1:, 1:]
    bold = np.array([[axes.texts[0].get_weight() == "bold" for axes in row] for row in fields])
    assert np.array_equal(np.argwhere(bold), [[0, 2], [1, 0], [2, 1]])
    assert all(axes.texts[0].get_text() == "0.0000" for axes in fields[bold])
    assert fields[0, 0].texts[0].get_text() == "0.2500"
    assert "true 0 with found 2" in picture.description
    unmarked = colour_gallery.matching(truth, truth, None, "title")
    assert "pairs" not in unmarked.description


def test_two_rows_stand_one_below_the_other():
    upper, lower = np.zeros((3, 4, 4)), np.ones((3, 4, 4))
    axes = colour_gallery.two_rows(upper, lower, ["sent", "found"], ["a", "b", "c"], "title").figure.axes
    assert [axis.images[0].get_array().max() for axis in axes] == [0, 0, 0, 1, 1, 1]
    assert axes[0].get_ylabel() == "sent" and axes[3].get_ylabel() == "found"
    assert [axis.get_title() for axis in axes[:3]] == ["a", "b", "c"]


def test_counts_are_written_beside_their_bars():
    picture = colour_gallery.counts({"two": 9, "four": 0}, 10, "title")
    assert texts(picture.figure.axes[0]) == ["9 of 10", "0 of 10"]
    assert "two 9 of 10, four 0 of 10" in picture.description
