"""Pictures of lesson 19, second half: two worlds that an observer cannot tell apart, and what that costs."""

import numpy as np
from scipy.stats import norm

from helpers.plots import BLUE, DARK_ORANGE, GREY, ORANGE, Picture, new_figure


def _noise_words(noise):
    return f"{noise:g}"


def _attackers_image(axes, picture, caption=""):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.set_title(caption, fontsize=11)


def survey(chances, title):
    """How likely each answer is, for someone who did it and for someone who did not.

    Args:
        chances: a dict from a truth to the chance of the answer yes.
        title: the message.
    """
    figure, axes = new_figure(len(chances), width=3.3 * len(chances), height=2.7, title=title, sharey=True)
    for axis, (truth, yes) in zip(axes[0], chances.items()):
        drawn = axis.bar(["says yes", "says no"], [yes, 1 - yes], color=[ORANGE, BLUE], width=0.6)
        axis.bar_label(drawn, [f"{100 * chance:.0f} of 100" for chance in (yes, 1 - yes)], fontsize=11, padding=2)
        axis.set_title(truth, fontsize=12)
        axis.set(ylim=(0, 1), yticks=[0, 0.5, 1])
    axes[0, 0].set_ylabel("chance", fontsize=11)
    told = "; ".join(f"{truth}: yes with {yes:g}" for truth, yes in chances.items())
    return Picture(figure, f"Bars of the chance of each answer: {title}. {told}.")


def _bells(axes, noise, small=False):
    """What an observer may see in the two worlds, as two bell curves a clipping length apart."""
    reach = 0.5 + 3.6 * noise
    places = np.linspace(0.5 - reach, 0.5 + reach, 801)
    without, with_you = norm.pdf(places, 0, noise), norm.pdf(places, 1, noise)
    top = norm.pdf(0, 0, noise)
    axes.fill_between(places, np.minimum(without, with_you) / top, color=GREY, alpha=0.25, linewidth=0)
    axes.plot(places, without / top, color=BLUE, linewidth=2.5, label="without you")
    axes.plot(places, with_you / top, "--", color=ORANGE, linewidth=2.5, label="with you")
    axes.set(ylim=(0, 1.32), yticks=[], xlim=(places[0], places[-1]))
    axes.tick_params(labelsize=9)
    axes.locator_params(axis="x", nbins=4)
    if not small:
        axes.legend(fontsize=10, loc="upper center", ncols=2, frameon=False)


def _guess(noise):
    """Of 100 observers who must say which world it is, how many are right at best."""
    return 100 * norm.cdf(0.5 / noise)


def _say_guess(noise):
    right = _guess(noise)
    return "every time" if right > 99.95 else f"{right:.1f} of 100" if right > 99 else f"{right:.0f} of 100"


def _say_epsilon(epsilon):
    return f"{epsilon:,.0f}" if epsilon >= 100 else f"{epsilon:.1f}" if epsilon >= 10 else f"{epsilon:.2f}"


def bells(rows, title):
    """A few noises side by side: what an observer may see in the two worlds.

    Args:
        rows: a list of (noise, epsilon).
        title: the message.
    """
    figure, axes = new_figure(len(rows), width=2.3 * len(rows), height=2.9, title=title)
    for axis, (noise, epsilon) in zip(axes[0], rows):
        _bells(axis, noise, small=True)
        axis.set_title(f"noise {_noise_words(noise)}\nepsilon {_say_epsilon(epsilon)}", fontsize=11)
        axis.set_xlabel("what is seen", fontsize=10)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=10)
    told = "; ".join(f"noise {_noise_words(noise)}, epsilon {_say_epsilon(epsilon)}" for noise, epsilon in rows)
    return Picture(figure, f"Two bell curves for each noise: {title}. {told}.")


def world(noise, epsilon, picture):
    """One noise: the two worlds, what an observer can bet, and what an attacker gets. Always of the same size.

    Args:
        noise: the noise multiplier, float above 0.
        epsilon: of one message with this noise.
        picture: (28, 28) array in [0, 1], what the attacker gets.
    """
    figure, axes = new_figure(3, width=9.0, height=3.1, width_ratios=(1.7, 1.1, 1))
    figure.set_layout_engine(None)
    figure.subplots_adjust(left=0.03, right=0.98, bottom=0.16, top=0.86, wspace=0.1)
    _bells(axes[0, 0], noise)
    axes[0, 0].set_title(f"noise {_noise_words(noise)}: what the server sees", fontsize=11)
    axes[0, 0].set_xlabel("along your gradient, in clipping lengths", fontsize=9)
    axes[0, 1].set(xlim=(0, 1), ylim=(0, 1))
    axes[0, 1].set_axis_off()
    lines = (("epsilon", 12), (_say_epsilon(epsilon), 22), ("“you are in it”: right", 12), (_say_guess(noise), 18))
    for height, (text, size) in zip((0.9, 0.72, 0.4, 0.22), lines):
        color = DARK_ORANGE if size > 12 else "black"
        axes[0, 1].text(0.5, height, text, ha="center", va="center", fontsize=size, color=color)
    _attackers_image(axes[0, 2], picture, "what the attacker gets")
    told = f"epsilon {_say_epsilon(epsilon)}, the best guess right {_say_guess(noise)}"
    return Picture(figure, f"Two bell curves for noise {_noise_words(noise)}, {told}, and the attacker's picture.")


