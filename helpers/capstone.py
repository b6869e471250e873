"""The captured gradients of lesson 20: what a file holds, how it is read, and the network that belongs to it.

A file was written by somebody else. `load` runs nothing that it reads, and says what is wrong with it. The files are
made by `python -m tests.make_capstone`; what tells a right answer from a wrong one is in `helpers.seals`.
"""

import json
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "notebooks" / "captured"
NAMES = ("1_one_layer", "2_convolutions", "3_colour", "4_batch", "5_defended")
KIND, VERSION = "captured gradient", 1
_LARGEST = 20_000_000  # bytes, unpacked; the largest of the five has less than a twentieth of it
_PLAIN = ("kind", "version", "name", "readme", "network", "image_shape", "classes", "pictures", "tensors")


@dataclass(frozen=True, eq=False)
class Captured:
    """One captured gradient, and what the attacker knows beside it.

    Attributes:
        name: of the file, str.
        readme: what happened, and what counts as solved, str.
        gradient: a list of float32 arrays, one for each weight, as they were sent.
        weights: a list of float32 arrays, the network's weights at that moment.
        network: a dict that says how the network is built: "kind", "activation" and, for dense layers, "hidden".
        image_shape: (height, width) or (height, width, 3) of one picture.
        classes, pictures: how many classes there are, and how many pictures the gradient is the mean of; int.
    """

    name: str
    readme: str
    gradient: list
    weights: list
    network: dict
    image_shape: tuple
    classes: int
    pictures: int

    def base_model(self):
        """The network with its weights, as a helpers.models.GradientModel."""
        from helpers import models

        network = build(self.network, self.image_shape, self.classes)
        network.set_weights(self.weights)
        return models.GradientModel(network)

    def __repr__(self):
        return f"the captured gradient {self.name!r}, {sum(tensor.size for tensor in self.gradient):,} numbers"


def build(network, image_shape, classes):
    """A Keras network from its description, with weights of its own.

    Args:
        network: {"kind": "lenet", "activation": …}, or {"kind": "dense", "hidden": a list of units, "activation": …}.
        image_shape: of one picture.
        classes: units of the last layer.

    Raises:
        ValueError: another description.
    """
    import keras

    from helpers import models

    try:
        kind, activation = network["kind"], network["activation"]
        if kind == "lenet" and classes == 10 and activation in ("sigmoid", "tanh", "relu"):
            return models.lenet(activation, image_shape)
        if kind == "dense" and activation in ("sigmoid", "tanh", "relu") and len(network["hidden"]) < 5:
            hidden = [keras.layers.Dense(int(units), activation) for units in network["hidden"]]
            return keras.Sequential([keras.Input((math.prod(image_shape),)), *hidden, keras.layers.Dense(classes)])
    except (KeyError, TypeError):
        pass
    raise ValueError(f"This network is not known here: {str(network):.100}. Expected a “lenet” or “dense” one.")


def names():
    """The names of the five files, in order: a list of str."""
    return list(NAMES)


def load(file):
    """Read a captured gradient.

    Args:
        file: one of `names()`, from whichever folder the kernel was started in; or the path of another file, a Path.

    Returns:
        A Captured.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is cut off, damaged, pickled, foreign, of another version, or its numbers do not fit together.
    """
    path = file if isinstance(file, Path) else FOLDER / f"{file}.npz"
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no captured gradient {path.stem!r}. The five are {', '.join(NAMES)}; they lie in "
            "notebooks/captured of the course's folder."
        )
    return _checked(path.name, _contents(path))


def _contents(path):
    with open(path, "rb") as opened:
        first = opened.read(4)
    if first[:1] == b"\x80":
        raise ValueError(
            f"{path.name} is a pickle. A pickle can run code when it is opened, so it is never opened here. "
            "Ask for an .npz file."
        )
    if first[:2] != b"PK":
        raise ValueError(f"{path.name} is not an .npz file, or its beginning is damaged. Get it once more.")
    try:
        with np.load(path, allow_pickle=False) as file:
            if sum(entry.file_size for entry in file.zip.infolist()) > _LARGEST:
                raise ValueError("It would unpack to more than a captured gradient has.")
            return {name: file[name] for name in file.files}
    except (ValueError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        if "allow_pickle" in str(error) or "Object arrays" in str(error):
            raise ValueError(
                f"{path.name} holds pickled objects. They can run code when they are opened, so they are never "
                "opened here. Ask for a file of plain numbers."
            ) from error
        raise ValueError(
            f"{path.name} is cut off or damaged and cannot be read to its end. Get it once more."
        ) from error
    except Exception as error:  # zlib and NumPy's header have errors of their own for a damaged file
        raise ValueError(f"{path.name} is damaged and cannot be read. Get it once more.") from error


def _checked(name, content):
    if str(content.get("kind")) != KIND:
        held = ", ".join(sorted(content)) or "nothing"
        raise ValueError(f"{name} is an .npz file, but no captured gradient. It holds {held:.120}.")
    if not np.array_equal(content.get("version"), VERSION):
        raise ValueError(
            f"{name} has the version {str(content.get('version')):.20}, and this course reads version {VERSION}. "
            "Take file and course from the same place."
        )
    count = content.get("tensors", np.array("none"))
    count = int(count) if count.ndim == 0 and count.dtype.kind in "iu" and 0 < count < 50 else 0
    tensors = [f"{what}_{number}" for what in ("gradient", "weight") for number in range(count)]
    if not tensors or set(content) != {*_PLAIN, *tensors}:
        raise ValueError(f"{name} lacks an entry or has one too many. Get it once more.")
    for entry in tensors:
        if content[entry].dtype != np.float32 or not np.all(np.isfinite(content[entry])):
            raise ValueError(f"{name}: {entry} shall hold finite numbers, float32. Get the file once more.")
    gradient, weights = ([content[f"{what}_{n}"] for n in range(count)] for what in ("gradient", "weight"))
    try:
        plain = (
            json.loads(str(content["network"])),
            tuple(int(side) for side in content["image_shape"]),
            int(content["classes"]),
            int(content["pictures"]),
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} does not say how its network is built. Get it once more.") from error
    captured = Captured(str(content["name"]), str(content["readme"]), gradient, weights, *plain)
    try:
        shapes = [tuple(weight.shape) for weight in build(*plain[:3]).weights]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} describes a network that cannot be built. {error}") from error
    if [w.shape for w in weights] != shapes or [g.shape for g in gradient] != shapes:
        raise ValueError(f"{name}: its gradient, its weights and its network have different shapes. Get it once more.")
    return captured
