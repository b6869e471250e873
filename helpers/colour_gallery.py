"""Pictures for lesson 15: the tables of a colour picture, its roughness, directions, batches that are matched.

Each function returns a plots.Picture.
"""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.metrics import mse
from helpers.plots import BLUE, GREEN, GREY, ORANGE, RED, Picture, _name_axes, _show_image, new_figure


def three_tables(picture, title):
    """A colour picture beside its three tables: how much red, green and blue each pixel has, white is much.

    Args:
        picture: (height, width, 3) array in [0, 1].
        title: the message.
    """
    figure, axes = new_figure(4, width=9.2, height=2.7, title=title)
    _show_image(axes[0, 0], picture, "the photograph")
    for axis, table, name, color in zip(
        axes[0, 1:], np.moveaxis(picture, 2, 0), ("red", "green", "blue"), (RED, GREEN, BLUE)
    ):
        _show_image(axis, table, name)
        axis.title.set(color=color, weight="bold")
        for spine in axis.spines.values():
            spine.set(color=color, linewidth=3)
    return Picture(figure, f"A photograph and its tables of red, green and blue, {title}.")


def steps_between(table, title):
    """A small grey picture, with its numbers and the step between each two neighbours: blue across, orange down.

    Args:
        table: (height, width) array in [0, 1].
        title: the message.
    """
    table = np.asarray(table, "float64")
    rows, columns = table.shape
    figure, axes = new_figure(1, width=4.6, height=3.8, title=title)
    axis = axes[0, 0]
    for (row, column), value in np.ndenumerate(table):
        axis.add_patch(Rectangle((2 * column, -2 * row), 1, -1, facecolor=str(value), edgecolor=GREY, linewidth=1.5))
        ink = "white" if value < 0.5 else "black"
        axis.text(2 * column + 0.5, -2 * row - 0.5, f"{value:g}", ha="center", va="center", fontsize=14, color=ink)
        style = {"ha": "center", "va": "center", "fontsize": 13, "weight": "bold"}
        if column + 1 < columns:
            step = abs(table[row, column + 1] - value)
            axis.text(2 * column + 1.5, -2 * row - 0.5, f"→ {step:g}", color=BLUE, **style)
        if row + 1 < rows:
            step = abs(table[row + 1, column] - value)
            axis.text(2 * column + 0.5, -2 * row - 1.5, f"↓ {step:g}", color="#A06000", **style)
    axis.set(xlim=(-0.2, 2 * columns - 0.8), ylim=(-2 * rows + 0.8, 0.2), aspect="equal")
    axis.set_axis_off()
    return Picture(figure, f"A picture of {rows} by {columns} grey values and the steps between neighbours, {title}.")


