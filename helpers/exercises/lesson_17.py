"""Lesson 17: what a server may log, many replies averaged, the gradient between two sets of weights, a path's slope."""

import numpy as np

from helpers.exercises.compare import Told
from helpers.exercises.engine import Exercise, Mistake
from helpers.federation.messages import Update
from helpers.quiz import Option, Question, Quiz

TITLE = "A real federation leaks"


# ---- loggable


def _observe_letters(answer):
    if isinstance(answer, (list, tuple, set)):
        answer = "".join(part for part in answer if isinstance(part, str))
    letters = set()
    if isinstance(answer, str):
        letters = {letter for letter in answer.lower() if letter not in " ,;-\"'"}
    if not letters or not letters <= set("abcdef"):
        letters = set()
    return {"any": bool(letters), **{letter: letter in letters for letter in "abcdef"}}


loggable = Exercise(
    "17",
    "loggable",
    kind="value",
    observe=_observe_letters,
    hints=[
        "TLS ends at the server. Which of the six reach the server at all, or are made there?",
        "A picture never travels. What a participant sends has been averaged before it leaves the house.",
        "Four letters. The server makes one of these things itself, gets three, and two never reach it.",
    ],
    mistakes=[
        Mistake("", 'Write letters from a to f in quotes, for example "bd".', key="any"),
        Mistake("bf", "Both of these stay in the house. The server gets one average of 40 pictures, and no picture."),
        Mistake("abcdef", "Not all six. Two of them never leave the participant's house."),
        Mistake("e", "The weights are there, yes. And what comes back to the server, encrypted or not?"),
        Mistake(
            "abcde",
            "The pictures are in no message. The server may search for them, but that is an attack, not a log.",
            key="b",
        ),
        Mistake(
            "acdef",
            "The participant averaged over its 40 pictures before it sent. No single one's gradient travels.",
            key="f",
        ),
        Mistake(
            "cde",
            "TLS encrypts the reply *for the server*. There it is opened, one reply at a time, before any average.",
            key="a",
        ),
        Mistake(
            "ade",
            "Each reply says how many pictures it is from. Without that number the server could not weigh it.",
            key="c",
        ),
        Mistake(
            "ace",
            "The server knows when a reply came and from where. Even someone on the wire sees that, with TLS.",
            key="d",
        ),
        Mistake("acd", "Who made the weights and sent them out? It still has them.", key="e"),
    ],
)


# ---- merge

_RNG = np.random.default_rng(17)


def _sent(*examples, shapes=((2, 3), (3,))):
    """What some participants send, as the engine can compare it: how many pictures each, and each one's gradient."""
    return list(examples), [[_RNG.normal(size=shape).round(2) for shape in shapes] for _ in examples]


_CHANGED = "The arrays of an update were changed. Make new ones: `total = total + …`, not `total += …`."


def _observe_merge(answer, examples, gradients):
    updates = [Update(1, f"node {n}", *sent) for n, sent in enumerate(zip(examples, gradients))]  # each holds a copy
    result = answer(updates)
    pairs = [pair for sent, update in zip(gradients, updates) for pair in zip(sent, update.gradient)]
    if not all(np.array_equal(before, now) for before, now in pairs):
        return Told(_CHANGED[0].lower() + _CHANGED[1:])
    if isinstance(result, Update):
        return Told("a whole `Update` came back, and a list of arrays is asked for.")
    return result


def _merge(updates, share):
    return [sum(share(u, updates) * u.gradient[place] for u in updates) for place in range(len(updates[0].gradient))]


def _pictures(updates):
    return sum(update.examples for update in updates)


def _changes(updates):
    for update in updates:
        for array in update.gradient:
            array *= update.examples
    return [sum(arrays) / _pictures(updates) for arrays in zip(*(update.gradient for update in updates))]


