"""The pictures of functions (helpers.curves, helpers.landscapes), and what they compute."""

import inspect
import io

import numpy as np
import pytest
from PIL import Image

from helpers import curves, editions, landscapes
from helpers.curves import hill
from helpers.curves import hill_slope as exact
from helpers.curves import mountain as land

SPANS = ((0, 8), (0, 6))


def pictures():
    walk = landscapes.downhill(exact, 1.0, 0.1, 5)
    return {
        "slopes_on": curves.slopes_on(hill, [1, 4, 5], (0, 6), "Slopes"),
        "roads": curves.roads({"up": ((1, 1), (5, 3)), "down": ((1, 4), (5, 1))}, "Roads"),
        "chord": curves.chord(hill, exact, 2, 1),
        "chords": curves.chords(hill, exact, [(2, 2), (5, 0.1)], "Chords"),
        "zoom": curves.zoom(hill, 2, [6, 1], "Zoom"),
        "curve_and_slopes": curves.curve_and_slopes(hill, [1, 2], [1.1, 1.5], (0, 6), "Both"),
        "logarithmic": curves.logarithmic({"a": ([1, 2], [3, 400])}, "Tens", "x", "y", marks=[(1, 3)]),
        "contour_map": landscapes.contour_map(land, SPANS, "Map"),
        "slices": landscapes.slices(land, 2, 2, SPANS, "Slices"),
        "gradient": landscapes.gradient(land, 2, 2, SPANS),
        "gradients": landscapes.gradients(land, [(2, 2), (6, 2)], SPANS, "Arrows"),
        "puzzle": landscapes.puzzle(land, [(2, 2)], {"a": (1, 1), "b": (-1, 1)}, SPANS, "Which?"),
        "walks": landscapes.walks(land, {"one": [(1, 1), (2, 2)]}, SPANS, "Walks"),
        "descent": landscapes.descent(hill, walk, (-1, 7), "Descent"),
        "descents": landscapes.descents(hill, {"one": walk, "two": [9.0, -9.0]}, (-1, 7), "Descents"),
        "lines": landscapes.lines(np.arange(3), np.arange(3), {"step 0": (0, 0)}, "Lines"),
        "two_slopes": landscapes.two_slopes([1, 3], [-8, -4], "Two"),
    }


def test_pictures_are_reproducible_described_and_as_wide_as_they_say():
    first, second = pictures(), pictures()
    assert len({picture.description for picture in first.values()}) == len(first)
    for name, picture in first.items():
        data, metadata = picture._repr_mimebundle_()
        assert data["image/png"] == second[name].png, name
        assert len(picture.description) > 20
        width = Image.open(io.BytesIO(data["image/png"])).width
        assert width == pytest.approx(2 * metadata["image/png"]["width"], abs=2)


def test_what_is_dragged_keeps_its_size():
    sizes = {Image.open(io.BytesIO(curves.chord(hill, exact, x, step).png)).size for x, step in ((2, 2), (6, 0.01))}
    assert len(sizes) == 1
    sizes = {Image.open(io.BytesIO(landscapes.gradient(land, *place, SPANS).png)).size for place in ((2, 2), (7, 5))}
    assert len(sizes) == 1


def test_the_lessons_show_the_recipes_that_were_drawn():
    sources = "".join(path.read_text(encoding="utf-8") for path in editions.sources())
    for function in (curves.hill, curves.hill_slope, curves.mountain, curves.bowl, curves.valley):
        body = inspect.getsource(function).split('"""')[2].strip("\n")
        assert body in sources, function.__name__


def test_the_numbers_in_a_picture_are_those_of_the_function():
    assert curves.numeric_gradient(hill, 2.0) == pytest.approx([1.5], abs=1e-6)
    assert curves.numeric_gradient(land, 2.0, 2.0) == pytest.approx([2, 4], abs=1e-5)
    title = landscapes.gradient(land, 6, 2, SPANS).figure.get_suptitle()
    assert title == "At (6, 2) the gradient is [−2.00, 4.00]"
    assert "[0.00, 0.00]" in landscapes.gradient(land, 4, 3, SPANS).figure.get_suptitle()
    assert "1.3750, exact (blue) 1.5000" in curves.chord(hill, exact, 2, 1).figure.axes[0].get_title()


def test_the_drawn_arrow_points_uphill_at_a_right_angle_to_the_contour_line():
    arrow = next(
        text
        for text in landscapes.gradient(land, 2, 2, SPANS).figure.axes[0].texts
        if hasattr(text, "arrow_patch") and text.arrow_patch is not None
    )
    move = np.subtract(arrow.xy, arrow.xyann)
    assert move == pytest.approx(landscapes.ARROW * np.array([2, 4]), abs=1e-4)
    along, across = 1e-3 * move, 1e-3 * np.array([-move[1], move[0]])
    gain = land(2 + along[0], 2 + along[1]) - land(2, 2)
    assert gain > 0 and abs(land(2 + across[0], 2 + across[1]) - land(2, 2)) < gain / 100


def test_downhill_is_the_line_of_lesson_03():
    assert landscapes.downhill(lambda x: 2 * (x - 3), 7, 0.1, 2) == pytest.approx([7, 6.2, 5.56])
    assert landscapes.downhill(lambda x: 2 * (x - 3), 7, 0.5, 0) == [7.0]
