"""Pictures of lesson 19, first half: masks that cancel, and what a server receives."""

import numpy as np

from helpers.plots import BLUE, DARK_ORANGE, GREY, ORANGE, Picture, new_figure


def _small_image(axes, numbers, caption=""):
    """784 numbers as a grey picture, the smallest black and the largest white."""
    low, high = np.min(numbers), np.max(numbers)
    axes.imshow(np.reshape(numbers, (28, 28)), cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.set_title(caption, fontsize=11)


def received(messages, mean, title):
    """What a server receives from each participant, and what all messages say together: one column of the first table.

    Args:
        messages: for each participant a list of arrays, its message read as if it had no mask.
        mean: a list of arrays, the average that came out; its largest bias slope says which column is drawn.
        title: the message.
    """
    unit = np.argmax(np.abs(mean[1]))
    wide = len(messages) + 1
    figure, axes = new_figure(wide, width=2.1 * wide, height=2.8, title=title)
    for number, message in enumerate(messages):
        _small_image(axes[0, number], message[0][:, unit], f"message {number + 1}")
    _small_image(axes[0, -1], mean[0][:, unit], "all together")
    return Picture(figure, f"Grey pictures of {len(messages)} masked messages and of their average: {title}.")


def sent_and_summed(columns, messages, total, title):
    """Above what the participants hold, below what they send; on the right the sum of each row.

    Args:
        columns: for each participant 784 numbers, one column of its own gradient.
        messages: for each participant 784 numbers, the same column as it is sent.
        total: 784 numbers, what the sum of all messages says.
        title: the message.
    """
    wide = len(columns) + 1
    figure, axes = new_figure(wide, rows=2, width=1.9 * wide, height=2.1, title=title)
    for number, (column, message) in enumerate(zip(columns, messages)):
        _small_image(axes[0, number], column, f"participant {number + 1}")
        _small_image(axes[1, number], message)
    _small_image(axes[0, -1], np.sum(columns, axis=0), "the sum")
    _small_image(axes[1, -1], total)
    axes[0, 0].set_ylabel("stays at home", fontsize=11)
    axes[1, 0].set_ylabel("is sent", fontsize=11)
    told = "a column of each participant's gradient, its masked message, and both sums"
    return Picture(figure, f"Grey pictures of {told}: {title}.")


def clocks(walks, ring, title):
    """A walk on a dial for each participant: from its number, by the mask, to what it sends.

    Args:
        walks: a dict from a name to (number, mask); a mask below 0 leads backwards.
        ring: how many hours the dial has.
        title: the message.
    """
    figure, axes = new_figure(len(walks), width=3.6 * len(walks), height=3.7, title=title)
    for axis, (name, (number, mask)) in zip(axes[0], walks.items()):
        axis.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal")
        axis.set_axis_off()
        for hour in range(0, ring, ring // 10):
            x, y = _place(hour, ring)
            axis.plot([0.96 * x, 1.04 * x], [0.96 * y, 1.04 * y], color=GREY, linewidth=2)
            axis.text(1.2 * x, 1.2 * y, str(hour), ha="center", va="center", fontsize=9, color=GREY)
        path = np.array([_place(number + step, ring) for step in np.linspace(0, mask, 200)])
        radii = np.linspace(0.72, 0.88, 200)[:, None]
        axis.plot(*(radii * path).T, color=ORANGE, linewidth=2.5)
        arrow = {"arrowstyle": "-|>", "color": ORANGE, "linewidth": 2.5}
        axis.annotate("", 0.88 * path[-1], radii[-12] * path[-12], arrowprops=arrow)
        axis.plot(*(0.72 * path[0]), "o", color=BLUE, markersize=11)
        axis.plot(*(0.94 * path[-1]), "s", color=DARK_ORANGE, markersize=10)
        sign = "+" if mask >= 0 else "−"
        axis.text(0, 0.22, name, ha="center", va="center", fontsize=12)
        axis.text(0, -0.02, f"{number} {sign} {abs(mask)}", ha="center", va="center", fontsize=12, color=BLUE)
        sent = f"sends {(number + mask) % ring}"
        axis.text(0, -0.26, sent, ha="center", va="center", fontsize=12, color=DARK_ORANGE)
    told = "; ".join(
        f"{name} has {number} and sends {(number + mask) % ring}" for name, (number, mask) in walks.items()
    )
    return Picture(figure, f"Walks on a dial of {ring} hours: {title}. {told}.")


def _place(hour, ring):
    angle = np.pi / 2 - 2 * np.pi * hour / ring
    return np.array([np.cos(angle), np.sin(angle)])


def what_arrives(panels, ring, title):
    """How often each number arrives, for two secrets, in a panel for each kind of mask.

    Args:
        panels: a dict from a caption to a pair of (name, numbers that arrived).
        ring: numbers go from 0 to ring − 1.
        title: the message.
    """
    figure, axes = new_figure(len(panels), width=4.2 * len(panels), height=3.1, title=title, sharey=True)
    edges = np.linspace(0, ring, 26)
    for axis, (caption, pair) in zip(axes[0], panels.items()):
        for (name, numbers), color, style in zip(pair, (BLUE, ORANGE), ("-", "--")):
            counts, _ = np.histogram(numbers, edges)
            axis.stairs(100 * counts / len(numbers), edges, color=color, linestyle=style, linewidth=2.5, label=name)
        axis.set_title(caption, fontsize=11)
        axis.set_xlabel("the number that arrives", fontsize=10)
        axis.set(xlim=(0, ring))
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel("of 100 messages", fontsize=10)
    axes[0, 0].legend(fontsize=10)
    return Picture(figure, f"How often each number arrives, for two secrets: {title}. {', '.join(panels)}.")
