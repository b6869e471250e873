"""Maps with contour lines, the gradient as an arrow, and walks downhill (lessons 01 and 03).

Each returns a plots.Picture. A `function` takes two arrays, east and north, and returns heights. `spans` is
((west end, east end), (south end, north end)) of the map.
"""

import numpy as np

from helpers.curves import draw_curve, numeric_gradient
from helpers.plots import BLUE, GREY, ORANGE, PURPLE, RED, Picture, new_figure

ARROW = 0.3  # kilometres of arrow for a slope of 1


def _map(axes, function, spans, levels=8, labels=True):
    east, north = np.meshgrid(np.linspace(*spans[0], 100), np.linspace(*spans[1], 100))
    heights = function(east, north)
    axes.contourf(east, north, heights, levels=levels, cmap="cividis", alpha=0.35, extend="both")
    contours = axes.contour(east, north, heights, levels=levels, colors=GREY, linewidths=0.9)
    if labels:
        axes.clabel(contours, contours.levels, fontsize=8, fmt="%g", colors="black")
    axes.set(xlabel="east", ylabel="north", xlim=spans[0], ylim=spans[1], aspect="equal")


def _arrow(axes, start, move, color=RED):
    end = (start[0] + move[0], start[1] + move[1])
    style = {"arrowstyle": "-|>", "color": color, "linewidth": 2.5, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 16}
    axes.annotate("", end, start, arrowprops=style, annotation_clip=False)


def contour_map(function, spans, title, levels=8):
    """A map with contour lines and their heights.

    Args:
        function, spans: see above.
        title: the message.
        levels: the heights that are drawn.
    """
    figure, axes = new_figure(1, width=6.6, height=4.8, title=title)
    _map(axes[0, 0], function, spans, levels)
    return Picture(figure, f"A map with contour lines: {title}.")


def slices(function, east, north, spans, title):
    """A map with a way to the east (blue) and one to the north (orange), and each way seen from the side.

    Args:
        function, spans: see above.
        east, north: the place where the two ways cross.
        title: the message.
    """
    figure, axes = new_figure(3, width=10.2, height=3.5, title=title, width_ratios=(1.35, 1, 1))
    _map(axes[0, 0], function, spans)
    axes[0, 0].axhline(north, color=BLUE, linewidth=2.5)
    axes[0, 0].axvline(east, color=ORANGE, linewidth=2.5, linestyle="--")
    axes[0, 0].plot([east], [north], "o", color="black")
    height, slopes = function(east, north), numeric_gradient(function, east, north)
    ways = (("east", spans[0], BLUE, "-", east), ("north", spans[1], ORANGE, "--", north))
    for axis, (name, span, color, style, place), slope in zip(axes[0, 1:], ways, slopes):
        along = np.linspace(*span, 200)
        axis.plot(along, function(along, north) if name == "east" else function(east, along), style, color=color)
        near = np.array([place - 0.8, place + 0.8])
        axis.plot(near, height + slope * (near - place), color="black", linewidth=2.5)
        axis.plot([place], [height], "o", color="black")
        axis.set(xlabel=name, ylim=(0, 17), title=f"to the {name}: slope {slope:.2f}")
        axis.grid(alpha=0.25)
    axes[0, 1].set_ylabel("height")
    return Picture(figure, f"A map cut along two ways, and both ways from the side: {title}.")


def _gradient(axes, function, east, north, spans, labels=True):
    _map(axes, function, spans, labels=labels)
    gradient = numeric_gradient(function, east, north)
    _arrow(axes, (east, north), ARROW * gradient)
    axes.plot([east], [north], "o", color="black", markersize=7)
    return "[" + ", ".join(f"{slope + 0:.2f}" for slope in np.round(gradient, 2) + 0.0).replace("-", "−") + "]"


def gradient(function, east, north, spans):
    """A map with the gradient at one place as an arrow.

    Args:
        function, spans: see above.
        east, north: the place.
    """
    figure, axes = new_figure(1, width=6.8, height=5.2, title=" ")
    numbers = _gradient(axes[0, 0], function, east, north, spans)
    figure.suptitle(f"At ({east:g}, {north:g}) the gradient is {numbers}", fontsize=13)
    return Picture(figure, f"A map with the gradient at east {east:g}, north {north:g} as an arrow.")


def gradients(function, places, spans, title):
    """A row of `gradient` pictures.

    Args:
        function, spans: see above.
        places: a list of (east, north).
        title: the message.
    """
    figure, axes = new_figure(len(places), width=2.6 * len(places), height=2.9, title=title)
    for axis, (east, north) in zip(axes[0], places):
        numbers = _gradient(axis, function, east, north, spans, labels=False)
        axis.set_title(f"({east:g}, {north:g})\n{numbers}", fontsize=10)
    return Picture(figure, f"{len(places)} maps with the gradient as an arrow: {title}.")


def puzzle(function, places, arrows, spans, title):
    """A map with numbered places, and arrows with letters beside it.

    Args:
        function, spans: see above.
        places: a list of (east, north).
        arrows: a dict from a letter to the two numbers of an arrow.
        title: the message.
    """
    ratios = (2.8, *[1] * len(arrows))
    figure, axes = new_figure(1 + len(arrows), width=10, height=3.7, title=title, width_ratios=ratios)
    _map(axes[0, 0], function, spans)
    for number, place in enumerate(places, 1):
        axes[0, 0].plot(*place, "o", color="black", markersize=7)
        axes[0, 0].annotate(str(number), place, (9, -4), textcoords="offset points", fontsize=14, weight="bold")
    for axis, (letter, arrow) in zip(axes[0, 1:], arrows.items()):
        move = ARROW * np.array(arrow)
        _arrow(axis, -move / 2, move)
        axis.set(xlim=(-0.75, 0.75), ylim=(-0.75, 0.75), aspect="equal", xticks=[], yticks=[])
        axis.set_title(letter, fontsize=14, weight="bold")
    return Picture(figure, f"A map with {len(places)} numbered places and {len(arrows)} arrows: {title}.")


