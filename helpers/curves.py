"""Pictures of functions of one number: a curve with its slopes, a scale of tens (lessons 01 and 03).

Each returns a plots.Picture. A `function` takes an array of places and returns their heights. What a picture
computes is written out in the lessons; here it is only drawn.
"""

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullFormatter

from helpers.plots import BLUE, GREY, ORANGE, PURPLE, RED, Picture, new_figure

COLORS = (BLUE, ORANGE, PURPLE, RED)


# What the lessons draw before they show its recipe: a picture comes first.


def hill(x):
    """The hill of lesson 01, its height at the place x."""
    return 1 + x**2 * (6 - x) / 8


def hill_slope(x):
    """The exact slope of `hill`."""
    return (12 * x - 3 * x**2) / 8


def mountain(east, north):
    """The mountain of lesson 01, its height at a place."""
    return 16 / (1 + (east - 4) ** 2 / 8 + (north - 3) ** 2 / 2)


def bowl(x):
    """The valley of lesson 03 with its bottom at 3."""
    return (x - 3) ** 2 + 1


def valley(east, north):
    """The valley of lesson 03 that is 25 times steeper across than along."""
    along, across = east + north, east - north
    return 0.5 * along**2 + 12.5 * across**2


def draw_curve(axes, function, span, xlabel="place x", ylabel="height", color=GREY, margin=0.05):
    """A curve on given axes, from span[0] to span[1]."""
    places = np.linspace(*span, 300)
    axes.plot(places, function(places), color=color, linewidth=2)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.margins(x=margin)
    axes.grid(alpha=0.25)


def numeric_gradient(function, *place, step=1e-4):
    """The slopes of a function of one number or a few at a place, an array. Lesson 01 writes it out."""
    moves = step * np.eye(len(place))
    return np.array([(function(*(place + move)) - function(*(place - move))) / (2 * step) for move in moves])


def _straight(axes, x, y, slope, reach, **kwargs):
    """A straight line of `reach` to both sides, as long on a steep place as on a flat one."""
    run = reach / np.hypot(1, slope)
    axes.plot([x - run, x + run], [y - slope * run, y + slope * run], **kwargs)


