"""Lesson 20: five captured gradients. The check holds no answer; helpers.seals says how."""

import functools

import numpy as np
import tensorflow as tf  # noqa: F401  the solutions use it

import helpers
from helpers import capstone
from helpers.exercises.engine import Exercise, Mistake
from helpers.exercises.sealed import SAYS, Results, Sealed
from helpers.quiz import Option, Question, Quiz

TITLE = "Five captured gradients open, each in its own way"

seed = 0


@functools.cache
def _solved(name):
    """What the solution of an exercise finds: (pictures, labels). For the tests of the wrong answers alone."""
    exercise = globals()[name]
    return exercise.reference(capstone.load(exercise.file))


def _but(name, key, change, clue=""):
    """A wrong answer: what the solution finds, changed."""
    return Mistake(lambda file: change(*_solved(name)), SAYS[key] + clue)


def _average():
    return helpers.data.load_digits()[0].mean(axis=0)


def _usual(name, clue):
    """Wrong answers that fit every file with one grey picture."""
    stranger = helpers.data.load_digits()[0][100]
    return [
        _but(name, "blank", lambda picture, label: (np.zeros_like(picture), label)),
        _but(name, "average", lambda picture, label: (_average(), label)),
        _but(name, "picture", lambda picture, label: (stranger, label), f" {clue}"),
        _but(name, "far", lambda picture, label: (stranger, (label + 1) % 10), f" {clue}"),
        _but(name, "transposed", lambda picture, label: (picture.T, label)),
        _but(name, "mirrored", lambda picture, label: (picture[:, ::-1], label)),
        _but(name, "inverted", lambda picture, label: (1 - picture, label)),
        _but(name, "wrong label", lambda picture, label: (picture, (label + 1) % 10)),
        _but(name, "row", lambda picture, label: (picture.ravel(), label)),
        _but(name, "255", lambda picture, label: (255 * picture, label)),
        _but(name, "NaN", lambda picture, label: (picture * np.nan, label)),
        _but(name, "label", lambda picture, label: (picture, np.eye(10)[label])),
        _but(name, "form", lambda picture, label: picture),
        _but(name, "swapped", lambda picture, label: (label, picture)),
    ]


# ---- open_one_layer

_CLUE = "With one dense layer nothing needs to be searched: lesson 09 divides."

open_one_layer = Sealed(
    "open_one_layer",
    "1_one_layer",
    hints=[
        "The file's gradient has two tensors: the kernel's slopes, 784×10, and the slopes of the ten biases. Lesson "
        "09 did the rest.",
        "`helpers.analytic.dense_input(kernel_slopes, bias_slopes)` divides a column by its bias slope. "
        "`helpers.analytic.label_from_bias(bias_slopes)` reads the label.",
        "`kernel_slopes, bias_slopes = file.gradient`, then the two functions of the second hint. Put the 784 "
        "numbers in shape with `.reshape(file.image_shape)`, and return picture and label.",
    ],
    mistakes=[
        *_usual("open_one_layer", _CLUE),
        Mistake(
            lambda file: (file.gradient[0][:, np.argmin(file.gradient[1])].reshape(28, 28), 3),
            f"{SAYS['range']} {_CLUE}",
        ),
        _but("open_one_layer", "other file", lambda picture, label: _solved("open_convolutions")),
    ],
    clue=_CLUE,
)


# ---- open_convolutions

_CLUE = "Search for it, as in lesson 11, or solve for it, as in lesson 16."

open_convolutions = Sealed(
    "open_convolutions",
    "2_convolutions",
    hints=[
        "A convolution comes first, so the division ends at the last layer. A search needs no more than the network "
        "and the gradient: lesson 11.",
        "`attack = helpers.leakage.DeepLeakage(file.base_model())` makes the model whose layers are picture and label. "
        "`helpers.optimizers.fit_lbfgs` trains them.",
        "`helpers.optimizers.fit_lbfgs(attack, file.gradient)`, then return `attack.image, attack.label`.",
    ],
    mistakes=[
        *_usual("open_convolutions", _CLUE),
        _but("open_convolutions", "one of a batch", lambda picture, label: (picture[None], label)),
        _but("open_convolutions", "other file", lambda picture, label: _solved("open_one_layer")),
    ],
    clue=_CLUE,
)


# ---- open_colour

_CLUE = "In colour a plain search is slow to lose its grain. Count the equations, as in lesson 16."

open_colour = Sealed(
    "open_colour",
    "3_colour",
    hints=[
        "Two lessons rebuild a face of this size. Lesson 15 searches for it and weighs its roughness. Lesson 16 "
        "searches for nothing.",
        "`helpers.analytic.count(file.base_model())` says whether there are enough equations. If so, "
        "`helpers.analytic.peel` solves them.",
        "`helpers.analytic.peel(file.base_model(), file.gradient)` is the picture. The label comes from the last bias "
        "slopes, `file.gradient[-1]`, by `helpers.analytic.label_from_bias`.",
    ],
    mistakes=[
        _but("open_colour", "blank", lambda picture, label: (np.full_like(picture, 0.5), label)),
        _but(
            "open_colour",
            "picture",
            lambda picture, label: (helpers.data.load_face(32), label),
            f" {_CLUE}",
        ),
        _but("open_colour", "transposed", lambda picture, label: (np.swapaxes(picture, 0, 1), label)),
        _but("open_colour", "upside down", lambda picture, label: (picture[::-1], label)),
        _but("open_colour", "turned", lambda picture, label: (picture[::-1, ::-1], label)),
        _but("open_colour", "inverted", lambda picture, label: (1 - picture, label)),
        _but("open_colour", "colours", lambda picture, label: (picture[:, :, ::-1], label)),
        _but("open_colour", "wrong label", lambda picture, label: (picture, (label + 3) % 10)),
        _but("open_colour", "shape", lambda picture, label: (picture.mean(axis=2), label)),
        _but("open_colour", "row", lambda picture, label: (np.moveaxis(picture, 2, 0), label)),
        _but("open_colour", "255", lambda picture, label: ((255 * picture).astype(int), label)),
    ],
    clue=_CLUE,
)


