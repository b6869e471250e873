"""The pictures of lesson 18: what a defence does to numbers, what came back, and leak against accuracy on one chart.

Most take the rows of the stored sweep, as `sweeps.load("defences")` gives them. Each picture is a plots.Picture.
"""

import numpy as np

from helpers import data
from helpers.plots import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, Picture, _show_image, new_figure
from helpers.sweep_defences import READ, STRENGTHS, pick, read
from helpers.sweep_failures import from_text

NAMES = {
    "none": "no defence",
    "gaussian": "Gaussian noise",
    "laplacian": "Laplacian noise",
    "clip": "clip",
    "clip+noise": "clip to 1, noise",
    "prune": "prune",
    "bits": "fewer bits",
    "batch": "larger batch",
}
_STYLE = {
    "none": ("k", "*"),
    "gaussian": (BLUE, "o"),
    "laplacian": (PURPLE, "v"),
    "clip": (GREY, "s"),
    "clip+noise": (GREEN, "D"),
    "prune": (ORANGE, "^"),
    "bits": (RED, "P"),
    "batch": ("#56B4E9", "X"),
}
# Where the strengths are written beside their marks, in points.
_PLACES = {
    "gaussian": (-34, -4),
    "clip": (8, 0),
    "clip+noise": (-6, 9),
    "prune": (8, -10),
    "bits": (8, -4),
    "batch": (8, -4),
    ("gaussian", 1e-4): (-44, -4),  # and where labels would meet
    ("gaussian", 1): (8, 5),
    ("gaussian", 0.1): (-26, -15),
    ("prune", 0.1): (8, 2),
    ("prune", 0.9): (-12, 9),
    ("bits", 8): (8, -9),
    ("batch", 10): (-6, 9),
    ("batch", 5): (-16, -6),
}


def strength_text(defence, strength):
    """A strength as the reader meets it: "70 %", "8 bits", "batch of 4", "0.01"."""
    if defence == "prune":
        return f"{strength:.0%}".replace("%", " %")
    return {"none": "–", "bits": f"{strength} bits", "batch": f"{strength} pictures"}.get(defence, f"{strength:g}")


def _plain(error):
    """An error in plain digits, such as 0.00004."""
    return np.format_float_positional(float(f"{error:.1g}"), trim="-")


def results(rows, defence, strength):
    """What one line of the table says, a dict: n and counts of pictures, labels and accuracy. Missing is None.

    Args:
        rows: of the stored sweep.
        defence, strength: one of sweep_defences.STRENGTHS.
    """
    came = pick(rows, "picture", defence, strength)
    trained = [row["accuracy"] for row in pick(rows, "training", defence, strength)]
    labels = {kind: pick(rows, "label", defence, strength, kind) for kind in ("fresh", "trained")}
    return {
        "n": len(came),
        "clear": read(came, 1e-3),
        "read": read(came),
        "mse": float(np.median([row["mse"] for row in came])),
        "ssim": float(np.median([row["ssim"] for row in came])),
        "right": sum(row["right"] for row in came),
        **{kind: (found[0]["labels_all"], found[0]["tried"]) if found else None for kind, found in labels.items()},
        "accuracy": float(np.mean(trained)),
        "runs": len(trained),
    }


def table(rows):
    """The table of the defences as a text, with n beside each figure: 7/20 is 7 of 20."""
    runs = results(rows, "none", 0)["runs"]
    lines = [
        ("", "", "clear", "readable", "median", "median", "label,", "label,", "trained", "accuracy"),
        ("defence", "strength", "<0.001", "<0.05", "mse", "ssim", "search", "layer", "network", f"n = {runs}"),
    ]
    for defence, strength in [(name, strength) for name, strengths in STRENGTHS.items() for strength in strengths]:
        one = results(rows, defence, strength)
        clear, readable, right = (f"{one[name]}/{one['n']}" for name in ("clear", "read", "right"))
        layer, trained = ("{}/{}".format(*one[kind]) if one[kind] else "–" for kind in ("fresh", "trained"))
        name = NAMES[defence] if strength == STRENGTHS[defence][0] else ""
        errors, accuracy = (f"{one['mse']:.6f}", f"{one['ssim']:.2f}"), f"{100 * one['accuracy']:.0f} %"
        lines.append(
            (name, strength_text(defence, strength), clear, readable, *errors, right, layer, trained, accuracy)
        )
    widths = [max(map(len, column)) for column in zip(*lines)]
    sides = "<<" + ">" * len(widths)
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(*line)).rstrip()
        for line in [(line, sides, widths) for line in lines]
    )


