"""Pictures of leaks that need no search: a column divided by a number, a label in a bar, a batch that comes apart.

Drawn for lesson 09. Each function returns a plots.Picture.
"""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.plots import BLUE, GREY, ORANGE, Picture, _name_axes, _show_image, new_figure

ACROSS = 8  # how many pictures of a batch stand in a row


def signed(numbers):
    """Numbers of either sign as grey or coloured values: 0 is the middle grey, the largest size is black or white.

    Args:
        numbers: an array of any shape.

    Returns:
        An array of the same shape in [0, 1].
    """
    numbers = np.asarray(numbers, "float64")
    return 0.5 + 0.5 * numbers / (np.max(np.abs(numbers)) or 1.0)


def one_division(column, entry, title):
    """A column laid out as a picture, the number it is divided by, and what comes out.

    Args:
        column: (height, width) or (height, width, 3) array of signed numbers.
        entry: the number, not 0.
        title: the message.
    """
    figure, axes = new_figure(3, width=8.6, height=3.1, title=title, width_ratios=(1, 0.75, 1))
    _show_image(axes[0, 0], signed(column), "a column of slopes")
    axes[0, 1].set_axis_off()
    axes[0, 1].text(0.5, 0.5, f"÷  ({entry:.3g})  =", ha="center", va="center", fontsize=17)
    axes[0, 1].text(0.5, 0.3, "one slope of a bias", ha="center", va="center", fontsize=10, color=GREY)
    _show_image(axes[0, 2], np.divide(column, entry), "what comes out")
    return Picture(figure, f"A column of slopes divided by one number gives a picture: {title}.")


def label_bars(bias_gradient, title):
    """The slopes of the last layer's biases as bars, the smallest in orange.

    Args:
        bias_gradient: (classes,) array.
        title: the message.
    """
    bias_gradient = np.asarray(bias_gradient)
    smallest = int(np.argmin(bias_gradient))
    figure, axes = new_figure(1, width=6.4, height=3.0, title=title)
    axis = axes[0, 0]
    colors = [ORANGE if place == smallest else BLUE for place in range(len(bias_gradient))]
    axis.bar(range(len(bias_gradient)), bias_gradient, color=colors, edgecolor="black", linewidth=0.6)
    axis.axhline(0, color=GREY, linewidth=1)
    axis.set(xticks=range(len(bias_gradient)), ylim=(-1.05, 0.65))
    axis.set_xlabel("unit of the last layer, one for each digit", fontsize=10)
    axis.set_ylabel("slope of its bias", fontsize=10)
    return Picture(figure, f"Bars of {len(bias_gradient)} slopes; the smallest belongs to unit {smallest}: {title}.")