# ---- open_batch

_CLUE = "It is the mean over four pictures: does your attack hold four?"


def _next(labels):
    return np.roll(labels, 1)


open_batch = Sealed(
    "open_batch",
    "4_batch",
    hints=[
        "Lesson 15 took four digits out of one average. What had to be told to `DeepLeakage`?",
        "`helpers.leakage.DeepLeakage(file.base_model(), batch=file.pictures)` holds four pictures and four labels.",
        "Train it with `helpers.optimizers.fit_lbfgs(attack, file.gradient)`, then return `attack.images, "
        "attack.labels`.",
    ],
    mistakes=[
        _but("open_batch", "blank", lambda pictures, labels: (np.zeros_like(pictures), labels)),
        _but("open_batch", "average", lambda pictures, labels: (np.stack([_average()] * 4), labels)),
        _but("open_batch", "twice", lambda pictures, labels: (np.stack([pictures.mean(axis=0)] * 4), labels)),
        _but("open_batch", "wrong labels", lambda pictures, labels: (pictures, _next(labels))),
        _but(
            "open_batch",
            "picture",
            lambda pictures, labels: (helpers.data.load_digits()[0][20:24], labels),
            f" {_CLUE}",
        ),
        _but("open_batch", "transposed", lambda pictures, labels: (np.swapaxes(pictures, 1, 2), labels)),
        _but("open_batch", "inverted", lambda pictures, labels: (1 - pictures, labels)),
        _but("open_batch", "shape", lambda pictures, labels: (pictures[0], labels[0])),
        _but("open_batch", "row", lambda pictures, labels: (np.concatenate(pictures), labels)),
        _but("open_batch", "labels", lambda pictures, labels: (pictures, labels[0])),
        _but("open_batch", "swapped", lambda pictures, labels: (labels, pictures)),
    ],
    clue=_CLUE,
)


# ---- open_defended

_CLUE = "Half of the captured numbers are 0 because they were cut out. Must the dummy's numbers be 0 there as well?"

open_defended = Sealed(
    "open_defended",
    "5_defended",
    hints=[
        "A plain search tries to match zeros that never were slopes. Which entries of the captured gradient can you "
        "trust?",
        "Leave out of the distance what arrived as exactly 0. Make a subclass of `helpers.leakage.DeepLeakage` with "
        "its own `compute_loss`, as in lesson 18, section 4.",
        "In `compute_loss`, with `y` the captured gradient and `y_pred` the dummy's: put the captured 0 in place of "
        "the dummy's number wherever the captured one is 0, `tf.where(sent == 0, sent, ours)`. Then call "
        "`super().compute_loss(y=y, y_pred=kept)`.",
    ],
    mistakes=[
        *_usual("open_defended", _CLUE),
        _but("open_defended", "other file", lambda picture, label: _solved("open_one_layer")),
    ],
    clue=_CLUE,
)


def results():
    """What has been opened so far, a table that shows itself."""
    return Results([value for value in globals().values() if isinstance(value, Exercise)])


QUIZ = Quiz(
    [
        Question(
            "The check holds a fingerprint and no picture. Why does each cell have an offset of its own?",
            [
                Option(
                    "So that the true average lies in the middle of its bin.",
                    True,
                    "Near an edge a tiny error would change the bin, and with it the whole fingerprint.",
                ),
                Option(
                    "So that nobody can guess the picture.",
                    False,
                    "An offset gives a little away: how far the average is from a multiple of the bin's width.",
                ),
                Option(
                    "So that two files never have the same fingerprint.",
                    False,
                    "That is what the salt is for, random bytes that go into the fingerprint.",
                ),
            ],
        ),
        Question(
            "You look at the last kernel's slopes. Four of their singular values are large, the others nearly 0. "
            "What do you guess?",
            [
                Option(
                    "The network has four classes.",
                    False,
                    "Then there would be four columns. The large singular values count what was added up.",
                ),
                Option(
                    "The gradient was pruned.",
                    False,
                    "Pruning shows itself by exact zeros. It disturbs a pattern a little, and does not add three more.",
                ),
                Option(
                    "Four pictures went into it.",
                    True,
                    "One picture gives one pattern, and four pictures give four.",
                ),
            ],
        ),
        Question(
            "A participant sets the smaller half of its gradient to 0. What should it know?",
            [
                Option(
                    "Half of the information is gone, so the picture is safe.",
                    False,
                    "The larger half is still there, and there were far more numbers than pixels.",
                ),
                Option(
                    "The zeros show where something was cut out, so an attacker leaves those places out.",
                    True,
                    "A defence that shows its own traces has to be judged by an attacker who reads them.",
                ),
                Option(
                    "It helps only against the label.",
                    False,
                    "The smallest bias slope is a large number, so the label stays in any case.",
                ),
            ],
        ),
    ]
)
