"""Is this the stranger's picture? A check that does not hold the picture (lesson 20).

A seal keeps a fingerprint (scrypt) of the label and of a coarse thumbnail. For the thumbnail the picture is cut into
4×4 cells, and each cell's average falls into a bin. Every cell has an offset of its own, which is published, so that
the true average lies in the middle of its bin: a picture that is near enough falls into the same bins, for certain.

This stops accidents, not cheats. Whoever wants to can find the maker's script in the course's repository.
"""

import functools
import hashlib
import itertools
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

STORED = Path(__file__).parent / "stored" / "capstone.json"
CELLS = 4
# 8 MB and about 30 ms a try; a wrong answer is tried in some 25 variations, to say what is wrong with it.
_COST = {"n": 2**13, "r": 8, "p": 1, "dklen": 16}


@dataclass(frozen=True, eq=False)
class Seal:
    """What a check knows.

    Attributes:
        shape: of all pictures together, (pictures, height, width) or (pictures, height, width, 3).
        error: up to this mean squared error of each picture, the check accepts for certain; float.
        width: of a bin, float.
        offsets: of each picture's cells, (pictures, cells) array, in the order of the labels.
        salt, digest: bytes.
    """

    shape: tuple
    error: float
    width: float
    offsets: np.ndarray
    salt: bytes
    digest: bytes


def thumbnail(picture):
    """The averages of 4×4 cells: (height, width[, 3]) → (16,) or (48,) array. The sides are multiples of 4."""
    height, width = picture.shape[:2]
    cells = picture.reshape(CELLS, height // CELLS, CELLS, width // CELLS, *picture.shape[2:])
    return cells.mean(axis=(1, 3)).ravel()


def bin_width(shape, error):
    """The width of a bin, so that a picture with at most this mean squared error falls into the right bins.

    All of the error may sit in one cell. Then the squares in this cell average to error × cells, and the cell's mean is
    off by at most the root of that. Half a bin is that much, and 2 % more for rounding.
    """
    cells = CELLS**2 * (shape[-1] if len(shape) == 4 else 1)
    return round(2 * 1.02 * math.sqrt(error * cells), 4)


def make(pictures, labels, error, salt):
    """Seal pictures with their labels. Only the maker of the files calls this.

    Args:
        pictures: (pictures, height, width[, 3]) array in [0, 1].
        labels: that many int, each another one.
        error: the mean squared error that shall be accepted.
        salt: bytes.

    Returns:
        A dict for JSON, from which nothing of the label and only a residue of each cell can be read.
    """
    pictures, labels = _sorted(np.asarray(pictures, "float64"), np.asarray(labels))
    width = bin_width(pictures.shape, error)
    cells = np.array([thumbnail(picture) for picture in pictures])
    offsets = np.round((cells - width / 2) % width, 4)
    bins = _bins(cells, offsets, width)
    return {
        "shape": list(pictures.shape),
        "error": error,
        "width": width,
        "offsets": offsets.tolist(),
        "salt": salt.hex(),
        "digest": _fingerprint(labels, bins, salt).hex(),
    }


@functools.cache
def load(name):
    """The Seal of one of the five files."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))["seals"][name]
    salt, digest = (bytes.fromhex(stored[key]) for key in ("salt", "digest"))
    return Seal(tuple(stored["shape"]), stored["error"], stored["width"], np.array(stored["offsets"]), salt, digest)


def fits(seal, pictures, labels):
    """Whether these are the sealed pictures with their labels, in any order."""
    pictures, labels = _sorted(pictures, labels)
    cells = np.array([thumbnail(picture) for picture in pictures])
    return _fingerprint(labels, _bins(cells, seal.offsets, seal.width), seal.salt) == seal.digest


def fits_nearly(seal, pictures, labels, doubtful=3):
    """Whether they would fit if the cells that lie nearest to the edge of their bin were in the bin next to it."""
    pictures, labels = _sorted(pictures, labels)
    places = (np.array([thumbnail(picture) for picture in pictures]) - seal.offsets) / seal.width
    bins = np.floor(places).astype(int)
    beyond = places - bins - 0.5  # from the middle of the bin, −0.5 to 0.5
    nearest = np.argsort(-np.abs(beyond), axis=None)[:doubtful]
    for moved in itertools.chain(*(itertools.combinations(nearest, n) for n in range(1, doubtful + 1))):
        other = bins.copy()
        for cell in moved:
            other.flat[cell] += 1 if beyond.flat[cell] > 0 else -1
        if _fingerprint(labels, other, seal.salt) == seal.digest:
            return True
    return False


def _sorted(pictures, labels):
    order = np.argsort(labels, kind="stable")  # the labels differ, so they name the order
    return pictures[order], labels[order]


def _bins(cells, offsets, width):
    return np.floor((cells - offsets) / width).astype(int)


def _fingerprint(labels, bins, salt):
    text = json.dumps([labels.tolist(), bins.tolist()])
    return hashlib.scrypt(text.encode(), salt=salt, **_COST)
