"""Make the five captured gradients of lesson 20 and their seals: `python -m tests.make_capstone`.

Writes notebooks/captured/*.npz and helpers/stored/capstone.json. **Here are the secrets.** Whoever wants to solve the
lesson should not read on.

The digits were drawn for this course: strokes as lists of points, rounded, turned a little and inked below. They are
not among the pictures of `helpers.data`. The colour picture is cut from scikit-image's photograph of the cat Chelsea
(CC0 by Stefan van der Walt). All random numbers are NumPy's, so that they are the same everywhere; the gradients agree
between machines to float32's accuracy.
"""

import io
import json
import sys
import textwrap
import zipfile

import numpy as np

from helpers import capstone, defences, models, seals

SEED = 771_202_611
STROKES = {
    2: [[(0.25, 0.3), (0.4, 0.14), (0.65, 0.14), (0.76, 0.32), (0.55, 0.58), (0.22, 0.86), (0.5, 0.84), (0.82, 0.86)]],
    3: [[(0.25, 0.18), (0.6, 0.12), (0.74, 0.3), (0.45, 0.47), (0.76, 0.62), (0.64, 0.86), (0.24, 0.84)]],
    4: [[(0.55, 0.1), (0.2, 0.6), (0.5, 0.62), (0.84, 0.58)], [(0.66, 0.36), (0.62, 0.62), (0.6, 0.92)]],
    5: [[(0.78, 0.14), (0.34, 0.16), (0.3, 0.46), (0.62, 0.44), (0.76, 0.66), (0.58, 0.88), (0.24, 0.82)]],
    6: [[(0.68, 0.1), (0.38, 0.36), (0.26, 0.68), (0.46, 0.9), (0.72, 0.74), (0.6, 0.54), (0.32, 0.62)]],
    7: [[(0.2, 0.18), (0.5, 0.16), (0.8, 0.16), (0.6, 0.5), (0.44, 0.92)], [(0.36, 0.52), (0.5, 0.5), (0.72, 0.52)]],
    9: [[(0.72, 0.3), (0.5, 0.12), (0.28, 0.3), (0.44, 0.5), (0.72, 0.36), (0.7, 0.6), (0.56, 0.9)]],
}
_HOW = (
    "Hand in the picture as an array of 28 rows and 28 columns, with numbers from 0 to 1, and its label, a whole "
    "number from 0 to 9. Solved: the label is right, and the picture's mean squared error is below {error:g}."
)
README = {
    "1_one_layer": "A parcel service reads house numbers. Its network is one dense layer: 784 numbers in, ten scores "
    "out. One van sent the gradient of one picture, one digit. Nothing was done to hide it. " + _HOW,
    "2_convolutions": "A school reads the marks that teachers write on paper. Its network is the paper's LeNet with "
    "sigmoid and weights from −0.5 to 0.5. One teacher sent the gradient of one picture, one digit. " + _HOW,
    "3_colour": "An animal shelter sorts photographs in colour, 32×32, into ten kinds, numbered from 0 to 9. Its "
    "network is a fresh LeNet with sigmoid and Glorot weights. One gradient, one photograph. Hand in the picture as "
    "an array of 32 rows, 32 columns and 3 colours, with numbers from 0 to 1, and its label. Solved: the label is "
    "right, and the picture's mean squared error is below {error:g}.",
    "4_batch": "A bank reads the four digits of a PIN, each written into a box of its own. The four digits differ. Its "
    "network has a dense layer of 64 sigmoids, then ten scores. The gradient is the mean over the four pictures. "
    "Hand in the pictures as an array of 4 pictures, 28 rows and 28 columns, with numbers from 0 to 1, and their "
    "four labels; any order will do. Solved: all four labels are right, and each picture's mean squared error is "
    "below {error:g}.",
    "5_defended": "A clinic reads the digits on its forms, with the paper's LeNet, sigmoid, weights from −0.5 to "
    "0.5. It has heard of the attack. Before it sent the gradient of one picture, it set half of the numbers in each "
    "tensor to 0, the smaller half. " + _HOW,
}
LENET = {"kind": "lenet", "activation": "sigmoid"}
PLANS = {  # the network, the reach of its weights (None: Glorot), labels, error, share pruned
    "1_one_layer": ({"kind": "dense", "hidden": [], "activation": "sigmoid"}, None, [7], 5e-4, 0),
    "2_convolutions": (LENET, 0.5, [4], 5e-4, 0),
    "3_colour": (LENET, None, [6], 1e-4, 0),
    "4_batch": ({"kind": "dense", "hidden": [64], "activation": "sigmoid"}, None, [9, 3, 5, 6], 5e-4, 0),
    "5_defended": (LENET, 0.5, [2], 5e-4, 0.5),
}


