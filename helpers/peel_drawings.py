"""Pictures of lesson 16: a network peeled from its end, lines that cross, tables that slide, and a balance."""

import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from helpers.plots import BLUE, DARK_ORANGE, GREY, ORANGE, Picture, new_figure


def _say(number):
    """A number as a reader writes it: a true minus, at most two decimals."""
    return f"{round(float(number), 2) + 0.0:g}".replace("-", "−")


def _arrow(axes, start, end, color=GREY):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})


def peeled(title):
    """The layers of a LeNet from left to right, and below them the way back: divide once, then solve three times.

    Args:
        title: the message.
    """
    figure, axes = new_figure(1, width=8.4, height=3.2, title=title)
    axes = axes[0, 0]
    axes.set(xlim=(0, 17.2), ylim=(0.3, 5.2))
    axes.set_axis_off()
    names = ("picture\n784", "2352", "588", "588", "scores\n10")
    middles = (1.4, 5.0, 8.6, 12.2, 15.8)
    for middle, name in zip(middles, names):
        patch = FancyBboxPatch(
            (middle - 0.95, 2.15), 1.9, 1.2, "round,pad=0.05", edgecolor=GREY, facecolor="white", linewidth=2
        )
        axes.add_patch(patch)
        axes.text(middle, 2.75, name, ha="center", va="center", fontsize=11, linespacing=1.4)
    forth, back = ("stamps", "stamps", "stamps", "dense"), ("solve", "solve", "solve", "divide")
    for left, right, there, here in zip(middles, middles[1:], forth, back):
        _arrow(axes, (left + 0.4, 3.85), (right - 0.4, 3.85), BLUE)
        _arrow(axes, (right - 0.4, 1.65), (left + 0.4, 1.65), ORANGE)
        axes.text((left + right) / 2, 4.0, there, ha="center", va="bottom", fontsize=11, color=BLUE)
        axes.text((left + right) / 2, 1.45, here, ha="center", va="top", fontsize=11, color=DARK_ORANGE)
    axes.text(0.3, 4.85, "the participant", fontsize=11, color=BLUE, va="center")
    axes.text(16.9, 0.5, "the server", fontsize=11, color=DARK_ORANGE, ha="right", va="center")
    return Picture(figure, f"A network from picture to scores, and the way back layer by layer: {title}.")


def lines(equations, title, names=("coffee", "tea")):
    """What two unknowns may be: a line for each equation; first one, then two, then all of them with the best point.

    Args:
        equations: three triples (a, b, total), each meaning a · first + b · second = total.
        title: the message.
        names: of the two unknowns.
    """
    panels = {"one equation: a line of answers": 1, "two: one answer": 2, "three, one is off: the nearest": 3}
    figure, axes = new_figure(3, width=8.4, height=3.1, title=title, sharey=True)
    across = np.array([0.0, 6.0])
    for axis, (caption, count) in zip(axes[0], panels.items()):
        for (a, b, total), color, style in zip(equations[:count], (BLUE, ORANGE, GREY), ("-", "--", ":")):
            axis.plot(across, (total - a * across) / b, style, color=color, linewidth=2.5)
        if count > 1:
            table = np.array(equations[:count], "float64")
            best = np.linalg.lstsq(table[:, :2], table[:, 2], rcond=None)[0]
            axis.plot(*best, "o", color="black", markersize=8)
            told = f"({_say(best[0])}, {_say(best[1])})"
            axis.annotate(told, best, (8, 6), textcoords="offset points", fontsize=11)
        axis.set(xlim=(0, 6), ylim=(0, 6), xticks=range(0, 7, 2), yticks=range(0, 7, 2), aspect="equal")
        axis.set_title(caption, fontsize=10)
        axis.set_xlabel(f"price of a {names[0]}", fontsize=10)
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel(f"price of a {names[1]}", fontsize=10)
    return Picture(figure, f"One line, two lines and three lines, each an equation in two unknowns: {title}.")