def chart(rows, title):
    """Both axes at once: how far what came back is from the picture, and the accuracy that training reaches.

    Args:
        rows: of the stored sweep.
        title: the message.
    """
    figure, axes = new_figure(1, width=9.4, height=5.6, title=title)
    axis = axes[0, 0]
    for defence, strengths in STRENGTHS.items():
        every = [results(rows, defence, strength) for strength in strengths]
        color, marker = _STYLE[defence]
        across, up = [100 - 100 * one["accuracy"] for one in every], [one["mse"] for one in every]
        size = 16 if defence == "none" else 8
        axis.plot(across, up, "-", marker=marker, color=color, markersize=size, label=NAMES[defence], alpha=0.9)
        for x, y, strength in zip(across, up, strengths):
            if defence not in ("none", "laplacian"):  # Laplacian noise lies on the Gaussian line
                text = strength_text(defence, strength).replace(" pictures", "").replace(" bits", "")
                place = _PLACES.get((defence, strength), _PLACES[defence])
                axis.annotate(text, (x, y), place, textcoords="offset points", fontsize=9, color="#222222")
    axis.set_yscale("log")
    axis.set_ylim(top=1)
    axis.set_xscale("log")  # of the digits misread, so that 92 and 94 of 100 do not lie on top of each other
    axis.set_xlim(95, 5)
    axis.set_xticks([90, 80, 50, 30, 20, 10, 6], ["10", "20", "50", "70", "80", "90", "94"])
    axis.minorticks_off()
    axis.set_xlabel("accuracy that the training reaches (%)", fontsize=11)
    axis.set_ylabel("median error of what came back (mse)\n← leaks        protects →", fontsize=11)
    axis.axhline(READ, color=GREY, linewidth=1.5, linestyle=":")
    axis.text(0.01, READ, "readable below this line", fontsize=10, va="top", transform=axis.get_yaxis_transform())
    axis.grid(alpha=0.25)
    axis.legend(fontsize=10, loc="lower left", frameon=False)
    return Picture(figure, f"Accuracy across and the median error upwards, a line for each defence: {title}.")


def before_and_after(before, after, title):
    """The same few numbers before and after some defences, as bars.

    Args:
        before: a list of numbers.
        after: a dict from a defence's name to the list that it makes of them.
        title: the message.
    """
    figure, axes = new_figure(1 + len(after), width=9.2, height=2.6, title=title, sharey=True)
    places = np.arange(1, len(before) + 1)
    for axis, (name, numbers) in zip(axes[0], {"as it is": before, **after}.items()):
        axis.bar(places, before, color="#D0D0D0", width=0.9)
        axis.bar(places, numbers, color=BLUE if name == "as it is" else ORANGE, width=0.5)
        axis.set_title(name, fontsize=11)
        axis.set_xticks(places)
        axis.tick_params(labelsize=9)
        axis.axhline(0, color=GREY, linewidth=0.8)
    said = "; ".join(f"{name} {', '.join(f'{number:.2g}' for number in numbers)}" for name, numbers in after.items())
    return Picture(figure, f"Bars of {len(before)} slopes before and after, {title}: {said}.")


def _first(rows, defence, strength, answer="", number=0):
    return pick(rows, "picture", defence, strength, answer)[number]