def digit(label, random, side=28):
    """A hand-drawn digit: (side, side) float32 in [0, 1], white ink on black."""
    rows, columns = np.mgrid[:side, :side] + 0.5
    angle, stretch = random.normal(0, 0.12), random.normal(1, 0.06, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * stretch
    pen, ink = random.uniform(1.15, 1.6), np.zeros((side, side))
    for stroke in STROKES[label]:
        points = np.array(stroke) + random.normal(0, 0.018, (len(stroke), 2))
        for _ in range(4):  # Chaikin: each corner is cut twice, and what remains is round
            cut = [0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]]
            points = np.concatenate([points[:1], np.stack(cut, 1).reshape(-1, 2), points[-1:]])
        points = ((points - 0.5) @ turn * 0.86 + 0.5) * side
        for start, end in zip(points, points[1:]):
            along = end - start
            place = ((columns - start[0]) * along[0] + (rows - start[1]) * along[1]) / (along @ along + 1e-9)
            place = np.clip(place, 0, 1)
            apart = np.hypot(columns - start[0] - place * along[0], rows - start[1] - place * along[1])
            ink = np.maximum(ink, np.clip(pen + 0.6 - apart, 0, 1))
    shade = 0.93 + 0.07 * np.sin(columns / 3 + random.uniform(0, 6))  # no pen is even
    return (ink * shade).astype("float32")


def cat():
    """The face of the cat Chelsea: (32, 32, 3) float32 in [0, 1]."""
    from skimage.data import chelsea
    from skimage.transform import resize

    return np.clip(resize(chelsea()[80:240, 100:260] / 255, (32, 32), anti_aliasing=True), 0, 1).astype("float32")


def weights_like(network, reach, random):
    """Random weights for a network: uniform in ±reach, or Glorot with zero biases; half-precision values, float32."""
    weights = []
    for weight in network.weights:
        *receptive, inputs, outputs = weight.shape if len(weight.shape) > 1 else (0, 0)
        glorot = np.sqrt(6 / ((inputs + outputs) * np.prod(receptive or [1]))) if inputs else 0
        limit = glorot if reach is None else reach
        weights.append(random.uniform(-limit, limit, weight.shape).astype("float16").astype("float32"))
    return weights


def make(name):
    """One file. Returns what it holds (a dict of arrays), its seal (a dict), and the truth: pictures and labels."""
    description, reach, labels, error, share = PLANS[name]
    random = np.random.default_rng([SEED, capstone.NAMES.index(name)])
    pictures = np.stack([cat()] if name == "3_colour" else [digit(label, random) for label in labels])
    network = capstone.build(description, pictures.shape[1:], 10)
    network.set_weights(weights_like(network, reach, random))
    flat = pictures.reshape(len(pictures), -1)
    gradient = models.GradientModel(network).gradient(flat, np.eye(10, dtype="float32")[labels])
    gradient = defences.prune(gradient, share)
    content = {
        "kind": np.array(capstone.KIND),
        "version": np.array(capstone.VERSION),
        "name": np.array(name),
        "readme": np.array(textwrap.fill(README[name].format(error=error), 90)),
        "network": np.array(json.dumps(description)),
        "image_shape": np.array(pictures.shape[1:]),
        "classes": np.array(10),
        "pictures": np.array(len(pictures)),
        "tensors": np.array(len(gradient)),
    }
    content |= {f"gradient_{number}": tensor for number, tensor in enumerate(gradient)}
    content |= {f"weight_{number}": tensor for number, tensor in enumerate(network.get_weights())}
    return content, seals.make(pictures, labels, error, random.bytes(16)), (pictures, np.array(labels))


def write(path, content):
    """As numpy.savez_compressed, but no date is written: equal contents give equal files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, array in content.items():
            np.lib.format.write_array(buffer := io.BytesIO(), np.asanyarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, buffer.getvalue())


def main():
    capstone.FOLDER.mkdir(exist_ok=True)
    stored = {}
    for name in capstone.NAMES:
        content, stored[name], _ = make(name)
        write(capstone.FOLDER / f"{name}.npz", content)
        print(f"{name}.npz: {(capstone.FOLDER / f'{name}.npz').stat().st_size:,} bytes")
    seals.STORED.write_text(
        json.dumps({"made": "python -m tests.make_capstone", "seals": stored}, indent=1) + "\n",
        encoding="utf-8",
        newline="\n",
    )
    seals.load.cache_clear()


if __name__ == "__main__":
    sys.exit(main())
