"""What a participant of lesson 17's federation has and does: its own picture, and its own steps."""

import numpy as np
import tensorflow as tf

from helpers.data import load_digits

PICTURES = (3, 6, 9)  # of load_digits(), one for each participant in order


def own_pictures(number):
    """What only this participant holds: one picture and its label.

    Args:
        number: of the participant, int from 0 on, below the number of PICTURES.

    Returns:
        x: (1, 784) float32 in [0, 1], the picture as a row.
        y: (1, 10) float32, the label as probabilities.
    """
    images, labels = load_digits()
    mine = [PICTURES[number]]
    return images[mine].reshape(1, 784), np.eye(10, dtype="float32")[labels[mine]]


def weights_after(base_model, x, y, steps, rate):
    """What FedAvg sends: the weights after some steps downhill on my own pictures. The model's own stay as they are.

    Args:
        base_model: a GradientModel with the weights that the server sent.
        x: (pictures, pixels) float.
        y: (pictures, classes) float, rows of probabilities.
        steps: how many steps, int.
        rate: the learning rate, float.

    Returns:
        A list of arrays, one for each weight, float32.

    Source: McMahan and others 2017, Algorithm 1, with one batch that holds all pictures.
    """
    before = base_model.get_weights()
    try:
        for _ in range(steps):
            for weight, slopes in zip(base_model.weights, base_model.gradient(x, y)):
                weight.assign_sub(tf.cast(rate, weight.dtype) * slopes)
        return base_model.get_weights()
    finally:
        base_model.set_weights(before)
