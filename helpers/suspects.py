"""Drawings for lesson 12: the three suspects, where eager and graph part, slopes against the hill, two searches.

Each function returns a plots.Picture.
"""

import numpy as np

from helpers.diagrams import _arrow, _box, _canvas
from helpers.plots import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Picture,
    _name_axes,
    _show_image,
    _show_label,
    new_figure,
)


def line_up():
    """One step of the attack as a round trip, with the three places where the label could get stuck."""
    figure, axes = _canvas(9.6, 4.0, 15.4, 6.3, "Somewhere on this round trip the label gets stuck")
    boxes = (
        (2.3, 5.0, "dummy label y\n(never moves)", RED, ""),
        (7.7, 5.0, "base model:\ngradient f(x, y)", GREY, ""),
        (13.0, 5.0, "distance D", GREY, ""),
        (13.0, 1.7, "captured\ngradient g", ORANGE, "suspect 1"),
        (7.7, 1.7, "slope of D\nat the label", PURPLE, "suspect 3"),
        (2.3, 1.7, "Adam in fit:\nthe step", BLUE, "suspect 2"),
    )
    for x, y, text, color, suspect in boxes:
        _box(axes, x, y, text, color, width=3.5, height=1.4, linewidth=3 if suspect else 2)
        if suspect:
            axes.text(x, 0.35, suspect, ha="center", va="center", fontsize=12, weight="bold", color="black")
    for start, end in (
        ((4.2, 5.0), (5.8, 5.0)),
        ((9.6, 5.0), (11.1, 5.0)),
        ((13.0, 2.6), (13.0, 4.1)),
        ((11.9, 4.1), (9.5, 2.6)),
        ((5.8, 1.7), (4.2, 1.7)),
        ((2.3, 2.6), (2.3, 4.1)),
    ):
        _arrow(axes, start, end)
    return Picture(
        figure,
        "A round trip from the dummy label over the base model and the distance back to the label, with three "
        "suspects: the captured gradient, the step, and the slope at the label.",
    )


def crossroads():
    """What Keras' loss does with probabilities: written out in eager mode, back to the logits in a graph."""
    figure, axes = _canvas(9.6, 4.3, 15.4, 6.8, "The same line of code takes two roads")
    _box(axes, 1.6, 3.4, "logits", GREY, width=2.2, height=1.1)
    _box(axes, 5.2, 3.4, "tf.nn.softmax", GREY, width=2.9, height=1.1)
    _box(axes, 9.0, 3.4, "Keras'\nloss", GREY, width=2.0, height=1.3)
    _box(axes, 13.2, 5.5, "eager:\n−sum of y · log p", GREEN, width=3.7, height=1.3, linewidth=3)
    _box(axes, 13.2, 1.3, "graph: the fused loss,\nfrom the logits", RED, width=3.9, height=1.3, linewidth=3)
    _arrow(axes, (2.8, 3.4), (3.6, 3.4))
    _arrow(axes, (6.8, 3.4), (7.85, 3.4), "p")
    _arrow(axes, (10.1, 3.8), (11.3, 5.0))
    _arrow(axes, (10.1, 3.0), (11.2, 1.9))
    axes.plot([1.6, 1.6], [2.7, 1.3], color=RED, linewidth=1.8, linestyle="--")
    axes.annotate(
        "", (11.1, 1.3), (1.6, 1.3), arrowprops={"arrowstyle": "-|>", "color": RED, "linewidth": 1.8, "linestyle": "--"}
    )
    axes.text(6.0, 0.55, "Keras looks back: a softmax. It takes the logits instead.", ha="center", fontsize=10)
    axes.text(13.2, 4.35, "label slopes right", ha="center", fontsize=10)
    axes.text(13.2, 2.45, "label slopes 0", ha="center", fontsize=10)
    return Picture(
        figure,
        "Logits go through a softmax into Keras' loss. In eager mode it writes the sum out; in a graph it goes back to "
        "the logits and takes the fused loss, whose label slopes are 0.",
    )


