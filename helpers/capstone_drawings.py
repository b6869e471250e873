"""The pictures of lesson 20: five gradients, a thumbnail in bins, what the numbers tell at once, and what opened."""

import numpy as np
from matplotlib.patches import Polygon, Rectangle

from helpers.plots import BLUE, DARK_ORANGE, GREY, ORANGE, Picture, new_figure


def _numbers(file):
    return np.concatenate([tensor.ravel() for tensor in file.gradient])


def _short(name):
    return name.replace("_", " ").replace(" ", ": ", 1)


def gradients(files, title):
    """4096 of each captured gradient's numbers, evenly spread, as a grey tile.

    Args:
        files: a list of capstone.Captured.
        title: the message.
    """
    figure, axes = new_figure(len(files), width=8.4, height=2.6, title=title)
    for axis, file in zip(axes[0], files):
        numbers = _numbers(file)
        some = numbers[np.linspace(0, len(numbers) - 1, 4096).astype(int)].reshape(64, 64)
        reach = np.percentile(np.abs(some), 90) or 1
        axis.imshow(some, cmap="gray", vmin=-reach, vmax=reach, interpolation="nearest")
        axis.set(xticks=[], yticks=[])
        axis.set_title(_short(file.name), fontsize=11)
        axis.set_xlabel(f"{len(numbers):,} numbers", fontsize=10)
    return Picture(figure, f"Five tiles of grey noise, {title}: {', '.join(file.name for file in files)}.")


