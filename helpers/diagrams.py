"""Drawings of an idea: boxes, arrows and what changes. Each returns a plots.Picture."""

from matplotlib.patches import FancyBboxPatch

from helpers.plots import GREEN, GREY, PURPLE, RED, Picture, new_figure


def _box(axes, x, y, text, color, width=1.9, height=0.8, linewidth=2.2, **kwargs):
    patch = FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, "round,pad=0.05", edgecolor=color, facecolor="white",
        linewidth=linewidth, **kwargs
    )  # fmt: skip
    axes.add_patch(patch)
    axes.text(x, y, text, ha="center", va="center", fontsize=11, color="black", linespacing=1.4)


def _arrow(axes, start, end, text="", color=GREY, above=0.12):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 1.8})
    axes.text((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + above, text, ha="center", va="bottom", fontsize=10)


def _canvas(width, height, right, top, title):
    figure, axes = new_figure(1, width=width, height=height, title=title)
    axes[0, 0].set(xlim=(0, right), ylim=(0, top), aspect="equal")
    axes[0, 0].set_axis_off()
    return figure, axes[0, 0]


def one_times_kernel(kernel, title):
    """The input 1, a wire to each unit with that unit's weight, and the outputs: the weights themselves.

    Args:
        kernel: a list of numbers, the weights of the wires.
        title: the message.
    """
    figure, axes = _canvas(6.4, 3.0, 8, 3.4, title)
    _box(axes, 1, 1.7, "1", GREY, width=0.8)
    for number, weight in enumerate(kernel):
        y = 1.7 + 1.15 * ((len(kernel) - 1) / 2 - number)
        _arrow(axes, (1.5, 1.7), (5.3, y))
        axes.text(3.6, y + (1.7 - y) * 0.42 + 0.08, f"× {weight:g}", ha="center", va="bottom", fontsize=11)
        _box(axes, 6, y, f"{weight:g}", GREEN, width=1.1, height=0.66)
    return Picture(figure, f"The number 1 goes over {len(kernel)} wires; what arrives is each wire's weight: {title}.")


def two_trainings():
    """Usual training beside the attack: what is fixed, what changes (purple), what the loss compares."""
    figure, axes = _canvas(9.6, 4.6, 15.4, 7.2, "Known and unknown change places")
    columns = (
        (0, "usual training", "picture", "weights", "prediction", "true label", "prediction against true label"),
        (
            8,
            "the attack",
            "picture\nand label",
            "weights",
            "gradient",
            "captured\ngradient",
            "gradient against captured",
        ),
    )
    for left, head, first, second, middle, target, loss in columns:
        axes.text(left + 3.7, 6.8, head, ha="center", fontsize=13, weight="bold")
        change_first = head == "the attack"
        _box(axes, left + 1.6, 5.4, first, *((PURPLE, 1.9, 1.2, 4) if change_first else (GREY, 1.9, 1.2)))
        _box(axes, left + 5.6, 5.4, second, *((GREY, 1.9, 1.2) if change_first else (PURPLE, 1.9, 1.2, 4)))
        _box(axes, left + 4.9, 3.1, middle, GREY, width=2.3)
        _box(axes, left + 1.5, 3.1, target, GREY, width=2.1, height=1.1)
        _box(axes, left + 3.6, 0.8, f"loss: {loss}", GREY, width=6.4)
        _arrow(axes, (left + 2.7, 4.7), (left + 4.3, 3.6))
        _arrow(axes, (left + 5.6, 4.7), (left + 5.2, 3.6))
        _arrow(axes, (left + 4.7, 2.6), (left + 4.3, 1.3))
        _arrow(axes, (left + 1.8, 2.4), (left + 2.5, 1.3))
    axes.text(7.6, 5.4, "purple\n= changes", ha="center", va="center", fontsize=10, color=PURPLE)
    return Picture(figure, "Two columns: usual training changes the weights, the attack the picture and the label.")


def deep_leakage_model():
    """The model of lesson 11: the number 1, two Dense layers that hold picture and label, the base model."""
    figure, axes = _canvas(9.6, 4.3, 15.4, 6.8, "Fed with 1, the model returns its dummy's gradient")
    _box(axes, 4.95, 3.2, "", PURPLE, width=4.9, height=6.0, linestyle="--", linewidth=3)
    axes.text(4.95, 5.75, "what changes", ha="center", fontsize=11, color=PURPLE)
    _box(axes, 0.9, 3.2, "1", GREY, width=0.9)
    _box(axes, 4.95, 4.6, "dense1: picture x\n784 numbers", GREEN, width=3.9, height=1.4, linewidth=3)
    _box(axes, 4.95, 1.6, "dense2: label y\n10 numbers, softmax", RED, width=3.9, height=1.4, linewidth=3)
    _box(axes, 10.1, 3.2, "base model\n(does not change)", GREY, width=3.2, height=1.5)
    _box(axes, 14.1, 3.2, "gradient\nf(x, y)", GREY, width=2.0, height=1.5)
    _arrow(axes, (1.4, 3.4), (2.85, 4.5))
    _arrow(axes, (1.4, 3.0), (2.85, 1.7))
    _arrow(axes, (7.0, 4.5), (8.4, 3.6), "x", above=0.2)
    _arrow(axes, (7.0, 1.7), (8.4, 2.8), "y", above=-0.75)
    _arrow(axes, (11.8, 3.2), (13.0, 3.2))
    return Picture(
        figure, "The number 1 enters two Dense layers that hold picture and label; the base model returns the gradient."
    )
