"""Lesson 19: masks that cancel, clip and noise, a budget of rounds, and what epsilon promises."""

import math

import numpy as np

from helpers.exercises.engine import Exercise, Mistake
from helpers.quiz import Option, Question, Quiz

TITLE = "Masks hide each message, and noise hides each picture"


# ---- masked


def _signed(number, me, shared, ring, sign):
    return (number + sum(sign(me, other) * mask for other, mask in shared.items())) % ring


def _up(me, other):
    return 1 if me < other else -1


masked = Exercise(
    "19",
    "masked",
    inputs={
        "participant 0 of 3, on a dial of 100": (5, 0, {1: 73, 2: 20}, 100),
        "participant 1 of 3, on a dial of 100": (9, 1, {0: 73, 2: 55}, 100),
        "participant 2 of 3, on a dial of 100": (4, 2, {0: 20, 1: 55}, 100),
        "participant 2 of 5, on a dial of 1000": (321, 2, {4: 818, 0: 377, 3: 640, 1: 905}, 1000),
        "participant 3, alone with participant 7": (11, 3, {7: 30}, 32),
    },
    hints=[
        "Go through `shared.items()`. For each other participant: does this mask get added here, or taken away?",
        "The one with the smaller number adds. So add the mask where `me < other`, and subtract it where not.",
        "`sent = number`; in the loop `sent = sent + mask if me < other else sent - mask`; return `sent % ring`.",
    ],
    mistakes=[
        Mistake(
            lambda number, me, shared, ring: (number + sum(shared.values())) % ring,
            "Every mask is added, so the two who share one both add it and nothing cancels. One of them must take it "
            "away: the one with the larger number.",
        ),
        Mistake(
            lambda number, me, shared, ring: (number - sum(shared.values())) % ring,
            "Every mask is taken away. The one with the smaller number must add it, or nothing cancels.",
        ),
        Mistake(
            lambda number, me, shared, ring: _signed(number, me, shared, ring, lambda me, other: -_up(me, other)),
            "The masks would cancel, but the rule is the other way round: who has the smaller number adds.",
        ),
        Mistake(
            lambda number, me, shared, ring: number + sum(_up(me, other) * mask for other, mask in shared.items()),
            "The masks are right, but the result left the dial. Take it modulo the ring at the end: `% ring`. Without "
            "it, a large result would betray a large mask.",
        ),
        Mistake(
            lambda number, me, shared, ring: number % ring,
            "This sends the number itself. The masks are missing.",
        ),
        Mistake(
            lambda number, me, shared, ring: sum(_up(me, other) * mask for other, mask in shared.items()) % ring,
            "Only the masks are sent. Start from your own number.",
        ),
        Mistake(
            lambda number, me, shared, ring: _signed(number, me, dict([list(shared.items())[0]]), ring, _up),
            "Only the first mask is used. With one mask, that one participant could read your number. Go on to the "
            "others before you return.",
        ),
        Mistake(
            lambda number, me, shared, ring: _signed(number, me, dict([list(shared.items())[-1]]), ring, _up),
            "Only the last mask is used: each turn of the loop starts from `number` again. Carry the result on.",
        ),
        Mistake(
            lambda number, me, shared, ring: (
                sum((number + _up(me, other) * mask) for other, mask in shared.items()) % ring
            ),
            "Your number went in once for each mask. Put it in once, then add and subtract the masks.",
        ),
        Mistake(
            lambda number, me, shared, ring: _signed(
                number, me, {other: other for other in shared}, ring, lambda me, other: _up(me, other)
            ),
            "You added the other participants' numbers, the keys. The masks are the values: use `shared.items()`.",
        ),
        Mistake(
            lambda number, me, shared, ring: (
                abs(number + sum(_up(me, other) * mask for other, mask in shared.items())) % ring
            ),
            "The minus sign is gone, `abs` took it. Below 0 the dial goes on backwards, and `% ring` does that by "
            "itself: `-9 % 100` is 91.",
        ),
        Mistake(
            lambda number, me, shared, ring: int(
                math.fmod(number + sum(_up(me, other) * mask for other, mask in shared.items()), ring)
            ),
            "Some results are below 0, which is no hour on the dial. Use `%`, which gives 0 or more in Python.",
        ),
    ],
)


