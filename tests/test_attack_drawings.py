"""The pictures of the paper's attack: what stands where, and what a mark means."""

import numpy as np
import pytest

from helpers import attack_drawings
from helpers.optimizers import Record


def words(picture):
    return [text.get_text() for axes in picture.figure.axes for text in axes.texts]


def test_overview_names_what_the_code_names():
    told = " ".join(words(attack_drawings.overview()))
    for name in ("captured\ngradient g", "f(x, y)", "distance D", "dummy picture x", "dummy label y"):
        assert name in told
    assert told.count("does not change") == 2


def test_two_tapes_lie_one_inside_the_other():
    axes = attack_drawings.two_tapes().figure.axes[0]
    outer, inner = (patch.get_path().get_extents() for patch in axes.patches[:2])
    assert outer.x0 < inner.x0 and inner.x1 < outer.x1 and outer.y0 < inner.y0 and inner.y1 < outer.y1


def test_distance_over_x_marks_where_a_walk_began_and_where_it_ended():
    curves = {"one": lambda x: x**2, "two": lambda x: x**2 + 1}
    picture = attack_drawings.distance_over_x(curves, "title", marks={"two": [[2, 1, 0.5]]}, ylim=(0, 9))
    one, two = picture.figure.axes
    assert len(two.lines) - len(one.lines) == 3
    assert two.get_ylim() == (0, 9) and two.get_xlim() == (-3, 3)
    path, start, end = two.lines[1:4]
    assert list(path.get_ydata()) == [5, 2, 1.25]
    assert (start.get_xdata()[0], start.get_marker()) == (2, "s")
    assert (end.get_xdata()[0], end.get_marker()) == (0.5, "D")


@pytest.mark.parametrize("count", [1, 10])
def test_pairs_put_each_found_picture_under_its_secret(count):
    secrets = np.linspace(0, 1, count)[:, None, None] * np.ones((count, 3, 4))
    picture = attack_drawings.pairs(secrets, 1 - secrets, [f"label {n}" for n in range(count)], "title")
    shown = [np.asarray(axes.images[0].get_array()) for axes in picture.figure.axes]
    assert len(shown) == 2 * count
    assert np.allclose(shown[:count], secrets) and np.allclose(shown[count:], 1 - secrets)
    assert picture.figure.axes[-1].get_xlabel() == f"label {count - 1}"


def test_two_stops_show_the_picture_of_each_step():
    record = Record()
    for step in range(6):
        record.add(np.full((1, 2, 2), step / 10), np.full((1, 10), 0.1), 10.0**-step)
    picture = attack_drawings.two_stops(record, {"early": (0.05, 2), "late": (0.0005, 4)}, "title")
    curve, early, late = picture.figure.axes
    assert np.all(np.asarray(early.images[0].get_array()) == 0.2)
    assert np.all(np.asarray(late.images[0].get_array()) == 0.4)
    dots = [(line.get_xdata()[0], line.get_ydata()[0]) for line in curve.lines if line.get_marker() == "o"]
    assert dots == [(2, pytest.approx(0.01)), (4, pytest.approx(1e-4))]


def test_counting_hands_on_every_item_and_is_silent_on_request(monkeypatch, capsys):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert list(attack_drawings.counting([3, 1, 2], "digit")) == [3, 1, 2]
    assert capsys.readouterr() == ("", "")
