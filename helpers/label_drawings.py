"""Pictures of lesson 14: the odd one out among ten slopes, a sign that turns, two searches side by side, counts.

Slopes above zero are blue and slopes below zero orange. Where DLG and iDLG stand side by side, DLG is grey and iDLG
green. Each function returns a plots.Picture.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from helpers.plots import BLUE, GREEN, GREY, ORANGE, Picture, _show_image, _show_label, new_figure

SHADES = {"DLG": GREY, "iDLG": GREEN}
SIGNS = LinearSegmentedColormap.from_list("signs", [ORANGE, "white", BLUE])


def _signed_bars(axes, numbers, names, caption, reach=None):
    """Bars up and down from zero, blue above and orange below; `reach` fixes the scale."""
    numbers = np.asarray(numbers, "float64").round(9) + 0.0  # no "−0.00" on a bar
    drawn = axes.bar(range(len(numbers)), numbers, color=np.where(numbers < 0, ORANGE, BLUE))
    for bar, number in zip(drawn, numbers):
        bar.set_hatch("//" if number < 0 else "")  # for a grey print
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xticks(range(len(numbers)), names)
    axes.tick_params(labelsize=9)
    axes.set_title(caption, fontsize=11)
    if reach:
        axes.set_ylim(-reach, reach)
        axes.bar_label(drawn, [f"{number:.2f}".replace("-", "−") for number in numbers], fontsize=9, padding=2)


def odd_one_out(slopes, title):
    """The slopes of the last layer's biases as bars, one for each class.

    Args:
        slopes: (classes,) floats.
        title: the message.
    """
    slopes = np.asarray(slopes)
    figure, axes = new_figure(1, width=6.4, height=3, title=title)
    _signed_bars(axes[0, 0], slopes, range(len(slopes)), "slope of each bias of the last layer")
    axes[0, 0].set_xlabel("class", fontsize=10)
    below = ", ".join(map(str, np.flatnonzero(slopes < 0))) or "none"
    return Picture(figure, f"A bar for each of {len(slopes)} classes, {title}. Below zero: {below}.")


def weight_table(table, title):
    """A last layer's weight gradient as a table of colours, and the sum of each column under it as a bar.

    Args:
        table: (features, classes) floats.
        title: the message.
    """
    table = np.asarray(table)
    figure, axes = new_figure(1, rows=2, width=6.4, height=2.2, title=title, height_ratios=(3, 2))
    reach = np.max(np.abs(table))
    axes[0, 0].imshow(table, SIGNS, vmin=-reach, vmax=reach, aspect="auto", interpolation="nearest")
    axes[0, 0].set_xticks(range(table.shape[1]))
    axes[0, 0].set_ylabel(f"{len(table)} features", fontsize=10)
    axes[0, 0].set_title("slope of each weight: blue above zero, orange below", fontsize=11)
    _signed_bars(axes[1, 0], table.sum(axis=0), range(table.shape[1]), "the sum of each column")
    axes[1, 0].set_xlim(axes[0, 0].get_xlim())
    axes[1, 0].set_xlabel("class", fontsize=10)
    return Picture(figure, f"A table of {len(table)} rows and {table.shape[1]} columns over its column sums: {title}.")


def flip(features, slopes, label):
    """A few features, and the column sums that they make of the classes' slopes. Always of the same size.

    Args:
        features: what came into the last layer, a few floats from −1 to 1.
        slopes: p − y, one float for each class.
        label: the true class, int.
    """
    features, slopes = np.asarray(features, "float64"), np.asarray(slopes, "float64")
    sums = np.outer(features, slopes).sum(axis=0)
    named = f"names class {np.argmin(sums)}" if np.max(np.abs(sums)) > 1e-9 else "is silent: all sums are 0"
    verdict = "right" if np.max(np.abs(sums)) > 1e-9 and np.argmin(sums) == label else "wrong"
    title = f"The smallest column sum {named}, which is {verdict}" if "names" in named else f"The rule {named}"
    figure, axes = new_figure(2, width=7.6, height=3, title=title)
    _signed_bars(axes[0, 0], features, [f"feature {n}" for n in range(len(features))], "what came in", 1.35)
    names = [f"class {n}" + ("\n(true)" if n == label else "\n") for n in range(len(slopes))]
    _signed_bars(axes[0, 1], sums, names, "sum of each column", 1.5)
    return Picture(figure, f"Features {features.round(2).tolist()}. {title}.")


def flips(rows, slopes, label, title):
    """Several of `flip` as a row: the column sums for each list of features.

    Args:
        rows: a list of lists of features.
        slopes, label: as in `flip`.
        title: the message.
    """
    figure, axes = new_figure(len(rows), width=2.9 * len(rows), height=2.9, title=title)
    for axis, features in zip(axes[0], rows):
        names = [f"class {n}" + ("\n(true)" if n == label else "\n") for n in range(len(slopes))]
        caption = "features " + ", ".join(f"{feature:g}".replace("-", "−") for feature in features)
        _signed_bars(axis, np.outer(features, slopes).sum(axis=0), names, caption, 1.5)
    return Picture(figure, f"Column sums for {len(rows)} lists of features: {title}.")


def _at(record, step):
    """The step of a record, or its last one where it has fewer."""
    return min(step, len(record.images) - 1)


def race(records, step):
    """One step of several searches under each other: picture, label, distance. Always of the same size.

    Args:
        records: a dict from "DLG" and "iDLG" to an optimizers.Record of a search for one picture.
        step: int; a search that has ended stays at its last step.
    """
    figure, axes = new_figure(3, rows=len(records), width=8.4, height=2.6, width_ratios=(1, 1.3, 1.6))
    figure.set_layout_engine(None)  # laid out by hand: faster, so that a slider keeps up
    figure.subplots_adjust(left=0.01, right=0.985, top=0.94, bottom=0.1, wspace=0.25, hspace=0.5)
    longest = max(len(record.distances) for record in records.values())
    every = np.concatenate([record.distances for record in records.values()])
    for row, (name, record) in zip(axes, records.items()):
        now, last = _at(record, step), len(record.images) - 1
        _show_image(row[0], record.images[now][0], f"{name}, step {now}" + (" (its last)" if now == last else ""))
        _show_label(row[1], record.probabilities[now][0])
        row[1].set_title("label", fontsize=11)
        row[2].plot(record.distances, color=SHADES[name], linewidth=2)
        row[2].plot([now], record.distances[now : now + 1], "o", color=ORANGE, markersize=9)
        row[2].set(yscale="log", xlim=(-0.03 * longest, 1.03 * longest), ylim=(every.min() / 3, every.max() * 3))
        row[2].set_title("distance between the gradients", fontsize=11)
        row[2].set_xlabel("step", fontsize=9)
        row[2].grid(alpha=0.3)
    return Picture(figure, f"Picture, label and distance of {' and '.join(records)} at step {step}.")


def race_stills(records, steps, title):
    """Several searches as rows of pictures, one column for each step.

    Args:
        records: as in `race`.
        steps: ints; a search that has ended shows its last picture.
        title: the message.
    """
    figure, axes = new_figure(len(steps), rows=len(records), width=1.6 * len(steps), height=1.9, title=title)
    for row, (name, record) in zip(axes, records.items()):
        for axis, step in zip(row, steps):
            ended = step >= len(record.images) - 1
            _show_image(axis, record.images[_at(record, step)][0], "at its end" if ended else f"step {step}")
        row[0].set_ylabel(name, fontsize=12)
    return Picture(figure, f"{' and '.join(records)} at the steps {', '.join(map(str, steps))}: {title}.")


def counts(groups, out_of, title, ylabel):
    """How often DLG and iDLG succeeded, as pairs of bars with their counts.

    Args:
        groups: a dict from a setting, which may hold a line break, to a dict from "DLG" and "iDLG" to a count.
        out_of: of how many, int.
        title: the message.
        ylabel: what is counted.
    """
    figure, axes = new_figure(1, width=max(8.4, 1.7 * len(groups)), height=3.4, title=title)
    axis = axes[0, 0]
    for number, name in enumerate(SHADES):
        places = np.arange(len(groups)) + 0.4 * (number - 0.5)
        values = [group[name] for group in groups.values()]
        drawn = axis.bar(places, values, 0.36, color=SHADES[name], label=name, hatch="//" if number else "")
        axis.bar_label(drawn, [f"{value:g}" for value in values], fontsize=10, padding=2)
    axis.set_xticks(range(len(groups)), list(groups), fontsize=10)
    axis.set_ylim(0, 1.3 * out_of)
    axis.set_yticks([0, out_of // 2, out_of])
    axis.set_ylabel(ylabel, fontsize=10)
    axis.legend(loc="upper right", ncols=2, fontsize=10)
    told = "; ".join(f"{name.replace(chr(10), ' ')}: {group}" for name, group in groups.items())
    return Picture(figure, f"Pairs of bars, {title}: {told}.".replace("'", ""))
