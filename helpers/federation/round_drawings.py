"""The pictures of lesson 17: the parts of a real federation, steps that a participant takes alone, and what is left."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from helpers.plots import BLUE, DARK_ORANGE, GREY, ORANGE, PURPLE, Picture, new_figure


def _frame(axes, left, bottom, width, height, text, color, linestyle="-", size=11):
    style = "round,pad=0.08"
    patch = FancyBboxPatch(
        (left, bottom), width, height, style, edgecolor=color, facecolor="white", linewidth=2, linestyle=linestyle
    )
    axes.add_patch(patch)
    axes.text(left + width / 2, bottom + height / 2, text, ha="center", va="center", fontsize=size, linespacing=1.4)


def _arrow(axes, start, end, color):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})


def parts(title):
    """Three machines: the server's with SuperLink and ServerApp, two participants' with SuperNode and ClientApp.

    Args:
        title: the message.
    """
    figure, axes = new_figure(1, width=8.6, height=5.2, title=title)
    axes = axes[0, 0]
    axes.set(xlim=(0, 17.2), ylim=(0, 9.6))
    axes.set_axis_off()
    _frame(axes, 2.9, 6.1, 11.4, 3.1, "", GREY, "--")
    axes.text(3.1, 8.85, "the server's machine", fontsize=10, color=GREY, va="center")
    _frame(axes, 7.2, 6.3, 2.8, 1.1, "SuperLink", GREY)
    _frame(axes, 3.3, 7.4, 2.8, 1.1, "ServerApp", GREY)
    _frame(axes, 11.0, 7.35, 2.9, 1.2, "a copy of\neach reply", DARK_ORANGE, size=10)
    _arrow(axes, (6.2, 7.9), (7.5, 7.5), BLUE)
    _arrow(axes, (7.1, 6.85), (5.4, 7.3), ORANGE)
    axes.annotate(
        "",
        (10.9, 8.25),
        (6.2, 8.25),
        arrowprops={"arrowstyle": "-|>", "color": DARK_ORANGE, "linewidth": 2, "linestyle": ":"},
    )
    axes.text(8.7, 8.5, "keeps", fontsize=10, color=DARK_ORANGE, ha="center", va="center")
    for left, number in ((0.4, 0), (9.4, 1)):
        _frame(axes, left, 0.4, 7.4, 3.6, "", PURPLE, "--")
        axes.text(left + 0.2, 0.7, f"machine of participant {number}", fontsize=10, color=PURPLE, va="center")
        _frame(axes, left + 2.2, 2.5, 3.0, 1.2, "SuperNode", PURPLE)
        _frame(axes, left + 0.4, 1.1, 2.8, 1.0, "ClientApp", PURPLE)
        _frame(axes, left + 4.3, 1.1, 2.7, 1.0, "the picture", PURPLE, ":", size=10)
        _arrow(axes, (left + 4.2, 1.6), (left + 3.35, 1.6), PURPLE)
        middle, port = left + 3.7, 8.6 + (left - 4.9) * 0.16
        _arrow(axes, (port - 0.25, 6.25), (middle - 0.45, 3.85), BLUE)
        _arrow(axes, (middle + 0.45, 3.85), (port + 0.25, 6.25), ORANGE)
    axes.text(4.3, 5.1, "weights", ha="right", va="center", fontsize=11, color=BLUE)
    axes.text(8.6, 5.1, "reply", ha="center", va="center", fontsize=11, color=DARK_ORANGE)
    return Picture(figure, f"SuperLink and ServerApp on one machine, SuperNode and ClientApp on two others: {title}.")


def own_steps(steps, rate, title):
    """A participant walks down the loss w² from w = 1, and the slopes that it meets, with their average.

    Args:
        steps: how many, int from 1 to 10.
        rate: float.
        title: the message.
    """
    places = [1.0]
    for _ in range(steps):
        places.append(places[-1] * (1 - 2 * rate))
    places = np.array(places)
    slopes = 2 * places[:-1]
    figure, axes = new_figure(2, width=8.4, height=3.3, title=title)
    curve, bars = axes[0]
    across = np.linspace(-0.6, 1.25, 100)
    curve.plot(across, across**2, color=GREY, linewidth=2)
    curve.plot(places, places**2, "o-", color=BLUE, linewidth=1.5, markersize=6)
    curve.plot(places[-1:], places[-1:] ** 2, "o", color=ORANGE, markersize=9, markeredgecolor="black")
    curve.plot(places[:1], places[:1] ** 2, "o", color=BLUE, markersize=9, markeredgecolor="black")
    curve.annotate("sent", (1, 1), (-10, 2), textcoords="offset points", fontsize=10, color=BLUE, ha="right")
    down = (places[-1], places[-1] ** 2)
    curve.annotate("sent back", down, (0, 12), textcoords="offset points", fontsize=10, color=DARK_ORANGE, ha="center")
    curve.set(xlim=(-0.6, 1.25), ylim=(-0.1, 1.4), xlabel="weight w", ylabel="loss w²")
    bars.bar(range(1, steps + 1), slopes, color=[BLUE] + ["#9CC4DE"] * (steps - 1), width=0.7)
    bars.axhline(slopes.mean(), color=ORANGE, linewidth=2.5, linestyle="--", label=f"average {slopes.mean():.2f}")
    bars.axhline(0, color=GREY, linewidth=1)
    bars.set(xlim=(0.3, 10.7), ylim=(-1.3, 2.6), xticks=range(1, 11), xlabel="step", ylabel="slope at that step")
    bars.legend(fontsize=10, loc="upper right")
    for axis in (curve, bars):
        axis.grid(alpha=0.25)
    return Picture(figure, f"{steps} steps down the loss w², and the slope at each of them: {title}.")


def what_is_left(rows, title):
    """For each number of local steps the error of what was found: a dot for each digit, by attack and by rate.

    Args:
        rows: of the stored sweep `localsteps`.
        title: the message.
    """
    attacks = {"naive": (BLUE, "o", "takes it for a gradient"), "repeats": (ORANGE, "D", "takes the same steps")}
    rates = sorted({row["rate"] for row in rows})
    counts = sorted({row["steps"] for row in rows})
    figure, axes = new_figure(len(rates), width=8.6, height=3.7, title=title, sharey=True)
    for axis, rate in zip(axes[0], rates):
        for shift, (attack, (color, marker, name)) in zip((-0.16, 0.16), attacks.items()):
            for place, count in enumerate(counts):
                found = [r["mse"] for r in rows if (r["attack"], r["steps"], r["rate"]) == (attack, count, rate)]
                found = np.clip([np.inf if mse is None else mse for mse in found], 1e-9, 1)
                across = place + shift + np.linspace(-0.1, 0.1, len(found))
                label = name if not place else None
                axis.plot(across, found, marker, color=color, markersize=5, alpha=0.75, label=label)
        axis.axhline(1e-3, color=GREY, linewidth=1.5, linestyle="--")
        axis.set(yscale="log", ylim=(3e-10, 3), xticks=range(len(counts)), xticklabels=counts)
        axis.set_xlabel("local steps", fontsize=10)
        axis.set_title(f"rate {rate:g}", fontsize=11)
        axis.grid(alpha=0.25)
    axes[0, 0].set_ylabel("mean squared error", fontsize=10)
    axes[0, -1].legend(fontsize=9, loc="lower right")
    return Picture(figure, f"Dots for each attacked digit, by local steps and by rate: {title}.")