def walks(function, paths, spans, title, levels=8):
    """Walks on one map, all from the same start.

    Args:
        function, spans: see above.
        paths: a dict from a name to a list of places (east, north), up to four.
        title: the message.
        levels: the heights that are drawn.
    """
    figure, axes = new_figure(1, width=7.6, height=6.2, title=title)
    _map(axes[0, 0], function, spans, levels, labels=False)
    looks = zip(paths.items(), (BLUE, ORANGE, PURPLE, RED), ("o-", "s--", "^:", "D-"))
    for (name, places), color, style in looks:
        places = np.asarray(places)
        axes[0, 0].plot(*places.T, style, color=color, label=name, markersize=4, linewidth=1.6)
    axes[0, 0].plot(*places[0], "s", color="black", markersize=9)
    axes[0, 0].legend(fontsize=10, loc="lower right")
    return Picture(figure, f"Walks on one map, {', '.join(paths)}: {title}.")


def downhill(slope, start, rate, steps):
    """The places of a walk downhill, the start first: a list of steps + 1 floats. Lesson 03 writes it.

    Args:
        slope: a function from a place to the slope there.
        start, rate, steps: where it begins, how much of the slope one step takes, how many steps there are.
    """
    places = [float(start)]
    for _ in range(steps):
        places.append(places[-1] - rate * slope(places[-1]))
    return places


def _descent(axes, function, places, span):
    draw_curve(axes, function, span, color=BLUE)
    low, high = function(np.linspace(*span, 300)).min(), function(np.linspace(*span, 300)).max()
    inside = [x for x in places if span[0] <= x <= span[1]]
    axes.plot(inside, [function(x) for x in inside], "o-", color=ORANGE, markersize=5, linewidth=1)
    axes.plot(places[:1], [function(places[0])], "s", color="black", markersize=8)
    axes.set(xlim=span, ylim=(low - 0.07 * (high - low), high))


def descent(function, places, span, title):
    """A walk on a curve and, beside it, the place after each step.

    Args:
        function: of one number.
        places: where the walk was after each step, the start first.
        span: (from, to), what is drawn of the curve.
        title: the message.
    """
    figure, axes = new_figure(2, width=8.4, height=3.6, title=title)
    _descent(axes[0, 0], function, places, span)
    axes[0, 1].plot(places, "o-", color=ORANGE, markersize=5, linewidth=1)
    axes[0, 1].set(xlabel="step", ylabel="place x", ylim=span, xlim=(-0.5, len(places) - 0.5))
    axes[0, 1].grid(alpha=0.25)
    return Picture(figure, f"A walk of {len(places) - 1} steps on a curve: {title}.")


def descents(function, walks, span, title):
    """A few walks on the same curve, side by side; the black square is the start.

    Args:
        function, span: as in `descent`.
        walks: a dict from a caption to the places.
        title: the message.
    """
    figure, axes = new_figure(len(walks), width=max(5.6, 2.8 * len(walks)), height=3.4, title=title)
    for axis, (caption, places) in zip(axes[0], walks.items()):
        _descent(axis, function, places, span)
        axis.set_title(caption, fontsize=11)
        if axis is not axes[0, 0]:
            axis.set_ylabel("")
    return Picture(figure, f"Walks side by side, {', '.join(walks)}: {title}.")


def lines(inputs, targets, fits, title):
    """Points and, panel by panel, a straight line that comes closer to them.

    Args:
        inputs, targets: the points, arrays of equal length.
        fits: a dict from a caption to (how steep, how high at 0).
        title: the message.
    """
    figure, axes = new_figure(len(fits), width=2.7 * len(fits), height=3.1, title=title, sharey=True)
    for axis, (caption, (steep, high)) in zip(axes[0], fits.items()):
        for x, y in zip(inputs, targets):
            axis.plot([x, x], [y, steep * x + high], color=GREY, linewidth=1)
        axis.plot(inputs, targets, "o", color=BLUE, markersize=5)
        ends = np.array([np.min(inputs), np.max(inputs)])
        axis.plot(ends, steep * ends + high, color=ORANGE, linewidth=2.5)
        axis.set_title(caption, fontsize=11)
        axis.set_xlabel("input")
    axes[0, 0].set_ylabel("target")
    return Picture(figure, f"A line and points, {', '.join(fits)}: {title}.")


def two_slopes(places, slopes, title):
    """Two known slopes (blue), the straight line through them, and where it says that the slope is 0 (orange).

    Args:
        places, slopes: two numbers each.
        title: the message.
    """
    change = (slopes[1] - slopes[0]) / (places[1] - places[0])
    bottom = places[1] - slopes[1] / change
    figure, axes = new_figure(1, width=5.6, height=3.4, title=title)
    axes[0, 0].plot([places[0], bottom], [slopes[0], 0], "--", color=ORANGE, linewidth=2)
    axes[0, 0].plot(places, slopes, "o", color=BLUE, markersize=9)
    axes[0, 0].plot([bottom], [0], "D", color=ORANGE, markersize=10)
    axes[0, 0].axhline(0, color=GREY, linewidth=0.8)
    axes[0, 0].set(xlabel="place x", ylabel="slope")
    axes[0, 0].grid(alpha=0.25)
    return Picture(figure, f"Two slopes, and the place where the slope would be 0: {title}.")