def cells(picture, thumbnail, bins, title):
    """A digit with its 4×4 cells, the cells' averages, and the numbers of the bins that they fall into.

    Args:
        picture: (28, 28) array.
        thumbnail, bins: (4, 4) arrays.
        title: the message.
    """
    figure, axes = new_figure(3, width=8.4, height=3.1, title=title)
    axes[0, 0].imshow(np.clip(picture, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    for edge in (6.5, 13.5, 20.5):
        axes[0, 0].axhline(edge, color=ORANGE, linewidth=1.2)
        axes[0, 0].axvline(edge, color=ORANGE, linewidth=1.2)
    axes[0, 0].set_title("784 pixels", fontsize=11)
    for axis, table, caption in ((axes[0, 1], thumbnail, "16 averages"), (axes[0, 2], bins, "16 bins")):
        shown = thumbnail if axis is axes[0, 1] else np.ones((4, 4))
        axis.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        for row in range(4):
            for column in range(4):
                color = "white" if shown[row, column] < 0.5 else "black"
                text = f"{table[row, column]:.2f}" if axis is axes[0, 1] else str(int(table[row, column]))
                axis.text(column, row, text, ha="center", va="center", fontsize=11, color=color)
        if axis is axes[0, 2]:
            for edge in (0.5, 1.5, 2.5):
                axis.axhline(edge, color=GREY, linewidth=0.8)
                axis.axvline(edge, color=GREY, linewidth=0.8)
        axis.set_title(caption, fontsize=11)
    for axis in axes[0]:
        axis.set(xticks=[], yticks=[])
    return Picture(figure, f"A digit, the averages of its 4×4 cells, and their bins: {title}.")


def edges(average, width, reach, title):
    """One average on a line of bins, twice: with bins that begin at 0, and moved so that it lies in the middle.

    Args:
        average: float.
        width: of a bin.
        reach: how far a good answer may lie off.
        title: the message.
    """
    figure, axes = new_figure(1, rows=2, width=7.4, height=1.35, title=title)
    moved = (average - width / 2) % width
    for axis, offset, name in zip(axes[:, 0], (0.0, moved), ("bins from 0 on", "bins moved by the offset")):
        axis.set(xlim=(0, 1), ylim=(0, 1), yticks=[])
        first = int(np.floor((0 - offset) / width))
        for number in range(first, int(np.ceil((1 - offset) / width))):
            left = offset + number * width
            axis.add_patch(Rectangle((left, 0), width, 1, facecolor=("white", "#DCE9F2")[number % 2], edgecolor=GREY))
        axis.plot([average - reach, average + reach], [0.5, 0.5], color=ORANGE, linewidth=6, solid_capstyle="butt")
        axis.plot([average], [0.5], "o", color="black", markersize=7)
        axis.set_title(name, fontsize=11)
        axis.tick_params(labelsize=9)
    axes[1, 0].set_xlabel("a cell's average", fontsize=10)
    return Picture(figure, f"An average on a line of bins, without and with an offset: {title}.")


def _patterns(file):
    """The singular values of the last kernel's slopes, the largest as 1: how many patterns were added up."""
    values = np.linalg.svd(file.gradient[-2].astype("float64"), compute_uv=False)
    return np.maximum(values / values[0], 1e-9)


def _show_biases(axis, file):
    slopes = np.sort(file.gradient[-1])
    axis.bar(range(len(slopes)), slopes, color=[DARK_ORANGE if slope < 0 else BLUE for slope in slopes])
    axis.axhline(0, color=GREY, linewidth=0.8)
    reach = 1.15 * np.max(np.abs(slopes))
    axis.set(ylim=(-reach, reach), xticks=[], yticks=[0])
    below = int(np.sum(slopes < 0))
    axis.set_xlabel(f"{below} below 0", fontsize=10, color=DARK_ORANGE)


def _show_patterns(axis, file):
    values = _patterns(file)
    large = int(np.sum(values > 1e-3))
    axis.bar(range(len(values)), values, color=[DARK_ORANGE if value > 1e-3 else BLUE for value in values])
    axis.set(yscale="log", ylim=(1e-9, 3), xticks=[], yticks=[1, 1e-3, 1e-6])
    axis.set_yticklabels(["1", "0.001", "0.000001"], fontsize=9)
    axis.set_xlabel(f"{large} that count" if large > 1 else "1 that counts", fontsize=10, color=DARK_ORANGE)


def _show_zeros(axis, file):
    shares = [float(np.mean(tensor == 0)) for tensor in file.gradient]
    axis.bar(range(len(shares)), shares, color=BLUE)
    axis.set(ylim=(0, 1), yticks=[0, 0.5, 1], xlim=(-0.6, 7.6), xticks=[])
    axis.set_yticklabels(["0 %", "50 %", "100 %"], fontsize=9)
    axis.axhline(0, color=GREY, linewidth=0.8)
    axis.set_xlabel(f"{len(shares)} tensors", fontsize=10)


def triage(file):
    """What the numbers of one file tell before any attack. All five have pictures of one size.

    Args:
        file: a capstone.Captured.
    """
    numbers = _numbers(file)
    size, pixels = float(np.sum(numbers.astype("float64") ** 2)), file.pictures * int(np.prod(file.image_shape))
    title = f"{_short(file.name)}: {len(numbers):,} numbers for {pixels:,} pixels, size {size:.3g}"
    figure, axes = new_figure(3, width=8.4, height=3.2, title=title)
    figure.set_layout_engine(None)
    figure.subplots_adjust(left=0.05, right=0.98, bottom=0.2, top=0.76, wspace=0.42)
    _show_biases(axes[0, 0], file)
    axes[0, 0].set_title("last bias slopes, sorted", fontsize=11)
    _show_patterns(axes[0, 1], file)
    axes[0, 1].set_title("patterns in the last kernel", fontsize=11)
    _show_zeros(axes[0, 2], file)
    axes[0, 2].set_title("share of exact zeros", fontsize=11)
    return Picture(figure, f"{title}. Bars of the last bias slopes, of the patterns, and of the share of zeros.")


def triage_row(files, title):
    """The same for several files, a column each.

    Args:
        files: a list of capstone.Captured.
        title: the message.
    """
    figure, axes = new_figure(len(files), rows=3, width=8.4, height=1.6, title=title)
    for column, file in enumerate(files):
        for row, show in enumerate((_show_biases, _show_patterns, _show_zeros)):
            show(axes[row, column], file)
            if column:
                axes[row, column].set_yticklabels([])
        axes[0, column].set_title(_short(file.name), fontsize=11)
    for row, name in enumerate(("bias slopes", "patterns", "exact zeros")):
        axes[row, 0].set_ylabel(name, fontsize=10)
    return Picture(figure, f"For each file, the last bias slopes, the patterns and the zeros: {title}.")


def _envelope(axis):
    axis.set(xlim=(0, 10), ylim=(0, 10), aspect="equal")
    axis.add_patch(Rectangle((1, 2.2), 8, 5.6, facecolor="white", edgecolor=GREY, linewidth=2))
    axis.add_patch(Polygon([(1, 7.8), (5, 4.6), (9, 7.8)], closed=False, fill=False, edgecolor=GREY, linewidth=2))
    axis.plot([5], [4.7], "o", color=DARK_ORANGE, markersize=11)


def opened(results, title):
    """What has been opened: the picture of each file, or a sealed envelope.

    Args:
        results: with the attribute `opened`, a dict from a file's name to (pictures, labels) or None.
        title: the message.
    """
    figure, axes = new_figure(len(results.opened), width=8.4, height=2.7, title=title)
    for axis, (name, found) in zip(axes[0], results.opened.items()):
        axis.set_title(_short(name), fontsize=11)
        axis.set(xticks=[], yticks=[])
        if found is None:
            _envelope(axis)
            axis.set_xlabel("sealed", fontsize=10)
            continue
        pictures, labels = found
        if len(pictures) == 4:
            pictures = [np.block([[pictures[0], pictures[1]], [pictures[2], pictures[3]]])]
        axis.imshow(np.clip(pictures[0], 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axis.set_xlabel(f"label{'s' * (len(labels) > 1)} {', '.join(map(str, labels))}", fontsize=10)
    told = ", ".join(f"{name} {'sealed' if found is None else 'open'}" for name, found in results.opened.items())
    return Picture(figure, f"What came out of the files, {title}: {told}.")