merge = Exercise(
    "17",
    "merge",
    observe=_observe_merge,
    inputs={
        "three updates of 1, 2 and 5 pictures": _sent(1, 2, 5),
        "two updates of 30 and 10 pictures": _sent(30, 10, shapes=((4,), (1, 4), (2, 2))),
        "one update of 3 pictures": _sent(3),
        "four updates of 7, 1, 1 and 3 pictures": _sent(7, 1, 1, 3),
    },
    hints=[
        "It is the average of lesson 08, with any number of updates. How many pictures are there in all?",
        "For each place in the list: add up `update.examples * update.gradient[place]` over all updates.",
        "Then divide each sum by the pictures of all updates. Collect the results in a list, one array a place.",
    ],
    mistakes=[
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: 1 / len(all_)),
            "This counts participants equally. Someone with 5 pictures must count five times as much as one with 1.",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: u.examples),
            "These are the sums. Divide each by the pictures of all updates together.",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: u.examples / len(all_)),
            "You divided by the number of updates. Divide by the number of pictures of all of them.",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: 1.0),
            "The gradients are added, and none is weighed. Multiply each by its `examples`, and divide at the end.",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: 1 / _pictures(all_)),
            "Divided by all pictures, but each gradient is still an average: multiply it by its own `examples` first.",
        ),
        Mistake(
            lambda updates: _merge(updates[:2], lambda u, all_: u.examples / _pictures(all_)),
            "Only the first two updates are in it. A list may hold any number: go over all of them.",
        ),
        Mistake(lambda updates: updates[0].gradient, "That is the first update alone. Where are the others?"),
        Mistake(
            lambda updates: updates[-1].gradient,
            "That is the last update alone. Is the sum made anew in each turn of the loop?",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: u.examples / _pictures(all_))[:1],
            "Only the first array came back. Return one array for each place in the gradient.",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: u.examples / _pictures(all_))[0],
            "One array came back, without the list around it. There is one for each place in the gradient.",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: u.examples / max(v.examples for v in all_)),
            "You divided by the largest number of pictures. Divide by all of them together.",
        ),
        Mistake(
            lambda updates: _merge(updates, lambda u, all_: _pictures(all_) / u.examples / len(all_) ** 2),
            "The shares stand on their heads: many pictures must count more, not less.",
        ),
        Mistake(
            _changes,
            _CHANGED,
        ),
        Mistake(
            lambda updates: sum(u.examples * u.gradient for u in updates),
            "`gradient` is a list, and a number times a list repeats it. Go through its places one by one.",
        ),
    ],
)


# ---- gradient_between


def _step(rate, *shapes):
    before = [_RNG.normal(size=shape).round(2) for shape in shapes]
    slopes = [_RNG.normal(size=shape).round(2) for shape in shapes]
    return before, [weight - rate * slope for weight, slope in zip(before, slopes)], rate


def _between(rule):
    return lambda before, after, rate: [rule(old, new, rate) for old, new in zip(before, after)]


gradient_between = Exercise(
    "17",
    "gradient_between",
    inputs={
        "two layers and the rate 0.1": _step(0.1, (2, 3), (3,)),
        "three tables and the rate 0.5": _step(0.5, (4,), (1, 2), (2, 2)),
        "one weight and the rate 0.02": _step(0.02, (1,)),
    },
    hints=[
        "Look at the table: 0.5 became 0.3 with the rate 0.1, and the slope was 2.",
        "A step: `after = before - rate * slope`. Turn it round until the slope stands alone.",
        "`(old - new) / rate`, for each pair that `zip(before, after)` gives, in a list.",
    ],
    mistakes=[
        Mistake(
            _between(lambda old, new, rate: (new - old) / rate),
            "The signs are turned round. A weight goes *down* where its slope is positive: before minus after.",
        ),
        Mistake(
            _between(lambda old, new, rate: old - new),
            "That is how far the weights moved. A step is rate times slope, so divide by the rate.",
        ),
        Mistake(
            _between(lambda old, new, rate: new - old),
            "That is the movement, with its sign turned round. Take before minus after, and divide by the rate.",
        ),
        Mistake(
            _between(lambda old, new, rate: (old - new) * rate),
            "The step was made by multiplying with the rate. To take that back, divide.",
        ),
        Mistake(
            _between(lambda old, new, rate: old - new / rate),
            "Only `new` is divided. Put parentheses around the difference: `(old - new) / rate`.",
        ),
        Mistake(
            _between(lambda old, new, rate: np.abs(old - new) / rate),
            "The sizes are right, but the signs are gone. Slopes can be negative.",
        ),
        Mistake(
            _between(lambda old, new, rate: (old - new) / 0.1),
            "You divided by 0.1, whatever the rate is. Use `rate`.",
        ),
        Mistake(
            _between(lambda old, new, rate: (old + new) / rate),
            "Added where the difference is needed: before minus after.",
        ),
        Mistake(
            _between(lambda old, new, rate: (old - new) / old),
            "You divided by the weight. A step is rate times slope, so divide by the rate.",
        ),
        Mistake(
            _between(lambda old, new, rate: np.sum(old - new) / rate),
            "One number for each table came back. Each weight has a slope of its own, so do not add them up.",
        ),
        Mistake(
            lambda before, after, rate: [(before[0] - after[0]) / rate],
            "Only the first table came back. Go through all pairs with `zip(before, after)`.",
        ),
        Mistake(
            lambda before, after, rate: (before - after) / rate,
            "Lists cannot be subtracted, arrays can. Go through the pairs with `zip(before, after)`.",
        ),
        Mistake(
            _between(lambda old, new, rate: old - rate * new),
            "That takes a step with `new` as the slope. The step has been taken already; turn it round.",
        ),
        Mistake(
            _between(lambda old, new, rate: new), "Those are the weights after the step. What lies between the two?"
        ),
    ],
)