def returned(pictures, closest, exact, title, rows=1):
    """The pictures of a batch, and under each the quotient that is closest to it; exact ones in an orange frame.

    Args:
        pictures: (n, side·side) array in [0, 1].
        closest: (n, side·side) array.
        exact: (n,) array of bool.
        title: the message.
        rows: for how many rows of eight pictures there is room; the picture's size depends on nothing else.

    Raises:
        ValueError: more pictures than there is room for.
    """
    if len(pictures) > ACROSS * rows:
        raise ValueError(
            f"rows={rows} has room for {ACROSS * rows} pictures, and there are {len(pictures)}. Give it more rows."
        )
    side = int(round(np.sqrt(np.shape(pictures)[1])))
    figure, axes = new_figure(1, width=9.2, height=0.8 + 2.45 * rows, title=title)
    axis = axes[0, 0]
    axis.set(xlim=(-0.02, ACROSS), ylim=(2.2 * rows, 0), aspect="equal", xticks=[])
    axis.set_frame_on(False)
    for number, (picture, found, is_exact) in enumerate(zip(pictures, closest, exact)):
        row, column = divmod(number, ACROSS)
        for top, shown in ((2.2 * row, picture), (2.2 * row + 1.03, found)):
            place = (column + 0.04, column + 0.96, top + 0.96, top + 0.04)
            axis.imshow(np.reshape(shown, (side, side)), cmap="gray", vmin=0, vmax=1, extent=place)
        width, color = (5, ORANGE) if is_exact else (1, GREY)
        axis.add_patch(Rectangle((place[0], place[3]), 0.92, 0.92, fill=False, edgecolor=color, linewidth=width))
    names = [(2.2 * row + 0.5 + below, ("at home", "divided")[below]) for row in range(rows) for below in (0, 1)]
    filled = names[: 2 * -(-len(pictures) // ACROSS)]
    axis.set_yticks([place for place, _ in filled], [name for _, name in filled], rotation=90, va="center", fontsize=10)
    axis.tick_params(length=0)
    figure.supxlabel("orange frame: exact, to a ten-thousandth in every pixel", fontsize=10)
    return Picture(figure, f"{len(pictures)} pictures, {int(np.sum(exact))} of them came back exactly: {title}.")


def who_wakes(pictures, sums, title):
    """Which picture wakes which unit, for a few units; one that saw one picture only has its square in orange.

    Shown are the first eight units that saw one picture only, and the first eight that saw more.

    Args:
        pictures: (n, side·side) array in [0, 1].
        sums: (n, units) array; a unit is awake for a picture where its sum is above 0.
        title: the message.
    """
    awake = np.asarray(sums) > 0
    times = awake.sum(axis=0)
    units = np.sort(np.concatenate([np.flatnonzero(times == 1)[:8], np.flatnonzero(times > 1)[:8]]))
    side = int(round(np.sqrt(np.shape(pictures)[1])))
    figure, axes = new_figure(1, width=9.0, height=5.1, title=title)
    axis = axes[0, 0]
    for column, unit in enumerate(units):
        for row in range(len(awake)):
            color = (ORANGE if times[unit] == 1 else BLUE) if awake[row, unit] else "#EEEEEE"
            axis.add_patch(Rectangle((column + 0.06, row + 0.06), 0.88, 0.88, color=color))
    for row, picture in enumerate(pictures):
        place = (-1.2, -0.3, row + 0.95, row + 0.05)
        axis.imshow(np.reshape(picture, (side, side)), cmap="gray", vmin=0, vmax=1, extent=place)
    axis.set(xlim=(-1.3, len(units)), ylim=(len(awake), 0), aspect="equal", yticks=[])
    axis.set_xticks(np.arange(len(units)) + 0.5, units, fontsize=10)
    axis.set_frame_on(False)
    axis.tick_params(length=0)
    axis.set_xlabel("unit   (blue: awake · orange: awake for this picture alone · pale: asleep)", fontsize=10)
    return Picture(figure, f"A table of {len(awake)} pictures and {len(units)} units, {title}.")


def wake_shares(shares, title):
    """For each network, how many of its units wake for which share of the pictures.

    Args:
        shares: a dict from a network's name to a (units,) array of shares from 0 to 1.
        title: the message.
    """
    figure, axes = new_figure(len(shares), width=9.6, height=3.1, title=title, sharey=True)
    edges = np.linspace(0, 1, 11)
    for axis, (name, share) in zip(axes[0], shares.items()):
        never = float(np.mean(np.asarray(share) == 0))
        heights = np.histogram(np.asarray(share)[np.asarray(share) > 0], edges)[0] / len(share)
        colors = [ORANGE] * 3 + [BLUE] * 7
        axis.bar(edges[:-1] + 0.05, 100 * heights, 0.092, color=colors, edgecolor="black", linewidth=0.5)
        axis.bar(-0.09, 100 * never, 0.092, color="#CCCCCC", edgecolor="black", linewidth=0.5)
        axis.set_xticks([-0.09, 0.15, 0.5, 1], ["never", "few", "half", "all"], fontsize=9)
        axis.set_title(name, fontsize=11)
        axis.set_xlabel("wakes for so many pictures", fontsize=10)
    axes[0, 0].set_ylabel("units (%)", fontsize=10)
    return Picture(figure, f"How many units wake for how many pictures, {title}: {', '.join(shares)}.")


def counts_by_size(sizes, counts, title):
    """How many pictures of a batch come back exactly, for each batch size and network.

    Args:
        sizes: a list of batch sizes.
        counts: a dict from a network's name to one mean count for each size, at most three.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.8, height=3.7, title=title)
    axis = axes[0, 0]
    places = np.arange(len(sizes))
    axis.plot(places, sizes, ":", color=GREY, label="all of the batch")
    for (name, numbers), color, style in zip(counts.items(), (BLUE, ORANGE, "black"), ("o-", "s--", "^-.")):
        axis.plot(places, numbers, style, color=color, label=name, linewidth=2, markersize=7)
    axis.set(xticks=places, xticklabels=sizes, ylim=(-0.3, 1.1 * max(map(max, counts.values())) + 1))
    _name_axes(axis, "pictures in the batch", "came back exactly (mean)")
    axis.legend(fontsize=9)
    return Picture(figure, f"Curves of how many pictures come back exactly, {title}: {', '.join(counts)}.")
