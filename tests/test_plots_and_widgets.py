import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from helpers import diagrams, plots, widgets
from helpers.optimizers import Record


@pytest.fixture(scope="module")
def record():
    rng = np.random.default_rng(0)
    record = Record()
    for step in range(60):
        record.images.append(rng.uniform(size=(1, 28, 28)))
        record.probabilities.append(rng.dirichlet(np.ones(10), 1))
        record.distances.append(10.0 ** (-step / 10))
        record.seconds.append(step / 100)
    return record


def pictures(record):
    noise = np.random.default_rng(0).uniform(size=(28, 28))
    return {
        "images": plots.images([noise, np.stack([noise] * 3, axis=2)], ["grey", "colour"], "Two"),
        "gradient_noise": plots.gradient_noise([np.ones((100, 7)), np.ones(3)], "Noise"),
        "stills": plots.stills(record, [0, 10, 59], "Stills"),
        "frame": plots.frame(record, 5),
        "distances": plots.distances({"Adam": record.distances, "L-BFGS": record.distances[:9]}, "Falling"),
        "bars": plots.bars({"before": [0.1, -0.2], "after": [2, 5]}, ["a", "b"], "Bars"),
        "one_times_kernel": diagrams.one_times_kernel([2, 5, 7], "Wires"),
        "two_trainings": diagrams.two_trainings(),
        "deep_leakage_model": diagrams.deep_leakage_model(),
    }


def test_pictures_are_reproducible_described_and_wide_enough(record):
    first, second = pictures(record), pictures(record)
    descriptions = [picture.description for picture in first.values()]
    assert len(set(descriptions)) == len(descriptions)
    for name, picture in first.items():
        data, metadata = picture._repr_mimebundle_()
        assert data["image/png"] == second[name].png, name
        assert data["text/plain"] == picture.description and len(picture.description) > 20
        image = Image.open(io.BytesIO(data["image/png"]))
        assert image.width == pytest.approx(2 * metadata["image/png"]["width"], abs=2)
        assert b"Software" not in data["image/png"] and b"Date" not in data["image/png"]


def test_no_text_is_cut_off_or_overlaps(record):
    """Every text lies inside its figure, and no two texts of a figure cover each other."""
    for name, picture in pictures(record).items():
        figure = picture.figure
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        boxes = [
            (text.get_text(), text.get_window_extent(renderer))
            for text in figure.findobj(lambda artist: hasattr(artist, "get_text") and artist.get_visible())
            if text.get_text().strip() and getattr(text, "axes", None) is not None or text in figure.texts
        ]
        width, height = figure.bbox.width, figure.bbox.height
        for text, box in boxes:
            if _is_tick_outside(box, figure):
                continue
            assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, (name, text)
        for i, (text, box) in enumerate(boxes):
            for other, other_box in boxes[i + 1 :]:
                covered = box.shrunk(0.9, 0.8).overlaps(other_box.shrunk(0.9, 0.8))
                assert not covered or text == other, (name, text, other)


def _is_tick_outside(box, figure):
    """matplotlib keeps labels of ticks that lie beyond the axis and are not drawn."""
    return not any(axes.bbox.padded(60).contains(*box.get_points().mean(axis=0)) for axes in figure.axes)


def test_a_movie_plays_once_is_short_and_small(record):
    movie = plots.movie(record, "From noise")
    image = Image.open(io.BytesIO(movie.gif))
    assert "loop" not in image.info and 15 < image.n_frames <= 30
    milliseconds = 0
    for frame in range(image.n_frames):
        image.seek(frame)
        milliseconds += image.info["duration"]
    assert 3000 < milliseconds <= 5000
    assert len(movie.gif) < 300_000
    assert movie._repr_mimebundle_()[0]["text/plain"] == movie.description


def test_dragging_changes_the_picture_and_not_its_size(record):
    slider = widgets.frames(record)
    first = slider.image.value
    slider.sliders[0].value = 30
    second = slider.image.value
    assert first != second
    assert Image.open(io.BytesIO(first)).size == Image.open(io.BytesIO(second)).size
    slider.sliders[0].value = 0
    assert slider.image.value == first


def test_a_slider_without_a_kernel_says_where_to_look(record):
    data = widgets.frames(record)._repr_mimebundle_()
    assert "needs a running notebook" in data["text/plain"] and "row of pictures" in data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_two_sliders_draw_one_picture_and_start_where_they_are_told():
    def draw(left, right):
        return plots.bars({"": [left, right]}, ["left", "right"], "Two numbers")

    slider = widgets.Slider(draw, {"left": [1, 2, 3], "right": [1, 2]}, "Look below.", start={"left": 2})
    assert slider.values == (2, 1) and slider.image.value == draw(2, 1).png
    slider.sliders[1].value = 2
    assert slider.values == (2, 2) and slider.image.value == draw(2, 2).png
    assert "“left” and “right”, need a running notebook. Look below." in slider._repr_mimebundle_()["text/plain"]
