"""Pictures of curves and bars for lessons 02 and 04: both slopes of one loss, activations, softmax, −log p."""

import numpy as np

from helpers.plots import BLUE, GREY, ORANGE, PURPLE, RED, Picture, _name_axes, new_figure


def _plain(number):
    """A number as a reader writes it: a true minus, no more than two decimals."""
    return f"{round(float(number), 2) + 0.0:g}".replace("-", "−")


def _factor(number):
    return f"({_plain(number)})" if number < 0 else _plain(number)


def _fixed(figure, **margins):
    """Lay a widget's figure out by hand: the automatic layout takes longer than all the drawing."""
    figure.set_layout_engine(None)
    figure.subplots_adjust(left=0.08, right=0.97, **margins)


def _loss_with_tangent(axes, name, place, slope, loss, values, losses, color):
    axes.plot(values, losses, color=GREY, linewidth=2)
    reach = np.array([-1.2, 1.2]) / np.hypot(1, slope / 20)
    axes.plot(place + reach, loss + slope * reach, color=color, linewidth=3)
    axes.plot([place], [loss], "o", color=color, markersize=9)
    axes.set(xlim=(0, 8), ylim=(-12, 110), xticks=range(0, 9, 2))
    axes.set_xlabel(name, fontsize=10)
    axes.grid(alpha=0.3)


def _both_slopes(upper, lower, w, x, t):
    error = w * x - t
    places = np.linspace(0, 8, 161)
    for axes, name, place, other, color in ((upper, "w", w, x, BLUE), (lower, "x", x, w, ORANGE)):
        slope = 2 * error * other
        _loss_with_tangent(axes, name, place, slope, error**2, places, (places * other - t) ** 2, color)
        axes.set_title(f"slope in {name}: 2 · {_factor(error)} · {_factor(other)} = {_plain(slope)}", fontsize=11)
    upper.set_ylabel("loss", fontsize=10)


def both_slopes(w, x, t):
    """The loss (w · x − t)² twice, over w and over x, each with its tangent at the present place (lesson 02).

    Args:
        w, x, t: numbers; w and x between 0 and 8 to be seen.
    """
    title = f"w = {_plain(w)}, x = {_plain(x)}: the loss is ({_plain(w)} · {_plain(x)} − {_plain(t)})²"
    figure, axes = new_figure(2, width=8.4, height=3.4, title=f"{title} = {_plain((w * x - t) ** 2)}")
    _fixed(figure, bottom=0.16, top=0.8, wspace=0.15)
    _both_slopes(axes[0, 0], axes[0, 1], w, x, t)
    return Picture(figure, f"The loss over w and over x, with both tangents, at w = {_plain(w)} and x = {_plain(x)}.")


def both_slopes_row(places, t, title):
    """`both_slopes` for a few places: over w in the upper row, over x in the lower one.

    Args:
        places: a list of pairs (w, x).
        t: the target.
        title: the message.
    """
    figure, axes = new_figure(len(places), rows=2, width=2.6 * len(places), height=2.3, title=title)
    for column, (w, x) in enumerate(places):
        upper, lower = axes[:, column]
        _both_slopes(upper, lower, w, x, t)
        upper.set_title(f"w = {_plain(w)}, x = {_plain(x)}\nslope in w: {_plain(2 * (w * x - t) * x)}", fontsize=10)
        lower.set_title(f"slope in x: {_plain(2 * (w * x - t) * w)}", fontsize=10)
    for axis in axes[:, 0]:
        axis.set_ylabel("loss", fontsize=10)
    told = ", ".join(f"{_plain(w)} and {_plain(x)}" for w, x in places)
    return Picture(figure, f"The loss over w and over x with its tangents, for w and x at {told}: {title}.")


def curves(panels, xs, mark, title, xlabel="x"):
    """Curves side by side over the same places, one of them marked by a dot and its value.

    Args:
        panels: a dict from a caption to the curve's values, one for each of `xs`.
        xs: the places, a list or array.
        mark: the place to mark; None marks nothing.
        title: the message.
        xlabel: what is drawn to the right.
    """
    figure, axes = new_figure(len(panels), width=max(5.4, 3 * len(panels)), height=3.0, title=title)
    for axis, (caption, values), color in zip(axes[0], panels.items(), (BLUE, ORANGE, PURPLE)):
        axis.plot(xs, values, color=color, linewidth=2.5)
        axis.axhline(0, color=GREY, linewidth=0.8)
        if mark is not None:
            value = np.interp(mark, xs, values)
            axis.plot([mark], [value], "o", color="black", markersize=8)
            axis.annotate(
                _plain(value), (mark, value), (-9, 9), textcoords="offset points", ha="right", va="center", fontsize=12
            )
        axis.set_title(caption, fontsize=11)
        axis.set_xlabel(xlabel, fontsize=10)
        axis.margins(y=0.12)
        axis.grid(alpha=0.3)
    return Picture(figure, f"Curves over {xlabel}, {title}: {', '.join(panels)}.")


