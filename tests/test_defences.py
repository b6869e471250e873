"""Defences keep shapes, dtypes and inputs, and do what they say: properties tried on many lists of arrays."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from helpers import defences

usual = settings(deadline=None, derandomize=True, max_examples=40)


def lists(largest=1e4):
    floats = st.floats(-largest, largest, width=16, allow_subnormal=False)
    array = st.sampled_from(["float32", "float64"]).flatmap(
        lambda dtype: arrays_of.arrays(dtype, arrays_of.array_shapes(max_dims=4, max_side=4), elements=floats)
    )
    return st.lists(array, min_size=1, max_size=4)


EACH = {
    "gaussian": lambda g: defences.gaussian_noise(g, 0.5, 0),
    "laplacian": lambda g: defences.laplacian_noise(g, 0.5, 0),
    "clip": lambda g: defences.clip(g, 1.5),
    "prune": lambda g: defences.prune(g, 0.4),
    "16 bits": lambda g: defences.quantise(g, 16),
    "8 bits": lambda g: defences.quantise(g, 8),
}
NOTHING = {
    "gaussian": lambda g: defences.gaussian_noise(g, 0, 0),
    "laplacian": lambda g: defences.laplacian_noise(g, 0, 0),
    "clip": lambda g: defences.clip(g, np.inf),
    "prune": lambda g: defences.prune(g, 0),
}
each = pytest.mark.parametrize("defend", EACH.values(), ids=EACH)


@each
@usual
@given(gradients=lists())
def test_shapes_dtypes_and_the_input_stay(defend, gradients):
    before = [array.copy() for array in gradients]
    sent = defend(gradients)
    assert isinstance(sent, list)
    assert [array.shape for array in sent] == [array.shape for array in gradients]
    assert [array.dtype for array in sent] == [array.dtype for array in gradients]
    assert all(np.array_equal(a, b) for a, b in zip(before, gradients))
    assert not any(np.shares_memory(a, b) for a, b in zip(sent, gradients))
    assert all(np.all(np.isfinite(array)) for array in sent)


@pytest.mark.parametrize("defend", NOTHING.values(), ids=NOTHING)
@usual
@given(gradients=lists())
def test_the_strength_that_means_nothing_changes_nothing(defend, gradients):
    assert all(np.array_equal(a, b) for a, b in zip(defend(gradients), gradients))


@pytest.mark.parametrize("name", ["clip", "prune", "16 bits", "8 bits"])
@usual
@given(gradients=lists())
def test_twice_is_the_same_as_once(name, gradients):
    once = EACH[name](gradients)
    for a, b in zip(once, EACH[name](once)):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-12)


@usual
@given(gradients=lists(), largest=st.floats(0.01, 100))
def test_a_clipped_list_is_not_too_long_and_points_the_same_way(gradients, largest):
    before, sent = defences.length(gradients), defences.clip(gradients, largest)
    after = defences.length(sent)
    assert after <= largest * (1 + 1e-6)
    assert after == pytest.approx(min(before, largest), rel=1e-5)
    for a, b in zip(gradients, sent):
        np.testing.assert_allclose(a * min(1, largest / (before or 1)), b, rtol=1e-5, atol=1e-12)


@usual
@given(gradients=lists(), fraction=st.floats(0, 1))
def test_pruning_takes_the_asked_for_share_of_each_tensor_and_its_smallest(gradients, fraction):
    for array, pruned in zip(gradients, defences.prune(gradients, fraction)):
        count = int(np.floor(fraction * array.size + 0.5))
        zeros = np.count_nonzero(array == 0)
        assert np.count_nonzero(pruned == 0) == max(count, zeros)
        kept = pruned != 0
        assert np.array_equal(pruned[kept], array[kept])
        if kept.any() and not kept.all():
            assert np.min(np.abs(array[kept])) >= np.max(np.abs(array[~kept]))


@usual
@given(gradients=lists())
def test_rounding_is_as_fine_as_its_bits(gradients):
    for array, sent in zip(gradients, defences.quantise(gradients, 8)):
        assert np.max(np.abs(array - sent)) <= np.max(np.abs(array)) / 127 * 0.5 * (1 + 1e-4) + 1e-12
        assert len(np.unique(sent)) <= 255
    for array, sent in zip(gradients, defences.quantise(gradients, 16)):
        np.testing.assert_allclose(sent, array, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("noise", [defences.gaussian_noise, defences.laplacian_noise])
@pytest.mark.parametrize("spread", [1e-4, 0.3, 20])
def test_the_noise_has_the_spread_it_was_asked_for_and_no_bias(noise, spread):
    given_ = [np.ones((200, 100)), np.full(20_000, -3.0)]
    for before, after in zip(given_, noise(given_, spread, 1)):
        added = after - before
        assert np.std(added) == pytest.approx(spread, rel=0.03)
        assert abs(np.mean(added)) < 0.03 * spread


def test_laplacian_noise_has_the_longer_tail():
    zeros = [np.zeros(100_000)]
    far = [np.mean(np.abs(noise(zeros, 1, 0)[0]) > 3) for noise in (defences.gaussian_noise, defences.laplacian_noise)]
    assert far[0] == pytest.approx(0.0027, rel=0.3) and far[1] == pytest.approx(0.0144, rel=0.15)


@pytest.mark.parametrize("noise", [defences.gaussian_noise, defences.laplacian_noise])
def test_noise_follows_its_seed_and_differs_from_entry_to_entry(noise):
    zeros = [np.zeros(5), np.zeros(5)]
    one, same, other = (noise(zeros, 1, seed) for seed in (0, 0, 1))
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])
    generator = np.random.default_rng(0)
    assert not np.array_equal(noise(zeros, 1, generator), noise(zeros, 1, generator))


def test_the_length_is_of_all_tensors_together_and_survives_large_numbers():
    assert defences.length([np.array([3.0]), np.array([[4.0]])]) == pytest.approx(5)
    assert defences.length([np.zeros(3)]) == 0
    assert defences.length([np.array([3e200, 4e200])]) == pytest.approx(5e200)
    assert defences.length(defences.clip([np.array([3.0]), np.array([[4.0]])], 1)) == pytest.approx(1)


def test_of_equal_entries_the_first_go_and_signs_do_not_count():
    pruned = defences.prune([np.array([2.0, -2.0, 2.0, -5.0])], 0.5)[0]
    assert pruned.tolist() == [0, 0, 2, -5]


def test_tensors_of_a_network_are_welcome():
    sent = defences.prune([tf.constant([[1.0, -2.0]]), tf.constant([3.0])], 0.5)
    assert sent[0].tolist() == [[0, -2]] and sent[0].dtype == "float32"


@each
@pytest.mark.parametrize(
    "wrong, error, words",
    [
        (np.ones(3), TypeError, "takes a list"),
        (None, TypeError, "NoneType"),
        ([], ValueError, "empty"),
        ([np.ones(2), None], TypeError, "Entry 1 of the list is None"),
        ([np.array([1, 2])], TypeError, "dtype int64; expected floats"),
        ([np.array(["a"])], TypeError, "expected floats"),
        ([np.ones(2), np.array([1, np.nan])], ValueError, "Entry 1 of the list holds NaN"),
        ([np.array([np.inf])], ValueError, "NaN or infinity"),
    ],
)
def test_what_is_no_gradient_is_refused_with_a_sentence(defend, wrong, error, words):
    with pytest.raises(error, match=words):
        defend(wrong)


GOOD = [np.ones(3)]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: defences.gaussian_noise(GOOD, -1, 0), "spread is -1; expected a number from 0 on"),
        (lambda: defences.gaussian_noise(GOOD, np.nan, 0), "spread is nan"),
        (lambda: defences.laplacian_noise(GOOD, np.inf, 0), "spread is inf"),
        (lambda: defences.laplacian_noise(GOOD, "1", 0), "spread is '1'"),
        (lambda: defences.clip(GOOD, 0), "largest is 0"),
        (lambda: defences.clip(GOOD, -2.0), "largest is -2.0"),
        (lambda: defences.clip(GOOD, True), "largest is True"),
        (lambda: defences.prune(GOOD, 1.5), "fraction is 1.5; expected a number from 0 to 1"),
        (lambda: defences.prune(GOOD, 70), "fraction is 70"),
        (lambda: defences.prune(GOOD, None), "fraction is None"),
        (lambda: defences.quantise(GOOD, 4), "bits is 4; expected 16 or 8"),
        (lambda: defences.quantise(GOOD, "8"), "bits is '8'"),
        (lambda: defences.quantise([np.array([7e4])], 16), "65504"),
    ],
)
def test_a_strength_out_of_range_is_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
