"""The pictures of lesson 16 show the numbers that the lesson computes, and a widget's picture keeps its size."""

import numpy as np

from helpers import peel_drawings


def texts(picture):
    return [text.get_text() for text in picture.figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_the_lines_meet_at_the_answer():
    shown = texts(peel_drawings.lines([(2, 1, 8), (1, 1, 5), (1, 2, 7.3)], "lines"))
    best = np.linalg.lstsq([[2, 1], [1, 1], [1, 2]], [8, 5, 7.3], rcond=None)[0]
    assert "(3, 2)" in shown and f"({best[0]:.2f}, {best[1]:.2f})" in shown


def test_the_arrows_of_the_sigmoid_end_where_the_number_went_in():
    picture = peel_drawings.read_backwards([0.12, 0.73], "back")
    ends = [line.get_xdata()[-1] for line in picture.figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert np.allclose(1 / (1 + np.exp(-np.array(ends))), [0.12, 0.73])


def test_tables_and_systems_are_drawn_whole():
    row = (np.zeros((4, 4)), "picture", np.full((3, 2), 0.25), "stamp", np.full((2, 3), -1.5), "outputs")
    shown = texts(peel_drawings.both_ways([row, row], "two"))
    assert shown.count("0.25") == 12 and shown.count("−1.5") == 12 and shown.count("0") == 32
    picture = peel_drawings.system(np.eye(6, 4), 2, "six")
    assert "6 equations for 4 unknowns" in repr(picture) and "2 from\nthe outputs" in texts(picture)


def test_the_scales_say_which_side_is_heavier_and_keep_their_size():
    light, heavy = ("a", 12288, 6672), ("b", 588, 4188)
    shown = texts(peel_drawings.balance([light, heavy], "scales"))
    assert shown.count("too few equations") == 1 and shown.count("enough equations") == 1
    assert "12,288\nunknowns" in shown and "4,188\nequations" in shown
    assert "enough equations" in texts(peel_drawings.balance([("level", 4800, 4800)], "level"))
    sizes = {tuple(peel_drawings.balance([one] * 3, "size").figure.get_size_inches()) for one in (light, heavy)}
    assert len(sizes) == 1


def test_the_way_back_names_all_layers():
    shown = texts(peel_drawings.peeled("back"))
    assert shown.count("solve") == 3 and shown.count("divide") == 1 and "2352" in shown