def activations(title):
    """Sigmoid and ReLU above, the slope of each below; flat parts are shaded.

    Args:
        title: the message.
    """
    z = np.linspace(-8, 8, 321)
    bent = 1 / (1 + np.exp(-z))
    panels = (
        ("sigmoid", bent, bent * (1 - bent), (-8, -4, 4, 8), (-0.1, 1.1), (0, 0.3)),
        ("ReLU", np.maximum(z, 0), np.where(z < 0, 0.0, np.where(z > 0, 1.0, np.nan)), (-8, 0), (-1, 8.5), (-0.1, 1.2)),
    )
    figure, axes = new_figure(2, rows=2, width=7.6, height=2.2, title=title, height_ratios=(3, 2))
    for column, (name, values, slopes, flat, reach, slope_reach) in enumerate(panels):
        for axis, curve, limits, color in (
            (axes[0, column], values, reach, BLUE),
            (axes[1, column], slopes, slope_reach, ORANGE),
        ):
            axis.plot(z, curve, color=color, linewidth=2.5)
            for left, right in zip(flat[::2], flat[1::2]):
                axis.axvspan(left, right, color=GREY, alpha=0.15, linewidth=0)
            axis.set(xlim=(-8, 8), ylim=limits, xticks=range(-8, 9, 4))
            axis.grid(alpha=0.3)
        axes[0, column].set_title(name, fontsize=12)
        axes[1, column].set_xlabel("what comes in", fontsize=10)
    axes[0, 0].set_ylabel("what goes out", fontsize=10)
    axes[1, 0].set_ylabel("slope", fontsize=10)
    return Picture(figure, f"Sigmoid and ReLU, each with its slope below; the flat parts are grey: {title}.")


def minus_log(title):
    """The curve of −log p for p between 0 and 1, with the three places of lesson 04 marked.

    Args:
        title: the message.
    """
    p = np.linspace(0.01, 1, 200)
    figure, axes = new_figure(1, width=6.0, height=3.2, title=title)
    axes[0, 0].plot(p, -np.log(p), color=BLUE, linewidth=2.5)
    for place in (0.1, 0.5, 1):
        loss = -np.log(place)
        axes[0, 0].plot([place], [loss], "o", color=ORANGE, markersize=9)
        text = f"{place:g} → {abs(loss):.2g}"
        left = place == 1
        axes[0, 0].annotate(
            text, (place, loss), (-6 if left else 8, 10), textcoords="offset points", fontsize=11,
            ha="right" if left else "left"
        )  # fmt: skip
    axes[0, 0].set(xlim=(0, 1.03), ylim=(-0.2, 4.8))
    _name_axes(axes[0, 0], "p, the probability given to the true class", "loss, −log p")
    return Picture(figure, f"The curve of −log p, steep near 0 and 0 at 1: {title}.")


def _logits_above_softmax(upper, lower, logits, true):
    powers = np.exp(logits)
    p = powers / powers.sum()
    names = ["0", "1", "2"]
    colors = [ORANGE if number == true else BLUE for number in range(len(logits))]
    for axis, numbers, limits, digits in ((upper, logits, (-6, 6), 1), (lower, p, (0, 1.2), 2)):
        drawn = axis.bar(names, numbers, color=colors)
        labels = [f"{round(float(number), digits) + 0.0:.{digits}f}".replace("-", "−") for number in numbers]
        axis.bar_label(drawn, labels, fontsize=10, padding=2)
        axis.set_ylim(*limits)
        axis.axhline(0, color=GREY, linewidth=0.8)
        axis.margins(x=0.1)
    return -float(np.log(p[true]))


def softmax_bars(logits, true):
    """Three logits as bars, the probabilities that a softmax makes of them, and the loss as a gauge.

    Args:
        logits: three numbers between −4 and 4.
        true: which of them is the true class, 0, 1 or 2; its bars are orange.
    """
    figure, axes = new_figure(3, width=8.4, height=3.2, width_ratios=(3, 3, 1.4))
    _fixed(figure, bottom=0.15, top=0.88, wspace=0.25)
    loss = _logits_above_softmax(axes[0, 0], axes[0, 1], np.asarray(logits, float), true)
    axes[0, 0].set_title("logits", fontsize=12)
    axes[0, 1].set_title("softmax: sums to 1", fontsize=12)
    for axis in axes[0, :2]:
        axis.set_xlabel("class", fontsize=10)
    gauge = axes[0, 2]
    gauge.bar_label(gauge.bar(["loss"], [loss], color=RED), [f"{loss:.2f}"], fontsize=10, padding=2)
    gauge.set_ylim(0, 9.5)
    gauge.set_title("loss", fontsize=12)
    told = ", ".join(_plain(logit) for logit in logits)
    return Picture(figure, f"The logits {told} as bars, their softmax, and the loss {loss:.2f}.")


def softmax_row(rows, true, title):
    """`softmax_bars` for a few rows of logits: logits above, probabilities below, the loss under each.

    Args:
        rows: a list of lists of three logits.
        true: which one is the true class, 0, 1 or 2.
        title: the message.
    """
    figure, axes = new_figure(len(rows), rows=2, width=2.1 * len(rows), height=2.1, title=title, sharey="row")
    for column, logits in enumerate(rows):
        loss = _logits_above_softmax(*axes[:, column], np.asarray(logits, float), true)
        axes[1, column].set_xlabel(f"class\nloss {loss:.2f}", fontsize=11)
    axes[0, 0].set_ylabel("logits", fontsize=10)
    axes[1, 0].set_ylabel("softmax", fontsize=10)
    return Picture(figure, f"{len(rows)} rows of logits with their softmax and loss: {title}.")
