"""Pictures of the paper's attack: how it works, its distance as a curve, what it found (lesson 10).

Each returns a plots.Picture. The mathematics is in the lesson; here things are drawn only.
"""

import os

import numpy as np
from tqdm.auto import tqdm

from helpers.diagrams import _arrow, _box, _canvas
from helpers.plots import BLUE, DARK_ORANGE, GREEN, GREY, ORANGE, PURPLE, RED, Picture, _show_image, new_figure


def overview():
    """Figure 2 of *Deep Leakage from Gradients*, for this code: participant above, attacker below, the way back."""
    figure, axes = _canvas(9.6, 5.0, 17.0, 8.5, "Guess, compare the gradients, guess better")
    axes.text(0.1, 8.15, "the participant, at home", fontsize=12, weight="bold", va="center")
    axes.text(0.1, 4.45, "the attacker", fontsize=12, weight="bold", va="center")
    for y, who, colors, width in ((6.6, "private", (GREY, GREY), 2.2), (2.3, "dummy", (GREEN, RED), 3.5)):
        names = ("x", "y") if who == "dummy" else ("", "")
        style = {"linestyle": "--"} if who == "private" else {}
        _box(axes, 2.0, y + 0.72, f"{who} picture {names[0]}", colors[0], 3.3, 0.8, width, **style)
        _box(axes, 2.0, y - 0.72, f"{who} label {names[1]}", colors[1], 3.3, 0.8, width, **style)
        _box(axes, 7.1, y, "the network\n(does not change)", GREY, 3.0, 1.4)
        _arrow(axes, (3.8, y + 0.72), (5.5, y + 0.25))
        _arrow(axes, (3.8, y - 0.72), (5.5, y - 0.25))
        _arrow(axes, (8.75, y), (10.35, y))
    _box(axes, 11.9, 6.6, "captured\ngradient g", GREY, 2.6, 1.4)
    _box(axes, 11.9, 2.3, "gradient of\nthe dummy f(x, y)", GREY, 2.9, 1.4)
    _box(axes, 15.6, 4.45, "distance D", BLUE, 2.2, 1.0, 3)
    _arrow(axes, (13.3, 6.3), (15.0, 5.1))
    _arrow(axes, (13.45, 2.6), (15.0, 3.8))
    axes.plot([15.9, 15.9, 2.0], [3.85, 0.35, 0.35], color=ORANGE, linewidth=2.5)
    _arrow(axes, (2.0, 0.33), (2.0, 1.1), color=ORANGE)
    axes.text(8.9, 0.5, "change x and y so that D falls, and again", ha="center", va="bottom", fontsize=11)
    axes.plot([13.6, 13.6], [7.6, 5.5], ":", color=PURPLE, linewidth=1.5)
    axes.text(13.75, 7.45, "only this\nis sent", fontsize=10, color=PURPLE, va="center")
    return Picture(
        figure,
        "Above, a private picture and label make the captured gradient; below, a dummy picture and label make another "
        "one. The distance of the two leads back to the dummy.",
    )


def two_tapes():
    """One inside the other: the inner tape takes the dummy's gradient, the outer one the slopes of the distance."""
    figure, axes = _canvas(9.6, 4.0, 17.0, 6.6, "The outer tape hears all that the inner one does")
    _box(axes, 8.55, 3.5, "", ORANGE, 13.0, 5.4, 2.5, linestyle="--")
    _box(axes, 6.1, 3.55, "", BLUE, 7.3, 3.3, 2.5, linestyle="--")
    axes.text(2.3, 5.7, "outer tape", fontsize=12, color=DARK_ORANGE, va="center")
    axes.text(2.7, 4.75, "inner tape: base_model.gradient", fontsize=11, color=BLUE, va="center")
    _box(axes, 0.95, 3.3, "x, y", GREEN, 1.2, 1.0, 3)
    _box(axes, 4.2, 3.3, "network", GREY, 2.0, 1.0)
    _box(axes, 8.0, 3.3, "loss", GREY, 1.6, 1.0)
    _box(axes, 13.1, 3.3, "distance D", GREY, 2.5, 1.0)
    _arrow(axes, (1.65, 3.3), (3.05, 3.3))
    _arrow(axes, (5.35, 3.3), (7.05, 3.3))
    _arrow(axes, (9.0, 3.3), (11.7, 3.3), "f(x, y)", color=BLUE, above=0.15)
    axes.plot([13.1, 13.1, 0.95], [2.7, 1.4, 1.4], color=ORANGE, linewidth=2.5)
    _arrow(axes, (0.95, 1.38), (0.95, 2.7), color=ORANGE)
    axes.text(7.2, 1.3, "slopes of D, in x and in y", ha="center", va="top", fontsize=11)
    _box(axes, 16.1, 5.6, "g", GREY, 0.9, 0.8)
    _arrow(axes, (15.6, 5.3), (14.0, 3.95))
    return Picture(figure, "An inner tape turns x and y into a gradient; an outer tape goes back from D to x and y.")


