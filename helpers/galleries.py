"""Pictures of pictures: digits in a grid, signed numbers as pictures, a confusion table, a pushed picture.

Drawn for lessons 05 and 06. Signed numbers are grey at 0, white above and black below, so that they survive grey
print and a negative looks like one. Each function returns a plots.Picture.
"""

import os

import numpy as np
from tqdm.keras import TqdmCallback

from helpers.diagrams import _arrow, _box, _canvas
from helpers.plots import BLUE, GREY, ORANGE, PURPLE, Picture, _show_image, new_figure

LETTERS = "abcdefgh"


def mosaic(pictures):
    """Square pictures laid out as one larger square, with white lines between them.

    Args:
        pictures: (n, side·side) or (n, side, side) array in [0, 1].

    Returns:
        A square array; places without a picture are white.
    """
    pictures = np.asarray(pictures)
    side = int(round(np.sqrt(pictures[0].size)))
    across = int(np.ceil(np.sqrt(len(pictures))))
    large = np.ones((across * (side + 2) - 2,) * 2)
    for number, picture in enumerate(pictures):
        top, left = ((side + 2) * place for place in divmod(number, across))
        large[top : top + side, left : left + side] = picture.reshape(side, side)
    return large


def _show_signed(axes, numbers, caption, reach=None):
    """Numbers of either sign: 0 is grey, the largest is white or black. `reach` is that largest, if given."""
    numbers = np.asarray(numbers, "float64")
    side = int(round(np.sqrt(numbers.size)))
    reach = reach or np.max(np.abs(numbers)) or 1.0
    axes.imshow(numbers.reshape(side, side), cmap="gray", vmin=-reach, vmax=reach, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.set_title(caption, fontsize=11)


def sheet(pictures, captions, title, across=8):
    """Small pictures in rows.

    Args:
        pictures: a list of (side, side) arrays in [0, 1].
        captions: one str for each.
        title: the message.
        across: how many stand in a row.
    """
    rows = -(-len(pictures) // across)
    figure, axes = new_figure(across, rows=rows, width=1.15 * across, height=1.5, title=title)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, picture, caption in zip(axes.flat, pictures, captions):
        axis.set_axis_on()
        _show_image(axis, picture, caption)
    return Picture(figure, f"{len(pictures)} small pictures, {title}.")


def confusion(table, title):
    """How often each true digit got each answer: right ones on blue, wrong ones on orange.

    Args:
        table: (classes, classes) array of counts; a row for each true class, a column for each answer.
        title: the message.
    """
    table = np.asarray(table)
    figure, axes = new_figure(1, width=5.6, height=4.9, title=title)
    axis = axes[0, 0]
    right = np.eye(len(table), dtype=bool)
    colors = np.ones((*table.shape, 3))
    colors[right] = 0.80, 0.88, 0.95
    colors[~right & (table > 0)] = 0.98, 0.80, 0.42
    axis.imshow(colors)
    for (row, column), count in np.ndenumerate(table):
        weight = "bold" if count and row != column else "normal"
        axis.text(column, row, count or "·", ha="center", va="center", fontsize=11, weight=weight)
    axis.set(xticks=range(len(table)), yticks=range(len(table)))
    axis.set_xlabel("the network says", fontsize=11)
    axis.set_ylabel("the true digit", fontsize=11)
    return Picture(figure, f"A table of {int(table.sum())} answers, {title}; {int(table[~right].sum())} are wrong.")


def signed(rows, captions, title, pictures, across=6):
    """Lists of signed numbers as pictures, to the right of the pictures that they are to be compared with.

    Args:
        rows: a list of arrays of side·side numbers; each is scaled to its own largest number.
        captions: one str for each.
        title: the message.
        pictures: (n, side·side) array in [0, 1], shown on the left as one picture.
        across: how many stand in a row.
    """
    across = min(across, len(rows))
    height = -(-len(rows) // across)
    figure, axes = new_figure(1, width=3.1 + 1.45 * max(across, 2), height=max(3.2, 1.75 * height), title=title)
    axes[0, 0].remove()
    large = 2 if len(rows) > 1 else 1
    grid = figure.add_gridspec(height, across + large)
    left = figure.add_subplot(grid[:, :large])
    _show_image(left, mosaic(pictures), "the picture" if len(pictures) == 1 else f"{len(pictures)} pictures")
    for number, (numbers, caption) in enumerate(zip(rows, captions)):
        row, column = divmod(number, across)
        _show_signed(figure.add_subplot(grid[row, large + column]), numbers, caption)
    figure.supxlabel("right: grey is 0, white is above 0, black is below 0", fontsize=10)
    return Picture(figure, f"Pictures and {len(rows)} lists of signed numbers as pictures, {title}.")


def riddle(candidates, columns, names, title):
    """Pictures with letters, and below them the columns that some of them made.

    Args:
        candidates: a list of (side, side) arrays in [0, 1].
        columns: a list of arrays of side·side signed numbers, at most as many as the candidates.
        names: one str for each column.
        title: the message.
    """
    across = len(candidates)
    figure, axes = new_figure(across, rows=2, width=1.55 * across, height=2.0, title=title)
    for axis, picture, letter in zip(axes[0], candidates, LETTERS):
        _show_image(axis, picture, letter)
    for axis in axes[1]:
        axis.set_axis_off()
    first = (across - len(columns)) // 2
    places = [first + number + (number > 0 and len(columns) == 2) for number in range(len(columns))]
    for place, numbers, name in zip(places, columns, names):
        axes[1, place].set_axis_on()
        _show_signed(axes[1, place], numbers, name)
    return Picture(figure, f"{across} pictures with the letters {LETTERS[0]} to {LETTERS[across - 1]}, {title}.")


def pushed(before, after, p_before, p_after, bound, title):
    """A picture before and after a push, what was changed, and the probabilities before and after.

    Args:
        before, after: (side, side) arrays in [0, 1].
        p_before, p_after: (classes,) arrays of probabilities.
        bound: the change that is drawn as white or black, a number above 0.
        title: the message.
    """
    figure, axes = new_figure(4, width=10.6, height=2.9, title=title, width_ratios=(1, 1, 1, 1.7))
    _show_image(axes[0, 0], before, "before")
    _show_image(axes[0, 1], after, "after")
    _show_signed(axes[0, 2], after - before, f"change: black −{bound:g}\nto white +{bound:g}", reach=bound)
    places = np.arange(len(p_before))
    axes[0, 3].bar(places - 0.2, p_before, 0.4, color=GREY, label="before")
    axes[0, 3].bar(places + 0.2, p_after, 0.4, color=ORANGE, edgecolor="black", linewidth=0.6, label="after")
    axes[0, 3].set(ylim=(0, 1.05), xticks=places, yticks=(0, 0.5, 1))
    axes[0, 3].set_xlabel("class", fontsize=10)
    axes[0, 3].set_ylabel("probability", fontsize=10)
    axes[0, 3].legend(fontsize=9, loc="upper left", bbox_to_anchor=(0, 1.22), ncols=2, frameon=False)
    said = f"the network says {int(np.argmax(p_before))} before and {int(np.argmax(p_after))} after"
    return Picture(figure, f"A picture before and after a push, and the change; {said}: {title}.")


def flips(bounds, shares, title):
    """How many pictures change their class, for each bound, as bars with their value.

    Args:
        bounds: a list of numbers, how far a pixel may move.
        shares: one number from 0 to 1 for each bound.
        title: the message.
    """
    figure, axes = new_figure(1, width=5.6, height=3.0, title=title)
    drawn = axes[0, 0].bar([f"{bound:g}" for bound in bounds], np.multiply(shares, 100), color=BLUE, width=0.6)
    axes[0, 0].bar_label(drawn, [f"{100 * share:.0f} %" for share in shares], fontsize=11, padding=2)
    axes[0, 0].set(ylim=(0, 115), yticks=(0, 50, 100))
    axes[0, 0].set_xlabel("largest change of a pixel (grey values from 0 to 1)", fontsize=10)
    axes[0, 0].set_ylabel("called an 8 (%)", fontsize=10)
    said = ", ".join(f"{100 * share:.0f} % at {bound:g}" for bound, share in zip(bounds, shares))
    return Picture(figure, f"Bars, {title}: {said}.")


def weights_or_picture():
    """Lesson 05 beside lesson 06: the purple frame, which marks what changes, moves to the picture."""
    figure, axes = _canvas(9.6, 4.2, 15.4, 6.6, "The loop stays. What changes is another box.")
    columns = (
        (0, "lesson 05: train the weights", False, "the true label"),
        (8, "lesson 06: train the picture", True, "the label\nthat we want"),
    )
    for left, head, change_first, target in columns:
        axes.text(left + 3.7, 6.2, head, ha="center", fontsize=12, weight="bold")
        _box(axes, left + 1.6, 4.8, "picture", PURPLE if change_first else GREY, linewidth=4 if change_first else 2)
        _box(axes, left + 5.6, 4.8, "weights", GREY if change_first else PURPLE, linewidth=2 if change_first else 4)
        _box(axes, left + 4.9, 2.8, "prediction", GREY, width=2.3)
        _box(axes, left + 1.5, 2.8, target, GREY, width=2.4, height=1.0)
        _box(axes, left + 3.6, 0.7, "loss: prediction against label", GREY, width=6.0)
        _arrow(axes, (left + 2.7, 4.3), (left + 4.3, 3.3))
        _arrow(axes, (left + 5.6, 4.3), (left + 5.2, 3.3))
        _arrow(axes, (left + 4.7, 2.3), (left + 4.3, 1.2))
        _arrow(axes, (left + 1.8, 2.2), (left + 2.5, 1.2))
    axes.text(7.6, 4.8, "purple\n= changes", ha="center", va="center", fontsize=10, color=PURPLE)
    return Picture(
        figure, "Two columns: lesson 05 holds the picture still and changes the weights, lesson 06 the other way round."
    )


def epoch_bar():
    """A progress bar for `fit` that counts epochs: a Keras callback.

    It is silent where TQDM_DISABLE is set, tqdm's own switch, which its notebook form overlooks.
    """
    return TqdmCallback(verbose=0, disable=bool(os.environ.get("TQDM_DISABLE")))