def worlds(rows, title):
    """A few noises side by side: above the two worlds, below what an attacker gets.

    Args:
        rows: a list of (noise, epsilon, picture), as for `world`.
        title: the message.
    """
    figure, axes = new_figure(len(rows), rows=2, width=2.1 * len(rows), height=2.1, title=title)
    for above, below, (noise, epsilon, picture) in zip(axes[0], axes[1], rows):
        _bells(above, noise, small=True)
        above.set_title(f"noise {_noise_words(noise)}\nepsilon {_say_epsilon(epsilon)}", fontsize=10)
        _attackers_image(below, picture)
    told = "; ".join(f"noise {_noise_words(noise)}, epsilon {_say_epsilon(epsilon)}" for noise, epsilon, _ in rows)
    return Picture(figure, f"Bell curves and the attacker's pictures: {title}. {told}.")


def price(trainings, leaks, title):
    """What noise costs and what it hides, on two charts.

    Args:
        trainings: a list of (noise, epsilon, accuracies), noise above 0, accuracies a list of floats.
        leaks: a dict from an attack to a list of (noise, middle error).
        title: the message.
    """
    figure, axes = new_figure(2, width=9.2, height=3.9, title=title)
    left, right = axes[0]
    places = range(len(trainings))
    for place, (_, _, accuracies) in zip(places, trainings):
        left.plot([place] * len(accuracies), 100 * np.array(accuracies), "o", color=BLUE, markersize=5, alpha=0.5)
    left.plot(places, [100 * np.median(accuracies) for _, _, accuracies in trainings], color=BLUE, linewidth=2)
    names = [f"{_noise_words(noise)}\n{_say_epsilon(epsilon)}" for noise, epsilon, _ in trainings]
    left.set_xticks(places, names, fontsize=10)
    left.set(ylim=(0, 100))
    left.set_xlabel("noise in each step, and below it epsilon in all", fontsize=10)
    left.set_title("digits read right, of 100", fontsize=11)
    styles = zip((BLUE, ORANGE, GREY), ("o-", "s--", "^:"))
    for (name, points), (color, style) in zip(leaks.items(), styles):
        right.plot(*zip(*points), style, color=color, linewidth=2, markersize=6, label=name)
    right.axhline(0.05, color="black", linewidth=1)
    right.set(xscale="log", yscale="log")
    right.set_xlabel("noise in one message", fontsize=10)
    right.set_title("error of the attacker's picture (mse)", fontsize=11)
    right.legend(fontsize=10)
    for axis in (left, right):
        axis.grid(alpha=0.3)
    told = "; ".join(f"noise {noise:g}: {100 * np.median(found):.0f} of 100" for noise, _, found in trainings)
    return Picture(figure, f"Accuracy and leak over the noise: {title}. {told}.")


def bound(noises, ceiling, measured, chance, title):
    """How often an attacker names the right picture, below a ceiling that no attacker can break.

    Args:
        noises: floats, for the ceiling.
        ceiling: the greatest share for each of them, floats.
        measured: a dict from a noise to the share that our attacker reached.
        chance: the share that is reached by guessing, float.
        title: the message.
    """
    figure, axes = new_figure(1, width=6.8, height=3.7, title=title)
    axes = axes[0, 0]
    axes.fill_between(noises, 100 * np.array(ceiling), 100, color=GREY, alpha=0.2, linewidth=0)
    axes.plot(noises, 100 * np.array(ceiling), color=BLUE, linewidth=2.5, label="no attacker does better")
    axes.plot(measured.keys(), [100 * share for share in measured.values()], "o", color=ORANGE, markersize=9)
    axes.plot([], [], "o", color=ORANGE, markersize=9, label="our attacker")
    axes.axhline(100 * chance, color=GREY, linestyle=":", linewidth=2, label="guessing")
    axes.set(xscale="log", ylim=(0, 103), xlim=(min(noises), max(noises)))
    axes.set_xticks(list(measured), [f"{noise:g}" for noise in measured])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("noise", fontsize=11)
    axes.set_ylabel("right, of 100 tries", fontsize=11)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=10)
    told = ", ".join(f"{100 * share:.0f} at {noise:g}" for noise, share in measured.items())
    return Picture(figure, f"A falling curve, the ceiling, and measured points below it: {title}. Measured: {told}.")
