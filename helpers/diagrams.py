"""Drawings of an idea: boxes, arrows and what changes. Each returns a plots.Picture."""

from matplotlib.patches import FancyBboxPatch, Rectangle

from helpers.plots import BLUE, DARK_ORANGE, GREEN, GREY, ORANGE, PURPLE, RED, Picture, new_figure


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


def relay(stations, rates, total, title):
    """A relay of rates: what changes from station to station, each rate, and their product below (lesson 02).

    Args:
        stations: a list of pairs, what the station holds and its value, both str.
        rates: a list of str, one for each way from a station to the next.
        total: the rates multiplied, a str.
        title: the message.
    """
    apart, width = 4.3, 2.5
    right = apart * (len(stations) - 1) + width + 0.6
    figure, axes = _canvas(min(9.0, right * 0.62), min(9.0, right * 0.62) * 4.45 / right + 0.4, right, 4.8, title)
    places = [0.3 + width / 2 + apart * number for number in range(len(stations))]
    for place, (name, value) in zip(places, stations):
        _box(axes, place, 2.8, f"{name}\n{value}", BLUE, width=width, height=1.2)
    for place, rate in zip(places, rates):
        _arrow(axes, (place + width / 2 + 0.15, 2.8), (place + apart - width / 2 - 0.15, 2.8), color=ORANGE)
        axes.text(place + apart / 2, 3.75, rate, ha="center", va="bottom", fontsize=10, linespacing=1.3)
    axes.plot([places[0], places[0], places[-1]], [2.05, 1.35, 1.35], color=PURPLE, linewidth=2)
    _arrow(axes, (places[-1], 1.33), (places[-1], 2.1), color=PURPLE)
    axes.set_ylim(0.35, 4.8)
    axes.text(right / 2, 1.1, total, ha="center", va="top", fontsize=12, color=PURPLE)
    return Picture(figure, f"A relay from {stations[0][0]} to {stations[-1][0]}; the rates multiply: {total}.")


def where_the_tape_is_blind():
    """Three ways from w to the loss, each broken at another place, so that the tape answers None (lesson 02)."""
    figure, axes = _canvas(9.0, 5.0, 18, 9.6, "Three breaks in the way from w to the loss")
    rows = (
        (8.0, "w = 3.0", "NumPy works here", "loss", "1. it leaves\nTensorFlow"),
        (4.9, "w = 3", "w · w", "loss", "2. whole\nnumbers"),
        (1.8, "w = 3.0", "w · w", "loss", "3. the tape is on\ntoo late"),
    )
    for number, (y, first, middle, last, name) in enumerate(rows):
        axes.text(1.75, y, name, ha="center", va="center", fontsize=11, linespacing=1.4)
        tape = (12.9, 4.5) if number == 2 else (4.1, 13.3)
        frame = {"facecolor": "none", "edgecolor": PURPLE, "linestyle": "--", "linewidth": 2}
        axes.add_patch(Rectangle((tape[0], y - 1.15), tape[1], 2.1, **frame))
        axes.text(tape[0] + 0.15, y + 0.68, "tape", fontsize=9, color=PURPLE, va="center")
        broken = {0: 1, 1: 0, 2: 1}[number]
        _box(axes, 5.7, y - 0.15, first, BLUE, width=2.0, height=0.85)
        _box(axes, 10.4, y - 0.15, middle, GREY if number == 0 else BLUE, width=3.4, height=0.85)
        _box(axes, 15.6, y - 0.15, last, BLUE, width=2.0, height=0.85)
        for place, (start, end) in enumerate(((6.85, 8.55), (12.25, 14.45))):
            cut = place == broken or (number == 0 and place == 0)
            _arrow(axes, (start, y - 0.15), (end, y - 0.15), color=ORANGE if not cut else GREY)
            if cut:
                axes.text((start + end) / 2, y - 0.15, "×", fontsize=24, color=RED, ha="center", va="center")
    return Picture(
        figure, "Three ways from w to the loss: one leaves TensorFlow, one has whole numbers, one is too early."
    )


def _table(axes, left, top, numbers, colors=None, marked=(), cell=0.9):
    """A table of numbers as a grid; `colors` colour the columns' numbers, `marked` (row, column) pairs are shaded."""
    for row, line in enumerate(numbers):
        for column, number in enumerate(line):
            face = "#FBE7BF" if (row, column) in marked else "white"
            corner = (left + column * cell, top - (row + 1) * cell)
            axes.add_patch(Rectangle(corner, cell, cell, facecolor=face, edgecolor=GREY, linewidth=1.2))
            color = colors[column] if colors else "black"
            text = f"{number:g}".replace("-", "−")
            axes.text(
                corner[0] + cell / 2, corner[1] + cell / 2, text, ha="center", va="center", fontsize=12, color=color
            )


