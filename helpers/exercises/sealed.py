"""The exercises of lesson 20: the learner's attack on a captured gradient, whose right answer the check does not hold.

The attack is run on its file, and what comes back is compared with a seal (`helpers.seals`). Where it does not fit,
the same pictures are tried turned, mirrored, inverted, with other labels and on the other files' seals, so that the
learner reads what is wrong.
"""

import functools
import html
import itertools

import numpy as np

from helpers import capstone, data, seals
from helpers.exercises.compare import Raised, describe
from helpers.exercises.engine import Exercise, Verdict, is_stub

SAYS = {
    "form": "Return two things: `return picture, label`. For a batch: the pictures and the labels.",
    "swapped": "The label came first. Return the picture first, then the label.",
    "no number": "The picture is not made of numbers. Return a NumPy array, for example `attack.image`.",
    "row": "The numbers lie in another shape. Put them in rows and columns with `.reshape(file.image_shape)`, in a "
    "batch with the number of pictures in front.",
    "one of a batch": "This is a batch of one. Hand in the picture alone: `attack.image`, not `attack.images`.",
    "shape": "This picture has another shape than the file's. Compare it with `file.image_shape`; a batch has one "
    "more axis in front.",
    "NaN": "The picture holds NaN or infinity. Was something divided by zero, or did the search run away?",
    "255": "The picture goes up to 255. In this course the pixels lie between 0 and 1: divide by 255.",
    "range": "Many pixels lie outside 0 and 1, further than a small error can take them. Is it a picture already, or "
    "still a slope? Or did the search run away?",
    "label": "The label is one whole number from 0 to 9, as an int. Of probabilities take `np.argmax`.",
    "labels": "Each picture of the batch has one label, a whole number from 0 to 9: one int for each picture.",
    "blank": "The picture is blank: one value everywhere.",
    "average": "This is the average of all digits in `helpers.data`. It is nobody's picture.",
    "twice": "Two of the pictures are the same. The batch holds different ones; a blend counts as none.",
    "transposed": "Rows and columns are exchanged in the picture. Lay it out row by row: `.reshape(file.image_shape)`.",
    "mirrored": "Left and right are exchanged in the picture.",
    "upside down": "The picture stands on its head: top and bottom are exchanged.",
    "turned": "The picture is turned by half a turn: its pixels are in reverse order.",
    "inverted": "Black and white are exchanged. The captured picture is 1 minus this one.",
    "colours": "The colours are in the wrong order. The last axis is red, green, blue.",
    "wrong label": "The picture is right, and the label is not. The smallest of the last bias slopes says which it is.",
    "wrong labels": "The pictures are right, but not all of their labels. Picture and label of one row belong "
    "together.",
    "other file": "This is the secret of another file. Did you use the `file` that the function gets?",
    "rough": "Nearly. This picture is still too rough to count. Let the search go on, or try another start.",
    "near": "Its gradient is close to the captured one, and still it is another picture or label, or a rough one. "
    "Search longer, or start again.",
    "picture": "The label fits the last bias slopes, but the picture is not the one behind this gradient.",
    "far": "Neither this label nor this picture is behind this gradient: their own gradient is far from it.",
}
# In a fresh network any picture of the right class leaves little of the captured gradient: 5e-5 of its size.
_BLANK, _SAME, _CLOSE = 1e-3, 1e-4, 1e-6


class Sealed(Exercise):
    """An attack on one of the five files: a function from a capstone.Captured to (picture, label).

    Args:
        name: of the function that the learner writes.
        file: one of capstone.names().
        hints, mistakes: as for an Exercise. A Mistake's answer is a function of a Captured; only the tests run it.
        clue: one sentence more where the picture is another one: what is special about this file.

    Attributes:
        found: (pictures, labels) once the file has been opened in this kernel, else None.
    """

    def __init__(self, name, file, hints, mistakes, clue):
        super().__init__("20", name, hints, mistakes)
        self.file, self.clue, self.found = file, clue, None

    def _judge(self, answer):
        if answer is None or answer is ... or is_stub(answer):
            return self._unanswered()
        if not callable(answer) or isinstance(answer, type) or hasattr(answer, "weights"):
            return self._wrong(
                f"`{self.name}` shall be a function, but this is {describe(answer)}. Hand in the function itself, "
                "without calling it."
            )
        file, seal = capstone.load(self.file), seals.load(self.file)
        try:
            handed_in = answer(file)
        except (Exception, SystemExit) as error:
            told = str(Raised(error))
            return self._wrong(told[0].upper() + told[1:])
        if handed_in is None or handed_in is ...:
            return self._wrong("Nothing came back: the answer returned None. Does it end with `return`?")
        try:
            pictures, labels = _read(handed_in, seal)
        except _Refused as refused:
            return self._wrong(self._told(str(refused)))
        if not seals.fits(seal, pictures, labels):
            return self._wrong(self._told(_what_is_wrong(file, seal, pictures, labels)))
        order = np.argsort(labels)  # a search finds them in any order, and the table shall read the same each time
        pictures, labels = pictures[order], labels[order]
        self.found = pictures, labels
        one = len(labels) == 1
        what = f"a picture with the label {labels[0]}" if one else f"pictures with the labels {labels.tolist()}"
        return Verdict(self, True, f"✓ Right. The seal of {self.file} fits: {what}.")

    def _told(self, said):
        return SAYS[said] + (f" {self.clue}" if said in ("range", "near", "picture", "far") else "")


class _Refused(Exception):
    """What was handed in has not the form that was asked for; its text is a key of SAYS."""