# ---- two_slopes


def _observe_slopes(answer):
    try:
        numbers = [float(number) for number in np.ravel(np.asarray(answer))]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != 2 or not np.all(np.isfinite(numbers)):
        return {"count": False, "path": -9.0, "first": -9.0, "both": [-9.0, -9.0]}
    return {"count": True, "path": numbers[0], "first": numbers[1], "both": numbers}


two_slopes = Exercise(
    "17",
    "two_slopes",
    kind="value",
    observe=_observe_slopes,
    tolerance=0.004,
    hints=[
        "Walk the three steps on paper. Where does w stand after the first one?",
        "1, then 1 − 0.1 · 2 = 0.8. There the slope is 1.6, so the next step leads to 0.64. And the third?",
        "The third step leads to 0.512. The server computes (1 − 0.512) / 0.1 / 3. It wanted the slope at w = 1.",
    ],
    mistakes=[
        Mistake([1.0], "Write a list of two numbers: what the server gets, and what it wanted.", key="count"),
        Mistake(
            [2.0, 1.63], "The right two numbers, in the other order. What the server gets comes first.", key="both"
        ),
        Mistake(
            [2.0, 2.0],
            "After the first step w is no longer 1, and the slope there is smaller. So the average is not 2.",
            key="path",
        ),
        Mistake([4.88, 2.0], "That is the sum of the three slopes. Divide by 3 as well.", key="path"),
        Mistake([0.488, 2.0], "That is the difference of the weights. Divide it by the rate and by 3.", key="path"),
        Mistake([0.163, 2.0], "Divided by 3, but not by the rate: 0.488 / 0.1 / 3.", key="path"),
        Mistake([-1.63, 2.0], "Take before minus after, so that the slope has its own sign.", key="path"),
        Mistake(
            [1.28, 2.0],
            "That is the slope at the third step alone. The server gets the average of all three.",
            key="path",
        ),
        Mistake([1.6, 2.0], "That is the slope at the second step. Add all three, and divide by 3.", key="path"),
        Mistake(
            [1.02, 2.0], "That is the slope where the participant arrives. There it takes no step any more.", key="path"
        ),
        Mistake([0.512, 2.0], "That is where w ends, 0.512. The server computes (1 − 0.512) / 0.1 / 3.", key="path"),
        Mistake([1.47, 2.0], "You took one step too many: three steps lead from 1 to 0.512.", key="path"),
        Mistake([1.8, 2.0], "That is the average of two steps. There were three.", key="path"),
        Mistake(
            [2.43, 2.0],
            "You walked uphill. Each step goes against the slope and makes w smaller.",
            key="path",
        ),
        Mistake(
            [1.63, 1.02], "1.02 is the slope at the end of the walk. The server wanted the one at w = 1.", key="first"
        ),
        Mistake([1.63, 1.0], "1 is the weight. The slope there is 2 · w.", key="first"),
        Mistake(
            [1.63, 0.2],
            "0.2 is the length of the first step. The slope is what it was before the rate came.",
            key="first",
        ),
    ],
)


QUIZ = Quiz(
    [
        Question(
            "Why does TLS not help against this attack?",
            [
                Option(
                    "Because it can be broken when one has a kept message.",
                    False,
                    "Nothing was broken. The server opened a message that was meant for it.",
                ),
                Option(
                    "Because the message is encrypted for the server, and the server is the attacker.",
                    True,
                    "TLS protects the wire. It ends where our attack begins.",
                ),
                Option(
                    "Because gradients are too large to be encrypted.",
                    False,
                    "TLS encrypts films as well. Size is no obstacle.",
                ),
            ],
        ),
        Question(
            "A participant sends its weights after one plain step. What does the server need for the gradient?",
            [
                Option(
                    "The weights that it sent out, and the rate.",
                    True,
                    "Subtract, divide by the rate. It has both.",
                ),
                Option(
                    "The participant's picture.",
                    False,
                    "With the picture it would need no gradient. The difference of the weights is enough.",
                ),
                Option(
                    "Nothing can bring it back.",
                    False,
                    "The step is rate times gradient. What was multiplied can be divided.",
                ),
            ],
        ),
        Question(
            "Ten local steps, and the usual attack fails. What follows?",
            [
                Option(
                    "The message no longer holds the picture.",
                    False,
                    "A dummy that takes the same steps may still be found by what it does to the weights.",
                ),
                Option(
                    "FedAvg is a defence with a proof.",
                    False,
                    "One attack that fails proves nothing. Lesson 19 shows what a proof looks like.",
                ),
                Option(
                    "This attack compares two different things. Another one may compare the right ones.",
                    True,
                    "It took an average over a path for the slope at its beginning.",
                ),
            ],
        ),
    ]
)
