import numpy as np
import pytest

from helpers import mask_drawings, privacy_drawings

RANDOM = np.random.default_rng(0)
ROWS = [RANDOM.normal(size=784) for _ in range(3)]
MESSAGES = [[RANDOM.normal(size=(784, 4)), RANDOM.normal(size=4)] for _ in range(3)]


def test_the_dial_says_what_is_sent():
    picture = mask_drawings.clocks({"Ana": (5, 73), "Ben": (9, -73)}, 100, "forward and back")
    assert "Ana has 5 and sends 78; Ben has 9 and sends 36" in repr(picture)
    other = mask_drawings.clocks({"Ana": (5, 70), "Ben": (9, -70)}, 100, "forward and back")
    assert picture.png != other.png


def test_what_a_server_receives():
    picture = mask_drawings.received(MESSAGES, MESSAGES[0], "static")
    axes = picture.figure.axes
    assert [axis.get_title() for axis in axes] == ["message 1", "message 2", "message 3", "all together"]
    unit = np.argmax(np.abs(MESSAGES[0][1]))
    assert np.array_equal(axes[1].images[0].get_array(), MESSAGES[1][0][:, unit].reshape(28, 28))


def test_the_sum_stands_on_the_right():
    picture = mask_drawings.sent_and_summed(ROWS, ROWS[::-1], ROWS[0], "sums")
    above, below = picture.figure.axes[:4], picture.figure.axes[4:]
    assert np.allclose(above[3].images[0].get_array(), np.sum(ROWS, axis=0).reshape(28, 28))
    assert np.array_equal(below[3].images[0].get_array(), ROWS[0].reshape(28, 28))


def test_two_secrets_and_what_arrives():
    pair = [("Ana has 3", RANDOM.integers(100, size=500)), ("Ana has 7", RANDOM.integers(100, size=500))]
    picture = mask_drawings.what_arrives({"noise": pair, "mask": pair}, 100, "level")
    assert "noise, mask" in repr(picture) and len(picture.figure.axes) == 2


def test_the_survey_says_its_chances():
    picture = privacy_drawings.survey({"who copied": 0.75, "who did not": 0.25}, "blame the coin")
    assert "who copied: yes with 0.75; who did not: yes with 0.25" in repr(picture)


def test_each_noise_draws_another_world_of_the_same_size():
    pictures = [privacy_drawings.world(noise, 10 / noise, np.zeros((28, 28))) for noise in (0.001, 0.1, 1, 10)]
    assert len({picture.png for picture in pictures}) == 4
    assert len({tuple(picture.figure.get_size_inches()) for picture in pictures}) == 1
    assert "right every time" in repr(pictures[0]) and "69 of 100" in repr(pictures[2])


@pytest.mark.parametrize("count", [2, 5])
def test_worlds_and_bells_name_every_noise(count):
    rows = [(0.1 * (n + 1), 5.0, np.ones((28, 28)) * n / count) for n in range(count)]
    for picture in (privacy_drawings.worlds(rows, "gone"), privacy_drawings.bells([row[:2] for row in rows], "alike")):
        assert repr(picture).count("epsilon 5.00") == count


def test_the_price_and_the_ceiling():
    leaks = {"search": [(0.001, 1e-3), (0.1, 0.2)], "division": [(0.001, 1e-2), (0.1, 0.3)]}
    price = privacy_drawings.price([(1, 3.0, [0.7, 0.8]), (8, 0.3, [0.2, 0.1])], leaks, "a price")
    assert "noise 1: 75 of 100; noise 8: 15 of 100" in repr(price)
    noises = np.geomspace(0.05, 20, 10)
    bound = privacy_drawings.bound(noises, 1 / (1 + noises), {0.1: 0.9, 1: 0.3}, 0.1, "a ceiling")
    assert "90 at 0.1, 30 at 1" in repr(bound)
