"""The course's symbols, to be looked up without leaving a lesson: words, a number, the code, a small picture.

The entries are written in notebooks/source/symbols.yml; the build copies them to symbols.json beside this file.
"""

import base64
import functools
import html
import json
from pathlib import Path

import numpy as np

from helpers.plots import BLUE, DARK_ORANGE, GREEN, GREY, ORANGE, PURPLE, RED, Picture, new_figure

ENTRIES = json.loads(Path(__file__).with_name("symbols.json").read_text(encoding="utf-8"))


def folded(entries):
    """Some entries as a folded Markdown table, to be read without a kernel: a str."""
    rows = [f"| ${e['symbol']}$ | {e['words']} | {e['number']} | `{e['code']}` | {e['lesson']} |" for e in entries]
    head = "| symbol | in words | for example | in code | since lesson |\n|---|---|---|---|---|"
    look = "Each has a small picture, too: run `helpers.symbols.show()` in a cell of your own."
    return "\n".join(["<details><summary>All symbols so far</summary>\n", head, *rows, f"\n{look}\n\n</details>"])


class Table:
    """Some symbols as a table that shows itself in a notebook."""

    def __init__(self, entries):
        self.entries = entries

    def __repr__(self):
        return "\n".join(f"{e['symbol']}: {e['words']}. For example {e['number']}. `{e['code']}`" for e in self.entries)

    def _repr_html_(self):
        left = 'style="text-align:left"'
        head = "".join(
            f"<th {left}>{name}</th>" for name in ("symbol", "picture", "in words", "for example", "in code")
        )
        rows = []
        for entry in self.entries:
            image = base64.b64encode(picture(entry["name"]).png).decode()
            shown = f'<img src="data:image/png;base64,{image}" alt="" width="130">'
            words, number, code = (html.escape(entry[key]) for key in ("words", "number", "code"))
            cells = (
                f"<td>${entry['symbol']}$</td><td>{shown}</td><td {left}>{words}, since lesson {entry['lesson']}</td>"
            )
            rows.append(f"<tr>{cells}<td {left}>{number}</td><td {left}><code>{code}</code></td></tr>")
        return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def show(*names):
    """Look up symbols: `show("g")` for one, `show()` for all.

    Args:
        names: as a symbol is written ("g", "W") or called ("eta", "sum").

    Returns:
        A Table, which shows itself.

    Raises:
        ValueError: no symbol has that name.
    """
    known = {key: entry for entry in ENTRIES for key in (entry["symbol"], entry["name"])}
    for name in names:
        if name not in known:
            raise ValueError(f"No symbol is called {name!r}. These are: {', '.join(e['name'] for e in ENTRIES)}.")
    return Table([known[name] for name in names] or ENTRIES)


@functools.cache
def picture(name):
    """The small picture of a symbol, a plots.Picture."""
    figure, axes = new_figure(1, width=1.8, height=1.2)
    axes[0, 0].set(xticks=[], yticks=[])
    axes[0, 0].spines[:].set_visible(False)
    _DRAW[name](axes[0, 0])
    entry = next(entry for entry in ENTRIES if entry["name"] == name)
    return Picture(figure, f"A small picture for {entry['symbol']}: {entry['words']}.")


_PLACES = np.linspace(0, 4, 60)


def _hill(axes):
    heights = 3 * np.exp(-((_PLACES - 2.4) ** 2) / 1.4)
    axes.plot(_PLACES, heights, color=BLUE, linewidth=2.5)
    axes.set(xlim=(0, 4), ylim=(-0.6, 3.8))
    return heights


def _words(axes, *texts, color="black", size=15):
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for number, text in enumerate(texts):
        axes.text((number + 0.5) / len(texts), 0.5, text, ha="center", va="center", fontsize=size, color=color)


def _table(axes, rows, columns, marked=()):
    axes.set(xlim=(-0.2, columns + 0.2), ylim=(rows + 0.2, -0.2), aspect="equal")
    for row in range(rows):
        for column in range(columns):
            face = ORANGE if column in marked else "white"
            axes.add_patch(_rectangle(column, row, face))


def _rectangle(left, bottom, face):
    from matplotlib.patches import Rectangle

    return Rectangle((left, bottom), 1, 1, facecolor=face, edgecolor=GREY, linewidth=1.5)


def _draw_x(axes):
    axes.plot([0, 4], [0, 0], color=GREY, linewidth=1.5)
    axes.plot([2], [0], "o", color=ORANGE, markersize=10)
    axes.set(xlim=(-0.2, 4.2), ylim=(-1, 1))


def _draw_h(axes):
    heights = _hill(axes)
    place = 25
    axes.plot([_PLACES[place]] * 2, [0, heights[place]], color=ORANGE, linewidth=2.5)
    axes.axhline(0, color=GREY, linewidth=1)


