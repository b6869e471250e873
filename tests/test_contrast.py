"""The measure of contrast that conftest.py holds every picture to."""

import pytest

from helpers import plots
from tests.contrast import contrast, faint_texts


def figure_with_text(background, color, **text):
    figure, axes = plots.new_figure(1)
    axes[0, 0].set_facecolor(background)
    axes[0, 0].text(0.5, 0.5, "read me", color=color, **text)
    return figure


def test_contrast_is_that_of_wcag():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast((1, 1, 1), (0x76 / 255,) * 3) == pytest.approx(4.54, abs=0.01)  # WCAG's own border case


@pytest.mark.parametrize("background, color", [("white", "#E69F00"), ("#0072B2", "black"), ("yellow", "white")])
def test_a_pale_text_is_found(background, color):
    [(text, ratio)] = faint_texts(figure_with_text(background, color))
    assert text == "read me" and ratio < 4.5


@pytest.mark.parametrize("background, color", [("white", "#0072B2"), ("#00204C", "white"), ("white", "black")])
def test_a_clear_text_is_let_through(background, color):
    assert faint_texts(figure_with_text(background, color)) == []


def test_a_transparent_text_is_as_pale_as_it_looks():
    assert faint_texts(figure_with_text("white", "black", alpha=0.3))