def distance_over_x(functions, title, span=(-3, 3), marks=None, ylim=None):
    """The distance between the slopes, as a curve over the dummy number x.

    Args:
        functions: a dict from a caption to a function from an array of x to distances; one panel each.
        title: the message.
        span: (from, to), which x are drawn.
        marks: a dict from a caption to walks, lists of places; of each the first is a black square, the last an
            orange diamond.
        ylim: (from, to) of the distance.
    """
    figure, axes = new_figure(len(functions), width=max(6, 4.2 * len(functions)), height=3.5, title=title, sharey=True)
    x = np.linspace(*span, 400)
    for axis, (caption, function) in zip(axes[0], functions.items()):
        axis.plot(x, function(x), color=BLUE, linewidth=2.5)
        for walk in (marks or {}).get(caption, []):
            heights = [function(place) for place in walk]
            axis.plot(walk, heights, "o-", color=ORANGE, markersize=4, linewidth=1)
            axis.plot(walk[:1], heights[:1], "s", color="black", markersize=8)
            axis.plot(walk[-1:], heights[-1:], "D", color=ORANGE, markersize=9, markeredgecolor="black")
        axis.axhline(0, color=GREY, linewidth=0.8)
        axis.set(xlabel="dummy x", xlim=span, xticks=range(int(span[0]), int(span[1]) + 1))
        axis.set_title(caption, fontsize=11)
        axis.grid(alpha=0.25)
    axes[0, 0].set(ylabel="distance D", **({"ylim": ylim} if ylim else {}))
    return Picture(figure, f"The distance as a curve over the dummy x, {', '.join(functions)}: {title}.")


def pairs(secrets, found, captions, title):
    """Secret pictures in the upper row, what was found in the lower row.

    Args:
        secrets, found: lists of (height, width) arrays in [0, 1], equally many.
        captions: one str for each pair, written under it.
        title: the message.
    """
    figure, axes = new_figure(len(secrets), rows=2, width=max(6, 1.0 * len(secrets)), height=1.4, title=title)
    for column, (secret, picture, caption) in enumerate(zip(secrets, found, captions)):
        _show_image(axes[0, column], secret)
        _show_image(axes[1, column], picture)
        axes[1, column].set_xlabel(caption, fontsize=9)
    axes[0, 0].set_ylabel("secret", fontsize=10)
    axes[1, 0].set_ylabel("found", fontsize=10)
    return Picture(figure, f"{len(secrets)} secret pictures above, what was found below: {title}.")


def two_stops(record, stops, title):
    """Where two rules end the same search: on the curve of distances, and the picture that each would return.

    Args:
        record: an optimizers.Record of a search for one picture.
        stops: a dict from a rule's name to (the bound on the distance, the step at which it stops), two of them.
        title: the message.
    """
    figure, axes = new_figure(3, width=9.2, height=3.3, title=title, width_ratios=(2.0, 1, 1))
    axes[0, 0].plot(record.distances, color=GREY, linewidth=2)
    for (name, (bound, step)), color, style, axis in zip(stops.items(), (ORANGE, BLUE), ("--", ":"), axes[0, 1:]):
        axes[0, 0].axhline(bound, color=color, linestyle=style, linewidth=2, label=name)
        axes[0, 0].plot([step], [record.distances[step]], "o", color=color, markersize=9, markeredgecolor="black")
        _show_image(axis, record.images[step][0], f"{name}\nstep {step}")
    axes[0, 0].set_yscale("log")
    axes[0, 0].set_xlabel("step", fontsize=10)
    axes[0, 0].set_title("distance D", fontsize=11)
    axes[0, 0].legend(fontsize=9)
    axes[0, 0].grid(alpha=0.3)
    return Picture(figure, f"One search and two rules to stop it, {' and '.join(stops)}: {title}.")


def counting(items, unit):
    """The items one by one, under a progress bar that counts them.

    Args:
        items: a list or a range.
        unit: what one item is called.

    The bar is silent where TQDM_DISABLE is set, tqdm's own switch, which its notebook form overlooks.
    """
    return tqdm(items, unit=unit, disable=bool(os.environ.get("TQDM_DISABLE")))
