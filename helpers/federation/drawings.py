"""The pictures of lesson 08. Each function returns a plots.Picture."""

import numpy as np

from helpers.plots import BLUE, ORANGE, Picture, new_figure


def loss_by_round(curves, title):
    """The loss after each round; the first curve is broad and pale, so that an equal one on top of it is seen.

    Args:
        curves: a dict from a name to a list of losses, the first before any round; two of them.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.4, height=3.3, title=title)
    styles = ({"color": ORANGE, "linewidth": 9, "alpha": 0.5}, {"color": BLUE, "linewidth": 2, "linestyle": "--"})
    for (name, losses), style in zip(curves.items(), styles):
        axes[0, 0].plot(losses, label=name, **style)
    axes[0, 0].set(xlabel="round", ylabel="loss", xticks=range(len(losses)), ylim=(0, None))
    axes[0, 0].grid(alpha=0.3)
    axes[0, 0].legend(fontsize=10)
    return Picture(figure, f"Curves of the loss over the rounds for {' and '.join(curves)}: {title}.")


def batches_and_columns(batches, columns, title):
    """Above the pictures that stay at home, below one column of the weight gradient that is sent, side by side.

    Args:
        batches: a list of (pictures, 28, 28) arrays in [0, 1].
        columns: for each batch, the 784 numbers that belong to one unit; black is the smallest, white the largest.
        title: the message.
    """
    figure, axes = new_figure(len(batches), rows=2, width=max(6, 1.7 * len(batches)), height=2.0, title=title)
    counts = [f"{len(batch)} picture{'s' if len(batch) > 1 else ''}" for batch in batches]
    for above, below, batch, column, count in zip(axes[0], axes[1], batches, columns, counts):
        above.imshow(_sheet(batch), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        above.set_title(count, fontsize=11)
        below.imshow(np.reshape(column, (28, 28)), cmap="gray", interpolation="nearest")
        for axis in (above, below):
            axis.set(xticks=[], yticks=[])
    axes[0, 0].set_ylabel("stays", fontsize=11)
    axes[1, 0].set_ylabel("is sent", fontsize=11)
    return Picture(figure, f"A column of the gradient of {', '.join(counts)}: {title}.")


def _sheet(batch):
    """All pictures of a batch as one square picture, on grey, with a gap between them."""
    side = int(np.ceil(np.sqrt(len(batch))))
    sheet = np.full((side * side, 30, 30), 0.7)
    sheet[: len(batch), 1:-1, 1:-1] = batch
    return sheet.reshape(side, side, 30, 30).transpose(0, 2, 1, 3).reshape(side * 30, side * 30)