def strip(rows, defence, strengths, title, answer=""):
    """The first secret, and what came back of it at some strengths.

    Args:
        rows: of the stored sweep.
        defence: one of STRENGTHS.
        strengths: some of its strengths.
        title: the message.
        answer: how the attacker answered, as in the sweep.
    """
    images, _ = data.load_digits()
    figure, axes = new_figure(1 + len(strengths), width=1.7 * (1 + len(strengths)), height=2.6, title=title)
    _show_image(axes[0, 0], images[_first(rows, "none", 0)["picture"]], "the secret\n")
    for axis, strength in zip(axes[0, 1:], strengths):
        one = _first(rows, defence, strength, answer)
        _show_image(axis, from_text(one["thumbnail"]), f"{strength_text(defence, strength)}\nmse {_plain(one['mse'])}")
    said = ", ".join(strength_text(defence, strength) for strength in strengths)
    return Picture(figure, f"A digit, and what came back of it under {NAMES[defence]} of {said}: {title}.")


def dial(rows, defence, strength):
    """One defence at one strength: what came back, how often the label leaks, and how well the training goes.

    Args:
        rows: of the stored sweep.
        defence, strength: one of STRENGTHS.
    """
    one, first = results(rows, defence, strength), _first(rows, defence, strength)
    images, _ = data.load_digits()
    title = NAMES[defence] + ("" if defence == "none" else f", {strength_text(defence, strength)}")
    figure, axes = new_figure(4, width=9.0, height=2.9, title=title, width_ratios=(1, 1, 1, 1))
    _show_image(axes[0, 0], images[first["picture"]], "the secret\n")
    _show_image(axes[0, 1], from_text(first["thumbnail"]), f"came back\nmse {_plain(first['mse'])}")
    shares = {"pictures\nreadable": (one["read"], one["n"]), "labels\nread": one["fresh"] or (one["right"], one["n"])}
    bars = axes[0, 2].bar(list(shares), [100 * a / n for a, n in shares.values()], color=(BLUE, ORANGE))
    axes[0, 2].bar_label(bars, [f"{a} of {n}" for a, n in shares.values()], fontsize=9, padding=2)
    axes[0, 2].set_title("leaks (%)\n", fontsize=11)
    bars = axes[0, 3].bar(["accuracy of\nthe training"], [100 * one["accuracy"]], color=GREY, width=0.5)
    axes[0, 3].bar_label(bars, [f"{100 * one['accuracy']:.0f} %"], fontsize=9, padding=2)
    axes[0, 3].set_title("is worth (%)\n", fontsize=11)
    axes[0, 3].set_xlim(-0.8, 0.8)
    for axis in axes[0, 2:]:
        axis.set(ylim=(0, 115), yticks=(0, 50, 100))
    return Picture(
        figure,
        f"{title}: {one['read']} of {one['n']} pictures readable, accuracy {100 * one['accuracy']:.0f} %.",
    )


def dials(rows, places, title):
    """What came back at some strengths in a row, and under each how much leaks and what the training is worth.

    Args:
        rows: of the stored sweep.
        places: pairs (defence, strength).
        title: the message.
    """
    figure, axes = new_figure(len(places), rows=2, width=1.9 * len(places), height=2.1, title=title, sharey="row")
    said = []
    for (above, below), (defence, strength) in zip(axes.T, places):
        one, first = results(rows, defence, strength), _first(rows, defence, strength)
        _show_image(above, from_text(first["thumbnail"]), strength_text(defence, strength))
        label = one["fresh"] or (one["right"], one["n"])
        shares = [100 * one["read"] / one["n"], 100 * label[0] / label[1], 100 * one["accuracy"]]
        bars = below.bar(["picture", "label", "accuracy"], shares, color=(BLUE, ORANGE, GREY))
        below.bar_label(bars, [f"{share:.0f}" for share in shares], fontsize=9, padding=1)
        below.tick_params(axis="x", labelrotation=40, labelsize=9)
        below.set(ylim=(0, 118), yticks=(0, 50, 100))
        said.append(f"{strength_text(defence, strength)}: {', '.join(f'{share:.0f}' for share in shares)}")
    axes[1, 0].set_ylabel("%", fontsize=10)
    return Picture(figure, f"{title}, in percent: {'; '.join(said)}.")