# ---- protect

_RNG = np.random.default_rng(19)


def _batch(pictures, numbers, size):
    gradients = [(size * factor * _RNG.normal(size=numbers)).round(2) for factor in np.linspace(0.2, 2, pictures)]
    return gradients, _RNG.normal(size=numbers).round(2)


def _length(g):
    return np.sqrt(np.sum(np.asarray(g, "float64") ** 2))


def _each(gradients, clip):
    return sum(np.asarray(g) * min(1, clip / max(_length(g), 1e-12)) for g in gradients)


protect = Exercise(
    "19",
    "protect",
    inputs={
        "three pictures, clip 1, noise 0.5": (*_batch(3, 4, 1.0), 1.0, 0.5),
        "short gradients alone, clip 3, noise 0": (*_batch(2, 3, 0.2), 3.0, 0.0),
        "long gradients, clip 2, noise 1.5": (*_batch(4, 5, 6.0), 2.0, 1.5),
        "one picture, clip 0.5, noise 2": (*_batch(1, 6, 2.0), 0.5, 2.0),
    },
    hints=[
        "Three steps: shorten each gradient that is too long, add them up, add the noise.",
        "The factor for one gradient is `min(1, clip / length)`, with `length = np.sqrt(np.sum(g**2))`. It never makes "
        "a gradient longer.",
        "`total = total + g * min(1, clip / length)` in a loop, and then `return total + noise * clip * dice`.",
    ],
    mistakes=[
        Mistake(
            lambda gradients, dice, clip, noise: (
                sum(gradients) * min(1, clip / max(_length(sum(gradients)), 1e-12)) + noise * clip * dice
            ),
            "The sum was clipped. Then one picture can still be nearly all of it, and push the others out. Clip each "
            "gradient before you add it.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (
                sum(g * clip / max(_length(g), 1e-12) for g in gradients) + noise * clip * dice
            ),
            "Short gradients were made longer. Clipping only shortens: `min(1, clip / length)` is at most 1.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: sum(np.clip(g, -clip, clip) for g in gradients) + noise * clip * dice,
            "`np.clip` bounds each number, so a gradient of many numbers may still be long. Bound the length of the "
            "whole: multiply it by `min(1, clip / length)`.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: _each(gradients, clip) + noise * dice,
            "The noise does not know the clipping length. What must be hidden is at most `clip` long, so the noise is "
            "`noise * clip` times the dice.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: _each(gradients, clip),
            "Clipped and added up, but the noise is missing. Without it epsilon is infinite.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: sum(gradients) + noise * clip * dice,
            "Nothing was clipped. A single long gradient would stand out above the noise.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (_each(gradients, clip) + noise * clip * dice) / len(gradients),
            "You divided by the number of pictures. The exercise asks for the sum. (And how many took part is itself "
            "something that may have to stay secret.)",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: _each(gradients, clip) / len(gradients) + noise * clip * dice,
            "You took the average and then added noise that is made for the sum. Return the sum: do not divide.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: _each(gradients, clip) + len(gradients) * noise * clip * dice,
            "The noise went in once for each picture, with the same dice. It goes in once, on the sum.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: sum(
                (g + noise * clip * dice) * min(1, clip / max(_length(g + noise * clip * dice), 1e-12))
                for g in gradients
            ),
            "The noise was added before clipping, and clipped, too. First clip, then add the noise to the sum.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (
                sum(g * min(1, clip / max(float(np.sum(g**2)), 1e-12)) for g in gradients) + noise * clip * dice
            ),
            "The length lacks its square root: `np.sqrt(np.sum(g**2))`.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (
                sum(g * min(1, clip / max(float(np.max(np.abs(g))), 1e-12)) for g in gradients) + noise * clip * dice
            ),
            "You measured the largest number of each gradient, not its length. The length is `np.sqrt(np.sum(g**2))`.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (
                sum(g * min(1, clip / max(float(np.sum(np.abs(g))), 1e-12)) for g in gradients) + noise * clip * dice
            ),
            "You added up the sizes of the numbers. The bell-curve noise needs the straight length: "
            "`np.sqrt(np.sum(g**2))`.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (
                sum(g * max(1, clip / max(_length(g), 1e-12)) for g in gradients) + noise * clip * dice
            ),
            "`max` makes gradients longer and never shorter. It must be `min(1, clip / length)`.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (
                gradients[-1] * min(1, clip / max(_length(gradients[-1]), 1e-12)) + noise * clip * dice
            ),
            "Only the last gradient is in the result. Add them up in the loop.",
        ),
        Mistake(
            lambda gradients, dice, clip, noise: (
                gradients[0] * min(1, clip / max(_length(gradients[0]), 1e-12)) + noise * clip * dice
            ),
            "Only the first gradient is in the result. Does `return` stand inside the loop?",
        ),
    ],
)