def directions(arrows, title):
    """Lists of two numbers as arrows from one point.

    Args:
        arrows: a dict from a name to two numbers, up to three.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.0, height=3.9, title=title)
    axis = axes[0, 0]
    for (name, (right, up)), color, width in zip(arrows.items(), (GREY, BLUE, ORANGE), (6, 2.5, 2.5)):
        arrow = {
            "arrowstyle": "-|>",
            "color": color,
            "linewidth": width,
            "mutation_scale": 18,
            "shrinkA": 0,
            "shrinkB": 0,
        }
        axis.annotate("", (right, up), (0, 0), arrowprops=arrow)
        below = -16 if name != list(arrows)[-1] else 4  # beside the arrow, not on it
        place = {"xytext": (12, below), "textcoords": "offset points", "fontsize": 11, "va": "center"}
        axis.annotate(f"{name}\n{right:g}, {up:g}", (right, up), **place)
    reach = np.array([*arrows.values(), (0, 0)], "float64")
    low, high = reach.min(axis=0), reach.max(axis=0)
    axis.set(xlim=(low[0] - 0.5, high[0] + 2.4), ylim=(low[1] - 0.5, high[1] + 0.8), aspect="equal")
    _name_axes(axis, "first number", "second number")
    return Picture(figure, f"Arrows from one point, {title}: {', '.join(arrows)}.")


def weighing(records, truth, share, step):
    """One step of one of several searches: the picture, and how its error fell with each share of the roughness.

    Args:
        records: a dict from a share to the optimizers.Record of a search for one picture.
        truth: (height, width, 3) array in [0, 1].
        share: the search that is shown.
        step: int; beyond the search's end its last step is shown.
    """
    record = records[share]
    step = min(step, len(record.images) - 1)
    figure, axes = new_figure(3, width=9.4, height=3.1, width_ratios=(1, 1, 1.7))
    _show_image(axes[0, 0], record.images[step][0], f"found, step {step}")
    _show_image(axes[0, 1], truth, "the face")
    curve = axes[0, 2]
    for other, search in records.items():
        errors = [mse(images[0], truth) for images in search.images]
        mine = other == share
        curve.plot(errors, color=BLUE if mine else "#C0C0C0", linewidth=2.6 if mine else 1.2, zorder=3 if mine else 2)
        if mine:
            curve.plot([step], errors[step : step + 1], "o", color=ORANGE, markersize=9, zorder=4)
    curve.set(yscale="log", ylim=(3e-4, 0.3), xlim=(-2, max(len(search.images) for search in records.values()) + 1))
    curve.set_title(f"share {share:g}: error {mse(record.images[step][0], truth):.4f}", fontsize=11)
    _name_axes(curve, "step", "mean squared error")
    return Picture(figure, f"The face at step {step} with the share {share:g}, and the error of every share.")


def matching(found, truth, order, title):
    """A table of mean squared errors, found pictures above, true ones on the left; the chosen pairs are framed.

    Args:
        found, truth: (n, height, width) or (n, height, width, 3) arrays.
        order: for each true picture the place of the one that was found for it, or None: no frames.
        title: the message.
    """
    many = len(truth)
    side = 1.35 * (many + 1)
    figure, axes = new_figure(many + 1, many + 1, width=side + 0.6, height=side / (many + 1), title=title)
    axes[0, 0].set_axis_off()
    axes[0, 0].text(0.5, 0.5, "true ↓\nfound →", ha="center", va="center", fontsize=11)
    for place in range(many):
        _show_image(axes[0, place + 1], found[place], f"found {place}")
        _show_image(axes[place + 1, 0], truth[place])
        axes[place + 1, 0].set_ylabel(f"true {place}", fontsize=11)
        for other in range(many):
            axis = axes[place + 1, other + 1]
            chosen = order is not None and order[place] == other
            axis.set(xticks=[], yticks=[], facecolor="#CFE3F2" if chosen else "white")
            weight = "bold" if chosen else "normal"
            text = f"{mse(found[other], truth[place]):.4f}"
            axis.text(0.5, 0.5, text, ha="center", va="center", fontsize=11, weight=weight, transform=axis.transAxes)
            for spine in axis.spines.values():
                spine.set(color=BLUE if chosen else "#C0C0C0", linewidth=3 if chosen else 1)
    pairs = "" if order is None else "; pairs: " + ", ".join(f"true {n} with found {o}" for n, o in enumerate(order))
    return Picture(figure, f"A table of errors between {many} found and {many} true pictures, {title}{pairs}.")


def two_rows(upper, lower, names, captions, title):
    """Two rows of pictures, one below the other.

    Args:
        upper, lower: lists of (height, width) or (height, width, 3) arrays, equally many.
        names: two str, of the rows.
        captions: one str for each column.
        title: the message.
    """
    many = len(upper)
    figure, axes = new_figure(many, rows=2, width=max(4.4, 1.7 * many), height=1.75, title=title)
    for row, pictures, name in zip(axes, (upper, lower), names):
        for axis, picture in zip(row, pictures):
            _show_image(axis, picture)
        row[0].set_ylabel(name, fontsize=11)
    for axis, caption in zip(axes[0], captions):
        axis.set_title(caption, fontsize=11)
    return Picture(figure, f"Two rows of {many} pictures, {names[0]} and {names[1]}: {title}.")


def counts(rows, total, title):
    """How many of `total` runs came out well, as horizontal bars with their count.

    Args:
        rows: a dict from what was tried to a count.
        total: of runs behind each bar.
        title: the message.
    """
    figure, axes = new_figure(1, width=8.2, height=0.8 + 0.36 * len(rows), title=title)
    axis = axes[0, 0]
    drawn = axis.barh(list(rows), list(rows.values()), color=BLUE, height=0.62)
    axis.bar_label(drawn, [f"{count} of {total}" for count in rows.values()], fontsize=10, padding=4)
    axis.invert_yaxis()
    axis.set(xlim=(0, 1.18 * total), xticks=range(0, total + 1, 2 if total <= 10 else 5))
    axis.tick_params(axis="y", labelsize=10)
    axis.set_xlabel("runs", fontsize=10)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    return Picture(figure, f"Bars, {title}: " + ", ".join(f"{name} {count} of {total}" for name, count in rows.items()))