def _read(handed_in, seal):
    """(pictures, labels) as arrays of the seal's shape, pixels cut off at 0 and 1; raises _Refused."""
    if not isinstance(handed_in, (tuple, list)) or len(handed_in) != 2:
        raise _Refused("form")
    pictures, labels = (_numbers(part) for part in handed_in)
    if pictures is not None and labels is not None and labels.size >= 784 > pictures.size:
        raise _Refused("swapped")
    if pictures is None:
        raise _Refused("no number")
    count, *shape = seal.shape
    wanted = seal.shape if count > 1 else tuple(shape)
    if pictures.shape != wanted:
        if count == 1 and pictures.shape == seal.shape:
            raise _Refused("one of a batch")
        raise _Refused("row" if pictures.size == np.prod(wanted) and pictures.shape[:1] != wanted[:1] else "shape")
    pictures = pictures.reshape(seal.shape).astype("float64")
    if not np.all(np.isfinite(pictures)):
        raise _Refused("NaN")
    if 50 < np.max(pictures) < 300 and np.min(pictures) > -50:
        raise _Refused("255")
    cut = np.clip(pictures, 0, 1)
    # The true pixels lie in [0, 1], so the error is at least what is cut off: more than that cannot count as solved.
    if np.max(np.mean((pictures - cut) ** 2, axis=tuple(range(1, cut.ndim)))) > seal.error:
        raise _Refused("range")
    said = "label" if count == 1 else "labels"
    if labels is None or labels.dtype.kind not in "iu" or labels.size != count or labels.ndim > (count > 1):
        raise _Refused(said)
    labels = labels.reshape(count)
    if np.any((labels < 0) | (labels > 9)):
        raise _Refused(said)
    return cut, labels


def _numbers(value):
    try:
        array = np.asarray(value)
    except Exception:  # a list of lists of different lengths, or something stranger
        return None
    return array if array.dtype.kind in "iuf" else None


def _what_is_wrong(file, seal, pictures, labels):
    """The key of the sentence for pictures and labels whose form is right and whose seal does not fit."""
    if np.any(np.std(pictures.reshape(len(pictures), -1), axis=1) < _BLANK):
        return "blank"
    if pictures.shape[1:] == (28, 28) and np.any(np.mean((pictures - _average()) ** 2, axis=(1, 2)) < _SAME):
        return "average"
    if any(np.mean((a - b) ** 2) < _BLANK for a, b in itertools.combinations(pictures, 2)):
        return "twice"
    for said, changed in _variations(pictures):
        if seals.fits(seal, changed, labels):
            return said
    if _other_labels_fit(file, seal, pictures):
        return "wrong label" if len(labels) == 1 else "wrong labels"
    for name in capstone.names():
        other = seals.load(name)
        if name != file.name and other.shape == seal.shape and seals.fits(other, pictures, labels):
            return "other file"
    if seals.fits_nearly(seal, pictures, labels):
        return "rough"
    if _share_left(file, pictures, labels) < _CLOSE:
        return "near"
    return "picture" if set(labels.tolist()) == set(_read_off(file)) else "far"


@functools.cache
def _average():
    return data.load_digits()[0].mean(axis=0)


def _variations(pictures):
    yield "transposed", np.swapaxes(pictures, 1, 2)
    yield "mirrored", pictures[:, :, ::-1]
    yield "upside down", pictures[:, ::-1]
    yield "turned", pictures[:, ::-1, ::-1]
    yield "inverted", 1 - pictures
    if pictures.ndim == 4:
        yield "colours", pictures[..., ::-1]


def _other_labels_fit(file, seal, pictures):
    if len(pictures) == 1:
        others = ([label] for label in range(file.classes))
    else:
        others = itertools.permutations(_read_off(file))
    return any(seals.fits(seal, pictures, np.array(other)) for other in others)


def _share_left(file, pictures, labels):
    """Which share of the captured gradient's size the distance is, over the entries that are not 0."""
    ours = file.base_model().gradient(pictures.reshape(len(pictures), -1), np.eye(file.classes)[labels])
    apart = sum(np.sum((a.numpy() - b)[b != 0] ** 2) for a, b in zip(ours, file.gradient))
    return apart / sum(np.sum(b**2) for b in file.gradient)


def _read_off(file):
    """The labels that the last bias slopes show: as many as there are pictures, where all of them differ."""
    return np.argsort(file.gradient[-1])[: file.pictures].tolist()


class Results:
    """What has been opened in this kernel: a table that shows itself, for the report.

    Attributes: opened, a dict from a file's name to (pictures, labels), or None where it is still sealed.
    """

    def __init__(self, exercises):
        self.opened = {exercise.file: exercise.found for exercise in exercises}

    @property
    def rows(self):
        """A tuple for each file: name, numbers sent, pixels kept back, what came out; all str."""
        for name, found in self.opened.items():
            file, seal = capstone.load(name), seals.load(name)
            sent = sum(tensor.size for tensor in file.gradient)
            count = "one picture" if file.pictures == 1 else f"{file.pictures} pictures"
            labels = ", ".join(map(str, found[1])) if found else ""
            told = f"{count}, label{'s' * (file.pictures > 1)} {labels}" if found else "still sealed"
            yield name, f"{sent:,}", f"{int(np.prod(seal.shape)):,}", told

    def __repr__(self):
        lines = [f"{name:15}  {sent:>7} numbers sent  {kept:>5} pixels  {told}" for name, sent, kept, told in self.rows]
        return "\n".join(lines)

    def _repr_html_(self):
        left = 'style="text-align:left"'
        head = "".join(f"<th {left}>{title}</th>" for title in ("file", "numbers sent", "pixels kept back", "came out"))
        rows = "".join(
            "<tr>" + "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows
        )
        return f"<table><tr>{head}</tr>{rows}</table>"