def tangents(places, heights, at, slopes, title, name):
    """A curve, and through one of its points a straight line for each slope that somebody claims there.

    Args:
        places: (n,) array, where the curve was computed.
        heights: (n,) array, its heights.
        at: the place of the point, one of `places`.
        slopes: a dict from who claims it to the slope, up to three.
        title: the message.
        name: what is moved, the words under the axis.
    """
    places, heights = np.asarray(places), np.asarray(heights)
    figure, axes = new_figure(1, width=6.8, height=3.6, title=title)
    axis = axes[0, 0]
    axis.plot(places, heights, color=BLUE, linewidth=2.5, label="the distance D")
    height = heights[np.argmin(np.abs(places - at))]
    reach = 0.35 * np.ptp(places)
    ends = np.array([at - reach, at + reach])
    for (who, slope), color, style in zip(slopes.items(), (RED, GREEN, PURPLE), ("--", "-.", ":")):
        axis.plot(ends, height + slope * (ends - at), style, color=color, linewidth=2.2, label=who)
    axis.plot([at], [height], "o", color="black", markersize=8)
    _name_axes(axis, name, "distance D", size=11)
    axis.legend(fontsize=10)
    return Picture(figure, f"A curve with a point and the lines of {', '.join(slopes)}: {title}.")


def ten_slopes(groups, title):
    """A slope for each class as bars, a panel for each way to compute them, all on one scale.

    Args:
        groups: a dict from a caption to an array of slopes.
        title: the message.
    """
    figure, axes = new_figure(len(groups), width=max(6, 3.1 * len(groups)), height=2.9, title=title, sharey=True)
    for axis, (caption, slopes) in zip(axes[0], groups.items()):
        axis.bar(range(len(slopes)), slopes, color=PURPLE)
        axis.axhline(0, color=GREY, linewidth=1)
        axis.set_title(caption, fontsize=11)
        axis.set_xticks(range(len(slopes)))
        axis.tick_params(labelsize=9)
        axis.set_xlabel("class", fontsize=10)
    axes[0, 0].set_ylabel("slope at the label", fontsize=10)
    return Picture(figure, f"A bar for each class, {title}: {', '.join(groups)}.")


def pair(records, step):
    """Two searches at the same step, side by side: picture and label of each.

    Args:
        records: a dict from a name to an optimizers.Record of a search for one picture; two of them.
        step: int; 0 is the first that was recorded.
    """
    figure, axes = new_figure(4, width=10.2, height=2.9, title=f"Step {step}", width_ratios=(1, 1.3, 1, 1.3))
    for left, (name, record) in zip((0, 2), records.items()):
        _show_image(axes[0, left], record.images[step][0], name)
        _show_label(axes[0, left + 1], record.probabilities[step][0])
        axes[0, left + 1].set_title(f"label, {name}", fontsize=11)
    return Picture(figure, f"The dummy pictures and labels of {' and '.join(records)} at step {step}.")


def pair_stills(records, steps, title):
    """Two searches as two rows of moments, each a picture with its label as bars under it.

    Args:
        records: a dict from a name to an optimizers.Record of a search for one picture; two of them.
        steps: which steps to show, ints.
        title: the message.
    """
    figure, axes = new_figure(
        len(steps), rows=4, width=1.75 * len(steps) + 0.4, height=1.65, title=title, height_ratios=(3, 2, 3, 2)
    )
    for top, (name, record) in zip((0, 2), records.items()):
        for column, step in enumerate(steps):
            _show_image(axes[top, column], record.images[step][0], f"step {step}" if top == 0 else None)
            _show_label(axes[top + 1, column], record.probabilities[step][0])
            if top == 0:
                axes[1, column].set_xlabel("")
            if column:
                axes[top + 1, column].set_yticklabels([])
        axes[top, 0].set_ylabel(name, fontsize=11)
        axes[top + 1, 0].set_ylabel("label", fontsize=10)
    told = ", ".join(map(str, steps))
    return Picture(figure, f"Two searches, {' and '.join(records)}, at the steps {told}: {title}.")
