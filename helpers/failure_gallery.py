"""The pictures of lesson 13: how often the attack succeeds, what came back, and the roads that it walks.

Most take the rows of the stored sweep, as `sweeps.load("failures")` gives them. Each returns a plots.Picture.
"""

import keras
import numpy as np
import tensorflow as tf

from helpers import data
from helpers.plots import BLUE, GREY, ORANGE, Picture, _show_image, new_figure
from helpers.sweep_failures import ACTIVATIONS, WEIGHTS, count, from_text, pick

NAMES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "swish": "swish"}
RANGES = {0.1: "±0.1", 0.5: "±0.5", 1: "±1", "glorot": "Glorot"}


def grid(rows, title):
    """How many digits came back for each activation and each range of weights, as a table of counts.

    Args:
        rows: of the stored sweep.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.2, height=4.3, title=title)
    runs = [[pick(rows, activation=activation, weights=weights) for weights in WEIGHTS] for activation in ACTIVATIONS]
    shares = np.array([[count(cell) / max(1, len(cell)) for cell in line] for line in runs])
    axes[0, 0].imshow(shares, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        text = f"{count(runs[row][column])} of {len(runs[row][column])}"
        color = "white" if share < 0.5 else "black"
        axes[0, 0].text(column, row, text, ha="center", va="center", fontsize=12, color=color)
    axes[0, 0].set_xticks(range(len(WEIGHTS)), [RANGES[weights] for weights in WEIGHTS], fontsize=11)
    axes[0, 0].set_yticks(range(len(ACTIVATIONS)), [NAMES[name] for name in ACTIVATIONS], fontsize=11)
    axes[0, 0].set_xlabel("weights of the fresh network", fontsize=11)
    axes[0, 0].set_ylabel("activation", fontsize=11)
    said = ", ".join(f"{NAMES[name]} {' '.join(f'{s:.0%}' for s in line)}" for name, line in zip(ACTIVATIONS, shares))
    return Picture(figure, f"A table of how many digits came back, {title}: {said}.")


def bars(counts, title, names=("one start", "three starts")):
    """How many digits came back in a few settings, as lying bars with their counts.

    Args:
        counts: a dict from a setting's name to (solved, n), or to a list of such pairs, one for each of `names`.
        title: the message.
        names: what the bars of one setting are called, if there is more than one.
    """
    several = {name: pair if isinstance(pair, list) else [pair] for name, pair in counts.items()}
    each = max(map(len, several.values()))
    figure, axes = new_figure(1, width=8.2, height=1.1 + (0.42 + 0.16 * each) * len(counts), title=title)
    axis, thick = axes[0, 0], 0.8 / each
    for number in range(each):
        color = (BLUE if each == 1 else ORANGE, BLUE)[number]
        places = np.arange(len(several)) + (number - (each - 1) / 2) * thick
        shares = [100 * pairs[number][0] / max(1, pairs[number][1]) for pairs in several.values()]
        drawn = axis.barh(places, shares, 0.9 * thick, color=color, label=names[number])
        axis.bar_label(drawn, [f"{p[number][0]} of {p[number][1]}" for p in several.values()], fontsize=10, padding=4)
    axis.set_yticks(range(len(several)), several, fontsize=11)
    axis.invert_yaxis()
    axis.set(xlim=(0, 118), xticks=(0, 50, 100))
    axis.set_xlabel("digits that came back (%)", fontsize=10)
    if each > 1:
        axis.legend(fontsize=10, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    said = "; ".join(f"{name} " + ", then ".join(f"{a} of {n}" for a, n in ps) for name, ps in several.items())
    return Picture(figure, f"Bars, {title}: {said}.")


def _five(axes, rows):
    """What came back in the five runs of which the sweep keeps the pictures."""
    for axis, row in zip(axes, [row for row in rows if row["first"] == 0]):
        if row["thumbnail"] is None:
            axis.text(0.5, 0.5, "nothing\nwas sent", ha="center", va="center", fontsize=11)
            axis.set(xticks=[], yticks=[])
            continue
        came = "came back" if count([row]) else "failed"
        error = "ran away" if row["mse"] is None or row["mse"] > 10 else f"mse {row['mse']:.1g}"
        _show_image(axis, from_text(row["thumbnail"]))
        axis.set_title(f"{came}\n{error}", fontsize=10, color="black" if count([row]) else "#A33200")


def five_runs(rows, activation, weights):
    """Five secrets above, and below what came back of each in one setting of the grid.

    Args:
        rows: of the stored sweep.
        activation: one of NAMES' values.
        weights: one of RANGES' values.
    """
    change = {"activation": _key(NAMES, activation), "weights": _key(RANGES, weights)}
    chosen = pick(rows, **change)
    title = f"LeNet, {activation}, weights {weights}: {count(chosen)} of {len(chosen)} came back"
    figure, axes = new_figure(5, rows=2, width=8.4, height=2.25, title=title)
    _secrets(axes[0], chosen)
    _five(axes[1], chosen)
    return Picture(figure, f"Five secrets and what came back of them. {title}.")


def _secrets(axes, rows):
    images, _ = data.load_digits()
    for number, (axis, row) in enumerate(zip(axes, rows), 1):
        _show_image(axis, images[row["picture"]], f"secret {number}")


def sheet(rows, settings, title):
    """The first five secrets, and a row below for each setting with what came back.

    Args:
        rows: of the stored sweep.
        settings: a dict from a row's name to what it changes about the paper's setting.
        title: the message.
    """
    figure, axes = new_figure(5, rows=1 + len(settings), width=7.6, height=1.62, title=title)
    _secrets(axes[0], pick(rows))
    axes[0, 0].set_ylabel("sent", fontsize=11)
    for line, (name, change) in zip(axes[1:], settings.items()):
        _five(line, pick(rows, **change))
        line[0].set_ylabel(name, fontsize=11)
    return Picture(figure, f"Five secrets and what came back in the settings {', '.join(settings)}: {title}.")


def _key(names, value):
    return next(key for key, name in names.items() if name == value)


def activations(title):
    """The four activations, and below each its slope at each place."""
    figure, axes = new_figure(4, rows=2, width=9.2, height=1.75, title=title, sharex=True, sharey="row")
    places = np.linspace(-5, 5, 401)
    for column, (name, shown) in enumerate(NAMES.items()):
        z = tf.Variable(places)
        with tf.GradientTape() as tape:
            out = keras.activations.get(name)(z)
        slopes = tape.gradient(out, z).numpy()
        if name == "relu":
            slopes[200] = np.nan  # the corner has no slope
        axes[0, column].plot(places, out, color=BLUE, linewidth=2)
        axes[1, column].plot(places, slopes, color=ORANGE, linewidth=2)
        axes[0, column].set_title(shown, fontsize=12)
        axes[1, column].set_xlabel("what goes in", fontsize=10)
    axes[0, 0].set(ylim=(-1.2, 3), ylabel="what comes out")
    axes[1, 0].set(ylim=(-0.15, 1.2), ylabel="its slope")
    for axis in axes.flat:
        axis.grid(alpha=0.25)
    return Picture(figure, f"The curves of sigmoid, tanh, ReLU and swish, and below each its slope: {title}.")


def roads(curves, title):
    """The distance along a straight road from the secret (left) to noise (right), one panel for each network.

    Args:
        curves: a dict from a caption to (places, distances), places from 0 to 1.
        title: the message.
    """
    figure, axes = new_figure(len(curves), width=3.2 * len(curves), height=3.1, title=title)
    for axis, (caption, (places, distances)) in zip(axes[0], curves.items()):
        axis.plot(places, distances, color=BLUE, linewidth=1.6)
        axis.plot([0], [distances[0]], "o", color=ORANGE, markersize=8)
        axis.set_xticks([0, 1], ["secret", "noise"])
        axis.set_title(caption, fontsize=11)
        axis.set_ylim(0, 1.12 * max(distances))
        axis.grid(alpha=0.25)
        axis.set_xlabel("place on the road", fontsize=10)
    axes[0, 0].set_ylabel("distance, relative", fontsize=10)
    return Picture(figure, f"The distance on the way from the secret to noise for {', '.join(curves)}: {title}.")


def flat_shares(shares, title):
    """Which share of a network's units is flat, for each range of weights.

    Args:
        shares: a dict from an activation's name to a list of shares from 0 to 1, one for each of RANGES.
        title: the message.
    """
    figure, axes = new_figure(len(shares), width=3.9 * len(shares), height=2.9, title=title, sharey=True)
    for axis, (name, numbers) in zip(axes[0], shares.items()):
        drawn = axis.bar(list(RANGES.values()), np.multiply(numbers, 100), color=GREY)
        axis.bar_label(drawn, [f"{100 * number:.0f} %" for number in numbers], fontsize=10, padding=2)
        axis.set_title(name, fontsize=11)
        axis.set(ylim=(0, 112), yticks=(0, 50, 100))
    axes[0, 0].set_ylabel("flat units (%)", fontsize=10)
    said = "; ".join(f"{name} {', '.join(f'{number:.0%}' for number in ns)}" for name, ns in shares.items())
    return Picture(figure, f"Bars of the share of flat units, {title}: {said}.")