# ---- affordable


def _root(factor):
    return lambda rounds: factor * math.sqrt(rounds)


def _count(cost, budget, start, enough):
    rounds = start
    while rounds < 10_000 and enough(cost(rounds), budget):
        rounds += 1
    return rounds


affordable = Exercise(
    "19",
    "affordable",
    inputs={
        "a cost of 0.3 times the root of the rounds, budget 2": (_root(0.3), 2.0),
        "a cost of 0.1 times the root of the rounds, budget 1": (_root(0.1), 1.0),
        "a cost of 0.25 a round, budget 2, met exactly": (lambda rounds: 0.25 * rounds, 2.0),
        "a first round that is too dear already": (_root(5.0), 2.0),
        "a dear start, then 0.01 a round": (lambda rounds: 1 + 0.01 * rounds, 2.345),
    },
    hints=[
        "Try 1 round, 2 rounds, 3 rounds … When do you stop, and which number do you return then?",
        "Begin with `rounds = 0`. As long as one round more is within the budget, go up by one.",
        "`while cost(rounds + 1) <= budget:` and inside it `rounds = rounds + 1`.",
    ],
    mistakes=[
        Mistake(
            lambda cost, budget: _count(cost, budget, 1, lambda c, b: c <= b),
            "That is the first number of rounds that costs too much. One less is affordable.",
        ),
        Mistake(
            lambda cost, budget: max(_count(cost, budget, 1, lambda c, b: c < b) - 1, 0),
            "Where the budget is met exactly you stopped one round too early. “Within the budget” includes the budget: "
            "`<=`.",
        ),
        Mistake(
            lambda cost, budget: _count(cost, budget, 1, lambda c, b: c < b),
            "You stopped at the first number of rounds that reaches the budget or goes beyond it. The answer is the "
            "last one that is still within, and that may meet the budget exactly.",
        ),
        Mistake(
            lambda cost, budget: int(budget / cost(1)),
            "You divided the budget by the price of one round. Rounds do not cost the same each: epsilon grows more "
            "slowly than their number. Ask `cost` for each number of rounds.",
        ),
        Mistake(
            lambda cost, budget: budget // cost(1),
            "You divided the budget by the price of the first round. Epsilon does not grow in equal steps. Ask `cost` "
            "for each number of rounds, and return a whole number.",
        ),
        Mistake(
            lambda cost, budget: max(1, _count(cost, budget, 1, lambda c, b: c <= b) - 1),
            "Where even one round is too dear, the answer is 0 rounds. Begin at 0.",
        ),
        Mistake(
            lambda cost, budget: cost(max(1, _count(cost, budget, 1, lambda c, b: c <= b) - 1)),
            "You returned what the rounds cost. The question is how many rounds.",
        ),
        Mistake(
            lambda cost, budget: _summed(cost, budget),
            "You added the costs of 1 round, of 2 rounds, of 3 … But `cost(3)` is already the price of all three "
            "together. Compare it with the budget as it is.",
        ),
        Mistake(
            lambda cost, budget: _count(cost, budget, 1, lambda c, b: c <= b) + 1,
            "Two rounds too many. Return the last number of rounds whose cost is within the budget.",
        ),
        Mistake(
            lambda cost, budget: cost(budget),
            "`cost` goes from rounds to epsilon. You need the way back: which number of rounds costs at most the "
            "budget? Try one number after the other.",
        ),
        Mistake(
            lambda cost, budget: max(_count(cost, budget, 1, lambda c, b: c <= b) - 2, 0),
            "You stopped one round too early. Check the *next* round's cost, then count it.",
        ),
    ],
)


