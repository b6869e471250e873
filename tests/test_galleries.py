"""The pictures of pictures: what is laid out where, and what a colour means."""

import numpy as np
import pytest

from helpers import galleries


def shown(picture):
    """The arrays that a picture's axes show, in order, with their limits."""
    images = [axes.images[0] for axes in picture.figure.axes if axes.images]
    return [(np.asarray(image.get_array()), image.get_clim()) for image in images]


def test_mosaic_lays_pictures_out_row_by_row_with_white_between():
    pictures = np.arange(5)[:, None] * np.ones((5, 4)) / 10
    large = galleries.mosaic(pictures)
    assert large.shape == (10, 10)
    assert [large[0, 0], large[0, 4], large[0, 8], large[4, 0], large[4, 4]] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert large[0, 2] == 1 and large[8, 8] == 1
    assert np.array_equal(galleries.mosaic(pictures[:1]), np.zeros((2, 2)))


def test_zero_is_the_middle_grey_whatever_the_size_and_the_sign():
    columns = [np.array([0, 1e-6, 0, 0]), np.array([0, -50.0, 0, 3]), np.zeros(4)]
    picture = galleries.signed(columns, ["a", "b", "c"], "title", np.ones((1, 4)))
    for (numbers, (low, high)), column in zip(shown(picture)[1:], columns):
        assert low == -high and high == (np.max(np.abs(column)) or 1)
        assert np.array_equal(numbers.ravel(), column)


def test_confusion_writes_every_count_and_says_how_many_are_wrong():
    picture = galleries.confusion([[5, 2], [0, 3]], "title")
    assert [text.get_text() for text in picture.figure.axes[0].texts] == ["5", "2", "·", "3"]
    assert "10 answers" in picture.description and "2 are wrong" in picture.description


def test_pushed_draws_the_change_on_a_fixed_scale_and_keeps_its_size():
    before, after = np.full((2, 2), 0.5), np.array([[0.5, 0.6], [0.4, 0.5]])
    picture = galleries.pushed(before, after, [0.9, 0.1], [0.2, 0.8], 0.3, "title")
    change, limits = shown(picture)[2]
    assert limits == (-0.3, 0.3) and np.allclose(change, after - before)
    assert "says 0 before and 1 after" in picture.description
    same = galleries.pushed(before, before, [0.9, 0.1], [0.9, 0.1], 0.3, "another, longer title")
    assert tuple(same.figure.get_size_inches()) == tuple(picture.figure.get_size_inches())


def test_signed_keeps_its_size_when_the_batch_grows():
    sizes = {
        tuple(galleries.signed([np.ones(4)], ["a"], "t", np.ones((n, 4))).figure.get_size_inches()) for n in (1, 2, 16)
    }
    assert len(sizes) == 1


def test_the_riddle_shows_candidates_above_and_columns_below():
    picture = galleries.riddle([np.zeros((2, 2))] * 5, [np.ones(4), -np.ones(4)], ["left", "right"], "title")
    titles = [axes.get_title() for axes in picture.figure.axes]
    assert titles[:5] == list("abcde")
    assert [title for title in titles[5:] if title] == ["left", "right"]


def test_the_bar_of_epochs_is_silent_where_tqdm_is_switched_off(monkeypatch, capsys):
    for switch, silent in (("1", True), ("", False)):
        monkeypatch.setenv("TQDM_DISABLE", switch)
        bar = galleries.epoch_bar()
        assert bar.epoch_bar.disable is silent
        bar.epoch_bar.close()
