"""Lesson 19's round of SecAgg+: what is stored, and one in processes of their own."""

import importlib.util

import numpy as np
import pytest

from helpers import analytic, metrics
from helpers.federation import machine, processes, secure_round

flower = pytest.mark.skipif(importlib.util.find_spec("flwr") is None, reason="Flower is not installed")


def check(seen):
    """What every round must show: the average is right, and each message alone is static."""
    x, y = secure_round.own_pictures()
    base_model = secure_round.model()
    shapes = [(1,), *(tuple(weight.shape) for weight in base_model.weights)]
    mean = base_model.gradient(x, y)
    assert all(np.allclose(a, b, atol=4e-6) for a, b in zip(seen.mean, mean, strict=True))
    assert len(seen.masked) == 3
    for masked in seen.masked:
        assert [array.shape for array in masked] == shapes
        numbers = np.concatenate([array.ravel() for array in masked]).astype("float64") / secure_round.RING
        assert np.min(numbers) >= 0 and np.max(numbers) < 1
        counts = np.histogram(numbers, 16, (0, 1))[0] / len(numbers)
        assert np.allclose(counts, 1 / 16, atol=0.01)  # evenly drawn: 25,450 numbers, five standard deviations
        read = secure_round.read_without_mask(masked)
        found = np.clip(analytic.dense_input(read[0], read[1]), 0, 1)
        assert min(metrics.mse(found, picture) for picture in x) > 0.05


def test_the_stored_round():
    check(secure_round.stored())


def test_without_a_federation_the_stored_round_comes_with_a_sentence(monkeypatch):
    monkeypatch.setenv("COURSE_FEDERATION", "stored")
    seen, sentence = secure_round.run_or_stored()
    check(seen)
    assert "COURSE_FEDERATION" in sentence and sentence.endswith("run earlier.")


def test_the_pictures_come_back_from_messages_without_masks():
    """The control: it is the mask that hides them, and not the network."""
    x, y = secure_round.own_pictures()
    gradient = secure_round.model().gradient(x[:1], y[:1])
    assert metrics.mse(analytic.dense_input(gradient[0], gradient[1]), x[0]) < 1e-6


@pytest.mark.skipif(processes.why_not() is not None, reason=str(processes.why_not()))
def test_a_round_in_processes_of_their_own():
    seen = secure_round.run()
    check(seen)
    assert not np.array_equal(seen.masked[0][1], secure_round.stored().masked[0][1])  # fresh dice


@pytest.fixture
def client_app():
    path = secure_round.APP / "masked" / "client_app.py"
    spec = importlib.util.spec_from_file_location("masked_client_app", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@flower
def test_a_participants_gradient_by_hand_is_the_models(client_app):
    x, y = secure_round.own_pictures()
    base_model = secure_round.model()
    by_hand = client_app.gradient(base_model.get_weights(), x, y)
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(by_hand, base_model.gradient(x, y), strict=True))


@flower
def test_what_the_lesson_says_about_the_seeds_is_still_so():
    """Section 4: masks grow from 32 bits. When this fails, Flower has repaired it (issue 7522): tell so."""
    from flwr.common.secure_aggregation.secaggplus_utils import pseudo_rand_gen

    one, same = b"\x01\x02\x03\x04" * 3, b"\x01\x02\x03\x04" + b"\x77" * 8  # equal after folding
    masks = [pseudo_rand_gen(seed, secure_round.RING, [(50,)])[0] for seed in (one, same)]
    assert np.array_equal(*masks)


def test_a_kernels_order_to_colour_what_is_printed_does_not_reach_flower(monkeypatch):
    """With colours, what `flwr ls` prints as JSON is none, and every run in a notebook would end as unknown."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert not {"FORCE_COLOR", "CLICOLOR_FORCE"} & set(machine.environment(""))