def _summed(cost, budget):
    rounds, spent = 0, 0.0
    while rounds < 10_000 and spent + cost(rounds + 1) <= budget:
        rounds += 1
        spent += cost(rounds)
    return rounds


# ---- promises

promises = Exercise(
    "19",
    "promises",
    kind="value",
    observe=lambda answer: "".join(sorted(set(answer.lower()) - set(" ,"))) if isinstance(answer, str) else answer,
    hints=[
        "Epsilon compares two worlds that differ in one picture. Which sentences speak of such a comparison?",
        "Three letters are right. One is about attackers, one about what happens to the result later, one about many "
        "rounds.",
        "The sentence on the disease and the sentence on the hundred pictures are *not* promised.",
    ],
    mistakes=[
        Mistake(
            "abcf",
            "b is not promised. If smoking makes ill, the training may find that out, from other people, and a smoker "
            "is affected with or without having taken part.",
        ),
        Mistake(
            "acdf",
            "d is not promised. With the unit “one picture” each one is protected for itself. A hundred pictures of "
            "one person together weigh a hundred times as much.",
        ),
        Mistake(
            "acef",
            "e is not promised. The count assumes fair dice, true clipping and true sampling. A mistake in the code "
            "makes the number wrong, and nothing warns you.",
        ),
        Mistake(
            "abcdef",
            "Three of the six are not promised: on what is true of everybody, on a hundred pictures, on the code.",
        ),
        Mistake("ac", "One more is promised: what about several rounds?"),
        Mistake("af", "One more is promised: what may be done with the result, later and by anybody?"),
        Mistake("cf", "One more is promised: does an attacker who knows much else gain more?"),
        Mistake("a", "True, and two more are: on what happens to the result later, and on many rounds."),
        Mistake("c", "True, and two more are: on the attacker who knows much, and on many rounds."),
        Mistake(
            "f", "True, and two more are: on the attacker who knows much, and on what happens to the result later."
        ),
        Mistake("bde", "Those are the three that are *not* promised. Take the other three."),
        Mistake(
            "abc",
            "b is not promised: what is true of all smokers may be learned, also without you. And one is missing.",
        ),
        Mistake("acd", "d is not promised: a hundred pictures weigh more than one. And one is missing."),
        Mistake("ace", "e is not promised: the count trusts the code. And one is missing."),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "Why must a mask be drawn evenly from the whole ring?",
            [
                Option(
                    "Because large masks hide more than small ones.",
                    False,
                    "Size does not matter on a dial. A mask of 3 hides as well as one of 70, if it was drawn evenly.",
                ),
                Option(
                    "Because then each message is equally likely for each secret.",
                    True,
                    "What arrives has the same chances whatever was sent, so it says nothing.",
                ),
                Option(
                    "Because otherwise the masks would not cancel.",
                    False,
                    "Any mask cancels when one adds it and the other takes it away. Even drawing is for hiding.",
                ),
            ],
        ),
        Question(
            "Three hospitals, a picture each, perfect secure aggregation. What does the server learn?",
            [
                Option(
                    "The sum, and by the attack of lesson 15 perhaps all three pictures, but not whose they are.",
                    True,
                    "Masks hide the parts, not the sum. And the sum of three is a small batch.",
                ),
                Option("Nothing.", False, "It learns the sum. That is what it was built for."),
                Option(
                    "Each hospital's gradient, as soon as all messages are in.",
                    False,
                    "All messages together give the sum alone. For one part it needs the others' help.",
                ),
            ],
        ),
        Question(
            "Two trainings report epsilon 3. In one the unit is a picture, in the other a hospital. Which covers more?",
            [
                Option("Both the same: 3 is 3.", False, "An epsilon without its unit says little."),
                Option(
                    "The one with the picture: a picture is smaller, so it is hidden better.",
                    False,
                    "The number bounds what is gained about *one unit*. The larger the unit, the more is covered.",
                ),
                Option(
                    "The one with the hospital: all its pictures together are covered by the 3.",
                    True,
                    "To hide more at the same epsilon takes more noise, so ask for the unit first.",
                ),
            ],
        ),
    ]
)
