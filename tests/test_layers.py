"""The pictures of lessons 02 and 04 show the numbers that the lessons compute."""

import numpy as np
import pytest
import tensorflow as tf

from helpers import diagrams, layers


def texts(picture):
    return " ".join(text.get_text() for text in picture.figure.findobj(lambda artist: hasattr(artist, "get_text")))


@pytest.mark.parametrize("w, x", [(3.0, 2.0), (5.0, 3.0), (1.25, 0.5)])
def test_both_slopes_are_those_of_the_tape(w, x):
    boxes = [tf.Variable(w), tf.Variable(x)]
    with tf.GradientTape() as tape:
        loss = (boxes[0] * boxes[1] - 10.0) ** 2
    shown = texts(layers.both_slopes(w, x, t=10))
    for slope in tape.gradient(loss, boxes):
        assert f"= {round(float(slope), 2):g}".replace("-", "−") in shown


def test_a_widgets_picture_keeps_its_size():
    sizes = {tuple(layers.both_slopes(w, x, 10).figure.get_size_inches()) for w, x in ((1, 0.5), (7, 5))}
    assert len(sizes) == 1
    sizes = {tuple(layers.softmax_bars(logits, 0).figure.get_size_inches()) for logits in ((-4, 4, 4), (0, 0, 0))}
    assert len(sizes) == 1


@pytest.mark.parametrize("logits", [(2, 1, 0), (-4, 4, 4), (0, 0, 0)])
def test_softmax_bars_show_tensorflows_softmax_and_loss(logits):
    p = tf.nn.softmax(np.array(logits, "float64")).numpy()
    picture = layers.softmax_bars(logits, true=0)
    heights = [bar.get_height() for bar in picture.figure.axes[1].patches]
    assert np.allclose(heights, p) and f"{-np.log(p[0]):.2f}" in texts(picture)
    assert picture.figure.axes[2].patches[0].get_height() < picture.figure.axes[2].get_ylim()[1]


def test_the_slopes_under_the_activations_are_theirs():
    axes = layers.activations("flat").figure.axes
    for upper, lower in ((axes[0], axes[2]), (axes[1], axes[3])):
        z, values = upper.lines[0].get_data()
        middle = (values[2:] - values[:-2]) / (z[2:] - z[:-2])
        slopes = lower.lines[0].get_ydata()[1:-1]
        assert np.nanmax(np.abs(middle - slopes)) < 0.01


def test_curves_mark_the_value_at_the_place():
    x = np.linspace(-2, 2.2, 200)
    shown = texts(layers.curves({"cube": x**3 - 3 * x, "slope": 3 * x**2 - 3}, x, mark=2, title="two"))
    assert "2" in shown.split() and "9" in shown.split()


def test_a_layer_on_paper_and_a_stamp_show_the_right_results():
    shown = texts(diagrams.layer_on_paper([2, 1, 3], [[1, 0], [2, -1], [0, 2]], [0.5, -1], "a layer"))
    assert "= 4.5" in shown and "= 4" in shown
    picture, stamp = np.arange(25).reshape(5, 5) ** 2 % 7, np.array([[1, -1, 0], [2, 0, 1], [0, 3, -2]])
    drawn = diagrams.stamp(picture.tolist(), stamp.tolist(), (1, 2), "a stamp")
    assert f"gives {np.sum(picture[1:4, 2:5] * stamp)}:" in repr(drawn)


def test_a_relay_shows_every_station_and_every_rate():
    shown = texts(diagrams.relay([("way", "100"), ("petrol", "6")], ["0.06"], "0.06 in all", "relay"))
    assert all(word in shown for word in ("way\n100", "petrol\n6", "0.06 in all"))
    assert texts(diagrams.where_the_tape_is_blind()).count("×") == 4
