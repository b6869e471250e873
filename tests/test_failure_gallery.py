"""The pictures of lesson 13, on a sweep that was made up: what is counted, what is drawn, that nothing is cut off."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from helpers import failure_gallery, sweep_failures


@pytest.fixture(scope="module")
def rows():
    """Sigmoid always comes back, tanh with Glorot alone, swish in the first block, ReLU never."""
    text = sweep_failures.as_text(np.linspace(0, 1, 784).reshape(28, 28))
    rows = []
    for setting in sweep_failures.settings():
        back = {
            "sigmoid": True,
            "tanh": setting["weights"] == "glorot",
            "swish": setting["first"] == 0,
            "relu": False,
        }[setting["activation"]]
        for place in sweep_failures.chosen()[setting["first"] :][:5]:
            row = {"picture": int(place), "mse": 1e-6 if back else 0.2, "right": True, "stopped": "steps"}
            rows.append({**setting, **row, "thumbnail": text if setting["first"] == 0 else None})
    nothing = next(row for row in rows if row["activation"] == "relu" and row["weights"] == 1)
    nothing.update(mse=None, right=None, thumbnail=None, stopped="nothing sent")
    return rows


def pictures(rows):
    return {
        "grid": failure_gallery.grid(rows, "Counts"),
        "bars": failure_gallery.bars({"one": (3, 20), "two": (20, 20)}, "Bars"),
        "pairs": failure_gallery.bars({"one": [(3, 20), (5, 20)], "two": [(0, 20), (20, 20)]}, "Pairs"),
        "five": failure_gallery.five_runs(rows, "ReLU", "±1"),
        "sheet": failure_gallery.sheet(rows, {"paper": {}, "tanh": {"activation": "tanh"}}, "Sheet"),
        "activations": failure_gallery.activations("Curves"),
        "roads": failure_gallery.roads({"a": ([0, 0.5, 1], [0, 2, 1]), "b": ([0, 1], [0, 5])}, "Roads"),
        "shares": failure_gallery.flat_shares({"tanh": [0, 0.3, 0.7, 0], "sigmoid": [0, 0, 0.2, 0]}, "Flat"),
    }


def test_the_table_counts_each_setting_of_the_grid(rows):
    texts = [text.get_text() for text in failure_gallery.grid(rows, "Counts").figure.axes[0].texts]
    assert texts == ["20 of 20"] * 4 + ["0 of 20"] * 3 + ["20 of 20"] + ["0 of 20"] * 4 + ["5 of 20"] * 4


def test_bars_say_every_count(rows):
    drawn = pictures(rows)
    assert "one 3 of 20; two 20 of 20" in drawn["bars"].description
    assert "one 3 of 20, then 5 of 20; two 0 of 20, then 20 of 20" in drawn["pairs"].description
    assert [patch.get_width() for patch in drawn["bars"].figure.axes[0].patches] == [15, 100]


def test_five_runs_say_what_came_back_and_where_nothing_was_sent(rows):
    axes = failure_gallery.five_runs(rows, "ReLU", "±1").figure.axes
    assert "nothing" in axes[5].texts[0].get_text() and not axes[5].images
    assert axes[6].get_title() == "failed\nmse 0.2"
    good = failure_gallery.five_runs(rows, "tanh", "Glorot")
    assert good.figure.axes[5].get_title() == "came back\nmse 1e-06" and "20 of 20" in good.description


def test_five_runs_of_every_setting_have_one_size(rows):
    sizes = set()
    for activation in failure_gallery.NAMES.values():
        for weights in failure_gallery.RANGES.values():
            sizes.add(tuple(failure_gallery.five_runs(rows, activation, weights).figure.get_size_inches()))
    assert len(sizes) == 1


def test_the_corner_of_relu_has_no_slope_and_swish_is_smooth():
    figure = failure_gallery.activations("Curves").figure
    slopes = [axes.lines[0].get_ydata() for axes in figure.axes[4:]]
    assert np.isnan(slopes[2][200]) and slopes[2][199] == 0 and slopes[2][201] == 1
    assert np.abs(np.diff(slopes[3])).max() < 0.02


def test_pictures_are_described_and_no_text_is_cut_off_or_covered(rows):
    drawn = pictures(rows)
    assert len({picture.description for picture in drawn.values()}) == len(drawn)
    for name, picture in drawn.items():
        renderer = FigureCanvasAgg(picture.figure).get_renderer()
        picture.figure.draw(renderer)
        texts = [*picture.figure.texts, picture.figure._suptitle]
        for axes in picture.figure.axes:
            texts += [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts if text.get_text().strip()]
        for number, (text, box) in enumerate(boxes):
            inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= picture.figure.bbox.width + 1
            assert inside and box.y1 <= picture.figure.bbox.height + 1, (name, text)
            for other, other_box in boxes[number + 1 :]:
                assert text == other or not box.shrunk(0.9, 0.8).overlaps(other_box.shrunk(0.9, 0.8)), (
                    name,
                    text,
                    other,
                )
