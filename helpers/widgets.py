"""What can be dragged. Each is built on a picture of `plots`, and each lesson shows a static twin under it."""

import ipywidgets

from helpers import plots


class Slider(ipywidgets.VBox):
    """One slider or a few, with a picture under them. The picture keeps its size, so nothing jumps.

    Args:
        draw: a function from the sliders' values, in order, to a plots.Picture of always the same size.
        choices: a dict from what is dragged, one or two words, to the values that can be chosen, in order.
        twin: what to look at where no kernel is running.
        start: a dict from what is dragged to the value it begins with; without it, the first one.
    """

    def __init__(self, draw, choices, twin, start=None):
        self._draw, self._twin, self._shown = draw, twin, {}
        self.sliders = [
            ipywidgets.SelectionSlider(
                options=[(value if isinstance(value, str) else f"{value:g}", value) for value in values],
                value=(start or {}).get(name, values[0]),
                description=name,
                continuous_update=True,
                style={"description_width": "110px"},
                layout={"width": "95%", "max_width": "600px"},
            )
            for name, values in choices.items()
        ]
        first = draw(*self.values)
        width = int(first.figure.get_figwidth() * plots.DPI / 2)
        layout = {"width": f"{width}px", "max_width": "100%"}
        self.image = ipywidgets.Image(value=first.png, format="png", layout=layout)
        for slider in self.sliders:
            slider.observe(self._update, "value")
        super().__init__([*self.sliders, self.image])

    @property
    def values(self):
        """What the sliders stand at, a tuple."""
        return tuple(slider.value for slider in self.sliders)

    def _update(self, change):
        if self.values not in self._shown:
            self._shown[self.values] = self._draw(*self.values).png
        self.image.value = self._shown[self.values]

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        names = " and ".join(f"“{slider.description}”" for slider in self.sliders)
        needs = "Sliders" if len(self.sliders) > 1 else "A slider"
        verb = "need" if len(self.sliders) > 1 else "needs"
        return {**data, "text/plain": f"{needs}, {names}, {verb} a running notebook. {self._twin}"}


def frames(record, twin="The row of pictures below shows the same."):
    """Drag the step of a search: picture, label and distance at that step.

    Args:
        record: an optimizers.Record of a search for one picture.
        twin: what to look at where no kernel is running.
    """
    return Slider(lambda step: plots.frame(record, step), {"step": list(range(len(record.images)))}, twin)
