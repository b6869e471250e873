"""How well the text of a picture can be read: WCAG's contrast between each text and what lies under it."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.text import Text

NEEDED = 4.5  # WCAG 2.1, success criterion 1.4.3


def luminance(rgb):
    """The relative luminance of colours (..., 3) between 0 and 1, as WCAG defines it."""
    rgb = np.asarray(rgb, "float64")
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """From 1, the same colour, to 21, black on white."""
    dark, light = np.sort([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def faint_texts(figure):
    """The texts of a matplotlib figure with too little contrast: a list of (text, contrast)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    figure.set_layout_engine("none")  # nothing moves when the texts are taken away
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [text.get_window_extent() for text in texts]
    for text in texts:
        text.set_visible(False)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255  # row 0 is the lowest, as in the boxes
    faint = []
    for text, box in zip(texts, boxes):
        text.set_visible(True)
        left, low, right, high = np.maximum(np.round(box.extents), 0).astype(int)
        under = pixels[low:high, left:right].reshape(-1, 3)
        if len(under) and not text.get_path_effects():  # an outline brings its own background
            background = np.median(under, axis=0)
            *color, alpha = to_rgba(text.get_color(), text.get_alpha())
            ratio = contrast(alpha * np.array(color) + (1 - alpha) * background, background)
            if ratio < NEEDED:
                faint.append((text.get_text(), round(float(ratio), 1)))
    return faint
