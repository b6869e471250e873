"""One round of Flower's SecAgg+ with three participants in processes of their own, as the server saw it (lesson 19)."""

import dataclasses
import tempfile
from pathlib import Path

import keras
import numpy as np

from helpers.data import load_digits
from helpers.federation import processes
from helpers.models import GradientModel

APP = Path(__file__).with_name("secure")
STORED = Path(__file__).parents[1] / "stored" / "secure_round.npz"
PICTURES = (4, 7, 2)  # of load_digits(), one for each participant
UNITS = 32
RING = 2**32  # SecAggPlusWorkflow's own settings: all numbers are counted modulo RING,
STEPS, REACH = 2**22, 4.0  # and a float from −REACH to REACH becomes a whole number from 0 to STEPS


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """What the server of one round saw.

    Attributes:
        masked: for each participant the list of arrays that arrived, whole numbers from 0 to RING − 1: its weight,
            and then an array for each weight of the network.
        mean: what came out of the round, a list of arrays: the average of the participants' gradients.
    """

    masked: list
    mean: list


def model():
    """The GradientModel that the server sends the weights of, always the same: 784 → 32 sigmoid → 10, Glorot."""
    random = np.random.default_rng(19)
    shapes = (784, UNITS), (UNITS, 10)
    tables = [random.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape)) for shape in shapes]
    layers = [keras.Input((784,)), keras.layers.Dense(UNITS, "sigmoid"), keras.layers.Dense(10)]
    base_model = GradientModel(keras.Sequential(layers))
    base_model.set_weights([tables[0], np.zeros(UNITS), tables[1], np.zeros(10)])
    return base_model


def own_pictures():
    """What the three participants hold, a picture each: x (3, 784) float32 in [0, 1], y (3, 10) one-hot float32."""
    images, labels = load_digits()
    mine = list(PICTURES)
    return images[mine].reshape(len(mine), 784), np.eye(10, dtype="float32")[labels[mine]]


def run():
    """Start the processes, run the round, end them. Returns what the server Seen.

    Raises:
        FederationError: it cannot be started here, or it failed.
    """
    x, y = own_pictures()
    with tempfile.TemporaryDirectory(prefix="secure-") as name:
        folder = Path(name).resolve()
        np.savez(folder / "task.npz", *model().get_weights())
        for number in range(len(x)):  # each participant opens its own file, and the server none of them
            np.savez(folder / f"participant_{number}.npz", x=x[number : number + 1], y=y[number : number + 1])
        with processes.running(participants=len(x)) as federation:
            try:
                federation.run(APP, {"folder": str(folder)})
            except processes.FederationError:  # on a busy machine SuperLink may not even say how the run ended
                if not (folder / "mean.npz").exists():  # the server's last line writes it
                    raise
        masked = [_arrays(file) for file in sorted(folder.glob("masked_*.npz"))]
        return Seen(masked, _arrays(folder / "mean.npz"))


def stored():
    """A round that was run earlier, for machines on which none can be started. Returns what the server Seen."""
    arrays = _arrays(STORED)
    return Seen([arrays[start : start + 5] for start in range(0, 15, 5)], arrays[15:])


def run_or_stored():
    """A round of one's own, or the stored one.

    Returns:
        seen: a Seen.
        sentence: why it is the stored one, str; None for a round of one's own.
    """
    try:
        return run(), None
    except processes.FederationError as error:
        reason = str(error).split(". The last lines")[0].rstrip(".")
        return stored(), f"{reason}. So here is a round that was run earlier."


def read_without_mask(masked):
    """One masked message, read as if it had no mask: a list of float32 arrays, one for each weight."""
    return [(array * (2 * REACH / STEPS) - REACH).astype("float32") for array in masked[1:]]


def _arrays(file):
    with np.load(file, allow_pickle=False) as content:
        return [content[f"arr_{number}"] for number in range(len(content.files))]


if __name__ == "__main__":  # python -m helpers.federation.secure_round makes the stored round anew
    seen = run()
    whole = [array.astype("uint32") for masked in seen.masked for array in masked]
    np.savez_compressed(STORED, *whole, *[array.astype("float32") for array in seen.mean])
