"""What can be dragged. Each is built on a picture of `plots`, and each lesson shows a static twin under it."""

import ipywidgets

from helpers import plots


class Slider(ipywidgets.VBox):
    """A slider with a picture under it. The picture keeps its size, so nothing jumps.

    Args:
        draw: a function from the slider's value to a plots.Picture.
        values: the values that can be chosen, in order.
        name: what is dragged, one word.
        twin: what to look at where no kernel is running.
    """

    def __init__(self, draw, values, name, twin):
        self._draw, self._twin, self._shown = draw, twin, {}
        first = draw(values[0])
        self.slider = ipywidgets.SelectionSlider(
            options=values, description=name, continuous_update=True, layout={"width": "95%", "max_width": "600px"}
        )
        width = int(first.figure.get_figwidth() * plots.DPI / 2)
        self.image = ipywidgets.Image(
            value=first.png, format="png", layout={"width": f"{width}px", "max_width": "100%"}
        )
        self.slider.observe(self._update, "value")
        super().__init__([self.slider, self.image])

    def _update(self, change):
        value = change["new"]
        if value not in self._shown:
            self._shown[value] = self._draw(value).png
        self.image.value = self._shown[value]

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": f"A slider, “{self.slider.description}”, needs a running kernel. {self._twin}"}


def frames(record, twin="The row of pictures below shows the same."):
    """Drag the step of a search: picture, label and distance at that step.

    Args:
        record: an optimizers.Record of a search for one picture.
        twin: what to look at where no kernel is running.
    """
    return Slider(lambda step: plots.frame(record, step), list(range(len(record.images))), "step", twin)
