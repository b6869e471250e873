"""Every static picture and every movie, each with its description. Called by lessons and by `widgets`.

A function returns a Picture: the last line of a cell shows it, and where pictures cannot be shown its
description stands instead. The figures are not known to pyplot, so nothing is drawn twice or left open.
"""

import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

DPI = 144
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#0072B2", "#E69F00", "#007A5A", "#C23B00", "#7A3E9D", "#595959"
DARK_ORANGE = "#8A5A00"  # for text, which must stand out more than a line


class Picture:
    """A figure that shows itself in a notebook.

    Args:
        figure: a matplotlib Figure.
        description: one sentence that stands for the picture in plain text.
    """

    def __init__(self, figure, description):
        self.figure, self.description = figure, description

    @property
    def png(self):
        """The picture as PNG bytes, equal for equal figures (no date, no program's name)."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        return buffer.getvalue()

    def __repr__(self):
        return self.description

    def _repr_mimebundle_(self, include=None, exclude=None):
        width = int(self.figure.get_figwidth() * DPI / 2)
        return {"image/png": self.png, "text/plain": self.description}, {"image/png": {"width": width}}


class Movie:
    """A GIF that plays once in a notebook, with no script and no kernel.

    Args:
        gif: bytes.
        description: one sentence that stands for the movie in plain text.
    """

    def __init__(self, gif, description):
        self.gif, self.description = gif, description

    def __repr__(self):
        return self.description

    def _repr_mimebundle_(self, include=None, exclude=None):
        import base64

        data = {"image/gif": base64.b64encode(self.gif).decode(), "text/plain": self.description}
        return data, {"image/gif": {"width": 440}}


def new_figure(columns, rows=1, width=None, height=2.4, title=None, **kwargs):
    """A figure and its array of axes, (rows, columns); sizes in inches; the message `title` stands on top."""
    figure = Figure(figsize=(width or 2.1 * columns, height * rows), layout="constrained")
    if title:
        figure.suptitle(title, fontsize=13)
    return figure, figure.subplots(rows, columns, squeeze=False, **kwargs)


def _show_image(axes, image, caption=None):
    axes.imshow(np.clip(image, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    if caption is not None:
        axes.set_title(caption, fontsize=11)


def _show_label(axes, probabilities):
    axes.bar(range(len(probabilities)), probabilities, color=RED)
    axes.set(ylim=(0, 1), yticks=(0, 0.5, 1), xticks=range(len(probabilities)))
    axes.tick_params(labelsize=8)
    axes.set_xlabel("class", fontsize=9)


def _name_axes(axes, across, up, size=10):
    axes.set_xlabel(across, fontsize=size)
    axes.set_ylabel(up, fontsize=size)
    axes.grid(alpha=0.3)


def images(pictures, captions, title):
    """Pictures side by side.

    Args:
        pictures: a list of (height, width) or (height, width, 3) arrays in [0, 1]; values outside are cut off.
        captions: one str for each.
        title: the message of the whole.
    """
    figure, axes = new_figure(len(pictures), width=max(6, 2.1 * len(pictures)), height=2.7, title=title)
    for axis, picture, caption in zip(axes[0], pictures, captions):
        _show_image(axis, picture, caption)
    return Picture(figure, f"Pictures side by side, {title}: {', '.join(captions)}.")


def gradient_noise(gradients, title):
    """All numbers of a list of gradients as one grey picture, tensor after tensor, row by row.

    Args:
        gradients: a list of tensors or arrays.
        title: the message.
    """
    numbers = np.concatenate([np.ravel(gradient) for gradient in gradients])
    rows = int(np.sqrt(len(numbers) / 2))
    columns = -(-len(numbers) // rows)
    reach = np.percentile(np.abs(numbers), 95)
    padded = np.pad(numbers, (0, rows * columns - len(numbers)))
    figure, axes = new_figure(1, width=7.5, height=3.9, title=title)
    axes[0, 0].imshow(padded.reshape(rows, columns), cmap="gray", vmin=-reach, vmax=reach, interpolation="nearest")
    axes[0, 0].set_axis_off()
    return Picture(figure, f"{len(numbers):,} numbers drawn as grey dots, {title}.")


def stills(record, steps, title):
    """A search as a row of pictures, with the label under each as bars.

    Args:
        record: an optimizers.Record of a search for one picture.
        steps: which steps to show, ints; 0 is the first that was recorded.
        title: the message.
    """
    figure, axes = new_figure(
        len(steps), rows=2, width=1.75 * len(steps), height=1.85, title=title, height_ratios=(3, 2)
    )
    for column, step in enumerate(steps):
        _show_image(axes[0, column], record.images[step][0], f"step {step}")
        _show_label(axes[1, column], record.probabilities[step][0])
        if column:
            axes[1, column].set_yticklabels([])
    axes[1, 0].set_ylabel("label", fontsize=9)
    return Picture(figure, f"The dummy picture and its label at the steps {', '.join(map(str, steps))}: {title}.")


def frame(record, step):
    """One step of a search: picture, label, and where on the curve of distances it is.

    Args:
        record: an optimizers.Record of a search for one picture.
        step: int; 0 is the first that was recorded.
    """
    figure, axes = new_figure(3, width=8.4, height=2.9, width_ratios=(1, 1.3, 1.6))
    _show_image(axes[0, 0], record.images[step][0], f"picture, step {step}")
    _show_label(axes[0, 1], record.probabilities[step][0])
    axes[0, 1].set_title("label", fontsize=11)
    _show_distances(axes[0, 2], {"": record.distances})
    axes[0, 2].plot([step], record.distances[step : step + 1], "o", color=ORANGE, markersize=9)
    return Picture(figure, f"The dummy picture, its label and the distance at step {step}.")


def movie(record, title, frames=30):
    """A search as a GIF of under 5 seconds that plays once.

    Args:
        record: an optimizers.Record of a search for one picture.
        title: the message.
        frames: how many of the steps are shown; they lie closer together at the beginning.
    """
    steps = np.unique(np.geomspace(1, len(record.images), frames).astype(int) - 1)
    figure, axes = new_figure(2, width=5.2, height=2.8, title=f"{title}: step {steps[-1]}", width_ratios=(1, 1.4))
    _show_image(axes[0, 0], record.images[-1][0])
    _show_label(axes[0, 1], record.probabilities[-1][0])
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once: faster, and nothing jumps
    shown = []
    for step in steps:
        figure.suptitle(f"{title}: step {step}", fontsize=13)
        axes[0, 0].images[0].set_data(np.clip(record.images[step][0], 0, 1))
        for bar, height in zip(axes[0, 1].patches, record.probabilities[step][0]):
            bar.set_height(height)
        figure.savefig(buffer := io.BytesIO(), dpi=100)
        shown.append(Image.open(buffer).convert("L").quantize(16))
    pause = [4000 // len(steps)] * (len(steps) - 1) + [900]
    shown[0].save(buffer := io.BytesIO(), format="GIF", save_all=True, append_images=shown[1:], duration=pause)
    return Movie(buffer.getvalue(), f"{title}: a movie of the dummy picture and its label, step 0 to step {steps[-1]}.")


def _show_distances(axes, curves):
    for (name, distances), color, style in zip(curves.items(), (BLUE, ORANGE, GREY), ("-", "--", ":")):
        axes.plot(distances, style, color=color, label=name, linewidth=2)
    axes.set_yscale("log")
    axes.set_xlabel("step", fontsize=10)
    axes.set_title("distance between the gradients", fontsize=11)
    axes.grid(alpha=0.3)
    if len(curves) > 1:
        axes.legend(fontsize=10)


def distances(curves, title):
    """How the distance between the gradients falls, on a logarithmic scale.

    Args:
        curves: a dict from a name to a list of distances, up to three.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.4, height=3.4, title=title)
    _show_distances(axes[0, 0], curves)
    return Picture(figure, f"Curves of the distance over the steps for {', '.join(curves)}: {title}.")


def bars(groups, names, title):
    """A few numbers as bars, each with its value written on it.

    Args:
        groups: a dict from a caption to a list of numbers; one panel each.
        names: what each number is called, one str for each.
        title: the message.
    """
    figure, axes = new_figure(len(groups), width=max(5, 3 * len(groups)), height=2.8, title=title, sharey=True)
    for axis, (caption, numbers), color in zip(axes[0], groups.items(), (BLUE, ORANGE, GREY)):
        drawn = axis.bar(names, numbers, color=color)
        axis.bar_label(drawn, [f"{number:.2f}" for number in numbers], fontsize=10, padding=2)
        axis.set_title(caption, fontsize=11)
        axis.margins(y=0.2)
        axis.axhline(0, color=GREY, linewidth=0.8)
    return Picture(figure, f"Bars, {title}: {', '.join(groups)}.")