def slopes_on(function, places, span, title):
    """A curve seen from the side, with a short line and its slope at each place: blue up, orange down.

    Args:
        function: of one number.
        places: where the slopes are drawn.
        span: (from, to), what is drawn of the curve.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.6, height=4.6, title=title)
    draw_curve(axes[0, 0], function, span)
    for x in places:
        y, slope = function(x), numeric_gradient(function, x)[0]
        color = GREY if abs(slope) < 0.01 else BLUE if slope > 0 else ORANGE
        _straight(axes[0, 0], x, y, slope, 0.65, color=color, linewidth=3.5)
        axes[0, 0].plot([x], [y], "o", color="black", markersize=5)
        side = -1 if slope > 0.01 else 1 if slope < -0.01 else 0
        text = f"{slope:+.2f}".replace("-", "−") if side else "0"
        axes[0, 0].annotate(text, (x, y), (18 * side, 12), textcoords="offset points", fontsize=11, ha="center")
    axes[0, 0].set_aspect("equal")
    axes[0, 0].margins(y=0.12)
    return Picture(figure, f"A curve with its slope at {len(places)} places: {title}.")


def roads(routes, title):
    """Straight roads from the side, each with its run, its rise and its slope.

    Args:
        routes: a dict from a caption to two points, ((x, y), (x, y)).
        title: the message.
    """
    figure, axes = new_figure(len(routes), width=4.2 * len(routes), height=3.3, title=title, sharey=True)
    for axis, (caption, ((x0, y0), (x1, y1))) in zip(axes[0], routes.items()):
        color = BLUE if y1 > y0 else ORANGE
        axis.plot([x0, x1], [y0, y1], "o-", color=color, linewidth=3)
        axis.plot([x0, x1, x1], [y0, y0, y1], "--", color=GREY)
        below = y1 > y0
        axis.annotate(f"run {x1 - x0:g}", ((x0 + x1) / 2, y0), (0, -14 if below else 6), textcoords="offset points")
        axis.annotate(f"rise {y1 - y0:g}".replace("-", "−"), (x1, (y0 + y1) / 2), (7, -3), textcoords="offset points")
        axis.set(title=caption, xlabel="metres forward", xlim=(x0 - 0.7, x1 + 1.6), ylim=(0, 5), aspect="equal")
        axis.grid(alpha=0.25)
    axes[0, 0].set_ylabel("metres up")
    return Picture(figure, f"Straight roads with run and rise: {title}.")


def _chord(axes, function, exact, x, step, span):
    draw_curve(axes, function, span)
    left, right = x - step, x + step
    numeric = (function(right) - function(left)) / (2 * step)
    middle = (function(left) + function(right)) / 2
    _straight(axes, x, function(x), exact(x), 2.2, color=BLUE, linewidth=2.5)
    _straight(axes, x, middle, numeric, 2.2, color=ORANGE, linewidth=2.5, linestyle="--")
    axes.plot([left, right], [function(left), function(right)], "o", color=ORANGE, markersize=7)
    axes.plot([x], [function(x)], "s", color="black", markersize=5)
    axes.set(xlim=span, ylim=(-0.5, 6.5), aspect="equal")
    said = f"two places (orange) {numeric:.4f}, exact (blue) {exact(x):.4f}"
    return said.replace("-", "−")


def chord(function, exact, x, step, span=(-1, 7)):
    """One place on a curve, the straight line through two places beside it (orange), the exact slope (blue).

    Args:
        function, exact: of one number; the curve and its exact slope.
        x, step: the place, and how far the two others lie to its left and right.
        span: (from, to), what is drawn of the curve.
    """
    figure, axes = new_figure(1, width=6.0, height=4.9, title=f"The slope at {x:g}, by a step of {step:g}")
    axes[0, 0].set_title(_chord(axes[0, 0], function, exact, x, step, span), fontsize=11)
    return Picture(figure, f"A curve with the line through {x - step:g} and {x + step:g} and the exact slope at {x:g}.")


def chords(function, exact, choices, title, span=(-1, 7)):
    """A row of `chord` pictures.

    Args:
        function, exact: as in `chord`.
        choices: a list of (x, step).
        title: the message.
    """
    figure, axes = new_figure(len(choices), width=2.6 * len(choices), height=3.5, title=title)
    for axis, (x, step) in zip(axes[0], choices):
        said = _chord(axis, function, exact, x, step, span).replace(", ", "\n")
        axis.set_title(f"point {x:g}, step {step:g}\n{said}", fontsize=10)
    return Picture(figure, f"{len(choices)} pictures of a curve with two lines: {title}.")


def zoom(function, x, widths, title):
    """The same curve around one place, seen closer and closer; the orange frame is the next picture.

    Args:
        function: of one number.
        x: the place.
        widths: how much of the curve each panel shows, from wide to narrow.
        title: the message.
    """
    figure, axes = new_figure(len(widths), width=2.6 * len(widths), height=3.2, title=title)
    for axis, width, closer in zip(axes[0], widths, [*widths[1:], None]):
        draw_curve(axis, function, (x - width / 2, x + width / 2), color=BLUE, margin=0)
        axis.plot([x], [function(x)], "o", color="black")
        axis.set(ylim=(function(x) - width / 2, function(x) + width / 2), box_aspect=1, ylabel="")
        axis.set_xticks([x - width / 4, x, x + width / 4])
        axis.set_title(f"{width:g} wide", fontsize=11)
        if closer:
            corner = (x - closer / 2, function(x) - closer / 2)
            axis.add_patch(Rectangle(corner, closer, closer, fill=False, edgecolor=ORANGE, linewidth=2))
    axes[0, 0].set_ylabel("height")
    return Picture(figure, f"A curve around {x:g}, {len(widths)} times closer: {title}.")


def curve_and_slopes(function, places, slopes, span, title):
    """On the left a curve, on the right its slopes at some places as dots.

    Args:
        function: of one number.
        places, slopes: lists of numbers of equal length.
        span: (from, to), what is drawn of the curve.
        title: the message.
    """
    figure, axes = new_figure(2, width=8, height=3.4, title=title)
    draw_curve(axes[0, 0], function, span)
    axes[0, 0].set_title("the curve", fontsize=11)
    for x, slope in zip(places, slopes):
        _straight(axes[0, 0], x, function(x), slope, 1.2, color=BLUE, linewidth=3)
    axes[0, 1].plot(places, slopes, "o--", color=BLUE)
    axes[0, 1].set(xlabel="place x", ylabel="slope")
    axes[0, 1].set_title("its slopes", fontsize=11)
    axes[0, 1].grid(alpha=0.25)
    axes[0, 1].axhline(0, color=GREY, linewidth=0.8)
    return Picture(figure, f"A curve, and beside it its slope at {len(places)} places: {title}.")


def logarithmic(curves, title, xlabel, ylabel, xscale="log", marks=()):
    """Curves on a scale where each line is ten times the one below.

    Args:
        curves: a dict from a name to (places, values), up to four.
        title, xlabel, ylabel: the message and the axes.
        xscale: "log" or "linear".
        marks: points (x, y) that are ringed.
    """
    figure, axes = new_figure(1, width=7, height=3.8, title=title)
    for (name, (places, values)), color, style in zip(curves.items(), COLORS, ("o-", "s--", "^:", "D-.")):
        axes[0, 0].plot(places, values, style, color=color, label=name, markersize=4, linewidth=1.8)
    for x, y in marks:
        axes[0, 0].plot([x], [y], "o", color="black", fillstyle="none", markersize=14, markeredgewidth=2)
    axes[0, 0].set(xscale=xscale, yscale="log", xlabel=xlabel, ylabel=ylabel)
    axes[0, 0].grid(alpha=0.3)
    low, high = axes[0, 0].get_ylim()
    if high < 1000 * low:  # few tens: plain numbers at 1, 2 and 5 read better than powers
        axes[0, 0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes[0, 0].yaxis.set_major_formatter("{x:g}")
        axes[0, 0].yaxis.set_minor_formatter(NullFormatter())
    if len(curves) > 1:
        axes[0, 0].legend(fontsize=10)
    return Picture(figure, f"{', '.join(curves)} on a scale of tens: {title}.")