def layer_on_paper(x, W, b, title):
    """One layer with its numbers: input, kernel, bias and output as tables, and below the sum of each unit.

    Args:
        x: a list of numbers, (inputs,).
        W: a table, (inputs, 2); a column for each unit.
        b: two numbers.
        title: the message.
    """
    out = [sum(value * row[unit] for value, row in zip(x, W)) + b[unit] for unit in range(2)]
    units = (BLUE, "#A86400")
    figure, axes = _canvas(8.6, 4.3, 15.6, 7.2, title)
    spots = ((0.3, 4.9, [x], None, "input"), (4.4, 5.8, W, units, "kernel"), (8.2, 4.9, [b], units, "bias"))
    for left, top, numbers, colors, name in (*spots, (12.0, 4.9, [out], units, "output")):
        _table(axes, left, top, numbers, colors, cell=1.0)
        axes.text(left + len(numbers[0]) / 2, 6.3, name, ha="center", fontsize=12)
    for place, sign in ((3.85, "@"), (7.3, "+"), (11.1, "=")):
        axes.text(place, 4.4, sign, ha="center", va="center", fontsize=16)
    for unit, (color, total) in enumerate(zip(units, out)):
        products = " + ".join(f"{value:g}·{_signed(row[unit])}" for value, row in zip(x, W))
        text = f"unit {unit}:  {products} + {_signed(b[unit])} = {total:g}".replace("-", "−")
        axes.text(0.3, 1.7 - 0.95 * unit, text, fontsize=13, color=color, va="center")
    return Picture(figure, f"An input, a kernel of two columns, a bias and the output {out}: {title}.")


def _signed(number):
    return f"({number:g})" if number < 0 else f"{number:g}"


def stamp(picture, weights, place, title):
    """A stamp laid on a table of numbers: the covered part, the stamp, and where its sum goes in the result.

    Args:
        picture: a table, rows of numbers.
        weights: a smaller table, the stamp.
        place: (row, column) of the covered part's upper left corner.
        title: the message.
    """
    high, wide = len(weights), len(weights[0])

    def total(top, left):
        return sum(weights[r][c] * picture[top + r][left + c] for r in range(high) for c in range(wide))

    result = [
        [total(top, left) for left in range(len(picture[0]) - wide + 1)] for top in range(len(picture) - high + 1)
    ]
    covered = {(place[0] + r, place[1] + c) for r in range(high) for c in range(wide)}
    figure, axes = _canvas(8.4, 3.6, 15.2, 6.0, title)
    _table(axes, 0.3, 4.9, picture, marked=covered)
    _table(axes, 6.6, 4.0, weights)
    _table(axes, 11.6, 4.0, result, marked={tuple(place)})
    for middle, name in ((2.55, "picture"), (7.95, "stamp"), (12.95, "result")):
        axes.text(middle, 5.3, name, ha="center", fontsize=12)
    axes.text(5.7, 2.65, "×", ha="center", va="center", fontsize=18)
    axes.text(10.45, 2.65, "=", ha="center", va="center", fontsize=18)
    return Picture(figure, f"A stamp laid on a table of numbers at {tuple(place)} gives {total(*place)}: {title}.")


def federation():
    """The server in the middle: weights go out (blue), gradients come back (orange), pictures stay (dashed)."""
    figure, axes = _canvas(8.4, 4.5, 13.4, 7.0, "Gradients travel, pictures stay")
    _box(axes, 6.7, 6.1, "server\nthe shared weights", GREY, width=3.9, height=1.2)
    for left, name in ((2.2, "hospital A"), (6.7, "hospital B"), (11.2, "hospital C")):
        _box(axes, left, 1.6, "", PURPLE, width=3.2, height=2.4, linestyle="--")
        axes.text(left, 2.35, name, ha="center", va="center", fontsize=11)
        for shift in (0, 0.22, 0.44):
            corner = (left - 0.65 + shift, 0.95 + shift / 2)
            axes.add_patch(Rectangle(corner, 0.85, 0.75, facecolor="lightgrey", edgecolor=GREY))
        axes.text(left, 0.62, "pictures and labels", ha="center", va="center", fontsize=9)
        top = 6.7 + (left - 6.7) * 0.3
        _arrow(axes, (top - 0.3, 5.4), (left - 0.45, 2.95), color=BLUE)
        _arrow(axes, (left + 0.45, 2.95), (top + 0.3, 5.4), color=ORANGE)
    axes.text(6.1, 4.2, "weights", ha="right", va="center", fontsize=11, color=BLUE)
    axes.text(7.3, 4.2, "gradient", ha="left", va="center", fontsize=11, color=DARK_ORANGE)
    return Picture(figure, "A server above three hospitals: weights go down to each, gradients come up, pictures stay.")