def read_backwards(outputs, title):
    """The sigmoid, read from what came out to what went in: arrows from the left side down to the lower one.

    Args:
        outputs: a list of numbers between 0 and 1, what came out.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.4, height=3.2, title=title)
    axes, z = axes[0, 0], np.linspace(-6, 6, 241)
    axes.plot(z, 1 / (1 + np.exp(-z)), color=GREY, linewidth=2.5)
    for a in outputs:
        went_in = np.log(a / (1 - a))
        axes.plot([-6, went_in], [a, a], color=BLUE, linewidth=1.5)
        _arrow(axes, (went_in, a), (went_in, 0), ORANGE)
        axes.plot([went_in], [a], "o", color="black", markersize=6)
    axes.set(xlim=(-6, 6), ylim=(0, 1.02), yticks=[0, *outputs, 1])
    axes.set_xlabel("what went in", fontsize=11, color=DARK_ORANGE)
    axes.set_ylabel("what came out", fontsize=11, color=BLUE)
    axes.grid(alpha=0.3)
    return Picture(figure, f"The sigmoid read backwards, from {', '.join(map(_say, outputs))}: {title}.")


def _table(axes, left, middle, numbers, name, color):
    rows, columns = np.shape(numbers)
    top = middle + rows / 2
    for row in range(rows):
        for column in range(columns):
            corner = left + column, top - row - 1
            axes.add_patch(Rectangle(corner, 1, 1, facecolor="white", edgecolor=color, linewidth=1.3))
            text = _say(numbers[row][column])
            axes.text(corner[0] + 0.5, corner[1] + 0.5, text, ha="center", va="center", fontsize=9)
    axes.text(left + columns / 2, top + 0.2, name, ha="center", va="bottom", fontsize=10, color=color)


def both_ways(rows, title):
    """Tables of numbers that slide over one picture: a row for each, picture × small table = result.

    Args:
        rows: a list of (picture, name, table, name, result, name); the tables are (rows, columns).
        title: the message.
    """
    figure, axes = new_figure(1, width=8.4, height=2.9 * len(rows), title=title)
    axes, high = axes[0, 0], 5.6
    axes.set(xlim=(0, 16.6), ylim=(0, high * len(rows)), aspect="equal")
    axes.set_axis_off()
    for number, row in enumerate(rows):
        middle = high * (len(rows) - number - 1) + 2.4
        for left, table, name, color in zip((0.6, 7.0, 12.6), row[::2], row[1::2], (GREY, BLUE, DARK_ORANGE)):
            _table(axes, left, middle, table, name, color)
        axes.text(5.9, middle, "×", ha="center", va="center", fontsize=16)
        axes.text(11.4, middle, "=", ha="center", va="center", fontsize=16)
    return Picture(figure, f"Small tables that slide over a picture, and the results: {title}.")


def system(table, first, title):
    """A table of equations as a picture: a row each, a column for each unknown; a line under the first group.

    Args:
        table: (equations, unknowns) array.
        first: how many equations belong to the first group.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.4, height=4.2, title=title)
    axes, strength = axes[0, 0], np.array(table, "float64")
    for group in (slice(0, first), slice(first, None)):  # each group on its own scale, or one of them is all grey
        strength[group] /= np.max(np.abs(strength[group]))
    axes.imshow(strength, cmap="PuOr_r", vmin=-1, vmax=1, interpolation="nearest", aspect="auto")
    axes.axhline(first - 0.5, color="black", linewidth=1.5)
    axes.set_xlabel(f"{table.shape[1]} unknowns, the pixels", fontsize=11)
    axes.set(yticks=[(first - 1) / 2, (first + len(table) - 1) / 2])
    axes.set_yticklabels([f"{first} from\nthe outputs", f"{len(table) - first} from\nthe slopes"], fontsize=11)
    axes.tick_params(left=False)
    return Picture(figure, f"A table of {len(table)} equations for {table.shape[1]} unknowns: {title}.")


def _scale(axes, name, unknowns, equations):
    """One pair of scales: the unknowns on the left, the equations on the right; the heavier side hangs lower."""
    enough = equations >= unknowns
    color, tilt = (BLUE if enough else DARK_ORANGE), np.clip(0.7 * np.log2(equations / unknowns), -0.9, 0.9)
    axes.set(xlim=(-4.6, 4.6), ylim=(-4.1, 3.9), aspect="equal")
    axes.set_axis_off()
    axes.plot([0, 0], [-2.9, 1.5], color=GREY, linewidth=3)
    axes.plot([-1, 1], [-2.9, -2.9], color=GREY, linewidth=3)
    axes.plot([-2.6, 2.6], [1.5 + tilt, 1.5 - tilt], color=color, linewidth=4)
    for side, number, word in ((-1, unknowns, "unknowns"), (1, equations, "equations")):
        x, top = 2.6 * side, 1.5 - side * tilt
        axes.plot([x - 1.3, x, x + 1.3], [top - 1.7, top, top - 1.7], color=GREY, linewidth=1.2)
        axes.plot([x - 1.5, x + 1.5], [top - 1.7, top - 1.7], color=color, linewidth=4)
        axes.text(x, top - 1.95, f"{number:,}\n{word}", ha="center", va="top", fontsize=9, linespacing=1.3)
    axes.text(0, 3.8, name, ha="center", va="top", fontsize=11)
    verdict = "enough equations" if enough else "too few equations"
    axes.text(0, -3.3, verdict, ha="center", va="top", fontsize=11, color=color, weight="bold")


def balance(rows, title):
    """Pairs of scales side by side: unknowns against equations. The picture keeps its size for as many rows.

    Args:
        rows: a list of (name, unknowns, equations).
        title: the message.
    """
    figure, axes = new_figure(len(rows), width=2.8 * len(rows), height=3.0, title=title)
    figure.set_layout_engine(None)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.86, wspace=0.04)
    for axis, row in zip(axes[0], rows):
        _scale(axis, *row)
    told = "; ".join(f"{name}: {unknowns} unknowns, {equations} equations" for name, unknowns, equations in rows)
    return Picture(figure, f"Scales of unknowns and equations, {title}. {told}.")