def _draw_slope(axes):
    heights = _hill(axes)
    place, reach = 25, 0.9
    slope = np.gradient(heights, _PLACES)[place]
    near = np.array([-reach, reach])
    axes.plot(_PLACES[place] + near, heights[place] + slope * near, color=ORANGE, linewidth=2.5)


def _draw_g(axes):
    east, north = np.meshgrid(np.linspace(-2, 2, 40), np.linspace(-1.4, 1.4, 40))
    axes.contour(east, north, east**2 + 3 * north**2, levels=5, colors=GREY, linewidths=1)
    axes.annotate("", (1.3, 1.25), (0.8, 0.4), arrowprops={"arrowstyle": "-|>", "color": ORANGE, "linewidth": 2.5})


def _draw_w(axes):
    axes.annotate("", (3.6, 0), (0.4, 0), arrowprops={"arrowstyle": "-|>", "color": GREY, "linewidth": 2})
    axes.text(2, 0.15, "× 3", ha="center", fontsize=14, color=DARK_ORANGE)
    axes.set(xlim=(0, 4), ylim=(-1, 1))


def _draw_t(axes):
    for radius, color in ((0.9, GREY), (0.55, GREY), (0.2, ORANGE)):
        axes.add_patch(_circle(radius, color))
    axes.set(xlim=(-1.6, 1.6), ylim=(-1, 1), aspect="equal")


def _circle(radius, color):
    from matplotlib.patches import Circle

    return Circle((0, 0), radius, fill=color == ORANGE, color=color, linewidth=2)


def _draw_loss(axes):
    places = np.linspace(-2, 2, 60)
    axes.plot(places, places**2, color=BLUE, linewidth=2.5)
    axes.plot([1.2, 1.2], [0, 1.44], color=ORANGE, linewidth=2.5)
    axes.axhline(0, color=GREY, linewidth=1)


def _draw_eta(axes):
    places = np.linspace(-2, 2, 60)
    axes.plot(places, places**2, color=BLUE, linewidth=2.5)
    steps = -1.8 * 0.55 ** np.arange(5)
    axes.plot(steps, steps**2, "o-", color=ORANGE, markersize=5, linewidth=1.5)


def _draw_b(axes):
    _words(axes, "+", "0.5", color=DARK_ORANGE)


def _draw_bars(axes, heights):
    axes.bar(range(len(heights)), heights, color=RED)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set(ylim=(0, 1.1))


def _draw_log(axes):
    places = np.linspace(0.03, 1, 60)
    axes.plot(places, -np.log(places), color=BLUE, linewidth=2.5)
    axes.axhline(0, color=GREY, linewidth=1)


def _draw_f(axes):
    _words(axes, "x, y", "→", "g", color=PURPLE)


def _draw_distance(axes):
    axes.plot([0.5, 3.5], [0, 0], color=ORANGE, linewidth=2.5)
    axes.plot([0.5], [0], "o", color=PURPLE, markersize=10)
    axes.plot([3.5], [0], "o", color=GREEN, markersize=10)
    axes.set(xlim=(0, 4), ylim=(-1, 1))


def _two_bells(axes):
    places = np.linspace(-3, 5, 120)
    bells = [np.exp(-((places - middle) ** 2) / 2) for middle in (0, 2)]
    for bell, color in zip(bells, (BLUE, ORANGE)):
        axes.plot(places, bell, color=color, linewidth=2.5)
    axes.axhline(0, color=GREY, linewidth=1)
    return places, bells


def _draw_epsilon(axes):
    _two_bells(axes)
    axes.plot([2.2, 2.2], [0.09, 0.98], color=GREY, linewidth=2.5)


def _draw_delta(axes):
    places, bells = _two_bells(axes)
    axes.fill_between(places, bells[1], where=places > 3, color=ORANGE)


_DRAW = {
    "x": _draw_x,
    "h": _draw_h,
    "slope": _draw_slope,
    "g": _draw_g,
    "w": _draw_w,
    "t": _draw_t,
    "L": _draw_loss,
    "eta": _draw_eta,
    "W": lambda axes: _table(axes, 3, 2, marked=(1,)),
    "b": _draw_b,
    "p": lambda axes: _draw_bars(axes, [0.7, 0.2, 0.1]),
    "y": lambda axes: _draw_bars(axes, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
    "log": _draw_log,
    "sum": lambda axes: _words(axes, "0 + 4 + 1", "= 5", size=13),
    "f": _draw_f,
    "D": _draw_distance,
    "epsilon": _draw_epsilon,
    "delta": _draw_delta,
}
